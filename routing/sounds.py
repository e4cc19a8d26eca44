"""One spelling for what sounds alike: 林名关 and 临洺关, 里水阵 and 里水镇 become the same; positions stay."""

from routing.syllables import SYLLABLES

#: Every character -> the first of its group.
_SOUND = {ord(character): group[0] for group in SYLLABLES.split() for character in group}


def sounded(text: str) -> str:
    """Spell folded text by its sound; the answer is as long as the question, what is no Chinese character stays."""
    return text.translate(_SOUND)
