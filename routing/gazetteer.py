"""Where a text says names of the bank's units, as written or by their sound.

One automaton holds all names of the directory, so reading costs the length of the text; the names by their sound lie
in one sorted table of hashes, so asking for one costs a search, whatever the size of the directory.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from ahocorasick_rs import AhoCorasick

from routing.directory import DEPARTMENT, Directory
from routing.parties import UnitCode
from routing.placenames import OUTLET_LEVEL, area_names, department_names, outlet_names
from routing.sounds import sounded
from routing.text import fold_text

#: More places than this in one text decide nothing; it also bounds the work on endless texts.
MOST_MENTIONS = 300
_HEARD = (1 << 18) - 1

Codes: TypeAlias = tuple[UnitCode, ...]
#: Whose a name is: mostly one unit's, so a tuple only where it is several units'.
_Owner: TypeAlias = UnitCode | list[UnitCode]


class Mention(NamedTuple):
    """One place in a text where a name of the directory stands, with all units of that name."""

    start: int
    end: int
    outlets: Codes = ()
    areas: Codes = ()
    departments: Codes = ()


@dataclass(frozen=True, eq=False, slots=True)
class Gazetteer:
    """All names of a directory, ready to be found in folded text.

    `area_names` are the names an area goes by; `chains` the areas at and above an area, nearest
    first, without head office.
    """

    directory: Directory
    area_names: Mapping[UnitCode, tuple[str, ...]]
    chains: Mapping[UnitCode | None, Codes]
    _found: AhoCorasick
    _outlets: Sequence[UnitCode | Codes]            # by the number of a name
    _areas: Mapping[int, Codes]
    _departments: Mapping[int, Codes]
    _hashes: "array[int]"                           # of the sounds of names, sorted
    _numbers: "array[int]"                          # whose number each is
    _heard: bytearray                               # 1 at the last bits of each hash: most sounds are no name's, and are not searched for

    @classmethod
    def of(cls, directory: Directory, nicknames: Mapping[str, str] | None = None) -> "Gazetteer":
        """Index a directory; `nicknames` are other words for an area (呼市 -> 呼和浩特)."""
        book = _Book(directory)
        book.enter_nicknames(nicknames or {})
        names = list(dict.fromkeys((*book.outlets, *book.areas, *book.departments)))
        hashes, numbers = _sound_table(names)
        numbered = enumerate(names)
        areas, departments = {}, {}
        outlets: list[UnitCode | Codes] = []
        for number, name in numbered:
            outlets.append(_packed(book.outlets.get(name)))
            if name in book.areas:
                areas[number] = _codes(_packed(book.areas[name]))
            if name in book.departments:
                departments[number] = _codes(_packed(book.departments[name]))
        return cls(directory, book.area_names, book.chains, AhoCorasick(names, store_patterns=False), outlets, areas, departments, hashes, numbers, _marks(hashes))

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """Return where folded text names units, in order and without overlaps: the cut that explains most of it."""
        hits = self._found.find_matches_as_indexes(_plain(text), overlapping=True)
        if "营业" in text:
            # 桃园营业所 is 桃园's; 桃园营's is 桃园营营业所.
            hits = [hit for hit in hits if not (text[hit[2] - 1] == "营" and text[hit[2]:hit[2] + 1] == "业")]
        if len(hits) > MOST_MENTIONS:
            hits = hits[:MOST_MENTIONS - 50] + hits[-50:]
        return tuple(self._mention(*hit) for hit in _cut(hits, self._areas))

    def sounding(self, sound: str) -> Iterator[Mention]:
        """Yield the owners of each name that sounds like this; the places in the answers mean nothing."""
        key = hash(sound)
        if not self._heard[key & _HEARD]:
            return
        at = bisect_left(self._hashes, key)
        while at < len(self._hashes) and self._hashes[at] == key:
            yield self._mention(self._numbers[at], 0, 0)
            at += 1

    def above(self, code: UnitCode) -> Codes:
        """Return the areas above a unit, nearest first, without head office."""
        unit = self.directory.units[code]
        return self.chains.get(unit.parent, ())

    def _mention(self, number: int, start: int, end: int) -> Mention:
        return Mention(start, end, _codes(self._outlets[number]), self._areas.get(number, ()), self._departments.get(number, ()))


class _Book:
    """The names of a directory while it is read: name -> owners, by kind."""

    def __init__(self, directory: Directory) -> None:
        self.outlets: dict[str, _Owner] = {}
        self.areas: dict[str, _Owner] = {}
        self.departments: dict[str, _Owner] = {}
        self.area_names: dict[UnitCode, tuple[str, ...]] = {}
        self.chains: dict[UnitCode | None, Codes] = {}
        self._prefixes: dict[UnitCode | None, tuple[str, ...]] = {}
        units = tuple(directory.units.values())
        folded = fold_text("\n".join(unit.name.replace("\n", "") for unit in units)).split("\n")
        for unit, name in zip(units, folded, strict=True):
            if unit.level == DEPARTMENT:
                self._enter(self.departments, unit.code, department_names(name), unit.aliases)
            elif unit.level != OUTLET_LEVEL:
                full = fold_text(unit.full_name)
                names = tuple(area_names(name, full, first_level=unit.level == "一级分行"))
                self.area_names[unit.code] = names
                self._enter(self.areas, unit.code, names, unit.aliases)
        for unit in units:
            if unit.parent not in self.chains:
                self.chains[unit.parent] = tuple(each.code for each in directory.chain(unit.parent or "")[:-1])
        for unit, name in zip(units, folded, strict=True):
            if unit.level == OUTLET_LEVEL:
                self._enter(self.outlets, unit.code, outlet_names(name, self._above(unit.parent)), unit.aliases)

    def _above(self, parent: UnitCode | None) -> tuple[str, ...]:
        """Return the names of all areas above an outlet, the longest first."""
        found = self._prefixes.get(parent)
        if found is None:
            names = {name for code in self.chains[parent] for name in self.area_names.get(code, ())}
            found = self._prefixes[parent] = tuple(sorted(names, key=len, reverse=True))
        return found

    def _enter(self, whose: dict[str, _Owner], code: UnitCode, names: Iterable[str], aliases: Iterable[str]) -> None:
        for name in (*names, *(fold_text(alias) for alias in aliases if len(alias) >= 2)):
            there = whose.setdefault(name, code)
            if there is code or there == code:
                continue
            if not isinstance(there, list):
                whose[name] = [there, code]
            elif there[-1] != code:
                there.append(code)

    def enter_nicknames(self, nicknames: Mapping[str, str]) -> None:
        """Add other words for areas; a nickname of what the directory does not have is left out."""
        for nickname, name in nicknames.items():
            for code in _codes(_packed(self.areas.get(fold_text(name)))):
                self._enter(self.areas, code, (fold_text(nickname),), ())


def _packed(owner: _Owner | None) -> UnitCode | Codes:
    return () if owner is None else tuple(owner) if isinstance(owner, list) else owner


def _codes(packed: UnitCode | Codes) -> Codes:
    return packed if isinstance(packed, tuple) else (packed,)


def _sound_table(names: Sequence[str]) -> "tuple[array[int], array[int]]":
    """Return the hashes of the names' sounds, sorted, and beside each the number of its name."""
    hashes = list(map(hash, sounded("\n".join(names)).split("\n")))
    order = sorted(range(len(names)), key=hashes.__getitem__)
    return array("q", map(hashes.__getitem__, order)), array("i", order)


