"""Under which number of which authority a case was handed down: the same number again is the same case (D-6; law: article 27)."""

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from hotline_bridge.store import schema_books as t
from hotline_bridge.store.rows import added

LONGEST_NAME, LONGEST_NUMBER = 80, 120


@dataclass(frozen=True, slots=True)
class Handed:
    """What one can do with authorities' numbers inside a transaction; names and numbers come as `routing.authority` spells them."""

    db: Connection

    def keep(self, authority: str, number: str, case_id: int) -> bool:
        """Keep the number of a case; False where it belongs to a case already."""
        row = {"authority": authority[:LONGEST_NAME], "number": number[:LONGEST_NUMBER], "case": case_id}
        return added(self.db, t.handed_down, **row)

    def take(self, authority: str, number: str, case_id: int) -> None:
        """Let a number stand for this case from now on: the authority's own letter has come."""
        where = (t.handed_down.c.authority == authority[:LONGEST_NAME], t.handed_down.c.number == number[:LONGEST_NUMBER])
        self.db.execute(update(t.handed_down).where(*where).values(case=case_id))

    def case_of(self, authority: str, number: str) -> int | None:
        """The case that goes by this number; None where there is none."""
        where = (t.handed_down.c.authority == authority[:LONGEST_NAME], t.handed_down.c.number == number[:LONGEST_NUMBER])
        return self.db.execute(select(t.handed_down.c.case).where(*where)).scalar()
