"""A mail as it really is: bytes in, `routing.papers.Mail` out, whatever is broken about it.

Raises only `Unreadable`, and that only for what is no mail at all. Everything else that is wrong with a mail becomes a
warning beside what could be read. Sources: RFC 5322, 2045-2047, 2231, 3464, 8098, and what Chinese mail systems send.
"""

import hashlib
from collections.abc import Mapping

from adapters.formats import bounce
from adapters.formats.authentication import automatic, bridge, checks
from adapters.formats.enclosed import Opened, opened
from adapters.formats.headers import Headers, addresses, certain, mailbox, message_ids, moment, read_headers
from adapters.formats.kinds import Signs, kind_of
from adapters.formats.notes.mail import PRIVATE, UNCONFIRMED, WARNING
from adapters.formats.package import Inside
from adapters.formats.parts import Parts, head_and_body, read_parts
from adapters.formats.quoting import split_history
from adapters.formats.reports import reports_of
from routing.papers import Mail, MailKind, Unreadable

#: Headers of which a mail has at least one; without any the bytes are something else.
MAIL_HEADERS = frozenset({
    "from", "to", "cc", "subject", "date", "message-id", "received", "return-path", "reply-to", "sender", "delivered-to",
    "mime-version", "content-type", "in-reply-to", "x-mailer", "envelope-to", "x-original-to",
})
RECIPIENTS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")
#: Headers that only lists and newsletters have, and those that say it by their value.
BULK = ("list-id", "list-unsubscribe", "list-post", "feedback-id", "x-campaign-id", "x-mailgun-sid")
BULK_WORDS = (("precedence", ("bulk", "list", "junk")), ("x-spam-flag", ("yes", "true")), ("x-spam-status", ("yes",)), ("x-spam", ("yes", "true")))
#: Kinds whose words may quote the headers of the letter they are about.
ABOUT_A_LETTER = frozenset({MailKind.BOUNCE, MailKind.READ_RECEIPT})


def read_mail(content: bytes) -> Mail:
    """Read one mail; Unreadable where the bytes are no mail (empty, no mail header, binary)."""
    head, body = head_and_body(content)
    headers, rest = read_headers(head)
    if not any(name in MAIL_HEADERS for name, _ in headers.fields):
        raise Unreadable(_why(content))
    parts = read_parts(headers, rest + body)
    headers = Headers(headers.fields, hint=parts.declared)
    sender, sender_name = _sender(headers)
    subject = headers.text("subject")
    text = parts.text
    new_text, history = split_history(text)
    blocks = tuple(block for report in parts.reports for block in bounce.report_blocks(report[1]))
    kinds_of_report = [parts.report_type, *(name for name, _ in parts.reports)]
    kind = kind_of(Signs(headers, sender, subject, new_text, kinds_of_report, bounce.actions(blocks)))
    failed = _failed(headers, kind, blocks, parts)
    files, borrowed = Opened(list(parts.attachments)), False
    if kind is MailKind.MESSAGE and parts.attachments:
        files = opened(parts.attachments, _mail_inside)
        if not text.strip() and (words := _words_inside(files)):
            text, borrowed = words, not files.packed
            new_text, history = split_history(text)
    return Mail(
        message_id=next(iter(message_ids(headers.raw("message-id"))), ""), sender=sender, sender_name=sender_name,
        recipients=addresses(headers, RECIPIENTS), subject=subject, date=moment(headers.raw("date")), kind=kind,
        text=text, new_text=new_text, history=history, references=_references(headers, kind, blocks, parts),
        attachments=tuple(files.files), failed_recipients=failed,
        charsets=tuple(parts.charsets), warnings=(*_complaints(headers, sender), *parts.warnings, *files.warnings),
        sender_certain=certain(list(headers.all_raw("from"))) and not headers.has(UNCONFIRMED.lower()), bulk=_bulk(headers),
        borrowed=borrowed, private=headers.raw(PRIVATE.lower()) == "1", checks=checks(headers), automatic=automatic(headers), bridge=bridge(headers),
        seal=_seal(parts, sender), seal_broken=parts.seal is not None and (parts.part_signed or parts.seal.broken(sender)),
        reports=reports_of(blocks, failed, (sender, subject, new_text)) if kind in ABOUT_A_LETTER else (),
    )


def _seal(parts: Parts, sender: str) -> str:
    """What is said of the signature; one that covers only a part of the mail says nothing of the rest."""
    if parts.seal is None:
        return parts.sealed
    return f"{parts.seal.told(sender)}{'；仅部分内容有签名，其余不在签名之内' if parts.part_signed else ''}"


