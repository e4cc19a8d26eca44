"""The statistical model beside the word lists: how likely a text bears each flag, and how likely each category is (P-9.1, P-14).

It is linear in the runs of one to three characters of a text and in the concepts it names, so that every opinion can be traced to the words it comes
from. Each flag is read twice: in the window of neighbouring clauses that speaks most for it, and in the whole text; what
the word lists said is the third voice. The categories are read in the whole text, beside the lists' own weights.
"""

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing.concepts import MARK
from routing.errors import BadTable
from routing.grams import LONGEST_RUN, clauses, key_of, keys, neighbours, runs
from routing.verdict import FLAGS, OVER_50K, Category

#: The flags the model has an opinion on; over_50k is arithmetic and left to the reader of money.
OPINED = tuple(flag for flag in FLAGS if flag != OVER_50K)
CATEGORIES = tuple(Category)
_FLAGS = len(OPINED)
_COLUMNS = np.arange(_FLAGS)
LONGEST = 4_000             # characters it reads of a text; the lists read all
FORM = 5                    # of the file
#: What reading a file ends with that is none, or no longer whole; a header may even ask for more memory than there is.
_NO_MODEL = (ValueError, KeyError, OSError, EOFError, TypeError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error)

_SPREAD, _MASK = 0x9E3779B97F4A7C15, 0xFFFFFFFFFFFFFFFF     # Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4)

Floats = NDArray[np.float32]
Signs = Sequence[tuple[int, str]]       # concepts that a text names, each with the place where its word begins


@dataclass(frozen=True, slots=True)
class Opinion:
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
    probability on a flag is raised.
    """

    near: Floats
    near_bias: Floats
    whole: Floats
    whole_bias: Floats
    blend: Floats
    mix: Floats
    asks: Floats
    limits: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A trained model, ready to read. `card` says what it was trained on and how good it is."""

    rows: Mapping[str, int]         # sign -> row of the weights: a run of characters, or a concept
    weights: Weights
    card: Mapping[str, Any]
    table: "KeyTable"
    digest: str = ""

    @classmethod
    def of(cls, rows: Mapping[str, int], weights: Weights, card: Mapping[str, Any], digest: str = "") -> "Model":
        """A model from what training found.

        Added here are a last row of the weights, all zero, for signs nobody knows, and a last column that counts the others.
        """
        near, whole = (np.zeros((len(rows) + 1, table.shape[1] + 1), np.float32) for table in (weights.near, weights.whole))
        for padded, table in ((near, weights.near), (whole, weights.whole)):
            padded[:-1, :-1], padded[:-1, -1] = table, 1
        runs_only = {key_of(sign): row for sign, row in rows.items() if not sign.startswith(MARK)}
        return cls(rows, replace(weights, near=near, whole=whole), card, KeyTable.of(runs_only, len(rows)), digest)

    @classmethod
    def parse(cls, content: bytes, name: str) -> "Model":
        """Read a model's file. BadTable where it is none of ours, or of another program's version."""
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as file:
                card = json.loads(bytes(file["card"]).decode())
                names = bytes(file["names"]).decode("utf-8", "surrogatepass")
                arrays = {key: np.ascontiguousarray(file[key], np.float32) for key in Weights.__slots__}
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
        for key in ("near", "whole"):
            arrays[key] = arrays[key][:-1, :-1].astype(np.float16)
        for key, words in (("names", "\n".join(self.rows)), ("card", json.dumps(self.card, ensure_ascii=False))):
            arrays[key] = np.frombuffer(words.encode("utf-8", "surrogatepass"), np.uint8)
        np.savez_compressed(content, allow_pickle=False, **arrays)
        return content.getvalue()

    def read(self, text: str, concepts: Signs, said: Collection[str], weights: Mapping[Category, int]) -> Opinion:
        """Read a folded text; `concepts` are those it names, `said` the flags the lists raise, `weights` what they say for each category."""
        text = text[:LONGEST] or " "
        near, spans, whole = self._scores(text, concepts)
        lists = np.array([flag in said for flag in OPINED], np.float32)
        blend = self.weights.blend
        chances = _sigmoid(near * blend[:, 0] + whole[:_FLAGS] * blend[:, 1] + lists * blend[:, 2] + blend[:, 3])
        told = np.array([weights.get(each, 0) for each in CATEGORIES], np.float32)
        kinds = _softmax(self.weights.mix @ np.concatenate((whole[_FLAGS:-1], told, lists, _ONE)))
        asks = _sigmoid(whole[-1:] * self.weights.asks[0] + self.weights.asks[1]).item()
        return Opinion(
            dict(zip(OPINED, chances.tolist(), strict=True)), dict(zip(OPINED, spans, strict=True)),
            dict(zip(CATEGORIES, kinds.tolist(), strict=True)), asks)

    def raises(self, flag: str, chance: float) -> bool:
        """Whether the model raises a flag that it finds this likely."""
        return chance >= self.limit(flag)

    def limit(self, flag: str) -> float:
        """From which chance on the model raises a flag."""
        return float(self.weights.limits[OPINED.index(flag)])

    def reasons(self, text: str, concepts: Signs, span: tuple[int, int], flag: str, most: int = 5) -> list[tuple[str, float]]:
        """The signs of a window that speak loudest for a flag, and how loud, the loudest first; none that another holds within."""
        column = OPINED.index(flag)
        signs = set(runs(text[span[0]:span[1]])) | {sign for at, sign in concepts if span[0] <= at < span[1]}
        known = {sign: row for sign in signs if (row := self.rows.get(sign)) is not None}
        legible = {sign: row for sign, row in known.items() if len(sign) > 1} or known      # a single character says nothing to a person
        scale = float(self.weights.blend[column, 0]) / max(len(known), 1) ** 0.5
        loud = sorted(((sign, float(self.weights.near[row, column]) * scale) for sign, row in legible.items()), key=lambda one: -one[1])
        told: list[tuple[str, float]] = []
        for sign, weight in loud:
            if round(weight, 2) > 0 and not any(sign in other or other in sign for other, _ in told):
                told.append((sign, round(weight, 2)))
        return told[:most]

    def _scores(self, text: str, concepts: Signs) -> tuple[Floats, Sequence[tuple[int, int]], Floats]:
        """For each flag the score of its strongest window and where that is; then the whole text's scores."""
        found = self.table.find(keys(text))
        named = [(at, row) for at, sign in concepts if at < len(text) and (row := self.rows.get(sign)) is not None]
        said = self.weights.near[found].sum(axis=1)         # places x what their signs say
        for at, row in named:
            said[at] += self.weights.near[row]
        once = self.weights.whole[np.unique(np.concatenate((found.ravel(), [row for _, row in named])).astype(np.int32))].sum(axis=0)
        whole = once[:-1] / _root(once[-1]) + self.weights.whole_bias
        parts = clauses(text) or [(0, len(text))]
        by_clause = np.add.reduceat(said, [start for start, _ in parts], axis=0)
        sums = np.zeros((len(parts) + 1, said.shape[1]), np.float32)
        np.cumsum(by_clause, axis=0, out=sums[1:])
        pairs = neighbours(parts)
        firsts, lasts = np.array(pairs).T
        inside = sums[lasts + 1] - sums[firsts]
        scores = inside[:, :-1] / _root(inside[:, -1:]) + self.weights.near_bias
        strongest = scores.argmax(axis=0)
        spans = [(parts[first][0], parts[last][1]) for first, last in (pairs[at] for at in strongest.tolist())]
        return scores[strongest, _COLUMNS], spans, whole


