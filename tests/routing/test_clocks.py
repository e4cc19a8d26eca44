"""Three clocks side by side, what moves them, and that their explanations add up (P-11, P-11.2, D-6; law:18)."""

import copy
import re
from dataclasses import replace
from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.calendar import Calendar, Hours
from routing.clocks import APPRAISAL, EXTENSION, NEW_FACTS, PROLONGED, Event, lacking, standing
from routing.deadline import deadline, latest
from routing.errors import BadTable
from routing.pack import parse_pack
from routing.verdict import Category
from tests.routing.shipped import CALENDAR, CUTOVER, DATONG, PACKS, PSBC, THREE_LINE, ZONE, at, naive, raw_calendar, raw_pack

RECEIVED = st.datetimes(naive("2018-01-01 00:00"), naive("2030-01-01 00:00"), timezones=st.just(ZONE))
CATEGORIES = st.sampled_from([*Category, None])
BY_DAY = st.sampled_from([PSBC, DATONG, THREE_LINE])
IN = at("2026-07-22 10:00")         # a Wednesday


def hourly():
    """A pack that counts working hours, nobody working over lunch."""
    raw = copy.deepcopy(raw_pack("three-line"))
    raw["hours"]["breaks"] = [{"from": naive("2026-01-01 12:00").time(), "to": naive("2026-01-01 13:30").time()}]
    raw["limits"]["outlet"] |= {"count": "working-hours", "due": 4, "last": 9}
    raw["limits"]["coordinated"] |= {"count": "working-hours", "due": 20, "last": 27}
    raw["extension"]["most"] = {"outlet": 18, "coordinated": 60}
    return parse_pack(raw, "hourly")


HOURLY = hourly()


def event(kind, when="2026-07-23 10:00", until=None, reason="", told=None, how="", approver="", noted=None):
    return Event(kind, at(when), at(noted or when), "desk", until and at(until), reason, approver, told and at(told), how)


EXTENDED = event(EXTENSION, until="2026-08-07 17:30", reason="须调取外地凭证", told="2026-07-23 09:00", how="电话")
LONGER = event(PROLONGED, reason="涉及多家机构", approver="总行", told="2026-07-23 09:00", how="书面")
AWAY = event(APPRAISAL, "2026-08-03 00:00", until="2026-08-07 00:00", reason="笔迹鉴定", told="2026-08-03 09:00", how="电话", noted="2026-08-03 10:00")


def due(events, category="服务产品", pack=PSBC, authority=None):
    return deadline(pack, CALENDAR, Category(category), IN, authority and at(authority), events)


def test_three_clocks_stand_side_by_side_in_both_languages():
    own, law, authority = due([], authority="2026-08-03 12:00").clocks()
    assert [it.name for it in (own, law, authority)] == ["pack", "law", "authority"]
    assert (own.due, own.last_day, law.due, authority.due) == (at("2026-07-31 17:30"), at("2026-08-05 17:30"), at("2026-08-21 23:59:59"), at("2026-08-03 12:00"))
    assert own.en[:3] == ("Received: 2026-07-22 (Wed) 10:00; that day does not count", "2026-07-23 (Thu): working day 1", "2026-07-24 (Fri): working day 2")
    assert own.en[3] == "2026-07-25 (Sat), weekend: not counted"
    assert own.en[-2:] == ("Due: 2026-07-31 (Fri) 17:30 (复杂, 7 working days, P-11)", "Last day: 2026-08-05 (Wed) 17:30 (10 working days, P-11)")
    assert law.zh[1] == "2026-07-23（周四）：第1个自然日"
    assert law.zh[-2] == "2026-08-21（周五）：第30个自然日"
    assert authority.en == ("Date set by the authority: 2026-08-03 (Mon) 12:00 (superior, regulator or government, D-6); it binds as the last day",)
    assert [it.rule for it in (own, law, authority)] == ["P-11", "law:18", "D-6"]


def test_holidays_are_explained_in_english_too():
    found = deadline(PSBC, CALENDAR, Category.ERROR, at("2026-02-12 18:05"))
    assert "2026-02-14 (Sat), worked in exchange for Spring Festival: working day 2" in found.clocks()[0].en
    assert "2026-02-16 (Mon), Spring Festival holiday: not counted" in found.clocks()[0].en


def test_P11_2_an_extension_needs_both_proofs():
    for half, lacks in ((replace(EXTENDED, told=None, told_how=""), ("told",)), (replace(EXTENDED, reason=" "), ("reason",)), (replace(EXTENDED, told_how=""), ("told",))):
        found = due([half])
        assert (found.due, found.last_day) == (at("2026-07-31 17:30"), at("2026-08-05 17:30"))
        assert found.standing.request is not None
        assert lacking(found.standing.request) == lacks
        assert any("延期申请未生效" in line for line in found.explanation)
        assert any(line.startswith("Extension asked for, not in force") for line in found.clocks()[0].en)


