"""Telephone calls as their records tell them, one row each, and what a person has to see to about them (P-3, P-9.1)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, select, update

from hotline_bridge.store import schema_calls as t
from hotline_bridge.store.call_errands import CallErrands
from hotline_bridge.store.rows import added
from routing.papers import Call

LONGEST_ID, LONGEST_WORD, LONGEST_NUMBER = 200, 80, 40
BRIDGE = "bridge"           # who joined a call by its ids


@dataclass(frozen=True, slots=True)
class Known:
    """A call in the store; `case` is the id of its case, `joined` who said so: the bridge by the ids, or a person."""

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
    joined: str

    @property
    def at(self) -> datetime:
        """When it was, as far as anybody knows."""
        return self.started or self.ended or self.noted


@dataclass(frozen=True, slots=True)
class Telephone:
    """What one can do with calls inside a transaction."""

    db: Connection

    def seen(self, call: Call, ani: str, names: Collection[str], now: datetime) -> Known:
        """Keep what is known of a call now, in place of what was before; `ani` in its one form (routing.telephone).

        `names` are all ids it goes by: what was kept under another of them before its legs were joined is this call too.
        """
        mine: dict[str, Any] = {"exchange": call.source, "global_id": (call.global_call_id or call.call_id)[:LONGEST_ID]}
        values: dict[str, Any] = {
            "call_id": call.call_id[:LONGEST_ID], "direction": call.direction, "ani": ani[:LONGEST_NUMBER], "hotline": call.hotline[:LONGEST_NUMBER],
            "seat": call.agent_no[:LONGEST_WORD], "queue": call.queue[:LONGEST_WORD], "started": call.t_start, "answered": call.t_answer,
            "ended": call.t_end, "talk_s": call.talk_s, "result": call.result,
        }
        known = self.at(mine["exchange"], {mine["global_id"], *names})
        if not known and added(self.db, t.call, **mine, **values, joined="", noted=now):
            return self.at(mine["exchange"], (mine["global_id"],))[0]
        first, *others = known or self.at(mine["exchange"], (mine["global_id"],))      # another instance has kept it in this instant
        for other in others:
            self._absorb(first, other)
        self.db.execute(update(t.call).where(t.call.c.id == first.id).values(**mine, **values))
        return self.get(first.id) or first if others else replace(first, **mine, **values)

    def _absorb(self, kept: Known, other: Known) -> None:
        """Two calls have turned out to be one: what hangs on the younger row hangs on the older from now on."""
        self.db.execute(update(t.recording).where(t.recording.c.call == other.id).values(call=kept.id))
        CallErrands(self.db).pass_on(other.id, kept.id)
        if kept.case is None and other.case is not None:
            self.belongs(kept.id, other.case, other.joined)
        self.db.execute(delete(t.call).where(t.call.c.id == other.id))

    def get(self, call: int) -> Known | None:
        """The call of this id."""
        row = self.db.execute(select(t.call).where(t.call.c.id == call)).first()
        return None if row is None else _known(row)

    def at(self, exchange: str, names: Collection[str]) -> Sequence[Known]:
        """The calls that an exchange knows by any of these ids as a whole, the oldest first."""
        ids = sorted({one[:LONGEST_ID] for one in names if one})
        query = select(t.call).where(t.call.c.exchange == exchange, t.call.c.global_id.in_(ids)).order_by(t.call.c.id)
        return self._all(query) if ids else []

    def belongs(self, call: int, case: int | None, who: str) -> None:
        """A call is of this case, or of none any more; `who` says so."""
        self.db.execute(update(t.call).where(t.call.c.id == call).values(case=case, joined=who[:LONGEST_WORD]))

    def of_case(self, case: int) -> Sequence[Known]:
        """The calls of a case, in the order they were heard of."""
        return self._all(select(t.call).where(t.call.c.case == case).order_by(t.call.c.id))

    def of_number(self, ani: str, most: int = 20) -> Sequence[Known]:
        """The calls from a number, the newest first."""
        query = select(t.call).where(t.call.c.ani == ani).order_by(t.call.c.id.desc()).limit(most)
        return self._all(query) if ani else []

    def _all(self, query: Select[Any]) -> list[Known]:
        return [_known(row) for row in self.db.execute(query)]


def _known(row: Row[Any]) -> Known:
    return Known(**row._mapping)  # noqa: SLF001 (its public name in SQLAlchemy)
