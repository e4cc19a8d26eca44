"""A calendar was loaded: the limits of open cases are worked out anew, some at a time, each change a line in its book.

What is right already is left alone, so that it may be broken off and begun again at any point.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from hotline_bridge.store.tx import Tx
from routing.case import Case, Entry, State
from routing.hops import Hop, part_due
from routing.rules import Rules
from routing.slip import spoken_time

RETIMED = "重算时限"
BATCH = 200
_MOST_DAYS_NAMED = 5


@dataclass(frozen=True, slots=True)
class Retimed:
    """One case whose limits are other ones now."""

    number: str
    old: Case
    new: Case
    why: str
    parts: tuple[tuple[Hop, datetime], ...] = ()        # who passes on or assists, by when they must have done so now (P-9.3, P-14.1)


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of some cases: which changed, how many were looked at, and behind which to go on; None where none is left."""

    changed: tuple[Retimed, ...]
    seen: int
    after: int | None


def retime(tx: Tx, after: int, days: Collection[date], now: datetime, rules: Rules, *, write: bool = True) -> Batch:
    """Work out anew the next open cases behind `after` whose limits reach into the years of `days`, the days that changed.

    Without `write` nothing is kept: that is how it is tried.
    """
    if not days:
        return Batch((), 0, None)
    ids = tx.clocks.open_within(after, _years(days), BATCH)
    events, changed = tx.clocks.of_cases(ids), []
    for case in tx.cases.several(ids):
        again = rules.timed(case, events.get(case.id, ()))
        parts = _parts(tx, case, rules) if case.state is State.SENT else ()
        if (again == case and not parts) or case.state is State.CLOSED:     # closed since it was looked for
            continue
        one = Retimed(case.number, case, again, _why(case, again, days, rules), parts)
        changed.append(one)
        if write:
            _keep(tx, one, now, rules)
    if write:
        tx.tasks.owe_all("chase", {one.new.id: now for one in changed})
    return Batch(tuple(changed), len(ids), ids[-1] if len(ids) == BATCH else None)


def _parts(tx: Tx, case: Case, rules: Rules) -> tuple[tuple[Hop, datetime], ...]:
    """The hops on their way whose own date is another one now."""
    pack = rules.pack(case.pack)
    again = ((hop, part_due(hop, pack, rules.calendar)) for hop in tx.hops.of_round(case))
    return tuple((hop, due) for hop, due in again if due is not None and due != hop.due)


def _keep(tx: Tx, one: Retimed, now: datetime, rules: Rules) -> None:
    tx.cases.save(one.new, Entry(now, "bridge", RETIMED, _says(one, rules), rules.digest))
    for hop, due in one.parts:
        tx.hops.promise(hop, due)
    if one.parts:
        tx.tasks.owe("hops", one.new.id, now)


def _years(days: Collection[date]) -> tuple[datetime, datetime]:
    """From the first to the last moment of the years in which a day changed, in whatever zone."""
    first, last = min(days).year, max(days).year
    return (datetime.combine(date(first, 1, 1), time(0), UTC) - timedelta(days=1), datetime.combine(date(last, 12, 31), time(0), UTC) + timedelta(days=2))


def _why(case: Case, again: Case, days: Collection[date], rules: Rules) -> str:
    """Which days made the difference, in the words users read."""
    zone = rules.pack(case.pack).zone
    first, last = case.received.astimezone(zone).date(), max(it.astimezone(zone).date() for it in (case.last_day, again.last_day, case.received) if it)
    met = [day for day in sorted(days) if first < day <= last]
    if not met:
        return "按现行规则重算"
    named = [f"{day}{rules.calendar.says(day)}" for day in met if rules.calendar.says(day) not in {"", "周末"}]
    more = f"等{len(named)}日" if len(named) > _MOST_DAYS_NAMED else ""
    settled = "放假安排已公布" if case.provisional and not again.provisional else "放假安排已更改"
    return f"{settled}：{'、'.join(named[:_MOST_DAYS_NAMED])}{more}" if named else settled


def _says(one: Retimed, rules: Rules) -> str:
    zone = rules.pack(one.old.pack).zone
    pairs = (("到期", one.old.due, one.new.due), ("最后期限", one.old.last_day, one.new.last_day), ("法定外限", one.old.law_due, one.new.law_due))
    moved = [f"{name} {spoken_time(old, zone) if old else '未定'} → {spoken_time(new, zone)}" for name, old, new in pairs if new and old != new]
    for hop, due in one.parts:
        unit = rules.directory.get(hop.unit)
        moved.append(f"{unit.full_name if unit else hop.unit}（{hop.part}） {spoken_time(hop.due, zone) if hop.due else '未定'} → {spoken_time(due, zone)}")
    if not moved:
        moved = ["日期未变，不再暂定" if one.old.provisional else "日期未变，暂定"]
    return f"{'，'.join(moved)}；{one.why}"
