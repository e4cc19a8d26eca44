"""The statistical model beside the word lists: how likely a text bears each flag, and how likely each category is (P-9.1, P-14).

It is linear in the runs of one to three characters of a text and in the concepts it names, so that every opinion can be traced to the words it comes
from. Each flag is read twice: in the window of neighbouring clauses that speaks most for it, and in the whole text; what
the word lists said is the third voice. The categories are read in the whole text, beside the lists' own weights.
"""

import hashlib
import io
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing.errors import BadTable
from routing.grams import DIGITS, LONGEST_RUN, runs, windows
from routing.verdict import FLAGS, OVER_50K, Category

#: The flags the model has an opinion on; over_50k is arithmetic and left to the reader of money.
OPINED = tuple(flag for flag in FLAGS if flag != OVER_50K)
CATEGORIES = tuple(Category)
LONGEST = 4_000             # characters it reads of a text; the lists read all
FORM = 2                    # of the file

Floats = NDArray[np.float32]
Signs = Sequence[tuple[int, str]]       # concepts that a text names, each with the place where its word begins


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the model thinks of one text: probabilities, and for each flag the span of the text that speaks most for it."""

    flags: Mapping[str, float]
    spans: Mapping[str, tuple[int, int]]
    categories: Mapping[Category, float]


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """The numbers of a model. V signs, F flags, K categories.

    `local` V x F and `whole` V x (F+K) are what each sign says, the biases what is said without any; `blend` F x 4 weighs
    window, whole text and lists, and adds a bias; `mix` K x (2K+F+1) weighs the whole text, the lists' weights and the
    flags for each category; `limits` F says from which probability on a flag is raised.
    """

    local: Floats
    local_bias: Floats
    whole: Floats
    whole_bias: Floats
    blend: Floats
    mix: Floats
    limits: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A trained model, ready to read. `card` says what it was trained on and how good it is."""

    rows: Mapping[str, int]         # sign -> row of the weights: a run of characters, or a concept
    weights: Weights
    card: Mapping[str, Any]
    digest: str = ""

    @classmethod
    def parse(cls, content: bytes, name: str) -> "Model":
        """Read a model's file. BadTable where it is none of ours, or of another program's version."""
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as file:
                card = json.loads(bytes(file["card"]).decode())
                signs = bytes(file["signs"]).decode().split("\n")
                arrays = {key: file[key] for key in Weights.__slots__}
        except (ValueError, KeyError, OSError, EOFError, TypeError) as error:
            raise BadTable(name, [f"is no model file ({type(error).__name__}); train one with `hotline-bridge triage train`"]) from None
        if card.get("form") != FORM or tuple(card.get("flags", ())) != OPINED:
            raise BadTable(name, ["was trained for another version of the program; train it anew with `hotline-bridge triage train`"])
        plain = {key: np.ascontiguousarray(value, np.float32) for key, value in arrays.items()}
        return cls({sign: row for row, sign in enumerate(signs)}, Weights(**plain), card, hashlib.sha256(content).hexdigest()[:12])

    def dump(self) -> bytes:
        """The model as a file."""
        content = io.BytesIO()
        arrays: dict[str, NDArray[Any]] = {key: getattr(self.weights, key) for key in Weights.__slots__}
        for key in ("local", "whole"):
            arrays[key] = arrays[key].astype(np.float16)
        for key, words in (("signs", "\n".join(self.rows)), ("card", json.dumps(self.card, ensure_ascii=False))):
            arrays[key] = np.frombuffer(words.encode(), np.uint8)
        np.savez_compressed(content, allow_pickle=False, **arrays)
        return content.getvalue()

    def read(self, text: str, concepts: Signs, said: Collection[str], weights: Mapping[Category, int]) -> Opinion:
        """Read a folded text; `concepts` are those it names, `said` the flags the lists raise, `weights` what they say for each category."""
        found = self.found(text[:LONGEST], concepts)
        near, at, spans = self._near(text[:LONGEST], found)
        whole = self._whole(found)
        lists = np.fromiter((flag in said for flag in OPINED), np.float32, len(OPINED))
        blend = self.weights.blend
        chances = _sigmoid(near * blend[:, 0] + whole[:len(OPINED)] * blend[:, 1] + lists * blend[:, 2] + blend[:, 3])
        told = np.fromiter((weights.get(each, 0) for each in CATEGORIES), np.float32, len(CATEGORIES))
        kinds = _softmax(self.weights.mix @ np.concatenate((whole[len(OPINED):], told, lists, _ONE)))
        return Opinion(
            dict(zip(OPINED, chances.tolist(), strict=True)), {flag: spans[row] for flag, row in zip(OPINED, at, strict=True)},
            dict(zip(CATEGORIES, kinds.tolist(), strict=True)))

    def raises(self, flag: str, chance: float) -> bool:
        """Whether the model raises a flag that it finds this likely."""
        return chance >= float(self.weights.limits[OPINED.index(flag)])

    def reasons(self, text: str, concepts: Signs, span: tuple[int, int], flag: str, most: int = 5) -> list[tuple[str, float]]:
        """The signs of a window that speak loudest for a flag, and how loud, the loudest first; none that another holds within."""
        column = OPINED.index(flag)
        signs = set(runs(text[span[0]:span[1]])) | {sign for at, sign in concepts if span[0] <= at < span[1]}
        known = {sign: row for sign in signs if (row := self.rows.get(sign)) is not None}
        legible = {sign: row for sign, row in known.items() if len(sign) > 1} or known      # a single character says nothing to a person
        scale = float(self.weights.blend[column, 0]) / max(len(known), 1) ** 0.5
        loud = sorted(((sign, float(self.weights.local[row, column]) * scale) for sign, row in legible.items()), key=lambda one: -one[1])
        told: list[tuple[str, float]] = []
        for sign, weight in loud:
            if weight > 0 and not any(sign in other or other in sign for other, _ in told):
                told.append((sign, round(weight, 2)))
        return told[:most]

    def found(self, text: str, concepts: Signs) -> "Found":
        """The rows of the signs of a text, each with the place where it begins; runs nobody knows have none."""
        text = text.translate(DIGITS)
        get, long = self.rows.get, len(text)
        rows = [get(text[at:at + length], -1) for length in range(1, LONGEST_RUN + 1) for at in range(long - length + 1)]
        places = np.concatenate([np.arange(max(long - length + 1, 0)) for length in range(1, LONGEST_RUN + 1)])
        named = [(at, row) for at, sign in concepts if at < long and (row := get(sign)) is not None]
        every = np.fromiter((*rows, *(row for _, row in named)), np.int32, len(rows) + len(named))
        where = np.concatenate((places, np.fromiter((at for at, _ in named), np.int64, len(named))))
        known = every >= 0
        return Found(long, where[known], every[known])

    def _near(self, text: str, found: "Found") -> tuple[Floats, Sequence[int], Sequence[tuple[int, int]]]:
        """For each flag the score of its strongest window, that window's place in the list of windows, and the list."""
        spans = windows(text) or [(0, len(text))]
        order = np.argsort(found.places, kind="stable")
        sums = np.zeros((len(order) + 1, len(OPINED)), np.float32)
        np.cumsum(self.weights.local[found.rows[order]], axis=0, out=sums[1:])
        starts, ends = np.searchsorted(found.places[order], np.array(spans)).T
        known = np.maximum(ends - starts, 1).astype(np.float32)
        scores = (sums[ends] - sums[starts]) / np.sqrt(known)[:, None] + self.weights.local_bias
        at = scores.argmax(axis=0)
        return scores[at, np.arange(len(OPINED))], at.tolist(), spans

    def _whole(self, found: "Found") -> Floats:
        """For each flag and each category the score of the whole text; a sign counts once."""
        known = np.unique(found.rows)
        scores: Floats = self.weights.whole[known].sum(axis=0) / np.float32(np.sqrt(max(len(known), 1))) + self.weights.whole_bias
        return scores


@dataclass(frozen=True, slots=True)
class Found:
    """The signs of a text: its length, and for each known sign the place where it begins and its row."""

    length: int
    places: NDArray[np.int64]
    rows: NDArray[np.int32]


_ONE = np.ones(1, np.float32)


def _sigmoid(scores: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(scores, -30, 30))), np.float32)


def _softmax(scores: Floats) -> Floats:
    grown = np.exp(scores - scores.max())
    return np.asarray(grown / grown.sum(), np.float32)
