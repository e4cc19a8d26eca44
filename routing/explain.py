"""Why triage said what it said: what the word lists found, what the model thinks and from which words (P-9.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from routing.model import OPINED
from routing.topics import customer_words
from routing.triage import Heard, TriageTables, hear
from routing.verdict import OVER_50K, Verdict

LIKELY = 0.05           # a flag less likely than this is not worth a line


@dataclass(frozen=True, slots=True)
class Reason:
    """One flag: what the lists and the model say of it, and whether it was raised."""

    flag: str
    raised: bool
    lists: str              # what the word lists say; "" nothing
    evidence: str           # the customer's own words
    chance: float | None    # what the model thinks; None where it was not asked
    limit: float | None     # from which chance on the model raises it
    loud: tuple[tuple[str, float], ...]     # the runs of characters that speak loudest for it


def reasons(verdict: Verdict, text: str, tables: TriageTables) -> list[Reason]:
    """Every flag that was raised or is not quite unlikely, the raised ones first, then by chance."""
    heard = hear(text, tables)
    said = {flag.name: flag for flag in heard.lists}
    found = [Reason(flag.name, raised=True, lists=flag.says, evidence=flag.evidence, chance=None, limit=None, loud=()) for flag in verdict.flags if flag.name == OVER_50K]
    for name in OPINED:
        chance = heard.opinion.flags[name] if heard.opinion else None
        if name not in said and not verdict.has(name) and (chance is None or chance < LIKELY):
            continue
        found.append(_reason(name, heard, tables, raised=verdict.has(name), lists=said[name].says if name in said else ""))
    return sorted(found, key=lambda one: (not one.raised, -(1.0 if one.chance is None else one.chance)))


def _reason(name: str, heard: Heard, tables: TriageTables, *, raised: bool, lists: str) -> Reason:
    by_lists = next((flag.evidence for flag in heard.lists if flag.name == name), "")
    if heard.opinion is None or tables.model is None:
        return Reason(name, raised, lists, by_lists, None, None, ())
    span, words = heard.opinion.spans[name], customer_words(heard.folded)
    limit = tables.model.limit(name)
    loud = tuple(tables.model.reasons(words, tables.concepts.read(words), span, name))
    return Reason(name, raised, lists, by_lists or heard.folded.quote(*span), round(heard.opinion.flags[name], 3), round(limit, 3), loud)


def explain_json(verdict: Verdict, text: str, tables: TriageTables) -> dict[str, Any]:
    """The reasons as one JSON object, and the category's chances."""
    heard = hear(text, tables)
    return {
        "flags": [_json(one) for one in reasons(verdict, text, tables)], "category": dict(verdict.chances),
        "taken_back": [hit.told(heard.folded) for hit in heard.reading.taken_back],
        "enquiry": round(heard.opinion.enquiry, 3) if heard.opinion else None, "doubts": list(verdict.doubts),
    }


def _json(one: Reason) -> Mapping[str, Any]:
    return {
        "flag": one.flag, "raised": one.raised, "lists": one.lists or None, "evidence": one.evidence,
        "model": one.chance, "model_limit": one.limit, "model_reads": [run for run, _ in one.loud],
    }
