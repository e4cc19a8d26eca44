"""Machines that answer machines, bridges that meet, lists, doubles, and forged senders (pains 4, 6, 8; RFC 3834, RFC 8601)."""

from dataclasses import replace
from email.message import EmailMessage

import pytest

from routing.case import State
from routing.rules import Limits
from tests.conftest import Bank
from tests.formats.packages import a_signer, signed_mail
from tests.hostile.test_mail_senders import DESK, OUTLET, a_slip, raw
from tests.make import HALF_ANSWER, WHOLE_ANSWER

OURS = "mx.bank.example"


def under(bank: Bank, limits: Limits | None = None, **identity: object) -> None:
    rules = bank.house.rules
    bank.house.shelf.rules = replace(rules, limits=limits or rules.limits, identity=replace(rules.identity, **identity))


def answer(number: str, text: str = WHOLE_ANSWER, sender: str = OUTLET, more: str = "", message_id: str = "a1@branch.example") -> bytes:
    return more.encode() + raw(sender.encode(), number, text, message_id)


def asked(bank: Bank, address: str = OUTLET) -> list[str]:
    """The subjects of the letters that asked an address for the rest."""
    return [one.subject for one in bank.relay.to(address) if "缺" in one.subject]


async def test_a_vacation_program_that_heeds_no_header_is_stopped_by_the_budget_and_a_person_hears_of_it_once(bank: Bank) -> None:
    under(bank, Limits(letters_in_ten_minutes=3, letters_a_day=30))
    numbers = [(await a_slip(bank, str(call)))[0] for call in range(1, 6)]
    for place, number in enumerate(numbers):
        bank.door.mail(answer(number, f"我正在休假，回来后处理。第{place}封。\n" + HALF_ANSWER, message_id=f"v{place}@branch.example"))
        await bank.quiet()
        bank.clock.on(seconds=20)
    assert len(asked(bank)) == 3
    parked = bank.house.store.read_now(lambda tx: tx.tasks.parked())
    assert [one.kind for one in parked] == ["post", "post"]
    assert all("10 分钟" in one.trouble for one in parked)
    assert sum("暂停自动往来" in one.subject for one in bank.relay.to(DESK)) == 2       # one for each of the two cases
    assert all(case.state is State.SENT for case in bank.cases())

    now = bank.clock()
    bank.house.store.run_now(lambda tx: tx.tasks.unpark(parked[0].id, now))
    await bank.quiet()
    assert len(asked(bank)) == 4                # a person let it go: nothing was lost


async def test_the_budget_is_new_again_after_its_time(bank: Bank) -> None:
    under(bank, Limits(letters_in_ten_minutes=1, letters_a_day=2))
    numbers = [(await a_slip(bank, str(call)))[0] for call in range(1, 4)]
    for place, number in enumerate(numbers):
        bank.door.mail(answer(number, HALF_ANSWER, message_id=f"v{place}@branch.example"))
        await bank.quiet()
        bank.clock.on(minutes=11)
    assert len(asked(bank)) == 2                # the third is over the day's
    (parked,) = bank.house.store.read_now(lambda tx: tx.tasks.parked())
    assert "24 小时" in parked.trouble


async def test_slips_are_owed_whatever_the_budget_says(bank: Bank) -> None:
    under(bank, Limits(letters_in_ten_minutes=1, letters_a_day=1))
    for call in range(1, 6):
        await a_slip(bank, str(call))
    assert sum("转办单" in one.subject for one in bank.relay.to(OUTLET)) == 5


@pytest.mark.parametrize("header", ["Auto-Submitted: auto-replied\r\n", "Precedence: bulk\r\n", "Return-Path: <>\r\n", "X-Auto-Response-Suppress: All\r\n"])
async def test_RFC3834_a_machine_gets_no_letter_back_and_the_desk_is_told(bank: Bank, header: str) -> None:
    number, _ = await a_slip(bank)
    bank.door.mail(answer(number, HALF_ANSWER, more=header))
    await bank.quiet()
    assert asked(bank) == []
    assert bank.case().state is State.SENT
    if header.startswith(("Prec", "X-")):       # the other two are no letters of persons at all
        assert any("回复不完整" in one.subject for one in bank.relay.to(DESK))
    if header.startswith("Auto"):
        assert "自动回复" in bank.words()


