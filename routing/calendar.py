"""Working days and working hours: the State Council's calendar as data, closed weekdays and opened weekends.

A year without a published notice is provisional: weekends and the holidays fixed by law are closed, and nothing is
invented beyond them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple, Self

from pydantic import Field, model_validator

from routing.notice import SATURDAY, Notice, days_of, fixed_days, read_notice
from routing.table import RuleId, Table, TimeOfDay, Truth, digest_of

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
ENGLISH_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ONE_DAY = timedelta(days=1)
_YEARS_AHEAD = 10                       # provisional years counted out beforehand; beyond them days are walked


class Break(Table):
    """A time of day at which nobody works though the bank is open."""

    first: TimeOfDay = Field(alias="from")
    last: TimeOfDay = Field(alias="to")


class Hours(Table):
    """When a bank works on a working day; with `around_the_clock` every moment counts (C-3)."""

    rule: RuleId
    open: TimeOfDay
    close: TimeOfDay
    breaks: tuple[Break, ...] = ()
    around_the_clock: Truth = False

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.open >= self.close:
            raise ValueError(f"opens at {self.open} and closes at {self.close}; expected open before close")
        edges = [self.open, *(edge for it in self.breaks for edge in (it.first, it.last)), self.close]
        if any(earlier >= later for earlier, later in pairwise(edges)):
            raise ValueError("breaks: expected each to end after it begins, one behind the other, inside open and close")
        return self

    @cached_property
    def spans(self) -> tuple[tuple[time, time], ...]:
        """The spans of a working day in which somebody works."""
        begins = (self.open, *(it.last for it in self.breaks))
        return tuple(zip(begins, (*(it.first for it in self.breaks), self.close), strict=True))


class Told(NamedTuple):
    """A day in words, Chinese and English: the bare day, and with why it is worked or not, up to what counts of it."""

    works: bool
    day: str                            # 2026-02-14（周六）：
    why: str                            # 2026-02-14（周六）春节调休上班：
    day_en: str                         # 2026-02-14 (Sat):
    why_en: str                         # 2026-02-14 (Sat), worked in exchange for Spring Festival:


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked; `digest` names exactly this content, `names` has English for the holidays' names."""

    id: str
    name: str
    published: frozenset[int]
    closed: Mapping[date, str]
    opened: Mapping[date, str]
    fixed: Mapping[tuple[int, int], str]
    digest: str
    names: Mapping[str, str] = field(default_factory=dict)
    _span: tuple[int, int] = field(default=(1, 0), repr=False)          # first and last ordinal counted out
    _worked: tuple[int, ...] = field(default=(), repr=False)            # ordinals of the working days in the span
    _told: list[Told] = field(default_factory=list, repr=False, compare=False)          # the days of the span in words, once asked

    @classmethod
    def parse(cls, raw: Mapping[str, object], name: str = "calendar") -> Self:
        """Make a calendar of a parsed TOML table (`routing/calendars/cn.toml`); BadTable with all mistakes."""
        return cls.of(read_notice(raw, name), digest_of(raw))

    @classmethod
    def of(cls, notice: Notice, digest: str) -> Self:
        """Make a calendar of a notice that was checked."""
        years = [year.year for year in notice.years]
        bare = cls(
            id=notice.id, name=notice.name, published=frozenset(years), fixed=fixed_days(notice.fixed)[0], digest=digest, names=notice.names,
            closed={day: it.name for year in notice.years for it in year.closed for day in days_of(it.first, it.last)},
            opened={it.day: it.name for year in notice.years for it in year.opened},
        )
        return bare._counted_out(min(years), max(years) + _YEARS_AHEAD)

    def _counted_out(self, first_year: int, last_year: int) -> Self:
        first, last = date(first_year, 1, 1), date(last_year, 12, 31)
        worked = tuple(day.toordinal() for day in days_of(first, last) if self.is_working(day))
        return type(self)(self.id, self.name, self.published, self.closed, self.opened, self.fixed, self.digest, self.names,
                          (first.toordinal(), last.toordinal()), worked)

    def provisional(self, day: date) -> bool:
        """Whether no notice for this day's year has been loaded."""
        return day.year not in self.published

    def is_working(self, day: date) -> bool:
        """Whether the bank works on this day."""
        if day in self.opened:
            return True
        if day in self.closed or day.weekday() >= SATURDAY:
            return False
        return day.year in self.published or (day.month, day.day) not in self.fixed

    def says(self, day: date) -> str:
        """Why a day is worked or not, in the words users read; "" for an ordinary working day."""
        if day in self.opened:
            return f"{self.opened[day]}调休上班"
        if day in self.closed:
            return f"{self.closed[day]}放假"
        if day.weekday() >= SATURDAY:
            return "周末"
        return "" if self.is_working(day) else f"{self.fixed[day.month, day.day]}放假（暂定）"

    def says_in_english(self, day: date) -> str:
        """The same in English, the holiday's name as the calendar translates it."""
        if day in self.opened:
            return f"worked in exchange for {self._english(self.opened[day])}"
        if day in self.closed:
            return f"{self._english(self.closed[day])} holiday"
        if day.weekday() >= SATURDAY:
            return "weekend"
        return "" if self.is_working(day) else f"{self._english(self.fixed[day.month, day.day])} holiday (provisional)"

    def _english(self, name: str) -> str:
        return self.names.get(name, name)

    def told(self, first: date, last: date) -> Sequence[Told]:
        """The days from the first to the last in words; put together once, for explanations name the same days over and over."""
        begins, ends = first.toordinal() - self._span[0], last.toordinal() - self._span[0] + 1
        if begins < 0 or last.toordinal() > self._span[1]:
            return [self._in_words(day) for day in days_of(first, last)]
        if not self._told:
            self._told[:] = [self._in_words(date.fromordinal(n)) for n in range(self._span[0], self._span[1] + 1)]
        return self._told[begins:ends]

    def _in_words(self, day: date) -> Told:
        shown, english, why = show_day(day), show_day_in_english(day), self.says_in_english(day)
        return Told(self.is_working(day), f"{shown}：", f"{shown}{self.says(day)}：", f"{english}: ", f"{english}, {why}: " if why else f"{english}: ")

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
        return sum(1 for day in days_of(first + ONE_DAY, last) if self.is_working(day))

    def _walk(self, day: date, n: int, step: timedelta) -> date:
        while n > 0:
            day += step
            n -= self.is_working(day)
        return day

    def next_moment(self, at: datetime, hours: Hours) -> datetime:
        """Return `at`, or where nobody works then the next opening; `at` is aware, in the bank's zone."""
        if hours.around_the_clock:
            return at
        if self.is_working(at.date()):
            for begins, ends in hours.spans:
                if at.time() < ends:
                    return max(at, datetime.combine(at.date(), begins, at.tzinfo))
        return datetime.combine(self.working_days_after(at.date(), 1), hours.open, at.tzinfo)

    def add_working(self, at: datetime, span: timedelta, hours: Hours) -> datetime:
        """Return the moment when `span` of working time has gone by since `at` (T-4)."""
        if hours.around_the_clock:
            return wall_clock(at, span)
        for begins, ends in self._worked_from(self.next_moment(at, hours), hours):
            if ends - begins >= span:
                return begins + span
            span -= ends - begins
        raise AssertionError("unreachable")

    def _worked_from(self, at: datetime, hours: Hours) -> Iterator[tuple[datetime, datetime]]:
        """Yield the spans in which somebody works from then on, without end; `at` lies in the first of them."""
        day = at.date()
        while True:
            for first, last in hours.spans:
                begins, ends = (datetime.combine(day, it, at.tzinfo) for it in (first, last))
                if at < ends:
                    yield max(at, begins), ends
            day = self.working_days_after(day, 1)


def wall_clock(at: datetime, span: timedelta) -> datetime:
    """Return the moment `span` later by real elapsed time, shown in the zone of `at`."""
    return (at.astimezone(UTC) + span).astimezone(at.tzinfo)


def show_day(day: date) -> str:
    """Show a day as users read it: 2026-02-14（周六）."""
    return f"{day.year:04}-{day.month:02}-{day.day:02}（{WEEKDAYS[day.weekday()]}）"


def show_day_in_english(day: date) -> str:
    """Show a day as users read it: 2026-02-14 (Sat)."""
    return f"{day.year:04}-{day.month:02}-{day.day:02} ({ENGLISH_WEEKDAYS[day.weekday()]})"


def changed_days(old: Calendar, new: Calendar) -> list[date]:
    """Return the days that are worked otherwise, are called otherwise, or are no longer (or newly) provisional, year by year."""
    years = sorted(old.published | new.published)
    return [
        day for year in years for day in days_of(date(year, 1, 1), date(year, 12, 31))
        if (old.is_working(day), old.says(day), old.provisional(day)) != (new.is_working(day), new.says(day), new.provisional(day))
    ]


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
