"""What nobody answered, what nobody wrote down, what nobody recorded: a person is told once, and not when it settles itself (P-3, P-9.1, P-21)."""

from datetime import timedelta

import pytest

from hotline_bridge.steps.call_errand import CALLED_BACK, MISSED, SEEN_TO, attach, done, missed
from hotline_bridge.store.call_errands import NO_CALL, NO_FORM
from routing.errors import RuleError
from tests.calling.world import CALLER, FIRST, WEST, calls, hear, kinds, row, told, waiting
from tests.conftest import Bank
from tests.make import a_form, a_mail

ID = "1784683200.17"
LATER = timedelta(minutes=5)


async def late(bank: Bank, minutes: int = 31) -> None:
    bank.clock.on(minutes=minutes)
    await bank.quiet()


def lost(call_id: str = ID, after: timedelta = timedelta(), **more) -> bytes:
    return row(call_id, at=FIRST + after, talk=20, result="NO ANSWER", seat="", **more)


# waiting ------------------------------------------------------------------------------------------------------------------
async def test_P3_a_complaint_call_without_a_form_is_laid_before_the_desk(bank: Bank) -> None:
    await hear(bank, row(ID))
    await late(bank, 29)
    assert kinds(bank) == []
    await late(bank, 2)
    assert kinds(bank) == ["no-form"]
    (letter,) = told(bank)
    assert "已接听，但没有登记" in letter
    assert CALLER not in letter


async def test_P9_1_a_form_without_a_call_is_laid_before_the_desk_and_settles_when_it_comes(bank: Bank) -> None:
    posted = await bank.post(a_form(ID))
    await late(bank)
    assert kinds(bank) == [NO_CALL]
    assert posted.number in told(bank)[0]
    await hear(bank, row(ID))
    assert waiting(bank) == []


async def test_a_call_without_a_form_settles_when_the_form_comes(bank: Bank) -> None:
    await hear(bank, row(ID))
    await late(bank)
    await bank.post(a_form(ID))
    assert waiting(bank) == []


@pytest.mark.parametrize("call", [
    row(ID, hotline="95581"), row(ID, hotline="8002", ani="8001"), row(ID, at=FIRST - timedelta(days=30)),
], ids=["another line", "between seats", "of last month"])
async def test_calls_that_are_no_complaints_for_certain_make_no_errand(bank: Bank, call: bytes) -> None:
    await hear(bank, call)
    await late(bank)
    assert waiting(bank) == []
    assert told(bank) == []


async def test_what_came_otherwise_waits_for_no_call(bank: Bank) -> None:
    bank.door.mail(a_mail("我要投诉上地路营业所柜员态度冷淡，多次催促客户离开。"))
    await late(bank)
    assert waiting(bank) == []


async def test_many_errands_are_one_letter_and_the_next_waits_half_an_hour(bank: Bank) -> None:
    for number in range(5):
        await hear(bank, row(f"1784683200.{number}", ani=f"1380000000{number}"))
    await late(bank)
    (first,) = told(bank)
    assert "有 5 件来电" in first
    for number in range(5, 7):
        await hear(bank, lost(f"1784683200.{number}", ani=f"1390000000{number}"))
    await late(bank, 10)
    assert len(told(bank)) == 1
    await late(bank, 21)
    assert "有 2 件来电" in told(bank)[1]


async def test_at_night_nobody_is_written_to(bank: Bank) -> None:
    bank.clock.to("2026-07-22T20:00:00")
    await hear(bank, lost(after=timedelta(hours=10)))
    await bank.quiet()
    assert (kinds(bank), told(bank)) == (["abandoned"], [])
    bank.clock.to("2026-07-23T10:00:00")
    await bank.quiet()
    assert len(told(bank)) == 1


# callers nobody answered ---------------------------------------------------------------------------------------------------
async def test_P3_an_abandoned_complaint_call_is_to_be_called_back_at_once(bank: Bank) -> None:
    await hear(bank, lost())
    assert kinds(bank) == ["abandoned"]
    await bank.quiet()
    assert "须回拨" in told(bank)[0]


async def test_several_abandoned_calls_of_one_number_are_one_errand(bank: Bank) -> None:
    for number in range(3):
        await hear(bank, lost(f"1784683200.{number}", LATER * number))
    await hear(bank, lost("1784683200.9", ani="13900000002"))
    assert kinds(bank) == ["abandoned"] * 2


async def test_a_later_answered_call_settles_it_an_earlier_one_does_not(bank: Bank) -> None:
    await hear(bank, row("1784683200.1", at=FIRST - LATER))
    await hear(bank, lost())
    assert kinds(bank) == ["abandoned"]
    await hear(bank, row("1784683200.3", hotline="95581", at=FIRST + LATER))
    assert waiting(bank) == []
    await hear(bank, lost("1784683200.4", LATER * 2))
    assert kinds(bank) == ["abandoned"]


async def test_P3_a_greeting_that_nobody_followed_is_no_talk(bank: Bank) -> None:
    await hear(bank, lost())
    await hear(bank, row("1784683200.2", at=FIRST + LATER, talk=4, seat=""))
    assert kinds(bank) == ["abandoned"]
    await late(bank)
    assert kinds(bank) == ["abandoned"]
    await hear(bank, row("1784683200.3", at=FIRST + LATER * 2))
    assert kinds(bank) == []


