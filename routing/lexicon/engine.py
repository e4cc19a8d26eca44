"""All lists of a bank as one table, and what a text says by them: one pass, linear in the text."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import count
from operator import itemgetter, or_
from types import MappingProxyType
from typing import Any, NamedTuple

from routing.concepts import Concepts
from routing.errors import BadTable
from routing.lexicon.keys import ALWAYS, Ending, Finder, Group, Keys, Place, Places
from routing.lexicon.lines import Source
from routing.lexicon.rows import Checked, Entry, Row, ScopeRow, classes_of
from routing.lexicon.scopes import Rule, ScopeRules, Scopes
from routing.text import Folded

#: Tables of a file that are entries and scopes by now.
_READ = frozenset(("entry", "scope"))
_STOPS = re.compile(r"[。!?;\n]")
#: `unless` looks this far within its sentence: what a person reads at once.
_AT_ONCE = 60


class Hit(NamedTuple):
    """Where a text says what an entry means, by which pattern; `taken_back` says by what, "" where it stands."""

    entry: Entry
    start: int
    end: int
    pattern: str
    taken_back: str = ""

    def told(self, folded: Folded) -> dict[str, Any]:
        """Return the hit for whoever wants to know why: list, entry, label, words, pattern, and what took it back."""
        entry = self.entry
        return {
            "list": entry.listed_in, "entry": entry.id, "label": entry.label, "says": entry.says, "pattern": self.pattern,
            "words": folded.quote(self.start, self.end), "start": self.start, "end": self.end, "taken_back": self.taken_back,
        }


class _Way(NamedTuple):
    """One pattern of an entry, found by one of its words. What is needed at once stands flat: one memory access less."""

    bits: int                       # of `needs`: where one is missing in the text, so is a group
    needs: tuple[Group, ...]        # of each, something must stand in the text; a quick test before the rest
    number: int                     # no two ways have the same
    ending: Ending | None           # None: the word is all there is
    nearby: tuple[Group, ...]       # of each, something must stand near
    barred: Group | None
    unless_scope: tuple[str, ...]
    listed_in: str
    entry: Entry
    pattern: str


#: Where a text says something: start, end turned negative so that the longer comes first, the number of the way and the way.
_Found = tuple[int, int, int, _Way]


class Reading:
    """What one text says, by list, and the scopes of its pieces."""

    __slots__ = ("_all", "_back", "_found", "_hits", "_signs", "scopes")

    def __init__(self, found: Mapping[str, list[_Found]], back: list[Hit], scopes: Scopes, words: Sequence[Place], signs: Sequence[tuple[str, ...]]) -> None:
        self._all, self._signs = words, signs
        self._found = found
        self._back = back
        self._hits: dict[str, tuple[Hit, ...]] = {}
        self.scopes = scopes

    def concepts(self) -> list[tuple[int, str]]:
        """Return where the text names a concept of concepts.toml: (start, sign), as routing.concepts reads it."""
        signs = self._signs
        return [(start, sign) for key, start, _ in self._all if signs[key] for sign in signs[key]]

    def of(self, name: str) -> tuple[Hit, ...]:
        """Return the hits of one list in the order of the text; of one entry, the longest that begins at a place."""
        known = self._hits.get(name)
        if known is None:
            found = self._found.get(name)
            known = self._hits[name] = tuple(_hits(sorted(found))) if found else ()
        return known

    def labels(self, name: str) -> dict[str, Hit]:
        """Return each label of one list with its first hit."""
        first: dict[str, Hit] = {}
        for hit in self.of(name):
            first.setdefault(hit.entry.label, hit)
        return first

    @property
    def hits(self) -> tuple[Hit, ...]:
        """All hits that stand, list by list."""
        return tuple(hit for name in self._found for hit in self.of(name))

    @property
    def taken_back(self) -> tuple[Hit, ...]:
        """The hits that a scope or the entry's own `unless` took back, each with by what."""
        return tuple(sorted(self._back, key=_PLACE))

    def ids(self) -> frozenset[str]:
        """Return the ids of all entries, of any list, that the text hits; with -back behind those only taken back."""
        kept = {found[3].entry.id for each in self._found.values() for found in each}
        return frozenset(kept.union(f"{hit.entry.id}-back" for hit in self._back if hit.entry.id not in kept))


