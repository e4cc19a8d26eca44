"""How letters fare: whose letter a report speaks of, whether it may be believed, and what an answer says of its slip.

Good news is believed only under a seal of ours: the envelope id we gave, or the reply address of the case. It moves the
clock of the unit's own start (T-4) and nothing else; no report closes anything.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from hotline_bridge.store.tray import Delivery
from hotline_bridge.store.tx import Tx
from routing.case import Case, CaseId, Entry
from routing.delivery import ACKNOWLEDGED, DEFERRED, DELIVERED, READ, RELAYED, letter_of
from routing.papers import Mail, Report
from routing.reply import numbers_in_addresses
from routing.rules import Rules

WORDS = {"delivered": DELIVERED, "relayed": RELAYED, "expanded": RELAYED, "displayed": READ}
_SAID = {DELIVERED: "已送达", RELAYED: "已转交下一服务器或别名（此后不再有送达回执）", READ: "已打开阅读"}


def spoken_of(tx: Tx, mail: Mail, report: Report, rules: Rules) -> list[Delivery]:
    """The deliveries a report speaks of: by its envelope id, else by the ids of the letter; only of letters that left."""
    sealed = letter_of(report.envelope, rules.identity.reply_key)
    addresses = {one.lower() for one in (report.recipient, report.original, rules.identity.speaks_as(report.recipient)) if one}
    return tx.tray.named(mail.references, () if sealed is None else (sealed,), addresses)


def heard(tx: Tx, mail: Mail, now: datetime, rules: Rules) -> list[str]:
    """Write down what receipts say that bear our seal; returns it in words, "" of nothing."""
    lines = []
    for report in mail.reports:
        word = WORDS.get(report.action, "")
        for one in spoken_of(tx, mail, report, rules) if word else ():
            if not _sealed(tx, mail, report, one, rules):
                continue
            at = min(now, max(one.accepted or now, mail.date or now))
            changed = tx.tray.receipt(one.letter, one.recipient, word, report.said or report.status, at)
            lines.append(f"{one.recipient} {_SAID[word]}{_starts(tx, one, at, rules) if changed and word == DELIVERED else ''}")
    return lines


def _starts(tx: Tx, one: Delivery, at: datetime, rules: Rules) -> str:
    """A slip lies in the unit's mailbox: from now on its clock runs from this moment (T-4)."""
    case = _case(tx, one)
    if case is None or not of_this_round(one, case):
        return ""
    tx.tasks.hasten("chase", case.id, at)
    return f"，承办时限自送达时 {at.astimezone(rules.pack(case.pack).zone):%Y-%m-%d %H:%M} 起算（T-4）"


def _sealed(tx: Tx, mail: Mail, report: Report, one: Delivery, rules: Rules) -> bool:
    """Whether whoever wrote this has seen the letter: its envelope id, or its reply address; or the bank's own servers vouch for the reader."""
    identity = rules.identity
    if letter_of(report.envelope, identity.reply_key) == one.letter:
        return True
    if WORDS.get(report.action) != READ:
        return False
    case = _case(tx, one)
    if case is not None and case.number in numbers_in_addresses(mail.recipients, identity.mailbox, identity.reply_key):
        return True
    vouched = bool(identity.trusted_servers) and mail.sender_certain and not identity.doubt(mail)
    return vouched and identity.speaks_as(mail.sender).lower() == one.recipient.lower()


def acknowledged(tx: Tx, case: Case, mail: Mail, now: datetime, rules: Rules) -> None:
    """An answer was counted: the slip was acknowledged by the mailbox it came from, and by those of the same unit that got it."""
    sender = rules.identity.speaks_as(mail.sender).lower()
    boxes = {sender} | {box.lower() for unit in rules.directory.by_mailbox(sender) for box in (unit.mailbox, unit.first.mailbox, unit.second.mailbox)}
    for one in tx.tray.of_case(case.id):
        if of_this_round(one, case) and one.accepted is not None and one.recipient.lower() in boxes and one.answer != ACKNOWLEDGED:
            tx.tray.receipt(one.letter, one.recipient, ACKNOWLEDGED, f"{mail.sender} 来信", now)


def of_this_round(one: Delivery, case: Case) -> bool:
    """Whether a delivery is one of the slip that is out now, the second contact's included."""
    return one.purpose.startswith("slip") and one.message_id.startswith(f"slip.{case.round}.")


def overdue(one: Delivery, now: datetime, rules: Rules) -> bool:
    """Whether the relay has put a letter off for longer than anybody should wait: it counts as not delivered, and is tried on (P-20)."""
    return one.owed and one.answer == DEFERRED and one.waiting is not None and now - one.waiting >= patience(rules)


def patience(rules: Rules) -> timedelta:
    """How long a letter is given again."""
    return timedelta(minutes=rules.limits.patience_minutes)


def cases_of(tx: Tx, deliveries: list[Delivery]) -> Iterator[tuple[Case, Delivery]]:
    """Each delivery that belongs to a case, with it."""
    yield from ((case, one) for one in deliveries if (case := _case(tx, one)) is not None)


def note(tx: Tx, case: Case, what: str, says: str, told: tuple[str, datetime], rules: Rules) -> None:
    """A line in the case's book; `told` is who says it, and when."""
    tx.cases.note(case.id, Entry(told[1], told[0] or "-", what, says, rules.digest))


def _case(tx: Tx, one: Delivery) -> Case | None:
    found = tx.tray.get(one.letter).case
    return None if found is None else tx.cases.get(CaseId(found))
