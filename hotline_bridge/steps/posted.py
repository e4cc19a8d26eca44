"""What the relay said about a letter goes into the case's book; a slip refused for good is the desk's (P-20)."""

from dataclasses import replace
from datetime import datetime

from hotline_bridge.recall import WITHDRAWN
from hotline_bridge.store.tray import ACCEPTED, OPEN, REFUSED
from hotline_bridge.store.tx import Tx
from routing.case import Entry, State
from routing.rules import Rules


def posted(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Note each answered recipient of a letter."""
    letter = tx.tray.get(subject)
    if letter.case is None:
        return
    case = tx.cases.get(letter.case)
    mine = [one for one in tx.tray.of_case(letter.case) if one.letter == subject and one.answer != OPEN]
    words = {ACCEPTED: "收件服务器已接收", REFUSED: "被拒收", WITHDRAWN: "已撤回"}
    says = "；".join(f"{one.recipient} {words.get(one.answer, one.answer)}：{one.said}" for one in mine)
    entry = Entry(now, "bridge", "投递结果", says, rules.digest)
    if not mine:
        return
    its_slip = letter.message_id.startswith(f"slip.{case.round}.")
    if case.state is State.SENT and its_slip:
        tx.tasks.owe("chase", case.id, now)         # the slip has left: from now on the unit is looked after
    if its_slip and any(one.answer == REFUSED for one in mine):
        tx.cases.save(replace(case, undelivered=True), entry)
        tx.tasks.owe("undelivered", case.id, now)
    else:
        tx.cases.note(case.id, entry)
