"""The reports as web pages: whole, harmless, the same for the same figures (P-24, C-8)."""

import base64
import hashlib
from dataclasses import replace

import pytest
from selectolax.parser import HTMLParser

from adapters.formats.books.analysis import analysis_leaf
from adapters.formats.books.counted import gathered
from adapters.formats.books.daily import daily_leaf
from adapters.formats.books.leaf import NOTHING, Leaf, Turn, shown
from adapters.formats.books.page import POLICY, page
from adapters.formats.books.statistics import return_leaf, statistics_leaf
from routing.errors import RuleError
from routing.figures import Axis, Line, Statistics, Tally, total
from tests.formats.books.made import HEAD, a_return, analysis, daily, statistics

LEAVES = {"statistics": statistics_leaf(statistics()), "analysis": analysis_leaf(analysis()), "daily": daily_leaf(daily()), "return": return_leaf(a_return())}
#: Of the pages of these very figures. Where a page is meant to look otherwise now, look at it, then put the new one here.
GOLDEN = {
    "statistics": "6cafcb2905605869",
    "analysis": "df82e2157ece10ac",
    "daily": "43f662989cc6845f",
    "return": "8e23524d27258c88",
}


def read(leaf: Leaf) -> HTMLParser:
    return HTMLParser(page(leaf).decode())


def table(tree: HTMLParser, title: str) -> list[list[str]]:
    """The rows of the table below a headline."""
    section = next(one for one in tree.css("section") if (head := one.css_first("h2")) and head.text().startswith(title))
    return [[cell.text().strip() for cell in row.css("th,td")] for row in section.css("tr")]


@pytest.mark.parametrize("leaf", LEAVES.values(), ids=LEAVES)
def test_a_page_needs_nothing_else_and_does_nothing(leaf: Leaf) -> None:
    tree = read(leaf)
    assert not tree.css("script, link, img, iframe, object, embed, form, base")
    assert not tree.css("[style], [onclick], [onload], [href], [src]")
    assert len(tree.css("style")) == 1
    digest = base64.b64encode(hashlib.sha256(tree.css_first("style").text().encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in POLICY                     # the policy allows this very style, and no other
    assert tree.css_first("meta[http-equiv]").attributes["content"] == POLICY


@pytest.mark.parametrize("leaf", LEAVES.values(), ids=LEAVES)
def test_a_page_can_be_read_out_and_found_its_way_in(leaf: Leaf) -> None:
    tree = read(leaf)
    assert tree.css_first("html").attributes["lang"] == "zh-CN"
    assert len(tree.css("h1")) == 1
    assert all(head.attributes.get("scope") in {"col", "row"} for head in tree.css("th"))
    names = [one.attributes["id"] for one in tree.css("[id]")]
    assert len(names) == len(set(names))
    for row in tree.css("table"):
        assert len({len(line.css("th,td")) for line in row.css("tr")}) == 1


@pytest.mark.parametrize("name", LEAVES)
def test_the_same_figures_give_the_same_page(name: str) -> None:
    assert hashlib.sha256(page(LEAVES[name])).hexdigest()[:16] == GOLDEN[name]


def test_P24_title_period_as_of_and_comparison_stand_at_the_top() -> None:
    said = read(LEAVES["statistics"]).css_first("header").text()
    for word in ("示例银行", "全行", "投诉统计表", "Complaint statistics", "2026年12月", "2026-12-01 至 2026-12-31", "对比2026年11月", "2027-01-04 09:00"):
        assert word in said
    foot = read(LEAVES["statistics"]).css_first("footer").text()
    assert "3f9a1c" in foot
    assert HEAD.notes[0] in foot


def test_P24_rows_add_up_to_the_total_below_them() -> None:
    for title in ("按投诉类别", "按被投诉单位"):
        _, *rows, whole = table(read(LEAVES["statistics"]), title)
        numbers = [[int(row[place].replace(",", "")) for place in (1, 4, 5, 6, 7)] for row in rows]
        assert [sum(column) for column in zip(*numbers, strict=True)] == [int(whole[place].replace(",", "")) for place in (1, 4, 5, 6, 7)]


@pytest.mark.parametrize("units", [0, 1, 20, 21, 22, 40, 10_000])
def test_P24_however_many_units_twenty_and_the_rest_are_shown(units: int) -> None:
    lines = tuple(Line(f"U{n}", f"第{n}支行", Tally(received=n % 97), Tally(received=n % 89)) for n in range(units))
    whole, before = total(line.tally for line in lines), total(line.before for line in lines)
    leaf = statistics_leaf(Statistics(HEAD, (Line("服务态度", "服务态度", whole, before),), lines, total=whole, before=before))
    _, *rows, foot = table(read(leaf), "按被投诉单位")
    assert len(rows) == (21 if units > 21 else max(units, 1))
    if units > 21:
        assert rows[-1][0] == f"其他{units - 20:,}家"
    if units:
        assert sum(int(row[1].replace(",", "")) for row in rows) == whole.received == int(foot[1].replace(",", ""))
    assert len(page(leaf)) < 60_000


def test_P24_gathered_lines_lose_nothing() -> None:
    lines = [Line(str(n), str(n), Tally(received=n), Tally(received=2 * n) if n % 2 else None) for n in range(50)]
    few, rest = gathered(lines)
    assert [line.key for line in few] == [str(n) for n in range(20)]
    assert rest.tally.received == sum(range(20, 50))
    assert rest.before.received == sum(2 * n for n in range(21, 50, 2))


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "很长的单位名称" * 60, "\x00\x0b\ud800\u202e", "&lt;b&gt;"])
def test_P6_a_unit_of_any_name_is_a_unit(name: str) -> None:
    one = statistics(3)
    renamed = replace(one, units=(replace(one.units[0], name=name), *one.units[1:]), head=replace(HEAD, bank=name, place=name, notes=(name,)))
    tree = read(statistics_leaf(renamed))
    assert not tree.css("script, img, b:not(.better):not(.worse)")
    if name.isprintable():
        assert name in [row[0] for row in table(tree, "按被投诉单位")]


