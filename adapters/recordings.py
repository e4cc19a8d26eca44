"""Recordings on the disk: found below one folder only, and hashed."""

import errno
import hashlib
from dataclasses import dataclass
from pathlib import Path

HEADER_ONLY = 44        # bytes; what MixMonitor leaves of a call that was never bridged


@dataclass(frozen=True, slots=True)
class Recordings:
    """The folder the exchange writes to; without one, nothing is found."""

    folder: Path | None

    def sha256(self, reference: str) -> str:
        """The hash of a recording in hex; "" where it is not there, is not a file of ours, or holds no sound.

        OSError where it is there and closed to us.
        """
        try:
            return self._hash(reference)
        except RuntimeError:                    # links that go in a circle
            return ""
        except OSError as error:
            if error.errno in {errno.ENAMETOOLONG, errno.ELOOP}:
                return ""
            raise

    def _hash(self, reference: str) -> str:
        path = self._path(reference)
        if path is None or not path.is_file() or path.stat().st_size <= HEADER_ONLY:
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def _path(self, reference: str) -> Path | None:
        if self.folder is None or not reference or "\0" in reference:
            return None
        root = self.folder.resolve()
        path = (root / reference).resolve()
        return path if path.is_relative_to(root) else None
