"""Whose words move a hop, and which do not: superiors, outlets below, whoever gave the case back, who rules (T-4, T-7, P-9.3, P-11.2)."""

from datetime import datetime

import pytest

from hotline_bridge.steps.hops import Onward, pass_on, promise, rule
from hotline_bridge.steps.answer import judge
from hotline_bridge.store.answers import COUNTED
from routing.case import State
from routing.errors import RuleError
from routing.hops import ANSWERED, BEGUN, PASSED, RETURNED, SENT
from tests.conftest import Bank
from tests.fakes import ZONE
from tests.make import HALF_ANSWER, WHOLE_ANSWER, a_form, a_mail
from tests.travelling import BRANCH, DESK, HOME, OUTLET, PRODUCT, PRODUCT_WORDS, away, hop, hops, mail, squeezed, with_directory

OTHER, ABOVE = "ts-b1010102@branch.example", "ts-b1@branch.example"
NOT_OURS = "该业务不属于我所职责范围，请退回。"
RULERS = "fuwu-b1@branch.example"
REST = "三、应吸取的教训及整改措施：组织全员学习服务规范，增加大堂引导。\n四、客户对处理结果的满意程度：满意\n五、处理时间：2026年7月22日\n六、经办人：陆经理\n七、联系电话：010-55500017"


async def at_home(bank: Bank, **more: str) -> str:
    posted = await bank.post(a_form(**more))
    await bank.quiet()
    return posted.number


def to_desk(bank: Bank, about: str) -> list[str]:
    return [squeezed(one.text) for one in bank.relay.to(DESK) if about in one.subject]


# a superior's word (T-4) -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("pack", ["three-line"])
@pytest.mark.parametrize("words", ["请你所高度重视，尽快核实处理。", "该件不属于我行受理范围，请你所抓紧。", "请转清河镇营业所一并办理。"])
async def test_T4_a_superior_that_urges_its_unit_has_neither_begun_nor_given_back_for_it(bank: Bank, words: str) -> None:
    await at_home(bank)
    await mail(bank, words, ABOVE)
    assert (hop(bank, HOME).state, hop(bank, HOME).begun, len(hops(bank))) == (SENT, None, 1)
    assert not any("请补充" in one.subject for one in bank.relay.to(ABOVE))
    assert any(one.what == "上级来函" for one in bank.book())
    bank.clock.to("2026-07-22T11:31:00")
    await bank.quiet()
    await bank.quiet()
    assert any(one.what == "逐级催办" and "（T-4）" in one.says for one in bank.book())


@pytest.mark.parametrize("pack", ["three-line"])
async def test_P9_7_a_superior_that_answers_wholly_for_its_unit_counts(bank: Bank) -> None:
    await at_home(bank)
    await mail(bank, WHOLE_ANSWER, ABOVE)
    assert bank.case().state is State.ANSWERED


@pytest.mark.parametrize("pack", ["three-line"])
async def test_P12_a_superiors_short_word_that_the_desk_takes_for_an_answer_counts(bank: Bank) -> None:
    number = await at_home(bank)
    bank.door.mail(a_mail("经核实，柜员态度冷淡属实，已通报批评。", sender=f"{ABOVE}, x@elsewhere.example", subject=f"回复 {number}", message_id="<doubt@x.example>"))
    await bank.quiet()
    (claimed,) = bank.house.store.read_now(lambda tx: tx.answers.claimed())
    await bank.decide(judge, claimed.id, "desk", accept=True)
    (counted,) = bank.house.store.read_now(lambda tx: tx.answers.of_case(bank.case().id, COUNTED))
    assert counted.id == claimed.id


async def test_T7_an_outlet_below_gives_back_what_its_branch_passed_it_without_a_word(bank: Bank) -> None:
    number = await away(bank)
    await mail(bank, NOT_OURS, OUTLET)
    assert (hop(bank, BRANCH).state, hop(bank, OUTLET).state) == (PASSED, RETURNED)
    await bank.decide(rule, number, "desk", "E1", "由省分行自办")
    assert next(one.state for one in hops(bank) if one.mailbox == BRANCH) == PASSED
    assert bank.case().lead == "E1"


