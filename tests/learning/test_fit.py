"""Training: the same texts give the same model, an obvious label is learnt, and little or odd material hurts nothing (P-9.1, P-14)."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from hotline_bridge.learning.corpus import Phrase
from hotline_bridge.learning.fit import FOLDS, LOWEST, Held, Lists, fit
from routing.concepts import Concepts
from routing.labels import Labelled, labelled
from routing.model import CATEGORIES, OPINED, Model, Opinion
from routing.text import fold_text
from routing.verdict import OVER_50K, Category
from tests.learning.texts import FRAUD, ODD, some_phrases, some_texts

CONCEPTS = Concepts.of({"看不起": ["斜眼", "翻白眼", "撇嘴"], "数字": ["六位数字", "验证码"]})


def silent(_one: Labelled) -> Lists:
    """Word lists that know nothing."""
    return Lists(frozenset(), {})


def fitted(examples: Sequence[Labelled], phrases: Sequence[Phrase] = ()) -> tuple[Model, Held]:
    return fit(examples, phrases, CONCEPTS, silent, lambda _step: None)


def asked(model: Model, text: str) -> Opinion:
    words = fold_text(text)
    return model.read(words, CONCEPTS.read(words), (), {})


@pytest.fixture(scope="module")
def learnt() -> Model:
    return fitted(some_texts(40), some_phrases())[0]


def test_the_same_texts_give_the_same_bytes(learnt: Model) -> None:
    assert fitted(some_texts(40), some_phrases())[0].dump() == learnt.dump()
    assert fitted(some_texts(40, seed=2), some_phrases())[0].dump() != learnt.dump()


def test_the_file_says_the_same_as_the_model_that_was_trained(learnt: Model) -> None:
    again = Model.parse(learnt.dump(), "x")
    for one in some_texts(20, seed=3):
        assert asked(again, one.complaint.text) == asked(learnt, one.complaint.text)


def test_an_obvious_label_is_learnt_and_found_in_its_words(learnt: Model) -> None:
    seen = {one.complaint.text for one in some_texts(40)}
    others = [one for one in some_texts(120, seed=4) if one.complaint.text not in seen]
    for flag in (ODD, FRAUD):
        right = [learnt.raises(flag, asked(learnt, one.complaint.text).flags[flag]) is (flag in (one.flags or ())) for one in others]
        assert sum(right) / len(right) > 0.95
    text = "客户今早在桥边那家办事，柜员斜眼哼了三声，请给个说法"
    start, end = asked(learnt, text).spans[ODD]
    assert "斜眼" in text[start:end]
    loud = learnt.reasons(fold_text(text), CONCEPTS.read(text), (start, end), ODD)
    assert set("".join(sign for sign, _ in loud)) & set("斜眼哼三声看不起")


def test_a_word_it_has_never_met_speaks_through_its_concept(learnt: Model) -> None:
    """翻白眼 stands in no text; the concept it shares with 斜眼 does."""
    assert asked(learnt, "柜员翻白眼").flags[ODD] > learnt.read("柜员翻白眼", (), (), {}).flags[ODD]


def test_categories_are_learnt(learnt: Model) -> None:
    for text, kind in (("叫号机又吐白纸", Category.CHANNEL), ("有个陌生号叫我念六位数字给他", Category.CRIME)):
        told = asked(learnt, f"客户月初在车站那家办事，{text}，请给个说法").categories
        assert max(told, key=lambda each: told[each]) is kind


def test_a_flag_and_a_category_never_seen_are_never_said(learnt: Model) -> None:
    told = asked(learnt, "柜员斜眼哼了三声")
    for flag in set(OPINED) - {ODD, FRAUD}:
        assert told.flags[flag] < LOWEST
    assert told.categories[Category.BREACH] < 1e-3


def test_a_flag_never_seen_is_left_to_the_lists(learnt: Model) -> None:
    unseen = next(flag for flag in OPINED if flag not in {ODD, FRAUD})
    assert learnt.raises(unseen, learnt.read("天气", (), {unseen}, {}).flags[unseen])


def test_what_the_lists_say_is_believed_as_far_as_it_was_right() -> None:
    texts = [replace(one, evidence={}) for one in some_texts(80)]

    def said(one: Labelled) -> Lists:
        return Lists(frozenset({ODD}) & (one.flags or frozenset()), {})

    model = fit(texts, (), CONCEPTS, said, lambda _step: None)[0]
    neutral = "今天天气不错"
    assert model.read(neutral, (), {ODD}, {}).flags[ODD] > model.read(neutral, (), (), {}).flags[ODD]


def test_texts_of_which_only_one_thing_is_known_teach_that_one_thing() -> None:
    texts = some_texts(60)
    half = [replace(one, flags=None, evidence={}) if number % 2 else replace(one, category=None) for number, one in enumerate(texts)]
    model, held = fitted(half)
    assert held.near.shape == (60, len(OPINED))
    told = asked(model, "柜员斜眼哼了三声，请给个说法")
    assert told.flags[ODD] > told.flags[FRAUD]
    assert max(told.categories, key=lambda each: told.categories[each]) is Category.ATTITUDE


def test_what_nobody_labelled_is_no_no() -> None:
    """Texts without known flags do not count against a flag."""
    known = some_texts(40)
    odd = [replace(one, flags=None, evidence={}, category=None) for one in some_texts(60, seed=9) if ODD in (one.flags or ())]
    with_, without = (fitted(texts)[0] for texts in ([*known, *odd], known))
    text = "柜员斜眼哼了三声"
    assert asked(with_, text).flags[ODD] > asked(with_, text).flags[FRAUD]
    assert with_.raises(ODD, asked(with_, text).flags[ODD]) is without.raises(ODD, asked(without, text).flags[ODD]) is True


def test_phrases_teach_for_and_against() -> None:
    """The phrase against it, ten times over, silences a word that the phrases for it share."""
    texts = [one for one in some_texts(120) if ODD not in (one.flags or ())][:40]
    for_, against = Phrase(ODD, "玉兰花开了", holds=True), Phrase(ODD, "玉兰花谢了", holds=False)
    model = fitted(texts, [for_, for_, against, against])[0]
    at = OPINED.index(ODD)
    near = {sign: float(model.weights.near[row, at]) for sign, row in model.rows.items()}
    assert near["开"] > 0 > near["谢"]
    beside = Phrase(FRAUD, "玉兰花开了", holds=True, others=frozenset({ODD}))
    both = fitted(texts, [beside, beside, against, against])[0]
    assert both.weights.near[both.rows["开"], at] > 0


@pytest.mark.parametrize("row", [
    {"text": "柜员斜眼哼了三声", "sensitive": [ODD], "category": "服务态度", "evidence": {ODD: "斜眼哼了三声"}}, {"text": ""}, {"text": "。。。"}, {"text": "\ud800"}, {"text": "🙂", "sensitive": []},
])
def test_a_single_example_gives_a_model_that_knows_next_to_nothing(row: dict[str, object]) -> None:
    model, held = fitted(labelled([(1, row)], "one"))
    assert np.isfinite(held.near).all()
    assert np.isfinite(held.whole).all()
    again = Model.parse(model.dump(), "x")
    told = asked(again, "柜员斜眼哼了三声")
    assert not any(model.raises(flag, chance) for flag, chance in told.flags.items())
    assert sum(told.categories.values()) == pytest.approx(1, abs=1e-5)


def test_texts_of_marks_and_odd_characters_are_learnt_from_like_others() -> None:
    odd = labelled(enumerate([{"text": text, "sensitive": [ODD], "category": "服务态度"} for text in ("\ud800\udfff啊\ud800", "啊\ud800\udfff", "。。。", "", "🙂🙂", "\x00")]), "odd")
    model, _ = fitted([*some_texts(40), *odd])
    assert Model.parse(model.dump(), "x").dump() == model.dump()


def test_money_is_none_of_the_models_business() -> None:
    assert OVER_50K not in OPINED
    texts = [replace(one, flags=(one.flags or frozenset()) | {OVER_50K}) for one in some_texts(20)]
    assert OVER_50K not in asked(fitted(texts)[0], "五万").flags


def test_a_sign_of_a_single_piece_is_left_out(learnt: Model) -> None:
    """It teaches nothing, and may be somebody's name (P-6)."""
    texts = [*some_texts(40), *labelled([(1, {"text": "客户欧阳鹂说窗口只开了一个，电话13800000019", "sensitive": []})], "x")]
    model, _ = fitted(texts, some_phrases())
    assert not [sign for sign in model.rows if "鹂" in sign or "1" in sign or "9" in sign]


