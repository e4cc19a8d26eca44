"""What mail servers and absent people's programs send, in the image of their public forms; names and words are our own."""

import pytest

from adapters.formats.mime import read_mail
from routing.papers import MailKind
from tests.formats.mails import mail, word

AUTO, BOUNCE, MESSAGE, RECEIPT, RECALL = (
    MailKind.AUTO_REPLY, MailKind.BOUNCE, MailKind.MESSAGE, MailKind.READ_RECEIPT, MailKind.RECALL,
)
ZHI = "zhi@branch.example"
#: Server: (subject, opening words). Each is sent from an address that tells nothing: the words alone must do.
RETURNED = {
    "qmail": ("failure notice", f"Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver.\n\n<{ZHI}>:\nno mailbox\n"),
    "qmail, other subject": ("Problem", f"Hi. This is the qmail-send program at mx.example.\n\n<{ZHI}>:\nno mailbox\n"),
    "Postfix": ("Undelivered Mail Returned to Sender", f"This is the mail system at host mx.example.\n\n<{ZHI}>: host mx said: 550 unknown\n"),
    "Exim": ("Mail delivery failed: returning message to sender", f"This message was created automatically by mail delivery software.\n\n  {ZHI}\n    unknown\n"),
    "Exim, host first": ("mx.example Mail delivery failed : returning", f"This message was created automatically by the mail system.\n\n<{ZHI}>:\n"),
    "Sendmail": ("Returned mail: see transcript for details", f"   ----- The following addresses had permanent fatal errors -----\n<{ZHI}>\n"),
    "Sendmail 5": ("Returned mail: User unknown", f"   ----- Transcript of session follows -----\n550 <{ZHI}>... User unknown\n"),
    "Sendmail, postmaster": ("Postmaster notify: see transcript for details", f"----- The following addresses had permanent fatal errors -----\n<{ZHI}>\n"),
    "Exchange 2003": ("Undeliverable: slip", f"Your message\n\n  To:  {ZHI}\n  Subject: slip\n\ndid not reach the following recipient(s):\n\n{ZHI} on Wed\n"),
    "Exchange zh": ("未送达: 投诉转办单", f"无法投递到 {ZHI}\n"),
    "Exchange zh-TW": ("無法傳遞: 投訴轉辦單", f"無法送達 {ZHI}，无法送达 {ZHI}\n"),
    "Exchange de": ("Unzustellbar: slip", f"Fehler bei der Nachrichtenzustellung an folgende Empfänger: delivered to {ZHI}\n"),
    "Domino": ("DELIVERY FAILURE: User not listed", f"Your message\n\n  Subject: slip\n\nwas not delivered to:\n\n  {ZHI}\n\nbecause:\n"),
    "Domino zh": ("传递失败: 用户未列出", f"无法送达 {ZHI}\n"),
    "Notes": ("Undeliverable message", f"------- Failure Reasons  --------\n\nUser not listed\n\nwas not delivered to: {ZHI}\n"),
    "IMail": ("Undeliverable Mail", f"Unknown user: {ZHI}\n\nOriginal message follows.\n"),
    "IMail, its book": ("Undeliverable Mail", f"undeliverable to {ZHI}\n"),
    "Messaging Server": ("Delivery Notification: Delivery has failed", f"This report relates to a message you sent\n\n  Recipient address: {ZHI}\n"),
    "McAfee": ("Delivery Status", f"   --- The following addresses had delivery problems ---\n<{ZHI}>   (User unknown)\n"),
    "Courier": ("NOTICE: mail delivery status.", f"This is a delivery status notification from mx.\n\n<{ZHI}>:\n  550 unknown\n"),
    "SES": ("Delivery Status Notification (Failure)", f"An error occurred while trying to deliver the mail to the following recipients:\n{ZHI}\n"),
    "SES by SNS": (
        "AWS Notification Message",
        '{"Message": "{\\"notificationType\\":\\"Bounce\\",\\"bouncedRecipients\\":[{\\"emailAddress\\":\\"' + ZHI + '\\"}]}"}\n',
    ),
    "SendGrid": ("x", f"This is an automatically generated message from SendGrid.\n\nI'm sorry, your message could not be delivered to {ZHI}\n"),
    "m-FILTER": ("failure notice", f"このメールは「m-FILTER」が自動的に生成して送信しています。\n<{ZHI}>:\n"),
    "KDDI": ("メールエラー通知", f"Your mail sent on: Wed, 22 Jul 2026\n     Could not be delivered to: <{ZHI}>\n"),
    "KDDI, other subject": ("Mail", f"Your mail attempted to be delivered on: Wed, 22 Jul 2026\n     Could not be delivered to: <{ZHI}>\n"),
    "James": ("[BOUNCE] slip", f"Error message below:\n550 delivery to {ZHI} refused\n"),
    "Verizon": ("Re: slip", f"Error: Invalid user address\nError message below:\n550 not delivered to {ZHI}\n"),
    "Zoho": ("Undelivered Mail Returned to Sender", f"This message was created automatically by mail delivery software.\n\nfailed to deliver to {ZHI}\n"),
    "MailMarshal": ('Undeliverable Mail: "slip"', f"Your message could not be delivered to {ZHI}\n"),
    "Yahoo": ("Failure Notice", f"Sorry, we were unable to deliver your message to the following address.\n\n<{ZHI}>:\nunknown\n"),
    "Google": ("Delivery Status Notification (Failure)", f"** Address not found **\n\nYour message wasn't delivered to {ZHI} because\n"),
    "X1": ("Returned Mail: User unknown", f"The original message was received at Wed\n\n----- The following addresses had delivery errors -----\n{ZHI}\n"),
    "X2": ("Delivery failure", f"Message from mx.example.\nUnable to deliver message to the following address(es).\n\n<{ZHI}>:\n550\n"),
    "X3": ("Delivery status notification", f"This is an automatically generated Delivery Status Notification.\n\nDelivery to {ZHI} failed\n"),
    "X4": ("failure notice", f"Your mail message to the following address(es) could not be delivered.\n\n<{ZHI}>:\n550\n"),
    "X5": ("Returned mail: User unknown", f"   ----- The following addresses had permanent delivery errors -----\n{ZHI}\n"),
    "X6": ("There was an error sending your mail", f"We had trouble delivering your message. Full details follow:\n\n<{ZHI}>:\n 550\n"),
    "OpenSMTPD": ("Delivery status notification: error", f"Hi!\n\nThis is the MAILER-DAEMON, please DO NOT REPLY.\n\nnot delivered to {ZHI}\n"),
    "DragonFly": ("Mail delivery failed", f"This is the DragonFly Mail Agent at mx.\n\nThere was an error delivering your mail to <{ZHI}>.\n"),
    "PowerMTA": ("Delivery report", f"Hello, this is the mail server on mx.\n\nnot delivered to {ZHI}\n"),
    "SurfControl": ("slip", f"Your message could not be sent.\nA transcript follows.\n<{ZHI}>: 550\n"),
    "Barracuda": ("**Message you sent blocked by our bulk email filter**", f"Your message to: {ZHI}\nwas blocked by our Spam Firewall.\n"),
    "InterScan": ("メッセージを配信できません。", f"550 not delivered to {ZHI}\n"),
    "QQ": ("来自mail.qq.example的退信", f"抱歉，您的邮件被退回来了……\n无法发送到 {ZHI}\n"),
    "Coremail": ("系统退信/Systems bounce", f"抱歉，您的邮件被退回来了……\n收件人：{ZHI}\n"),
    "21cn": ("系统退信", f"对不起，您的邮件未能成功投递。\n收件人：{ZHI}\n"),
    "Sina": ("退信通知", f"很抱歉，您发送的邮件被退回。\n收件人：{ZHI}\n"),
    "Alimail, no header": ("x", f"很抱歉您发送的邮件被退回，以下是该邮件的相关信息：\n无法发送到 {ZHI}\n"),
}


