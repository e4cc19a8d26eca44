"""客户投诉登记簿 as a workbook that streams, and as .csv: a row at a time, into whatever takes bytes (D-8, P-6)."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from itertools import chain, islice
from operator import attrgetter
from typing import Any, BinaryIO

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from adapters.formats.books.about import about, about_rows
from adapters.formats.books.cells import clock, marked_up, plain, risky, serial, serial_day
from adapters.formats.books.styles import HEAD_ROWS, Styles, properties
from routing.figures import Head
from routing.register import HEADINGS, Heading, HopLine, RegisterRow, masked

MOST_ROWS = 1_048_576 - HEAD_ROWS       # of one sheet; what is beyond goes on in a further one
_SHEET = "登记簿 Register"
_LEVEL = 1                              # of deflate: a third faster than the usual 6, a fifth larger
_EPOCH = (1980, 1, 1, 0, 0, 0)          # the same rows give the same bytes
_ACROSS = 5                             # printed pages beside each other
_AT_ONCE = 2_000                        # rows between two writes
_END = "</sheetData>"

Cell = Callable[[Any, str], str]


def write_register(rows: Iterable[RegisterRow], head: Head, to: BinaryIO, *, open_names: bool = False, most: int = MOST_ROWS) -> int:
    """Write rows as an .xlsx into `to`, which need not be seekable; return how many there were.

    Customers are masked unless `open_names` (P-6). Only some thousand rows are in memory, and nothing is written anywhere
    else: no copy of the register stays in a folder for temporary files.
    """
    each = iter(rows if open_names else map(masked, rows))
    counts: list[int] = []
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as book:
        ahead = next(each, None)
        while ahead is not None or not counts:
            sheet = chain((ahead,), islice(each, most - 1)) if ahead is not None else iter(())
            name = f"xl/worksheets/sheet{len(counts) + 1}.xml"
            with book.open(_entry(name), "w", force_zip64=True) as part:
                part.write(_parted(_members(head, [*counts, 0], shown=open_names)[name])[0])
                counts.append(_body(sheet, head.zone, part.write))
                # what stands behind the rows names how many they are: the filter
                part.write(_parted(_members(head, counts, shown=open_names)[name])[1])
            ahead = next(each, None)
        for name, raw in _members(head, counts, shown=open_names).items():
            if name not in book.NameToInfo:
                book.writestr(_entry(name), raw)
    return sum(counts)


def write_register_csv(rows: Iterable[RegisterRow], head: Head, to: BinaryIO, *, open_names: bool = False) -> int:
    """Write rows as .csv (UTF-8 with its mark, so that Excel reads it), formulas defused; return how many there were."""
    fields = attrgetter(*HEADINGS)
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(f"{_titled(one, head)} {one.en}" for one in HEADINGS.values())
    to.write("\ufeff".encode())
    count = 0
    for row in rows if open_names else map(masked, rows):
        table.writerow(_worded(value, head.zone) for value in fields(row))
        count += 1
        if not count % _AT_ONCE:
            to.write(text.getvalue().encode("utf-8", "replace"))
            text.seek(0)
            text.truncate()
    to.write(text.getvalue().encode("utf-8", "replace"))
    return count


# The frame: a small workbook of the same columns, made by the library; rows are put in where it has none. -------------------
def _members(head: Head, counts: Sequence[int], *, shown: bool) -> dict[str, bytes]:
    """Return the files of a workbook with so many sheets, whose filters reach over so many rows each."""
    raw = io.BytesIO()
    with xlsxwriter.Workbook(raw, {"in_memory": True}) as book:
        styles = Styles(book)
        properties(book, head)
        for place, count in enumerate(counts):
            sheet = book.add_worksheet(_SHEET + (f" {place + 1}" if place else ""))
            for column, one in enumerate(HEADINGS.values()):
                sheet.set_column(column, column, one.width)
                sheet.write_string(0, column, _titled(one, head), styles.head)
                sheet.write_string(1, column, one.en, styles.head_en)
            styles.settle(sheet, len(HEADINGS), count, title=head.title, across=_ACROSS)
        said = "未遮蔽：含客户个人信息，注意保密 unmasked, confidential" if shown else "客户信息已遮蔽 customers masked"
        about(book, styles, about_rows(head, [("客户信息", "Customers", said), ("行数", "Rows", str(sum(counts)))]))
    with zipfile.ZipFile(raw) as made:
        return {name: made.read(name) for name in made.namelist()}


def _parted(sheet: bytes) -> tuple[bytes, bytes]:
    """The parts of a sheet before and behind its further rows; its size is left out, nobody knows it yet."""
    text = sheet.decode()
    start, rest = text.split("<dimension", 1)
    text = start + rest.split("/>", 1)[1]
    cut = text.index(_END)
    return text[:cut].encode(), text[cut:].encode()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry._compresslevel = _LEVEL  # type: ignore[attr-defined]  # noqa: SLF001  -- public as compress_level from 3.13 on
    return entry


def _titled(one: Heading, head: Head) -> str:
    """A column's name; one of times says by which clock."""
    return f"{one.zh}（{head.zone}）" if one.kind == "moment" else one.zh


