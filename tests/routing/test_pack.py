import copy
from datetime import date
from decimal import Decimal

import pytest

from routing.errors import BadTable
from routing.pack import parse_pack
from routing.papers import Channel
from routing.verdict import OVER_50K, PUBLIC_FIGURE, REPUTATION, TOPICS, Category
from tests.routing.shipped import CUTOVER, DATONG, NAMES, PACKS, PSBC, THREE_LINE, raw_pack


def mistakes(name="psbc-95580", **changes):
    raw = copy.deepcopy(raw_pack(name))
    for path, value in changes.items():
        *way, key = path.split("__")
        place = raw
        for step in way:
            place = place[int(step[1:])] if step.startswith("n") and step[1:].isdigit() else place[step]
        if value is None:
            del place[key]
        else:
            place[key] = value
    with pytest.raises(BadTable) as caught:
        parse_pack(raw, name)
    assert caught.value.name == name
    return caught.value.mistakes


# -- what the shipped packs say ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_pack_is_complete(name):
    pack = PACKS[name]
    assert pack.id == name
    assert all(pack.limit_of(category).due > 0 for category in (*Category, None))
    assert all(pack.route_of(channel).rule for channel in Channel)
    assert pack.retention.years >= pack.retention.floor_years == 3


def test_P9_1_what_holds_a_slip():
    assert PSBC.review.amount_over == 50000
    assert not Decimal(50000) > PSBC.review.amount_over         # exactly 50,000 is not over
    assert Decimal("50000.01") > PSBC.review.amount_over
    assert set(PSBC.review.holds) == {OVER_50K, PUBLIC_FIGURE, REPUTATION, *TOPICS}
    assert PSBC.review.recording_equipment
    assert PSBC.review.unheard_mark == "未复听·无录音设备"
    assert not DATONG.review.recording_equipment


@pytest.mark.parametrize("category, due, last", [
    ("工作失误", 3, 3), ("服务态度", 3, 3), ("内部管理", 3, 3),
    ("服务产品", 7, 10), ("服务渠道", 7, 10), ("违规操作", 7, 10), ("金融犯罪", 7, 10), ("匿名投诉", 7, 10),
])
def test_P11_P14_each_category_has_its_limit(category, due, last):
    limit = PSBC.limit_of(Category(category))
    assert (limit.count, limit.due, limit.last, limit.rule) == ("working-days", due, last, "P-11")


def test_P12_the_seven_elements_of_an_answer():
    assert [(element.number, element.name) for element in PSBC.elements] == [
        (1, "投诉事由及调查核实情况"), (2, "对相关责任人处理意见"), (3, "应吸取的教训及整改措施"), (4, "客户对处理结果的满意程度"),
        (5, "处理时间"), (6, "经办人"), (7, "联系电话"),
    ]
    assert len(PSBC.elements_of(Category.ERROR)) == 7


def test_P14_4_nobody_can_ask_an_anonymous_customer_whether_they_are_satisfied():
    assert [element.number for element in PSBC.elements_of(Category.ANONYMOUS)] == [1, 2, 3, 5, 6, 7]


def test_P24_D8_C8_reports_and_their_rhythm():
    assert sorted(report.every for report in PSBC.reports) == ["half-month", "half-month", "half-year", "month", "quarter", "year"]
    assert {report.name: report.every for report in PSBC.reports}["投诉统计表"] == "month"
    assert [(report.every, report.to) for report in CUTOVER.reports] == [("day", "工会")]
    assert DATONG.reports[0].to == "综合服务管理部"


def test_T1_T2_the_three_line_bank_has_its_own_form_and_lines():
    assert THREE_LINE.form == THREE_LINE.supervision_form == "客户投诉处理单"
    assert len(THREE_LINE.hotlines) == 3
    assert THREE_LINE.route_of(Channel.PHONE).rule == "T-1"


def test_C5_three_people_with_one_matter_and_law_25_twenty():
    assert [entry.rule for entry in CUTOVER.mass_of(2)] == []
    assert [(entry.rule, entry.level) for entry in CUTOVER.mass_of(3)] == [("C-5", "一级分行")]
    assert [entry.rule for entry in CUTOVER.mass_of(20)] == ["C-5", "law:25"]
    assert [entry.rule for entry in PSBC.mass_of(2)] == []
    assert [entry.rule for entry in PSBC.mass_of(19)] == ["C-5"]


def test_C4_how_a_case_counts():
    assert [CUTOVER.counts_as(when) for when in ("outlet", "risen", "beyond")] == ["不计", "咨询", "投诉"]
    assert PSBC.counts_as("outlet") == "投诉"


@pytest.mark.parametrize("pack, rules", [
    (PSBC, ["P-3", "P-11.1", "P-11.2", "P-12"]), (DATONG, ["D-2", "D-3", "D-4"]),
    (THREE_LINE, ["T-3", "T-4", "T-7"]), (CUTOVER, ["C-1", "C-6", "C-7"]),
])
def test_P3_P11_1_P11_2_D2_T7_C1_C6_law_19_the_slip_repeats_the_rules_for_whoever_handles_the_case(pack, rules):
    assert [note.rule for note in pack.notes if note.where == "slip"] == [*rules, "law:17", "law:19"]


@pytest.mark.parametrize("name", NAMES)
def test_law_12_law_14_law_27_the_desk_is_reminded_of_the_law(name):
    assert [note.rule for note in PACKS[name].notes if note.where == "desk"] == ["law:12", "law:14", "law:27"]


