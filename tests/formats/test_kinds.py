"""A machine's mail must never open or answer a case; a person's must never be lost as a machine's."""

import pytest

from adapters.formats.mime import read_mail
from routing.papers import MailKind
from tests.formats import mails
from tests.formats.mails import mail, multipart, text_part, word

AUTO, BOUNCE, MESSAGE = MailKind.AUTO_REPLY, MailKind.BOUNCE, MailKind.MESSAGE


@pytest.mark.parametrize(("raw", "kind"), [
    (mails.QQ_AUTO_2024, AUTO), (mails.QQ_AUTO_2020, AUTO), (mails.SINA_AUTO, AUTO), (mails.COREMAIL_BOUNCE, BOUNCE),
    (mails.ALIMAIL_BOUNCE, BOUNCE), (mails.TELECOM_BOUNCE, BOUNCE), (mails.DOMINO_BOUNCE, BOUNCE),
    (mails.RECEIPT, MailKind.READ_RECEIPT), (mails.RECALL, MailKind.RECALL),
], ids=["QQ 2024", "QQ 2020", "Sina", "Coremail", "Alimail", "21cn", "Domino", "receipt", "recall"])
def test_what_chinese_systems_send(raw, kind):
    assert read_mail(raw).kind is kind


@pytest.mark.parametrize("head", [
    "Auto-Submitted: auto-replied\n", "Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\n", "Precedence: auto_reply\n",
    "X-Autoreply: yes\n", "X-Autorespond: away\n", "Return-Path: <100+auto_=desk=bank.example@qq.example>\n",
])
def test_automatic_by_a_header(head):
    assert read_mail(mail(head=head)).kind is AUTO


@pytest.mark.parametrize("subject", [
    "自动回复: 转办单", "自动回复：转办单", "自动答复: 转办单", "自動回覆: 轉辦單", "Automatic reply: slip", "Wang Fang is out of the office. (returning 2026-08-01)",
    "AUTO: Wang Fang is away", "Out of Office: slip", "来自wang@branch.example的自动回复",
])
def test_automatic_by_subject(subject):
    assert read_mail(mail(subject=word(subject, "utf-8"))).kind is AUTO


def test_automatic_by_its_opening_words():
    body = "<pre>这是自动回复</pre><pre>This is an automatic reply, confirming that your e-mail was received.Thank you</pre>"
    assert read_mail(mail(body.encode("gb2312"), content_type="text/html; charset=gb2312")).kind is AUTO


@pytest.mark.parametrize("head", [
    "X-Auto-Response-Suppress: OOF\nReturn-Path: <>\n", "Return-Path: <>\n", "X-Auto-Response-Suppress: All\n",
])
def test_away_and_a_machines_mark(head):
    assert read_mail(mail(subject=word("休假中", "utf-8"), head=head)).kind is AUTO


@pytest.mark.parametrize(("subject", "sender", "head"), [
    ("系统退信", "a@b.example", ""), ("Undelivered Mail Returned to Sender", "a@b.example", ""), ("failure notice", "a@b.example", ""),
    ("未送达: 转办单", "a@b.example", ""), ("邮件投递失败", "a@b.example", ""), ("DELIVERY FAILURE: x", "a@b.example", ""),
    ("Returned mail: see transcript", "a@b.example", ""), ("x", "MAILER-DAEMON@b.example", ""), ("x", "MAILER-DAEMON", ""),
    ("x", "postmaster@b.example", ""), ("x", "a@b.example", "Return-Path: <>\n"), ("x", "a@b.example", "X-Failed-Recipients: c@d.example\n"),
    ("Mail delivery failed", "a@b.example", "Auto-Submitted: auto-replied\n"),
])
def test_returned_mail(subject, sender, head):
    assert read_mail(mail(subject=word(subject, "utf-8"), sender=sender, head=head)).kind is BOUNCE


@pytest.mark.parametrize("subject", [
    "回复: 系统退信", "客户投诉收到退信", "关于邮件投递失败的投诉", "Re: 自动回复: 转办单", "自动回复功能的投诉", "回复：撤回: 转办单", "撤回投诉的申请",
    "已读文件的回复", "休假申请", "外出走访客户情况", "答复：未送达的对账单", "转发: 系统退信", "Read this please", "未读取到银行卡的投诉",
])
def test_a_persons_mail_with_such_words_inside_stays_a_message(subject):
    assert read_mail(mail(subject=word(subject, "utf-8"))).kind is MESSAGE


@pytest.mark.parametrize("head", [
    "Precedence: list\nList-Id: <branches.bank.example>\n", "Precedence: bulk\n", "Auto-Submitted: no\n", "X-Auto-Response-Suppress: All\n",
    "Return-Path: <bounces+1=x@lists.example>\n", "Return-Path: <zhang@branch.example>\n",
])
def test_lists_and_ordinary_headers_stay_messages(head):
    assert read_mail(mail(head=head)).kind is MESSAGE


def test_a_postmaster_who_answers_is_a_person():
    assert read_mail(mail(subject=word("回复: 投诉转办单", "utf-8"), sender="postmaster@branch.example")).kind is MESSAGE


def test_a_quoted_auto_reply_below_an_answer_is_not_its_kind():
    assert read_mail(mail("已核实。\n\n-----原始邮件-----\n这是来自QQ邮箱的假期自动回复邮件。\n")).kind is MESSAGE


@pytest.mark.parametrize(("action", "kind", "failed"), [
    ("failed", BOUNCE, ("zhi@branch.example",)), ("delayed", BOUNCE, ()), ("delivered", MailKind.READ_RECEIPT, ()), ("relayed", MailKind.READ_RECEIPT, ()),
])
def test_a_delivery_report_says_by_its_action_what_it_is(action, kind, failed):
    report = f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; x.example\n\nFinal-Recipient: RFC822; <Zhi@Branch.example>\nAction: {action}\n"
    found = read_mail(multipart(text_part("x"), report.encode(), mails.RETURNED, kind="report; report-type=delivery-status"))
    assert (found.kind, found.failed_recipients) == (kind, failed)
