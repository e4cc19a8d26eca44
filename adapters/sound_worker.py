"""A process of its own that turns one sound file into a WAV every browser plays: a hostile file ends this and nothing else.

`python -m adapters.sound_worker CODEC OUT` reads standard input, which must be a file. Exit code 3: it is no sound.
"""

import resource
import sys
from typing import Any

BLOCK = 65_536                      # frames at a time
MEMORY, PROCESSOR, LARGEST = 2 << 30, 120, 1 << 30      # bytes, seconds, bytes
NO_SOUND = 3
#: Files without a header, as libsndfile is to take them.
BARE = {"ulaw": ("ULAW", 8000), "alaw": ("ALAW", 8000), "sln": ("PCM_16", 8000), "sln16": ("PCM_16", 16000), "gsm": ("GSM610", 8000)}


def main(codec: str, out: str) -> int:
    """Convert; the exit code."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR, PROCESSOR))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, LARGEST))
    import soundfile

    raw: dict[str, Any] = {}
    if codec in BARE:
        subtype, hertz = BARE[codec]
        raw = {"format": "RAW", "subtype": subtype, "samplerate": hertz, "channels": 1, "endian": "LITTLE" if subtype == "PCM_16" else "FILE"}
    try:
        with soundfile.SoundFile(0, "r", closefd=False, **raw) as heard, soundfile.SoundFile(
            out, "w", samplerate=heard.samplerate, channels=heard.channels, format="WAV", subtype="PCM_16",
        ) as written:
            while len(block := heard.read(BLOCK, dtype="int16", always_2d=True)):
                written.write(block)
    except soundfile.SoundFileError:
        return NO_SOUND
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
