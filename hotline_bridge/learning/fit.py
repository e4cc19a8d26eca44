"""Trains the statistical model of triage from labelled texts and phrases, with scikit-learn and a fixed seed (P-9.1, P-14)."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, vstack
from sklearn.linear_model import LogisticRegression

from hotline_bridge.learning.corpus import Phrase
from routing.concepts import MARK, Concepts
from routing.grams import runs, windows
from routing.labels import Labelled
from routing.model import CATEGORIES, FORM, OPINED, Floats, Model, Weights
from routing.text import fold
from routing.topics import customer_words
from routing.verdict import Category

SEED = 95580
FOLDS = 5
RARE = 2                # a sign that fewer pieces have teaches nothing, and may be somebody's name
CALM = 4                # of the windows of texts without the flag every fourth is learnt from; they are all alike
TAKEN = -1.5            # but all of those that score higher than this, that is, are nearly or wrongly taken for the flag
COMMON, NAMED = 0.3, 1.5        # the least a sign counts for, and how much more a concept does: another author shares concepts rather than words
STRICT, STRICTER = 20.0, 5.0    # inverse of the penalty on large weights: of flags, of categories
LOWEST, HIGHEST = 0.40, 0.75    # limits of the limits: the texts carry more flags than a bank's post does, so that a lower one would raise too many there

KINDS = slice(len(OPINED), -1)  # which columns of the whole text's scores are the categories

Indexes = NDArray[np.int64]


class Lists(NamedTuple):
    """What the word lists say of a text: the flags they raise, and their weight for each category."""

    flags: frozenset[str]
    weights: Mapping[Category, int]


Said = Callable[[Labelled], Lists]
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Material:
    """All that is learnt from, cut and counted once: whole texts, their windows, and phrases, each a row of a matrix of signs."""

    labels: Sequence[Labelled]
    lists: Sequence[Lists]
    rows: Mapping[str, int]                 # sign -> column
    texts: csr_matrix
    worth: Floats                           # of each sign: how rare it is
    worthy: csr_matrix                      # the texts, their signs counted by worth
    windows: csr_matrix                     # of all texts, one behind the other
    owner: Indexes                          # of each window its text
    spans: Sequence[tuple[int, int]]        # of each window, in its folded text
    phrases: Sequence[Phrase]
    phrase_rows: csr_matrix
    stress: Floats                          # of each sign: how much it counts for the flags of a whole text


@dataclass(frozen=True, slots=True)
class Heads:
    """The linear parts: what windows and whole texts say."""

    local: Floats
    local_bias: Floats
    whole: Floats
    whole_bias: Floats


@dataclass(frozen=True, slots=True)
class Held:
    """Scores of texts by heads that had not seen them: texts x flags, texts x (flags + categories + enquiry)."""

    near: Floats
    whole: Floats

    def chances(self, lists: Sequence[Lists], blend: Floats) -> Floats:
        """Blend them with what the lists said: texts x flags."""
        said = np.array([[flag in one.flags for flag in OPINED] for one in lists], np.float32)
        scores = self.near * blend[:, 0] + self.whole[:, :len(OPINED)] * blend[:, 1] + said * blend[:, 2] + blend[:, 3]
        return np.asarray(1 / (1 + np.exp(-scores)), np.float32)

    def kinds(self, lists: Sequence[Lists], mix: Floats) -> Floats:
        """Mix them with what the lists said: texts x categories."""
        scores = np.hstack((self.voices(lists), np.ones((len(lists), 1)))) @ mix.T
        grown = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(grown / grown.sum(axis=1, keepdims=True), np.float32)

    def voices(self, lists: Sequence[Lists]) -> NDArray[np.float64]:
        """What speaks for a category: the whole text, the lists' weights, the flags of the lists."""
        told = np.array([[one.weights.get(kind, 0) for kind in CATEGORIES] + [flag in one.flags for flag in OPINED] for one in lists], np.float64)
        return np.hstack((self.whole[:, len(OPINED):-1], told))


