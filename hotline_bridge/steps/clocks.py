"""People move a case's clocks: more time, days of an appraisal, new facts, a withdrawal that is none (P-11.2, P-19; law:18).

Whatever moves is written down with its proofs, never changed afterwards; the dates follow from it and stand in the book.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from hotline_bridge.recall import outdate, recall
from hotline_bridge.store.tx import Tx
from hotline_bridge.telling import tell_desk
from routing.accused import also_accused
from routing.case import Case, Entry, State
from routing.clocks import APPRAISAL, CALLED, EXTENSION, NEW_FACTS, PRESSED, PROLONGED, Event, joined, lacking
from routing.deadline import Deadline
from routing.errors import RuleError
from routing.granting import in_force, may_exclude, may_extend, may_prolong, may_restart, may_withdraw
from routing.pack import Pack
from routing.rules import Rules
from routing.slip import spoken_time

_MISSING = {"reason": "向转办单发出方说明原因", "told": "向客户解释的时间和方式"}
May = Callable[[Case, Pack, Deadline, Event, datetime], None]


@dataclass(frozen=True, slots=True)
class Proof:
    """What stands behind a moved limit: why, who approved it, and when and how the customer was told ("" and None: not given)."""

    reason: str = ""
    told: datetime | None = None
    told_how: str = ""
    approver: str = ""


def extend(tx: Tx, number: str, who: str, until: datetime | None, proof: Proof, now: datetime, rules: Rules) -> bool:  # noqa: PLR0913 (a decision and its proofs)
    """Ask for more time; returns whether it is in force, for that it needs both proofs (P-11.2, T-3).

    `until` is the new last day, None where only the other proof of a request is brought. With one proof the request is
    kept and moves nothing. RuleError says what is missing, or which date is too far.
    """
    case = tx.cases.known(number)
    pack = rules.pack(case.pack)
    events = tx.clocks.of_case(case.id)
    before = rules.deadlines(case, events)
    asked = _event(EXTENSION, now, now, who, proof, until=_closing(pack, before, until))
    may_extend(case, pack, before, asked, now)
    whole = joined(before.standing.request, asked)
    assert whole.until is not None
    told = f"至{spoken_time(whole.until, pack.zone)}；{_proofs(whole, pack)}（{pack.extension.rule if pack.extension else 'P-11.2'}）"
    if in_force(before, asked):
        _moved(tx, case, asked, told, now, rules)
        return True
    tx.clocks.note(case.id, asked)
    lacks = "、".join(_MISSING[name] for name in lacking(whole))
    tx.cases.save(case, Entry(now, who, "延期申请", f"{told}；尚缺{lacks}，未生效", rules.digest))
    return False


def prolong(tx: Tx, number: str, who: str, proof: Proof, now: datetime, rules: Rules) -> None:
    """Prolong the legal limit of a complex case once: approved above, the customer told (law:18)."""
    _granted(tx, number, _event(PROLONGED, now, now, who, proof), may_prolong, rules)


def exclude(tx: Tx, number: str, who: str, days: tuple[datetime, datetime], proof: Proof, now: datetime, rules: Rules) -> None:  # noqa: PLR0913 (as above)
    """Leave the days of an external appraisal, first to last, out of the legal limit; the customer told (law:18).

    Noted again with the same first day, it replaces what was noted of that appraisal before.
    """
    _granted(tx, number, _event(APPRAISAL, days[0], now, who, proof, until=days[1]), may_exclude, rules)


def new_facts(  # noqa: PLR0913 (as above)
    tx: Tx, number: str, who: str, says: str, at: datetime | None, now: datetime, rules: Rules, *, person: str = "",
) -> None:
    """Write down what the customer adds: the clocks start anew on the day it came (law:18), `at` or now.

    The words stand below the complaint and are judged with it. Where the slip is out already it goes out anew, after a
    reviewer has signed where one must (P-9.1); answers to the former slip count no more. `person` is whom the
    customer complains about now: from here on nothing goes to them (P-11.1, law:17). RuleError where the words name a
    contact of the unit and nobody says whether it is they.
    """
    case, at = tx.cases.known(number), at or now
    pack = rules.pack(case.pack)
    may_restart(case, pack, at, says, now)
    avoid = also_accused(case, person, says, rules.directory)
    tx.clocks.note(case.id, _event(NEW_FACTS, at, now, who, Proof(reason=says.strip())))
    text = f"{case.complaint.text}\n【新的事实，{spoken_time(at, pack.zone)}】{says.strip()}"
    added = replace(case, complaint=replace(case.complaint, text=text, person_hint=avoid), received=at, climbed=0, answered=None)
    again = rules.judged(rules.timed(added, tx.clocks.of_case(case.id)))
    out = case.state in {State.SENT, State.ANSWERED}
    if out:
        again = again.moved(State.HELD if rules.holds(again) else State.DESK)
    tx.cases.save(again, Entry(now, who, CALLED[NEW_FACTS], f"{says.strip()}；{_accused(case, again)}{_dates(case, again, rules)}", rules.digest))
    if out:
        recall(tx, case, who, now, rules)
        outdate(tx, case)
        tx.tasks.owe("dispatch", case.id, now)
    tx.tasks.owe("chase", case.id, now)


def pressed(tx: Tx, number: str, who: str, says: str, at: datetime | None, now: datetime, rules: Rules) -> None:  # noqa: PLR0913 (as above)
    """Write down a withdrawal that is not of the customer's own will: the case goes on, and against those responsible (P-19)."""
    case, at = tx.cases.known(number), at or now
    may_withdraw(case, rules.pack(case.pack), at, now)
    if not says.strip():
        msg = f"case {number}: write down what the customer says about the pressure or threat (P-19)"
        raise RuleError(msg)
    tx.clocks.note(case.id, _event(PRESSED, at, now, who, Proof(reason=says.strip())))
    times = sum(1 for one in tx.clocks.of_case(case.id) if one.kind == PRESSED)       # each time is told, and never twice
    told = f"{says.strip()}；继续办理，并追究有关责任人（P-19）"
    tx.cases.save(case, Entry(now, who, CALLED[PRESSED], told, rules.digest))
    tell_desk(tx, case, CALLED[PRESSED], [f"客户表示撤诉并非自愿：{told}。"], (-(10**10 + 1000 * case.round + times), now), rules)


