"""Which of the eight categories decides the time limit, and which others are defensible (P-14)."""

from collections.abc import Iterable, Mapping

from routing.lexicon import Reading
from routing.verdict import Category

#: The graver of two that weigh the same comes first.
_GRAVER_FIRST = (
    Category.CRIME, Category.BREACH, Category.CHANNEL, Category.PRODUCT, Category.ERROR, Category.ATTITUDE,
    Category.MANAGEMENT,
)
_CALLED: Mapping[str, Category] = {each.value: each for each in Category}
_GRAVE_ONES = frozenset({Category.CRIME, Category.BREACH})
#: Topics speak for a category as well.
_OF_TOPIC: Mapping[str, tuple[tuple[Category, int], ...]] = {
    "电信诈骗": ((Category.CRIME, 5),), "员工违法": ((Category.BREACH, 5), (Category.CRIME, 4)),
    "个人信息泄露": ((Category.BREACH, 5),), "误导销售": ((Category.BREACH, 4), (Category.PRODUCT, 4)),
    "暴力催收": ((Category.BREACH, 8),), "系统故障": ((Category.CHANNEL, 8),), "歧视骚扰": ((Category.ATTITUDE, 3),),
    "存款丢失": ((Category.CRIME, 4), (Category.BREACH, 2)),
    "征信纠纷": ((Category.ERROR, 2),), "群体性事件": ((Category.MANAGEMENT, 1),),
}
#: Likely enough to be named beside the deciding category.
DEFENSIBLE = 0.15
_MOST_ALSO = 2
_POSSIBLE, _LOUD = 0.25, 0.9
#: A grave matter this likely is not filed as merely anonymous.
_GRAVE = 0.3


def category(chances: Mapping[Category, float], hint: str, *, anonymous: bool) -> tuple[Category, tuple[Category, ...]]:
    """Return the deciding category and the others that could be defended.

    `hint` is the category on the form: it decides where it is one of the eight, the words then only add to the
    others. An unnamed customer makes 匿名投诉 unless the matter is graver (ruling 15).
    """
    ranked = sorted([each for each in _GRAVER_FIRST if chances.get(each)], key=chances.__getitem__, reverse=True)
    named = _CALLED.get(hint.strip())
    decided = named or (_unnamed(ranked, chances) if anonymous else ranked[0] if ranked else Category.MANAGEMENT)
    others = [each for each in ranked if each is not decided and chances[each] >= DEFENSIBLE][:_MOST_ALSO]
    if anonymous and decided is not Category.ANONYMOUS:
        others.insert(0, Category.ANONYMOUS)
    return decided, tuple(others)


def _unnamed(ranked: list[Category], chances: Mapping[Category, float]) -> Category:
    """The category of a complaint whose customer gives no name."""
    grave = [each for each in ranked[:2] if each in _GRAVE_ONES and chances[each] >= _GRAVE]
    return grave[0] if grave else Category.ANONYMOUS


def crime_first(chances: Mapping[Category, float], weights: Mapping[Category, int]) -> Mapping[Category, float]:
    """The model's chances, with 金融犯罪 first where the word lists speak for it as loud as for anything and the model does not rule it out.

    A crime taken for something else would go to the very unit it is reported of (P-14.3); the other way round only the
    inspection department sees it first.
    """
    loud = weights.get(Category.CRIME, 0)
    if not loud or loud < _LOUD * max(weights.values()) or chances.get(Category.CRIME, 0) < _POSSIBLE:
        return chances
    return {**chances, Category.CRIME: max(chances.values())}


def shares(weights: Mapping[Category, int]) -> dict[Category, float]:
    """Return what the word lists say as shares of one, for a bank that runs without the statistical model."""
    known = {kind: weight for kind, weight in weights.items() if kind is not Category.ANONYMOUS}
    total = sum(known.values())
    return {kind: weight / total for kind, weight in known.items()} if total else {}


def weigh(reading: Reading, topics: Iterable[str]) -> dict[Category, int]:
    """Add up what the words and the topics say for each category; a second word of one kind says little more."""
    weights: dict[Category, int] = {}
    for hit in reading.of("categories"):
        kind = _CALLED.get(hit.entry.label) or Category(hit.entry.label)
        known = weights.get(kind, 0)
        weights[kind] = known + (hit.entry.weight if known < hit.entry.weight else 1)
    for topic in topics:
        for kind, weight in _OF_TOPIC.get(topic, ()):
            weights[kind] = weights.get(kind, 0) + weight
    return weights
