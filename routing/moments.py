"""Days and times as people write them into a cell or a letter: 2026/7/3, 2026年7月3日 15:40, 20260703, 下午3点 (law: article 13)."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TypeVar

from routing.calendar import Calendar, Hours

_At = TypeVar("_At", date, datetime)
YEARS = range(2000, 2100)       # a clock that was never set says 1970; beyond the calendar no day can be counted
_DAY = r"(?P<year>[0-9]{4})(?:\s?[年./-]\s?(?P<month>[0-9]{1,2})\s?[月./-]\s?(?P<day>[0-9]{1,2})\s?[日号]?|(?P<month8>[0-9]{2})(?P<day8>[0-9]{2}))"
_TIME = (
    r"(?:\s*[T,]?\s*(?P<half>上午|早上|凌晨|中午|下午|晚上|傍晚|[AaPp][Mm])?\s*"
    r"(?P<hour>[0-9]{1,2})(?:\s?[:时点]\s?(?P<minute>[0-9]{1,2})?\s?分?(?:[:]?\s?(?P<second>[0-9]{1,2})(?:\.[0-9]+)?\s?秒?)?)\s*(?P<half2>[AaPp][Mm])?)?"
)
_WEEKDAY = re.compile(r"\s?\(?(?:星期|周)[一二三四五六日天]\)?")
_WHOLE = re.compile(_DAY + _TIME)
_LATER = frozenset({"下午", "晚上", "傍晚", "pm"})
WRONG = "不是日期"
CURE = "写成 2026-07-03、2026/7/3、2026年7月3日 15:40 或 20260703"


def written(text: str, zone: tzinfo) -> datetime | date:
    """Return the day, or the aware moment where a time is written too; ValueError says in Chinese what is wrong.

    A text with a zone of its own (ISO 8601) keeps its moment; any other is meant in `zone`.
    """
    plain = _WEEKDAY.sub(" ", unicodedata.normalize("NFKC", text)).strip()
    try:
        iso = datetime.fromisoformat(plain)
    except ValueError:
        iso = None
    if iso is not None and iso.tzinfo is not None:
        return _of_our_days(iso)
    found = _WHOLE.fullmatch(plain)
    if found is None:
        raise ValueError(WRONG)
    try:
        day = date(int(found["year"]), int(found["month"] or found["month8"]), int(found["day"] or found["day8"]))
        at = _time(found)
    except ValueError:
        raise ValueError("没有这一天或这个时刻") from None
    _of_our_days(day)
    return day if at is None else datetime.combine(day, at, zone)


def _time(found: re.Match[str]) -> time | None:
    if found["hour"] is None:
        return None
    hour, half = int(found["hour"]), (found["half"] or found["half2"] or "").lower()
    if (half in _LATER or (half == "中午" and hour < 3)) and hour < 12:
        hour += 12
    if half in {"am", "凌晨"} and hour == 12:
        hour = 0
    return time(hour, int(found["minute"] or 0), int(found["second"] or 0))


def _of_our_days(at: _At) -> _At:
    if at.year not in YEARS:
        raise ValueError(f"年份 {at.year} 不对")
    return at


def begun(at: datetime | date, hours: Hours, zone: tzinfo) -> datetime:
    """Return when something of that day began: a day alone counts from the opening of business, which is the stricter reading."""
    return at if isinstance(at, datetime) else datetime.combine(at, hours.open, zone)


def ended(at: datetime | date, hours: Hours, zone: tzinfo) -> datetime:
    """Return by when something of that day must be done: a day alone ends with the close of business (P-11's reading, D-6)."""
    return at if isinstance(at, datetime) else datetime.combine(at, hours.close, zone)


def after(received: datetime, days: int, calendar: Calendar | None, hours: Hours, zone: tzinfo) -> datetime:
    """Return the last moment of `days` days from receipt, the day of receipt not counted; working days where there is a calendar."""
    first = received.astimezone(zone).date()
    day = calendar.working_days_after(first, days) if calendar else first + timedelta(days=days)
    return ended(day, hours, zone)
