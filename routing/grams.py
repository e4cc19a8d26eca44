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
_TEN = np.uint64(10)
_BITS = 21                  # of a character's code point; three of them fit a whole number of 64 bits


def clauses(text: str) -> list[tuple[int, int]]:
    """The clauses of a folded text as (start, end)."""
    found, last = [], 0
    for stop in SEPARATOR.finditer(text):
        if stop.start() > last:
            found.append((last, stop.start()))
        last = stop.end()
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


def keys(text: str) -> NDArray[np.int64]:
    """The keys of all runs of a text, place by place: of one, two and three characters that begin there (places x 3).

    Runs across separators are among them, and past the end of the text the character is 0: nobody knows those.
    """
    size = len(text)
    codes = np.zeros(size + LONGEST_RUN - 1, np.int64)
    points = codes[:size]
    points[:] = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    digits = points.view(np.uint64) - np.uint64(ord("0"))       # what is below wraps round to something huge
    np.putmask(points, digits < _TEN, ord("0"))
    found = np.empty((size, LONGEST_RUN), np.int64)
    found[:, 0] = points
    for long in range(1, LONGEST_RUN):
        np.bitwise_or(found[:, long - 1] << _BITS, codes[long:size + long], out=found[:, long])
    return found
