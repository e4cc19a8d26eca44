"""The voice in a process of its own: espeak-ng may block, crash or print; here it harms nobody.

A program, run by its path: one JSON line in ({id, text, out, rate}), one out ({id, ok, seconds} or {id, ok, why}), after
a first line that says whether there is a voice at all. It ends with its standard input.

It speaks through pyttsx3's own binding of espeak-ng, and leaves its engine aside: that one asks for the sound in the
background, and on a busy machine now and then (once in 600 texts) hands over an empty file, or one without its end. Here
espeak-ng is asked to return when it has spoken. Its plain Mandarin voice (`sit/cmn`) reads most syllables as English in
1.51; `sit/cmn-latn-pinyin` is the one that speaks Chinese (routing.pronouncing).
"""

import ctypes
import json
import os
import sys
import wave
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TextIO

VOICE = "sit/cmn-latn-pinyin"
TELEPHONE = 8000            # samples a second; with one channel and 16 bit all that Asterisk takes for .wav
HEADER = 44                 # bytes before the first sample: RIFF, fmt and data, and no other chunk
LONGEST_REASON = 200
Say = Callable[[str, str, int], float]


def the_voice() -> Say:
    """Start the engine; what it returns writes one text into one file. Whatever goes wrong is raised: the caller tells."""
    import soxr
    from numpy import frombuffer
    from pyttsx3.drivers import _espeak as espeak

    pieces: list[bytes] = []

    def hear(samples: Any, count: int, _events: object) -> int:  # noqa: ANN401 (a pointer of ctypes)
        if count > 0:
            pieces.append(ctypes.string_at(samples, count * 2))
        return 0                # go on

    rate_of = espeak.Initialize(espeak.AUDIO_OUTPUT_SYNCHRONOUS, 0)
    if rate_of <= 0:
        raise RuntimeError("espeak-ng cannot be initialized; is espeak-ng-data installed?")
    espeak.SetSynthCallback(hear)
    if espeak.SetVoiceByName(VOICE.encode()):
        raise LookupError(f"espeak-ng has no voice {VOICE}")

    def say(text: str, out: str, rate: int) -> float:
        pieces.clear()
        espeak.SetParameter(espeak.RATE, rate, 0)
        if espeak.Synth(text.encode(), flags=espeak.ENDPAUSE | espeak.CHARS_UTF8):
            raise RuntimeError("espeak-ng refuses the text")
        espeak.Synchronize()
        if not pieces:
            raise RuntimeError("no sound came")
        return _write(soxr.resample(frombuffer(b"".join(pieces), "<i2"), rate_of, TELEPHONE).astype("<i2").tobytes(), Path(out))

    return say


def _write(samples: bytes, out: Path) -> float:
    """Lay the sound down whole or not at all; its length in seconds."""
    draft = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with wave.open(str(draft), "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(TELEPHONE)
            sound.writeframes(samples)
        draft.chmod(0o644)      # the exchange runs as somebody else; nothing of a customer is in it (P-6)
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
    return len(samples) / 2 / TELEPHONE


def answer(say: Say, asked: Mapping[str, Any]) -> Mapping[str, object]:
    """What became of one text."""
    try:
        return {"id": asked["id"], "ok": True, "seconds": say(asked["text"], asked["out"], asked["rate"])}
    except Exception as error:  # noqa: BLE001 (whatever the library does, the next text may be said)
        return {"id": asked["id"], "ok": False, "why": _why(error)}


def _why(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:LONGEST_REASON]


def _tell(out: TextIO, line: Mapping[str, object]) -> None:
    out.write(json.dumps(line) + "\n")
    out.flush()


def main() -> int:
    """Say what is asked for until nobody asks any more."""
    told = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)                       # what the driver prints goes where nobody reads it
    try:
        say = the_voice()
    except Exception as error:  # noqa: BLE001 (no library, no data, no voice: told, and left to the other side)
        _tell(told, {"ready": False, "why": _why(error)})
        return 1
    _tell(told, {"ready": True})
    for line in sys.stdin:
        _tell(told, answer(say, json.loads(line)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