@pytest.mark.parametrize("words", ["已转告客户，我行将认真整改。", "经核实，资金已转给客户指定收款人，柜员无误。"])
async def test_P9_3_an_ordinary_answer_of_a_branch_sends_its_outlet_nothing(bank: Bank, words: str) -> None:
    await away(bank)
    await mail(bank, words, BRANCH)
    assert (hop(bank, BRANCH).state, bank.relay.to(OUTLET)) == (BEGUN, [])


# more time (P-11.2) ------------------------------------------------------------------------------------------------------
async def test_P11_2_a_unit_that_asks_for_time_is_laid_before_the_desk_and_not_asked_for_elements(bank: Bank) -> None:
    number = await at_home(bank)
    due = bank.case().due
    await mail(bank, "因需调取外地凭证，申请延期三个工作日，已于今日电话告知客户。", HOME)
    (told,) = to_desk(bank, "来函申请延期")
    assert f"casesextend{number}--until" in told
    assert (bank.case().due, bank.case().state, hop(bank, HOME).state) == (due, State.SENT, BEGUN)
    assert not any("请补充" in one.subject for one in bank.relay.to(HOME))
    await mail(bank, "再次申请延期三个工作日。", HOME, name="again")
    assert len(to_desk(bank, "来函申请延期")) == 2


# given back and ruled (T-7) ----------------------------------------------------------------------------------------------
async def test_T7_the_ruling_replaces_who_led_and_not_who_assisted(bank: Bank) -> None:
    number = await at_home(bank, form__category="服务产品", narrative=PRODUCT_WORDS)
    await mail(bank, "该业务不属于我部职责范围，请退回。", PRODUCT)
    await mail(bank, NOT_OURS, HOME)
    with pytest.raises(RuleError, match=r"B10101 has not given .* back; these have: "):
        await bank.decide(rule, number, "desk", "B1", "x", from_="B10101")
    with pytest.raises(RuleError, match="nobody leads case"):
        await bank.decide(pass_on, number, "desk", Onward("B10101"))
    await bank.decide(rule, number, "desk", "B10101", "由清河区支行主办")
    assert (bank.case().lead, hops(bank)[-1].part) == ("B10101", "主办")
    await bank.decide(rule, number, "desk", "B1010102", "由清河镇所协办", from_="B1010101")
    assert (bank.case().lead, hops(bank)[-1].part, hops(bank)[-1].unit) == ("B10101", "协办", "B1010102")
    with pytest.raises(RuleError, match="not ruled on yet"):
        await bank.decide(rule, number, "desk", "B1010102", "x")


async def test_T7_a_branch_has_again_what_its_outlet_gave_back(bank: Bank) -> None:
    number = await away(bank)
    await bank.decide(pass_on, number, "desk", Onward("E1010101"))
    await bank.quiet()
    await mail(bank, "不属于我所职责，请退回。", OUTLET)
    await bank.decide(rule, number, "desk", "E1", "由省分行自办")
    await bank.quiet()
    assert [(one.unit, one.state) for one in hops(bank) if one.part == "主办"] == [("E1", PASSED), ("E1010101", RETURNED), ("E1", SENT)]
    await mail(bank, WHOLE_ANSWER, BRANCH)
    assert bank.case().state is State.ANSWERED


async def test_T7_a_branch_passes_on_to_another_what_its_outlet_gave_back(bank: Bank) -> None:
    number = await away(bank)
    await bank.decide(pass_on, number, "desk", Onward("E1010101"))
    await bank.quiet()
    await mail(bank, "不属于我所职责，请退回。", OUTLET)
    await mail(bank, "请你支行核实处理。", BRANCH, to="ts-e10101@branch.example, hotline@bank.example")
    assert bank.case().lead == "E10101"
    with pytest.raises(RuleError, match="not ruled on yet"):
        await bank.decide(rule, number, "desk", "E101", "x")


