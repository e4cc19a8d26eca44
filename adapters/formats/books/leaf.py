"""A report as it stands on a page: key figures, pictures, tables. Drawn as a web page, on paper and as a workbook from the same leaf."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from routing.figures import Head

Value = str | int | float | datetime | None
NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. `kind`: text, count, share (0 to 1), days, change (signed count), growth (signed share), moment."""

    zh: str
    en: str = ""
    kind: str = "text"
    width: int = 10         # characters in a workbook
    on_page: bool = True    # else in the workbook alone


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. `brief` are the rows a page shows where all of them would be too many; a workbook has them all.

    `whole` is the row of totals below. `note` says what a reader must know of it.
    """

    name: str               # a workbook's sheet, at most 31 characters
    title: str
    title_en: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    whole: tuple[Value, ...] | None = None
    brief: tuple[tuple[Value, ...], ...] | None = None
    note: str = ""
    on_page: bool = True    # else in the workbook alone
    in_book: bool = True    # else on the page alone

    @property
    def shown(self) -> tuple[tuple[Value, ...], ...]:
        """The rows that a page shows, in the columns that it shows."""
        return tuple(map(self.cut, self.rows if self.brief is None else self.brief))

    @property
    def heads(self) -> tuple[Column, ...]:
        """The columns that a page shows."""
        return tuple(column for column in self.columns if column.on_page)

    def cut(self, row: Sequence[Value]) -> tuple[Value, ...]:
        """The cells of a row that a page shows."""
        return tuple(value for value, column in zip(row, self.columns, strict=True) if column.on_page)


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with its headline; `note` says in a sentence what it shows."""

    title: str
    title_en: str
    svg: str
    note: str = ""


class Turn(Enum):
    """Whether a change is for the better."""

    BETTER = "好转"
    WORSE = "变差"
    NEITHER = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """A key figure: its name, its value in words, its change since the period before in words, and whether that is good."""

    zh: str
    en: str
    value: str
    change: str = ""
    turn: Turn = Turn.NEITHER
    spark: str = ""         # SVG


@dataclass(frozen=True, slots=True)
class Leaf:
    """A whole report, ready to be drawn."""

    head: Head
    tiles: tuple[Tile, ...]
    blocks: tuple[Picture | Grid, ...]
    remarks: tuple[str, ...] = ()

    @property
    def grids(self) -> tuple[Grid, ...]:
        """The tables."""
        return tuple(block for block in self.blocks if isinstance(block, Grid))


def _moment(value: float | str | datetime) -> str:
    assert isinstance(value, datetime)
    return f"{value:%Y-%m-%d %H:%M}"


_SHOWN: Mapping[str, Callable[..., str]] = {
    "text": str, "count": "{:,}".format, "share": "{:.1%}".format, "days": "{:.1f}".format, "change": "{:+,}".format,
    "growth": "{:+.1%}".format, "moment": _moment,
}

_UNSIGNED = {"change": "count", "growth": "share"}


def shown(value: Value, kind: str) -> str:
    """Return a cell in words; nothing known is —, and no change is 0."""
    if value is None:
        return NOTHING
    if value == 0 and kind in _UNSIGNED:        # no change has no sign
        kind = _UNSIGNED[kind]
    return _SHOWN[kind](value)
