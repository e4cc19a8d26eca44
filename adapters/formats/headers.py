"""Mail headers as they really are: raw eight-bit, broken encoded-words, names that are no addresses."""

import binascii
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from adapters.formats import charset

MAX_VALUE = 65_536          # characters kept of one header; a long Cc is legal, an endless one is an attack
MAX_FIELDS = 2_000
MAX_ADDRESSES = 2_000
MAX_ADDRESS = 320           # 64 before the @, 255 behind it (RFC 5321, 4.5.3.1); longer ones are none
MAX_REFERENCES = 200

FIELD = re.compile(r"([!-9;-~]{1,200})[ \t]*:[ \t]*([^\n]*(?:\n[ \t]+[^\n]*)*)(?:\n|\Z)")
#: A line that is no header, directly above one that certainly is.
TORN = re.compile(
    r"(?:>?From [^\n]*|[^\n]*(?=\n(?:x-[a-z-]+|content-[a-z-]+|received|from|to|cc|subject|date|message-id|mime-version):))\n",
    re.IGNORECASE,
)
#: An encoded-word of RFC 2047, with the faults real mailers make: blanks inside, no padding, hundreds of signs long.
WORD = re.compile(r"=\?([^?\s]{0,60})\?([bBqQ])\?(.{0,4000}?)\?=(?!=)", re.DOTALL)
FOLD = re.compile(r"(?:\r\n|\r|\n)[ \t]*")
CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]+")
UNSEEN = re.compile("[\x00-\x08\x0a-\x1f\x7f]")
QUOTED = re.compile(r'"(?:[^"\\]|\\.){0,200}+"')     # bounded: an unclosed quote must not be looked for from every other
COMMENT = re.compile(r"\((?:[^()\\]|\\.){0,100}+\)")
ANGLED = re.compile(r"<([^<>]*)>")
ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]]{1,200}@[^\s<>,;:\"()\[\]@]{1,253}")
NOTES_NAME = re.compile(r"(?:^|[/\s\"])(?:CN|OU?|C)=", re.IGNORECASE)
PARAMETER = re.compile(r';\s*+([^\s=;"]++)\s*+=\s*+(?:"([^"\\]*(?:\\.[^"\\]*)*)"?|([^;]*))', re.DOTALL)
SECTION = re.compile(r"(.+?)(?:\*(\d{1,3}))?(\*)?")
PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_NO_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
MESSAGE_ID = re.compile(r"<([^<>\s]{1,998})>")


@dataclass(frozen=True, slots=True)
class Headers:
    """The headers of one part, raw as they came (eight-bit bytes as surrogates), read with the faults forgiven.

    `hint` is the charset to try on raw eight-bit values that are not UTF-8; "" where nothing is known.
    """

    fields: tuple[tuple[str, str], ...]
    hint: str = ""

    def raw(self, name: str) -> str:
        """The first value of this name unfolded but not decoded; "" where there is none."""
        return next(self.all_raw(name), "")

    def all_raw(self, name: str) -> Iterator[str]:
        """Every value of this name, unfolded but not decoded."""
        name = name.lower()
        return (FOLD.sub(" ", value[:MAX_VALUE]).strip() for key, value in self.fields if key == name)

    def text(self, name: str) -> str:
        """The first value of this name as a person reads it: one line, decoded."""
        return self.readable(self.raw(name))

    def has(self, name: str) -> bool:
        """Whether a header of this name came, empty or not."""
        return any(key == name.lower() for key, _ in self.fields)

    def eight_bit(self, value: str) -> str:
        """Raw eight-bit bytes in a value made text; encoded-words stay as they are."""
        if value.isascii():
            return value
        raw = value.encode("utf-8", "surrogateescape")
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            return charset.decode(raw, self.hint).text

    def readable(self, value: str) -> str:
        """A raw value decoded and freed of control characters."""
        return CONTROL.sub(" ", decode_words(self.eight_bit(value))).strip()


def read_headers(head: str, hint: str = "") -> tuple[Headers, str]:
    """Read a header block (ASCII with surrogates); the headers, and what follows the last line that was one.

    One torn line between headers is skipped, an mbox "From " line as well; anything else ends the block, so that a mail
    without a blank line below its head still has a body.
    """
    fields: list[tuple[str, str]] = []
    at = 0
    while at < len(head) and len(fields) < MAX_FIELDS:
        if (match := FIELD.match(head, at)) is not None:
            fields.append((match[1].lower(), match[2]))
        elif (match := TORN.match(head, at)) is None:
            break
        at = match.end()
    return Headers(tuple(fields), hint), head[at:]


