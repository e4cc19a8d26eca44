import tomllib
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.calendar import Calendar, Hours, period, show_day
from routing.errors import BadTable
from tests.routing.shipped import CALENDAR, at, naive, raw_calendar

DAYS = st.dates(date(2016, 1, 1), date(2040, 12, 31))
HOURS = Hours(rule="P-11", open=time(8, 30), close=time(17, 30))
ALWAYS = Hours(rule="C-3", open=time(8, 30), close=time(17, 30), around_the_clock=True)


def parse(text):
    return Calendar.parse(tomllib.loads('id = "t"\nname = "t"\nfixed = []\n' + text), "t")


@pytest.mark.parametrize("year, worked", [
    # the sums of chinesecalendar 1.11, with which all 3287 days were compared when the table was written
    (2018, 250), (2019, 250), (2020, 249), (2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 248), (2026, 248),
])
def test_every_published_year_has_the_working_days_of_its_notice(year, worked):
    first = date(year, 1, 1)
    days = [first + timedelta(n) for n in range((date(year + 1, 1, 1) - first).days)]
    assert sum(CALENDAR.is_working(day) for day in days) == worked
    assert not any(CALENDAR.provisional(day) for day in days)


@pytest.mark.parametrize("day, works, says", [
    ("2026-02-14", True, "春节调休上班"),       # a Saturday opened in exchange
    ("2026-02-28", True, "春节调休上班"),
    ("2026-02-16", False, "春节放假"),          # a Monday
    ("2026-02-24", True, ""),
    ("2026-10-10", True, "国庆节调休上班"),
    ("2020-01-31", False, "春节放假"),          # prolonged in 2020
    ("2023-09-29", False, "中秋节放假"),
    ("2026-07-25", False, "周末"),
    ("2027-10-01", False, "国庆节放假（暂定）"),
    ("2027-02-08", True, ""),                   # nobody has said yet that the Spring Festival closes it
])
def test_a_day_is_worked_as_the_notice_says(day, works, says):
    day = date.fromisoformat(day)
    assert CALENDAR.is_working(day) is works
    assert CALENDAR.says(day) == says


def test_a_year_without_notice_is_provisional_and_has_no_make_up_days():
    days = [date(2027, 1, 1) + timedelta(n) for n in range(365)]
    assert all(CALENDAR.provisional(day) for day in days)
    assert not any(CALENDAR.is_working(day) for day in days if day.weekday() >= 5)
    assert [day for day in days if day.weekday() < 5 and not CALENDAR.is_working(day)] == [date(2027, 1, 1), date(2027, 10, 1)]


@given(DAYS, st.integers(1, 60))
def test_counting_forward_agrees_with_walking_day_by_day(day, n):
    walked, left = day, n
    while left:
        walked += timedelta(1)
        left -= CALENDAR.is_working(walked)
    assert CALENDAR.working_days_after(day, n) == walked
    assert CALENDAR.working_days_between(day, walked) == n


@given(DAYS, st.integers(0, 60))
def test_counting_back_undoes_counting_forward(day, n):
    start = CALENDAR.working_days_after(day, 0)
    assert start >= day
    assert CALENDAR.working_days_before(CALENDAR.working_days_after(start, n), n) == start
    assert CALENDAR.is_working(CALENDAR.working_days_before(day, n))


def test_a_moment_outside_working_hours_moves_to_the_next_opening():
    assert CALENDAR.next_moment(at("2026-02-13 18:00"), HOURS) == at("2026-02-14 08:30")      # 调休 Saturday
    assert CALENDAR.next_moment(at("2026-02-14 17:30"), HOURS) == at("2026-02-24 08:30")      # over the Spring Festival
    assert CALENDAR.next_moment(at("2026-07-22 03:00"), HOURS) == at("2026-07-22 08:30")
    assert CALENDAR.next_moment(at("2026-07-22 11:11"), HOURS) == at("2026-07-22 11:11")
    assert CALENDAR.next_moment(at("2026-07-26 03:00"), ALWAYS) == at("2026-07-26 03:00")


