"""A letter came back: the slip is undelivered, its clock runs on (P-20, pain 15)."""

from dataclasses import replace
from datetime import datetime

from adapters.formats.mime import read_mail
from hotline_bridge import letters
from hotline_bridge.store.tx import Tx
from routing.case import CaseId, Entry, State
from routing.papers import Mail
from routing.rules import Rules


def returned(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Find whose letter the bounce speaks of and note it; one that speaks of none is set aside for a person."""
    mail = read_mail(tx.papers.body(subject))
    said = mail.new_text.strip()[:300]
    if not mail.failed_recipients:
        _unnamed(tx, mail, subject, now, rules)
        return
    came_back = tx.tray.bounced(mail.references, mail.failed_recipients, said, now)
    if not came_back:
        trouble = "退信，但对不上本系统发出的任何邮件 / a bounce that speaks of no letter of ours"
        tx.papers.quarantine(subject, trouble, "看原件，确认是哪个邮箱失效 / look at it: which mailbox is dead?")
        return
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


def _unnamed(tx: Tx, mail: Mail, paper: int, now: datetime, rules: Rules) -> None:
    """A notice that names no failed address: mostly a delay. It changes nothing, but a person hears of it."""
    cases = tx.cases.by_messages(mail.references)
    if not cases:
        tx.papers.quarantine(paper, "投递异常通知，未列明失败地址，也对不上本系统的邮件 / a delivery notice without address or letter", "看原件 / look at the original")
    for case in cases:
        tx.cases.note(case.id, Entry(now, mail.sender or "-", "投递异常通知", mail.subject, rules.digest))
        out = letters.to_desk(case, "投递异常", ["收到投递异常通知，未列明失败地址，邮件可能只是延迟：", mail.subject], paper, now, rules)
        letter = tx.tray.put(out, now)
        if letter is not None:
            tx.tasks.owe("post", letter, now)
