"""What the bank's books say, as plain values: the counts of a period, and the reports that are made of them (P-24, D-8, C-8).

Whoever counts fills these in; whoever draws (adapters.formats.books) only reads them. Nothing here names a customer (P-6).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo

from routing.errors import RuleError


@dataclass(frozen=True, slots=True)
class Period:
    """The days a report is about, first and last included, and what people call them: 2026年7月, July 2026."""

    first: date
    last: date
    name: str
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above every report: whose, of which days, as known when, by which rules, and how it was counted.

    `as_of` is aware; `zone` is where its days begin and end. `rules` is the digest of the rules in force, `unit` is the code of
    the unit the report is about and `place` its name ("" for the whole bank), `notes` say in Chinese how the figures were counted.
    """

    title: str
    title_en: str
    bank: str
    pack: str
    period: Period
    as_of: datetime
    zone: tzinfo
    rules: str = ""
    place: str = ""
    before: Period | None = None        # what it is compared with
    notes: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts of one category, unit or month. They add up: the sum of the parts is the whole.

    received = taken in the period, `repeat` of them again from the same customer or on the same matter (P-18). answered =
    answered in the period, on time or late by the pack's limit (P-11). closed = closed in the period; `results` by the word
    of the pack; the customers' satisfaction as far as it was asked. open and overdue as they stood at the end of the period.
    `carried` were open when it began and `reopened` closed once before (P-18): where `carried` is known,
    carried + received + reopened = closed + open. `spent` is the time to the answer, summed over `answered`.
    """

    received: int = 0
    repeat: int = 0
    answered: int = 0
    on_time: int = 0
    closed: int = 0
    open: int = 0
    overdue: int = 0
    satisfied: int = 0
    fair: int = 0
    dissatisfied: int = 0
    reopened: int = 0
    carried: int | None = None
    spent: timedelta = timedelta()
    results: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: "Tally") -> "Tally":
        """Add the counts of two parts."""
        return total((self, other))

    @property
    def late(self) -> int:
        """How many were answered, but late."""
        return self.answered - self.on_time

    @property
    def on_time_share(self) -> float | None:
        """Which part was answered on time; None where nothing was answered."""
        return self.on_time / self.answered if self.answered else None

    @property
    def asked(self) -> int:
        """How many customers said what they think of the answer."""
        return self.satisfied + self.fair + self.dissatisfied

    @property
    def satisfied_share(self) -> float | None:
        """Which part of those asked was satisfied; None where nobody was asked."""
        return self.satisfied / self.asked if self.asked else None

    @property
    def days_to_answer(self) -> float | None:
        """The mean time to the answer in days; None where nothing was answered."""
        return self.spent / timedelta(days=1) / self.answered if self.answered else None


_SUMS = ("received", "repeat", "answered", "on_time", "closed", "open", "overdue", "satisfied", "fair", "dissatisfied", "reopened")


def total(parts: Iterable[Tally]) -> Tally:
    """Return the sum of all parts; `carried` is known where every part knows it."""
    parts = tuple(parts)
    results: dict[str, int] = {}
    for one in parts:
        for name, count in one.results.items():
            results[name] = results.get(name, 0) + count
    carried = [one.carried for one in parts]
    return Tally(
        **{name: sum(getattr(one, name) for one in parts) for name in _SUMS},
        carried=sum(one or 0 for one in carried) if parts and None not in carried else None,
        spent=sum((one.spent for one in parts), timedelta()), results=results,
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a report: a category, a unit, a code of JR/T 0169; `before` are its counts of the period before."""

    key: str
    name: str
    tally: Tally
    before: Tally | None = None
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Crossing:
    """The counts of one category at one unit, by their keys."""

    unit: str
    category: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of JR/T 0169-2018, where the bank has loaded its codes: 办理渠道, 业务类别, 投诉原因."""

    name: str
    name_en: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Statistics:
    """投诉统计表: by category (P-14), by unit, and category × unit, each row beside the period before (P-24)."""

    head: Head
    categories: tuple[Line, ...]
    units: tuple[Line, ...]
    crossings: tuple[Crossing, ...] = ()
    results: tuple[str, ...] = ()       # the pack's outcomes, in its order; others that occur come behind
    axes: tuple[Axis, ...] = ()
    total: Tally = Tally()
    before: Tally | None = None


@dataclass(frozen=True, slots=True)
class Mentioned:
    """A case as a return names it: by its number, with nothing of the customer (P-6, P-24)."""

    number: str
    received: datetime
    channel: str
    category: str
    state: str
    due: datetime | None = None
    answered: datetime | None = None
    result: str = ""
    satisfaction: str = ""


@dataclass(frozen=True, slots=True)
class Return:
    """投诉情况登记表 of one branch: half-month for the union and the key branches, quarter for the others (P-24)."""

    head: Head
    categories: tuple[Line, ...]
    cases: tuple[Mentioned, ...] = ()
    total: Tally = Tally()
    before: Tally | None = None
    remarks: tuple[str, ...] = ()       # what the branch adds


@dataclass(frozen=True, slots=True)
class Sorted:
    """The counts of an emergency week (C-4): enquiries and complaints, each 有责, 无责, 双方责任 or not yet decided."""

    enquiry_at_fault: int = 0
    enquiry_not_at_fault: int = 0
    enquiry_both: int = 0
    enquiry_undecided: int = 0
    at_fault: int = 0
    not_at_fault: int = 0
    both: int = 0
    undecided: int = 0

    @property
    def enquiries(self) -> int:
        """咨询: risen to branch or province and solved in time (C-4)."""
        return self.enquiry_at_fault + self.enquiry_not_at_fault + self.enquiry_both + self.enquiry_undecided

    @property
    def complaints(self) -> int:
        """投诉: through head office or outside, repeated, or overdue (C-4)."""
        return self.at_fault + self.not_at_fault + self.both + self.undecided


SORTED = tuple(Sorted.__dataclass_fields__)


def sorted_total(parts: Iterable[Sorted]) -> Sorted:
    """Return the sum of all parts."""
    parts = tuple(parts)
    return Sorted(**{name: sum(getattr(one, name) for one in parts) for name in SORTED})


@dataclass(frozen=True, slots=True)
class DailyLine:
    """One unit of a day's figures; `before` is the day before."""

    key: str
    name: str
    count: Sorted
    before: Sorted | None = None


