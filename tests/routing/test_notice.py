"""Notices of holidays: read from TOML and from a table, refused with every mistake, merged, written again."""

import tomllib
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.calendar import Calendar, changed_days
from routing.errors import BadTable
from routing.notice import in_toml, merged, mistakes_of, notice_of_rows, read_notice
from tests.routing.shipped import CALENDAR, raw_calendar

SHIPPED = read_notice(raw_calendar(), "cn")
NEXT = """day,kind,name
2027-01-01,closed,元旦
2027-02-05,closed,春节
2027-02-06,closed,春节
2027-02-07,closed,春节
2027-02-08,closed,春节
2027-02-09,closed,春节
2027-02-20,open,春节
2027-05-01,closed,劳动节
2027-10-01,closed,国庆节
2027/10/2,放假,国庆节
2027-10-03,closed,国庆节
2027-10-09,open,国庆节
"""


def rows(text):
    head, *lines = text.strip().splitlines()
    return [dict(zip(head.split(","), line.split(","), strict=True)) for line in lines]


def told(text, base=SHIPPED):
    with pytest.raises(BadTable) as caught:
        merged(base, notice_of_rows(rows(text), "n.csv", base), "n.csv")
    return caught.value.mistakes


def test_a_table_of_days_becomes_a_year_of_the_calendar():
    whole = merged(SHIPPED, notice_of_rows(rows(NEXT), "n.csv", SHIPPED), "n.csv")
    calendar = Calendar.parse(tomllib.loads(in_toml(whole)), "new")
    assert 2027 in calendar.published
    assert calendar.says(date(2027, 2, 8)) == "春节放假"
    assert calendar.says_in_english(date(2027, 2, 20)) == "worked in exchange for Spring Festival"
    assert next(it for it in whole.years[-1].closed if it.name == "春节").last == date(2027, 2, 9)      # one span of five days
    assert all(calendar.is_working(day) == CALENDAR.is_working(day) for day in (date(2026, 1, 1) + timedelta(n) for n in range(365)))


def test_what_is_written_is_read_again_as_the_same_calendar():
    again = Calendar.parse(tomllib.loads(in_toml(SHIPPED)), "again")
    assert (again.closed, again.opened, again.fixed, again.published, again.names) == (
        CALENDAR.closed, CALENDAR.opened, CALENDAR.fixed, CALENDAR.published, CALENDAR.names)
    assert changed_days(CALENDAR, again) == []


def test_every_line_that_is_wrong_is_named_with_its_number():
    assert told("""day,kind,name
2027-02-31,closed,春节
tomorrow,closed,春节
2027-02-08,holiday,春节
2027-02-09,closed,
2027-02-22,open,春节
2027-02-10,closed,春节
2027-02-10,closed,春节
""") == (
        "line 2: 2027-02-31 is no day of the calendar; expected one that exists",
        "line 3: tomorrow: expected a day like 2027-02-06",
        "line 4: 2027-02-08: kind holiday; expected closed or open",
        "line 5: 2027-02-09: no name; expected the holiday's, e.g. 春节",
        "line 6: 2027-02-22 is a weekday and worked anyway; open is for a Saturday or Sunday worked in exchange",
        "line 8: 2027-02-10 stands on line 7 already; expected once",
    )


def test_a_table_without_its_columns_or_without_days_is_refused():
    assert told("a,b\n1,2\n") == ("line 1: no column day, kind, name; the first line must be day,kind,name",)
    with pytest.raises(BadTable, match="holds no day"):
        notice_of_rows([], "n.csv", SHIPPED)


def test_a_year_left_out_and_a_holiday_that_stands_open_are_refused():
    found = told("day,kind,name\n2028-01-01,closed,元旦\n2028-05-01,closed,劳动节\n2028-10-01,closed,国庆节\n2028-10-02,closed,国庆节\n")
    assert found == (
        "years: nothing between 2026 and 2028; expected every year, so that no gap is taken for published",
        "years.2028: 国庆节 10-03 is a holiday by law and stands open; expected it among closed",
    )


def test_overlapping_spans_and_days_opened_twice_are_refused():
    raw = {**raw_calendar(), "fixed": [], "years": [{
        "year": 2027,
        "closed": [{"name": "春节", "from": date(2027, 2, 5), "to": date(2027, 2, 9)}, {"name": "春节", "from": date(2027, 2, 9), "to": date(2027, 2, 10)}],
        "opened": [{"name": "春节", "day": date(2027, 2, 20)}, {"name": "春节", "day": date(2027, 2, 20)}],
    }]}
    with pytest.raises(BadTable) as caught:
        read_notice(raw, "n.toml")
    assert caught.value.mistakes == (
        "years.2027.closed: 2027-02-09 is closed 2 times; expected spans that do not overlap",
        "years.2027.opened: 2027-02-20 stands there 2 times; expected once",
    )


def test_a_notice_of_one_year_takes_its_head_from_the_calendar_in_force():
    year = {"year": 2027, "closed": [{"name": "元旦", "from": date(2027, 1, 1), "to": date(2027, 1, 1)},
                                     {"name": "劳动节", "from": date(2027, 5, 1), "to": date(2027, 5, 1)},
                                     {"name": "国庆节", "from": date(2027, 10, 1), "to": date(2027, 10, 7)}]}
    whole = merged(SHIPPED, read_notice({"years": [year]}, "n.toml", SHIPPED), "n.toml")
    assert (whole.id, len(whole.years)) == ("cn", 10)
    with pytest.raises(BadTable, match=r"years\.0\.year: 20270 is wrong"):
        read_notice({"years": [{**year, "year": 20270}]}, "n.toml", SHIPPED)


def test_the_notice_of_a_year_again_replaces_it():
    first = merged(SHIPPED, notice_of_rows(rows(NEXT), "n.csv", SHIPPED), "n.csv")
    second = merged(first, notice_of_rows(rows(NEXT.replace("2027-02-09,closed,春节\n", "")), "n.csv", first), "n.csv")
    old, new = (Calendar.parse(tomllib.loads(in_toml(it)), "x") for it in (first, second))
    assert changed_days(old, new) == [date(2027, 2, 9)]
    assert mistakes_of(second) == []


def test_only_days_that_differ_or_are_no_longer_provisional_change():
    whole = merged(SHIPPED, notice_of_rows(rows(NEXT), "n.csv", SHIPPED), "n.csv")
    changed = changed_days(CALENDAR, Calendar.parse(tomllib.loads(in_toml(whole)), "x"))
    assert {day.year for day in changed} == {2027}
    assert len(changed) == 365      # each was provisional


@given(st.lists(st.tuples(st.dates(date(2027, 1, 1), date(2028, 12, 31)), st.booleans(), st.sampled_from("春清端")), max_size=30, unique_by=lambda it: it[0]))
def test_any_table_gives_a_calendar_that_says_what_its_lines_say_or_is_refused(days):
    base = SHIPPED.model_copy(update={"fixed": ()})
    table = [{"day": day.isoformat(), "kind": "closed" if closed else "open", "name": name} for day, closed, name in days]
    try:
        whole = merged(base, notice_of_rows(table, "n.csv", base), "n.csv")
    except BadTable as error:
        assert error.mistakes
        return
    calendar = Calendar.parse(tomllib.loads(in_toml(whole)), "x")
    for day, closed, _ in days:
        assert calendar.is_working(day) is not closed
    assert calendar.published == {year.year for year in whole.years}
