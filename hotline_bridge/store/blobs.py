"""Large bodies as files named by their hash: the file is safe on the disk before its row is."""

import hashlib
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