@dataclass(frozen=True, slots=True, eq=False)
class KeyTable:
    """Finds the rows of many keys at once: open addressing over arrays. `none` is the row of a key that is not there."""

    slots: NDArray[np.int64]
    rows: NDArray[np.int32]
    shift: int
    reach: int              # how far from its own slot a key may lie
    none: int

    @classmethod
    def of(cls, by_key: Mapping[int, int], none: int) -> "KeyTable":
        """Lay the keys into a table four times as large, each at its own slot or the next free one behind it."""
        bits = max(int(4 * len(by_key)).bit_length(), 4)
        size, shift = 1 << bits, 64 - bits
        slots, rows, reach = [-1] * size, [none] * size, 1
        for key, row in by_key.items():
            at = step = (key * _SPREAD & _MASK) >> shift
            while slots[step % size] != -1:
                step += 1
            slots[step % size], rows[step % size] = key, row
            reach = max(reach, step - at + 1)
        return cls(np.array(slots, np.int64), np.array(rows, np.int32), shift, reach, none)

    def find(self, wanted: NDArray[np.int64]) -> NDArray[np.int32]:
        """The row of each key, `none` where it is not there; the answer has the shape of the question."""
        flat = wanted.ravel()
        at = ((flat.astype(np.uint64) * np.uint64(_SPREAD)) >> np.uint64(self.shift)).astype(np.int64)
        found = np.where(self.slots[at] == flat, self.rows[at], np.int32(self.none))
        open_ = np.flatnonzero((self.slots[at] != flat) & (self.slots[at] != -1))
        for step in range(1, self.reach):
            if not len(open_):
                break
            place = (at[open_] + step) % len(self.slots)
            there = self.slots[place]
            hit = there == flat[open_]
            found[open_[hit]] = self.rows[place[hit]]
            open_ = open_[~hit & (there != -1)]
        return found.reshape(wanted.shape)


def _fits(rows: Mapping[str, int], arrays: Mapping[str, Floats]) -> bool:
    """Whether the arrays of a file are of one model: each number a number, and as many as there are signs, flags and categories."""
    signs, kinds = len(rows), len(CATEGORIES)
    shapes = {
        "near": (signs, _FLAGS), "near_bias": (_FLAGS,), "whole": (signs, _FLAGS + kinds + 1), "whole_bias": (_FLAGS + kinds + 1,),
        "blend": (_FLAGS, 4), "mix": (kinds, 2 * kinds + _FLAGS + 1), "asks": (2,), "limits": (_FLAGS,),
    }
    return (
        all(arrays[key].shape == shape and bool(np.isfinite(arrays[key]).all()) for key, shape in shapes.items())
        and all(sign.startswith(MARK) or 0 < len(sign) <= LONGEST_RUN for sign in rows))


def _root(counts: Floats) -> Floats:
    return np.sqrt(np.maximum(counts, np.float32(1)))


_ONE = np.ones(1, np.float32)


def _sigmoid(scores: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(scores, -30, 30))), np.float32)


def _softmax(scores: Floats) -> Floats:
    grown = np.exp(scores - scores.max())
    return np.asarray(grown / grown.sum(), np.float32)
