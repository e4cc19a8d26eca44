"""Counts as tiles and rows: the same columns and the same words for change in every report (P-24)."""

from collections.abc import Sequence

from adapters.formats.books.leaf import NOTHING, Column, Grid, Tile, Turn, Value, shown
from adapters.formats.books.ranks import Ranked
from routing.figures import Line, Tally, total

MOST_ON_A_PAGE = 20         # units; the rest is one row, and all of them are in the workbook
COLUMNS = (
    Column("受理", "Received", "count"), Column("较上期", "Change", "change"), Column("增减%", "Change %", "growth"), Column("重复", "Repeat", "count"),
    Column("办结", "Closed", "count"), Column("未结", "Open", "count"), Column("逾期", "Overdue", "count"), Column("已答复", "Answered", "count", on_page=False),
    Column("按时率", "On time", "share"), Column("平均天数", "Mean days", "days"), Column("满意", "Satisfied", "count", on_page=False),
    Column("一般", "Fair", "count", on_page=False), Column("不满意", "Dissatisfied", "count", on_page=False), Column("满意率", "Satisfied %", "share"),
)


def counts(now: Tally, before: Tally | None, results: Sequence[str] = ()) -> tuple[Value, ...]:
    """Return the cells of a row under COLUMNS, and one for each result behind them."""
    change = None if before is None else now.received - before.received
    growth = None if before is None or not before.received else now.received / before.received - 1
    return (
        now.received, change, growth, now.repeat, now.closed, now.open, now.overdue, now.answered, now.on_time_share, now.days_to_answer,
        now.satisfied, now.fair, now.dissatisfied, now.satisfied_share, *(now.results.get(name, 0) for name in results),
    )


def by_size(lines: Sequence[Line]) -> list[Line]:
    """Return lines with most received first."""
    return sorted(lines, key=lambda line: (-line.tally.received, line.name, line.key))


def gathered(lines: Sequence[Line], most: int = MOST_ON_A_PAGE) -> tuple[list[Line], Line | None]:
    """Return the first lines, and one for all others together where they are more than one."""
    if len(lines) <= most + 1:
        return list(lines), None
    others = lines[most:]
    before = [line.before for line in others if line.before is not None]
    return list(lines[:most]), Line("", f"其他{len(others):,}家", total(line.tally for line in others), total(before) if before else None)


def lines_grid(first: Column, lines: Sequence[Line], whole: tuple[Tally, Tally | None], results: Sequence[str], titles: tuple[str, str, str], *, coded: bool = False) -> Grid:
    """Return the table of lines with its totals; `coded` puts their keys in a column of their own in the workbook."""
    few, rest = gathered(lines)
    code = (Column("代码", "Code", width=12, on_page=False),) if coded else ()

    def row(line: Line) -> tuple[Value, ...]:
        return (line.name, *((line.key,) if coded else ()), *counts(line.tally, line.before, results))

    name, title, title_en = titles
    return Grid(
        name, title, title_en, (first, *code, *COLUMNS, *(Column(one, kind="count", on_page=False) for one in results)), tuple(row(line) for line in lines),
        whole=("合计 Total", *([""] if coded else []), *counts(*whole, results)), brief=tuple(row(line) for line in [*few, rest]) if rest else None,
        note=f"本页列受理最多的{len(few)}家，其余合并为一行；全部见工作簿。" if rest else "",
    )


def ends_grid(first: Column, lines: Sequence[Line], whole: Tally, results: Sequence[str]) -> Grid:
    """Return how the cases ended and what the customers say of it, for the page; the workbook has it in the table before (P-12)."""
    def row(tally: Tally) -> tuple[Value, ...]:
        asked = (tally.satisfied, tally.fair, tally.dissatisfied, tally.satisfied_share)
        return (tally.closed, *(tally.results.get(name, 0) for name in results), *asked)

    columns = (
        first, Column("办结", "Closed", "count"), *(Column(one, kind="count") for one in results), Column("满意", "Satisfied", "count"),
        Column("一般", "Fair", "count"), Column("不满意", "Dissatisfied", "count"), Column("满意率", "Satisfied %", "share"),
    )
    rows = tuple((line.name, *row(line.tally)) for line in lines)
    return Grid("结果 Results", "处理结果与满意程度", "Results and satisfaction", columns, rows, ("合计 Total", *row(whole)), in_book=False)


