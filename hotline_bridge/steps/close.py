"""Ends a case, or opens it again (P-18, P-19, T-5, C-4)."""

from dataclasses import replace
from datetime import datetime

from hotline_bridge.recall import outdate, recall
from hotline_bridge.store.tx import Tx
from routing.case import REOPENED, Case, Entry, State
from routing.closing import may_close
from routing.errors import RuleError
from routing.rules import Rules
from routing.slip import spoken_time



def close(tx: Tx, number: str, who: str, outcome: str, says: str, now: datetime, rules: Rules, *, free_will: bool = False) -> None:  # noqa: PLR0913 (a decision and its words)
    """Close a case with one of its pack's outcomes; RuleError says what is missing."""
    case = tx.cases.by_number(number)
    if case is None:
        msg = f"there is no case {number}; look at `hotline-bridge cases list`"
        raise RuleError(msg)
    pack = rules.pack(case.pack)
    may_close(case, pack, outcome, answered=case.state is State.ANSWERED, free_will=free_will, reason=says)
    closed = replace(case.moved(State.CLOSED), closed=now, outcome=outcome)
    tx.cases.save(closed, Entry(now, who, "办结", "；".join(filter(None, (outcome, says))), rules.digest))
    recall(tx, case, who, now, rules)
    for kind in ("chase", "triage", "dispatch", "undelivered"):
        tx.tasks.strike(kind, case.id)


def reopen(tx: Tx, number: str, who: str, says: str, now: datetime, rules: Rules) -> None:
    """Open a closed case again and lay it before the desk: the customer does not accept the answer (P-18).

    The case keeps its number, and so is linked to the first. What the customer says now is written below the first
    complaint and judged with it, so that no signature of before fits it; its limits count from now, and what was
    answered before does not answer it.
    """
    case = tx.cases.by_number(number)
    if case is None:
        msg = f"there is no case {number}; look at `hotline-bridge cases list`"
        raise RuleError(msg)
    again = rules.judged(_complained_again(case.moved(State.DESK), says.strip(), now, rules))
    tx.cases.save(again, Entry(now, who, REOPENED, says.strip() or "客户不接受处理结果（P-18）", rules.digest))
    outdate(tx, case)
    tx.tasks.owe("chase", case.id, now)


def _complained_again(case: Case, says: str, now: datetime, rules: Rules) -> Case:
    at = spoken_time(now, rules.pack(case.pack).zone)
    text = f"{case.complaint.text}\n【再次投诉，{at}】{says or '客户不接受处理结果，请重新核实。'}"
    complaint = replace(case.complaint, text=text)
    return rules.timed(replace(
        case, complaint=complaint, received=now, climbed=0, undelivered=False, answered=None, closed=None, outcome="", satisfaction="",
    ))
