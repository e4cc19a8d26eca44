from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from routing.phrases import dates_in
from routing.plausible import impossible

SINCE, UNTIL = date(2026, 7, 22), date(2026, 7, 24)


@pytest.mark.parametrize(("words", "why"), [
    ("2026年7月22日", ""), ("7月24日", ""), ("7/23", ""), ("2026.7.23 15:30", ""), ("二〇二六年七月二十三日", ""), ("7月20日至7月23日", ""), ("7月23日（星期四）", ""),
    ("2026年7月25日", "晚于"), ("7月25日", "晚于"), ("2027年7月23日", "晚于"), ("2026年7月21日", "早于"), ("6月3日", "早于"), ("2025年7月23日", "早于"),
    ("7月20日、7月30日", "不在"), ("2月29日", "不存在"),
])
def test_P12_5_the_day_lies_between_complaint_and_answer(words, why):
    told = impossible({5: words}, SINCE, UNTIL).get(5, "")
    assert (why in told) if why else not told


def test_P12_5_a_day_without_a_year_may_be_last_years():
    assert impossible({5: "12月30日"}, date(2026, 12, 29), date(2027, 1, 4)) == {}
    assert "晚于" in impossible({5: "1月5日"}, date(2026, 12, 29), date(2027, 1, 4))[5]


@pytest.mark.parametrize(("mine", "theirs", "same"), [
    ("13800000001", "13800000001", True), ("138 0000 0001", "+86 13800000001", True), ("0312-5550000", "03125550000", True), ("5550000", "0312-5550000", True),
    ("13800000002", "13800000001", False), ("13800000002", "", False), ("95580", "13800000001", False), ("", "13800000001", False),
])
def test_P12_7_the_customers_own_number_is_not_the_handlers(mine, theirs, same):
    assert (7 in impossible({7: mine}, SINCE, UNTIL, theirs)) is same


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 60), st.integers(0, 60), st.booleans())
def test_P12_5_every_day_between_counts_with_and_without_its_year(since, length, at, yearly):
    until, day = since + timedelta(days=length), since + timedelta(days=min(at, length))
    words = f"{day.year}年{day.month}月{day.day}日" if yearly else f"{day.month}月{day.day}日"
    assert impossible({5: words}, since, until) == {}


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_P12_any_words_have_dates_that_exist(words):
    for year, month, day in dates_in(words):
        assert date(year or 2024, month, day)
    assert set(impossible({5: words, 7: words}, SINCE, UNTIL, words)) <= {5, 7}
