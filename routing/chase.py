"""The chasing ladder: which reminder comes next, when, and to whom (P-11, P-20, P-21).

A rung counted in working days falls on the first digest time of its day: the one before the due day, the due day
itself, the first working day after it and so on. A rung counted by the clock falls on its very minute. Rungs that were
missed (a slip sent late, a daemon that stood still) are not sent one after the other: the highest of them stands for
all, for each rung writes to those below it too.

Readings: a unit is chased for its own silence only. Where the slip left late - a long hold, a date that an authority set
in the past (D-6) - the ladder leans against the day the slip left: nothing goes with the slip itself, the first rung for
an overdue answer follows a working day (or an hour) later, and the rest in their usual distances. What the unit is told
of the time limit does not change. Until the slip has left, the desk alone is reminded (`inside`), from the moment the
pack says it must have been passed on (P-9.6, T-4, C-3).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from routing.addressee import Addressee
from routing.calendar import Calendar, Hours, wall_clock
from routing.case import Case
from routing.deadline import milestone_due, slip_due
from routing.directory import DEPARTMENT, Directory
from routing.ladder import LadderRung, Role
from routing.pack import Pack
from routing.parties import UnitCode

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Rung:
    """One reminder: what it is called, when it goes, and to which roles.

    `index` counts from 0 and goes on rising while the last rung repeats; a case that got it has climbed index + 1.
    `silenced`: spared where the unit has acknowledged the slip. `at_once`: its letter waits for no digest.
    """

    index: int
    name: str
    at: datetime
    to: tuple[Role, ...]
    rule: str
    urgent: bool
    silenced: bool
    at_once: bool = False
    telephone: tuple[Role, ...] = ()
    console: tuple[Role, ...] = ()


def next_rung(
    pack: Pack, calendar: Calendar, due: datetime, last_day: datetime, climbed: int, now: datetime,
) -> Rung:
    """Return the next reminder of an open case that has `climbed` so many, its ladder leant against these limits (`Ladder.next`)."""
    return Ladder.of(pack, calendar, due, last_day).next(climbed, now)


def leant(pack: Pack, calendar: Calendar, due: datetime, last_day: datetime, out: datetime) -> "Ladder":
    """Return the ladder of a case, leant against its limits, or against later ones where the slip left (`out`) too late for them."""
    out = out.astimezone(pack.zone)
    if pack.chasing.ladder[0].count == "clock-hours":
        fair = wall_clock(out, _HOUR)
    else:
        fair = datetime.combine(calendar.working_days_after(out.date(), 0), pack.hours.close, pack.zone)
    return Ladder.of(pack, calendar, due, last_day) if due >= fair else Ladder.of(pack, calendar, fair, max(last_day, fair + (last_day - due)))


def behind(ladder: "Ladder", due: datetime, out: datetime) -> int:
    """Return how many rungs lie behind a case at the moment its slip leaves: none of them is sent after it."""
    if ladder.due == due:
        return ladder.reached(out) + 1
    return sum(1 for top in ladder.tops if top < ladder.due)


def passed_on_by(pack: Pack, calendar: Calendar, case: Case) -> datetime:
    """Return when the slip of a case must have left: P-9.6's days, or the first step the pack counts from receipt (T-4, C-3)."""
    by_channel = slip_due(pack, calendar, case.complaint.channel, case.received)
    if by_channel is not None:
        return by_channel
    steps = [milestone_due(pack, calendar, it, case.received) for it in pack.milestones if it.since == "received"]
    return min(steps, default=case.due or case.received)


def inside(pack: Pack, calendar: Calendar, since: datetime, last: datetime | None) -> datetime:
    """Return when the desk is reminded of a case that waits inside the centre; `last` is its last reminder, if any.

    First once `since` has come, then every working day, or every hour by the clock; in working hours (P-21).
    """
    first = _aligned(pack, calendar, since.astimezone(pack.zone))
    if last is None:
        return first
    last = last.astimezone(pack.zone)
    if pack.chasing.ladder[0].count == "clock-hours":
        return max(first, _aligned(pack, calendar, wall_clock(last, _HOUR)))
    return max(first, _morning(pack, calendar.working_days_after(last.date(), 1)))


def elsewhere(found: tuple[Addressee, ...], unit: UnitCode | None, lead: UnitCode, directory: Directory) -> tuple[Addressee, ...]:
    """Leave out whoever sits at the unit complained about, save the department that leads (P-14.3)."""
    at = directory.get(unit) if unit else None
    if at is None:
        return found
    theirs = {at.mailbox, at.first.mailbox, at.second.mailbox}

    def is_there(one: Addressee) -> bool:
        it = directory.get(one.unit_code)
        belongs = it is not None and (it.code == at.code or (it.level == DEPARTMENT and it.parent == at.code))
        return (belongs and one.unit_code != lead) or one.mailbox in theirs

    return tuple(one for one in found if not is_there(one))


