"""People decide what is one matter, and which case goes on in which (P-18, C-5; law: article 18)."""

import re
from datetime import datetime

from hotline_bridge.gathering import Said, join, name_of, part, report_mass
from hotline_bridge.merging import merge, unmerge
from hotline_bridge.store.matters import LEFT, LIKELY, Bond, Matter
from hotline_bridge.store.tx import Tx
from routing.case import Case, Entry
from routing.errors import RuleError
from routing.rules import Rules

_NAME = re.compile(r"[Mm]-?([0-9]{1,15})")
_DENIED = "不是同一事项"


def join_by_hand(tx: Tx, number: str, to: str, who: str, says: str, now: datetime, rules: Rules) -> str:  # noqa: PLR0913 (a decision and its words)
    """Say that a case is of a matter (M-17), or one matter with another case; returns the matter's name. RuleError without a reason."""
    case = tx.cases.known(number)
    said = Said(who, _reason(number, says), now)
    matter = _named(tx, to) if _NAME.fullmatch(to.strip()) else _of(tx, case, tx.cases.known(to), said, rules)
    join(tx, tx.cases.get(case.id), matter, said, rules)
    report_mass(tx, matter.id, tx.cases.get(case.id), now, rules)
    return name_of(matter.id)


def _of(tx: Tx, case: Case, other: Case, said: Said, rules: Rules) -> Matter:
    """The matter of another case; a new one where it has none."""
    if case.id == other.id:
        msg = f"case {case.number} is named twice; name the other case, or a matter like M-17"
        raise RuleError(msg)
    if other.matter is not None:
        return _named(tx, name_of(other.matter))
    matter = _named(tx, name_of(case.matter)) if case.matter is not None else tx.matters.open(said.at, other.unit or case.unit, other.category or case.category)
    join(tx, other, matter, said, rules)
    return matter


def leave_by_hand(tx: Tx, number: str, matter: str, who: str, says: str, now: datetime, rules: Rules) -> None:  # noqa: PLR0913 (as above)
    """Say that a case is not of this matter, whether it was joined or only thought to be; the radar does not put it back."""
    case, found = tx.cases.known(number), _named(tx, matter)
    said = Said(who, _reason(number, says), now)
    bond = tx.matters.standing(found.id).get(case.id)
    if case.matter == found.id:
        part(tx, case, said, rules)
        return
    if bond is None or bond.act != LIKELY:
        msg = f"case {number} does not belong to {name_of(found.id)}; `matters show {name_of(found.id)}` lists which do"
        raise RuleError(msg)
    tx.matters.bind(Bond(case.id, found.id, now, who, LEFT, said.why))
    tx.cases.note(case.id, Entry(now, who, _DENIED, f"{name_of(found.id)}：{said.why}", rules.digest))


def merge_by_hand(tx: Tx, number: str, into: str, who: str, says: str, now: datetime, rules: Rules) -> None:  # noqa: PLR0913 (as above)
    """Let a case go on in an earlier one of the same person (law:18); both are one matter from then on."""
    case, first = tx.cases.known(number), tx.cases.known(into)
    said = Said(who, _reason(number, says), now)
    merge(tx, case, first, said, rules)
    matter = _of(tx, tx.cases.get(case.id), tx.cases.get(first.id), said, rules)
    join(tx, tx.cases.get(case.id), matter, said, rules)


def unmerge_by_hand(tx: Tx, number: str, who: str, says: str, now: datetime, rules: Rules) -> None:
    """Take a merger back: the case stands as it did before, with its own limits."""
    unmerge(tx, tx.cases.known(number), Said(who, _reason(number, says), now), rules)


def _named(tx: Tx, name: str) -> Matter:
    digits = _NAME.fullmatch(name.strip())
    matter = tx.matters.get(int(digits[1])) if digits else None
    if matter is None:
        msg = f"there is no matter {name[:40]}; `hotline-bridge matters list` shows them, e.g. M-17"
        raise RuleError(msg)
    return matter


def _reason(number: str, says: str) -> str:
    if not says.strip():
        msg = f"say why ({number}): whoever reads the book later must understand what was decided"
        raise RuleError(msg)
    return says.strip()[:1000]

