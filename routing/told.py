"""Who is told of a case without having to answer it: offices, leaders, the legal department (P-16, P-17, D-7, T-6, C-5, C-7)."""

from collections.abc import Iterator
from dataclasses import replace

from routing.addressee import addressee
from routing.case import Case
from routing.directory import Directory
from routing.entries import Telling
from routing.envelope import Envelope, Purpose, Routing, joined
from routing.pack import Pack
from routing.parties import Unit, UnitCode


def told(case: Case, unit: Unit, pack: Pack, directory: Directory) -> Routing:
    """Tell whom the pack wants told of what may get out, from the lowest level up (P-16, D-7, T-6, C-5, C-7)."""
    decided = joined(*(_told_by(entry, case, unit, directory) for entry in pack.telling if _concerns(entry, case)))
    once = {(it.rule, it.to): it for it in reversed(decided.envelopes)}        # two entries of a rule may name one office
    return replace(decided, envelopes=tuple(it for it in decided.envelopes if once[it.rule, it.to] is it))


def court(case: Case, unit: Unit, pack: Pack, directory: Directory) -> Routing:
    """Tell the unit's leader and the legal department of a dispute heading for court (P-17)."""
    entry, verdict = pack.legal, case.verdict
    if entry is None or verdict is None:
        return Routing()
    evidence = " ".join(flag.evidence for flag in verdict.flags)
    if not any(word in evidence for word in entry.words):
        return Routing()
    office = department_of(directory, entry.departments, unit.code)
    why = f"经济纠纷可能诉诸法院，告知{entry.leader}和法律部门（{entry.rule}）"
    found = [addressee(directory, it.code, case.complaint.person_hint) for it in (office, unit) if it is not None]
    envelopes = tuple(Envelope("notice", "抄送", it.unit_code, (it.mailbox,), (), entry.rule, why) for it in found if it)
    doubts = () if office else (f"名录中没有法律部门，请投诉处理岗告知（{entry.rule}）",)
    return Routing(envelopes, doubts)


def department_of(directory: Directory, roles: tuple[str, ...], of: UnitCode) -> Unit | None:
    """Return the nearest department of the first of these roles that there is."""
    return next((it for role in roles if (it := directory.department(of, role)) is not None), None)


def _concerns(entry: Telling, case: Case) -> bool:
    """Whether the case is one of those the entry speaks of: by channel or flag, and by its words where the entry names some."""
    verdict = case.verdict
    if not (case.complaint.channel in entry.channels or any(verdict is not None and verdict.has(it) for it in entry.flags)):
        return False
    said = case.complaint.text + " ".join(flag.evidence for flag in verdict.flags) if verdict else case.complaint.text
    return not entry.words or any(word in said for word in entry.words)


def _told_by(entry: Telling, case: Case, unit: Unit, directory: Directory) -> Routing:
    found = [it for office in _tellees(entry, unit, directory) if (it := addressee(directory, office.code, case.complaint.person_hint))]
    why = f"{entry.says}（{entry.rule}）"
    purpose: Purpose = "copy" if entry.departments else "notice"        # a leader is told even where the unit has the slip
    envelopes = [Envelope(purpose, "抄送", it.unit_code, (it.mailbox,), (), entry.rule, why) for it in found]
    doubts = () if envelopes else (f"{entry.says}：名录中没有可送达的单位，请投诉处理岗电话报告（{entry.rule}）",)
    return Routing(tuple(dict.fromkeys(envelopes)), doubts)


def _tellees(entry: Telling, unit: Unit, directory: Directory) -> Iterator[Unit]:
    for at in directory.chain(unit.code):
        if at.level not in entry.levels:
            continue
        if not entry.departments:
            yield at
        elif (office := department_of(directory, entry.departments, at.code)) is not None:
            yield office
