"""The cells of a spreadsheet that complaints are entered by, .xlsx or .csv, row by row (ECMA-376-1, 18; RFC 4180).

The file comes from outside: its size, rows and members are counted before anything is built of them. What nobody sees on
the screen is not imported in silence: hidden sheets are told, hidden rows and merged cells among the data are refused.
"""

import csv
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import islice
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.utils.datetime import CALENDAR_MAC_1904, from_excel

from adapters.formats import charset
from adapters.formats.xlsx_words import guard
from routing.papers import Unreadable

MOST_ROWS = 1_000           # of one file: all of them are one transaction of some ten seconds, in which no seat's form is taken
_MOST_GRID = 20_000         # rows with the empty ones
_MOST_COLUMNS = 100
_MOST_MERGED = 1_000        # ranges: more than there may be rows
_MOST_BYTES = 20 << 20      # of the file as it comes
_MOST_UNPACKED = 40 << 20
_STEP = 1 << 20
_EXACT = 10**15             # Excel keeps 15 figures of a number and writes noughts for the rest
_SERIALS = range(36_526, 73_050)        # 2000-01-01 to 2099-12-31 in days since 1899-12-30
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_FEWER = f"每个文件不超过 {MOST_ROWS:,} 行，请分成几个文件导入"
_SAVE = "在 Excel 或 WPS 中另存为 .xlsx 后再导入"
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, LookupError, ValueError, TypeError, AttributeError, SyntaxError, RuntimeError, NotImplementedError,
)
_MERGED = re.compile(rb'<mergeCell\s[^>]*?ref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')
_ROW = re.compile(rb"<row\s([^>]{0,500})>")
_HIDDEN, _PLACE = re.compile(rb'\bhidden="(?:1|true)"'), re.compile(rb'\br="([0-9]{1,7})"')


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its words as a person would write them, and what is wrong with it ("" and "" where nothing is)."""

    words: str = ""
    wrong: str = ""
    cure: str = ""
    serial: str = ""                    # the day it means, where it is a mere number and its column is one of days


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: its rows by their numbers, merged ranges, hidden rows, and what a person should know."""

    rows: Mapping[int, tuple[Cell, ...]]
    merged: tuple[str, ...] = ()
    hidden: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()
    name: str = ""


@dataclass(slots=True)
class _Seen:
    rows: dict[int, tuple[Cell, ...]] = field(default_factory=dict)

    def take(self, number: int, cells: tuple[Cell, ...]) -> None:
        if any(one.words or one.wrong for one in cells):
            self.rows[number] = cells
        if len(self.rows) > MOST_ROWS + 20:         # titles and headings aside
            raise Unreadable(f"文件超过 {MOST_ROWS:,} 行；{_FEWER}")


def grids_of(content: bytes) -> tuple[Grid, ...]:
    """Return the visible sheets of a workbook, or the one of a .csv; Unreadable says why and what to do."""
    if len(content) > _MOST_BYTES:
        raise Unreadable(f"文件超过 {_MOST_BYTES >> 20} MB；{_FEWER}")
    if content.startswith(_OLE):
        locked = "EncryptedPackage".encode("utf-16-le") in content
        raise Unreadable("文件设有打开密码；取消密码后再导入" if locked else f"这是旧版 .xls（或 .et）文件；{_SAVE}")
    if not content.startswith(b"PK"):
        return (_csv(content),)
    try:
        _counted(content)
        guard(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")         # of what openpyxl leaves out: pictures, validation lists
            return _sheets(content)
    except _BROKEN as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"不是完好的 .xlsx 文件（{type(error).__name__}）；{_SAVE}") from error


