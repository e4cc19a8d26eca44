"""How good triage is on labelled complaints: precision, recall and F1 of each label, and where it was wrong."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from routing.labels import Labelled
from routing.verdict import FLAGS, TOPICS, Verdict

REVIEW, TOPICS_MICRO = "review", "topics (micro)"


@dataclass(slots=True)
class Score:
    """Counts of one label over many texts."""

    right: int = 0          # said and so
    false: int = 0          # said and not so
    missed: int = 0         # so and not said

    def count(self, *, so: bool, said: bool) -> None:
        """Count one text."""
        self.right += so and said
        self.false += said and not so
        self.missed += so and not said

    @property
    def support(self) -> int:
        """In how many texts the label is so."""
        return self.right + self.missed

    @property
    def precision(self) -> float:
        """How much of what was said is so; 1 where nothing was said."""
        return self.right / (self.right + self.false) if self.right + self.false else 1.0

    @property
    def recall(self) -> float:
        """How much of what is so was said; 1 where nothing is so."""
        return self.right / self.support if self.support else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        total = 2 * self.right + self.false + self.missed
        return 2 * self.right / total if total else 1.0


@dataclass(frozen=True, slots=True)
class Miss:
    """A text where triage and the label differ."""

    id: str
    label: str
    expected: str
    said: str
    text: str


@dataclass(slots=True)
class Scores:
    """The whole sheet: flags, and plain shares for what has more than two answers."""

    labels: dict[str, Score] = field(default_factory=dict)
    shares: dict[str, tuple[int, int]] = field(default_factory=dict)        # right, of
    misses: list[Miss] = field(default_factory=list)
    texts: int = 0

    def share(self, name: str) -> float:
        """The share of texts that were right; 1 where there were none."""
        right, of = self.shares.get(name, (0, 0))
        return right / of if of else 1.0

    def add(self, labelled: Labelled, verdict: Verdict) -> None:
        """Count one text and what triage said of it."""
        self.texts += 1
        self._flags(labelled, verdict)
        self._category(labelled, verdict)
        self._amounts(labelled, verdict)
        self._unit(labelled, verdict)

    def _flags(self, labelled: Labelled, verdict: Verdict) -> None:
        if labelled.flags is None:
            return
        for name in FLAGS:
            so, said = name in labelled.flags, verdict.has(name)
            self.labels.setdefault(name, Score()).count(so=so, said=said)
            if name in TOPICS:
                self.labels.setdefault(TOPICS_MICRO, Score()).count(so=so, said=said)
            if so != said:
                quoted = labelled.evidence.get(name, "") if so else verdict.evidence.get(name, "")
                self._miss(labelled, name, "yes" if so else "no", f"{'yes' if said else 'no'}: {quoted}")
        self.labels.setdefault(REVIEW, Score()).count(so=bool(labelled.flags), said=verdict.review)

    def _category(self, labelled: Labelled, verdict: Verdict) -> None:
        if labelled.category is None:
            return
        strict = verdict.category is labelled.category
        self._share("category", right=strict)
        self._share("category or also", right=strict or verdict.category in labelled.also)
        if not strict:
            others = "、".join(each.value for each in labelled.also)
            self._miss(labelled, "category", f"{labelled.category.value} ({others})", verdict.category.value)

    def _amounts(self, labelled: Labelled, verdict: Verdict) -> None:
        if labelled.amounts is None:
            return
        right = set(labelled.amounts) == set(verdict.amounts)
        self._share("amounts", right=right)
        if not right:
            self._miss(labelled, "amounts", _numbers(labelled.amounts), _numbers(verdict.amounts))

    def _unit(self, labelled: Labelled, verdict: Verdict) -> None:
        """Decided units and open ones apart (ruling 18); a wrong unit is a wild guess."""
        if labelled.unit is None:
            return
        if labelled.unit:
            right = verdict.unit == labelled.unit
            self._share("unit decided", right=right)
        else:
            right = verdict.unit is None and (not labelled.candidates or bool(set(labelled.candidates) & set(verdict.candidates)))
            self._share("unit open", right=right)
            if labelled.candidates:
                self._share("unit candidates covered", right=set(labelled.candidates) <= set(verdict.candidates))
        self._share("unit not wild", right=verdict.unit in {None, labelled.unit})
        if not right:
            of = labelled.unit or f"open: {' '.join(labelled.candidates[:3])}"
            self._miss(labelled, "unit", of, verdict.unit or f"open: {' '.join(verdict.candidates[:3])}")

    def _share(self, name: str, *, right: bool) -> None:
        known, of = self.shares.get(name, (0, 0))
        self.shares[name] = known + right, of + 1

    def _miss(self, labelled: Labelled, label: str, expected: str, said: str) -> None:
        self.misses.append(Miss(labelled.id, label, expected, said, labelled.complaint.text))


def scores(pairs: Iterable[tuple[Labelled, Verdict]]) -> Scores:
    """Count all texts."""
    sheet = Scores()
    for labelled, verdict in pairs:
        sheet.add(labelled, verdict)
    return sheet


def _numbers(amounts: Iterable[object]) -> str:
    return " ".join(sorted(str(amount) for amount in amounts)) or "none"