def test_P24_changes_are_said_in_words_not_by_colour_alone() -> None:
    tiles = {tile.zh: tile for tile in statistics_leaf(replace(
        statistics(0), total=Tally(received=12, answered=10, on_time=9, open=6, overdue=4, closed=6, repeat=3, satisfied=4, dissatisfied=1),
        before=Tally(received=10, answered=10, on_time=8, open=3, overdue=5, closed=7, repeat=1, satisfied=5),
        categories=(Line("x", "x", Tally(received=12, answered=10, on_time=9, open=6, overdue=4, closed=6, repeat=3, satisfied=4, dissatisfied=1)),),
        units=(Line("u", "u", Tally(received=12, answered=10, on_time=9, open=6, overdue=4, closed=6, repeat=3, satisfied=4, dissatisfied=1)),),
    )).tiles}
    assert (tiles["受理"].change, tiles["受理"].turn) == ("较上期 ▲ 2（+20.0%）", Turn.NEITHER)
    assert (tiles["期末未结"].change, tiles["期末未结"].turn) == ("较上期 ▲ 3（+100.0%）", Turn.WORSE)
    assert (tiles["期末逾期"].change, tiles["期末逾期"].turn) == ("较上期 ▼ 1（-20.0%）", Turn.BETTER)
    assert (tiles["按时答复率"].change, tiles["按时答复率"].turn) == ("较上期 ▲ 10.0 个百分点", Turn.BETTER)
    assert (tiles["满意率"].change, tiles["满意率"].turn) == ("较上期 ▼ 20.0 个百分点", Turn.WORSE)
    assert (tiles["重复投诉率"].value, tiles["重复投诉率"].turn) == ("25.0%", Turn.WORSE)
    assert "变差" in page(LEAVES["statistics"]).decode()


