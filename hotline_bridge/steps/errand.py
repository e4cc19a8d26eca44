"""A person has seen to a reminder that is theirs: called a unit, or read the line on their screen (P-20, P-21, C-3)."""

from datetime import datetime

from hotline_bridge.store.reminders import TELEPHONE, Errand
from hotline_bridge.store.tx import Tx
from routing.case import CaseId, Entry
from routing.errors import RuleError
from routing.recipients import phone_of
from routing.rules import Rules

CALLED, MISSED, READ = "电话催办", "电话催办未接通", "屏幕催办已阅"


def see_to(tx: Tx, reminder: int, who: str, says: str, now: datetime, rules: Rules, *, reached: bool = True) -> None:  # noqa: PLR0913 (a decision and its words)
    """Write into the case's book who called whom, when, and what was said, and take the line off the list.

    Nobody reached (`reached` false): the call stays on the list, the attempt stands in the book. RuleError where there is
    no such line, somebody saw to it before, or a call is not told in words.
    """
    errand = tx.reminders.errand(reminder)
    if errand is None:
        msg = f"there is no call and no line {reminder}; `hotline-bridge reminders list` shows those that wait"
        raise RuleError(msg)
    if errand.done is not None:
        msg = f"{errand.who} has seen to {reminder} already, at {errand.done.astimezone(rules.pack(rules.default_pack).zone):%Y-%m-%d %H:%M}"
        raise RuleError(msg)
    call = errand.channel == TELEPHONE
    if call and not says.strip():
        msg = f"write down what was said on the telephone about {reminder}, or that nobody answered"
        raise RuleError(msg)
    if not call and not reached:
        msg = f"{reminder} is a line on the screen, nobody is reached by it; see to it without `reached`"
        raise RuleError(msg)
    tx.cases.get(CaseId(errand.case))       # one at a time
    what = READ if not call else CALLED if reached else MISSED
    tx.cases.note(errand.case, Entry(now, who, what, _says(errand, says, rules), rules.digest))
    if reached:
        tx.reminders.done(reminder, who, now)


def _says(errand: Errand, says: str, rules: Rules) -> str:
    """What the book says of it: the rung, the person and their number, and what was said."""
    unit = rules.directory.get(errand.unit) if errand.unit else None
    person = " ".join(filter(None, (unit.full_name if unit else errand.unit, errand.attention, phone_of(rules.directory, errand.unit, errand.attention))))
    return "；".join(filter(None, (errand.name, person, says.strip())))