def test_working_hours_stop_at_night_and_go_on_in_the_morning():
    assert CALENDAR.add_working(at("2026-07-22 16:30"), timedelta(hours=2), HOURS) == at("2026-07-23 09:30")
    assert CALENDAR.add_working(at("2026-07-22 16:30"), timedelta(hours=1), HOURS) == at("2026-07-22 17:30")
    assert CALENDAR.add_working(at("2026-07-25 12:00"), timedelta(hours=20), HOURS) == at("2026-07-29 10:30")
    assert CALENDAR.add_working(at("2026-07-25 23:30"), timedelta(hours=2), ALWAYS) == at("2026-07-26 01:30")


@given(st.datetimes(naive("2025-01-01 00:00"), naive("2028-01-01 00:00")), st.integers(0, 4000))
def test_working_time_adds_up_and_ends_in_working_hours(start, minutes):
    start = at(start.isoformat())
    end = CALENDAR.add_working(start, timedelta(minutes=minutes), HOURS)
    half = CALENDAR.add_working(start, timedelta(minutes=minutes // 2), HOURS)
    assert CALENDAR.is_working(end.date())
    assert HOURS.open <= end.time() <= HOURS.close
    assert CALENDAR.add_working(half, timedelta(minutes=minutes - minutes // 2), HOURS) in (end, CALENDAR.next_moment(end, HOURS))


def test_all_mistakes_of_a_calendar_are_named_at_once():
    with pytest.raises(BadTable) as caught:
        parse("""
        [[years]]
        year = 2030
        closed = [{ name = "元旦", from = 2030-01-03, to = 2030-01-01 }, { name = "春节", from = 2031-02-01, to = 2031-02-02 }]
        opened = [{ name = "元旦", day = 2030-01-07 }]
        [[years]]
        year = 2030
        """)
    text = str(caught.value)
    assert len(caught.value.mistakes) == 4
    for part in ("元旦: from 2030-01-03 to 2030-01-01", "within 2030", "2030-01-07: expected a Saturday or Sunday", "2030 stands there twice"):
        assert part in text


def test_a_calendar_of_the_wrong_shape_says_where_and_what_is_expected():
    raw = raw_calendar()
    raw["fixed"] = [{"name": "元旦", "days": ["13-01"]}]
    with pytest.raises(BadTable, match="'13-01' is no day; expected a month and day like 10-01"):
        Calendar.parse(raw, "cn")
    with pytest.raises(BadTable) as caught:
        Calendar.parse({"id": "x", "years": [], "holidays": 1}, "cn")
    assert "name: missing; every table of this kind needs it" in caught.value.mistakes
    assert "holidays: unknown key; expected one of fixed, id, name, names, years" in caught.value.mistakes
    assert "years: holds too little that is right; expected 1 or more" in caught.value.mistakes


def test_hours_that_close_before_they_open_are_refused():
    with pytest.raises(ValueError, match="expected open before close"):
        Hours(rule="P-11", open=time(18), close=time(9))


def test_the_digest_names_the_content():
    raw = raw_calendar()
    assert Calendar.parse(dict(reversed(raw.items())), "cn").digest == CALENDAR.digest
    assert Calendar.parse({**raw, "name": "other"}, "cn").digest != CALENDAR.digest


@pytest.mark.parametrize("every, day, first, last", [
    ("day", "2026-07-22", "2026-07-22", "2026-07-22"),
    ("half-month", "2026-07-15", "2026-07-01", "2026-07-15"),
    ("half-month", "2028-02-16", "2028-02-16", "2028-02-29"),
    ("month", "2026-12-31", "2026-12-01", "2026-12-31"),
    ("quarter", "2026-05-01", "2026-04-01", "2026-06-30"),
    ("half-year", "2026-07-01", "2026-07-01", "2026-12-31"),
    ("year", "2026-07-01", "2026-01-01", "2026-12-31"),
])
def test_P24_report_periods(every, day, first, last):
    assert period(every, date.fromisoformat(day)) == (date.fromisoformat(first), date.fromisoformat(last))


@given(DAYS, st.sampled_from(["day", "half-month", "month", "quarter", "half-year", "year"]))
def test_P24_periods_follow_each_other_without_gap(day, every):
    first, last = period(every, day)
    assert first <= day <= last
    assert period(every, last + timedelta(1))[0] == last + timedelta(1)


def test_a_day_is_shown_with_its_weekday():
    assert show_day(date(2026, 2, 14)) == "2026-02-14（周六）"
