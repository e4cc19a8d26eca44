"""The reviewer listens again and signs, or hands the case back to the desk (P-9.1)."""

from dataclasses import replace
from datetime import datetime

from hotline_bridge import letters
from hotline_bridge.store.cases import Signature
from hotline_bridge.store.tx import Tx
from routing.case import Case, Entry, Recording, State
from routing.errors import RuleError
from routing.route import route
from routing.rules import Rules


def sign(tx: Tx, number: str, who: str, findings: str, heard: Recording, now: datetime, rules: Rules) -> None:  # noqa: PLR0913 (a signature binds all of it)
    """Sign: bound to the recording as it was heard, the slip's words and the recipients; then the slip may leave.

    RuleError where the case is not held, the reviewer is the seat who took the call, or nothing was found.
    """
    case = _held(tx, number)
    if who.strip().casefold() == case.seat.strip().casefold():
        msg = f"{who} took the call of case {number} and cannot review it; another reviewer must sign (P-9.1)"
        raise RuleError(msg)
    if not findings.strip():
        msg = "the findings are empty; write what was heard (P-9.1)"
        raise RuleError(msg)
    case = replace(case, recording=replace(heard, reference=case.recording.reference))
    routing = route(case, rules.pack(case.pack), rules.directory)
    if routing.lead is None:
        msg = f"case {number} has no recipient yet: {'；'.join(routing.doubts)}; assign a unit first"
        raise RuleError(msg)
    slips, recipients = letters.matter(case, routing, rules)
    tx.cases.sign(case.id, Signature(who, now, findings, letters.heard(case.recording), slips, recipients))
    tx.cases.save(case, Entry(now, who, "复核签字", findings, rules.digest))
    tx.tasks.owe("dispatch", case.id, now)


def hand_back(tx: Tx, number: str, who: str, findings: str, now: datetime, rules: Rules) -> None:
    """Do not sign: the case goes to the desk with the reason."""
    case = _held(tx, number)
    if not findings.strip():
        msg = "the reason is empty; write why the case is handed back"
        raise RuleError(msg)
    tx.cases.save(case.moved(State.DESK), Entry(now, who, "复核退回", findings, rules.digest))


def _held(tx: Tx, number: str) -> Case:
    case = tx.cases.by_number(number)
    if case is None:
        msg = f"there is no case {number}; look at `hotline-bridge cases list`"
        raise RuleError(msg)
    if case.state is not State.HELD:
        msg = f"case {number} is {case.state.value} ({case.state.name}); only a held case is reviewed"
        raise RuleError(msg)
    return case
