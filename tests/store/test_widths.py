"""What is too long or too odd for a column: PostgreSQL refuses where SQLite takes anything, and strangers write what they like."""

import pytest

from hotline_bridge.intake import take_in
from tests.conftest import Bank
from tests.make import WHOLE_ANSWER, a_form, a_mail, form_bytes

LONG = "a" * 64 + "@" + "b" * 60 + "." + "c" * 60 + "." + "d" * 60 + ".example"
OUTLET = "ts-b1010101@branch.example"


def _parked(bank: Bank) -> list[str]:
    return [f"{one.kind}: {one.trouble}" for one in bank.house.store.read_now(lambda tx: tx.tasks.parked())]


async def _done(bank: Bank) -> None:
    """Nothing is parked, nothing fails and waits."""
    await bank.quiet()
    assert _parked(bank) == []
    left = bank.house.store.read_now(lambda tx: tx.cases.out_of_sight())
    assert left == []
    with_trouble = bank.house.store.read_now(lambda tx: [row.trouble for row in tx.tasks.db.exec_driver_sql("SELECT trouble FROM task") if row.trouble])
    assert with_trouble == []


async def test_a_file_name_as_long_as_a_file_system_allows(bank: Bank) -> None:
    name = "x" * 251 + ".eml"
    bank.door.put("mail", a_mail("存款少了"), key=f"{name}:{'0' * 64}")
    await take_in(bank.house, bank.door)
    await _done(bank)
    assert len(bank.cases()) == 1


async def test_an_address_as_long_as_addresses_may_be(bank: Bank) -> None:
    bank.door.mail(a_mail("我在上地路营业所办理存款，柜员态度冷淡。", sender=LONG))
    await _done(bank)
    assert bank.case().complaint.customer.address == LONG


async def test_an_answer_from_such_an_address_is_kept(bank: Bank) -> None:
    posted = await bank.post(a_form())
    await bank.quiet()
    bank.door.mail(a_mail(WHOLE_ANSWER, sender=LONG, message_id="<r1@branch.example>", subject=f"回复：{posted.number}"))
    await _done(bank)
    assert len(bank.house.store.read_now(lambda tx: tx.answers.of_case(bank.case(posted.number).id))) == 1


async def test_an_automatic_answer_from_such_an_address_is_noted(bank: Bank) -> None:
    await bank.post(a_form())
    await bank.quiet()
    (slip,) = bank.relay.to(OUTLET)
    headers = {"Auto-Submitted": "auto-replied"}
    bank.door.mail(a_mail("我在休假", sender=LONG, message_id="<v@x.example>", reply_to_id=slip.message_id, subject="自动回复", headers=headers))
    await _done(bank)
    assert "自动回复" in bank.words()


@pytest.mark.parametrize("odd", ["\0", "\x01\x02", "\ud800", "\U0001f600", "\u202e"])
async def test_a_mail_with_characters_nobody_means(bank: Bank, odd: str) -> None:
    head = "From: c@customer.example\r\nTo: hotline@bank.example\r\nMessage-ID: <m1@customer.example>\r\nSubject: 投诉{}\r\nMIME-Version: 1.0\r\n"
    kind = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    text = f"我在上地路营业所{odd}办理存款，柜员态度{odd}冷淡，要求道歉。\r\n"
    bank.door.mail((head.format(odd) + kind + text).encode("utf-8", "surrogatepass"))
    await _done(bank)
    assert len(bank.cases()) == 1


@pytest.mark.parametrize("odd", ["\\u0000", "\\ud800", "\\u0001"])
async def test_a_form_with_characters_nobody_means(bank: Bank, odd: str) -> None:
    body = form_bytes(a_form(narrative="客户称在上地路营业所ODD办理存款，柜员态度冷淡。", seat="80ODD01", unit="上地路ODD营业所")).replace(b"ODD", odd.encode())
    bank.door.put("form", body)
    await _done(bank)
    assert len(bank.cases()) == 1


