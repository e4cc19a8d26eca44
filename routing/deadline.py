"""When an answer is due, and why, day by day (P-11, D-5, D-6, T-3, T-4, C-3; Order 2020 No. 3, article 18).

Three clocks run side by side: the pack's, the law's, and where one was set the authority's date. Readings where the
sources are silent: the day of receipt does not count; a working-day limit ends at the close of business of its last day;
the legal limit ends with its last calendar day, whether worked or not. A pack that counts hours by the clock (C-3) has
the answer to the customer as `due` and the result to the working group as `last_day`; its first hour, on the spot, is a
milestone. The law is the outer limit: where holidays carry the pack's clock beyond it, the case is due on the last day worked
within the law's (law:18). An extension in force moves the pack's clock (P-11.2), never the authority's date; where a calendar that came
later closes its last day, it reaches to the next one worked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, TypeAlias

from routing.calendar import ONE_DAY, Calendar, wall_clock
from routing.clocks import Event, Standing, standing
from routing.entries import Limit, Milestone
from routing.pack import Pack
from routing.papers import Channel
from routing.reckoning import Clock, Legal, Reckoning
from routing.verdict import Category

Json: TypeAlias = str | bool | list[str] | None
LawLevel = Literal["simple", "complex", "special"]
_DAY_END = time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class Deadline:
    """When an answer is due, each clock beside the others (P-11, D-5, T-3, C-3; law: Order 2020 No. 3, article 18).

    All times are aware. `due` is the first limit, `last_day` the last (the same where a pack knows only one),
    `law_due` the outer, legal limit, `authority_due` the date a superior or regulator set (D-6). `provisional` is True
    where the calendar of a year in question has not been published. The explanations add up day by day.
    """

    due: datetime
    last_day: datetime
    law_due: datetime
    provisional: bool
    rule: str
    authority_due: datetime | None
    reckoning: Reckoning

    @property
    def explanation(self) -> tuple[str, ...]:
        """How the dates come about, in Chinese: the pack's clock day by day, the others in a line each."""
        return self.reckoning.brief()

    @property
    def standing(self) -> Standing:
        """What was granted and what is only asked for."""
        return self.reckoning.standing

    def clocks(self) -> tuple[Clock, ...]:
        """Each clock by itself, explained day by day in both languages; the authority's only where it set a date."""
        how = self.reckoning
        extended = self.own_due, max(how.last_day, self._extended_to)
        own = Clock("pack", *extended, how.limit.rule, how.own("zh"), how.own("en"))
        law = Clock("law", self.law_due, self.law_due, how.legal.term.rule, how.law("zh"), how.law("en"))
        if self.authority_due is None:
            return own, law
        said = (how.authority_line("zh"),), (how.authority_line("en"),)
        return own, law, Clock("authority", self.authority_due, self.authority_due, how.authority.rule, *said)

    @property
    def own_due(self) -> datetime:
        """The pack's own limit with its extension, whatever an authority set beside it."""
        return max(self.reckoning.due, self._extended_to)

    @property
    def _extended_to(self) -> datetime:
        granted = self.reckoning.standing.extension
        return self.reckoning.due if granted is None or granted.until is None else granted.until


def deadline(
    pack: Pack, calendar: Calendar, category: Category | None, received: datetime, authority_due: datetime | None = None,
    events: Sequence[Event] = (),
) -> Deadline:
    """Return all limits of a case received then; `category` None means nobody has decided it (the longer limit holds).

    `events` are the case's, in the order they were noted (routing.clocks). `received` and `authority_due` are aware;
    ValueError where they are not.
    """
    limit = pack.limit_of(category)
    stands = _within(pack, calendar, limit, standing(events, _in_zone(pack, received, "received"), pack.zone))
    due, last = (_after(pack, calendar, (limit.count, n), stands.start) for n in (limit.due, limit.last))
    legal = _legal(pack, limit.law, stands)
    until = stands.extension.until if stands.extension else None
    own_due, own_last = (due, last) if until is None else (max(due, until), max(last, until))
    outer = _outer(pack, calendar, limit, legal) if own_last > legal.due else None
    own_due, own_last = (own_due, own_last) if outer is None else (min(own_due, outer), outer)
    by_day = limit.count == "working-days"
    provisional = limit.count != "clock-hours" and _unpublished(calendar, stands.start.date() + by_day * ONE_DAY, own_last.date())
    set_for = None if authority_due is None else _in_zone(pack, authority_due, "authority_due")
    final_due, final_last, effect = _under_authority(pack, own_due, own_last, set_for)
    rule = pack.authority.rule if effect in {"place", "binds"} else legal.term.rule if own_due == outer else limit.rule
    how = Reckoning(
        calendar, limit, pack.extension.rule if pack.extension else "P-11.2", stands, due, last, provisional, legal, pack.authority, set_for, effect, outer)
    return Deadline(final_due, final_last, legal.due, provisional and effect != "place", rule, set_for, how)


def law_due(pack: Pack, received: datetime, level: LawLevel) -> datetime:
    """Return the legal outer limit (Order 2020 No. 3, article 18): the end of the last calendar day.

    `special` is the complex limit prolonged with the superior's approval and the customer told.
    """
    start = _in_zone(pack, received, "received")
    return _law_end(pack, start, _law_days(pack, start, level), ())


