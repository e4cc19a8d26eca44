"""What in a text is no plain statement: denied, feared, asked, said by others, told of another place.

The words are in lexicons/scope.toml. Each rule opens a scope where its words stand and says how far it covers: so much
of the clause or sentence, or the quotation that follows. An entry of a list names the scopes that take it back.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from routing.lexicon.keys import Group, Places, inside

_SENTENCE = re.compile(r"[。!?;\n]")
_CLAUSE = re.compile(r"[。!?;\n,:\s…“”\"「」『』]")
_QUOTED = re.compile(r"[^“\"「『。!?;\n,]{0,4}[:,]?\s?[“\"「『]([^”\"」』\n]{1,200})")


class Rule(NamedTuple):
    """What opens a scope, what only looks like it, how much it covers, and what ends it before."""

    name: str
    covers: str
    opens: Group
    unless: Group           # bigger words or turns in which the opening words deny nothing: 不得不, 难道不
    ends: Group
    within: int             # characters


class Covered(NamedTuple):
    """A piece of a text in a scope of a name, and where the words stand that open it."""

    start: int
    end: int
    name: str
    opened: int
    by: int


#: All rules by the name of their scope.
ScopeRules = Mapping[str, tuple[Rule, ...]]


class Scopes:
    """The scopes of one text, each computed when first asked for."""

    __slots__ = ("_covered", "_places", "_rules")

    def __init__(self, places: Places, rules: ScopeRules) -> None:
        self._places = places
        self._rules = rules
        self._covered: dict[tuple[str, ...], list[Covered]] = {}

    def of(self, *names: str) -> list[Covered]:
        """Return the pieces of the text that some scopes cover, in their order, none overlapping."""
        known = self._covered.get(names)
        if known is None:
            known = self._covered[names] = self._together(names) if len(names) > 1 else self._alone(*names)
        return known

    def _alone(self, name: str = "") -> list[Covered]:
        may = self._places.may
        return _apart(each for rule in self._rules.get(name, ()) if may(rule.opens) for each in _covered(rule, self._places))

    def _together(self, names: tuple[str, ...]) -> list[Covered]:
        several = [pieces for name in names if (pieces := self.of(name))]
        return several[0] if len(several) == 1 else _apart(piece for pieces in several for piece in pieces)

    def takes(self, names: tuple[str, ...], start: int) -> str:
        """Return which of the scopes takes back a statement that begins here, and by which words (denied: 没有); "" for none.

        What begins before a scope, or with the words that open it, is not in it: 没到账 is what a list may look for.
        """
        pieces = self._covered.get(names)
        if pieces is None:
            pieces = self.of(*names)
        if not pieces:
            return ""
        begin, end, name, opened, by = pieces[bisect_left(pieces, (start + 1,)) - 1]
        return f"{name}: {self._places.text[opened:by]}" if begin <= start < end else ""


def _covered(rule: Rule, places: Places) -> Iterator[Covered]:
    spared = places.spans(rule.unless) if places.may(rule.unless) else ()
    ends = places.spans(rule.ends) if places.may(rule.ends) else ()
    reach = _REACH[rule.covers]
    for opened, by in places.spans(rule.opens):
        if spared and inside(spared, opened):
            continue
        start, end = reach(places.text, opened, by, rule.within)
        if ends:
            at = bisect_left(ends, (by, 0))
            end = min(end, ends[at][0]) if at < len(ends) else end
        if start < end:
            yield Covered(start, end, rule.name, opened, by)


def _apart(pieces: Iterable[Covered]) -> list[Covered]:
    """Return the pieces in their order, without what an earlier one covers already."""
    apart: list[Covered] = []
    done = 0
    for piece in sorted(pieces):
        if piece.end > done:
            apart.append(piece if piece.start >= done else piece._replace(start=done))
            done = piece.end
    return apart


def _rest(stop: re.Pattern[str], text: str, by: int, within: int) -> int:
    """Return where a clause or sentence ends that goes on at `by`, or how far a scope reaches in it."""
    met = stop.search(text, by, by + within)
    return met.start() if met else min(len(text), by + within)


def _start(stop: re.Pattern[str], text: str, opened: int, within: int) -> int:
    """Return where a clause or sentence begins that `opened` lies in, or how far back a scope reaches in it."""
    first = max(0, opened - within)
    return max((met.end() for met in stop.finditer(text, first, opened)), default=first)


def _quotation(text: str, by: int) -> tuple[int, int]:
    quoted = _QUOTED.match(text, by)
    return quoted.span(1) if quoted else (0, 0)


#: By how far a scope covers: from where to where, given the text, where its words stand, and how many characters it may reach.
_REACH: Mapping[str, Callable[[str, int, int, int], tuple[int, int]]] = {
    "clause rest": lambda text, _, by, within: (by, _rest(_CLAUSE, text, by, within)),
    "sentence rest": lambda text, _, by, within: (by, _rest(_SENTENCE, text, by, within)),
    "clause start": lambda text, opened, _, within: (_start(_CLAUSE, text, opened, within), opened),
    "sentence start": lambda text, opened, _, within: (_start(_SENTENCE, text, opened, within), opened),
    "clause": lambda text, opened, by, within: (_start(_CLAUSE, text, opened, within), _rest(_CLAUSE, text, by, within)),
    "sentence": lambda text, opened, by, within: (_start(_SENTENCE, text, opened, within), _rest(_SENTENCE, text, by, within)),
    "quotation": lambda text, _, by, __: _quotation(text, by),
}
COVERS = tuple(_REACH)
