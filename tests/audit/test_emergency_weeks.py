"""Emergency weeks by the hour: what the reminders say, and nothing twice (C-1, C-3, C-7)."""

import pytest

from routing.case import State
from tests.conftest import Bank
from tests.make import a_form, a_mail

OUTLET = "ts-b1010101@branch.example"
DESK = "desk@bank.example"


@pytest.fixture
def pack() -> str:
    return "cutover"


async def by_the_hour(bank: Bank, *moments: str) -> None:
    for moment in moments:
        bank.clock.to(f"2026-07-26T{moment}")
        await bank.quiet()
        await bank.quiet()


async def test_C3_a_reminder_says_how_many_hours_it_is_late(bank: Bank) -> None:
    bank.clock.to("2026-07-25T23:10:00")
    await bank.post(a_form(started_at="2026-07-25T23:00:00+08:00", ended_at="2026-07-25T23:05:00+08:00"))
    await bank.quiet()
    await by_the_hour(bank, "00:00:00", "02:00:00", "03:00:00", "05:00:00", "07:00:00", "11:00:00")
    reminders = [letter for letter in bank.relay.to(OUTLET) if "投诉转办单" not in letter.subject]
    rungs = [letter.subject[1:].partition("】")[0] for letter in reminders]
    assert rungs == ["现场处置催办", "答复到期前提醒", "答复逾期催办（第二联系人）", "答复逾期报上级", "结果逾期报工会", "结果逾期报工会"]
    for letter, words in zip(reminders, ("今日到期", "今日到期", "已到期", "已逾期2小时", "已逾期4小时", "已逾期8小时"), strict=True):
        assert words in letter.text


async def test_C3_C7_a_held_case_is_brought_to_the_desk_every_hour_of_the_night_and_to_nobody_else(bank: Bank) -> None:
    bank.clock.to("2026-07-25T23:10:00")
    await bank.post(a_form(started_at="2026-07-25T23:00:00+08:00", ended_at="2026-07-25T23:05:00+08:00",
                           narrative="客户称上地路营业所取不出钱，扬言马上打电话给电视台曝光。"))
    await bank.quiet()
    assert bank.case().state is State.HELD
    await by_the_hour(bank, "00:00:00", "00:30:00", "01:00:00", "02:00:00")
    assert len(bank.relay.to(DESK)) == 3
    assert {address for letter in bank.relay.sent for address in letter.to} == {DESK}


async def test_C3_a_slip_that_left_after_the_limit_has_an_hour_before_it_is_chased(bank: Bank) -> None:
    posted = await bank.post(a_form(narrative="客户称上地路营业所取不出钱，扬言马上打电话给电视台曝光。"))
    await bank.quiet()
    bank.clock.to("2026-07-22T20:00:00")
    await bank.quiet()
    await bank.sign(posted.number)
    await bank.quiet()
    bank.clock.to("2026-07-22T20:59:00")
    await bank.quiet()
    assert len([one for one in bank.relay.to(OUTLET) if "催办" in one.subject]) == 0
    bank.clock.to("2026-07-22T21:00:00")
    await bank.quiet()
    await bank.quiet()
    assert len([one for one in bank.relay.to(OUTLET) if "催办" in one.subject]) == 1


async def test_C1_C3_an_answer_needs_the_facts_the_time_and_the_one_in_charge(bank: Bank) -> None:
    await bank.post(a_form())
    await bank.quiet()
    (slip,) = bank.relay.to(OUTLET)
    bank.door.mail(a_mail("核实情况：系统切换时排队过长，已向客户解释并办结。", sender=OUTLET, reply_to_id=slip.message_id))
    await bank.quiet()
    again = bank.relay.to(OUTLET)[-1]
    assert "× 5．处理时间" in again.text
    assert "× 6．经办人" in again.text
    assert "教训" not in again.text.partition("可直接复制")[0].partition("尚缺：")[2]
    bank.door.mail(a_mail("处理时间：2026年7月22日11时\n经办人：陆经理", sender=OUTLET, message_id="<r2@b.example>", reply_to_id=slip.message_id))
    await bank.quiet()
    assert bank.case().state is State.ANSWERED
