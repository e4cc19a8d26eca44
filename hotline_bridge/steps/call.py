"""A call has waited long enough for its form: where it was a complaint for certain, a person sees to it (P-3, P-9.1)."""

from datetime import datetime

from hotline_bridge.store.tx import Tx
from routing.rules import Rules


def call(tx: Tx, subject: int, _now: datetime, _rules: Rules) -> None:
    """Look at a call that no form has named within its time; most calls to a hotline are no complaints and need none."""
    known = tx.telephone.get(subject)
    if known is None or known.case is not None:
        return
