"""Large bodies as files named by their hash: the file is safe on the disk before its row is."""

import hashlib
import io
import os
import threading
from pathlib import Path


class Blobs:
    """A folder of content-addressed files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, body: bytes) -> str:
        """Keep the bytes and return their SHA-256 in hex; OSError where the disk refuses."""
        name = hashlib.sha256(body).hexdigest()
        place = self._place(name)
        if place.exists():
            return name
        if not place.parent.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            self._settle(self._folder)
        draft = place.with_name(f".{name}.{os.getpid()}.{threading.get_ident()}")
        with draft.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(place)
        self._settle(place.parent)
        return name

    @property
    def folder(self) -> Path:
        """Where drafts of large bodies belong: on the same disk, so that they are adopted by a rename."""
        return self._folder

    def adopt(self, draft: Path, name: str) -> str:
        """Take a finished draft, safe on the disk and hashed already, for the file of this hash; returns the hash."""
        place = self._place(name)
        if place.exists():
            draft.unlink()
            return name
        if not place.parent.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            self._settle(self._folder)
        draft.replace(place)
        self._settle(place.parent)
        return name

    def open(self, name: str) -> io.BufferedReader:
        """The file of this hash, opened for reading."""
        return self._place(name).open("rb")

    def get(self, name: str) -> bytes:
        """Return the bytes of this hash."""
        return self._place(name).read_bytes()

    def _place(self, name: str) -> Path:
        return self._folder / name[:2] / name

    @staticmethod
    def _settle(folder: Path) -> None:
        """Make the new name survive a power cut too."""
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
