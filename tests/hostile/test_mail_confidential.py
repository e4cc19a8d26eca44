"""Who reads what: every letter of a case goes to the bank's own mailboxes, and a crime's none to the unit (P-6, P-14.3)."""

from dataclasses import replace

import pytest
import structlog

from routing.case import State
from routing.directory import Directory
from routing.parties import Contact, Unit
from tests.conftest import Bank
from tests.make import HALF_ANSWER, WHOLE_ANSWER, a_form, a_mail

BRANCH, BRANCH_SECOND, INSPECTION = "ts-b1@branch.example", "ts2-b1@branch.example", "jiancha-b1@branch.example"
OUTLET, DESK = "ts-b1010101@branch.example", "desk@bank.example"
NAME, PHONE, ID_NUMBER = "欧阳小梅", "13800000077", "110101199001010000"
CRIME = "客户称京北分行员工挪用其存款，涉嫌职务侵占，已构成犯罪，要求查处。"


def addressed(bank: Bank) -> set[str]:
    return {address for one in bank.relay.sent for address in one.to}


def with_unit(bank: Bank, changed: Unit) -> None:
    """Put another row for this unit into the directory in force."""
    rules = bank.house.rules
    units = (dict(rules.directory.units) | {changed.code: changed}).values()
    rows = [{
        "code": one.code, "name": one.name, "full_name": one.full_name, "level": one.level, "parent": one.parent or "", "division": one.division,
        "mailbox": one.mailbox, "contact1": one.first.name, "contact1_mailbox": one.first.mailbox, "contact2": one.second.name,
        "contact2_mailbox": one.second.mailbox,
    } for one in units]
    bank.house.shelf.rules = replace(rules, directory=Directory.parse(rows)[0])


async def a_crime(bank: Bank, unit: str = "B1") -> str:
    posted = await bank.post(a_form(narrative=CRIME, unit="京北分行"))
    await bank.quiet()
    await bank.assign(posted.number, unit=unit, category="金融犯罪")
    await bank.quiet()
    if bank.case().state is State.HELD:
        await bank.sign(posted.number)
        await bank.quiet()
    assert bank.case().state is State.SENT
    return posted.number


async def test_P14_3_a_crime_reaches_the_unit_by_no_kind_of_letter(bank: Bank) -> None:
    number = await a_crime(bank)
    bank.door.mail(a_mail(WHOLE_ANSWER, sender=BRANCH, subject=number, message_id="<a@branch.example>"))
    bank.door.mail(a_mail(HALF_ANSWER, sender=BRANCH_SECOND, subject=number, message_id="<b@branch.example>"))
    await bank.quiet()
    assert bank.case().state is State.SENT                  # the unit reported on does not answer for itself
    slip = next(one for one in bank.relay.to(INSPECTION))
    bounce = {"X-Failed-Recipients": INSPECTION, "Return-Path": "<>"}
    bank.door.mail(a_mail("no such user", sender="MAILER-DAEMON@x.example", subject="failure notice", reply_to_id=slip.message_id, message_id="<c@x.example>", headers=bounce))
    await bank.quiet()
    for day in range(3, 20):
        bank.clock.to(f"2026-08-{day:02}T09:00:01")
        await bank.quiet()
        await bank.quiet()
    assert addressed(bank).isdisjoint({BRANCH, BRANCH_SECOND})


async def test_P14_3_inspection_itself_answers_and_is_asked_for_the_rest(bank: Bank) -> None:
    number = await a_crime(bank)
    bank.door.mail(a_mail(HALF_ANSWER, sender=INSPECTION, subject=number, message_id="<a@branch.example>"))
    await bank.quiet()
    assert "请补充" in bank.relay.to(INSPECTION)[-1].subject
    bank.door.mail(a_mail(WHOLE_ANSWER, sender=INSPECTION, subject=number, message_id="<b@branch.example>"))
    await bank.quiet()
    assert bank.case().state is State.ANSWERED


async def test_P14_3_a_case_found_to_be_a_crime_later_is_out_of_the_units_hands(bank: Bank) -> None:
    posted = await bank.post(a_form())
    await bank.quiet()
    (slip,) = bank.relay.to(OUTLET)
    await bank.assign(posted.number, category="金融犯罪")
    await bank.quiet()
    if bank.case().state is State.HELD:
        await bank.sign(posted.number)
        await bank.quiet()
    count = len(bank.relay.to(OUTLET))
    bank.door.mail(a_mail(WHOLE_ANSWER, sender=OUTLET, reply_to_id=slip.message_id, message_id="<a@branch.example>"))
    bank.door.mail(a_mail(HALF_ANSWER, sender=OUTLET, reply_to_id=slip.message_id, message_id="<b@branch.example>"))
    await bank.quiet()
    assert bank.case().state is State.SENT
    assert len(bank.relay.to(OUTLET)) == count


