"""To whom a letter did not get, and which letter it was."""

import pytest

from adapters.formats.mime import read_mail
from tests.formats import mails
from tests.formats.mails import mail, multipart, text_part

ZHI = ("zhi@branch.example",)


@pytest.mark.parametrize(("raw", "references"), [
    (mails.COREMAIL_BOUNCE, {"cm-9@bank.example", "slip-7@bank.example"}), (mails.ALIMAIL_BOUNCE, set()),
    (mails.TELECOM_BOUNCE, set()), (mails.DOMINO_BOUNCE, set()),
], ids=["Coremail", "Alimail", "21cn", "Domino"])
def test_whom_it_did_not_reach_and_which_letter(raw, references):
    found = read_mail(raw)
    assert found.failed_recipients == ZHI
    assert set(found.references) == references


def test_a_report_of_several_recipients_with_a_returned_letter():
    report = (b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; x.example\n\n"
              b"Final-Recipient: rfc822; zhi@branch.example\nAction: failed\n\nFinal-Recipient: rfc822;li@branch.example\nAction: delayed\n\n"
              b"Original-Recipient: rfc822;wang@branch.example\nAction: failed\n")
    found = read_mail(multipart(text_part("x"), report, mails.RETURNED, kind="report; report-type=delivery-status"))
    assert found.failed_recipients == ("zhi@branch.example", "wang@branch.example")
    assert found.references == ("slip-7@bank.example",)


def test_only_the_head_of_the_letter_came_back():
    head = b"Content-Type: text/rfc822-headers\n\nSubject: slip\nMessage-ID:\n <slip-7@bank.example>\n"
    found = read_mail(multipart(text_part("x"), head, kind="report; report-type=delivery-status", sender="mailer-daemon@x.example"))
    assert found.references == ("slip-7@bank.example",)
    assert found.attachments == ()


@pytest.mark.parametrize("body", [
    "Hi. This is the qmail-send program.\n\n<zhi@branch.example>:\nSorry, no mailbox.\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <slip-7@bank.example>\nTo: other@branch.example\n",
    "<zhi@branch.example>: host mx.example said: 550 unknown\n\nMessage-Id: slip-7@bank.example\n",
    "A message could not be delivered to the following address:\n\n  zhi@branch.example\n    unknown user\n\nMessage-ID: <slip-7@bank.example>\n",
    "Unknown user: zhi@branch.example\n\nOriginal message follows.\n\nReceived: by x\nMessage-ID: <slip-7@bank.example>\nTo: other@branch.example\n",
    "投递失败：无法投递到 zhi@branch.example，请检查。\n\nMessage-ID: <slip-7@bank.example>\n",
])
def test_bounces_in_prose(body):
    found = read_mail(mail(body, sender="MAILER-DAEMON@x.example", subject="failure notice"))
    assert found.failed_recipients == ZHI
    assert found.references == ("slip-7@bank.example",)


def test_the_header_names_them():
    found = read_mail(mail(head="X-Failed-Recipients: Zhi@branch.example, li@branch.example\n"))
    assert found.failed_recipients == ("zhi@branch.example", "li@branch.example")


def test_a_warning_of_delay_names_nobody():
    body = "THIS IS A WARNING MESSAGE ONLY.\n\nDelivery to the following recipient has been delayed:\n\n  zhi@branch.example\n"
    assert read_mail(mail(body, sender="mailer-daemon@x.example")).failed_recipients == ()


def test_a_receipt_tells_the_letter_and_no_failure():
    found = read_mail(mails.RECEIPT)
    assert found.references == ("slip-7@bank.example",)
    assert found.failed_recipients == ()


def test_a_message_fails_nobody():
    assert read_mail(mail("无法发送到 zhi@branch.example，请核实地址。")).failed_recipients == ()
