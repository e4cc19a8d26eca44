"""Trains the statistical model of triage from labelled texts and phrases, with scikit-learn and a fixed seed (P-9.1, P-14)."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from hotline_bridge.learning.corpus import Phrase
from routing.grams import runs, windows
from routing.labels import Labelled
from routing.model import CATEGORIES, OPINED, FORM, Floats, Model, Weights
from routing.text import fold
from routing.topics import customer_words
from routing.verdict import Category

SEED = 95580
FOLDS = 5
RARE = 2                # a run that fewer texts have teaches nothing, and may be somebody's name
CALM = 4                # of the windows of texts without the flag every fourth is learnt from; they are all alike
STRICT = 6.0            # inverse of the penalty on large weights
LOWEST, HIGHEST = 0.25, 0.75    # limits of the limits: a flag below the first would be noise, above the second deaf



class Lists(NamedTuple):
    """What the word lists say of a text: the flags they raise, and their weight for each category."""

    flags: frozenset[str]
    weights: Mapping[Category, int]


Said = Callable[[Labelled], Lists]
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Text:
    """A labelled text made ready: its folded words and its windows."""

    label: Labelled
    words: str
    spans: tuple[tuple[int, int], ...]

    def window(self, span: tuple[int, int]) -> str:
        return self.words[span[0]:span[1]]


@dataclass(frozen=True, slots=True)
class _Heads:
    """The linear parts: what windows and whole texts say."""

    rows: dict[str, int]
    local: Floats
    local_bias: Floats
    whole: Floats
    whole_bias: Floats

    def model(self) -> Model:
        """These heads alone, with blends that say nothing yet."""
        flags, kinds = len(OPINED), len(CATEGORIES)
        empty = np.zeros((kinds, 2 * kinds + flags + 1), np.float32)
        zero = np.zeros((1, 1), np.float32)
        local, whole = (np.vstack((table, np.broadcast_to(zero, (1, table.shape[1])))) for table in (self.local, self.whole))
        return Model(self.rows, Weights(local, self.local_bias, whole, self.whole_bias, np.zeros((flags, 4), np.float32), empty, np.full(flags, 0.5, np.float32)), {})


def fit(examples: Sequence[Labelled], phrases: Sequence[Phrase], said: Said, told: Told) -> tuple[Model, "Held"]:
    """Train a model. `said` gives what the word lists say of a text; `told` hears how far it is.

    The blends are learnt from texts the heads had not seen (five folds), so that they trust the heads as far as they may
    be trusted. Returns the model without a card, and what it says of texts it had not seen.
    """
    texts = [_ready(one) for one in examples]
    lists = [said(one) for one in examples]
    held = Held.empty(len(texts))
    fold_of = _folds(texts)
    for number in range(FOLDS):
        told(f"fold {number + 1} of {FOLDS}")
        heads = _heads([one for one, at in zip(texts, fold_of, strict=True) if at != number], phrases)
        model = heads.model()
        for row in np.flatnonzero(fold_of == number):
            found = model.found(texts[row].words)
            held.near[row] = model.near(texts[row].words, found)[0]
            held.whole[row] = model.whole(found)
    told("all texts")
    heads = _heads(texts, phrases)
    bare = heads.model().weights
    blend = _blend(texts, lists, held)
    limits = _limits(texts, held.chances(lists, blend))
    mix = _mix(texts, lists, held)
    weights = Weights(bare.local, bare.local_bias, bare.whole, bare.whole_bias, blend, mix, limits)
    return Model(heads.rows, weights, {"form": FORM, "flags": list(OPINED)}), held


@dataclass(frozen=True, slots=True)
class Held:
    """Scores of texts by heads that had not seen them: texts x flags, texts x (flags + categories)."""

    near: Floats
    whole: Floats

    @classmethod
    def empty(cls, texts: int) -> "Held":
        """A table to fill."""
        return cls(np.zeros((texts, len(OPINED)), np.float32), np.zeros((texts, len(OPINED) + len(CATEGORIES)), np.float32))

    def chances(self, lists: Sequence[Lists], blend: Floats) -> Floats:
        """Blend them with what the lists said: texts x flags."""
        said = np.array([[flag in flags for flag in OPINED] for flags, _ in lists], np.float32)
        scores = self.near * blend[:, 0] + self.whole[:, :len(OPINED)] * blend[:, 1] + said * blend[:, 2] + blend[:, 3]
        return np.asarray(1 / (1 + np.exp(-scores)), np.float32)

    def kinds(self, lists: Sequence[Lists], mix: Floats) -> Floats:
        """Mix them with what the lists said: texts x categories."""
        scores = np.hstack((voices(self, lists), np.ones((len(lists), 1)))) @ mix.T
        grown = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(grown / grown.sum(axis=1, keepdims=True), np.float32)


def voices(held: Held, lists: Sequence[Lists]) -> NDArray[np.float64]:
    """What speaks for a category: the whole text, the lists' weights, the flags of the lists."""
    told = np.array([[one.weights.get(kind, 0) for kind in CATEGORIES] + [flag in one.flags for flag in OPINED] for one in lists], np.float64)
    return np.hstack((held.whole[:, len(OPINED):], told))


def _ready(label: Labelled) -> _Text:
    words = customer_words(fold(label.complaint.text))
    return _Text(label, words, tuple(windows(words)))


def _folds(texts: Sequence[_Text]) -> NDArray[np.int64]:
    return np.random.default_rng(SEED).permutation(len(texts)) % FOLDS


