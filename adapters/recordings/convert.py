"""What browsers cannot play, as a WAV they can: in a process of its own, kept by the hash of the original, within bounds."""

import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from weakref import WeakValueDictionary

from routing.papers import Unreadable

LIBSNDFILE = frozenset({"pcm", "alaw", "ulaw", "gsm", "sln", "sln16", "float", "ima-adpcm", "ms-adpcm", "g721", "au", "aiff", "caf", "voc", "w64", "vorbis", "opus", "mp3", "flac"})
WITHIN = 120.0          # seconds for one conversion
AT_ONCE = 2             # conversions at a time: the machine has other work
KEPT = 2 << 30          # bytes of converted copies
LARGEST = 1 << 30
HOPELESS = 600.0        # seconds for which one that could not be converted is not tried again
BROKEN = "录音无法转换，文件可能已损坏；可下载原文件 / the recording cannot be converted, it may be broken; fetch the file as it is"
#: ffmpeg takes what its demuxers of these names read, from standard input alone: no playlist leads it anywhere.
DEMUXERS = "wav,amr,asf,mp3,ogg,flac,mov,matroska,aac,w64,g729,g722"


@dataclass(frozen=True, slots=True)
class Converter:
    """Where the copies lie, and the ffmpeg that is used where libsndfile does not know a codec (None: there is none)."""

    folder: Path
    ffmpeg: Path | None = None
    kept: int = KEPT
    clock: Callable[[], float] = time.monotonic
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _under_way: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)     # a hash is converted by one at a time
    _failed: dict[str, float] = field(default_factory=dict)     # hashes that could not be, and until when that is believed

    async def wav(self, source: BinaryIO, sha256: str, codec: str) -> Path:
        """The path of the recording as a 16-bit PCM WAV; made once for each hash.

        Unreadable, with the cure, where nothing here knows the codec or the file is broken; OSError where the disk refuses.
        """
        place = self.folder / f"{sha256}.wav"
        if _heard(place):               # who wants what is there already waits for no turn
            return place
        self._command(codec, "")        # what nothing here plays is said at once
        one = self._under_way.setdefault(sha256, asyncio.Lock())
        async with one:
            if _heard(place):
                return place
            if self._failed.get(sha256, 0.0) > self.clock():
                raise Unreadable(BROKEN)
            async with self._turns:
                await self._convert(source, sha256, codec, place)
        return place

    async def _convert(self, source: BinaryIO, sha256: str, codec: str, place: Path) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(prefix=".", suffix=".wav", dir=self.folder)
        os.close(handle)
        try:
            command = self._command(codec, name)
            if not await self._made(command, source):
                self._give_up(sha256)
                raise Unreadable(BROKEN)
            os.replace(name, place)  # noqa: PTH105 (nothing waits for a rename)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)  # noqa: PTH108 (nor for this)
        await asyncio.to_thread(self._make_room, place)

    def _give_up(self, sha256: str) -> None:
        """Remember for a while that this one cannot be converted: who asks again must not occupy the others' turns."""
        now = self.clock()
        for old in [one for one, until in self._failed.items() if until <= now]:
            del self._failed[old]
        self._failed[sha256] = now + HOPELESS

    def _command(self, codec: str, out: str) -> Sequence[str]:
        if codec in LIBSNDFILE:
            return (sys.executable, "-m", "adapters.sound_worker", codec, out)
        if self.ffmpeg is None:
            msg = f"编码 {codec} 需安装 ffmpeg 才能试听；或下载原文件收听 / nothing here plays {codec}: install ffmpeg, or fetch the file as it is and play it elsewhere"
            raise Unreadable(msg)
        return (
            str(self.ffmpeg), "-nostdin", "-v", "error", "-protocol_whitelist", "pipe,file", "-format_whitelist", DEMUXERS, "-i", "pipe:0",
            "-vn", "-sn", "-dn", "-map_metadata", "-1", "-bitexact", "-c:a", "pcm_s16le", "-fs", str(LARGEST), "-f", "wav", "-y", f"file:{out}",
        )

    async def _made(self, command: Sequence[str], source: BinaryIO) -> bool:
        """Run the program; False where it failed, or took too long."""
        source.seek(0)
        nothing = asyncio.subprocess.DEVNULL
        running = await asyncio.create_subprocess_exec(*command, stdin=source, stdout=nothing, stderr=nothing, cwd=_HOME, env=_bare_environment())
        try:
            async with asyncio.timeout(WITHIN):
                code = await running.wait()
        except TimeoutError:
            code = -1
        finally:
            if running.returncode is None:
                running.kill()
                await running.wait()
        return code == 0

    def _make_room(self, newest: Path) -> None:
        """Let the copies that were not heard for longest go, until all lie within the bound."""
        copies = []
        for one in self.folder.glob("*.wav"):
            with contextlib.suppress(FileNotFoundError):
                found = one.stat()
                copies.append((found.st_mtime, found.st_size, one))
        total = sum(size for _, size, _ in copies)
        for _, size, one in sorted(copies):
            if total <= self.kept or one == newest:
                break
            one.unlink(missing_ok=True)
            total -= size


def _heard(place: Path) -> bool:
    """Whether a copy is there; it is marked as heard now, for the least heard goes first."""
    try:
        os.utime(place)
    except FileNotFoundError:
        return False
    return True


_HOME = Path(__file__).parents[2]       # where `adapters` is found, installed or not


def _bare_environment() -> dict[str, str]:
    """Nothing of ours that a program at a stranger's bytes need know: no secret out of the environment."""
    return {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH", "VIRTUAL_ENV") if name in os.environ}


def ffmpeg() -> Path | None:
    """The ffmpeg of this machine."""
    found = shutil.which("ffmpeg")
    return Path(found) if found else None
