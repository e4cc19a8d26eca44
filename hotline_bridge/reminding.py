"""Whose case is still waited for, and whether a reminder may go now: asked when it is written, and again as it is sent (P-21)."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from hotline_bridge.customer_letter import PURPOSE as CALLBACK, daytime
from hotline_bridge.store.tray import Letter
from hotline_bridge.store.tx import Tx
from hotline_bridge.urging import AT_ONCE, DIGEST, speaks_of
from routing.addressee import kept_from
from routing.case import Case, Entry, State
from routing.delivery import DEFERRED, OPEN, WITHDRAWN
from routing.pack import Pack
from routing.parties import Unit, UnitCode
from routing.recipients import reach
from routing.rules import Rules

TOLD_LATELY = timedelta(days=14)    # who was reminded of a case so long ago still has it among theirs
LISTED = 500                        # cases looked at beside those that fell due, for one letter


def still_owed(state: State | None, address: str, rules: Rules) -> bool:
    """Whether this mailbox keeps a case waiting that stands there; None is a case that is closed, or goes on in another."""
    if state is None or state is State.CLOSED:
        return False
    return state is State.SENT or address == rules.identity.desk


def goes_at(tx: Tx, address: str, pack: Pack, now: datetime, rules: Rules) -> datetime:
    """When the next digest may go to a mailbox: in working hours, and one for each of the pack's times of a day."""
    opens = rules.calendar.next_moment(now.astimezone(pack.zone), pack.hours)
    times = pack.chasing.digest_times
    if not times:
        return opens
    reached = [at for at in times if at <= opens.time()]
    last = tx.tray.last_to(f"mailbox:{address}", DIGEST)
    if reached and (last is None or last < datetime.combine(opens.date(), reached[-1], pack.zone)):
        return opens
    return _next_time(opens, times, pack, rules)


def _next_time(after: datetime, times: tuple[time, ...], pack: Pack, rules: Rules) -> datetime:
    later = [at for at in times if at > after.time()]
    day = after.date() if later else rules.calendar.working_days_after(after.date(), 1)
    return datetime.combine(day, (later or times)[0], pack.zone)


def besides(tx: Tx, mailbox: int, address: str, fired: frozenset[int], now: datetime, rules: Rules) -> tuple[list[Case], int]:
    """Return the mailbox's other open cases that are due or overdue today, and how many more there is no room for.

    They are those its unit must answer, and those it was reminded of lately, as a superior or the union.
    """
    zone = rules.pack(rules.default_pack).zone
    until = datetime.combine(now.astimezone(zone).date(), time.max, zone)
    own = [case for case in tx.cases.due_of(codes(address, rules), until) if case not in fired]
    lately = tx.reminders.told(mailbox, now - TOLD_LATELY) - fired - frozenset(own)
    ids = [*own, *sorted(lately)]
    cases = [case for case in tx.cases.several(ids[:LISTED]) if case.due is not None and case.due <= until and _may_hear(case, address, own, rules)]
    return cases, len(ids) - len(ids[:LISTED])


def codes(address: str, rules: Rules) -> list[str]:
    """The units whose letters go to a mailbox: its own, and those below it that have none."""
    return list(dict.fromkeys(code for unit in rules.directory.by_mailbox(address) for code in _served(unit, rules)))


def _served(unit: Unit, rules: Rules) -> Iterator[str]:
    yield unit.code
    for below in rules.directory.children(unit.code):
        if not (below.mailbox or below.first.mailbox or below.second.mailbox):
            yield from _served(below, rules)


def _may_hear(case: Case, address: str, own: list[int], rules: Rules) -> bool:
    """Whether a mailbox may read of a case: never the person complained about (P-11.1, law:17)."""
    if case.lead is None or case.state is not State.SENT or case.pack not in rules.packs:
        return False
    avoid = case.complaint.person_hint
    if case.id in own:
        return any(one.mailbox == address for one in reach(("unit", "second_contact"), case.lead, rules.directory, avoid).found)
    return address not in kept_from(rules.directory, UnitCode(case.unit or case.lead), avoid)


# as it is sent ------------------------------------------------------------------------------------------------------------
def goes_out(tx: Tx, letter: Letter, now: datetime, rules: Rules) -> bool:
    """Whether a letter that is about to be given to the relay may go; any but a reminder, and the form to a customer, may.

    A reminder that lay in the tray while its cases were closed or answered, or until the bank closed for the night, is
    taken back, and what is still owed of it is said anew. One that the relay once took is left to whoever sends it again.
    """
    if not letter.purpose.startswith((DIGEST, AT_ONCE, CALLBACK)) or not letter.open:
        return True
    deliveries = tx.tray.of_letter(letter.id)
    if any(one.answer not in {OPEN, DEFERRED} for one in deliveries):
        return True
    if letter.purpose == CALLBACK:
        return _still_asked(tx, letter, now, rules)
    address, cases = deliveries[0].recipient, speaks_of(letter.draft)
    standing = tx.cases.going(cases)
    owed = all(still_owed(standing.get(case), address, rules) for case in cases)
    if owed and _open_hours(tx, letter, now, rules):
        return True
    for one in deliveries:
        tx.tray.receipt(letter.id, one.recipient, WITHDRAWN, "未投出，已撤回：所催事项已有变化，或不在工作时间", now)
    for case in tx.reminders.of_letter(letter.id):
        tx.cases.note(case, Entry(now, "bridge", "撤回催办", f"{address}：发出前所催事项已有变化，或不在工作时间，重新生成", rules.digest))
    tx.reminders.unsaid(letter.id)
    tx.tasks.owe("digest", tx.reminders.mailbox(address), now)
    return False


def _still_asked(tx: Tx, letter: Letter, now: datetime, rules: Rules) -> bool:
    """Whether a customer is still to be asked: about a case that is closed, and in the daytime; else the form waits for the next (P-12, P-21)."""
    assert letter.case is not None
    case = tx.cases.get(letter.case)
    if case.state is not State.CLOSED:
        for recipient in letter.open:
            tx.tray.receipt(letter.id, recipient, WITHDRAWN, "未投出，已撤回：本件已重新办理", now)
        return False
    pack = rules.pack(case.pack)
    opens = rules.calendar.next_moment(now.astimezone(pack.zone), daytime(pack))
    if opens > now:
        tx.tasks.owe("post", letter.id, opens)
    return opens <= now


def _open_hours(tx: Tx, letter: Letter, now: datetime, rules: Rules) -> bool:
    """Whether somebody works now, in one of the packs the letter's reminders are of."""
    names = [tx.cases.get(letter.case).pack] if letter.case is not None else tx.reminders.packs_of(letter.id)
    packs = [rules.pack(name) for name in names]
    return not packs or any(rules.calendar.next_moment(now.astimezone(pack.zone), pack.hours) <= now for pack in packs)
