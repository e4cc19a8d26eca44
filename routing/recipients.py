"""Whom a rung of the ladder reaches, as the directory stands at that moment (P-11.1, P-20, P-21, D-3; law:17).

Who may be complained about is nobody's recipient on any rung, be it as second contact, superior or president. A role
that nobody fills - no union in the directory, nobody above the top - falls to the nearest superior; a unit that is gone,
to the unit its code lies under. In both cases the desk is told, so that no reminder ever reaches nobody in silence.

Reading: codes of units begin with the code of the unit above them, as institution codes do; so a code that the
directory no longer has lies under the longest one that it begins with.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from routing.addressee import Addressee, addressee, kept_from, may_be, own_box, second_contact, superior, superiors
from routing.directory import DEPARTMENT, Directory
from routing.ladder import Role
from routing.pack import Pack
from routing.parties import Contact, Unit, UnitCode
from routing.telephone import callable_number

CALLED: Mapping[Role, str] = {
    "unit": "承办单位", "second_contact": "第二联系人", "superior": "上级单位", "office": "办公室", "union": "工会", "president": "行长", "desk": "投诉处理岗",
}
_LEAST_CODE = 2             # characters a code must share with another to lie under it
_PRESIDENT, _VICE = "行长", "副行长"


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom some roles reach, each mailbox once, and the roles for which the directory has nobody: of those the desk is told."""

    found: tuple[Addressee, ...]
    missing: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True)
class Callee:
    """Somebody to be called: their unit, name and number, and the mailbox they are written to otherwise."""

    unit_code: UnitCode
    name: str
    phone: str
    mailbox: str


def reach(roles: Sequence[Role], unit: UnitCode, directory: Directory, avoid: str = "") -> Reach:
    """Return the mailboxes these roles have, seen from `unit`, whoever got the slip; `avoid` is the person complained about.

    The desk is not among them: who calls adds it.
    """
    at = standing_in(directory, unit)
    missing: list[Role] = ["unit"] if at != unit and "unit" in roles else []
    away = kept_from(directory, at, avoid)
    found: dict[str, Addressee] = {}
    for role in roles:
        if role == "desk":
            continue
        one = _OF[role](directory, at, avoid) if at else None
        if one is None:
            missing.append(role)
            one = superior(directory, at, avoid) if at and role in _FALLS_TO_THE_SUPERIOR else None
        if one is not None and one.mailbox not in away:
            before = found.get(one.mailbox)
            names = dict.fromkeys(name for it in (before, one) if it for name in it.attention.split("、") if name)
            found[one.mailbox] = Addressee((before or one).unit_code, one.mailbox, "、".join(names))
    return Reach(tuple(found.values()), tuple(dict.fromkeys(missing)))


def callees(roles: Sequence[Role], unit: UnitCode, directory: Directory, avoid: str = "") -> tuple[tuple[Callee, ...], tuple[Role, ...]]:
    """Return who is called for these roles, each once, and the roles for which nobody has a number: of those the desk is told."""
    at = standing_in(directory, unit)
    found: dict[tuple[str, str, str], Callee] = {}
    missing: list[Role] = []
    for role in roles:
        one = _called(role, at, directory, avoid) if at else None
        if one is None:
            missing.append(role)
        else:
            found.setdefault((one.unit_code, one.name, one.phone), one)
    return tuple(found.values()), tuple(missing)


def standing_in(directory: Directory, code: UnitCode) -> UnitCode | None:
    """Return the unit itself, or where the directory no longer has it, the one its code lies under; None where that is none."""
    if directory.get(code) is not None:
        return code
    above = (UnitCode(code[:end]) for end in range(len(code) - 1, _LEAST_CODE - 1, -1))
    return next((one for one in above if (unit := directory.get(one)) is not None and unit.level != DEPARTMENT), None)


def phone_of(directory: Directory, code: str, name: str) -> str:
    """Return the number of a contact as the directory has it now; "" where it has none."""
    unit = directory.get(code)
    return next((it.phone for it in (unit.first, unit.second) if it.name == name), "") if unit else ""


