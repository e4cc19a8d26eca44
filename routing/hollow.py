"""Words that fill a line of an answer and say nothing (P-12): the bank's table, and whether a value is made of them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from routing.errors import BadTable
from routing.lexicon.lines import Source

TABLE, FILE = "hollow", "answers.toml"
_LISTS = ("whole", "fillers", "nobody")
_LONGEST = 60               # signs; whoever writes more says something
_SIGNS = re.compile(r"[\s_＿\-–—―…·.。，,、；;:：!！?？/／\\*＊~～|｜()（）【】\[\]〔〕\"“”'‘’<>《》=＝+＋#〃々]+")


@dataclass(frozen=True, slots=True)
class Hollow:
    """The phrases that do not count; compared without punctuation, blanks and case."""

    whole: frozenset[str] = frozenset()
    fillers: frozenset[str] = frozenset()
    nobody: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, content: Mapping[str, Any], source: Source | None = None) -> "Hollow":
        """Read the table [hollow] of answers.toml; BadTable with every mistake and its line."""
        source = source or Source(FILE)
        table = content.get(TABLE, {})
        mistakes = list(_mistakes(table, source))
        if mistakes:
            raise BadTable(source.name, mistakes)
        return cls(*(frozenset(map(_bare, table.get(name, ()))) for name in _LISTS))

    def says_nothing(self, value: str) -> bool:
        """Whether a value is empty, one of the phrases, or put together of fillers alone."""
        bare = _bare(value)
        return not bare or bare in self.whole or _made_of(bare, self.fillers)

    def names_nobody(self, value: str) -> bool:
        """Whether a value in a name's place is a post, an office or a phrase."""
        bare = _bare(value)
        return not bare or bare in self.whole or _made_of(bare, self.nobody)


def _bare(value: str) -> str:
    return _SIGNS.sub("", value).casefold()


def _made_of(text: str, words: frozenset[str]) -> bool:
    """Whether a text is words of a set, one behind the other."""
    if len(text) > _LONGEST or not words:
        return False
    longest = max(map(len, words))
    reached = {0}
    for start in range(len(text)):
        if start in reached:
            reached |= {start + size for size in range(1, longest + 1) if text[start:start + size] in words}
    return len(text) in reached


def _mistakes(table: object, source: Source) -> Iterator[str]:
    """Yield what is wrong with the table, each with its line."""
    if not isinstance(table, Mapping):
        yield f"{source.name}: [{TABLE}] must be a table with the lists {', '.join(_LISTS)}"
        return
    for name, words in table.items():
        where = f"{source.at(TABLE, 1, str(name))}, [{TABLE}]"
        if name not in _LISTS:
            yield f"{where}: no key {name!r}; there are {', '.join(_LISTS)}"
        elif not isinstance(words, list | tuple):
            yield f'{where}: {name} must be a list, e.g. {name} = ["已处理", "同上"]'
        else:
            yield from _bad_words(name, words, source)


def _bad_words(name: str, words: list[object] | tuple[object, ...], source: Source) -> Iterator[str]:
    seen: set[str] = set()
    for word in words:
        where = f"{source.at(TABLE, 1, name, str(word))}, [{TABLE}]"
        if not isinstance(word, str):
            yield f"{where}: {name}: {word!r} is no text; put it in quotation marks"
        elif not _bare(word):
            yield f"{where}: {name}: {word!r} is nothing but punctuation, which never counts; leave it out"
        elif _bare(word) in seen:
            yield f"{where}: {name}: {word!r} stands twice; leave one out"
        else:
            seen.add(_bare(word))
