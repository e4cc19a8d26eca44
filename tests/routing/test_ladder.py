"""The ladder as data: what is refused, what any ladder keeps, and whom each role is (P-11.1, P-20, P-21, D-3; law:17)."""

import copy
from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.calendar import Calendar
from routing.chase import Ladder, behind, leant, next_rung
from routing.errors import BadTable
from routing.pack import Pack, parse_pack
from routing.parties import UnitCode
from routing.recipients import callees, phone_of, president, reach, standing_in, unreachable
from tests.routing.shipped import BANK, CALENDAR, CUTOVER, DATONG, PACKS, PSBC, ZONE, at, bank, naive, raw_calendar, raw_pack

# -- what is refused ------------------------------------------------------------------------------------------------------


def refused(pack: str = "psbc-95580", **chasing) -> list[str]:
    raw = copy.deepcopy(raw_pack(pack))
    raw["chasing"] |= chasing
    with pytest.raises(BadTable) as error:
        parse_pack(raw, "bank.toml")
    return list(error.value.mistakes)


RUNG = {"rule": "P-21", "name": "催办", "count": "working-days", "after": 1, "every": 1}


def test_P21_an_empty_ladder_is_refused_with_the_reason():
    assert refused(ladder=[]) == ["chasing: ladder: has no rung; expected at least one, for an answer nobody is reminded of is forgotten (P-21)"]


@pytest.mark.parametrize("rung, says", [
    ({}, "催办 reaches nobody; expected somebody in to, telephone or console (P-21)"),
    ({"telephone": ["desk"]}, "telephone has desk, and the desk makes the calls"),
    ({"console": ["unit"]}, "console has unit, who has no screen"),
    ({"to": ["governor"]}, "'governor' is wrong; expected 'unit', 'second_contact', 'superior', 'office', 'union', 'president' or 'desk'"),
    ({"to": ["unit"], "by": "fax"}, "'fax' is wrong; expected 'digest' or 'mail'"),
])
def test_P21_a_rung_that_reaches_nobody_or_by_no_means_is_refused(rung, says):
    (mistake,) = refused(ladder=[{**RUNG, **rung}])
    assert mistake.startswith("chasing.ladder.0")
    assert says in mistake


def test_P21_a_rung_does_not_wait_for_one_that_keeps_office_hours():
    rungs = [{**RUNG, "to": ["unit"], "every": None, "office_hours": True}, {**RUNG, "to": ["unit"], "after": 2}]
    rungs[0].pop("every")
    assert "would wait for it" in refused(ladder=rungs)[0]


def test_P21_a_digest_in_a_break_is_refused():
    raw = copy.deepcopy(raw_pack("psbc-95580"))
    raw["hours"]["breaks"] = [{"from": time(12, 0), "to": time(14, 0)}]
    raw["chasing"]["digest_times"] = [time(9, 0), time(13, 0)]
    with pytest.raises(BadTable, match=r"chasing\.digest_times: 13:00:00 is outside hours; expected between 08:30:00 and 17:30:00, and in no break"):
        parse_pack(raw, "bank.toml")


def test_C3_in_emergency_weeks_the_telephone_comes_on_every_rung():
    assert all(rung.telephone for rung in CUTOVER.chasing.ladder)
    assert CUTOVER.hours.around_the_clock
    assert all(rung.to for rung in CUTOVER.chasing.ladder)         # and each call has its trail in writing


# -- what any ladder keeps --------------------------------------------------------------------------------------------------

ROLES = st.lists(st.sampled_from(["unit", "second_contact", "superior", "office", "union", "president", "desk"]), min_size=1, max_size=4, unique=True)
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 20))


@st.composite
def ladders(draw) -> Pack:
    """Any pack that reads: rungs anywhere, by days or by hours, at any times of day."""
    raw = copy.deepcopy(raw_pack(draw(st.sampled_from(["psbc-95580", "cutover"]))))
    count = draw(st.sampled_from(["working-days", "clock-hours"]))
    places = sorted(draw(st.sets(st.tuples(st.booleans(), st.integers(-5, 8)), min_size=1, max_size=6)))
    quiet_from = draw(st.integers(0, len(places)))
    raw["chasing"]["ladder"] = [
        {
            "rule": "P-21", "name": f"第{n}级", "count": count, "after": after, "of": "last_day" if last else "due", "to": draw(ROLES),
            "by": draw(st.sampled_from(["digest", "mail"])), "office_hours": n >= quiet_from, **({"every": draw(st.integers(1, 5))} if n == len(places) - 1 else {}),
        }
        for n, (last, after) in enumerate(places)
    ]
    opens, closes = draw(st.sampled_from([(8, 17), (9, 18), (7, 12)]))
    raw["hours"] |= {"open": time(opens), "close": time(closes), "around_the_clock": draw(st.booleans())}
    raw["hours"].pop("breaks", None)
    raw["chasing"]["digest_times"] = sorted(draw(st.sets(st.times(time(opens), time(closes - 1, 59)).map(lambda it: it.replace(second=0, microsecond=0)), max_size=3)))
    return parse_pack(raw, "any")


