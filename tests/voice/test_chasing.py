"""Units are called about answers they owe: in working hours, where they allow it, written down before anybody is rung up (P-6, P-11.1, P-20, P-21)."""

import asyncio
from dataclasses import replace
from datetime import time, timedelta

import pytest

from hotline_bridge.reminding import still_owed
from hotline_bridge.steps.errand import see_to
from hotline_bridge.voice import try_once
from routing.calls import CallOrder
from routing.case import Entry
from routing.parties import UnitCode
from routing.verdict import Category
from tests.conftest import Bank
from tests.make import WHOLE_ANSWER, a_mail
from tests.voice.exchange import ACKNOWLEDGED, BRANCH, BUSY, FAILED, HEARD, NO_ANSWER, Exchange, Telephone, allow, telephone

MAILBOX = "ts-b10101@branch.example"


@pytest.fixture
def line(bank: Bank) -> Telephone:
    return telephone(bank)


async def test_P21_a_call_that_is_acknowledged_is_seen_to_and_stands_in_the_book(line: Telephone) -> None:
    (number,) = await line.overdue()
    assert await line.ring() == 1
    (order,) = line.exchange.orders
    assert (order.number, order.caller_id, order.ring_seconds, order.sound) == ("01055500024", "95580", 45, "hotline-bridge/1.wav")
    (call,) = line.calls()
    assert (call.attempt, call.token, call.result, call.pressed, call.person) == (1, order.token, "acknowledged", "1", "秦经理")
    assert line.errands() == []
    assert line.book("电话催办", number) == ["逾期催办（第二联系人）；京北城区清河区支行 秦经理 010-55500024；第1次，京北城区清河区支行 秦经理 01055500024：已按键确认收到"]
    assert line.bank.book(number)[-1].who == "bridge"
    line.bank.clock.on(minutes=45)
    assert await line.ring() == 0               # nobody is called twice


async def test_P21_busy_unanswered_and_silent_are_tried_again_at_their_time_and_then_left_to_people(line: Telephone) -> None:
    (number,) = await line.overdue()
    line.exchange.answers = [BUSY, NO_ANSWER, HEARD]
    assert await line.ring() == 1
    line.bank.clock.on(minutes=29)
    assert await line.ring() == 0
    line.bank.clock.on(minutes=1)
    assert await line.ring() == 1
    line.bank.clock.on(minutes=30)
    assert await line.ring() == 1
    line.bank.clock.on(minutes=30)
    assert await line.ring() == 0
    assert line.results() == ["busy", "no-answer", "heard"]
    assert line.book("电话外呼", number) == [
        "第1次，京北城区清河区支行 秦经理 01055500024：占线", "第2次，京北城区清河区支行 秦经理 01055500024：无人接听",
        "第3次，京北城区清河区支行 秦经理 01055500024：接听后未按键确认；不再自动拨打，请人工拨打",
    ]
    (errand,) = line.errands()                  # still on the list of people
    await line.bank.decide(see_to, errand.id, "座席甲", "秦经理答应今日回复")
    assert line.errands() == []


async def test_P21_nobody_is_called_out_of_hours_nor_in_the_break(line: Telephone) -> None:
    line.bank.house.shelf.rules = replace(line.bank.house.rules, voice=replace(line.bank.house.rules.voice, again_minutes=60 * 9))
    await line.overdue()
    line.exchange.answers = [NO_ANSWER]
    assert await line.ring() == 1               # at nine: again at six in the evening, when nobody works
    for moment in ("2026-07-28T18:00:00", "2026-07-28T23:00:00", "2026-07-29T05:00:00"):
        line.bank.clock.to(moment)
        await line.ring()
        assert line.results() == ["no-answer"]
    opens = line.bank.house.rules.pack("psbc-95580").hours.open
    line.bank.clock.to(f"2026-07-29T{opens}")
    assert await line.ring() == 1
    assert line.results() == ["no-answer", "acknowledged"]


async def test_P21_in_the_break_a_call_waits_for_its_end(line: Telephone) -> None:
    rules = line.bank.house.rules
    pack = rules.pack("psbc-95580")
    hours = type(pack.hours).model_validate({"rule": "P-21", "open": time(8, 30), "close": time(17, 30), "breaks": [{"from": time(12), "to": time(14)}]})
    line.bank.house.shelf.rules = replace(rules, packs={**rules.packs, pack.id: pack.model_copy(update={"hours": hours})})
    await line.overdue()
    line.bank.clock.to("2026-07-28T12:30:00")
    assert await line.ring() == 1               # looked at, and put off
    assert line.calls() == []
    line.bank.clock.to("2026-07-28T14:00:00")
    assert await line.ring() == 1
    assert line.results() == ["acknowledged"]


