"""The legs of the cases' ways: opened with their letters, moved by what is heard of them, kept for good (P-9.3, P-9.7, P-14.1)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Row, delete, func, select, update

from hotline_bridge.store import schema as s
from hotline_bridge.store import schema_books as t
from hotline_bridge.store.rows import new_row
from routing.case import Case
from routing.hops import ENDED, LEADING, LIVE, OF_LETTERS, PASSED, RETURNED, TIMES, WORKING, Hop, heard
from routing.parties import UnitCode

RUNGS = 1_900_000_000      # where hops' reminders begin, far above any ladder's


def follow(db: Connection, letter: int, recipient: str, word: str, at: datetime) -> None:
    """Let a letter's hop go with the letter: called for every word about a delivery, in its own transaction."""
    if word not in OF_LETTERS:
        return
    query = select(t.hop).where(t.hop.c.letter == letter, t.hop.c.mailbox == recipient).with_for_update()
    for row in db.execute(query).all():
        _write(db, _hop(row), heard(_hop(row), OF_LETTERS[word], at))


@dataclass(frozen=True, slots=True)
class Hops:
    """What one can do with hops inside a transaction."""

    db: Connection

    def open(self, hop: Hop) -> Hop:
        """Open a hop; returns it with its id and its place in the order of its round."""
        mine = (t.hop.c.case == hop.case, t.hop.c.round == hop.round)
        place = int(self.db.execute(select(func.coalesce(func.max(t.hop.c.place) + 1, 0)).where(*mine)).scalar_one())
        values = {name: getattr(hop, name) for name in Hop.__slots__ if name not in {"id", "place"}}
        return replace(hop, id=new_row(self.db, t.hop, **values, place=place), place=place)

    def get(self, hop_id: int) -> Hop:
        """Return the hop of this id."""
        return _hop(self.db.execute(select(t.hop).where(t.hop.c.id == hop_id)).one())

    def of_case(self, case: int) -> Sequence[Hop]:
        """Every hop of the case, of all its rounds, in the order they were decided."""
        return [_hop(row) for row in self.db.execute(select(t.hop).where(t.hop.c.case == case).order_by(t.hop.c.round, t.hop.c.place))]

    def of_round(self, case: Case) -> Sequence[Hop]:
        """The hops of the slip that is out now."""
        query = select(t.hop).where(t.hop.c.case == case.id, t.hop.c.round == case.round).order_by(t.hop.c.place)
        return [_hop(row) for row in self.db.execute(query)]

    def move(self, hop: Hop, word: str, at: datetime) -> Hop:
        """Let a hop hear a word, and return it as it is then; where it has done its part, no reminder of it waits any longer."""
        now = _hop(self.db.execute(select(t.hop).where(t.hop.c.id == hop.id).with_for_update()).one())
        then = heard(now, word, at)
        _write(self.db, now, then)
        return then

    def promise(self, hop: Hop, due: datetime) -> None:
        """Set by when a hop will have done its part (T-3); it is reminded of the new date, whatever it was told of the former."""
        self.db.execute(update(t.hop).where(t.hop.c.id == hop.id).values(due=due))
        self.db.execute(delete(s.reminder).where(s.reminder.c.case == hop.case, s.reminder.c.rung == rung_of(hop, 0)))

    def returned(self, cases: Collection[int]) -> Mapping[int, Sequence[Hop]]:
        """The hops of those cases of which some unit that leads has given one back, in the order they were decided (T-7)."""
        back = select(t.hop.c.case).distinct().where(t.hop.c.case.in_(cases), t.hop.c.state == RETURNED, t.hop.c.part.in_(LEADING))
        return {case: self.of_case(case) for case in self.db.execute(back).scalars().all()} if cases else {}

    def end(self, case: int, *, before: int | None = None) -> None:
        """End what somebody should still have done: of the rounds before one, or of all. Who was only told stays told."""
        older = [t.hop.c.round < before] if before is not None else []
        open_ = t.hop.c.state.in_([*LIVE, PASSED, RETURNED])
        working = t.hop.c.part.in_(WORKING)
        self.db.execute(update(t.hop).where(t.hop.c.case == case, open_, working, *older).values(state=ENDED))

    def told(self, case: int) -> frozenset[tuple[str, int]]:
        """Which mailboxes were reminded of which chores of the case's hops: (address, rung)."""
        query = select(s.mailbox.c.address, s.reminder.c.rung).join(s.mailbox, s.mailbox.c.id == s.reminder.c.mailbox)
        return frozenset((row.address, row.rung) for row in self.db.execute(query.where(s.reminder.c.case == case, s.reminder.c.rung >= RUNGS)))


def rung_of(hop: Hop, kind: int) -> int:
    """The number under which a reminder of a hop's chore is kept, no other chore's of the case."""
    return RUNGS + hop.round % 10_000 * 10_000 + hop.place % 1_000 * 10 + kind % 10


def _write(db: Connection, before: Hop, then: Hop) -> None:
    if then == before:
        return
    db.execute(update(t.hop).where(t.hop.c.id == then.id).values(state=then.state, **{name: getattr(then, name) for name in TIMES}))
    if then.part in WORKING and (before.state, before.begun) != (then.state, then.begun):
        _hush(db, then, [rung_of(then, kind) for kind in range(1 if then.live else 0, 10)])


def _hush(db: Connection, hop: Hop, rungs: Collection[int]) -> None:
    """Drop the reminders of what has been done meanwhile, as long as no letter holds them."""
    if hop.begun is None and hop.live:
        return
    db.execute(delete(s.reminder).where(s.reminder.c.case == hop.case, s.reminder.c.rung.in_(rungs), s.reminder.c.letter.is_(None)))


def _hop(row: Row[tuple[object, ...]]) -> Hop:
    values = {name: getattr(row, name) for name in Hop.__slots__}
    return Hop(**{**values, "unit": UnitCode(row.unit)})
