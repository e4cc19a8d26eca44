"""How a case's limits are shown: each clock beside the others, how it came about, and what moved it. One shape for API and command line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from hotline_bridge.store.tx import Tx
from routing.case import Case
from routing.clocks import CALLED, Event, lacking
from routing.rules import Rules


@dataclass(frozen=True, slots=True)
class Timed:
    """A case, and what moved its clocks."""

    case: Case
    events: Sequence[Event]


def timed(tx: Tx, number: str) -> Timed | None:
    """Gather a case by its number; None where there is none."""
    case = tx.cases.by_number(number)
    return None if case is None else Timed(case, tx.clocks.of_case(case.id))


def explained(one: Timed, rules: Rules) -> dict[str, object]:
    """All limits of a case with their explanations in Chinese and English, its events with their proofs, and what only waits (P-11.2)."""
    case, zone = one.case, rules.pack(one.case.pack).zone
    found = rules.deadlines(case, one.events)
    return {
        "number": case.number, "state": case.state.name, "state_zh": case.state.value, "received": _time(case.received, zone),
        "due": _time(found.due, zone), "last_day": _time(found.last_day, zone), "law_due": _time(found.law_due, zone),
        "authority_due": _time(found.authority_due, zone), "provisional": found.provisional, "rule": found.rule,
        "clocks": [
            {"clock": it.name, "due": _time(it.due, zone), "last_day": _time(it.last_day, zone), "rule": it.rule, "zh": list(it.zh), "en": list(it.en)}
            for it in found.clocks()
        ],
        **moved(one, rules),
    }


def moved(one: Timed, rules: Rules) -> dict[str, object]:
    """What moved a case's clocks, each with its proofs, and the extension that lacks one: it moves nothing yet (P-11.2)."""
    zone = rules.pack(one.case.pack).zone
    asked = rules.deadlines(one.case, one.events).standing.request
    return {
        "events": [_event(event, zone) for event in one.events],
        "pending": None if asked is None else {**_event(asked, zone), "lacks": list(lacking(asked))},
    }


def _event(event: Event, zone: tzinfo) -> dict[str, object]:
    return {
        "kind": event.kind, "kind_zh": CALLED.get(event.kind, event.kind), "at": _time(event.at, zone), "noted": _time(event.noted, zone), "who": event.who,
        "until": _time(event.until, zone), "reason": event.reason, "approver": event.approver, "told": _time(event.told, zone), "told_how": event.told_how,
    }


def _time(at: datetime | None, zone: tzinfo) -> str | None:
    return None if at is None else at.astimezone(zone).isoformat(timespec="seconds")
