"""A mail that answers nothing we sent is a new complaint (P-3, P-9.6)."""

from datetime import datetime

from adapters.formats.mime import read_mail
from adapters.formats.quoting import without_footer
from hotline_bridge.opening import LONGEST, new_case, open_case
from hotline_bridge.store.tx import Tx
from routing.case import Entry
from routing.papers import Channel, Mail
from routing.parties import Customer
from routing.rules import Rules
from routing.verdict import Complaint


def register(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Open a case for a mail that answers nothing we sent: a new complaint (P-3, P-9.6)."""
    if tx.cases.by_paper(subject) is not None:
        return
    mail = read_mail(tx.papers.body(subject))
    inside = rules.directory.by_mailbox(mail.sender)
    text = "\n".join(part for part in (mail.subject, without_footer(mail.new_text)) if part.strip())
    complaint = Complaint(
        text=text[:LONGEST], source="email", received=_dated(mail, now), channel=Channel.WEB,
        customer=Customer() if inside else Customer(name=mail.sender_name, address=mail.sender),
    )
    hotline = rules.packs[rules.default_pack].hotlines[0]
    case = open_case(tx, subject, new_case(complaint, "mail", hotline, rules), now, rules)
    if inside:
        says = f"发件人是系统内单位（{inside[0].full_name}）而来信未对应任何工单，请核对是否为回复"
        tx.cases.note(case.id, Entry(now, "bridge", "疑似回复", says, rules.digest))
    tx.papers.read(subject)


def _dated(mail: Mail, now: datetime) -> datetime:
    """When the bank got it: a sender's clock is believed only where it lies within the last week."""
    if mail.date is None or not 0 <= (now - mail.date).total_seconds() <= 7 * 86400:
        return now
    return mail.date
