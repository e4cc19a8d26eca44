"""Where the words of many patterns stand in a text, found in one pass; a pattern's tail is tried only where it may fit."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from routing.lexicon.patterns import NUMERALS, Head, Tail

#: A word is looked at in this many places of a text at most; no honest text says one thing more often.
MOST_HITS = 100
#: Longer texts are read in pieces, so that what was found in them needs little memory.
_PIECE = 50_000
_LEFT, _RIGHT, _NUMBER = 1, 2, 4
_NUMERALS = frozenset(NUMERALS)
_BITS = 480                 # of a text's outline; a whole number of this size is as quick as a small one
#: A bit that is in every outline.
ALWAYS = 1 << _BITS
#: A word and where it stands: its number, start, end.
Place = tuple[int, int, int]
#: So many places before are looked at for one that reaches this far.
_LOOK_BACK = 24


class Ending(NamedTuple):
    """How a pattern goes on behind a word; `fence` says at which ends of the word no digit may stand, or a number must."""

    tail: Tail | None
    fence: int

    def end(self, text: str, start: int, end: int) -> int:
        """Return where the pattern ends whose word stands at (start, end), -1 where it does not fit."""
        if self.fence & _LEFT and start and text[start - 1].isdecimal():
            return -1
        if self.fence & _NUMBER and (not start or text[start - 1] not in _NUMERALS):
            return -1
        if self.fence & _RIGHT and end < len(text) and text[end].isdecimal():
            return -1
        if self.tail is None:
            return end
        match = self.tail.regex.match(text, end)
        return match.end() if match else -1

    def ends(self, text: str, where: Iterable[Place]) -> list[tuple[int, int]]:
        """Return where the pattern stands, of the places of its word."""
        if self.tail is None or self.fence:
            return [(start, stop) for _, start, end in where if (stop := self.end(text, start, end)) >= 0]
        first, fits = self.tail.first, self.tail.regex.match
        found = []
        for _, start, end in where:
            if (first is None or text[end:end + 1] in first) and (match := fits(text, end)):
                found.append((start, match.end()))
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Several patterns of which any will do: by the number of each word, how it goes on.

    `bit` is one of _BITS; groups share them, so a bit that is missing in a text rules a group out, and one that is there says nothing.
    """

    endings: dict[int, tuple[Ending, ...]]
    keys: frozenset[int]
    bit: int