async def test_a_bounce_with_characters_nobody_means(bank: Bank) -> None:
    await bank.post(a_form())
    await bank.quiet()
    (slip,) = bank.relay.to(OUTLET)
    raw = (
        f"From: MAILER-DAEMON@branch.example\r\nTo: hotline@bank.example\r\nSubject: Undelivered Mail\r\nMessage-ID: <d@x.example>\r\n"
        f"In-Reply-To: <{slip.message_id}>\r\nReferences: <{slip.message_id}>\r\nReturn-Path: <>\r\n\r\n<{OUTLET}>: 550 no\0such\ud800user\r\n"
    )
    bank.door.mail(raw.encode("utf-8", "surrogatepass"))
    await _done(bank)
    assert bank.case().undelivered


async def test_a_bounce_from_a_longer_address_than_any_book_had_in_mind(bank: Bank) -> None:
    bank.door.mail(a_mail("x", sender=LONG, subject="Undelivered Mail Returned to Sender", headers={"Return-Path": "<>"}))
    await _done(bank)


async def test_a_seats_longest_fields(bank: Bank) -> None:
    form = a_form("9" * 120, seat="座" * 80, source="源" * 60, caller="1" * 80, recording="r" * 400)
    bank.door.put("form", form_bytes(form))
    await _done(bank)
    assert bank.case().call_id == "9" * 120


ROW = (
    '"{acct}","13800000001","95580","hotline","{clid}","PJSIP/trunk-1","PJSIP/8001-2","Dial","PJSIP/8001",'
    '"2026-07-22 09:20:00","2026-07-22 09:20:05","2026-07-22 09:26:00",360,355,"ANSWERED","DOCUMENTATION","{id}","{user}","{id}",1'
)


@pytest.mark.parametrize("row", [
    ROW.format(acct="", clid="a\0b", id="17.1", user="x\0y").encode(), ROW.format(acct="", clid="\ud800", id="17.1", user="").encode("utf-8", "surrogatepass"),
    ROW.format(acct="a" * 5000, clid="c" * 5000, id="1" * 5000, user="u" * 5000).encode(), ROW.format(acct="", clid="", id="17.1\0", user="").encode(),
    b"\0\xff,\xfe\0,garbage", b"\0" * 3000, b'{"uniqueid": "\\u0000", "linkedid": "\\ud800"}', b"", b"\xff\xfe" + "中".encode("utf-16-le"),
])
async def test_a_call_record_of_any_kind_is_kept_or_set_aside(bank: Bank, row: bytes) -> None:
    bank.door.put("cdr", row)
    await _done(bank)


@pytest.mark.parametrize("body", [b"\0{", b'{"source": "\\u0000"}', b'"\\ud800"', b'{"\\ud800\\u0000": 1}', b"\xff" * 100, b"[" * 100_000])
async def test_a_form_nobody_can_read_is_set_aside(bank: Bank, body: bytes) -> None:
    bank.door.put("form", body)
    await _done(bank)
    assert len(bank.house.store.read_now(lambda tx: tx.papers.quarantined())) == 1


@pytest.mark.parametrize("kind", ["weird", "mail-too-large", "mail-unfetchable", "form-too-large"])
async def test_a_paper_of_a_kind_nobody_reads_is_set_aside(bank: Bank, kind: str) -> None:
    bank.door.put(kind, b"\0")
    await _done(bank)
    assert len(bank.house.store.read_now(lambda tx: tx.papers.quarantined())) == 1


@pytest.mark.parametrize("sender", ["a" * 3000 + "@x.example", "a@" + "b" * 3000 + ".example", '"' + "q" * 500 + '"@x.example', "名" * 300 + "@x.example"])
async def test_an_address_longer_than_addresses_may_be(bank: Bank, sender: str) -> None:
    posted = await bank.post(a_form())
    await bank.quiet()
    (slip,) = bank.relay.to(OUTLET)
    for number, headers in enumerate(["", "Auto-Submitted: auto-replied\r\n", "Return-Path: <>\r\n"]):
        head = f"From: <{sender}>\r\nTo: hotline@bank.example\r\nSubject: {posted.number}\r\nMessage-ID: <z{number}@x.example>\r\n{headers}"
        kind = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        bank.door.mail(f"{head}In-Reply-To: <{slip.message_id}>\r\n{kind}{WHOLE_ANSWER}".encode())
    await _done(bank)