async def test_a_whole_answer_through_a_list_still_answers(bank: Bank) -> None:
    number, _ = await a_slip(bank)
    bank.door.mail(answer(number, more="List-Id: <complaints.branch.example>\r\nPrecedence: list\r\n"))
    await bank.quiet()
    assert bank.case().state is State.ANSWERED


@pytest.mark.parametrize("name", ["hotline-bridge", "another-bank"])
async def test_two_bridges_that_meet_stop_at_once(bank: Bank, name: str) -> None:
    number, _ = await a_slip(bank)
    before = len(bank.relay.sent)
    bank.door.mail(answer(number, HALF_ANSWER, more=f"X-Hotline-Bridge: {name}\r\n"))
    await bank.quiet()
    assert [one.to for one in bank.relay.sent[before:]] == [(DESK,)]
    assert name in bank.relay.sent[-1].text
    assert bank.case().state is State.SENT


async def test_a_bridges_letter_opens_no_case_that_leaves_by_itself(bank: Bank) -> None:
    bank.door.mail(b"X-Hotline-Bridge: another-bank\r\n" + raw(b"hotline@other.example", "投诉转办", "客户投诉上地路营业所柜员态度冷淡，要求道歉。"))
    await bank.quiet()
    assert bank.case().state is State.DESK
    assert bank.relay.to(OUTLET) == []


# the same mail again ---------------------------------------------------------------------------------------------------
async def test_one_complaint_that_comes_by_two_ways_is_one_case(bank: Bank) -> None:
    mail = raw(b"customer@mail.example", "投诉上地路营业所", "客户在上地路营业所办理存款，柜员态度冷淡，要求道歉。")
    bank.door.mail(b"Received: by mx1.bank.example\r\nDelivered-To: hotline@bank.example\r\n" + mail)
    bank.door.mail(b"Received: by list.bank.example\r\nX-Original-To: complaints@bank.example\r\n" + mail)
    await bank.quiet()
    assert len(bank.cases()) == 1


async def test_a_copy_nobody_vouches_for_does_not_swallow_the_answer_that_is_confirmed(bank: Bank) -> None:
    under(bank, trusted_servers=(OURS,))
    number, _ = await a_slip(bank)
    bank.door.mail(answer(number, more=f"Authentication-Results: {OURS}; dmarc=fail header.from=branch.example\r\n"))
    await bank.quiet()
    assert bank.case().state is State.SENT
    bank.door.mail(answer(number, more=PASS))
    await bank.quiet()
    assert bank.case().state is State.ANSWERED


async def test_a_copy_a_machine_sent_on_does_not_swallow_the_answer(bank: Bank) -> None:
    number, _ = await a_slip(bank)
    bank.door.mail(answer(number, more="Auto-Submitted: auto-generated\r\n"))
    bank.door.mail(answer(number))
    await bank.quiet()
    assert bank.case().state is State.ANSWERED


async def test_P12_what_others_wrote_in_an_attached_mail_is_no_answer_of_the_unit(bank: Bank) -> None:
    number, _ = await a_slip(bank)
    theirs = EmailMessage()
    theirs["From"], theirs["Subject"] = "li@customer.example", "投诉"
    theirs.set_content(WHOLE_ANSWER)
    theirs.add_attachment(WHOLE_ANSWER, filename="说明.txt")
    for place, words in enumerate(("已收到，正在处理，附客户来信。", "")):
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = OUTLET, "hotline@bank.example", number, f"<f{place}@branch.example>"
        if words:
            mail.set_content(words)
        mail.add_attachment(theirs)
        bank.door.mail(mail.as_bytes())
        await bank.quiet()
    assert bank.case().state is State.SENT


async def test_mails_in_doubt_do_not_use_up_what_a_customer_may_send(bank: Bank) -> None:
    under(bank, Limits(cases_of_sender=1), trusted_servers=(OURS,))
    sender = b"li@customer.example"
    for place in range(4):
        bank.door.mail(raw(sender, "投诉", f"客户在上地路营业所办理第{place}笔存款，柜员态度冷淡。", f"fake{place}@evil.example"))
        await bank.quiet()
    true = PASS.replace("branch.example", "customer.example").encode()
    bank.door.mail(true + raw(sender, "投诉", "客户在清河镇营业所取款，机器吞卡，要求退回。", "true@customer.example"))
    await bank.quiet()
    assert len(bank.cases()) == 2


