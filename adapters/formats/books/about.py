"""说明 About: what a book says of itself: which days, as known when, by which rules, and how it was counted."""

from collections.abc import Iterable, Sequence

import xlsxwriter

from adapters.formats.books.cells import clock, risky, written
from adapters.formats.books.styles import Styles
from routing.figures import Head, Period

About = tuple[str, str, str]


def about_rows(head: Head, more: Sequence[About] = ()) -> list[About]:
    """Return what is said, each thing by its Chinese and English name."""
    rows = [
        ("名称", "Report", " ".join(filter(None, (head.title, head.title_en)))), ("银行", "Bank", head.bank),
        ("范围", "About", head.place or "全行 the whole bank"), ("适用办法", "Policy pack", head.pack), ("期间", "Period", spoken(head.period)),
        ("数据截至", "As of", f"{clock(head.as_of, head.zone)}（{head.zone}）"),
        ("上期", "Compared with", spoken(head.before) if head.before else "无 none"), ("规则摘要", "Rules digest", head.rules or "—"),
        ("日期时间", "Times", f"均为 {head.zone} 时间 all by the clock of {head.zone}"),
    ]
    notes = [("统计口径" if not place else "", "How counted" if not place else "", note) for place, note in enumerate(head.notes)]
    return [*rows, *more, *notes]


def spoken(period: Period) -> str:
    """Return 2026年7月（2026-07-01 至 2026-07-31）."""
    return f"{period.name}（{period.first} 至 {period.last}）"


def about(book: xlsxwriter.Workbook, styles: Styles, rows: Iterable[About]) -> None:
    """Add the sheet to a workbook."""
    sheet = book.add_worksheet("说明 About")
    sheet.set_column(0, 0, 12, styles.text)
    sheet.set_column(1, 1, 16, styles.text)
    sheet.set_column(2, 2, 90, styles.wrapped)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)
    for place, (zh, en, said) in enumerate(rows):
        sheet.write_string(place, 0, zh, styles.text)
        sheet.write_string(place, 1, en, styles.text)
        sheet.write_string(place, 2, written(said), styles.risky if risky(said) else styles.wrapped)
