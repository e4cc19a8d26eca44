"""What the books are written from: the turns of the cases that come into question, up to a moment (P-24).

Which cases those are is found by an index first: the cost goes with what is counted, never with what lies in the store.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from sqlalchemy import CompoundSelect, Connection, exists, func, or_, select, union

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
        firsts = {matter: min(cases) for matter, cases in self._members(as_of).items()}
        query = (
            select(t.turn.c.case, t.turn.c.at, t.turn.c.act, *(t.turn.c[name] for name in _KEPT))
            .where(t.turn.c.case.in_(self._in_question(pack, first, until)), t.turn.c.at <= as_of)
            .order_by(t.turn.c.case, t.turn.c.at, t.turn.c.id).execution_options(yield_per=_ROWS)
        )
        for case, rows in groupby(map(Turn._make, self.db.execute(query)), _BY_CASE):
            turns = tuple(rows)
            matter = turns[-1].matter
            yield History(turns, repeat=matter in firsts and firsts[matter] != case)

    def numbers(self, pack: str, first: datetime, until: datetime) -> Mapping[int, str]:
        """The numbers of those cases."""
        rows = self.db.execute(select(s.case.c.id, s.case.c.number).where(s.case.c.id.in_(self._in_question(pack, first, until))))
        return {row.id: row.number for row in rows}

    def first_received(self, pack: str, first: datetime, until: datetime) -> Iterator[datetime]:
        """When each case was received that the bank first got then."""
        n, earlier = t.turn.c, t.turn.alias("earlier").c
        began = ~exists().where(earlier.case == n.case, earlier.id < n.id)
        query = select(n.received).where(n.pack == pack, n.received >= first, n.received < until, began)
        yield from self.db.execute(query.execution_options(yield_per=_ROWS)).scalars()

    def matters(self, pack: str, first: datetime, until: datetime, as_of: datetime) -> list[MatterSeen]:
        """The matters that at `as_of` had more than one case, one of them received then (P-18, C-5)."""
        many = {matter: cases for matter, cases in self._members(as_of).items() if len(cases) > 1}
        seen = (self._matter(cases, pack, as_of) for cases in many.values())
        return [one for one in seen if one is not None and one.first < until and one.last >= first]

    def _matter(self, cases: frozenset[int], pack: str, as_of: datetime) -> MatterSeen | None:
        n = t.turn.c
        rows = self.db.execute(select(n.case, n.received, n.category, n.unit).where(n.case.in_(cases), n.pack == pack, n.at <= as_of).order_by(n.case, n.at, n.id)).all()
        if not rows:
            return None
        firsts = {row.case: row.received for row in reversed(rows)}
        lead = [row for row in rows if row.case == min(firsts)][-1]
        number = self.db.execute(select(s.case.c.number).where(s.case.c.id == lead.case)).scalar_one()
        persons = self.db.execute(select(func.count(t.person_mark.c.mark.distinct())).where(t.person_mark.c.case.in_(firsts))).scalar_one()
        return MatterSeen(number, lead.category, lead.unit, len(firsts), min(persons, len(firsts)) or len(firsts), min(firsts.values()), max(firsts.values()))

    def _members(self, as_of: datetime) -> Mapping[int, frozenset[int]]:
        """Which cases belonged to which matter at that moment, by who joined and left until then."""
        where: dict[int, int] = {}
        b = t.bond.c
        for row in self.db.execute(select(b.case, b.matter, b.act).where(b.at <= as_of, b.act.in_(("joined", "left"))).order_by(b.at, b.id)):
            if row.act == "joined":
                where[row.case] = row.matter
            elif where.get(row.case) == row.matter:
                del where[row.case]
        members: dict[int, set[int]] = {}
        for case, matter in where.items():
            members.setdefault(matter, set()).add(case)
        return {matter: frozenset(cases) for matter, cases in members.items()}

    def _in_question(self, pack: str, first: datetime, until: datetime) -> CompoundSelect[tuple[int]]:
        """Whatever was received then, or closed since it began, or is open still; of the last two, what had been received when it ended."""
        c, n = s.case.c, t.turn.c
        there = exists().where(n.case == c.id, n.received < until)
        return union(
            select(n.case).where(n.pack == pack, n.received >= first, n.received < until),
            select(n.case).where(n.pack == pack, n.closed >= first, n.received < until),
            select(c.id).where(c.pack == pack, or_(c.closed.is_(None), c.closed >= first), there),
        )
