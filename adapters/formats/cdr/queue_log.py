"""Asterisk's queue_log: `epoch|callid|queue|member|EVENT|…`, the one source that names the seat and who gave up waiting.

Meaning of the columns behind the event: docs.asterisk.org, Queue Logs. A line becomes a part of a call: it says less than
a CDR, and is joined to those of the same call. Lines about queues and seats themselves tell of no call.
"""

from collections.abc import Mapping
import re

from adapters.formats.cdr.lines import Damaged
from adapters.formats.exchange_text import clean, words

#: Marks a row that is a part of a call and no record of its own, and says of what kind.
EVENT = "@event"
JOINED, CONNECTED, COMPLETED, ABANDONED = "enter", "connect", "complete", "abandon"
_COLUMNS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "ENTERQUEUE": (JOINED, ("", "ani")),
    "CONNECT": (CONNECTED, ("waited", "bridged")),
    "COMPLETEAGENT": (COMPLETED, ("waited", "talked")),
    "COMPLETECALLER": (COMPLETED, ("waited", "talked")),
    "BLINDTRANSFER": (COMPLETED, ("", "", "waited", "talked")),
    "ATTENDEDTRANSFER": (COMPLETED, ("", "", "waited", "talked")),
    "TRANSFER": (COMPLETED, ("", "", "waited", "talked")),          # before Asterisk 12
    "ABANDON": (ABANDONED, ("", "", "waited")),
    "EXITWITHTIMEOUT": (ABANDONED, ("", "", "waited")),
    "EXITWITHKEY": (ABANDONED, ("", "", "", "waited")),
    "EXITEMPTY": (ABANDONED, ("", "", "waited")),
}
_LOOKS = re.compile(rb"[0-9]{9,10}(?:\.[0-9]+)?\|[^|]*\|[^|]*\|[^|]*\|[A-Z]{3,20}(?:\||\s*$)")
_NOBODY = frozenset({"", "NONE", "REALTIME", "MANAGER"})
_MEMBER = re.compile(r"(?P<tech>[A-Za-z0-9]+)/(?P<peer>[^@/;]+).*", re.DOTALL)
_LONGEST = 8192


def looks_like(raw: bytes) -> bool:
    """Whether a line is one of a queue_log."""
    return bool(_LOOKS.match(raw.lstrip()))


def row(raw: bytes) -> dict[str, str] | None:
    """The part of a call that a line tells, None where it tells of no call. Damaged where it was torn."""
    if b"\0" in raw or len(raw) > _LONGEST:
        raise Damaged("the line holds NUL bytes or is far too long, left by a crash or a full disk; take it from the exchange's backup")
    cells = [clean(cell).strip() for cell in words(raw).strip().split("|")]
    if len(cells) < 5 or not looks_like(raw):
        raise Damaged("no line of a queue_log, or one that was cut short; expected epoch|callid|queue|member|EVENT|…")
    at, call, queue, member, event, *rest = cells
    if event not in _COLUMNS or call in _NOBODY:
        return None
    kind, names = _COLUMNS[event]
    told = {name: value for name, value in zip(names, rest, strict=False) if name and value}
    seat = {} if member in _NOBODY else {"agent_no": seat_of(member)}
    return {EVENT: kind, "said": event, "time": at, "uniqueid": call, "queue": "" if queue in _NOBODY else queue, **seat, **told}


def seat_of(member: str) -> str:
    """The seat behind a member's name: Agent/3001, SIP/8007, Local/3001@agents/n; any other name is itself."""
    found = _MEMBER.fullmatch(member)
    return found["peer"] if found else member
