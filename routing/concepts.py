"""Words that mean the same to a bank: what the statistical model reads beside the bare characters, so that it knows words it has never met."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ahocorasick_rs import AhoCorasick

from routing.errors import BadTable
from routing.text import fold_text

MARK = "@"              # before a concept's name among the model's signs; no run of characters holds it


@dataclass(frozen=True, eq=False)
class Concepts:
    """All concepts with their words. `signs` are those of the model, by each word folded.

    Triage finds them in the same pass as the words of the lists (Reading.concepts); this is for whoever reads without the lists.
    """

    signs: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, table: Mapping[str, Sequence[str]], name: str = "concepts.toml") -> "Concepts":
        """Compile concept -> words; a word may belong to several. BadTable with every mistake."""
        mistakes = [f'{concept}: expected a list of words, e.g. {concept} = ["存折", "折子"]' for concept, words in table.items() if not _is_words(words)]
        if mistakes:
            raise BadTable(name, mistakes)
        by_word: dict[str, dict[str, None]] = {}
        for concept, words in table.items():
            sign = MARK + concept
            for word in words:
                folded = fold_text(word)
                by_word.setdefault(word if word == folded else folded, {})[sign] = None       # one string in memory, not two
        return cls({word: tuple(signs) for word, signs in by_word.items()})

    @cached_property
    def _found(self) -> AhoCorasick:
        return AhoCorasick(self.signs, store_patterns=False)

    def read(self, text: str) -> list[tuple[int, str]]:
        """Where a folded text names a concept: (start, sign), in the order of the text."""
        if not self.signs:
            return []
        clean = text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")      # a lone surrogate is no text to the automaton
        signs = tuple(self.signs.values())
        return [(start, sign) for word, start, _ in self._found.find_matches_as_indexes(clean, overlapping=True) for sign in signs[word]]


def _is_words(words: object) -> bool:
    return isinstance(words, list | tuple) and all(isinstance(word, str) and word.strip() for word in words)