def all_results(whole: Tally, known: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the results in the pack's order, those it does not know behind; a count is never left out for its name."""
    return (*known, *sorted(set(whole.results) - set(known)))


def ranked(lines: Sequence[Line], most: int = MOST_ON_A_PAGE) -> list[Ranked]:
    """Return lines as bars of what they received, the small ones gathered."""
    few, rest = gathered(lines, most)
    bars = [Ranked(line.name, line.tally.received, None if line.before is None else line.before.received) for line in few]
    return [*bars, Ranked(rest.name, rest.tally.received, None if rest.before is None else rest.before.received, rest=True)] if rest else bars


def tiles(now: Tally, before: Tally | None, spark: str = "") -> tuple[Tile, ...]:
    """Return the key figures of a report with how they changed."""
    was = before or now             # without a period before nothing is compared
    known = before is not None
    return (
        Tile("受理", "Received", f"{now.received:,}", *_moved(now.received, was.received, Turn.NEITHER, known=known), spark),
        Tile("办结", "Closed", f"{now.closed:,}", *_moved(now.closed, was.closed, Turn.NEITHER, known=known)),
        Tile("期末未结", "Open", f"{now.open:,}", *_moved(now.open, was.open, Turn.WORSE, known=known)),
        Tile("期末逾期", "Overdue", f"{now.overdue:,}", *_moved(now.overdue, was.overdue, Turn.WORSE, known=known)),
        Tile("按时答复率", "Answered on time", shown(now.on_time_share, "share"), *_points(now.on_time_share, was.on_time_share, Turn.BETTER, known=known)),
        Tile("平均答复天数", "Mean days to answer", shown(now.days_to_answer, "days"), *_days(now.days_to_answer, was.days_to_answer, known=known)),
        Tile("满意率", "Satisfied", shown(now.satisfied_share, "share"), *_points(now.satisfied_share, was.satisfied_share, Turn.BETTER, known=known)),
        Tile("重复投诉率", "Repeated", shown(_share(now), "share"), *_points(_share(now), _share(was), Turn.WORSE, known=known)),
    )


def _share(tally: Tally) -> float | None:
    return tally.repeat / tally.received if tally.received else None


def _turned(change: float, more: Turn) -> Turn:
    """Whether a change is good, where more would be `more`."""
    if change == 0 or more is Turn.NEITHER:
        return Turn.NEITHER
    return more if change > 0 else Turn.BETTER if more is Turn.WORSE else Turn.WORSE


def _arrow(change: float) -> str:
    return "▲" if change > 0 else "▼"


def _moved(now: int, was: int, more: Turn, *, known: bool) -> tuple[str, Turn]:
    """How a count changed, in words with a sign; colour only repeats what they say."""
    if not known:
        return "", Turn.NEITHER
    change = now - was
    if not change:
        return "较上期持平", Turn.NEITHER
    return f"较上期 {_arrow(change)} {abs(change):,}" + (f"（{change / was:+.1%}）" if was else "（上期为0）"), _turned(change, more)


def _points(now: float | None, was: float | None, more: Turn, *, known: bool) -> tuple[str, Turn]:
    """How a share changed, in percentage points."""
    if not known or now is None or was is None:
        return f"上期 {NOTHING}" if known and now is not None else "", Turn.NEITHER
    change = round((now - was) * 100, 1)
    return (f"较上期 {_arrow(change)} {abs(change):.1f} 个百分点", _turned(change, more)) if change else ("较上期持平", Turn.NEITHER)


def _days(now: float | None, was: float | None, *, known: bool) -> tuple[str, Turn]:
    if not known or now is None or was is None:
        return f"上期 {NOTHING}" if known and now is not None else "", Turn.NEITHER
    change = round(now - was, 1)
    return (f"较上期 {_arrow(change)} {abs(change):.1f} 天", _turned(change, Turn.WORSE)) if change else ("较上期持平", Turn.NEITHER)
