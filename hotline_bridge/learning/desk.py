"""The desk's decisions as labelled texts (P-9.1, P-14): what a person heard, or said otherwise than triage."""

from collections.abc import Iterable, Iterator, Sequence

from hotline_bridge.store.corrections import CATEGORY, FLAG, UNIT, Correction
from hotline_bridge.store.engine import Store
from routing.case import Case
from routing.labels import Labelled
from routing.parties import UnitCode
from routing.verdict import Category

PAGE = 500              # cases held in memory at a time


def desk_examples(store: Store) -> Iterator[Labelled]:
    """Every case a person decided about, with only what that person decided; reads only, a page at a time."""
    corrections, signed = store.read_now(lambda tx: (tx.corrections.by_case(), tx.corrections.signed()))
    last = 0
    while cases := store.read_now(lambda tx: tx.cases.after(last, PAGE)):  # noqa: B023 (read at once)
        for case in cases:
            if case.verdict is not None and (case.id in corrections or case.id in signed):
                yield _example(case, corrections.get(case.id, ()), heard=case.id in signed)
        last = cases[-1].id


def _example(case: Case, corrections: Sequence[Correction], *, heard: bool) -> Labelled:
    """What is known of one case. Flags are known where the recording was heard, or a person raised one."""
    assert case.verdict is not None
    latest = {one.about: one.corrected for one in corrections}
    last_word = {one.said or one.corrected: one.corrected for one in corrections if one.about == FLAG}
    flags = frozenset(flag.name for flag in case.verdict.flags if last_word.get(flag.name, flag.name))
    evidence = {flag.name: flag.evidence for flag in case.verdict.flags if flag.name in flags and flag.evidence and flag.evidence in case.complaint.text}
    return Labelled(
        id=case.number, complaint=case.complaint, category=Category(latest[CATEGORY]) if CATEGORY in latest else None, also=(),
        flags=flags if heard or FLAG in latest else None, amounts=None,
        unit=UnitCode(latest[UNIT]) if UNIT in latest else None, candidates=(), evidence=evidence, enquiry=None,
    )


def label_json(one: Labelled) -> dict[str, object]:
    """A labelled text as one object of the contract, with the keys that are known."""
    row: dict[str, object] = {"id": one.id, "source": one.complaint.source, "text": one.complaint.text, "received": one.complaint.received.isoformat()}
    if one.category is not None:
        row |= {"category": one.category.value}
    if one.flags is not None:
        row |= {name: name in one.flags for name in ("over_50k", "public_figure", "reputation")}
        row |= {"sensitive": _topics(one.flags), "review": bool(one.flags)}
    if one.unit is not None:
        row |= {"unit": one.unit}
    if one.evidence:
        row |= {"evidence": dict(one.evidence)}
    return row


def _topics(flags: Iterable[str]) -> list[str]:
    return [name for name in sorted(flags) if name not in {"over_50k", "public_figure", "reputation"}]
