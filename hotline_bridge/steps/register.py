"""A mail that answers nothing we sent is a new complaint (P-3, P-9.6).

Its slip leaves by itself like any other's, within bounds: anybody can write a mail. What units write, what was sent to
many, what hides its sender, what lies in an attachment, and one mail too many of a sender or about a unit waits for the desk.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from adapters.formats.mime import read_mail
from adapters.formats.quoting import without_footer
from hotline_bridge.asking import replied
from hotline_bridge.entering import open_entry
from hotline_bridge.handing_down import HandedDown, handed_down
from hotline_bridge.linking import Again, By, apart, authority_of, beyond_law, goes_on, handed_before, lay_before_desk, link, not_taken
from hotline_bridge.opening import LONGEST, new_case, open_case, open_form
from hotline_bridge.replies import namesake
from hotline_bridge.store.tx import Tx
from routing.authority import spelled
from routing.case import Case
from routing.errors import RuleError
from routing.papers import Channel, Form, Mail, Unreadable
from routing.parties import Customer, Unit
from routing.rules import Rules
from routing.verdict import Complaint

FEW = 40                    # characters; so few words point to the forwarded mail below, or to what is attached
LONGEST_SUBJECT, LONGEST_NAME = 500, 80


def register(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Open a case for a mail that answers nothing we sent: a new complaint (P-3, P-9.6)."""
    if tx.cases.by_paper(subject) is not None:
        return
    mail = read_mail(tx.papers.body(subject))
    if tx.tray.knows(mail.references) and replied(tx, mail, rules) is None:
        # every letter of ours but the form to a customer goes to the bank's own people: this is their reply, perhaps their machine's
        trouble = "对本系统邮件的答复，但对不上任何投诉件 / a reply to a letter of ours that points to no case"
        tx.papers.quarantine(subject, trouble, "看原件，若为投诉请登记 / look at it, and register it if it is a complaint")
        return
    handed = handed_down(tx, mail, _dated(mail, now), rules)
    if handed is not None and handed.certain:
        _hand_down(tx, subject, handed, now, rules)
        return
    count = _counted(tx, subject, mail, now, rules)
    if count > rules.limits.cases_of_sender:
        trouble = f"同一发件人今日第{count}封来信 / mail number {count} of one sender today"
        tx.papers.quarantine(subject, trouble, "看原件，若为投诉请登记 / look at it, and register it if it is a complaint")
        return
    if handed is not None:
        _look_alike(tx, subject, handed, now, rules)
        return
    inside = rules.directory.by_mailbox(rules.identity.speaks_as(mail.sender))
    case = rules.judged(open_case(tx, subject, _new(mail, inside, now, rules), now, rules))
    doubts = list(_doubts(mail, inside, count, rules)) or list(_too_many(tx, case, now, rules))
    if other := namesake(tx, subject, mail):
        doubts.append(f"与来件 {other} 的 Message-ID 相同而内容不同，两件均已保留")
    if doubts:
        lay_before_desk(tx, case, doubts, now, rules)


def _hand_down(tx: Tx, subject: int, handed: HandedDown, now: datetime, rules: Rules) -> None:
    """An authority's letter: its own number is one case, and what was not understood waits for the desk (D-6; law: article 27)."""
    by = By(handed.form.authority, now)
    if not handed.numbered:
        _look_alike(tx, subject, handed, now, rules)
        return
    known = handed_before(tx, handed.form, rules)
    if known is not None and goes_on(known):
        link(tx, known, Again(subject, handed.form, handed.doubts, moves=handed.dated), by, rules)
        return
    doubts = [*handed.doubts, *([apart(known)] if known else [])]
    case = rules.judged(_takes_over(tx, subject, handed.form, by, rules) if known else open_entry(tx, subject, handed.form, by, rules))
    if (own := beyond_law(case, rules)) is not None:
        doubts.append(not_taken(case, rules))
        case = own
    if doubts := doubts or list(_too_many(tx, case, now, rules)):
        lay_before_desk(tx, case, doubts, now, rules)


def _takes_over(tx: Tx, subject: int, form: Form, by: By, rules: Rules) -> Case:
    """Open the case of an authority's own letter whose number a person used before: the number is this case's from now on."""
    case = open_form(tx, subject, form, by.at, rules)
    tx.handed.take(authority_of(form, rules), spelled(form.authority_number), case.id)
    return case


def _look_alike(tx: Tx, subject: int, handed: HandedDown, now: datetime, rules: Rules) -> Case:
    """A letter that claims to be an authority's: a case of its own, which neither changes the true one nor takes its number."""
    known = handed_before(tx, handed.form, rules)
    twice = [f"同一转办编号已有工单 {known.number}"] if known else []
    case = rules.judged(open_form(tx, subject, handed.form, now, rules))
    lay_before_desk(tx, case, [*handed.doubts, *twice], now, rules)
    return case


