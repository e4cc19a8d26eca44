"""Three lines without numbers of their own: numbers, the hour to pass on, what an answer needs (T-1 to T-5)."""

import pytest

from routing.case import State
from routing.errors import BadTable
from routing.number import valid
from routing.pack import parse_pack
from tests.conftest import Bank
from tests.make import a_form, a_mail
from tests.routing.shipped import raw_pack

OUTLET = "ts-b1010101@branch.example"
DESK = "desk@bank.example"


@pytest.fixture
def pack() -> str:
    return "three-line"


async def test_T1_a_mail_to_a_line_without_a_number_gets_a_case_number(bank: Bank) -> None:
    bank.door.mail(a_mail("上地路营业所柜员态度冷淡，要求道歉。"))
    await bank.quiet()
    case = bank.case()
    assert valid(case.number)
    assert case.number.startswith("30000-")
    assert case.state is State.SENT


async def test_T4_what_has_not_been_passed_on_within_the_hour_is_brought_to_the_desk(bank: Bank) -> None:
    posted = await bank.post(a_form(narrative="客户说你们的人态度很差，说完就挂了。", unit=""))
    await bank.quiet()
    assert bank.case().state is State.DESK
    bank.clock.to("2026-07-22T10:20:00")
    await bank.quiet()
    assert bank.relay.sent == []
    bank.clock.to("2026-07-22T11:30:00")        # the next time reminders go
    await bank.quiet()
    await bank.quiet()
    (letter,) = bank.relay.to(DESK)
    assert posted.number in letter.text
    assert "待分派" in letter.text


async def test_T1_T3_an_answer_needs_facts_what_the_customer_says_the_date_and_the_one_in_charge(bank: Bank) -> None:
    await bank.post(a_form())
    await bank.quiet()
    (slip,) = bank.relay.to(OUTLET)
    assert "对相关责任人处理意见（选填）" in slip.text
    bank.door.mail(a_mail("调查情况：当日柜员语气生硬，反映属实。\n客户满意程度：满意\n处理时间：2026年7月22日\n处理人：陆经理",
                          sender=OUTLET, reply_to_id=slip.message_id))
    await bank.quiet()
    assert bank.case().state is State.ANSWERED


@pytest.mark.parametrize(("field", "value", "says"), [("number_prefix", "KHTS", "cannot begin a case number"), ("element", 9, "is none of P-12's")])
def test_a_pack_that_could_not_number_or_ask_is_refused(field: str, value: object, says: str) -> None:
    raw = raw_pack("three-line")
    if field == "element":
        raw["elements"][0]["number"] = value
    else:
        raw[field] = value
    with pytest.raises(BadTable, match=says):
        parse_pack(raw, "x")
