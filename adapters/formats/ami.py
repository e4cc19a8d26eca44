"""Packets of Asterisk's manager interface (AMI): bytes of its connection to events and answers, and ours to bytes.

A packet is lines `Key: Value` ended by CR LF, and an empty line behind the last (main/manager.c of Asterisk). A line
feed or carriage return alone inside a value is part of the value. Whatever else stands there - a line without a colon, a
key twice that tells who speaks - makes this one packet damaged, and leaves the next one whole.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from adapters.formats.exchange_text import clean, words

BANNER = re.compile(r"Asterisk Call Manager/([0-9]+(?:\.[0-9]+)*)")
KNOWN_VERSIONS = range(1, 13)           # first numbers: 1.x of Asterisk 1.8 to 11, 2 of 12, up to 11 of 22, 12 of 23
LONGEST_LINE, LONGEST_PACKET = 64 << 10, 256 << 10      # bytes; Asterisk itself writes a few thousand
_END = b"\r\n\r\n"
_ONCE = ("event", "response", "uniqueid", "linkedid", "channel", "actionid")     # who speaks, of what: never twice
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.()/#-]{0,79}")
_CONTROL = re.compile("[\0-\x1f\x7f\u2028\u2029\x85]")


@dataclass(frozen=True, slots=True)
class Packet:
    """One event or answer: its bytes as they came, its pairs in their order, and what is wrong with it ("" for nothing)."""

    raw: bytes
    pairs: tuple[tuple[str, str], ...] = ()
    damage: str = ""
    _first: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def get(self, key: str, default: str = "") -> str:
        """The first value of a key, however it is spelled in capitals: `UniqueID` and `Uniqueid` are one."""
        return self._first.get(key.lower(), default)

    def all(self, key: str) -> list[str]:
        """Every value of a key that comes repeatedly, in their order."""
        wanted = key.lower()
        return [value for name, value in self.pairs if name.lower() == wanted]

    @property
    def event(self) -> str:
        """The event's name; "" for an answer."""
        return self.get("event")

    @property
    def response(self) -> str:
        """What an answer says: Success, Error, Goodbye, Follows; "" for an event."""
        return self.get("response")


@dataclass(slots=True)
class Cutter:
    """Cuts what a connection brings into packets, however the network cut it before; never holds more than one packet."""

    end: bytes = _END
    _rest: bytes = b""
    _skipping: bool = False

    def feed(self, content: bytes) -> list[Packet]:
        """The packets that these bytes complete."""
        *whole, rest = (self._rest + content).split(self.end)
        packets = []
        for piece in whole:
            if self._skipping:
                self._skipping = False          # the tail of one that was too long
            elif piece.strip():
                packets.append(packet_of(piece, self.end))
        if len(rest) > LONGEST_PACKET:
            if not self._skipping:
                packets.append(Packet(rest[:LONGEST_PACKET] + self.end, (), f"more than {LONGEST_PACKET} bytes without an end; only its beginning is kept"))
            self._skipping, rest = True, rest[-len(self.end) + 1:]
        self._rest = rest
        return packets


def packets_of(content: bytes) -> list[Packet]:
    """The packets in bytes that were kept, the last of them whole even where its empty line is missing."""
    end = _END if b"\r\n" in content else b"\n\n"
    return [packet_of(piece, end) for piece in content.split(end) if piece.strip()]


def packet_of(piece: bytes, end: bytes = _END) -> Packet:
    """One packet without the empty line behind it; `damage` says what is wrong with it."""
    raw = piece + end
    if len(piece) > LONGEST_PACKET:
        return Packet(raw[:LONGEST_PACKET] + end, (), f"{len(piece)} bytes, more than {LONGEST_PACKET}; only its beginning is kept")
    pairs: list[tuple[str, str]] = []
    first: dict[str, str] = {}
    damage = ""
    for line in _lines(piece.lstrip(b"\r\n"), end):
        key, colon, value = line.partition(":")
        name = key.strip().lower()
        if not colon or not _KEY.fullmatch(key.strip()) or len(line) > LONGEST_LINE:
            damage = damage or f"a line that is no `Key: Value` ({len(line)} characters); a value may hold no line break"
            continue
        if name in first and name in _ONCE:
            damage = damage or f"{key.strip()} stands there twice; nobody can say which is meant"
        value = value.removeprefix(" ")
        pairs.append((key.strip(), value))
        first.setdefault(name, value)
    if not damage and "event" not in first and "response" not in first:
        damage = "neither Event nor Response: perhaps the rest of a value that held an empty line"
    return Packet(raw, tuple(pairs), damage, first)


def _lines(piece: bytes, end: bytes) -> Iterator[str]:
    mark = end[: len(end) // 2]
    try:
        text = piece.decode("utf-8")
    except UnicodeDecodeError:
        for line in piece.split(mark):
            yield clean(words(line))            # a name in GBK spoils no other line
        return
    yield from clean(text).split(mark.decode())


def action(fields: Mapping[str, str | Sequence[str]], action_id: str) -> bytes:
    """The bytes of one action; a list of values is a key repeated.

    ValueError where a key or value could end its line or begin another: nothing is escaped silently.
    """
    lines = []
    for key, said in {**fields, "ActionID": action_id}.items():
        if not _KEY.fullmatch(key):
            raise ValueError(f"{key[:40]!r} is no key of an AMI action; expected letters, digits and -")
        for value in [said] if isinstance(said, str) else said:
            if _CONTROL.search(value):
                raise ValueError(f"the value of {key} holds a line break or another control character; AMI values are one line")
            lines.append(f"{key}: {value}")
    written = "\r\n".join(lines).encode("utf-8") + _END
    if len(written) > LONGEST_PACKET:
        raise ValueError(f"the action has {len(written)} bytes, more than {LONGEST_PACKET}")
    return written
