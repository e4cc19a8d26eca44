"""Writes the books of a period out of the cases' histories: 投诉统计表, 投诉情况登记表, daily figures, analyses (P-24, C-4, C-8, D-8)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from routing.calendar import ONE_DAY, Calendar, period
from routing.case import State
from routing.codes import AXES, CodeTable, of_case
from routing.counting import Facts, counts_as
from routing.directory import Directory
from routing.figures import (
    SORTED, Analysis, Axis, Bin, Crossing, Daily, DailyLine, Head, HeatRow, Limit, Line, Mentioned, Month, Period, Repeated, Return,
    Sorted, Statistics, Tally,
)
from routing.pack import Pack
from routing.papers import Channel
from routing.parties import UnitCode
from routing.reporting import FIRST_LEVEL
from routing.turns import NOTHING, History, tally
from routing.verdict import Category

Span = tuple[datetime, datetime]
UNKNOWN = "-"               # the key of what nobody has decided yet
_UNDECIDED, _UNDECIDED_EN = "待定", "Undecided"
_HALVES = (6, 7)
_EN = {
    "ERROR": "Error at work", "ATTITUDE": "Attitude", "MANAGEMENT": "Management", "PRODUCT": "Product", "CHANNEL": "Channel",
    "BREACH": "Breach of rules", "CRIME": "Financial crime", "ANONYMOUS": "Anonymous",
}
_MONTHS_EN = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_BINS = (1, 2, 3, 5, 7, 10, 15, 20, 30)
_MOST_MATTERS = 10


@dataclass(frozen=True, slots=True)
class Desk:
    """What the books are written with: the pack, the calendar, the directory, and the codes of JR/T 0169 where loaded."""

    pack: Pack
    calendar: Calendar
    directory: Directory
    codes: CodeTable


@dataclass(frozen=True, slots=True)
class MatterSeen:
    """What a matter of several cases is, as the store knows it."""

    first_number: str
    category: str | None
    unit: str | None
    cases: int
    persons: int
    first: datetime
    last: datetime


def span(days: Period, zone: tzinfo) -> Span:
    """Return the first moment of a period and the first behind it."""
    return datetime.combine(days.first, time(0), zone), datetime.combine(days.last + ONE_DAY, time(0), zone)


def named(first: date, last: date) -> Period:
    """Return the days with what people call them: 2026年12月, 2026年12月上半月, 2026年第4季度, 2026年上半年, 2026年."""
    year, month, days = first.year, first.month, (first, last)
    if first == last:
        return Period(first, last, f"{year}年{month}月{first.day}日", first.isoformat())
    month_en = f"{_MONTHS_EN[month - 1]} {year}"
    for every, zh, en in (
        ("month", f"{year}年{month}月", month_en),
        ("half-month", f"{year}年{month}月{'上' if first.day == 1 else '下'}半月", f"{'1st' if first.day == 1 else '2nd'} half of {month_en}"),
        ("quarter", f"{year}年第{(month + 2) // 3}季度", f"Q{(month + 2) // 3} {year}"),
        ("half-year", f"{year}年{'上' if month < _HALVES[1] else '下'}半年", f"{'1st' if month < _HALVES[1] else '2nd'} half of {year}"),
        ("year", f"{year}年", str(year)),
    ):
        if period(every, first) == days:
            return Period(first, last, zh, en)
    return Period(first, last, f"{first.isoformat()} 至 {last.isoformat()}", f"{first.isoformat()} to {last.isoformat()}")


def before(days: Period) -> Period:
    """Return the period before, of the same kind; of as many days where it is none that people name."""
    for every in ("day", "half-month", "month", "quarter", "half-year", "year"):
        if period(every, days.first) == (days.first, days.last):
            return named(*period(every, days.first - ONE_DAY))
    length = days.last - days.first
    return named(days.first - ONE_DAY - length, days.first - ONE_DAY)


# the table of category and unit --------------------------------------------------------------------------------------
def statistics(histories: Iterable[History], head: Head, desk: Desk) -> Statistics:
    """Return 投诉统计表: by category, by unit, crossed, each beside the period before (P-14, P-21, P-24, D-8)."""
    sums = _Sums(head, desk)
    for history in histories:
        sums.add(history)
    outcomes = tuple(it.name for it in desk.pack.closing.outcomes)
    return Statistics(head, sums.lines("category"), sums.lines("unit"), sums.crossings(), outcomes, sums.axes(), *sums.whole())


def branch_return(histories: Iterable[History], head: Head, desk: Desk, numbers: Callable[[int], str]) -> Return:
    """Return 投诉情况登记表 of one branch: the counts, and the cases it received or had open, by number (P-24)."""
    sums, (first, until) = _Sums(head, desk), span(head.period, head.zone)
    ours = (history for history in histories if sums.add(history))
    cases = [_mentioned(history, numbers) for history in ours if first <= history.received < until or history.is_open(until)]
    return Return(
        head, sums.lines("category"), tuple(sorted(cases, key=lambda one: (one.received, one.number))), *sums.whole(),
    )


def _mentioned(history: History, numbers: Callable[[int], str]) -> Mentioned:
    last = history.last
    return Mentioned(
        numbers(last.case), last.received, Channel[last.channel].value, _category_name(last.category), State[last.state].value, last.due, last.answered,
        last.outcome, last.satisfaction,
    )


# the emergency weeks ---------------------------------------------------------------------------------------------------
def daily(histories: Iterable[History], head: Head, desk: Desk, since: date) -> Daily:
    """Return the day's figures unit by unit, and the days before it from `since` on (C-4, C-8): each case counts on the day it was received."""
    today: dict[str, list[str]] = defaultdict(list)
    yesterday: dict[str, list[str]] = defaultdict(list)
    days: dict[date, list[str]] = defaultdict(list)
    for history in histories:
        place = _place_of(history.last.unit, head.unit, desk.directory)
        kind, on = _kind(history, desk, head.as_of), history.received.astimezone(head.zone).date()
        if place is None or not kind or on < since:         # of older ones only those still open are at hand: no figure of their day
            continue
        days[on].append(kind)
        if on == head.period.last:
            today[place].append(kind)
        elif on == head.period.last - ONE_DAY:
            yesterday[place].append(kind)
    units = tuple(
        DailyLine(key, _unit_name(key, desk.directory), _sorted(today[key]), _sorted(yesterday[key])) for key in sorted({*today, *yesterday})
    )
    trend = tuple((day, _sorted(days[day])) for day in sorted(days) if day <= head.period.last)
    return Daily(head, units, trend, _sorted(days[head.period.last]), _sorted(days[head.period.last - ONE_DAY]))


