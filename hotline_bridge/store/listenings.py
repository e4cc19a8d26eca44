"""Who listened to which recording, what was given to them, and how much of it sounded (P-6, P-9.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from hotline_bridge.store import schema_calls as t
from hotline_bridge.store.rows import new_row
from routing.hearing import Part, heard


@dataclass(frozen=True, slots=True)
class Listening:
    """One listening; `seconds` are those that count (routing.hearing.heard)."""

    id: int
    case: int
    recording: int
    who: str
    at: datetime
    until: datetime
    sha256: str
    sent: int
    given: Sequence[Part]
    played: Sequence[Part]
    seconds: float
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class Listenings:
    """What one can do with listenings inside a transaction."""

    db: Connection

    def begin(self, case: int, recording: int, who: str, sha256: str, now: datetime) -> int:
        """Somebody begins to listen; returns the listening's id."""
        none: dict[str, object] = {"sent": 0, "given": [], "played": [], "seconds": 0.0}
        return new_row(self.db, t.listening, case=case, recording=recording, who=who[:80], at=now, until=now, sha256=sha256, **none)

    def get(self, listening: int) -> Listening | None:
        """The listening of this id, held until the transaction ends."""
        row = self.db.execute(self._held(select(t.listening).where(t.listening.c.id == listening))).first()
        return None if row is None else _listening(row)

    def go_on(self, one: Listening, now: datetime, *, played: Sequence[Part] | None = None, given: Sequence[Part] | None = None, sent: int = 0) -> float:
        """What played, or was given, so far; returns the seconds that count."""
        played, given = one.played if played is None else played, one.given if given is None else given
        seconds = heard(played, given, (now - one.at).total_seconds())
        values = {"until": now, "played": [list(part) for part in played], "given": [list(part) for part in given], "sent": one.sent + sent, "seconds": seconds}
        self.db.execute(update(t.listening).where(t.listening.c.id == one.id).values(**values))
        return seconds

    def end(self, listening: int, now: datetime) -> bool:
        """The listening is over; False where it was before."""
        open_ = (t.listening.c.id == listening, t.listening.c.ended.is_(None))
        return bool(self.db.execute(update(t.listening).where(*open_).values(ended=now)).rowcount)

    def going_on(self, case: int, recording: int, who: str) -> Listening | None:
        """The last listening of somebody to a recording that has not ended."""
        same = (t.listening.c.case == case, t.listening.c.recording == recording, t.listening.c.who == who[:80], t.listening.c.ended.is_(None))
        row = self.db.execute(select(t.listening).where(*same).order_by(t.listening.c.id.desc()).limit(1)).first()
        return None if row is None else _listening(row)

    def of_case(self, case: int) -> Sequence[Listening]:
        """Everybody who listened to a recording of a case, in order."""
        return [_listening(row) for row in self.db.execute(select(t.listening).where(t.listening.c.case == case).order_by(t.listening.c.id))]

    def _held(self, query: Any) -> Any:  # noqa: ANN401 (a query)
        return query if self.db.get_execution_options().get("read_only", False) else query.with_for_update()


def _listening(row: Row[Any]) -> Listening:
    values = dict(row._mapping)  # noqa: SLF001 (its public name in SQLAlchemy)
    return Listening(**values | {name: [(one[0], one[1]) for one in values[name]] for name in ("given", "played")})
