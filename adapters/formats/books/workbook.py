"""A report as a workbook: a sheet for each table with all its rows, the key figures, and what was counted how (P-24)."""

import io
from datetime import datetime

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from adapters.formats.books.about import about, about_rows
from adapters.formats.books.cells import risky, written
from adapters.formats.books.leaf import Column, Grid, Leaf, Value, shown
from adapters.formats.books.styles import HEAD_ROWS, Styles, properties
from routing.layout import width

_WIDEST = 60
_NOT_IN_NAMES = str.maketrans("[]:*?/\\'", "（）：＊？／＼’")


def workbook(leaf: Leaf) -> bytes:
    """Return a leaf as .xlsx; numbers are numbers, shares are shares, text is never a formula. The same leaf gives the same bytes."""
    raw = io.BytesIO()
    with xlsxwriter.Workbook(raw, {"in_memory": True}) as book:
        styles = Styles(book)
        properties(book, leaf.head)
        _figures(book, styles, leaf)
        taken = {"主要数字 key figures", "说明 about"}
        for grid in leaf.grids:
            if grid.in_book:
                _sheet(book.add_worksheet(_named(grid.name, taken)), styles, grid, f"{leaf.head.title} {leaf.head.period.name} {grid.title}")
        about(book, styles, [*about_rows(leaf.head), *(("说明事项" if not place else "", "Remarks" if not place else "", one) for place, one in enumerate(leaf.remarks))])
    return raw.getvalue()


def _named(name: str, taken: set[str]) -> str:
    """A name that a sheet may have, and no other sheet has: at most 31 characters, without the signs of references."""
    plain = name.translate(_NOT_IN_NAMES)[:31].strip() or "表"
    place, found = 1, plain
    while found.lower() in taken:
        place += 1
        found = f"{plain[:27]} {place}"
    taken.add(found.lower())
    return found


def _figures(book: xlsxwriter.Workbook, styles: Styles, leaf: Leaf) -> None:
    """The first sheet: the key figures in words."""
    sheet = book.add_worksheet("主要数字 Key figures")
    sheet.set_column(0, 1, 20)
    sheet.set_column(2, 2, 14)
    sheet.set_column(3, 3, 32)
    sheet.hide_gridlines(2)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    head = leaf.head
    sheet.write_string(0, 0, written(f"{head.bank} {head.place} {head.title} {head.period.name}"), styles.title)
    for place, name in enumerate(("项目", "Figure", "本期 this period", "变化 change")):
        sheet.write_string(2, place, name, styles.head)
    for row, tile in enumerate(leaf.tiles, 3):
        change = f"{tile.change} {tile.turn.value}".strip()
        for place, words in enumerate((tile.zh, tile.en, tile.value, change)):
            _text(sheet, styles, (row, place), words)


def _sheet(sheet: Worksheet, styles: Styles, grid: Grid, title: str) -> None:
    for place, column in enumerate(grid.columns):
        sheet.set_column(place, place, min(_WIDEST, max(column.width, width(column.zh) + 2)))
        sheet.write_string(0, place, written(column.zh), styles.head)
        sheet.write_string(1, place, written(column.en), styles.head_en)
    for row, cells in enumerate(grid.rows, HEAD_ROWS):
        for place, (value, column) in enumerate(zip(cells, grid.columns, strict=True)):
            _cell(sheet, styles, (row, place), value, column)
    styles.settle(sheet, len(grid.columns), len(grid.rows), title=title)
    if grid.whole is not None:
        for place, (value, column) in enumerate(zip(grid.whole, grid.columns, strict=True)):
            _cell(sheet, styles, (HEAD_ROWS + len(grid.rows), place), value, column, whole=True)


def _cell(sheet: Worksheet, styles: Styles, at: tuple[int, int], value: Value, column: Column, *, whole: bool = False) -> None:
    look = styles.total[column.kind] if whole else styles.of(column.kind)
    match value:
        case None:
            sheet.write_blank(*at, None, look)
        case datetime():
            sheet.write_datetime(*at, value.replace(tzinfo=None), look)     # a leaf's moments are by the clock of its zone
        case str():
            _text(sheet, styles, at, value, whole=whole)
        case int() | float() if column.kind == "text":
            _text(sheet, styles, at, shown(value, "text"), whole=whole)
        case _:
            sheet.write_number(*at, value, look)


def _text(sheet: Worksheet, styles: Styles, at: tuple[int, int], text: str, *, whole: bool = False) -> None:
    sheet.write_string(*at, written(text), styles.total["text"] if whole else styles.risky if risky(text) else styles.text)
