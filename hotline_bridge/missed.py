"""Callers nobody answered on a complaint line: one number, one call back, whatever order its calls are heard of in (P-3)."""

from datetime import datetime

from hotline_bridge.store.call_errands import ABANDONED, BRIDGE
from hotline_bridge.store.telephone import Known
from hotline_bridge.store.tx import Tx
from routing.meeting import INWARD, OLD, UNANSWERED, Attempt, to_call_back
from routing.rules import Rules

TELL = "call_errand"        # the step that tells the desk of errands, many in one letter
_MOST = 50                  # calls of one number that are looked at


def is_complaint(known: Known, rules: Rules) -> bool:
    """Whether a call is a complaint before anybody has written a word (P-3), and recent enough to be seen to."""
    return known.direction in INWARD and rules.calls.complains(known.hotline, known.queue) and known.noted - known.at <= OLD


def look(tx: Tx, ani: str, now: datetime, rules: Rules) -> None:
    """Owe a call back to a number whose last complaint call nobody answered, once; take it off the list where somebody has spoken with it."""
    calls = [one for one in tx.telephone.of_number(ani, _MOST) if one.direction in INWARD]
    errands = [one for one in tx.errands.of_calls([one.id for one in calls]) if one.kind == ABANDONED]
    called_back = max((one.done for one in errands if one.done is not None and one.who != BRIDGE), default=None)
    owed = to_call_back([_attempt(one, rules) for one in calls], called_back)
    waiting = [one for one in errands if one.done is None]
    kept = next((one for one in waiting if one.call in owed), None)
    for one in waiting:
        if one is not kept:
            tx.errands.settle(now, (ABANDONED,), call=one.call)
    if owed and kept is None and (opened := tx.errands.open(ABANDONED, now, call=owed[0])) is not None:
        tx.tasks.owe(TELL, opened, now)


def _attempt(one: Known, rules: Rules) -> Attempt:
    spoken = one.case is not None or (one.result == "answered" and bool(one.seat))        # a voice that bids welcome is nobody
    missed = one.result in UNANSWERED and one.ended is not None and is_complaint(one, rules)
    return Attempt(one.id, one.at, spoken=spoken, complaint=missed)
