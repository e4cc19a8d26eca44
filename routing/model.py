"""The statistical model beside the word lists: how likely a text bears each flag, and how likely each category is (P-9.1, P-14).

It is linear in the runs of one to three characters of a text and in the concepts it names, so that every opinion can be traced to the words it comes
from. Each flag is read twice: in the window of neighbouring clauses that speaks most for it, and in the whole text; what
the word lists said is the third voice. The categories are read in the whole text, beside the lists' own weights.
"""

import hashlib
import io
import json
import math
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.concepts import MARK
from routing.errors import BadTable
from routing.grams import LONGEST_RUN, WIDEST, clauses, key_of, keys, neighbours, runs
from routing.verdict import FLAGS, OVER_50K, Category

#: The flags the model has an opinion on; over_50k is arithmetic and left to the reader of money.
OPINED = tuple(flag for flag in FLAGS if flag != OVER_50K)
CATEGORIES = tuple(Category)
_FLAGS, _KINDS = len(OPINED), len(CATEGORIES)
#: Where each stands in what the lists say.
_PLACE: Mapping[Category | str, int] = dict(zip([*CATEGORIES, *OPINED], range(_KINDS + _FLAGS), strict=True))
_TOLD = _KINDS + _FLAGS + 1
#: A text is as long as its signs are many; for the categories (1), as they are worth.
_BY_WORTH = np.repeat([0, 1, 0], (_FLAGS, _KINDS, 1))
#: What the lists say where they say nothing.
_SILENT = np.repeat(np.array([0, 1], np.float32), (_KINDS + _FLAGS, _FLAGS))
LONGEST = 4_000             # characters it reads of a text; the lists read all
_BIG: Mapping[str, int] = {"near": 1, "whole": 2}       # kept in half precision in a file, 2 bytes a number; and the columns added after it is read
FORM = 6                    # of the file
#: What reading a file ends with that is none, or no longer whole; a header may even ask for more memory than there is.
_NO_MODEL = (ValueError, KeyError, OSError, EOFError, TypeError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error)

_SPREAD, _MASK = 0x9E3779B97F4A7C15, 0xFFFFFFFFFFFFFFFF     # Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4)
_SECOND = 0xD6E8FEB86659FD93
_MOST_MOVES = 200

Floats = NDArray[np.float32]
Signs = Sequence[tuple[int, str]]       # concepts that a text names, each with the place where its word begins


class Opinion(NamedTuple):
    """What the model thinks of one text: probabilities, and for each flag the span of the text that speaks most for it."""

    flags: Mapping[str, float]
    spans: Mapping[str, tuple[int, int]]
    categories: Mapping[Category, float]
    enquiry: float                      # that it is no complaint, but asks how a service works


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """The numbers of a model. V signs, F flags, K categories.

    `near` V x F is what each sign says in a window for each flag, as often as it stands there; `whole` V x (F+K+1) what it says
    in the whole text for each flag and category and for an enquiry, once; the biases are what is said without any. `blend` F x 4 weighs window, whole text and lists, and adds a bias; `mix` K x
    (2K+F+1) weighs the whole text, the lists' weights and the flags for each category; `asks` 2 weighs the enquiry; `limits` F says from which
    probability on a flag is raised. `worth` V is how rare each sign is: for the categories, which are told apart by few
    of the many words of a text, a text is as long as its signs are worth (the columns of `whole` hold their part of it).
    """

    near: Floats
    near_bias: Floats
    whole: Floats
    whole_bias: Floats
    worth: Floats
    blend: Floats
    mix: Floats
    asks: Floats
    limits: Floats


