"""What every package of files has in common: what was found inside, and how much may be."""

from dataclasses import dataclass, field

from routing.papers import Attachment

MOST_MEMBERS = 100
MOST_BYTES = 50 * 2**20     # of everything unpacked from one mail
MOST_RATIO = 200            # deflate packs office files 10 to 20 times; 1,000 is a bomb


@dataclass(slots=True)
class Inside:
    """What a package holds; `own_words` where its words are those of the mail it came with (winmail.dat)."""

    files: list[Attachment] = field(default_factory=list)
    words: str = ""
    own_words: bool = False
    warnings: list[str] = field(default_factory=list)


class TooMuch(Exception):
    """A package holds more than may be unpacked of one mail; `so_far` is what was."""

    def __init__(self, why: str, so_far: Inside) -> None:
        super().__init__(why)
        self.so_far = so_far


@dataclass(slots=True)
class Allowance:
    """How much may still be unpacked of one mail, all its packages together."""

    members: int = MOST_MEMBERS
    size: int = MOST_BYTES

    def takes(self, size: int) -> str:
        """Count one file; why it may not be taken any more, or ""."""
        self.members -= 1
        self.size -= size
        if self.members < 0:
            return f"超过 {MOST_MEMBERS} 个文件"
        return f"展开后超过 {MOST_BYTES >> 20} MB" if self.size < 0 else ""
