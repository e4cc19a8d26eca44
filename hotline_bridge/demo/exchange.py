"""The telephone exchange of the story: call records as Asterisk's cdr_csv writes them (21 columns), and recordings."""

import csv
import io
import wave
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

_RATE = 8000                            # samples a second, as telephones have it
_RINGS = timedelta(seconds=9)


@dataclass(frozen=True, slots=True)
class Ring:
    """One call to the hotline: who called, which seat spoke, from when to when."""

    call_id: str
    caller: str
    seat: str
    started: datetime
    ended: datetime

    @property
    def recording(self) -> str:
        """Where its recording lies, below the folder of recordings."""
        return f"{self.started:%Y/%m/%d}/q-95580-{self.caller}-{self.started:%Y%m%d-%H%M%S}-{self.call_id}.wav"


def append_rows(file: Path, ring: Ring) -> int:
    """Append the call's rows as the exchange does at its end; returns how many. Empty dates have no quotes."""
    answered = ring.started + _RINGS
    trunk, phone = f"PJSIP/trunk-{ring.call_id[-8:].replace('.', '0')}", f"PJSIP/{ring.seat}-0000000a"
    rows = [
        _row(ring, 0, (trunk, "", "Queue", "complaints,t,,,60"), (ring.started, ring.started, answered), "ANSWERED", ""),
        _row(ring, 1, (trunk, phone, "Queue", "complaints,t,,,60"), (answered, answered, ring.ended), "ANSWERED", f"95580;{ring.recording}"),
        _row(ring, 2, (trunk, "", "Hangup", ""), (ring.ended, ring.ended, ring.ended), "ANSWERED", ""),
    ]
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n").writerows(rows)
    with file.open("a", encoding="utf-8") as stream:
        stream.write(text.getvalue())
    return len(rows)


def _row(ring: Ring, sequence: int, channels: tuple[str, str, str, str], times: tuple[datetime, datetime, datetime], result: str, userfield: str) -> list[str | int]:
    start, answer, end = (f"{moment:%Y-%m-%d %H:%M:%S}" for moment in times)
    return [
        "", ring.caller, "95580", "from-trunk", f'"{ring.caller}" <{ring.caller}>', *channels, start, answer, end,
        int((times[2] - times[0]).total_seconds()), int((times[2] - times[1]).total_seconds()), result, "DOCUMENTATION",
        ring.call_id, userfield, "", ring.call_id, sequence,
    ]


def record(folder: Path, ring: Ring) -> Path:
    """Leave the call's recording, a second of silence; returns its file."""
    path = folder / ring.recording
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(_RATE)
        sound.writeframes(bytes(2 * _RATE))
    return path
