"""The loudspeaker at the centre: a program of the bank's that plays a sound file, e.g. aplay."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.programs import run_program


@dataclass(frozen=True, slots=True)
class Loudspeaker:
    """Runs the program with the file's path behind its words; no shell ever sees either."""

    command: Sequence[str]
    timeout: float = 120.0

    async def play(self, sound: Path) -> None:
        """Play a file to its end; OSError where the program is missing, fails, or takes too long."""
        await run_program([*self.command, str(sound)], self.timeout)
