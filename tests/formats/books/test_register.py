"""The register as a workbook and as .csv: streamed, typed, safe, masked unless asked otherwise (D-8, P-6)."""

import csv
import io
import zipfile
from datetime import date, datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings, strategies as st

from adapters.formats.books.cells import plain, risky, written
from adapters.formats.books.register import write_register, write_register_csv
from routing.register import HEADINGS, HopLine, RegisterRow
from tests.formats.books.made import REGISTER, ZONE, rows

AT = datetime(2026, 7, 22, 9, 31, 20, tzinfo=ZONE)
HERE = AT.replace(tzinfo=None)          # as spreadsheets have times: of no zone
COLUMN = {name: place for place, name in enumerate(HEADINGS)}


def row(**more) -> RegisterRow:
    return RegisterRow(**({"number": "95580-20260722-000137", "received": AT} | more))


def book(those, **how):
    raw = io.BytesIO()
    count = write_register(those, REGISTER, raw, **how)
    return count, openpyxl.load_workbook(io.BytesIO(raw.getvalue()))


def cells(one: RegisterRow, **how):
    """The cells of the only row, by field."""
    _, loaded = book([one], **how)
    line = loaded.worksheets[0][3]
    return {name: line[place] if place < len(line) else None for name, place in COLUMN.items()}


def test_D8_what_was_written_is_read_back() -> None:
    one = row(
        unit="示例支行", category="服务态度", facts='等候太久，<b>&"不满"', amount=Decimal("60000.50"), heads=3, heard_seconds=0, legal_hold=True,
        retain_until=date(2031, 12, 31), due=AT + timedelta(days=3), hops=(HopLine("总行工会", "督办", AT, AT), HopLine("示例分行", "主办", AT)),
    )
    read = cells(one)
    assert read["number"].value == "95580-20260722-000137"
    assert read["received"].value == HERE
    assert read["received"].is_date
    assert read["due"].value == HERE + timedelta(days=3)
    assert f"{read['retain_until'].value:%Y-%m-%d}" == "2031-12-31"
    assert read["amount"].value == 60000.5
    assert (read["heads"].value, read["heard_seconds"].value, read["legal_hold"].value) == (3, 0, "是")
    assert read["facts"].value == '等候太久，<b>&"不满"'
    assert read["hops"].value == "→ 总行工会 督办 发出 2026-07-22 09:31 送达 2026-07-22 09:31\n→ 示例分行 主办 发出 2026-07-22 09:31"
    assert read["closed"].value is None


def test_D8_headings_in_both_languages_frozen_filtered_and_printed_on_every_page() -> None:
    count, loaded = book(rows(5))
    sheet = loaded.worksheets[0]
    assert (count, sheet.max_row) == (5, 7)
    assert [cell.value for cell in sheet[1]][:2] == ["编号", "受理时间（Asia/Shanghai）"]
    assert [cell.value for cell in sheet[2]] == [one.en for one in HEADINGS.values()]
    assert sheet.freeze_panes == "B3"
    assert sheet.auto_filter.ref == f"A2:{openpyxl.utils.get_column_letter(len(HEADINGS))}7"
    assert sheet.print_title_rows in {"1:2", "$1:$2"}
    assert sheet.column_dimensions["A"].width > 20


def test_P24_the_book_says_of_itself_what_it_is() -> None:
    _, loaded = book(rows(5))
    said = {one[0].value: one[2].value for one in loaded["说明 About"].iter_rows() if one[0].value}
    assert said["数据截至"] == "2027-01-04 09:00（Asia/Shanghai）"
    assert said["期间"] == "2026年度（2026-01-01 至 2026-12-31）"
    assert (said["规则摘要"], said["行数"], said["客户信息"]) == ("3f9a1c", "5", "客户信息已遮蔽 customers masked")


def test_times_are_by_the_clock_of_the_zone_that_the_heading_names() -> None:
    utc = datetime.fromisoformat("2026-07-22T01:31:20+00:00")
    assert cells(row(received=utc))["received"].value == HERE


@given(st.datetimes(HERE.replace(year=2018), HERE.replace(year=2030)))
@settings(max_examples=25, deadline=None)
def test_no_minute_is_lost_to_the_numbers_of_a_spreadsheet(at: datetime) -> None:
    at = at.replace(microsecond=0)
    assert cells(row(received=at.replace(tzinfo=ZONE)))["received"].value == at


