"""A Notes document as the internet mail it stands for, so that everything behind reads it like any other."""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime
from urllib.parse import quote

from adapters.formats.notes.document import Document, abbreviated, address_in
from routing.papers import Unreadable

PRIVATE = "X-Notes-Keep-Private"
WARNING = "X-Notes-Warning"
UNCONFIRMED = "X-Notes-Unconfirmed"     # nobody can say that the sender named is who wrote
MOST_PEOPLE = 200
_UNSAFE = re.compile(r'["\\<>@,;:]')
_CONTROL = re.compile("[\x00-\x1f\x7f]+")
_DXL_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(?:,\d\d)?(?:([+-])(\d\d):?(\d\d)?|Z)?")
_WORDS_TIME = re.compile(r"(\d{1,4})[-/.年](\d{1,2})[-/.月](\d{1,4})日?\s*(上午|下午|晚上|AM|PM)?\s*(\d{1,2}):(\d\d)(?::(\d\d))?\s*(上午|下午|AM|PM)?", re.IGNORECASE)
_AFTERNOON = frozenset({"下午", "晚上", "PM"})
#: The forms of what machines write, with the header that says so to every reader.
_FORMS: Mapping[str, tuple[str, str]] = {
    "nondelivery report": ("X-Failed-Recipients", ""), "delivery report": ("Auto-Submitted", "auto-generated"),
    "return receipt": ("Auto-Submitted", "auto-replied"), "trace report": ("Auto-Submitted", "auto-generated"),
}


def as_mail(document: Document, addresses: Mapping[str, str]) -> bytes:
    """Return the document as RFC 5322 bytes; Unreadable where it is no mail (a calendar entry, a design element).

    `addresses` maps names of Notes (abbreviated, lower case) to mailboxes. A name without one stays a name, and speaks for
    nobody.
    """
    if not any(document.first(name) for name in ("From", "SendTo", "Subject", "INetFrom", "$MessageID")) and not document.body:
        raise Unreadable("该文档不是邮件（没有发件人、收件人、主题和正文）/ this document is no mail")
    head = "".join(f"{name}: {value}\r\n" for name, value in _headers(document, addresses)) + "MIME-Version: 1.0\r\n"
    body = document.mime.lstrip(b"\r\n") if document.mime else _body(document)
    return head.encode("ascii", "replace") + body


def _body(document: Document) -> bytes:
    """The words, and the files beside them."""
    words = _part('text/plain; charset="utf-8"', "", (document.body or document.first("Body")).encode("utf-8", "replace"))
    if not document.files:
        return words
    parts = [words, *(_part("application/octet-stream", _line(file.name) or "附件", file.content) for file in document.files)]
    mark = hashlib.sha256(b"".join(parts)).hexdigest()[:32].encode()
    lines = b"".join(b"--=_" + mark + b"\r\n" + part + b"\r\n" for part in parts)
    return b'Content-Type: multipart/mixed; boundary="=_' + mark + b'"\r\n\r\n' + lines + b"--=_" + mark + b"--\r\n"


def _part(kind: str, name: str, content: bytes) -> bytes:
    head = f"Content-Type: {kind}\r\n" + (f"Content-Disposition: attachment; filename*=utf-8''{quote(name, safe='')}\r\n" if name else "")
    return f"{head}Content-Transfer-Encoding: base64\r\n\r\n".encode() + base64.encodebytes(content).replace(b"\n", b"\r\n")


def _words(text: str) -> str:
    """A header's words in ASCII; folded where they are long."""
    return text if text.isascii() and "=?" not in text else Header(text, "utf-8", maxlinelen=70).encode(linesep="\r\n")


