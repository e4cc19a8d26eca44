"""Looks after an open case: the next reminder, and the promise of the one after it (P-11, P-20, P-21).

While the slip has not left, and once the answer is in, the case waits for the centre's own people: the desk alone is
reminded. In between the pack's ladder is climbed.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hotline_bridge.store.answers import COUNTED
from hotline_bridge.store.tray import Pending
from hotline_bridge.store.tx import Tx
from routing.addressee import Addressee
from routing.case import Case, Entry, State
from routing.chase import Rung, addressees, behind, elsewhere, inside, leant, next_rung, passed_on_by
from routing.parties import UnitCode
from routing.rules import Rules

REMINDED = "催办"
MOST_RUNGS = 10_000     # of one case; a reminder's own number is its rung's and how many went before it
WAITS = {
    State.TAKEN: "待分类提醒", State.DESK: "待分派提醒", State.HELD: "待复核提醒", State.SENT: "待送出提醒", State.ANSWERED: "待办结提醒",
}


def chase(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Remind whose turn it is where it is due, and promise to look again; only a closed case is let go."""
    case = tx.cases.get(subject)
    if case.state is State.CLOSED:
        return
    if case.due is None or case.last_day is None:
        case = rules.timed(case)
        tx.cases.save(case, Entry(now, "bridge", "补算时限", "", rules.digest))
    out = left_at(tx, case) if case.state is State.SENT else None
    again = _inside(tx, case, now, rules) if out is None else _climb(tx, case, out, now, rules)
    tx.tasks.owe("chase", case.id, again)


def left_at(tx: Tx, case: Case) -> datetime | None:
    """When the first slip of the case's present round arrived; None where none has left.

    T-4 counts from delivery: the moment the unit's own server reports, where one does, until then and elsewhere the moment
    our relay took it. What came back left all the same: its clock runs on (P-20).
    """
    mine = [one for one in tx.tray.of_case(case.id) if one.message_id.startswith(f"slip.{case.round}.")]
    arrived = [one.delivered for one in mine if one.delivered is not None]
    return min(arrived or (one.accepted for one in mine if one.accepted is not None), default=None)


def _inside(tx: Tx, case: Case, now: datetime, rules: Rules) -> datetime:
    """Remind the desk of what waits for it; returns when to look again."""
    pack = rules.pack(case.pack)
    assert case.due is not None
    since = case.due if case.state is State.ANSWERED else passed_on_by(pack, rules.calendar, case)
    last = max((one.at for one in tx.cases.book(case.id) if one.what == REMINDED), default=None)
    at = inside(pack, rules.calendar, since, last)
    open_again = rules.calendar.next_moment(now.astimezone(pack.zone), pack.hours)
    if max(at, open_again) > now:
        return max(at, open_again)
    rung = Rung(0, WAITS[case.state], now, ("desk",), pack.chasing.rule, urgent=now > case.due, silenced=False)
    _remind(tx, case, rung, [_desk(rules)], now)
    tx.cases.save(case, Entry(now, "bridge", REMINDED, f"{rung.name}：{rules.identity.desk}", rules.digest))
    return inside(pack, rules.calendar, since, now)


def _climb(tx: Tx, case: Case, out: datetime, now: datetime, rules: Rules) -> datetime:
    """Climb the ladder where a rung is due; returns when to look again."""
    pack = rules.pack(case.pack)
    assert case.due is not None
    assert case.last_day is not None
    due, last_day = leant(pack, rules.calendar, case.due, case.last_day, out)
    climbed = max(case.climbed, behind(pack, rules.calendar, case.due, case.last_day, out))
    rung = next_rung(pack, rules.calendar, due, last_day, climbed, now)
    if rung.at > now:
        return rung.at
    if rung.silenced and any(one.at >= out for one in tx.answers.of_case(case.id, COUNTED)):
        says = f"{rung.name}（{rung.rule}）：承办单位已有回应，免于提醒"
    else:
        people = _people(case, rung, rules)
        _remind(tx, case, rung, people, now)
        says = f"{rung.name}（{rung.rule}）：{'、'.join(one.mailbox for one in people)}"
    case = replace(case, climbed=rung.index + 1)
    tx.cases.save(case, Entry(now, "bridge", REMINDED, says, rules.digest))
    return next_rung(pack, rules.calendar, due, last_day, case.climbed, now).at


def _remind(tx: Tx, case: Case, rung: Rung, people: Sequence[Addressee], now: datetime) -> None:
    """Leave a line for the next digest of every mailbox; the digest is due once all lines are in."""
    before = sum(1 for one in tx.cases.book(case.id) if one.what == REMINDED)      # sent anew, a case has the same rungs again
    for person in people:
        mailbox = tx.tray.mailbox(person.mailbox)
        number = rung.index * MOST_RUNGS + min(before, MOST_RUNGS - 1)
        tx.tray.remind(mailbox, Pending(0, case.id, number, rung.name, person.attention, rung.urgent), now)
        tx.tasks.owe("digest", mailbox, now)


def _people(case: Case, rung: Rung, rules: Rules) -> list[Addressee]:
    """Whose turn it is on this rung; the desk too where nobody can be reached, or the slip did not arrive (P-20)."""
    pack = rules.pack(case.pack)
    assert case.lead is not None
    people = addressees(rung, case.lead, rules.directory, case.complaint.person_hint)
    if pack.overseas and (abroad := pack.overseas.addresses.get(case.lead)) and "unit" in rung.to:     # P-9.4
        people = (Addressee(case.lead, abroad), *(one for one in people if one.unit_code != case.lead))
    if pack.inspection and case.category in pack.inspection.categories:
        people = elsewhere(people, case.unit, case.lead, rules.directory)
    told = "desk" in rung.to or case.undelivered or not people
    return [*people, _desk(rules)] if told else list(people)


def _desk(rules: Rules) -> Addressee:
    return Addressee(UnitCode(""), rules.identity.desk, "")
