"""What a person has to see to about calls: a call without its form, a form without its call, a caller nobody answered (P-3, P-9.1)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, delete, func, select, update

from hotline_bridge.store import schema_calls as t
from hotline_bridge.store.rows import added

NO_FORM, NO_CALL, ABANDONED = "no-form", "no-call", "abandoned"
KINDS = (ABANDONED, NO_FORM, NO_CALL)
BRIDGE = "bridge"           # who settles what has settled itself


@dataclass(frozen=True, slots=True)
class CallErrand:
    """One such errand: `call` of a call, `case` of a form; `done` once it is settled, `who` by whom, `says` what was said so far."""

    id: int
    kind: str
    call: int | None
    case: int | None
    at: datetime
    tries: int
    done: datetime | None
    who: str
    says: str


@dataclass(frozen=True, slots=True)
class CallErrands:
    """What one can do with these errands inside a transaction."""

    db: Connection

    def open(self, kind: str, now: datetime, *, call: int | None = None, case: int | None = None) -> int | None:
        """Somebody has to see to a call, or a form; returns the errand's id where it was not there, None where it is or a person saw to it.

        One that had settled itself is opened again.
        """
        mine = (t.call_errand.c.kind == kind, *([t.call_errand.c.call == call] if call is not None else [t.call_errand.c.case == case]))
        query = select(t.call_errand).where(*mine)
        row = self.db.execute(query).first()
        if row is None:
            fresh = added(self.db, t.call_errand, kind=kind, call=call, case=case, at=now, tries=0, done=None, who="", says="")
            return int(self.db.execute(query).one().id) if fresh else None
        if row.done is None or row.who != BRIDGE:
            return None
        self.db.execute(update(t.call_errand).where(t.call_errand.c.id == row.id).values(done=None, who="", at=now))
        return int(row.id)

    def get(self, errand: int) -> CallErrand | None:
        """The errand of this id, locked for whoever sees to it; None where there is none."""
        query = select(t.call_errand).where(t.call_errand.c.id == errand)
        row = self.db.execute(query if self.db.get_execution_options().get("read_only") else query.with_for_update()).first()
        return None if row is None else _errand(row)

    def done(self, errand: int, who: str, now: datetime, says: str) -> None:
        """A person saw to it, and says how."""
        self.db.execute(update(t.call_errand).where(t.call_errand.c.id == errand).values(done=now, who=who, says=says))

    def tried(self, errand: int, says: str) -> None:
        """A person called back and nobody answered."""
        self.db.execute(update(t.call_errand).where(t.call_errand.c.id == errand).values(tries=t.call_errand.c.tries + 1, says=says))

    def settle(self, now: datetime, kinds: Collection[str], *, call: int | None = None, case: int | None = None) -> None:
        """What was missing came: nobody has to see to it any more."""
        whose = t.call_errand.c.call == call if call is not None else t.call_errand.c.case == case
        self.db.execute(update(t.call_errand).where(whose, t.call_errand.c.kind.in_(kinds), t.call_errand.c.done.is_(None)).values(done=now, who=BRIDGE))

    def of_calls(self, calls: Collection[int]) -> Sequence[CallErrand]:
        """The errands about these calls, done or not."""
        mine = (t.call_errand.c.kind.in_(KINDS), t.call_errand.c.call.in_(calls))       # found by the index over both
        return self._all(select(t.call_errand).where(*mine).order_by(t.call_errand.c.id)) if calls else []

    def of_case(self, case: int) -> Sequence[CallErrand]:
        """The errands about a case's form, done or not."""
        return self._all(select(t.call_errand).where(t.call_errand.c.kind.in_(KINDS), t.call_errand.c.case == case).order_by(t.call_errand.c.id))

    def several(self, errands: Collection[int]) -> Sequence[CallErrand]:
        """Those of these errands that wait for a person."""
        mine = (t.call_errand.c.id.in_(errands), t.call_errand.c.done.is_(None))
        return self._all(select(t.call_errand).where(*mine).order_by(t.call_errand.c.id)) if errands else []

    def waiting(self, kinds: Collection[str] = KINDS, most: int = 1000) -> Sequence[CallErrand]:
        """What waits for a person, the oldest first."""
        mine = (t.call_errand.c.done.is_(None), t.call_errand.c.kind.in_(kinds))
        return self._all(select(t.call_errand).where(*mine).order_by(t.call_errand.c.at, t.call_errand.c.id).limit(most))

    def counts(self) -> dict[str, int]:
        """How many of each kind wait."""
        query = select(t.call_errand.c.kind, func.count()).where(t.call_errand.c.done.is_(None)).group_by(t.call_errand.c.kind)
        return {str(kind): int(count) for kind, count in self.db.execute(query)}

    def waits_for(self, ani: str) -> bool:
        """Whether anybody with this number waits for a call back."""
        mine = (t.call.c.ani == ani, t.call_errand.c.kind == ABANDONED, t.call_errand.c.done.is_(None))
        query = select(t.call_errand.c.id).join(t.call, t.call.c.id == t.call_errand.c.call).where(and_(*mine)).limit(1)
        return bool(ani) and self.db.execute(query).first() is not None

    def pass_on(self, call: int, to: int) -> None:
        """Two calls are one: the errands of the first are the second's, save those it has itself."""
        own = {one.kind for one in self.of_calls((to,))}
        self.db.execute(delete(t.call_errand).where(t.call_errand.c.call == call, t.call_errand.c.kind.in_(own)))
        self.db.execute(update(t.call_errand).where(t.call_errand.c.kind.in_(KINDS), t.call_errand.c.call == call).values(call=to))

    def _all(self, query: Select[Any]) -> list[CallErrand]:
        return [_errand(row) for row in self.db.execute(query)]


def _errand(row: Row[Any]) -> CallErrand:
    return CallErrand(**row._mapping)  # noqa: SLF001 (its public name in SQLAlchemy)
