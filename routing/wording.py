"""What the letters say of a case: values for their templates, never the customer's name or words in a subject (P-6).

The words are in routing/templates; here is what they are filled with, and which letter it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from routing.elements import ELEMENTS, FIRST_HALF, SECOND_HALF
from routing.slip import FIRST_HALF_ASKS, HOW_TO_ANSWER, SECOND_HALF_ASKS, Slip, clean, slip_text
from routing.stationery import RULE_ID, Templates, Words

__all__ = ["Asks", "Card", "Report", "Unheard", "Words", "bounce", "calls", "copied", "cover", "incomplete", "notice", "reported", "set_aside", "short_time", "slip_page"]
_NO_BOX = str.maketrans("〔〕", "（）")      # what is between these marks is cut out where the letter is quoted (routing.elements)
_MOST_SAID = 500            # characters of what a server said


def cover(sheets: Templates, slip: Slip, unit_name: str, due: datetime | None, zone: tzinfo, now: datetime | None = None, *, does: str = "办理") -> Words:  # noqa: PLR0913 (a letter, wholly known)
    """Return the words that carry a slip to a unit (P-9.2); `now` tells whether the limit has gone by already.

    `does` is what the unit shall do: 办理, 协办 where another one leads (P-14.1, T-3), 转办 where it passes the slip on (P-9.3).
    """
    return sheets.words("cover", {
        "title": slip.title, "number": slip.number, "unit_name": unit_name, "does": does, "slip": slip_text(slip),
        "late": due is not None and now is not None and now >= due, **_limit(due, zone),
    })


def copied(sheets: Templates, slip: Slip, unit_name: str, why: str) -> Words:
    """Return the words that carry a copy of a slip to somebody who is told and need not answer (P-14.2, P-16, C-7)."""
    return sheets.words("copied", {
        "title": slip.title, "number": slip.number, "unit_name": unit_name, "why": RULE_ID.sub("", why), "slip": slip_text(slip),
    })


def slip_page(sheets: Templates, slip: Slip) -> str:
    """Return the slip as a page for the mail's body; everything escaped, nothing fetched from elsewhere (P-9.1)."""
    answer = [(f"{place}．{one.label}" if one.key.startswith("element_") else one.label, one.value) for place, one in enumerate(slip.answer, 1)]
    return sheets.page("slip", {
        "title": slip.title, "number": slip.number, "head": slip.head, "first_half": FIRST_HALF + FIRST_HALF_ASKS, "second_half": SECOND_HALF + SECOND_HALF_ASKS,
        "fields": [{"label": one.label, "value": one.value} for one in slip.fields], "answer": [{"label": label, "value": value} for label, value in answer],
        "how_to_answer": HOW_TO_ANSWER,
    })


@dataclass(frozen=True, slots=True)
class Asks:
    """What an answer holds so far and lacks; why words in an element's place do not count, and why a file could not be read (P-12)."""

    there: Mapping[int, str]
    lacking: Sequence[int]
    refused: Mapping[int, str] = field(default_factory=dict)
    trouble: str = ""


def incomplete(sheets: Templates, number: str, asks: Asks, *, due: datetime | None, zone: tzinfo) -> Words:
    """Return the request for what an answer lacks, with what is there in its own words (P-12)."""
    return sheets.words("incomplete", {
        "number": number, "count": len(asks.lacking), "trouble": asks.trouble, **_limit(due, zone),
        "gaps": [{"place": place, "name": ELEMENTS[place], "why": asks.refused.get(place, "").translate(_NO_BOX)} for place in asks.lacking],
        "there": said(asks.there),
    })


def bounce(sheets: Templates, number: str, recipient: str, words: str, *, next_step: str) -> Words:
    """Return the alarm to the desk that a letter did not reach a mailbox; the clock of the case runs on (pain 15)."""
    return sheets.words("bounce", {"number": number, "recipient": recipient, "said": clean(words)[:_MOST_SAID], "next_step": next_step})


def notice(sheets: Templates, number: str, about: str, lines: Sequence[str], *, english: str = "") -> Words:
    """Return a plain notice about a case: `about` a few words for the subject, `lines` the whole of it."""
    return sheets.words("notice", {
        "number": number, "about": about, "text": RULE_ID.sub("", clean("\n".join(lines))), "english": english or f"Notice about complaint {number}.",
    })


@dataclass(frozen=True, slots=True)
class Report:
    """What a leader is told of a case: which unit, what kind, by when; never who complains or what they said (P-6)."""

    why: str
    unit: str
    category: str
    received: str
    lead: str
    due_at: str


def reported(sheets: Templates, number: str, unit_name: str, report: Report) -> Words:
    """Return the report of a case to those above, or to the office (P-16, C-7)."""
    return sheets.words("reported", {
        "number": number, "unit_name": unit_name, "why": RULE_ID.sub("", report.why), "unit": report.unit, "category": report.category,
        "received": report.received, "lead": report.lead, "due_at": report.due_at,
    })


@dataclass(frozen=True, slots=True)
class Card:
    """A paper that could not be read: its number, where and when it came, why, and what to do."""

    number: str
    source: str
    taken: str
    trouble: str
    remedy: str


def set_aside(sheets: Templates, cards: Sequence[Card], count: int) -> Words:
    """Return the letter to the desk about papers that could not be read, each with its card (pain 24)."""
    return sheets.words("set_aside", {
        "count": count, "more": max(0, count - len(cards)),
        "cards": [{name: RULE_ID.sub("", getattr(card, name)) for name in Card.__slots__} for card in cards],
    })


@dataclass(frozen=True, slots=True)
class Unheard:
    """A call a person must see to: the errand's number, its kind, since when; the case of a form without its call, else the call."""

    errand: int
    kind: str                           # abandoned | no-form | no-call
    at: str
    case_number: str
    call: int


def calls(sheets: Templates, rows: Sequence[Unheard], count: int) -> Words:
    """Return the letter to the desk about calls that wait for a person (P-3, P-9.1)."""
    return sheets.words("calls", {
        "count": count, "more": max(0, count - len(rows)),
        **{name: [{"errand": row.errand, "at": row.at, "case_number": row.case_number, "call": row.call} for row in rows if row.kind == kind]
           for name, kind in (("abandoned", "abandoned"), ("no_form", "no-form"), ("no_call", "no-call"))},
    })


def said(elements: Mapping[int, str]) -> list[dict[str, object]]:
    """Return the elements of an answer that are there, as rows (P-12)."""
    return [{"place": place, "name": name, "words": elements[place]} for place, name in ELEMENTS.items() if elements.get(place)]


def lines_of(text: str, most: int) -> list[str]:
    """Return the lines of what somebody wrote, up to so many characters."""
    return clean(text)[:most].splitlines()


def short_time(moment: datetime, zone: tzinfo) -> str:
    """Return a moment as a sentence names it: 7月27日17:30."""
    here = moment.astimezone(zone)
    return f"{here.month}月{here.day}日{here:%H:%M}"


def _limit(due: datetime | None, zone: tzinfo) -> dict[str, str]:
    return {"due": short_time(due, zone) if due else "", "due_iso": f"{due.astimezone(zone):%Y-%m-%d %H:%M}" if due else ""}