def _kind(history: History, desk: Desk, as_of: datetime) -> str:
    """What a case counts as, by the name of its column; "" for what the outlet solved itself (C-4)."""
    last = history.last
    units = (desk.directory.get(code) for code in (last.unit, last.lead) if code)
    facts = Facts(
        Channel[last.channel], {unit.level for unit in units if unit}, last.due, last.answered or last.closed, as_of,
        repeated=history.repeat or last.received != history.received,
    )
    word = counts_as(facts, desk.pack)
    return _COLUMNS[word] + _FAULTS.get(last.outcome, "undecided") if word in _COLUMNS else ""


_COLUMNS: Mapping[str, str] = {"咨询": "enquiry_", "投诉": ""}
_FAULTS: Mapping[str, str] = {"有责": "at_fault", "无责": "not_at_fault", "双方责任": "both"}


def _sorted(kinds: Sequence[str]) -> Sorted:
    return Sorted(**{name: kinds.count(name) for name in SORTED})


# the analysis ------------------------------------------------------------------------------------------------------------
def analysis(histories: Iterable[History], head: Head, desk: Desk, matters: Sequence[MatterSeen] = (), year_before: Mapping[date, int] | None = None) -> Analysis:
    """Return the half-year's or year's analysis: trend, causes, units month by month, times to the answer (P-24)."""
    sums, months = _Sums(head, desk), _months(head)
    monthly = {first: _Sum() for first, _ in months}
    heat: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    bins: dict[int | None, int] = defaultdict(int)
    start, until = span(head.period, head.zone)
    for history in histories:
        place = sums.add(history)
        if place is None:
            continue
        for first, (begins, ends) in months:
            if (history.received < ends and history.last.at >= begins) or history.is_open(ends):
                monthly[first].add(tally(history, begins, ends))
        if start <= history.received < until:
            heat[place][history.received.astimezone(head.zone).date().replace(day=1)] += 1
        for one in history.answers(start, until):
            assert one.answered is not None
            bins[_bin(desk.calendar, one.received.astimezone(head.zone).date(), one.answered.astimezone(head.zone).date())] += 1
    return Analysis(
        head, tuple(Month(first, monthly[first].tally(), (year_before or {}).get(first)) for first, _ in months), sums.lines("category"),
        next((axis.lines for axis in sums.axes() if axis.name.startswith("C")), ()),
        tuple(HeatRow(key, _unit_name(key, desk.directory), tuple(row[first] for first, _ in months)) for key, row in sorted(heat.items(), key=_most)),
        tuple(Bin(up_to, bins[up_to]) for up_to in (*_BINS, None)), _limits(desk.pack), _repeated(matters, desk), sums.axes(),
        *sums.whole(),
    )


