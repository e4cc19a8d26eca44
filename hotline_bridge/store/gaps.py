"""When nobody listened to an exchange's events, and how many calls of that time its files brought afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from hotline_bridge.store import schema_calls as t
from hotline_bridge.store.rows import added


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which no events of an exchange were heard; `healed` calls that ended in it are known by its files."""

    id: int
    exchange: str
    since: datetime
    until: datetime
    why: str
    healed: int
    restarted: bool


@dataclass(frozen=True, slots=True)
class Gaps:
    """What one can do with gaps inside a transaction."""

    db: Connection

    def note(self, exchange: str, since: datetime, until: datetime, why: str, *, restarted: bool) -> bool:
        """Note a gap, and the calls of that time that are known already; False where it is noted."""
        new = added(self.db, t.event_gap, exchange=exchange, since=since, until=until, why=why, healed=0, restarted=restarted)
        self._count(exchange, since)
        return new

    def heal(self, exchange: str, ended: datetime) -> None:
        """A call that ended then has come by file: count those of the gaps it lies in anew."""
        mine = (t.event_gap.c.exchange == exchange, t.event_gap.c.since <= ended, t.event_gap.c.until >= ended)
        for since in self.db.execute(select(t.event_gap.c.since).where(*mine)).scalars().all():
            self._count(exchange, since)

    def latest(self, most: int = 20) -> Sequence[Gap]:
        """The gaps there were, the latest first."""
        query = select(t.event_gap).order_by(t.event_gap.c.since.desc(), t.event_gap.c.id.desc()).limit(most)
        return [Gap(row.id, row.exchange, row.since, row.until, row.why, row.healed, row.restarted) for row in self.db.execute(query)]

    def _count(self, exchange: str, since: datetime) -> None:
        gap = (t.event_gap.c.exchange == exchange, t.event_gap.c.since == since)
        within = (t.call.c.exchange == exchange, t.call.c.ended >= since, t.call.c.ended <= t.event_gap.c.until)
        calls = select(func.count()).select_from(t.call).where(*within).scalar_subquery()
        self.db.execute(update(t.event_gap).where(*gap).values(healed=calls))