@dataclass(frozen=True, slots=True)
class Ladder:
    """The pack's ladder leant against one case; `tops` are the moments of its rungs, in order."""

    pack: Pack
    calendar: Calendar
    due: datetime
    tops: tuple[datetime, ...]

    @classmethod
    def of(cls, pack: Pack, calendar: Calendar, due: datetime, last_day: datetime) -> Self:
        """Lean it against these limits: each rung in working hours, and never before the one below it."""
        due, last_day = due.astimezone(pack.zone), last_day.astimezone(pack.zone)
        tops: list[datetime] = []
        for rung in pack.chasing.ladder:
            own = _own(pack, calendar, rung, due if rung.of == "due" else last_day)
            tops.append(own if not tops or own >= tops[-1] else _aligned(pack, calendar, tops[-1], rung))      # moved up behind the one below, it keeps its own hours
        return cls(pack, calendar, due, tuple(tops))

    def next(self, climbed: int, now: datetime) -> Rung:
        """Return the next reminder of a case that has `climbed` so many; it goes as soon as its `at` is not after now.

        The last rung repeats, so there always is a next one until the case is closed (P-21). Never at night or on a closed
        day, save in a pack that works around the clock (C-3). Where the limit has moved away since (P-11.2), rungs climbed
        before are not climbed again, save the last, which repeats from its new day on. All times are aware.
        """
        now, top = now.astimezone(self.pack.zone), len(self.tops) - 1
        if climbed > top and self.at(climbed - 1) > now:
            climbed = top
        index = max(climbed, self.reached(now))
        at, entry = self.at(index), self.pack.chasing.ladder[min(index, top)]
        return Rung(
            index, entry.name, at if at >= now else _catching_up(self.pack, self.calendar, entry, now), entry.to, entry.rule, entry.urgent,
            entry.silenced, entry.by == "mail", entry.telephone, entry.console,
        )

    def at(self, index: int) -> datetime:
        """Return when a rung falls, be it a repetition of the last."""
        repeats = index - len(self.tops) + 1
        return self.tops[index] if repeats <= 0 else self._repeated(repeats * (self.pack.chasing.ladder[-1].every or 1))

    def reached(self, now: datetime) -> int:
        """Return the highest rung whose time has come, -1 where none has."""
        now, last = now.astimezone(self.pack.zone), self.pack.chasing.ladder[-1]
        below = sum(1 for top in self.tops if top <= now) - 1
        if below < len(self.tops) - 1:
            return below
        top, every = self.tops[-1], last.every or 1
        if last.count == "working-days":
            repeats = self.calendar.working_days_between(top.date(), now.date()) // every
        else:
            repeats = (now - top) // (every * _HOUR)
        return below + repeats - (self.at(below + repeats) > now)

    def _repeated(self, units: int) -> datetime:
        last, top = self.pack.chasing.ladder[-1], self.tops[-1]
        if last.count == "clock-hours":
            return _aligned(self.pack, self.calendar, wall_clock(top, units * _HOUR), last)
        return _morning(self.pack, self.calendar.working_days_after(top.date(), units))


def _own(pack: Pack, calendar: Calendar, rung: LadderRung, base: datetime) -> datetime:
    """Return when a rung would come by itself."""
    if rung.count == "clock-hours":
        return _aligned(pack, calendar, wall_clock(base, rung.after * _HOUR), rung)
    if rung.after > 0:
        return _morning(pack, calendar.working_days_after(base.date(), rung.after))
    return _morning(pack, calendar.working_days_before(calendar.working_days_before(base.date(), 0), -rung.after))


def _morning(pack: Pack, day: date) -> datetime:
    """Return the first time of a day at which reminders go."""
    first = pack.chasing.digest_times[0] if pack.chasing.digest_times else pack.hours.open
    return datetime.combine(day, first, pack.zone)


def _aligned(pack: Pack, calendar: Calendar, at: datetime, rung: LadderRung | None = None) -> datetime:
    """Return the first digest time not before `at`, or the first working moment where nothing of the rung waits for digests."""
    at = calendar.next_moment(at, _hours(pack, rung))
    times = pack.chasing.digest_times
    if not times or (rung is not None and (rung.by == "mail" or not rung.to)):
        return at
    later = [time for time in times if time >= at.time()]
    if later:
        return datetime.combine(at.date(), later[0], at.tzinfo)
    return datetime.combine(calendar.working_days_after(at.date(), 1), times[0], at.tzinfo)


def _catching_up(pack: Pack, calendar: Calendar, rung: LadderRung, now: datetime) -> datetime:
    """Return when a missed reminder goes: now where somebody works, else with the next digest."""
    return now if calendar.next_moment(now, _hours(pack, rung)) == now else _aligned(pack, calendar, now, rung)


def _hours(pack: Pack, rung: LadderRung | None) -> Hours:
    """Return when a rung may come: as the pack works, or in office hours whatever the pack does."""
    if rung is None or not rung.office_hours or not pack.hours.around_the_clock:
        return pack.hours
    return pack.hours.model_copy(update={"around_the_clock": False})
