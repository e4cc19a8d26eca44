"""Which mailbox and which person at a unit: never the one complained about, and climbing where there is no mailbox.

P-11.1, P-20; Order 2020 No. 3, article 17.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from routing.directory import DEPARTMENT, ROLES, Directory
from routing.parties import Unit, UnitCode

#: Words before a name on a form, and titles after a surname in a directory.
_POSTS = ("柜员", "大堂经理", "客户经理", "理财经理", "网点负责人", "负责人", "员工", "保安")
_TITLES = ("经理", "主任", "行长", "主管", "所长", "科长", "处长", "部长", "总经理", "局长")
_INSPECTION = "监察"
_SEAT = re.compile("^(?:座席|坐席|工号|客服|seat|agent|operator|no)+")
_SEVERAL = re.compile("[、，,；;/]")
_DIGITS = re.compile("[0-9]{3,}")         # a seat's number; shorter ones tell nobody from another


@dataclass(frozen=True, slots=True)
class Addressee:
    """A mailbox, the unit it belongs to, and the person it is for ("" where only the unit is known)."""

    unit_code: UnitCode
    mailbox: str
    attention: str = ""


def addressee(directory: Directory, code: UnitCode, avoid: str = "") -> Addressee | None:
    """Return who takes the letters of a unit: its first contact, its second, or the nearest superior with a mailbox.

    `avoid` is the person complained about; neither they nor their own mailbox is ever the answer (P-11.1, law:17).
    None where nobody is left.
    """
    unit = directory.get(code)
    above = (unit, *superiors(directory, unit)) if unit else ()
    return next((found for at in above if (found := at_unit(at, avoid)) is not None), None)


def at_unit(unit: Unit, avoid: str = "") -> Addressee | None:
    """Return who takes letters at the unit itself; None where it has no mailbox, or only the person complained about."""
    named = [contact for contact in (unit.first, unit.second) if contact.name]
    fit = [contact for contact in named if not may_be(avoid, contact.name)]
    if named and not fit:
        return None
    contact, stepped_in = (fit[0] if fit else unit.first), fit != named
    boxes = (own_box(unit, avoid), contact.mailbox)
    mailbox = next((box for box in (reversed(boxes) if stepped_in else boxes) if box), "")
    return Addressee(unit.code, mailbox, contact.name) if mailbox else None


def second_contact(directory: Directory, code: UnitCode, avoid: str = "") -> Addressee | None:
    """Return the second contact by their own mailbox, else by the unit's (P-20); a superior where that is nobody."""
    unit = directory.get(code)
    if unit is None:
        return None
    if unit.second.name and not may_be(avoid, unit.second.name):
        mailbox = unit.second.mailbox or own_box(unit, avoid)
        if mailbox:
            return Addressee(unit.code, mailbox, unit.second.name)
    return superior(directory, code, avoid)


def superior(directory: Directory, code: UnitCode, avoid: str = "") -> Addressee | None:
    """Return who takes letters above the unit that takes this unit's own; None at the top."""
    own = addressee(directory, code, avoid)
    holder = directory.get(own.unit_code) if own else None
    above = next(superiors(directory, holder), None) if holder else None
    return addressee(directory, above.code, avoid) if above else None


def superiors(directory: Directory, unit: Unit) -> Iterator[Unit]:
    """Yield the units above one; above a department its counterparts, then - save for inspection - the units (P-14.3)."""
    if unit.level != DEPARTMENT:
        yield from directory.chain(unit.code)[1:]
        return
    role = next((role for role, words in ROLES.items() if any(word in unit.name for word in words)), "")
    above = directory.chain(unit.code)[1:]
    seen = {unit.code}
    for at in above:
        found = directory.department(at.code, role) if role else None
        if found is not None and found.code not in seen:
            seen.add(found.code)
            yield found
    if role != _INSPECTION:
        yield from above


def kept_from(directory: Directory, code: UnitCode | None, avoid: str) -> frozenset[str]:
    """Return the own mailboxes of the person complained about, at the unit `code` or above it: nothing goes there (P-11.1, law:17)."""
    if not avoid or code is None:
        return frozenset()
    return frozenset(
        contact.mailbox for unit in directory.chain(code) for contact in (unit.first, unit.second) if contact.mailbox and may_be(avoid, contact.name)
    )


@lru_cache(maxsize=1 << 16)
def may_be(person: str, contact: str) -> bool:
    """Whether the person complained about, or one of several with "、" between, may be this contact: rather too often than once too few (law:17).

    "柜员刘芳" may be 刘芳, and 刘经理 too; 刘经理 may be 刘芳.
    """
    return any(_may_be(one, contact) for one in dict.fromkeys((person, *_SEVERAL.split(person))))


def _may_be(person: str, contact: str) -> bool:
    person, contact = _bare(person), _bare(contact)
    if min(len(person), len(contact)) < 2:
        return bool(person) and person == contact
    if person in contact or contact in person:
        return True
    return person[0] == contact[0] and (person.endswith(_TITLES) or contact.endswith(_TITLES))


def same_desk(who: str, seat: str) -> bool:
    """Whether a reviewer may be the seat who took the call, under whatever spelling: rather too often (P-9.1).

    8001 may be ８００１, 08001, 座席8001, "张三(8001)" and "Seat-8001".
    """
    who, seat = (unicodedata.normalize("NFKC", name).casefold() for name in (who, seat))
    plain = [_SEAT.sub("", "".join(ch for ch in name if ch.isalnum())) for name in (who, seat)]
    if not plain[1]:
        return False
    numbers = [digits.lstrip("0") for digits in _DIGITS.findall(seat)][-1:]        # 95580-8001 is seat 8001
    return plain[0] == plain[1] or any(digits.lstrip("0") in numbers for digits in _DIGITS.findall(who))


def _bare(name: str) -> str:
    bare = "".join(name.split())
    return next((bare.removeprefix(post) for post in _POSTS if bare.startswith(post) and bare != post), bare)


def own_box(unit: Unit, avoid: str) -> str:
    """Return the unit's mailbox, "" where it is really the own mailbox of the person complained about."""
    theirs = {it.mailbox for it in (unit.first, unit.second) if avoid and may_be(avoid, it.name)}
    return "" if unit.mailbox in theirs else unit.mailbox
