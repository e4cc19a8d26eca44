"""Who is asked after a case is closed, when, by which way; and whether a mail is a customer's answer to that (P-12, P-14.3, P-21)."""

from dataclasses import dataclass
from datetime import datetime

from hotline_bridge.customer_letter import PURPOSE, seal_key
from hotline_bridge.store.tx import Tx
from routing.afterwards import Callback as Asked
from routing.case import Case, Entry
from routing.pack import Pack
from routing.papers import Mail
from routing.person import mail_address
from routing.reply import numbers_in_addresses
from routing.rules import Rules
from routing.verdict import Category


@dataclass(frozen=True, slots=True)
class Replied:
    """A mail that answers a call-back: the case, and whether it bears the seal that only this customer was given."""

    case: Case
    sealed: bool


def owe(tx: Tx, case: Case, now: datetime, rules: Rules) -> None:
    """A case was closed: its customer is to be asked, where the pack asks about such an end and there is somebody to ask.

    Nobody is asked who is anonymous, who withdrew, or whose case goes on in another.
    """
    pack = rules.pack(case.pack)
    entry, customer = pack.callback, case.complaint.customer
    if entry is None or case.outcome not in entry.outcomes or case.category is Category.ANONYMOUS or customer.refuses_name:
        return
    if not (customer.phone or mail_address(customer.address)):
        tx.cases.note(case.id, Entry(now, "bridge", "无法回访", "客户未留电话或邮箱", rules.digest))
        return
    at = next_day(pack, entry.after, now, rules)
    tx.tasks.owe("callback", tx.callbacks.owe(case.id, case.round, at), at)


def next_day(pack: Pack, days: int, now: datetime, rules: Rules) -> datetime:
    """The opening of the bank so many working days from now: no customer is asked at night, even by a pack that never sleeps (C-3)."""
    here = now.astimezone(pack.zone)
    return datetime.combine(rules.calendar.working_days_after(here.date(), days), pack.hours.open, pack.zone)


def address_of(case: Case, entry: Asked, rules: Rules) -> str:
    """The address to which the machine may write; "" where a person has to call: no address, a crime, or a unit's own mailbox."""
    address = mail_address(case.complaint.customer.address)
    inspection = rules.pack(case.pack).inspection
    crime = case.category is Category.CRIME or (inspection is not None and case.category in inspection.categories)
    if entry.by != "mail" or not address or (crime and entry.crime_by_desk):
        return ""
    ours = address in {rules.identity.mailbox, rules.identity.desk} or bool(rules.directory.by_mailbox(address))
    return "" if ours else address


def replied(tx: Tx, mail: Mail, rules: Rules) -> Replied | None:
    """Whose call-back a mail answers: by the sealed address, else by the letter it replies to; None where it is something else."""
    for number in numbers_in_addresses(mail.recipients, rules.identity.mailbox, seal_key(rules)):
        case = tx.cases.by_number(number)
        if case is not None:
            return Replied(case, sealed=True)
    for case in tx.cases.by_messages(mail.references):
        if any(one.purpose == PURPOSE and one.message_id in mail.references for one in tx.tray.of_case(case.id)):
            return Replied(case, sealed=False)
    return None
