"""The matters: cases that are one, who said so and why, and for how many persons it was reported (P-18, C-5; law: articles 18, 25)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from hotline_bridge.store import schema as t
from hotline_bridge.store import schema_books as b
from hotline_bridge.store.rows import new_row
from hotline_bridge.store.turns import FACTS
from routing.parties import UnitCode
from routing.verdict import Category

JOINED, LEFT, LIKELY = "joined", "left", "likely"


@dataclass(frozen=True, slots=True)
class Matter:
    """A matter: since when, of what, and for how many persons it has been reported."""

    id: int
    opened: datetime
    unit: UnitCode | None
    category: Category | None
    told: int


@dataclass(frozen=True, slots=True)
class Bond:
    """One line of who belongs to what: a case joined a matter, left it, or may belong to it (the desk is asked)."""

    case: int
    matter: int
    at: datetime
    who: str
    act: str
    why: str
    likeness: float | None = None


@dataclass(frozen=True, slots=True)
class Matters:
    """What one can do with matters inside a transaction."""

    db: Connection

    def open(self, now: datetime, unit: UnitCode | None, category: Category | None) -> Matter:
        """Open a matter that has no cases yet."""
        number = new_row(self.db, b.matter, opened=now, unit=unit, category=category.name if category else None, told=0)
        return Matter(number, now, unit, category, 0)

    def get(self, matter: int) -> Matter | None:
        """Return the matter and lock it until the transaction ends; None where there is none."""
        query = select(b.matter).where(b.matter.c.id == matter)
        locked = query if self.db.get_execution_options().get("read_only") else query.with_for_update()
        row = self.db.execute(locked).first()
        return None if row is None else _matter(row)

    def told(self, matter: int, people: int) -> None:
        """It has been reported for so many persons; never fewer than before."""
        self.db.execute(update(b.matter).where(b.matter.c.id == matter, b.matter.c.told < people).values(told=people))

    def bind(self, *bonds: Bond) -> None:
        """Write down who belongs where from now on."""
        for bond in bonds:
            values = {name: getattr(bond, name) for name in Bond.__slots__}
            new_row(self.db, b.bond, **values)

    def bonds(self, matter: int) -> Sequence[Bond]:
        """Every line about a matter, from the first."""
        return [_bond(row) for row in self.db.execute(select(b.bond).where(b.bond.c.matter == matter).order_by(b.bond.c.id))]

    def of_case(self, case: int) -> Sequence[Bond]:
        """Every line about a case, from the first."""
        return [_bond(row) for row in self.db.execute(select(b.bond).where(b.bond.c.case == case).order_by(b.bond.c.id))]

    def standing(self, matter: int) -> Mapping[int, Bond]:
        """How each case that was ever in question stands to the matter now: its last line."""
        return {bond.case: bond for bond in self.bonds(matter)}

    def listed(self, most: int, *, likely: bool = False) -> list[Matter]:
        """Matters for a list, the one that moved last first; `likely`: those with cases the desk is still asked about."""
        last = select(func.max(b.bond.c.id)).group_by(b.bond.c.case, b.bond.c.matter)
        where = b.bond.c.act == (LIKELY if likely else JOINED)
        moved = select(b.bond.c.matter, func.max(b.bond.c.id).label("moved")).where(b.bond.c.id.in_(last), where).group_by(b.bond.c.matter).subquery()
        rows = self.db.execute(select(b.matter).join(moved, moved.c.matter == b.matter.c.id).order_by(moved.c.moved.desc()).limit(most))
        return [_matter(row) for row in rows]

    def merged(self, case: int) -> list[int]:
        """The cases that go on in this one (law: article 18)."""
        return list(self.db.execute(select(t.case.c.id).where(t.case.c.merged_into == case).order_by(t.case.c.id)).scalars())

    def gathered(self, case: int) -> list[int]:
        """All cases that go on in this one, those merged into one that was merged too (law: article 18)."""
        found: list[int] = []
        ahead = [case]
        while ahead:
            more = self.merged(ahead.pop())
            found += more
            ahead += more
        return found

    def before_merging(self, case: int) -> str:
        """How the case stood before it was merged: the state of the turn before; "" where it never was."""
        turns = b.turn.c
        rows = self.db.execute(select(*(turns[name] for name in FACTS if name in {"state", "merged_into"})).where(turns.case == case).order_by(turns.id.desc()))
        return next((str(row.state) for row in rows if row.merged_into is None), "")

    def numbers(self, cases: Collection[int]) -> Mapping[int, str]:
        """The numbers people quote for these cases."""
        return {row.id: row.number for row in self.db.execute(select(t.case.c.id, t.case.c.number).where(t.case.c.id.in_(cases)))}


def _matter(row: object) -> Matter:
    unit, category = getattr(row, "unit", None), getattr(row, "category", None)
    return Matter(getattr(row, "id", 0), row.opened, UnitCode(unit) if unit else None, Category[category] if category else None, row.told)  # type: ignore[attr-defined]


def _bond(row: object) -> Bond:
    return Bond(**{name: getattr(row, name) for name in Bond.__slots__})
