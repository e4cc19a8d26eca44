"""The errors of the rules: somebody asked for what the rules forbid, or gave them data they cannot use."""

from collections.abc import Iterable


class RuleError(Exception):
    """The bank's rules forbid this; the text says which rule and what to do instead."""


class IllegalMove(RuleError):
    """A case cannot go from one state to the other."""

    def __init__(self, from_: str, to: str) -> None:
        super().__init__(f"a case in state {from_} cannot move to {to}")


class BadTable(RuleError):
    """A table of the bank (pack, directory, calendar, lexicon, rates) cannot be used; all its mistakes at once."""

    def __init__(self, name: str, mistakes: Iterable[str]) -> None:
        self.name = name
        self.mistakes = tuple(mistakes)
        super().__init__(f"{name}: " + "; ".join(self.mistakes))
