"""Recordings on the disk: below one folder only, whatever a reference says."""

import errno
import hashlib
import io
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from adapters.formats.sound import HEAD, HEADER_ONLY
from adapters.recordings.draft import Taken

OUTSIDE = "录音路径指向录音目录之外，拒绝读取；录音目录见配置 recordings、recording.folder_there / the path leads out of the folder `recordings`; see recordings and recording.folder_there"
AWAY = "录音目录不可达，可能未挂载 / the folder `recordings` cannot be reached; is it mounted?"
NO_FILE = "录音路径不是普通文件 / the path names no ordinary file"


@dataclass(frozen=True, slots=True)
class Glance:
    """A file without a look inside: its size, and when it was last written (seconds since 1970)."""

    size: int
    modified: float


@dataclass(frozen=True, slots=True)
class Disk:
    """The folder of recordings, and how exchanges call it (`there`): what a path of theirs begins with is cut off."""

    folder: Path | None
    there: tuple[str, ...] = ()

    def sha256(self, reference: str) -> str:
        """The hash of a recording in hex; "" where there is none of ours, or none with sound in it. OSError where it is closed to us."""
        try:
            with self.open(reference) as file:
                if os.fstat(file.fileno()).st_size <= HEADER_ONLY:
                    return ""
                return hashlib.file_digest(file, "sha256").hexdigest()
        except (FileNotFoundError, ValueError):
            return ""

    def glance(self, reference: str) -> Glance:
        """Size and age; FileNotFoundError, OSError, ValueError as `open`."""
        with self.open(reference) as file:
            found = os.fstat(file.fileno())
        return Glance(found.st_size, found.st_mtime)

    def take(self, reference: str) -> Taken:
        """Hash the whole file, a piece at a time: its size does not matter. BlockingIOError where it changed meanwhile."""
        with self.open(reference) as file:
            before = os.fstat(file.fileno())
            head = file.read(HEAD)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            after = os.fstat(file.fileno())
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise BlockingIOError(errno.EAGAIN, "录音还在写入 / it is still being written")
        return Taken(after.st_size, digest, head)

    def open(self, reference: str) -> io.BufferedReader:
        """Open the file a reference names.

        FileNotFoundError where there is none (nor a folder), ValueError where the reference leads out of the folder or
        names no ordinary file, OSError where it is closed to us, of errno EHOSTUNREACH where the folder itself is not there.
        """
        try:
            return self._opened(reference)
        except (RuntimeError, NotADirectoryError):      # links that go in a circle; a file in a folder's place
            raise ValueError(NO_FILE) from None
        except OSError as error:
            if error.errno in {errno.ENAMETOOLONG, errno.ELOOP}:
                raise ValueError(NO_FILE) from None
            raise

    def _opened(self, reference: str) -> io.BufferedReader:
        if self.folder is None:
            raise FileNotFoundError(errno.ENOENT, "未配置录音目录 recordings / no folder `recordings` is configured")
        root = self.folder.resolve()
        path = self._path(root, reference)
        if not root.is_dir():       # a share that is not mounted says nothing of the files on it
            raise OSError(errno.EHOSTUNREACH, AWAY)
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)      # a pipe must hold up nobody
        # what was put in its place between the look and the opening is not taken either
        if not stat.S_ISREG(os.fstat(handle).st_mode) or Path(os.path.realpath(path)) != path:
            os.close(handle)
            raise ValueError(NO_FILE)
        return os.fdopen(handle, "rb")

    def _path(self, root: Path, reference: str) -> Path:
        if not reference or "\0" in reference or any("\ud800" <= c <= "\udfff" for c in reference):
            raise ValueError(NO_FILE)
        inside = self._cut(reference)
        if ".." in reference.split("/"):        # not even where it comes back: what a name says must be what is opened
            raise ValueError(OUTSIDE)
        path = (root / inside).resolve()
        if inside.endswith(".wav49") and not path.exists():     # MixMonitor writes them as .WAV, and says so to nobody
            path = (root / f"{inside.removesuffix('.wav49')}.WAV").resolve()
        if not path.is_relative_to(root) or path == root:
            raise ValueError(OUTSIDE)
        if path.is_symlink():       # what `resolve` gives up on: a circle
            raise ValueError(NO_FILE)
        return path

    def _cut(self, reference: str) -> str:
        """The reference relative to the folder, where it begins with the folder as an exchange sees it."""
        for there in self.there:
            if reference.startswith(there.rstrip("/") + "/"):
                return reference[len(there.rstrip("/")) + 1:].lstrip("/")
        return reference
