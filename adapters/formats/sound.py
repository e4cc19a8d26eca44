"""What a sound file is, by its first bytes and its name: kind, codec, length; and whether a browser plays it (P-9.1)."""

import struct
from dataclasses import dataclass, replace

from routing.papers import Unreadable

HEADER_ONLY = 44        # bytes; what MixMonitor leaves of a call that was never bridged
HEAD = 65_536           # bytes that are enough to tell

_CODECS = {
    0x0001: "pcm", 0x0002: "ms-adpcm", 0x0003: "float", 0x0006: "alaw", 0x0007: "ulaw", 0x0011: "ima-adpcm", 0x0031: "gsm", 0x0040: "g721",
    0x0050: "mp2", 0x0055: "mp3", 0x0085: "g729", 0x0133: "g729", 0x0083: "g729", 0x0022: "truespeech", 0x0123: "g723", 0x0111: "g723",
}
_NEVER_WRITTEN = 0x7FFF0000     # sizes from here on stand where the writer could not go back: sox 0x7FFFF000, ffmpeg 0xFFFFFFFF
_EVEN = frozenset({"pcm", "float", "alaw", "ulaw"})       # every second has as many bytes as the header says
_LAST_WORDS = "不是可识别的声音文件 / no sound file that is known"
#: What a file begins with, where in it, and what it then is.
_SIGNS = (
    (0, b"#!AMR-WB\n", "audio/amr-wb", "amr-wb"), (0, b"#!AMR\n", "audio/amr", "amr"), (0, b"fLaC", "audio/flac", "flac"), (0, b"ID3", "audio/mpeg", "mp3"),
    (0, b".snd", "audio/basic", "au"), (0, b"caff", "audio/x-caf", "caf"), (4, b"ftyp", "audio/mp4", "aac"), (8, b"AIFF", "audio/aiff", "aiff"),
    (8, b"AIFC", "audio/aiff", "aiff"), (0, b"Creative Voice File", "audio/x-voc", "voc"), (0, b"\x1aE\xdf\xa3", "audio/webm", "webm"),
    (0, b"0&\xb2u\x8ef\xcf\x11", "audio/x-ms-wma", "wma"), (0, b"riff.\x91\xcf\x11", "audio/x-w64", "w64"),
)
#: Files without a header: what they are only their name says, and how many bytes make a second.
_BARE = {
    "ulaw": ("ulaw", 8000), "ul": ("ulaw", 8000), "pcmu": ("ulaw", 8000), "mu": ("ulaw", 8000), "alaw": ("alaw", 8000), "al": ("alaw", 8000), "pcma": ("alaw", 8000),
    "sln": ("sln", 16000), "slin": ("sln", 16000), "sln16": ("sln16", 32000), "gsm": ("gsm", 1650), "g729": ("g729", 1000), "g722": ("g722", 8000), "raw": ("sln", 16000),
}
_PLAYED = frozenset({("audio/wav", "pcm"), ("audio/mpeg", "mp3"), ("audio/flac", "flac"), ("audio/ogg", "opus"), ("audio/ogg", "vorbis"), ("audio/mp4", "aac"), ("audio/webm", "webm")})
_NO_SOUND = (b"<", b"{", b"[", b"%PDF", b"PK\x03\x04", b"MZ", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x7fELF")
_AMR_BYTES = (13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1)       # bytes of a frame of 20 ms, by its type (RFC 4867)
_MP3_KBPS = {3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320), 2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)}


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound file: its media type, how it is coded, its length in seconds where the head tells it, and whether it is empty."""

    media: str
    codec: str
    seconds: float | None = None
    empty: bool = False

    @property
    def plays(self) -> bool:
        """Whether every browser plays it as it is; telephone codecs (alaw, ulaw, GSM) not every one does."""
        return (self.media, self.codec) in _PLAYED

    @property
    def kind(self) -> str:
        """Media type and codec in one word, as it is kept."""
        return f"{self.media};codec={self.codec}"[:40]


def sound_of(head: bytes, size: int, name: str = "") -> Sound:
    """What the file is whose first HEAD bytes and size these are; `name` tells those apart that have no header.

    Unreadable where it is no sound: a page that says "not found", a document, anything else.
    """
    if size <= HEADER_ONLY:
        return Sound("audio/wav" if head[:4] == b"RIFF" else "application/octet-stream", "", 0.0, empty=True)
    if head[:4] in {b"RIFF", b"RF64", b"RIFX"} and head[8:12] == b"WAVE":
        return _wave(head, size)
    if head[:4] == b"OggS":
        return Sound("audio/ogg", "opus" if b"OpusHead" in head[:128] else "vorbis" if b"vorbis" in head[:128] else "speex")
    for at, sign, media, codec in _SIGNS:
        if head[at:at + len(sign)] == sign:
            return _timed(Sound(media, codec), head, size)
    if _is_mp3(head):
        return _timed(Sound("audio/mpeg", "mp3"), head, size)
    return _bare(head, size, name.rpartition(".")[2].lower())


def cut_off(head: bytes, size: int) -> bool:
    """Whether a RIFF file says of itself that it goes on behind its end; False where it does not say how long it is."""
    if head[:4] not in {b"RIFF", b"RIFX"} or head[8:12] != b"WAVE":
        return False
    order, at = (">" if head[:4] == b"RIFX" else "<"), 12
    while at + 8 <= len(head):
        name, length = head[at:at + 4], int(struct.unpack_from(order + "I", head, at + 4)[0])
        if length >= _NEVER_WRITTEN:
            return False
        if name == b"data":
            return at + 8 + length > size
        at += 8 + length + (length & 1)
    return at > size + 1        # a chunk before the sound's own; the pad byte of the last may be missing


def _bare(head: bytes, size: int, suffix: str) -> Sound:
    start = head[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if suffix not in _BARE or start.startswith(_NO_SOUND):
        what = next((word for sign, word in ((b"<", "网页 / a web page"), (b"{", "JSON"), (b"%PDF", "PDF")) if start.startswith(sign)), _LAST_WORDS)
        msg = f"内容为 {what}，不是录音 / what came is no recording"
        raise Unreadable(msg)
    codec, rate = _BARE[suffix]
    if codec == "gsm" and head[0] >> 4 != 0xD:      # every frame of GSM 06.10 begins so
        raise Unreadable(_LAST_WORDS)
    return Sound(f"audio/x-{codec}", codec, round(size / rate, 2))


def _wave(head: bytes, size: int) -> Sound:
    """A RIFF file; its own sizes are not believed where they lie behind the end, or were never written (a call under way)."""
    order, at, codec, rate, hertz, samples = (">" if head[:4] == b"RIFX" else "<"), 12, "", 0, 0, 0
    while at + 8 <= len(head):
        name, length = head[at:at + 4], struct.unpack_from(order + "I", head, at + 4)[0]
        if name == b"fmt " and at + 24 <= len(head):
            tag, _channels, hertz, rate = struct.unpack_from(order + "HHII", head, at + 8)
            if tag == 0xFFFE and at + 34 <= len(head):      # WAVE_FORMAT_EXTENSIBLE: the tag proper stands in the GUID
                tag = struct.unpack_from(order + "H", head, at + 32)[0]
            codec = _CODECS.get(tag, f"0x{tag:04x}")
        elif name == b"fact" and at + 12 <= len(head):
            samples = struct.unpack_from(order + "I", head, at + 8)[0]
        elif name == b"data":
            behind = max(0, size - at - 8)
            real = min(length, behind) if length else behind
            by_count = codec not in _EVEN and samples and hertz       # the byte rate of a compressed one is often a guess
            seconds = samples / hertz if by_count else real / rate if rate else None
            return Sound("audio/wav", codec, None if seconds is None else round(seconds, 2), empty=real == 0)
        at += 8 + length + (length & 1)
    return Sound("audio/wav", codec)


def _timed(sound: Sound, head: bytes, size: int) -> Sound:
    """With its length, where the first frame lets one reckon it."""
    if sound.codec == "amr" and len(head) > 6:
        return replace(sound, seconds=round((size - 6) / _AMR_BYTES[head[6] >> 3 & 15] * 0.02, 2))
    if sound.codec == "mp3":
        return replace(sound, seconds=_mp3_seconds(head, size))
    if sound.codec == "flac" and len(head) >= 26:
        packed = int.from_bytes(head[18:26], "big")
        hertz, samples = packed >> 44, packed & 0xFFFFFFFFF
        return replace(sound, seconds=round(samples / hertz, 2) if hertz and samples else None)
    return sound


def _is_mp3(head: bytes) -> bool:
    """The sync word of an MPEG layer III frame, with a bit rate and a sample rate that exist."""
    return len(head) > 4 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2 and head[1] >> 3 & 3 != 1 and head[2] >> 4 not in {0, 15} and head[2] >> 2 & 3 != 3


def _mp3_seconds(head: bytes, size: int) -> float | None:
    """Its length, taking its first frame's bit rate for all: telephone recordings are of constant rate."""
    at = 0
    if head[:3] == b"ID3" and len(head) >= 10:
        at = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
    frame = head[at:at + 8]
    if not _is_mp3(frame):
        return None
    for sign in (b"Xing", b"Info"):     # how many frames there are, where the writer counted them
        found = head.find(sign, at, at + 200)
        if found >= 0 and len(head) >= found + 12 and head[found + 7] & 1:
            return round(int.from_bytes(head[found + 8:found + 12], "big") * _mp3_frame(frame), 2)
    kbps = _MP3_KBPS[3 if frame[1] >> 3 & 3 == 3 else 2][frame[2] >> 4]
    return round((size - at) / (kbps * 125), 2)


def _mp3_frame(frame: bytes) -> float:
    """Seconds of one frame."""
    version, hertz = frame[1] >> 3 & 3, (44_100, 48_000, 32_000)[frame[2] >> 2 & 3]
    return 1152 / hertz if version == 3 else 576 / (hertz / (2 if version == 2 else 4))
