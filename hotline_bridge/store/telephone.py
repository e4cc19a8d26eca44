"""Telephone calls as their records tell them, one row each, and what a person has to see to about them (P-3, P-9.1)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from hotline_bridge.store import schema_calls as t
from hotline_bridge.store.rows import added
from routing.papers import Call

LONGEST_ID, LONGEST_WORD = 200, 80


@dataclass(frozen=True, slots=True)
class Known:
    """A call in the store; `case` is the id of the case whose form names it."""

    id: int
    exchange: str
    global_id: str
    call_id: str
    direction: str
    ani: str
    hotline: str
    seat: str
    queue: str
    started: datetime | None
    answered: datetime | None
    ended: datetime | None
    talk_s: int
    result: str
    noted: datetime
    case: int | None


@dataclass(frozen=True, slots=True)
class Telephone:
    """What one can do with calls inside a transaction."""

    db: Connection

    def seen(self, call: Call, ani: str, case: int | None, now: datetime) -> Known:
        """Keep what is known of a call now, in place of what was before; `ani` in its one form (routing.telephone)."""
        mine = {"exchange": call.source, "global_id": (call.global_call_id or call.call_id)[:LONGEST_ID]}
        values = {
            "call_id": call.call_id[:LONGEST_ID], "direction": call.direction, "ani": ani[:40], "hotline": call.hotline[:40],
            "seat": call.agent_no[:LONGEST_WORD], "queue": call.queue[:LONGEST_WORD], "started": call.t_start, "answered": call.t_answer,
            "ended": call.t_end, "talk_s": call.talk_s, "result": call.result, **({} if case is None else {"case": case}),
        }
        same = (t.call.c.exchange == mine["exchange"], t.call.c.global_id == mine["global_id"])
        if not self.db.execute(update(t.call).where(*same).values(values)).rowcount and not added(self.db, t.call, **mine, **values, noted=now):
            self.db.execute(update(t.call).where(*same).values(values))
        return _known(self.db.execute(select(t.call).where(*same)).one())

    def get(self, call: int) -> Known | None:
        """The call of this id."""
        row = self.db.execute(select(t.call).where(t.call.c.id == call)).first()
        return None if row is None else _known(row)

    def belongs(self, call: int, case: int) -> None:
        """A form names this call."""
        self.db.execute(update(t.call).where(t.call.c.id == call).values(case=case))

    def named(self, call_ids: Collection[str]) -> Sequence[Known]:
        """The calls that go by any of these ids themselves, the newest first."""
        ids = [one[:LONGEST_ID] for one in call_ids if one]
        query = select(t.call).where(t.call.c.global_id.in_(ids) | t.call.c.call_id.in_(ids)).order_by(t.call.c.id.desc())
        return [_known(row) for row in self.db.execute(query)] if ids else []

    def of_number(self, ani: str, most: int = 20) -> Sequence[Known]:
        """The calls from a number, the newest first."""
        query = select(t.call).where(t.call.c.ani == ani).order_by(t.call.c.id.desc()).limit(most)
        return [_known(row) for row in self.db.execute(query)] if ani else []


def _known(row: Row[Any]) -> Known:
    return Known(**row._mapping)  # noqa: SLF001 (its public name in SQLAlchemy)
