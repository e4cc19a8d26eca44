"""What the radar sees of a case: marks instead of persons, a sketch instead of words (P-6, P-18, C-5)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from re import compile as pattern

from adapters.formats.identity import opened
from hotline_bridge.store.sketches import Glance
from hotline_bridge.store.tx import Tx
from routing.case import Case
from routing.heads import heads
from routing.likeness import Sketch, bands, masked, restored, sketch_of, stored
from routing.number import find_numbers
from routing.papers import Unreadable
from routing.parties import Customer, UnitCode
from routing.person import Mark, marks_of
from routing.radar import Seen, says_again
from routing.rules import Rules
from routing.text import fold_text
from routing.verdict import Category

MOST = 80                   # earlier cases that are looked at
_MOST_QUOTED = 5
_LONGEST = 4_000           # characters whose concepts are read
_OUTLET = "网点"
_KIND_OF_UNIT = pattern(r"(?:营业所|营业部|营业厅|支行|分行|储蓄所|分理处|网点)$")


def look(tx: Tx, case: Case, rules: Rules) -> Seen:
    """Make the marks and the sketch of a case and keep them, in place of any of before."""
    customer = case.complaint.customer
    anonymous = case.category is Category.ANONYMOUS or customer.refuses_name
    marks = () if anonymous else marks_of(_plain(customer, case, rules), case.unit or "", rules.identity.reply_key)
    sketch = _sketch(case, rules)
    area = area_of(case.unit, rules)
    before = restored(tx.sketches.words((case.id,)).get(case.id, b""))
    former = [number for place in ("", *_areas(case, rules)) for number in bands(before, place)] if before is not None else []
    tx.sketches.mark(case.id, marks)
    tx.sketches.keep(case.id, stored(sketch), bands(sketch, area), former)
    quotes = [one for one in find_numbers(case.complaint.text, tuple(rules.by_hotline)) if one != case.number][:_MOST_QUOTED]
    return Seen(
        case.id, case.number, case.received, case.unit or "", area, case.category.name if case.category else "", case.complaint.product.strip(), marks,
        sketch, matter=case.matter, quotes=frozenset(quotes), again=says_again(case.complaint.text),
    )


def earlier(tx: Tx, new: Seen, days: int, rules: Rules) -> list[Seen]:
    """The earlier cases that may be the same matter; those that go on in another, and those somebody said are not, are left out."""
    numbers = bands(new.sketch, new.area) if new.sketch is not None else ()
    near = tx.sketches.near(new.marks, numbers, new.unit, new.received - timedelta(days=days), MOST)
    quoted = [case.id for number in sorted(new.quotes) if (case := tx.cases.by_number(number)) is not None]
    ids = [one for one in dict.fromkeys((*quoted, *near)) if one != new.case]
    if not ids:
        return []
    glances = [one for one in tx.sketches.glances(ids) if one.merged_into is None]
    kept = [one.id for one in glances]
    marks, words = tx.sketches.marks(kept), tx.sketches.words(kept)
    return [_seen(one, marks[one.id], restored(words.get(one.id, b"")), rules) for one in glances]


def _seen(one: Glance, marks: Sequence[Mark], sketch: Sketch | None, rules: Rules) -> Seen:
    return Seen(
        one.id, one.number, one.received, one.unit, area_of(one.unit, rules), one.category, one.product.strip(), tuple(marks), sketch,
        answered=one.answered, matter=one.matter,
    )


def area_of(unit: str | None, rules: Rules) -> str:
    """What lies above an outlet: the county by whose cases its own are searched; any other unit is its own area."""
    known = rules.directory.get(unit) if unit else None
    if known is None:
        return ""
    return known.parent or known.code if known.level == _OUTLET else known.code


def _areas(case: Case, rules: Rules) -> Iterator[str]:
    """The areas a case may have been filed under before its unit was corrected."""
    verdict = case.verdict
    for unit in {case.unit, verdict.unit if verdict else None}:
        if area := area_of(unit, rules):
            yield area


def _plain(customer: Customer, case: Case, rules: Rules) -> Customer:
    """The customer with an identity number as it was said, where it is kept sealed."""
    try:
        return replace(customer, id_number=opened(rules.identity.reply_key, customer.id_number, case.number))
    except Unreadable:
        return replace(customer, id_number="")      # sealed under a former key: the other marks tell


def _sketch(case: Case, rules: Rules) -> Sketch:
    text, customer = case.complaint.text, case.complaint.customer
    names = (customer.name, customer.agent_name, case.complaint.person_hint)
    tables = rules.tables.get(case.pack)            # without them, as without triage, the bare words tell
    concepts = {sign for _, sign in tables.lexicon.concepts.read(fold_text(text[:_LONGEST]))} if tables else set()
    return sketch_of(masked(text, names, _places(case.unit, rules)), concepts, max(1, case.complaint.heads, heads(text)))


def _places(unit: UnitCode | None, rules: Rules) -> Iterator[str]:
    """Every name the text may give the unit and what lies above it, with and without the word for its kind."""
    for at in rules.directory.chain(unit) if unit else ():
        for name in (at.full_name, at.name, *at.aliases):
            yield name
            stem = _KIND_OF_UNIT.sub("", name)
            if len(stem) > 1:
                yield stem
