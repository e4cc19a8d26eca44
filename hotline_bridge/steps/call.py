"""A call has waited long enough for its form, or a form for its call: where that matters, a person sees to it (P-3, P-9.1)."""

from datetime import datetime

from adapters.formats.cdr import by_machine
from hotline_bridge import missed
from hotline_bridge.calling import look_again
from hotline_bridge.joining import ask_for_call, call_of, meet
from hotline_bridge.store.call_errands import NO_FORM
from hotline_bridge.store.telephone import Known
from hotline_bridge.store.tx import Tx
from routing.rules import Rules


def call(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Look at a call that no form has named within its time; most calls to a hotline are no complaints and need none."""
    known = tx.telephone.get(subject)
    if known is None:
        return
    known = look_again(tx, known, now, rules)
    if known.case is None and known.result == "answered" and missed.is_complaint(known, rules) and not _by_machine(tx, known):
        opened = tx.errands.open(NO_FORM, now, call=known.id)
        if opened is not None:
            tx.tasks.owe(missed.TELL, opened, now)


def _by_machine(tx: Tx, known: Known) -> bool:
    heard = call_of(tx, (known.global_id,), known.exchange)
    return heard is not None and by_machine(heard)


def form(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Look at a case whose form names a call that no exchange has told of within its time: without it there is no recording."""
    case = tx.cases.get(subject)
    meet(tx, (case.call_id,), now, rules)
    if not tx.telephone.of_case(case.id):
        ask_for_call(tx, case, now, rules)
