"""Door: follow the file into which a telephone exchange writes its call detail records (Asterisk's Master.csv).

The exchange appends a line per record; logrotate renames the file, or copies it and cuts it to nothing. Every complete
line is handed in once, in order, across all of that.

*Place.* Inode numbers come back and copies have new ones, so a file is known by what is in it: the digest of its first
line, and the digest of the end of the last line handed in, at its offset. Where the file of a place is no longer under
its name it is looked for among the files beside it (`Master.csv.1`, `Master.csv-20261123.gz`).

*Key.* A line's key is the digest of (first line of its file, offset, the line). The same line read again, after a crash,
a rename or from a copy, has the same key; a line that truly stands twice in a file has two. Nothing needs to be counted.
So reading too much is harmless, and where a place cannot be found everything is read again.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
import gzip
import hashlib
import json
import os
from pathlib import Path
import re
import stat as modes
from typing import BinaryIO, NamedTuple, cast
import zlib

LONGEST_LINE = 1024 * 1024
#: Stands at the end of a line that was cut; the formats refuse rows of that length, so a person sees it.
CUT_MARK = b" [cut by the bridge after 1 MiB]"
_FIRST_LINE, _LAST_BYTES = 4096, 256
_ROTATED = re.compile(r"[-._][0-9][0-9._-]*(?:\.gz)?")
_STEADY_TRIES = 5
_BROKEN = (EOFError, gzip.BadGzipFile, zlib.error)


@dataclass(frozen=True, slots=True)
class CdrPaper:
    """One line of the file; `cursor` is the place behind it."""

    key: str
    body: bytes
    cursor: str
    kind: str = "cdr"


@dataclass(frozen=True, slots=True)
class Place:
    """How far a file has been read; `inside` is True in the middle of a line too long to wait for."""

    first_line: str
    offset: int
    length: int
    last_bytes: str
    inside: bool = False

    def written(self) -> str:
        """The place as a cursor."""
        return json.dumps([self.first_line, self.offset, self.length, self.last_bytes, self.inside])

    @classmethod
    def read(cls, cursor: str) -> "Place | None":
        """The place a cursor names; None where it names none, then everything is read again."""
        try:
            first_line, offset, length, last_bytes, inside = json.loads(cursor)
            return cls(str(first_line), int(offset), int(length), str(last_bytes), bool(inside))
        except (ValueError, TypeError):
            return None


class _File(NamedTuple):
    path: Path
    inode: int
    size: int
    changed: int


class _Moved(Exception):
    """The file under this name is not the one it was a moment ago; the next round finds out."""


class CdrFile:
    """Fits hotline_bridge.ports.Inlet: one paper of kind "cdr" for each complete line of `path`.

    `name` names the source in the store. `poll` is how many seconds `more` sleeps between looks, by `sleep`. With
    `history` the rotated files beside it are read as well when there is no cursor yet; else only the file itself.
    """

    def __init__(
        self, name: str, path: Path, poll: float, *,
        history: bool = True, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._name, self._path, self._poll, self._history, self._sleep = name, path, poll, history, sleep
        self._seen: tuple[_File, ...] | None = None

    @property
    def name(self) -> str:
        """The source in the store."""
        return self._name

    async def waiting(self, cursor: str) -> AsyncIterator[CdrPaper]:
        """Yield the complete lines behind `cursor`, oldest first; a line still being written waits for its end.

        A file that is not there yet holds no lines. OSError where it cannot be read.
        """
        self._seen = await asyncio.to_thread(_steady, self._path)
        files, place = await asyncio.to_thread(self._unread, self._seen, Place.read(cursor))
        try:
            for file in files:
                finished = file is not files[-1] and files[-1].size > 0
                async for paper in _papers(file, place, finished):
                    yield paper
                place = None
        except (_Moved, FileNotFoundError):
            self._seen = None                            # something was renamed: the next round begins anew

    async def accepted(self, paper: object) -> None:
        """Nothing to do: the exchange keeps its file, the place is in the cursor."""

    async def more(self) -> None:
        """Return when the file, or one beside it, is not as the last reading found it; OSError when out of reach."""
        if self._seen is None:
            await self._sleep(self._poll)
            return
        while await asyncio.to_thread(_listed, self._path) == self._seen:
            await self._sleep(self._poll)

    def _unread(self, files: Sequence[_File], place: Place | None) -> tuple[Sequence[_File], Place | None]:
        """The files from the one that holds the place on; where none does, all of them from their beginnings."""
        if place is None:
            return (files if self._history else [file for file in files if file.path == self._path]), None
        for at, file in reversed(list(enumerate(files))):
            if _is_at(file, place):
                return files[at:], place
        return files, None


async def _papers(file: _File, place: Place | None, finished: bool) -> AsyncIterator[CdrPaper]:
    """The lines of one file behind the place. A compressed file that is broken ends where it breaks."""
    while True:
        try:
            papers, following = await asyncio.to_thread(_read, file, place, finished)
        except _BROKEN:
            return                                       # half compressed: its original still stands beside it
        for paper in papers:
            yield paper
        if following == place:
            return
        place = following


def _listed(path: Path) -> tuple[_File, ...]:
    """The file and the rotated ones beside it, oldest first, itself last."""
    found = []
    try:
        entries = list(os.scandir(path.parent))
    except FileNotFoundError:
        return ()
    for entry in entries:
        rest = entry.name.removeprefix(path.name)
        if entry.name == path.name or (rest != entry.name and _ROTATED.fullmatch(rest)):
            try:
                stat = entry.stat()
            except FileNotFoundError:
                continue
            if not modes.S_ISREG(stat.st_mode):
                if entry.name == path.name:              # a pipe would hold the thread that opens it, for ever
                    raise OSError(f"{path} is no ordinary file; correct cdr.file, it is the file the exchange appends to")
                continue
            found.append((_age(rest), _File(path.parent / entry.name, stat.st_ino, stat.st_size, stat.st_mtime_ns)))
    return tuple(file for _, file in sorted(found))


def _age(rest: str) -> tuple[int, int, str]:
    """Sort key, oldest first: dated suffixes by date, counted ones from the highest, the file itself last."""
    digits = "".join(re.findall("[0-9]", rest))
    if not digits:
        return (2, 0, "")
    return (1, -int(digits), rest) if len(digits) < 5 else (0, 0, digits)


def _steady(path: Path) -> tuple[_File, ...]:
    """The list as it stands while nobody renames: logrotate moves one file after the other."""
    before = _listed(path)
    for _ in range(_STEADY_TRIES):
        again = _listed(path)
        if [(file.path, file.inode) for file in again] == [(file.path, file.inode) for file in before]:
            return again
        before = again
    return before


def _open(file: _File) -> BinaryIO:
    if file.path.suffix == ".gz":
        return cast("BinaryIO", gzip.open(file.path, "rb"))
    return file.path.open("rb")


def _is_at(file: _File, place: Place) -> bool:
    try:
        with _open(file) as stream:
            return _holds(stream, place)
    except (FileNotFoundError, *_BROKEN):
        return False


def _holds(stream: BinaryIO, place: Place) -> bool:
    """Whether this is the file of the place, read at least as far."""
    if _first_line(stream) != place.first_line:
        return False
    stream.seek(place.offset - place.length)
    return _digest(stream.read(place.length)) == place.last_bytes


def _first_line(stream: BinaryIO) -> str:
    """Digest of the first line, or of the first 4 KiB of a long one; what there is of a line not yet ended."""
    stream.seek(0)
    return _digest(stream.read(_FIRST_LINE).partition(b"\n")[0])


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:32]


def _read(file: _File, place: Place | None, finished: bool) -> tuple[list[CdrPaper], Place | None]:
    """The next lines of a file and the place behind them; the same place again where there are none.

    _Moved where the file changed its identity before or while it was read, for then the lines are not to be trusted.
    """
    with _open(file) as stream:
        first_line = _first_line(stream)
        if place is not None and not _holds(stream, place):
            raise _Moved
        offset = place.offset if place else 0
        stream.seek(offset)
        chunk = stream.read(LONGEST_LINE + 1)
        if os.fstat(stream.fileno()).st_ino != file.inode or _was_cut(stream, first_line, offset, chunk):
            raise _Moved
    inside = place is not None and place.inside
    papers = []
    for line in _lines(chunk, finished=finished):
        offset += len(line)
        last = line[-_LAST_BYTES:]
        place = Place(first_line, offset, len(last), _digest(last), len(line) == LONGEST_LINE and last[-1:] != b"\n")
        if line.strip(b"\r\n") and not inside:
            papers.append(_paper(line, place, offset - len(line)))
        inside = place.inside
    return papers, place


def _was_cut(stream: BinaryIO, first_line: str, offset: int, chunk: bytes) -> bool:
    """Whether the file was emptied under our hands (copytruncate)."""
    if _first_line(stream) != first_line and b"\n" in chunk:
        return True
    stream.seek(max(offset, offset + len(chunk) - _LAST_BYTES))
    return stream.read(min(len(chunk), _LAST_BYTES)) != chunk[-_LAST_BYTES:]


def _lines(chunk: bytes, *, finished: bool) -> list[bytes]:
    """The complete lines; one without an end only where it is too long to wait for, or where nobody will end it."""
    *complete, rest = chunk.split(b"\n")
    lines = [line + b"\n" for line in complete]
    at_end = len(chunk) <= LONGEST_LINE
    if rest and (finished if at_end else not lines):
        lines.append(rest[:LONGEST_LINE])
    return lines


def _paper(line: bytes, place: Place, offset: int) -> CdrPaper:
    body = line.rstrip(b"\r\n")
    key = _digest(place.first_line.encode(), str(offset).encode(), body)
    return CdrPaper(key, body + CUT_MARK if place.inside else body, place.written())
