"""What counts as nothing, as an enquiry, as a complaint (C-4)."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from hotline_bridge.rulebook import load_packs
from routing.counting import Facts, counts_as, reach
from routing.papers import Channel

DUE = datetime(2026, 7, 22, 13, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
IN_TIME = Facts(Channel.PHONE, ("网点",), DUE, DUE, DUE)


@pytest.mark.parametrize(("facts", "counted"), [
    (IN_TIME, "不计"),
    (replace(IN_TIME, levels=("网点", "支行")), "咨询"),
    (replace(IN_TIME, levels=("一级分行",)), "咨询"),
    (replace(IN_TIME, levels=("网点", "总行")), "投诉"),
    (replace(IN_TIME, answered=DUE + timedelta(minutes=1)), "投诉"),
    (replace(IN_TIME, repeated=True), "投诉"),
    (replace(IN_TIME, channel=Channel.REGULATOR), "投诉"),
    (replace(IN_TIME, answered=None), "不计"),
    (replace(IN_TIME, answered=None, as_of=DUE + timedelta(hours=1)), "投诉"),
    (replace(IN_TIME, due=None), "不计"),
])
def test_C4_how_a_case_counts(facts: Facts, counted: str) -> None:
    assert counts_as(facts, load_packs()["cutover"]) == counted


def test_C4_a_pack_without_counting_calls_everything_a_complaint() -> None:
    assert counts_as(IN_TIME, load_packs()["psbc-95580"]) == "投诉"


@given(st.sampled_from(list(Channel)), st.lists(st.sampled_from(["网点", "支行", "二级分行", "一级分行"]), max_size=3), st.integers(-9, 9))
def test_C4_worse_never_counts_less(channel: Channel, levels: list[str], late: int) -> None:
    order = ["outlet", "risen", "beyond"]
    facts = Facts(channel, levels, DUE, DUE + timedelta(hours=late), DUE)
    for worse in (replace(facts, repeated=True), replace(facts, levels=[*levels, "一级分行"]), replace(facts, answered=DUE + timedelta(hours=10))):
        assert order.index(reach(worse)) >= order.index(reach(facts))
