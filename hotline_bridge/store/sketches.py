"""What the radar finds earlier cases by: keyed marks of persons, bands of words, the unit (P-18, C-5). Nothing in plain (P-6)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import CompoundSelect, Connection, bindparam, delete, insert, select, union_all

from hotline_bridge.store import schema as t
from hotline_bridge.store import schema_books as b
from routing.case import State
from routing.person import Mark

MOST_OF_BAND = 40           # newest cases of one band: thousands in one say the same and are one matter long since
MOST_OF_MARK = 200          # newest cases of one telephone


@dataclass(frozen=True, slots=True)
class Glance:
    """What is needed of an earlier case, and nothing else of its row: no word of the complaint is read."""

    id: int
    number: str
    received: datetime
    unit: str
    category: str
    product: str
    state: State
    answered: bool
    matter: int | None
    merged_into: int | None


@dataclass(frozen=True, slots=True)
class Sketches:
    """What one can do with marks and sketches inside a transaction."""

    db: Connection

    def mark(self, case: int, marks: Iterable[Mark]) -> None:
        """Keep who complains, in place of what was kept before."""
        self.db.execute(delete(b.person_mark).where(b.person_mark.c.case == case))
        rows = [{"case": case, "mark": mark.digest, "kind": mark.kind} for mark in dict.fromkeys(marks)]
        if rows:
            self.db.execute(insert(b.person_mark), rows)

    def keep(self, case: int, words: bytes, bands: Collection[int], before: Collection[int] = ()) -> None:
        """Keep what the words look like, and what they are found by, in place of what was kept before (`before`: its bands)."""
        known = self.db.execute(delete(b.sketch).where(b.sketch.c.case == case)).rowcount
        if known and before:
            self.db.execute(delete(b.sketch_band).where(b.sketch_band.c.band.in_(before), b.sketch_band.c.case == case))
        self.db.execute(insert(b.sketch).values(case=case, words=words))
        rows = [{"band": band, "case": case} for band in sorted(set(bands))]
        if rows:
            self.db.execute(insert(b.sketch_band), rows)

    def marks(self, cases: Collection[int]) -> Mapping[int, Sequence[Mark]]:
        """Who complains in each of these cases; () where nothing tells."""
        found: dict[int, list[Mark]] = {case: [] for case in cases}
        for row in self.db.execute(select(b.person_mark).where(b.person_mark.c.case.in_(cases))):
            found[row.case].append(Mark(row.kind, row.mark))
        return found

    def of_matter(self, matter: int) -> tuple[Mapping[int, Sequence[Mark]], Mapping[int, bytes]]:
        """Who complains, and the sketches, in all cases of a matter."""
        cases = list(self.db.execute(select(t.case.c.id).where(t.case.c.matter == matter)).scalars())
        marks: dict[int, list[Mark]] = {case: [] for case in cases}
        mine = t.case.c.matter == matter
        for row in self.db.execute(select(b.person_mark).join(t.case, t.case.c.id == b.person_mark.c.case).where(mine)):
            marks[row.case].append(Mark(row.kind, row.mark))
        rows = self.db.execute(select(b.sketch.c.case, b.sketch.c.words).join(t.case, t.case.c.id == b.sketch.c.case).where(mine))
        return marks, {int(row.case): bytes(row.words) for row in rows}

    def words(self, cases: Collection[int]) -> Mapping[int, bytes]:
        """What the words of these cases look like."""
        rows = self.db.execute(select(b.sketch.c.case, b.sketch.c.words).where(b.sketch.c.case.in_(cases)))
        return {int(row.case): bytes(row.words) for row in rows}

    def near(self, marks: Sequence[Mark], bands: Sequence[int], unit: str, since: datetime, most: int) -> list[int]:
        """The cases that may be the same matter: of the same person, of like words, and the unit's newest; bounded, whatever is in store.

        The person's come first, then those that share most bands, then the unit's newest; at most `most`.
        """
        found = dict.fromkeys(self.of_marks(marks), len(bands) + 2)
        for case in self._of_bands(bands):
            found[case] = found.get(case, 0) + 1
        for case in self._of_unit(unit, since, most // 2):
            found.setdefault(case, 0)
        return sorted(found, key=lambda case: (-found[case], -case))[:most]

    def of_marks(self, marks: Sequence[Mark]) -> list[int]:
        """The newest cases that bear one of these marks."""
        found: list[int] = []
        for mark in marks:
            query = select(b.person_mark.c.case).where(b.person_mark.c.mark == mark.digest)
            found += self.db.execute(query.order_by(b.person_mark.c.case.desc()).limit(MOST_OF_MARK)).scalars()
        return found

    def _of_bands(self, bands: Sequence[int]) -> list[int]:
        if not bands:
            return []
        return [int(case) for case in self.db.execute(_in_bands(len(bands)), {f"band{place}": band for place, band in enumerate(bands)}).scalars()]

    def _of_unit(self, unit: str, since: datetime, most: int) -> list[int]:
        if not unit:
            return []
        query = select(t.case.c.id, t.case.c.received).where(t.case.c.unit == unit).order_by(t.case.c.id.desc()).limit(most)
        return [row.id for row in self.db.execute(query) if row.received >= since]

    def glances(self, cases: Collection[int]) -> list[Glance]:
        """What there is to know of these cases without reading what was complained of."""
        c = t.case.c
        columns = (c.id, c.number, c.received, c.unit, c.category, c.state, c.answered, c.matter, c.merged_into, c.complaint["product"].as_string().label("product"))
        return [_glance(row) for row in self.db.execute(select(*columns).where(c.id.in_(cases)).order_by(c.id))]


@lru_cache(maxsize=4)
def _in_bands(count: int) -> CompoundSelect[Any]:
    """The newest cases of each of so many bands; built once, for building it takes longer than asking."""
    each = [
        select(b.sketch_band.c.case).where(b.sketch_band.c.band == bindparam(f"band{place}"))
        .order_by(b.sketch_band.c.case.desc()).limit(MOST_OF_BAND).subquery()
        for place in range(count)
    ]
    return union_all(*(select(one.c.case) for one in each))


def _glance(row: Any) -> Glance:  # noqa: ANN401 (a row of as many columns)
    state = State[row.state]
    return Glance(
        row.id, row.number, row.received, row.unit or "", row.category or "", row.product or "", state,
        row.answered is not None or state is State.CLOSED, row.matter, row.merged_into,
    )