def fit(examples: Sequence[Labelled], phrases: Sequence[Phrase], concepts: Concepts, said: Said, told: Told) -> tuple[Model, Held]:
    """Train a model. `said` gives what the word lists say of a text; `told` hears how far it is.

    The blends are learnt from texts the heads had not seen (five folds), so that they trust the heads as far as they may
    be trusted. Returns the model without a card, and what it says of texts it had not seen.
    """
    told("reading")
    material = _material(examples, phrases, concepts, said)
    fold_of = np.random.default_rng(SEED).permutation(len(examples)) % FOLDS
    held = Held(np.zeros((len(examples), len(OPINED)), np.float32), np.zeros((len(examples), len(OPINED) + len(CATEGORIES) + 1), np.float32))
    for number in range(FOLDS):
        told(f"fold {number + 1} of {FOLDS}")
        _score(material, _heads(material, fold_of != number), fold_of == number, held)
    told("all texts")
    heads = _heads(material, np.ones(len(examples), np.bool_))
    blend = _blend(material, held)
    limits = _limits(material, held.chances(material.lists, blend))
    spoken = heads.whole.copy()
    spoken[:, KINDS] *= material.worth[:, None]
    near, whole = (table.astype(np.float16).astype(np.float32) for table in (heads.local, spoken))       # as the file keeps them
    weights = Weights(near, heads.local_bias, whole, heads.whole_bias, material.worth, blend, _mix(material, held), _asks(material, held), limits)
    return Model.of(material.rows, weights, {"form": FORM, "flags": list(OPINED)}), held


def _material(examples: Sequence[Labelled], phrases: Sequence[Phrase], concepts: Concepts, said: Said) -> Material:
    words = [customer_words(fold(one.complaint.text)) for one in examples]
    spans = [windows(text) for text in words]
    pieces = [text[start:end] for text, cut in zip(words, spans, strict=True) for start, end in cut]
    signs_of = _Signs(concepts)
    whole, cut, alone = ([signs_of(piece) for piece in part] for part in (words, pieces, [fold(one.text).text for one in phrases]))
    counted = Counter(sign for signs in (*whole, *alone) for sign in set(signs))
    rows = {sign: row for row, sign in enumerate(sorted(sign for sign, count in counted.items() if count >= RARE))}
    owner = np.repeat(np.arange(len(words)), [len(cut) for cut in spans])
    flat = [span for cut in spans for span in cut]
    texts = _matrix([sorted(set(signs)) for signs in whole], rows)
    worth = _worth(texts)
    return Material(examples, [said(one) for one in examples], rows, texts, worth, _by_worth(texts, worth), _matrix(cut, rows), owner, flat, phrases, _matrix(alone, rows), _stress(rows, worth))


def _worth(texts: csr_matrix) -> Floats:
    """How rare each sign is: the logarithm of how many times fewer texts have it than there are (inverse document frequency)."""
    having = np.bincount(texts.indices, minlength=texts.shape[1])
    return np.asarray(np.log((texts.shape[0] + 1) / (having + 1)), np.float32)


def _stress(rows: Mapping[str, int], worth: Floats) -> Floats:
    """How much each sign counts for the flags of a whole text: the rare more than the common, concepts more than bare runs."""
    rare = np.sqrt(np.maximum(worth, COMMON))
    return np.asarray(rare / max(float(rare.sum()) / max(len(rare), 1), 1.0) * [NAMED if sign.startswith(MARK) else 1.0 for sign in rows], np.float32)


def _by_worth(texts: csr_matrix, worth: Floats) -> csr_matrix:
    """The same texts, each sign counted by what it is worth, and each text of length one again."""
    counted = texts.copy()
    counted.data = worth[texts.indices].astype(np.float64)
    root = np.sqrt(np.asarray(counted.multiply(counted).sum(axis=1)).ravel())
    counted.data /= np.maximum(np.repeat(root, np.diff(counted.indptr)), 1)
    return counted


@dataclass(frozen=True, slots=True)
class _Signs:
    """All signs of a piece of text, as often as they occur."""

    concepts: Concepts

    def __call__(self, text: str) -> list[str]:
        return [*runs(text), *(sign for _, sign in self.concepts.read(text))]


def _matrix(pieces: Sequence[list[str]], rows: Mapping[str, int]) -> csr_matrix:
    starts, columns, values = [0], [], []
    for signs in pieces:
        known = sorted(Counter(rows[sign] for sign in signs if sign in rows).items())
        root = sum(count for _, count in known) ** 0.5
        columns += [column for column, _ in known]
        values += [count / root for _, count in known]
        starts.append(len(columns))
    return csr_matrix((values, columns, starts), shape=(len(pieces), len(rows)), dtype=np.float64)


