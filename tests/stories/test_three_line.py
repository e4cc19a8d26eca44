"""A bank with three telephone lines: one working day at the outlet, founded or special at the end (T-1 to T-7)."""

import pytest

from routing.case import State
from routing.errors import RuleError
from tests.conftest import Bank
from tests.fakes import ZONE
from tests.make import WHOLE_ANSWER, a_form, a_mail

OUTLET = "ts-b1010101@branch.example"


@pytest.fixture
def pack() -> str:
    return "three-line"


async def test_T2_the_form_is_called_otherwise_and_says_the_hour_and_the_weekday(bank: Bank) -> None:
    await bank.post(a_form())
    await bank.quiet()
    (slip,) = bank.relay.to(OUTLET)
    assert "客户投诉处理单" in slip.text
    assert "2026年7月22日9时20分(星期三)" in slip.text


async def test_T3_the_outlet_has_one_working_day(bank: Bank) -> None:
    await bank.post(a_form())
    await bank.quiet()
    due = bank.case().due
    assert due is not None
    assert due.astimezone(ZONE).date().isoformat() == "2026-07-23"


async def test_T5_every_complaint_ends_as_founded_or_special(bank: Bank) -> None:
    posted = await bank.post(a_form())
    await bank.quiet()
    (slip,) = bank.relay.to(OUTLET)
    bank.door.mail(a_mail(WHOLE_ANSWER, sender=OUTLET, reply_to_id=slip.message_id))
    await bank.quiet()
    with pytest.raises(RuleError, match="有效投诉"):
        await bank.close(posted.number, "办结")
    await bank.close(posted.number, "有效投诉")
    assert bank.case().state is State.CLOSED
