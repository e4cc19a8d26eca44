"""Finds many whole numbers at once: the rows that belong to the keys of the runs of a text (routing.grams)."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SPREAD, _MASK = 0x9E3779B97F4A7C15, 0xFFFFFFFFFFFFFFFF     # Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4)
_SECOND = 0xD6E8FEB86659FD93
_MOST_MOVES = 200
_FREE = -1


@dataclass(frozen=True, slots=True, eq=False)
class KeyTable:
    """Finds the rows of many keys at once: each key lies at one of its two slots (cuckoo hashing: Pagh and Rodler, 2001).

    Keys are from 0 on; a free slot holds -1.
    """

    keys: NDArray[np.int64]
    rows: NDArray[np.int32]
    spreads: NDArray[np.uint64]     # 2 x 1: what a key is multiplied by for either slot
    shift: np.uint64

    @classmethod
    def of(cls, by_key: Mapping[int, int]) -> "KeyTable":
        """Lay the keys into a table at least twice as large; where that fails, with another second slot, in a larger one."""
        wanted = np.fromiter(by_key, np.int64, len(by_key))
        bits, second = max(int(2 * len(by_key)).bit_length(), 4), _SECOND
        while True:
            spreads, shift = np.array([[_SPREAD], [second]], np.uint64), np.uint64(64 - bits)
            slots = _slots_of(wanted, spreads, shift)
            placed = _placed(slots.tolist(), 1 << bits)
            if placed is not None:
                break
            bits, second = bits + 1, second * _SPREAD & _MASK | 1
        keys, rows = np.full(1 << bits, _FREE, np.int64), np.zeros(1 << bits, np.int32)
        keys[placed], rows[placed] = wanted, np.fromiter(by_key.values(), np.int32, len(by_key))
        return cls(keys, rows, spreads, shift)

    def find(self, wanted: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Which of the wanted keys are there, by their places in the question, and the row of each."""
        slots = _slots_of(wanted, self.spreads, self.shift)
        first, second = self.keys.take(slots) == wanted
        second |= first
        found = np.flatnonzero(second)
        return found, self.rows.take(np.where(first, slots[0], slots[1]).take(found))


def _slots_of(keys: NDArray[np.int64], spreads: NDArray[np.uint64], shift: np.uint64) -> NDArray[np.int64]:
    """Both slots of each key (2 x keys)."""
    at = keys.view(np.uint64) * spreads
    at >>= shift
    return at.view(np.int64)


def _placed(slots: list[list[int]], size: int) -> list[int] | None:
    """Give each key one of its two slots, moving those that are in the way to their other one; None where they go in a circle."""
    first, second = slots
    whose = [_FREE] * size
    placed = first.copy()
    for key in range(len(first)):
        for _ in range(_MOST_MOVES):
            at = placed[key]
            whose[at], key = key, whose[at]         # noqa: PLW2901 (who was there goes on)
            if key < 0:
                break
            placed[key] = second[key] if at == first[key] else first[key]
        else:
            return None
    return placed
