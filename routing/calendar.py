"""Working days and working hours: the State Council's calendar as data, closed weekdays and opened weekends.

A year without a published notice is provisional: weekends and the holidays fixed by law are closed, and nothing is
invented beyond them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Self

from pydantic import Field, model_validator

from routing.errors import BadTable
from routing.table import Day, Number, RuleId, Table, Text, TimeOfDay, Truth, digest_of, read_table

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
ONE_DAY = timedelta(days=1)
_SATURDAY = 5
_YEARS_AHEAD = 10                       # provisional years counted out beforehand; beyond them days are walked


class Hours(Table):
    """When a bank works on a working day; with `around_the_clock` every moment counts (C-3)."""

    rule: RuleId
    open: TimeOfDay
    close: TimeOfDay
    around_the_clock: Truth = False

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.open >= self.close:
            raise ValueError(f"opens at {self.open} and closes at {self.close}; expected open before close")
        return self


class _Closed(Table):
    name: Text
    first: Day = Field(alias="from")
    last: Day = Field(alias="to")


class _Opened(Table):
    name: Text
    day: Day


class _Fixed(Table):
    name: Text
    days: tuple[Text, ...]              # "10-01"


class _Year(Table):
    year: Number
    closed: tuple[_Closed, ...] = ()
    opened: tuple[_Opened, ...] = ()


class _Notice(Table):
    id: Text
    name: Text
    fixed: tuple[_Fixed, ...]
    years: tuple[_Year, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked; `digest` names exactly this content."""

    id: str
    name: str
    published: frozenset[int]
    closed: Mapping[date, str]
    opened: Mapping[date, str]
    fixed: Mapping[tuple[int, int], str]
    digest: str
    _span: tuple[int, int] = field(default=(1, 0), repr=False)          # first and last ordinal counted out
    _worked: tuple[int, ...] = field(default=(), repr=False)            # ordinals of the working days in the span

    @classmethod
    def parse(cls, raw: Mapping[str, object], name: str = "calendar") -> Self:
        """Make a calendar of a parsed TOML table (`routing/calendars/cn.toml`); BadTable with all mistakes."""
        notice = read_table(_Notice, raw, name)
        mistakes = [mistake for year in notice.years for mistake in _mistakes_of(year)]
        years = [year.year for year in notice.years]
        mistakes += [f"years: {year} stands there twice; expected once" for year in sorted({y for y in years if years.count(y) > 1})]
        fixed, trouble = _fixed_days(notice.fixed)
        if mistakes or trouble:
            raise BadTable(name, mistakes + trouble)
        bare = cls(
            id=notice.id, name=notice.name, published=frozenset(years), fixed=fixed, digest=digest_of(raw),
            closed={day: it.name for year in notice.years for it in year.closed for day in _days(it.first, it.last)},
            opened={it.day: it.name for year in notice.years for it in year.opened},
        )
        return bare._counted_out(min(years), max(years) + _YEARS_AHEAD)

    def _counted_out(self, first_year: int, last_year: int) -> Self:
        first, last = date(first_year, 1, 1), date(last_year, 12, 31)
        worked = tuple(day.toordinal() for day in _days(first, last) if self.is_working(day))
        return type(self)(self.id, self.name, self.published, self.closed, self.opened, self.fixed, self.digest,
                          (first.toordinal(), last.toordinal()), worked)

    def provisional(self, day: date) -> bool:
        """Whether no notice for this day's year has been loaded."""
        return day.year not in self.published

    def is_working(self, day: date) -> bool:
        """Whether the bank works on this day."""
        if day in self.opened:
            return True
        if day in self.closed or day.weekday() >= _SATURDAY:
            return False
        return day.year in self.published or (day.month, day.day) not in self.fixed

    def says(self, day: date) -> str:
        """Why a day is worked or not, in the words users read; "" for an ordinary working day."""
        if day in self.opened:
            return f"{self.opened[day]}调休上班"
        if day in self.closed:
            return f"{self.closed[day]}放假"
        if day.weekday() >= _SATURDAY:
            return "周末"
        return "" if self.is_working(day) else f"{self.fixed[day.month, day.day]}放假（暂定）"

    def working_days_after(self, day: date, n: int) -> date:
        """Return the nth working day after `day`, which itself does not count; n = 0 is `day` or the next one worked."""
        day, n = (day - ONE_DAY, 1) if n == 0 else (day, n)
        place = bisect_right(self._worked, day.toordinal()) + n - 1
        if self._span[0] <= day.toordinal() and place < len(self._worked):
            return date.fromordinal(self._worked[place])
        return self._walk(day, n, ONE_DAY)

    def working_days_before(self, day: date, n: int) -> date:
        """Return the nth working day before `day`; n = 0 is `day` itself or the last one worked."""
        day, n = (day + ONE_DAY, 1) if n == 0 else (day, n)
        place = bisect_left(self._worked, day.toordinal()) - n
        if day.toordinal() <= self._span[1] and place >= 0:
            return date.fromordinal(self._worked[place])
        return self._walk(day, n, -ONE_DAY)

    def working_days_between(self, first: date, last: date) -> int:
        """Count the working days after `first` up to and with `last`; 0 where `last` is not later."""
        if self._span[0] <= first.toordinal() and last.toordinal() <= self._span[1]:
            return max(0, bisect_right(self._worked, last.toordinal()) - bisect_right(self._worked, first.toordinal()))
        return sum(1 for day in _days(first + ONE_DAY, last) if self.is_working(day))

    def _walk(self, day: date, n: int, step: timedelta) -> date:
        while n > 0:
            day += step
            n -= self.is_working(day)
        return day

    def next_moment(self, at: datetime, hours: Hours) -> datetime:
        """Return `at`, or where nobody works then the next opening; `at` is aware, in the bank's zone."""
        if hours.around_the_clock:
            return at
        if self.is_working(at.date()) and at.time() < hours.close:
            return max(at, datetime.combine(at.date(), hours.open, at.tzinfo))
        return datetime.combine(self.working_days_after(at.date(), 1), hours.open, at.tzinfo)

    def add_working(self, at: datetime, span: timedelta, hours: Hours) -> datetime:
        """Return the moment when `span` of working time has gone by since `at` (T-4)."""
        if hours.around_the_clock:
            return wall_clock(at, span)
        at = self.next_moment(at, hours)
        while (left := datetime.combine(at.date(), hours.close, at.tzinfo) - at) < span:
            span -= left
            at = datetime.combine(self.working_days_after(at.date(), 1), hours.open, at.tzinfo)
        return at + span


