"""What the lists find in one pass: the concepts of the model beside their own words, and patterns told apart by outlines of texts."""

import pytest
from hypothesis import given, strategies as st

from routing.concepts import Concepts
from routing.errors import BadTable
from routing.lexicon import Lexicon
from routing.lexicon.keys import MOST_HITS
from routing.text import fold_text

CONCEPTS = {"存折": ["存折", "折子", "红本本"], "吵闹": ["吵架", "闹事"], "人群": ["闹事", "几十号人"], "数": ["12", "２"]}
ENTRIES = [{"label": "丢", "any": ["折子~没了", "存折丢"]}, {"label": "闹", "any": ["闹事"], "with": ["几十号人", "折子"]}]
LEXICON = Lexicon.parse({"topics": {"entry": ENTRIES}, "concepts": {"concepts": CONCEPTS}})
TEXTS = st.lists(st.sampled_from(["折子", "存折", "丢", "闹事", "几十号人", "没了", "12", "。", "好", "\ud800", "🙂"]), max_size=20).map("".join)


@given(TEXTS)
def test_the_pass_of_the_lists_names_the_same_concepts_as_concepts_alone(text: str) -> None:
    folded = fold_text(text)
    assert LEXICON.read(folded).concepts() == Concepts.of(CONCEPTS).read(folded)


@given(TEXTS)
def test_concepts_beside_them_change_nothing_of_what_the_lists_say(text: str) -> None:
    alone = Lexicon.parse({"topics": {"entry": ENTRIES}}).read(text)
    both = LEXICON.read(text)
    assert [(hit.entry.label, hit.start, hit.end) for hit in both.hits] == [(hit.entry.label, hit.start, hit.end) for hit in alone.hits]
    assert alone.concepts() == []


def test_every_place_of_a_concept_is_told_where_the_lists_stop_looking() -> None:
    reading = LEXICON.read("存折丢" * (MOST_HITS + 20))
    assert len(reading.concepts()) == MOST_HITS + 20
    assert len(reading.of("topics")) == MOST_HITS


def test_concepts_that_are_no_words_are_told_with_the_mistakes_of_the_lists() -> None:
    with pytest.raises(BadTable) as caught:
        Lexicon.parse({"topics": {"entry": [{"label": "丢"}]}, "concepts": {"concepts": {"好": ["存折"], "坏": "折子"}}})
    assert [mistake.partition(":")[0] for mistake in caught.value.mistakes] == ["topics.toml, entry 1", "concepts.toml, [concepts]"]


def test_among_more_patterns_than_an_outline_has_bits_each_is_found_with_its_own_condition_only() -> None:
    signs = [sign for sign in map(chr, range(0x4E00, 0x5800)) if fold_text(sign) == sign and sign not in "甲乙丢失"][:1500]
    entries = [{"label": sign, "any": ["丢失"], "with": [f"甲{sign}乙"]} for sign in signs]
    lexicon = Lexicon.parse({"topics": {"entry": entries}})
    for at in (0, 479, 480, 1499):
        assert list(lexicon.read(f"丢失。甲{signs[at]}乙").labels("topics")) == [signs[at]]
    assert not lexicon.read("丢失").hits
