"""A folder as an inlet: somebody puts *.eml, *.json and exports of Notes (*.dxl, *.xml, *.txt) there, committed ones move to done/ beside them."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from adapters.formats.notes import is_export

#: What a file is by the end of its name; everything else in the folder is left alone.
KINDS = {".eml": "mail", ".json": "form", ".dxl": "notes", ".xml": "notes", ".txt": "notes"}
#: Files of these names are ours only where they begin as an export of Notes does.
BY_CONTENT = frozenset({".xml", ".txt"})
HEAD = 20_000
DONE = "done"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file as handed in; `key` is its name and the hash of its bytes. There is no cursor.

    `kind` is "mail", "form" or "notes"; with "-too-large" behind it the body is only the first 64 KiB, with "-unfetchable" the
    file may not be read and the body is empty.
    """

    key: str
    kind: str
    body: bytes = field(repr=False)
    cursor: str = ""


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


class Spool:
    """A drop folder. Writers write under a name that begins with "." or ends in ".tmp" and rename when done.

    A file that changes while it is read is left for the next look. Files are never deleted, only moved to done/.
    """

    def __init__(self, name: str, folder: Path, every: float = 1.0, limit: int = 50 * 1024 * 1024) -> None:
        self._name = name
        self._folder = folder
        self._every = every
        self._limit = limit
        self._shown: set[str] = set()

    @property
    def name(self) -> str:
        """The inlet's name in the configuration."""
        return self._name

    async def waiting(self, cursor: str) -> AsyncIterator[Sheet]:
        """Yield the files that lie there now, sorted by name; OSError where the folder cannot be read.

        `cursor` is not needed: what was taken is not in the folder any more.
        """
        del cursor
        names = await asyncio.to_thread(self._names)
        self._shown = set(names)
        for name in names:
            sheet = await asyncio.to_thread(self._read, name)
            if sheet is not None:
                yield sheet

    async def accepted(self, paper: _Keyed) -> None:
        """Move the committed file to done/; one that is gone, or has other bytes by now, is left as it is."""
        await asyncio.to_thread(self._put_away, paper.key)

    async def more(self) -> None:
        """Return when a file has come that the last look did not show, or when files are left after `every` seconds."""
        while not await asyncio.to_thread(self._fresh):
            await asyncio.sleep(self._every)
            left = await asyncio.to_thread(self._names)
            if self._shown and left:
                return

    def _fresh(self) -> bool:
        return not self._shown.issuperset(self._names())

    def _names(self) -> list[str]:
        with os.scandir(self._folder) as entries:
            return sorted(e.name for e in entries if _kind(e.name) and e.is_file())

    def _read(self, name: str) -> Sheet | None:
        path = self._folder / name
        try:
            with path.open("rb") as file:
                before = os.fstat(file.fileno())
                if Path(name).suffix.lower() in BY_CONTENT and not is_export(file.read(HEAD)):
                    return None
                file.seek(0)
                large = before.st_size > self._limit
                body = file.read(64 * 1024 if large else -1)
            after = path.stat()
        except FileNotFoundError:
            return None
        except PermissionError:         # one file that is not for us must not keep all the others out
            return Sheet(f"{shown(name)}:{_digest(b'')}", f"{_kind(name)}-unfetchable", b"")
        if (before.st_size, before.st_mtime_ns, before.st_ino) != (after.st_size, after.st_mtime_ns, after.st_ino):
            return None
        return Sheet(f"{shown(name)}:{_digest(body)}", _kind(name) + ("-too-large" if large else ""), body)

    def _put_away(self, key: str) -> None:
        for name in self._names():
            if shown(name) == key.rpartition(":")[0]:
                self._put_away_file(name, key)

    def _put_away_file(self, name: str, key: str) -> None:
        sheet = self._read(name)
        if sheet is None or sheet.key != key or sheet.kind.endswith("-unfetchable"):
            return
        done = self._folder / DONE
        done.mkdir(exist_ok=True)
        target = done / name
        if target.exists() and target.read_bytes() != sheet.body:  # the same name again, with other words
            target = done / f"{key.rpartition(':')[2][:16]}-{name}"
        with suppress(FileNotFoundError):       # another daemon at the same folder has just put it away
            (self._folder / name).replace(target)


def shown(name: str) -> str:
    """A file's name as text that can be kept; names unpacked from a Chinese Windows are no UTF-8."""
    return name if _is_text(name) else os.fsencode(name).decode("gb18030", "replace")


def _is_text(name: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in name)


def _kind(name: str) -> str:
    """What a file of this name is, or "" where it is none of ours or not finished."""
    return "" if name.startswith(".") else KINDS.get(Path(name).suffix.lower(), "")


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