@dataclass(frozen=True, slots=True)
class Daily:
    """The figures of one day, unit by unit, and of the days so far (C-4, C-8)."""

    head: Head
    units: tuple[DailyLine, ...]
    days: tuple[tuple[date, Sorted], ...] = ()      # the whole bank, day by day up to this one
    total: Sorted = Sorted()
    before: Sorted | None = None


@dataclass(frozen=True, slots=True)
class Month:
    """One month of a trend: its first day, its counts, and how many came in the same month a year before."""

    first: date
    tally: Tally
    year_before: int | None = None


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One unit of the heat map: what it received, month by month, in the order of the analysis's months."""

    key: str
    name: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bin:
    """How many were answered within `up_to` days and later than the bin before; None: later than all bins."""

    up_to: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit marked in the distribution: its name and its days (P-11, law:18)."""

    name: str
    days: int
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Repeated:
    """A matter that came again and again, without anybody's name (P-18, C-5)."""

    name: str                           # the number of its first case
    category: str
    unit: str
    cases: int
    persons: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Analysis:
    """The half-year's or year's analysis (P-24).

    `days` says what the distribution of answer times counts in: 工作日 or 日.
    """

    head: Head
    months: tuple[Month, ...]
    categories: tuple[Line, ...]
    causes: tuple[Line, ...] = ()       # JR/T 0169 axis C where loaded, else whatever the bank counts causes by
    units: tuple[HeatRow, ...] = ()
    answer_times: tuple[Bin, ...] = ()
    limits: tuple[Limit, ...] = ()
    matters: tuple[Repeated, ...] = ()
    axes: tuple[Axis, ...] = ()
    total: Tally = Tally()
    before: Tally | None = None
    days: str = "工作日"


