"""The seven things an answer must contain, found in a form or in plain words (P-12).

A unit may fill in the form, number its paragraphs, paste a table or write a letter; whatever can be read counts, and
empty phrases (已处理, 同上, 无 ...) do not. Several partial answers add up.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from routing.headings import ALIASES, ELEMENTS, FIRST_HALF, HANDLED, HANDLER, SATISFACTION, SECOND_HALF, TELEPHONE, label_of, with_colons
from routing.hollow import Hollow
from routing.labelled import counted, labelled
from routing.number import find_numbers
from routing.phrases import date_in, hotline_in, name_like, phone_in, ticked
from routing.prose import cues
from routing.text import simplified

__all__ = [
    "ALIASES", "ELEMENTS", "FIRST_HALF", "HANDLED", "HANDLER", "SATISFACTION", "SECOND_HALF", "TELEPHONE", "Said", "found", "label_of", "merged", "missing",
    "part_about", "said_in", "sound", "without_words_of",
]

_LONGEST = 200_000              # characters read of one answer; forms have two pages
_SHORTEST_QUOTED = 4            # signs of a line that is told to be somebody else's; shorter ones stand anywhere
_QUOTES = re.compile(r"^[^\S\r\n]*(?:[>＞][^\S\r\n]?)+", re.MULTILINE)
#: Both headings only at the start of a line: the customer's own words are indented, whatever they say.
_OURS = re.compile(r"^[ \t]*一、\s*投诉受理情况.*?(?:^[ \t]*二、\s*调查处理情况|\Z)", re.DOTALL | re.MULTILINE)
#: What our own request for the rest says (routing.wording.incomplete); quoted below an answer it is nobody's answer.
_REQUEST = re.compile(
    r"〔不计：[^〔〕]{0,200}〕|^[ \t\u3000]*已收到：[ \t\u3000]*\n[ \t\u3000]*(?:\n[ \t\u3000]*)?√.{0,4000}?可直接复制以下各行[^\n]*\n"
    r"|^[ \t\u3000]*可直接复制以下各行[^\n]*\n"
    r"|^[ \t\u3000]*Your answer to [0-9-]{10,30}\s+lacks\b.{0,300}?(?=\n[ \t\u3000]*\n|\Z)"
    r"|^[^\n]{0,10}本邮件由投诉处理系统自动发出[^\n]*(?:\n[^\n]{0,30}送达投诉处理岗[^\n]*)?", re.DOTALL | re.MULTILINE,
)
_TRADITIONAL = re.compile("經辦|聯絡|聯繫|處理|滿意|調查|責任人|客戶")
_BETWEEN = re.compile(r"[\s:：>＞|｜]+")      # what quoting, breaking and pasting into cells changes


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer says of the elements, by number; `refused` what stands in an element's place and does not count."""

    elements: Mapping[int, str] = field(default_factory=dict)
    refused: Mapping[int, str] = field(default_factory=dict)


def _called(value: str) -> str:
    return phone_in(value) or hotline_in(value)


_SOUND: Mapping[int, Callable[[str], object]] = {
    **dict.fromkeys((1, 2, 3, SATISFACTION), bool), HANDLED: date_in, HANDLER: name_like, TELEPHONE: _called,
}


def sound(number: int, value: str, hollow: Hollow) -> str:
    """Return what an element says, or "" where it does not count: empty phrase, a label, no date, no telephone number (P-12)."""
    value = value.strip(" \t\r\n\u3000\xa0:：|｜")
    if number == SATISFACTION:
        value = ticked(value).strip()
    empty = hollow.names_nobody(value) if number == HANDLER else hollow.says_nothing(value)
    return value if not empty and label_of(value) is None and _SOUND[number](value) else ""


def found(text: str, hollow: Hollow) -> Mapping[int, str]:
    """Return the elements that an answer contains, by number, each with its words (P-12)."""
    return said_in(text, hollow).elements


def said_in(text: str, hollow: Hollow) -> Said:
    """Read the form's own labels, other common ones, numbered lists, pasted tables; sentences of a letter for the rest (P-12).

    What the bank itself wrote - its half of the form, its request for the rest - is left out.
    """
    text = text[:_LONGEST]
    if _TRADITIONAL.search(text):               # a unit abroad (P-9.4)
        text = simplified(text)
    text = with_colons(_REQUEST.sub("\n", _OURS.sub("\n", _QUOTES.sub("", text))))
    under = list(labelled(text.splitlines()))
    listed = counted(text) if all(number <= 0 for number, _ in under) else {}
    answer: dict[int, str] = {}
    refused: dict[int, str] = {}
    for number, value in (*under, *listed.items()):
        if number > 0 and value.strip() and not answer.get(number):
            answer[number] = sound(number, value, hollow)
            refused.setdefault(number, value.strip())
    _telephone_beside_handler(answer)
    for number, value in cues("\n".join(value for number, value in under if number)):
        if number not in answer:                # 无 beside a label outweighs what prose seems to say
            answer[number] = sound(number, value, hollow)
    counting = {number: answer[number] for number in ELEMENTS if answer.get(number)}
    return Said(counting, {number: words for number, words in sorted(refused.items()) if number not in counting})


def part_about(text: str, number: str) -> str:
    """Return what a mail that speaks of several cases says about one: from its number to the next; the rest of a mail of one case."""
    about, parts, numbers = "", [], set[str]()
    for line in text[:_LONGEST].splitlines(keepends=True):
        here = find_numbers(line)
        about = here[0] if here else about
        numbers |= set(here)
        if about in {"", number}:
            parts.append(line)
    return "".join(parts) if len(numbers) > 1 and number in numbers else text


def without_words_of(text: str, others: str) -> str:
    """Return a text without the lines that stand in what others wrote, however quoted, indented or broken.

    A unit that answers above the quoted slip hangs the bank's and the customer's words below, not always with a mark;
    whatever these say, they are no answer. Bare labels stay: what the unit wrote below them is its own.
    """
    known, before, kept = _squeezed(others), "", []
    for line in text[:_LONGEST].splitlines(keepends=True):
        if not _stands_in(line, before, known):
            kept.append(line)
        before = _squeezed(line) or before
    return "".join(kept)


def _stands_in(line: str, before: str, known: str) -> bool:
    """Whether a line is somebody else's; a short one (17 of a broken telephone number) only behind the line before it."""
    squeezed = _squeezed(line)
    if len(squeezed) < _SHORTEST_QUOTED:
        return bool(squeezed and before) and before + squeezed in known
    return squeezed in known and label_of(_QUOTES.sub("", line).strip().rstrip(":： ")) is None


def _squeezed(text: str) -> str:
    return _BETWEEN.sub("", text)


def _telephone_beside_handler(answer: dict[int, str]) -> None:
    number = phone_in(answer.get(HANDLER, ""))
    if number and not answer.get(TELEPHONE):
        answer[TELEPHONE] = number


def missing(answer: Mapping[int, str], *, anonymous: bool = False, required: Sequence[int] = tuple(ELEMENTS)) -> tuple[int, ...]:
    """Return the required elements an answer lacks (P-12); nobody can ask an anonymous customer (P-14.4)."""
    return tuple(
        number for number in required if not answer.get(number) and not (anonymous and number == SATISFACTION)
    )


def merged(first: Mapping[int, str], later: Mapping[int, str]) -> Mapping[int, str]:
    """Add up two partial answers: of each element the later words, where there are any."""
    both = {**first, **{number: value for number, value in later.items() if value}}
    return {number: both[number] for number in sorted(both) if both[number]}
