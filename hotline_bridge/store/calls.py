"""Rows of the exchanges' records, found again by the ids of their call."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select

from hotline_bridge.store import schema as t
from hotline_bridge.store.rows import new_row, new_rows
from hotline_bridge.store.values import call_json, call_of
from routing.papers import Call

HOPS = 4


@dataclass(frozen=True, slots=True)
class Calls:
    """What one can do with call legs inside a transaction."""

    db: Connection

    def keep(self, paper: int, leg: Call, call_ids: Collection[str]) -> None:
        """Keep one leg, read from a paper, under every id its call goes by."""
        key = new_row(self.db, t.leg, paper=paper, exchange=leg.source, record=call_json(leg))
        new_rows(self.db, t.leg_call, [{"leg": key, "call_id": call_id} for call_id in sorted({one[:200] for one in call_ids if one})])

    def told_by(self, paper: int) -> bool:
        """Whether a leg was read from this paper before."""
        return self.db.execute(select(t.leg.c.id).where(t.leg.c.paper == paper)).first() is not None

    def exchanges(self, call_ids: Collection[str]) -> list[str]:
        """The exchanges that know any of these ids."""
        known = [one[:200] for one in call_ids if one]
        query = select(t.leg.c.exchange).distinct().join(t.leg_call, t.leg_call.c.leg == t.leg.c.id).where(t.leg_call.c.call_id.in_(known))
        return sorted(self.db.execute(query).scalars()) if known else []

    def legs(self, call_ids: Collection[str], exchange: str = "") -> list[Call]:
        """Every leg of the call that any of these ids belongs to, at one exchange: this one, or the first that knows it."""
        mine = self._of(call_ids, exchange)
        for _ in range(HOPS):       # a leg may name an id under which others are found
            more = self._of(self._ids(mine), exchange)
            if len(more) == len(mine):
                break
            mine = more
        rows = self.db.execute(select(t.leg.c.exchange, t.leg.c.record).where(t.leg.c.id.in_(mine)).order_by(t.leg.c.id)).all()
        at = exchange or (rows[0].exchange if rows else "")
        return [call_of(row.record) for row in rows if row.exchange == at]

    def _of(self, call_ids: Collection[str], exchange: str) -> set[int]:
        known = [one[:200] for one in call_ids if one]
        query = select(t.leg_call.c.leg).where(t.leg_call.c.call_id.in_(known))
        if exchange:
            query = query.join(t.leg, t.leg.c.id == t.leg_call.c.leg).where(t.leg.c.exchange == exchange)
        return set(self.db.execute(query).scalars()) if known else set()

    def _ids(self, legs: Collection[int]) -> set[str]:
        return set(self.db.execute(select(t.leg_call.c.call_id).where(t.leg_call.c.leg.in_(legs))).scalars())