_SPAN = _PLACE = itemgetter(1, 2)


def _hits(found: Iterable[_Found]) -> Iterator[Hit]:
    last, seen = -1, set[Entry]()
    for start, stop, _, way in found:
        if start > last:
            last, seen = start, set()
        if way.entry not in seen:
            seen.add(way.entry)
            yield Hit(way.entry, start, -stop, way.pattern)


@dataclass(repr=False, frozen=True, slots=True, eq=False)
class Lexicon:
    """All lists of a bank, ready to read with; `words` keeps the plain tables (places, figures) as they are, without what is read already."""

    entries: tuple[Entry, ...]
    words: Mapping[str, Mapping[str, Any]]
    classes: Mapping[str, tuple[str, ...]]
    _finder: Finder
    _ways: Sequence[Sequence[_Way]]         # by the number of a word
    _any_of: Sequence[int]                  # the same: bits of which one must be in the text, or no way of the word is open
    _scopes: ScopeRules
    concepts: Concepts
    _signs: Sequence[tuple[str, ...]]       # of the concepts, by the number of a word

    @classmethod
    def parse(cls, files: Mapping[str, Mapping[str, Any]], sources: Mapping[str, Source] = MappingProxyType({})) -> "Lexicon":
        """Make the lists ready; `files` gives the content of each TOML file by its name without ending, `sources` its text.

        Raises BadTable with every mistake of every file, each with its path and line where `sources` has it.
        """
        mistakes: list[str] = []
        named = {name: sources.get(name) or Source(f"{name}.toml") for name in files}
        classes = classes_of(((named[name], content) for name, content in files.items()), mistakes.append)
        checked = [Checked(name, content, named[name], classes, mistakes) for name, content in files.items()]
        scopes = [row for each in checked for row in each.scopes()]
        rows = [row for each in checked for row in each.entries({scope.name for scope in scopes})]
        mistakes += _same_ids(rows)
        concepts = _concepts(files, named, mistakes)
        if mistakes:
            raise BadTable("lexicons", mistakes)
        keys = Keys()
        rules, ways = _scope_rules(scopes, keys), _ways(rows, keys)
        words, signs = len(keys), keys.names(concepts.signs)
        plain = {name: {key: table for key, table in content.items() if key not in _READ} for name, content in files.items()}
        return cls(
            tuple(row.entry for row in rows), MappingProxyType(plain), MappingProxyType(classes), keys.finder(words), ways, _any_of(ways), rules, concepts, signs)

    def read(self, text: str) -> Reading:
        """Find what folded text says, over all lists at once."""
        places = Places(text, self._finder)
        said = _Said(places, Scopes(places, self._scopes))
        ways, any_of, bits = self._ways, self._any_of, places.bits
        absent = ~bits
        for key, where in places.words.items():
            if any_of[key] & bits:
                for way in ways[key]:
                    if not way[0] & absent:
                        said.weigh(way, where)
        return Reading(said.found, said.back, said.scopes, places.all, self._signs)


