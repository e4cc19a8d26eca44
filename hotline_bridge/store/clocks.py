"""What moved the clocks of cases: kept for good, in the order it was noted (P-11.2, law:18)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_, select

from hotline_bridge.store import schema as t
from hotline_bridge.store import schema_books as books
from hotline_bridge.store.rows import new_row
from routing.case import State
from routing.clocks import Event


@dataclass(frozen=True, slots=True)
class Clocks:
    """What one can do with clocks inside a transaction."""

    db: Connection

    def note(self, case_id: int, event: Event) -> None:
        """Write an event down."""
        values = {name: getattr(event, name) for name in Event.__slots__}
        new_row(self.db, books.clock_event, case=case_id, **values)

    def of_case(self, case_id: int) -> Sequence[Event]:
        """What happened to a case's clocks, in the order it was noted."""
        return self.of_cases([case_id]).get(case_id, ())

    def of_cases(self, ids: Collection[int]) -> Mapping[int, Sequence[Event]]:
        """The same of many cases; those whose clocks nothing moved are left out."""
        found: dict[int, list[Event]] = {}
        query = select(books.clock_event).where(books.clock_event.c.case.in_(ids)).order_by(books.clock_event.c.id)
        for row in self.db.execute(query):
            found.setdefault(row.case, []).append(Event(**{name: getattr(row, name) for name in Event.__slots__}))
        return found

    def open_within(self, after: int, span: tuple[datetime, datetime], most: int) -> Sequence[int]:
        """Ids of the next open cases behind one whose limits reach into a span of time, in the order they were opened."""
        first, last = span
        reaches = (t.case.c.received <= last, or_(t.case.c.last_day.is_(None), t.case.c.last_day >= first))
        query = select(t.case.c.id).where(t.case.c.id > after, t.case.c.state != State.CLOSED.name, *reaches)
        return list(self.db.execute(query.order_by(t.case.c.id).limit(most)).scalars())
