"""A unit is called about an answer it owes: whether, whom, and what becomes of it (P-6, P-11.1, P-20, P-21, C-3).

Nothing is dialled here. `look` says what a call would be; `place` writes it down, before the exchange is told; `settle`
writes down how it ended. A call that was written down and never settled - the service ended meanwhile - counts as a try
and is not repeated before its time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline_bridge.errand_view import RESULTS
from hotline_bridge.errors import Later
from hotline_bridge.reminding import still_owed
from hotline_bridge.store.calls_out import DIALLING, CallOut
from hotline_bridge.store.reminders import TELEPHONE, Errand
from hotline_bridge.store.tx import Tx
from routing.addressee import may_be
from routing.callwords import Spoken, chase_call, owed
from routing.calls import CallEnd
from routing.case import Case, CaseId, Entry, State
from routing.pack import Pack
from routing.recipients import phone_of
from routing.rules import Rules
from routing.slip import title_of
from routing.telephone import dialled

RANG, UNCALLABLE = "电话外呼", "电话外呼未拨"
LONGEST_CALL = timedelta(minutes=10)        # of ringing and talking: longer, and whoever placed it is gone
IN_TURN = timedelta(seconds=20)             # until one that may not be placed beside others is looked at again


@dataclass(frozen=True, slots=True)
class Plan:
    """A call that may be placed now: to whom, what is said, and which try it is."""

    reminder: int
    case: CaseId
    attempt: int
    unit: str
    person: str
    number: str
    caller_id: str
    says: Spoken


def lapse(tx: Tx, reminder: int, now: datetime, rules: Rules) -> None:
    """Settle what was placed and can be under way no more: its outcome is unknown for ever. To be kept whatever `look` says then."""
    for call in tx.calls_out.of_reminder(reminder):
        if call.settled is None and call.at + LONGEST_CALL <= now:
            settle(tx, call.token, CallEnd("unknown", said="nobody was there when the call ended"), now, rules, again=False)


def look(tx: Tx, reminder: int, now: datetime, rules: Rules) -> Plan | None:
    """Return the call this reminder asks for now; None where it asks for none, or for a person's.

    Later where it must wait: for working hours, for its next try, for calls under way. What cannot be called is told in
    the case's book, once.
    """
    errand = tx.reminders.errand(reminder)
    case = _owing(tx, errand, rules)
    if errand is None or case is None:
        return None
    unit = rules.directory.get(errand.unit)
    if unit is None or not unit.phone_chasing or _for_people(case, errand, rules):
        return None
    tried = tx.calls_out.of_reminder(reminder)
    if len(tried) >= rules.voice.tries:
        return None
    number = dialled(phone_of(rules.directory, errand.unit, errand.attention), rules.calls.home_area, abroad=rules.voice.abroad)
    if not number:
        if not tried:
            _note(tx, case, UNCALLABLE, f"{errand.name}；{unit.full_name} {errand.attention}：目录中的号码不能由系统拨打（须转分机、不完整、紧急号码或境外号码），请人工拨打", now, rules)
        return None
    _wait(tx, case, number, tried, now, rules)
    pack = rules.pack(case.pack)
    what = owed(case, unit, errand.attention, rules.identity.bank, title_of(case.complaint.channel, pack.form))
    caller_id = rules.voice.caller_id or "".join(sign for sign in case.hotline if sign in "0123456789+")
    return Plan(reminder, case.id, len(tried) + 1, errand.unit, errand.attention, number, caller_id, chase_call(rules.sheets, what, pack.zone, now))


def place(tx: Tx, plan: Plan, token: str, now: datetime, rules: Rules) -> Plan | None:
    """Ask once more, right before dialling, whether the call is still owed, and write it down; None where it is not, or another instance places it."""
    again = look(tx, plan.reminder, now, rules)
    if again is None or (again.attempt, again.number, again.says) != (plan.attempt, plan.number, plan.says):
        if again is not None:
            raise Later(now, "what is to be said has changed")
        return None
    row = CallOut(0, again.reminder, again.case, again.attempt, token, again.unit, again.person, again.number, rules.voice.way, now, None, DIALLING, "", "")
    return again if tx.calls_out.place(row) else None


def settle(tx: Tx, token: str, end: CallEnd, now: datetime, rules: Rules, *, again: bool = True) -> CallOut | None:
    """Write down how a call ended, and promise the next try (`again`) where there is one; None where that is known already.

    An acknowledged one is for the caller of this to be written down as any call that reached somebody (steps.errand).
    """
    call = tx.calls_out.settle(token, end, now)
    if call is None:
        return None
    case = tx.cases.get(CaseId(call.case))
    if end.result != "acknowledged":
        _note(tx, case, RANG, says_of(call, rules), now, rules)
        if again and call.attempt < rules.voice.tries:
            tx.tasks.owe("ring", call.reminder, call.at + timedelta(minutes=rules.voice.again_minutes))
    return call


def told(tx: Tx, call: CallOut, now: datetime, rules: Rules) -> None:
    """A call reached somebody about a reminder that a person has seen to meanwhile: a line in the book, and nothing more."""
    _note(tx, tx.cases.get(CaseId(call.case)), RANG, says_of(call, rules), now, rules)


def says_of(call: CallOut, rules: Rules) -> str:
    """What the book says of a call: which try, whom, and what came of it."""
    unit = rules.directory.get(call.unit)
    left = "" if call.result == "acknowledged" or call.attempt < rules.voice.tries else "；不再自动拨打，请人工拨打"
    return f"第{call.attempt}次，{unit.full_name if unit else call.unit} {call.person} {call.number}：{RESULTS[call.result]}{left}"


def _owing(tx: Tx, errand: Errand | None, rules: Rules) -> Case | None:
    """The case whose answer is still owed; None where nobody has to be called about it any more."""
    if errand is None or errand.channel != TELEPHONE or errand.done is not None:
        return None
    state = tx.cases.going([errand.case]).get(errand.case)
    if state is not State.SENT or not still_owed(state, errand.address, rules):
        return None
    return tx.cases.get(CaseId(errand.case))


def _for_people(case: Case, errand: Errand, rules: Rules) -> bool:
    """Whether a machine must not speak of this case: of a crime, and to who may be complained about (P-11.1, P-14.3; law:17)."""
    inspection = rules.pack(case.pack).inspection
    return (inspection is not None and case.category in inspection.categories) or may_be(case.complaint.person_hint, errand.attention)


def _wait(tx: Tx, case: Case, number: str, tried: Sequence[CallOut], now: datetime, rules: Rules) -> None:
    """Later, where the call has to wait."""
    if tried and tried[-1].settled is None:
        raise Later(tried[-1].at + LONGEST_CALL, "the last call may still be under way")
    pack = rules.pack(case.pack)
    again = tried[-1].at + timedelta(minutes=rules.voice.again_minutes) if tried else now
    opens = working(pack, max(now, again), rules)
    if opens > now:
        raise Later(opens, "not in working hours, or not yet the next try")
    since = now - LONGEST_CALL
    if tx.calls_out.under_way(since) >= rules.voice.at_once or tx.calls_out.ringing(number, since):
        raise Later(now + IN_TURN, "other calls are under way")


def working(pack: Pack, at: datetime, rules: Rules) -> datetime:
    """The moment itself, or the next at which somebody works."""
    return rules.calendar.next_moment(at.astimezone(pack.zone), pack.hours)


def _note(tx: Tx, case: Case, what: str, says: str, now: datetime, rules: Rules) -> None:
    tx.cases.note(case.id, Entry(now, "bridge", what, says, rules.digest))