def _counted(content: bytes) -> None:
    """Count the rows before anything is built of them, a piece at a time."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        if any("opendocument" in one.filename or one.filename == "content.xml" for one in package.infolist()):
            raise Unreadable(f"这是 OpenDocument（.ods）文件；{_SAVE}")
        for member in package.infolist():
            if member.filename.startswith("xl/worksheets/") and not member.flag_bits & 1:
                _count(package, member)


def _count(package: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    rows, size, tail = 0, 0, b""
    with package.open(member) as stream:
        while piece := stream.read(_STEP):
            size += len(piece)
            rows += (tail + piece).count(b"<row")
            tail = piece[-3:]
            if rows > _MOST_GRID or size > _MOST_UNPACKED:
                raise Unreadable(f"工作表行数过多（已数到 {rows:,} 行，其余未读）；{_FEWER}；若多为空行，删除数据下方的空行后另存")


def _sheets(content: bytes) -> tuple[Grid, ...]:
    shown, formulas = (openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=only, keep_links=False) for only in (True, False))
    epoch = shown.epoch
    notes = [f"隐藏的工作表“{one.title}”未读取" for one in shown.worksheets if one.sheet_state != "visible"]
    if epoch == CALENDAR_MAC_1904:
        notes.append("工作簿采用 1904 日期系统，日期已按此换算")
    found = []
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        for sheet, plain in zip(shown.worksheets, formulas.worksheets, strict=True):
            if sheet.sheet_state == "visible":
                xml = package.read(sheet._worksheet_path.lstrip("/"))  # noqa: SLF001 (read-only sheets say nothing of merged cells and hidden rows)
                found.append(_sheet(sheet, plain, xml, epoch))
    return tuple(Grid(one.rows, one.merged, one.hidden, tuple(notes), one.name) for one in found)


def _sheet(sheet: Any, plain: Any, xml: bytes, epoch: datetime) -> Grid:  # noqa: ANN401 (openpyxl has no types)
    attributes = [hit[1] for hit in _ROW.finditer(xml)]
    places = [(int(place[1]), _HIDDEN.search(one) is not None) for one in attributes if (place := _PLACE.search(one))]
    if places and max(number for number, _ in places) > _MOST_GRID:
        raise Unreadable(f"最后一行是第 {max(places)[0]:,} 行；{_FEWER}；若多为空行，删除数据下方的空行后另存")
    seen = _Seen()
    for one in (sheet, plain):
        one.reset_dimensions()          # what a sheet says of its size may be anything
    for number, (cells, written) in enumerate(zip(sheet.iter_rows(max_col=_MOST_COLUMNS), plain.iter_rows(max_col=_MOST_COLUMNS), strict=True), 1):
        seen.take(number, tuple(_cell(cell, formula, epoch) for cell, formula in zip(cells, written, strict=True)))
    return Grid(seen.rows, _merged(xml), frozenset(number for number, hidden in places if hidden), (), sheet.title)


def _merged(xml: bytes) -> tuple[str, ...]:
    found = tuple(hit[1].decode() for hit in islice(_MERGED.finditer(xml), _MOST_MERGED + 1))
    if len(found) > _MOST_MERGED:
        raise Unreadable(f"合并单元格超过 {_MOST_MERGED:,} 处；取消合并，每行各自填写后再导入")
    return found


def _cell(cell: Any, formula: Any, epoch: datetime) -> Cell:  # noqa: ANN401 (as above)
    value = cell.value
    if formula.data_type == "f" and value is None:
        return Cell(wrong="公式没有保存计算结果", cure="在 Excel 中打开并保存一次，或改填数值")
    if cell.data_type == "e" or (isinstance(value, str) and value.startswith("#") and value.rstrip("!?").isupper()):
        return Cell(wrong=f"单元格是错误值 {value}", cure="改正公式，或改填数值")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value, epoch)
    return Cell(_words(value))


def _words(value: object) -> str:
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else str(value).replace("_x000D_", "").strip()


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d}" if at.time() == time() else f"{at:%Y-%m-%d %H:%M:%S}"


def _number(value: float, epoch: datetime) -> Cell:
    whole = int(value) if float(value).is_integer() else None
    if whole is not None and abs(whole) >= _EXACT:
        return Cell(wrong="以数值保存的长号码，第15位以后已被表格软件改成0", cure="将该单元格设为“文本”后重新填写完整号码")
    words = str(value) if whole is None else str(whole)
    shift = 1462 if epoch == CALENDAR_MAC_1904 else 0       # days between the two beginnings of time
    if int(value) + shift not in _SERIALS:
        return Cell(words)
    return Cell(words, serial=_moment(from_excel(value, epoch)))


def _csv(content: bytes) -> Grid:
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:           # Excel's "Unicode text"
        read = charset.Decoded(content.decode("utf-16", "replace"), "utf-16")
    else:
        read = charset.decode(content, "")
    text = read.text.removeprefix("\ufeff")
    if not text.strip() or "\0" in text or text.lstrip()[:1] in "{[<":
        raise Unreadable("不是 .xlsx 或 .csv 表格；用 `import --template` 取得空表")
    head = text[:4096]
    seen = _Seen()
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=max(",\t;", key=head.count)), 1):
            if number > _MOST_GRID:
                raise Unreadable(f"文件超过 {_MOST_GRID:,} 行；{_FEWER}")
            seen.take(number, tuple(map(_csv_cell, row[:_MOST_COLUMNS])))
    except csv.Error as error:
        raise Unreadable(f"不是完好的 .csv（{error}）；引号是否成对？{_SAVE}") from None
    lost = ("有字符无法识别，已以�代替；请核对，或另存为 .xlsx",) if "\N{REPLACEMENT CHARACTER}" in text else ()
    return Grid(seen.rows, notes=(f"文件编码 {read.charset}", *lost))


def _csv_cell(words: str) -> Cell:
    words = words.strip()
    if words.startswith('="') and words.endswith('"'):      # how people keep Excel from rounding a number
        words = words[2:-1]
    if words.startswith("=") and len(words) > 1:
        return Cell(wrong="是公式而不是值", cure="改填数值")
    return Cell(words)


def place(row: int, column: int) -> str:
    """Return the name of a cell, B17; both counted from 1."""
    return f"{get_column_letter(column)}{row}"


def rows_in(merged: str) -> tuple[int, int]:
    """Return the first and the last row of a merged range."""
    _, first, _, last = range_boundaries(merged)
    return int(first), int(last)


def each_below(grid: Grid, heading: int) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    """Yield the rows below a heading."""
    return ((number, cells) for number, cells in grid.rows.items() if number > heading)
