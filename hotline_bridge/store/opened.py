"""Old office files and what the office program made of them, each once by its content (P-12)."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select

from hotline_bridge.store import schema as t
from hotline_bridge.store.blobs import Blobs
from hotline_bridge.store.rows import added
from routing.papers import Attachment, Unreadable


@dataclass(frozen=True, slots=True)
class Opened:
    """What one can do with opened files inside a transaction."""

    db: Connection
    blobs: Blobs

    def keep(self, content: bytes, made: bytes, trouble: str, now: datetime) -> None:
        """Keep what a file was turned into, or why it could not be; the first outcome stands."""
        blob = self.blobs.put(made) if made else None
        added(self.db, t.opened_file, digest=_digest(content), blob=blob, trouble=trouble or None, at=now)

    def of(self, content: bytes) -> tuple[bytes, str] | None:
        """Return (bytes, trouble) of a file, one of them empty; None where nobody tried to open it."""
        row = self.db.execute(select(t.opened_file.c.blob, t.opened_file.c.trouble).where(t.opened_file.c.digest == _digest(content))).first()
        return None if row is None else (self.blobs.get(row.blob) if row.blob else b"", row.trouble or "")

    def read(self, file: Attachment) -> Attachment:
        """The file, or what the office made of it; Unreadable with the reason where it tried in vain."""
        known = self.of(file.content)
        if known is None:
            return file
        made, trouble = known
        if trouble:
            raise Unreadable(trouble)
        return replace(file, content=made)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
