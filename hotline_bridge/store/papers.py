"""What came in: kept byte for byte, read later, set aside where it cannot be read. Nothing is ever deleted."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update
from sqlalchemy.exc import IntegrityError

from hotline_bridge.store import schema as t
from hotline_bridge.store.blobs import Blobs
from hotline_bridge.store.rows import added, new_row, put_rows
from hotline_bridge.store.tasks import Tasks

LONGEST_TROUBLE = 500   # characters
IN_ROW = 1 << 20        # bytes; a larger body lies in a file of its own


@dataclass(frozen=True, slots=True)
class Kept:
    """A paper in the store, without its body."""

    id: int
    source: str
    key: str
    kind: str
    size: int
    digest: str
    taken: datetime
    state: str
    trouble: str
    remedy: str


@dataclass(frozen=True, slots=True)
class New:
    """A paper to be kept; source and key together are what makes it the same again."""

    source: str
    key: str
    kind: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Papers:
    """What one can do with papers inside a transaction."""

    db: Connection
    blobs: Blobs

    def keep(self, source: str, key: str, kind: str, body: bytes, now: datetime, digest: str = "") -> int | None:
        """Keep a paper and return its id; None if source and key are known already.

        `digest` stands for the content where equal content may come in different bytes (JSON); by default it is the
        SHA-256 of the body.
        """
        row = self._row(New(source, key, kind, body), now) | ({"digest": digest} if digest else {})
        try:
            with self.db.begin_nested():
                return new_row(self.db, t.paper, **row)
        except IntegrityError:
            return None

    def _row(self, one: New, now: datetime) -> dict[str, object]:
        large = len(one.body) > IN_ROW
        return {
            "source": one.source, "key": one.key, "kind": one.kind, "size": len(one.body), "taken": now, "state": "kept",
            "digest": hashlib.sha256(one.body).hexdigest(),
            "body": None if large else one.body,
            "blob": self.blobs.put(one.body) if large else None,
        }

    def keep_all(self, papers: Sequence[New], now: datetime) -> list[tuple[int, bool]]:
        """Keep many papers at once; for each its id, and whether it is kept since now: the same source and key again is the same paper."""
        before = self._ids(papers)
        fresh = [one for one in papers if (one.source, one.key) not in before]
        put_rows(self.db, t.paper, ("source", "key"), [self._row(one, now) for one in fresh])
        ids = before | self._ids(fresh)
        return [(ids[one.source, one.key], (one.source, one.key) not in before) for one in papers]

    def _ids(self, papers: Sequence[New]) -> dict[tuple[str, str], int]:
        """The ids of those of these that are kept."""
        found: dict[tuple[str, str], int] = {}
        for source in sorted({one.source for one in papers}):
            keys = [one.key for one in papers if one.source == source]
            rows = self.db.execute(select(t.paper.c.key, t.paper.c.id).where(t.paper.c.source == source, t.paper.c.key.in_(keys)))
            found |= {(source, row.key): row.id for row in rows}
        return found

    def find(self, source: str, key: str) -> Kept | None:
        """Return the paper of this source and key."""
        row = self.db.execute(select(*_COLUMNS).where(t.paper.c.source == source, t.paper.c.key == key)).first()
        return None if row is None else _kept(row)

    def known(self, source: str, keys: Collection[str]) -> set[str]:
        """Which of these keys of a source are kept."""
        query = select(t.paper.c.key).where(t.paper.c.source == source, t.paper.c.key.in_(keys))
        return set(self.db.execute(query).scalars())

    def get(self, paper_id: int) -> Kept | None:
        """Return the paper of this id."""
        row = self.db.execute(select(*_COLUMNS).where(t.paper.c.id == paper_id)).first()
        return None if row is None else _kept(row)

    def body(self, paper_id: int) -> bytes:
        """Return the bytes as they came."""
        row = self.db.execute(select(t.paper.c.body, t.paper.c.blob).where(t.paper.c.id == paper_id)).one()
        return self.blobs.get(row.blob) if row.body is None else bytes(row.body)

    def twin(self, paper_id: int) -> int | None:
        """Return an earlier paper of the same kind with the same content, if there is one."""
        mine = self.db.execute(select(t.paper.c.kind, t.paper.c.digest).where(t.paper.c.id == paper_id)).one()
        same = (t.paper.c.digest == mine.digest, t.paper.c.kind == mine.kind, t.paper.c.id < paper_id)
        return self.db.execute(select(t.paper.c.id).where(*same).order_by(t.paper.c.id).limit(1)).scalar()

    def same_mail(self, paper_id: int, digest: str, message_id: str) -> int | None:
        """Return the earlier paper that is this very mail by what it says, or None; two that come at once are one (pain 8)."""
        mine = {"digest": digest, "paper": paper_id, "message_id": _hashed(message_id)}
        if added(self.db, t.mail_seen, **mine):
            return None
        first = self.db.execute(select(t.mail_seen.c.paper).where(t.mail_seen.c.digest == digest)).scalar()
        return None if first in {None, paper_id} else first

    def first_of(self, message_id: str) -> int | None:
        """The first paper that bears this Message-ID; None where there is none."""
        query = select(t.mail_seen.c.paper).where(t.mail_seen.c.message_id == _hashed(message_id)).order_by(t.mail_seen.c.paper).limit(1)
        return self.db.execute(query).scalar()

    def namesake(self, paper_id: int, message_id: str) -> int | None:
        """Return an earlier paper that bears the same Message-ID but says something else (pain 8)."""
        other = (t.mail_seen.c.message_id == _hashed(message_id), t.mail_seen.c.paper < paper_id)
        return self.db.execute(select(t.mail_seen.c.paper).where(*other).order_by(t.mail_seen.c.paper).limit(1)).scalar()

    def read(self, paper_id: int, note: str = "") -> None:
        """Note that the paper was read, and what came of it where that is nothing."""
        self._change(paper_id, state="read", trouble=note or None, remedy=None)

    def quarantine(self, paper_id: int, trouble: str, remedy: str) -> None:
        """Set the paper aside for a person: what is wrong with it, and what to do."""
        self._change(paper_id, state="quarantined", trouble=trouble, remedy=remedy)
        taken = self.db.execute(select(t.paper.c.taken).where(t.paper.c.id == paper_id)).scalar_one()
        Tasks(self.db).owe("aside", paper_id, taken)        # a person hears of it, in one letter with the others

    def again(self, paper_id: int, note: str) -> None:
        """Take a paper out of quarantine, to be read again."""
        self._change(paper_id, state="kept", trouble=note, remedy=None)

    def untold(self) -> Sequence[Kept]:
        """The papers in quarantine of which nobody has been told yet, in the order they came."""
        owed = select(t.task.c.subject).where(t.task.c.kind == "aside")
        rows = self.db.execute(select(*_COLUMNS).where(t.paper.c.state == "quarantined", t.paper.c.id.in_(owed)).order_by(t.paper.c.id))
        return [_kept(row) for row in rows]

    def quarantined(self, most: int = 200) -> Sequence[Kept]:
        """The papers that wait for a person, newest first."""
        rows = self.db.execute(
            select(*_COLUMNS).where(t.paper.c.state == "quarantined").order_by(t.paper.c.id.desc()).limit(most)
        )
        return [_kept(row) for row in rows]

    def cursor(self, source: str) -> str:
        """How far this source has been read; "" where it never was."""
        return self.db.execute(select(t.mark.c.cursor).where(t.mark.c.source == source)).scalar() or ""

    def mark(self, source: str, cursor: str, now: datetime) -> None:
        """Note how far a source has been read, and that it answered; an empty cursor leaves the old one."""
        values = {"at": now, "cursor": cursor} if cursor else {"at": now}
        again = update(t.mark).where(t.mark.c.source == source).values(values)
        if not self.db.execute(again).rowcount and not added(self.db, t.mark, source=source, cursor=cursor, at=now):
            self.db.execute(again)

    def marks(self) -> dict[str, datetime]:
        """When each source last succeeded."""
        return {row.source: row.at for row in self.db.execute(select(t.mark.c.source, t.mark.c.at))}

    def succeeded(self, source: str, now: datetime) -> None:
        """Note that a source answered, and that nothing is wrong with it now."""
        self.mark(source, "", now)
        self.db.execute(delete(t.door_trouble).where(t.door_trouble.c.source == source))

    def failed(self, source: str, words: str, now: datetime) -> None:
        """Note why a source does not answer."""
        values = {"words": words[:LONGEST_TROUBLE], "at": now}
        again = update(t.door_trouble).where(t.door_trouble.c.source == source).values(values)
        if not self.db.execute(again).rowcount and not added(self.db, t.door_trouble, source=source, **values):
            self.db.execute(again)

    def troubles(self) -> dict[str, str]:
        """Why sources that do not answer now do not, in the words of the last try."""
        return {row.source: row.words for row in self.db.execute(select(t.door_trouble.c.source, t.door_trouble.c.words))}

    def _change(self, paper_id: int, **values: object) -> None:
        self.db.execute(update(t.paper).where(t.paper.c.id == paper_id).values(**values))


def _hashed(message_id: str) -> str:
    return hashlib.sha256(message_id.encode("utf-8", "replace")).hexdigest()


_COLUMNS = [column for column in t.paper.c if column.name not in {"body", "blob"}]


def _kept(row: Row[tuple[Any, ...]]) -> Kept:
    return Kept(
        id=row.id, source=row.source, key=row.key, kind=row.kind, size=row.size, digest=row.digest, taken=row.taken,
        state=row.state, trouble=row.trouble or "", remedy=row.remedy or "",
    )