def _heads(material: Material, learnt: NDArray[np.bool_]) -> Heads:
    """Learn every label from the texts that are `learnt`, and from all phrases."""
    local = [_near(material, flag, learnt) for flag in OPINED]
    flagged = [row for row, one in enumerate(material.labels) if learnt[row] and one.flags is not None]
    stressed = (material.texts[flagged] @ diags(material.stress)).tocsr()
    loud = [_linear(stressed, [flag in (material.labels[row].flags or ()) for row in flagged]) for flag in OPINED]
    whole = [(weights * material.stress, bias) for weights, bias in loud]
    kinds = [_kind(material, kind, learnt) for kind in CATEGORIES]
    told = [row for row, one in enumerate(material.labels) if learnt[row] and one.enquiry is not None]
    # phrases are out of complaints, and short as questions are: without them every short complaint would look like a question
    both = vstack([material.texts[told], material.phrase_rows], format="csr")
    asks = _linear(both, [*(bool(material.labels[row].enquiry) for row in told), *(False for _ in material.phrases)])
    return Heads(*_stacked(local), *_stacked([*whole, *kinds, asks]))


def _kind(material: Material, kind: Category, learnt: NDArray[np.bool_]) -> tuple[Floats, float]:
    """Learn one category from the texts that are it and those that are not; those it is defensible for as well say neither."""
    known = [row for row, one in enumerate(material.labels) if learnt[row] and one.category is not None and (one.category is kind or kind not in one.also)]
    return _linear(material.worthy[known], [material.labels[row].category is kind for row in known], STRICTER)


def _near(material: Material, flag: str, learnt: NDArray[np.bool_]) -> tuple[Floats, float]:
    """Learn what a window says of a flag: those around its evidence show it, those of texts without it do not; so do phrases.

    Learnt twice: of the many windows without the flag a few at first, then also those that were taken for it.
    """
    showing, free = _windows_of(material, flag, learnt)
    said = [(row, one.holds if one.flag == flag else True) for row, one in enumerate(material.phrases) if one.flag == flag or flag in one.others]
    alone, holds = material.phrase_rows[[row for row, _ in said]], [so for _, so in said]

    def against(calm: Indexes) -> tuple[Floats, float]:
        both = vstack([material.windows[showing], material.windows[calm], alone], format="csr")
        return _linear(both, [*(True for _ in showing), *(False for _ in calm), *holds])

    few = free % CALM == 0
    weights, bias = against(free[few])
    return against(free[few | (material.windows[free] @ weights + bias > TAKEN)])


def _windows_of(material: Material, flag: str, learnt: NDArray[np.bool_]) -> tuple[Indexes, Indexes]:
    """The windows of learnt texts that hold the evidence of a flag, and all those of texts without it."""
    flags = [one.flags if known else None for one, known in zip(material.labels, learnt, strict=True)]
    first, last = np.array([_place(one, flag) if held and flag in held else (-1, -1) for one, held in zip(material.labels, flags, strict=True)]).reshape(-1, 2).T
    without = np.array([held is not None and flag not in held for held in flags])
    spans, owner = np.array(material.spans, np.int64).reshape(-1, 2), material.owner
    around = (first[owner] >= 0) & (spans[:, 0] <= first[owner]) & (spans[:, 1] >= last[owner])
    return np.flatnonzero(around), np.flatnonzero(without[owner])


def _place(one: Labelled, flag: str) -> tuple[int, int]:
    """Where the evidence of a flag stands; (-1, -1) where none is given."""
    words = one.evidence.get(flag, "")
    at = one.complaint.text.find(words) if words else -1
    return (at, at + len(words)) if at >= 0 else (-1, -1)


def _linear(pieces: csr_matrix, holds: Sequence[bool], strict: float = STRICT) -> tuple[Floats, float]:
    """Learn one label: a weight for each sign, and a bias."""
    if len(set(holds)) < 2:     # nothing to tell apart: a bank's own few examples
        return np.zeros(pieces.shape[1], np.float32), -4.0
    learner = LogisticRegression(C=strict, class_weight="balanced", solver="liblinear", random_state=SEED, max_iter=300)
    learner.fit(pieces, np.array(holds))
    return np.asarray(learner.coef_[0], np.float32), float(learner.intercept_[0])