async def test_P6_no_letter_goes_to_a_stranger_and_no_header_names_the_customer(bank: Bank) -> None:
    inner = {"form__customer": {"name": NAME, "phone": PHONE, "id_number": ID_NUMBER}}
    posted = await bank.post(a_form(**inner, narrative=f"客户{NAME}（{PHONE}）称在上地路营业所办理存款，柜员态度冷淡。"))
    await bank.quiet()
    (slip,) = bank.relay.to(OUTLET)
    for n, (sender, text) in enumerate([("x@stranger.example", WHOLE_ANSWER), (OUTLET, HALF_ANSWER), ("y@stranger.example", f"我是{NAME}，请回复我")]):
        bank.door.mail(a_mail(text, sender=sender, subject=posted.number, message_id=f"<s{n}@x.example>", headers={"Reply-To": "z@stranger.example"}))
    bank.door.mail(a_mail("full", sender="MAILER-DAEMON@x.example", subject="failure notice", reply_to_id=slip.message_id, message_id="<c@x.example>",
                          headers={"X-Failed-Recipients": OUTLET, "Return-Path": "<>"}))
    await bank.quiet()
    for day in ("24", "27", "28", "29", "30", "31"):
        bank.clock.to(f"2026-07-{day}T09:00:01")
        await bank.quiet()
        await bank.quiet()
    known = {*bank.house.rules.directory.mailboxes, DESK}
    assert addressed(bank) <= known
    for letter in bank.relay.sent:
        headers = " ".join(f"{name}: {value}" for name, value in letter.mail.items())
        names = " ".join(part.get_filename() or "" for part in letter.mail.walk())
        for secret in (NAME, PHONE, ID_NUMBER):
            assert secret not in headers + names
            if letter.to != (OUTLET,):
                assert secret not in letter.text


async def test_P6_nothing_a_customer_says_is_logged_or_told_in_quarantine(bank: Bank) -> None:
    with structlog.testing.capture_logs() as lines:
        bank.door.mail(a_mail(f"我是{NAME}，电话{PHONE}，在上地路营业所柜员态度冷淡。"))
        bank.door.mail(b"\x00" + f"{NAME}{PHONE}".encode())
        bank.door.mail(a_mail(f"{NAME}{PHONE}", sender="MAILER-DAEMON@x.example", subject=f"退信：{NAME}", message_id="<q@x.example>"))
        bank.door.put("form", f'{{"source": "seat", "{NAME}": "{PHONE}"'.encode())
        await bank.quiet()
    told = str(lines) + str([(one.trouble, one.remedy) for one in bank.house.store.read_now(lambda tx: tx.papers.quarantined())])
    assert NAME not in told
    assert PHONE not in told


@pytest.mark.parametrize("field", ["name", "full_name", "contact"])
@pytest.mark.parametrize("odd", ["上地路\r\nBcc: evil@x.example", "上地路\u2028x", "上地路\x00\x07", "=?utf-8?q?x?=", "上地路<evil@x.example>,", "名" * 300, "\u202e上地路"])
async def test_names_of_units_break_out_of_no_header(bank: Bank, field: str, odd: str) -> None:
    unit = bank.house.rules.directory.get("B1010101")
    assert unit is not None
    changed = {"name": replace(unit, name=odd), "full_name": replace(unit, full_name=odd), "contact": replace(unit, first=Contact(odd))}[field]
    with_unit(bank, changed)
    posted = await bank.post(a_form(form__customer={"name": odd[:80], "phone": "13800000001"}, unit="清河镇营业所", narrative=f"{odd}柜员态度冷淡。"))
    await bank.quiet()
    await bank.assign(posted.number, unit="B1010101", category="服务态度")
    await bank.quiet()
    if bank.case().state is State.HELD:
        await bank.sign(posted.number)
        await bank.quiet()
    slip = bank.relay.to(OUTLET)[-1]
    assert slip.mail["Bcc"] is None
    assert slip.to == (OUTLET,)
    assert len(slip.mail.get_all("To", [])) == len(slip.mail.get_all("Subject", [])) == 1


@pytest.mark.parametrize("message_id", ["<x\r\n y@z>", "<>", "<" + "a" * 990 + "@x>", "<a\x00b@x>", "<甲@乙>", "<a b@c>", "bare"])
async def test_odd_ids_of_an_answer_break_out_of_no_header(bank: Bank, message_id: str) -> None:
    posted = await bank.post(a_form())
    await bank.quiet()
    raw = a_mail(HALF_ANSWER, sender=OUTLET, subject=posted.number).replace(b"<m1@customer.example>", message_id.encode())
    bank.door.mail(raw.replace(b"Subject:", f"References: {message_id} {message_id}\nSubject:".encode(), 1))
    await bank.quiet()
    assert "请补充" in bank.relay.to(OUTLET)[-1].subject
    assert bank.house.store.read_now(lambda tx: tx.tasks.parked()) == []


@pytest.mark.parametrize("box", ["投诉@branch.example", "a(b@branch.example", "a:b@branch.example", "a@b_c.example", "é@branch.example"])
async def test_P21_a_mailbox_that_no_letter_can_go_to_leaves_the_case_in_sight(bank: Bank, box: str) -> None:
    unit = bank.house.rules.directory.get("B1010101")
    assert unit is not None
    with_unit(bank, replace(unit, mailbox=box))
    posted = await bank.post(a_form())
    for _ in range(12):
        await bank.quiet()
        bank.clock.on(minutes=10)
    for day in ("24", "27", "28"):
        bank.clock.to(f"2026-07-{day}T09:00:01")
        await bank.quiet()
        await bank.quiet()
    assert bank.case().state is not State.CLOSED
    assert bank.house.store.read_now(lambda tx: tx.cases.out_of_sight()) == []
    assert any(posted.number in one.text for one in bank.relay.to(DESK))       # a person at the bank hears of it
