"""A closed case goes on: the customer does not accept the answer, whether they say so to the desk or when they are asked (P-18)."""

from dataclasses import replace
from datetime import datetime

from hotline_bridge.recall import outdate, recall
from hotline_bridge.store.callbacks import OWED, WITHDRAWN
from hotline_bridge.store.tx import Tx
from routing.case import REOPENED, Case, Entry, State
from routing.errors import RuleError
from routing.rules import Rules
from routing.slip import spoken_time


def open_again(tx: Tx, case: Case, who: str, says: str, now: datetime, rules: Rules) -> Case:
    """Open a closed case again and lay it before the desk (P-18).

    The case keeps its number, and so is linked to the first. What the customer says now is written below the first
    complaint and judged with it, so that no signature of before fits it; its limits count from now, and what was
    answered before does not answer it. RuleError for one that goes on in another case.
    """
    if case.merged_into is not None:
        msg = f"case {case.number} goes on in {tx.cases.get(case.merged_into).number} (law:18): reopen that one, or take the merger back with `matters unmerge`"
        raise RuleError(msg)
    again = rules.judged(_complained_again(case.moved(State.DESK), says.strip(), now, rules))
    tx.cases.save(again, Entry(now, who, REOPENED, says.strip() or "客户不接受处理结果（P-18）", rules.digest))
    recall(tx, case, who, now, rules)
    outdate(tx, case)
    for one in tx.callbacks.of_case(case.id):
        if one.state == OWED:
            tx.callbacks.settle(one, now, WITHDRAWN, "已重新办理", who)
    tx.tasks.owe("chase", case.id, now)
    return again


def _complained_again(case: Case, says: str, now: datetime, rules: Rules) -> Case:
    at = spoken_time(now, rules.pack(case.pack).zone)
    text = f"{case.complaint.text}\n【再次投诉，{at}】{says or '客户不接受处理结果，请重新核实。'}"
    complaint = replace(case.complaint, text=text)
    return rules.timed(replace(
        case, complaint=complaint, received=now, climbed=0, undelivered=False, answered=None, closed=None, outcome="", satisfaction="",
    ))
