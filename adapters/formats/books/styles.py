"""How the bank's workbooks are dressed: one set of formats, frozen headings, filters, what is printed."""

from datetime import UTC, datetime
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from routing.figures import Head

HEAD_ROWS = 2               # Chinese, and English below it
_FACE = "等线"               # what Chinese Excel writes in; LibreOffice takes its own where it is missing
_INK, _PALE, _PAPER = "#1B2A3D", "#6B7785", "#E8EEF4"


class Styles:
    """The formats of one workbook; the numbers in capitals are their places in the file, for rows written without the library."""

    TEXT_RISKY, MOMENT, DAY, MONEY = 1, 2, 3, 4

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        plain: dict[str, Any] = {"font_name": _FACE, "font_size": 10, "valign": "top"}
        book.formats[0].set_font_name(_FACE)
        book.formats[0].set_font_size(10)
        # these four first, and asked for their places: that is what makes them 1, 2, 3, 4
        self.risky = self._placed(book.add_format(plain | {"quote_prefix": True}), self.TEXT_RISKY)
        self.moment = self._placed(book.add_format(plain | {"num_format": "yyyy-mm-dd hh:mm"}), self.MOMENT)
        self.day = self._placed(book.add_format(plain | {"num_format": "yyyy-mm-dd"}), self.DAY)
        self.money = self._placed(book.add_format(plain | {"num_format": "#,##0.00"}), self.MONEY)
        self.text = book.add_format(plain)
        self.count = book.add_format(plain | {"num_format": "#,##0"})
        self.share = book.add_format(plain | {"num_format": "0.0%"})
        self.days = book.add_format(plain | {"num_format": "0.0"})
        self.change = book.add_format(plain | {"num_format": "+#,##0;-#,##0;0"})
        self.growth = book.add_format(plain | {"num_format": "+0.0%;-0.0%;0.0%"})
        self.wrapped = book.add_format(plain | {"text_wrap": True})
        heading = plain | {"bold": True, "font_color": _INK, "bg_color": _PAPER, "align": "center", "valign": "vcenter", "text_wrap": True}
        self.head = book.add_format(heading | {"top": 1, "top_color": _INK})
        self.head_en = book.add_format(heading | {"bold": False, "font_size": 8, "font_color": _PALE, "bottom": 1, "bottom_color": _INK})
        self.title = book.add_format(plain | {"bold": True, "font_size": 14, "font_color": _INK})
        bold = plain | {"bold": True, "top": 1, "top_color": _INK, "bg_color": _PAPER}
        self.total = {kind: book.add_format(bold | shape) for kind, shape in _SHAPES.items()}

    @staticmethod
    def _placed(one: Format, place: int) -> Format:
        assert one._get_xf_index() == place  # noqa: SLF001  -- rows of the register name formats by these numbers
        return one

    def of(self, kind: str) -> Format:
        """Return the format of a kind of column."""
        return {
            "text": self.text, "count": self.count, "share": self.share, "days": self.days, "change": self.change,
            "growth": self.growth, "moment": self.moment,
        }[kind]

    def settle(self, sheet: Worksheet, columns: int, rows: int, *, title: str, across: int = 1) -> None:
        """Freeze headings and the first column, set the filter, and what a printed page shows (A4, across)."""
        sheet.freeze_panes(HEAD_ROWS, 1)
        sheet.autofilter(HEAD_ROWS - 1, 0, HEAD_ROWS - 1 + max(rows, 1), columns - 1)
        sheet.repeat_rows(0, HEAD_ROWS - 1)
        sheet.set_landscape()
        sheet.set_paper(9)                                      # A4
        sheet.fit_to_pages(across, 0)
        sheet.set_margins(0.4, 0.4, 0.6, 0.6)
        sheet.set_row(0, 30)
        # & begins a code in a header
        sheet.set_header(f"&L&10{title.replace('&', '&&')[:120]}")
        sheet.set_footer("&R&8&P / &N")


_SHAPES: dict[str, dict[str, Any]] = {
    "text": {}, "count": {"num_format": "#,##0"}, "share": {"num_format": "0.0%"}, "days": {"num_format": "0.0"},
    "change": {"num_format": "+#,##0;-#,##0;0"}, "growth": {"num_format": "+0.0%;-0.0%;0.0%"}, "moment": {},
}


def properties(book: xlsxwriter.Workbook, head: Head) -> None:
    """Say in the file what it is; made when its figures were known, so that the same figures give the same bytes."""
    book.set_properties({
        "title": f"{head.title} {head.period.name}", "author": head.bank, "company": head.bank, "comments": head.rules,
        "created": _naive(head.as_of),
    })


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
