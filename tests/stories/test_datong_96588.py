"""A hotline 96588: the outlet answers, the president hears of what is too much for it (D-1 to D-8)."""

import pytest

from routing.case import State
from tests.conftest import Bank
from tests.fakes import ZONE
from tests.make import WHOLE_ANSWER, a_form, a_mail

OUTLET = "ts-b1010101@branch.example"


@pytest.fixture
def pack() -> str:
    return "datong-96588"


async def test_D3_D4_a_complaint_goes_to_the_outlet_and_closes_with_its_answer(bank: Bank) -> None:
    await bank.post(a_form(hotline="96588"))
    await bank.quiet()
    (slip,) = bank.relay.to(OUTLET)
    bank.door.mail(a_mail(WHOLE_ANSWER, sender=OUTLET, reply_to_id=slip.message_id))
    await bank.quiet()
    assert bank.case().state is State.CLOSED
    assert "办结" in bank.words()


async def test_D5_a_complex_matter_has_seven_working_days(bank: Bank) -> None:
    await bank.post(a_form(hotline="96588", form__category="服务产品", narrative="客户称在上地路营业所买的产品收益与介绍不符，要求说明。"))
    await bank.quiet()
    due = bank.case().due
    assert due is not None
    assert due.astimezone(ZONE).date().isoformat() == "2026-07-31"


async def test_D6_the_date_of_a_superior_takes_the_place_of_our_own(bank: Bank) -> None:
    form = a_form(hotline="96588", form__channel="上级行", form__authority="省分行", form__authority_number="转〔2026〕7号", form__authority_due="2026-07-24T12:00:00+08:00")
    await bank.post(form)
    await bank.quiet()
    due = bank.case().due
    assert due is not None
    assert due.astimezone(ZONE).isoformat() == "2026-07-24T12:00:00+08:00"
    assert any("转〔2026〕7号" in letter.text for letter in bank.relay.sent)
