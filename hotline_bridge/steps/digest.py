"""One letter with everything a mailbox is reminded of (P-21, pain 13)."""

from datetime import datetime

from hotline_bridge import letters
from hotline_bridge.errors import Later
from hotline_bridge.store.tray import Pending
from hotline_bridge.store.tx import Tx
from routing.case import Case, Entry, State
from routing.rules import Rules


def digest(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Write the mailbox's reminders into one letter; what has been answered or closed since is left out."""
    address = tx.tray.address(subject)
    pending = tx.tray.pending(subject)
    wanted: list[tuple[Pending, Case]] = []
    for one in pending:
        case = tx.cases.get(one.case)
        if _still_owed(case, address, rules):
            wanted.append((one, case))
    kept = {one.id for one, _ in wanted}
    tx.tray.drop([one for one in pending if one.id not in kept])
    if not wanted:
        return
    pack = rules.pack(wanted[0][1].pack)
    opens = rules.calendar.next_moment(now.astimezone(pack.zone), pack.hours)
    if opens > now:         # written late, by a daemon that had stood still: nobody is reminded at night (pain 13)
        raise Later(opens, "waits for working hours")
    round_ = tx.cases.sequence(f"digest:{subject}")
    letter = tx.tray.put(letters.digest(address, wanted, now, rules, round_), now)
    assert letter is not None
    tx.tray.reminded([one for one, _ in wanted], letter)
    for one, case in wanted:
        tx.cases.note(case.id, Entry(now, "bridge", "发出催办", f"{one.name}：{address}", rules.digest))
    tx.tasks.owe("post", letter, now)


def _still_owed(case: Case, address: str, rules: Rules) -> bool:
    """Whether this mailbox is still the one that keeps the case waiting."""
    if case.state is State.CLOSED:
        return False
    return case.state is State.SENT or address == rules.identity.desk
