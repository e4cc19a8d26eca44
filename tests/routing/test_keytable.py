"""The table that finds the rows of many keys at once: exactly what was put in, wherever it had to lie."""

import numpy as np
from hypothesis import given, strategies as st

from routing.keytable import KeyTable

KEYS = st.integers(0, (1 << 63) - 1)


def found(table: KeyTable, asked: list[int]) -> list[tuple[int, int]]:
    """Which of the keys are there, by their place in the question, each with its row."""
    places, rows = table.find(np.array(asked, np.int64))
    return list(zip(places.tolist(), rows.tolist(), strict=True))


@given(st.dictionaries(KEYS, st.integers(0, 10_000), max_size=300), st.lists(KEYS, max_size=50))
def test_it_finds_exactly_what_was_put_in(by_key: dict[int, int], others: list[int]) -> None:
    asked = [*by_key, *others]
    assert found(KeyTable.of(by_key), asked) == [(place, by_key[key]) for place, key in enumerate(asked) if key in by_key]


def _same_slot(count: int) -> list[int]:
    """Keys that all want the last slot of a table of their size, so that they run over its end."""
    shift = 64 - int(4 * count).bit_length()
    slots = (1 << 64 - shift) - 1
    return [key for key in range(200_000) if (key * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF) >> shift == slots][:count]


def test_keys_that_want_the_same_slot_are_all_found_and_others_are_not() -> None:
    crowd = _same_slot(40)
    assert len(crowd) == 40
    table = KeyTable.of({key: row for row, key in enumerate(crowd[:-1])})
    assert found(table, crowd) == [(row, row) for row in range(39)]
    assert found(table, crowd[::-1]) == [(40 - 1 - row, row) for row in range(38, -1, -1)]


def test_an_empty_table_knows_nothing() -> None:
    assert found(KeyTable.of({}), [1, 2, 0, 5]) == []