def _counted(tx: Tx, subject: int, mail: Mail, now: datetime, rules: Rules) -> int:
    """Which mail of its sender this is today; one that a person has read again is not counted twice, nor forged ones with true ones."""
    paper = tx.papers.get(subject)
    assert paper is not None
    if paper.trouble:           # who asked for it to be read again
        return 1
    kind = "mail-in-doubt" if rules.identity.doubt(mail) else "mail"
    return tx.cases.sequence(f"{kind}:{_short(mail.sender)}:{_day(now, rules)}")


def register_by_hand(tx: Tx, paper_id: int, who: str, now: datetime, rules: Rules) -> str:
    """A person takes a mail in quarantine for a complaint: its case waits at the desk; returns the number (P-3).

    RuleError where the paper does not lie there, is no mail, or has a case already.
    """
    paper = tx.papers.get(paper_id)
    if paper is None or paper.state != "quarantined" or paper.kind != "mail":
        msg = f"Q-{paper_id} is no mail in quarantine; `hotline-bridge quarantine list` shows what lies there"
        raise RuleError(msg)
    known = tx.cases.by_paper(paper_id)
    if known is not None:
        msg = f"Q-{paper_id} is the case {known.number} already; settle it with a word about that"
        raise RuleError(msg)
    try:
        mail = read_mail(tx.papers.body(paper_id))
    except Unreadable as error:
        msg = f"Q-{paper_id} cannot be read as a mail: {error}; save it, and register the complaint by hand"
        raise RuleError(msg) from None
    handed, hand = handed_down(tx, mail, _dated(mail, now), rules), f"由 {who} 从隔离件 Q-{paper_id} 登记"
    if handed is not None:
        case = _look_alike(tx, paper_id, replace(handed, doubts=(hand, *handed.doubts)), now, rules)
    else:
        inside = rules.directory.by_mailbox(rules.identity.speaks_as(mail.sender))
        case = rules.judged(open_case(tx, paper_id, _new(mail, inside, now, rules), now, rules))
        lay_before_desk(tx, case, [hand], now, rules)
    tx.papers.read(paper_id, f"{who} 登记为 {case.number}（原因：{paper.trouble}）")
    tx.tasks.strike("aside", paper_id)
    return case.number


def _new(mail: Mail, inside: tuple[Unit, ...], now: datetime, rules: Rules) -> Case:
    ours = bool(inside) or mail.sender == rules.identity.desk           # who passes a complaint on is not the customer
    text = "\n".join(part for part in (mail.subject[:LONGEST_SUBJECT], _words(mail)) if part.strip())
    complaint = Complaint(
        text=text[:LONGEST], source="email", received=_dated(mail, now), channel=Channel.WEB,
        customer=Customer() if ours else Customer(name=mail.sender_name[:LONGEST_NAME], address=mail.sender), withheld=mail.private,
    )
    return new_case(complaint, "mail", rules.packs[rules.default_pack].hotlines[0], rules)


def _words(mail: Mail) -> str:
    """The mail's new words; all of them where somebody only passes on what hangs below."""
    new = without_footer(mail.new_text)
    return without_footer(mail.text) if mail.quoted and _count(new) < FEW else new


def _doubts(mail: Mail, inside: tuple[Unit, ...], count: int, rules: Rules) -> Iterator[str]:
    """Yield why a person must look before a slip leaves."""
    if inside:
        yield f"发件人是系统内单位（{inside[0].full_name}）而来信未对应任何工单，请核对是否为回复"
    if not mail.sender_certain:
        yield "发件人一栏有多个、隐藏或残缺的地址"
    if mail.private:
        yield "来信人设置了“禁止复制、转发”（Notes $KeepPrivate）：转办单不附原文，须由投诉处理岗征得同意或另行说明"
    if mail.bridge:
        yield f"来信由投诉转办系统自动发出或转发（{mail.bridge}）"
    if mail.bulk:
        yield "群发邮件或被标为垃圾邮件"
    if mail.attachments and _count(mail.text) < FEW:
        yield f"正文很少，另有{len(mail.attachments)}个附件，请看原件"
    if count > rules.limits.slips_of_sender:
        yield f"同一发件人今日第{count}封来信"


def _too_many(tx: Tx, case: Case, now: datetime, rules: Rules) -> Iterator[str]:
    """Yield the doubt where mails have set off enough slips to one unit today."""
    unit = case.verdict.unit if case.verdict else None
    about = tx.cases.sequence(f"mail-unit:{_short(unit)}:{_day(now, rules)}") if unit else 0
    if about > rules.limits.slips_to_unit:
        yield f"今日第{about}封涉及该单位的来信"


def _count(text: str) -> int:
    return len("".join(text.split()))


def _short(address: str) -> str:
    """An address in a sequence's name: of any length, and no personal thing."""
    return hashlib.sha256(address.encode("utf-8", "replace")).hexdigest()[:24]


def _day(now: datetime, rules: Rules) -> str:
    return f"{now.astimezone(rules.pack(rules.default_pack).zone):%Y%m%d}"


def _dated(mail: Mail, now: datetime) -> datetime:
    """When the bank got it: a sender's clock is believed only where it lies within the last week."""
    if mail.date is None or not 0 <= (now - mail.date).total_seconds() <= 7 * 86400:
        return now
    return mail.date
