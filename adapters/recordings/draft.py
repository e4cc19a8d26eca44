"""What is fetched lies in a file beside its future place until it is whole and safe on the disk."""

import asyncio
import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from adapters.formats.sound import HEAD

PIECE = 1 << 20         # bytes that are gathered before the disk is asked
NAME = ".recording."


@dataclass(frozen=True, slots=True)
class Taken:
    """A recording that was seen whole: size, SHA-256 in hex, first bytes; `draft` is the copy of one that lay elsewhere.

    `cut`: the connection ended before the file did.
    """

    size: int
    sha256: str
    head: bytes
    draft: Path | None = None
    cut: bool = False


class TooLarge(ValueError):
    """More bytes than recording.largest allows."""

    def __init__(self, largest: int) -> None:
        super().__init__(f"录音超过 {largest} 字节 / the recording is larger than recording.largest, {largest} bytes; raise it if such are meant to be fetched")


@dataclass(slots=True)
class Draft:
    """A file under way; it never holds more than `largest` bytes."""

    path: Path
    largest: int
    _file: BinaryIO
    _size: int = 0
    _head: bytes = b""
    _waiting: bytearray = field(default_factory=bytearray)
    _hash: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    async def add(self, piece: bytes) -> None:
        """Write some more; TooLarge where it is too much."""
        self._size += len(piece)
        if self._size > self.largest:
            raise TooLarge(self.largest)
        if len(self._head) < HEAD:
            self._head += piece[:HEAD - len(self._head)]
        self._waiting += piece
        if len(self._waiting) >= PIECE:
            await asyncio.to_thread(self._write)

    async def finish(self) -> Taken:
        """Make it safe on the disk."""
        await asyncio.to_thread(self._settle)
        return Taken(self._size, self._hash.hexdigest(), self._head, self.path)

    def _write(self) -> None:
        self._hash.update(self._waiting)
        self._file.write(self._waiting)
        self._waiting.clear()

    def _settle(self) -> None:
        self._write()
        self._file.flush()
        os.fsync(self._file.fileno())


def sweep(folder: Path, before: float) -> int:
    """Take away drafts that a program which was killed has left, last written before this time (seconds since 1970); returns how many."""
    left = [one for one in folder.glob(f"{NAME}*") if one.stat().st_mtime < before]
    for one in left:
        one.unlink(missing_ok=True)
    return len(left)


@contextlib.contextmanager
def draft(folder: Path, largest: int) -> Iterator[Draft]:
    """A draft in `folder`; gone again where the block fails."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(prefix=NAME, dir=folder)
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield Draft(path, largest, file)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
