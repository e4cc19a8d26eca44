"""Plain text in columns, where a Chinese character takes two; for mails that are read in old clients."""

import re
import unicodedata

_PIECE = re.compile(r"[!-~]+|.")
_NOT_FIRST = "，。；：！？、）】」』”’》,.;:!?)]}%"


def wrapped(text: str, columns: int) -> list[str]:
    """Break a text into lines of so many columns, a Chinese character counting two.

    No stop begins a line, and numbers, words and addresses stay whole even where they are longer.
    """
    lines: list[str] = []
    for paragraph in text.splitlines():
        line, wide = "", 0
        for piece in _PIECE.findall(paragraph):
            size = width(piece)
            if line and (wide + size > columns or (wide + size > columns - 2 and piece not in _NOT_FIRST)):
                lines.append(line.rstrip())
                line, wide = "", 0
            line += piece
            wide += size
        lines.append(line)
    return lines


def width(text: str) -> int:
    """Return how many columns a text takes in a fixed Chinese face."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in text)


def padded(text: str, columns: int) -> str:
    """Return a text with spaces up to so many columns; a longer one as it is, with one space."""
    return text + " " * max(1, columns - width(text))
