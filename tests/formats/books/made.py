"""Figures and rows for the books, made up: the same for the same numbers, nobody's names."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from routing.figures import (
    Analysis, Axis, Bin, Crossing, Daily, DailyLine, Head, HeatRow, Limit, Line, Mentioned, Month, Period, Repeated, Return, Sorted,
    Statistics, Tally, sorted_total, total,
)
from routing.register import HopLine, RegisterRow
from routing.verdict import Category

ZONE = ZoneInfo("Asia/Shanghai")
AS_OF = datetime(2027, 1, 4, 9, 0, tzinfo=ZONE)
DECEMBER = Period(date(2026, 12, 1), date(2026, 12, 31), "2026年12月", "December 2026")
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30), "2026年11月", "November 2026")
HEAD = Head(
    "投诉统计表", "Complaint statistics", "示例银行", "95580客户投诉处理办法", DECEMBER, AS_OF, ZONE, rules="3f9a1c", before=NOVEMBER,
    notes=("受理数按受理时间归期；并入他件的不重复计数。", "按时与否以政策包的最后期限为准（P-11）。"),
)
REGISTER = replace(
    HEAD, title="客户投诉登记簿", title_en="Register of complaints", period=Period(date(2026, 1, 1), date(2026, 12, 31), "2026年度", "Year 2026"), before=None, notes=(),
)
RESULTS = ("有责", "无责", "双方责任", "撤诉")


def rows(count: int) -> Iterator[RegisterRow]:
    """Rows of a register as a store would hand them over, each with most of its fields filled in."""
    first = datetime(2026, 1, 4, 8, 30, tzinfo=ZONE)
    story = "客户来电反映：在网点办理定期存款到期转存业务时，柜员未按要求提示利率变化，等候约四十分钟，多次询问均未得到明确答复。"
    for n in range(count):
        at = first + timedelta(minutes=n)
        yield RegisterRow(
            number=f"95580-{at:%Y%m%d}-{n:06d}", received=at, pack="psbc-95580", state="已办结", channel="电话", taken_by=f"座席{n % 400:04d}",
            customer="某某某", party="个人", phone="13800000000", id_type="居民身份证", unit_code=f"JD{n % 40000:05d}", unit=f"金东市第{n % 900}支行",
            outlet=f"第{n % 40000}营业所", product="定期存款", category=tuple(Category)[n % 8].value, facts=f"{story}第{n}件。", claim="说明情况并道歉",
            amount=Decimal(n % 70000), level="普通", due=at + timedelta(days=3), last_day=at + timedelta(days=5), law_due=at + timedelta(days=15),
            due_why="受理当日不计；第3个工作日营业结束前（P-11）", law_why="受理之日起15日（law:18）",
            hops=(HopLine("总行工会", "督办", at, at, at), HopLine(f"第{n % 36}一级分行", "主办", at, at, at, at + timedelta(days=2))),
            answered=at + timedelta(days=2), findings=f"经查，{story}", responsibility="批评教育", lessons="加强培训", satisfaction="满意",
            handler="经办某", handler_phone="010-00000000", remedies_told="已告知", result="有责", closed=at + timedelta(days=3), closed_by="投诉处理岗",
            retain_until=date(2031, 12, 31),
        )


def tally(dice: Random, most: int) -> Tally:
    """A tally that adds up."""
    received = dice.randint(0, most)
    carried = dice.randint(0, most // 4)
    closed = dice.randint(0, received + carried)
    answered = dice.randint(0, received + carried)
    on_time = answered - dice.randint(0, answered // 6)
    open_ = received + carried - closed
    satisfied, fair, dissatisfied = (dice.randint(0, closed // 3) for _ in range(3))
    left, results = closed, {}
    for name in RESULTS[:-1]:
        results[name] = dice.randint(0, left)
        left -= results[name]
    results[RESULTS[-1]] = left
    return Tally(
        received, dice.randint(0, received // 8), answered, on_time, closed, open_, dice.randint(0, open_ // 3), satisfied, fair,
        dissatisfied // 3 if dissatisfied > 2 else 0, 0, carried, timedelta(hours=30) * answered, results,
    )


def statistics(units: int = 36, seed: int = 7, most: int = 60) -> Statistics:
    """A month's statistics of so many units."""
    dice = Random(seed)
    now = {(u, c.value): tally(dice, most) for u in range(units) for c in Category}
    then = {key: tally(dice, most) for key in now}
    lines = []
    for u in range(units):
        mine, was = ([v for (unit, _), v in of.items() if unit == u] for of in (now, then))
        lines.append(Line(f"U{u:05d}", f"{_NAMES[u % len(_NAMES)]}{'' if u < len(_NAMES) else u // len(_NAMES)}分行", total(mine), total(was)))
    categories = tuple(
        Line(c.value, c.value, total(v for (_, k), v in now.items() if k == c.value), total(v for (_, k), v in then.items() if k == c.value))
        for c in Category
    )
    crossings = tuple(Crossing(f"U{u:05d}", c, v) for (u, c), v in now.items())
    return Statistics(HEAD, categories, tuple(lines), crossings, RESULTS, (), total(now.values()), total(then.values()))


