"""Words that mean the same to a bank: what the statistical model reads beside the bare characters, so that it knows words it has never met."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick

from routing.errors import BadTable
from routing.text import fold_text

MARK = "@"              # before a concept's name among the model's signs; no run of characters holds it


@dataclass(frozen=True, slots=True, eq=False)
class Concepts:
    """All concepts with their words, compiled. `names` are the signs of the model, by the word that was found."""

    _found: AhoCorasick | None
    _names: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, table: Mapping[str, Sequence[str]], name: str = "concepts.toml") -> "Concepts":
        """Compile concept -> words; a word may belong to several. BadTable with every mistake."""
        mistakes = [f'{concept}: expected a list of words, e.g. {concept} = ["存折", "折子"]' for concept, words in table.items() if not _is_words(words)]
        if mistakes:
            raise BadTable(name, mistakes)
        by_word: dict[str, list[str]] = {}
        for concept, words in table.items():
            for word in words:
                by_word.setdefault(fold_text(word), []).append(MARK + concept)
        found = AhoCorasick(by_word.keys(), store_patterns=False) if by_word else None
        return cls(found, tuple(tuple(dict.fromkeys(names)) for names in by_word.values()))

    def read(self, text: str) -> list[tuple[int, str]]:
        """Where a folded text names a concept: (start, sign), in the order of the text."""
        if self._found is None:
            return []
        clean = text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")      # a lone surrogate is no text to the automaton
        names = self._names
        return [(start, name) for word, start, _ in self._found.find_matches_as_indexes(clean, overlapping=True) for name in names[word]]


def _is_words(words: object) -> bool:
    return isinstance(words, list | tuple) and all(isinstance(word, str) and word.strip() for word in words)
