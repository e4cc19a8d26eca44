"""How a text is cut for the statistical model: clauses, windows of neighbouring clauses, and runs of characters."""

import re
from collections.abc import Iterator

#: A clause ends here; no run of characters reaches across.
SEPARATOR = re.compile(r"[。!?;,、\s…:@“”\"「」『』()\[\]{}《》<>|~—]+")
LONGEST_RUN = 3             # characters
WIDEST = 3                  # clauses of a window
WINDOW = 60                 # characters of a window of several clauses
DIGITS = str.maketrans("0123456789", "0" * 10)      # which number it is says nothing, and may be somebody's


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


def windows(text: str) -> list[tuple[int, int]]:
    """Every clause, and every two or three neighbours that are short enough together, as (start, end)."""
    parts = clauses(text)
    pairs = [(parts[at][0], parts[at + wide][1]) for wide in range(1, WIDEST) for at in range(len(parts) - wide)]
    return parts + [(start, end) for start, end in pairs if end - start <= WINDOW]


def runs(text: str) -> Iterator[str]:
    """All runs of one to three characters that no separator parts; digits are all one digit."""
    text = text.translate(DIGITS)
    for start, end in clauses(text):
        for long in range(1, LONGEST_RUN + 1):
            for at in range(start, end - long + 1):
                yield text[at:at + long]