async def test_P3_a_layout_that_never_tells_the_seat_still_asks_for_the_form(bank: Bank) -> None:
    short = f'"{CALLER}","{CALLER}","95580","{FIRST:%Y-%m-%d %H:%M:%S}","{FIRST:%Y-%m-%d %H:%M:%S}","{FIRST + LATER:%Y-%m-%d %H:%M:%S}",300,300,"ANSWERED","{ID}","{ID}","",""'
    await hear(bank, short.encode())
    await late(bank)
    assert kinds(bank) == ["no-form"]


async def test_P3_who_calls_by_a_number_nobody_knows_is_called_back_all_the_same(bank: Bank) -> None:
    await hear(bank, lost(ani="1234567890123456"))
    assert [one.kind for one in waiting(bank)] == ["abandoned"]


async def test_a_part_that_says_unanswered_before_the_one_that_says_answered(bank: Bank) -> None:
    await hear(bank, row(ID, talk=20, result="NO ANSWER", seat="8001"))
    await hear(bank, row(ID, number=2, seat="8002"))
    assert waiting(bank) == []
    await bank.quiet()
    assert told(bank) == []


async def test_nobody_can_call_back_who_hides_their_number(bank: Bank) -> None:
    await hear(bank, lost(ani="anonymous"))
    assert waiting(bank) == []


# people -------------------------------------------------------------------------------------------------------------------
async def test_P21_who_called_back_says_what_came_of_it(bank: Bank) -> None:
    await hear(bank, lost())
    (errand,) = waiting(bank)
    await bank.decide(missed, errand.id, "甲", "")
    await bank.decide(missed, errand.id, "乙", "关机")
    (errand,) = waiting(bank)
    assert (errand.tries, errand.says.count("\n")) == (2, 1)
    await bank.decide(done, errand.id, "乙", "已回拨，客户咨询网点时间，不投诉")
    assert waiting(bank) == []
    await hear(bank, lost("1784683200.2", LATER))       # it came before she called, and is told of only now
    assert waiting(bank) == []
    with pytest.raises(RuleError, match="乙 has seen to"):
        await bank.decide(done, errand.id, "甲", "再来")
    bank.clock.on(hours=1)
    await hear(bank, lost("1784683200.3", timedelta(minutes=65)))
    assert kinds(bank) == ["abandoned"]


@pytest.mark.parametrize(("act", "args", "why"), [
    (done, (1, "甲", " "), "write down"), (done, (99, "甲", "好"), "no errand 99"), (missed, (99, "甲", ""), "no errand 99"),
    (attach, (1, "95580-20260722-000099", "甲"), "there is no case"),
], ids=["no words", "no errand", "no errand called", "no case"])
async def test_what_makes_no_sense_is_refused_with_the_cure(bank: Bank, act, args, why: str) -> None:
    await hear(bank, lost())
    with pytest.raises(RuleError, match=why):
        await bank.decide(act, *args)
    assert kinds(bank) == ["abandoned"]


async def test_nobody_is_called_back_about_a_missing_form(bank: Bank) -> None:
    await hear(bank, row(ID))
    await late(bank)
    (errand,) = waiting(bank)
    with pytest.raises(RuleError, match="no-form"):
        await bank.decide(missed, errand.id, "甲", "")
    await bank.decide(done, errand.id, "甲", "查询余额，非投诉")
    assert waiting(bank) == []
    await hear(bank, row(ID))
    await late(bank)
    assert waiting(bank) == []


async def test_a_person_joins_call_and_case(bank: Bank) -> None:
    posted = await bank.post(a_form("seat-wrote-this"))
    await hear(bank, row(ID, recording="/rec/17.wav"))
    await late(bank)
    assert sorted(kinds(bank)) == [NO_CALL, NO_FORM]
    with pytest.raises(RuleError, match="no call 99"):
        await bank.decide(attach, 99, posted.number, "甲")
    (call,) = calls(bank.house)
    await bank.decide(attach, call.id, posted.number, "甲")
    assert (waiting(bank), bank.case().recording.reference) == ([], "/rec/17.wav")
    other = await bank.post(a_form("another", caller="13900000002"))
    await bank.decide(attach, call.id, other.number, "甲")
    assert SEEN_TO in bank.words(posted.number)
    assert calls(bank.house)[0].case == bank.case(other.number).id


async def test_what_was_said_stands_in_the_book_of_the_case(bank: Bank) -> None:
    posted = await bank.post(a_form(ID))
    await late(bank)
    (errand,) = waiting(bank)
    await bank.decide(done, errand.id, "甲", "座席手机接听，无话单")
    assert bank.book(posted.number)[-1].says == "座席手机接听，无话单"
    await hear(bank, lost("1784683200.40", ani="13900000003"))
    (errand,) = waiting(bank)
    await bank.decide(attach, errand.call, posted.number, "甲")
    assert waiting(bank) == []
    assert {CALLED_BACK, MISSED} & set(bank.words(posted.number)) == set()


async def test_an_ambiguous_call_of_another_exchange_leaves_nothing_open_in_the_end(bank: Bank) -> None:
    await bank.post(a_form(ID, caller=""))
    await hear(bank, row(ID, ani="anonymous"))
    await hear(bank, row(ID, ani="anonymous"), WEST)
    await late(bank)
    assert sorted(kinds(bank)) == [NO_CALL, NO_FORM, NO_FORM]
    first, second = calls(bank.house)
    await bank.decide(attach, first.id, bank.case().number, "甲")
    await bank.decide(done, next(one.id for one in waiting(bank) if one.call == second.id), "甲", "另一客户，非投诉")
    await late(bank)
    assert waiting(bank) == []
