import copy
from dataclasses import replace

import pytest

from routing.pack import parse_pack
from routing.papers import Channel
from routing.route import route
from routing.verdict import Category
from tests.routing.shipped import BANK, CUTOVER, DATONG, PSBC, THREE_LINE, a_case, bank, raw_pack

COURT = {"reputation": "要去法院起诉"}
PRESS = {"reputation": "要找电视台曝光"}


def letters(case, pack=PSBC, directory=BANK):
    """Return (purpose, role, unit, to, cc, rule) of every envelope, addresses without their domain."""
    found = route(case, pack, directory)
    return [(it.purpose, it.role, it.unit, short(it.to), short(it.cc), it.rule) for it in found.envelopes]


def short(boxes):
    return " ".join(box.removesuffix("@bank.example") for box in boxes)


def doubts(case, pack=PSBC, directory=BANK):
    return " ".join(route(case, pack, directory).doubts)


def everyone(case, pack=PSBC, directory=BANK):
    return {box.removesuffix("@bank.example") for it in route(case, pack, directory).envelopes for box in (*it.to, *it.cc)}


def varied(name="psbc-95580", **sections):
    raw = copy.deepcopy(raw_pack(name))
    for key, change in sections.items():
        raw[key] = raw[key] | change
    return parse_pack(raw, name)


# -- channels ------------------------------------------------------------------------------------------------------------

def test_P9_2_a_call_about_a_place_at_home_goes_to_the_unit():
    assert letters(a_case()) == [("slip", "主办", "BJ11", "bj11", "", "P-9.2")]
    assert doubts(a_case()) == ""


def test_P9_3_a_call_about_a_place_outside_beijing_goes_to_the_first_level_branch_with_the_union_in_copy():
    for unit in ("FA111", "FA1", "FA"):
        assert letters(a_case(unit)) == [("slip", "主办", "FA", "fa", "union", "P-9.3")]
    assert route(a_case("FA111"), PSBC, BANK).lead == "FA"


def test_P9_3_or_the_bridge_waits_for_the_union():
    assert letters(a_case("FA111"), varied(forwarding={"by": "union"})) == [("slip", "主办", "HQ-GH", "union", "", "P-9.3")]


def test_P9_3_or_the_unit_gets_it_as_well():
    assert letters(a_case("FA111"), varied(forwarding={"unit_too": True})) == [("slip", "主办", "FA", "fa fa111", "union", "P-9.3")]


def test_P9_3_only_for_what_the_centre_itself_takes():
    raw = raw_pack("psbc-95580") | {"centre": "一级分行"}
    assert letters(a_case("FA111"), parse_pack(raw, "branch")) == [("slip", "主办", "FA111", "fa111", "", "P-9.2")]
    assert letters(a_case("FA111", channel=Channel.COMMENT_BOX)) == [("slip", "主办", "FA111", "fa111", "", "P-9.5")]


def test_P9_3_without_a_union_or_branch_mailbox_the_desk_decides():
    assert "缺少总行工会的邮箱" in doubts(a_case("FA111"), directory=bank(HQ_GH={}))
    nobody = bank(FA={"mailbox": ""}, HQ={"mailbox": ""})
    assert letters(a_case("FA111"), directory=nobody) == []
    assert "缺少一级分行的邮箱" in doubts(a_case("FA111"), directory=nobody)


def test_P9_4_overseas_goes_to_the_address_the_overseas_department_gave():
    pack = varied(overseas={"addresses": {"HK": "hk-given@bank.example"}})
    assert letters(a_case("HK"), pack) == [("slip", "主办", "HK", "hk-given", "", "P-9.4")]
    assert letters(a_case("HK"), directory=bank(HK={"mailbox": "hk@bank.example"})) == [("slip", "主办", "HK", "hk", "", "P-9.4")]