def _most(row: tuple[str, Mapping[date, int]]) -> tuple[int, str]:
    return -sum(row[1].values()), row[0]


def _months(head: Head) -> list[tuple[date, Span]]:
    found, day = [], head.period.first.replace(day=1)
    while day <= head.period.last:
        first, last = period("month", day)
        found.append((first, span(Period(max(first, head.period.first), min(last, head.period.last), ""), head.zone)))
        day = last + ONE_DAY
    return found


def _bin(calendar: Calendar, received: date, answered: date) -> int | None:
    days = calendar.working_days_between(received, answered)
    return next((up_to for up_to in _BINS if days <= up_to), None)


def _limits(pack: Pack) -> tuple[Limit, ...]:
    """The limits that can be marked among working days; each once (P-11, D-5, T-3)."""
    found = [Limit(it.name, days, it.rule) for it in pack.limits.values() if it.count == "working-days" for days in dict.fromkeys((it.due, it.last))]
    return tuple({(it.name, it.days): it for it in found}.values())


def _repeated(matters: Sequence[MatterSeen], desk: Desk) -> tuple[Repeated, ...]:
    zone = desk.pack.zone
    return tuple(
        Repeated(it.first_number, _category_name(it.category), _unit_name(it.unit or UNKNOWN, desk.directory), it.cases, it.persons,
                 it.first.astimezone(zone).date(), it.last.astimezone(zone).date())
        for it in sorted(matters, key=lambda it: (-it.persons, -it.cases, it.first_number))[:_MOST_MATTERS]
    )


# adding up -----------------------------------------------------------------------------------------------------------------
class _Sum:
    """Counts that grow."""

    __slots__ = ("counts", "results", "spent")

    def __init__(self) -> None:
        self.counts: dict[str, int] = defaultdict(int)
        self.results: dict[str, int] = defaultdict(int)
        self.spent = timedelta()

    def add(self, one: Tally) -> None:
        """Add what one case brings."""
        counts = self.counts
        for name in _COUNTS:
            if value := getattr(one, name):
                counts[name] += value
        for name, value in one.results.items():
            self.results[name] += value
        self.spent += one.spent

    def join(self, other: "_Sum") -> None:
        """Add what another has counted."""
        for name, value in other.counts.items():
            self.counts[name] += value
        for name, value in other.results.items():
            self.results[name] += value
        self.spent += other.spent

    def tally(self) -> Tally:
        """The counts as they stand."""
        return Tally(**{name: self.counts[name] for name in _COUNTS}, spent=self.spent, results=dict(self.results))


_COUNTS = ("received", "repeat", "answered", "on_time", "closed", "open", "overdue", "satisfied", "fair", "dissatisfied", "reopened", "carried")


Cell = tuple[str, str, str]         # unit, category, codes


