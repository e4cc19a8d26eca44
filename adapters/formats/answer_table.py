"""What a table of an answer says: cells beside the labels, below them, or the words in them (P-12)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from routing.elements import ELEMENTS, SECOND_HALF, label_of, said_in, sound
from routing.hollow import Hollow
from routing.number import find_numbers

Row = tuple[str, ...]           # the cells of a table row; a paragraph outside of tables is a row of one


@dataclass(frozen=True, slots=True)
class SlipAnswer:
    """What a returned form says: its number, None where it has none, and the elements that count, by P-12's numbers.

    `refused`: what stands in an element's place and does not count.
    """

    number: str | None
    elements: Mapping[int, str]
    refused: Mapping[int, str] = field(default_factory=dict)


def read_rows(rows: Sequence[Row], hollow: Hollow) -> SlipAnswer:
    """Return what a unit wrote into a form or any other table.

    Cells beside the form's labels go first, then those below them, then whatever `routing.elements.said_in` sees in the
    words. The half that the bank filled in is left out.
    """
    numbers = find_numbers("\n".join("\n".join(row) for row in rows))
    theirs = rows[_second_half(rows):]
    elsewhere = said_in("\n".join("\t".join(row) for row in theirs), hollow)
    answer: dict[int, str] = {}
    refused = dict(elsewhere.refused)
    for number, value in (*_beside_labels(theirs), *_below_labels(theirs)):
        if not answer.get(number):
            answer[number] = sound(number, value, hollow)
            refused.setdefault(number, value.strip())
    whole = {**{number: value for number, value in elsewhere.elements.items() if number not in answer}, **answer}
    counting = {number: whole[number] for number in ELEMENTS if whole.get(number)}
    return SlipAnswer(numbers[0] if numbers else None, counting, {number: refused[number] for number in sorted(refused) if number not in counting})


def _second_half(rows: Sequence[Row]) -> int:
    """Return where the unit's half begins; 0 in a document that is not our form."""
    starts = (place + 1 for place, row in enumerate(rows) if "".join("".join(row).split()).startswith(SECOND_HALF))
    return next(starts, 0)


def _beside_labels(rows: Sequence[Row]) -> Iterator[tuple[int, str]]:
    """Yield the elements whose label stands in a cell of its own with words beside it."""
    for row in rows:
        labels = [label_of(cell) for cell in row]
        ends = [place for place, label in enumerate(labels) if label is not None] + [len(row)]
        for start, end in pairwise(ends):
            value = "\n".join(filter(str.strip, row[start + 1:end]))
            if (number := labels[start]) and value:
                yield number, value


def _below_labels(rows: Sequence[Row]) -> Iterator[tuple[int, str]]:
    """Yield the elements whose labels fill a row, each with the words of its column until the next row of labels."""
    for place, row in enumerate(rows):
        labels = [(column, label_of(cell)) for column, cell in enumerate(row) if cell.strip()]
        if len(labels) < 2 or sum(label is None for _, label in labels) > 1:
            continue
        below = _until_labels(rows[place + 1:])
        for column, number in labels:
            value = "\n".join(each[column] for each in below if column < len(each) and each[column].strip())
            if number and value:
                yield number, value


def _until_labels(rows: Sequence[Row]) -> list[Row]:
    end = next((place for place, row in enumerate(rows) if any(label_of(cell) is not None for cell in row if cell.strip())), len(rows))
    return list(rows[:end])