FORMULAS = ["=cmd()", "+1+1", "-2", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1+1", "\n@x", '=HYPERLINK("http://x.example")']


@pytest.mark.parametrize("text", FORMULAS)
def test_P6_text_is_never_a_formula(text: str) -> None:
    found = cells(row(facts=text), open_names=True)["facts"]
    assert found.data_type == "s"
    assert found.value.replace("\r", "\n").strip() == text.replace("\r", "\n").strip()
    assert found.quotePrefix                     # and stays text when somebody edits it
    raw = io.BytesIO()
    write_register([row(facts=text)], REGISTER, raw)
    with zipfile.ZipFile(raw) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("text", FORMULAS)
def test_P6_nor_in_the_csv(text: str) -> None:
    raw = io.BytesIO()
    write_register_csv([row(facts=text)], REGISTER, raw)
    line = list(csv.reader(io.StringIO(raw.getvalue().decode("utf-8-sig"), newline="")))[1]
    assert line[COLUMN["facts"]] == f"'{text}"


@given(st.text())
def test_P6_no_field_of_a_csv_begins_like_a_formula(text: str) -> None:
    told = plain(text)
    assert told in {text, f"'{text}"}
    assert not risky(told)


@given(st.text(max_size=40))
@settings(max_examples=40, deadline=None)
def test_whatever_stands_in_a_case_can_be_read_again(text: str) -> None:
    """Control characters, lone surrogates, escapes of spreadsheets: the workbook opens, the rest of the text is there."""
    found = cells(row(facts=text + "尾"), open_names=True)["facts"].value
    assert found.endswith("尾")
    printable = [sign for sign in text if sign.isprintable()]
    assert "".join(sign for sign in found[:-1] if sign.isprintable() and sign != "□").replace("_x005F_", "_") == "".join(s for s in printable if s != "□").replace("_x005F_", "_")


def test_text_beyond_a_cell_is_cut_and_says_so() -> None:
    found = cells(row(facts="长" * 40_000), open_names=True)["facts"].value
    assert len(found) == 32_767
    assert found.endswith("…（截断）")
    assert written("短") == "短"


def test_P6_customers_are_masked_unless_asked_for() -> None:
    one = row(customer="张某某", phone="13800001234", facts="张某某说")
    hidden, open_ = cells(one), cells(one, open_names=True)
    assert (hidden["customer"].value, hidden["phone"].value, hidden["facts"].value) == ("张**", "138****1234", "张**说")
    assert (open_["customer"].value, open_["phone"].value, open_["facts"].value) == ("张某某", "13800001234", "张某某说")
    _, loaded = book([one], open_names=True)
    assert any("未遮蔽" in str(line[2].value) for line in loaded["说明 About"].iter_rows())
    raw = io.BytesIO()
    write_register_csv([one], REGISTER, raw)
    assert "张某某" not in raw.getvalue().decode()


def test_P6_numbers_of_people_are_text_and_lose_no_digit() -> None:
    found = cells(row(id_number="110101199001011234", account="6222021234567890123"), open_names=True)
    assert (found["id_number"].value, found["account"].value) == ("110101199001011234", "6222021234567890123")


class Pipe(io.RawIOBase):
    """Takes bytes and cannot go back, as an HTTP answer."""

    def __init__(self) -> None:
        self.taken = bytearray()

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def write(self, part) -> int:
        self.taken += part
        return len(part)


def test_it_streams_into_what_cannot_be_rewound() -> None:
    pipe = Pipe()
    seen = []

    def watched():
        for one in rows(6_001):
            seen.append(len(pipe.taken))
            yield one

    assert write_register(watched(), REGISTER, pipe) == 6_001
    assert seen[-1] > seen[0] + 10_000                  # rows have left before the last was asked for
    loaded = openpyxl.load_workbook(io.BytesIO(bytes(pipe.taken)), read_only=True)
    assert sum(1 for _ in loaded.worksheets[0].iter_rows()) == 6_003
    loaded.close()


def test_more_rows_than_a_sheet_holds_go_on_in_the_next() -> None:
    count, loaded = book(rows(7), most=3)
    assert count == 7
    assert loaded.sheetnames == ["登记簿 Register", "登记簿 Register 2", "登记簿 Register 3", "说明 About"]
    numbers = [line[0].value for sheet in loaded.worksheets[:3] for line in sheet.iter_rows(min_row=3)]
    assert numbers == [one.number for one in rows(7)]
    assert [sheet.auto_filter.ref[-1] for sheet in loaded.worksheets[:3]] == ["5", "5", "3"]
    assert [bool(sheet.sheet_view.tabSelected) for sheet in loaded.worksheets] == [True, False, False, False]     # else what one writes goes into all


def test_a_full_last_sheet_has_no_empty_one_behind_it() -> None:
    _, loaded = book(rows(6), most=3)
    assert loaded.sheetnames == ["登记簿 Register", "登记簿 Register 2", "说明 About"]


def test_an_empty_register_is_a_register() -> None:
    count, loaded = book([])
    assert (count, loaded.worksheets[0].max_row) == (0, 2)
    raw = io.BytesIO()
    assert write_register_csv([], REGISTER, raw) == 0
    assert raw.getvalue().decode("utf-8-sig").startswith("编号 Number,受理时间（Asia/Shanghai） Received,")


def test_the_same_rows_give_the_same_bytes() -> None:
    first, again = io.BytesIO(), io.BytesIO()
    write_register(rows(20), REGISTER, first)
    write_register(rows(20), REGISTER, again)
    assert first.getvalue() == again.getvalue()


def test_rows_that_break_off_make_no_whole_workbook() -> None:
    def broken():
        yield from rows(3)
        raise OSError("the database is gone")

    raw = io.BytesIO()
    with pytest.raises(OSError, match="the database is gone"):
        write_register(broken(), REGISTER, raw)
    with pytest.raises(KeyError):
        openpyxl.load_workbook(raw)


def test_a_time_of_no_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="a time without a zone"):
        write_register([row(closed=HERE)], REGISTER, io.BytesIO())


def test_csv_has_each_row_once() -> None:
    raw = io.BytesIO()
    assert write_register_csv(rows(4_100), REGISTER, raw) == 4_100
    lines = list(csv.reader(io.StringIO(raw.getvalue().decode("utf-8-sig"), newline="")))
    assert [line[0] for line in lines[1:]] == [one.number for one in rows(4_100)]
    assert {len(line) for line in lines} == {len(HEADINGS)}
