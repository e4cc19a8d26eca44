"""The loudspeaker at the centre: a program of the bank's that plays a sound file, e.g. aplay."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LONGEST_COMPLAINT = 200     # characters of what the program says that are told


@dataclass(frozen=True, slots=True)
class Loudspeaker:
    """Runs the program with the file's path behind its words; no shell ever sees either."""

    command: Sequence[str]
    timeout: float = 120.0

    async def play(self, sound: Path) -> None:
        """Play a file to its end; OSError where the program is missing, fails, or takes too long."""
        nothing = asyncio.subprocess.DEVNULL
        running = await asyncio.create_subprocess_exec(*self.command, str(sound), stdin=nothing, stdout=nothing, stderr=asyncio.subprocess.PIPE, start_new_session=True)
        try:
            async with asyncio.timeout(self.timeout):
                _, complaint = await running.communicate()
        except TimeoutError:
            raise OSError(f"{self.command[0]} was still playing after {self.timeout:g} s") from None
        finally:
            if running.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    running.kill()
                await running.wait()
        if running.returncode:
            said = complaint.decode("utf-8", "replace").strip()[:LONGEST_COMPLAINT]
            raise OSError(f"{self.command[0]} ended with {running.returncode}: {said}")
