"""How much of what unit clerks write is understood (P-12): `python -m tests.elements.test_answers` tells the figures."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from routing.elements import ELEMENTS, part_about, said_in
from routing.plausible import impossible
from tests.elements.words import HOLLOW

ANSWERS = Path(__file__).parent / "answers"
SINCE, UNTIL = date(2026, 7, 22), date(2026, 7, 24)
LEAST = 0.97


def answers() -> list[dict]:
    return [json.loads(line) for path in sorted(ANSWERS.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines()]


def read(one: dict) -> dict[int, str]:
    text = part_about(one["text"], one["number"]) if "number" in one else one["text"]
    said = said_in(text, HOLLOW).elements
    wrong = impossible(said, SINCE, UNTIL)
    return {number: words for number, words in said.items() if number not in wrong}


def mistakes(one: dict) -> Iterator[tuple[int, str, str]]:
    """Yield (element, what is expected, what is read), "" for nothing."""
    said = read(one)
    for number in ELEMENTS:
        wanted, got = "".join(one["elements"].get(str(number), "").split()), "".join(said.get(number, "").split())
        if (wanted not in got) if wanted else bool(got):
            yield number, wanted, got


def test_P12_the_elements_are_found_wherever_clerks_write_them():
    all_of_them = answers()
    wrong = [(one["kind"], *mistake) for one in all_of_them for mistake in mistakes(one)]
    right = 1 - len(wrong) / (len(all_of_them) * len(ELEMENTS))
    assert len(all_of_them) >= 150
    assert right >= LEAST, wrong


def test_P12_nothing_counts_that_says_nothing():
    assert [(one["kind"], number, got) for one in answers() for number, wanted, got in mistakes(one) if not wanted] == []


@pytest.mark.parametrize("one", [one for one in answers() if not one["elements"]], ids=lambda one: one["kind"])
def test_P12_an_answer_of_empty_phrases_is_empty(one):
    assert read(one) == {}


if __name__ == "__main__":
    told = answers()
    every = [(one["kind"], *mistake) for one in told for mistake in mistakes(one)]
    print(f"{len(told)} answers, {1 - len(every) / (len(told) * len(ELEMENTS)):.2%} of elements right, {sum(not wanted for _, _, wanted, _ in every)} counted wrongly")
    print(*every, sep="\n")