class _Said:
    """What one text says so far, and what stands around it."""

    __slots__ = ("_places", "_stops", "_text", "back", "found", "scopes")

    def __init__(self, places: Places, scopes: Scopes) -> None:
        self._places = places
        self._text = places.text
        self._stops: list[int] | None = None
        self.scopes = scopes
        self.found: defaultdict[str, list[_Found]] = defaultdict(list)
        self.back: list[Hit] = []

    def weigh(self, way: _Way, where: Iterable[Place]) -> None:
        """Keep the hits of one way at the places of its word, unless what stands around them is missing or against it."""
        _, needs, number, ending, nearby, barred, unless_scope, name, _, _ = way
        may = self._places.may
        for group in needs:
            if not may(group):
                return
        for start, stop in map(_SPAN, where) if ending is None else ending.ends(self._text, where):
            if nearby and not self._near(way, start, stop):
                continue
            why = (barred and self._barred(barred, start, stop)) or (unless_scope and self.scopes.takes(unless_scope, start))
            if why:
                self.back.append(Hit(way.entry, start, stop, way.pattern, why))
            else:
                self.found[name].append((start, -stop, number, way))

    def _near(self, way: _Way, start: int, end: int) -> bool:
        left, right = start - way.entry.near, end + way.entry.near
        return all(self._places.within(group, left, right) is not None for group in way.nearby)

    def _barred(self, group: Group, start: int, end: int) -> str:
        """Return the words in the sentence of a hit that take it back, "" for none."""
        if not self._places.may(group):
            return ""
        found = self._places.within(group, *self._sentence(start, end))
        return f"unless: {self._text[found[0]:found[1]]}" if found else ""

    def _sentence(self, start: int, end: int) -> tuple[int, int]:
        """Return where the sentence around a place begins and ends, cut to what a person reads at once."""
        if self._stops is None:
            self._stops = [stop.start() for stop in _STOPS.finditer(self._text)]
        stops = self._stops
        before, after = bisect_left(stops, start) - 1, bisect_right(stops, end - 1)
        left = stops[before] + 1 if before >= 0 else 0
        right = stops[after] if after < len(stops) else len(self._text)
        return max(left, start - _AT_ONCE), min(right, end + _AT_ONCE)


def _ways(rows: Sequence[Row], keys: Keys) -> Sequence[Sequence[_Way]]:
    """Number the words of all entries; return by each number of a word what it may be the beginning of."""
    around = [(tuple(keys.group(each) for each in row.nearby), keys.group(row.barred) if row.barred else None) for row in rows]
    needs = [[(keys.group([head.needed()]),) if head.needs else () for _, head in row.any] for row in rows]
    ways: dict[int, list[_Way]] = {}
    number = count()
    for row, (nearby, barred), needed in zip(rows, around, needs, strict=True):
        entry = row.entry
        for (pattern, head), need in zip(row.any, needed, strict=True):
            bits = reduce(or_, (group.bit for group in need + nearby), 0)
            made: dict[int, _Way] = {}
            for key, ending in keys.add(head):
                if ending.fence not in made:
                    plain = ending.tail is None and not ending.fence
                    made[ending.fence] = _Way(
                        bits, need + nearby, next(number), None if plain else ending, nearby, barred, entry.unless_scope, entry.listed_in, entry, pattern)
                ways.setdefault(key, []).append(made[ending.fence])
    return [tuple(ways.pop(key, ())) for key in range(len(keys))]


def _any_of(ways: Sequence[Sequence[_Way]]) -> list[int]:
    """Return for each word one bit of what each of its ways needs; ALWAYS where one needs nothing."""
    one_each = (reduce(or_, (way.bits & -way.bits or ALWAYS for way in each), 0) for each in ways)
    shared: dict[int, int] = {}
    return [shared.setdefault(bits, bits) for bits in one_each]


def _scope_rules(rows: list[ScopeRow], keys: Keys) -> ScopeRules:
    rules: dict[str, list[Rule]] = {}
    for row in rows:
        opens, unless, ends = (keys.group(each) for each in (row.opens, row.unless, row.ends))
        rules.setdefault(row.name, []).append(Rule(row.name, row.covers, opens, unless, ends, row.within))
    return {name: tuple(each) for name, each in rules.items()}


def _concepts(files: Mapping[str, Mapping[str, Any]], named: Mapping[str, Source], mistakes: list[str]) -> Concepts:
    """The concepts of concepts.toml, if there is one; what is wrong with it is noted."""
    try:
        return Concepts.of(files.get("concepts", {}).get("concepts", {}))
    except BadTable as error:
        mistakes += [f"{named['concepts'].name}, [concepts]: {mistake}" for mistake in error.mistakes]
        return Concepts({})


def _same_ids(rows: list[Row]) -> Iterator[str]:
    seen: set[str] = set()
    for row in rows:
        if row.entry.id in seen:
            yield f"{row.entry.listed_in}.toml: the id {row.entry.id} stands twice; give one entry another id"
        seen.add(row.entry.id)
