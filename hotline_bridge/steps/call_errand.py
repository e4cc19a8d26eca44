"""The desk is told of calls it must see to, in one letter; a person calls back, settles an errand, or joins a call to its case (P-3, P-9.1, P-21)."""

from collections.abc import Sequence
from datetime import datetime

from hotline_bridge import letters
from hotline_bridge.joining import join
from hotline_bridge.missed import TELL
from hotline_bridge.store.call_errands import ABANDONED, CallErrand
from hotline_bridge.store.tx import Tx
from hotline_bridge.telling import gathered
from routing.case import CaseId, Entry
from routing.errors import RuleError
from routing.rules import Rules

SEEN_TO, CALLED_BACK, MISSED = "通话核对", "回拨来电", "回拨未接通"
_LONGEST = 2_000                    # characters of what is said about one errand


def tell(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Tell the desk of the errands since the last letter, at most one letter each half hour and in working hours; what has settled itself is not told."""
    if not tx.errands.several((subject,)):
        return
    gathered(tx, letters.CALLS, now, rules)
    _tell(tx, tx.errands.several(tx.tasks.owed(TELL)), now, rules)


def _tell(tx: Tx, waiting: Sequence[CallErrand], now: datetime, rules: Rules) -> None:
    numbers = {case.id: case.number for case in tx.cases.several({one.case for one in waiting if one.case is not None})}
    cards = [letters.Missing(one.id, one.kind, one.at, numbers.get(CaseId(one.case), "") if one.case else "", one.call) for one in waiting]
    letter = tx.tray.put(letters.calls(cards, now, rules, tx.cases.sequence(letters.CALLS)), now)
    assert letter is not None       # its number is new
    for one in waiting:
        tx.tasks.strike(TELL, one.id)
    tx.tasks.owe("post", letter, now)


# what people decide -------------------------------------------------------------------------------------------------------
def done(tx: Tx, errand_id: int, who: str, says: str, now: datetime, rules: Rules) -> None:
    """A person has seen to an errand - called back, found the form, found the recording - and says how; RuleError without a word about it."""
    if not says.strip():
        msg = f"write down what came of {errand_id}, e.g. 已回拨，客户要求… or 非投诉来电"
        raise RuleError(msg)
    errand = _waiting(tx, errand_id, rules)
    tx.errands.done(errand.id, who, now, _said(errand, who, says, now, rules))
    tx.tasks.strike(TELL, errand.id)
    _note(tx, errand, Entry(now, who, CALLED_BACK if errand.kind == ABANDONED else SEEN_TO, says.strip()[:_LONGEST], rules.digest))


def missed(tx: Tx, errand_id: int, who: str, says: str, now: datetime, rules: Rules) -> None:
    """A person called back and nobody answered: it counts, and the errand stays (P-3); RuleError where the errand asks for no call."""
    errand = _waiting(tx, errand_id, rules)
    if errand.kind != ABANDONED:
        msg = f"{errand_id} asks for no call back but for what is missing ({errand.kind}); `hotline-bridge calls done {errand_id} --says …`"
        raise RuleError(msg)
    tx.errands.tried(errand.id, _said(errand, who, says.strip() or "未接通", now, rules))
    _note(tx, errand, Entry(now, who, MISSED, says.strip()[:_LONGEST], rules.digest))


def attach(tx: Tx, call_id: int, number: str, who: str, now: datetime, rules: Rules) -> None:
    """A person says which case a call is of; whatever the ids say, it stays so. RuleError where there is no such call or case."""
    case, known = tx.cases.known(number), tx.telephone.get(call_id)
    if known is None:
        msg = f"there is no call {call_id}; `hotline-bridge calls list` shows those that wait, `hotline-bridge cases show NUMBER` those of a case"
        raise RuleError(msg)
    if known.case == case.id and known.joined == who:
        return
    if known.case is not None and known.case != case.id:
        before = tx.cases.get(known.case)
        tx.cases.note(before.id, Entry(now, who, SEEN_TO, f"话单 {known.global_id}（{known.exchange}）改归 {case.number}", rules.digest))
    join(tx, known, case, who, now, rules)


def _waiting(tx: Tx, errand_id: int, rules: Rules) -> CallErrand:
    errand = tx.errands.get(errand_id)
    if errand is None:
        msg = f"there is no errand {errand_id} about a call; `hotline-bridge calls list` shows those that wait"
        raise RuleError(msg)
    if errand.done is not None:
        msg = f"{errand.who} has seen to {errand_id} already, at {errand.done.astimezone(rules.pack(rules.default_pack).zone):%Y-%m-%d %H:%M}"
        raise RuleError(msg)
    return errand


def _said(errand: CallErrand, who: str, says: str, now: datetime, rules: Rules) -> str:
    """What was said so far, and now this: an errand may have no case in whose book it could stand."""
    at = now.astimezone(rules.pack(rules.default_pack).zone)
    return "\n".join(filter(None, (errand.says, f"{at:%Y-%m-%d %H:%M} {who}：{says.strip()[:_LONGEST]}")))


def _note(tx: Tx, errand: CallErrand, entry: Entry) -> None:
    known = tx.telephone.get(errand.call) if errand.call is not None else None
    case = errand.case if errand.case is not None else known.case if known is not None else None
    if case is not None:
        tx.cases.get(case)      # one at a time
        tx.cases.note(case, entry)
