"""One spelling for what sounds alike: 带溪 and 黛溪, 带溪阵 and 黛溪镇 become the same; positions stay."""

from routing.syllables import SYLLABLES

#: Every character -> the first of its group.
_SOUND = {ord(character): group[0] for group in SYLLABLES.split() for character in group}


def sounded(text: str) -> str:
    """Spell folded text by its sound; the answer is as long as the question, what is no Chinese character stays."""
    return text.translate(_SOUND)