def _headers(document: Document, addresses: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    sender, name = _sender(document, addresses)
    yield "From", f"{_phrase(name)} <{sender}>" if sender else _phrase(name)
    for header, item in (("To", "SendTo"), ("Cc", "CopyTo")):
        if people := [_person(one, addresses) for one in document.all(item)]:
            yield header, ",\r\n ".join(people[:MOST_PEOPLE])
    yield "Subject", _words(_line(document.first("Subject")))
    yield "Message-ID", f"<{_id(document)}>"
    at, doubt = moment(document.first("PostedDate", "DeliveredDate", "ComposedDate"))
    if at is not None:
        yield "Date", format_datetime(at)
    if references := [one for item in ("In_Reply_To", "References") for one in document.all(item)]:
        yield "In-Reply-To", " ".join(one for one in _line(" ".join(references)).split() if one.isascii())
    yield from _marks(document, addresses, doubt)


def _marks(document: Document, addresses: Mapping[str, str], doubt: str) -> Iterator[tuple[str, str]]:
    """What a reader must know besides: a machine wrote it, it must not be passed on, something about it is doubtful."""
    form = document.form.strip().lower()
    if form in _FORMS:
        header, value = _FORMS[form]
        yield header, value or _words(_line(document.first("IntendedRecipient", "Recipients", "SendTo")))
    elif document.first("$AssistMail") == "1" or document.first("$AutoForward") == "1":
        yield "Auto-Submitted", "auto-replied"
    if not document.sure or not _registered(document.first("From", "INetFrom", "$UpdatedBy"), addresses):
        yield UNCONFIRMED, "1"
    if document.first("$KeepPrivate") == "1":
        yield PRIVATE, "1"
    for warning in filter(None, (doubt, *document.warnings)):
        yield WARNING, _words(_line(warning))


def _sender(document: Document, addresses: Mapping[str, str]) -> tuple[str, str]:
    """Whose address it came from, and the name to be shown; of one who wrote for somebody else, both (P-12).

    `From` is who wrote it; `Principal` is in whose name: the former must be allowed to speak for the unit.
    """
    author = document.first("From", "INetFrom", "$UpdatedBy")
    principal = document.first("Principal")
    inet = address_in(document.first("INetFrom"))
    name = abbreviated(author)
    if principal and abbreviated(principal).lower() != name.lower():
        return _address(author, addresses), _line(f"{abbreviated(principal)}（{name} 代发）")
    return _address(author, addresses) or inet, _line(name)


def _registered(name: str, addresses: Mapping[str, str]) -> bool:
    """Whether a sender is a name of Notes that the bank has registered; an internet address in an item is whatever its writer made it."""
    return not address_in(name) and "@" not in abbreviated(name) and abbreviated(name).lower() in addresses


def _address(name: str, addresses: Mapping[str, str]) -> str:
    return address_in(name) or addresses.get(abbreviated(name).lower(), "")


def _person(name: str, addresses: Mapping[str, str]) -> str:
    address = _address(name, addresses)
    shown = _line(abbreviated(name))
    return (f"{_phrase(shown)} <{address}>" if shown != address else address) if address else _phrase(shown)


def _phrase(name: str) -> str:
    """A name beside an address, in quotes or as encoded words; nothing in it can be taken for an address or a separator."""
    bare = _UNSAFE.sub(" ", name).strip()
    return f'"{bare}"' if bare.isascii() and "=?" not in bare else _words(bare)


def _id(document: Document) -> str:
    """Its Message-ID; for one that never left Notes its UNID, or what it says: exported again, it is the same."""
    stated = document.first("$MessageID").strip("<> ")
    if stated and re.fullmatch(r"[\x21-\x3b\x3d\x3f-\x7e]{3,900}", stated):
        return stated
    said = hashlib.sha256("\0".join((document.first("From"), document.first("PostedDate"), document.first("Subject"), document.body)).encode("utf-8", "replace"))
    return f"{document.unid or said.hexdigest()[:32]}@notes.export.invalid"


def _line(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())[:900]


def moment(text: str) -> tuple[datetime | None, str]:
    """A date as Notes writes it, and what is doubtful about it: DXL's own form, or that of the user's country."""
    if found := _DXL_TIME.fullmatch(text.strip()):
        year, month, day, hour, minute, second = map(int, found.groups()[:6])
        zone = f"{found[7]}{found[8]}{found[9] or '00'}" if found[7] else "+0000" if text.strip().endswith("Z") else "+0800"
        return _checked(f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}"), ""
    found = _WORDS_TIME.search(text)
    if found is None:
        return None, f"日期无法识别：{text}" if text else ""
    (year, month, day), doubt = _day(*(int(found[place]) for place in (1, 2, 3)))
    half = (found[4] or found[8] or "").upper()
    hour = int(found[5]) % 12 + 12 * (half in _AFTERNOON) if half else int(found[5])
    at = _checked(f"{year:04}-{month:02}-{day:02}T{hour:02}:{found[6]}:{found[7] or '00'}+0800")
    return at, doubt if at else f"日期无法识别：{text}"


def _day(first: int, second: int, third: int) -> tuple[Sequence[int], str]:
    """Year, month and day of three numbers; 07/03/2026 may be March the 7th."""
    if first > 31:
        return (first, second, third), ""
    year = third + 2000 if third < 70 else third + 1900 if third < 100 else third
    if second > 12:
        return (year, first, second), ""
    if first > 12:
        return (year, second, first), ""
    doubt = f"日期的月、日次序不明，按 {year}-{first:02}-{second:02} 读取" if first != second else ""
    return (year, first, second), doubt


def _checked(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at