@st.composite
def calendars(draw) -> Calendar:
    """A year with holidays anywhere."""
    raw = copy.deepcopy(raw_calendar())
    begins = draw(DAYS)
    ends = min(date(2026, 12, 31), begins + timedelta(days=draw(st.integers(0, 12))))
    raw["fixed"], raw["years"] = [], [{"year": 2026, "closed": [{"name": "假期", "from": begins, "to": ends}]}]
    return Calendar.parse(raw, "any")


@settings(max_examples=120, deadline=None)
@given(ladders(), calendars(), st.datetimes(naive("2026-01-02 00:00"), naive("2026-12-01 00:00"), timezones=st.just(ZONE)), st.integers(0, 96), st.integers(0, 40))
def test_P21_any_ladder_goes_up_in_order_each_rung_once_the_last_again_and_in_working_hours_alone(pack, calendar, due, span, late):
    """Looked after whenever it says so: names in order, no rung twice save the last, nobody reminded at night or on a closed day."""
    last_day, now = due + timedelta(hours=span), due - timedelta(days=10) + timedelta(hours=late)
    top, climbed, sent = len(pack.chasing.ladder), 0, []
    for _ in range(40):
        one = next_rung(pack, calendar, due, last_day, climbed, now)
        assert one.at >= now
        if one.at <= now:
            sent.append((one.index, now))
            climbed = one.index + 1
            entry = pack.chasing.ladder[min(one.index, top - 1)]
            if not pack.hours.around_the_clock or entry.office_hours:
                assert calendar.is_working(now.astimezone(ZONE).date())
                assert pack.hours.open <= now.astimezone(ZONE).time() < pack.hours.close
        now = max(now, one.at) if one.at > now else now + timedelta(seconds=1)
    assert [index for index, _ in sent] == sorted({index for index, _ in sent})
    assert [at for _, at in sent] == sorted(at for _, at in sent)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(list(PACKS.values())), st.datetimes(naive("2026-01-02 00:00"), naive("2026-11-01 00:00"), timezones=st.just(ZONE)), st.integers(0, 12), st.integers(1, 20))
def test_P11_2_after_an_extension_no_rung_is_climbed_twice_and_the_last_comes_on_its_new_day(pack, due, climbed, days):
    now, later = due + timedelta(hours=3), due + timedelta(days=days)
    top = len(pack.chasing.ladder)
    one = next_rung(pack, CALENDAR, later, later, climbed, now)
    assert one.index >= min(climbed, top - 1)
    ladder = Ladder.of(pack, CALENDAR, later, later)
    if climbed >= top and ladder.tops[-1] > now:
        assert (one.index, one.at) == (top - 1, ladder.tops[-1])


def test_P11_2_a_ladder_half_climbed_leans_on_the_new_day():
    due, new = at("2026-07-27 17:30"), at("2026-08-05 17:30")
    assert next_rung(PSBC, CALENDAR, due, due, 3, at("2026-07-29 08:00")).name == "逾期催办（上级单位）"
    one = next_rung(PSBC, CALENDAR, new, new, 3, at("2026-07-29 08:00"))
    assert (one.name, one.at) == ("逾期催办（上级单位）", at("2026-08-07 09:00"))
    assert next_rung(PSBC, CALENDAR, new, new, 9, at("2026-08-04 08:00")).at == at("2026-08-10 09:00")     # had climbed all, and some of the last again


def test_P21_a_ladder_leant_on_a_late_slip_has_the_rungs_before_it_behind():
    due, out = at("2026-07-27 17:30"), at("2026-08-05 10:12")
    ladder = leant(PSBC, CALENDAR, due, due, out)
    assert ladder.due == at("2026-08-05 17:30")
    assert behind(ladder, due, out) == 2
    assert ladder.next(2, out).at == at("2026-08-06 09:00")


