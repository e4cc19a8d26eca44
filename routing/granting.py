"""What may move a case's clocks, and which proofs it needs first (P-11.2, P-19, T-3; law:15, law:18).

Each function returns where the event may be written down, else raises RuleError with the rule and the cure.
"""

from datetime import datetime

from routing.calendar import Calendar, show_day
from routing.case import Case, State
from routing.clocks import Event, joined, lacking
from routing.deadline import Deadline, latest
from routing.errors import RuleError
from routing.pack import Pack

_UNANSWERED = frozenset({State.TAKEN, State.DESK, State.HELD, State.SENT})


def may_extend(case: Case, pack: Pack, before: Deadline, asked: Event, now: datetime) -> None:
    """Whether more time may be asked for under the pack (P-11.2, T-3); `asked` is the request with all it brings.

    One proof is enough to be written down; only both move the date. Never beyond the pack's most, the law's limit, or the
    date an authority set.
    """
    _unanswered(case)
    entry = pack.extension
    name = pack.unsorted if case.category is None else pack.categories[case.category]
    far = latest(pack, before.reckoning.calendar, name, before.standing.start)
    if entry is None or far is None:
        raise RuleError(f"{pack.id} knows no extension of its limit {name}; answer in time, or see extension.most in the pack (P-11.2)")
    if not asked.reason.strip() and asked.told is None and not asked.told_how.strip():
        raise RuleError(
            f"an extension needs both the reason given to the sender of the slip and the customer told, when and how ({entry.rule}); "
            "give at least one of them: the other may follow")
    _told(asked, pack, before.standing.start, now, whole=False)
    until = joined(before.standing.request, asked).until
    if until is None:
        raise RuleError(f"case {case.number} has no extension that waits for its other proof; say until which day ({entry.rule})")
    _later(case, before, until, now)
    if until > far:
        raise RuleError(f"{_at(until, pack)} is beyond {_at(far, pack)}, the furthest an extension reaches ({entry.rule}); choose a day until then")
    if until > before.law_due:
        raise RuleError(
            f"{_at(until, pack)} is beyond the legal limit of {_at(before.law_due, pack)} (law:18); "
            "choose a day until then, or have the superior institution prolong that first")
    if before.authority_due is not None and (pack.authority.takes == "place" or until > before.authority_due):
        raise RuleError(f"the authority set {_at(before.authority_due, pack)} for case {case.number} (D-6); only the authority can move that, ask there")
    _worked(before.reckoning.calendar, pack, before, until)


def may_prolong(case: Case, pack: Pack, before: Deadline, asked: Event, now: datetime) -> None:
    """Whether the legal limit may be prolonged: a complex case, once, approved above, the customer told within the limit (law:18)."""
    _unanswered(case)
    limit = before.reckoning.limit
    if limit.law != "complex":
        raise RuleError(f"case {case.number} is {limit.name}: only a complex one's legal limit can be prolonged (law:18); correct its category if it is one")
    if before.standing.prolonged is not None:
        raise RuleError(f"the legal limit of case {case.number} was prolonged on {_at(before.standing.prolonged.noted, pack)} already; it can be once (law:18)")
    if not asked.reason.strip():
        raise RuleError("the reason is empty; write why the case is specially complex (law:18)")
    if not asked.approver.strip():
        raise RuleError("nobody approved it; name the superior institution or head office that did (law:18)")
    if asked.approver in {case.unit, case.lead}:
        raise RuleError(f"{asked.approver} cannot approve its own time; the superior institution or head office must (law:18)")
    _told(asked, pack, before.standing.start, now, whole=True)
    if asked.told is not None and asked.told > before.law_due:
        raise RuleError(f"the customer was told on {_at(asked.told, pack)}, after the legal limit of {_at(before.law_due, pack)}; it cannot be prolonged any more (law:18)")


