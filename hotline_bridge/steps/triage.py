"""Judges a case: category, money, flags, unit, deadline; then holds it, hands it to the desk, or lets it go (P-9.1)."""

from dataclasses import replace
from datetime import datetime

from hotline_bridge.store.tx import Tx
from routing.case import Entry, State
from routing.rules import Rules
from routing.triage import triage as judge
from routing.verdict import Verdict


def triage(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Ask the rules once, write the whole answer down, and promise what follows from it."""
    case = tx.cases.get(subject)
    if case.state is not State.TAKEN:
        return
    verdict = judge(case.complaint, rules.tables[case.pack])
    codes = case.codes or rules.codes.propose(f"{case.complaint.product} {case.complaint.channel.value} {case.complaint.text}")
    sorted_ = rules.timed(replace(case, verdict=verdict, category=verdict.category, unit=verdict.unit, codes=codes), tx.clocks.of_case(case.id))
    tx.tasks.owe("chase", case.id, now)
    entry = Entry(now, "bridge", "分类", _told(verdict), rules.digest)
    if verdict.doubts or verdict.unit is None:
        why = "；".join(verdict.doubts) or "被投诉单位无法确定"
        tx.cases.save(sorted_.moved(State.DESK), entry, Entry(now, "bridge", "转投诉处理岗", why, rules.digest))
    elif rules.holds(sorted_):
        tx.cases.save(sorted_.moved(State.HELD), entry, Entry(now, "bridge", "待复听复核", _why_held(verdict), rules.digest))
        if rules.voice.announces:
            tx.tasks.owe("announce-flagged", case.id, now)
    else:
        tx.cases.save(sorted_, entry)
        tx.tasks.owe("dispatch", case.id, now)


def _told(verdict: Verdict) -> str:
    also = f"（兼：{'、'.join(one.value for one in verdict.also)}）" if verdict.also else ""
    money = "、".join(f"{amount:,.2f}" for amount in verdict.amounts)
    return f"{verdict.category.value}{also}；金额 {money or '无'}；单位 {verdict.unit or '未定'}；标记 {'、'.join(f.name for f in verdict.flags) or '无'}"


def _why_held(verdict: Verdict) -> str:
    return "；".join(f"{flag.says}（{flag.rule}）" for flag in verdict.flags)