_NAMES = (
    "金东", "海西", "松江", "云溪", "白鹭", "青岚", "南浦", "北渚", "长汀", "河湾", "石桥", "柳林", "丹霞", "玉泉", "临湖", "望川", "平阳", "高原",
    "沙洲", "东屏", "西岭", "花溪", "梅岭", "竹溪", "枫桥", "清源", "凤台", "龙泉", "银川西", "锦屏", "秀水", "德馨", "永宁", "太平", "安和", "嘉禾",
)


def analysis(units: int = 36, seed: int = 3) -> Analysis:
    """A year's analysis."""
    dice = Random(seed)
    table = statistics(12, seed, 400)
    parts = [replace(line.tally, carried=None, results={}) for line in table.units]
    months = tuple(Month(date(2026, m + 1, 1), part, max(0, part.received + dice.randint(-300, 200))) for m, part in enumerate(parts))
    whole = total(parts)
    heat = tuple(HeatRow(f"U{u}", f"{_NAMES[u % 36]}分行", tuple(dice.randint(0, 90) * (3 if u == 4 and m > 8 else 1) for m in range(12))) for u in range(units))
    left, bins = whole.answered, []
    for day in range(1, 16):
        part = min(left, int(whole.answered * (0.24 if day <= 3 else 0.05 if day <= 7 else 0.012)))
        bins.append(Bin(day, part))
        left -= part
    bins.append(Bin(None, left))
    causes = tuple(
        Line(str(n), name, Tally(received=int(900 / (n + 1) ** 1.1)))
        for n, name in enumerate(("服务态度及服务质量", "管理制度、业务规则与流程", "服务设施、设备、业务系统", "营销方式和手段", "定价收费", "信息披露", "消费者资金安全", "消费者信息安全", "债务催收方式和手段", "其他"))
    )
    categories = tuple(replace(line, tally=replace(line.tally, carried=None, results={})) for line in table.categories)
    head = replace(HEAD, title="投诉分析报告", title_en="Complaint analysis", period=Period(date(2026, 1, 1), date(2026, 12, 31), "2026年度", "Year 2026"),
                   before=Period(date(2025, 1, 1), date(2025, 12, 31), "2025年度", "Year 2025"))
    matters = tuple(
        Repeated(f"95580-2026{m:02d}11-{m * 137:06d}", tuple(Category)[m % 7].value, f"{_NAMES[m]}分行", 40 - m * 3, 33 - m * 3, date(2026, m, 11), date(2026, 12, 20))
        for m in range(1, 9)
    )
    before = replace(total(line.before for line in table.categories if line.before), carried=None, results={})
    return Analysis(
        head, months, categories, causes, heat, tuple(bins), (Limit("简单件", 3, "P-11"), Limit("复杂件", 7, "P-11"), Limit("最后期限", 10, "P-11")),
        matters, (Axis("C 投诉原因", "C Cause", causes),), whole, before,
    )


def daily(units: int = 14, seed: int = 5) -> Daily:
    """One day of an emergency week."""
    dice = Random(seed)

    def one(most: int) -> Sorted:
        return Sorted(*(dice.randint(0, most) for _ in range(8)))

    lines = tuple(DailyLine(f"U{u}", f"{_NAMES[u % 36]}分行", one(6), one(6)) for u in range(units))
    whole = sorted_total(line.count for line in lines)
    days = (*((date(2026, 12, d), one(80)) for d in range(21, 31)), (date(2026, 12, 31), whole))
    head = replace(HEAD, title="割接期间投诉日报", title_en="Daily figures", period=Period(date(2026, 12, 31), date(2026, 12, 31), "2026年12月31日", "31 December 2026"),
                   before=Period(date(2026, 12, 30), date(2026, 12, 30), "2026年12月30日"))
    return Daily(head, lines, days, whole, sorted_total(line.before for line in lines if line.before))


def a_return(seed: int = 9) -> Return:
    """A half-month's return of one branch."""
    table = statistics(1, seed, 6)
    cases = tuple(
        Mentioned(f"95580-202612{n + 1:02d}-{n * 31:06d}", datetime(2026, 12, n + 1, 9, 5 * n, tzinfo=ZONE), "电话", tuple(Category)[n % 8].value, "已办结" if n % 3 else "已转办",
                  datetime(2026, 12, n + 8, 17, 30, tzinfo=ZONE), datetime(2026, 12, n + 6, 11, 2, tzinfo=ZONE) if n % 3 else None, "有责" if n % 3 else "", "满意" if n % 3 else "")
        for n in range(9)
    )
    head = replace(HEAD, title="投诉情况登记表", title_en="Branch return", place="金东分行", period=Period(date(2026, 12, 1), date(2026, 12, 15), "2026年12月上半月", "1-15 December 2026"),
                   before=Period(date(2026, 11, 16), date(2026, 11, 30), "2026年11月下半月"))
    return Return(head, table.categories, cases, table.total, table.before, ("12月9日系统升级，柜面等候时间较长，已增派大堂人员。",))
