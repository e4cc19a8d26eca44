"""Calls the bridge placed to units' contacts: written down before the exchange is told, settled when it has answered (P-21)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from hotline_bridge.store import schema as main
from hotline_bridge.store import schema_calls as t
from hotline_bridge.store.reminders import TELEPHONE
from hotline_bridge.store.rows import added
from routing.calls import CallEnd

DIALLING = "dialling"
LONGEST_SAID, LONGEST_PERSON, LONGEST_NUMBER, LONGEST_KEY = 500, 80, 40, 8


@dataclass(frozen=True, slots=True)
class CallOut:
    """A call to a unit's contact; `settled` and `result` once it has ended. `token` is by which the exchange names it."""

    id: int
    reminder: int
    case: int
    attempt: int
    token: str
    unit: str
    person: str
    number: str
    way: str
    at: datetime
    settled: datetime | None
    result: str
    pressed: str
    said: str


@dataclass(frozen=True, slots=True)
class CallsOut:
    """What one can do with calls out inside a transaction."""

    db: Connection

    def place(self, call: CallOut) -> bool:
        """Write down that a call is about to be placed; False where another instance has done so."""
        row = {
            "reminder": call.reminder, "case": call.case, "attempt": call.attempt, "token": call.token, "unit": call.unit, "person": call.person[:LONGEST_PERSON],
            "number": call.number[:LONGEST_NUMBER], "way": call.way, "at": call.at, "settled": None, "result": DIALLING, "pressed": "", "said": "",
        }
        return added(self.db, t.call_out, **row)

    def settle(self, token: str, end: CallEnd, now: datetime) -> CallOut | None:
        """Write down how a call ended; None where that is known already."""
        mine = (t.call_out.c.token == token, t.call_out.c.settled.is_(None))
        values = {"settled": now, "result": end.result, "pressed": end.pressed[:LONGEST_KEY], "said": end.said[:LONGEST_SAID]}
        if not self.db.execute(update(t.call_out).where(*mine).values(values)).rowcount:
            return None
        return _call(self.db.execute(select(t.call_out).where(t.call_out.c.token == token)).one())

    def of_reminder(self, reminder: int) -> Sequence[CallOut]:
        """What was tried about a reminder, the first try first."""
        query = select(t.call_out).where(t.call_out.c.reminder == reminder).order_by(t.call_out.c.attempt)
        return [_call(row) for row in self.db.execute(query)]

    def of_reminders(self, reminders: Collection[int]) -> Mapping[int, Sequence[CallOut]]:
        """The same of many."""
        found: dict[int, list[CallOut]] = {}
        query = select(t.call_out).where(t.call_out.c.reminder.in_(reminders)).order_by(t.call_out.c.reminder, t.call_out.c.attempt)
        for row in self.db.execute(query) if reminders else ():
            found.setdefault(row.reminder, []).append(_call(row))
        return found

    def under_way(self, since: datetime) -> int:
        """How many calls that were placed since a moment have not ended."""
        query = select(func.count()).select_from(t.call_out).where(t.call_out.c.result == DIALLING, t.call_out.c.at >= since)
        return self.db.execute(query).scalar_one()

    def ringing(self, number: str, since: datetime) -> bool:
        """Whether this number is being called already."""
        query = select(t.call_out.c.id).where(t.call_out.c.result == DIALLING, t.call_out.c.at >= since, t.call_out.c.number == number)
        return self.db.execute(query.limit(1)).first() is not None

    def latest(self, most: int, before: int = 0) -> Sequence[CallOut]:
        """The calls, the newest first, of those below the id `before` where one is given."""
        query = select(t.call_out).order_by(t.call_out.c.id.desc()).limit(most)
        return [_call(row) for row in self.db.execute(query.where(t.call_out.c.id < before) if before else query)]

    def asked(self, cases: Collection[int], at: datetime) -> Sequence[int]:
        """The reminders of these cases, made at this moment, that ask for a call."""
        mine = (main.reminder.c.case.in_(cases), main.reminder.c.channel == TELEPHONE, main.reminder.c.at == at, main.reminder.c.done.is_(None))
        return list(self.db.execute(select(main.reminder.c.id).where(*mine).order_by(main.reminder.c.id)).scalars()) if cases else []


def _call(row: Row[Any]) -> CallOut:
    return CallOut(**row._mapping)  # noqa: SLF001 (its public name in SQLAlchemy)
