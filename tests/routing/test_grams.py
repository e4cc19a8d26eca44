"""How the statistical model cuts a text: nothing reaches across a clause, and both ways of counting runs agree."""

import sys

import numpy as np
from hypothesis import given, strategies as st

from routing.grams import DIGITS, LONGEST_RUN, SEPARATOR, WIDEST, WINDOW, clauses, code_points, key_of, keys, neighbours, parting, runs, windows
from routing.text import fold_text

#: Any string at all: lone surrogates, emoji, control characters; and often what parts clauses, and digits.
ANY = st.text(st.one_of(st.characters(), st.sampled_from("客户柜员,。 \n:;!?“”「」0123９５🙂👨‍👩‍👧\ud800\udfff\x00\x85\u2028\u3000")), max_size=80)


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in clauses(text)]


def test_marks_blanks_and_brackets_end_a_clause() -> None:
    assert cut("柜员骂人,还推我。我要投诉!\n电话:一二三(急)") == ["柜员骂人", "还推我", "我要投诉", "电话", "一二三", "急"]


def test_a_text_without_a_mark_is_one_clause_and_one_of_marks_has_none() -> None:
    assert cut("柜员骂人") == ["柜员骂人"]
    assert cut("") == cut("。。, \n") == []


@given(ANY)
def test_the_clauses_are_all_that_is_no_separator(text: str) -> None:
    assert "".join(cut(text)) == SEPARATOR.sub("", text)
    assert all(piece and not SEPARATOR.search(piece) for piece in cut(text))


def test_neighbours_are_every_clause_then_pairs_then_threes() -> None:
    assert neighbours([(0, 4), (5, 9), (10, 14), (15, 19)]) == [(0, 0), (1, 1), (2, 2), (3, 3), (0, 1), (1, 2), (2, 3), (0, 2), (1, 3)]


def test_neighbours_that_are_long_together_stand_alone() -> None:
    """60 characters are a window, 61 are none; a single clause may be as long as it likes."""
    assert neighbours([(0, 40), (41, WINDOW)]) == [(0, 0), (1, 1), (0, 1)]
    assert neighbours([(0, 40), (41, WINDOW + 1)]) == [(0, 0), (1, 1)]
    assert neighbours([(0, 200)]) == [(0, 0)]
    assert neighbours([]) == []


def test_windows_are_the_places_of_neighbouring_clauses() -> None:
    text = "甲甲,乙,丙丙丙。丁"
    assert [text[start:end] for start, end in windows(text)] == ["甲甲", "乙", "丙丙丙", "丁", "甲甲,乙", "乙,丙丙丙", "丙丙丙。丁", "甲甲,乙,丙丙丙", "乙,丙丙丙。丁"]


@given(ANY)
def test_a_window_holds_at_most_three_clauses_and_several_only_if_short(text: str) -> None:
    for start, end in windows(text):
        inside = clauses(text[start:end])
        assert 1 <= len(inside) <= WIDEST
        assert len(inside) == 1 or end - start <= WINDOW
        assert (inside[0][0], inside[-1][1]) == (0, end - start)


def test_runs_are_counted_as_often_as_they_stand_there_and_digits_are_one() -> None:
    assert sorted(runs("好好,12")) == sorted(["好", "好", "好好", "0", "0", "00"])
    assert list(runs("")) == list(runs("。 ,")) == []
    assert set(runs("卡号6230")) == set(runs("卡号9999"))


def test_a_key_is_the_code_points_side_by_side() -> None:
    assert key_of("a") == 0x61
    assert key_of("ab") == 0x61 << 21 | 0x62
    assert key_of("\U0010ffff" * LONGEST_RUN) < 1 << 63


@given(st.sets(st.text(st.characters(min_codepoint=1), min_size=1, max_size=LONGEST_RUN), min_size=2))
def test_no_two_runs_share_a_key(some: set[str]) -> None:
    assert len({key_of(run) for run in some}) == len(some)


@given(ANY)
def test_keys_of_a_text_are_those_of_its_runs(text: str) -> None:
    """Place by place: where a run lies within a clause its key stands there; all others hold a separator or lie past the end."""
    text = fold_text(text)      # what the model reads; no NUL is left in it
    found = keys(code_points(text))
    assert found.shape == (len(text), LONGEST_RUN)
    assert found.dtype == np.int64
    within = np.zeros(found.shape, np.bool_)
    for start, end in clauses(text):
        for long in range(1, LONGEST_RUN + 1):
            within[start:max(end - long + 1, start), long - 1] = True
    assert sorted(found[within].tolist()) == sorted(map(key_of, runs(text)))
    for at, short in np.argwhere(~within).tolist():
        piece = text.translate(DIGITS)[at:at + short + 1]
        assert len(piece) <= short or SEPARATOR.search(piece)
        assert found[at, short] == key_of(piece.ljust(short + 1, "\0"))


def test_a_run_that_reaches_across_a_mark_or_past_the_end_has_a_key_of_no_run() -> None:
    """The neighbours of the digits among them: / is none, and : parts clauses."""
    found = keys(code_points("a:1/9"))
    assert found[:, 0].tolist() == [key_of(one) for one in "a:0/0"]
    assert found[0].tolist() == [key_of("a"), key_of("a:"), key_of("a:0")]
    assert found[4].tolist() == [key_of("0"), key_of("0") << 21, key_of("0") << 42]


def test_the_characters_that_part_clauses_are_those_of_the_pattern_whichever_there_are() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    assert parting(code_points(every)).tolist() == [SEPARATOR.match(one) is not None for one in every]


@given(ANY)
def test_no_run_holds_a_separator(text: str) -> None:
    assert not [run for run in runs(fold_text(text)) if SEPARATOR.search(run) or len(run) > LONGEST_RUN]
