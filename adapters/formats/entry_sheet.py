"""A spreadsheet of complaints: headings found, each row checked as an entry, every mistake with its cell (law: article 13; P-9).

Nothing here opens a case: what is wrong in any row keeps the whole file out, and the list of mistakes says where, why and
what to do. A merged cell among the data is refused rather than unmerged: nobody can tell whether its words were meant for
all of its rows.
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from adapters.formats.entry_fields import FIELDS, field_of, folded
from adapters.formats.entry_form import AGENTS, PARTIES, Entry, Today, read_entry
from adapters.formats.entry_grid import MOST_ROWS, Cell, Grid, each_below, grids_of, place, rows_in
from adapters.formats.form_json import BadForm
from routing.papers import Channel, Unreadable
from routing.verdict import Category

_LOOKED_AT = 15             # rows in which the headings are sought
_FEWEST = 2                 # known headings that make a row of headings
MOST_MISTAKES = 200
_DAYS = frozenset({"received", "authority_due", "answer_handled"})
_NO_HEADINGS = "没有找到表头；表头应有“投诉渠道”“投诉内容”等列名，用 `import --template` 取得空表"
#: Columns that every list has and nobody needs.
_IDLE = frozenset(map(folded, ("序号", "备注", "No.", "No")))


@dataclass(frozen=True, slots=True)
class CellMistake:
    """What is wrong in one cell: B17, the heading of its column, why, and what to do."""

    cell: str
    column: str
    wrong: str
    cure: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row that can be entered."""

    number: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file holds: rows fit to be entered, every mistake, and what a person should know. Any mistake keeps all out."""

    lines: tuple[Line, ...]
    mistakes: tuple[CellMistake, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Headings:
    row: int
    columns: Mapping[int, str]          # from 0
    strange: tuple[str, ...]
    twice: tuple[CellMistake, ...]


def read_sheet(content: bytes, today: Today) -> Sheet:
    """Read a file of complaints; Unreadable where it is no table, or has no headings, or is too long."""
    found = [(grid, heads) for grid in grids_of(content) if (heads := _headings(grid)) is not None]
    if not found:
        raise Unreadable(_NO_HEADINGS)
    if len(found) > 1:
        raise Unreadable(f"有 {len(found)} 个工作表都像登记表（{'、'.join(grid.name for grid, _ in found[:5])}）；每个文件只留一个，其余隐藏或删除")
    grid, heads = found[0]
    notes = [*grid.notes, *([f"未识别的列，不导入：{'、'.join(heads.strange)}"] if heads.strange else [])]
    mistakes, lines = [*heads.twice, *_unseen(grid, heads.row)], []
    for number, cells in each_below(grid, heads.row):
        if _repeats(cells, heads):
            notes.append(f"第 {number} 行是重复的表头，已略过")
            continue
        line, wrong = _line(number, cells, heads, today)
        mistakes += wrong
        if line is not None:
            lines.append(line)
    mistakes += _same_rows(lines)
    if not lines and not mistakes:
        mistakes.append(CellMistake(place(heads.row + 1, 1), "", "表头以下没有数据", "填写后再导入"))
    more = len(mistakes) - MOST_MISTAKES
    return Sheet(tuple(lines), tuple(mistakes[:MOST_MISTAKES]), (*notes, *([f"另有 {more} 处问题未列出"] if more > 0 else [])))


# headings --------------------------------------------------------------------------------------------------------------
def _headings(grid: Grid) -> _Headings | None:
    """Find the row of headings among the first rows, and join one of groups above it (投诉人 over 姓名, 电话)."""
    ahead = [(number, [one.words for one in cells]) for number, cells in list(grid.rows.items())[:_LOOKED_AT]]
    if not ahead:
        return None
    best = max(range(len(ahead)), key=lambda at: (len({name for one in ahead[at][1] if (name := field_of(one))}), -at))
    number, lower = ahead[best]
    above = ahead[best - 1][1] if best and ahead[best - 1][0] == number - 1 else []
    if best + 1 < len(ahead) and ahead[best + 1][0] == number + 1 and _only_headings(ahead[best + 1][1], _carried(lower)):
        above, (number, lower) = lower, ahead[best + 1]         # what stands over two rows is named in the first of them
    columns = _named(_carried(above), above, lower)
    if len(set(columns.values())) < _FEWEST or "narrative" not in columns.values():
        return None
    strange = tuple(one for at, one in enumerate(lower) if one and at not in columns and folded(one) not in _IDLE)
    twice = tuple(
        CellMistake(place(number, at + 1), FIELDS[name].zh, f"第 {first + 1} 列和第 {at + 1} 列都是“{FIELDS[name].zh}”", "删除或改名其中一列")
        for at, name in columns.items() if (first := next(one for one, other in columns.items() if other == name)) != at
    )
    return _Headings(number, columns, strange, twice)


def _only_headings(words: list[str], groups: list[str]) -> bool:
    """Whether every cell of a row is a heading, by itself or below its group (被投诉 over 单位)."""
    said = [(one, group) for one, group in zip_longest(words, groups, fillvalue="") if one]
    return bool(said) and all(field_of(one) or field_of(group + one) for one, group in said)


def _carried(above: list[str]) -> list[str]:
    """The groups of a row above, each carried over the columns it stands for."""
    carried, last = [], ""
    for one in above:
        last = one or last
        carried.append(last)
    return carried


def _named(groups: list[str], above: list[str], lower: list[str]) -> dict[int, str]:
    wide = max(len(lower), len(above))
    cells = [[row[at] if at < len(row) else "" for row in (groups, above, lower)] for at in range(wide)]
    named = {
        at: (field_of(group + own) if own and group != own else "") or field_of(own) or ("" if own else field_of(over))
        for at, (group, over, own) in enumerate(cells)
    }
    return {at: name for at, name in named.items() if name}


# rows ------------------------------------------------------------------------------------------------------------------
def _unseen(grid: Grid, heading: int) -> Iterator[CellMistake]:
    """Yield what a person at the screen does not see, or sees otherwise than the file has it."""
    for merged in grid.merged:
        if rows_in(merged)[1] > heading:
            yield CellMistake(merged.partition(":")[0], "", f"数据区有合并单元格 {merged}，只有左上角一格有内容", "取消合并，每行各自填写")
    for row in sorted(grid.hidden & {number for number, _ in each_below(grid, heading)}):
        yield CellMistake(f"A{row}", "", f"第 {row} 行被隐藏（或被筛选掉）", "取消隐藏和筛选，或删除该行")


def _repeats(cells: tuple[Cell, ...], heads: _Headings) -> bool:
    """Whether a row says the headings again, as lists of several pages do."""
    said = [(cells[at].words, name) for at, name in heads.columns.items() if at < len(cells) and cells[at].words]
    return len(said) >= _FEWEST and all(field_of(words) == name for words, name in said)


def _line(number: int, cells: tuple[Cell, ...], heads: _Headings, today: Today) -> tuple[Line | None, list[CellMistake]]:
    there = {name: (at, cells[at]) for at, name in heads.columns.items() if at < len(cells)}
    if not any(cell.words or cell.wrong for _, cell in there.values()):
        return None, []
    mistakes = [CellMistake(place(number, at + 1), FIELDS[name].zh, cell.wrong, cell.cure) for name, (at, cell) in there.items() if cell.wrong]
    given = {name: cell.serial if name in _DAYS and cell.serial else cell.words for name, (_, cell) in there.items() if cell.words and not cell.wrong}
    try:
        line = Line(number, read_entry(given, today))
    except BadForm as error:
        at = {name: place(number, column + 1) for column, name in heads.columns.items()}
        found = [(one.pointer.removeprefix("/"), one) for one in error.mistakes]
        told = {name for name, (_, cell) in there.items() if cell.wrong}
        mistakes += [
            CellMistake(at.get(name, f"第{number}行"), FIELDS[name].zh if name in FIELDS else name, one.wrong, one.expected)
            for name, one in found if name not in told
        ]
        return None, mistakes
    return (None if mistakes else line), mistakes


def _same_rows(lines: list[Line]) -> Iterator[CellMistake]:
    """Yield the rows that say the very same: one of them would open no case, and nobody would notice which."""
    seen: dict[tuple[tuple[str, str], ...], int] = {}
    for line in lines:
        said = tuple(line.entry.given.items())
        first = seen.setdefault(said, line.number)
        if first != line.number:
            yield CellMistake(f"A{line.number}", "", f"与第 {first} 行完全相同", "删除其中一行；确为两件的，在“来件编号”列填写不同的编号")


# the empty sheet ---------------------------------------------------------------------------------------------------------
def template() -> bytes:
    """Return an empty .xlsx to fill in: a column for each field, lists to choose from, numbers as text, a page of explanations."""
    book = openpyxl.Workbook()
    sheet, page = book.active, book.create_sheet("填写说明")
    sheet.title = "投诉登记"
    lists = {"channel": [one.value for one in Channel], "category": [one.value for one in Category], "party": PARTIES, "agent_as": AGENTS, "refuses_name": ("是", "否")}
    page.append(["列 Column", "说明", "English name"])
    for at, (name, field) in enumerate(FIELDS.items(), 1):
        head = sheet.cell(1, at, field.zh)
        head.font = Font(bold=True, color="C00000" if name in {"channel", "narrative"} else "000000")
        head.fill, head.alignment = PatternFill("solid", fgColor="DDE6F2"), Alignment(wrap_text=True, vertical="center")
        if field.hint:
            head.comment = Comment(field.hint, "hotline-bridge")
        letter = get_column_letter(at)
        sheet.column_dimensions[letter].width = field.width
        sheet.column_dimensions[letter].number_format = "@"
        if name in lists:
            choice = DataValidation("list", formula1=f'"{",".join(lists[name])}"', allow_blank=True)
            choice.add(f"{letter}2:{letter}{MOST_ROWS + 1}")
            sheet.add_data_validation(choice)
        page.append([field.zh, field.hint, name])
    sheet.freeze_panes = "A2"
    for letter, width in (("A", 22), ("B", 70), ("C", 22)):
        page.column_dimensions[letter].width = width
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def by(sheet: Sheet, who: str) -> Sheet:
    """The same rows, taken by this person where a row says nothing of it (P-3: first asked, responsible)."""
    lines = [one if one.entry.form.seat else replace(one, entry=replace(one.entry, form=replace(one.entry.form, seat=who))) for one in sheet.lines]
    return replace(sheet, lines=tuple(lines))
