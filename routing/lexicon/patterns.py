"""The language of the word lists: words with five marks, so that a bank's officer needs no regular expressions.

`{a|b}` one of several words, `[a|b]` the same or nothing, `<name>` a class of words from a [words] table, `~` up to
twelve characters of the same sentence, `#` a number. Everything is compared folded (routing.text).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from routing.text import fold_text

GAP, NUMBER = "~", "#"
#: A part of a pattern: the words that may stand there ("" for none), or one of the two marks.
Part = tuple[str, ...] | str
Classes = Mapping[str, tuple[str, ...]]

NUMERALS = "0123456789零一二三四五六七八九十百千万两几.多余来"
_REGEX = {GAP: r"[^。!?;\n]{0,12}?", NUMBER: f"[{NUMERALS}]{{1,8}}"}
_TOKEN = re.compile(r"\{[^{}\[\]]*\}|\[[^{}\[\]]*\]|<[^<>{}\[\]|~#]*>|[~#]|[^{}\[\]<>|~#]+|.", re.DOTALL)
_CLASS = re.compile(r"<([^<>]*)>")
_MARK = re.compile("([~#])")
_SPECIAL = frozenset("{}[]<>|~#")
#: So many beginnings one pattern may have before the rest of it is left to a regular expression.
_MOST_HEADS = 64
_MOST_WORDS = 2000
_MOST_GAPS = 3


class BadPattern(ValueError):
    """A pattern that cannot be read; the text says why and what to write instead."""


@dataclass(frozen=True)
class Tail:
    """What must follow the first parts of a pattern; made a regular expression when a text first gives cause."""

    parts: tuple[Part, ...]
    used: int

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The regular expression of the parts not used yet."""
        return re.compile(_regex(self.parts, self.used))

    @cached_property
    def first(self) -> frozenset[str] | None:
        """The characters it can begin with, a quick test before the regular expression; None where any will do."""
        found: set[str] = set()
        for part in self.parts[self.used:]:
            begins = {word[:1] for word in part}
            if isinstance(part, str) or begins & {GAP, NUMBER}:
                return None
            found |= begins
            if "" not in begins:
                return frozenset(found - {""})
        return None


class Head(NamedTuple):
    """How a pattern may be found: by one of `words`, each of which `tail` must follow; None: the word is all there is.

    `needs` are words of which one must stand somewhere behind, a quick test before the tail is tried.
    """

    words: tuple[str, ...]
    tail: Tail | None
    needs: tuple[str, ...]
    after_number: bool          # a number stands right before it
    open_right: bool            # a number follows at once: a digit at the end of the word may go on

    def needed(self) -> "Head":
        """Return how the needed words are found."""
        return Head(self.needs, None, (), after_number=False, open_right=True)


def parse(pattern: str, classes: Classes) -> tuple[Part, ...]:
    """Part a pattern; the words come back folded. Raises BadPattern."""
    if _SPECIAL.isdisjoint(pattern):
        if not pattern.strip():
            raise BadPattern("is empty; write the words to look for, or leave it out")
        return ((fold_text(pattern),),)
    parts = tuple(_part(token, classes) for token in _TOKEN.findall(pattern))
    if pattern.count(GAP) > _MOST_GAPS and parts.count(GAP) + max(each.count(GAP) for part in parts for each in part) > _MOST_GAPS:
        raise BadPattern("has more than three gaps ~; cut it into two lists with `all`")
    return parts


def _part(token: str, classes: Classes) -> Part:
    if token in _REGEX:
        return token
    if token[0] in "{[" and len(token) > 1:
        return _choice(token, classes)
    if token[0] == "<" and len(token) > 1:
        return _class(token[1:-1], classes)
    if token in _SPECIAL:
        raise BadPattern(f"has a {token} without its partner; {{a|b}} is a choice, [a] may be missing, <name> is a class")
    return (fold_text(token),)


def _choice(token: str, classes: Classes) -> tuple[str, ...]:
    words = [word for each in token[1:-1].split("|") for word in _with_classes(each, classes)]
    if "" in words:
        raise BadPattern(f"has an empty choice in {token}; for words that may be missing write [{token[1:-1].strip('|')}]")
    if len(set(words)) < len(words):
        twice = next(word for word in words if words.count(word) > 1)
        raise BadPattern(f"names {twice} twice in {token}; capitals, width and script are folded before comparing; leave one out")
    if token[0] == "{" and len(words) == 1 and "<" not in token:
        raise BadPattern(f"{token} is a choice of one; write {words[0]}, or [{words[0]}] if it may be missing")
    return (*words, "") if token[0] == "[" else tuple(words)