@dataclass(repr=False, frozen=True, slots=True, eq=False)
class Model:
    """A trained model, ready to read. `card` says what it was trained on and how good it is."""

    rows: Mapping[str, int]         # sign -> row of the weights: a run of characters, or a concept
    weights: Weights
    card: Mapping[str, Any]
    table: "KeyTable"               # the same for runs only, by their keys
    concepts: Mapping[str, int]     # the same for concepts only
    digest: str = ""

    @classmethod
    def of(cls, rows: Mapping[str, int], weights: Weights, card: Mapping[str, Any], digest: str = "") -> "Model":
        """A model from what training found.

        Added here are a last row of the weights, all zero, for signs nobody knows, and last columns: one that counts the
        others, and for the whole text one that adds up what they are worth.
        """
        near = np.zeros((len(rows) + 1, weights.near.shape[1] + 1), np.float32)
        near[:-1, :-1], near[:-1, -1] = weights.near, 1
        whole = np.zeros((len(rows) + 1, weights.whole.shape[1] + 2), np.float32)
        whole[:-1, :-2], whole[:-1, -2], whole[:-1, -1] = weights.whole, 1, weights.worth**2
        runs_only = {key_of(sign): row for sign, row in rows.items() if not sign.startswith(MARK)}
        concepts = {sign: row for sign, row in rows.items() if sign.startswith(MARK)}
        return cls(Rows(list(rows)), replace(weights, near=near, whole=whole), card, KeyTable.of(runs_only, len(rows)), concepts, digest)

    @classmethod
    def parse(cls, content: bytes, name: str) -> "Model":
        """Read a model's file. BadTable where it is none of ours, or of another program's version."""
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as file:
                card = json.loads(bytes(file["card"]).decode())
                names = bytes(file["names"]).decode("utf-8", "surrogatepass")
                arrays: dict[str, NDArray[Any]] = {key: np.ascontiguousarray(file[key], np.float16 if key in _BIG else np.float32) for key in Weights.__slots__}
        except _NO_MODEL as error:
            raise BadTable(name, [f"is no model file ({type(error).__name__}); train one with `hotline-bridge triage train`"]) from None
        if not isinstance(card, dict) or card.get("form") != FORM or card.get("flags") != list(OPINED):
            raise BadTable(name, ["was trained for another version of the program; train it anew with `hotline-bridge triage train`"])
        rows = {sign: row for row, sign in enumerate(names.split("\n") if names else ())}
        if not _fits(rows, arrays):
            raise BadTable(name, ["is damaged: its numbers do not fit its signs; copy it anew, or train one with `hotline-bridge triage train`"])
        return cls.of(rows, Weights(**arrays), card, hashlib.sha256(content).hexdigest()[:12])

    def dump(self) -> bytes:
        """The model as a file."""
        content = io.BytesIO()
        arrays: dict[str, NDArray[Any]] = {key: getattr(self.weights, key) for key in Weights.__slots__}
        for key, added in _BIG.items():
            arrays[key] = arrays[key][:-1, :-added].astype(np.float16)
        for key, words in (("names", "\n".join(self.rows)), ("card", json.dumps(self.card, ensure_ascii=False))):
            arrays[key] = np.frombuffer(words.encode("utf-8", "surrogatepass"), np.uint8)
        np.savez_compressed(content, allow_pickle=False, **arrays)
        return content.getvalue()

    def read(self, text: str, concepts: Signs, said: Collection[str], weights: Mapping[Category, int]) -> Opinion:
        """Read a folded text; `concepts` are those it names, `said` the flags the lists raise, `weights` what they say for each category."""
        text = text[:LONGEST] or " "
        near, spans, whole = self._scores(text, concepts)
        told = _told(said, weights)
        numbers = self.weights
        asks = numbers.asks
        voices = np.concatenate((near, whole[:_FLAGS], told[_KINDS:])).reshape(4, _FLAGS)
        voices *= numbers.blend.T
        chances = _sigmoid(np.add.reduce(voices, axis=0))
        kinds = _softmax(numbers.mix @ np.concatenate((whole[_FLAGS:-1], told[:_TOLD])))
        return Opinion(
            dict(zip(OPINED, chances.tolist(), strict=True)), spans, dict(zip(CATEGORIES, kinds.tolist(), strict=True)),
            0.5 * math.tanh(0.5 * float(whole[-1] * asks[0] + asks[1])) + 0.5)

    def raises(self, flag: str, chance: float) -> bool:
        """Whether the model raises a flag that it finds this likely."""
        return chance >= self.limit(flag)

    def limits(self) -> list[float]:
        """From which chance on the model raises each flag, in the order of OPINED."""
        limits: list[float] = self.weights.limits.tolist()
        return limits

    def limit(self, flag: str) -> float:
        """From which chance on the model raises a flag."""
        return float(self.weights.limits[OPINED.index(flag)])

    def reasons(self, text: str, concepts: Signs, span: tuple[int, int], flag: str, most: int = 5) -> list[tuple[str, float]]:
        """The signs of a window that speak loudest for a flag, and how loud, the loudest first; none that another holds within."""
        column = OPINED.index(flag)
        signs = dict.fromkeys((*runs(text[span[0]:span[1]]), *(sign for at, sign in concepts if span[0] <= at < span[1])))      # each once, in order
        known = {sign: row for sign in signs if (row := self.rows.get(sign)) is not None}
        legible = {sign: row for sign, row in known.items() if len(sign) > 1} or known      # a single character says nothing to a person
        scale = float(self.weights.blend[column, 0]) / max(len(known), 1) ** 0.5
        loud = sorted(((sign, float(self.weights.near[row, column]) * scale) for sign, row in legible.items()), key=lambda one: -one[1])
        told: list[tuple[str, float]] = []
        for sign, weight in loud:
            if round(weight, 2) > 0 and not any(sign in other or other in sign for other, _ in told):
                told.append((sign, round(weight, 2)))
        return told[:most]

    def _scores(self, text: str, concepts: Signs) -> tuple[Floats, "Spans", Floats]:
        """For each flag the score of its strongest window and where that is; then the whole text's scores."""
        weights, signs = self.weights, self._signs(text, concepts)
        width, flat = signs.shape[1], signs.ravel()
        rows = flat.copy()
        rows.sort()
        known = np.empty(rows.size, np.bool_)
        known[-1] = True
        np.not_equal(rows[:-1], rows[1:], known[:-1])           # each row once
        once = np.add.reduce(weights.whole.take(rows[known], axis=0), axis=0)
        whole = once[:-2]
        whole /= _root(once[-2:]).take(_BY_WORTH)
        whole += weights.whole_bias
        parts = clauses(text) or [(0, len(text))]
        pairs = neighbours(parts)
        inside = _together(np.add.reduceat(weights.near.take(flat, axis=0), [start * width for start, _ in parts], axis=0), pairs)
        scores = inside[:, :-1] / _root(inside[:, -1:])
        scores += weights.near_bias
        return np.maximum.reduce(scores, axis=0), Spans(scores, parts, pairs), whole

    def _signs(self, text: str, concepts: Signs) -> NDArray[np.int64]:
        """The rows of the signs of a text, place by place: of its runs of one, two, three characters, then of its concepts."""
        runs_ = self.table.find(keys(text))
        named: list[tuple[int, int, int]] = []
        size, width, rows = len(text), dict[int, int](), self.concepts
        for at, sign in concepts:
            row = rows.get(sign)
            if row is not None and at < size:
                column = width.get(at, LONGEST_RUN)
                width[at] = column + 1
                named.append((at, column, row))
        if not named:
            return runs_
        signs = np.empty((size, max(width.values())), np.int64)
        signs.fill(self.table.none)
        signs[:, :LONGEST_RUN] = runs_
        for at, column, row in named:
            signs[at, column] = row
        return signs


