"""Zones, parks, farms and regiments said by part of their long names: 兴达产业园 for 兴达石桥产业园区."""

import re
from collections.abc import Iterator

from routing.misspelt import Heard
from routing.parties import Unit
from routing.placenames import OUTLET_LEVEL
from routing.placereader import Reader

_KIND = re.compile("开发区|产业园|工业园|园区|经开区|高新区|保税区|示范区|度假区|管理区|农场|林场|牧场|渔场|监狱")
_ZONE = re.compile(rf"[\u4e00-\u9fff0-9]{{0,8}}({_KIND.pattern})")
#: What of a zone's word must stand in the outlet's name.
_KINDS = {"经开区": "开发区", "高新区": "高新"}
_MOST_BELOW = 1500


def zone(reader: Reader) -> Heard | None:
    """Return the outlets of a named area whose names hold, in order, all characters of the zone the text names."""
    said = _ZONE.search(reader.letter.text) if reader.named and _KIND.search(reader.letter.text) else None
    if not said:
        return None
    kind = _KINDS.get(said[1], said[1])
    there = [unit for unit in _outlets(reader) if kind in unit.name]
    for start in range(said.start(), said.start(1) + 1):
        found = tuple(unit.code for unit in there if _holds(unit.name, reader.letter.text[start:said.end()]))
        if found:
            return Heard(found, start, said.end())
    return None


def _outlets(reader: Reader) -> Iterator[Unit]:
    """Yield the outlets below the areas named, of the nearest areas only."""
    deepest = max((len(reader.gazetteer.above(code)) for code in reader.named), default=0)
    count = 0
    for code in reader.named:
        if len(reader.gazetteer.above(code)) < deepest:
            continue
        for unit in reader.directory.children(code):
            below = (unit,) if unit.level == OUTLET_LEVEL else reader.directory.children(unit.code)
            count += len(below)
            if count > _MOST_BELOW:
                return
            yield from (each for each in below if each.level == OUTLET_LEVEL)


def _holds(name: str, said: str) -> bool:
    """Whether a name holds all characters of what was said, in order."""
    letters = iter(name)
    return all(character in letters for character in said)
