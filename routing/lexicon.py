"""The bank's own word lists: which words mean which topic, sign or category, and what takes them back.

A pattern is a literal with three marks, so that a bank's officer can write one without knowing regular expressions:
`{a|b}` is one of several words, `~` up to twelve characters of the same sentence, `#` a number. It must begin with a
word or a choice of words: one automaton over these beginnings makes reading linear in the text.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ahocorasick_rs import AhoCorasick

from routing.errors import BadTable
from routing.text import fold_text

#: A pattern is tried at this many places of a text at most; no honest text says one thing more often.
MOST_HITS = 100
_STOPS = re.compile(r"[。!?;\n]")
_CLAUSE = re.compile(r"[。!?;\n,:、\s…“”\"「」]")
_GAP = r"[^。!?;\n]{0,12}?"
_NUMBER = r"[\d零一二三四五六七八九十百千万两几.多余来]{1,8}"
_MARKS = {"~": _GAP, "#": _NUMBER}
_TOKEN = re.compile(r"\{[^{}]*\}|~|#|[^{}~#]+|[{}]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list: its patterns, and the words around them that it needs or that take it back."""

    label: str
    says: str
    any: tuple[str, ...]
    also: re.Pattern[str] | None            # must stand within `near` characters
    unless: re.Pattern[str] | None          # must not stand in the same sentence
    near: int
    denial: re.Pattern[str] | None          # must not stand right before it in its clause
    weight: int


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a text says what an entry means."""

    entry: Entry
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Head:
    pattern: re.Pattern[str]
    entry: Entry
    list: str


@dataclass(frozen=True, eq=False)
class Lexicon:
    """All lists of a bank, compiled; `words` keeps the plain tables (places, figures) as they are."""

    _found: AhoCorasick
    _heads: tuple[tuple[_Head, ...], ...]
    words: Mapping[str, Mapping[str, Any]]

    @classmethod
    def parse(cls, files: Mapping[str, Mapping[str, Any]]) -> "Lexicon":
        """Compile the lists; `files` gives the content of each TOML file by its name without ending.

        Raises BadTable with every mistake of every file.
        """
        mistakes: list[str] = []
        heads: dict[str, list[_Head]] = {}
        for name, table in files.items():
            denials, entries = _denials(table), table.get("entry", [])
            for number, row in enumerate(entries if isinstance(entries, list) else [], start=1):
                wrong = list(_wrong(row))
                mistakes += [f"{name}.toml, entry {number}: {what}" for what in wrong]
                if not wrong:
                    _add(heads, name, _entry(row, denials))
        if mistakes:
            raise BadTable("lexicons", mistakes)
        found = AhoCorasick(heads.keys(), store_patterns=False)
        return cls(found, tuple(tuple(each) for each in heads.values()), MappingProxyType(dict(files)))

    def read(self, text: str) -> "Reading":
        """Find what folded text says, over all lists at once."""
        sentences = _Spans(text)
        tried: dict[int, int] = {}
        hits: dict[str, list[Hit]] = {}
        clean = text.encode("utf-8", "replace").decode("utf-8")
        for index, start, _ in self._found.find_matches_as_indexes(clean, overlapping=True):
            tried[index] = tried.get(index, 0) + 1
            if tried[index] > MOST_HITS:
                continue
            for head in self._heads[index]:
                match = head.pattern.match(text, start)
                if match and sentences.lets(head.entry, *match.span()):
                    hits.setdefault(head.list, []).append(Hit(head.entry, *match.span()))
        return Reading(MappingProxyType({name: tuple(sorted(each, key=lambda h: (h.start, -h.end))) for name, each in hits.items()}))


@dataclass(frozen=True, slots=True)
class Reading:
    """What one text says, by list."""

    hits: Mapping[str, tuple[Hit, ...]]

    def of(self, name: str) -> tuple[Hit, ...]:
        """Return the hits of one list in the order of the text."""
        return self.hits.get(name, ())

    def labels(self, name: str) -> dict[str, Hit]:
        """Return each label of one list with its first hit."""
        first: dict[str, Hit] = {}
        for hit in self.of(name):
            first.setdefault(hit.entry.label, hit)
        return first


class _Spans:
    """The sentences of a text, found once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.stops = [stop.start() for stop in _STOPS.finditer(text)]

    def sentence(self, start: int, end: int) -> str:
        """Return the sentence around a place, cut to what a person reads at once."""
        before, after = bisect_left(self.stops, start) - 1, bisect_right(self.stops, end - 1)
        left = self.stops[before] + 1 if before >= 0 else 0
        right = self.stops[after] if after < len(self.stops) else len(self.text)
        return self.text[max(left, start - 60):min(right, end + 60)]

    def lets(self, entry: Entry, start: int, end: int) -> bool:
        """Whether the words around a hit allow it."""
        if entry.also and not entry.also.search(self.text, max(0, start - entry.near), end + entry.near):
            return False
        if entry.unless and entry.unless.search(self.sentence(start, end)):
            return False
        return not (entry.denial and entry.denial.search(_CLAUSE.split(self.text[max(0, start - 12):start])[-1]))