def _with_classes(word: str, classes: Classes) -> list[str]:
    """Return a word of a choice with the classes in it written out: 打<给> is 打给 or 打到."""
    found = [""]
    for at, piece in enumerate(_CLASS.split(word)):
        found = [old + new for old in found for new in (_class(piece, classes) if at % 2 else (fold_text(piece),))]
    return found


def _class(name: str, classes: Classes) -> tuple[str, ...]:
    if name not in classes:
        raise BadPattern(f"names the class <{name}>, which no [words] table has; there are {', '.join(sorted(classes)) or 'none'}")
    return classes[name]


def spelled_out(pattern: str, classes: Classes) -> tuple[str, ...]:
    """Return every word that a pattern without gaps and numbers can be. Raises BadPattern."""
    found = [""]
    for part in parse(pattern, classes):
        if _marked(part):
            raise BadPattern("has a ~ or #; a class of words holds words only")
        found = [old + new for old in found for new in part]
        if len(found) > _MOST_WORDS:
            raise BadPattern(f"stands for more than {_MOST_WORDS} words; make it shorter")
    return tuple(dict.fromkeys(found))


def head(parts: tuple[Part, ...]) -> Head:
    """Return by which words a pattern is found. Raises BadPattern where it does not begin with words."""
    if len(parts) == 1 and len(parts[0]) == 1 and parts[0][0] not in _REGEX:
        return Head(tuple(parts[0]), None, (), after_number=False, open_right=False)
    after_number = parts[0] == NUMBER
    words, used = [""], int(after_number)
    while used < len(parts) and not _marked(part := parts[used]) and not (all(words) and len(words) * len(part) > _MOST_HEADS):
        words = [old + new for old in words for new in part]
        used += 1
    if not all(words):
        raise BadPattern("must begin with words, not with a gap or what may be missing; put what always stands there first")
    rest = parts[used:]
    if not rest:
        return Head(tuple(dict.fromkeys(words)), None, (), after_number, open_right=False)
    needs = next((part for part in rest if not _marked(part) and min(map(len, part)) > 1), ())
    return Head(tuple(dict.fromkeys(words)), Tail(parts, used), tuple(needs), after_number, any(each.startswith(NUMBER) for each in rest[0]))


def _marked(part: Part) -> bool:
    """Whether a part is more than words."""
    return isinstance(part, str) or any(GAP in word or NUMBER in word for word in part)


def _regex(parts: Sequence[Part], start: int) -> str:
    """Write the parts from `start` on as a regular expression."""
    padded = (None, *parts, None)
    return "".join(_source(parts[at], padded[at], padded[at + 2]) for at in range(start, len(parts)))


def _source(part: Part, before: Part | None, after: Part | None) -> str:
    """Write one part as a regular expression; a number that is a word (12345) is not found inside a longer one."""
    if isinstance(part, str):
        return _REGEX[part]
    words = sorted((word for word in part if word), key=len, reverse=True)
    left, right = before is None or before == GAP, after is None or after == GAP
    return "(?:" + "|".join(_word(word, left=left, right=right) for word in words) + ")" + ("?" if "" in part else "")


def _word(word: str, *, left: bool, right: bool) -> str:
    begin = r"(?<!\d)" if left and word[0].isdecimal() else ""
    said = "".join(_REGEX.get(piece) or re.escape(piece) for piece in _MARK.split(word))
    return begin + said + (r"(?!\d)" if right and word[-1].isdecimal() else "")


def compiled(pattern: str, classes: Classes = {}) -> str:      # noqa: B006 (never written to)
    """Translate a pattern into a regular expression over folded text. Raises BadPattern."""
    return _regex(parse(pattern, classes), 0)


def union(patterns: Sequence[str], classes: Classes = {}) -> re.Pattern[str] | None:       # noqa: B006 (never written to)
    """Compile several patterns into one regular expression; None for none. Raises BadPattern."""
    return re.compile("|".join(compiled(each, classes) for each in patterns)) if patterns else None


def positions(text: str, drop: Sequence[tuple[int, int]]) -> str:
    """Return the text with some spans blanked, length unchanged."""
    pieces, at = [], 0
    for start, end in drop:
        pieces += [text[at:start], " " * (end - start)]
        at = end
    return "".join((*pieces, text[at:]))