def test_P9_4_without_an_address_nothing_goes_to_anybody_at_home():
    assert letters(a_case("HK")) == []
    assert "请向总行境外业务部门取得地址" in doubts(a_case("HK"))


@pytest.mark.parametrize("channel, rule", [(Channel.COMMENT_BOX, "P-9.5"), (Channel.WEB, "P-9.6")])
def test_P9_5_P9_6_comment_box_and_web_go_to_the_unit(channel, rule):
    assert letters(a_case(channel=channel)) == [("slip", "主办", "BJ11", "bj11", "", rule)]


@pytest.mark.parametrize("channel, rule", [
    (Channel.WALK_IN, "P-9.7"), (Channel.LETTER, "P-9.7"), (Channel.SUPERIOR, "P-9.7"),
    (Channel.GOVERNMENT, "P-9.9"), (Channel.REGULATOR, "P-9.9"),
])
def test_P9_7_P9_9_a_supervision_slip_goes_to_the_unit_with_the_union_in_copy(channel, rule):
    assert letters(a_case("FA111", channel=channel)) == [("slip", "督办", "FA111", "fa111", "union", rule)]


def test_P9_7_without_a_union_the_slip_leaves_and_the_desk_is_told():
    case, directory = a_case(channel=Channel.WALK_IN), bank(HQ_GH={})
    assert letters(case, directory=directory) == [("slip", "督办", "BJ11", "bj11", "", "P-9.7")]
    assert "督办单未能抄送工会" in doubts(case, directory=directory)


def test_P9_8_the_office_leads_where_the_media_asked():
    assert letters(a_case(channel=Channel.MEDIA)) == [
        ("slip", "主办", "HQ-BGS", "office", "", "P-9.8"), ("slip", "协办", "BJ11", "bj11", "", "P-9.8"),
    ]


# -- departments ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("category, department, box", [(Category.PRODUCT, "HQ-CP", "product"), (Category.CHANNEL, "HQ-QD", "channel")])
def test_P14_1_the_department_leads_and_the_unit_assists(category, department, box):
    assert letters(a_case(category=category)) == [
        ("slip", "主办", department, box, "", "P-14.1"), ("slip", "协办", "BJ11", "bj11", "", "P-9.2"),
    ]


def test_P14_1_a_department_complained_about_gets_one_slip():
    assert letters(a_case("HQ-CP", Category.PRODUCT)) == [("slip", "主办", "HQ-CP", "product", "", "P-14.1")]


def test_P14_1_without_the_department_the_unit_leads_and_the_desk_is_asked():
    case, directory = a_case(category=Category.PRODUCT), bank(HQ_CP={})
    assert letters(case, directory=directory) == [("slip", "主办", "BJ11", "bj11", "", "P-9.2")]
    assert "请投诉处理岗指定主办部门（P-14.1）" in doubts(case, directory=directory)


def test_P14_2_the_competent_department_says_whether_it_is_a_breach():
    case = a_case(category=Category.BREACH)
    assert "是否违规由主管部门认定（P-14.2）" in route(case, PSBC, BANK).envelopes[0].why
    named = varied(ruling={"departments": ["监察"]})
    assert letters(case, named)[1] == ("copy", "抄送", "HQ-JC", "inspect", "", "P-14.2")
    assert "没有监察部门的邮箱" in doubts(case, named, bank(HQ_JC={}))


def test_P14_3_a_financial_crime_goes_to_the_nearest_inspection_and_to_nobody_else_at_the_unit():
    assert letters(a_case("FA111", Category.CRIME)) == [("slip", "主办", "FA-JC", "fa-inspect", "", "P-14.3")]
    assert letters(a_case("BJ11", Category.CRIME)) == [("slip", "主办", "HQ-JC", "inspect", "", "P-14.3")]


