"""A letter came back: the slip is undelivered, its clock runs on (P-20, pain 15).

Anybody can write a bounce, and our Message-IDs can be guessed. So a bounce alarms and never stops anything: a letter that
has not left yet is sent all the same, and no limit moves.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from adapters.formats.mime import read_mail
from hotline_bridge.store.tray import Delivery
from hotline_bridge.store.tx import Tx
from hotline_bridge.telling import tell_desk
from routing.case import CaseId, Entry, State
from routing.papers import Mail
from routing.rules import Rules

LONGEST = 300               # characters of a bounce's words in the book


def returned(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Find whose letter the bounce speaks of and note it; one that speaks of none is set aside for a person."""
    mail = read_mail(tx.papers.body(subject))
    said = mail.new_text.strip()[:LONGEST]
    if not mail.failed_recipients:
        _unnamed(tx, mail, subject, now, rules)
        return
    came_back = tx.tray.bounced(mail.references, mail.failed_recipients, said, now)
    if not came_back:
        trouble = "退信，但对不上本系统发出的任何邮件 / a bounce that speaks of no letter of ours"
        tx.papers.quarantine(subject, trouble, "看原件，确认是哪个邮箱失效 / look at it: which mailbox is dead?")
        return
    _without_case(tx, subject, came_back)
    for letter_id, delivery in {one.letter: one for one in came_back}.items():
        letter = tx.tray.get(letter_id)
        if letter.case is None:
            continue
        case = tx.cases.get(CaseId(letter.case))
        entry = Entry(now, delivery.recipient, "退信", f"{delivery.purpose}：{said}", rules.digest)
        if delivery.purpose.startswith("slip") and case.state is not State.CLOSED:
            tx.cases.save(replace(case, undelivered=True), entry)
            tx.tasks.owe("undelivered", case.id, now)
        else:
            tx.cases.note(case.id, entry)


def _without_case(tx: Tx, paper: int, came_back: Iterable[Delivery]) -> None:
    """A reminder for many cases came back: no case's book says so, so a person must see it (P-20, P-21)."""
    boxes = [one.recipient for one in came_back if tx.tray.get(one.letter).case is None]
    if boxes:
        trouble = f"催办邮件被 {'、'.join(boxes)} 退回 / a reminder was returned by this mailbox"
        tx.papers.quarantine(paper, trouble, "核对邮箱地址，并电话催办 / check the address, and remind the unit by telephone")


def _unnamed(tx: Tx, mail: Mail, paper: int, now: datetime, rules: Rules) -> None:
    """A notice that names no failed address: mostly a delay. It changes nothing, but a person hears of it."""
    cases = tx.cases.by_messages(mail.references)
    if not cases:
        tx.papers.quarantine(paper, "投递异常通知，未列明失败地址，也对不上本系统的邮件 / a delivery notice without address or letter", "看原件 / look at the original")
    for case in cases:
        tx.cases.note(case.id, Entry(now, mail.sender or "-", "投递异常通知", mail.subject[:LONGEST], rules.digest))
        ours = [one for one in tx.tray.of_case(case.id) if one.message_id in mail.references]
        if all(one.recipient == rules.identity.desk for one in ours):
            continue        # about a letter to the desk: another one would come back as well, without end
        lines = ["收到投递异常通知，未列明失败地址，邮件可能只是延迟：", mail.subject[:LONGEST]]
        tell_desk(tx, case, "投递异常", lines, (paper, now), rules)
