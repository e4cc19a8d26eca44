"""What browsers cannot play, as a WAV they can: in a process of its own, kept by the hash of the original, within bounds."""

import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from routing.papers import Unreadable

LIBSNDFILE = frozenset({"pcm", "alaw", "ulaw", "gsm", "sln", "sln16", "float", "ima-adpcm", "ms-adpcm", "g721", "au", "aiff", "caf", "voc", "w64", "vorbis", "opus", "mp3", "flac"})
WITHIN = 120.0          # seconds for one conversion
AT_ONCE = 2             # conversions at a time: the machine has other work
KEPT = 2 << 30          # bytes of converted copies
LARGEST = 1 << 30
#: ffmpeg takes what its demuxers of these names read, from standard input alone: no playlist leads it anywhere.
DEMUXERS = "wav,amr,asf,mp3,ogg,flac,mov,matroska,aac,w64,g729,g722"


@dataclass(frozen=True, slots=True)
class Converter:
    """Where the copies lie, and the ffmpeg that is used where libsndfile does not know a codec (None: there is none)."""

    folder: Path
    ffmpeg: Path | None = None
    kept: int = KEPT
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def wav(self, source: BinaryIO, sha256: str, codec: str) -> Path:
        """The path of the recording as a 16-bit PCM WAV; made once for each hash.

        Unreadable, with the cure, where nothing here knows the codec or the file is broken; OSError where the disk refuses.
        """
        place = self.folder / f"{sha256}.wav"
        async with self._turns:
            if place.exists():
                os.utime(place)         # the least heard goes first
                return place
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, name = tempfile.mkstemp(prefix=".", suffix=".wav", dir=self.folder)
            os.close(handle)
            try:
                await self._made(self._command(codec, name), source)
                os.replace(name, place)  # noqa: PTH105 (nothing waits for a rename)
            finally:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(name)  # noqa: PTH108 (nor for this)
            await asyncio.to_thread(self._make_room, place)
        return place

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

    async def _made(self, command: Sequence[str], source: BinaryIO) -> None:
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
        if code:
            msg = "录音无法转换，文件可能已损坏；可下载原文件 / the recording cannot be converted, it may be broken; fetch the file as it is"
            raise Unreadable(msg)

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


_HOME = Path(__file__).parents[2]       # where `adapters` is found, installed or not


def _bare_environment() -> dict[str, str]:
    """Nothing of ours that a program at a stranger's bytes need know: no secret out of the environment."""
    return {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH", "VIRTUAL_ENV") if name in os.environ}


def ffmpeg() -> Path | None:
    """The ffmpeg of this machine."""
    found = shutil.which("ffmpeg")
    return Path(found) if found else None
