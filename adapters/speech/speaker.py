"""The asyncio side of the voice: one process, one text at a time, sounds kept by what they say."""

import asyncio
import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.speech import worker

LONGEST_TEXT = 2_000        # characters; at a telephone's pace more than six minutes
KEPT = 2_000                # sounds in the folder; a chase call is half a megabyte
IN_USE = 6 * 3600.0         # seconds for which a sound that was asked for stays, however many there are
CURE = "install espeak-ng (Debian: apt-get install espeak-ng espeak-ng-data); until then calls are left to people"
_PROGRAM = (sys.executable, "-I", worker.__file__)
_MAKE = 1                   # part of a sound's name: raised when the same text would sound otherwise


class Dumb(OSError):
    """The voice said nothing; the text says why and what to do."""


@dataclass
class Speaker:
    """A voice whose sounds lie in a folder; `seconds` is how long it may take for one text. Not for use in two event loops."""

    folder: Path
    rate: int = 160
    seconds: float = 20.0
    kept: int = KEPT
    program: Sequence[str] = _PROGRAM
    _process: asyncio.subprocess.Process | None = field(default=None, init=False, repr=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False, repr=False)
    _asked: int = field(default=0, init=False, repr=False)

    async def sound(self, text: str) -> Path:
        """The file in which the voice says this text (routing.pronouncing): 8 kHz, mono, 16 bit, a bare header.

        The same text is said once and kept. ValueError where there is nothing to say, or too much; Dumb where the voice
        does not speak: not installed, ended, or silent for too long. A text behind others waits for its turn.
        """
        words = " ".join(text.split())
        if not any(sign.isalnum() for sign in words):
            raise ValueError("there is nothing to say: the text has no word in it")
        if len(words) > LONGEST_TEXT:
            raise ValueError(f"the text has {len(words)} characters; at most {LONGEST_TEXT} are said")
        path = self.folder / f"{self._name(words)}.wav"
        if _whole(path):
            return path
        async with self._turn:
            if not _whole(path):        # whoever was before us may have asked for the same
                await asyncio.to_thread(self._room)
                await self._say(words, path)
        return path

    async def close(self) -> None:
        """End the process."""
        async with self._turn:
            await self._end()

    def _name(self, words: str) -> str:
        return hashlib.sha256(f"{_MAKE}|{worker.VOICE}|{self.rate}|{words}".encode()).hexdigest()[:32]

    async def _say(self, words: str, path: Path) -> None:
        try:
            async with asyncio.timeout(self.seconds):
                process = await self._started()
                self._asked += 1
                answer = await _ask(process, {"id": self._asked, "text": words, "out": str(path), "rate": self.rate})
        except TimeoutError:
            await self._end()
            raise Dumb(f"the voice was silent for {self.seconds:g} s and was ended; it is started anew for the next text") from None
        except BaseException:           # cancelled too: what it would answer is the answer to something else by then
            await self._end()
            raise
        if not answer.get("ok") or answer.get("id") != self._asked:
            await self._end()           # after a failure the engine is not trusted: a later text may hang, or be said as this one
            raise Dumb(f"the voice failed: {answer.get('why') or 'it answered something else'}; is {self.folder} a folder this user may write, on a disk with space?")

    async def _started(self) -> asyncio.subprocess.Process:
        """The process, started where there is none; Dumb where there is no voice."""
        if self._process is not None and self._process.returncode is None:
            return self._process
        self._process = await asyncio.create_subprocess_exec(
            *self.program, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, start_new_session=True,
        )
        first = await _line(self._process)
        if not first.get("ready"):
            raise Dumb(f"there is no voice ({first.get('why') or 'its process ended'}); {CURE}")
        return self._process

    async def _end(self) -> None:
        """Nothing of the process lives on."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        if process.stdin is not None:
            process.stdin.close()

    def _room(self) -> None:
        """Make the folder, and room in it: what was asked for longest ago goes, but nothing a call may be playing."""
        if not self.folder.is_dir():
            self.folder.mkdir(parents=True, exist_ok=True)
            self.folder.chmod(0o755)    # the exchange looks in as somebody else, whatever our own mask
        sounds = sorted(((one.stat().st_mtime, one) for one in self.folder.glob("*.wav")), reverse=True)
        if len(sounds) < self.kept:
            return
        newest = sounds[0][0]
        for used, one in sounds[self.kept - 1:]:
            if newest - used > IN_USE:
                one.unlink(missing_ok=True)


def _whole(path: Path) -> bool:
    """Whether the sound is there, more than a header; it counts as used from now on."""
    try:
        if path.stat().st_size <= worker.HEADER:
            return False
        os.utime(path)
    except FileNotFoundError:
        return False
    except PermissionError:             # somebody else's, and good to play
        return True
    return True


async def _ask(process: asyncio.subprocess.Process, asked: Mapping[str, object]) -> Mapping[str, Any]:
    assert process.stdin is not None
    with contextlib.suppress(ConnectionError):      # it has ended: its missing answer says so
        process.stdin.write((json.dumps(asked) + "\n").encode())
        await process.stdin.drain()
    return await _line(process)


async def _line(process: asyncio.subprocess.Process) -> Mapping[str, Any]:
    assert process.stdout is not None
    line = await process.stdout.readline()
    try:
        told = json.loads(line)
    except ValueError:
        return {"why": "its process ended"}
    return told if isinstance(told, dict) else {}
