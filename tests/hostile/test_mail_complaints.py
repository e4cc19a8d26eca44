"""Mails that are complaints, or only look like some: nothing is lost, and not every mail sends a slip (P-3, P-9.6)."""

import importlib
import os
from email.message import EmailMessage
from pathlib import Path

import pytest

from adapters.spool import Spool
from hotline_bridge.intake import take_in
from hotline_bridge.store.papers import Kept
from routing.case import State
from tests.conftest import Bank
from tests.fakes import WalkIn
from tests.make import WHOLE_ANSWER, a_form, a_mail

OUTLET = "ts-b1010101@branch.example"
WORDS = "我在上地路营业所办理存款，柜员态度冷淡，多次催促我离开，请你们处理。"


def quarantined(bank: Bank) -> list[Kept]:
    return list(bank.house.store.read_now(lambda tx: tx.papers.quarantined()))


async def came(bank: Bank, text: str = WORDS, **more) -> None:
    bank.door.mail(a_mail(text, **more))
    await bank.quiet()


async def test_P9_6_a_plain_complaint_by_mail_leaves_as_a_slip(bank: Bank) -> None:
    await came(bank)
    assert bank.case().state is State.SENT
    assert len(bank.relay.to(OUTLET)) == 1


@pytest.mark.parametrize(("name", "value"), [
    ("List-Id", "<news.shop.example>"), ("List-Unsubscribe", "<mailto:x@shop.example>"), ("Precedence", "bulk"), ("X-Spam-Flag", "YES"), ("X-Spam-Status", "Yes, score=9"),
])
async def test_P3_a_newsletter_that_names_a_unit_waits_for_the_desk(bank: Bank, name: str, value: str) -> None:
    await came(bank, headers={name: value})
    assert bank.case().state is State.DESK
    assert bank.relay.to(OUTLET) == []
    assert bank.case().unit == "B1010101"                   # sorted all the same: the desk has one thing to do


async def test_one_sender_sends_three_slips_a_day_and_opens_fifty_cases(bank: Bank) -> None:
    for n in range(55):
        bank.door.mail(a_mail(f"{WORDS}{n}", message_id=f"<m{n}@customer.example>"))
    await bank.quiet()
    assert len(bank.relay.to(OUTLET)) == 3
    assert len(bank.cases()) == 50
    assert len(quarantined(bank)) == 5
    bank.clock.on(days=1)
    await came(bank, message_id="<next@customer.example>")
    assert len([one for one in bank.relay.to(OUTLET) if "转办单" in one.subject]) == 4


async def test_many_senders_send_one_unit_twenty_slips_a_day(bank: Bank) -> None:
    for n in range(30):
        bank.door.mail(a_mail(WORDS, sender=f"c{n}@spam.example", message_id=f"<m{n}@spam.example>"))
    await bank.quiet()
    assert len(bank.relay.to(OUTLET)) == 20
    assert len(bank.cases()) == 30
    assert bank.house.store.read_now(lambda tx: tx.cases.out_of_sight()) == []


@pytest.mark.parametrize("sender", [OUTLET, "ts-b10101@branch.example", "jiancha-b1@branch.example"])
async def test_what_a_unit_writes_without_any_key_sends_no_slip(bank: Bank, sender: str) -> None:
    await came(bank, f"上地路营业所回复如下：\n{WHOLE_ANSWER}", sender=sender, subject="回复")
    assert bank.case().state is State.DESK
    assert bank.relay.to(OUTLET) == []
    assert "来信待核对" in bank.words()
    assert bank.case().complaint.customer.address == ""


@pytest.mark.parametrize("sender", ["", "a@x.example, b@y.example", "=?utf-8?q?a=40x.example?="])
async def test_a_sender_in_hiding_sends_no_slip(bank: Bank, sender: str) -> None:
    raw = a_mail(WORDS).replace(b"From: someone@customer.example\n", f"From: {sender}\n".encode())
    bank.door.mail(raw)
    await bank.quiet()
    assert bank.case().state is State.DESK


@pytest.mark.parametrize("subject", ["撤回：我的存款", "已读：投诉", "自动回复: 投诉", "退信：我的投诉被退了", "外出：投诉"])
async def test_P3_a_subject_like_a_machines_hides_no_complaint(bank: Bank, subject: str) -> None:
    await came(bank, subject=subject)
    assert len(quarantined(bank)) + len(bank.cases()) == 1


async def test_P3_a_web_form_that_writes_under_our_own_address_is_seen(bank: Bank) -> None:
    await came(bank, sender="hotline@bank.example", headers={"Reply-To": "someone@customer.example"})
    (paper,) = quarantined(bank)
    assert "不是本系统发出" in paper.trouble


async def test_P3_a_complaint_passed_on_is_not_only_the_word_of_who_passes_it_on(bank: Bank) -> None:
    text = f"请处理\n\n-----原始邮件-----\n发件人: x@y.example\n发送时间: 2026年7月21日\n收件人: z@y.example\n主题: 投诉\n\n{WORDS}"
    await came(bank, text, subject="转发")
    assert WORDS in bank.case().complaint.text
    assert bank.case().unit == "B1010101"