def test_P11_2_with_both_proofs_the_new_day_counts_and_is_explained():
    found = due([EXTENDED])
    assert (found.due, found.last_day, found.law_due) == (at("2026-08-07 17:30"), at("2026-08-07 17:30"), at("2026-08-21 23:59:59"))
    assert "延期：至2026-08-07（周五） 17:30（P-11.2；原因：须调取外地凭证；2026-07-23（周四） 09:00已以电话告知客户）" in found.explanation
    assert "2026-08-07（周五）：第12个工作日" in found.explanation


def test_P11_2_the_proofs_may_come_one_after_the_other():
    first, second = replace(EXTENDED, told=None, told_how=""), event(EXTENSION, "2026-07-24 10:00", told="2026-07-24 09:00", how="短信")
    assert due([first, second]).last_day == at("2026-08-07 17:30")
    granted = due([first, second]).standing.extension
    assert granted is not None
    assert (granted.reason, granted.told_how) == ("须调取外地凭证", "短信")
    other = replace(second, until=at("2026-08-10 17:30"))       # told of another day: not the same request
    assert due([first, other]).last_day == at("2026-08-05 17:30")


def test_P11_2_an_extension_to_a_day_that_was_closed_meanwhile_reaches_to_the_next_one_worked():
    raw = raw_calendar()
    raw["years"][-1]["closed"].append({"name": "暴雨停工", "from": date(2026, 8, 7), "to": date(2026, 8, 9)})
    found = deadline(PSBC, Calendar.parse(raw, "x"), Category.PRODUCT, IN, None, [EXTENDED])
    assert found.last_day == at("2026-08-10 17:30")


def test_law_18_thirty_days_more_for_complex_cases_only():
    assert due([LONGER]).law_due.date() == date(2026, 9, 20)
    assert due([LONGER], "服务态度").law_due.date() == date(2026, 8, 6)
    assert "经总行批准延长30日" in due([LONGER]).explanation[-1]
    assert due([LONGER]).due == due([]).due


def test_law_18_days_of_an_appraisal_are_left_out_and_the_rest_adds_up():
    found = due([AWAY])
    assert found.law_due.date() == date(2026, 8, 26)
    assert (found.due, found.last_day) == (due([]).due, due([]).last_day)
    law = found.clocks()[1]
    assert sum("外部鉴定，不计" in line for line in law.zh) == 5
    assert "扣除鉴定5日" in law.zh[-1]
    shorter = replace(AWAY, until=at("2026-08-04 00:00"), noted=at("2026-08-05 10:00"))     # it ended sooner than thought
    assert due([AWAY, shorter]).law_due.date() == date(2026, 8, 23)


def test_law_18_new_facts_start_the_clocks_anew_on_their_day():
    facts = event(NEW_FACTS, "2026-07-29 15:00", reason="另有一笔转账")
    found = due([EXTENDED, LONGER, facts])
    assert (found.due, found.law_due.date()) == (at("2026-08-07 17:30"), date(2026, 8, 28))
    assert found.standing.extension is found.standing.prolonged is None        # they belong to the clock that ran before
    assert found.explanation[0] == "新事实：2026-07-29（周三） 15:00（另有一笔转账），自当日重新起算（law:18），当日不计"


def test_P18_what_was_granted_before_a_case_was_reopened_does_not_count_for_it():
    assert standing([EXTENDED, LONGER], at("2026-08-20 10:00"), ZONE).extension is None


def test_D6_an_extension_does_not_move_the_authoritys_date():
    assert due([EXTENDED], authority="2026-08-03 12:00").last_day == at("2026-08-03 12:00")
    taken = due([EXTENDED], pack=DATONG, authority="2026-08-03 12:00")
    assert (taken.due, taken.last_day) == (at("2026-08-03 12:00"), at("2026-08-03 12:00"))


def test_the_law_in_force_on_the_day_of_receipt_counts():
    raw = raw_pack("psbc-95580")
    raw["law"] = [{**raw["law"][0], "valid_until": date(2026, 7, 27)}, {**raw["law"][0], "valid_from": date(2026, 7, 28), "complex": 20}]
    pack = parse_pack(raw, "revised")
    facts = event(NEW_FACTS, "2026-07-29 15:00", reason="x")
    assert due([], pack=pack).law_due.date() == date(2026, 8, 21)
    assert due([facts], pack=pack).law_due.date() == date(2026, 8, 18)


