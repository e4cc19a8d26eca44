"""What the books are written from: the turns of the cases that come into question, up to a moment (P-24).

Which cases those are is found by an index first: the cost goes with what is counted, never with what lies in the store.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from sqlalchemy import CompoundSelect, Connection, Row, func, or_, select, union

from hotline_bridge.store import schema as s
from hotline_bridge.store import schema_books as t
from hotline_bridge.store.turns import FACTS
from routing.books import MatterSeen
from routing.turns import History, Turn

_ROWS = 5_000       # at a time
_KEPT = tuple(name for name in FACTS if name != "pack")
_BY_CASE = attrgetter("case")


@dataclass(frozen=True, slots=True)
class Books:
    """What one can ask the books inside a transaction."""

    db: Connection

    def begun(self, pack: str) -> datetime | None:
        """When the first case of a pack was received; None where there is none yet."""
        return self.db.execute(select(func.min(s.case.c.received)).where(s.case.c.pack == pack)).scalar()

    def histories(self, pack: str, first: datetime, until: datetime, as_of: datetime) -> Iterator[History]:
        """The cases that were received, changed or open at some time from `first` on and before `until`, as known at `as_of`.

        Each with all its turns up to then, in the order of the cases.
        """
        firsts = self._first_of_matters()
        query = (
            select(t.turn.c.case, t.turn.c.at, t.turn.c.act, *(t.turn.c[name] for name in _KEPT))
            .where(t.turn.c.case.in_(self._in_question(pack, first, until)), t.turn.c.at <= as_of)
            .order_by(t.turn.c.case, t.turn.c.at, t.turn.c.id).execution_options(yield_per=_ROWS)
        )
        for case, rows in groupby(map(Turn._make, self.db.execute(query)), _BY_CASE):
            turns = tuple(rows)
            matter = turns[-1].matter
            yield History(turns, repeat=matter is not None and firsts.get(matter) != case)

    def numbers(self, pack: str, first: datetime, until: datetime) -> Mapping[int, str]:
        """The numbers of those cases."""
        rows = self.db.execute(select(s.case.c.id, s.case.c.number).where(s.case.c.id.in_(self._in_question(pack, first, until))))
        return {row.id: row.number for row in rows}

    def received_by_hour(self, pack: str, first: datetime, until: datetime) -> Mapping[str, int]:
        """How many cases were received, by hour of UTC; whoever asks sorts them into days of the bank's zone."""
        found: dict[str, int] = {}
        for received, in self.db.execute(select(s.case.c.received).where(s.case.c.pack == pack, s.case.c.received >= first, s.case.c.received < until)):
            key = received.isoformat()[:13]
            found[key] = found.get(key, 0) + 1
        return found

    def matters(self, pack: str, first: datetime, until: datetime) -> list[MatterSeen]:
        """The matters of more than one case of which one was received then (P-18, C-5)."""
        c = s.case.c
        touched = select(c.matter).where(c.pack == pack, c.matter.is_not(None), c.received >= first, c.received < until)
        rows = self.db.execute(
            select(c.matter, func.count().label("cases"), func.min(c.received).label("begins"), func.max(c.received).label("ends"), func.min(c.id).label("lead"))
            .where(c.matter.in_(touched)).group_by(c.matter).having(func.count() > 1)
        ).all()
        return [self._matter(row) for row in rows]

    def _matter(self, row: Row[tuple[int | None, int, datetime, datetime, int]]) -> MatterSeen:
        c = s.case.c
        lead = self.db.execute(select(c.number, c.category, c.unit).where(c.id == row.lead)).one()
        marks = select(t.person_mark.c.mark).join(s.case, s.case.c.id == t.person_mark.c.case).where(c.matter == row.matter)
        persons = len({mark for mark, in self.db.execute(marks.distinct())})
        return MatterSeen(lead.number, lead.category, lead.unit, row.cases, min(persons, row.cases) or row.cases, row.begins, row.ends)

    def _in_question(self, pack: str, first: datetime, until: datetime) -> CompoundSelect[tuple[int]]:
        c, n = s.case.c, t.turn.c
        return union(
            select(n.case).where(n.pack == pack, n.received >= first, n.received < until),
            select(n.case).where(n.pack == pack, n.closed >= first, n.received < until),
            select(c.id).where(c.pack == pack, or_(c.closed.is_(None), c.closed >= first), c.received < until),
        )

    def _first_of_matters(self) -> Mapping[int, int]:
        c = s.case.c
        rows = self.db.execute(select(c.matter, func.min(c.id)).where(c.matter.is_not(None)).group_by(c.matter))
        return {int(matter): int(case) for matter, case in rows if matter is not None}