class Spans(Mapping[str, tuple[int, int]]):
    """Flag -> the window that speaks most for it, looked for only when somebody asks: few flags are raised by the model alone."""

    __slots__ = ("_pairs", "_parts", "_scores")

    def __init__(self, scores: Floats, parts: Sequence[tuple[int, int]], pairs: Sequence[tuple[int, int]]) -> None:
        self._scores, self._parts, self._pairs = scores, parts, pairs

    def __getitem__(self, flag: str) -> tuple[int, int]:
        if flag not in OPINED:
            raise KeyError(flag)
        first, last = self._pairs[int(self._scores[:, OPINED.index(flag)].argmax())]
        return self._parts[first][0], self._parts[last][1]

    def __iter__(self) -> Iterator[str]:
        return iter(OPINED)

    def __len__(self) -> int:
        return _FLAGS


class Rows(Mapping[str, int]):
    """Sign -> row of the weights, spelled out only when somebody asks for a sign: texts are read without."""

    __slots__ = ("_known", "_names", "_size")

    def __init__(self, signs: Sequence[str]) -> None:
        self._names = "\n".join(signs)
        self._size = len(signs)
        self._known: dict[str, int] = {}

    def _rows(self) -> dict[str, int]:
        if len(self._known) < self._size:
            self._known = {sign: row for row, sign in enumerate(self._names.split("\n"))}
        return self._known

    def __getitem__(self, sign: str) -> int:
        return self._rows()[sign]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows())

    def __len__(self) -> int:
        return self._size


