"""Recordings by reference, one row each: where it lies, its hash at first sight, and how it stands since (P-9.1)."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from hotline_bridge.store import schema_calls as t
from hotline_bridge.store.rows import added

WAITING, THERE, EMPTY, WRONG, MISSING, CHANGED, REFUSED = "waiting", "there", "empty", "wrong", "missing", "changed", "refused"
UNHEARABLE = frozenset({EMPTY, WRONG, MISSING, CHANGED, REFUSED})      # nobody signs such a one as heard
STATES = (WAITING, THERE, EMPTY, WRONG, MISSING, CHANGED, REFUSED)


@dataclass(frozen=True, slots=True)
class Kept:
    """A recording in the store; `sha256` is that of its first sight, for ever, and `blob` the copy of one that was fetched."""

    id: int
    exchange: str
    reference: str
    digest: str
    call: int | None
    case: int | None
    state: str
    sha256: str
    size: int
    seconds: float | None
    media: str
    blob: str | None
    noted: datetime
    seen: datetime | None
    looked: datetime | None
    trouble: str


@dataclass(frozen=True, slots=True)
class Recordings:
    """What one can do with recordings inside a transaction."""

    db: Connection

    def note(self, exchange: str, reference: str, now: datetime, *, call: int | None = None, case: int | None = None) -> tuple[Kept, bool]:
        """Keep that there is such a recording, of this call and this case where they are known; and whether that is news."""
        digest = _digest(reference)
        fresh = {
            "exchange": exchange[:80], "reference": reference, "state": WAITING, "sha256": "", "size": 0, "media": "", "noted": now, "trouble": "", "call": call, "case": case,
        }
        news = self._by(digest) is None and added(self.db, t.recording, digest=digest, **fresh)
        kept = self._by(digest)
        assert kept is not None
        whose = {name: value for name, value in (("call", call), ("case", case)) if value is not None and getattr(kept, name) is None}
        if whose:
            self.change(kept.id, **whose)
            kept = self.get(kept.id)
            assert kept is not None
        return kept, news

    def get(self, recording: int) -> Kept | None:
        """The recording of this id."""
        row = self.db.execute(select(t.recording).where(t.recording.c.id == recording)).first()
        return None if row is None else _kept(row)

    def named(self, reference: str) -> Kept | None:
        """The recording that goes by this reference."""
        return self._by(_digest(reference)) if reference else None

    def of_call(self, call: int) -> Sequence[Kept]:
        """The recordings of a call, in the order they were heard of."""
        return self._all(t.recording.c.call == call)

    def of_case(self, case: int) -> Sequence[Kept]:
        """The recordings of a case and of its calls, in the order they were heard of."""
        calls = select(t.call.c.id).where(t.call.c.case == case)
        return self._all((t.recording.c.case == case) | t.recording.c.call.in_(calls))

    def several(self, ids: Collection[int]) -> Mapping[int, Kept]:
        """Many by their ids."""
        return {one.id: one for one in self._all(t.recording.c.id.in_(ids))} if ids else {}

    def change(self, recording: int, **values: object) -> None:
        """Write down how it stands. The hash of the first sight is written once and never again."""
        own = t.recording.c.id == recording
        if "sha256" in values:
            own &= t.recording.c.sha256 == ""
        self.db.execute(update(t.recording).where(own).values(**values))

    def select(self, states: Collection[str] = (), most: int = 200) -> Sequence[Kept]:
        """Recordings, the newest first, of some states where asked."""
        where = [t.recording.c.state.in_(states)] if states else []
        query = select(t.recording).where(*where).order_by(t.recording.c.id.desc()).limit(most)
        return [_kept(row) for row in self.db.execute(query)]

    def counts(self) -> dict[str, int]:
        """How many stand how."""
        query = select(t.recording.c.state, func.count()).group_by(t.recording.c.state)
        found = {str(row[0]): int(row[1]) for row in self.db.execute(query)}
        return {state: found.get(state, 0) for state in STATES}

    def _by(self, digest: str) -> Kept | None:
        row = self.db.execute(select(t.recording).where(t.recording.c.digest == digest)).first()
        return None if row is None else _kept(row)

    def _all(self, where: Any) -> Sequence[Kept]:  # noqa: ANN401 (a condition in SQL)
        return [_kept(row) for row in self.db.execute(select(t.recording).where(where).order_by(t.recording.c.id))]


def _digest(reference: str) -> str:
    return hashlib.sha256(reference.encode("utf-8", "surrogatepass")).hexdigest()


def _kept(row: Row[Any]) -> Kept:
    return Kept(**row._mapping)  # noqa: SLF001 (its public name in SQLAlchemy)
