"""What letters say about complaints that came again, came from many, or go on in another; and what a customer is asked (P-6, P-18, C-5)."""

from collections.abc import Sequence
from dataclasses import dataclass

from routing.slip import clean
from routing.stationery import Templates, Words

__all__ = ["About", "Mass", "Words", "again", "form", "mass", "supplement"]
_MOST_NUMBERS = 30


@dataclass(frozen=True, slots=True)
class About:
    """What those above are told of a complaint: never who complains, and not what they said (P-6)."""

    unit: str
    category: str
    received: str
    numbers: Sequence[str]


@dataclass(frozen=True, slots=True)
class Mass:
    """A matter that so many people complain of, and the number of people from which it is reported."""

    name: str
    people: int
    threshold: int
    rule: str


def mass(sheets: Templates, matter: Mass, about: About) -> Words:
    """Return the report that many people complain of one matter (C-5; law: article 25)."""
    return sheets.words("mass", {
        "about": about.numbers[-1] if about.numbers else matter.name, "matter": matter.name, "people": matter.people, "threshold": matter.threshold,
        "major": matter.rule.startswith("law"), **_about(about),
    })


def again(sheets: Templates, number: str, times: int, about: About) -> Words:
    """Return the report that a customer does not accept the answer and complains again (P-18, C-5)."""
    return sheets.words("again", {"number": number, "times": times, **_about(about)})


def supplement(sheets: Templates, number: str, other: str, received: str, text: str) -> Words:
    """Return the words that bring a merged complaint to whoever handles the first (law: article 18); `text` is "" where its writer allows no forwarding."""
    return sheets.words("supplement", {"number": number, "other": other, "received": received, "text": [line for line in clean(text).split("\n") if line.strip()]})


def _about(about: About) -> dict[str, object]:
    shown = list(about.numbers)[-_MOST_NUMBERS:]
    return {
        "unit": about.unit, "category": about.category, "received": about.received, "numbers": shown, "numbered": len(about.numbers),
        "more": len(about.numbers) > len(shown),
    }


def form(sheets: Templates, bank: str, hotline: str, number: str, received: str) -> Words:
    """Return the short form by which a customer is asked: one word is all it takes, and nothing of the complaint stands in it (P-6, P-12)."""
    return sheets.words("callback", {"bank": bank, "hotline": hotline, "number": number, "received": received})
