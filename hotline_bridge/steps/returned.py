"""A letter came back: the slip is undelivered, its clock runs on (P-20, pain 15)."""

from dataclasses import replace
from datetime import datetime

from adapters.formats.mime import read_mail
from hotline_bridge.store.tx import Tx
from routing.case import CaseId, Entry, State
from routing.rules import Rules


def returned(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Find whose letter the bounce speaks of and note it; one that speaks of none is set aside for a person."""
    mail = read_mail(tx.papers.body(subject))
    said = mail.new_text.strip()[:300]
    came_back = tx.tray.bounced(mail.references, mail.failed_recipients, said, now)
    if not came_back:
        trouble = "退信，但对不上本系统发出的任何邮件 / a bounce that speaks of no letter of ours"
        tx.papers.quarantine(subject, trouble, "看原件，确认是哪个邮箱失效 / look at it: which mailbox is dead?")
        return
    letters = {one.letter: one for one in came_back}
    for letter_id, delivery in letters.items():
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