@pytest.mark.parametrize("unit", ["BJ11", "FA111", "FA11", "FA", "HK"])
@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize("flags", [{}, COURT, PRESS])
def test_P14_3_by_whatever_way_a_crime_comes_the_unit_does_not_hear_of_it(unit, channel, flags):
    at_unit = {"BJ11": {"bj11"}, "FA111": {"fa111"}, "FA11": {"fa11", "fa11-second"}, "FA": {"fa", "fa-office"}, "HK": set()}
    told = everyone(a_case(unit, Category.CRIME, channel, **flags))
    assert told <= {"inspect", "fa-inspect", "office", "fa-office"}
    assert told.isdisjoint(at_unit[unit])
    assert told & {"inspect", "fa-inspect"}


def test_P14_3_without_an_inspection_mailbox_the_desk_decides_and_the_unit_is_not_told():
    for directory in (bank(HQ_JC={}), bank(HQ_JC={"mailbox": ""}), bank(HQ_JC={"mailbox": "bj11@bank.example"})):
        assert letters(a_case("BJ11", Category.CRIME), directory=directory) == []
        assert "不得转被投诉单位" in doubts(a_case("BJ11", Category.CRIME), directory=directory)


def test_P14_3_the_desks_own_word_on_the_category_counts():
    case = replace(a_case(category=Category.ERROR), category=Category.CRIME)
    assert letters(case) == [("slip", "主办", "HQ-JC", "inspect", "", "P-14.3")]


# -- who is told ---------------------------------------------------------------------------------------------------------

def test_P16_signs_of_publicity_go_to_the_offices_of_the_first_level_branch_and_of_head_office():
    assert letters(a_case("FA111", **PRESS))[1:] == [
        ("copy", "抄送", "FA-BGS", "fa-office", "", "P-16"), ("copy", "抄送", "HQ-BGS", "office", "", "P-16"),
    ]
    assert letters(a_case("BJ11", **PRESS))[1:] == [("copy", "抄送", "HQ-BGS", "office", "", "P-16")]
    assert len(letters(a_case("FA111", over_50k="六万"))) == 1


def test_P16_without_any_office_the_desk_telephones():
    assert "请投诉处理岗电话报告（P-16）" in doubts(a_case(**PRESS), directory=bank(HQ_BGS={}))


def test_P17_a_dispute_heading_for_court_is_told_to_leader_and_legal_department():
    assert [it for it in letters(a_case(**COURT)) if it[0] == "notice"] == [
        ("notice", "抄送", "HQ-FL", "legal", "", "P-17"), ("notice", "抄送", "BJ11", "bj11", "", "P-17"),
    ]
    assert not [it for it in letters(a_case(**PRESS)) if it[0] == "notice"]
    assert "没有法律部门" in doubts(a_case(**COURT), directory=bank(HQ_FL={}))


# -- the person complained about -----------------------------------------------------------------------------------------

def test_P11_1_the_one_complained_about_is_not_the_one_to_look_into_it():
    found = route(a_case(person="庚经理"), PSBC, BANK).envelopes[0]
    assert found.to == ("bj11@bank.example",)
    assert "被投诉人回避，请辛经理办理（P-11.1）" in found.why
    assert "回避" not in route(a_case(person="柜员午某"), PSBC, BANK).envelopes[0].why


def test_law_17_their_own_mailbox_never_gets_the_slip():
    own = bank(BJ11={"contact1_mailbox": "bj11@bank.example"})
    assert letters(a_case(person="庚经理"), directory=own) == [("slip", "主办", "BJ1", "bj1", "", "P-9.2")]
    second = bank(BJ11={"contact1_mailbox": "bj11@bank.example", "contact2_mailbox": "bj11-second@bank.example"})
    assert letters(a_case(person="庚经理"), directory=second) == [("slip", "主办", "BJ11", "bj11-second", "", "P-9.2")]


def test_law_17_with_no_other_contact_the_superior_takes_it():
    assert letters(a_case("FA111", channel=Channel.COMMENT_BOX, person="辰经理")) == [("slip", "主办", "FA11", "fa11", "", "P-9.5")]


