"""How much was truly heard, whatever a player says (P-9.1); and which bytes a header asks for (RFC 9110)."""

import pytest
from hypothesis import given, strategies as st

from adapters.formats.byte_range import Unsatisfiable, wanted
from routing.hearing import FASTEST, common, heard, length, parts
import itertools

SPANS = st.lists(st.tuples(st.floats(-10, 200), st.floats(-10, 200)), max_size=30)


@given(SPANS, SPANS)
def test_P9_1_nobody_hears_more_than_the_clock_allows_or_than_was_sent(said: list, sent: list) -> None:
    played, given_ = parts(said, 120.0), parts(sent, 120.0)
    for passed in (0.0, 3.0, 1000.0):
        seconds = heard(played, given_, passed)
        assert 0 <= seconds <= passed * FASTEST + 0.1
        assert seconds <= length(given_) + 0.1
        assert seconds <= length(played) + 0.1
        assert seconds <= 120.1


@given(SPANS)
def test_P9_1_parts_are_counted_once(said: list) -> None:
    once = parts(said, 120.0)
    assert parts([*said, *said], 120.0) == once
    assert parts(once, 120.0) == once
    assert all(a[1] < b[0] for a, b in itertools.pairwise(once))
    assert common(once, once) == once


def test_P9_1_a_part_heard_three_times_is_heard_once() -> None:
    played = parts([[0, 10], [5, 12], [0, 10], [30, 31]], 60)
    assert played == [(0, 12), (30, 31)]
    assert heard(played, [(0.0, 60.0)], 60) == 13.0
    assert heard(played, [(8.0, 60.0)], 60) == 5.0
    assert heard(played, [(0.0, 60.0)], 2) == 5.0


@pytest.mark.parametrize("nonsense", [[[float("nan"), 5]], [[5, float("nan")]], [[3, 3]], [[9, 1]], [[1]], [[]], [[float("-inf"), -1.0]]])
def test_what_is_no_part_is_left_out(nonsense: list) -> None:
    assert parts(nonsense, 60) == []


@pytest.mark.parametrize(("header", "found"), [
    ("bytes=0-9", (0, 10)), ("bytes=90-", (90, 100)), ("bytes=-10", (90, 100)), ("bytes=-1000", (0, 100)), ("bytes=50-1000", (50, 100)), ("BYTES=0-0", (0, 1)),
    ("", None), ("bytes=", None), ("bytes=-", None), ("bytes=5-2", None), ("bytes=0-1,5-6", None), ("seconds=0-1", None), ("bytes=a-b", None), ("bytes=+1-2", None),
    ("bytes=٣-", None), ("bytes=0-9\x00", None), ("bytes= 0-9", (0, 10)), ("bytes=9999999999999999999999-", None),
])
def test_ranges(header: str, found: tuple[int, int] | None) -> None:
    assert wanted(header, "", '"e"', 100) == found


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_behind_the_end_cannot_be_satisfied(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        wanted(header, "", '"e"', 100)


def test_another_recording_than_the_one_begun_is_sent_whole() -> None:
    assert wanted("bytes=5-", '"e"', '"e"', 10) == (5, 10)
    assert wanted("bytes=5-", 'W/"e"', '"e"', 10) is None
    assert wanted("bytes=5-", '"other"', '"e"', 10) is None
    assert wanted("bytes=5-", "Wed, 22 Jul 2026 09:30:00 GMT", '"e"', 10) is None


@given(st.text(max_size=30), st.integers(1, 10**12))
def test_no_header_leads_outside_of_the_file(header: str, size: int) -> None:
    for one in (header, f"bytes={header}"):
        try:
            found = wanted(one, "", '"e"', size)
        except Unsatisfiable:
            continue
        assert found is None or 0 <= found[0] < found[1] <= size
