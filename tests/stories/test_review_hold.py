"""The hold before the slip (P-9.1): what a signature binds, and what breaks it."""

import pytest

from hotline_bridge.steps.review import hand_back
from routing.case import Recording, State
from routing.errors import RuleError
from tests.conftest import Bank
from tests.make import a_form

OUTLET = "ts-b1010101@branch.example"
OTHER = "ts-b1010102@branch.example"
FLAGGED = "客户称在上地路营业所转账六万元，柜员操作失误转错账户，要求更正。"


async def held(bank: Bank, call_id: str = "h1", narrative: str = FLAGGED, **more: str) -> str:
    posted = await bank.post(a_form(call_id, narrative=narrative, recording="a.wav", **more))
    await bank.quiet()
    assert bank.case(posted.number).state is State.HELD
    assert bank.relay.sent == []
    return posted.number


async def test_P9_1_exactly_fifty_thousand_is_not_over(bank: Bank) -> None:
    await bank.post(a_form(narrative="客户称在上地路营业所转账五万元整，柜员操作失误转错账户。"))
    await bank.quiet()
    assert bank.case().state is State.SENT


@pytest.mark.parametrize("narrative", [
    "客户系市人大代表，称上地路营业所柜员态度冷淡，要求道歉。",
    "客户称上地路营业所柜员态度恶劣，扬言今天就找电视台曝光。",
    "客户称上地路营业所柜员把保险当存款卖给七十五岁的老人。",
])
async def test_P9_1_figures_topics_and_publicity_hold_the_slip_too(bank: Bank, narrative: str) -> None:
    await held(bank, narrative=narrative)
    assert bank.words()[-1] == "待复听复核"


async def test_P9_1_the_seat_who_took_the_call_may_not_sign(bank: Bank) -> None:
    number = await held(bank)
    with pytest.raises(RuleError, match="another reviewer"):
        await bank.sign(number, who="8001")
    await bank.quiet()
    assert bank.relay.sent == []


async def test_P9_1_another_recording_after_the_signature_holds_it_again(bank: Bank) -> None:
    number = await held(bank)
    await bank.sign(number, sha256="a" * 64)
    case = bank.case(number)
    changed = case.recording.sha256
    assert changed == "a" * 64

    def swap(tx, now, rules) -> None:
        from dataclasses import replace

        from routing.case import Entry

        tx.cases.save(replace(tx.cases.get(case.id), recording=Recording("b.wav", "b" * 64)), Entry(now, "somebody", "换录音"))

    await bank.decide(swap)
    await bank.quiet()
    assert bank.relay.sent == []
    assert bank.case(number).state is State.HELD
    await bank.sign(number, sha256="b" * 64)
    await bank.quiet()
    assert len(bank.relay.to(OUTLET)) == 1


async def test_P9_1_another_recipient_after_the_signature_holds_it_again(bank: Bank) -> None:
    number = await held(bank)
    await bank.sign(number)
    await bank.assign(number, unit="B1010102")          # before the slip has left
    await bank.quiet()
    assert bank.relay.sent == []
    assert bank.case(number).state is State.HELD
    await bank.sign(number)
    await bank.quiet()
    assert len(bank.relay.to(OTHER)) == 1
    assert bank.relay.to(OUTLET) == []


async def test_P9_1_a_slip_that_went_out_is_held_anew_when_the_desk_sends_it_elsewhere(bank: Bank) -> None:
    number = await held(bank)
    await bank.sign(number)
    await bank.quiet()
    assert len(bank.relay.to(OUTLET)) == 1
    await bank.assign(number, unit="B1010102")
    await bank.quiet()
    assert bank.relay.to(OTHER) == []
    assert bank.case(number).state is State.HELD


async def test_P9_1_signing_twice_sends_once(bank: Bank) -> None:
    number = await held(bank)
    await bank.sign(number)
    await bank.sign(number, who="复核员乙")
    await bank.quiet()
    assert len(bank.relay.to(OUTLET)) == 1


async def test_a_case_handed_back_waits_at_the_desk(bank: Bank) -> None:
    number = await held(bank)
    await bank.decide(hand_back, number, "复核员甲", "录音里说的是另一家网点")
    await bank.quiet()
    assert bank.case(number).state is State.DESK
    assert bank.relay.sent == []
    await bank.assign(number, unit="B1010102")
    await bank.quiet()
    assert bank.case(number).state is State.HELD        # the flag stays: the desk cannot let it go around the reviewer


async def test_P21_a_held_case_is_not_out_of_sight(bank: Bank) -> None:
    number = await held(bank)
    assert bank.house.store.read_now(lambda tx: tx.cases.out_of_sight()) == []
    bank.clock.to("2026-08-03T14:00:01")
    await bank.quiet()
    await bank.quiet()
    assert any(number in letter.text for letter in bank.relay.to("desk@bank.example"))
    assert bank.relay.to(OUTLET) == []
