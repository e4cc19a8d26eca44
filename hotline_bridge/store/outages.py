"""Doors that fell silent: noticed once, told once, and told again when they are back (pain 2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_, select, update

from hotline_bridge.store import schema as t
from hotline_bridge.store.rows import added


@dataclass(frozen=True, slots=True)
class Outage:
    """A door that has not succeeded since a moment; `ended` when it did again, None while it is silent."""

    id: int
    source: str
    since: datetime
    noticed: datetime
    told: datetime | None
    ended: datetime | None
    attempts: int
    trouble: str


@dataclass(frozen=True, slots=True)
class Outages:
    """What one can do with outages inside a transaction."""

    db: Connection

    def begin(self, source: str, since: datetime, now: datetime) -> bool:
        """Note that a door fell silent; False where that is noted already."""
        if any(one.source == source for one in self.open()):
            return False
        return added(self.db, t.outage, source=source, since=since, noticed=now, attempts=0, next=now, trouble="")

    def end(self, source: str, now: datetime) -> bool:
        """Note that a door is back; False where it was never gone. One that nobody was told of is not told any more."""
        mine = (t.outage.c.source == source, t.outage.c.ended.is_(None))
        return bool(self.db.execute(update(t.outage).where(*mine).values(ended=now, attempts=0, next=now)).rowcount)

    def open(self) -> Sequence[Outage]:
        """The doors that are silent now."""
        return self._select(t.outage.c.ended.is_(None))

    def untold(self, now: datetime) -> Sequence[Outage]:
        """What a person must be told: of a door that fell silent, and of one that is back if its silence was told."""
        silent = (t.outage.c.ended.is_(None)) & (t.outage.c.told.is_(None))
        back = t.outage.c.ended.is_not(None) & t.outage.c.told.is_not(None) & t.outage.c.ended_told.is_(None)
        return self._select(or_(silent, back), t.outage.c.next <= now)

    def told(self, outage: Outage, now: datetime) -> None:
        """Note that a person was told."""
        column = t.outage.c.told if outage.ended is None else t.outage.c.ended_told
        self._change(outage, {column.name: now, "attempts": 0, "trouble": ""})

    def failed(self, outage: Outage, again: datetime, trouble: str) -> None:
        """Note that nobody could be told, and when to try again."""
        self._change(outage, {"attempts": outage.attempts + 1, "next": again, "trouble": trouble})

    def _change(self, outage: Outage, values: dict[str, object]) -> None:
        self.db.execute(update(t.outage).where(t.outage.c.id == outage.id).values(**values))

    def _select(self, *where: object) -> Sequence[Outage]:
        rows = self.db.execute(select(t.outage).where(*where).order_by(t.outage.c.id))  # type: ignore[arg-type]
        return [Outage(row.id, row.source, row.since, row.noticed, row.told, row.ended, row.attempts, row.trouble) for row in rows]