def decode_words(text: str) -> str:
    """Decode RFC 2047 encoded-words, wherever they stand; neighbours of one charset are joined as bytes first.

    Mailers cut multi-byte characters between two words; each half alone would decode to rubbish.
    """
    if "=?" not in text:
        return text
    out: list[str] = []
    pending, label, end = b"", "", 0
    for match in WORD.finditer(text):
        between = text[end:match.start()]
        joins = end and not between.strip() and label == match[1].lower()
        if not joins:
            out += [charset.decode(pending, label).text, between if between.strip() or not end else ""]
            pending = b""
        pending, label, end = pending + _word_bytes(match[2], match[3]), match[1].lower(), match.end()
    return "".join([*out, charset.decode(pending, label).text, text[end:]])


def _word_bytes(encoding: str, body: str) -> bytes:
    raw = body.encode("utf-8", "surrogateescape")
    if encoding in "bB":
        return base64_bytes(raw)
    return binascii.a2b_qp(raw.replace(b"\r", b"").replace(b"\n", b""), header=True)


def base64_bytes(raw: bytes) -> bytes:
    """Base64 with its common faults: foreign signs dropped, missing padding added, a lone last sign ignored."""
    raw = raw.translate(None, _NO_BASE64)       # under the same name: of a large file there are few copies at a time
    if len(raw) % 4 == 1:
        raw = raw[:-1]
    return binascii.a2b_base64(raw if len(raw) % 4 == 0 else raw + b"=" * (-len(raw) % 4))


def parameters(headers: Headers, name: str) -> dict[str, str]:
    """The parameters of Content-Type or Content-Disposition by lower-case name, RFC 2231 pieces joined and decoded."""
    value = headers.eight_bit(headers.raw(name))
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for match in PARAMETER.finditer(value):
        section = SECTION.fullmatch(match[1].lower())
        if section is None:
            continue
        quoted = match[2]
        text = re.sub(r"\\([\"\\])", r"\1", quoted) if quoted is not None else match[3].strip()
        pieces.setdefault(section[1], []).append((int(section[2] or 0), bool(section[3]), text))
    return {key: _joined(found) for key, found in pieces.items()}


def _joined(pieces: Sequence[tuple[int, bool, str]]) -> str:
    """One parameter of its RFC 2231 pieces; an extended one names its charset before the first apostrophe.

    Where a plain and an extended spelling stand side by side, the extended one is the true one.
    """
    if any(number == 0 and extended for number, extended, _ in pieces):
        pieces = [piece for piece in pieces if piece[0] or piece[1]]
    best = sorted(pieces, key=lambda piece: piece[0])
    if not any(extended for _, extended, _ in best):
        return best[0][2] if best[-1][0] == 0 else "".join(text for _, _, text in best)
    label, raw = "", b""
    for position, (_, extended, text) in enumerate(best):
        if position == 0 and text.count("'") > 1:
            label, _, text = text.split("'", 2)  # noqa: PLW2901 - the charset is no part of the value
        piece = text.encode("utf-8", "surrogateescape")
        raw += PERCENT.sub(lambda m: bytes([int(m[1], 16)]), piece) if extended else piece
    return charset.decode(raw, label).text


def mailbox(headers: Headers, value: str) -> tuple[str, str]:
    """The bare lower-case address of the first mailbox in a raw value, and the name beside it (each "" where none).

    Canonical Notes names (CN=Wang Fang/OU=HZ/O=BANK@BANK) are names, never addresses.
    """
    entries = [value] if _lone_angle(value) else list(_entries(value))       # Wang, Fang <x@y> is one person, unquoted
    first = next(iter(entries), "")
    found = _addresses_of(first) or _addresses_of(headers.readable(first))
    readable = decode_words(headers.eight_bit(first))
    name = ANGLED.sub(" ", readable)
    if found and "<" not in readable:
        comment = re.search(r"\(([^()]*)\)", readable)        # addr (Name), as RFC 822 had it
        name = comment[1] if comment else ""
    name = re.sub(r"\\(.)", r"\1", name.strip().strip("\"'").strip())
    return (found[0] if found else ""), CONTROL.sub(" ", name).strip()


