import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given, settings, strategies as st

from adapters.formats.answer_table import read_rows
from adapters.formats.xlsx_words import rows_of
from routing.elements import ELEMENTS
from routing.papers import Unreadable
from tests.elements.words import HOLLOW

DAY = datetime(2026, 7, 22)  # noqa: DTZ001 (Excel knows no zones)
SAID = {
    1: "经核实，叫号机故障，客户多等半小时", 2: "设备员扣绩效100元", 3: "增设备用叫号机", 4: "满意", 5: DAY, 6: "张小某", 7: 13800000000.0,
}
READ = {**SAID, 5: "2026年7月22日", 7: "13800000000"}


def packed(book: openpyxl.Workbook) -> bytes:
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


def elements(content: bytes) -> dict[int, str]:
    return dict(read_rows(rows_of(content), HOLLOW).elements)


def test_P12_labels_to_the_left_also_in_merged_cells():
    book = openpyxl.Workbook()
    for number, name in ELEMENTS.items():
        book.active.cell(number + 2, 2, f"{number}．{name}")
        book.active.cell(number + 2, 4, SAID[number])
        book.active.merge_cells(start_row=number + 2, end_row=number + 2, start_column=4, end_column=9)
    assert elements(packed(book)) == READ


def test_P12_labels_above_and_over_several_sheets():
    book = openpyxl.Workbook()
    book.active.append(["序号", *(ELEMENTS[number] for number in (1, 2, 3))])
    book.active.append([1, *(SAID[number] for number in (1, 2, 3))])
    other = book.create_sheet("经办")
    other.append([ELEMENTS[number] for number in (4, 5, 6, 7)])
    other.append([SAID[number] for number in (4, 5, 6, 7)])
    assert elements(packed(book)) == READ


def test_P12_a_day_as_excel_counts_it_and_only_beside_its_label():
    book = openpyxl.Workbook()
    book.active.append(["处理时间", 46225])
    book.active.append(["调查情况", "经核实，少付利息", 46225])
    assert elements(packed(book)) == {1: "经核实，少付利息\n46225", 5: "2026年7月22日"}


def test_a_hidden_sheet_says_nothing():
    book = openpyxl.Workbook()
    book.create_sheet("x").append(["经办人", "张小某"])
    book["x"].sheet_state = "hidden"
    assert elements(packed(book)) == {}


def test_other_values_are_written_as_people_do():
    book = openpyxl.Workbook()
    book.active.append([True, 1.5, date(2026, 7, 22), DAY.replace(hour=9, minute=5), "a\nb", None, "="])
    (row,) = rows_of(packed(book))
    assert row == ("是", "1.5", "2026年7月22日", "2026年7月22日09:05", "a\nb", "", "=")


@pytest.mark.timeout(10)
def test_a_cell_at_the_far_end_costs_nothing():
    book = openpyxl.Workbook()
    book.active["A1"], book.active["B1"], book.active["XFD1048576"] = "经办人", "张小某", "x"
    assert elements(packed(book)) == {6: "张小某"}


def changed(name: str, body: bytes) -> bytes:
    """A good workbook with one member in place of another."""
    raw = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed(openpyxl.Workbook()))) as old, zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            if member.filename != name:
                new.writestr(member.filename, old.read(member))
        new.writestr(name, body)
    return raw.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(("content", "why"), [
    (b"", "不是完好"), (b"PK\x03\x04 and no more", "不是完好"), (changed(SHEET, b"<worksheet>"), "不是完好"), (changed(SHEET, b" " * 50_000_000), "展开后过大"),
    (changed("xl/media/x.bin", b"\0" * 60_000_000), "展开后过大"), (changed(SHEET, b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet>&b;</worksheet>'), "文档类型声明"),
    (changed("xl/sharedStrings.xml", '<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/hostname"><sst/>'.encode("utf-16")), "异常编码"),
    (changed(SHEET, b"<a>" * 500), "嵌套层次过深"), (changed("xl/workbook.xml", b"<workbook"), "不是完好"), (changed("[Content_Types].xml", b"<Types/>"), "不是完好"),
])
@pytest.mark.timeout(20)
def test_hostile_workbooks_are_refused_with_a_reason_and_a_cure(content, why):
    with pytest.raises(Unreadable, match=why) as caught:
        rows_of(content)
    assert "请" in str(caught.value)


def test_a_size_that_lies_in_the_directory_does_not_help():
    content = bytearray(changed("xl/media/x.bin", b"\0" * 60_000_000))
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(b"xl/media/x.bin"))
    content[at + 24:at + 28] = (1000).to_bytes(4, "little")
    with pytest.raises(Unreadable):
        rows_of(bytes(content))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=40))
def test_a_damaged_workbook_is_read_or_refused(at, damage):
    book = openpyxl.Workbook()
    book.active.append(["经办人", "张小某"])
    content = bytearray(packed(book))
    content[at % len(content):at % len(content) + len(damage)] = damage
    try:
        rows = rows_of(bytes(content))
    except Unreadable:
        return
    assert all(isinstance(cell, str) for row in rows for cell in row)
