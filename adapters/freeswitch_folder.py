"""Door: FreeSWITCH's err-log-dir. What mod_json_cdr or mod_xml_cdr could not post lies there, and nothing ever posts it again.

Files are `<uuid>.cdr.json`, `a_<uuid>.cdr.json` and the same with `.xml`, in the folder or in the dated ones that `rotate`
makes; with `encode` on their content is encoded as the post was. What is committed moves to taken/, nothing is deleted.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
import hashlib
import os
from pathlib import Path
import re
import stat as modes
from typing import Protocol

from adapters.formats.cdr.freeswitch_post import bare_of, is_whole, key_of
from routing.papers import Unreadable

KIND = "cdr-post"
TAKEN = "taken"
HEAD_KEPT = 64 << 10
_CLOSED = "unfetchable:"
PATIENCE = 3                # looks at which a file that seems to be cut must be the same before it is taken as it is
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*\.cdr\.(?:json|xml)")
_DATED = re.compile(r"[0-9]{4}(?:-[0-9]{2}){5}")
_PLAINLY = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC      # neither through a link, nor waiting for who writes into a pipe


@dataclass(frozen=True, slots=True)
class LostPost:
    """One file as handed in; its key is that of the same leg by post.

    One of kind "cdr-post-too-large" bears only the head, one of kind "cdr-post-unfetchable" nothing.
    """

    key: str
    kind: str
    body: bytes = field(repr=False)
    path: Path
    cursor: str = ""


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


class FreeswitchFolder:
    """Fits hotline_bridge.ports.Inlet. `every` is how many seconds `more` waits between looks, `limit` the largest file."""

    def __init__(self, name: str, folders: Sequence[Path], every: float = 5.0, limit: int = 1 << 20) -> None:
        self._name, self._folders, self._every, self._limit = name, folders, every, limit
        self._handed: dict[str, list[tuple[Path, Path]]] = {}     # by key: the folder and the file
        self._stuck: dict[Path, tuple[int, int, int]] = {}        # committed, but the folder does not let us move it
        self._cut: dict[Path, tuple[tuple[int, int, int], int]] = {}

    @property
    def name(self) -> str:
        """The inlet's name."""
        return self._name

    async def waiting(self, cursor: str) -> AsyncIterator[LostPost]:
        """Yield what lies there and is written to its end, by name; then OSError where a folder cannot be read.

        There is no cursor: what was taken is not there any more. A folder FreeSWITCH has not made yet is empty.
        """
        del cursor
        self._handed.clear()
        closed: list[str] = []
        for folder in self._folders:
            for path in await asyncio.to_thread(_files, folder, closed):
                found = await asyncio.to_thread(self._read, path)
                if found is not None:
                    self._handed.setdefault(found.key, []).append((folder, path))
                    yield found
        if closed:              # told at the end: it keeps no other folder out
            raise OSError("; ".join(closed))

    async def accepted(self, paper: _Keyed) -> None:
        """Move the committed file, and any of the same content, to taken/."""
        for folder, path in self._handed.pop(paper.key, []):
            await asyncio.to_thread(self._put_away, folder, path, paper.key)

    async def more(self) -> None:
        """Return when there is a file that the last look did not settle."""
        while True:
            await asyncio.sleep(self._every)
            if await asyncio.to_thread(self._any):
                return

    def _any(self) -> bool:
        return any(self._stuck.get(path) != _stamp(path) for folder in self._folders for path in _files(folder, []))

    def _read(self, path: Path) -> LostPost | None:
        if path in self._stuck and self._stuck[path] == _stamp(path):
            return None
        try:
            with os.fdopen(os.open(path, _PLAINLY), "rb") as file:
                before = os.fstat(file.fileno())
                if not modes.S_ISREG(before.st_mode):
                    return None
                large = before.st_size > self._limit
                body = file.read(HEAD_KEPT if large else -1)
        except PermissionError:         # one file that is not for us must not keep all the others out
            return LostPost(f"{_CLOSED}{path.name[:200]}", f"{KIND}-unfetchable", b"", path)
        except OSError:                 # it is gone, or a link
            return None
        stamp = before.st_size, before.st_mtime_ns, before.st_ino
        if _stamp(path) != stamp or not (large or self._ended(path, body, stamp)):
            return None
        return LostPost(_key(body), KIND + ("-too-large" if large else ""), body, path)

    def _ended(self, path: Path, body: bytes, stamp: tuple[int, int, int]) -> bool:
        """Whether the file is written to its end: the module ends it in one go, with the end of its record."""
        if is_whole(body):
            self._cut.pop(path, None)
            return True
        before, looks = self._cut.get(path, (stamp, 0))
        looks = looks + 1 if before == stamp else 1
        self._cut[path] = (stamp, looks)
        return looks > PATIENCE

    def _put_away(self, folder: Path, path: Path, key: str) -> None:
        stamp = _stamp(path)
        self._cut.pop(path, None)
        try:
            if key.startswith(_CLOSED):
                raise PermissionError   # it stays, to be opened by somebody
            if stamp is not None and stamp[0] <= self._limit and _key(path.read_bytes()) != key:
                return                  # it has other words by now, and is handed in again
            _move(path, folder / TAKEN, key)
        except FileNotFoundError:       # another daemon at the same folder has just put it away
            pass
        except OSError:
            if stamp is not None:       # not ours to move; it is kept, and need not be shown again
                self._stuck[path] = stamp


def _files(folder: Path, closed: list[str]) -> list[Path]:
    """The records in a folder and in the dated ones below it, the oldest of these first; `closed` gets those that cannot be read."""
    listed = _entries(folder, closed)
    dated = [Path(entry.path) for entry in listed if _DATED.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False)]
    return [Path(entry.path) for inner in (*(_entries(one, closed) for one in dated), listed) for entry in inner if _is_record(entry)]


def _entries(folder: Path, closed: list[str]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except FileNotFoundError:
        return []
    except OSError as error:
        closed.append(f"{folder} cannot be read: {error.strerror or error}")
        return []


def _is_record(entry: os.DirEntry[str]) -> bool:
    """Whether it is a file of the modules; what only has such a name (a link, a pipe, a folder) is none."""
    try:
        return _NAME.fullmatch(entry.name) is not None and entry.is_file(follow_symlinks=False)
    except OSError:
        return False


def _move(path: Path, taken: Path, key: str) -> None:
    """Move a file into taken/, over nothing that lies there; OSError where that is a link: nothing leaves the folder."""
    taken.mkdir(exist_ok=True)
    there = os.open(taken, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.replace(path, f"{key[-16:]}-{path.name}" if _holds(there, path.name) else path.name, dst_dir_fd=there)
    finally:
        os.close(there)


def _holds(folder: int, name: str) -> bool:
    try:
        os.lstat(name, dir_fd=folder)
    except FileNotFoundError:
        return False
    return True


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ino


def _key(body: bytes) -> str:
    try:
        return key_of(bare_of(body))
    except Unreadable:
        return f"unusable:{hashlib.sha256(body).hexdigest()}"
