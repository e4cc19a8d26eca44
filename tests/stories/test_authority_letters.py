"""What an authority's letter may change, and what waits for a person: forged senders, misprinted dates, a customer's own words (D-6; law: articles 18, 25, 27)."""

from dataclasses import replace

import pytest

from hotline_bridge.steps.enter import enter
from routing.case import State
from routing.errors import RuleError
from routing.papers import Channel
from tests.conftest import Bank
from tests.entering.forms import ANSWER, LETTER, REGULATOR, an_entry, entered, from_regulator, registered
from tests.fakes import ZONE
from tests.make import a_mail

OUTLET, DESK = "ts-b1010101@branch.example", "desk@bank.example"
OTHER = LETTER.replace("7号", "8号").replace("王小明", "李大力").replace("13800000001", "13911112222")


async def came(bank: Bank, text: str = LETTER, message_id: str = "<z1@regulator.example>", **headers: str) -> None:
    bank.door.mail(from_regulator(text, message_id, headers=headers))
    await bank.quiet()


def due_of(bank: Bank, number: str) -> str:
    due = bank.case(number).complaint.authority_due
    return due.astimezone(ZONE).date().isoformat() if due else ""


def laid(bank: Bank, number: str) -> str:
    """What the desk was told about a letter; it waits there."""
    assert bank.case(number).state is State.DESK
    return next(entry.says for entry in bank.book(number) if entry.what == "来信待核对")


@pytest.mark.parametrize("pack", ["psbc-95580", "datong-96588"])
@pytest.mark.parametrize(("says", "why"), [("2062年8月6日前", "过远"), ("2026年7月1日前", "已过"), ("2026年11月1日前", "law:18")])
async def test_D6_law_18_a_date_that_cannot_be_meant_moves_nothing(bank: Bank, pack: str, says: str, why: str) -> None:
    registered(bank)
    await came(bank)
    case = bank.case()
    before = (case.complaint.authority_due, case.due, case.last_day)
    await came(bank, LETTER.replace("收到之日起15日内", says), "<z2@regulator.example>")
    case = bank.case(case.number)
    assert (case.complaint.authority_due, case.due, case.last_day) == before
    told = next(entry.says for entry in bank.book() if entry.what == "再次转办")
    assert "未采用" in told
    assert why in told
    assert any("未采用" in letter.text for letter in bank.relay.to(DESK))


@pytest.mark.parametrize(("says", "why"), [("2062年8月6日前", "过远"), ("2026年11月1日前", "law:18")])
@pytest.mark.parametrize("pack", ["datong-96588"])
async def test_D6_law_18_a_first_letters_date_beyond_the_law_waits_for_the_desk_under_the_banks_own_limit(bank: Bank, pack: str, says: str, why: str) -> None:
    registered(bank)
    await came(bank, LETTER.replace("收到之日起15日内", says))
    case = bank.case()
    assert why in laid(bank, case.number)
    assert case.complaint.authority_due is None
    assert case.law_due is not None
    assert case.last_day is not None
    assert case.last_day <= case.law_due
    assert bank.relay.to(OUTLET) == []


@pytest.mark.parametrize("servers", [(), ("mx.bank.example",)])
@pytest.mark.parametrize("accept", [False, True])
async def test_P6_a_forged_sender_moves_no_date(bank: Bank, servers: tuple[str, ...], accept: bool) -> None:
    registered(bank)
    await came(bank)
    first = bank.case()
    shelf = bank.house.shelf
    shelf.rules = replace(shelf.rules, identity=replace(shelf.rules.identity, trusted_servers=servers, accept_unverified=accept))
    for at, headers in enumerate(({}, {"Authentication-Results": "mx.bank.example; dmarc=fail header.from=regulator.example"})):
        bank.door.mail(a_mail(LETTER.replace("收到之日起15日内", "2026年7月30日前"), sender=REGULATOR, message_id=f"<evil{at}@x.example>", headers=headers))
    await bank.quiet()
    assert due_of(bank, first.number) == "2026-08-06"
    assert [case.state for case in bank.cases() if case.number != first.number] == [State.DESK, State.DESK]
    assert len(bank.relay.to(OUTLET)) == 1


async def test_P6_without_trusted_servers_a_first_letter_waits_too(bank: Bank) -> None:
    registered(bank)
    shelf = bank.house.shelf
    shelf.rules = replace(shelf.rules, identity=replace(shelf.rules.identity, trusted_servers=(), accept_unverified=False))
    bank.door.mail(a_mail(LETTER, sender=REGULATOR))
    await bank.quiet()
    assert "trusted_servers" in laid(bank, bank.case().number)


async def test_P9_6_a_flood_of_confirmed_letters_about_one_unit_waits_as_well(bank: Bank) -> None:
    registered(bank)
    most = bank.house.rules.limits.slips_to_unit
    for at in range(most + 5):
        bank.door.mail(from_regulator(LETTER.replace("7号", f"{100 + at}号"), f"<f{at}@regulator.example>"))
    await bank.quiet()
    assert len(bank.cases()) == most + 5
    assert len(bank.relay.to(OUTLET)) == most
    assert sum(case.state is State.DESK for case in bank.cases()) == 5


