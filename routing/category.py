"""Which of the eight categories decides the time limit, and which others are defensible (P-14)."""

from collections.abc import Iterable, Mapping

from routing.lexicon import Reading
from routing.verdict import Category

#: The graver of two that weigh the same comes first.
_GRAVER_FIRST = (
    Category.CRIME, Category.BREACH, Category.CHANNEL, Category.PRODUCT, Category.ERROR, Category.ATTITUDE,
    Category.MANAGEMENT,
)
#: Topics speak for a category as well.
_OF_TOPIC: Mapping[str, tuple[tuple[Category, int], ...]] = {
    "电信诈骗": ((Category.CRIME, 5),), "员工违法": ((Category.BREACH, 5), (Category.CRIME, 4)),
    "个人信息泄露": ((Category.BREACH, 5),), "误导销售": ((Category.BREACH, 4), (Category.PRODUCT, 4)),
    "暴力催收": ((Category.BREACH, 8),), "系统故障": ((Category.CHANNEL, 8),), "歧视骚扰": ((Category.ATTITUDE, 3),),
    "存款丢失": ((Category.CRIME, 4), (Category.BREACH, 2)),
    "征信纠纷": ((Category.ERROR, 2),), "群体性事件": ((Category.MANAGEMENT, 1),),
}
#: Enough to be named beside the deciding category.
_DEFENSIBLE = 4
_MOST_ALSO = 2


def category(reading: Reading, topics: Iterable[str], hint: str, *, refuses_name: bool) -> tuple[Category, tuple[Category, ...]]:
    """Return the deciding category and the others that could be defended.

    `hint` is the category on the form: it decides where it is one of the eight, the words then only add to the
    others. An unnamed customer makes 匿名投诉 unless the matter is graver (ruling 15).
    """
    weights = weigh(reading, topics)
    anonymous = refuses_name or Category.ANONYMOUS in weights
    ranked = sorted((each for each in _GRAVER_FIRST if weights.get(each)), key=lambda each: -weights[each])
    decided = _decided(ranked, weights, hint, anonymous=anonymous)
    others = [each for each in ranked if each is not decided and weights[each] >= _DEFENSIBLE][:_MOST_ALSO]
    if anonymous and decided is not Category.ANONYMOUS:
        others.insert(0, Category.ANONYMOUS)
    return decided, tuple(others)


def weigh(reading: Reading, topics: Iterable[str]) -> dict[Category, int]:
    """Add up what the words and the topics say for each category; a second word of one kind says little more."""
    weights: dict[Category, int] = {}
    for hit in reading.of("categories"):
        kind = Category(hit.entry.label)
        known = weights.get(kind, 0)
        weights[kind] = known + (hit.entry.weight if known < hit.entry.weight else 1)
    for topic in topics:
        for kind, weight in _OF_TOPIC.get(topic, ()):
            weights[kind] = weights.get(kind, 0) + weight
    return weights


def _decided(ranked: list[Category], weights: Mapping[Category, int], hint: str, *, anonymous: bool) -> Category:
    named = next((each for each in Category if each.value == hint.strip()), None)
    if named is not None:
        return named
    first = ranked[0] if ranked else Category.MANAGEMENT
    if not anonymous:
        return first
    grave = [each for each in (Category.CRIME, Category.BREACH) if weights.get(each, 0) >= _DEFENSIBLE and each in ranked[:2]]
    return first if first in grave else (grave[0] if grave else Category.ANONYMOUS)
