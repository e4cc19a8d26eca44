"""A slip did not arrive: the desk is told, and the unit's second contact where they have a mailbox of their own (P-20)."""

from datetime import datetime

from hotline_bridge import letters
from hotline_bridge.store.tray import ACCEPTED, OPEN
from hotline_bridge.store.tx import Tx
from routing.case import State
from routing.rules import Rules


def undelivered(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Write one alarm for each round of slips that did not arrive."""
    case = tx.cases.get(subject)
    failed = [one for one in tx.tray.of_case(case.id) if one.purpose.startswith("slip") and one.answer not in {OPEN, ACCEPTED}]
    if case.state is State.CLOSED or not failed:
        return
    letter = tx.tray.put(letters.alarm(case, failed, now, rules), now)
    if letter is not None:
        tx.tasks.owe("post", letter, now)