def test_T4_working_hours_spare_the_lunch_break():
    hours = Hours(rule="T-4", open=naive("2026-01-01 08:30").time(), close=naive("2026-01-01 17:30").time(),
                  breaks=[{"from": naive("2026-01-01 12:00").time(), "to": naive("2026-01-01 13:30").time()}])
    assert CALENDAR.add_working(at("2026-07-24 11:30"), timedelta(hours=1), hours) == at("2026-07-24 14:00")
    assert CALENDAR.add_working(at("2026-07-24 12:15"), timedelta(hours=2), hours) == at("2026-07-24 15:30")
    assert CALENDAR.add_working(at("2026-07-24 16:30"), timedelta(hours=8), hours) == at("2026-07-27 17:00")
    assert CALENDAR.next_moment(at("2026-07-24 12:00"), hours) == at("2026-07-24 13:30")
    with pytest.raises(ValueError, match="breaks: expected each to end after it begins"):
        Hours(rule="T-4", open=hours.open, close=hours.close, breaks=[{"from": hours.open, "to": hours.close}])


@pytest.mark.parametrize("pack, name, far", [(PSBC, "simple", "2026-07-30 17:30"), (PSBC, "complex", "2026-08-12 17:30"), (THREE_LINE, "outlet", "2026-07-27 17:30")])
def test_P11_2_T3_how_far_an_extension_reaches_is_the_packs_word(pack, name, far):
    assert latest(pack, CALENDAR, name, IN) == at(far)
    assert latest(CUTOVER, CALENDAR, "urgent", IN) is None


def test_P11_2_a_pack_whose_extension_is_none_is_refused():
    raw = copy.deepcopy(raw_pack("psbc-95580"))
    raw["extension"]["most"] = {"simple": 3, "short": 5}
    with pytest.raises(BadTable) as caught:
        parse_pack(raw, "x")
    assert caught.value.mistakes == (
        "extension.most: 'short' is no limit; expected one of complex, simple",
        "extension.most.simple: 3 is not over its last 3; expected more, or no entry",
    )


# -- what holds for every case ---------------------------------------------------------------------------------------------

@st.composite
def moved(draw):
    """A pack, a moment of receipt, and events that followed it."""
    received = draw(RECEIVED)
    later = st.timedeltas(timedelta(minutes=1), timedelta(days=60)).map(lambda span: received + span)
    events = []
    for kind in draw(st.lists(st.sampled_from([EXTENSION, PROLONGED, APPRAISAL, NEW_FACTS]), max_size=5)):
        when = draw(later)
        reason, told = draw(st.sampled_from(["", "原因"])), draw(st.one_of(st.none(), st.just(when)))
        until = draw(later) if kind == EXTENSION else when + timedelta(days=draw(st.integers(0, 20)))
        events.append(Event(kind, when, when, "desk", until, reason, "总行", told, "电话" if told else ""))
    return draw(st.sampled_from([*PACKS.values(), HOURLY])), draw(CATEGORIES), received, sorted(events, key=lambda one: one.noted)


@given(moved())
def test_an_extension_never_shortens_and_nothing_is_due_where_nobody_works(one):
    pack, category, received, events = one
    limit = pack.limit_of(category)
    without = [it for it in events if it.kind != EXTENSION]
    plain, found = (deadline(pack, CALENDAR, category, received, None, some) for some in (without, events))
    assert found.due >= plain.due
    assert found.last_day >= plain.last_day
    assert found.due <= found.last_day
    assert found.law_due == plain.law_due
    if limit.count == "working-days":
        for moment in (found.due, found.last_day):
            assert CALENDAR.is_working(moment.date())
            assert moment.time() == pack.hours.close
    if limit.count == "working-hours":
        for moment in (found.due, found.last_day):
            assert CALENDAR.is_working(moment.date())
            assert any(begins <= moment.time() <= ends for begins, ends in pack.hours.spans)


@given(moved())
def test_law_18_the_days_named_are_the_laws_days_and_no_event_makes_them_fewer(one):
    pack, category, received, events = one
    found = deadline(pack, CALENDAR, category, received, None, events)
    for lines, numbered in ((found.clocks()[1].zh, r"第(\d+)个自然日$"), (found.clocks()[1].en, r"calendar day (\d+)$")):
        counted = [int(hit[1]) for line in lines if (hit := re.search(numbered, line))]
        assert counted == list(range(1, found.reckoning.legal.days + 1))
        days = [date.fromisoformat(line[:10]) for line in lines if re.match(r"\d{4}-", line)]
        start = found.standing.start.date()
        assert days == [start + timedelta(n) for n in range(1, (found.law_due.date() - start).days + 1)]
    assert found.law_due >= deadline(pack, CALENDAR, category, received).law_due


