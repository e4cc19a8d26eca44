"""What people decided beside what triage said: kept for good, to learn from (P-6, P-9.1, P-14)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from hotline_bridge.store import schema as t
from hotline_bridge.store.rows import new_row

CATEGORY, UNIT, FLAG = "category", "unit", "flag"


@dataclass(frozen=True, slots=True)
class Correction:
    """One thing triage said, and what a person says of it.

    `about` is CATEGORY, UNIT or FLAG; `said` and `corrected` are a category's word, a unit's code or a flag's name, each
    "" for none: a flag dismissed was said and is corrected to "", a flag that triage missed the other way round; where
    both are the same a person has confirmed it.
    """

    at: datetime
    who: str
    about: str
    said: str
    corrected: str


@dataclass(frozen=True, slots=True)
class Corrections:
    """What one can do with corrections inside a transaction."""

    db: Connection

    def keep(self, case_id: int, *corrections: Correction) -> None:
        """Keep corrections of a case."""
        for one in corrections:
            values = {"at": one.at, "who": one.who, "about": one.about, "said": one.said, "corrected": one.corrected}
            new_row(self.db, t.correction, case=case_id, **values)

    def by_case(self) -> Mapping[int, Sequence[Correction]]:
        """All corrections of all cases, each case's in the order they were made."""
        found: dict[int, list[Correction]] = {}
        for row in self.db.execute(select(t.correction).order_by(t.correction.c.id)):
            found.setdefault(row.case, []).append(Correction(row.at, row.who, row.about, row.said, row.corrected))
        return found

    def signed(self) -> frozenset[int]:
        """The cases whose recording was heard again: their flags are what a person left standing (P-9.1)."""
        return frozenset(self.db.execute(select(t.review.c.case).distinct()).scalars())
