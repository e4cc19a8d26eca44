"""What a reminder says: every open case of a mailbox in a table, the most overdue first; nothing of any customer (P-6, P-11, P-21).

Red is kept for the day on which it matters: a letter is urgent where something is due today or overdue, and no other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from routing.stationery import Templates, Words
from routing.wording import short_time

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
    """A reminder, decided: its words, its rows, and whether today matters to any of them. `zone` is the bank's."""

    words: Words
    rows: tuple[Due, ...]
    zone: tzinfo

    @property
    def urgent(self) -> bool:
        """Whether today matters to any of its cases."""
        return any(row.matters for row in self.rows)


def reminder(sheets: Templates, unit_name: str, cases: Sequence[Due], *, rung: str, zone: tzinfo, more: int = 0) -> Reminder:
    """Return one reminder for all the open cases of a mailbox, the most overdue first (P-11, P-21, pain 13).

    `rung` is what the step of the ladder is called (提醒, 催办, 督办); `more` counts cases there is no room for.
    """
    rows = tuple(sorted(cases, key=lambda one: (-one.days_overdue, one.due, one.number)))
    late, count = sum(1 for case in rows if case.overdue), len(rows) + more
    today = sum(1 for case in rows if case.today and not case.overdue)
    words = sheets.words("reminder", {
        "unit_name": unit_name, "rung": rung, "count": count, "number": rows[0].number if count == 1 else "", "late": late, "today": today,
        "ahead": len(rows) - late - today, "more": more, **_whose(rows), "rows": [_row(row, zone) for row in rows],
    })
    return Reminder(words, rows, zone)


def _whose(rows: Sequence[Due]) -> dict[str, object]:
    """Whose the cases are: a unit answers, those above it see that it does, the desk decides what waits."""
    waits = {row.waits for row in rows if row.waits}
    others = sum(1 for row in rows if row.unit)
    return {
        "at_desk": bool(waits), "all_at_desk": all(row.waits for row in rows), "all_others": others == len(rows), "some_others": not waits and 0 < others < len(rows),
        "units": others > 0, "remarks": any(row.remark for row in rows),
        "asks": [{"state": state, "does": does} for state, does in _DESK_ASKS.items() if state in waits],
    }


def _row(row: Due, zone: tzinfo) -> dict[str, object]:
    last = f"，最迟{short_time(row.last_day, zone)}" if row.last_day and row.last_day > row.due else ""
    return {
        "number": row.number, "title": row.title, "limit": f"{row.due.astimezone(zone):%Y-%m-%d %H:%M}", "unit": row.unit, "remark": row.remark,
        "state": f"{f'{row.waits}，' if row.waits else ''}{row.standing}{last}", "overdue": row.overdue, "today": row.today, "matters": row.matters,
    }
