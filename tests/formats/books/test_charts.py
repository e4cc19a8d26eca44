"""The pictures of the books: true to scale, readable by machines, harmless whatever units are called (P-24)."""

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings, strategies as st

from adapters.formats.books.charts import Series, Told, distribution, spark, trend
from adapters.formats.books.ranks import Ranked, beside, heat, pareto
from adapters.formats.books.svg import fitted, steps
from routing.figures import Bin, Limit
from routing.layout import width

TOLD = Told("one", "一图", "说明")
SVG = "{http://www.w3.org/2000/svg}"
NASTY = ["<script>alert(1)</script>", '"><b>', "a&b;&#x27;", "很长的单位名称" * 40, "\x0b\x00\ud800\u202e=1", "", "  ", "𬭎溪支行"]
COUNTS = st.integers(0, 5_000_000)


def drawn(svg: str) -> ET.Element:
    return ET.fromstring(svg.encode("utf-8"))


def bars(svg: str) -> list[ET.Element]:
    """The bars that stand for something: each says for what."""
    return [one for one in drawn(svg).iter(f"{SVG}rect") if one.find(f"{SVG}title") is not None]


def count_of(bar: ET.Element) -> int:
    return int(re.search(r"：([0-9,]+)件", bar.find(f"{SVG}title").text)[1].replace(",", ""))


def in_scale(those: list[ET.Element], measure: str) -> None:
    """Each bar is as long as it counts, to what a hundredth of a point rounds off."""
    longest = max(those, key=count_of, default=None)
    for one in those:
        wanted = float(longest.get(measure)) * count_of(one) / count_of(longest)
        assert abs(float(one.get(measure)) - wanted) <= 0.011, (one.attrib, longest.attrib)


@given(st.lists(COUNTS, min_size=1, max_size=15).filter(any))
@settings(max_examples=50, deadline=None)
def test_P24_the_bars_of_a_pareto_are_in_proportion_and_in_order(counts: list[int]) -> None:
    svg = pareto(TOLD, [Ranked(f"因{place}", count) for place, count in enumerate(counts)])
    found = bars(svg)
    assert [count_of(one) for one in found] == sorted((count for count in counts if count), reverse=True)
    in_scale(found, "width")
    assert [one.text for one in drawn(svg).iter(f"{SVG}text") if one.text.endswith("%")][-1] in {"100%", "80%"}


@given(st.lists(st.tuples(COUNTS, st.none() | COUNTS), min_size=1, max_size=12).filter(lambda rows: any(now for now, _ in rows)))
@settings(max_examples=50, deadline=None)
def test_P24_the_bars_of_units_are_in_proportion(rows) -> None:
    in_scale(bars(beside(TOLD, [Ranked(f"行{place}", now, before) for place, (now, before) in enumerate(rows)])), "width")


@given(st.lists(COUNTS, min_size=1, max_size=20).filter(any))
@settings(max_examples=50, deadline=None)
def test_P11_the_bars_of_answer_times_are_in_proportion(counts: list[int]) -> None:
    svg = distribution(TOLD, [Bin(day, count) for day, count in enumerate(counts, 1)], [Limit("简单件", 3)], "工作日")
    in_scale(bars(svg), "height")


@given(st.lists(COUNTS, min_size=2, max_size=30))
@settings(max_examples=50, deadline=None)
def test_P24_a_trend_stands_as_high_as_it_counts(counts: list[int]) -> None:
    svg = trend(TOLD, [f"{n}月" for n in range(len(counts))], [Series("受理", tuple(counts))])
    line = next(one for one in drawn(svg).iter(f"{SVG}polyline") if one.get("fill") == "none")
    heights = [float(pair.split(",")[1]) for pair in line.get("points").split()]
    foot, most, top = 216.0, max(counts), min(heights)
    for count, height in zip(counts, heights, strict=True):
        assert abs((foot - height) - (foot - top) * (count / most if most else 0)) <= 0.011


