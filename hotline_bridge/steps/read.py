"""Bytes become a paper, or are set aside for a person to read; every kind goes its own way."""

from datetime import datetime
from hashlib import sha256

from adapters.formats.answer_file import only_office_opens
from adapters.formats.cdr import Silent, leg_of
from adapters.formats.cdr.freeswitch import for_another
from adapters.formats.cdr.freeswitch_post import leg_of_post
from adapters.formats.form_json import BadForm, read_form
from adapters.formats.mime import read_mail, sameness
from adapters.formats.notes import Exported, exported
from hotline_bridge.calling import heard_of
from hotline_bridge.fares import heard
from hotline_bridge.opening import open_form
from hotline_bridge.overheard import OVERHEARD
from hotline_bridge.store.papers import Kept
from hotline_bridge.store.tx import Tx
from hotline_bridge.vendor_papers import read_vendor, read_vendor_record
from routing.case import Entry
from routing.papers import Mail, MailKind, Unreadable
from routing.reply import clues
from routing.rules import Rules

LOOK = "看原件，能辨认的请手工登记 / look at the original and register it by hand if it can be read"


def read(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Read a kept paper by its kind; what cannot be read goes to quarantine with the reason (pain 1)."""
    paper = tx.papers.get(subject)
    if paper is None or paper.state != "kept":
        return
    reader = READERS.get(paper.kind)
    if reader is None:
        tx.papers.quarantine(subject, f"未知的来件类型 / unknown kind of paper: {paper.kind}", LOOK)
        return
    try:
        reader(tx, paper, now, rules)
    except Unreadable as error:
        tx.papers.quarantine(subject, str(error), LOOK)


def _read_mail(tx: Tx, paper: Kept, now: datetime, rules: Rules) -> None:
    mail = read_mail(tx.papers.body(paper.id))
    if twin := _same_mail_before(tx, paper, mail, rules):
        tx.papers.read(paper.id, f"与来件 {twin} 完全相同 / the same mail as paper {twin}")
        return
    # a regulator's machine writes its letters itself, and says so (D-6)
    told = mail.kind is MailKind.AUTO_REPLY and rules.authorities.of(mail.sender) is not None
    MAIL_WAYS[MailKind.MESSAGE if told else mail.kind](tx, paper, mail, now, rules)


def _same_mail_before(tx: Tx, paper: Kept, mail: Mail, rules: Rules) -> int | None:
    """The same Message-ID and content came before, perhaps through another mailbox or a list (pain 8)."""
    if not mail.message_id:     # by its bytes then, whose Date says when it was written; without that it may be a form letter sent twice
        return tx.papers.twin(paper.id) if mail.date else None
    of_unit = bool(rules.directory.by_mailbox(rules.identity.speaks_as(mail.sender)))
    # a copy that came by a way nobody vouches for must not swallow the one that a server of the bank's own confirms
    digest = sha256(f"{sameness(mail)} {of_unit and bool(rules.identity.doubt(mail))}".encode()).hexdigest()
    return tx.papers.same_mail(paper.id, digest, mail.message_id) or tx.papers.twin(paper.id)


def _message(tx: Tx, paper: Kept, mail: Mail, now: datetime, rules: Rules) -> None:
    """A person wrote: an answer where anything points to a case, else a new complaint; its own step tells (P-3, pain 7)."""
    if mail.sender == rules.identity.mailbox:
        _from_ourselves(tx, paper, mail)
        return
    tx.tasks.owe("open" if any(map(only_office_opens, mail.attachments)) else "answer", paper.id, now)
    tx.papers.read(paper.id, paper.trouble)         # who asked for it to be read again, if somebody did


def _from_ourselves(tx: Tx, paper: Kept, mail: Mail) -> None:
    """Our own letter that came back is nothing; anything else under our name is somebody's: a web form, or a forger (P-3)."""
    if tx.tray.knows((mail.message_id,)):
        tx.papers.read(paper.id, "本系统自己发出的邮件 / our own letter came back; nothing to do")
        return
    trouble = "以本系统邮箱名义发来，但不是本系统发出的邮件 / it bears our own address, but is no letter of ours"
    tx.papers.quarantine(paper.id, trouble, "看原件，若为网页留言等投诉请登记 / look at it, and register it if it is a complaint")


def _returned(tx: Tx, paper: Kept, _mail: Mail, now: datetime, _rules: Rules) -> None:
    """A bounce is never an answer; the letter that came back is looked up by its own step (P-20)."""
    tx.tasks.owe("returned", paper.id, now)
    tx.papers.read(paper.id)


def _noted(tx: Tx, paper: Kept, mail: Mail, now: datetime, rules: Rules) -> None:
    """Auto-replies, recalls and receipts are written into the book of their case and answer nothing."""
    names = {MailKind.AUTO_REPLY: "自动回复", MailKind.RECALL: "邮件撤回", MailKind.READ_RECEIPT: _receipt(mail)}
    lines = heard(tx, mail, now, rules) if mail.kind is MailKind.READ_RECEIPT else []
    found = clues(mail, rules.identity.mailbox, rules.identity.reply_key, tuple(rules.by_hotline))
    numbered = [case for number in (*found.tokens, *found.numbers) if (case := tx.cases.by_number(number)) is not None]
    for case in {case.id: case for case in (*tx.cases.by_messages(found.message_ids), *numbered)}.values():
        tx.cases.note(case.id, Entry(now, mail.sender or "-", names[mail.kind], "；".join((*lines, f"来件 {paper.id}，不计为回复")), rules.digest))
    if not lines and not tx.tray.knows(found.message_ids) and not rules.directory.by_mailbox(mail.sender):
        # a platform's machine may file complaints this way, and a customer may write 撤回: or 已读: into a subject (P-3)
        trouble = f"{names[mail.kind]}，不是对本系统邮件的答复 / {mail.kind.value}, and no reply to a letter of ours"
        tx.papers.quarantine(paper.id, trouble, "看原件，若为投诉请登记 / look at it, and register it if it is a complaint")
        return
    tx.papers.read(paper.id, f"{names[mail.kind]}，不计为回复 / {mail.kind.value}: not counted as an answer")


def _receipt(mail: Mail) -> str:
    return "送达回执" if any(one.action in {"delivered", "relayed", "expanded"} for one in mail.reports) else "已读回执"


MAIL_WAYS = {
    MailKind.MESSAGE: _message, MailKind.BOUNCE: _returned, MailKind.AUTO_REPLY: _noted, MailKind.RECALL: _noted,
    MailKind.READ_RECEIPT: _noted,
}


def _large_mail(tx: Tx, paper: Kept, _now: datetime, _rules: Rules) -> None:
    trouble = "邮件过大，仅保存了信头 / the mail is over imap.largest; only its header was fetched"
    tx.papers.quarantine(paper.id, trouble, "在邮箱中打开原件处理，或调大 imap.largest 后重新读取 / open it in the mailbox, or raise imap.largest")


def _unfetched(tx: Tx, paper: Kept, _now: datetime, _rules: Rules) -> None:
    trouble = "邮件服务器给不出该邮件，或文件不许读取 / the mail server would not hand this mail over, or the file may not be read"
    tx.papers.quarantine(paper.id, trouble, "在邮箱或来件目录中打开原件登记 / open it in the mailbox or the folder, and register it by hand")


def _large_form(tx: Tx, paper: Kept, _now: datetime, _rules: Rules) -> None:
    trouble = "表单文件过大，仅保存了开头 / the form file is too large; only its head is kept"
    tx.papers.quarantine(paper.id, trouble, "在来件目录的 done/ 中打开原件登记 / open the original in the folder's done/ and register it")


def _read_leg(tx: Tx, paper: Kept, now: datetime, rules: Rules) -> None:
    """Keep a row of call records and join it to the case of its call, whichever came first."""
    exchange = rules.exchange(paper.source)
    try:
        leg = leg_of(tx.papers.body(paper.id), exchange.name or paper.source, exchange.zone, exchange.form)
    except Silent:
        tx.papers.read(paper.id, "与通话无关的一行 / a line that tells of no call")
        return
    known = heard_of(tx, paper.id, leg, now, rules)
    if exchange.name and known.ended:
        tx.gaps.heal(exchange.name, known.ended)
    tx.papers.read(paper.id)


def _read_post(tx: Tx, paper: Kept, now: datetime, rules: Rules) -> None:
    """A leg as FreeSWITCH posted it, wrote it to its disk, or told it by its event socket: whichever came, the call is one."""
    exchange = rules.exchange(paper.source)
    leg = leg_of_post(tx.papers.body(paper.id), exchange.name or paper.source, exchange.zone)
    if not exchange.b_legs and for_another(leg):
        tx.papers.read(paper.id, "座席一侧的话单，按设置不采用 / the leg of a seat, not asked for (freeswitch.b_legs)")
        return
    heard_of(tx, paper.id, leg, now, rules)
    tx.papers.read(paper.id)


def _large_post(tx: Tx, paper: Kept, _now: datetime, _rules: Rules) -> None:
    trouble = "话单文件过大，仅保存了开头 / the file of a call record is too large; only its head is kept"
    tx.papers.quarantine(paper.id, trouble, "在 error_folders 的 taken/ 中打开原件 / open the original in taken/ below freeswitch.error_folders")


def _read_form(tx: Tx, paper: Kept, now: datetime, rules: Rules) -> None:
    """A form that came as a file rather than by HTTP."""
    try:
        form, _ = read_form(tx.papers.body(paper.id))
    except BadForm as error:
        raise Unreadable(str(error)) from None
    if tx.cases.by_call((form.call_id,), form.source) is not None:
        tx.papers.read(paper.id, "该通话已有工单 / the call has a case already")
        return
    open_form(tx, paper.id, form, now, rules)


def _read_export(tx: Tx, paper: Kept, now: datetime, rules: Rules) -> None:
    """Keep each document of a Notes export as a mail of its own; one that is damaged lies in quarantine by itself (pains 1, 8)."""
    count = known = damaged = 0
    try:
        for one in exported(tx.papers.body(paper.id), rules.identity.aliases):
            if one.trouble:
                damaged += _keep_damaged(tx, paper, one, now)
            elif _came_before(tx, read_mail(one.mail)):
                known += 1          # by the mailbox, or in an export before
            elif (kept := tx.papers.keep(paper.source, f"{paper.key[:250]}#{one.name[:40]}#{sha256(one.mail).hexdigest()[:16]}", "mail", one.mail, now)) is not None:
                tx.tasks.owe("read", kept, now)
                count += 1
    except Unreadable as error:
        trouble = f"{error}；之前的 {count} 个文档已读取" if count or known else str(error)
        tx.papers.quarantine(paper.id, trouble, LOOK)
        return
    tx.papers.read(paper.id, f"Notes 导出：{count} 个文档已读取，{known} 个此前已有，{damaged} 个已损坏")


def _came_before(tx: Tx, mail: Mail) -> bool:
    """Whether a mail of the same Message-ID says the same, however its lines are broken there."""
    before = tx.papers.first_of(mail.message_id)
    return before is not None and _squeezed(read_mail(tx.papers.body(before))) == _squeezed(mail)


def _squeezed(mail: Mail) -> str:
    return "".join(mail.text.split())


def _keep_damaged(tx: Tx, paper: Kept, one: Exported, now: datetime) -> bool:
    kept = tx.papers.keep(paper.source, f"{paper.key[:300]}#{one.name}", "notes-damaged", one.trouble.encode(), now)
    if kept is not None:
        tx.papers.quarantine(kept, f"Notes 导出文件（来件 {paper.id}）的第 {one.place} 个文档：{one.trouble}", LOOK)
    return kept is not None


def _large_export(tx: Tx, paper: Kept, _now: datetime, _rules: Rules) -> None:
    trouble = "Notes 导出文件过大，仅保存了开头 / the Notes export is too large; only its head is kept"
    tx.papers.quarantine(paper.id, trouble, "请分批导出，每个文件不超过 50 MB / export in several files of at most 50 MB")


READERS = {"notes": _read_export, "notes-too-large": _large_export, "notes-unfetchable": _unfetched, "mail": _read_mail, "mail-too-large": _large_mail, "mail-unfetchable": _unfetched, "form-unfetchable": _unfetched, "form-too-large": _large_form,
    "cdr": _read_leg, "cdr-post": _read_post, "cdr-post-too-large": _large_post, "cdr-post-unfetchable": _unfetched, "form": _read_form, "vendor": read_vendor, "vendor-record": read_vendor_record, **OVERHEARD}
