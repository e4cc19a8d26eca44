"""Ends a case, or opens it again (P-18, P-19, T-5, C-4)."""

from dataclasses import replace
from datetime import datetime

from hotline_bridge.store.tx import Tx
from routing.case import Entry, State
from routing.closing import may_close
from routing.errors import RuleError
from routing.rules import Rules


def close(tx: Tx, number: str, who: str, outcome: str, says: str, now: datetime, rules: Rules, *, free_will: bool = False) -> None:  # noqa: PLR0913 (a decision and its words)
    """Close a case with one of its pack's outcomes; RuleError says what is missing."""
    case = tx.cases.by_number(number)
    if case is None:
        msg = f"there is no case {number}; look at `hotline-bridge cases list`"
        raise RuleError(msg)
    pack = rules.pack(case.pack)
    may_close(case, pack, outcome, answered=case.state is State.ANSWERED, free_will=free_will, reason=says)
    tx.cases.save(case.moved(State.CLOSED), Entry(now, who, "办结", "；".join(filter(None, (outcome, says))), rules.digest))
    for kind in ("chase", "triage", "dispatch", "undelivered"):
        tx.tasks.strike(kind, case.id)


def reopen(tx: Tx, number: str, who: str, says: str, now: datetime, rules: Rules) -> None:
    """Open a closed case again and lay it before the desk: the customer does not accept the answer (P-18)."""
    case = tx.cases.by_number(number)
    if case is None:
        msg = f"there is no case {number}; look at `hotline-bridge cases list`"
        raise RuleError(msg)
    again = replace(case.moved(State.DESK), climbed=0)
    tx.cases.save(again, Entry(now, who, "重新办理", says or "客户不接受处理结果（P-18）", rules.digest))
    tx.tasks.owe("chase", case.id, now)
