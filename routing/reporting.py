"""Which report of which days is owed when, about whom, and to whom (P-24, C-8, D-8)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from routing.calendar import ONE_DAY, Calendar, period
from routing.directory import Directory
from routing.entries import Report
from routing.pack import Pack
from routing.parties import UnitCode

FIRST_LEVEL = "一级分行"
WHOLE_BANK = UnitCode("")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who gets a report: the mailboxes, and what the desk must know where the pack names nobody that can be reached."""

    mailboxes: tuple[str, ...]
    doubt: str = ""


def due_at(entry: Report, last: date, pack: Pack, calendar: Calendar) -> datetime:
    """Return when the report of a period that ended on `last` is sent; in the pack's zone."""
    day = last + entry.after * ONE_DAY if pack.hours.around_the_clock else calendar.working_days_after(last, entry.after)
    return datetime.combine(day, entry.at, pack.zone)


def finished(entry: Report, pack: Pack, calendar: Calendar, since: date, now: datetime) -> Iterator[tuple[date, date]]:
    """Yield the periods, oldest first, that touch `since` or a later day and whose report is due by `now`."""
    first, last = period(entry.every, since)
    while due_at(entry, last, pack, calendar) <= now:
        yield first, last
        first, last = period(entry.every, last + ONE_DAY)


def next_due(pack: Pack, calendar: Calendar, now: datetime) -> datetime:
    """Return when the next report of a pack falls due after `now`; a day from now where it has none."""
    here = now.astimezone(pack.zone)
    moments = [now + timedelta(days=1)]
    for entry in pack.reports:
        _, last = period(entry.every, here.date() - (entry.after * 3 + 14) * ONE_DAY)      # back behind any holidays
        while (at := due_at(entry, last, pack, calendar)) <= here:
            _, last = period(entry.every, last + ONE_DAY)
        moments.append(at)
    return min(moments)


def places(entry: Report, pack: Pack, directory: Directory) -> tuple[UnitCode, ...]:
    """Return whom a report is about, one report each; key branches that the directory does not know are left out (P-24)."""
    if entry.of == "bank":
        return (WHOLE_BANK,)
    key = [UnitCode(code) for code in pack.key_branches if directory.get(code) is not None]
    if entry.of == "key":
        return tuple(key)
    return tuple(unit.code for unit in directory.units.values() if unit.level == FIRST_LEVEL and unit.code not in key)


def readers(entry: Report, place: UnitCode, directory: Directory) -> Reader:
    """Return who gets a report: `addresses`, and the department `to` of head office or of whoever it is about.

    Where the pack names somebody the directory does not know, whoever compiles it (`by`) gets it to pass it on; where
    that is nobody either, the desk alone, with the cure.
    """
    boxes = list(entry.addresses)
    for role in (entry.to, entry.by):
        at = directory.head_office or place
        office = directory.department(at, role) if at and not boxes else None
        if office is not None and (found := directory.mailbox(office.code)) is not None:
            boxes.append(found[1])
    if boxes:
        return Reader(tuple(dict.fromkeys(boxes)))
    return Reader((), f"机构名录中没有“{entry.to}”，报表《{entry.name}》只送投诉处理岗；请在政策包 [[reports]] 中写明 addresses（{entry.rule}）")
