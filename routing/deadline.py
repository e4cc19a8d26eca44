"""When an answer is due, and why, day by day (P-11, D-5, D-6, T-3, T-4, C-3; Order 2020 No. 3, article 18).

Readings where the sources are silent: the day of receipt does not count; a working-day limit ends at the close of
business of its last day; the legal limit ends with its last calendar day, whether worked or not. A pack that counts
hours by the clock (C-3) has the answer to the customer as `due` and the result to the working group as `last_day`;
its first hour, on the spot, is a milestone.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, TypeAlias

from routing.calendar import ONE_DAY, Calendar, show_day, wall_clock
from routing.case import Deadline
from routing.entries import Limit, Milestone
from routing.pack import Pack
from routing.papers import Channel
from routing.verdict import Category

Json: TypeAlias = str | bool | list[str] | None
LawLevel = Literal["simple", "complex", "special"]
_DAY_END = time(23, 59, 59)
_COUNTS = {"working-days": "个工作日", "working-hours": "个工作小时", "clock-hours": "小时"}


def deadline(
    pack: Pack, calendar: Calendar, category: Category | None, received: datetime, authority_due: datetime | None = None,
) -> Deadline:
    """Return all limits of a case received then; `category` None means nobody has decided it (the longer limit holds).

    `received` and `authority_due` are aware; ValueError where they are not.
    """
    received = _in_zone(pack, received, "received")
    limit = pack.limit_of(category)
    own = _own(pack, calendar, limit, received)
    law = law_due(pack, received, limit.law)
    term = pack.law_on(received.date())
    found = replace(own, law_due=law, explanation=(
        *own.explanation,
        f"法定外限：{_moment(law)}（{term.name}，{getattr(term, limit.law)}个自然日，受理当日不计）",
    ))
    return found if authority_due is None else _under_authority(pack, found, _in_zone(pack, authority_due, "authority_due"))


def law_due(pack: Pack, received: datetime, level: LawLevel) -> datetime:
    """Return the legal outer limit (Order 2020 No. 3, article 18): the end of the last calendar day.

    `special` is the complex limit prolonged with the superior's approval and the customer told.
    """
    day = _in_zone(pack, received, "received").date()
    term = pack.law_on(day)
    days = term.complex + term.special_extra if level == "special" else {"simple": term.simple, "complex": term.complex}[level]
    return datetime.combine(day + timedelta(days=days), _DAY_END, pack.zone)


def milestone_due(pack: Pack, calendar: Calendar, milestone: Milestone, start: datetime) -> datetime:
    """Return when a step of the pack must be done (T-4, C-3); `start` is when the case was received or delivered."""
    return _after(pack, calendar, (milestone.count, milestone.within), _in_zone(pack, start, "start"))


def slip_due(pack: Pack, calendar: Calendar, channel: Channel, received: datetime) -> datetime | None:
    """Return when the slip must have left (P-9.6); None where it leaves at once."""
    within = pack.route_of(channel).within_days
    return None if within is None else _after(pack, calendar, ("working-days", within), _in_zone(pack, received, "received"))


def deadline_json(found: Deadline) -> dict[str, Json]:
    """Return a deadline as `hotline-bridge deadline --json` prints it: ISO times with their zone."""
    return {
        "due": found.due.isoformat(), "last_day": found.last_day.isoformat(), "law_due": found.law_due.isoformat(),
        "authority_due": None if found.authority_due is None else found.authority_due.isoformat(),
        "provisional": found.provisional, "rule": found.rule, "explanation": list(found.explanation),
    }


def _own(pack: Pack, calendar: Calendar, limit: Limit, received: datetime) -> Deadline:
    """Return what the pack itself says; the legal limit is filled in by the caller."""
    due, last = (_after(pack, calendar, (limit.count, n), received) for n in (limit.due, limit.last))
    by_day = limit.count == "working-days"
    lines = [f"受理：{show_day(received.date())} {received:%H:%M}" + ("，当日不计" if by_day else "起计")]
    if by_day:
        lines += _day_by_day(calendar, received.date(), last.date())
    lines.append(f"到期：{_moment(due)}（{limit.name}，{limit.due}{_COUNTS[limit.count]}，{limit.rule}）")
    if last != due:
        lines.append(f"最后期限：{_moment(last)}（{limit.last}{_COUNTS[limit.count]}，{limit.rule}）")
    provisional = limit.count != "clock-hours" and _unpublished(calendar, received.date() + by_day * ONE_DAY, last.date())
    if provisional:
        lines.append("暂定：所涉年度的放假安排尚未公布，公布后须重新计算")
    return Deadline(due, last, last, provisional, tuple(lines), limit.rule)


def _under_authority(pack: Pack, own: Deadline, set_for: datetime) -> Deadline:
    """Let the date an authority set take the place of the pack's, or bind where it is earlier (D-6)."""
    entry = pack.authority
    line = f"交办期限：{_moment(set_for)}（上级、监管或政府规定，{entry.rule}）"
    if entry.takes == "place":
        return replace(
            own, due=set_for, last_day=set_for, authority_due=set_for, provisional=False, rule=entry.rule,
            explanation=(*own.explanation, f"{line}，以此为准"),
        )
    due, last = (min(set_for, moment, key=_instant) for moment in (own.due, own.last_day))
    binds = due == set_for
    note = "，早于本行期限，以此为准" if binds else "，最后期限以此为准" if last == set_for else "，本行期限更早，从本行期限"
    return replace(
        own, due=due, last_day=last, authority_due=set_for, rule=entry.rule if binds else own.rule,
        explanation=(*own.explanation, line + note),
    )


def _after(pack: Pack, calendar: Calendar, span: tuple[str, int], start: datetime) -> datetime:
    """Return the end of a span of (count, number) that starts then."""
    count, number = span
    if count == "working-days":
        return datetime.combine(calendar.working_days_after(start.date(), number), pack.hours.close, pack.zone)
    if count == "working-hours":
        return calendar.add_working(start, timedelta(hours=number), pack.hours)
    return wall_clock(start, timedelta(hours=number))


def _day_by_day(calendar: Calendar, received: date, last: date) -> list[str]:
    """Return a line for every day after receipt up to the last, counted or not and why."""
    lines, counted = [], 0
    for ordinal in range(received.toordinal() + 1, last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        why = calendar.says(day)
        if calendar.is_working(day):
            counted += 1
            lines.append(f"{show_day(day)}{why}：第{counted}个工作日")
        else:
            lines.append(f"{show_day(day)}{why}：不计")
    return lines


def _unpublished(calendar: Calendar, first: date, last: date) -> bool:
    return any(year not in calendar.published for year in range(first.year, last.year + 1))


def _in_zone(pack: Pack, moment: datetime, name: str) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{name} {moment.isoformat()} has no zone; give it one, such as +08:00")
    return moment.astimezone(pack.zone)


def _moment(at: datetime) -> str:
    return f"{show_day(at.date())} {at:%H:%M}"


def _instant(at: datetime) -> datetime:
    return at.astimezone(UTC)
