"""Which signs of the statistical model stand where, in some texts at once: one row of clauses, one pass over all characters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.concepts import MARK
from routing.grams import LONGEST_RUN, WIDEST, WINDOW, code_points, key_of, keys, parting
from routing.keytable import KeyTable

#: Between the texts: it parts clauses, and no sign holds it, since a model's file keeps their names by lines.
BETWEEN = "\n"

Named = Sequence[tuple[int, str]]       # concepts that a text names, each with the place where its word begins
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class KnownSigns:
    """What a model knows by name: the rows of its weights for runs of characters and for concepts; `none` is the row of no sign."""

    runs: KeyTable
    concepts: Mapping[str, int]
    none: int
    bits: int                   # of a number that holds more than the row

    @classmethod
    def of(cls, rows: Mapping[str, int]) -> "KnownSigns":
        """Return the signs by these rows, which are as many; the next is the one of no sign."""
        by_key = {key_of(sign): row for sign, row in rows.items() if not sign.startswith(MARK)}
        concepts = {sign: row for sign, row in rows.items() if sign.startswith(MARK)}
        return cls(KeyTable.of(by_key), concepts, len(rows), len(rows).bit_length())


class Signs(NamedTuple):
    """The signs of some texts that a model knows, by their rows; behind all others stands the row of no sign.

    `rows` are those of all places, clause by clause: those of a clause begin at its place in `heads`. `once` are those of each text,
    none twice: they begin at its place in `onces`. Clauses lie from `starts` to `ends` of the texts joined, those of a text begin at
    its place in `firsts`, and the text itself at its place in `begins`. The last of each beginning is the end of all.
    """

    rows: Places
    heads: Places
    once: Places
    onces: Places
    starts: Places
    ends: Places
    firsts: Places
    begins: Sequence[int]

    @classmethod
    def of(cls, texts: Sequence[str], named: Sequence[Named], known: KnownSigns) -> "Signs":
        """Find the known signs of texts, none of which is empty, and of the concepts they name."""
        codes = code_points(BETWEEN.join(("", *texts, "")))
        begins = list(accumulate([len(text) + len(BETWEEN) for text in texts], initial=len(BETWEEN)))
        starts, ends, firsts = _clauses(parting(codes), begins)
        rows, heads = _by_place(keys(codes), begins, starts, firsts, _concepts(begins, named, known), known)
        once, onces = _once(rows, heads.take(firsts), known.bits)
        return cls(rows, heads, once, onces, starts, ends, firsts, begins)

    def unfit(self) -> NDArray[np.bool_]:
        """Which windows are none (wide x clauses): by the clause they begin with, those that are too long or reach into another text."""
        unfit, following = np.ones((WIDEST, len(self.starts)), np.bool_), self.firsts[1:-1]
        unfit[0] = False
        for wide in range(1, WIDEST):
            np.greater(self.ends[wide:] - self.starts[:-wide], WINDOW, unfit[wide, :-wide])
        if len(following):
            for back in range(1, WIDEST):
                unfit[back:, following - back] = True           # before the first stands the last, with which no window begins
        return unfit


def _clauses(parts: NDArray[np.bool_], begins: Sequence[int]) -> tuple[Places, Places, Places]:
    """Where clauses begin and end, and which is the first of each text; a text of nothing but separators is one clause."""
    for begin, end in pairwise(begins):
        if parts[begin] and parts[begin:end].all():
            parts[begin:end - len(BETWEEN)] = False
    changes = np.flatnonzero(parts[1:] != parts[:-1])
    changes += 1
    starts = changes[::2]
    return starts, changes[1::2], starts.searchsorted(begins)


def _concepts(begins: Sequence[int], named: Sequence[Named], known: KnownSigns) -> list[int]:
    """The known concepts, place and row in one number each, and behind all places no sign."""
    bits, rows = known.bits, known.concepts
    found = [
        begin + at << bits | row for begin, end, some in zip(begins, begins[1:], named, strict=False)
        for at, sign in some if begin + at < end - 1 and (row := rows.get(sign)) is not None]
    found.append(begins[-1] << bits | known.none)
    return found


def _by_place(
        wanted: Places, begins: Sequence[int], starts: Places, firsts: Places, concepts: Sequence[int], known: KnownSigns) -> tuple[Places, Places]:
    """The rows of the known signs in the order of their places, and where those of each clause begin."""
    bits = known.bits
    places, rows = known.runs.find(wanted.ravel())
    places //= LONGEST_RUN
    places <<= bits
    places |= rows
    signs = np.concatenate((places, concepts))
    signs.sort()
    edges = np.empty(len(starts) + 1, np.int64)
    edges[:-1] = starts
    edges[firsts] = begins                                      # what stands before the first clause of a text belongs to it
    edges <<= bits
    heads = signs.searchsorted(edges)
    signs &= (1 << bits) - 1
    return signs, heads


def _once(rows: Places, bounds: Places, bits: int) -> tuple[Places, Places]:
    """The rows of each text without those it has already, and where each text's begin; `bounds` say where those of a text begin in `rows`."""
    signs, texts = rows.copy(), len(bounds) - 1
    whose = np.arange(0, texts + 1 << bits, 1 << bits)
    signs |= whose.repeat((*(bounds[1:] - bounds[:-1]).tolist(), 1))
    signs.sort()
    last = np.ones(len(signs), np.bool_)
    np.not_equal(signs[1:], signs[:-1], last[:-1])
    found = np.flatnonzero(last)
    once = signs.take(found)
    once &= (1 << bits) - 1
    return once, found.searchsorted(bounds)
