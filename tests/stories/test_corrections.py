"""What people decide beside what triage said is kept, to learn from; a flag it missed holds the slip (P-9.1, P-14)."""

import pytest

from hotline_bridge.store.corrections import CATEGORY, FLAG, UNIT
from hotline_bridge.steps.assign import Change, assign
from hotline_bridge.steps.review import sign
from routing.case import Recording, State
from routing.errors import RuleError
from tests.conftest import HEARD, Bank
from tests.make import a_form

PLAIN = "客户称上地路营业所柜员态度冷淡，问三句不答一句，要求道歉。"
FLAGGED = "客户称在上地路营业所转账六万元，柜员操作失误转错账户，扬言找电视台曝光。"


def kept(bank: Bank, number: str) -> list[tuple[str, str, str]]:
    case = bank.case(number)
    return [(one.about, one.said, one.corrected) for one in bank.house.store.read_now(lambda tx: tx.corrections.by_case()).get(case.id, ())]


async def test_P9_1_a_flag_the_recording_does_not_bear_out_is_kept_as_a_correction(bank: Bank) -> None:
    number = (await bank.post(a_form(narrative=FLAGGED, recording="a.wav"))).number
    await bank.quiet()
    await bank.decide(sign, number, "复核员甲", "客户未提电视台", Recording("", HEARD), dismissed=["reputation"])
    await bank.quiet()
    assert kept(bank, number) == [(FLAG, "reputation", "")]
    assert any(one.what == "复核签字" and "不成立的标记：reputation" in one.says for one in bank.book(number))
    assert bank.case(number).state is State.SENT
    assert bank.case(number).id in bank.house.store.read_now(lambda tx: tx.corrections.signed())


async def test_P9_1_a_flag_that_was_never_raised_cannot_be_dismissed(bank: Bank) -> None:
    number = (await bank.post(a_form(narrative=FLAGGED, recording="a.wav"))).number
    await bank.quiet()
    with pytest.raises(RuleError, match="its flags are over_50k、reputation"):
        await bank.decide(sign, number, "复核员甲", "已复听", Recording("", HEARD), dismissed=["误导销售"])
    assert bank.case(number).state is State.HELD
    assert kept(bank, number) == []


async def test_P9_1_a_flag_that_triage_missed_holds_the_case_and_calls_its_slip_back(bank: Bank) -> None:
    number = (await bank.post(a_form(narrative=PLAIN))).number
    await bank.quiet()
    assert bank.case(number).state is State.SENT
    await bank.decide(assign, number, "desk", Change(flag="歧视骚扰", says="客户来电补充，柜员骂其乡下人"))
    await bank.quiet()
    case = bank.case(number)
    assert case.state is State.HELD
    assert case.verdict is not None
    assert case.verdict.has("歧视骚扰")
    assert kept(bank, number) == [(FLAG, "", "歧视骚扰")]
    assert any("人工标记 歧视骚扰" in entry.says for entry in bank.book(number))


async def test_P9_1_an_unknown_flag_is_refused_with_the_known_ones(bank: Bank) -> None:
    number = (await bank.post(a_form(narrative=PLAIN))).number
    await bank.quiet()
    with pytest.raises(RuleError, match="误导销售"):
        await bank.decide(assign, number, "desk", Change(flag="大事"))


async def test_P14_category_and_unit_of_the_desk_are_kept_beside_those_of_triage(bank: Bank) -> None:
    number = (await bank.post(a_form(narrative=PLAIN))).number
    await bank.quiet()
    await bank.assign(number, unit="B1010102", category="内部管理")
    await bank.assign(number, category="服务态度")          # on second thought triage was right
    assert kept(bank, number) == [(CATEGORY, "服务态度", "内部管理"), (UNIT, "B1010101", "B1010102"), (CATEGORY, "服务态度", "服务态度")]
