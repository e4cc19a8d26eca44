"""A matter as people look at it: its cases, its persons without their names, what was reported, and who decided what (P-6, C-5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from hotline_bridge.store.callbacks import CALLED, Callback
from hotline_bridge.store.matters import JOINED, LIKELY, Bond, Matter
from hotline_bridge.store.tx import Tx
from routing.case import Case
from routing.likeness import restored
from routing.parties import mask, mask_phone
from routing.person import Persons, persons
from routing.rules import Rules
from routing.starring import names_of, starred
from routing.telephone import shown

MOST = 300                  # cases of a matter that are shown
_ACTS = {JOINED: "归入", LIKELY: "疑似", "left": "移出"}


@dataclass(frozen=True, slots=True)
class WholeMatter:
    """A matter with everything that hangs on it."""

    matter: Matter
    bonds: Sequence[Bond]
    people: Persons
    cases: Mapping[int, Case]
    numbers: Mapping[int, str]


def gathered(tx: Tx, number: int, *, whole: bool = True) -> WholeMatter | None:
    """Gather a matter by its number; None where there is none. Not `whole`: without its cases, for a list."""
    matter = tx.matters.get(number)
    if matter is None:
        return None
    bonds = tx.matters.bonds(number)
    marks, words = tx.sketches.of_matter(number)
    heads = {case: sketch.heads for case, raw in words.items() if (sketch := restored(raw)) is not None}
    shown = sorted({bond.case for bond in bonds})[-MOST:] if whole else []
    cases = {case: tx.cases.get(case) for case in shown}
    return WholeMatter(matter, bonds, persons(marks, heads), cases, tx.matters.numbers(sorted({bond.case for bond in bonds})))


def row(one: WholeMatter, rules: Rules) -> dict[str, object]:
    """One line of a list."""
    zone = rules.pack(rules.default_pack).zone
    unit = rules.directory.get(one.matter.unit) if one.matter.unit else None
    standing = _standing(one)
    return {
        "matter": f"M-{one.matter.id}", "opened": one.matter.opened.astimezone(zone).isoformat(timespec="seconds"), "unit": one.matter.unit,
        "unit_name": unit.full_name if unit else None, "category": one.matter.category.value if one.matter.category else None,
        "people": one.people.people, "cases": sum(1 for bond in standing.values() if bond.act == JOINED),
        "likely": sum(1 for bond in standing.values() if bond.act == LIKELY), "told": one.matter.told,
    }


def full(one: WholeMatter, rules: Rules) -> dict[str, object]:
    """The whole matter; who complains is masked, for everybody (P-6)."""
    zone = rules.pack(rules.default_pack).zone
    pack = rules.pack(next(iter(one.cases.values())).pack if one.cases else rules.default_pack)
    return row(one, rules) | {
        "thresholds": [{"people": it.people, "level": it.level, "rule": it.rule, "told": one.matter.told >= it.people} for it in pack.mass],
        "units": sorted({case.unit for case in one.cases.values() if case.unit}),
        "persons": [
            {"person": place, "shown": _shown([one.cases[case] for case in group if case in one.cases]), "cases": [one.numbers[case] for case in group]}
            for place, group in enumerate(one.people.groups, 1)
        ],
        "case_rows": [_case(bond, one, zone, rules) for bond in _standing(one).values()],
        "timeline": [
            {"at": bond.at.astimezone(zone).isoformat(timespec="seconds"), "who": bond.who, "case_number": one.numbers[bond.case],
             "act": bond.act, "act_zh": _ACTS[bond.act], "why": bond.why, "likeness": bond.likeness} for bond in one.bonds
        ],
    }


def _standing(one: WholeMatter) -> dict[int, Bond]:
    return {bond.case: bond for bond in one.bonds}


def _case(bond: Bond, one: WholeMatter, zone: tzinfo, rules: Rules) -> dict[str, object]:
    case = one.cases.get(bond.case)
    if case is None:
        return {"case_number": one.numbers[bond.case], "act": bond.act}
    unit = rules.directory.get(case.unit) if case.unit else None
    return {
        "case_number": case.number, "act": bond.act, "act_zh": _ACTS[bond.act], "state_zh": case.state.value, "unit_name": unit.full_name if unit else None,
        "category": case.category.value if case.category else None, "received": case.received.astimezone(zone).isoformat(timespec="seconds"),
        "outcome": case.outcome, "merged_into": one.numbers.get(case.merged_into) if case.merged_into else None,
    }


def _shown(cases: Sequence[Case]) -> str:
    """Who somebody is, as much as tells one from another and no more."""
    found = dict.fromkeys(
        " ".join(filter(None, (mask(case.complaint.customer.name), mask_phone(case.complaint.customer.phone)))) for case in cases)
    return "；".join(one for one in found if one)[:200] or "未留姓名电话"


def call(one: Callback, case: Case, rules: Rules, *, masked: bool) -> dict[str, object]:
    """A customer who is to be called: whom, by which number, since when, how often it was tried."""
    zone, customer = rules.pack(case.pack).zone, case.complaint.customer
    unit = rules.directory.get(case.unit) if case.unit else None
    return {
        "case_number": case.number, "name": mask(customer.name) if masked else customer.name, "phone": mask_phone(customer.phone) if masked else shown(customer.phone),
        "unit_name": unit.full_name if unit else None, "outcome": case.outcome, "owed": one.owed.astimezone(zone).isoformat(timespec="seconds"),
        "attempts": one.attempts, "state": one.state, "state_zh": CALLED[one.state], "says": starred(one.says, names_of(customer)) if masked else one.says,
    }