@pytest.mark.parametrize("phone", ["", "010-55500024转803", "本行总机", "110", "0013800000001"])
async def test_P20_a_number_no_machine_can_dial_is_left_to_people_and_said_once(bank: Bank, phone: str) -> None:
    line = telephone(bank)
    (number,) = await line.overdue()
    allow(bank, phone=phone)
    assert await line.ring() == 1
    assert line.exchange.orders == []
    (said,) = line.book("电话外呼未拨", number)
    assert "请人工拨打" in said
    assert len(line.errands()) == 1
    line.bank.clock.on(hours=2)
    assert await line.ring() == 0


async def test_P21_a_unit_that_does_not_allow_it_is_called_by_people_alone(bank: Bank) -> None:
    line = telephone(bank, phone_chasing=False)
    await line.overdue()
    assert await line.ring() == 1
    assert line.exchange.orders == []
    assert len(line.errands()) == 1


async def test_P21_without_an_exchange_nothing_is_owed_to_the_voice(bank: Bank) -> None:
    line = telephone(bank, way="")
    await line.overdue()
    assert len(line.errands()) == 1
    assert await line.ring() == 0


async def test_P21_right_before_dialling_it_is_asked_again_whether_the_case_is_owed(line: Telephone) -> None:
    """The answer comes while the voice is busy with the text."""
    (number,) = await line.overdue()
    slip = line.bank.relay.to(MAILBOX)[0].message_id

    class Slow:
        async def sound(self, text: str):
            line.bank.door.mail(a_mail(WHOLE_ANSWER, sender=MAILBOX, reply_to_id=slip))
            await line.bank.quiet()
            return await line.voice.sound(text)

    line.booth = replace(line.booth, voice=Slow())
    assert await line.ring() == 1
    assert line.exchange.orders == []
    assert line.calls() == []
    assert line.bank.case(number).state.name == "ANSWERED"
    assert not still_owed(None, MAILBOX, line.bank.house.rules)


async def test_P21_a_person_who_called_meanwhile_is_not_contradicted(line: Telephone) -> None:
    (number,) = await line.overdue()
    line.exchange.gate = asyncio.Event()
    ringing = asyncio.ensure_future(line.booth.call_one())
    await line.exchange.told.wait()
    (errand,) = line.errands()
    await line.bank.decide(see_to, errand.id, "座席甲", "已电话告知")
    line.exchange.gate.set()
    await ringing
    assert len(line.book("电话催办", number)) == 1
    assert line.book("电话外呼", number) == ["第1次，京北城区清河区支行 秦经理 01055500024：已按键确认收到"]


async def test_P14_3_of_a_crime_no_machine_speaks(line: Telephone) -> None:
    await line.overdue()
    case = line.bank.case()
    await line.bank.decide(lambda tx, now, rules: tx.cases.save(replace(tx.cases.get(case.id), category=Category.CRIME), Entry(now, "test", "改类")))
    assert await line.ring() == 1
    assert line.exchange.orders == []


async def test_P11_1_who_may_be_complained_about_is_not_called(line: Telephone) -> None:
    await line.overdue()
    case = line.bank.case()
    accused = replace(case.complaint, person_hint="秦经理")
    await line.bank.decide(lambda tx, now, rules: tx.cases.save(replace(tx.cases.get(case.id), complaint=accused), Entry(now, "test", "改")))
    assert await line.ring() == 1
    assert line.exchange.orders == []


# what goes wrong --------------------------------------------------------------------------------------------------------
async def test_P21_the_row_is_there_before_the_exchange_is_told_and_a_crash_counts_as_a_try(line: Telephone) -> None:
    (number,) = await line.overdue()
    line.exchange.gate = asyncio.Event()
    ringing = asyncio.ensure_future(line.booth.call_one())
    await line.exchange.told.wait()
    assert line.results() == ["dialling"]
    ringing.cancel()                            # the service ends in the middle of the call
    await asyncio.gather(ringing, return_exceptions=True)
    assert line.results() == ["dialling"]
    line.exchange.gate = None
    await line.bank.house.store.run(lambda tx: tx.tasks.release(line.bank.clock()))         # the next one takes up what it had in hand
    line.bank.clock.on(minutes=1)
    assert await line.ring() == 1               # looked at, and not repeated
    assert len(line.exchange.orders) == 1
    line.bank.clock.on(minutes=10)
    await line.ring()
    assert line.results() == ["unknown"]
    assert line.book("电话外呼", number) == ["第1次，京北城区清河区支行 秦经理 01055500024：结果不明"]
    line.bank.clock.to("2026-07-28T09:30:00")
    await line.ring()
    assert line.results() == ["unknown", "acknowledged"]
    assert [call.attempt for call in line.calls()] == [1, 2]