@given(moved())
def test_the_packs_days_add_up_in_both_languages(one):
    pack, category, received, events = one
    found = deadline(pack, CALENDAR, category, received, None, events)
    own, limit = found.clocks()[0], pack.limit_of(category)
    if limit.count != "working-days":
        assert not any(re.match(r"\d{4}-", line) for line in own.zh)
        return
    for lines, numbered in ((own.zh, r"第(\d+)个工作日$"), (own.en, r"working day (\d+)$")):
        counted = {int(hit[1]): line[:10] for line in lines if (hit := re.search(numbered, line))}
        assert list(counted) == list(range(1, len(counted) + 1))
        assert len(counted) >= limit.last
        assert counted[limit.due] == found.reckoning.due.date().isoformat()
        assert counted[limit.last] == found.reckoning.last_day.date().isoformat()
        assert counted[len(counted)] == own.last_day.date().isoformat()


@given(moved(), st.sampled_from(["UTC", "America/New_York", "Asia/Urumqi", "Pacific/Kiritimati"]))
def test_the_zone_a_moment_is_told_in_makes_no_difference(one, zone):
    pack, category, received, events = one

    def told(moment):
        return moment and moment.astimezone(ZoneInfo(zone))

    elsewhere = [replace(it, at=told(it.at), noted=told(it.noted), until=told(it.until), told=told(it.told)) for it in events]
    here, there = deadline(pack, CALENDAR, category, received, None, events), deadline(pack, CALENDAR, category, told(received), None, elsewhere)
    assert (here.due, here.last_day, here.law_due) == (there.due, there.last_day, there.law_due)
    assert [clock.zh for clock in here.clocks()] == [clock.zh for clock in there.clocks()]


@given(st.sampled_from([*PACKS.values(), HOURLY]), CATEGORIES, RECEIVED, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_whoever_complains_later_is_never_due_earlier_on_any_clock(pack, category, received, later):
    first, second = (deadline(pack, CALENDAR, category, moment) for moment in (received, received + later))
    assert first.due <= second.due
    assert first.last_day <= second.last_day
    assert first.law_due <= second.law_due


@given(st.sampled_from(list(PACKS.values())), CATEGORIES, RECEIVED)
def test_the_banks_own_clock_ends_before_the_laws(pack, category, received):
    found = deadline(pack, CALENDAR, category, received)
    assert received < found.due <= found.last_day < found.law_due


def test_law18_holidays_do_not_carry_the_banks_own_clock_beyond_the_laws():
    """Seven working days over the Spring Festival of 2019 end on a Monday; the law's fifteen days ended on the Sunday before."""
    found = deadline(DATONG, CALENDAR, Category.ERROR, at("2019-02-02 10:00"))
    assert (found.due.isoformat(), found.law_due.date().isoformat(), found.rule) == ("2019-02-15T17:30:00+08:00", "2019-02-17", "law:18")
    assert "早于本行期限，应于2019-02-15（周五） 17:30前办结" in found.explanation[-1]
    own = found.clocks()[0]
    assert own.due.isoformat() == "2019-02-18T17:30:00+08:00"        # side by side: what the pack says stays said


@given(BY_DAY, CATEGORIES, RECEIVED)
def test_P11_2_the_furthest_extension_is_beyond_the_last_day(pack, category, received):
    name = pack.unsorted if category is None else pack.categories[category]
    far = latest(pack, CALENDAR, name, received)
    assert far is not None
    assert far > deadline(pack, CALENDAR, category, received).last_day


@given(RECEIVED, st.integers(1, 3000), st.booleans())
def test_T4_working_time_is_undone_by_counting_what_lies_between(start, minutes, lunch):
    breaks = [{"from": naive("2026-01-01 12:00").time(), "to": naive("2026-01-01 13:00").time()}] if lunch else []
    hours = Hours(rule="T-4", open=naive("2026-01-01 08:30").time(), close=naive("2026-01-01 17:30").time(), breaks=breaks)
    end = CALENDAR.add_working(start, timedelta(minutes=minutes), hours)
    worked, moment = timedelta(0), CALENDAR.next_moment(start, hours)
    while moment < end:
        closes = next(ends for begins, ends in hours.spans if begins <= moment.time() < ends)
        step = min(end, moment.replace(hour=closes.hour, minute=closes.minute, second=0, microsecond=0))
        worked, moment = worked + (step - moment), CALENDAR.next_moment(step, hours) if step < end else end
    assert worked == timedelta(minutes=minutes)
    assert any(begins <= end.time() <= ends for begins, ends in hours.spans)
    assert (end - start.astimezone(UTC)) >= timedelta(minutes=minutes)