@dataclass(frozen=True, slots=True, eq=False)
class KeyTable:
    """Finds the rows of many keys at once: each key lies at one of its two slots (cuckoo hashing: Pagh and Rodler, 2001).

    `none` is the row of a key that is not there; a slot holds a key beside its row less `none`, -1 and 0 where it is free.
    """

    slots: NDArray[np.int64]        # S x 2
    spreads: NDArray[np.uint64]     # 2 x 1: what a key is multiplied by for either slot
    shift: np.uint64
    reach: int                      # in how many slots a key may lie
    none: int

    @classmethod
    def of(cls, by_key: Mapping[int, int], none: int) -> "KeyTable":
        """Lay the keys into a table at least twice as large; where that fails, with another second slot, in a larger one."""
        wanted = np.fromiter(by_key, np.int64, len(by_key))
        rows = np.fromiter(by_key.values(), np.int64, len(by_key)) - none
        bits, second = max(int(2 * len(by_key)).bit_length(), 4), _SECOND
        while True:
            spreads, shift = np.array([[_SPREAD], [second]], np.uint64), np.uint64(64 - bits)
            placed = _placed(_slots_of(wanted, spreads, shift).tolist(), 1 << bits)
            if placed is not None:
                break
            bits, second = bits + 1, second * _SPREAD & _MASK | 1
        slots = np.full((1 << bits, 2), (-1, 0), np.int64)
        slots[placed, 0], slots[placed, 1] = wanted, rows
        moved = bool((np.array(placed, np.int64) != _slots_of(wanted, spreads, shift)[0]).any())
        return cls(slots, spreads, shift, 1 + moved, none)

    def find(self, wanted: NDArray[np.int64]) -> NDArray[np.int64]:
        """The row of each key, `none` where it is not there; the answer has the shape of the question."""
        flat = wanted.ravel()
        there = self.slots.take(_slots_of(flat, self.spreads, self.shift), axis=0)
        rows = there[..., 1]
        rows *= there[..., 0] == flat
        found: NDArray[np.int64] = np.minimum(rows[0], rows[1])
        found += self.none
        return found.reshape(wanted.shape)


def _slots_of(keys_: NDArray[np.int64], spreads: NDArray[np.uint64], shift: np.uint64) -> NDArray[np.int64]:
    """Both slots of each key (2 x keys)."""
    at = keys_.view(np.uint64) * spreads
    at >>= shift
    return at.view(np.int64)


def _placed(slots: list[list[int]], size: int) -> list[int] | None:
    """Give each key one of its two slots, moving those that are in the way to their other one; None where they go in a circle."""
    first, second = slots
    whose = [-1] * size
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


def _told(said: Collection[str], weights: Mapping[Category, int]) -> Floats:
    """What the lists say, as the model reads it: their weight for each category, each flag, and ones for what is added without."""
    told = _SILENT.copy()
    for kind, weight in weights.items():
        told[_PLACE[kind]] = weight
    for flag in said:
        if flag in _PLACE:
            told[_PLACE[flag]] = 1
    return told


def _together(by_clause: Floats, pairs: Sequence[tuple[int, int]]) -> Floats:
    """Add up the clauses of each window; `pairs` are the windows as grams.neighbours gives them."""
    sums = [by_clause]
    for wide in range(1, WIDEST):
        sums.append(sums[-1][:-1] + by_clause[wide:])
    together = np.concatenate(sums)
    if len(together) == len(pairs):
        return together
    begins = list(accumulate(map(len, sums), initial=0))
    return together.take([begins[last - first] + first for first, last in pairs], axis=0)       # the short enough


def _fits(rows: Mapping[str, int], arrays: Mapping[str, NDArray[Any]]) -> bool:
    """Whether the arrays of a file are of one model: each number a number, and as many as there are signs, flags and categories."""
    signs, kinds = len(rows), len(CATEGORIES)
    shapes = {
        "near": (signs, _FLAGS), "near_bias": (_FLAGS,), "worth": (signs,), "whole": (signs, _FLAGS + kinds + 1), "whole_bias": (_FLAGS + kinds + 1,),
        "blend": (_FLAGS, 4), "mix": (kinds, 2 * kinds + _FLAGS + 1), "asks": (2,), "limits": (_FLAGS,),
    }
    return (
        all(arrays[key].shape == shape and bool(np.isfinite(arrays[key]).all()) for key, shape in shapes.items())
        and all(sign.startswith(MARK) or 0 < len(sign) <= LONGEST_RUN for sign in rows))


def _root(counts: Floats) -> Floats:
    return np.sqrt(np.maximum(counts, np.float32(1)))


def _sigmoid(scores: Floats) -> Floats:
    grown: Floats = np.tanh(0.5 * scores)       # the same as 1 / (1 + exp(-x)), and nothing overflows
    grown *= 0.5
    grown += 0.5
    return grown


def _softmax(scores: Floats) -> Floats:
    grown: Floats = scores - np.maximum.reduce(scores)
    np.exp(grown, grown)
    grown /= np.add.reduce(grown)
    return grown
