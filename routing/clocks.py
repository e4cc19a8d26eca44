"""What moves a case's limits after it was received: events with their proofs, and where the clocks stand because of them.

An extension under the pack needs both proofs, the reason given to the sender of the slip and the customer told when and
how; with one of them it is a request that moves nothing (P-11.2). The legal limit is prolonged once, for complex cases,
by an approver above, the customer told; days of an external appraisal do not count for it, the customer told; new facts
let the clocks start anew on their day (law:18). A withdrawal ends the procedure on the day it arrives (law:15), where it
is of the customer's own will (P-19).

Readings where the sources are silent: new facts start the pack's clock anew too, for they are received that day; what was
granted before belongs to the clock that ran then. An appraisal noted again with the same first day replaces the former.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo

EXTENSION, PROLONGED, APPRAISAL, NEW_FACTS = "extension", "law-extension", "appraisal", "new-facts"
WITHDRAWN, PRESSED, MERGED, UNMERGED = "withdrawal", "pressed", "merged", "unmerged"
CALLED = {      # the words of the book and of the screens
    EXTENSION: "延期", PROLONGED: "法定期限延长", APPRAISAL: "鉴定期间扣除", NEW_FACTS: "新事实重新起算", WITHDRAWN: "撤诉",
    PRESSED: "撤诉非自愿", MERGED: "并案", UNMERGED: "撤销并案",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a case's clocks. Times are aware; "" and None stand for a proof that is not there."""

    kind: str
    at: datetime                        # from when it counts: the first day of an appraisal, the day new facts came
    noted: datetime
    who: str
    until: datetime | None = None       # the new last day, or the last day of an appraisal
    reason: str = ""
    approver: str = ""
    told: datetime | None = None        # when the customer was told
    told_how: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case's clocks stand: from when they count, what is granted, and what is only asked for."""

    start: datetime
    restarted: Event | None = None
    extension: Event | None = None      # granted: both proofs are there
    request: Event | None = None        # an extension that lacks a proof; it moves nothing
    prolonged: Event | None = None
    away: tuple[tuple[date, date], ...] = ()    # spans of days that do not count for the legal limit


def standing(events: Sequence[Event], received: datetime, zone: tzinfo) -> Standing:
    """Add up a case's events, in the order they were noted; `received` is from when its limits count without them."""
    if not events:
        return Standing(received)
    restarted = max((one for one in events if one.kind == NEW_FACTS and one.at >= received), key=lambda one: one.at, default=None)
    start = restarted.at.astimezone(received.tzinfo) if restarted else received
    live = [one for one in events if one.noted >= start]
    granted, request = _extensions(one for one in live if one.kind == EXTENSION)
    return Standing(start, restarted, granted, request, next((one for one in live if one.kind == PROLONGED), None), _away(events, zone))


def lacking(request: Event) -> tuple[str, ...]:
    """Return which proofs an extension lacks: "reason" (to the sender of the slip), "told" (the customer) (P-11.2)."""
    told = request.told is not None and bool(request.told_how.strip())
    return tuple(name for name, there in (("reason", bool(request.reason.strip())), ("told", told)) if not there)


def joined(request: Event | None, later: Event) -> Event:
    """Return a request with the proofs that came later; one for another day stands alone, for the customer was told of the first."""
    if request is None or (later.until is not None and later.until != request.until):
        return later
    return replace(
        later, until=request.until, reason=later.reason or request.reason, told=later.told or request.told,
        told_how=later.told_how or request.told_how, at=request.at,
    )


def away_days(spans: Iterable[tuple[date, date]], first: date, last: date) -> int:
    """Count the days of these spans that lie between the two, both counted, each once."""
    return len({n for begins, ends in spans for n in range(max(begins, first).toordinal(), min(ends, last).toordinal() + 1)})


def _extensions(events: Iterable[Event]) -> tuple[Event | None, Event | None]:
    """The furthest extension that has both proofs, and the request that still lacks one."""
    granted: Event | None = None
    request: Event | None = None
    for one in events:
        request = joined(request, one)
        if request.until is None or lacking(request):
            continue
        if granted is None or granted.until is None or request.until > granted.until:
            granted = request
        request = None
    return granted, request


def _away(events: Sequence[Event], zone: tzinfo) -> tuple[tuple[date, date], ...]:
    spans = {
        one.at.astimezone(zone).date(): one.until.astimezone(zone).date() for one in events if one.kind == APPRAISAL and one.until is not None
    }
    return tuple(sorted(spans.items()))
