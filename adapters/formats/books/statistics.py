"""投诉统计表 and 投诉情况登记表 as leaves: by category, by unit, category × unit, and a branch's cases (P-24, P-14)."""

from adapters.formats.books.charts import Told
from adapters.formats.books.counted import MOST_ON_A_PAGE, all_results, by_size, counts, ends_grid, lines_grid, ranked, tiles
from adapters.formats.books.leaf import Column, Grid, Leaf, Picture, Value
from adapters.formats.books.ranks import beside, pareto
from routing.figures import Axis, Line, Mentioned, Return, Statistics, must_add_up

CATEGORY, UNIT = Column("投诉类别", "Category", width=14), Column("单位", "Unit", width=26)
_MOST_CASES = 60


def statistics_leaf(one: Statistics) -> Leaf:
    """Return a period's statistics as a leaf; RuleError where they do not add up."""
    must_add_up(one)
    results = all_results(one.total, one.results)
    whole = (one.total, one.before)
    units = by_size(one.units)
    blocks: list[Picture | Grid] = [
        Picture(
            "投诉类别：由多到少", "Categories by frequency (Pareto)",
            pareto(Told("categories", "投诉类别帕累托图", _told(one)), ranked(one.categories)), "柱为件数，线为累计占比，虚线为80%。",
        ),
        lines_grid(CATEGORY, one.categories, whole, results, ("按类别 By category", "按投诉类别", "By category")),
        ends_grid(CATEGORY, one.categories, one.total, results),
        Picture(
            f"受理最多的单位（至多{MOST_ON_A_PAGE}家）", "Units that received most", beside(Told("units", "各单位受理件数"), ranked(units)),
            "竖线为上期件数，▲▼为较上期增减。",
        ),
        lines_grid(UNIT, units, whole, results, ("按单位 By unit", "按被投诉单位", "By unit"), coded=True),
        _crossings(one, results), *(axis_grid(axis, results) for axis in one.axes),
    ]
    return Leaf(one.head, tiles(one.total, one.before), tuple(blocks))


def return_leaf(one: Return) -> Leaf:
    """Return a branch's return as a leaf; its cases by number, nobody's name (P-6)."""
    must_add_up(one)
    results = all_results(one.total)
    return Leaf(
        one.head, tiles(one.total, one.before),
        (
            Picture("投诉类别：由多到少", "Categories by frequency (Pareto)", pareto(Told("categories", "投诉类别帕累托图"), ranked(one.categories))),
            lines_grid(CATEGORY, one.categories, (one.total, one.before), results, ("按类别 By category", "按投诉类别", "By category")),
            *([ends_grid(CATEGORY, one.categories, one.total, results)] if results else []), _cases(one),
        ),
        one.remarks,
    )


def axis_grid(axis: Axis, results: tuple[str, ...] = ()) -> Grid:
    """Return the table of one axis of JR/T 0169; a case may stand under several codes, so it has no row of totals."""
    lines = by_size(axis.lines)
    compared = any(line.before is not None for line in lines)
    columns = (
        Column(axis.name, axis.name_en, width=26), Column("代码", "Code", width=10), Column("受理", "Received", "count"),
        *((Column("较上期", "Change", "change"), Column("增减%", "Change %", "growth")) if compared else ()),
        *(Column(one, kind="count", on_page=False) for one in results),
    )
    rows = tuple((line.name, line.key, *_received(line, compared=compared), *(line.tally.results.get(name, 0) for name in results)) for line in lines)
    return Grid(axis.name[:31], f"金融行业分类：{axis.name}", f"JR/T 0169-2018: {axis.name_en}", columns, rows)


def _received(line: Line, *, compared: bool) -> tuple[Value, ...]:
    now, before = line.tally.received, line.before.received if line.before else None
    return (now, None if before is None else now - before, now / before - 1 if before else None) if compared else (now,)


def _told(one: Statistics) -> str:
    """What is read out of the chart of categories."""
    return "；".join(f"{line.name}{line.tally.received}件" for line in by_size(one.categories) if line.tally.received)


def _crossings(one: Statistics, results: tuple[str, ...]) -> Grid:
    """Category × unit × result: for the workbook, where it can be filtered and summed."""
    units, categories = ({line.key: line.name for line in lines} for lines in (one.units, one.categories))
    full = lines_grid(CATEGORY, (), (one.total, None), results, ("", "", "")).columns[1:]
    kept = [place for place, column in enumerate(full) if column.kind not in {"change", "growth"}]
    rows = tuple(
        (units.get(each.unit, each.unit), each.unit, categories.get(each.category, each.category), *(cells[place] for place in kept))
        for each in one.crossings for cells in [counts(each.tally, None, results)]
    )
    return Grid(
        "单位×类别 Unit×category", "单位 × 类别 × 结果", "Unit × category × result", (UNIT, Column("代码", "Code", width=12), CATEGORY, *(full[place] for place in kept)),
        rows, on_page=False,
    )


def _cases(one: Return) -> Grid:
    def row(case: Mentioned) -> tuple[Value, ...]:
        here = [None if at is None else at.astimezone(one.head.zone) for at in (case.received, case.due, case.answered)]
        return (case.number, here[0], case.channel, case.category, case.state, here[1], here[2], case.result, case.satisfaction)

    columns = (
        Column("编号", "Number", width=24), Column("受理时间", "Received", "moment", 17), Column("渠道", "Channel"), CATEGORY, Column("状态", "State"),
        Column("应办时限", "Due", "moment", 17), Column("答复时间", "Answered", "moment", 17), Column("处理结果", "Result"), Column("满意程度", "Satisfaction"),
    )
    rows = tuple(map(row, one.cases))
    brief = rows[:_MOST_CASES] if len(rows) > _MOST_CASES else None
    return Grid("逐件 Cases", "逐件情况", "Cases", columns, rows, brief=brief, note=f"本页列前{_MOST_CASES}件，共{len(rows):,}件，全部见工作簿。" if brief else "")