class Keys:
    """The words of all patterns, numbered as they come; written to only while the lists are loaded."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._groups: dict[object, Group] = {}

    def add(self, found: Head) -> Iterator[tuple[int, Ending]]:
        """Yield the number of each word a pattern begins with, and how it goes on from there; one object where that is the same."""
        endings: dict[int, Ending] = {}
        for word in found.words:
            right = word[-1].isdecimal() and not found.open_right
            fence = _NUMBER if found.after_number else _LEFT * word[0].isdecimal() + _RIGHT * right
            ending = endings.get(fence)
            if ending is None:
                ending = endings[fence] = Ending(found.tail, fence)
            yield self._numbers.setdefault(word, len(self._numbers)), ending

    def group(self, heads: Sequence[Head]) -> Group:
        """Return the group of these patterns; the same one for the same patterns."""
        name = tuple(heads)
        if name not in self._groups:
            endings: dict[int, list[Ending]] = {}
            for each in heads:
                for key, ending in self.add(each):
                    endings.setdefault(key, []).append(ending)
            self._groups[name] = Group({key: tuple(each) for key, each in endings.items()}, frozenset(endings), 1 << len(self._groups) % _BITS)
        return self._groups[name]

    def names(self, signs: Mapping[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
        """Add words that are only to be found, each with its signs; return the signs by the number of each word."""
        numbers = {self._numbers.setdefault(word, len(self._numbers)): each for word, each in signs.items()}
        return [numbers.get(number, ()) for number in range(len(self._numbers))]

    def __len__(self) -> int:
        return len(self._numbers)

    def finder(self, words: int) -> "Finder":
        """Return the automaton over all words added so far; of `words` the lists ask where they stand."""
        bits = [0] * len(self._numbers)
        for group in self._groups.values():
            for key in group.keys:
                bits[key] |= group.bit
        shared: dict[int, int] = {}
        return Finder(
            AhoCorasick(self._numbers, store_patterns=False), max(map(len, self._numbers), default=1), words, [shared.setdefault(each, each) for each in bits])


@dataclass(frozen=True, slots=True, eq=False)
class Finder:
    """Finds all words at once: an automaton, so the time is that of reading the text, however many words there are."""

    _found: AhoCorasick
    _longest: int
    _words: int             # from this number on they are no words of the lists
    bits: Sequence[int]     # by the number of a word: those of the groups it belongs to

    def find(self, text: str) -> Sequence[Place]:
        """Return where any word stands in the text, in the order of their ends."""
        return self._matches(text) if len(text) <= _PIECE else [*self._in_pieces(text)]

    def by_word(self, found: Sequence[Place]) -> tuple[dict[int, list[Place]], int]:
        """Return the places of each word of the lists, in their order, MOST_HITS at most; and the bits of all groups that any word belongs to."""
        places: dict[int, list[Place]] = {}
        words, few, bits_of, bits = self._words, len(found) <= MOST_HITS, self.bits, ALWAYS
        for place in found:
            key = place[0]
            if key < words:
                if key not in places:
                    places[key] = [place]
                    bits |= bits_of[key]
                elif few or len(places[key]) < MOST_HITS:
                    places[key].append(place)
        return places, bits

    def _in_pieces(self, text: str) -> Iterator[Place]:
        for base in range(0, len(text), _PIECE):
            for key, start, end in self._matches(text[base:base + _PIECE + self._longest - 1]):
                if start < _PIECE:
                    yield key, base + start, base + end

    def _matches(self, text: str) -> Sequence[Place]:
        try:
            return self._found.find_matches_as_indexes(text, overlapping=True)
        except UnicodeEncodeError:          # lone surrogates: each becomes one question mark
            return self._found.find_matches_as_indexes(text.encode("utf-8", "replace").decode("utf-8"), overlapping=True)


class Places:
    """What stands where in one text; each group is looked up once, when somebody asks."""

    __slots__ = ("_found", "_known", "_spans", "all", "bits", "text", "words")

    def __init__(self, text: str, finder: Finder) -> None:
        self.text = text
        self.all = finder.find(text)
        self.words, self.bits = finder.by_word(self.all)
        self._found = set(self.words)       # quicker to compare with than the table
        self._known: dict[Group, bool] = {}
        self._spans: dict[Group, list[tuple[int, int]]] = {}

    def may(self, group: Group) -> bool:
        """Whether the beginning of any pattern of a group stands in the text."""
        if not group.bit & self.bits:
            return False
        known = self._known.get(group)
        if known is None:
            known = self._known[group] = not group.keys.isdisjoint(self._found)
        return known

    def spans(self, group: Group) -> list[tuple[int, int]]:
        """Return where the patterns of a group stand, in the order of the text."""
        known = self._spans.get(group)
        if known is None:
            known = self._spans[group] = sorted(
                (start, stop) for key in group.keys & self._found for _, start, end in self.words[key]
                for ending in group.endings[key] if (stop := ending.end(self.text, start, end)) >= 0)
        return known

    def within(self, group: Group, left: int, right: int) -> tuple[int, int] | None:
        """Return the first place of a group that lies wholly between two positions."""
        if not self.may(group):
            return None
        spans = self.spans(group)
        for at in range(bisect_left(spans, (left, 0)), len(spans)):
            if spans[at][0] >= right:
                break
            if spans[at][1] <= right:
                return spans[at]
        return None


def inside(spans: Sequence[tuple[int, int]], place: int) -> bool:
    """Whether a place lies in one of some spans that are in the order of the text; those are short."""
    at = bisect_left(spans, (place + 1, 0))
    return any(place < spans[before][1] for before in range(max(0, at - _LOOK_BACK), at))
