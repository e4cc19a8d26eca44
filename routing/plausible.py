"""What an answer says that cannot be: a day that has not come, a day before the complaint, the customer's own number (P-12)."""

from collections.abc import Mapping
from datetime import date

from routing.headings import HANDLED, TELEPHONE
from routing.phrases import dates_in, phone_in
from routing.telephone import same


def impossible(answer: Mapping[int, str], since: date, until: date, customers: str = "") -> Mapping[int, str]:
    """Return why elements do not count, by number: `since` the day the complaint came, `until` the day the answer did.

    A date without a year is of the year that puts it between the two. `customers` is the customer's telephone.
    """
    wrong = {HANDLED: _day(answer.get(HANDLED, ""), since, until), TELEPHONE: _number(answer.get(TELEPHONE, ""), customers)}
    return {number: why for number, why in wrong.items() if why}


def _day(words: str, since: date, until: date) -> str:
    said = list(dates_in(words))
    days = [day for year, month, dom in said for day in _days(year, month, dom, until)]
    if any(since <= day <= until for day in days) or not said:
        return ""
    if not days:
        return "所填日期不存在"                                # 29 February of neither year
    if all(day > until for day in days):
        return f"所填日期晚于收到回复的日期（{_spoken(until)}），处理完成后再填"
    if all(day < since for day in days):
        return f"所填日期早于受理投诉的日期（{_spoken(since)}）"
    return f"所填日期不在受理投诉（{_spoken(since)}）与收到回复（{_spoken(until)}）之间"


def _days(year: int | None, month: int, day: int, until: date) -> list[date]:
    """The days a date may mean; without a year this year's, and last year's where that is nearer (an answer in January)."""
    years = [year] if year else [until.year, until.year - 1]
    days = [date(one, month, day) for one in years if (month, day) != (2, 29) or _leap(one)]
    return days if year or len(days) < 2 else days[:1] if (days[0] - until).days < 180 else days[1:]


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _number(words: str, customers: str) -> str:
    return "所填是客户本人的电话，请填经办人的电话" if same(phone_in(words), customers) else ""


def _spoken(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
