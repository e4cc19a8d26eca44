"""What an edit, a closing or a reopening makes void: letters not yet gone, and answers to the slip before (P-9.1, P-18)."""

from datetime import datetime

from hotline_bridge.store.answers import COUNTED
from hotline_bridge.store.tx import Tx
from routing.case import Case, Entry
from routing.delivery import WITHDRAWN
from routing.rules import Rules

FORMER = "former"           # of an answer: it was given to the slip before
_OUTWARD = ("slip", "copy", "notice", "incomplete", "urge", "assist", "dispute", "callback")
_RESULTS = ("result",)      # on their way home: still true of a case that closes, no longer of one that goes on (P-9.7)


def recall(tx: Tx, case: Case, who: str, now: datetime, rules: Rules, *, closes: bool = False) -> None:
    """Take the case's letters that have not left out of the tray again; one on its way at this moment may still arrive.

    Where the case only `closes`, the result still goes home to everyone on the way (P-9.7).
    """
    void = _OUTWARD if closes else (*_OUTWARD, *_RESULTS)
    tx.reminders.lift([case.id], now)
    left = [one for one in tx.tray.of_case(case.id) if one.owed and one.purpose.startswith(void)]
    for one in left:
        tx.tray.receipt(one.letter, one.recipient, WITHDRAWN, "未投出，已撤回；撤回时正在投递的可能已送达", now)
        tx.tasks.strike("post", one.letter)
    if left:
        says = "、".join(dict.fromkeys(f"{one.purpose} {one.recipient}" for one in left))
        tx.cases.note(case.id, Entry(now, who, "撤回未投出的邮件", says, rules.digest))


def outdate(tx: Tx, case: Case) -> None:
    """Let earlier answers count no more: what goes out next is to be answered anew."""
    for one in tx.answers.of_case(case.id, COUNTED):
        tx.answers.judge(one.id, FORMER)