def president(directory: Directory, code: UnitCode, avoid: str = "") -> Addressee | None:
    """Return the nearest president at or above a unit: a contact who has that title, or the president's own office (D-3, D-7)."""
    for unit in _units(directory, code):
        for contact in _presidents(unit, avoid):
            mailbox = contact.mailbox or own_box(unit, avoid)
            if mailbox:
                return Addressee(unit.code, mailbox, contact.name)
        office = next((it for it in directory.children(unit.code) if it.level == DEPARTMENT and _PRESIDENT in it.name), None)
        if office is not None and (found := addressee(directory, office.code, avoid)) is not None:
            return found
    return None


def unreachable(pack: Pack, directory: Directory) -> Iterator[str]:
    """Yield what a pack's ladder names and the directory does not have, each with the cure."""
    named = dict.fromkeys(role for rung in pack.chasing.ladder for role in rung.roles)
    for role in named:
        lacks = _lacking(role, directory) if role in _CURES else []
        if lacks:
            where = "anywhere" if len(lacks) == len(_branches(directory)) else f"for {len(lacks)} units, e.g. {lacks[0].code} {lacks[0].name}"
            yield (
                f"{pack.id} chasing.ladder: reminds {role} ({CALLED[role]}), and the directory has none {where}; {_CURES[role]}, "
                "or take it out of the ladder; until then the superior is reminded and the desk told"
            )


def _lacking(role: Role, directory: Directory) -> list[Unit]:
    """The units that have nobody of a role at or above them; what head office has, all have."""
    find, top = _OF[role], directory.head_office
    if top is None or find(directory, top, "") is not None:
        return []
    return [unit for unit in _branches(directory) if find(directory, unit.code, "") is None]


def _branches(directory: Directory) -> list[Unit]:
    return [unit for unit in directory.units.values() if unit.level != DEPARTMENT]


def _department(word: str) -> Callable[[Directory, UnitCode, str], Addressee | None]:
    def find(directory: Directory, code: UnitCode, avoid: str) -> Addressee | None:
        found = directory.department(code, word)
        return None if found is None else addressee(directory, found.code, avoid)

    return find


def _units(directory: Directory, code: UnitCode) -> Iterator[Unit]:
    return (unit for unit in directory.chain(code) if unit.level != DEPARTMENT)


def _presidents(unit: Unit, avoid: str) -> Iterator[Contact]:
    named = (it for it in (unit.first, unit.second) if it.name.endswith(_PRESIDENT) and not it.name.endswith(_VICE))
    return (it for it in named if not may_be(avoid, it.name))


def _called(role: Role, at: UnitCode, directory: Directory, avoid: str) -> Callee | None:
    """Who is called for a role: the contact it names, else another of the unit's, else somebody above who has a number."""
    unit = directory.get(at)
    if role in {"unit", "second_contact"} or unit is None:
        contacts = (unit.second, unit.first) if unit and role == "second_contact" else (unit.first, unit.second) if unit else ()
        return _first_with_number(unit, contacts, directory, avoid)
    one = _OF[role](directory, at, avoid)
    held = directory.get(one.unit_code) if one else None
    if held is None or one is None:
        return None
    mine = sorted((held.first, held.second), key=lambda it: it.name != one.attention)
    return _first_with_number(held, mine, directory, avoid)


def _first_with_number(unit: Unit | None, contacts: Iterable[Contact], directory: Directory, avoid: str) -> Callee | None:
    if unit is None:
        return None
    above = ((it, (it.first, it.second)) for it in superiors(directory, unit))
    for holder, people in ((unit, tuple(contacts)), *above):
        named = [one for one in people if one.phone and not may_be(avoid, one.name)]
        for one in sorted(named, key=lambda it: not callable_number(it.phone)):     # 见通讯录 is for people, where there is nothing better
            return Callee(holder.code, one.name, one.phone, one.mailbox or own_box(holder, avoid))
    return None


_OF: Mapping[Role, Callable[[Directory, UnitCode, str], Addressee | None]] = {
    "unit": addressee, "second_contact": second_contact, "superior": superior, "president": president,
    "office": _department("办公室"), "union": _department("工会"),
}
_FALLS_TO_THE_SUPERIOR = frozenset({"office", "union", "president"})
_CURES: Mapping[Role, str] = {
    "union": "add a department with 工会 in its name", "office": "add a department with 办公室 in its name",
    "president": "name a contact ending in 行长, or add a department with 行长 in its name",
}
