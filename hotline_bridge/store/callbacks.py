"""Customers who are to be asked whether they are content, and what they said (P-12, P-21)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from hotline_bridge.store import schema_books as b
from hotline_bridge.store.rows import new_row

OWED, UNREACHABLE, WITHDRAWN = "owed", "unreachable", "withdrawn"
SAID = {"satisfied": "满意", "fair": "基本满意", "dissatisfied": "不满意"}
CALLED = {OWED: "待回访", UNREACHABLE: "未能联系", WITHDRAWN: "不再回访", **SAID}


@dataclass(frozen=True, slots=True)
class Callback:
    """One call that is owed or was made: since when, how often it was tried, and what came of it."""

    id: int
    case: int
    round: int
    owed: datetime
    attempts: int
    last: datetime | None
    state: str
    says: str
    who: str


@dataclass(frozen=True, slots=True)
class Callbacks:
    """What one can do with call-backs inside a transaction."""

    db: Connection

    def owe(self, case: int, round_: int, owed: datetime) -> int:
        """A customer is to be asked; once for a round of a case, and anew where it was closed again."""
        fresh = {"owed": owed, "attempts": 0, "last": None, "state": OWED, "says": "", "who": ""}
        known = self.db.execute(select(b.callback.c.id).where(b.callback.c.case == case, b.callback.c.round == round_)).scalar()
        if known is None:
            return new_row(self.db, b.callback, case=case, round=round_, **fresh)
        self.db.execute(update(b.callback).where(b.callback.c.id == known).values(**fresh))
        return int(known)

    def get(self, callback: int) -> Callback | None:
        """Return the call-back; None where there is none."""
        row = self.db.execute(select(b.callback).where(b.callback.c.id == callback)).first()
        return None if row is None else _callback(row)

    def of_case(self, case: int) -> Sequence[Callback]:
        """The call-backs of a case, the last one last."""
        return [_callback(row) for row in self.db.execute(select(b.callback).where(b.callback.c.case == case).order_by(b.callback.c.id))]

    def tried(self, one: Callback, now: datetime, says: str, who: str) -> None:
        """Somebody tried and did not reach them."""
        self._set(one, attempts=one.attempts + 1, last=now, says=says, who=who)

    def settle(self, one: Callback, now: datetime, state: str, says: str, who: str) -> None:
        """What the customer said, or that nobody reached them."""
        counts = 0 if state == WITHDRAWN else 1
        self._set(one, attempts=one.attempts + counts, last=now, state=state, says=says, who=who)

    def waiting(self, now: datetime, most: int) -> list[Callback]:
        """Whom the desk is to ask now, the longest owed first."""
        query = select(b.callback).where(b.callback.c.state == OWED, b.callback.c.owed <= now)
        return [_callback(row) for row in self.db.execute(query.order_by(b.callback.c.owed, b.callback.c.id).limit(most))]

    def later(self, one: Callback, owed: datetime) -> None:
        """The next attempt is then."""
        self._set(one, owed=owed)

    def _set(self, one: Callback, **values: object) -> None:
        self.db.execute(update(b.callback).where(b.callback.c.id == one.id).values(**values))


def _callback(row: object) -> Callback:
    return Callback(**{name: getattr(row, name) for name in Callback.__slots__})
