"""What a reminder says: every open case of a mailbox in a table, the most overdue first; nothing of any customer (P-6, P-11, P-21).

Red is kept for the day on which it matters: a letter is urgent where something is due today or overdue, and no other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from routing.layout import padded
from routing.slip import clean
from routing.wording import SIGNATURE, short_time

MOST_ROWS = 200             # of one letter; who owes more than that is told how many more
#: What the desk does with a case that waits there, by the word of its state.
_DESK_ASKS: Mapping[str, str] = {
    "已受理": "未能自动分类，请人工分派", "待分派": "请确定被投诉单位后转办", "待复核": "请复核岗复听签字，签字前不得转办",
    "已转办": "请联系承办单位，核对其是否收到转办单", "已回复": "请核对后办结",
}


@dataclass(frozen=True, slots=True)
class Due:
    """One open case in a reminder: its number, what the form is called, its limit, and whole days beyond it (or 0).

    `past` is the time gone since the limit, None before it; `unit` is who must answer, "" where the reader is; `waits`
    says what a case at the desk waits for; `today`: its limit falls on this very day; `remark` is which reminder it is.
    """

    number: str
    title: str
    due: datetime
    days_overdue: int = 0
    last_day: datetime | None = None
    past: timedelta | None = None
    unit: str = ""
    waits: str = ""
    today: bool = False
    remark: str = ""

    @property
    def overdue(self) -> bool:
        """Whether the limit has gone by, be it by minutes (C-3)."""
        return self.days_overdue > 0 or self.past is not None

    @property
    def matters(self) -> bool:
        """Whether something must be done about it today."""
        return self.overdue or self.today

    @property
    def standing(self) -> str:
        """How late it is, in the words of the letter."""
        if self.days_overdue:
            return f"已逾期{self.days_overdue}天"
        if self.past is None:
            return "今日到期" if self.today else "未逾期"
        return f"已逾期{self.past // timedelta(hours=1)}小时" if self.past >= timedelta(hours=1) else "已到期"


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder, decided: the lines before its table, the rows, the lines behind it. `zone` is the bank's."""

    subject: str
    opening: tuple[str, ...]
    rows: tuple[Due, ...]
    more: int                       # cases beyond the rows
    closing: tuple[str, ...]
    english: str
    zone: tzinfo

    @property
    def urgent(self) -> bool:
        """Whether today matters to any of its cases."""
        return any(row.matters for row in self.rows)

    @property
    def text(self) -> str:
        """The whole letter as plain text."""
        lines = [*self.opening, "", padded("编号", 26) + padded("办理时限", 20) + "状态", "-" * 60]
        for row in self.rows:
            lines.append(padded(row.number, 26) + padded(self.limit(row), 20) + self.state(row))
            lines += [f"　　{line}" for line in (f"承办单位：{row.unit}" if row.unit else "", row.remark) if line]
        lines += [f"另有{self.more}件未列出，请在系统中查看。"] if self.more else []
        return "\n".join([*clean("\n".join([*lines, "", *self.closing])).split("\n"), "", self.english, "", SIGNATURE]) + "\n"

    def limit(self, row: Due) -> str:
        """A case's limit, as the table shows it."""
        return f"{row.due.astimezone(self.zone):%Y-%m-%d %H:%M}"

    def state(self, row: Due) -> str:
        """Where a case stands, as the table shows it."""
        last = f"，最迟{short_time(row.last_day, self.zone)}" if row.last_day and row.last_day > row.due else ""
        return f"{f'{row.waits}，' if row.waits else ''}{row.standing}{last}"


def reminder(unit_name: str, cases: Sequence[Due], *, rung: str, zone: tzinfo, more: int = 0) -> Reminder:
    """Return one reminder for all the open cases of a mailbox, the most overdue first (P-11, P-21, pain 13).

    `rung` is what the step of the ladder is called (提醒, 催办, 督办); `more` counts cases there is no room for.
    """
    rows = tuple(sorted(cases, key=lambda one: (-one.days_overdue, one.due, one.number)))
    late, count = sum(1 for case in rows if case.overdue), len(rows) + more
    today = sum(1 for case in rows if case.today and not case.overdue)
    parts = [f"已逾期{late}件" if late else "", f"今日到期{today}件" if today else ""]
    of_them = f"，其中{'、'.join(filter(None, parts))}" if any(parts) else ""
    english = f"{count} complaint(s) wait{'' if late else ', none overdue'}{f', {late} of them overdue' if late else ''}{f', {today} due today' if today else ''}."
    what = f"{rows[0].number} " if count == 1 else f"{count}件"
    asks = "投诉待处理" if all(case.waits for case in rows) else "投诉待回复"
    subject = " ".join(clean(f"【{rung}】{what}{asks}{f'，逾期{late}件' if late else ''}").split())
    return Reminder(subject, (f"{unit_name}：", _opening(rows, of_them, count)), rows, more, tuple(_closing(rows)), english, zone)


def _opening(cases: Sequence[Due], of_them: str, count: int) -> str:
    """The first sentence: a unit answers, those above it see that it does, the desk decides."""
    if any(case.waits for case in cases):
        return f"以下{count}件投诉尚未办结{of_them}，请处理："
    if all(case.unit for case in cases):
        return f"以下{count}件投诉，承办单位尚未完整回复{of_them}，请督促其限期办理、逐件回复："
    return f"以下{count}件投诉尚未收到完整回复{of_them}，请抓紧办理并逐件回复："


def _closing(cases: Sequence[Due]) -> list[str]:
    """The last sentences: for the desk, what each state asks for."""
    if any(case.waits for case in cases):
        waits = {case.waits for case in cases}
        return [f"{state}的，{asks}。" for state, asks in _DESK_ASKS.items() if state in waits]
    others = [case for case in cases if case.unit]
    lines = ["列明承办单位的，请督促该单位限期回复。"] if others and len(others) < len(cases) else []
    return [*lines, "不能按期办结的，承办单位须逐件回复说明原因，并向客户作出解释。"]