def wall_clock(at: datetime, span: timedelta) -> datetime:
    """Return the moment `span` later by real elapsed time, shown in the zone of `at`."""
    return (at.astimezone(UTC) + span).astimezone(at.tzinfo)


def show_day(day: date) -> str:
    """Show a day as users read it: 2026-02-14（周六）."""
    return f"{day.isoformat()}（{WEEKDAYS[day.weekday()]}）"


def period(every: str, day: date) -> tuple[date, date]:
    """Return the first and last day of the report period `day` lies in (P-24, C-8).

    `every` is day, half-month, month, quarter, half-year or year.
    """
    if every == "day":
        return day, day
    if every == "half-month":
        return (day.replace(day=1), day.replace(day=15)) if day.day <= 15 else (day.replace(day=16), _month_end(day))
    months = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}[every]
    first = (day.month - 1) // months * months + 1
    return date(day.year, first, 1), _month_end(date(day.year, first + months - 1, 1))


def _month_end(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1) - ONE_DAY


def _days(first: date, last: date) -> list[date]:
    return [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]


def _mistakes_of(year: _Year) -> list[str]:
    """What is wrong with one year's notice, each with its place."""
    where, found = f"years.{year.year}", []
    closed: set[date] = set()
    for it in year.closed:
        if not it.first <= it.last or {it.first.year, it.last.year} != {year.year}:
            found.append(f"{where}.closed {it.name}: from {it.first} to {it.last}; expected an ordered span within {year.year}")
        else:
            closed.update(_days(it.first, it.last))
    return found + [
        f"{where}.opened {it.day}: expected a Saturday or Sunday of {year.year} that is not closed"
        for it in year.opened if it.day.weekday() < _SATURDAY or it.day.year != year.year or it.day in closed
    ]


def _fixed_days(fixed: tuple[_Fixed, ...]) -> tuple[dict[tuple[int, int], str], list[str]]:
    days: dict[tuple[int, int], str] = {}
    found: list[str] = []
    for it in fixed:
        for text in it.days:
            try:
                day = date.fromisoformat(f"2000-{text}")
            except ValueError:
                found.append(f"fixed {it.name}: {text!r} is no day; expected a month and day like 10-01")
            else:
                days[day.month, day.day] = it.name
    return days, found
