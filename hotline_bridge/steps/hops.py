"""What people decide about a case's way, and what the machine does about hops that are late (P-9.3, P-9.7, T-3, T-4, T-7, C-2)."""

from dataclasses import dataclass
from datetime import datetime

from hotline_bridge import homeward
from hotline_bridge.recall import outdate
from hotline_bridge.store.tx import Tx
from hotline_bridge.travel import Handing, look_after
from hotline_bridge.travel import pass_on as hand_on
from routing.addressee import may_be
from routing.case import Case, Entry, State
from routing.deadline import milestone_due
from routing.entries import Milestone
from routing.errors import RuleError
from routing.hops import (
    BEGUN, BY_MAIL, BY_TELEPHONE, LEADING, ONWARD, PUT_THROUGH, WORKING, Hop, awaits_ruling, next_below, taker, unsettled,
)
from routing.papers import Channel
from routing.parties import UnitCode
from routing.rules import Rules
from routing.slip import spoken_time


def hops(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Look after the hops of a case: who has not begun, passed on, helped or kept a promise is reminded once (T-3, T-4, P-9.3, P-14.1)."""
    case = tx.cases.get(subject)
    look_after(tx, case, now, rules)


@dataclass(frozen=True, slots=True)
class Onward:
    """Whom a case is passed on to: the unit ("": the next on the way), from which unit ("": who has it), by mail or telephone."""

    unit: str = ""
    from_: str = ""
    by: str = BY_MAIL
    says: str = ""


def pass_on(tx: Tx, number: str, who: str, to: Onward, now: datetime, rules: Rules) -> str:
    """Pass a case on by hand; returns the unit's code. RuleError where nobody has it, the unit may not get it, or it has it already.

    Never to the person complained about (P-11.1, law:17); of a crime to inspection alone (P-14.3).
    """
    if to.by not in {BY_MAIL, BY_TELEPHONE}:
        msg = f"{to.by} is no way to pass a case on; say {BY_MAIL} or {BY_TELEPHONE}"
        raise RuleError(msg)
    case = _out(tx, number)
    hop = _at(tx, case, to.from_)
    pack = rules.pack(case.pack)
    below = UnitCode(to.unit) if to.unit else unit.code if (unit := next_below(hop, case, pack, rules.directory)) else None
    if below is None:
        msg = f"nobody lies below {hop.unit} on the way to the unit complained about; name the unit (--unit CODE)"
        raise RuleError(msg)
    rule = hop.rule if hop.part == ONWARD else homeward.PASSING
    found = taker(case, below, pack, rules.directory)
    hand_on(tx, case, hop, found, Handing(who, rule, to.says, to.by), now, rules)
    return found.unit_code


def begun(tx: Tx, number: str, who: str, unit: str, says: str, now: datetime, rules: Rules) -> None:  # noqa: PLR0913 (a decision and its words)
    """A unit has begun, as it says by telephone (T-4); `unit` "" is who has the case."""
    case = _out(tx, number)
    hop = _at(tx, case, unit)
    if hop.begun is not None:
        msg = f"{_name(hop, rules)} has begun already, {spoken_time(hop.begun, rules.pack(case.pack).zone)}"
        raise RuleError(msg)
    tx.hops.move(hop, BEGUN, now)
    tx.cases.note(case.id, Entry(now, who, "开始办理", "；".join(filter(None, (_name(hop, rules), says, "T-4"))), rules.digest))


def give_back(tx: Tx, number: str, who: str, unit: str, says: str, now: datetime, rules: Rules) -> None:  # noqa: PLR0913 (as above)
    """A unit says that the matter is not its own, by telephone or on paper: it is asked who decides (T-7)."""
    if not says.strip():
        msg = "the reason is empty; write what the unit says, for whoever decides (T-7)"
        raise RuleError(msg)
    case = _out(tx, number)
    homeward.give_back(tx, case, _at(tx, case, unit), (who, says), now, rules)


def rule(tx: Tx, number: str, who: str, unit: str, says: str, now: datetime, rules: Rules, *, from_: str = "") -> str:  # noqa: PLR0913 (as above)
    """The superior service department has decided which unit handles a case that was given back; its word is carried out (T-7).

    `from_` is whose part it takes over; without it that of the unit that led, where one did. What whoever is ruled out
    answered before counts no more.
    """
    case = _out(tx, number)
    mine = sorted(unsettled(tx.hops.of_round(case)), key=lambda hop: (hop.part not in LEADING, -hop.place))     # what was ruled once is ruled
    back = [hop for hop in mine if not from_ or hop.unit == from_]
    if not back and mine:
        msg = f"{from_} has not given case {number} back; these have: {'、'.join(f'{hop.unit}（{hop.part}）' for hop in mine)} (T-7)"
        raise RuleError(msg)
    if not back:
        msg = f"no unit has given case {number} back that was not ruled on yet; pass it on with `cases pass-on`, or note a refusal with `cases give-back` first (T-7)"
        raise RuleError(msg)
    if not says.strip():
        msg = "the ruling is empty; write who decided and why (T-7)"
        raise RuleError(msg)
    pack = rules.pack(case.pack)
    found = taker(case, unit, pack, rules.directory)
    tx.cases.note(case.id, Entry(now, who, "争议裁定", f"由{found.unit_code}办理：{says}（T-7）", rules.digest))
    if back[0].part in LEADING and back[0].unit != found.unit_code:
        outdate(tx, case)
    hand_on(tx, case, back[0], found, Handing(who, pack.dispute.rule if pack.dispute else "T-7", says), now, rules)
    tx.tasks.owe("chase", case.id, now)
    return found.unit_code


def promise(tx: Tx, number: str, who: str, until: datetime, says: str, now: datetime, rules: Rules) -> None:  # noqa: PLR0913 (as above)
    """What cannot be done in time gets a promised date, and is chased by it (T-3); RuleError where the pack knows none, or it is too far."""
    case = _out(tx, number)
    pack = rules.pack(case.pack)
    entry = pack.promise
    if entry is None:
        msg = f"pack {case.pack} knows no promised dates; an extension needs the reason told to the sender and to the customer (P-11.2)"
        raise RuleError(msg)
    if until.tzinfo is None:
        msg = f"{until.isoformat()} has no zone; give it one, such as +08:00"
        raise RuleError(msg)
    span = Milestone(rule=entry.rule, name="-", count=entry.count, within=entry.within, since="received")
    latest = min(milestone_due(pack, rules.calendar, span, now), case.law_due or until)
    if not now < until <= latest:
        msg = f"{until.isoformat()} cannot be promised; it must lie after now and not after {latest.isoformat()} ({entry.rule}, law:18)"
        raise RuleError(msg)
    hop = _at(tx, case, "")
    tx.hops.promise(hop, until)
    tx.cases.save(case, Entry(now, who, "承诺办结日期", f"{_name(hop, rules)}承诺于{spoken_time(until, pack.zone)}前办结；{says}（{entry.rule}）", rules.digest))
    look_after(tx, case, now, rules)


def connect(tx: Tx, number: str, who: str, unit: str, says: str, now: datetime, rules: Rules) -> str:  # noqa: PLR0913 (as above)
    """The call was put straight through to a contact of the unit; the slip follows it (C-2). Returns who took it.

    `says` may name who took the call; RuleError where that may be the person complained about (P-11.1, law:17).
    """
    case = tx.cases.known(number)
    if case.state is State.CLOSED:
        msg = f"case {number} is closed; reopen it first (P-18)"
        raise RuleError(msg)
    pack = rules.pack(case.pack)
    found = taker(case, unit or case.unit or (case.verdict.unit if case.verdict else "") or "", pack, rules.directory)
    if case.complaint.person_hint and any(may_be(case.complaint.person_hint, word) for word in says.split()):
        msg = f"{says} may be the person complained about, {case.complaint.person_hint}; put the call through to {found.attention or 'another contact'} (P-11.1, law:17)"
        raise RuleError(msg)
    rule_id = pack.route_of(Channel.PHONE).rule
    hop = tx.hops.open(Hop(
        case.id, case.round, found.unit_code, found.mailbox, PUT_THROUGH, rule_id, channel=BY_TELEPHONE, state=BEGUN, sent=now, delivered=now, begun=now,
    ))
    spoken = says or found.attention
    tx.cases.note(case.id, Entry(now, who, "电话转接", f"{_name(hop, rules)} {spoken}（{rule_id}）", rules.digest))
    return str(found.unit_code)



def _out(tx: Tx, number: str) -> Case:
    """The case, on its way: only what has left travels on."""
    case = tx.cases.known(number)
    if case.state is not State.SENT:
        msg = f"case {number} is {case.state.value} ({case.state.name}); only one that is out with a unit travels on"
        raise RuleError(msg)
    return case


def _at(tx: Tx, case: Case, unit: str) -> Hop:
    """The hop of this unit that has the case; without a unit whoever leads at present."""
    mine = [hop for hop in tx.hops.of_round(case) if hop.live and hop.part in (WORKING if unit else LEADING)]
    found = [hop for hop in mine if hop.unit == unit] if unit else mine
    if not found:
        if not unit and awaits_ruling(tx.hops.of_round(case)):
            msg = f"nobody leads case {case.number} now, who did gave it back; carry the ruling out with `hotline-bridge cases rule {case.number} --unit CODE --says …` (T-7)"
            raise RuleError(msg)
        has = "、".join(f"{hop.unit}（{hop.part}）" for hop in mine)
        msg = f"{unit or 'nobody who leads'} does not have case {case.number} now; {f'these have it: {has}' if has else f'look at `hotline-bridge cases hops {case.number}`'}"
        raise RuleError(msg)
    return found[-1]


def _name(hop: Hop, rules: Rules) -> str:
    unit = rules.directory.get(hop.unit)
    return unit.full_name if unit else str(hop.unit)