# The rows ------------------------------------------------------------------------------------------------------------------
def _body(rows: Iterator[RegisterRow], zone: tzinfo, write: Callable[[bytes], object]) -> int:
    """Write the rows of one sheet behind its headings; return how many there were."""
    columns = _columns(zone)
    fields = attrgetter(*HEADINGS)
    count, lines = 0, list[str]()
    for row in rows:
        number = HEAD_ROWS + 1 + count
        cells = [cell(value, f'{letters}{number}"') for value, (letters, cell) in zip(fields(row), columns, strict=True) if value or _zero(value)]
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
        count += 1
        if len(lines) == _AT_ONCE:
            write("".join(lines).encode())
            lines.clear()
    write("".join(lines).encode())
    return count


def _zero(value: object) -> bool:
    """Whether an empty-looking value is a number all the same."""
    return value == 0 and value is not False


def _columns(zone: tzinfo) -> list[tuple[str, Cell]]:
    """Return how each column is written, with its letters."""
    by_kind: dict[str, Cell] = {
        "text": _text, "moment": _moment(zone), "day": _day, "money": _money, "count": _count, "yes": lambda _, at: _text("是", at),
    }
    hops = _hops(zone)
    return [
        (xl_col_to_name(place), hops if name == "hops" else by_kind[one.kind]) for place, (name, one) in enumerate(HEADINGS.items())
    ]


def _text(text: str, at: str) -> str:
    style = f' s="{Styles.TEXT_RISKY}"' if risky(text) else ""
    return f'<c r="{at}{style} t="inlineStr"><is><t xml:space="preserve">{marked_up(text)}</t></is></c>'


def _moment(zone: tzinfo) -> Cell:
    def cell(value: datetime, at: str) -> str:
        return f'<c r="{at} s="{Styles.MOMENT}"><v>{serial(value, zone):.11f}</v></c>'
    return cell


def _day(value: date, at: str) -> str:
    return f'<c r="{at} s="{Styles.DAY}"><v>{serial_day(value)}</v></c>'


def _money(value: Decimal, at: str) -> str:
    return f'<c r="{at} s="{Styles.MONEY}"><v>{value:f}</v></c>'


def _count(value: int, at: str) -> str:
    return f'<c r="{at}><v>{value}</v></c>'


def _hops(zone: tzinfo) -> Cell:
    def cell(value: tuple[HopLine, ...], at: str) -> str:
        return _text(_way(value, zone), at)
    return cell


#: What became of a hop, in the order it happens.
_STAGES = (("sent", "发出"), ("delivered", "送达"), ("read", "阅读"), ("answered", "回复"))


def _way(hops: Sequence[HopLine], zone: tzinfo) -> str:
    """A case's way, a line for each hop: → 某支行 主办 发出 2026-07-22 10:01."""
    return "\n".join(
        "→ " + " ".join([one.unit, *filter(None, [one.part]), *(f"{word} {clock(at, zone)}" for name, word in _STAGES if (at := getattr(one, name)))])
        for one in hops
    )


def _worded(value: object, zone: tzinfo) -> str:
    """A field of .csv."""
    match value:
        case None | False:
            return ""
        case True:
            return "是"
        case datetime():
            return clock(value, zone)
        case tuple():
            return _way(value, zone)
        case str():
            return plain(value)
        case _:
            return f"{value}"
