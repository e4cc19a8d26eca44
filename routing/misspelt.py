"""Place names with one wrong character: 蓟洲 for 蓟州, 绸江 for 稠江. Only where everything else fits."""

import re
from collections.abc import Iterable, Iterator

from routing.directory import Directory
from routing.gazetteer import OUTLET_LEVEL, Mention, names_of
from routing.parties import UnitCode

_STOP = re.compile(r"$|[\s,。;!?:、]|的(?:$|[\s,。所])|[镇乡](?:$|[\s,。的那所])|所|营业所|网点|街道|那")
_JOINT = re.compile(r"[市县区旗的\s,、]{0,2}")


def one_off(wrong: str, right: str) -> bool:
    """Whether two words of a length differ in exactly one character and share at least one."""
    return len(wrong) == len(right) >= 2 and sum(a != b for a, b in zip(wrong, right, strict=True)) == 1


def beside_an_area(text: str, areas: Iterable[Mention], directory: Directory) -> tuple[UnitCode, int, int] | None:
    """Return the only outlet of a named area whose name, one character off, follows the area's; and where."""
    found = {hit[0]: hit for area in areas for hit in _below(text, area, directory)}
    return next(iter(found.values())) if len(found) == 1 else None


def _below(text: str, area: Mention, directory: Directory) -> Iterator[tuple[UnitCode, int, int]]:
    joint = _JOINT.match(text, area.end)
    at = joint.end() if joint else area.end
    for code in area.areas:
        for unit in directory.children(code):
            if unit.level != OUTLET_LEVEL:
                continue
            for name in names_of(unit):
                if one_off(text[at:at + len(name)], name) and _STOP.match(text, at + len(name)):
                    yield unit.code, area.start, at + len(name)


def behind_a_wrong_area(text: str, mentions: Iterable[Mention], directory: Directory) -> tuple[UnitCode, int, int] | None:
    """Return the only outlet named right behind its county's name with one character off; and where."""
    found: dict[UnitCode, tuple[UnitCode, int, int]] = {}
    for mention in mentions:
        if not _STOP.match(text, mention.end):
            continue
        for code in mention.outlets:
            above = directory.chain(code)[1:3]
            for name in (name for unit in above for name in names_of(unit)):
                if one_off(text[max(0, mention.start - len(name)):mention.start], name):
                    found[code] = (code, mention.start - len(name), mention.end)
    return next(iter(found.values())) if len(found) == 1 else None
