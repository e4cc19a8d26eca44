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

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from routing.addressee import Addressee, addressee, second_contact, superior
from routing.calendar import Calendar, wall_clock
from routing.case import Case
from routing.deadline import milestone_due, slip_due
from routing.directory import DEPARTMENT, Directory
from routing.entries import LadderRung
from routing.pack import Pack
from routing.parties import UnitCode

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Rung:
    """One reminder: what it is called, when it goes, and to which roles.

    `index` counts from 0 and goes on rising while the last rung repeats; a case that got it has climbed index + 1.
    `silenced`: spared where the unit has acknowledged the slip.
    """

    index: int
    name: str
    at: datetime
    to: tuple[str, ...]
    rule: str
    urgent: bool
    silenced: bool


def next_rung(
    pack: Pack, calendar: Calendar, due: datetime, last_day: datetime, climbed: int, now: datetime,
) -> Rung:
    """Return the next reminder of an open case that has `climbed` so many; it goes as soon as its `at` is not after now.

    The last rung repeats, so there always is a next one until the case is closed (P-21). Never at night or on a closed
    day, save in a pack that works around the clock (C-3). All times are aware.
    """
    now = now.astimezone(pack.zone)
    ladder = _Ladder(pack, calendar, due.astimezone(pack.zone), last_day.astimezone(pack.zone))
    index = max(climbed, ladder.reached(now))
    at = ladder.at(index)
    entry = ladder.entry(index)
    return Rung(
        index, entry.name, at if at >= now else _catching_up(pack, calendar, now), entry.to, entry.rule, entry.urgent,
        entry.silenced,
    )


def leant(pack: Pack, calendar: Calendar, due: datetime, last_day: datetime, out: datetime) -> tuple[datetime, datetime]:
    """Return the limits the ladder leans against: the case's own, or later ones where the slip left (`out`) too late for them."""
    out = out.astimezone(pack.zone)
    if pack.chasing.ladder[0].count == "clock-hours":
        fair = wall_clock(out, _HOUR)
    else:
        fair = datetime.combine(calendar.working_days_after(out.date(), 0), pack.hours.close, pack.zone)
    return (due, last_day) if due >= fair else (fair, max(last_day, fair + (last_day - due)))


def behind(pack: Pack, calendar: Calendar, due: datetime, last_day: datetime, out: datetime) -> int:
    """Return how many rungs lie behind a case at the moment its slip leaves: none of them is sent after it."""
    fair, last = (it.astimezone(pack.zone) for it in leant(pack, calendar, due, last_day, out))
    ladder = _Ladder(pack, calendar, fair, last)
    if fair == due:
        return ladder.reached(out.astimezone(pack.zone)) + 1
    return sum(1 for index in range(len(pack.chasing.ladder)) if ladder.at(index) < fair)


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
    return max(first, _Ladder(pack, calendar, first, first).morning(calendar.working_days_after(last.date(), 1)))


def addressees(rung: Rung, unit: UnitCode, directory: Directory, avoid: str = "") -> tuple[Addressee, ...]:
    """Return the mailboxes a reminder goes to, each once; `unit` is whoever got the slip, `avoid` the one complained about.

    The desk is not among them: who calls adds it. Empty where nobody has a mailbox.
    """
    found: dict[str, Addressee] = {}
    for role in rung.to:
        one = _ROLES[role](directory, unit, avoid)
        if one is None:
            continue
        before = found.get(one.mailbox)
        names = dict.fromkeys(name for it in (before, one) if it for name in it.attention.split("、") if name)
        found[one.mailbox] = Addressee((before or one).unit_code, one.mailbox, "、".join(names))
    return tuple(found.values())


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


def _union(directory: Directory, unit: UnitCode, avoid: str) -> Addressee | None:
    union = directory.department(unit, "工会")
    return None if union is None else addressee(directory, union.code, avoid)


def _nobody(_directory: Directory, _unit: UnitCode, _avoid: str) -> None:
    return None


_ROLES: Mapping[str, Callable[[Directory, UnitCode, str], Addressee | None]] = {
    "unit": addressee, "second_contact": second_contact, "superior": superior, "union": _union, "desk": _nobody,
}


@dataclass(frozen=True, slots=True)
class _Ladder:
    """The pack's ladder leant against one case."""

    pack: Pack
    calendar: Calendar
    due: datetime
    last_day: datetime

    def entry(self, index: int) -> LadderRung:
        rungs = self.pack.chasing.ladder
        return rungs[min(index, len(rungs) - 1)]

    def at(self, index: int) -> datetime:
        """Return when a rung falls: in working hours, and never before the rung below it."""
        rungs = self.pack.chasing.ladder
        top = max(self._own(rung) for rung in rungs[:index + 1])
        repeats = index - len(rungs) + 1
        return top if repeats <= 0 else self._repeated(top, repeats * (rungs[-1].every or 1))

    def reached(self, now: datetime) -> int:
        """Return the highest rung whose time has come, -1 where none has."""
        rungs = self.pack.chasing.ladder
        below = sum(1 for index in range(len(rungs)) if self.at(index) <= now) - 1
        if below < len(rungs) - 1:
            return below
        top, every = self.at(below), rungs[-1].every or 1
        if rungs[-1].count == "working-days":
            repeats = self.calendar.working_days_between(top.date(), now.date()) // every
        else:
            repeats = (now - top) // (every * _HOUR)
        return below + repeats - (self.at(below + repeats) > now)

    def _own(self, rung: LadderRung) -> datetime:
        base = self.due if rung.of == "due" else self.last_day
        if rung.count == "clock-hours":
            return _aligned(self.pack, self.calendar, wall_clock(base, rung.after * _HOUR))
        if rung.after > 0:
            return self.morning(self.calendar.working_days_after(base.date(), rung.after))
        return self.morning(self.calendar.working_days_before(self.calendar.working_days_before(base.date(), 0), -rung.after))

    def _repeated(self, top: datetime, units: int) -> datetime:
        if self.pack.chasing.ladder[-1].count == "clock-hours":
            return _aligned(self.pack, self.calendar, wall_clock(top, units * _HOUR))
        return self.morning(self.calendar.working_days_after(top.date(), units))

    def morning(self, day: date) -> datetime:
        """Return the first time of a day at which reminders go."""
        first = self.pack.chasing.digest_times[0] if self.pack.chasing.digest_times else self.pack.hours.open
        return datetime.combine(day, first, self.pack.zone)


def _aligned(pack: Pack, calendar: Calendar, at: datetime) -> datetime:
    """Return the first digest time not before `at`, or the first working moment where the pack has no digests."""
    at = calendar.next_moment(at, pack.hours)
    times = pack.chasing.digest_times
    if not times:
        return at
    later = [time for time in times if time >= at.time()]
    if later:
        return datetime.combine(at.date(), later[0], at.tzinfo)
    return datetime.combine(calendar.working_days_after(at.date(), 1), times[0], at.tzinfo)


def _catching_up(pack: Pack, calendar: Calendar, now: datetime) -> datetime:
    """Return when a missed reminder goes: now where somebody works, else with the next digest."""
    return now if calendar.next_moment(now, pack.hours) == now else _aligned(pack, calendar, now)
