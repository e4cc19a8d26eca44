"""Rows of the exchanges' records, found again by the ids of their call."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, or_, select

from hotline_bridge.store import schema as t
from hotline_bridge.store.rows import new_row
from hotline_bridge.store.values import call_json, call_of
from routing.papers import Call


@dataclass(frozen=True, slots=True)
class Calls:
    """What one can do with call legs inside a transaction."""

    db: Connection

    def keep(self, paper: int, leg: Call) -> None:
        """Keep one leg, read from a paper."""
        ids = {"call_id": leg.call_id, "global_call_id": leg.global_call_id}
        new_row(self.db, t.leg, paper=paper, exchange=leg.source, record=call_json(leg), **ids)

    def legs(self, call_ids: Collection[str], exchange: str = "") -> list[Call]:
        """Every leg of the call that any of these ids belongs to, at one exchange: this one, or the first that knows it."""
        known = [call_id for call_id in call_ids if call_id]
        if not known:
            return []
        mine = or_(t.leg.c.call_id.in_(known), t.leg.c.global_call_id.in_(known))
        whole = set(self.db.execute(select(t.leg.c.global_call_id).where(mine)).scalars()) - {""}
        rows = self.db.execute(select(t.leg.c.record).where(or_(mine, t.leg.c.global_call_id.in_(whole))).order_by(t.leg.c.id))
        legs = [call_of(row.record) for row in rows]
        at = exchange or (legs[0].source if legs else "")
        return [leg for leg in legs if leg.source == at]