def _lone_angle(value: str) -> bool:
    """Whether a value holds one address in angles at its end and none besides."""
    bare = QUOTED.sub(" ", value).strip()
    return bare.endswith(">") and bare.count("<") == 1 and bare.count("@") == 1


def certain(values: Sequence[str]) -> bool:
    """Whether a From names exactly one mailbox in plain sight: one header, one address, nothing else that may be one.

    Everything else (two mailboxes, two headers, a group, an address inside an encoded-word, signs behind the domain) is
    read differently by different programs, and what one of them has verified is not what the next one shows.
    """
    if len(values) != 1 or UNSEEN.search(values[0]):
        return False
    bare = COMMENT.sub(" ", QUOTED.sub(" ", values[0])).strip()
    angled = ANGLED.findall(bare)
    if not angled:
        return ADDRESS.fullmatch(bare) is not None
    return len(angled) == 1 and bare.endswith(">") and "," not in bare.partition("@")[2] and ADDRESS.fullmatch(angled[0].strip()) is not None


def addresses(headers: Headers, names: Sequence[str]) -> tuple[str, ...]:
    """All bare lower-case addresses in the headers of these names, each once, in the order they stand."""
    found: dict[str, None] = {}
    for name in names:
        for value in headers.all_raw(name):
            for entry in _entries(value):
                found.update(dict.fromkeys(_addresses_of(entry) or _addresses_of(headers.readable(entry))))
    return tuple(found)[:MAX_ADDRESSES]


def storable(value: str) -> str:
    """A raw value without what databases and JSON refuse: bytes that are no text, control characters."""
    if not value.isascii():
        value = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return CONTROL.sub(" ", value)


def bare_addresses(text: str) -> list[str]:
    """Every address in a piece of text, as it stands there."""
    return ADDRESS.findall(storable(text))


def _entries(value: str) -> Iterator[str]:
    """The mailboxes of a header, cut at commas and semicolons outside quotes and angles."""
    start, quoted = 0, False
    for match in re.finditer(r'\\.|"|[,;]', value):
        if match[0] == '"':
            quoted = not quoted
        elif match[0] in ",;" and not quoted:
            yield value[start:match.start()]
            start = match.end()
    yield value[start:]


def _addresses_of(entry: str) -> list[str]:
    entry = storable(entry)
    angled = ANGLED.findall(QUOTED.sub(" ", entry)) or ANGLED.findall(entry)
    candidates = angled or ([] if NOTES_NAME.search(entry) else [QUOTED.sub(" ", entry)])
    return [
        address.lower().strip("'.")
        for text in candidates
        if not NOTES_NAME.search(text)
        for address in ADDRESS.findall(COMMENT.sub("", text))
        if _looks_real(address)
    ]


def _looks_real(address: str) -> bool:
    """Abbreviated Notes names (Wang Fang/HZ/BANK@BANK) look like addresses, but their domain has no dot."""
    local, _, domain = address.rpartition("@")
    return ("." in domain or "/" not in local) and len(address) <= MAX_ADDRESS


def message_ids(value: str) -> tuple[str, ...]:
    """The Message-IDs in a value without their angles; where no angles stand, the whole value if it is one word."""
    value = storable(value)
    found = tuple(dict.fromkeys(MESSAGE_ID.findall(value)))[:MAX_REFERENCES]
    bare = value.strip().strip("<>")
    if not found and bare and len(bare) < 998 and not re.search(r"\s", bare):
        return (bare,)
    return found


def moment(value: str) -> datetime | None:
    """The Date header as an aware moment; None where it is none. A missing zone is UTC (RFC 5322, section 3.3)."""
    found = _rfc5322(value[:200]) or _iso(value[:200])
    if found is None:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    try:
        found.astimezone(UTC)       # years 1 and 9999 have no neighbour zone, and a database would refuse them
    except (OverflowError, ValueError):
        return None
    return found


def _rfc5322(value: str) -> datetime | None:
    try:
        return parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        return None


def _iso(value: str) -> datetime | None:
    match = re.match(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)\s*([+-]\d\d:?\d\d|Z)?", value.strip())
    if match is None:
        return None
    try:
        return datetime.fromisoformat(f"{match[1]}T{match[2]}{match[3] or ''}")
    except ValueError:
        return None
