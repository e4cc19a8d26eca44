"""A case's way over several mailboxes, down and home again; who leads and who assists (P-9.3, P-9.7, P-14.1)."""

from datetime import datetime

import pytest

from hotline_bridge.steps.hops import Onward, pass_on
from routing.case import State
from routing.errors import RuleError
from routing.hops import ANSWERED, ENDED, PASSED, SENT
from tests.conftest import Bank
from tests.fakes import ZONE
from tests.make import WHOLE_ANSWER, a_form
from tests.travelling import BRANCH, DESK, HOME, OUTLET, PRODUCT, PRODUCT_WORDS, UNION, away, hop, hops, mail, over_the_union, squeezed


# over the union (P-9.3, P-9.7) -------------------------------------------------------------------------------------------
async def test_P9_3_by_the_bridge_the_branch_leads_and_the_union_is_in_copy(bank: Bank) -> None:
    await away(bank)
    assert [(one.unit, one.mailbox, one.part, one.state) for one in hops(bank)] == [("E1", BRANCH, "主办", SENT), ("HQ-UNION", UNION, "抄送", SENT)]
    assert hop(bank, BRANCH).sent is not None


async def test_P9_3_P9_7_down_over_the_union_and_home_level_by_level(bank: Bank) -> None:
    over_the_union(bank)
    await away(bank)
    (asked,) = bank.relay.to(UNION)
    assert "请于收到后4个营业小时内将本件转江东省分行办理" in asked.text
    assert "转你单位转办" in asked.text
    assert "主办：江东省分行（本单位为转办）" in squeezed(asked.text)
    assert (hop(bank, UNION).part, bank.case().lead) == ("转办", "HQ-UNION")
    due = hop(bank, UNION).due
    assert due is not None
    assert due.astimezone(ZONE) == datetime(2026, 7, 22, 13, 30, tzinfo=ZONE)

    await mail(bank, "请转江东分行办理。", UNION)                        # the union answers; the bridge sends the slip on
    assert [one for one in bank.relay.to(BRANCH) if "由总行工会工委转来" in one.text]
    assert (hop(bank, UNION).state, hop(bank, BRANCH).part, bank.case().lead) == (PASSED, "主办", "E1")
    assert hop(bank, BRANCH).after == hop(bank, UNION).id

    await mail(bank, "请你所核实处理。", BRANCH, to=f"{OUTLET}, hotline@bank.example")       # the branch by its own mail, us in copy
    assert (hop(bank, BRANCH).state, hop(bank, OUTLET).letter, bank.case().lead) == (PASSED, None, "E1010101")
    assert bank.relay.to(OUTLET) == []

    await mail(bank, WHOLE_ANSWER, OUTLET)
    assert bank.case().state is State.ANSWERED
    assert {one.state for one in hops(bank)} == {ANSWERED}
    for box in (BRANCH, UNION):
        (home,) = [one for one in bank.relay.to(box) if "办理结果" in one.subject]
        assert "投诉处理岗←总行工会工委←江东省分行←临江市鼓楼台区湖南路营业所" in squeezed(home.text)
        assert "通报批评" in home.text
    (line,) = [one for one in bank.book() if one.what == "回复完整"]
    assert "回复路径：投诉处理岗 ← 总行工会工委 ← 江东省分行 ← 临江市鼓楼台区湖南路营业所" in line.says


async def test_P9_3_a_union_that_does_not_pass_on_is_reminded_once_and_the_desk_with_it(bank: Bank) -> None:
    over_the_union(bank)
    await away(bank)
    bank.clock.to("2026-07-22T13:29:00")
    await bank.quiet()
    assert not any(one.what == "逐级催办" for one in bank.book())
    for minute in ("13:30", "13:31", "14:05", "15:00"):
        bank.clock.to(f"2026-07-22T{minute}:01")
        await bank.quiet()
        await bank.quiet()
    (line,) = [one for one in bank.book() if one.what == "逐级催办"]
    assert "请即转下级行（P-9.3）" in line.says
    assert [one for one in bank.relay.to(UNION) if bank.case().number in one.text and "逾期未转办" in one.subject + one.text]
    assert any(bank.case().number in one.text for one in bank.relay.to(DESK))


async def test_P9_3_one_that_has_passed_on_is_not_reminded(bank: Bank) -> None:
    over_the_union(bank)
    number = await away(bank)
    await bank.decide(pass_on, number, "desk", Onward(says="工会电话要求转办"))
    await bank.quiet()
    bank.clock.to("2026-07-22T15:00:00")
    await bank.quiet()
    await bank.quiet()
    assert not any(one.what == "逐级催办" for one in bank.book())
    assert (hop(bank, BRANCH).part, hop(bank, BRANCH).rule) == ("主办", "P-9.3")
    (slip,) = bank.relay.to(BRANCH)
    assert "工会电话要求转办" in slip.text
    assert UNION in slip.to