async def test_the_same_Message_ID_with_other_words_is_another_complaint_and_a_person_is_told(bank: Bank) -> None:
    for words in ("客户在上地路营业所办理存款，柜员态度冷淡，要求道歉。", "客户在清河镇营业所取款，机器吞卡，要求退回。"):
        bank.door.mail(raw(b"customer@mail.example", "投诉", words, "reused@mail.example"))
    await bank.quiet()
    first, second = sorted(bank.cases(), key=lambda case: case.id)
    assert second.state is State.DESK
    assert "Message-ID" in "".join(entry.says for entry in bank.book(second.number))
    assert first.state is State.SENT


# who wrote -------------------------------------------------------------------------------------------------------------
PASS = f"Authentication-Results: {OURS}; dmarc=pass header.from=branch.example\r\n"


@pytest.mark.parametrize(("notes", "counted"), [
    (PASS, True), ("", False), (f"Authentication-Results: {OURS}; dmarc=fail header.from=branch.example\r\n", False),
    (f"Authentication-Results: {OURS}; spf=pass smtp.mailfrom=x@evil.example\r\n", False), (PASS.replace(OURS, "mx.evil.example"), False),
    (f"Authentication-Results: {OURS}; spf=fail smtp.mailfrom=branch.example\r\nReceived: from evil.example\r\n{PASS}", False),
])
async def test_a_forged_From_answers_nothing_where_the_bank_trusts_a_server(bank: Bank, notes: str, *, counted: bool) -> None:
    under(bank, trusted_servers=(OURS,))
    number, _ = await a_slip(bank)
    bank.door.mail(answer(number, more=notes))
    await bank.quiet()
    assert bank.case().state is (State.ANSWERED if counted else State.SENT)
    claimed = bank.house.store.read_now(lambda tx: tx.answers.claimed())
    assert bool(claimed) is not counted
    if claimed:
        assert any("核实" in reason for reason in claimed[0].reasons)


async def test_P12_words_changed_after_they_were_signed_are_laid_before_the_desk(bank: Bank) -> None:
    number, _ = await a_slip(bank)
    head = f"From: {OUTLET}\r\nTo: hotline@bank.example\r\nSubject: {number}\r\nMessage-ID: <s1@branch.example>\r\nMIME-Version: 1.0\r\n"
    part = ("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + WHOLE_ANSWER.replace("\n", "\r\n")).encode()
    whole = signed_mail(head, part, a_signer(OUTLET))
    bank.door.mail(whole.replace("满意".encode(), "愤怒".encode()))
    await bank.quiet()
    assert bank.case().state is State.SENT
    (claimed,) = bank.house.store.read_now(lambda tx: tx.answers.claimed())
    assert "数字签名无效：正文在签名后被改动过" in claimed.reasons
    bank.door.mail(whole.replace(b"s1@", b"s2@"))
    await bank.quiet()
    assert bank.case().state is State.ANSWERED
    assert any("数字签名完整" in entry.says for entry in bank.book())


async def test_P12_a_registered_alias_speaks_for_its_unit(bank: Bank) -> None:
    number, _ = await a_slip(bank)
    bank.door.mail(answer(number, sender="secretary@private.example"))
    await bank.quiet()
    assert bank.case().state is State.SENT
    under(bank, aliases={"secretary@private.example": OUTLET})
    bank.door.mail(answer(number, sender="Secretary@Private.example", message_id="a2@private.example"))
    await bank.quiet()
    assert bank.case().state is State.ANSWERED


async def test_P12_what_an_alias_forgot_is_asked_of_it(bank: Bank) -> None:
    under(bank, aliases={"secretary@private.example": OUTLET})
    number, _ = await a_slip(bank)
    bank.door.mail(answer(number, HALF_ANSWER, sender="secretary@private.example"))
    await bank.quiet()
    assert asked(bank, "secretary@private.example")
