"""Real sound files, made by the real sox and ffmpeg: a spoken-like tone in what telephone systems write."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.servers.running import program

TONE = ("synth", "3", "sine", "300-900", "gain", "-6")
#: Name of the file, and what sox is told to write.
SOX = {
    "pcm.wav": ("-r", "8000", "-c", "1", "-b", "16", "-e", "signed-integer"), "alaw.wav": ("-r", "8000", "-c", "1", "-e", "a-law"),
    "ulaw.wav": ("-r", "8000", "-c", "1", "-e", "u-law"), "gsm.WAV": ("-r", "8000", "-c", "1", "-e", "gsm-full-rate", "-t", "wav"),
    "bare.gsm": ("-r", "8000", "-c", "1"), "bare.ulaw": ("-r", "8000", "-c", "1", "-t", "ul"), "bare.alaw": ("-r", "8000", "-c", "1", "-t", "al"),
    "bare.sln": ("-r", "8000", "-c", "1", "-b", "16", "-e", "signed-integer", "-t", "raw"), "legs.wav": ("-r", "8000", "-c", "2", "-b", "16"),
    "tone.flac": ("-r", "8000", "-c", "1"), "tone.ogg": ("-r", "8000", "-c", "1"), "tone.au": ("-r", "8000", "-c", "1"),
}
FFMPEG = {
    "tone.mp3": ("-c:a", "libmp3lame", "-b:a", "16k"), "tone.m4a": ("-c:a", "aac"), "tone.opus": ("-c:a", "libopus"), "tone.wma": ("-c:a", "wmav2"),
    "adpcm.wav": ("-c:a", "adpcm_ima_wav"),
}
#: A second of silence in AMR: 50 frames of 12.2 kbit/s (RFC 4867); Debian's ffmpeg reads it and writes none.
AMR = b"#!AMR\n" + (b"\x3c" + b"\x00" * 31) * 150


def make(folder: Path, name: str) -> Path:
    """A file of three seconds of this name."""
    path = folder / name
    if name == "tone.amr":
        path.write_bytes(AMR)
    elif name in SOX:
        subprocess.run([program("sox"), "-n", *SOX[name], path, *TONE], check=True, capture_output=True)
    else:
        source = make(folder, "pcm.wav")
        subprocess.run([program("ffmpeg"), "-nostdin", "-v", "error", "-i", source, *FFMPEG[name], "-y", path], check=True, capture_output=True)
    return path


def pcm(seconds: float, hertz: int = 8000) -> bytes:
    """A WAV of silence of so many seconds, as MixMonitor writes them."""
    length = int(seconds * hertz) * 2
    return b"RIFF" + (36 + length).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little") + b"\x01\0\x01\0" + hertz.to_bytes(4, "little") + (
        hertz * 2).to_bytes(4, "little") + b"\x02\0\x10\0data" + length.to_bytes(4, "little") + b"\x01\0" * (length // 2)


@asynccontextmanager
async def unframed(answers: list[bytes]) -> AsyncIterator[str]:
    """An HTTP server that tells no length and just closes: the beginning of its addresses. Its answers one after the other, the last for ever."""
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.0 200 OK\r\nContent-Type: audio/wav\r\n\r\n" + (answers.pop(0) if len(answers) > 1 else answers[0]))
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
