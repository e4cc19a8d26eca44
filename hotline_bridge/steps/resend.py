"""A person has a letter given to the relay once more: the same bytes, to those who were to get it (pain 15)."""

from collections.abc import Sequence
from datetime import datetime

from hotline_bridge.store.tray import Delivery, Letter
from hotline_bridge.store.tx import Tx
from routing.case import CaseId, Entry, State
from routing.delivery import RESENT, WITHDRAWN
from routing.errors import RuleError
from routing.rules import Rules

OUT = frozenset({State.SENT, State.ANSWERED})


def resend(tx: Tx, letter_id: int, to: Sequence[str], who: str, now: datetime, rules: Rules) -> tuple[str, ...]:
    """Owe the letter to the relay again, for all its recipients or those of `to`; returns them. RuleError says why not.

    Only for whom it was meant: whom a slip goes to is decided by routing and, of a flagged case, signed for (P-9.1).
    """
    letter = tx.tray.find(letter_id)
    if letter is None:
        msg = f"there is no letter {letter_id}; `hotline-bridge letters list CASE-NUMBER` shows those of a case"
        raise RuleError(msg)
    rows = {one.recipient: one for one in tx.tray.of_letter(letter_id)}
    if strangers := [one for one in to if one not in rows]:
        msg = f"letter {letter_id} was not for {'、'.join(strangers)} but for {'、'.join(rows)}; to send the case to another unit use `cases assign`"
        raise RuleError(msg)
    chosen = [rows[one] for one in to or rows if rows[one].answer != WITHDRAWN]
    if reason := _why_not(tx, letter, chosen):
        raise RuleError(reason)
    for one in chosen:
        tx.tray.receipt(letter_id, one.recipient, RESENT, f"{who} 要求重发", now, owed=True)
    tx.tasks.hasten("post", letter_id, now)
    if letter.case is not None:
        says = f"{letter.purpose}（信件 {letter_id}）重发：{'、'.join(one.recipient for one in chosen)}"
        tx.cases.note(letter.case, Entry(now, who, "重发", says, rules.digest))
    return tuple(one.recipient for one in chosen)


def _why_not(tx: Tx, letter: Letter, chosen: Sequence[Delivery]) -> str:
    """Why this letter must not leave once more; "" where it may."""
    if not chosen:
        return f"letter {letter.id} was withdrawn before it left; what replaced it is in `letters list`"
    if letter.raw is None or all(one.owed for one in chosen):
        return f"letter {letter.id} is in the tray and leaves by itself as soon as the relay takes it; see `hotline-bridge letters show {letter.id}`"
    if letter.case is None or not letter.purpose.startswith(("slip", "copy")):
        return ""
    case = tx.cases.get(CaseId(letter.case))
    if case.state not in OUT or not letter.message_id.startswith((f"slip.{case.round}.", f"copy.{case.round}.")):
        return f"letter {letter.id} is an earlier slip of {case.number}, which has been changed, closed or sent anew since; resend the one of its present round"
    return ""