# -- nobody to write to --------------------------------------------------------------------------------------------------

def test_P9_2_a_unit_without_mailbox_is_reached_through_its_superior():
    found = route(a_case("BJ12"), PSBC, BANK).envelopes[0]
    assert (found.unit, found.to) == ("BJ1", ("bj1@bank.example",))
    assert "首都西街营业所无可用邮箱，送首都城东支行" in found.why


def test_P3_what_has_no_unit_or_no_mailbox_lies_at_the_desk():
    assert (letters(a_case(None)), doubts(a_case(None))) == ([], "被投诉单位未确定，请投诉处理岗确定后再转办")
    assert "NOWHERE 不在机构名录中" in doubts(a_case("NOWHERE"))
    silent = bank(BJ11={"mailbox": ""}, BJ1={"mailbox": ""}, BJ={"mailbox": ""}, HQ={"mailbox": ""})
    assert letters(a_case(), directory=silent) == []
    assert "均无可用的投诉邮箱" in doubts(a_case(), directory=silent)
    assert route(a_case(None), PSBC, BANK).lead is None


def test_a_case_without_verdict_goes_by_its_channel_alone():
    assert letters(replace(a_case(), verdict=None)) == [("slip", "主办", "BJ11", "bj11", "", "P-9.2")]


# -- the other packs -----------------------------------------------------------------------------------------------------

def test_D1_letters_calls_and_visits_go_to_the_unit():
    for channel in (Channel.PHONE, Channel.LETTER, Channel.WALK_IN):
        assert letters(a_case("FA11", channel=channel), DATONG) == [("slip", "主办", "FA11", "fa11", "", "D-1")]


def test_D6_what_was_handed_down_is_supervised():
    assert letters(a_case(channel=Channel.REGULATOR), DATONG) == [("slip", "督办", "BJ11", "bj11", "union", "D-6")]


def test_D7_the_president_is_told_of_what_may_reach_the_media():
    assert letters(a_case("FA11", **PRESS), DATONG)[1] == ("notice", "抄送", "FA11", "fa11", "", "D-7")
    assert "请及时报告行长" in route(a_case("FA11", **PRESS), DATONG, BANK).envelopes[1].why


def test_T1_T3_lead_and_assistant_are_named():
    assert letters(a_case(category=Category.CHANNEL), THREE_LINE) == [
        ("slip", "主办", "HQ-QD", "channel", "", "T-3"), ("slip", "协办", "BJ11", "bj11", "", "T-1"),
    ]


def test_T6_discipline_and_media_go_up():
    assert letters(a_case("FA111", Category.CRIME), THREE_LINE) == [("slip", "主办", "FA-JC", "fa-inspect", "", "T-6")]
    assert ("copy", "抄送", "HQ-BGS", "office", "", "T-6") in letters(a_case("FA111", **PRESS), THREE_LINE)


def test_C1_C2_the_slip_follows_the_call_to_the_unit():
    assert letters(a_case("FA111"), CUTOVER) == [("slip", "主办", "FA111", "fa111", "", "C-2")]
    assert letters(a_case("FA111", channel=Channel.WEB), CUTOVER)[0][-1] == "C-1"


def test_C5_over_the_head_of_the_level_goes_to_the_provincial_group_at_once():
    assert ("notice", "抄送", "FA", "fa", "", "C-5") in letters(a_case("FA111", channel=Channel.GOVERNMENT), CUTOVER)


def test_C7_anger_or_a_threat_is_reported_level_by_level():
    told = [it[2] for it in letters(a_case("FA111", **PRESS), CUTOVER) if it[-1] == "C-7"]
    assert told == ["FA11", "FA1", "FA", "HQ"]
    assert [it[-1] for it in letters(a_case("BJ11", 人身安全="不想活了"), CUTOVER)] == ["C-2", "C-7", "C-7", "C-7"]
