"""Ends a case, or opens it again (P-18, P-19, T-5, C-4)."""

from dataclasses import replace
from datetime import datetime

from hotline_bridge import homeward
from hotline_bridge.asking import owe
from hotline_bridge.gathering import report_again, times_again
from hotline_bridge.recall import recall
from hotline_bridge.reopening import open_again
from hotline_bridge.store.tx import Tx
from routing.case import Case, Entry, State
from routing.clocks import WITHDRAWN, Event
from routing.closing import may_close
from routing.granting import may_withdraw
from routing.pack import Pack
from routing.rules import Rules



def close(  # noqa: PLR0913 (a decision and its words)
    tx: Tx, number: str, who: str, outcome: str, says: str, now: datetime, rules: Rules, *, free_will: bool = False, arrived: datetime | None = None,
) -> None:
    """Close a case with one of its pack's outcomes; RuleError says what is missing.

    A withdrawal ends the procedure on the day it `arrived`, now where that is not said (law:15); that it is of the
    customer's own will is asked first (P-19).
    """
    case = tx.cases.known(number)
    pack = rules.pack(case.pack)
    may_close(case, pack, outcome, answered=case.state is State.ANSWERED, free_will=free_will, reason=says)
    over = _withdrawn(tx, case, who, says, arrived or now, now, rules) if free_will and _is_withdrawal(pack, outcome) else now
    closed = replace(case.moved(State.CLOSED), closed=over, outcome=outcome)
    tx.cases.save(closed, Entry(now, who, "办结", "；".join(filter(None, (outcome, says))), rules.digest))
    recall(tx, case, who, now, rules, closes=True)
    homeward.ended(tx, case, who, now, rules)
    for kind in ("chase", "triage", "dispatch", "undelivered"):
        tx.tasks.strike(kind, case.id)
    owe(tx, closed, now, rules)


def _is_withdrawal(pack: Pack, outcome: str) -> bool:
    found = pack.outcome(outcome)
    return found is not None and found.needs_free_will


def _withdrawn(tx: Tx, case: Case, who: str, says: str, at: datetime, now: datetime, rules: Rules) -> datetime:  # noqa: PLR0913 (as above)
    """Write the withdrawal down; returns when it ended the procedure."""
    may_withdraw(case, rules.pack(case.pack), at, now)
    tx.clocks.note(case.id, Event(WITHDRAWN, at, now, who, reason=says.strip()))
    return at


def reopen(tx: Tx, number: str, who: str, says: str, now: datetime, rules: Rules) -> None:
    """Open a closed case again, since the customer does not accept the answer; reported upwards where it is the pack's time (P-18, C-5)."""
    case = tx.cases.known(number)
    again = open_again(tx, case, who, says, now, rules)
    report_again(tx, again, times_again(tx, again), now, rules)