def may_exclude(case: Case, pack: Pack, before: Deadline, asked: Event, now: datetime) -> None:
    """Whether days of an external appraisal may be left out of the legal limit: a span, the customer told (law:18)."""
    _open(case)
    assert asked.until is not None
    if asked.until < asked.at:
        raise RuleError(f"the appraisal ends on {_at(asked.until, pack)}, before it begins on {_at(asked.at, pack)}; give the first and the last day")
    first, last = (it.astimezone(pack.zone).date() for it in (asked.at, asked.until))
    if last <= before.standing.start.date() or first > before.law_due.date():
        raise RuleError(
            f"the appraisal of {first} to {last} lies outside the legal limit's days, {before.standing.start.date()} to {before.law_due.date()} (law:18); "
            "check the days")
    longest = pack.law_on(first).special_extra * 12
    if (last - first).days > longest:
        raise RuleError(f"an appraisal of {(last - first).days + 1} days is hardly meant; check the days, {first} to {last}")
    if not asked.reason.strip():
        raise RuleError("the reason is empty; write which appraisal it is and by whom (law:18)")
    _told(asked, pack, before.standing.start, now, whole=True)


def may_restart(case: Case, pack: Pack, at: datetime, says: str, now: datetime) -> None:
    """Whether new facts let the clocks start anew on their day (law:18)."""
    _open(case)
    if not says.strip():
        raise RuleError("the new facts are not written down; say what the customer adds (law:18)")
    if at > now:
        raise RuleError(f"new facts cannot have come on {_at(at, pack)}, which is still to come; give the moment they came")
    if at < case.received:
        raise RuleError(f"new facts of {_at(at, pack)} came before the case itself was received on {_at(case.received, pack)}; they belong to it already")


def may_withdraw(case: Case, pack: Pack, at: datetime, now: datetime) -> None:
    """Whether a withdrawal may have arrived then: it ends the procedure on its day, so never before the case began (law:15, P-19)."""
    _open(case)
    if at > now:
        raise RuleError(f"a withdrawal cannot have come on {_at(at, pack)}, which is still to come; give the moment it came (law:15)")
    if at < case.received:
        raise RuleError(f"a withdrawal of {_at(at, pack)} came before the complaint of {_at(case.received, pack)}, or before it was taken up again; check the day (law:15)")


def in_force(before: Deadline, asked: Event) -> bool:
    """Whether an extension has both its proofs with what this event brings (P-11.2)."""
    return not lacking(joined(before.standing.request, asked))


def _open(case: Case) -> None:
    if case.merged_into is not None:
        raise RuleError(f"case {case.number} goes on in another it was merged into; decide there (law:18)")
    if case.state is State.CLOSED:
        raise RuleError(f"case {case.number} is closed; reopen it first (P-18)")


def _unanswered(case: Case) -> None:
    _open(case)
    if case.state not in _UNANSWERED:
        raise RuleError(f"case {case.number} is {case.state.value}: its answer is in, so no more time is needed")


def _told(asked: Event, pack: Pack, start: datetime, now: datetime, *, whole: bool) -> None:
    """The customer was told: when and how belong together, and it lies behind us, on the day the clock began or later."""
    if (asked.told is None) != (not asked.told_how.strip()) or (whole and asked.told is None):
        raise RuleError("the customer must have been told, with when and how: give both, e.g. 2026-07-24T10:30 and 电话")
    if asked.told is not None and asked.told > now:
        raise RuleError(f"the customer cannot have been told at {asked.told.isoformat(timespec='minutes')}, which is still to come; tell them first")
    if asked.told is not None and asked.told.astimezone(pack.zone).date() < start.astimezone(pack.zone).date():
        raise RuleError(
            f"the customer cannot have been told on {_at(asked.told, pack)} of what began to run on {_at(start, pack)}; "
            "check the year and the day (P-11.2, law:18)")


def _later(case: Case, before: Deadline, until: datetime, now: datetime) -> None:
    if until <= now:
        raise RuleError(f"{until.isoformat(timespec='minutes')} lies behind us; choose a day to come")
    if until <= before.own_due:
        raise RuleError(f"case {case.number} has until {before.own_due.isoformat(timespec='minutes')} already; an extension never shortens: choose a later day, or do without")


def _worked(calendar: Calendar, pack: Pack, before: Deadline, until: datetime) -> None:
    """Nothing is due on a day nobody works."""
    if before.reckoning.limit.count != "clock-hours" and not calendar.is_working(until.date()):
        day = until.date()
        earlier, later = calendar.working_days_before(day, 1), calendar.working_days_after(day, 1)
        raise RuleError(f"nobody works on {show_day(day)}{calendar.says(day)}; choose {earlier} or {later} ({pack.hours.rule})")


def _at(moment: datetime, pack: Pack) -> str:
    return moment.astimezone(pack.zone).isoformat(timespec="minutes")
