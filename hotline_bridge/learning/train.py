"""Trains a model and judges it, beside the one in force, on texts neither has learnt from (P-9.1)."""

import hashlib
import platform
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import sklearn

from hotline_bridge.learning.corpus import Phrase, name_of, parted
from hotline_bridge.learning.fit import FOLDS, SEED, Held, Lists, fit
from routing.labels import Labelled
from routing.model import CATEGORIES, OPINED, Model
from routing.scores import REVIEW, TOPICS_MICRO, Score, Scores
from routing.triage import TriageTables, hear, triage
from routing.verdict import PUBLIC_FIGURE, REPUTATION

#: What a model is judged by, together with the category.
JUDGED = (REVIEW, TOPICS_MICRO, REPUTATION, PUBLIC_FIGURE)
MISSED = 0.02           # so much more of what must be heard again may no model miss, however good it is otherwise (P-9.1)
BINS = 10


@dataclass(frozen=True, slots=True)
class Trained:
    """A model with its card, and the sheets of it and of the one in force on the texts kept aside."""

    model: Model
    sheet: Scores
    before: Scores

    @property
    def pairs(self) -> dict[str, tuple[float, float]]:
        """What both are worth, label by label: before, now; the last is the mean of all."""
        found = {name: (self.before.labels[name].f1, self.sheet.labels[name].f1) for name in JUDGED if name in self.sheet.labels}
        found["category"] = (self.before.share("category"), self.sheet.share("category"))
        old, new = (sum(pair[side] for pair in found.values()) / len(found) for side in (0, 1))
        return found | {"mean": (old, new)}

    @property
    def worse(self) -> dict[str, tuple[float, float]]:
        """Why the new model may not take the place of the one in force; empty where it may.

        It must be as good on the whole, and not miss more of what must be heard again: a single label of the few texts kept
        aside goes up or down by chance.
        """
        heard = tuple(sheet.labels[REVIEW].recall if REVIEW in sheet.labels else 1.0 for sheet in (self.before, self.sheet))
        found = {"mean": self.pairs["mean"]} if self.pairs["mean"][1] < self.pairs["mean"][0] else {}
        return found | ({"review recall": (heard[0], heard[1])} if heard[1] < heard[0] - MISSED else {})


def train(examples: Iterable[Labelled], phrases: Sequence[Phrase], tables: TriageTables, told: Callable[[str], None]) -> Trained:
    """Learn from all texts but those kept aside; judge the model, and the one in force, on those. `told` hears how far it is."""
    learnt, aside = parted(examples)
    without = tables.beside(None)

    def said(one: Labelled) -> Lists:
        heard = hear(one.complaint.text, without)
        return Lists(frozenset(flag.name for flag in heard.lists), heard.weights)

    bare, held = fit(learnt, phrases, tables.concepts, said, told)
    card = dict(bare.card) | {"runs": len(bare.rows)} | _source(learnt, aside, phrases) | _figures(learnt, [said(one) for one in learnt], held, bare)
    model = replace(bare, card=card)
    told("judging")
    return Trained(model, sheet_of(aside, tables.beside(model)), sheet_of(aside, tables))


def sheet_of(texts: Iterable[Labelled], tables: TriageTables) -> Scores:
    """How good triage is on these texts."""
    sheet = Scores()
    for one in texts:
        sheet.add(one, triage(one.complaint, tables))
    return sheet


def _source(learnt: Sequence[Labelled], aside: Sequence[Labelled], phrases: Sequence[Phrase]) -> dict[str, Any]:
    """What it learnt from, and with what."""
    words = hashlib.sha256()
    for line in sorted([*(one.complaint.text for one in learnt), *(one.text for one in phrases)]):
        words.update(line.encode("utf-8", "replace") + b"\n")
    flags = Counter(flag for one in learnt for flag in sorted(one.flags or ()))        # else the card, and so the file, would be another each time
    kinds = Counter(one.category.value for one in learnt if one.category)
    return {
        "texts": len(learnt), "aside": len(aside), "without_flag": sum(one.flags == frozenset() for one in learnt), "phrases": len(phrases),
        "flags_in_texts": dict(flags.most_common()), "categories_in_texts": dict(kinds.most_common()),
        "learnt": sorted(name_of(one.complaint.text) for one in learnt), "learnt_from_sha256": words.hexdigest(), "seed": SEED, "folds": FOLDS,
        "made_with": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, Python {platform.python_version()}",
    }


def _figures(learnt: Sequence[Labelled], lists: Sequence[Lists], held: Held, model: Model) -> dict[str, Any]:
    """How good it is on texts it had not seen (cross-validation), and whether its probabilities are what they say."""
    chances, kinds = held.chances(lists, model.weights.blend), held.kinds(lists, model.weights.mix)
    found = {}
    for column, flag in enumerate(OPINED):
        score = Score()
        for row, one in enumerate(learnt):
            if one.flags is not None:
                score.count(so=flag in one.flags, said=model.raises(flag, float(chances[row, column])))
        found[flag] = {"support": score.support, "precision": round(score.precision, 3), "recall": round(score.recall, 3), "f1": round(score.f1, 3)}
    sorted_ = [(kinds[row], one.category) for row, one in enumerate(learnt) if one.category is not None]
    sure = [(float(row.max()), CATEGORIES[int(row.argmax())] is kind) for row, kind in sorted_]
    flagged = [(float(chances[row, column]), flag in one.flags) for row, one in enumerate(learnt) if one.flags is not None for column, flag in enumerate(OPINED)]
    return {
        "cross_validated": found, "limits": {flag: round(float(limit), 3) for flag, limit in zip(OPINED, model.weights.limits, strict=True)},
        "category": round(sum(right for _, right in sure) / max(len(sure), 1), 3),
        "reliability": {"category": bins(sure), "flags": bins(flagged)},
    }


def bins(pairs: Sequence[tuple[float, bool]]) -> list[Mapping[str, float]]:
    """Ten bins of probability: how many, the mean of what was said, and how often it was so."""
    found: list[Mapping[str, float]] = []
    for number in range(BINS):
        inside = [(said, so) for said, so in pairs if min(int(said * BINS), BINS - 1) == number]
        if inside:
            found.append({"texts": len(inside), "said": round(sum(said for said, _ in inside) / len(inside), 4), "so": round(sum(so for _, so in inside) / len(inside), 4)})
    return found


def calibration_error(rows: Sequence[Mapping[str, float]]) -> float:
    """The mean distance between what was said and what was so, over all bins."""
    total = sum(row["texts"] for row in rows)
    return sum(row["texts"] * abs(row["said"] - row["so"]) for row in rows) / total if total else 0.0
