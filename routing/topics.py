"""The hot topics and the signs of a wider stir in a text, each with the words that say so (P-9.1)."""

import re

from routing.lexicon import Reading, positions
from routing.text import Folded
from routing.verdict import REPUTATION, TOPICS, Flag

_RULE = "P-9.1"
_SEAT_LINE = re.compile(r"^(?:坐席|座席|客服|接线员|坐席员)(?:\d{0,6})[::].*$", re.MULTILINE)


def customer_words(folded: Folded) -> str:
    """Return the folded text with the seat's own lines of a transcript blanked; what a seat asks is no statement."""
    if "席:" not in folded.text and "客服:" not in folded.text:
        return folded.text
    if not re.search(r"^客户:", folded.text, re.MULTILINE):
        return folded.text
    return positions(folded.text, [line.span() for line in _SEAT_LINE.finditer(folded.text)])


def topics(reading: Reading, folded: Folded) -> tuple[Flag, ...]:
    """Return a flag per topic the text speaks of, in the order of TOPICS."""
    found = reading.labels("topics")
    if not found:
        return ()
    return tuple(
        Flag(topic, folded.quote(found[topic].start, found[topic].end), _RULE, found[topic].entry.says)
        for topic in TOPICS if topic in found)


def reputation(reading: Reading, folded: Folded) -> tuple[Flag, ...]:
    """Return the flag for signs that the matter will leave the bank, if there are any (P-9.1, P-16, P-17)."""
    found = reading.of(REPUTATION)
    return tuple(Flag(REPUTATION, folded.quote(hit.start, hit.end), _RULE, hit.entry.says) for hit in found[:1])
