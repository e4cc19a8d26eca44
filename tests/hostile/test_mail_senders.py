"""Who wrote: tricks with From, Sender and names by which a stranger would speak for a unit (P-9.2, P-12)."""

import pytest

from routing.case import State
from tests.conftest import Bank
from tests.make import HALF_ANSWER, WHOLE_ANSWER, a_form

OUTLET = "ts-b1010101@branch.example"
OTHER = "ts-b1010102@branch.example"
DESK = "desk@bank.example"


async def a_slip(bank: Bank, call: str = "1", unit: str = "上地路营业所", **more) -> tuple[str, str]:
    """A slip that is out: the case's number and the slip's Message-ID."""
    posted = await bank.post(a_form(call, unit=unit, narrative=f"客户称在{unit}办理存款，柜员态度冷淡，要求道歉。", **more))
    await bank.quiet()
    letters = [one for one in bank.relay.sent if posted.number in one.subject and "转办单" in one.subject]
    return posted.number, letters[0].message_id


def raw(sender: bytes, number: str, text: str = WHOLE_ANSWER, message_id: str = "x1@evil.example") -> bytes:
    head = b"From: " + sender + f"\r\nTo: hotline@bank.example\r\nSubject: {number}\r\nMessage-ID: <{message_id}>\r\n".encode()
    return head + b"Date: Wed, 22 Jul 2026 09:25:00 +0800\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode()


U = OUTLET.encode()
TRICKS = {
    "name": b'"%s" <clerk@evil.example>' % U, "bare name": b"%s <clerk@evil.example>" % U,
    "two": b"%s, clerk@evil.example" % U, "two turned": b"clerk@evil.example, %s" % U, "two angles": b"<%s> <clerk@evil.example>" % U,
    "nul": b"<%s\x00.evil.example>" % U, "blank": b"<%s .evil.example>" % U, "colon": b"<%s:evil.example>" % U,
    "double at": b"<%s@evil.example>" % U, "group": b"Outlet: %s;" % U, "encoded": b"=?utf-8?q?ts-b1010101=40branch.example?=",
    "twice": U + b"\r\nFrom: clerk@evil.example", "twice turned": b"clerk@evil.example\r\nFrom: " + U,
    "folded": b"<clerk@evil.example\r\n %s>" % U, "tag": b"ts-b1010101+x@branch.example", "look-alike": "ts-b1010101@br\u0430nch.example".encode(),
    "longer domain": U + b".cn", "sender": b"\r\nSender: " + U, "reply-to": b"clerk@evil.example\r\nReply-To: " + U,
    "resent": b"clerk@evil.example\r\nResent-From: " + U, "comment": b"clerk@evil.example (%s)" % U, "return-path": b"clerk@evil.example\r\nX-Return-Path: " + U,
}


@pytest.mark.parametrize("trick", TRICKS)
async def test_P12_no_trick_with_the_sender_answers_a_case(bank: Bank, trick: str) -> None:
    number, _ = await a_slip(bank)
    bank.door.mail(raw(TRICKS[trick], number))
    await bank.quiet()
    assert bank.case().state is State.SENT
    (claimed,) = bank.house.store.read_now(lambda tx: tx.answers.claimed())
    assert claimed.elements
    assert any(number in one.subject for one in bank.relay.to(DESK))


async def test_a_mail_without_From_speaks_for_nobody(bank: Bank) -> None:
    number, _ = await a_slip(bank)
    whole = raw(U, number)
    bank.door.mail(whole.replace(b"From: ", b"Sender: ", 1))
    await bank.quiet()
    assert bank.case().state is State.SENT


@pytest.mark.parametrize("sender", [U.upper(), b"<%s>" % U, b'"Jiang, Manager" <%s>' % U, b"Jiang, Manager <%s>" % U, "姜经理 <".encode() + U + b">",
                                    b"=?gb2312?B?va++rcDt?= <%s>" % U, b"%s (Jiang)" % U, b"Jiang\r\n <%s>" % U])
async def test_an_honest_sender_answers_however_their_program_writes_it(bank: Bank, sender: bytes) -> None:
    number, _ = await a_slip(bank)
    bank.door.mail(raw(sender, number))
    await bank.quiet()
    assert bank.case().state is State.ANSWERED


async def test_a_unit_that_quotes_anothers_number_does_not_answer_for_it(bank: Bank) -> None:
    number, _ = await a_slip(bank)
    bank.door.mail(raw(OTHER.encode(), number))
    await bank.quiet()
    assert bank.case().state is State.SENT
    assert bank.relay.to(OTHER) == []


async def test_an_answer_in_ones_own_thread_that_quotes_a_foreign_number_is_the_desks(bank: Bank) -> None:
    mine, slip = await a_slip(bank)
    theirs, _ = await a_slip(bank, "2", "清河镇营业所")
    bank.door.mail(raw(U + f"\r\nIn-Reply-To: <{slip}>".encode(), theirs))
    await bank.quiet()
    assert {case.state for case in bank.cases()} == {State.SENT}
    (claimed,) = bank.house.store.read_now(lambda tx: tx.answers.claimed())
    assert claimed.case == bank.case(mine).id               # of the case that its sender may speak for
    for number in (mine, theirs):
        assert "疑似回复，待投诉处理岗确认" in bank.words(number)