def test_P24_without_a_period_before_nothing_is_compared() -> None:
    one = statistics(2)
    bare = replace(one, before=None, head=replace(HEAD, before=None), units=tuple(replace(line, before=None) for line in one.units), categories=tuple(replace(line, before=None) for line in one.categories))
    leaf = statistics_leaf(bare)
    assert {tile.change for tile in leaf.tiles} == {""}
    assert table(read(leaf), "按投诉类别")[1][2:4] == [NOTHING, NOTHING]


def test_P24_an_empty_period_is_a_report_too() -> None:
    tree = read(statistics_leaf(statistics(0)))
    assert "本期无数据 no data" in tree.body.text()
    assert table(tree, "按被投诉单位")[1] == ["本期无数据 no data"] or len(table(tree, "按被投诉单位")[1]) > 1


def test_P21_figures_that_do_not_add_up_make_no_page() -> None:
    good = statistics(3)
    with pytest.raises(RuleError, match="do not add up"):
        statistics_leaf(replace(good, total=replace(good.total, received=1)))


def test_P24_a_result_the_pack_does_not_know_is_counted_all_the_same() -> None:
    one = statistics(2)
    heads = table(read(statistics_leaf(replace(one, results=("有责",)))), "处理结果")[0]
    assert [head.split()[0] for head in heads[2:6]] == ["有责", "双方责任", "撤诉", "无责"]


def test_axes_stand_there_where_codes_are_loaded() -> None:
    one = replace(statistics(2), axes=(Axis("B 业务类别", "B Business", (Line("0101", "人民币储蓄", Tally(received=7), Tally(received=5)),)),))
    assert table(read(statistics_leaf(one)), "金融行业分类：B 业务类别")[1] == ["人民币储蓄", "0101", "7", "+2", "+40.0%"]
    assert "金融行业分类" not in page(LEAVES["statistics"]).decode()


def test_P24_a_return_names_cases_by_number() -> None:
    rows = table(read(LEAVES["return"]), "逐件情况")
    assert rows[1][:4] == ["95580-20261201-000000", "2026-12-01 09:00", "电话", "工作失误"]
    assert "已增派大堂人员" in page(LEAVES["return"]).decode()


def test_P24_the_analysis_says_its_peak_and_what_was_late() -> None:
    told = page(LEAVES["analysis"]).decode()
    most = max(analysis().months, key=lambda month: month.tally.received)
    assert f"受理最多的是2026年{most.first.month}月，{most.tally.received:,}件" in told
    late = sum(one.count for one in analysis().answer_times if one.up_to is None or one.up_to > 10)
    assert f"超过最后期限的{late:,}件" in told


def test_C8_the_day_stands_unit_by_unit() -> None:
    one = daily()
    _, *rows, whole = table(read(LEAVES["daily"]), "各单位分类件数")
    assert len(rows) == len(one.units)
    assert (whole[1], whole[6]) == (f"{one.total.enquiries:,}", f"{one.total.complaints:,}")
    assert [int(row[6]) for row in rows] == sorted((line.count.complaints for line in one.units), reverse=True)
    many = daily_leaf(daily(60))
    assert table(read(many), "各单位分类件数")[-2][0] == "其他40家"


@pytest.mark.parametrize(("value", "kind", "said"), [
    (None, "count", NOTHING), (0, "change", "0"), (-1200, "change", "-1,200"), (5, "change", "+5"), (0.0, "growth", "0.0%"), (0.125, "growth", "+12.5%"),
    (1234567, "count", "1,234,567"), (0.931, "share", "93.1%"), (1.26, "days", "1.3"), ("x", "text", "x"),
])
def test_numbers_are_said_as_people_read_them(value, kind: str, said: str) -> None:
    assert shown(value, kind) == said
