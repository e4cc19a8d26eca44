"""How a text is cut for the statistical model: clauses, windows of neighbouring clauses, and runs of characters."""

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

#: A clause ends here; no run of characters reaches across.
SEPARATOR = re.compile(r"[。!?;,、\s…:@“”\"「」『』()\[\]{}《》<>|~—]+")
LONGEST_RUN = 3             # characters
WIDEST = 3                  # clauses of a window
WINDOW = 60                 # characters of a window of several clauses
DIGITS = str.maketrans("0123456789", "0" * 10)      # which number it is says nothing, and may be somebody's
_DIGIT = re.compile("[1-9]")
_NOUGHT, _TEN = np.uint64(ord("0")), np.uint64(10)
_BITS = 21                  # of a character's code point; three of them fit a whole number of 64 bits
_PAST = "\0" * (LONGEST_RUN - 1)
_LAST = "』"                # of the separators, by code point
#: By code point, whether a character parts clauses; the one past the last stands for all above.
_PARTING = np.array([SEPARATOR.match(chr(code)) is not None for code in range(ord(_LAST) + 2)], np.bool_)


def clauses(text: str) -> list[tuple[int, int]]:
    """The clauses of a folded text as (start, end)."""
    found, last = [], 0
    for stop in SEPARATOR.finditer(text):
        start, end = stop.span()
        if start > last:
            found.append((last, start))
        last = end
    if last < len(text):
        found.append((last, len(text)))
    return found


def neighbours(parts: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Every clause, and every two or three neighbours that are short enough together, as (first, last) of the clauses."""
    found = [(at, at) for at in range(len(parts))]
    for wide in range(1, WIDEST):
        found += [(at, at + wide) for at in range(len(parts) - wide) if parts[at + wide][1] - parts[at][0] <= WINDOW]
    return found


def windows(text: str) -> list[tuple[int, int]]:
    """The same as (start, end) in the text."""
    parts = clauses(text)
    return [(parts[first][0], parts[last][1]) for first, last in neighbours(parts)]


def runs(text: str) -> Iterator[str]:
    """All runs of one to three characters that no separator parts; digits are all one digit."""
    text = text.translate(DIGITS)
    for start, end in clauses(text):
        for long in range(1, LONGEST_RUN + 1):
            for at in range(start, end - long + 1):
                yield text[at:at + long]


def key_of(run: str) -> int:
    """A run as one whole number: its characters' code points side by side. Runs of different lengths never share one."""
    number = 0
    for character in run:
        number = number << _BITS | ord(character)
    return number


def code_points(text: str) -> NDArray[np.int64]:
    """The characters of a text as numbers, every digit the same one, and two noughts past the end."""
    codes = np.frombuffer((text + _PAST).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
    if _DIGIT.search(text):
        np.putmask(codes, codes.view(np.uint64) - _NOUGHT < _TEN, ord("0"))       # what is below wraps round to something huge
    return codes


def keys(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The keys of all runs of a text, place by place: of one, two and three characters that begin there (places x 3).

    Runs across separators are among them, and past the end of the text the character is 0: nobody knows those.
    """
    size = len(codes) - len(_PAST)
    found = np.empty((size, LONGEST_RUN), np.int64)
    run = found[:, 0] = codes[:size]
    for more in range(1, LONGEST_RUN):
        run = run << _BITS
        run |= codes[more:size + more]
        found[:, more] = run
    return found


def parting(codes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which characters of a text part clauses, as SEPARATOR says (places)."""
    return _PARTING.take(codes[:-len(_PAST)], mode="clip")