async def test_P9_7_a_branch_passes_its_unit_the_slip_by_command_and_again_is_refused(bank: Bank) -> None:
    number = await away(bank)
    await bank.decide(pass_on, number, "desk", Onward())
    await bank.quiet()
    assert hop(bank, OUTLET).rule == "P-9.7"
    (slip,) = bank.relay.to(OUTLET)
    assert "由江东省分行转来" in slip.text
    with pytest.raises(RuleError, match=r"has case .* already"):
        await bank.decide(pass_on, number, "desk", Onward("E1010101", "E1010101"))
    with pytest.raises(RuleError, match="E1010101（主办）"):
        await bank.decide(pass_on, number, "desk", Onward("E101", "E1"))            # it does not lie there any more


async def test_P9_7_the_union_of_a_supervision_slip_gets_the_result(bank: Bank) -> None:
    await bank.post(a_form(form__channel="上门"))
    await bank.quiet()
    assert [(one.part, one.mailbox) for one in hops(bank)] == [("督办", HOME), ("抄送", "gonghui-b1@branch.example")]
    await mail(bank, WHOLE_ANSWER, HOME)
    assert any("办理结果" in one.subject for one in bank.relay.to("gonghui-b1@branch.example"))


async def test_P9_7_an_outlet_that_answers_for_its_branch_is_a_link_of_the_way(bank: Bank) -> None:
    await away(bank)
    await mail(bank, WHOLE_ANSWER, OUTLET)
    assert bank.case().state is State.ANSWERED
    assert (hop(bank, OUTLET).state, hop(bank, OUTLET).after) == (ANSWERED, hop(bank, BRANCH).id)
    assert any("办理结果" in one.subject for one in bank.relay.to(BRANCH))


async def test_P9_2_a_stranger_passes_nothing_on(bank: Bank) -> None:
    over_the_union(bank)
    await away(bank)
    await mail(bank, "请转江东分行办理。", "somebody@elsewhere.example")
    assert hop(bank, UNION).state == SENT
    assert bank.relay.to(BRANCH) == []


# lead and assist (P-14.1, T-3) -------------------------------------------------------------------------------------------
async def test_P14_1_the_answer_of_the_one_that_assists_goes_to_the_one_that_leads_and_completes_nothing(bank: Bank) -> None:
    await bank.post(a_form(form__category="服务产品", narrative=PRODUCT_WORDS))
    await bank.quiet()
    assert {(one.mailbox, one.part) for one in hops(bank)} == {(PRODUCT, "主办"), (HOME, "协办")}
    await mail(bank, WHOLE_ANSWER, HOME)
    assert bank.case().state is State.SENT
    assert hop(bank, HOME).state == ANSWERED
    (opinion,) = [one for one in bank.relay.to(PRODUCT) if "协办意见" in one.subject]
    assert "通报批评" in opinion.text
    assert "不代替主办单位的回复" in opinion.text
    await mail(bank, WHOLE_ANSWER, PRODUCT)
    assert bank.case().state is State.ANSWERED


async def test_P14_1_an_opinion_that_never_came_is_shown_to_the_desk_when_the_answer_is_in_and_at_closing(bank: Bank) -> None:
    posted = await bank.post(a_form(form__category="服务产品", narrative=PRODUCT_WORDS))
    await bank.quiet()
    await mail(bank, WHOLE_ANSWER, PRODUCT)
    assert "尚未反馈的协办单位：京北城区清河区上地路营业所" in next(one.says for one in bank.book() if one.what == "回复完整")
    await bank.close(posted.number, "已答复")
    assert any(one.what == "协办未回复" and "上地路营业所" in one.says for one in bank.book())
    assert {one.mailbox: one.state for one in hops(bank)} == {PRODUCT: ANSWERED, HOME: ENDED}


async def test_P14_1_the_one_that_assists_has_a_limit_of_its_own_and_is_reminded_by_it(bank: Bank) -> None:
    await bank.post(a_form(form__category="服务产品", narrative=PRODUCT_WORDS))
    await bank.quiet()
    due = hop(bank, HOME).due
    assert due is not None
    assert due.astimezone(ZONE) == datetime(2026, 7, 27, 17, 30, tzinfo=ZONE)
    for at in ("2026-07-27T17:30:01", "2026-07-28T09:00:01", "2026-07-28T14:00:01"):
        bank.clock.to(at)
        await bank.quiet()
        await bank.quiet()
    (line,) = [one for one in bank.book() if one.what == "逐级催办"]
    assert "请即反馈主办单位（P-14.1）" in line.says
    assert any(bank.case().number in one.text for one in bank.relay.to(HOME)[1:])