async def test_T7_P12_two_halves_of_two_units_make_no_whole_answer(bank: Bank) -> None:
    number = await at_home(bank)
    await mail(bank, HALF_ANSWER, HOME)
    await mail(bank, NOT_OURS, HOME, name="back")
    await bank.decide(rule, number, "desk", "B1010102", "由清河镇所办理")
    await bank.quiet()
    await mail(bank, REST, OTHER)
    assert bank.case().state is State.SENT
    await mail(bank, WHOLE_ANSWER, OTHER, name="whole")
    assert bank.case().state is State.ANSWERED


async def test_T7_who_was_ruled_out_completes_nothing_and_the_desk_reads_it(bank: Bank) -> None:
    number = await at_home(bank)
    await mail(bank, NOT_OURS, HOME)
    await bank.decide(rule, number, "desk", "B1010102", "由清河镇所办理")
    await bank.quiet()
    await mail(bank, WHOLE_ANSWER, HOME, name="late")
    assert (bank.case().state, hop(bank, HOME).state) == (State.SENT, RETURNED)
    assert len(to_desk(bank, "已退回单位来函")) == 1
    await mail(bank, WHOLE_ANSWER, OTHER)
    assert bank.case().state is State.ANSWERED


async def test_T7_a_unit_that_gave_back_and_was_not_ruled_on_may_answer_after_all(bank: Bank) -> None:
    await at_home(bank)
    await mail(bank, NOT_OURS, HOME)
    await mail(bank, WHOLE_ANSWER, HOME, name="late")
    assert bank.case().state is State.ANSWERED


@pytest.mark.parametrize("pack", ["three-line"])
async def test_T7_until_it_is_ruled_who_decides_is_reminded_and_the_unit_left_in_peace(bank: Bank) -> None:
    with_directory(bank, {"code": "B1-SERVICE", "name": "京北分行服务管理部", "level": "部门", "parent": "B1", "mailbox": RULERS})
    number = await at_home(bank)
    await mail(bank, NOT_OURS, HOME)
    before = len(bank.relay.sent)
    for day in range(23, 32):
        for hour in ("09:00:01", "14:00:01"):
            bank.clock.to(f"2026-07-{day}T{hour}")
            await bank.quiet()
            await bank.quiet()
    later = bank.relay.sent[before:]
    assert {box for one in later for box in one.to} == {RULERS, DESK}
    assert any(one.what == "催办" and "待裁定提醒（T-7）" in one.says for one in bank.book())
    await mail(bank, "经研究，裁定仍由上地路营业所办理，请即转该所。", RULERS)
    (told,) = to_desk(bank, "裁定来函")
    assert "裁定仍由上地路营业所办理" in told
    assert f"casesrule{number}" in told
    assert not to_desk(bank, "疑似回复")
    assert hop(bank, RULERS).state == ANSWERED
    await bank.decide(rule, number, "desk", "B1010101", "仍由上地路所办理")
    before = len(bank.relay.sent)
    for hour in ("08-03T09:00:01", "08-03T14:00:01", "08-04T09:00:01"):
        bank.clock.to(f"2026-{hour}")
        await bank.quiet()
        await bank.quiet()
    assert any(HOME in one.to and number in one.subject and "逾期" in one.subject for one in bank.relay.sent[before:])


@pytest.mark.parametrize("pack", ["three-line"])
async def test_T3_a_second_promised_date_is_reminded_of_too(bank: Bank) -> None:
    number = await at_home(bank, form__category="服务产品", narrative=PRODUCT_WORDS)
    await bank.decide(promise, number, "desk", datetime(2026, 7, 24, 17, 30, tzinfo=ZONE), "x")
    for when in ("24T17:30:01", "27T09:30:01"):
        bank.clock.to(f"2026-07-{when}")
        await bank.quiet()
        await bank.quiet()
    await bank.decide(promise, number, "desk", datetime(2026, 7, 29, 17, 30, tzinfo=ZONE), "y")
    for when in ("29T17:29:00", "29T17:30:01", "30T09:30:00", "31T10:00:00"):
        bank.clock.to(f"2026-07-{when}")
        await bank.quiet()
        await bank.quiet()
    reminded = [one.at.astimezone(ZONE).day for one in bank.book() if one.what == "逐级催办" and "承诺日期已到" in one.says and PRODUCT in one.says]
    assert reminded == [24, 29]
