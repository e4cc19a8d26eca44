"""The desk decides what triage could not, or decides otherwise; an edit breaks a reviewer's signature (P-3, P-9.1)."""

from dataclasses import dataclass, replace
from datetime import datetime

from hotline_bridge.recall import outdate, recall
from hotline_bridge.store.corrections import CATEGORY, FLAG, UNIT, Correction
from hotline_bridge.store.tx import Tx
from routing.accused import accused
from routing.case import Case, Entry, State
from routing.codes import of_case, with_code
from routing.errors import RuleError
from routing.parties import UnitCode
from routing.rules import Rules
from routing.verdict import BY_PERSON, FLAGS, Category, Flag


@dataclass(frozen=True, slots=True)
class Change:
    """What the desk sets; "" leaves a field as it is. `flag` is one that triage missed: the case is then held for it.

    `codes` are those of JR/T 0169-2018, as "C=0301" or several with ";" between them; "C=" takes one away.
    `person` is who is complained about, who gets none of it (P-11.1, law:17); "-" nobody named.
    """

    unit: str = ""
    category: str = ""
    says: str = ""
    flag: str = ""
    codes: str = ""
    person: str = ""


def assign(tx: Tx, number: str, who: str, change: Change, now: datetime, rules: Rules) -> None:
    """Set unit or category; a flagged case waits for a reviewer anew, any other goes out.

    What a person decides is kept beside what triage said, for it to learn from. RuleError where the case is closed, the
    unit is not in the directory, the category is none of P-14's, the flag none of P-9.1's, or the
    complaint names a contact of the unit and nobody says whether it is about them (P-11.1, law:17).
    """
    case = tx.cases.known(number)
    if case.state is State.CLOSED:
        msg = f"case {number} is closed; reopen it first (P-18)"
        raise RuleError(msg)
    if case.verdict is None:
        case = rules.judged(case)      # before triage came to it, or where triage is parked: the flags hold all the same
    flagged = _flagged(case, change)
    unit = _unit(change.unit, rules) or case.unit
    complaint = replace(case.complaint, person_hint=accused(case, unit, change.person, rules.directory))
    decided = replace(flagged, complaint=complaint, unit=unit, category=_category(change.category) or case.category, climbed=0,
                      codes=_codes(case.codes, change.codes, rules))
    changed = rules.timed(decided, tx.clocks.of_case(case.id))
    if changed.unit is None:
        msg = f"case {number} has no unit; name one (candidates: {', '.join(case.verdict.candidates) if case.verdict else '-'})"
        raise RuleError(msg)
    entry = Entry(now, who, "分派", _told(case, changed, change), rules.digest)
    to = State.HELD if rules.holds(changed) else State.DESK
    tx.cases.save(changed if changed.state is to else changed.moved(to), entry)
    tx.corrections.keep(case.id, *_corrections(case, change, who, now))
    recall(tx, case, who, now, rules)
    if case.state is State.ANSWERED or (case.unit, case.complaint.person_hint) != (changed.unit, changed.complaint.person_hint):
        outdate(tx, case)
    if case.unit != changed.unit or case.category is not changed.category:
        tx.tasks.owe("radar", case.id, now)
    tx.tasks.owe("dispatch", case.id, now)
    tx.tasks.owe("chase", case.id, now)


def _unit(code: str, rules: Rules) -> UnitCode | None:
    if code and rules.directory.get(code) is None:
        msg = f"{code} is not in the directory; look for the unit's code there"
        raise RuleError(msg)
    return UnitCode(code) if code else None


def _category(name: str) -> Category | None:
    if name and name not in {category.value for category in Category}:
        msg = f"{name} is no category; one of {'、'.join(category.value for category in Category)} (P-14)"
        raise RuleError(msg)
    return Category(name) if name else None


def _codes(before: str, said: str, rules: Rules) -> str:
    """A case's codes with those set that somebody names; RuleError where the bank's table has no such code."""
    for axis, code in of_case(said):
        if code and code not in rules.codes.names(axis):
            known = ", ".join(list(rules.codes.names(axis))[:8]) or "none: set tables.codes to the bank's copy of JR/T 0169-2018"
            msg = f"{axis}={code} is no code of the bank's table; of axis {axis} there are {known}"
            raise RuleError(msg)
        before = with_code(before, axis, code)
    return before


def _flagged(case: Case, change: Change) -> Case:
    """The case with the flag that a person raises; triage's own flags stay.

    What triage took for a question is a complaint once the desk assigns it: the flags it set aside hold it now (P-9.1).
    """
    if case.verdict is not None and case.verdict.aside:
        case = replace(case, verdict=replace(case.verdict, flags=(*case.verdict.flags, *case.verdict.aside), aside=()))
    if not change.flag:
        return case
    if change.flag not in FLAGS:
        msg = f"{change.flag} is no flag; one of {'、'.join(FLAGS)} (P-9.1)"
        raise RuleError(msg)
    if case.verdict is None or case.verdict.has(change.flag):
        return case
    raised = Flag(change.flag, "", "P-9.1", f"人工标记：{change.says or change.flag}", BY_PERSON)
    return replace(case, verdict=replace(case.verdict, flags=(*case.verdict.flags, raised)))


def _corrections(case: Case, change: Change, who: str, now: datetime) -> list[Correction]:
    """What the desk decides, beside what triage said; that it agrees is worth knowing too, and ends an earlier correction."""
    said = case.verdict
    if said is None:
        return []
    decided = ((CATEGORY, said.category.value, change.category), (UNIT, said.unit or "", change.unit), (FLAG, change.flag if said.has(change.flag) else "", change.flag))
    return [Correction(now, who, about, triage, person) for about, triage, person in decided if person]


def _told(before: Case, after: Case, change: Change) -> str:
    says = f"人工标记 {change.flag}；{change.says}".rstrip("；") if change.flag else change.says
    parts = [f"单位 {before.unit or '未定'} → {after.unit}"] if before.unit != after.unit else []
    if before.category is not after.category:
        old = before.category.value if before.category else "未定"
        parts.append(f"类别 {old} → {after.category.value if after.category else '未定'}")
    if before.complaint.person_hint != after.complaint.person_hint:
        parts.append(f"被投诉人 {before.complaint.person_hint or '未定'} → {after.complaint.person_hint or '无'}")
    if before.codes != after.codes:
        parts.append(f"统计代码 {before.codes or '无'} → {after.codes or '无'}")
    return "；".join([*parts, says] if says else parts) or "按原单位转办"
