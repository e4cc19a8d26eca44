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
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.concepts import MARK
from routing.errors import BadTable
from routing.grams import LONGEST_RUN, WIDEST, runs
from routing.signs import KnownSigns, Named, Places, Signs
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
_NEVER = np.float32(-np.inf)        # what a window says that is none
#: What the lists say where they say nothing.
_SILENT = np.repeat(np.array([0, 1], np.float32), (_KINDS + _FLAGS, _FLAGS))
LONGEST = 4_000             # characters it reads of a text; the lists read all
TOGETHER = 8_000            # characters of the texts it reads at once: what they say should not drive the tables out of the caches
_BIG: Mapping[str, int] = {"near": 1, "whole": 2}       # kept in half precision in a file, 2 bytes a number; and the columns added after it is read
FORM = 6                    # of the file
#: What reading a file ends with that is none, or no longer whole; a header may even ask for more memory than there is.
_NO_MODEL = (ValueError, KeyError, OSError, EOFError, TypeError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error)

Floats = NDArray[np.float32]


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
    known: KnownSigns               # the same as texts are read
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
        return cls(Rows(list(rows)), replace(weights, near=near, whole=whole), card, KnownSigns.of(rows), digest)

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

    def read(self, text: str, concepts: Named, said: Collection[str], weights: Mapping[Category, int]) -> Opinion:
        """Read a folded text; `concepts` are those it names, `said` the flags the lists raise, `weights` what they say for each category."""
        return self._opinions(Signs.of((text[:LONGEST] or " ",), (concepts,), self.known), _told((said,), (weights,)))[0]

    def read_each(
            self, texts: Sequence[str], concepts: Sequence[Named], said: Sequence[Collection[str]], weights: Sequence[Mapping[Category, int]]) -> list[Opinion]:
        """Read many texts, each as `read` does and to the same numbers; some are taken together, which is much quicker."""
        texts = [text[:LONGEST] or " " for text in texts]
        opinions: list[Opinion] = []
        for some in _shared_out(map(len, texts)):
            opinions += self._opinions(Signs.of(texts[some], concepts[some], self.known), _told(said[some], weights[some]))
        return opinions

    def _opinions(self, signs: Signs, told: Floats) -> list[Opinion]:
        """Weigh what texts hold, and what the lists say of them."""
        numbers = self.weights
        windows, whole = self._windows(signs), self._whole(signs)
        near = np.maximum.reduceat(np.maximum.reduce(windows, axis=0), signs.firsts[:-1], axis=0)
        near += numbers.near_bias
        voices = np.concatenate((near, whole[:, :_FLAGS], told[:, _KINDS:]), axis=1).reshape(-1, 4, _FLAGS)
        voices *= numbers.blend.T
        chances = _sigmoid(np.add.reduce(voices, axis=1))
        heard = np.concatenate((whole[:, _FLAGS:-1], told[:, :_TOLD]), axis=1)
        kinds = _softmax(np.vecdot(heard[:, None], numbers.mix))        # no matrix product: of many it would be rounded otherwise than of one
        asks = _sigmoid(whole[:, -1] * numbers.asks[0] + numbers.asks[1])
        spans = (Spans(windows, signs, which) for which in range(len(asks)))
        return [
            Opinion(dict(zip(OPINED, flags, strict=True)), places, dict(zip(CATEGORIES, by_kind, strict=True)), enquiry)
            for flags, places, by_kind, enquiry in zip(chances.tolist(), spans, kinds.tolist(), asks.tolist(), strict=True)]

    def _windows(self, signs: Signs) -> Floats:
        """The score of each window for each flag, less what is said without any (wide x clauses x F); minus infinity for what is none."""
        inside = np.empty((WIDEST, len(signs.starts), _FLAGS + 1), np.float32)
        inside[:] = _added(self.weights.near.take(signs.rows, axis=0), signs.heads)
        for wide in range(1, WIDEST):
            inside[wide, :-wide] = inside[wide - 1, :-wide] + inside[0, wide:]
        scores: Floats = inside[..., :-1]
        scores /= _root(inside[..., -1:])
        np.copyto(scores, _NEVER, where=signs.unfit()[..., None])
        return scores

    def _whole(self, signs: Signs) -> Floats:
        """What each whole text says for each flag and category and for an enquiry (texts x (F+K+1))."""
        once = _added(self.weights.whole.take(signs.once, axis=0), signs.onces)
        whole = once[:, :-2]
        whole /= _root(once[:, -2:]).take(_BY_WORTH, axis=1)
        whole += self.weights.whole_bias
        return whole

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

    def reasons(self, text: str, concepts: Named, span: tuple[int, int], flag: str, most: int = 5) -> list[tuple[str, float]]:
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


class Spans(Mapping[str, tuple[int, int]]):
    """Flag -> the window that speaks most for it, looked for only when somebody asks: few flags are raised by the model alone."""

    __slots__ = ("_signs", "_which", "_windows")

    def __init__(self, windows: Floats, signs: Signs, which: int) -> None:
        self._windows, self._signs, self._which = windows, signs, which

    def __getitem__(self, flag: str) -> tuple[int, int]:
        if flag not in OPINED:
            raise KeyError(flag)
        signs, which = self._signs, self._which
        first, last = signs.firsts[which:which + 2].tolist()
        wide, clause = divmod(int(self._windows[:, first:last, OPINED.index(flag)].argmax()), last - first)
        begin = signs.begins[which]
        return int(signs.starts[first + clause]) - begin, int(signs.ends[first + clause + wide]) - begin

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


def _shared_out(lengths: Iterable[int]) -> Iterator[slice]:
    """Share texts out by their lengths: those that are read together, one at least."""
    begin = at = characters = 0
    for at, length in enumerate(lengths):
        if characters and characters + length > TOGETHER:
            yield slice(begin, at)
            begin, characters = at, 0
        characters += length
    if characters:
        yield slice(begin, at + 1)


def _told(said: Sequence[Collection[str]], weights: Sequence[Mapping[Category, int]]) -> Floats:
    """What the lists say of each text, as the model reads it: their weight for each category, each flag, and ones for what is added without."""
    told = np.tile(_SILENT, (len(said), 1))
    for row, (flags, kinds) in enumerate(zip(said, weights, strict=True)):
        for kind, weight in kinds.items():
            told[row, _PLACE[kind]] = weight
        for flag in flags:
            if flag in _PLACE:
                told[row, _PLACE[flag]] = 1
    return told


def _added(numbers: Floats, begins: Places) -> Floats:
    """The sums of the numbers from each beginning on to the next; the last begins with what ends the numbers, a row of noughts."""
    sums: Floats = np.add.reduceat(numbers, begins, axis=0)[:-1]
    none = begins[1:] == begins[:-1]
    if none.any():
        sums[none] = 0          # there the first of the next is taken for the sum
    return sums


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
    grown: Floats = scores - np.maximum.reduce(scores, axis=1, keepdims=True)
    np.exp(grown, grown)
    grown /= np.add.reduce(grown, axis=1, keepdims=True)        # along each text: across them one alone would be rounded otherwise
    return grown
