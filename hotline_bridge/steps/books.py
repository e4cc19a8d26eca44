"""Plans the reports that have fallen due, and looks again when the next one does (P-24, C-8, D-8)."""

from datetime import date, datetime

from hotline_bridge.bookkeeping import Wanted
from hotline_bridge.store.tx import Tx
from routing.calendar import period
from routing.entries import Report
from routing.pack import Pack
from routing.reporting import due_at, finished, next_due, places
from routing.rules import Rules

MOST = 400      # periods of one report that are made up for after a long silence: a year of daily ones


def books(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Plan every report whose day has come; a report already planned is never planned twice."""
    for pack in rules.packs.values():
        begun = tx.books.begun(pack.id)
        if begun is None:
            continue
        for entry in pack.reports:
            for first, last in _periods(tx, pack, entry, begun, now, rules):
                for place in places(entry, pack, rules.directory):
                    at = due_at(entry, last, pack, rules.calendar)
                    report = tx.reports.plan((pack.id, entry.name, place), (first, last), at, now)
                    if report is not None:
                        tx.tasks.owe("report", report, now)
    tx.tasks.owe("books", subject, min(next_due(pack, rules.calendar, now) for pack in rules.packs.values()))


def order(tx: Tx, wanted: Wanted, pack: Pack, now: datetime) -> int:
    """Plan a report that somebody asks for, as a further version of it; returns its number."""
    planned = tx.reports.plan((pack.id, wanted.entry.name, wanted.place), (wanted.first, wanted.last), wanted.as_of, now, ordered=True)
    assert planned is not None
    tx.tasks.owe("report", planned, now)
    return planned


def _periods(tx: Tx, pack: Pack, entry: Report, begun: datetime, now: datetime, rules: Rules) -> list[tuple[date, date]]:
    """The periods whose report is due: all since the latest one planned; the last one alone where none was, ever.

    A bridge that has just been set up over old cases does not send the reports of years.
    """
    latest = tx.reports.latest(pack.id, entry.name)
    here = now.astimezone(pack.zone)
    if latest is not None:
        return list(finished(entry, pack, rules.calendar, latest, here))[-MOST:]
    first_day = begun.astimezone(pack.zone).date()
    return [one for one in finished(entry, pack, rules.calendar, max(first_day, _recent(entry, here.date())), here) if one[1] >= first_day][-1:]


def _recent(entry: Report, today: date) -> date:
    """The first day of a period that lies at least one whole period back."""
    first, _ = period(entry.every, today)
    for _ in range(2):
        first, _last = period(entry.every, date.fromordinal(first.toordinal() - 1))
    return first
