"""What the voice says: to a unit whose answer is owed, and at the centre. Nothing of a customer can get in: no value here has a place for it (P-6, P-21)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from routing.case import Case
from routing.parties import Unit
from routing.pronouncing import pronounced
from routing.speaking import counted, digits, moment, span, spoken
from routing.stationery import Templates

AGAIN = "再说一遍。"


@dataclass(frozen=True, slots=True)
class Owed:
    """A case a unit is called about: what the unit knows from its slip's head, and nothing of who complains or why."""

    bank: str
    title: str
    number: str
    unit_name: str
    person: str
    due: datetime | None


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text in words, and the same as the voice must get it."""

    words: str
    sounds: str


def owed(case: Case, unit: Unit, person: str, bank: str, title: str) -> Owed:
    """Return what may be said of a case to the unit that owes its answer (P-6)."""
    return Owed(bank, title, case.number, unit.full_name, person, case.due)


def chase_call(sheets: Templates, what: Owed, zone: tzinfo, now: datetime) -> Spoken:
    """Return what is said to a unit's contact, twice over (P-21). TemplateFails where its template cannot be filled."""
    person = spoken(what.person)
    text = spoken(sheets.line("chase_call", {
        "bank": what.bank, "title": what.title, "number": digits(what.number), "unit_name": what.unit_name, "person": person,
        "due": moment(what.due, zone, now) if what.due else "", "late": span(now - what.due) if what.due and what.due < now else "",
    }))
    words = f"{text}{AGAIN}{text}"
    return Spoken(words, pronounced(words, [person] if person else []))


def announcement(sheets: Templates, numbers: Sequence[str], *, flagged: bool, unit_name: str = "") -> Spoken:
    """Return what is called out at the centre about new flagged cases, or overdue ones; more than one are counted (P-21)."""
    one = len(numbers) == 1
    words = spoken(sheets.line("announcement", {
        "flagged": flagged, "number": digits(numbers[0]) if one else "", "cases": counted(len(numbers), "件"), "unit_name": unit_name,
    }))
    return Spoken(words, pronounced(words))


def anything(text: str) -> Spoken:
    """Return whatever text as it is said."""
    words = spoken(text)
    return Spoken(words, pronounced(words))
