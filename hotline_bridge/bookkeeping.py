"""Draws up a report: the figures out of the store, counted by `routing`, laid out as files (P-24, C-4, C-8, D-8)."""

import contextlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from adapters.formats.books.analysis import analysis_leaf
from adapters.formats.books.daily import daily_leaf
from adapters.formats.books.leaf import Leaf
from adapters.formats.books.page import page
from adapters.formats.books.paper import Unprintable, paper
from adapters.formats.books.statistics import return_leaf, statistics_leaf
from adapters.formats.books.workbook import workbook
from hotline_bridge.store.reports import Report as Made
from hotline_bridge.store.tx import Tx
from routing.books import Desk, analysis, before, branch_return, daily, named, span, statistics
from routing.calendar import period
from routing.entries import Report
from routing.errors import RuleError
from routing.figures import Analysis, Daily, Head, Period, Return, Statistics, must_add_up
from routing.pack import Pack
from routing.rules import Rules
from routing.turns import History

Figures = Statistics | Return | Daily | Analysis
_EN = {"statistics": "Complaint statistics", "return": "Return of complaints", "daily": "Daily figures", "analysis": "Analysis of complaints"}
_NOTES = (
    "受理：期内首次受理的投诉件；重复：与此前投诉属同一事项（P-18）。",
    "答复：期内首次收齐各项要素的答复；按期：不晚于最后期限（P-11）。",
    "办结：期内办结的次数，重新办理后再次办结的另计；期初未结＋受理＋重新办理＝办结＋期末未结。",
    "类别、单位以截至时点所认定的为准；满意度为已办结件中客户的评价。",
)
_DAILY_NOTES = ("按受理日归日（C-8）；网点自行解决的不计，升级后按时解决的计咨询，经总行或外部、重复、逾期的计投诉（C-4）。",)
_DAYS_BACK = 31         # days of an emergency a daily report looks back on
_NO_NAME = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')       # signs no file may have in its name somewhere
_LONGEST_NAME = 80
_YEARS = 2000, 2100
_LONGEST = 2_000        # of all key figures in a letter


@dataclass(frozen=True, slots=True)
class Wanted:
    """A report somebody wants: which of the pack's, about whom ("" the whole bank), of which days, as known when."""

    entry: Report
    place: str
    first: date
    last: date
    as_of: datetime


def head_of(wanted: Wanted, pack: Pack, rules: Rules) -> Head:
    """What stands above the report."""
    days = named(wanted.first, wanted.last)
    unit = rules.directory.get(wanted.place) if wanted.place else None
    return Head(
        wanted.entry.name, _EN[wanted.entry.kind], rules.identity.bank, pack.name, days, wanted.as_of.astimezone(pack.zone), pack.zone, rules.digest,
        unit.full_name if unit else wanted.place, before(days), _DAILY_NOTES if wanted.entry.kind == "daily" else _NOTES,
        wanted.place,
    )


def drawn(tx: Tx, wanted: Wanted, pack: Pack, rules: Rules) -> Figures:
    """Count a report; RuleError where the figures do not add up: then it is sent to nobody (P-21)."""
    head, desk = head_of(wanted, pack, rules), Desk(pack, rules.calendar, rules.directory, rules.codes)
    found = _KINDS[wanted.entry.kind](tx, wanted, head, desk)
    must_add_up(found)
    return found


def _statistics(tx: Tx, wanted: Wanted, head: Head, desk: Desk) -> Figures:
    return statistics(_histories(tx, wanted, head, desk), head, desk)


def _return(tx: Tx, wanted: Wanted, head: Head, desk: Desk) -> Figures:
    first, until = span(head.period, head.zone)
    numbers = tx.books.numbers(desk.pack.id, first, until)
    return branch_return(_histories(tx, wanted, head, desk), head, desk, lambda case: numbers.get(case, str(case)))


def _daily(tx: Tx, wanted: Wanted, head: Head, desk: Desk) -> Figures:
    since = date.fromordinal(wanted.last.toordinal() - _DAYS_BACK)
    first, until = span(Period(since, wanted.last, ""), head.zone)
    return daily(tx.books.histories(desk.pack.id, first, until, wanted.as_of), head, desk, since)


def _analysis(tx: Tx, wanted: Wanted, head: Head, desk: Desk) -> Figures:
    first, until = span(head.period, head.zone)
    year_ago = Period(_year_before(wanted.first), _year_before(wanted.last), "")
    days = (moment.astimezone(head.zone).date() for moment in tx.books.first_received(desk.pack.id, *span(year_ago, head.zone)))
    months = Counter(date(day.year + 1, day.month, 1) for day in days)
    matters = tx.books.matters(desk.pack.id, first, until, wanted.as_of)
    return analysis(_histories(tx, wanted, head, desk), head, desk, matters, {} if wanted.place else months)


_KINDS: Mapping[str, Callable[[Tx, Wanted, Head, Desk], Figures]] = {
    "statistics": _statistics, "return": _return, "daily": _daily, "analysis": _analysis,
}


