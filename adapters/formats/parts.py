"""The parts of a mail: which of them are its words, which are files, which are reports of a mail server.

An own walk instead of the `email` package's: that one recurses without a limit, is quadratic in nesting depth, and gives
attached mails back altered. Here every level is cut once, at most MAX_DEPTH levels and MAX_PARTS parts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from adapters.formats import charset
from adapters.formats.headers import Headers, decode_words, parameters, read_headers
from adapters.formats.html import html_to_text
from adapters.formats.sealed import Seal, is_encrypted, read_seal
from adapters.formats.transfer import transfer_decoded
from routing.papers import Attachment, Unreadable

MAX_DEPTH = 10
MAX_PARTS = 500
MAX_TEXT = 1_000_000        # characters of words kept; the raw mail keeps the rest
MAX_HEAD = 1_000_000        # characters a header block is looked for in

HEAD_END = re.compile(r"\r\n\r\n|\n\n|\n\r\n")
CONTENT_TYPE = re.compile(r"\s*([A-Za-z0-9!#$&^_.+-]+)\s*/\s*([A-Za-z0-9!#$&^_.+-]+)")
#: A text/plain that only says: look at the other alternative.
STUB = re.compile(
    r"\s*(?:您的(?:邮件)?客户端不支持|本邮件(?:为|是)?\s*HTML|此邮件(?:为|是)?\s*HTML|请使用支持HTML|请(?:用|以)HTML"
    r"|(?:this (?:is|message|e-?mail)|your (?:e-?mail|mail) (?:client|program)|please view).{0,80}\bHTML"
    r"|to view th(?:is|e) (?:message|e-?mail)|\[?(?:image|图片)[:：]?[^\]]{0,80}\]?\s*$)", re.IGNORECASE,
)
#: Mark-up sent as text/plain.
MARKUP = re.compile(r"\s*<(?:!doctype html|html|body|head|meta|div|p|table|span|font)(?:\s[^<>]{0,500})?>", re.IGNORECASE)
SEALED = frozenset({"pkcs7-mime", "x-pkcs7-mime"})
EXTENSIONS = {
    "image/png": ".png", "image/jpeg": ".jpg", "image/jpg": ".jpg", "image/gif": ".gif", "application/pdf": ".pdf", "text/html": ".html",
    "text/plain": ".txt", "text/calendar": ".ics", "message/rfc822": ".eml", "application/ms-tnef": ".dat",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx", "audio/wav": ".wav",
}


@dataclass(slots=True)
class Words:
    """The words one branch offers, as plain text and made of HTML; "" where it offers none."""

    plain: str = ""
    html: str = ""

    @property
    def best(self) -> str:
        """Plain text, unless it is empty or only points to the HTML."""
        return self.html if self.html and (not self.plain.strip() or STUB.match(self.plain)) else self.plain


@dataclass(slots=True)
class Parts:
    """All a mail holds below its headers."""

    text: str = ""
    declared: str = ""                                                  # the charset the first text part claims
    report_type: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    reports: list[tuple[str, str]] = field(default_factory=list)        # subtype, text
    returned: list[Headers] = field(default_factory=list)               # heads of the mails inside
    charsets: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    seal: Seal | None = None
    part_signed: bool = False                                           # other words stand beside the signed ones
    sealed: str = ""                                                    # why a signature could not be read, or that all is encrypted
    count: int = 0

    def warn(self, words: str) -> None:
        """Note what is wrong, once."""
        if words and words not in self.warnings:
            self.warnings.append(words)


@dataclass(frozen=True, slots=True)
class Part:
    """One part before it is decoded; `body` is ASCII with raw bytes as surrogates."""

    headers: Headers
    body: str
    type: str
    subtype: str
    depth: int

    @property
    def full_type(self) -> str:
        """The type as written in a Content-Type header."""
        return f"{self.type}/{self.subtype}"


def head_and_body(content: bytes) -> tuple[str, str]:
    """Cut a mail after its header block; both as ASCII with raw bytes as surrogates, old Mac line ends made new."""
    content = content.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if b"\n" not in content:
        content = content.replace(b"\r", b"\n")
    return _cut(content.decode("ascii", "surrogateescape"))


def _cut(text: str) -> tuple[str, str]:
    if text.startswith(("\n", "\r\n")):         # a part without headers
        return "", text.lstrip("\r")[1:]
    end = HEAD_END.search(text, 0, MAX_HEAD)
    return (text, "") if end is None and len(text) < MAX_HEAD else _cut_at(text, end)


def _cut_at(text: str, end: re.Match[str] | None) -> tuple[str, str]:
    return (text[:end.start()] + "\n", text[end.end():]) if end else (text[:MAX_HEAD], "")


def read_parts(headers: Headers, body: str) -> Parts:
    """Everything below the headers of a mail; never raises."""
    parts = Parts()
    words = _read(_part(headers, body, depth=0), parts)
    parts.text = words.best
    if len(parts.text) > MAX_TEXT:
        parts.text = parts.text[:MAX_TEXT]
        parts.warn("text cut at one million characters")
    return parts


def _part(headers: Headers, body: str, depth: int, default: str = "text/plain") -> Part:
    match = CONTENT_TYPE.match(headers.raw("content-type")) or CONTENT_TYPE.match(default)
    assert match is not None
    return Part(headers, body, match[1].lower(), match[2].lower(), depth)


def _read(part: Part, parts: Parts) -> Words:
    parts.count += 1
    if parts.count > MAX_PARTS:
        parts.warn(f"more than {MAX_PARTS} parts; the rest was not read")
        return Words()
    if part.type == "multipart":
        return _multipart(part, parts)
    if part.type == "message" or part.full_type == "text/rfc822-headers":
        return _message(part, parts)
    return _leaf(part, parts)


# ---- multipart -------------------------------------------------------------------------------------------------------
def _multipart(part: Part, parts: Parts) -> Words:
    if part.subtype == "report":
        parts.report_type = parts.report_type or parameters(part.headers, "content-type").get("report-type", "").lower()
    boundary = parameters(part.headers, "content-type").get("boundary", "").rstrip()
    pieces = list(_pieces(part.body, boundary)) if part.depth < MAX_DEPTH else []
    if not pieces:
        parts.warn("nested too deeply" if part.depth >= MAX_DEPTH else "multipart without its boundary")
        return _leaf(Part(part.headers, part.body, "text", "plain", part.depth), parts)
    if part.subtype == "signed" and len(pieces) > 1:
        parts.part_signed = parts.part_signed or part.depth > 0 or len(pieces) != 2
        _signed(pieces, part, parts)
    default = "message/rfc822" if part.subtype == "digest" else "text/plain"
    found = []
    for place, piece in enumerate(pieces):
        pieces[place] = ""          # a large file lies in memory often enough as it is
        head, body = _cut(piece)
        del piece
        headers, rest = read_headers(head, part.headers.hint)
        found.append(_read(_part(headers, rest + body, part.depth + 1, default), parts))
    return _choice(found) if part.subtype == "alternative" else _sequence(found)


def _signed(pieces: list[str], part: Part, parts: Parts) -> None:
    """Check an S/MIME signature over the first part as it was sent, with CRLF (RFC 8551, 3.5.3); the second part is dropped."""
    head, body = _cut(pieces[1])
    headers, rest = read_headers(head, part.headers.hint)
    signature = _part(headers, rest + body, part.depth + 1)
    if "pkcs7-signature" not in signature.subtype:
        return              # PGP: nobody here has the keys
    said = re.sub(r"\r?\n", "\r\n", pieces[0]).encode("ascii", "surrogateescape")
    _weigh(_bytes(signature, is_text=False)[0], said, parts)
    del pieces[1]


def _weigh(signature: bytes, said: bytes | None, parts: Parts) -> bytes:
    """Note what a signature says; the words it carries, where it carries them."""
    try:
        seal = read_seal(signature, said)
        if parts.seal is None or not parts.seal.trouble:        # of several the worst counts
            parts.seal = seal
    except Unreadable as error:
        parts.sealed = f"数字签名无法读取：{error}"
        return b""
    return (seal.content or b"") if said is None else b""


def _pieces(body: str, boundary: str) -> Iterator[str]:
    """The parts between the boundary lines; the last one need not be closed."""
    if not boundary:
        first = re.search(r"^--(\S{5,70})[ \t]*\r?$", body[:10_000], re.MULTILINE)
        if first is None:
            return
        boundary = first[1]
    start = None
    for number, line in enumerate(re.finditer(rf"^--{re.escape(boundary)}(--)?[ \t]*(?:\r?\n|\r?\Z)", body, re.MULTILINE)):
        if start is not None:
            yield body[start:line.start()].removesuffix("\n").removesuffix("\r")
        start = line.end()
        if line[1] or number > MAX_PARTS:
            return
    if start is not None:
        yield body[start:]


def _choice(found: list[Words]) -> Words:
    """Of alternatives the richest comes last (RFC 2046, section 5.1.4); of each kind one."""
    plain = next((words.plain for words in reversed(found) if words.plain.strip()), "")
    return Words(plain, next((words.html for words in reversed(found) if words.html.strip()), ""))


def _sequence(found: list[Words]) -> Words:
    """Parts that follow each other, every one read its best way; all of them HTML, the whole counts as HTML."""
    text = "\n\n".join(words.best.rstrip("\n") for words in found if words.best.strip())
    return Words(text) if any(words.plain.strip() for words in found) else Words(html=text)


# ---- single parts ----------------------------------------------------------------------------------------------------
def _leaf(part: Part, parts: Parts) -> Words:
    disposition = part.headers.raw("content-disposition").split(";", 1)[0].strip().lower()
    named = _name(part) if part.headers.fields else ""
    is_words = part.full_type in {"text/plain", "text/html", "text/enriched"} and disposition != "attachment"
    if not is_words or (named and part.depth):
        raw, _ = _bytes(part, is_text=False)
        if part.subtype in SEALED:
            return _unsealed(part, named, raw, parts)
        _attach(part, named, raw, parts)
        return Words()
    raw, warning = _bytes(part, is_text=True)
    parts.warn(warning)
    text = _decoded(raw, part, parts)
    if part.subtype == "html":
        return Words(html=html_to_text(text))
    if MARKUP.match(text) and "</" in text:
        parts.warn("html labelled text/plain")
        return Words(html_to_text(text))
    return Words(text)


def _unsealed(part: Part, named: str, raw: bytes, parts: Parts) -> Words:
    """Read what a signature carries inside of itself (RFC 8551, 3.5.2); what is encrypted stays an attachment."""
    parts.part_signed = parts.part_signed or part.depth > 0
    inner = b"" if is_encrypted(raw) else _weigh(raw, None, parts)
    if not inner or part.depth >= MAX_DEPTH:
        parts.sealed = parts.sealed or "邮件已加密，本系统没有密钥；请对方改发不加密的邮件"
        parts.warn("S/MIME: the words are inside the attachment and cannot be read here")
        _attach(part, named, raw, parts)
        return Words()
    head, body = _cut(inner.decode("ascii", "surrogateescape"))
    headers, rest = read_headers(head, part.headers.hint)
    return _read(_part(headers, rest + body, part.depth + 1), parts)


def _bytes(part: Part, *, is_text: bool) -> tuple[bytes, str]:
    """The bytes of a part, and a word where its transfer encoding was wrong ("" otherwise)."""
    return transfer_decoded(part.body.encode("ascii", "surrogateescape"), part.headers.raw("content-transfer-encoding"), is_text=is_text)


def _decoded(raw: bytes, part: Part, parts: Parts) -> str:
    label = parameters(part.headers, "content-type").get("charset", "")
    parts.declared = parts.declared or label
    found = charset.decode(raw, label)
    parts.warn(found.warning)
    if found.charset not in parts.charsets:
        parts.charsets.append(found.charset)
    return found.text.replace("\r\n", "\n").replace("\r", "\n")


def _message(part: Part, parts: Parts) -> Words:
    """A mail, or what a server reports about one; its words are not the words of the mail around it."""
    raw, _ = _bytes(part, is_text=False)
    text = raw.decode("ascii", "surrogateescape")
    if part.subtype in {"delivery-status", "disposition-notification", "feedback-report", "global-delivery-status"}:
        parts.reports.append((part.subtype.removeprefix("global-"), text))
        return Words()
    inner = read_headers(_cut(text.lstrip("\r\n"))[0], part.headers.hint)[0]
    parts.returned.append(inner)
    if part.type == "message":
        subject = inner.text("subject")
        _attach(part, _name(part) or (file_name(re.sub(r"[/\\]", "_", subject)) + ".eml" if subject else ""), raw, parts)
    return Words()


def _attach(part: Part, name: str, raw: bytes, parts: Parts) -> None:
    number = len(parts.attachments) + 1
    parts.attachments.append(Attachment(name or f"附件{number}{EXTENSIONS.get(part.full_type, '')}", part.full_type, raw))


def _name(part: Part) -> str:
    """The file name a part gives itself; RFC 2231, encoded-words, percent signs and raw bytes are all in use."""
    for header, parameter in (("content-disposition", "filename"), ("content-type", "name")):
        if (name := parameters(part.headers, header).get(parameter, "")).strip():
            return file_name(name)
    return ""


def file_name(name: str) -> str:
    """A name as a file may bear it: decoded, without path, control characters and more than 200 signs."""
    name = decode_words(re.sub(r"[\r\n\t]+", " ", name))
    if re.search(r"(?:%[89A-Fa-f][0-9A-Fa-f]){3}", name):
        unescaped = re.sub(rb"%([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), name.encode("utf-8", "replace"))
        name = charset.decode(unescaped).text
    name = re.sub("[\x00-\x1f\x7f\ud800-\udfff\u202a-\u202e\u2066-\u2069]", "", re.split(r"[/\\]", name)[-1]).strip(" .")
    stem, dot, extension = name.rpartition(".")
    return name if len(name) <= 200 else (stem or name)[:180] + (dot + extension)[:20]
