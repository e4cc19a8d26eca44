"""Recordings: found below one folder only, or fetched from addresses that are listed; hashed, never changed."""

import asyncio
import io
from dataclasses import dataclass
from pathlib import Path

from adapters.formats.fetch_address import Address, allowed, is_address
from adapters.recordings.convert import Converter
from adapters.recordings.disk import Disk, Glance
from adapters.recordings.draft import Taken
from adapters.recordings.http import Http
from adapters.recordings.sftp import Sftp
from routing.papers import Unreadable

__all__ = ["Converter", "Disk", "Glance", "Http", "Recordings", "Sftp", "Taken"]


@dataclass(frozen=True, slots=True)
class Recordings:
    """The folder the exchange writes to (without one, nothing is found), and the ways to other machines."""

    folder: Path | None
    there: tuple[str, ...] = ()                 # the folder as exchanges see it
    entries: tuple[Address, ...] = ()           # beginnings of addresses that are fetched from
    http: Http | None = None
    sftp: Sftp | None = None
    converter: Converter | None = None

    @property
    def disk(self) -> Disk:
        """The folder."""
        return Disk(self.folder, self.there)

    def sha256(self, reference: str) -> str:
        """The hash of a recording in hex; "" where it is not there, is not a file of ours, or holds no sound.

        OSError where it is there and closed to us.
        """
        return "" if is_address(reference) else self.disk.sha256(reference)

    def searches(self, reference: str) -> bool:
        """Whether there is anywhere to look: a file without a folder is looked for in vain."""
        return self.folder is not None or is_address(reference)

    def glance(self, reference: str) -> Glance | None:
        """Size and age of a file of the folder; None for what lies elsewhere. Errors as `take`."""
        return None if is_address(reference) else self.disk.glance(reference)

    def open(self, reference: str) -> io.BufferedReader:
        """A file of the folder, opened for reading; errors as `take`."""
        return self.disk.open(reference)

    async def take(self, reference: str) -> Taken:
        """See the whole recording once: its size, its hash, its first bytes, and a copy where it lay elsewhere.

        FileNotFoundError where it is not there (yet), OSError where it cannot be reached or read, ValueError where it is
        refused for good: an address or a path that is not allowed, or too large. The text has the reason and the cure.
        """
        if not is_address(reference):
            return await asyncio.to_thread(self.disk.take, reference)
        address, _entry = allowed(reference, self.entries)
        way = self.sftp if address.scheme == "sftp" else self.http
        if way is None:
            msg = f"{address.scheme} 未配置 / no way to fetch by {address.scheme} is set up"
            raise ValueError(msg)
        return await way.take(reference)

    async def wav(self, source: io.BufferedReader, sha256: str, codec: str) -> Path:
        """The recording as a WAV that browsers play; errors as `Converter.wav`."""
        if self.converter is None:
            msg = "试听转换已关闭（recording.player） / converting is switched off: recording.player; fetch the file as it is"
            raise Unreadable(msg)
        return await self.converter.wav(source, sha256, codec)
