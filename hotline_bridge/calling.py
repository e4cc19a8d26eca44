"""Whatever tells of a call - a row of a file, an event, a push - is joined into one call, and that to its case (P-3, P-9.1)."""

from datetime import datetime, timedelta

from adapters.formats.cdr import ids_of, ties_of
from hotline_bridge import missed, recorded
from hotline_bridge.joining import call_of, complete, meet
from hotline_bridge.store.telephone import Known
from hotline_bridge.store.tx import Tx
from routing.meeting import UNANSWERED
from routing.papers import Call
from routing.rules import Rules
from routing.telephone import caller


def heard_of(tx: Tx, paper: int, part: Call, now: datetime, rules: Rules) -> Known:
    """Keep what a paper tells of a call, join it with what other papers told, and with the case whose form names it.

    Returns the call as it is known now. Whatever waits for it - a form, the desk - is owed a look; a caller on a complaint
    line whom nobody answered is owed a call back at once.
    """
    tx.calls.keep(paper, part, ids_of(part))
    known = _as_it_stands(tx, part, now, rules)
    recorded.named(tx, part.source, part.recording, now, rules, known)
    if known.case is None:
        tx.tasks.owe("call", known.id, now + timedelta(minutes=rules.calls.wait_minutes))
    return known


def look_again(tx: Tx, known: Known, now: datetime, rules: Rules) -> Known:
    """The call as its records and forms stand now: what another door has written in the same instant is seen by then."""
    call = call_of(tx, (known.global_id,), known.exchange)
    return known if call is None else _as_it_stands(tx, call, now, rules)


def _as_it_stands(tx: Tx, part: Call, now: datetime, rules: Rules) -> Known:
    call = call_of(tx, ids_of(part), part.source, ties_of(part)) or part
    known = tx.telephone.seen(call, caller(call.ani, rules.calls.home_area), ties_of(call), now)
    if meet(tx, ids_of(call), now, rules):
        known = tx.telephone.get(known.id) or known
    complete(tx, known, call, now, rules)
    if _left_waiting(known, rules) or (known.result == "answered" and tx.errands.waits_for(known.ani)):
        missed.look(tx, known.ani, now, rules)
    return known


def _left_waiting(known: Known, rules: Rules) -> bool:
    return bool(known.ani) and known.result in UNANSWERED and known.ended is not None and missed.is_complaint(known, rules)
