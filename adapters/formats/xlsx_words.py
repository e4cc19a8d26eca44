"""The words of an Excel workbook as rows (ECMA-376-1, 18): all sheets that are shown, dates as people write them.

Only what a form needs: values as they were last computed, no formulas, links, macros or pictures. The workbook comes from
outside, so its members are counted and unpacked with a limit before openpyxl sees them, and document types are refused.
"""

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time, timedelta

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from adapters.formats.docx_words import Row
from routing.headings import HANDLED, label_of
from routing.papers import Unreadable

_MOST_MEMBERS = 1_000
_MOST_BYTES = 40 * 2**20        # of all members together, unpacked
_MOST_RATIO = 200               # sheets pack 10 to 20 times; 1,000 is a bomb
_MOST_SHEETS, _MOST_ROWS, _MOST_COLUMNS = 20, 2_000, 60
_LONGEST_CELL = 32_767          # Excel's own limit
_MOST_CHARACTERS = 1_000_000
_DEEPEST = 100
_SERIAL = range(36_526, 73_050)     # 2000-01-01 to 2099-12-31 counted in days since 1899-12-30
_CURE = "请另存为 .xlsx 后重新发送，或直接在邮件正文中逐项填写"
_TAG = re.compile(rb"<(/?)[A-Za-z_][^<>]{0,2000}?(/?)>")


def rows_of(content: bytes) -> tuple[Row, ...]:
    """Return the words of an .xlsx, sheet after sheet, as rows of cells; Unreadable with what to do where it is none."""
    try:
        guard(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")         # openpyxl warns of what it leaves out: pictures, validation lists
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            return tuple(_bounded(_rows(book)))
    except (zipfile.BadZipFile, zlib.error, InvalidFileException, EOFError, OSError, LookupError, ValueError, TypeError, AttributeError, SyntaxError, RuntimeError,
            NotImplementedError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"附件不是完好的 .xlsx 文件（{type(error).__name__}）；{_CURE}") from error


def guard(content: bytes) -> None:
    """Unpack everything once with a limit; the sizes in the directory may lie. Unreadable where it is too much, or locked."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        members = package.infolist()
        if len(members) > _MOST_MEMBERS:
            raise Unreadable(f"附件 .xlsx 内有 {len(members)} 个文件，未予打开；{_CURE}")
        if len({one.filename for one in members}) != len(members):
            raise Unreadable(f"附件 .xlsx 内有重名文件，未予打开；{_CURE}")
        left = _MOST_BYTES
        for member in members:
            left -= _unpacked(package, member, left)


def _unpacked(package: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> int:
    """Return the true size of a member that may be opened."""
    if member.flag_bits & 1:
        raise Unreadable("附件 .xlsx 已加密，无法读取；请取消密码后重新发送")
    most = min(left, _MOST_RATIO * max(member.compress_size, 1024))
    with package.open(member) as stream:
        body = stream.read(most + 1)
    if len(body) > most:
        raise Unreadable(f"附件 .xlsx 展开后过大（疑似压缩炸弹），未予打开；{_CURE}")
    if member.filename.lower().endswith((".xml", ".rels", ".vml")):
        _guard_xml(body)
    return len(body)


def _guard_xml(body: bytes) -> None:
    if b"<!" in body.replace(b"<!--", b"").replace(b"<![CDATA[", b"") or body[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise Unreadable(f"附件 .xlsx 含有文档类型声明或异常编码，未予打开；{_CURE}")
    depth = 0
    for tag in _TAG.finditer(body):
        depth += 0 if tag[2] else -1 if tag[1] else 1
        if depth > _DEEPEST:
            raise Unreadable(f"附件 .xlsx 嵌套层次过深，未予打开；{_CURE}")


def _rows(book: openpyxl.Workbook) -> Iterator[Row]:
    for sheet in book.worksheets[:_MOST_SHEETS]:
        if sheet.sheet_state != "visible":
            continue
        sheet.reset_dimensions()        # what the sheet says of its size may be anything
        below: set[int] = set()         # the columns of "处理时间"
        for cells in sheet.iter_rows(max_row=_MOST_ROWS, max_col=_MOST_COLUMNS, values_only=True):
            words = [*map(_words, cells)]
            while words and not words[-1].strip():
                words.pop()
            if words:
                below |= {column for column, cell in enumerate(words) if label_of(cell) == HANDLED}
                yield _dated(words, below)


def _bounded(rows: Iterator[Row]) -> Iterator[Row]:
    left = _MOST_CHARACTERS
    for row in rows:
        left -= sum(map(len, row))
        if left < 0:
            return
        yield row


def _words(value: object) -> str:
    """A cell as a person would write it: 13800000000.0 is a telephone number, a date has no midnight."""
    if value is None or isinstance(value, bool):
        return "" if value is None else "是" if value else "否"
    if isinstance(value, datetime):
        return f"{value.year}年{value.month}月{value.day}日" + (f"{value:%H:%M}" if (value.hour, value.minute) != (0, 0) else "")
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, time | timedelta):
        return str(value)
    return str(value).replace("_x000D_", "")[:_LONGEST_CELL]


def _dated(row: Sequence[str], below: Collection[int]) -> Row:
    """A row with the numbers that Excel counts days by turned into days, beside and below the label of the day of handling."""
    beside = any(label_of(cell) == HANDLED for cell in row)
    return tuple(_day(cell) if beside or column in below else cell for column, cell in enumerate(row))


def _day(cell: str) -> str:
    if not (cell.isascii() and cell.isdigit() and int(cell[:9]) in _SERIAL and len(cell) == 5):
        return cell
    day = date(1899, 12, 30) + timedelta(days=int(cell))
    return f"{day.year}年{day.month}月{day.day}日"
