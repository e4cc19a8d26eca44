"""One spelling for comparing: full width, traditional characters and capitals fold away; positions stay.

Every character becomes exactly one character, so that whatever is found in the folded text can be quoted from the
original at the same place (the contract: evidence is an exact substring of what the customer wrote).
"""

import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

import opencc

#: The blocks in which traditional and simplified characters lie: the BMP ideographs, extension A, compatibility.
_HAN_BLOCKS = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00))
#: Everything else that may have a width or a case: Latin to Cyrillic, letter-like signs, CJK punctuation, full width.
_OTHER_BLOCKS = ((0x20, 0x590), (0x1E00, 0x2190), (0x2460, 0x2500), (0x3000, 0x3400), (0xFE10, 0xFE70), (0xFF00, 0xFFF0))


def _one(character: str) -> str:
    """Fold width and case of one character; what would become longer stays as it is."""
    wide = unicodedata.normalize("NFKC", character)
    low = (wide if len(wide) == 1 else character).lower()
    return low if len(low) == 1 else character


def _table() -> Mapping[int, str]:
    """Build the map from code point to folded character, only where something changes."""
    han = [chr(code) for start, stop in _HAN_BLOCKS for code in range(start, stop)]
    # One call for all: the words between line breaks are single characters, so no phrase rule can touch them.
    simplified = opencc.OpenCC("t2s").convert("\n".join(_one(each) for each in han)).split("\n")
    folded = {ord(old): new for old, new in zip(han, simplified, strict=True) if len(new) == 1 and old != new}
    for start, stop in _OTHER_BLOCKS:
        folded |= {code: _one(chr(code)) for code in range(start, stop) if _one(chr(code)) != chr(code)}
    folded |= {code: " " for code in range(0x20) if code != 0x0A}      # control characters part words, no more
    return folded


_FOLDED = _table()


_SIMPLIFIED = {code: new for code, new in _FOLDED.items() if any(start <= code < stop for start, stop in _HAN_BLOCKS)}


class Folded(NamedTuple):
    """A text and its folded twin of the same length."""

    original: str
    text: str

    def quote(self, start: int, end: int) -> str:
        """Return the customer's own characters between two positions of the folded text."""
        return self.original[start:end]


def fold_text(text: str) -> str:
    """Fold a word or a text; the answer is as long as the question."""
    return text.translate(_FOLDED)


def simplified(text: str) -> str:
    """Return a text with its traditional characters simplified and all else as it is; the answer is as long as the question."""
    return text.translate(_SIMPLIFIED)


def fold(text: str) -> Folded:
    """Fold a text for searching and keep it for quoting. Any string will do: surrogates, emoji, control characters."""
    return Folded(text, text.translate(_FOLDED))