@pytest.mark.parametrize("text", ["", "见附件"])
async def test_P3_a_mail_that_is_all_attachment_waits_for_the_desk(bank: Bank, text: str) -> None:
    await came(bank, text, subject="投诉上地路营业所柜员态度差", docx=b"x")
    assert bank.case().state is State.DESK
    assert bank.relay.to(OUTLET) == []


@pytest.mark.parametrize("raw", [
    b"From: a@x.example\n\n", b"Subject: \n\n", b"From: a@x.example\nSubject: " + b"x" * 1_000_000 + b"\n\n" + WORDS.encode(),
    b"From: a@x.example\nTo: " + b"b@y.example, " * 20_000 + b"\n\n" + WORDS.encode(), b"From: a@x.example\nSubject: \xcd\xb6\xcb\xdf\n\n" + WORDS.encode("gbk"),
    b"From: " + b"a" * 400 + b"@x.example\n\n" + WORDS.encode(), b'From: "' + b"n" * 60_000 + b'" <a@x.example>\n\n' + WORDS.encode(),
    b"From: a@x.example\nReferences: " + b"<a@b> " * 50_000 + b"\n\n" + WORDS.encode(),
])
async def test_P3_odd_mails_become_cases_or_wait_for_a_person(bank: Bank, raw: bytes) -> None:
    bank.door.mail(raw)
    await bank.quiet()
    assert len(bank.cases()) + len(quarantined(bank)) == 1
    assert bank.house.store.read_now(lambda tx: tx.tasks.parked()) == []
    for case in bank.cases():
        assert len(case.complaint.customer.address) <= 320
        assert len(case.complaint.customer.name) <= 80


async def test_a_mail_with_ten_thousand_attachments_is_one_case(bank: Bank) -> None:
    part = b"--b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=x\n\nx\n"
    bank.door.mail(b"From: a@x.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n" + WORDS.encode() + b"\n" + part * 10_000 + b"--b--\n")
    await bank.quiet()
    assert len(bank.cases()) == 1


async def test_a_mail_full_of_case_numbers_asks_the_store_little(bank: Bank) -> None:
    from datetime import date

    from routing.number import case_number

    posted = await bank.post(a_form())
    await bank.quiet()
    numbers = " ".join(case_number("95580", date(2026, 7, 21), n) for n in range(1, 20_000))
    bank.door.mail(a_mail(f"{posted.number} {numbers}", sender=OUTLET, subject="答复"))
    await bank.quiet()
    (kept,) = bank.house.store.read_now(lambda tx: tx.answers.of_case(bank.case(posted.number).id))
    assert len(kept.reasons) < 60


async def test_the_same_mail_without_a_message_id_twice_is_lost_neither_time(bank: Bank) -> None:
    raw = a_mail(WORDS).replace(b"Message-ID: <m1@customer.example>\n", b"")
    bank.door.mail(raw)
    bank.door.mail(raw)
    await bank.quiet()
    assert len(bank.cases()) >= 1


async def test_a_complaint_with_a_poisoned_attachment_name_and_text(bank: Bank) -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Message-ID"] = "a@x.example", "投诉", "<p@x.example>"
    mail.set_content(WORDS + "\u202e\ufffe\U0001fffe" + "\N{ZERO WIDTH SPACE}" * 100)
    mail.add_attachment(b"x", maintype="application", subtype="octet-stream", filename="a\u202etxt.exe")
    bank.door.mail(mail.as_bytes())
    await bank.quiet()
    assert bank.house.store.read_now(lambda tx: tx.tasks.parked()) == []
    (slip,) = bank.relay.to(OUTLET)
    assert "\u202e" not in slip.text


async def test_a_file_name_that_is_no_utf8_and_a_file_we_may_not_read_keep_no_other_out(bank: Bank, tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    folder.mkdir()
    Path(os.fsdecode(os.fsencode(folder) + b"/\xcd\xb6\xcb\xdf.eml")).write_bytes(a_mail(WORDS, message_id="<gbk@x.example>"))
    (folder / "z.eml").write_bytes(a_mail(f"{WORDS}！", message_id="<z@x.example>"))
    assert await take_in(bank.house, Spool("spool", folder)) == 2
    await bank.quiet()
    assert len(bank.cases()) == 2
    assert [one.name for one in folder.iterdir()] == ["done"]


async def test_a_mail_that_fails_in_triage_still_has_its_case(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    triage = importlib.import_module("hotline_bridge.steps.triage")     # the package's name of it is the step

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(triage, "judge", broken)
    await came(bank)
    assert bank.case().state is State.TAKEN
    assert bank.house.store.read_now(lambda tx: tx.cases.out_of_sight()) == []


async def test_another_door_gives_the_same_bytes_once(bank: Bank) -> None:
    other = WalkIn("other")
    bank.door.mail(a_mail(WORDS))
    other.mail(a_mail(WORDS))
    await take_in(bank.house, other)
    await bank.quiet()
    assert len(bank.cases()) == 1