@given(st.lists(st.lists(COUNTS, min_size=4, max_size=4), min_size=1, max_size=8))
@settings(max_examples=50, deadline=None)
def test_P24_more_is_darker_in_the_heat_map(rows: list[list[int]]) -> None:
    found = bars(heat(TOLD, ["1月", "2月", "3月", "4月"], [(f"行{place}", row) for place, row in enumerate(rows)]))
    shades = sorted((count_of(one), -sum(bytes.fromhex(one.get("fill")[1:]))) for one in found)
    assert len(found) == 4 * len(rows)
    assert [dark for _, dark in shades] == sorted(dark for _, dark in shades)


def test_P24_the_gathered_rest_of_a_heat_map_is_not_dyed() -> None:
    found = bars(heat(TOLD, ["1月"], [("甲", [5])], ("其他9家", [5000])))
    assert [one.get("fill") for one in found] == ["#18426b", "#f4f6f9"]


def test_P24_many_units_together_have_no_bar_beside_single_ones() -> None:
    svg = beside(TOLD, [Ranked("甲", 5, 4), Ranked("其他99家", 5000, 4000, rest=True)])
    assert [count_of(one) for one in bars(svg)] == [5]
    assert "5,000 ▲1,000" in svg


def test_P11_limits_are_marked_and_what_is_beyond_is_hatched() -> None:
    svg = distribution(TOLD, [Bin(3, 8), Bin(7, 5), Bin(10, 3), Bin(None, 2)], [Limit("最后期限", 10), Limit("简单件", 3)], "工作日")
    fills = [one.get("fill") for one in bars(svg)]
    assert fills == ["#2b5c8a"] * 3 + ["url(#one-beyond)"]
    assert drawn(svg).find(f".//{SVG}pattern").get("id") == "one-beyond"
    said = [one.text for one in drawn(svg).iter(f"{SVG}text")]
    assert {"最后期限 10工作日", "简单件 3工作日", "1-3", "4-7", "8-10", ">10"} <= set(said)


def each_chart(name: str) -> list[str]:
    told = Told("x", name, name)
    return [
        pareto(told, [Ranked(name, 3), Ranked("乙", 2)]), beside(told, [Ranked(name, 3, 1)]), heat(told, [name], [(name, [3])], (name, [4])),
        trend(told, [name, name], [Series(name, (1, 2)), Series(name, (2, None), faint=True)]), distribution(told, [Bin(1, 2)], [Limit(name, 1)], "日"),
        spark(told, [1, 2, 3]),
    ]


@pytest.mark.parametrize("name", NASTY)
def test_P6_names_are_words_and_nothing_else(name: str) -> None:
    for svg in each_chart(name):
        root = drawn(svg)
        assert {one.tag.removeprefix(SVG) for one in root.iter()} <= {"svg", "title", "desc", "rect", "text", "line", "polyline", "circle", "defs", "pattern"}
        assert not [one for one in root.iter() if "style" in one.attrib or any(key.startswith("on") for key in one.attrib)]


@pytest.mark.parametrize("svg", each_chart("名"))
def test_a_picture_can_be_read_out(svg: str) -> None:
    root = drawn(svg)
    assert root.get("role") == "img"
    for told in root.get("aria-labelledby").split():
        assert any(one.get("id") == told and one.text for one in root)


@pytest.mark.parametrize("svg", [
    pareto(TOLD, []), pareto(TOLD, [Ranked("甲", 0)]), beside(TOLD, []), heat(TOLD, [], []), trend(TOLD, [], []), trend(TOLD, ["1月"], [Series("x", (None,))]),
    distribution(TOLD, [], [], "日"), distribution(TOLD, [Bin(1, 0)], [Limit("x", 1)], "日"),
])
def test_nothing_is_said_to_be_nothing(svg: str) -> None:
    assert "本期无数据 no data" in svg
    assert not bars(svg)


def test_one_month_is_a_trend_too() -> None:
    svg = trend(TOLD, ["1月"], [Series("受理", (0,))])
    assert len(list(drawn(svg).iter(f"{SVG}circle"))) == 1
    assert spark(TOLD, [3]) == ""


@given(COUNTS)
def test_steps_are_round_and_reach_over_everything(most: int) -> None:
    found = steps(most)
    assert found[0] == 0
    assert found[-1] >= most
    assert len(found) <= 8
    assert len({b - a for a, b in pairwise(found)}) == 1


@given(st.text(), st.integers(2, 40))
def test_words_fit_their_place(text: str, columns: int) -> None:
    assert width(fitted(text, columns)) <= columns