# -- to whom ----------------------------------------------------------------------------------------------------------------


def test_D3_the_president_is_the_nearest_contact_of_that_title_or_their_office():
    named = bank(BJ1={"contact1": "张行长", "contact2": "李副行长"})
    assert president(named, UnitCode("BJ11")).attention == "张行长"
    assert president(bank(BJ1={"contact1": "李副行长"}), UnitCode("BJ11")) is None
    assert president(bank(HQ_BGS={"name": "行长办公室"}), UnitCode("BJ11")).mailbox == "office@bank.example"
    assert president(named, UnitCode("BJ11"), avoid="张行长") is None


def test_P16_the_office_is_the_nearest_one():
    assert [it.mailbox for it in reach(("office",), UnitCode("BJ11"), BANK).found] == ["office@bank.example"]


def test_P21_a_role_nobody_fills_falls_to_the_superior_and_is_told():
    lacking = bank(HQ_GH={})
    found = reach(("unit", "union"), UnitCode("BJ11"), lacking)
    assert [it.mailbox for it in found.found] == ["bj11@bank.example", "bj1@bank.example"]
    assert found.missing == ("union",)
    (told,) = unreachable(PSBC, lacking)
    assert told.startswith("psbc-95580 chasing.ladder: reminds union (工会), and the directory has none anywhere; add a department with 工会 in its name")
    assert list(unreachable(PSBC, BANK)) == []
    assert "president" in next(unreachable(DATONG, bank(FA11={"contact1": "卯经理"})))


def test_P21_where_only_some_units_have_nobody_they_are_counted_and_one_is_named():
    one_branch = bank(FA11={"contact1": "寅行长"})
    (told,) = [line for line in unreachable(DATONG, one_branch) if "president" in line]
    assert "for " in told
    assert "units, e.g. HQ" in told


def test_P21_a_unit_that_is_gone_is_reached_through_the_one_its_code_lies_under():
    gone = bank(BJ11={})
    assert gone.get("BJ11") is None
    assert standing_in(gone, UnitCode("BJ11")) == "BJ1"
    found = reach(("unit",), UnitCode("BJ11"), gone)
    assert [it.unit_code for it in found.found] == ["BJ1"]
    assert found.missing == ("unit",)
    assert standing_in(gone, UnitCode("XX")) is None


def test_P20_calls_go_to_the_contact_with_a_number_then_to_the_other_then_above():
    phones = {"contact1_phone": "010-1", "contact2_phone": "010-2"}
    called = lambda roles, directory, avoid="", unit="BJ11": [(it.unit_code, it.name, it.phone) for it in callees(roles, UnitCode(unit), directory, avoid)[0]]
    assert called(("unit",), bank(BJ11=phones)) == [("BJ11", "庚经理", "010-1")]
    assert called(("second_contact",), bank(BJ11=phones)) == [("BJ11", "辛经理", "010-2")]
    assert called(("unit",), bank(BJ11={"contact2_phone": "010-2"})) == [("BJ11", "辛经理", "010-2")]
    assert called(("unit",), bank(BJ11=phones), avoid="庚经理") == [("BJ11", "辛经理", "010-2")]        # law:17
    assert called(("unit",), bank(BJ1={"contact1_phone": "010-9"})) == [("BJ1", "戊经理", "010-9")]
    assert callees(("unit",), UnitCode("BJ11"), BANK) == ((), ("unit",))
    assert phone_of(bank(BJ11=phones), "BJ11", "辛经理") == "010-2"
    assert phone_of(BANK, "BJ11", "丙某") == ""


@given(st.sampled_from(["unit", "second_contact", "superior", "office", "union", "president"]), st.sampled_from(list(BANK.units)))
def test_law_17_whoever_is_complained_about_is_no_ones_recipient_on_any_rung(role, code):
    """Each contact of the chain and of the departments around it in turn is the person complained about."""
    people = {(unit.code, contact.name, contact.mailbox) for unit in BANK.units.values() for contact in (unit.first, unit.second) if contact.name}
    for _, name, mailbox in people:
        for one in reach((role,), UnitCode(code), BANK, name).found:
            assert name not in one.attention.split("、")
            assert one.mailbox != mailbox or not mailbox
        for who in callees((role,), UnitCode(code), BANK, name)[0]:
            assert who.name != name
