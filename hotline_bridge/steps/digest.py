"""One letter with everything a mailbox is reminded of (P-21, pain 13)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline_bridge import urging
from hotline_bridge.errors import Later
from hotline_bridge.reminding import besides, goes_at, still_owed
from hotline_bridge.store.reminders import MAIL, Pending
from hotline_bridge.store.tray import Outgoing
from hotline_bridge.store.tx import Tx
from routing.case import Case, CaseId, Entry
from routing.rules import Rules

Lines = Sequence[tuple[Pending, Case]]


@dataclass(frozen=True, slots=True)
class _Box:
    """The mailbox that is written to."""

    id: int
    address: str


def digest(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Write the mailbox's reminders: at once, what waits for no digest, the rest in one letter; nothing of what moved on since.

    One digest goes to a mailbox for each of the pack's times of day, with all its cases that are due or overdue, in
    working hours (P-21); Later where it must wait.
    """
    box = _Box(subject, tx.reminders.address(subject))
    lines = _wanted(tx, box, rules)
    when = {one.id: _when(tx, box, one, case, now, rules) for one, case in lines}
    ready = [(one, case) for one, case in lines if when[one.id] <= now]
    hurried = {case.id for one, case in ready if one.channel == MAIL}
    for case_id in sorted(hurried):
        mine = [(one, case) for one, case in ready if one.channel == MAIL and case.id == case_id]
        _write(tx, box, mine, urging.at_once(box.address, mine, tx.cases.sequence(f"urge:{box.id}"), now, rules), now, rules)
    if rest := [(one, case) for one, case in ready if one.channel != MAIL]:
        others = besides(tx, box.id, box.address, frozenset(case.id for _, case in rest), now, rules)
        _write(tx, box, rest, urging.digest(box.address, rest, others, tx.cases.sequence(f"digest:{box.id}"), now, rules), now, rules)
    if waits := [at for at in when.values() if at > now]:
        if not ready:
            raise Later(min(waits), "waits for working hours, or for the next digest")
        tx.tasks.owe("digest", subject, min(waits))


def _wanted(tx: Tx, box: _Box, rules: Rules) -> list[tuple[Pending, Case]]:
    """What is still owed of the mailbox's reminders, each with its case; the others are forgotten."""
    pending = tx.reminders.pending(box.id)
    cases = {case.id: case for case in tx.cases.several({one.case for one in pending})}
    wanted = [(one, cases[CaseId(one.case)]) for one in pending if _owed(cases[CaseId(one.case)], box.address, rules)]
    kept = {one.id for one, _ in wanted}
    tx.reminders.drop([one for one in pending if one.id not in kept])
    return [(one, case) for one, case in wanted if case.pack in rules.packs]        # of any other its own chase says what is wrong


def _owed(case: Case, address: str, rules: Rules) -> bool:
    return still_owed(None if case.merged_into is not None else case.state, address, rules)


def _when(tx: Tx, box: _Box, one: Pending, case: Case, now: datetime, rules: Rules) -> datetime:
    pack = rules.pack(case.pack)
    if one.channel == MAIL:
        return rules.calendar.next_moment(now.astimezone(pack.zone), pack.hours)
    return goes_at(tx, box.address, pack, now, rules)


def _write(tx: Tx, box: _Box, lines: Lines, out: Outgoing, now: datetime, rules: Rules) -> None:
    letter = tx.tray.put(out, now)
    assert letter is not None       # its number is new
    tx.reminders.said([one for one, _ in lines], letter)
    tx.cases.note_all([(case.id, Entry(now, "bridge", "发出催办", f"{one.name}：{box.address}", rules.digest)) for one, case in lines])
    tx.tasks.owe("post", letter, now)
