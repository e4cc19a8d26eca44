"""The bank's own word lists: which words mean which topic, sign or category, and what takes them back.

`patterns` is the language they are written in, `scopes` the parts of a text that are no plain statement, `rows` reads
and checks an entry, `engine` finds everything at once. How to write a list: docs/lexicons.md.
"""

from routing.lexicon.engine import Hit, Lexicon, Reading
from routing.lexicon.lines import Source
from routing.lexicon.patterns import BadPattern, compiled, positions, union
from routing.lexicon.rows import Entry
from routing.lexicon.scopes import Scopes

__all__ = ["BadPattern", "Entry", "Hit", "Lexicon", "Reading", "Scopes", "Source", "compiled", "positions", "union"]
