"""What the relay said about a letter goes into the case's book; a slip refused for good, or put off for long, is the desk's (P-20)."""

from dataclasses import replace
from datetime import datetime

from hotline_bridge.fares import of_this_round, overdue
from hotline_bridge.report_letter import REPORT, not_arrived
from hotline_bridge.store.tx import Tx
from hotline_bridge.travel import look_after
from routing.case import Entry, State
from routing.delivery import CALLED, OPEN, REFUSED
from routing.rules import Rules

WHAT = "投递结果"


def posted(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Note each answered recipient of a letter; what the book says already is not said again at every try."""
    letter = tx.tray.get(subject)
    if letter.purpose == REPORT:
        _report(tx, subject, now, rules)
    if letter.case is None:
        return
    case = tx.cases.get(letter.case)
    mine = [one for one in tx.tray.of_letter(subject) if one.answer != OPEN]
    if not mine:
        return
    says = "；".join(f"{one.recipient} {CALLED[one.answer]}：{one.said}" for one in mine)
    out = [one for one in mine if of_this_round(one, case)]
    if case.state is State.SENT and out:
        tx.tasks.owe("chase", case.id, now)         # the slip has left: from now on the unit is looked after
        look_after(tx, case, now, rules)
    failed = any(one.answer == REFUSED or overdue(one, now, rules) for one in out)
    if failed and not case.undelivered:
        says += "".join(f"；{one.recipient} 暂缓已超过 {rules.limits.patience_minutes} 分钟，按未送达处理（P-20）" for one in out if overdue(one, now, rules))
    entries = [Entry(now, "bridge", WHAT, says, rules.digest)] if (WHAT, says) not in {(one.what, one.says) for one in tx.cases.book(case.id)} else []
    if failed:
        tx.cases.save(replace(case, undelivered=True), *entries)
        tx.tasks.owe("undelivered", case.id, now)
    else:
        for entry in entries:
            tx.cases.note(case.id, entry)


def _report(tx: Tx, letter: int, now: datetime, rules: Rules) -> None:
    """A report that a reader's server refused is told to the desk, once (P-24)."""
    failed = [one for one in tx.tray.of_letter(letter) if one.answer == REFUSED and one.recipient != rules.identity.desk]
    report = tx.reports.by_letter(letter) if failed else None
    if report is not None and (told := tx.tray.put(not_arrived(report, failed, now, rules), now)) is not None:
        tx.tasks.owe("post", told, now)
