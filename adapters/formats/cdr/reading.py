"""Telephone records of any known exchange: which form they are in, the legs they hold, the calls these make."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from zoneinfo import ZoneInfo

from adapters.formats.ami import packets_of
from adapters.formats.cdr import ami, rows as r, vendor
from adapters.formats.cdr.lines import Damaged, records
from adapters.formats.cdr.rows import FORM, Row
from adapters.formats.cdr.sniff import AUTO, Sniffer, UnknownForm, switch_of
from adapters.formats.cdr.sources import AMI
from routing.papers import Call, Unreadable


class Silent(Unreadable):
    """These bytes are in order and tell of no call: a heading, or what a queue's log says about the queue itself."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A record that could not be read: the line it begins on, the reason and the cure."""

    line_number: int
    said: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in a file: its calls (or legs), and every record that made no sense."""

    calls: tuple[Call, ...]
    mistakes: tuple[Mistake, ...]


def calls_of(content: bytes, source: str, zone: ZoneInfo, form: str = AUTO) -> Reading:
    """Every telephone call in a file of records, one Call each, in the order in which they began to be written.

    Rows of one linkedid (without it: of one uniqueid) are one call; legs of FreeSWITCH are joined by call_uuid and
    bleg_uuid. Times without a zone are in `zone`. `form` is "auto" or one of FORMS. Unreadable where no record is in a
    known form; ValueError for an unknown `form`.
    """
    rows, mistakes = _rows(content, zone, form)
    return Reading(tuple(call_of(source, group) for group in _grouped(rows)), mistakes)


def legs_of(content: bytes, source: str, zone: ZoneInfo, form: str = AUTO) -> Reading:
    """Like calls_of, but one Call for each record, not yet joined."""
    rows, mistakes = _rows(content, zone, form)
    return Reading(tuple(call_of(source, [row]) for row in rows), mistakes)


def leg_of(line: bytes, source: str, zone: ZoneInfo, form: str = AUTO) -> Call:
    """The one record in these bytes, as a Call that may be joined with others; Unreadable where there is no such."""
    read = legs_of(line, source, zone, form)
    if read.mistakes:
        raise Unreadable(f"telephone record of {source}: {read.mistakes[0].said}")
    if not read.calls:
        raise Silent(f"telephone record of {source}: 0 records, the line tells of no call")
    if len(read.calls) != 1:
        raise Unreadable(f"telephone record of {source}: {len(read.calls)} records where one was expected; use legs_of")
    return read.calls[0]


def events_of(content: bytes, source: str, zone: ZoneInfo) -> Reading:
    """What Asterisk's events tell of calls, one Call each; a Mistake names the event by its place instead of a line."""
    rows: list[Row] = []
    mistakes = []
    for place, packet in enumerate(packets_of(content), 1):
        told = ami.rows_of([packet], zone.key, AMI)
        try:
            for row in told:
                switch_of(row).check(row)
        except ValueError as error:
            mistakes.append(Mistake(place, f"{AMI}: {error}"))
        else:
            rows += told
    return Reading(tuple(call_of(source, group) for group in _grouped(rows)), tuple(mistakes))


def joined(legs: Sequence[Call]) -> Call:
    """The one Call these legs, or parts of a call already joined, make.

    A Call is a function of its rows: order and repetition change nothing, and what was joined may be joined again.
    ValueError where there are none, or where they belong to different calls.
    """
    sources = {leg.source for leg in legs}
    if len(sources) != 1:
        raise ValueError(f"legs of one exchange are joined, these are of {sorted(sources) or 'none'}")
    groups = list(_grouped([row for leg in legs for row in leg.raw]))
    if len(groups) != 1:
        ids = sorted({leg.global_call_id for leg in legs})
        raise ValueError(f"these legs belong to {len(groups)} calls, join each by itself: {', '.join(ids[:5])}")
    return call_of(sources.pop(), groups[0])


def parted(legs: Iterable[Call]) -> list[Call]:
    """The calls that legs of one exchange make, each joined by itself."""
    listed = list(legs)
    return [call_of(listed[0].source, group) for group in _grouped([row for leg in listed for row in leg.raw])]


def call_of(source: str, rows: Iterable[Row]) -> Call:
    """The Call these rows (Call.raw) of one call make; this is how a stored call comes back."""
    listed = r.distinct(rows)
    return switch_of(listed[0]).call_of(source, listed)


def by_machine(call: Call) -> bool:
    """Whether a call that counts as answered was answered by the exchange alone: a greeting, a menu, a voice that asks to wait (P-3)."""
    return call.result == "answered" and not call.agent_no and all(switch_of(row).alone(row) for row in call.raw)


def ties_of(call: Call) -> frozenset[str]:
    """The ids by which legs find each other: legs that share one, directly or through others, are one call."""
    return frozenset().union(*(switch_of(row).ties(row) for row in call.raw))


def ids_of(call: Call) -> frozenset[str]:
    """Every id under which a seat's form may name this call."""
    shared = frozenset[str]().union(*(vendor.names(row) for row in call.raw if row[FORM] == vendor.FORM_NAME))
    return ties_of(call) | shared | {call.call_id, call.global_call_id} | {switch_of(row).call_id(row) for row in call.raw}


def call_json(call: Call) -> dict[str, object]:
    """A call as a JSON object: the names of Call, times in ISO 8601 with zone or null, no recording is null."""
    found: dict[str, object] = {field.name: getattr(call, field.name) for field in fields(call)}
    for name in ("t_start", "t_answer", "t_end"):
        at = getattr(call, name)
        found[name] = None if at is None else at.isoformat()
    return found | {"recording": call.recording or None, "raw": [dict(row) for row in call.raw]}


def _rows(content: bytes, zone: ZoneInfo, form: str) -> tuple[list[Row], tuple[Mistake, ...]]:
    sniffer = Sniffer(zone, form)
    rows: list[Row] = []
    mistakes: list[Mistake] = []
    strange = 0
    for record in records(content):
        try:
            rows.extend(sniffer.rows(record))
        except Damaged as error:
            mistakes.append(Mistake(record.line_number, str(error)))
            strange += isinstance(error, UnknownForm)
    if strange and not rows and strange == len(mistakes):
        raise Unreadable(f"no telephone records in a form we know: line {mistakes[0].line_number}: {mistakes[0].said}")
    return rows, tuple(mistakes)


def _grouped(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """The rows of each call, calls in the order of their first rows: whatever shares an id, through others too."""
    parents: dict[str, str] = {}

    def root(tie: str) -> str:
        while parents.setdefault(tie, tie) != tie:
            parents[tie] = tie = parents[parents[tie]]
        return tie

    ties = [sorted(switch_of(row).ties(row)) for row in rows]
    for tied in ties:
        for other in tied[1:]:
            parents[root(other)] = root(tied[0])
    groups: dict[str, list[Row]] = {}
    for row, tied in zip(rows, ties, strict=True):
        groups.setdefault(root(tied[0]), []).append(row)
    yield from groups.values()
