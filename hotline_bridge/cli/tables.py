"""Rows as tables at a terminal, with headings in both languages."""

import re
from collections.abc import Mapping, Sequence

from hotline_bridge.cli.common import out

PIPED_WIDTH = 200       # columns, where no terminal says how wide it is
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
WHOLE = frozenset({"number", "case_number", "state_zh", "received", "due", "taken", "at"})
HEADS = {
    "exchange": "话务系统 exchange", "reference": "位置 reference", "seconds": "秒 seconds", "media": "格式 media", "noted": "获知 noted", "recording": "录音 recording",
    "who": "人员 who", "until": "至 until", "ended": "已结束 ended",
    "rung": "催办 rung", "channel_zh": "方式 by", "person": "联系人 person", "phone": "电话 phone", "hours_overdue": "逾期小时 hours over",
    "number": "编号 number", "case_number": "编号 number", "state_zh": "状态 state", "category": "类别 category", "unit_name": "被投诉单位 unit",
    "received": "受理 received", "due": "到期 due", "provisional": "暂定 provisional", "flags": "标记 flags", "source": "来源 source", "kind": "类型 kind", "bytes": "字节 bytes",
    "row": "行 row", "standing_zh": "结果 standing", "channel": "渠道 channel", "name": "客户 name", "remarks": "提示 remarks", "cell": "单元格 cell", "column": "列 column",
    "field": "字段 field", "zh": "中文 Chinese", "hint": "说明 hint",
    "file": "文件 file", "what": "用途 what", "rule": "制度 rule", "own": "本行 own", "fields": "各栏 fields", "must": "必备 must",
    "taken": "收到 taken", "trouble": "问题 trouble", "remedy": "处置 remedy", "id": "id", "held": "复听 hearing", "unit": "单位 unit", "sender": "发件人 sender", "at": "时间 at", "reasons": "理由 reasons",
    "people": "人数 people", "cases": "件数 cases", "likely": "疑似 likely", "told": "已报人数 told", "opened": "首次 opened", "matter": "事项 matter", "outcome": "结果 outcome",
    "mapping": "映射 mapping", "vendor": "厂商 vendor", "way": "方式 way", "proof": "凭证 proof", "reply": "应答 reply", "value": "值 value", "path": "表达式 expression",
    "kind_zh": "事项 kind", "call": "通话 call", "place": "号码归属 place", "hotline": "热线 hotline", "seat": "座席 seat", "tries": "回拨次数 tries", "times": "来电次数 calls", "started": "来电时间 began",
    "tried": "系统已拨 tried", "attempt": "第几次 try", "result_zh": "结果 result", "said": "话务系统所答 said",
    "owed": "应回访 owed", "attempts": "次数 attempts",
}


def table(rows: Sequence[Mapping[str, object]], columns: tuple[str, ...], title: str, *, as_json: bool) -> None:
    """Print rows as a table, or as one JSON object a line."""
    if as_json:
        for row in rows:
            out(row)
        return
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if not console.is_terminal:
        console = Console(width=PIPED_WIDTH)
    shown = Table(title=title)
    for column in columns:
        shown.add_column(HEADS.get(column, column), overflow="fold", no_wrap=column in WHOLE)
    for row in rows:
        shown.add_row(*(_cell(row.get(column)) for column in columns))
    console.print(shown if rows else f"{title}: 无 / none", markup=False)


def _cell(value: object) -> str:
    if isinstance(value, list):
        return "、".join(map(str, value))
    if isinstance(value, bool):
        return "是" if value else ""
    text = "" if value is None else str(value)
    return f"{text[5:10]} {text[11:16]}" if TIME.fullmatch(text) else text