async def test_P3_a_number_in_the_customers_words_is_not_the_letters(bank: Bank) -> None:
    registered(bank)
    await came(bank)
    first = bank.case()
    evil = "此前转办编号：银监转〔2026〕7号未办。\n转办编号：银监转〔2026〕7号\n办理期限：2026年7月24日"
    before = OTHER.replace("转办编号：银监转〔2026〕8号\n", "").replace("投诉请求：", f"{evil}\n投诉请求：").replace("请妥善", "转办编号：银监转〔2026〕8号\n请妥善")
    inside = OTHER.replace("8号", "9号").replace("多次催促本人离开。", f"多次催促本人离开。\n{evil}")
    only = OTHER.replace("转办编号：银监转〔2026〕8号\n", "").replace("投诉请求：", "转办编号：银监转〔2026〕7号\n投诉请求：")
    for at, text in enumerate((before, inside, only)):
        await came(bank, text, f"<e{at}@regulator.example>")
    assert due_of(bank, first.number) == "2026-08-06"
    others = [case.number for case in bank.cases() if case.number != first.number]
    assert len(others) == 3
    for number in others:
        assert "转办编号" in laid(bank, number)
    assert len(bank.relay.to(OUTLET)) == 1


@pytest.mark.parametrize("pack", ["datong-96588"])
async def test_D6_a_date_in_the_customers_words_does_not_beat_the_letters_own(bank: Bank, pack: str) -> None:
    registered(bank)
    await came(bank, LETTER.replace("多次催促本人离开。", "多次催促本人离开。\n办理期限：2026年9月15日"))
    case = bank.case()
    assert "不一致" in laid(bank, case.number)
    assert due_of(bank, case.number) == "2026-08-06"


@pytest.mark.parametrize("pack", ["datong-96588"])
async def test_D6_a_seat_tells_of_an_authoritys_number_and_only_the_desk_moves_its_date(bank: Bank, pack: str) -> None:
    registered(bank)
    await came(bank)
    first = bank.case()
    said = {"channel": "监管转办", "authority": "某监管局", "authority_number": "银监转[2026]7号", "authority_due": "2026-08-03", "narrative": "改期"}
    again = await entered(bank, who="座席8001", **said)
    assert (again.number, again.standing) == (first.number, "linked")
    assert due_of(bank, first.number) == "2026-08-06"
    entry, now, rules = an_entry(bank, **said), bank.clock(), bank.house.rules
    again = await bank.house.store.run(lambda tx: enter(tx, entry, "处理岗甲", now, rules, desk=True))      # the very same words
    assert again.standing == "linked"
    assert due_of(bank, first.number) == "2026-08-03"


async def test_law_27_a_number_that_a_seat_used_before_does_not_swallow_the_letter(bank: Bank) -> None:
    registered(bank)
    squat = await entered(bank, who="座席8001", channel="意见簿(箱)", authority="某监管局", authority_number="银监转〔2026〕7号", **ANSWER)
    await bank.quiet()
    assert bank.case(squat.number).state is State.ANSWERED
    await came(bank)
    letter = next(case for case in bank.cases() if case.number != squat.number)
    assert letter.complaint.channel is Channel.REGULATOR
    assert len(bank.relay.to(OUTLET)) == 1


async def test_law_27_a_number_whose_case_a_person_entered_and_closed_goes_to_the_letters_case(bank: Bank) -> None:
    registered(bank)
    done = await entered(bank, channel="监管转办", authority="某监管局", authority_number="银监转〔2026〕7号", narrative="x")
    await bank.quiet()
    await bank.close(done.number, "撤诉", "自愿，已核实", free_will=True)
    await came(bank)
    letter = next(case for case in bank.cases() if case.number != done.number)
    assert done.number in laid(bank, letter.number)
    await came(bank, LETTER.replace("收到之日起15日内", "2026年7月30日前"), "<z2@regulator.example>")
    assert len(bank.cases()) == 2
    assert due_of(bank, letter.number) == "2026-07-30"


@pytest.mark.parametrize(("said", "heads", "asks"), [
    ("2人", 2, False), ("2人（代表5人）", 2, True), ("约3至5人", 3, True), ("1人，电话13800000001", 1, True), ("１２人", 12, False), ("9999999人", 0, True),
])
async def test_law_25_heads_are_the_first_number_and_never_joined(bank: Bank, said: str, heads: int, asks: bool) -> None:
    registered(bank)
    await came(bank, LETTER.replace("投诉请求：", f"投诉人数：{said}\n投诉请求："))
    case = bank.case()
    assert case.complaint.heads == heads
    assert (case.state is State.DESK) is asks
    assert not any("重大投诉" in letter.subject for letter in bank.relay.sent)


async def test_P9_1_who_enters_a_complaint_under_anothers_name_does_not_review_it(bank: Bank) -> None:
    done = await entered(bank, who="8001", taken_by="别人", narrative="客户称在上地路营业所被误导购买理财产品损失80万元，将向媒体曝光。")
    await bank.quiet()
    assert bank.case().state is State.HELD
    assert ("8001", "代为登记") in [(entry.who, entry.what) for entry in bank.book()]
    for who in ("8001", "别人"):
        with pytest.raises(RuleError, match=r"P-9\.1"):
            await bank.sign(done.number, who=who, findings="已核对")
    await bank.sign(done.number, who="8002", findings="已核对")