@pytest.mark.parametrize(("subject", "body"), RETURNED.values(), ids=RETURNED)
def test_returned_mail_is_known_by_its_words(subject, body):
    found = read_mail(mail(body, sender="notice@mx.example", subject=word(subject, "utf-8")))
    assert (found.kind, found.failed_recipients) == (BOUNCE, (ZHI,))


@pytest.mark.parametrize(("subject", "body"), [
    ("Delivery Status Notification (Delay)", f"THIS IS A WARNING MESSAGE ONLY.\n\nDelivery to the following recipient has been delayed:\n\n  {ZHI}\n"),
    ("Warning: could not send message for past 4 hours", f"THIS IS A WARNING MESSAGE ONLY\n\n<{ZHI}>: deferred\n"),
    ("Warning: message 1xAbCd-1 delayed 24 hours", f"A message has not yet been delivered.\n\n  {ZHI}\n"),
    ("Delayed Mail (still being retried)", f"This is the mail system at host mx.\n\nTHIS IS A WARNING ONLY: delayed.\n\n<{ZHI}>: deferred\n"),
])
def test_a_delay_is_a_servers_mail_and_fails_nobody(subject, body):
    found = read_mail(mail(body, sender="notice@mx.example", subject=subject))
    assert (found.kind, found.failed_recipients) == (BOUNCE, ())


