"""A complaint with what it is, as people have labelled it: what triage is measured against and learns from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from routing.errors import BadTable
from routing.parties import UnitCode
from routing.verdict import OVER_50K, PUBLIC_FIGURE, REPUTATION, TOPICS, Category, Complaint

#: A text without a time is judged as one of this day.
_UNKNOWN = datetime.fromisoformat("2026-01-01T09:00:00+08:00")
_SOURCES = frozenset({"seat-note", "transcript", "email", "notes", "letter", "web"})


@dataclass(frozen=True, slots=True)
class Labelled:
    """One complaint, and what a person found in it. `flags` are names of verdict.FLAGS; None stands for what nobody labelled.

    `unit` "" says that the text decides no unit; then `candidates` are those it could be.
    """

    id: str
    complaint: Complaint
    category: Category | None
    also: tuple[Category, ...]
    flags: frozenset[str] | None
    amounts: tuple[Decimal, ...] | None
    unit: UnitCode | None
    candidates: tuple[UnitCode, ...]
    evidence: Mapping[str, str]
    enquiry: bool | None = False        # no complaint at all, but a question how the bank's services work; None: nobody said

    @property
    def review(self) -> bool | None:
        """Whether the recording must be heard again (P-9.1)."""
        return None if self.flags is None else bool(self.flags)


def labelled(rows: Iterable[tuple[int, object]], name: str) -> list[Labelled]:
    """Read labelled complaints, each with the number of its line; BadTable with every mistake of every line.

    A row has the keys of the contract of `triage`; only `text` must be there, a missing label is simply not known.
    """
    mistakes: list[str] = []
    read: list[Labelled] = []
    for number, row in rows:
        if not isinstance(row, Mapping) or not isinstance(row.get("text"), str):
            mistakes.append(f"line {number}: expected an object with a text")
            continue
        wrong = list(_wrong(row))
        mistakes += [f"line {number}: {what}" for what in wrong]
        if not wrong:
            read.append(_labelled(row, str(row.get("id", number))))
    if mistakes:
        raise BadTable(name, mistakes)
    return read


def _wrong(row: Mapping[str, Any]) -> Iterable[str]:
    names = {each.value for each in Category}
    for key, words in (("category", [row.get("category")]), ("also", _list(row.get("also")))):
        yield from (f"{key} {word} is none of the eight: {'、'.join(sorted(names))}" for word in words if word and word not in names)
    yield from (f"sensitive {topic} is no topic: {'、'.join(TOPICS)}" for topic in _list(row.get("sensitive")) if topic not in TOPICS)
    evidence = row.get("evidence") or {}
    if not isinstance(evidence, Mapping):
        yield "evidence must be an object: the label, and an exact substring of the text"
    else:
        yield from (f"evidence of {label} is no substring of the text: {words}" for label, words in evidence.items() if str(words) not in row["text"])
    yield from (f"amount {amount} is no number" for amount in _list(row.get("amounts")) if not _is_number(amount))
    if row.get("received") and not _time(row["received"]):
        yield f"received {row['received']} is no ISO 8601 time with a zone, e.g. 2026-11-24T09:00:00+08:00"
    if row.get("source") not in {None, *_SOURCES}:
        yield f"source {row['source']} is none of {', '.join(sorted(_SOURCES))}"


def _labelled(row: Mapping[str, Any], id_: str) -> Labelled:
    known = "sensitive" in row
    marks = [name for name in (OVER_50K, PUBLIC_FIGURE, REPUTATION) if row.get(name)]
    received = _time(row.get("received")) or _UNKNOWN
    return Labelled(
        id=id_, complaint=Complaint(row["text"], row.get("source") or "seat-note", received),
        category=Category(row["category"]) if row.get("category") else None, also=tuple(Category(word) for word in _list(row.get("also"))),
        flags=frozenset([*marks, *_list(row.get("sensitive"))]) if known else None,
        amounts=tuple(Decimal(str(amount)) for amount in row["amounts"]) if "amounts" in row else None,
        unit=UnitCode(row["unit"] or "") if "unit" in row else None,
        candidates=tuple(UnitCode(code) for code in _list(row.get("unit_candidates"))), evidence=dict(row.get("evidence") or {}),
        enquiry=bool(row.get("enquiry")),
    )


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _is_number(value: object) -> bool:
    try:
        return Decimal(str(value)).is_finite()
    except InvalidOperation:
        return False


def _time(value: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return at if at.tzinfo else None
