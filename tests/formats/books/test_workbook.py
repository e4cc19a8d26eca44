"""The reports as workbooks: every row, real numbers, no formula, and what was counted how (P-24)."""

import io
import zipfile
from dataclasses import replace
from datetime import datetime

import openpyxl
import pytest

from adapters.formats.books.analysis import analysis_leaf
from adapters.formats.books.daily import daily_leaf
from adapters.formats.books.leaf import Column, Grid, Leaf
from adapters.formats.books.statistics import return_leaf, statistics_leaf
from adapters.formats.books.workbook import workbook
from routing.figures import Axis
from routing.verdict import Category
from tests.formats.books.made import HEAD, RESULTS, a_return, analysis, daily, statistics


def load(leaf: Leaf) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(workbook(leaf)))


def rows(book: openpyxl.Workbook, name: str) -> list[dict[str, object]]:
    """The rows of a sheet by their Chinese headings, the total last."""
    heads, _, *lines = book[name].iter_rows(values_only=True)
    return [dict(zip(heads, line, strict=True)) for line in lines]


def test_P24_statistics_read_back_as_they_were_counted() -> None:
    one = statistics(40)
    book = load(statistics_leaf(one))
    assert book.sheetnames == ["主要数字 Key figures", "按类别 By category", "按单位 By unit", "单位×类别 Unit×category", "说明 About"]
    *lines, whole = rows(book, "按单位 By unit")
    assert len(lines) == 40                                             # all of them: only pages gather
    by_code = {line["代码"]: line for line in lines}
    for unit in one.units:
        read = by_code[unit.key]
        assert (read["单位"], read["受理"], read["重复"], read["办结"], read["逾期"]) == (unit.name, unit.tally.received, unit.tally.repeat, unit.tally.closed, unit.tally.overdue)
        assert read["较上期"] == unit.tally.received - unit.before.received
        assert read["按时率"] == pytest.approx(unit.tally.on_time_share)
        assert [read[name] for name in RESULTS] == [unit.tally.results[name] for name in RESULTS]
    for name in ("受理", "办结", "满意", *RESULTS):
        assert sum(line[name] for line in lines) == whole[name]


def test_P14_category_by_unit_by_result_has_both_margins() -> None:
    one = statistics(5)
    lines = rows(load(statistics_leaf(one)), "单位×类别 Unit×category")
    assert len(lines) == 5 * len(Category)
    for line in one.categories:
        mine = [each for each in lines if each["投诉类别"] == line.name]
        assert sum(each["受理"] for each in mine) == line.tally.received
        assert sum(each["有责"] for each in mine) == line.tally.results["有责"]


def test_sheets_are_frozen_filtered_typed_and_printed_with_their_headings() -> None:
    sheet = load(statistics_leaf(statistics(4)))["按单位 By unit"]
    assert sheet.freeze_panes == "B3"
    assert sheet.auto_filter.ref == "A2:T6"                             # without the total, which would be sorted in
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert sheet["C3"].data_type == "n"
    assert sheet["E3"].number_format == "+0.0%;-0.0%;0.0%"
    assert [sheet["A2"].value, sheet["C2"].value] == ["Unit", "Received"]


def test_dates_are_dates() -> None:
    lines = rows(load(return_leaf(a_return())), "逐件 Cases")
    assert lines[1]["受理时间"] == datetime.fromisoformat("2026-12-02T09:05")
    assert lines[0]["答复时间"] is None


@pytest.mark.parametrize("name", ["=cmd()", "+1", "-1", "@x", "\t=1", "＝1"])
def test_P6_a_unit_called_like_a_formula_is_text(name: str) -> None:
    one = statistics(2)
    renamed = replace(one, units=(replace(one.units[0], name=name), *one.units[1:]), head=replace(HEAD, bank=name, notes=(name,)))
    raw = workbook(statistics_leaf(renamed))
    with zipfile.ZipFile(io.BytesIO(raw)) as parts:
        assert not any(b"<f>" in parts.read(part) for part in parts.namelist())
    found = [cell for cell in openpyxl.load_workbook(io.BytesIO(raw))["按单位 By unit"]["A"] if cell.value and cell.value.strip() == name.strip()]
    assert [(cell.data_type, cell.quotePrefix) for cell in found] == [("s", True)]


@pytest.mark.parametrize("leaf", [statistics_leaf(statistics(0)), analysis_leaf(analysis()), daily_leaf(daily()), return_leaf(a_return())], ids=lambda leaf: leaf.head.title)
def test_the_same_figures_give_the_same_bytes(leaf: Leaf) -> None:
    assert workbook(leaf) == workbook(leaf)


def test_P24_what_was_counted_how_stands_in_the_book() -> None:
    said = list(load(return_leaf(a_return()))["说明 About"].iter_rows(values_only=True))
    assert ("范围", "About", "金东分行") in said
    assert ("统计口径", "How counted", HEAD.notes[0]) in said
    assert ("说明事项", "Remarks", a_return().remarks[0]) in said
    assert any(line[0] == "上期" and "2026-11-16" in line[2] for line in said)


def test_C8_the_day_has_all_its_units() -> None:
    one = daily(60)
    *lines, whole = rows(load(daily_leaf(one)), "日报 Daily")
    assert len(lines) == 60
    assert sum(line["投诉·有责"] for line in lines) == whole["投诉·有责"] == one.total.at_fault


def test_P24_the_analysis_has_a_sheet_for_each_of_its_tables() -> None:
    book = load(analysis_leaf(analysis()))
    assert book.sheetnames[1:] == ["逐月 Months", "按类别 By category", "单位×月份 Unit×month", "用时 Time to answer", "重复事项 Matters", "C 投诉原因", "说明 About"]
    *times, whole = rows(book, "用时 Time to answer")
    assert sum(line["件数"] for line in times) == whole["件数"] == analysis().total.answered
    assert [line["合计"] for line in rows(book, "单位×月份 Unit×month")] == sorted((sum(row.counts) for row in analysis().units), reverse=True)


def test_sheets_are_named_as_sheets_may_be() -> None:
    name = "轴[A]:投诉/原因*?\\'" * 4
    grids = tuple(Grid(name, "表", "", (Column("甲"),), (("x",),)) for _ in range(3))
    book = load(Leaf(HEAD, (), grids))
    assert len(set(book.sheetnames)) == 5
    assert all(len(one) <= 31 for one in book.sheetnames)


def test_two_axes_of_one_name_have_two_sheets() -> None:
    axis = Axis("C 投诉原因", "C Cause", statistics(1).categories)
    assert load(statistics_leaf(replace(statistics(1), axes=(axis, axis)))).sheetnames[4:6] == ["C 投诉原因", "C 投诉原因 2"]
