"""A table of complaints: what people's spreadsheets really hold, and every mistake with its cell (law: article 13)."""

import io
import zipfile
from datetime import datetime

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings, strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from zoneinfo import ZoneInfo

from adapters.formats.entry_fields import FIELDS, field_of
from adapters.formats.entry_form import Today
from adapters.formats.entry_grid import MOST_ROWS
from adapters.formats.entry_sheet import Sheet, by, read_sheet, template
from hotline_bridge.rulebook import load_packs
from routing.papers import Channel, Unreadable
from tests.entering.forms import a_book, saved

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = Today(datetime(2026, 7, 22, 9, 30, tzinfo=ZONE), ZONE, load_packs()["psbc-95580"].hours)
AT_1540 = datetime(2026, 7, 3, 15, 40)  # noqa: DTZ001 (a cell knows no zone)
HEADS = ("投诉渠道", "投诉人", "联系电话", "被投诉单位", "投诉内容", "受理时间", "证件号码")
ROW = ("信件", "王小明", "13800000001", "上地路营业所", "柜员态度差", "2026-07-03", "110105199001011233")


def a_row(**cells: object) -> list[object]:
    at = {"channel": 0, "name": 1, "phone": 2, "unit": 3, "words": 4, "received": 5, "id": 6}
    row: list[object] = list(ROW)
    for name, value in cells.items():
        row[at[name]] = value
    return row


def read(*rows: list[object], heads: tuple[str, ...] = HEADS) -> Sheet:
    return read_sheet(a_book(rows, heads), TODAY)


def mistakes(sheet: Sheet) -> list[tuple[str, str]]:
    return [(one.cell, one.wrong) for one in sheet.mistakes]


def test_a_plain_row_is_an_entry():
    sheet = read(a_row())
    assert sheet.mistakes == ()
    (line,) = sheet.lines
    form = line.entry.form
    assert (line.number, form.channel, form.customer.name, form.customer.phone) == (2, Channel.LETTER, "王小明", "13800000001")
    assert form.started_at == datetime(2026, 7, 3, 8, 30, tzinfo=ZONE)          # a day alone: from the opening of business


@pytest.mark.parametrize(("written", "read_as"), [
    ("2026/7/3", "07-03 08:30"), ("2026年7月3日 15:40", "07-03 15:40"), ("20260703", "07-03 08:30"), (20260703, "07-03 08:30"),
    ("2026.7.3", "07-03 08:30"), ("２０２６－７－３", "07-03 08:30"), ("2026年7月3日下午3点", "07-03 15:00"), ("2026-07-03T09:05:06", "07-03 09:05"),
    ("2026年7月3日9时31分(星期五)", "07-03 09:31"), (AT_1540, "07-03 15:40"), (46206, "07-03 08:30"), (46206.5, "07-03 12:00"),
])
def test_dates_as_people_write_them(written: object, read_as: str):
    sheet = read(a_row(received=written))
    assert sheet.mistakes == ()
    assert f"{sheet.lines[0].entry.form.started_at:%m-%d %H:%M}" == read_as


@pytest.mark.parametrize("written", ["昨天", "2026-13-03", "2026/2/30", "7月3日", "1899-01-01", "2026-07-03 25:00", "03/07/2026"])
def test_what_is_no_date_is_told_with_its_cell(written: str):
    (found,) = read(a_row(received=written)).mistakes
    assert (found.cell, found.column) == ("F2", "受理时间")
    assert found.cure


def test_a_day_in_the_future_is_a_misprint_but_today_is_not():
    assert [cell for cell, _ in mistakes(read(a_row(received="2026-07-23")))] == ["F2"]
    assert [cell for cell, _ in mistakes(read(a_row(received="2027-07-03")))] == ["F2"]
    (line,) = read(a_row(received="2026-07-22")).lines
    assert line.entry.form.started_at is not None
    assert line.entry.form.started_at <= TODAY.now


def test_a_workbook_of_1904_counts_its_days_from_there():
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(HEADS)
    book.active.append(a_row(received=AT_1540))
    book.active.append(a_row(received=46206 - 1462, words="另一件"))
    sheet = read_sheet(saved(book), TODAY)
    assert [f"{line.entry.form.started_at:%Y-%m-%d}" for line in sheet.lines] == ["2026-07-03", "2026-07-03"]
    assert any("1904" in note for note in sheet.notes)


