"""A letter came back: put off, it is given again for a while; for good, it is undelivered and its clock runs on (P-20, pain 15).

Anybody can write a bounce, and our Message-IDs can be guessed. So a bounce alarms and never stops anything: a letter that
has not left yet is sent all the same, and no limit moves.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from adapters.formats.mime import read_mail
from hotline_bridge.fares import cases_of, note, patience, spoken_of
from hotline_bridge.store.tray import Delivery
from hotline_bridge.report_letter import REPORT
from hotline_bridge.store.tx import Tx
from hotline_bridge.telling import tell_desk
from routing.case import Case, Entry, State
from routing.delivery import ACCEPTED, BOUNCED, DEFERRED, DELIVERED, READ, Setback, setback
from routing.papers import Mail, Report
from routing.rules import Rules

LONGEST = 300               # characters of a bounce's words in the book
AGAIN = (30, 60, 120, 240)  # minutes until a letter that was put off is given again; the last one repeats


@dataclass(frozen=True, slots=True)
class _Back:
    """A delivery that came back, why, and when it is given again; None where it is for good."""

    one: Delivery
    why: Setback
    said: str
    again: datetime | None


def returned(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Find whose letter the bounce speaks of and note it; one that speaks of none is set aside for a person."""
    mail = read_mail(tx.papers.body(subject))
    if not mail.failed_recipients:
        _none_failed(tx, mail, subject, now, rules)
        return
    came_back = [_settled(tx, one, report, now, rules) for report in _failures(mail) for one in spoken_of(tx, mail, report, rules)]
    if not came_back:
        trouble = "退信，但对不上本系统发出的任何邮件 / a bounce that speaks of no letter of ours"
        tx.papers.quarantine(subject, trouble, "看原件，确认是哪个邮箱失效 / look at it: which mailbox is dead?")
        return
    _without_case(tx, subject, (back.one for back in came_back if back.again is None))
    for back in {back.one.letter: back for back in came_back}.values():
        for case, _ in cases_of(tx, [back.one]):
            _told(tx, case, back, (subject, now), rules)


def _failures(mail: Mail) -> list[Report]:
    """A report for each address the letter did not reach, made of the words where no server wrote one."""
    reported = {address: one for one in mail.reports if one.action == "failed" for address in (one.recipient, one.original) if address}
    words = " ".join(mail.new_text.split())[:500]
    return list(dict.fromkeys(reported.get(address) or Report(address, "failed", "", words) for address in mail.failed_recipients))


def _settled(tx: Tx, one: Delivery, report: Report, now: datetime, rules: Rules) -> _Back:
    """Write down that it came back; what may arrive yet is owed to the relay again, the same bytes, while patience lasts."""
    why = setback(report.status, report.said)
    said = f"{why.reason.value}：{report.said}"[:LONGEST]
    end = (one.waiting or now) + patience(rules)
    if not why.soft or now >= end or one.answer not in {ACCEPTED, DEFERRED}:
        tx.tray.receipt(one.letter, one.recipient, BOUNCED, said, now)
        return _Back(one, why, said, None)
    before = sum(1 for word in tx.tray.history([one.letter]) if word.recipient == one.recipient and word.word == DEFERRED)
    again = min(now + timedelta(minutes=AGAIN[min(before, len(AGAIN) - 1)]), end)
    tx.tray.receipt(one.letter, one.recipient, DEFERRED, said, now, owed=True)
    if not one.owed:            # the same bounce twice, or two of one try: it lies in the tray already
        tx.tasks.hasten("post", one.letter, again)
    return _Back(one, why, said, again)


def _told(tx: Tx, case: Case, back: _Back, at: tuple[int, datetime], rules: Rules) -> None:
    """What the book says, and who hears of it: of a slip that is out the second contact, else nobody."""
    one, (_, now) = back.one, at
    if back.again is not None:
        when = back.again.astimezone(rules.pack(case.pack).zone)
        note(tx, case, "退信（可重投）", f"{one.purpose}：{back.said}；{when:%Y-%m-%d %H:%M} 原样重投", (one.recipient, now), rules)
        return
    entry = Entry(now, one.recipient, "退信", f"{one.purpose}：{back.said}", rules.digest)
    if one.answer in {DELIVERED, READ}:         # our own seal said it had arrived: whoever is right, a person looks
        tx.cases.note(case.id, entry)
        tell_desk(tx, case, "投递异常", [f"{one.recipient} 此前已有送达或已读回执，现又收到退信：", back.said], at, rules)
    elif one.purpose.startswith("slip") and case.state is not State.CLOSED:
        tx.cases.save(replace(case, undelivered=True), entry)
        tx.tasks.owe("undelivered", case.id, now)
    else:
        tx.cases.note(case.id, entry)


def _without_case(tx: Tx, paper: int, came_back: Iterable[Delivery]) -> None:
    """A reminder for many cases came back: no case's book says so, so a person must see it (P-20, P-21)."""
    back = [one for one in came_back if tx.tray.get(one.letter).case is None]
    if back:
        what, what_en = ("报表", "a report") if back[0].purpose == REPORT else ("催办邮件", "a reminder")
        trouble = f"{what}被 {'、'.join(one.recipient for one in back)} 退回 / {what_en} was returned by this mailbox"
        tx.papers.quarantine(paper, trouble, "核对邮箱地址，并电话告知 / check the address, and tell them by telephone")


# notices ---------------------------------------------------------------------------------------------------------------
def _none_failed(tx: Tx, mail: Mail, paper: int, now: datetime, rules: Rules) -> None:
    """A notice that nothing failed: a relay that still tries is only noted; one that says of nobody what it tries, a person hears of."""
    late = [one for report in mail.reports if report.action == "delayed" for one in spoken_of(tx, mail, report, rules)]
    for one in late:
        tx.tray.receipt(one.letter, one.recipient, DEFERRED, f"中继仍在投递：{mail.new_text.strip()}"[:LONGEST], now)
    for case, one in cases_of(tx, late):
        note(tx, case, "投递延迟", f"{one.purpose}：{one.recipient} 尚未送达，邮件服务器仍在投递，暂不处理", (mail.sender, now), rules)
    if not late:
        _unnamed(tx, mail, paper, now, rules)


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
