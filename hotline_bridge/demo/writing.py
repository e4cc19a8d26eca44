"""How people outside write: customers, clerks with Foxmail or Notes, their machines. Bytes as those programs make them."""

import base64
import io
from collections.abc import Mapping
from datetime import datetime
from email import message_from_string
from email.message import Message
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.utils import format_datetime
from itertools import pairwise

from docx import Document

from hotline_bridge.demo.mailboxes import Received
from routing.elements import ELEMENTS, SECOND_HALF

DOCX = "vnd.openxmlformats-officedocument.wordprocessingml.document"


def customer_mail(said: Mapping[str, str], to: str, at: datetime) -> bytes:
    """A customer's mail, in the characters and under the name of the table's row."""
    encoding, label = said["encoding"], said["label"]
    mail = _plain(said["text"].lstrip(), encoding, label)
    mail["From"] = f"{_word(said['name'], encoding, label)} <{said['sender']}>"
    mail["To"], mail["Subject"], mail["X-Mailer"] = to, _word(said["subject"], encoding, label), said["program"]
    return _dated(mail, f"<{at:%Y%m%d%H%M%S}.{said['sender']}>", at)


def foxmail_answer(letter: Received, text: str, at: datetime) -> bytes:
    """An answer as Foxmail 7 writes it: GBK, the older mail below a block of its headers."""
    history = (
        f"\n\n\n{letter.owner}\n \n发件人： 示例银行\n发送时间： {letter.dated:%Y-%m-%d %H:%M}\n收件人： {letter.owner}\n"
        f"主题： {letter.subject}\n{letter.text}"
    )
    mail = _plain(text.strip() + history, "gb18030", "GBK")
    return _answer(mail, letter, f"回复: {letter.subject}", ("Foxmail 7.2.25.375[cn]", "gb18030", "GBK"), at)


def notes_answer(letter: Received, text: str, at: datetime) -> bytes:
    """An answer as a Notes client writes it: the older mail below its fields, without separator or quote marks."""
    history = (
        f"\n\n\n\n发件人：\t示例银行 <{letter.reply_to}>\n收件人：\t{letter.owner}\n日期：\t{letter.dated:%Y/%m/%d %H:%M}\n"
        f"主题：\t{letter.subject}\n\n\n{letter.text}"
    )
    mail = _plain(text.strip() + history, "utf-8", "UTF-8")
    return _answer(mail, letter, f"答复: {letter.subject}", ("IBM Notes Release 9.0.1FP10 March 06, 2018", "utf-8", "UTF-8"), at)


def fresh_answer(letter: Received, text: str, number: str, at: datetime) -> bytes:
    """An answer as a new mail that quotes nothing but the number: nothing else ties it to its slip."""
    mail = _plain(text.strip(), "utf-8", "utf-8")
    local, _, domain = letter.reply_to.partition("@")
    mail["From"], mail["To"] = letter.owner, f"{local.partition('+')[0]}@{domain}"
    mail["Subject"] = _word(f"关于投诉件{number}的处理情况", "utf-8", "utf-8")
    return _dated(mail, f"<{at:%Y%m%d%H%M%S}.new.{letter.owner}>", at)


def answer_with_form(letter: Received, text: str, form: tuple[str, bytes], at: datetime) -> bytes:
    """A Foxmail answer with the filled-in Word form attached."""
    name, content = form
    mail = MIMEMultipart("mixed")
    mail.attach(_plain(text.strip() + "\n", "gb18030", "GBK"))
    part = MIMEApplication(content, DOCX)
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", name))
    mail.attach(part)
    return _answer(mail, letter, f"回复: {letter.subject}", ("Foxmail 7.2.25.375[cn]", "gb18030", "GBK"), at)


def filled_in(form: bytes, words: Mapping[int, str]) -> bytes:
    """The Word form with the unit's words beside the elements of these numbers, as a clerk fills it in."""
    document = Document(io.BytesIO(form))
    rows = [row.cells for row in document.tables[0].rows]
    theirs = next(place for place, cells in enumerate(rows) if cells[0].text.startswith(SECOND_HALF))
    beside = {label.text: cell for cells in rows[theirs:] for label, cell in pairwise(cells) if not cell.text}
    for number, text in words.items():
        next(cell for label, cell in beside.items() if ELEMENTS[number] in label).text = text
    raw = io.BytesIO()
    document.save(raw)
    return raw.getvalue()


def holiday_notice(letter: Received, at: datetime) -> bytes:
    """The answer of a machine whose owner is away (RFC 3834)."""
    mail = _plain("您好，您的邮件已收到，本人休假，回来后尽快处理。", "gb18030", "GBK")
    mail["Auto-Submitted"] = "auto-replied"
    return _answer(mail, letter, f"自动回复: {letter.subject}", ("Foxmail 7.2.25.375[cn]", "gb18030", "GBK"), at)


def bounce(letter: Received, at: datetime) -> bytes:
    """A delivery report: there is no such mailbox any more (RFC 3464)."""
    mail = MIMEMultipart("report", report_type="delivery-status")
    domain = letter.owner.partition("@")[2]
    mail["From"], mail["To"], mail["Subject"] = f"postmaster@{domain}", "hotline@bank.example", _word("系统退信", "utf-8", "utf-8")
    mail.attach(_plain(f"抱歉，您的邮件被退回。\n收件人：{letter.owner}\n退信原因：收件人邮箱不存在", "utf-8", "utf-8"))
    report = Message()
    report["Content-Type"] = "message/delivery-status"
    report.set_payload([
        message_from_string(f"Reporting-MTA: dns; mx.{domain}\n"),
        message_from_string(f"Final-Recipient: rfc822; {letter.owner}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 user unknown\n"),
    ])
    mail.attach(report)
    returned = Message()
    returned["Content-Type"] = "text/rfc822-headers"
    returned.set_payload(f"From: hotline@bank.example\nTo: {letter.owner}\nMessage-ID: {letter.message_id}\n")
    mail.attach(returned)
    return _dated(mail, f"<{at:%Y%m%d%H%M%S}.bounce@{domain}>", at)


def _answer(mail: Message, letter: Received, subject: str, program: tuple[str, str, str], at: datetime) -> bytes:
    name, encoding, label = program
    mail["From"], mail["To"], mail["Subject"], mail["X-Mailer"] = letter.owner, letter.reply_to, _word(subject, encoding, label), name
    mail["In-Reply-To"] = mail["References"] = letter.message_id
    return _dated(mail, f"<{at:%Y%m%d%H%M%S}.{len(subject)}.{letter.owner}>", at)


def _dated(mail: Message, message_id: str, at: datetime) -> bytes:
    mail["Date"], mail["Message-ID"] = format_datetime(at), message_id
    if "MIME-Version" not in mail:
        mail["MIME-Version"] = "1.0"
    return mail.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _plain(text: str, encoding: str, label: str) -> MIMENonMultipart:
    """A text part in one character set and under the name of another, as old programs send it."""
    part = MIMENonMultipart("text", "plain", charset=label)
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(base64.encodebytes(text.replace("\n", "\r\n").encode(encoding)).decode("ascii"))
    return part


def _word(text: str, encoding: str, label: str) -> str:
    """A header's words as RFC 2047 wants them, in one piece as old programs write them."""
    return f"=?{label}?B?{base64.b64encode(text.encode(encoding)).decode('ascii')}?="
