"""A slip did not arrive: it goes to the unit's second contact instead, and the desk is told (P-20, pain 15)."""

from collections.abc import Iterator
from datetime import datetime

from hotline_bridge import letters
from hotline_bridge.fares import of_this_round, overdue
from hotline_bridge.store.tray import BOUNCED, REFUSED, Delivery
from hotline_bridge.store.tx import Tx
from hotline_bridge.travel import stood_in
from routing.case import Case, Entry, State
from routing.rules import Rules


def undelivered(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Send the very same slip to the second contact where there is one, and write one alarm for each further failure.

    A flagged case goes only to whom the reviewer signed for, second contacts included (P-9.1).
    """
    case = tx.cases.get(subject)
    failed = [one for one in tx.tray.of_case(case.id) if of_this_round(one, case) and (one.answer in {REFUSED, BOUNCED} or overdue(one, now, rules))]
    if case.state is not State.SENT or not failed:
        return
    instead = dict.fromkeys(_stand_ins(tx, case, failed, now, rules))
    letter = tx.tray.put(letters.alarm(case, failed, tuple(instead), now, rules), now)
    if letter is not None:
        tx.tasks.owe("post", letter, now)


def _stand_ins(tx: Tx, case: Case, failed: list[Delivery], now: datetime, rules: Rules) -> Iterator[str]:
    """Lay the slip into the tray for each second contact who has not got it yet; yields all who have it."""
    signed = tx.cases.signature(case.id)
    had = {one.recipient for one in tx.tray.of_case(case.id) if of_this_round(one, case)}
    gone = {one.recipient for one in failed}
    for one in failed:
        box = letters.stand_in(case, one.recipient, rules)
        if not box or box in gone or (rules.holds(case) and (signed is None or box not in letters.signed_for(signed))):
            continue
        if box not in had:
            letter = tx.tray.put(letters.again(tx.tray.get(one.letter), one.recipient, box, case, now, rules), now)
            if letter is not None:
                tx.tasks.owe("post", letter, now)
                stood_in(tx, case, one, (box, letter))
                tx.cases.note(case.id, Entry(now, "bridge", "改送第二联系人", f"{one.recipient} 未送达，改送 {box}（P-20）", rules.digest))
        yield box