def must_add_up(report: Statistics | Return | Daily | Analysis) -> None:
    """Raise RuleError naming every sum that does not come out; a book with a wrong total is sent to nobody (P-21)."""
    wrong = list(_wrong(report))
    if wrong:
        told = "; ".join(wrong[:20])
        raise RuleError(f"{report.head.title} {report.head.period.name}: the figures do not add up (P-21): {told}; count it anew before it is sent")


def _wrong(report: Statistics | Return | Daily | Analysis) -> Iterable[str]:
    if isinstance(report, Daily):
        yield from _differing("units", sorted_total(one.count for one in report.units), report.total, SORTED)
        return
    yield from _inside("total", report.total)
    yield from _sum("categories", report.categories, report.total)
    for line in report.categories:
        yield from _inside(line.name, line.tally)
    if isinstance(report, Statistics):
        yield from _sum("units", report.units, report.total)
        yield from _crossed(report)
    if isinstance(report, Analysis):
        yield from _monthly(report)


def _sum(what: str, lines: Sequence[Line], whole: Tally) -> Iterable[str]:
    summed = total(line.tally for line in lines)
    yield from _differing(what, summed, whole, _SUMS)
    if summed.results != dict(whole.results) and any({**summed.results, **whole.results}.values()):
        yield f"{what}: results {dict(summed.results)} are not {dict(whole.results)}"


def _differing(what: str, summed: object, whole: object, names: Sequence[str]) -> Iterable[str]:
    for name in names:
        parts, all_ = getattr(summed, name), getattr(whole, name)
        if parts != all_:
            yield f"{what}: {name} sums up to {parts}, the total says {all_}"


#: What can never be more than what: of the first there are some among the second.
_AMONG = (("repeat", "received"), ("on_time", "answered"), ("overdue", "open"))


def _inside(name: str, tally: Tally) -> Iterable[str]:
    for part, whole in _AMONG:
        if getattr(tally, part) > getattr(tally, whole):
            yield f"{name}: {part} {getattr(tally, part)} is more than {whole} {getattr(tally, whole)}"
    if min(getattr(tally, each) for each in _SUMS) < 0:
        yield f"{name}: a count is below zero"
    if tally.results and sum(tally.results.values()) != tally.closed:
        yield f"{name}: results make {sum(tally.results.values())}, closed are {tally.closed}"
    if tally.carried is not None and tally.carried + tally.received + tally.reopened != tally.closed + tally.open:
        yield (
            f"{name}: carried {tally.carried} + received {tally.received} + reopened {tally.reopened} is not "
            f"closed {tally.closed} + open {tally.open}"
        )


def _crossed(report: Statistics) -> Iterable[str]:
    """Category × unit has both margins of the table."""
    if not report.crossings:
        return
    for what, lines in (("unit", report.units), ("category", report.categories)):
        found: dict[str, int] = {}
        for one in report.crossings:
            key = one.unit if what == "unit" else one.category
            found[key] = found.get(key, 0) + one.tally.received
        for line in lines:
            if found.pop(line.key, 0) != line.tally.received:
                yield f"category × unit: {what} {line.name} does not come to its {line.tally.received} received"
        yield from (f"category × unit: {what} {key} is in no row" for key, count in found.items() if count)


def _monthly(report: Analysis) -> Iterable[str]:
    months = sum(month.tally.received for month in report.months)
    if report.months and months != report.total.received:
        yield f"months: received sums up to {months}, the total says {report.total.received}"
    for row in report.units:
        if len(row.counts) != len(report.months):
            yield f"heat map: {row.name} has {len(row.counts)} months, the analysis {len(report.months)}"
    times = sum(one.count for one in report.answer_times)
    if report.answer_times and times != report.total.answered:
        yield f"answer times: {times} cases, answered were {report.total.answered}"
