"""What a bounce or a receipt says about each recipient: by its report (RFC 3464, RFC 8098), else by its words."""

import re
from collections.abc import Iterator, Sequence

from adapters.formats.headers import Headers, bare_addresses
from routing.papers import Report

MOST = 200              # recipients of one report
LONGEST = 500           # characters of a server's words about one of them
STATUS = re.compile(r"(?<![0-9.])([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.])")
UNREAD = re.compile(r"(?:未读|未讀|not read)", re.IGNORECASE)


def reports_of(blocks: Sequence[Headers], failed: Sequence[str], told: tuple[str, str, str]) -> tuple[Report, ...]:
    """One report for each recipient. `failed` are the addresses it did not reach; `told` sender, subject and words of the mail."""
    sender, subject, words = told
    if found := tuple(_reported(blocks, words))[:MOST]:
        return found
    said = " ".join(words.split())[:LONGEST]
    if failed:
        return tuple(Report(one, "failed", _status(words), said) for one in failed[:MOST])
    return (Report(sender, "deleted" if UNREAD.match(subject) else "displayed", "", said),) if sender and not blocks else ()


def _reported(blocks: Sequence[Headers], words: str) -> Iterator[Report]:
    envelope = next((value for block in blocks if (value := block.raw("original-envelope-id").strip())), "")
    for block in blocks:
        final, original = _address(block, "final-recipient"), _address(block, "original-recipient")
        action = _first(block.raw("action")) or _disposition(block.raw("disposition"))
        if (final or original) and action:
            said = " ".join(block.text("diagnostic-code").partition(";")[2].split()) or " ".join(words.split())
            yield Report(final or original, action, _status(block.raw("status")) or _status(said), said[:LONGEST], original, envelope)


def _address(block: Headers, name: str) -> str:
    found = bare_addresses(block.raw(name).rsplit(";", 1)[-1])
    return found[0].lower() if found else ""


def _first(value: str) -> str:
    return next(iter(value.lower().split()), "").strip(";,")


def _disposition(value: str) -> str:
    """displayed, deleted …: what stands behind the mode (RFC 8098, 3.2.6)."""
    return re.split(r"[/\s,]", value.rpartition(";")[2].strip().lower(), maxsplit=1)[0]


def _status(text: str) -> str:
    found = STATUS.search(text)
    return found[1] if found else ""