def _mail_inside(content: bytes) -> Inside:
    """A mail attached to a mail: its subject and words, and its files."""
    head, body = head_and_body(content)
    headers, rest = read_headers(head)
    parts = read_parts(headers, rest + body)
    return Inside(list(parts.attachments), "\n".join(filter(str.strip, (headers.text("subject"), parts.text))))


def _words_inside(files: Opened) -> str:
    """What to read of a mail without words of its own: those Outlook packed away, else those of the first mail attached."""
    name, words = next(iter((*files.packed, *files.words)), ("", ""))
    if words:
        files.warnings.append(f"正文取自所附的 {name} / the words are those of an attachment")
    return words


def sameness(mail: Mail) -> str:
    """A digest of what a mail says, whatever servers on its way wrote into it: two with the same are one mail (pain 8)."""
    words = "\n".join(line for raw in mail.text.splitlines() if (line := raw.strip()))
    # how it is taken belongs to it: a copy that a machine sent on, or one to another case, must not swallow the true one
    taken = (mail.kind.value, mail.automatic, mail.bridge, *sorted(one for one in mail.recipients if "+" in one))
    said = (mail.message_id, mail.sender, mail.date.isoformat() if mail.date else "", mail.subject, words, *taken)
    whole = hashlib.sha256("\0".join(said).encode("utf-8", "replace"))
    for one in mail.attachments:
        whole.update(b"\0" + one.name.encode("utf-8", "replace") + b"\0" + hashlib.sha256(one.content).digest())
    return whole.hexdigest()


def mail_json(mail: Mail, file: str, case_number: str | None, elements: Mapping[str, str]) -> dict[str, object]:
    """What `read-mail` prints of a mail: plain values only, the attachments by name, type and size."""
    return {
        "file": file, "message_id": mail.message_id, "from": mail.sender, "subject": mail.subject,
        "date": mail.date.isoformat() if mail.date else None, "kind": mail.kind.value, "new_text": mail.new_text,
        "quoted": mail.quoted, "case_number": case_number, "elements": dict(elements),
        "attachments": [{"name": a.name, "type": a.type, "bytes": len(a.content)} | ({"inside": a.inside} if a.inside else {}) for a in mail.attachments],
        **({"seal": mail.seal} if mail.seal else {}),
        "charsets": list(mail.charsets), "warnings": list(mail.warnings),
    }


def _why(content: bytes) -> str:
    if not content.strip():
        return "an empty file is no mail; fetch it again from its source"
    if b"\x00" in content[:1000]:
        return "binary bytes without a header are no mail; if this is an attachment, send it inside a mail"
    return "no header of a mail (From, To, Subject, Date, Received ...) at its start; was its head cut off?"


def _sender(headers: Headers) -> tuple[str, str]:
    """Address and name of who wrote; Sender and Return-Path lend the address where From has none to give."""
    address, name = mailbox(headers, headers.raw("from"))
    if headers.raw("from"):
        return address, name
    for other in ("sender", "return-path"):
        found, other_name = mailbox(headers, headers.raw(other))
        if found:
            return found, name or other_name
    return "", name


def _references(headers: Headers, kind: MailKind, blocks: tuple[Headers, ...], parts: Parts) -> tuple[str, ...]:
    found = [an_id for name in ("in-reply-to", "references") for value in headers.all_raw(name) for an_id in message_ids(value)]
    if kind in ABOUT_A_LETTER:
        found += bounce.original_ids(headers, blocks, parts.returned, parts.text)
    return tuple(dict.fromkeys(found))


def _failed(headers: Headers, kind: MailKind, blocks: tuple[Headers, ...], parts: Parts) -> tuple[str, ...]:
    return bounce.failed_recipients(headers, blocks, parts.text) if kind is MailKind.BOUNCE else ()


def _bulk(headers: Headers) -> bool:
    """Whether many get this mail, or a filter on the way took it for spam (RFC 2369, RFC 2919)."""
    return any(headers.has(name) for name in BULK) or any(
        value.strip().lower().startswith(words) for name, words in BULK_WORDS for value in headers.all_raw(name)
    )


def _complaints(headers: Headers, sender: str) -> list[str]:
    """What is wrong with the headers, in words."""
    found = [headers.readable(said) for said in headers.all_raw(WARNING.lower())]
    if not headers.has("message-id"):
        found.append("no Message-ID")
    if not headers.has("date"):
        found.append("no Date")
    elif moment(headers.raw("date")) is None:
        found.append("Date is no date")
    if not sender:
        found.append("no sender address")
    return found