def _granted(tx: Tx, number: str, asked: Event, may: May, rules: Rules) -> None:
    """Write down what the rules allow, and let the dates follow."""
    case = tx.cases.known(number)
    pack = rules.pack(case.pack)
    may(case, pack, rules.deadlines(case, tx.clocks.of_case(case.id)), asked, asked.noted)
    span = f"{asked.at.astimezone(pack.zone):%Y-%m-%d}至{asked.until.astimezone(pack.zone):%Y-%m-%d}；" if asked.until else ""
    _moved(tx, case, asked, f"{span}{_proofs(asked, pack)}（law:18）", asked.noted, rules)


def _moved(tx: Tx, case: Case, event: Event, says: str, now: datetime, rules: Rules) -> None:
    tx.clocks.note(case.id, event)
    again = rules.timed(case, tx.clocks.of_case(case.id))
    if (again.due, again.last_day) != (case.due, case.last_day):
        tx.tasks.owe("chase", case.id, now)         # the ladder leans on the new date; what was climbed is not climbed again
    tx.cases.save(again, Entry(now, event.who, CALLED[event.kind], f"{says}；{_dates(case, again, rules)}", rules.digest))


def _dates(before: Case, after: Case, rules: Rules) -> str:
    """What moved, from when to when."""
    zone = rules.pack(before.pack).zone
    pairs = (("到期", before.due, after.due), ("最后期限", before.last_day, after.last_day), ("法定外限", before.law_due, after.law_due))
    told = [f"{name} {spoken_time(old, zone) if old else '未定'} → {spoken_time(new, zone)}" for name, old, new in pairs if new and old != new]
    return "，".join(told) or "时限未变"


def _accused(before: Case, after: Case) -> str:
    return f"被投诉人：{after.complaint.person_hint}；" if before.complaint.person_hint != after.complaint.person_hint else ""


def _proofs(event: Event, pack: Pack) -> str:
    told = f"{spoken_time(event.told, pack.zone)}已以{event.told_how}告知客户" if event.told else ""
    return "；".join(filter(None, (event.reason and f"原因：{event.reason}", event.approver and f"批准：{event.approver}", told)))


def _event(kind: str, at: datetime, now: datetime, who: str, proof: Proof, until: datetime | None = None) -> Event:
    return Event(kind, at, now, who, until, proof.reason.strip(), proof.approver.strip(), proof.told, proof.told_how.strip())


def _closing(pack: Pack, before: Deadline, until: datetime | None) -> datetime | None:
    """A day asked for ends with its business, where the pack counts days."""
    if until is None or before.reckoning.limit.count != "working-days":
        return until
    return datetime.combine(until.astimezone(pack.zone).date(), pack.hours.close, pack.zone)

