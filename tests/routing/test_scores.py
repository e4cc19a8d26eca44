"""Precision, recall and F1, counted by hand beside."""

from decimal import Decimal

from routing.labels import Labelled, labelled
from routing.parties import UnitCode
from routing.scores import Score, Scores
from routing.verdict import REPUTATION, Category, Flag, Verdict

FLAG = Flag(REPUTATION, "x", "P-9.1", "x")


def a_text(**labels: object) -> Labelled:
    (one,) = labelled([(1, {"text": "x", **labels})], "x")
    return one


def of(*pairs: tuple[Labelled, Verdict]) -> Scores:
    sheet = Scores()
    for text, verdict in pairs:
        sheet.add(text, verdict)
    return sheet


def test_three_of_four_said_are_so_and_three_of_six_were_said() -> None:
    score = Score(right=3, false=1, missed=3)
    assert (score.support, score.precision, score.recall) == (6, 0.75, 0.5)
    assert score.f1 == 2 * 0.75 * 0.5 / (0.75 + 0.5)


def test_what_never_occurs_is_no_mistake() -> None:
    assert (Score().precision, Score().recall, Score().f1) == (1.0, 1.0, 1.0)


def test_review_counts_texts_and_topics_count_labels() -> None:
    flagged = a_text(sensitive=["存款丢失", "误导销售"], reputation=True)
    sheet = of((flagged, Verdict(Category.ERROR, flags=(FLAG,))), (a_text(sensitive=[]), Verdict(Category.ERROR, flags=(FLAG,))))
    assert (sheet.labels["review"].right, sheet.labels["review"].false) == (1, 1)
    assert (sheet.labels["topics (micro)"].missed, sheet.labels["topics (micro)"].right) == (2, 0)
    assert {(miss.label, miss.expected) for miss in sheet.misses} == {("误导销售", "yes"), ("存款丢失", "yes"), ("reputation", "no")}


def test_a_category_counts_strictly_and_with_those_that_are_defensible() -> None:
    text = a_text(category="工作失误", also=["服务态度"])
    sheet = of((text, Verdict(Category.ATTITUDE)), (text, Verdict(Category.ERROR)), (text, Verdict(Category.CRIME)))
    assert sheet.shares["category"] == (1, 3)
    assert sheet.shares["category or also"] == (2, 3)


def test_amounts_are_right_only_all_together() -> None:
    text = a_text(amounts=[60000, 500])
    good, half = Verdict(Category.ERROR, amounts=(Decimal(500), Decimal("60000.00"))), Verdict(Category.ERROR, amounts=(Decimal(500),))
    assert of((text, good), (text, half)).shares["amounts"] == (1, 2)


def test_a_wrong_unit_is_wild_and_an_open_one_needs_a_right_candidate() -> None:
    decided, opened, nothing = a_text(unit="A"), a_text(unit=None, unit_candidates=["A", "B"]), a_text(unit=None)
    wrong, right = Verdict(Category.ERROR, unit=UnitCode("B")), Verdict(Category.ERROR, unit=UnitCode("A"))
    some, none = Verdict(Category.ERROR, candidates=(UnitCode("B"), UnitCode("C"))), Verdict(Category.ERROR)
    sheet = of((decided, wrong), (decided, right), (decided, none), (opened, some), (opened, none), (nothing, none), (nothing, wrong))
    assert sheet.shares["unit decided"] == (1, 3)
    assert sheet.shares["unit open"] == (2, 4)
    assert sheet.shares["unit not wild"] == (5, 7)
    assert sheet.shares["unit candidates covered"] == (0, 2)


def test_what_nobody_labelled_is_not_counted() -> None:
    sheet = of((a_text(), Verdict(Category.ERROR, flags=(FLAG,))))
    assert (sheet.texts, sheet.labels, sheet.shares, sheet.misses) == (1, {}, {}, [])