def test_P6_law_7_papers_are_kept_five_years_and_never_under_three():
    assert (PSBC.retention.years, PSBC.retention.floor_years, PSBC.retention.legal_hold) == (5, 3, True)
    assert "expected at least floor_years = 3" in mistakes(retention__years=2)[0]


def test_P18_D3_to_whom_a_complaint_again_is_reported():
    assert PSBC.repeat.departments == ("客户",)
    assert (PSBC.repeat.rule, DATONG.repeat.rule) == ("P-18", "D-3")


def test_law_18_limits_are_data_with_a_date():
    term = PSBC.law_on(date(2026, 7, 22))
    assert (term.simple, term.complex, term.special_extra, term.valid_from) == (15, 30, 30, date(2020, 3, 1))
    raw = raw_pack("psbc-95580")
    raw["law"] = [{**raw["law"][0], "valid_until": date(2026, 12, 31)}, {**raw["law"][0], "valid_from": date(2027, 1, 1), "simple": 10}]
    pack = parse_pack(raw, "revised")
    assert [pack.law_on(date.fromisoformat(day)).simple for day in ("2019-01-01", "2026-12-31", "2027-01-01")] == [15, 15, 10]


# -- what is refused -----------------------------------------------------------------------------------------------------

def test_all_mistakes_are_told_together_with_path_and_expectation():
    told = mistakes(
        limits__simple__due="three", limits__simple__lats=3, review__rule=None, zone="Asia/Peking",
        chasing__ladder__n0__rule="X-1", hours__open="08:30", routes__n0__channels=["电报"], nonsense=1,
    )
    assert len(told) >= 8
    text = "\n".join(told)
    for part in (
        "limits.simple.due: 'three' is wrong; expected a valid integer",
        "limits.simple.lats: unknown key; expected one of count, due, last, law, name, rule",
        "review.rule: missing; every table of this kind needs it",
        "zone: 'Asia/Peking' is no time zone; expected a name like Asia/Shanghai",
        "chasing.ladder.0.rule: 'X-1' does not look right; expected the form",
        "hours.open: '08:30' is wrong; expected a valid time",
        "routes.0.channels.0: '电报' is wrong; expected '电话'",
        "nonsense: unknown key; expected one of assisting, authority",
    ):
        assert part in text


@pytest.mark.parametrize("changes, told", [
    ({"unsorted": "long"}, "unsorted: 'long' is no limit; expected one of complex, simple"),
    ({"categories__工作失误": "short"}, "categories.工作失误: 'short' is no limit; expected one of complex, simple"),
    ({"categories__工作失误": None}, "categories.工作失误: missing; expected one of the limits complex, simple"),
    ({"routes__n0__channels": ["网络"]}, "routes.channels: 网络 stands there twice; expected once"),
    ({"limits__simple__due": 4}, "due is 4 and last is 3; expected due not after last"),
    ({"limits__simple__due": 0}, "limits.simple.due: 0 is wrong; expected greater than 0"),
    ({"limits__simple__due": True}, "limits.simple.due: True is wrong; expected a valid integer"),
    ({"review__holds": ["over_5k"]}, "review.holds: over_5k is no flag; expected some of over_50k"),
    ({"elements__n0__number": 2}, "elements.number: 2 stands there twice; expected once"),
    ({"chasing__ladder__n0__after": 2}, "chasing: ladder: rungs stand out of order"),
    ({"chasing__ladder__n0__count": "clock-hours"}, "expected one `count` for all"),
    ({"chasing__ladder__n4__every": None}, "`every` belongs to the last rung"),
    ({"chasing__ladder__n0__every": 1}, "`every` belongs to the last rung"),
    ({"law__n0__simple": 31}, "has simple 31 over complex 30; expected not over"),
    ({"digest": "abc"}, "digest: is worked out from the table"),
    ({"closing__outcomes__n0__name": "撤诉"}, "closing.outcomes.name: 撤诉 stands there twice"),
])
def test_a_contradiction_is_named_with_what_was_expected(changes, told):
    found = mistakes(**changes)
    assert any(told in mistake for mistake in found), found


def test_channels_without_a_route_and_digests_at_night_are_named():
    raw = raw_pack("psbc-95580")
    raw["routes"] = raw["routes"][1:]
    raw["chasing"]["digest_times"] = [raw["hours"]["close"]]
    with pytest.raises(BadTable) as caught:
        parse_pack(raw, "x")
    assert caught.value.mistakes == (
        "routes.channels: 电话 is in no entry; expected in one",
        "chasing.digest_times: 17:30:00 is outside hours; expected between 08:30:00 and 17:30:00, and in no break",
    )


def test_digest_times_out_of_order_are_refused():
    raw = raw_pack("psbc-95580")
    raw["chasing"]["digest_times"].reverse()
    with pytest.raises(BadTable, match="expected each later than the one before"):
        parse_pack(raw, "x")


def test_overlapping_terms_of_law_are_refused():
    raw = raw_pack("psbc-95580")
    raw["law"].append({**raw["law"][0], "name": "修订", "valid_from": date(2027, 1, 1)})
    with pytest.raises(BadTable, match="expected each term to end before the next begins"):
        parse_pack(raw, "x")


def test_a_pack_cannot_be_changed_and_its_digest_names_it():
    with pytest.raises(ValueError, match="frozen"):
        PSBC.review.amount_over = 1
    raw = raw_pack("psbc-95580")
    assert parse_pack(dict(reversed(raw.items())), "x").digest == PSBC.digest
    raw["review"]["amount_over"] = 60000
    assert parse_pack(raw, "x").digest != PSBC.digest
    assert len({pack.digest for pack in PACKS.values()}) == 4
