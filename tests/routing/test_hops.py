"""Hops as pure values: their states, their limits, whose word a mail is, and who never gets a case (P-9.3, P-11.1, P-14.3, T-4, T-7)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given, strategies as st

from routing import delivery
from routing.addressee import kept_from, may_be
from routing.directory import Directory
from routing.errors import BadTable, RuleError
from routing.hops import (
    ANSWERED, ASSIST, BEGUN, CALLED, COPY, DELIVERED, ENDED, LEAD, LEADS, LIVE, OF_LETTERS, ONWARD, OPEN, PASSED, REPORT, RETURNED, SENT, TIMES, Hop,
    chores, forwarded_to, heard, legs, next_below, speaking, taker, tree,
)
from routing.pack import parse_pack
from routing.papers import Channel
from routing.parties import UnitCode
from routing.route import route
from routing.verdict import Category
from tests.routing.shipped import BANK, CALENDAR, CUTOVER, PSBC, THREE_LINE, a_case, at, bank, raw_pack

NOW = at("2026-07-22 10:00")
words = st.sampled_from(sorted(CALLED))


def a_hop(unit: str = "FA", part: str = LEAD, **more: object) -> Hop:
    unit_ = BANK.get(unit)
    assert unit_ is not None
    return replace(Hop(137, 1, UnitCode(unit), unit_.mailbox, part, "P-9.3"), **more)  # type: ignore[arg-type]


def over_the_union():
    raw = raw_pack("psbc-95580")
    return parse_pack(raw | {"forwarding": raw["forwarding"] | {"by": "union"}}, "union")  # type: ignore[operator]


# states ----------------------------------------------------------------------------------------------------------------
def test_every_state_is_named_and_leads_somewhere_or_nowhere():
    assert LEADS.keys() == CALLED.keys()
    assert set(OF_LETTERS) <= set(delivery.LEADS)
    assert {state for state, on in LEADS.items() if not on} == {ANSWERED, ENDED}


@given(st.lists(words, max_size=12))
def test_a_hop_never_goes_back_and_keeps_the_first_moment_of_each_word(heard_words: list[str]) -> None:
    order = [OPEN, SENT, DELIVERED, BEGUN, PASSED, RETURNED, ANSWERED, ENDED]
    hop, first = a_hop(), {}
    for minute, word in enumerate(heard_words):
        before, moment = hop, NOW + timedelta(minutes=minute)
        hop = heard(hop, word, moment)
        assert order.index(hop.state) >= order.index(before.state)
        if word in TIMES and before.state != ENDED:
            first.setdefault(word, moment)
    assert {name: getattr(hop, name) for name in TIMES if getattr(hop, name)} == first
    assert hop.live == (hop.state in LIVE)


def test_T4_who_has_read_the_slip_or_answered_it_has_begun():
    assert OF_LETTERS[delivery.READ] == OF_LETTERS[delivery.ACKNOWLEDGED] == BEGUN
    late = heard(heard(a_hop(), SENT, NOW), BEGUN, NOW)
    assert heard(late, DELIVERED, NOW).delivered == NOW          # a receipt that comes late fills its time in
    assert heard(late, DELIVERED, NOW).state == BEGUN


# what a decision opens --------------------------------------------------------------------------------------------------
def legs_of(case, pack=PSBC, directory=BANK):
    return list(legs(case, route(case, pack, directory), pack, directory, CALENDAR, NOW))


def test_P9_3_the_union_passes_on_within_the_packs_time():
    (leg,) = legs_of(a_case("FA111"), over_the_union())
    assert (leg.unit, leg.part, leg.due) == ("HQ-GH", ONWARD, at("2026-07-22 14:00"))
    assert [(leg.unit, leg.part, leg.due) for leg in legs_of(a_case("FA111"))] == [("FA", LEAD, None), ("HQ-GH", COPY, None)]


def test_P14_1_T3_the_one_that_assists_has_its_own_limit():
    for pack in (PSBC, THREE_LINE):
        lead, assist = legs_of(a_case(category=Category.PRODUCT), pack)
        assert (lead.part, lead.due, assist.part, assist.due) == (LEAD, None, ASSIST, at("2026-07-27 17:30"))
    assert legs_of(a_case(channel=Channel.MEDIA), replace_assisting(None))[1].due is None


def replace_assisting(value):
    raw = raw_pack("psbc-95580")
    raw.pop("assisting") if value is None else raw.update(assisting=value)
    return parse_pack(raw, "assisting")


def test_P14_1_a_pack_in_which_the_assistant_has_longer_than_the_lead_is_refused():
    with pytest.raises(BadTable, match=r"assisting.within: 11 working-days is more than limits.complex.last = 10"):
        replace_assisting({"rule": "P-14.1", "count": "working-days", "within": 11})


def test_C7_P16_each_level_that_is_told_follows_the_one_below():
    told = [leg for leg in legs_of(a_case("FA111", reputation="要找电视台曝光"), CUTOVER) if leg.part == REPORT]
    assert [(leg.unit, leg.above) for leg in told] == [("FA11", None), ("FA1", 1), ("FA", 2), ("HQ", 3)]
    offices = [leg for leg in legs_of(a_case("FA111", reputation="要找电视台曝光")) if leg.rule == "P-16"]
    assert [(leg.unit, leg.above) for leg in offices] == [("FA-BGS", None), ("HQ-BGS", 2)]


def test_P16_signs_of_the_press_go_to_head_office_the_rest_to_the_branchs_office():
    assert [leg.unit for leg in legs_of(a_case("FA111", reputation="要发微博曝光")) if leg.rule == "P-16"] == ["FA-BGS"]
    assert [leg.unit for leg in legs_of(a_case("FA111", reputation="要登报")) if leg.rule == "P-16"] == ["FA-BGS", "HQ-BGS"]


def test_P17_leader_and_legal_are_told_side_by_side():
    told = [leg for leg in legs_of(a_case("FA111", reputation="要去法院起诉")) if leg.rule == "P-17"]
    assert [(leg.unit, leg.part, leg.above) for leg in told] == [("HQ-FL", REPORT, None), ("FA111", REPORT, None)]


# what a hop is reminded of ---------------------------------------------------------------------------------------------
def test_T4_to_begin_two_working_hours_after_delivery_or_else_after_it_was_sent():
    sent = heard(a_hop(), SENT, at("2026-07-22 09:00"))
    assert [one.at for one in chores(sent, THREE_LINE, CALENDAR)] == [at("2026-07-22 11:00")]
    assert [one.at for one in chores(heard(sent, DELIVERED, at("2026-07-22 16:30")), THREE_LINE, CALENDAR)] == [at("2026-07-23 09:30")]
    assert not list(chores(heard(sent, BEGUN, NOW), THREE_LINE, CALENDAR))
    assert not list(chores(a_hop(), THREE_LINE, CALENDAR))                              # not even sent
    assert not list(chores(heard(a_hop(part=COPY), SENT, NOW), THREE_LINE, CALENDAR))   # told, and not asked


@given(words, st.sampled_from([LEAD, ASSIST, ONWARD, COPY, REPORT]))
def test_who_has_done_its_part_is_reminded_of_nothing(word: str, part: str) -> None:
    hop = heard(replace(heard(a_hop(part=part), SENT, NOW), due=NOW), word, NOW)
    if not hop.live or part in {COPY, REPORT}:
        assert not list(chores(hop, THREE_LINE, CALENDAR))


# whose word it is ------------------------------------------------------------------------------------------------------
def test_P9_7_the_very_mailbox_then_the_unit_then_those_above_and_below():
    union, branch, helper = a_hop("HQ-GH", ONWARD, state=PASSED), a_hop("FA", place=1), a_hop("BJ11", ASSIST, place=2)
    mine = [union, branch, helper]
    assert speaking(mine, "fa@bank.example", BANK) is branch
    assert speaking(mine, "union@bank.example", BANK) is union
    assert speaking(mine, "bj11@bank.example", BANK) is helper
    assert speaking(mine, "bj1@bank.example", BANK) is helper          # a superior speaks for its unit
    assert speaking(mine, "fa111@bank.example", BANK) is branch        # a unit below has it from its branch
    assert speaking(mine, "hq@bank.example", BANK) is branch
    assert speaking(mine, "stranger@bank.example", BANK) is None
    assert speaking([a_hop("FA", COPY)], "fa@bank.example", BANK) is None


def test_P9_3_where_it_goes_next():
    case, pack = a_case("FA111"), over_the_union()
    assert next_below(a_hop("HQ-GH", ONWARD), case, pack, BANK) == BANK.get("FA")
    assert next_below(a_hop("FA"), case, pack, BANK) == BANK.get("FA111")
    assert next_below(a_hop("FA111"), case, pack, BANK) is None
    to = ("fa111@bank.example", "hq@bank.example", "bj11@bank.example", "x@elsewhere.example")
    assert [unit.code for unit, _ in forwarded_to(to, a_hop("FA"), case, BANK)] == ["FA111"]     # P-12: the others are only in copy
    assert forwarded_to(to, a_hop("FA111"), case, BANK) == ()


# who may get it --------------------------------------------------------------------------------------------------------
def test_taker_says_what_is_wrong_and_what_to_do():
    with pytest.raises(RuleError, match="NOWHERE is not in the directory"):
        taker(a_case("FA111"), "NOWHERE", PSBC, BANK)
    assert taker(a_case("FA111"), "FA111", PSBC, BANK).mailbox == "fa111@bank.example"
    with pytest.raises(RuleError, match=r"FA111 .* pass it on to FA11 instead \(P-11.1, law:17\)"):
        taker(a_case("FA111", person="辰经理"), "FA111", PSBC, BANK)
    assert taker(a_case("BJ12"), "BJ12", PSBC, BANK).unit_code == "BJ1"           # no mailbox of its own
    with pytest.raises(RuleError, match=r"P-14\.3"):
        taker(a_case("FA111", Category.CRIME), "FA11", PSBC, BANK)
    assert taker(a_case("FA111", Category.CRIME), "HQ-JC", PSBC, BANK).unit_code == "HQ-JC"
    with pytest.raises(RuleError, match=r"P-14\.3|P-11\.1"):
        taker(a_case("FA111", Category.CRIME), "FA-JC", PSBC, bank(FA_JC={"mailbox": "fa111@bank.example"}))


names = st.sampled_from(["庚经理", "辛经理", "壬主任", "王芳", "王经理", "柜员王芳", "李行长", ""])
boxes = st.sampled_from(["", *(f"box{n}@bank.example" for n in range(6))])
people = st.fixed_dictionaries({"mailbox": boxes, "contact1": names, "contact2": names, "contact1_mailbox": boxes, "contact2_mailbox": boxes})
UNITS = ("BJ", "BJ1", "BJ11", "FA", "FA1", "FA11", "FA111", "FA-BGS", "FA-JC", "HQ-CP", "HQ-GH", "HQ-BGS", "HQ-FL", "HQ-JC", "HK")


@given(
    st.dictionaries(st.sampled_from(UNITS), people, max_size=12), st.sampled_from(["BJ11", "FA111", "FA11", "HK"]), st.sampled_from(list(Category)),
    st.sampled_from(list(Channel)), names, st.sampled_from([{}, {"reputation": "要找电视台曝光，还要去法院起诉"}]), st.sampled_from(["psbc", "union", "three", "cutover"]),
)
def test_P11_1_law_17_in_no_directory_does_the_person_complained_about_get_anything(changes, unit, category, channel, person, flags, which) -> None:
    """Neither they nor a mailbox of their own, on any hop, decided by the bridge or by hand."""
    assume(person)
    directory = bank(**{code.replace("-", "_"): dict(row) for code, row in changes.items()})
    pack = {"psbc": PSBC, "union": over_the_union(), "three": THREE_LINE, "cutover": CUTOVER}[which]
    case = a_case(unit, category, channel, person, **flags)
    case = replace(case, pack=pack.id)
    theirs = own_boxes(directory, unit, person)
    routing = route(case, pack, directory)
    assert theirs.isdisjoint(box for it in routing.envelopes for box in (*it.to, *it.cc))
    assert theirs.isdisjoint(leg.mailbox for leg in legs(case, routing, pack, directory, CALENDAR, NOW))
    assert theirs == kept_from(directory, UnitCode(unit), person)
    for code in directory.units:
        try:
            found = taker(case, code, pack, directory)
        except RuleError as error:
            assert any(word in str(error) for word in ("law:17", "P-14.3"))
        else:
            assert found.mailbox not in theirs
            assert not (found.attention and may_be(person, found.attention))
        for box in theirs:
            with pytest.raises(RuleError):
                taker(case, code, pack, directory, box)


def own_boxes(directory: Directory, unit: str, person: str) -> frozenset[str]:
    """The own mailboxes of whoever may be the person, at the unit and above it."""
    above = directory.chain(unit)
    return frozenset(contact.mailbox for at in above for contact in (at.first, at.second) if contact.mailbox and contact.name and may_be(person, contact.name))


# the picture -----------------------------------------------------------------------------------------------------------
def test_P21_the_tree_shows_who_got_it_from_whom():
    way = [a_hop("HQ-GH", id=1), a_hop("FA", id=2, after=1), a_hop("FA111", id=4, after=2), a_hop("HQ-BGS", id=3), a_hop("BJ", id=9, after=77)]
    assert tree(way, {hop.id: hop.unit for hop in way}) == ["├─ HQ-GH", "│　└─ FA", "│　　 └─ FA111", "├─ HQ-BGS", "└─ BJ"]
    assert tree([], {}) == []


@given(st.lists(st.integers(0, 30), max_size=30))
def test_the_tree_has_a_line_for_every_hop(parents: list[int]) -> None:
    way = [a_hop(id=n + 1, after=parent if 0 < parent <= n else None) for n, parent in enumerate(parents)]
    drawn = tree(way, {hop.id: f"#{hop.id}" for hop in way})
    assert sorted(int(line.partition("#")[2]) for line in drawn) == [hop.id for hop in way]


def test_a_returned_hop_may_still_be_answered_but_is_not_at_work():
    assert not heard(a_hop(), RETURNED, NOW).live
    assert heard(heard(a_hop(), RETURNED, NOW), ANSWERED, NOW).state == ANSWERED