async def test_P21_two_daemons_on_one_store_never_call_twice(line: Telephone) -> None:
    await line.overdue("1", "2", "3")
    line.bank.house.shelf.rules = replace(line.bank.house.rules, voice=replace(line.bank.house.rules.voice, at_once=9))
    names = iter(range(100))
    other = replace(line.booth, caller=Exchange(), token=lambda: f"hbc-other-{next(names):018}")
    for _ in range(6):
        await asyncio.gather(line.booth.call_one(), other.call_one())
        line.bank.clock.on(seconds=20)
    orders = [*line.exchange.orders, *other.caller.orders]
    assert len(orders) == len(line.calls()) == 3
    assert len({call.reminder for call in line.calls()}) == 3
    assert line.results() == ["acknowledged"] * 3


async def test_P21_one_number_is_not_rung_twice_at_the_same_time(line: Telephone) -> None:
    await line.overdue("1", "2")
    line.exchange.gate = asyncio.Event()
    first = asyncio.ensure_future(line.booth.call_one())
    await line.exchange.told.wait()
    await line.booth.call_one()                 # the other reminder is of the same contact
    assert len(line.exchange.orders) == 1
    line.exchange.gate.set()
    await first
    line.bank.clock.on(seconds=20)
    assert await line.ring() == 1
    assert line.results() == ["acknowledged", "acknowledged"]


async def test_P21_no_more_calls_at_once_than_the_bank_wants(bank: Bank) -> None:
    line = telephone(bank, at_once=1)
    await line.overdue("1", "2")
    calls = [(errand.id, n) for n, errand in enumerate(line.errands())]
    await bank.decide(lambda tx, now, rules: [tx.reminders.errand(one) for one, _ in calls])
    line.exchange.gate = asyncio.Event()
    first = asyncio.ensure_future(line.booth.call_one())
    await line.exchange.told.wait()
    allow(bank, phone="010-55500025", at_once=1)        # the next contact has another number
    await line.booth.call_one()
    assert len(line.exchange.orders) == 1
    line.exchange.gate.set()
    await first


@pytest.mark.parametrize(("answer", "result"), [
    (ConnectionRefusedError("AMI at 127.0.0.1:5038: refused"), "failed"), (ValueError("the number of a call must not go to the exchange"), "failed"),
    (KeyError("a defect"), "unknown"), (FAILED, "failed"),
])
async def test_P21_whatever_the_exchange_does_the_next_try_comes(line: Telephone, answer: object, result: str) -> None:
    await line.overdue()
    line.exchange.answers = [answer]    # type: ignore[list-item]
    assert await line.ring() == 1
    assert line.results() == [result]
    line.bank.clock.on(minutes=30)
    assert await line.ring() == 1
    assert line.results() == [result, "acknowledged"]


async def test_P21_an_exchange_that_never_answers_is_given_up(line: Telephone) -> None:
    await line.overdue()
    line.exchange.gate = asyncio.Event()
    line.booth = replace(line.booth, seconds=-45.0)     # no time at all beyond the ringing's end
    assert await line.ring() == 1
    assert line.results() == ["unknown"]


async def test_P21_a_test_call_of_which_nothing_is_told_is_given_up_with_the_cure() -> None:
    exchange = Exchange(gate=asyncio.Event())
    order = CallOrder("hbc-1", "13800000000", "/sounds/1.wav", "95580", 1)
    with pytest.raises(OSError, match=r"extensions\.conf.*read = user"):
        await try_once(exchange, order, -0.9)
    exchange.gate = None
    assert await try_once(exchange, order) == ACKNOWLEDGED


async def test_P21_without_a_voice_calls_are_left_to_people_and_no_try_is_lost(line: Telephone) -> None:
    await line.overdue()
    line.voice.dumb = True
    assert await line.ring() == 1
    assert line.calls() == []
    assert len(line.errands()) == 1
    line.voice.dumb = False
    line.bank.clock.on(minutes=10)
    assert await line.ring() == 1
    assert line.results() == ["acknowledged"]


async def test_P6_what_is_said_holds_nothing_of_the_customer(line: Telephone) -> None:
    await line.overdue(form__customer={"name": "欧阳娜娜子", "phone": "13912345678", "id_number": "110101199001011234", "account": "6217000000000000001", "address": "某某路十八号"})
    await line.ring()
    (said,) = line.voice.said
    for secret in ("欧阳", "娜娜", "幺三九", "六二幺七", "某某路", "态度", "道歉"):
        assert secret not in said
    assert "清河区" in said
    assert "听清请按一" in said


async def test_P21_the_room_calls_until_it_is_told_to_stop(line: Telephone) -> None:
    await line.overdue()
    room = asyncio.ensure_future(line.booth.run())
    await asyncio.wait_for(line.exchange.told.wait(), 30)
    while line.errands():
        await asyncio.sleep(0)
    room.cancel()
    await asyncio.gather(room, return_exceptions=True)
    assert line.results() == ["acknowledged"]


def test_P21_the_unit_called_is_the_one_that_allows_it(bank: Bank) -> None:
    allow(bank)
    assert bank.house.rules.directory.units[UnitCode(BRANCH)].phone_chasing
    assert timedelta(minutes=bank.house.rules.voice.again_minutes) == timedelta(minutes=30)
