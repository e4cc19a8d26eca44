"""A letter as bytes: RFC 5322 and MIME, the same draft always the same bytes, readable in old Notes and Outlook.

Composed with the standard library's `email` under its older policy, which lets us say each header as we mean it:
attachment names both after RFC 2231 and as encoded words. Nothing in a draft can break out of its header.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.header import Header
from email.message import Message
from email.utils import format_datetime, formataddr
from typing import Any
from urllib.parse import quote

LOOP_HEADER = "X-Hotline-Bridge"
Name = tuple[str, str]          # what is shown, and the bare address

_COLUMNS = 76
_POLICY = policy.compat32.clone(linesep="\r\n", max_line_length=_COLUMNS)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,255}")
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]{1,70}")
_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,100}/[A-Za-z0-9!#$&^_.+-]{1,100}")
_ID = re.compile(r"<?([^\s<>\x00-\x20\x7f-\uffff]{1,900})>?")
_PATHS = re.compile(r'[/\\:*?"<>|]')
#: Header names that the composer writes itself; a draft cannot say them twice.
_OWN = frozenset((
    "from", "to", "cc", "bcc", "reply-to", "sender", "subject", "date", "message-id", "in-reply-to", "references",
    "mime-version", "content-type", "content-transfer-encoding", "content-disposition", "auto-submitted",
    "x-auto-response-suppress", LOOP_HEADER.lower(),
))


@dataclass(frozen=True, slots=True)
class Enclosure:
    """One file that goes with a letter."""

    name: str
    type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything a letter will say, decided; ValueError at once where a value could not stand in a letter.

    `date` is aware; ids are bare or in <>; `text` and `html` may have any line ends. `machine` letters say that no
    person wrote them (RFC 3834), so that holiday notices stay at home; `bridge` names this installation in the loop
    header.
    """

    message_id: str
    date: datetime
    from_: Name
    to: tuple[Name, ...]
    subject: str
    text: str
    cc: tuple[Name, ...] = ()
    reply_to: tuple[Name, ...] = ()
    html: str = ""
    enclosures: tuple[Enclosure, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    machine: bool = True
    bridge: str = "hotline-bridge"

    def __post_init__(self) -> None:
        mistakes = list(_mistakes(self))
        if mistakes:
            raise ValueError("this letter cannot be written: " + "; ".join(mistakes))

    def to_json(self) -> str:
        """Return the draft as JSON, to be kept until it is composed."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        plain["date"] = self.date.isoformat()
        plain["enclosures"] = [
            {"name": one.name, "type": one.type, "content": base64.b64encode(one.content).decode("ascii")} for one in self.enclosures
        ]
        return json.dumps(plain, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Draft":
        """Return the draft that `to_json` wrote down; ValueError for anything else."""
        try:
            plain: dict[str, Any] = json.loads(text)
            plain["date"] = datetime.fromisoformat(plain["date"])
            plain["enclosures"] = tuple(
                Enclosure(one["name"], one["type"], base64.b64decode(one["content"], validate=True)) for one in plain["enclosures"]
            )
            for name in ("to", "cc", "reply_to", "headers"):
                plain[name] = tuple((first, second) for first, second in plain[name])
            plain["from_"], plain["references"] = tuple(plain["from_"]), tuple(plain["references"])
            return cls(**plain)
        except (KeyError, TypeError) as error:
            raise ValueError(f"this is not a draft that to_json wrote: {error!r}") from error


def _mistakes(draft: Draft) -> Iterator[str]:
    """Yield what could break out of a header, or could not be sent."""
    people = (draft.from_, *draft.to, *draft.cc, *draft.reply_to)
    spoken = [("subject", draft.subject), ("bridge", draft.bridge), *draft.headers, *(("name", name) for name, _ in people)]
    spoken += [("attachment name", one.name) for one in draft.enclosures]
    yield from (f"{what} {value!r} has a line break or control character" for what, value in spoken if _CONTROL.search(value))
    yield from (f"address {address!r} is not of the form name@domain in ASCII" for _, address in people if not _ADDRESS.fullmatch(address))
    ids = (draft.message_id, *filter(None, (draft.in_reply_to,)), *draft.references)
    yield from (f"message id {one!r} is not one printable ASCII word" for one in ids if not _ID.fullmatch(one))
    yield from (f"header name {name!r} is unsound or the composer's own" for name, _ in draft.headers if not _free(name))
    yield from (f"attachment type {one.type!r} is not of the form type/subtype" for one in draft.enclosures if not _TYPE.fullmatch(one.type))
    if draft.date.utcoffset() is None:
        yield f"date {draft.date} has no time zone"
    if not draft.to:
        yield "there is nobody it goes to"


def _free(name: str) -> bool:
    return bool(_HEADER_NAME.fullmatch(name)) and name.lower() not in _OWN


def compose(draft: Draft) -> bytes:
    """Return the letter in bytes, with CRLF and lines of at most 76 characters; the same draft, the same bytes."""
    letter = _body(draft)
    for name, value in _headers(draft):
        letter[name] = value
    written = letter.as_bytes(policy=_POLICY)
    return written if written.endswith(b"\r\n") else written + b"\r\n"


def _headers(draft: Draft) -> Iterator[tuple[str, str]]:
    yield "Date", format_datetime(draft.date)
    lists = (("From", (draft.from_,)), ("To", draft.to), ("Cc", draft.cc), ("Reply-To", draft.reply_to))
    yield from ((header, ",\r\n ".join(map(_person, people))) for header, people in lists if people)
    yield "Subject", _words(draft.subject, "Subject")
    yield "Message-ID", _id(draft.message_id)
    if draft.in_reply_to:
        yield "In-Reply-To", _id(draft.in_reply_to)
    if draft.references:
        yield "References", "\r\n ".join(map(_id, draft.references))
    if draft.machine:
        yield "Auto-Submitted", "auto-generated"                # RFC 3834, 5
        yield "X-Auto-Response-Suppress", "OOF, AutoReply"      # Exchange's own word for it; bounces must still come
    yield LOOP_HEADER, _words(draft.bridge, LOOP_HEADER)
    yield from ((name, _words(value, name)) for name, value in draft.headers)


def _id(one: str) -> str:
    return f"<{one.strip('<>')}>"


def _person(one: Name) -> str:
    """Return one address, its name as a quoted string or as encoded words."""
    name, address = one
    return f"{_phrase(name)} <{address}>" if name else address


def _phrase(name: str) -> str:
    if name.isascii() and "=?" not in name:
        return formataddr((name, "x@x"))[:-len(" <x@x>")]
    return Header(name, "utf-8", maxlinelen=_COLUMNS, continuation_ws=" ").encode(linesep="\r\n")


def _words(text: str, header: str) -> str:
    if text.isascii() and "=?" not in text:                     # an ASCII text that looks encoded must not be decoded
        return text
    return Header(text, "utf-8", maxlinelen=_COLUMNS, header_name=header).encode(linesep="\r\n")


def _body(draft: Draft) -> Message:
    words = _text(draft.text, "plain")
    if draft.html:
        words = _many("alternative", draft, [words, _text(draft.html, "html")])
    if draft.enclosures:
        words = _many("mixed", draft, [words, *map(_file, draft.enclosures)])
    words["MIME-Version"] = "1.0"
    return words


def _many(kind: str, draft: Draft, parts: Sequence[Message]) -> Message:
    whole = Message(_POLICY)
    seed = hashlib.sha256(f"{kind} {draft.message_id}".encode()).hexdigest()[:32]
    whole["Content-Type"] = f'multipart/{kind}; boundary="=_{seed}"'        # "=_" cannot occur in base64 nor in QP
    for part in parts:
        whole.attach(part)
    return whole


def _text(text: str, kind: str) -> Message:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    if not lines.endswith("\n"):
        lines += "\n"
    part = Message(_POLICY)
    part["Content-Type"] = f'text/{kind}; charset="utf-8"'
    _base64(part, lines.replace("\n", "\r\n").encode("utf-8", "replace"))
    return part


def _file(one: Enclosure) -> Message:
    name = _PATHS.sub("_", one.name).strip() or "attachment"
    part = Message(_POLICY)
    part["Content-Type"] = f'{one.type};\r\n name="{_fallback(name)}"'
    part["Content-Disposition"] = "attachment;\r\n " + _rfc2231(name)
    _base64(part, one.content)
    return part


def _fallback(name: str) -> str:
    """Return the name as encoded words, which RFC 2047 forbids here and old Outlook and Foxmail expect."""
    return name if name.isascii() else Header(name, "utf-8", maxlinelen=70, continuation_ws=" ").encode(linesep="\r\n")


def _rfc2231(name: str) -> str:
    if name.isascii():
        return f'filename="{name}"'
    signs = [quote(sign, safe="") for sign in name]
    pieces = [""]
    for sign in signs:                                          # never cut inside of a character
        if len(pieces[-1]) + len(sign) > 45:
            pieces.append("")
        pieces[-1] += sign
    if len(pieces) == 1:
        return f"filename*=utf-8''{pieces[0]}"
    pieces[0] = f"utf-8''{pieces[0]}"
    return ";\r\n ".join(f"filename*{place}*={piece}" for place, piece in enumerate(pieces))


def _base64(part: Message, content: bytes) -> None:
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(base64.encodebytes(content).decode("ascii"))           # lines of 76
