"""The daily figures of an emergency week as a leaf: enquiries and complaints, by whose fault, unit by unit (C-4, C-8)."""

from adapters.formats.books.charts import Series, Told, trend
from adapters.formats.books.counted import MOST_ON_A_PAGE
from adapters.formats.books.leaf import Column, Grid, Leaf, Picture, Tile, Turn, Value
from adapters.formats.books.ranks import Ranked, beside
from adapters.formats.books.statistics import UNIT
from routing.figures import Daily, DailyLine, Sorted, must_add_up, sorted_total

_FAULTS = ("有责", "无责", "双方责任", "待定")
_COLUMNS = (
    UNIT, Column("代码", "Code", width=12, on_page=False), Column("咨询", "Enquiries", "count"), *(Column(f"咨询·{name}", kind="count") for name in _FAULTS),
    Column("投诉", "Complaints", "count"), *(Column(f"投诉·{name}", kind="count") for name in _FAULTS), Column("投诉较上日", "Change", "change"),
)


def daily_leaf(one: Daily) -> Leaf:
    """Return a day's figures as a leaf; RuleError where they do not add up."""
    must_add_up(one)
    units = sorted(one.units, key=lambda line: (-line.count.complaints, -line.count.enquiries, line.name))
    few, others = (units, []) if len(units) <= MOST_ON_A_PAGE + 1 else (units[:MOST_ON_A_PAGE], units[MOST_ON_A_PAGE:])
    rest = [DailyLine("", f"其他{len(others):,}家", sorted_total(line.count for line in others), _before(others))] if others else []
    rows = tuple(map(_row, units))
    blocks = (
        Picture("逐日走势", "Day by day", trend(Told("days", "逐日投诉与咨询件数"), [f"{day.month}-{day.day}" for day, _ in one.days], [
            Series("投诉 complaints", tuple(count.complaints for _, count in one.days)), Series("咨询 enquiries", tuple(count.enquiries for _, count in one.days)),
        ])),
        Picture("投诉最多的单位", "Units with most complaints", beside(
            Told("units", "各单位投诉件数"),
            [Ranked(line.name, line.count.complaints, line.before.complaints if line.before else None, rest=line in rest) for line in [*few, *rest]], ("本日", "上日"),
        )),
        Grid("日报 Daily", "各单位分类件数", "By unit", _COLUMNS, rows, ("合计 Total", "", *_cells(one.total, one.before)), tuple(map(_row, [*few, *rest])) if rest else None),
    )
    return Leaf(one.head, _tiles(one), blocks)


def _before(lines: list[DailyLine]) -> Sorted | None:
    known = [line.before for line in lines if line.before is not None]
    return sorted_total(known) if known else None


def _row(line: DailyLine) -> tuple[Value, ...]:
    return (line.name, line.key, *_cells(line.count, line.before))


def _cells(one: Sorted, before: Sorted | None) -> tuple[Value, ...]:
    return (
        one.enquiries, one.enquiry_at_fault, one.enquiry_not_at_fault, one.enquiry_both, one.enquiry_undecided,
        one.complaints, one.at_fault, one.not_at_fault, one.both, one.undecided, None if before is None else one.complaints - before.complaints,
    )


def _tiles(one: Daily) -> tuple[Tile, ...]:
    now, was = one.total, one.before

    def tile(zh: str, en: str, name: str, more: Turn = Turn.WORSE) -> Tile:
        count = getattr(now, name)
        if was is None:
            return Tile(zh, en, f"{count:,}")
        change = count - getattr(was, name)
        if not change:
            return Tile(zh, en, f"{count:,}", "较上日持平")
        better = Turn.BETTER if change < 0 else Turn.WORSE
        return Tile(zh, en, f"{count:,}", f"较上日 {'▲' if change > 0 else '▼'} {abs(change):,}", better if more is Turn.WORSE else Turn.NEITHER)

    return (
        tile("投诉", "Complaints", "complaints"), tile("其中有责", "At fault", "at_fault"), tile("双方责任", "Both", "both"),
        tile("咨询", "Enquiries", "enquiries", Turn.NEITHER),
    )