def compiled(pattern: str) -> str:
    """Translate a pattern of the lists into a regular expression over folded text."""
    def part(piece: str) -> str:
        if piece in _MARKS:
            return _MARKS[piece]
        words = piece[1:-1].split("|") if piece.startswith("{") else [piece]
        return "(?:" + "|".join(_fenced(fold_text(word)) for word in words) + ")"

    return "".join(part(piece) for piece in _TOKEN.findall(pattern))


def _fenced(word: str) -> str:
    """Escape a word; one of digits (12345) is not found inside a longer number."""
    left, right = ("(?<!\\d)" if word[0].isdigit() else ""), ("(?!\\d)" if word[-1].isdigit() else "")
    return left + re.escape(word) + right


def union(patterns: Sequence[str]) -> re.Pattern[str] | None:
    """Compile several patterns into one; None for none."""
    return re.compile("|".join(compiled(each) for each in patterns)) if patterns else None


def _beginnings(pattern: str) -> tuple[str, ...]:
    """Return the words a pattern may begin with."""
    first = _TOKEN.findall(pattern)[0]
    words = first[1:-1].split("|") if first.startswith("{") else [first]
    return tuple(fold_text(word) for word in words)


def _entry(row: Mapping[str, Any], denials: re.Pattern[str] | None) -> Entry:
    return Entry(
        label=row["label"], says=row.get("says", ""), any=tuple(row["any"]), also=union(row.get("with", ())),
        unless=union(row.get("unless", ())), near=row.get("near", 40),
        denial=denials if row.get("deniable", True) else None, weight=row.get("weight", 1))


def _add(heads: dict[str, list[_Head]], name: str, entry: Entry) -> None:
    for pattern in entry.any:
        head = _Head(re.compile(compiled(pattern)), entry, name)
        for word in dict.fromkeys(_beginnings(pattern)):
            heads.setdefault(word, []).append(head)


def _denials(table: Mapping[str, Any]) -> re.Pattern[str] | None:
    """Words that take back what follows them in the same clause: 不想, 懒得, 没有."""
    found = table.get("denials", {}).get("before", ())
    return re.compile("(?:" + "|".join(compiled(each) for each in found) + ").{0,5}$") if found else None


def _wrong(row: object) -> Iterator[str]:
    """Yield what is wrong with an entry, in words for whoever keeps the list."""
    if not isinstance(row, Mapping):
        yield "is no table"
        return
    if not isinstance(row.get("label"), str) or not row.get("label"):
        yield "has no label"
    for key in ("any", "with", "unless"):
        yield from _wrong_patterns(key, row.get(key, [] if key != "any" else None))
    for key in ("near", "weight"):
        if not isinstance(row.get(key, 1), int) or row.get(key, 1) < 1:
            yield f"{key} must be a whole number above 0"
    for key in row.keys() - {"label", "says", "any", "with", "unless", "near", "weight", "deniable"}:
        yield f"knows no key {key!r}"


def _wrong_patterns(key: str, patterns: object) -> Iterator[str]:
    if not isinstance(patterns, list) or (key == "any" and not patterns):
        yield f"{key} must be a list of patterns"
        return
    for pattern in patterns:
        tokens = _TOKEN.findall(pattern) if isinstance(pattern, str) else []
        if not tokens or any(token in {"{", "}"} for token in tokens):
            yield f"{key}: {pattern!r} is empty or its braces do not close"
        elif key == "any" and (tokens[0] in {"~", "#"} or "" in _beginnings(pattern)):
            yield f"{key}: {pattern!r} must begin with a word"
        elif any("" in token[1:-1].split("|") for token in tokens if token.startswith("{")):
            yield f"{key}: {pattern!r} has an empty choice"
        elif pattern.count("~") > 3:
            yield f"{key}: {pattern!r} has more than three gaps"


def positions(text: str, drop: Sequence[tuple[int, int]]) -> str:
    """Return the text with some spans blanked, length unchanged."""
    pieces, at = [], 0
    for start, end in drop:
        pieces += [text[at:start], " " * (end - start)]
        at = end
    return "".join((*pieces, text[at:]))


__all__ = ["Entry", "Hit", "Lexicon", "Reading", "compiled", "positions", "union"]