def _stacked(parts: Sequence[tuple[Floats, float]]) -> tuple[Floats, Floats]:
    return np.stack([weights for weights, _ in parts], axis=1), np.array([bias for _, bias in parts], np.float32)


def _score(material: Material, heads: Heads, asked: NDArray[np.bool_], held: Held) -> None:
    """Let heads score the texts that are `asked`, each flag by its strongest window."""
    rows = np.flatnonzero(asked)
    held.whole[asked] = material.texts[rows] @ heads.whole + heads.whole_bias
    held.whole[rows, KINDS] = material.worthy[rows] @ heads.whole[:, KINDS] + heads.whole_bias[KINDS]
    inside = np.flatnonzero(asked[material.owner])
    scores = material.windows[inside] @ heads.local + heads.local_bias
    held.near[asked] = heads.local_bias       # a text without any clause
    strongest = np.full_like(held.near, -np.inf)
    np.maximum.at(strongest, material.owner[inside], np.asarray(scores, np.float32))
    found = np.isfinite(strongest[:, 0])
    held.near[found] = strongest[found]


def _blend(material: Material, held: Held) -> Floats:
    """For each flag how much to trust window, whole text and lists."""
    known = np.flatnonzero(_complaints(material)).tolist()
    blend = np.zeros((len(OPINED), 4), np.float32)
    for column, flag in enumerate(OPINED):
        spoken = np.array([[held.near[row, column], held.whole[row, column], flag in material.lists[row].flags] for row in known])
        holds = np.array([flag in (material.labels[row].flags or ()) for row in known])
        if len(set(holds.tolist())) < 2:
            blend[column] = (0, 0, 8, -4)       # nothing was learnt of it: the lists alone decide
            continue
        learner = LogisticRegression(C=1.0, max_iter=1000).fit(spoken, holds)
        blend[column] = (*learner.coef_[0], learner.intercept_[0])
    return blend


def _complaints(material: Material) -> NDArray[np.bool_]:
    """The texts whose flags are known, without questions: what these name has not happened, and triage sets their flags aside."""
    return np.array([one.flags is not None and not one.enquiry for one in material.labels], np.bool_)


def _limits(material: Material, chances: Floats) -> Floats:
    """For each flag the probability from which raising it is right most often."""
    known = _complaints(material)
    limits = np.full(len(OPINED), 0.5, np.float32)
    for column, flag in enumerate(OPINED):
        holds = np.array([flag in (one.flags or ()) for one in material.labels])[known]
        says = chances[known, column]
        scored = [(_f1(holds, says >= limit), -abs(limit - 0.5), limit) for limit in np.arange(LOWEST, HIGHEST, 0.025)]
        limits[column] = max(scored)[2]
    return limits


def _f1(holds: NDArray[np.bool_], says: NDArray[np.bool_]) -> float:
    total = int(holds.sum() + says.sum())
    return 2 * int((holds & says).sum()) / total if total else 1.0


def _asks(material: Material, held: Held) -> Floats:
    """How likely a text is an enquiry, from its score: a scale and a bias."""
    told = [row for row, one in enumerate(material.labels) if one.enquiry is not None]
    holds = [bool(material.labels[row].enquiry) for row in told]
    if len(set(holds)) < 2:
        return np.array([0, -20], np.float32)
    learner = LogisticRegression(C=1.0, max_iter=1000).fit(held.whole[told, -1:], holds)
    return np.array([learner.coef_[0][0], learner.intercept_[0]], np.float32)


def _mix(material: Material, held: Held) -> Floats:
    """How much to trust the whole text, the lists' weights and the flags for each category."""
    known = [row for row, one in enumerate(material.labels) if one.category is not None]
    heard = held.voices(material.lists)[known]
    kinds = [CATEGORIES.index(kind) for row in known if (kind := material.labels[row].category) is not None]
    mix = np.zeros((len(CATEGORIES), heard.shape[1] + 1), np.float32)
    if len(set(kinds)) < 2:
        return mix
    learner = LogisticRegression(C=0.3, max_iter=3000).fit(heard, kinds)
    mix[:, -1] = -20.0          # a category nobody ever labelled
    for row, kind in enumerate(learner.classes_):
        mix[kind] = (*learner.coef_[row], learner.intercept_[row])
    return mix
