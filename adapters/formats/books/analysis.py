"""The half-year's and year's analysis as a leaf: trend, causes, heat map, answer times, repeated matters, JR/T axes (P-24)."""

from collections.abc import Iterator

from adapters.formats.books.charts import Series, Told, distribution, spark, trend
from adapters.formats.books.counted import COLUMNS, MOST_ON_A_PAGE, all_results, counts, lines_grid, ranked, tiles
from adapters.formats.books.leaf import Column, Grid, Leaf, Picture
from adapters.formats.books.ranks import beside, heat, pareto
from adapters.formats.books.statistics import CATEGORY, UNIT, axis_grid
from routing.figures import Analysis, HeatRow, must_add_up


def analysis_leaf(one: Analysis) -> Leaf:
    """Return an analysis as a leaf; RuleError where its figures do not add up."""
    must_add_up(one)
    small = spark(Told("spark", "逐月受理件数"), [month.tally.received for month in one.months])
    blocks = (*_trend(one), *_causes(one), *_units(one), *_times(one), *_matters(one), *(axis_grid(axis) for axis in one.axes))
    return Leaf(one.head, tiles(one.total, one.before, small), blocks)


def _labels(one: Analysis) -> list[str]:
    """Months by their names, with the year where there are several."""
    years = {month.first.year for month in one.months}
    return [f"{month.first.month}月" if len(years) == 1 else f"{month.first:%Y-%m}" for month in one.months]


def _trend(one: Analysis) -> Iterator[Picture | Grid]:
    series = [Series("受理 received", tuple(month.tally.received for month in one.months))]
    if any(month.year_before is not None for month in one.months):
        series.append(Series("上年同月 a year before", tuple(month.year_before for month in one.months), faint=True))
    yield Picture("逐月走势", "Month by month", trend(Told("months", "逐月受理件数"), _labels(one), series), _peak(one))
    rows = tuple((f"{month.first:%Y-%m}", *counts(month.tally, None)) for month in one.months)
    kept = [0, *(place for place, column in enumerate(COLUMNS, 1) if column.kind not in {"change", "growth"})]
    columns = (Column("月份", "Month"), *COLUMNS)
    yield Grid(
        "逐月 Months", "逐月数据", "By month", tuple(columns[place] for place in kept), tuple(tuple(row[place] for place in kept) for row in rows),
        on_page=False,
    )


def _peak(one: Analysis) -> str:
    if not one.months or not one.total.received:
        return ""
    most = max(one.months, key=lambda month: month.tally.received)
    return f"受理最多的是{most.first.year}年{most.first.month}月，{most.tally.received:,}件，占全期{most.tally.received / one.total.received:.1%}。"


def _causes(one: Analysis) -> Iterator[Picture | Grid]:
    yield Picture("投诉类别：由多到少", "Categories by frequency (Pareto)", pareto(Told("categories", "投诉类别帕累托图"), ranked(one.categories)), "柱为件数，线为累计占比，虚线为80%。")
    yield lines_grid(CATEGORY, one.categories, (one.total, one.before), all_results(one.total), ("按类别 By category", "按投诉类别", "By category"))
    if one.causes:
        yield Picture("投诉原因：由多到少", "Causes by frequency (Pareto)", pareto(Told("causes", "投诉原因帕累托图"), ranked(one.causes)))
        if any(line.before is not None for line in one.causes):
            yield Picture("投诉原因：较上期", "Causes beside the period before", beside(Told("causes-before", "投诉原因与上期"), ranked(one.causes)))


def _units(one: Analysis) -> Iterator[Picture | Grid]:
    if not one.units:
        return
    rows = sorted(one.units, key=lambda row: (-sum(row.counts), row.name))
    few, others = (rows, []) if len(rows) <= MOST_ON_A_PAGE + 1 else (rows[:MOST_ON_A_PAGE], rows[MOST_ON_A_PAGE:])
    rest = HeatRow("", f"其他{len(others):,}家", tuple(map(sum, zip(*(row.counts for row in others), strict=True)))) if others else None
    labels = _labels(one)
    svg = heat(Told("heat", "各单位逐月受理件数热力图"), labels, [(row.name, row.counts) for row in few], (rest.name, rest.counts) if rest else None)
    yield Picture("单位 × 月份热力图", "Heat map of units and months", svg, "颜色越深件数越多，数字为受理件数。")
    columns = (UNIT, Column("代码", "Code", width=12), *(Column(name, kind="count", width=8) for name in labels), Column("合计", "Total", "count"))
    yield Grid("单位×月份 Unit×month", "单位 × 月份", "Units by month", columns, tuple((row.name, row.key, *row.counts, sum(row.counts)) for row in rows), on_page=False)


def _times(one: Analysis) -> Iterator[Picture | Grid]:
    if not one.answer_times:
        return
    last = max((limit.days for limit in one.limits), default=None)
    beyond = sum(each.count for each in one.answer_times if last is not None and (each.up_to is None or each.up_to > last))
    all_ = sum(each.count for each in one.answer_times)
    note = f"斜线柱为超过最后期限的{beyond:,}件，占{beyond / all_:.1%}。" if beyond else "没有超过最后期限的。" if all_ and last is not None else ""
    svg = distribution(Told("times", "答复用时分布", note), one.answer_times, one.limits, one.days)
    yield Picture(f"答复用时分布（{one.days}）", "Time to answer", svg, note)
    columns = (Column(f"用时不超过（{one.days}）", "Answered within", width=18), Column("件数", "Cases", "count"))
    rows = tuple(("更久 longer" if each.up_to is None else str(each.up_to), each.count) for each in one.answer_times)
    yield Grid("用时 Time to answer", "答复用时", "Time to answer", columns, rows, ("合计 Total", all_), on_page=False)


def _matters(one: Analysis) -> Iterator[Picture | Grid]:
    if not one.matters:
        return
    columns = (
        Column("首件编号", "First case", width=24), CATEGORY, UNIT, Column("件数", "Cases", "count"), Column("人数", "Persons", "count"),
        Column("首次", "First", width=11), Column("最近", "Latest", width=11),
    )
    rows = tuple((m.name, m.category, m.unit, m.cases, m.persons, f"{m.first}", f"{m.last}") for m in one.matters)
    yield Grid("重复事项 Matters", "反复出现的事项", "Repeated matters", columns, rows, brief=rows[:MOST_ON_A_PAGE] if len(rows) > MOST_ON_A_PAGE else None)
