"""Looks whether a new complaint came before: the same person again, or others about the same matter (P-18, C-5; law: articles 18, 25)."""

from collections.abc import Sequence
from datetime import datetime

from hotline_bridge.gathering import AGAIN, Said, ask, join, name_of, part, people_of, report_again, report_mass, times_again
from hotline_bridge.glancing import area_of, earlier, look
from hotline_bridge.merging import merge
from hotline_bridge.store.matters import JOINED, LEFT, LIKELY, Matter
from hotline_bridge.store.tx import Tx
from hotline_bridge.telling import tell_desk
from routing.case import Case, Entry, State
from routing.errors import RuleError
from routing.person import persons
from routing.radar import Found, Seen, Tie, found
from routing.rules import Rules

BRIDGE = "bridge"
_KIND = 10**9               # as in hotline_bridge.gathering
_MOST_ASKED = 5             # matters the desk is asked about for one case


def radar(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Keep what tells the case from others, find what came before, and do what follows; done again, nothing is done twice."""
    _one_after_the_other(tx, subject, rules)
    case = tx.cases.get(subject)
    if case.merged_into is not None:
        return              # it goes on in another
    entry = rules.pack(case.pack).radar
    new = look(tx, case, rules)
    before = {one.case: one for one in earlier(tx, new, entry.days, rules)}
    barred = _barred(tx, case)
    ties = [it for it in found(new, list(before.values()), entry) if before[it.case].matter not in barred]
    case = _no_longer(tx, case, ties, before, now, rules)
    sure = [it for it in ties if it.tie is not Tie.LIKELY]
    matter = _matter_of(tx, case, sure, now) if sure else None
    if matter is not None:
        case = _gather(tx, case, matter, sure, before, now, rules)
        _follow(tx, case, sure[0], now, rules)
        report_mass(tx, matter.id, tx.cases.get(case.id), now, rules)
    _ask(tx, tx.cases.get(case.id), [it for it in ties if it.tie is Tie.LIKELY], before, now, rules)


def _one_after_the_other(tx: Tx, subject: int, rules: Rules) -> None:
    """Wait until no other daemon looks at cases of this area, before any case is locked: what it gathers is seen then (C-5)."""
    for one in tx.sketches.glances([subject]):
        if area := area_of(one.unit, rules):
            tx.cases.sequence(f"radar:{area}")      # its row stays locked until the transaction ends


def _barred(tx: Tx, case: Case) -> set[int]:
    """The matters a person has taken this case out of, or said it is not of."""
    last = {bond.matter: bond for bond in tx.matters.of_case(case.id)}
    return {matter for matter, bond in last.items() if bond.act == LEFT and bond.who != BRIDGE}


def _no_longer(tx: Tx, case: Case, ties: Sequence[Found], before: dict[int, Seen], now: datetime, rules: Rules) -> Case:
    """Take the case out of a matter that the bridge put it in and that no longer fits, its unit having been corrected."""
    if case.matter is None or any(before[it.case].matter == case.matter for it in ties):
        return case
    bonds = [bond for bond in tx.matters.of_case(case.id) if bond.matter == case.matter]
    others = [one for one, bond in tx.matters.standing(case.matter).items() if bond.act == JOINED and one != case.id]
    if not others or bonds[-1].who != BRIDGE or all(one > case.id for one in others):
        return case         # a person decided, or the others came to it
    return part(tx, case, Said(BRIDGE, "单位或类别更正后不再相同", now), rules)


def _matter_of(tx: Tx, case: Case, sure: Sequence[Found], now: datetime) -> Matter:
    """The matter of the nearest earlier case that has one; else the case's own, else a new one."""
    known = next((matter for it in sure if (matter := tx.cases.get(it.case).matter) is not None), case.matter)
    held = tx.matters.get(known) if known is not None else None
    return held or tx.matters.open(now, case.unit, case.category)


def _gather(tx: Tx, case: Case, matter: Matter, sure: Sequence[Found], before: dict[int, Seen], now: datetime, rules: Rules) -> Case:  # noqa: PLR0913 (as the step)
    for it in sure:
        old = tx.cases.get(it.case)
        if old.matter is None:
            join(tx, old, matter, Said(BRIDGE, f"与 {case.number} {it.tie.value}", now, it.alike), rules)
    first = sure[0]
    return join(tx, case, matter, Said(BRIDGE, f"与 {before[first.case].number} {first.tie.value}：{first.why}", now, first.alike), rules)


def _follow(tx: Tx, case: Case, first: Found, now: datetime, rules: Rules) -> None:
    """The same person again: after an answer it is linked and verified again (P-18), before it the two are merged (law:18)."""
    if first.tie is Tie.REPEAT:
        _again(tx, case, first, now, rules)
    elif first.tie is Tie.MERGE and case.state is not State.CLOSED:      # what was answered where it was taken goes on nowhere
        _merge(tx, case, first, now, rules)


def _again(tx: Tx, case: Case, first: Found, now: datetime, rules: Rules) -> None:
    if any(line.what == AGAIN for line in tx.cases.book(case.id)):
        return
    old = tx.cases.get(first.case)
    times = times_again(tx, case)
    tx.cases.note(case.id, Entry(now, BRIDGE, AGAIN, f"第 {times} 次，首件 {old.number}（{first.why}），重新核实（P-18）", rules.digest))
    tx.cases.note(old.id, Entry(now, BRIDGE, AGAIN, f"客户再次投诉，见 {case.number}（P-18）", rules.digest))
    lines = [f"客户就 {old.number} 答复后再次投诉（{first.why}），已关联，须重新核实。", f"查看：hotline-bridge matters show {name_of(case.matter or 0)}"]
    tell_desk(tx, case, AGAIN, lines, (-(5 * _KIND + old.id), now), rules)
    report_again(tx, case, times, now, rules)


def _merge(tx: Tx, case: Case, first: Found, now: datetime, rules: Rules) -> None:
    if case.state is State.CLOSED:
        return              # answered where it was taken: there is nothing to go on with
    entry = rules.pack(case.pack).radar
    why = f"{first.why}（law:18）"
    refused = ""
    if entry.merge == "auto" and first.alike >= entry.alike and not rules.holds(case):
        try:
            with tx.part():
                merge(tx, tx.cases.get(case.id), tx.cases.get(first.case), Said(BRIDGE, why, now, first.alike), rules)
        except RuleError as error:      # a person decides what the rules do not let the bridge do
            refused = f"未能自动并案：{error}"
        else:
            return
    old = tx.cases.get(first.case)
    told = f"可能是 {old.number} 办结前的重复投诉：{why}"
    if not any(line.says.startswith(told) for line in tx.cases.book(case.id)):
        tx.cases.note(case.id, Entry(now, BRIDGE, "建议并案", "；".join(filter(None, (told, refused))), rules.digest))
        lines = [f"本件{told}。", *([refused] if refused else []), f"核实后并案：hotline-bridge matters merge {case.number} {old.number} --says 原因", "不是同一投诉的，请照常办理。"]
        tell_desk(tx, case, "建议并案", lines, (-(6 * _KIND + old.id), now), rules)


def _ask(tx: Tx, case: Case, likely: Sequence[Found], before: dict[int, Seen], now: datetime, rules: Rules) -> None:
    """Lay before the desk what may be the same matter: in its list, and by letter where a person came again or many may have come."""
    for it in likely[:_MOST_ASKED]:
        old = before[it.case]
        known = old.matter if old.matter is not None else _asked_about(tx, old.case)
        if known == case.matter and known is not None:
            continue
        matter = (tx.matters.get(known) if known is not None else None) or tx.matters.open(now, case.unit, case.category)
        if known is None:
            ask(tx, tx.cases.get(old.case), matter, Said(BRIDGE, f"与 {case.number}：{it.why}", now, it.alike), rules)
        if not ask(tx, case, matter, Said(BRIDGE, f"与 {old.number}：{it.why}", now, it.alike), rules):
            continue
        many = 0 if all(limit.people <= matter.told for limit in rules.pack(case.pack).mass) else _may_be_many(tx, matter.id, case, rules)
        if it.person or many:
            why = f"若为同一事项，已有 {many} 人反映，须立即上报" if many else it.why
            lines = [
                f"本件与 {old.number} 疑似同一事项：{why}。", f"是：hotline-bridge matters join {case.number} {name_of(matter.id)} --says 原因",
                f"不是：hotline-bridge matters leave {case.number} {name_of(matter.id)} --says 原因",
            ]
            tell_desk(tx, case, "疑似同一事项", lines, (-(7 * _KIND + matter.id), now), rules)


def _asked_about(tx: Tx, case: int) -> int | None:
    """A matter this case may already belong to."""
    last = {bond.matter: bond.act for bond in tx.matters.of_case(case)}
    return next((matter for matter, act in last.items() if act == LIKELY), None)


def _may_be_many(tx: Tx, matter: int, case: Case, rules: Rules) -> int:
    """How many people it would be if all that may belong did, where that newly reaches a number of the pack's; else 0."""
    asked = [one for one, bond in tx.matters.standing(matter).items() if bond.act in {JOINED, LIKELY}]
    marks = tx.sketches.marks(asked)
    now = persons(marks).people
    without = persons({one: own for one, own in marks.items() if one != case.id}).people
    sure = people_of(tx, matter).people
    return now if any(max(without, sure) < entry.people <= now for entry in rules.pack(case.pack).mass) else 0