def test_the_scores_held_back_are_of_texts_not_learnt_from() -> None:
    """A text that stands alone with its label cannot be known to the fold that did not see it."""
    texts = some_texts(40)
    lonely = labelled([(1, {"text": "猫头鹰猫头鹰猫头鹰", "sensitive": ["系统故障"], "evidence": {"系统故障": "猫头鹰猫头鹰猫头鹰"}})], "x")
    at = OPINED.index("系统故障")
    steps: list[str] = []
    _, held = fit([*texts, *lonely], (), CONCEPTS, silent, steps.append)
    assert held.near[-1, at] < 0
    assert sum("fold" in step for step in steps) == FOLDS
    assert held.whole.shape[1] >= len(OPINED) + len(CATEGORIES)


def test_questions_do_not_shake_the_trust_in_the_lists() -> None:
    """What a question names has not happened, and triage sets its flags aside; a complaint that names it in vain does count."""
    texts = [replace(one, evidence={}) for one in some_texts(80)]
    calm = [one for one in some_texts(120, seed=5) if not one.flags][:40]
    at = OPINED.index(ODD)

    def trust(*, enquiry: bool) -> float:
        others = [replace(one, id=f"asks{number}", enquiry=enquiry) for number, one in enumerate(calm)]
        loud = {one.id for one in others}

        def said(one: Labelled) -> Lists:
            return Lists(frozenset({ODD}) if one.id in loud or ODD in (one.flags or ()) else frozenset(), {})

        return float(fit([*texts, *others], (), CONCEPTS, said, lambda _step: None)[0].weights.blend[at, 2])

    assert trust(enquiry=True) > trust(enquiry=False)


def test_a_category_that_is_defensible_too_is_not_learnt_against() -> None:
    def chance(also: tuple[Category, ...]) -> float:
        texts = [replace(one, also=also if one.category is Category.ERROR else ()) for one in some_texts(120)]
        return asked(fitted(texts)[0], "存折登错了一行字，窗口只开了一个").categories[Category.MANAGEMENT]

    assert chance((Category.MANAGEMENT,)) > chance(())
