"""Words that mean the same to a bank: found in any text, and a table that is wrong is told whole."""

import pytest
from hypothesis import given, strategies as st

from routing.concepts import MARK, Concepts
from routing.errors import BadTable
from routing.text import fold_text

TABLE = {"存折": ["存折", "折子", "红本本"], "吵闹": ["吵架", "闹事"], "人群": ["闹事", "几十号人"]}


def named(text: str, table: dict[str, list[str]] | None = None) -> list[tuple[int, str]]:
    return Concepts.of(TABLE if table is None else table).read(fold_text(text))


def test_every_word_of_a_concept_gives_its_sign_where_it_begins() -> None:
    assert named("我的红本本和折子不见了") == [(2, "@存折"), (6, "@存折")]


def test_a_word_of_two_concepts_gives_both() -> None:
    assert sorted(named("来闹事")) == [(1, "@人群"), (1, "@吵闹")]


def test_words_within_words_and_words_that_overlap_are_all_found() -> None:
    table = {"短": ["账户"], "长": ["对公账户"], "后": ["户名"]}
    assert sorted(named("对公账户名", table)) == [(0, "@长"), (2, "@短"), (3, "@后")]


def test_table_and_text_are_compared_in_one_spelling() -> None:
    table = {"app": ["ＡＰＰ閃退", "账戶"], "twice": ["賬户", "账户"]}
    assert named("手机app闪退", table) == [(2, "@app")]
    assert sorted(named("账户", table)) == sorted(named("賬戶", table)) == [(0, "@app"), (0, "@twice")]     # once, though "twice" spells it twice


def test_no_table_and_no_text_name_nothing() -> None:
    assert named("存折", {}) == named("") == named("天气不错") == []
    assert named("存折", {"空": []}) == []


@pytest.mark.parametrize("words", ["存折", 5, [5], ["存折", ""], ["  "], {"存折": 1}, None])
def test_a_concept_that_is_no_list_of_words_is_told_with_all_others(words: object) -> None:
    with pytest.raises(BadTable) as caught:
        Concepts.of({"好": ["存折"], "坏": words, "也坏": "折子"}, "own/concepts.toml")  # type: ignore[dict-item]
    assert caught.value.name == "own/concepts.toml"
    assert [mistake.partition(":")[0] for mistake in caught.value.mistakes] == ["坏", "也坏"]
    assert 'e.g. 坏 = ["存折", "折子"]' in caught.value.mistakes[0]


def test_a_lone_surrogate_beside_a_word_hides_nothing_and_moves_nothing() -> None:
    assert named("\ud800折子\udfff\U0001f600红本本") == [(1, "@存折"), (5, "@存折")]


@given(st.lists(st.sampled_from(["折子", "闹事", "几十号人", "\ud800", "\udc00", "🙂", "，", "好", "a", "\x00"]), max_size=20).map("".join))
def test_a_sign_stands_where_its_word_is_and_no_word_is_missed(text: str) -> None:
    text = fold_text(text)
    by_sign = {f"{MARK}{concept}": words for concept, words in TABLE.items()}
    found = Concepts.of(TABLE).read(text)
    assert sorted(found) == sorted((at, sign) for sign, words in by_sign.items() for word in words for at in range(len(text)) if text.startswith(word, at))