def _histories(tx: Tx, wanted: Wanted, head: Head, desk: Desk) -> Iterator[History]:
    first = span(head.before, head.zone)[0] if head.before else span(head.period, head.zone)[0]
    until = span(head.period, head.zone)[1]
    return tx.books.histories(desk.pack.id, first, until, wanted.as_of)


def _year_before(day: date) -> date:
    return date(day.year - 1, day.month, min(day.day, 28) if day.month == 2 else day.day)


# as files ---------------------------------------------------------------------------------------------------------------
def leaf_of(figures: Figures) -> Leaf:
    """The report laid out."""
    match figures:
        case Statistics():
            return statistics_leaf(figures)
        case Return():
            return return_leaf(figures)
        case Daily():
            return daily_leaf(figures)
        case Analysis():
            return analysis_leaf(figures)


def files_of(figures: Figures) -> dict[str, bytes]:
    """The report as files by name: a workbook, a web page, and where it can be had a PDF."""
    leaf = leaf_of(figures)
    days = f"{figures.head.period.first:%Y%m%d}-{figures.head.period.last:%Y%m%d}"
    name = _NO_NAME.sub("_", "_".join(filter(None, (figures.head.title, days, figures.head.place))))[:_LONGEST_NAME]
    files = {f"{name}.xlsx": workbook(leaf), f"{name}.html": page(leaf)}
    with contextlib.suppress(Unprintable):      # the web page says the same
        files[f"{name}.pdf"] = paper(leaf)
    return files


def spoken(figures: Figures) -> list[str]:
    """The key figures in words, each a line."""
    lines = [f"{tile.zh}：{tile.value}{f'（{tile.change}）' if tile.change else ''}" for tile in leaf_of(figures).tiles]
    return lines if sum(map(len, lines)) <= _LONGEST else lines[:5]


def shown(report: Made, rules: Rules) -> dict[str, object]:
    """A report as a row of a list."""
    zone = rules.packs[report.pack].zone if report.pack in rules.packs else rules.packs[rules.default_pack].zone
    unit = rules.directory.get(report.place) if report.place else None
    return {
        "id": report.id, "pack": report.pack, "name": report.name, "place": unit.full_name if unit else report.place or "全行",
        "first": report.first.isoformat(), "last": report.last.isoformat(), "version": report.version,
        "as_of": report.as_of.astimezone(zone).isoformat(timespec="minutes"), "made": report.made.astimezone(zone).isoformat(timespec="minutes") if report.ready else "",
        "digest": report.digest, "files": sorted(report.files), "letter": report.letter,
    }


# which one is meant -------------------------------------------------------------------------------------------------------
def entry_of(pack: Pack, name: str) -> Report:
    """The report of this name; RuleError with the names there are."""
    found = next((one for one in pack.reports if one.name == name), None)
    if found is None:
        msg = f"{pack.id} has no report {name!r}; it has {'、'.join(one.name for one in pack.reports)}"
        raise RuleError(msg)
    return found


def days_of(entry: Report, said: str, today: date) -> tuple[date, date]:
    """The days somebody means: 2026, 2026-12, 2026-12-31 or 2026-12-01..2026-12-31; "" the last finished period of the report.

    A year or month is narrowed to nothing: a half-month report of 2026-12 is of the whole month. RuleError for anything else,
    and for days that lie ahead: nobody knows yet what they bring.
    """
    if not said:
        first, _ = period(entry.every, today)
        return period(entry.every, date.fromordinal(first.toordinal() - 1))
    one, _, other = said.partition("..")
    try:
        spans = [_spelt(part.strip()) for part in (one, other) if part.strip()]
    except ValueError:
        spans = []
    if not spans or spans[0][0] > spans[-1][1] or not _YEARS[0] <= spans[0][0].year <= spans[-1][1].year <= _YEARS[1]:
        msg = f"{said[:40]!r} is no period; say 2026, 2026-12, 2026-12-31 or 2026-12-01..2026-12-31"
        raise RuleError(msg)
    if spans[0][0] > today:
        msg = f"{said[:40]} lies ahead; name a period that has begun"
        raise RuleError(msg)
    return spans[0][0], spans[-1][1]


def known_at(said: datetime | None, now: datetime) -> datetime:
    """The moment a report is written as of: the one said, now without; RuleError where it lies ahead."""
    if said is not None and said > now:
        msg = f"as of {said.isoformat(timespec='minutes')} nobody knows anything yet; name a moment that is past"
        raise RuleError(msg)
    return said or now


def _spelt(text: str) -> tuple[date, date]:
    parts = [int(part) for part in text.split("-")]
    match parts:
        case [year]:
            return date(year, 1, 1), date(year, 12, 31)
        case [year, month]:
            return period("month", date(year, month, 1))
        case [year, month, day]:
            return date(year, month, day), date(year, month, day)
    raise ValueError(text)