@pytest.mark.parametrize(("subject", "body", "head"), [
    ("自动回复：转办单", "您好，我休假中。", ""), ("【自动回复】转办单", "您好", ""), ("[自动回复]: 转办单", "您好", ""), ("假期自动回复", "您好", ""), ("自動回覆: 轉辦單", "您好", ""),
    ("Automatic reply: slip", "away", ""), ("Out of Office AutoReply: slip", "away", ""), ("Auto Response: slip", "away", ""), ("自動返信: 件名", "不在", ""),
    ("Wang Fang is out of the office (returning 2026-08-01)", "away", ""), ("Abwesenheitsnotiz: slip", "weg", ""), ("Vacation reply", "away", ""),
    ("x", "这是系统自动回复，请勿回信。", ""), ("x", "away", "X-Autogenerated: Reply\n"), ("x", "away", "X-Autoreply-From: a@b.example\n"),
    ("x", "away", "X-Mailer: vacation 1.0\n"), ("Away until May 5", "away", "Auto-Submitted: auto-replied\n"),
])
def test_absent_peoples_programs(subject, body, head):
    assert read_mail(mail(body, subject=word(subject, "utf-8"), head=head)).kind is AUTO


@pytest.mark.parametrize(("subject", "body"), [
    ("Read: slip", "x"), ("已读: 转办单", "x"), ("未讀: 轉辦單", "x"), ("Return Receipt", "x"), ("Delivery Status Notification (Relay)", "x"),
    ("x", "Your document: slip\nwas received by: Wang Fang/HZ/BANK\nat: 2026-07-22\n"), ("x", "Your message\n\n To: zhi\n Subject: slip\n\nwas read on 22.07.2026.\n"),
    ("x", "您的邮件\n\n收件人: 支行\n主题: 转办单\n\n已于 2026年7月22日 被阅读。\n"), ("x", "这是一封已读回执，对方已阅读。"),
    ("AWS Notification Message", '{"notificationType":"Delivery","mail":{}}'),
])
def test_receipts(subject, body):
    assert read_mail(mail(body, subject=word(subject, "utf-8"))).kind is RECEIPT


@pytest.mark.parametrize(("subject", "body"), [
    ("撤回: 转办单", "x"), ("Recall: slip", "x"), ("x", "张三 尝试撤回邮件“转办单”。"), ("x", 'Zhang San would like to recall the message, "slip".'),
])
def test_recalls(subject, body):
    assert read_mail(mail(body, subject=word(subject, "utf-8"))).kind is RECALL


@pytest.mark.parametrize(("subject", "body"), [
    ("回执：转办单已收悉", "已安排专人办理。"), ("收回：多扣的手续费", "请退回。"), ("已送达：解释函", "客户已签收。"), ("Re: Mail delivery failed", "We sent it again."),
    ("投诉", "您的邮件无法打开，请重新发送附件。"), ("投诉", "这是一份收条，客户经理写的，请核实。"), ("投诉", "您的邮件已收到，文件我已阅读。"),
    ("投诉", "这是自动取款机的问题，钱没有出来。"), ("来自某某银行的退信", "账单被退回来了，地址没有更新。"), ("退信问题", "对账单连续三个月退信。"),
    ("投诉", "【自动回复】贵行客服一直只发这四个字，请人工处理。"), ("自动回复太多", "客服都是机器人。"), ("假期自动回复转接的投诉", "没人理。"),
    ("Delivery of my card", "I never received it."), ("未读取到银行卡", "ATM 无法读卡。"), ("转发: 未送达: 对账单", "请核实。"),
])
def test_people_who_write_such_words_are_people(subject, body):
    assert read_mail(mail(body, subject=word(subject, "utf-8"))).kind is MESSAGE


def test_a_report_whose_boundary_was_lost_still_names_them():
    body = f"Sorry.\n\nReporting-MTA: dns; mx.example\n\nOriginal-Recipient: rfc822;{ZHI}\nFinal-Recipient: rfc822;{ZHI}\nAction: failed\n"
    assert read_mail(mail(body, sender="mailer-daemon@mx.example")).failed_recipients == (ZHI,)
    delayed = body.replace("failed", "delayed")
    assert read_mail(mail(delayed, sender="mailer-daemon@mx.example")).failed_recipients == ()