class _Sums:
    """A period's counts and those of the period before: added up in the smallest cells, and from these into rows."""

    def __init__(self, head: Head, desk: Desk) -> None:
        self.head, self.desk = head, desk
        self.spans = span(head.period, head.zone), span(head.before, head.zone) if head.before else None
        self.now: dict[Cell, _Sum] = defaultdict(_Sum)
        self.then: dict[Cell, _Sum] = defaultdict(_Sum)

    def add(self, history: History) -> str | None:
        """Count a case; returns the unit it is counted under, None where it is not of the place the report is about."""
        last = history.last
        place = _place_of(last.unit, self.head.unit, self.desk.directory)
        if place is None:
            return None
        cell, (now, then) = (place, last.category or UNKNOWN, last.codes), self.spans
        for span_, sums in ((now, self.now), (then, self.then)):
            counted = tally(history, *span_) if span_ else NOTHING
            if counted is not NOTHING:
                sums[cell].add(counted)
        return place

    def whole(self) -> tuple[Tally, Tally]:
        """All that was counted, in the period and before it."""
        return self._of(self.now, lambda _: True), self._of(self.then, lambda _: True)

    def lines(self, by: str) -> tuple[Line, ...]:
        """The rows of one kind: categories in P-14's order, units by how many they received."""
        place = 1 if by == "category" else 0
        keys = {cell[place] for cell in (*self.now, *self.then)}
        if by == "category":
            order = [it.name for it in Category] + ([UNKNOWN] if UNKNOWN in keys else [])
            return tuple(self._line(key, _category_name(key), _at(1, key), _EN.get(key, _UNDECIDED_EN)) for key in order)
        rows = [self._line(key, _unit_name(key, self.desk.directory), _at(0, key)) for key in keys]
        return tuple(sorted(rows, key=lambda row: (-row.tally.received, row.key)))

    def crossings(self) -> tuple[Crossing, ...]:
        """Category × unit."""
        pairs = sorted({(unit, category) for unit, category, _ in self.now})
        return tuple(Crossing(unit, category, self._of(self.now, _crossed(unit, category))) for unit, category in pairs)

    def axes(self) -> tuple[Axis, ...]:
        """The tables by the codes of JR/T 0169, where the bank has loaded them."""
        return tuple(
            Axis(name, name_en, tuple(self._line(code, words, _coded(axis, code)) for code, words in codes.items()))
            for axis, (name, name_en) in AXES.items() if (codes := self.desk.codes.names(axis))
        )

    def _line(self, key: str, name: str, mine: Callable[[Cell], bool], name_en: str = "") -> Line:
        return Line(key, name, self._of(self.now, mine), self._of(self.then, mine) if self.head.before else None, name_en)

    @staticmethod
    def _of(cells: Mapping[Cell, _Sum], mine: Callable[[Cell], bool]) -> Tally:
        whole = _Sum()
        for cell, one in cells.items():
            if mine(cell):
                whole.join(one)
        return whole.tally()


def _at(place: int, key: str) -> Callable[[Cell], bool]:
    return lambda cell: cell[place] == key


def _crossed(unit: str, category: str) -> Callable[[Cell], bool]:
    return lambda cell: cell[:2] == (unit, category)


def _coded(axis: str, code: str) -> Callable[[Cell], bool]:
    return lambda cell: (axis, code) in of_case(cell[2])


def _category_name(key: str | None) -> str:
    return Category[key].value if key and key in Category.__members__ else _UNDECIDED


def _unit_name(key: str, directory: Directory) -> str:
    unit = directory.get(key)
    return unit.full_name if unit else "未确定单位" if key == UNKNOWN else key


def _place_of(unit: str | None, place: str, directory: Directory) -> str | None:
    """Return the row a case's unit is counted in: its first-level branch, or within a place whoever is right below it; None where it is elsewhere."""
    chain = directory.chain(unit) if unit else ()
    codes = [one.code for one in chain]
    if not place:
        branch = next((one.code for one in chain if one.level == FIRST_LEVEL), None)
        return branch or (codes[-1] if codes else unit or UNKNOWN)
    if place not in codes:
        return None
    at = codes.index(UnitCode(place))
    return codes[at - 1] if at else place