def _marks(hashes: Iterable[int]) -> bytearray:
    marks = bytearray(_HEARD + 1)
    for each in hashes:
        marks[each & _HEARD] = 1
    return marks


def _plain(text: str) -> str:
    """Replace lone surrogates, which the automaton takes none of; they are no part of any name."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("?" if "\ud800" <= character <= "\udfff" else character for character in text)
    return text


_Hit: TypeAlias = tuple[int, int, int]


def _cut(hits: Sequence[_Hit], areas: Mapping[int, Codes]) -> list[_Hit]:
    """Choose hits that do not overlap and explain most: 北宁|城东区 before 宁城, 桃园镇 before 桃园|镇北.

    A name's weight grows faster than its length, and an area's is a little more, because areas stand before outlets.
    """
    ends, sums = [0], [0]
    chosen: list[_Hit | None] = [None]
    before: list[int] = [0]
    for hit in sorted(hits, key=_end):
        number, start, end = hit
        worth = 17 * (end - start) - 24 + (8 if number in areas else 0)
        earlier = bisect_right(ends, start) - 1
        total = sums[earlier] + worth
        if total > sums[-1]:
            ends.append(end)
            sums.append(total)
            chosen.append(hit)
            before.append(earlier)
    at, found = len(ends) - 1, []
    while (taken := chosen[at]) is not None:
        found.append(taken)
        at = before[at]
    return found[::-1]


def _end(hit: _Hit) -> int:
    return hit[2]
