"""Whatever tells of a call - a row of a file, an event, a push - is joined into one call, and that to its case (P-3, P-9.1)."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from adapters.formats.cdr import ids_of
from hotline_bridge.opening import call_of
from hotline_bridge.store.telephone import Known
from hotline_bridge.store.tx import Tx
from routing.case import Case, Entry, Recording
from routing.papers import Call
from routing.rules import Rules
from routing.telephone import plain

JOINED = "话单关联"


def heard_of(tx: Tx, paper: int, part: Call, now: datetime, rules: Rules) -> Known:
    """Keep what a paper tells of a call, join it with what other papers told, and with the case whose form names it.

    Returns the call as it is known now. Whatever waits for it - a form, a recording, the desk - is owed a look.
    """
    tx.calls.keep(paper, part, ids_of(part))
    call = call_of(tx, ids_of(part), part.source) or part
    case = tx.cases.by_call(ids_of(call))
    known = tx.telephone.seen(call, plain(call.ani, rules.calls.home_area), case.id if case else None, now)
    if case is not None and call.recording and not case.recording.reference:
        says = f"话单 {call.global_call_id or call.call_id}，录音 {call.recording}"
        tx.cases.save(replace(case, recording=Recording(call.recording)), Entry(now, part.source, JOINED, says, rules.digest))
    if known.case is None:
        tx.tasks.owe("call", known.id, now + timedelta(minutes=rules.calls.wait_minutes))
    return known


def names(tx: Tx, case: Case, call_ids: Collection[str]) -> None:
    """A form names a call: whatever call goes by these ids belongs to its case."""
    for known in tx.telephone.named(call_ids):
        if known.case is None:
            tx.telephone.belongs(known.id, case.id)
            tx.tasks.strike("call", known.id)