def _heads(texts: Sequence[_Text], phrases: Sequence[Phrase]) -> _Heads:
    rows = _rows([*(one.words for one in texts), *(fold(one.text).text for one in phrases)])
    local = [_linear(*_local(flag, texts, phrases), rows) for flag in OPINED]
    heard = [one for one in texts if one.label.flags is not None]
    whole = [_linear([one.words for one in heard], [flag in (one.label.flags or ()) for one in heard], rows) for flag in OPINED]
    sorted_ = [one for one in texts if one.label.category is not None]
    kinds = [_linear([one.words for one in sorted_], [one.label.category is kind for one in sorted_], rows) for kind in CATEGORIES]
    return _Heads(rows, *_stacked(local), *_stacked([*whole, *kinds]))


def _rows(texts: Iterable[str]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for text in texts:
        counted.update(set(runs(text)))
    return {run: row for row, run in enumerate(sorted(run for run, count in counted.items() if count >= RARE))}


def _local(flag: str, texts: Sequence[_Text], phrases: Sequence[Phrase]) -> tuple[list[str], list[bool]]:
    """Windows and phrases with whether they show the flag: those around its evidence do, those of texts without it do not."""
    found: list[str] = []
    holds: list[bool] = []
    for number, one in enumerate(texts):
        if one.label.flags is None:
            continue
        so = flag in one.label.flags
        evidence = one.label.evidence.get(flag, "")
        at = one.label.complaint.text.find(evidence) if so and evidence else -1
        for place, span in enumerate(one.spans):
            if (at >= 0 and span[0] <= at and span[1] >= at + len(evidence)) or (not so and (place + number) % CALM == 0):
                found.append(one.window(span))
                holds.append(so)
    for phrase in phrases:
        if phrase.flag == flag or flag in phrase.others:
            found.append(fold(phrase.text).text)
            holds.append(phrase.holds if phrase.flag == flag else True)
    return found, holds


def _linear(texts: Sequence[str], holds: Sequence[bool], rows: dict[str, int]) -> tuple[Floats, float]:
    """Learn one label: a weight for each run, and a bias."""
    if len(set(holds)) < 2:     # nothing to tell apart: a bank's own few examples
        return np.zeros(len(rows), np.float32), -4.0
    learner = LogisticRegression(C=STRICT, class_weight="balanced", solver="liblinear", random_state=SEED, max_iter=300)
    learner.fit(_matrix(texts, rows), np.array(holds))
    return np.asarray(learner.coef_[0], np.float32), float(learner.intercept_[0])


def _matrix(texts: Sequence[str], rows: dict[str, int]) -> csr_matrix:
    starts, columns, values = [0], [], []
    for text in texts:
        known = sorted({rows[run] for run in runs(text) if run in rows})
        columns += known
        values += [1 / np.sqrt(max(len(known), 1))] * len(known)
        starts.append(len(columns))
    return csr_matrix((values, columns, starts), shape=(len(texts), len(rows)), dtype=np.float64)


def _stacked(parts: Sequence[tuple[Floats, float]]) -> tuple[Floats, Floats]:
    return np.stack([weights for weights, _ in parts], axis=1), np.array([bias for _, bias in parts], np.float32)


def _blend(texts: Sequence[_Text], lists: Sequence[Lists], held: Held) -> Floats:
    """For each flag how much to trust window, whole text and lists."""
    known = [row for row, one in enumerate(texts) if one.label.flags is not None]
    blend = np.zeros((len(OPINED), 4), np.float32)
    for column, flag in enumerate(OPINED):
        spoken = np.array([[held.near[row, column], held.whole[row, column], flag in lists[row].flags] for row in known])
        holds = np.array([flag in (texts[row].label.flags or ()) for row in known])
        if len(set(holds.tolist())) < 2:
            blend[column] = (0, 0, 8, -4)       # nothing was learnt of it: the lists alone decide
            continue
        learner = LogisticRegression(C=1.0, max_iter=1000).fit(spoken, holds)
        blend[column] = (*learner.coef_[0], learner.intercept_[0])
    return blend


def _limits(texts: Sequence[_Text], chances: Floats) -> Floats:
    """For each flag the probability from which raising it is right most often."""
    known = np.array([one.label.flags is not None for one in texts])
    limits = np.full(len(OPINED), 0.5, np.float32)
    for column, flag in enumerate(OPINED):
        holds = np.array([flag in (one.label.flags or ()) for one in texts])[known]
        says = chances[known, column]
        scored = [(_f1(holds, says >= limit), -abs(limit - 0.5), limit) for limit in np.arange(LOWEST, HIGHEST, 0.025)]
        limits[column] = max(scored)[2]
    return limits


def _f1(holds: NDArray[np.bool_], says: NDArray[np.bool_]) -> float:
    total = int(holds.sum() + says.sum())
    return 2 * int((holds & says).sum()) / total if total else 1.0


def _mix(texts: Sequence[_Text], lists: Sequence[Lists], held: Held) -> Floats:
    """How much to trust the whole text, the lists' weights and the flags for each category."""
    known = [row for row, one in enumerate(texts) if one.label.category is not None]
    heard = voices(held, lists)[known]
    kinds = [CATEGORIES.index(kind) for row in known if (kind := texts[row].label.category) is not None]
    mix = np.zeros((len(CATEGORIES), heard.shape[1] + 1), np.float32)
    if len(set(kinds)) < 2:
        return mix
    learner = LogisticRegression(C=0.3, max_iter=3000).fit(heard, kinds)
    mix[:, -1] = -20.0          # a category nobody ever labelled
    for row, kind in enumerate(learner.classes_):
        mix[kind] = (*learner.coef_[row], learner.intercept_[row])
    return mix
