"""Folding: same length, same places, never an exception."""

import time

from hypothesis import given
from hypothesis import strategies as st

from routing.text import fold, fold_text

ANY_TEXT = st.text(alphabet=st.characters(), max_size=200)        # lone surrogates and control characters too


@given(ANY_TEXT)
def test_every_text_folds_to_its_own_length(text):
    folded = fold(text)
    assert len(folded.text) == len(text)
    assert folded.quote(0, len(text)) == text


@given(ANY_TEXT)
def test_folding_twice_changes_nothing_more(text):
    assert fold_text(fold_text(text)) == fold_text(text)


def test_width_script_and_case_fold_away():
    assert fold_text("ＡＴＭ８萬元，閔鶴齡") == "atm8万元,闵鹤龄"
    assert fold_text("￥５０") == "¥50"


def test_evidence_quotes_the_original_characters():
    folded = fold("付款拾陸萬元整")
    at = folded.text.index("拾陆万")
    assert folded.quote(at, at + 4) == "拾陸萬元"


def test_control_characters_part_words_but_lines_stay():
    assert fold_text("a\tb\x00c\nd") == "a b c\nd"


def test_a_megabyte_of_one_character_folds_in_linear_time():
    started = time.perf_counter()
    assert len(fold_text("萬" * 1_000_000)) == 1_000_000
    assert time.perf_counter() - started < 20      # a hang guard, not a measurement


def test_emoji_and_lone_surrogates_stay_where_they_are():
    text = "差评😡\ud83d完"
    assert fold(text).text == text