def test_telephone_numbers_and_identity_numbers_as_spreadsheets_spoil_them():
    good = read(a_row(phone=13800000001), a_row(phone=13800000001.0, words="另一件"), a_row(phone="'13800000001", words="第三件"))
    assert {line.entry.form.customer.phone for line in good.lines} == {"13800000001"}
    assert [cell for cell, _ in mistakes(read(a_row(phone="1.38E+10")))] == ["C2"]
    assert [cell for cell, _ in mistakes(read(a_row(id=110105199001011233)))] == ["G2"]
    assert [cell for cell, _ in mistakes(read(a_row(id="1.10105E+17")))] == ["G2"]


def test_a_formula_counts_by_its_last_value_and_is_refused_without_one():
    kept = io.BytesIO()
    book = xlsxwriter.Workbook(kept)
    page = book.add_worksheet()
    page.write_row(0, 0, HEADS)
    page.write_row(1, 0, a_row())
    page.write_formula(1, 1, '="王"&"小明"', None, "王小明")
    book.close()
    assert read_sheet(kept.getvalue(), TODAY).lines[0].entry.form.customer.name == "王小明"
    assert mistakes(read(a_row(name='="王"&"小明"'))) == [("B2", "公式没有保存计算结果")]


def test_merged_cells_among_the_data_are_refused_those_of_title_and_headings_are_not():
    book = openpyxl.Workbook()
    page = book.active
    page.append(["2026年7月投诉登记表"])
    page.merge_cells("A1:G1")
    page.append(HEADS)
    page.append(a_row())
    page.append(a_row(words="另一件"))
    assert read_sheet(saved(book), TODAY).mistakes == ()
    page.merge_cells("A3:A4")
    found = mistakes(read_sheet(saved(book), TODAY))
    assert found[0][0] == "A3"
    assert "A3:A4" in found[0][1]


def test_a_sheet_of_nothing_but_merged_cells_is_refused_before_each_is_told():
    book = openpyxl.Workbook()
    book.active.append(HEADS)
    book.active.append(a_row())
    package, kept = io.BytesIO(saved(book)), io.BytesIO()
    ranges = b"".join(b'<mergeCell ref="A%d:B%d"/>' % (row, row) for row in range(3, 400_000))
    with zipfile.ZipFile(package) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = old.read(name)
            new.writestr(name, body.replace(b"</sheetData>", b"</sheetData><mergeCells>" + ranges + b"</mergeCells>") if "sheet1" in name else body)
    with pytest.raises(Unreadable, match="合并单元格超过"):
        read_sheet(kept.getvalue(), TODAY)


def test_two_rows_of_headings_are_read_together():
    book = openpyxl.Workbook()
    for row in (["渠道", "投诉人", None, "代理人", "被投诉", None, "投诉内容"], [None, "姓名", "电话", "姓名", "单位", "人", None],
                ["来访", "王小明", "13800000001", "李代理", "上地路营业所", "张某", "态度差"]):
        book.active.append(row)
    book.active.merge_cells("B1:C1")
    sheet = read_sheet(saved(book), TODAY)
    assert sheet.mistakes == ()
    form = sheet.lines[0].entry.form
    assert (form.customer.name, form.customer.phone, form.customer.agent_name) == ("王小明", "13800000001", "李代理")
    assert (form.complained_unit, form.complained_person, form.channel) == ("上地路营业所", "张某", Channel.WALK_IN)


def test_hidden_rows_are_refused_hidden_sheets_are_told():
    book = openpyxl.Workbook()
    book.active.append(HEADS)
    book.active.append(a_row())
    book.active.append(a_row(words="筛选掉的一件"))
    book.active.row_dimensions[3].hidden = True
    away = book.create_sheet("旧表")
    away.append(HEADS)
    away.append(a_row(words="旧的一件"))
    away.sheet_state = "hidden"
    sheet = read_sheet(saved(book), TODAY)
    assert [cell for cell, _ in mistakes(sheet)] == ["A3"]
    assert any("旧表" in note for note in sheet.notes)


def test_two_tables_in_one_file_are_refused_a_page_of_explanations_is_not():
    book = openpyxl.Workbook()
    for page in (book.active, book.create_sheet("第二张")):
        page.append(HEADS)
        page.append(a_row())
    with pytest.raises(Unreadable, match="2 个工作表"):
        read_sheet(saved(book), TODAY)


def test_repeated_headings_empty_rows_and_columns_of_others_are_let_be():
    sheet = read([*a_row(), "x"], [None] * 8, [*HEADS, "经办"], [*a_row(words="另一件"), "y"], heads=(*HEADS, "内部备注"))
    assert [line.number for line in sheet.lines] == [2, 5]
    assert any("内部备注" in note for note in sheet.notes)
    assert any("第 4 行" in note for note in sheet.notes)