def latest(pack: Pack, calendar: Calendar, limit_name: str, start: datetime) -> datetime | None:
    """Return the furthest moment an extension may reach; None where the pack knows none for this limit (P-11.2)."""
    most = None if pack.extension is None else pack.extension.most.get(limit_name)
    return None if most is None else _after(pack, calendar, (pack.limits[limit_name].count, most), _in_zone(pack, start, "start"))


def milestone_due(pack: Pack, calendar: Calendar, milestone: Milestone, start: datetime) -> datetime:
    """Return when a step of the pack must be done (T-4, C-3); `start` is when the case was received or delivered."""
    return _after(pack, calendar, (milestone.count, milestone.within), _in_zone(pack, start, "start"))


def slip_due(pack: Pack, calendar: Calendar, channel: Channel, received: datetime) -> datetime | None:
    """Return when the slip must have left (P-9.6); None where it leaves at once."""
    within = pack.route_of(channel).within_days
    return None if within is None else _after(pack, calendar, ("working-days", within), _in_zone(pack, received, "received"))


def deadline_json(found: Deadline) -> dict[str, Json]:
    """Return a deadline as `hotline-bridge deadline --json` prints it: ISO times with their zone, how they come about in both languages."""
    return {
        "due": found.due.isoformat(), "last_day": found.last_day.isoformat(), "law_due": found.law_due.isoformat(),
        "authority_due": None if found.authority_due is None else found.authority_due.isoformat(),
        "provisional": found.provisional, "rule": found.rule, "explanation": list(found.explanation),
        "explanation_en": list(found.reckoning.brief("en")),
    }


def _within(pack: Pack, calendar: Calendar, limit: Limit, stands: Standing) -> Standing:
    """Let an extension end with a working day's business, should its day be closed by now."""
    granted = stands.extension
    if granted is None or granted.until is None:
        return stands
    until = granted.until.astimezone(pack.zone)
    if limit.count == "working-days":
        until = datetime.combine(calendar.working_days_after(until.date(), 0), pack.hours.close, pack.zone)
    elif limit.count == "working-hours":
        until = calendar.next_moment(until, pack.hours)
    return replace(stands, extension=replace(granted, until=until))


def _legal(pack: Pack, level: LawLevel, stands: Standing) -> Legal:
    """The law's clock: prolonged for complex cases where a superior approved it, days of an appraisal left out (law:18)."""
    days = _law_days(pack, stands.start, "special" if stands.prolonged and level == "complex" else level)
    return Legal(pack.law_on(stands.start.date()), days, _law_end(pack, stands.start, days, stands.away))


def _outer(pack: Pack, calendar: Calendar, limit: Limit, legal: Legal) -> datetime:
    """The last moment the bank works within the legal limit: there its own ends, should holidays carry it beyond (law:18)."""
    if limit.count == "clock-hours":
        return legal.due
    return datetime.combine(calendar.working_days_before(legal.due.date(), 0), pack.hours.close, pack.zone)


def _law_days(pack: Pack, start: datetime, level: LawLevel) -> int:
    term = pack.law_on(start.date())
    return term.complex + term.special_extra if level == "special" else {"simple": term.simple, "complex": term.complex}[level]


def _law_end(pack: Pack, start: datetime, days: int, away: Sequence[tuple[date, date]]) -> datetime:
    day = start.date() + timedelta(days=days)
    if away:
        out = {n for first, last in away for n in range(first.toordinal(), last.toordinal() + 1)}
        ordinal = start.date().toordinal()
        while days:
            ordinal += 1
            days -= ordinal not in out
        day = date.fromordinal(ordinal)
    return datetime.combine(day, _DAY_END, pack.zone)


def _under_authority(pack: Pack, due: datetime, last: datetime, set_for: datetime | None) -> tuple[datetime, datetime, str]:
    """Let the date an authority set take the place of the pack's, or bind where it is earlier (D-6)."""
    if set_for is None:
        return due, last, ""
    if pack.authority.takes == "place":
        return set_for, set_for, "place"
    first, end = (min(set_for, moment, key=_instant) for moment in (due, last))
    return first, end, "binds" if first == set_for else "last_binds" if end == set_for else "idle"


def _after(pack: Pack, calendar: Calendar, span: tuple[str, int], start: datetime) -> datetime:
    """Return the end of a span of (count, number) that starts then."""
    count, number = span
    if count == "working-days":
        return datetime.combine(calendar.working_days_after(start.date(), number), pack.hours.close, pack.zone)
    if count == "working-hours":
        return calendar.add_working(start, timedelta(hours=number), pack.hours)
    return wall_clock(start, timedelta(hours=number))


def _unpublished(calendar: Calendar, first: date, last: date) -> bool:
    return any(year not in calendar.published for year in range(first.year, last.year + 1))


def _in_zone(pack: Pack, moment: datetime, name: str) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{name} {moment.isoformat()} has no zone; give it one, such as +08:00")
    return moment.astimezone(pack.zone)


def _instant(at: datetime) -> datetime:
    return at.astimezone(UTC)