async def test_P6_a_strangers_answer_that_the_desk_lets_count_is_completed_by_the_unit(bank: Bank) -> None:
    from hotline_bridge.steps.answer import judge

    number, _ = await a_slip(bank)
    bank.door.mail(raw(b"private@mail.example", number, HALF_ANSWER))
    await bank.quiet()
    (claimed,) = bank.house.store.read_now(lambda tx: tx.answers.claimed())
    await bank.decide(judge, claimed.id, "desk", accept=True)
    await bank.quiet()
    assert bank.relay.to("private@mail.example") == []      # the form holds the customer's name and telephone
    assert "缺5项" in bank.relay.to(OUTLET)[-1].subject


@pytest.mark.parametrize("seal", ["aaaaaaaaaaaaaaaa", ""])
async def test_a_forged_reply_address_is_no_key(bank: Bank, seal: str) -> None:
    number, _ = await a_slip(bank)
    to = f"hotline+{number.replace('-', '')}.{seal}@bank.example".encode()
    bank.door.mail(raw(U, "答复").replace(b"hotline@bank.example", to))
    await bank.quiet()
    assert bank.case(number).state is State.SENT


async def test_the_reply_address_of_another_case_does_not_close_that_case(bank: Bank) -> None:
    theirs, _ = await a_slip(bank, "2", "清河镇营业所")
    slip = next(one for one in bank.relay.to(OTHER) if theirs in one.subject)
    to = str(slip.mail["Reply-To"]).rpartition("<")[2].strip(">").encode()
    bank.door.mail(raw(U, "答复").replace(b"hotline@bank.example", to))
    await bank.quiet()
    assert bank.case(theirs).state is State.SENT


@pytest.mark.parametrize("state", ["closed", "reopened"])
async def test_P18_what_comes_after_the_end_answers_nothing_by_itself_and_the_desk_hears_of_it(bank: Bank, state: str) -> None:
    from hotline_bridge.steps.close import reopen

    number, _ = await a_slip(bank)
    bank.door.mail(raw(U, number))
    await bank.quiet()
    await bank.close(number, bank.house.rules.pack("psbc-95580").closing.outcomes[0].name)
    if state == "reopened":
        await bank.decide(reopen, number, "desk", "客户仍不满意")
    before = bank.case().state
    told = len(bank.relay.to(DESK))
    bank.door.mail(raw(U, number, message_id="late@branch.example"))
    bank.door.mail(raw(b"customer@mail.example", number, "我还是不满意。", "c@mail.example"))
    await bank.quiet()
    assert bank.case().state is before
    assert len(bank.relay.to(DESK)) == told + 2
    assert len(bank.house.store.read_now(lambda tx: tx.answers.claimed())) == 2


async def test_P18_after_reopening_a_word_of_thanks_is_no_answer(bank: Bank) -> None:
    from hotline_bridge.steps.close import reopen

    number, _ = await a_slip(bank)
    bank.door.mail(raw(U, number))
    await bank.quiet()
    await bank.close(number, bank.house.rules.pack("psbc-95580").closing.outcomes[0].name)
    await bank.decide(reopen, number, "desk", "客户仍不满意，要求重新核实")
    await bank.assign(number, unit="B1010101")
    await bank.quiet()
    if bank.case().state is State.HELD:
        await bank.sign(number)
        await bank.quiet()
    assert bank.case().state is State.SENT
    bank.door.mail(raw(U, number, "收到。", "thanks@branch.example"))
    await bank.quiet()
    assert bank.case().state is State.SENT


async def test_an_answer_before_the_slip_left_is_a_claim(bank: Bank) -> None:
    posted = await bank.post(a_form(narrative="客户称在上地路营业所办理六万元转账，柜员操作失误转错账户，要求更正。"))
    await bank.quiet()
    assert bank.case().state is State.HELD
    bank.door.mail(raw(U, posted.number))
    await bank.quiet()
    assert bank.case().state is State.HELD
    assert len(bank.house.store.read_now(lambda tx: tx.answers.claimed())) == 1
    assert bank.relay.to(OUTLET) == []


async def test_two_answers_of_one_batch_and_the_same_one_again(bank: Bank) -> None:
    number, _ = await a_slip(bank)
    for n in range(3):
        bank.door.mail(raw(U, number, message_id=f"same{n}@branch.example"))
    await bank.quiet()
    assert bank.case().state is State.ANSWERED
    assert bank.words().count("回复完整") == 1


async def test_P11_1_the_person_complained_about_does_not_answer_from_their_own_mailbox(bank: Bank) -> None:
    from dataclasses import replace

    from routing.directory import Directory
    from routing.parties import Contact

    rules = bank.house.rules
    unit = replace(rules.directory.get("B1010101"), first=Contact("刘芳", "", "liufang@branch.example"))
    units = dict(rules.directory.units) | {unit.code: unit}
    columns = [{"code": one.code, "name": one.name, "full_name": one.full_name, "level": one.level, "parent": one.parent or "", "division": one.division,
                "mailbox": one.mailbox, "contact1": one.first.name, "contact1_mailbox": one.first.mailbox, "contact2": one.second.name,
                "contact2_mailbox": one.second.mailbox} for one in units.values()]
    bank.house.shelf.rules = replace(rules, directory=Directory.parse(columns)[0])
    posted = await bank.post(a_form(form__complained_person="柜员刘芳"))
    await bank.quiet()
    bank.door.mail(raw(b"liufang@branch.example", posted.number))
    await bank.quiet()
    assert bank.case().state is State.SENT
    assert bank.relay.to("liufang@branch.example") == []