def test_the_same_row_twice_is_told_and_a_number_of_its_own_makes_it_two():
    assert mistakes(read(a_row(), a_row()))[0][0] == "A3"
    heads = ("来件编号", *HEADS)
    assert read(["1-1", *a_row()], ["1-2", *a_row()], heads=heads).mistakes == ()


def test_what_lacks_is_told_in_the_cell_where_it_belongs():
    found = read(a_row(channel=None, words=None)).mistakes
    assert {(one.cell, one.wrong) for one in found} == {("A2", "未填写"), ("E2", "未填写")}
    assert [one.cell for one in read(a_row(channel="电报")).mistakes] == ["A2"]


def test_error_values_are_no_words():
    assert mistakes(read(a_row(name="#N/A")))[0][0] == "B2"


@pytest.mark.parametrize("code", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
def test_a_csv_in_the_codes_spreadsheets_write(code: str):
    text = '渠道,投诉人,电话,投诉内容\r\n来信,王小明,="13800000001","排队很久，\r\n没有人管"\r\n'
    sheet = read_sheet(text.encode(code), TODAY)
    assert sheet.mistakes == ()
    assert sheet.lines[0].entry.form.customer.phone == "13800000001"
    assert sheet.lines[0].entry.form.narrative.startswith("排队很久")


@pytest.mark.parametrize(("content", "why"), [
    (bytes.fromhex("d0cf11e0a1b11ae1") + b"Workbook", ".xls"), (bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "密码"),
    (b"PK\x03\x04broken", ".xlsx"), (b"", "表格"), (b"{}", "表格"), ("姓名,年龄\n张,5\n".encode(), "表头"), (b"\x00\x01\x02", "表头"),
])
def test_what_is_no_table_is_refused_with_the_cure(content: bytes, why: str):
    with pytest.raises(Unreadable, match=why):
        read_sheet(content, TODAY)


def test_too_many_rows_are_refused_before_anything_is_built():
    with pytest.raises(Unreadable, match=f"{MOST_ROWS:,}"):
        read_sheet(("渠道,投诉内容\n" + "来信,很差\n" * (MOST_ROWS + 30)).encode(), TODAY)
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, {"constant_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADS)
        for row in range(1, 25_000):
            page.write_row(row, 0, ["信件", "x"])
    with pytest.raises(Unreadable, match="行数过多"):
        read_sheet(kept.getvalue(), TODAY)
    far = openpyxl.Workbook()
    far.active.append(HEADS)
    far.active["A1048576"] = "信件"
    with pytest.raises(Unreadable, match="1,048,576"):
        read_sheet(saved(far), TODAY)


def test_a_bomb_is_not_unpacked():
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/worksheets/sheet1.xml", "<worksheet>" + " " * (80 << 20))
    with pytest.raises(Unreadable):
        read_sheet(kept.getvalue(), TODAY)


def test_the_empty_table_has_every_field_and_reads_back():
    book = openpyxl.load_workbook(io.BytesIO(template()))
    heads = [cell.value for cell in book.active[1]]
    assert [field_of(one) for one in heads] == list(FIELDS)
    values = {"投诉渠道": "信件", "投诉内容": "态度差", "联系电话": "13800000001"}
    for at, head in enumerate(heads, 1):
        book.active.cell(2, at, values.get(head))
    sheet = read_sheet(saved(book), TODAY)
    assert [line.entry.form.channel for line in sheet.lines] == [Channel.LETTER]
    assert by(sheet, "甲").lines[0].entry.form.seat == "甲"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.one_of(st.none(), st.text(max_size=20), st.integers(), st.floats(allow_nan=False, allow_infinity=False)), min_size=7, max_size=7), max_size=5))
def test_whatever_stands_in_a_csv_each_row_is_an_entry_or_a_mistake(rows: list[list[object]]):
    import csv

    kept = io.StringIO()
    csv.writer(kept).writerows([HEADS, *rows])
    try:
        sheet = read_sheet(kept.getvalue().encode("utf-8", "replace"), TODAY)
    except Unreadable:
        return
    filled = {number for number, row in enumerate(rows, 2) if any(str(cell if cell is not None else "").strip() for cell in row)}
    told = {int("".join(c for c in one.cell if c.isdigit()) or 0) for one in sheet.mistakes}
    assert {line.number for line in sheet.lines} <= filled
    assert sheet.mistakes or {line.number for line in sheet.lines} == filled or any("重复的表头" in note for note in sheet.notes)
    assert told <= filled | {2}
