"""A branch lives in Notes: its exports are laid into the folder, answer cases, and open none twice (pains 7, 8)."""

from dataclasses import replace

from routing.case import State
from tests.conftest import Bank
from tests.hostile.test_mail_senders import DESK, OUTLET, a_slip
from tests.make import WHOLE_ANSWER, a_mail
from tests.notes.exports import database, memo


def known(bank: Bank) -> None:
    rules = bank.house.rules
    bank.house.shelf.rules = replace(rules, identity=replace(rules.identity, aliases={"王芳/hz/bank": OUTLET}))


async def test_P12_an_answer_out_of_notes_answers_its_case_and_the_same_export_again_does_nothing(bank: Bank) -> None:
    known(bank)
    number, _ = await a_slip(bank)
    export = database(memo(number, words=WHOLE_ANSWER), memo("另一件事", unid="E" * 32, words="请问投诉电话是多少"))
    bank.door.put("notes", export)
    await bank.quiet()
    assert bank.case(number).state is State.ANSWERED
    before = len(bank.cases()), len(bank.house.store.read_now(lambda tx: tx.answers.of_case(bank.case(number).id)))
    bank.door.put("notes", export + b"\n")
    await bank.quiet()
    assert (len(bank.cases()), len(bank.house.store.read_now(lambda tx: tx.answers.of_case(bank.case(number).id)))) == before


async def test_P12_a_notes_name_nobody_knows_is_a_claim(bank: Bank) -> None:
    number, _ = await a_slip(bank)
    bank.door.put("notes", database(memo(number, words=WHOLE_ANSWER)))
    await bank.quiet()
    assert bank.case(number).state is State.SENT
    assert len(bank.house.store.read_now(lambda tx: tx.answers.claimed())) == 1


async def test_a_mail_that_came_by_the_mailbox_is_not_read_again_out_of_an_export(bank: Bank) -> None:
    bank.door.mail(a_mail("客户在上地路营业所办理存款，柜员态度冷淡，要求道歉。", message_id="<OFEEEEEEEE.1-ONEEEEEEEE@bank.example>"))
    await bank.quiet()
    bank.door.put("notes", database(memo(unid="E" * 32, words="客户在上地路营业所办理存款，\n柜员态度冷淡，要求道歉。")))
    await bank.quiet()
    assert len(bank.cases()) == 1


async def test_a_damaged_document_lies_in_quarantine_and_the_others_are_read(bank: Bank) -> None:
    known(bank)
    number, _ = await a_slip(bank)
    bank.door.put("notes", database("<document form='View'><item name='Icon'><text>x</text></item></document>", memo(number, words=WHOLE_ANSWER)))
    await bank.quiet()
    assert bank.case(number).state is State.ANSWERED
    (lying,) = bank.house.store.read_now(lambda tx: tx.papers.quarantined())
    assert "第 1 个文档" in lying.trouble


async def test_an_export_that_breaks_off_gives_what_is_whole_and_is_told(bank: Bank) -> None:
    known(bank)
    number, _ = await a_slip(bank)
    whole = database(memo(number, words=WHOLE_ANSWER), memo("x", unid="F" * 32))
    bank.door.put("notes", whole[: whole.rindex(b"<document") + 80])
    await bank.quiet()
    assert bank.case(number).state is State.ANSWERED
    (lying,) = bank.house.store.read_now(lambda tx: tx.papers.quarantined())
    assert "之前的 1 个文档已读取" in lying.trouble


async def test_P6_what_its_writer_keeps_private_is_quoted_in_no_slip(bank: Bank) -> None:
    secret = "客户在上地路营业所办理存款，柜员态度冷淡，密语三七二十一。"
    bank.door.put("notes", database(memo(sender="li@customer.example", unid="A" * 32, words=secret, Subject="投诉", _KeepPrivate="1")))
    await bank.quiet()
    assert bank.case().state is State.DESK
    await bank.assign(bank.case().number, unit="B1010101", category="服务态度")
    await bank.quiet()
    assert bank.case().state is State.SENT
    slips = [one for one in bank.relay.sent if DESK not in one.to]
    assert slips
    assert all("密语" not in one.text and "密语" not in one.raw.decode("utf-8", "replace") for one in slips)
    assert "限制复制和转发" in slips[0].text
