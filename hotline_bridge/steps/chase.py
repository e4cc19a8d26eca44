"""Looks after an open case: the next reminder, and the promise of the one after it (P-11, P-20, P-21)."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from hotline_bridge.errors import Hopeless
from hotline_bridge.store.tray import Pending
from hotline_bridge.store.tx import Tx
from routing.addressee import Addressee
from routing.case import Case, Entry, State
from routing.chase import Rung, addressees, next_rung
from routing.parties import UnitCode
from routing.rules import Rules


def chase(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Climb the ladder where a rung is due, and promise to look again; only a closed case is let go."""
    case = tx.cases.get(subject)
    if case.state is State.CLOSED:
        return
    if case.due is None or case.last_day is None:
        msg = f"case {case.number} is open without a deadline; assign it once more at the desk"
        raise Hopeless(msg)
    pack = rules.pack(case.pack)
    ladder = partial(next_rung, pack, rules.calendar, case.due, case.last_day)
    rung = ladder(case.climbed, now)
    if rung.at <= now:
        case = replace(case, climbed=rung.index + 1)
        reminded = _remind(tx, case, rung, now, rules)
        tx.cases.save(case, Entry(now, "bridge", "催办", f"{rung.name}（{rung.rule}）：{'、'.join(reminded) or '无收件人'}", rules.digest))
        rung = ladder(case.climbed, now)
    tx.tasks.owe("chase", case.id, rung.at)


def _remind(tx: Tx, case: Case, rung: Rung, now: datetime, rules: Rules) -> list[str]:
    """Leave a line for the next digest of every mailbox on this rung; the digest is due once all lines are in."""
    people = _people(case, rung, rules)
    for person in people:
        mailbox = tx.tray.mailbox(person.mailbox)
        tx.tray.remind(mailbox, Pending(0, case.id, rung.index, rung.name, person.attention, rung.urgent), now)
        tx.tasks.owe("digest", mailbox, now)
    return [person.mailbox for person in people]


def _people(case: Case, rung: Rung, rules: Rules) -> list[Addressee]:
    """Whose turn it is: the unit's side where the slip is out, the desk where the case waits inside the bank's centre."""
    desk = Addressee(UnitCode(""), rules.identity.desk, "")
    if case.state is not State.SENT or case.lead is None:
        return [desk]
    people = list(addressees(rung, case.lead, rules.directory, case.complaint.person_hint))
    return [*people, desk] if "desk" in rung.to or not people else people
