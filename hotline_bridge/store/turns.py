"""The turns a case took: what the books count of it, from each moment until the next. Every figure is read from here (P-24)."""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from hotline_bridge.store import schema_books as t
from hotline_bridge.store.rows import new_row
from routing.case import Entry

FACTS = (
    "state", "pack", "channel", "category", "unit", "lead", "received", "due", "last_day", "law_due", "answered", "closed", "outcome",
    "satisfaction", "matter", "merged_into", "codes",
)
_FACTS = tuple(t.turn.c[name] for name in FACTS)


def take(db: Connection, case_id: int, columns: Mapping[str, object], entry: Entry) -> None:
    """Write down the turn a case takes with this line of its book, where one of the facts that books count has changed."""
    last = db.execute(select(*_FACTS).where(t.turn.c.case == case_id).order_by(t.turn.c.id.desc()).limit(1)).first()
    facts = {name: columns[name] for name in FACTS}
    if last is None or tuple(last) != tuple(facts.values()):
        new_row(db, t.turn, case=case_id, at=entry.at, act=entry.what, **facts)
