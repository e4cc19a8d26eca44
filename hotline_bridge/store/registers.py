"""What the register is written from, some hundred cases at a time: nothing of it is ever held whole (P-6, P-21, D-8)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from hotline_bridge.store import schema as s
from hotline_bridge.store import schema_books as t
from hotline_bridge.store.answers import COUNTED
from hotline_bridge.store.turns import FACTS
from hotline_bridge.store.values import complaint_of, verdict_of
from routing.clocks import Event
from routing.elements import merged
from routing.turns import Turn
from routing.verdict import Complaint, Verdict

AT_ONCE = 500
_KEPT = tuple(name for name in FACTS if name != "pack")
Rows = Mapping[int, Sequence[Row[Any]]]


@dataclass(frozen=True, slots=True)
class Record:
    """All that the register says of one case, as it was known at a moment."""

    number: str
    pack: str
    turn: Turn                          # its last one
    opened: Turn                        # its first one
    complaint: Complaint
    verdict: Verdict | None
    seat: str
    source: str
    recording: str
    reviews: Sequence[Row[Any]]
    elements: Mapping[int, str]
    hops: Sequence[Row[Any]]
    clocks: Sequence[Event]
    endings: Sequence[Row[Any]]         # lines of the book that closed it
    merged_into: str
    matter: str
    as_of: datetime

    def by_then(self, at: datetime | None) -> datetime | None:
        """A moment, where it had come when the register is written as of."""
        return at if at is not None and at <= self.as_of else None


@dataclass(frozen=True, slots=True)
class Registers:
    """What one can ask the register inside a transaction."""

    db: Connection

    def count(self, first: datetime, until: datetime) -> int:
        """How many cases were received from `first` on and before `until`."""
        c = s.case.c
        return int(self.db.execute(select(func.count()).where(c.received >= first, c.received < until)).scalar_one())

    def records(self, pack: str, first: datetime, until: datetime, as_of: datetime) -> Iterator[Record]:
        """The cases of a pack ("" for all) received then, as known at `as_of`, in the order they were opened."""
        after = 0
        while ids := self._next(pack, after, first, until):
            yield from self._page(ids, as_of)
            after = ids[-1]

    def _next(self, pack: str, after: int, first: datetime, until: datetime) -> list[int]:
        c, n = s.case.c, t.turn.c
        mine = [c.pack == pack] if pack else []
        received = select(n.case).where(n.case == c.id, n.received >= first, n.received < until).exists()
        query = select(c.id).where(*mine, c.id > after, received).order_by(c.id).limit(AT_ONCE)
        return list(self.db.execute(query).scalars())

    def _page(self, ids: Sequence[int], as_of: datetime) -> Iterator[Record]:
        c = s.case.c
        cases = self.db.execute(
            select(c.id, c.number, c.pack, c.complaint, c.verdict, c.seat, c.source, c.recording).where(c.id.in_(ids)).order_by(c.id),
        ).all()
        n, r, a, e, k = t.turn.c, s.review.c, s.answer.c, s.entry.c, t.clock_event.c
        turns = self._by_case(select(n.case, n.at, n.act, *(n[name] for name in _KEPT)).where(n.case.in_(ids), n.at <= as_of).order_by(n.case, n.at, n.id))
        reviews = self._by_case(select(r.case, r.who, r.at, r.findings).where(r.case.in_(ids), r.at <= as_of).order_by(r.id))
        answers = self._by_case(select(a.case, a.elements).where(a.case.in_(ids), a.standing == COUNTED, a.at <= as_of).order_by(a.id))
        hops = self._by_case(select(t.hop).where(t.hop.c.case.in_(ids)).order_by(t.hop.c.round, t.hop.c.place))
        clocks = self._by_case(select(t.clock_event).where(k.case.in_(ids), k.noted <= as_of).order_by(k.id))
        endings = self._by_case(select(e.case, e.at, e.who, e.says).where(e.case.in_(ids), e.what == "办结", e.at <= as_of).order_by(e.id))
        others = self._numbers({row[-1].merged_into for row in turns.values()})
        matters = self._matters({row[-1].matter for row in turns.values()})
        for case in cases:
            mine = turns.get(case.id)
            if not mine:            # not written down yet at that moment
                continue
            last = Turn._make(mine[-1])
            elements: Mapping[int, str] = {}
            for answer in answers.get(case.id, ()):
                elements = merged(elements, {int(number): text for number, text in answer.elements.items()})
            yield Record(
                case.number, case.pack, last, Turn._make(mine[0]), complaint_of(case.complaint), verdict_of(case.verdict), case.seat, case.source, case.recording,
                reviews.get(case.id, ()), elements, hops.get(case.id, ()),
                [Event(**{name: getattr(row, name) for name in Event.__slots__}) for row in clocks.get(case.id, ())],
                endings.get(case.id, ()), others.get(last.merged_into or 0, ""), matters.get(last.matter or 0, ""), as_of,
            )

    def _by_case(self, query: Any) -> Rows:  # noqa: ANN401 (a select of rows that name their case)
        found: dict[int, list[Row[Any]]] = defaultdict(list)
        for row in self.db.execute(query):
            found[row.case].append(row)
        return found

    def _numbers(self, ids: set[int | None]) -> Mapping[int, str]:
        wanted = [one for one in ids if one]
        rows = self.db.execute(select(s.case.c.id, s.case.c.number).where(s.case.c.id.in_(wanted))) if wanted else ()
        return {row.id: row.number for row in rows}

    def _matters(self, ids: set[int | None]) -> Mapping[int, str]:
        """The number of the first case of each matter."""
        wanted = [one for one in ids if one]
        if not wanted:
            return {}
        c = s.case.c
        firsts = {row[0]: row[1] for row in self.db.execute(select(c.matter, func.min(c.id)).where(c.matter.in_(wanted)).group_by(c.matter))}
        numbers = self._numbers(set(firsts.values()))
        return {int(matter): numbers[first] for matter, first in firsts.items() if matter is not None}
