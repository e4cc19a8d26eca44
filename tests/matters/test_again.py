"""The same person again: linked after an answer, merged before it, reported where it does not end (P-18, law:18, C-5)."""

from dataclasses import replace

import pytest

from hotline_bridge.steps.close import reopen
from hotline_bridge.steps.matter import join_by_hand, leave_by_hand, merge_by_hand, unmerge_by_hand
from routing.case import State
from routing.errors import RuleError
from tests.conftest import Bank
from tests.make import NARRATIVE, WHOLE_ANSWER, a_form, a_mail

OUTLET, DESK = "ts-b1010101@branch.example", "desk@bank.example"
PARAPHRASE = "我又来投诉了，上次反映你们上地路营业所的柜员爱理不理赶人走，到现在没人给我道歉。"


def form(call: int, narrative: str = NARRATIVE, phone: str = "13800000001", **more: str) -> dict:
    return a_form(f"1784683800.{call}", narrative=narrative, caller=phone, form__customer={"name": "张某某", "phone": phone}, **more)


async def answered(bank: Bank, number: str) -> None:
    slip = next(one for one in bank.relay.to(OUTLET) if number in one.subject)
    bank.door.mail(a_mail(WHOLE_ANSWER, sender=OUTLET, message_id=f"<a{number}@branch.example>", reply_to_id=slip.message_id))
    await bank.quiet()
    assert bank.case(number).state is State.ANSWERED


async def test_P18_again_after_the_answer_is_linked_and_verified_again_and_the_desk_told(bank: Bank) -> None:
    first = await bank.post(form(1))
    await bank.quiet()
    await answered(bank, first.number)
    await bank.close(first.number, "已答复")
    bank.clock.on(days=3)
    again = await bank.post(form(2, NARRATIVE + "之前投诉过，处理结果不能接受。", "+86 138-0000-0001"))
    await bank.quiet()
    one, other = bank.case(first.number), bank.case(again.number)
    assert one.matter == other.matter is not None
    assert "再次投诉" in bank.words(first.number)
    assert "再次投诉" in bank.words(again.number)
    assert first.number in next(line.says for line in bank.book(again.number) if line.what == "再次投诉")
    assert other.state is State.SENT                        # verified again
    assert [one for one in bank.relay.to(DESK) if "再次投诉" in one.subject and again.number in one.subject]
    (slip,) = [one for one in bank.relay.to(OUTLET) if again.number in one.subject]
    assert f"【再次投诉】第 1 次，首件 {first.number}" in slip.text
    assert "【再次投诉】" not in bank.relay.to(OUTLET)[0].text


async def test_P18_in_other_words_too(bank: Bank) -> None:
    first = await bank.post(form(1))
    await bank.quiet()
    await answered(bank, first.number)
    again = await bank.post(form(2, PARAPHRASE))
    await bank.quiet()
    assert bank.case(again.number).matter == bank.case(first.number).matter is not None
    assert "再次投诉" in bank.words(again.number)


async def test_P18_a_third_time_is_reported_to_the_customer_department_above_once(bank: Bank) -> None:
    for call in (1, 2, 3):
        posted = await bank.post(form(call))
        await bank.quiet()
        await answered(bank, posted.number)
        bank.clock.on(hours=2)
    told = [line.says for case in bank.cases() for line in bank.book(case.number) if line.what == "再次投诉上报"]
    assert len(told) == 1
    assert "第 2 次" in told[0]        # the sample directory has no customer department: the desk is asked to telephone
    assert [one for one in bank.relay.to(DESK) if "再次投诉须上报" in one.subject]


async def test_law_18_before_the_answer_a_merger_is_proposed_and_nothing_is_done_by_itself(bank: Bank) -> None:
    first = await bank.post(form(1))
    second = await bank.post(form(2, NARRATIVE.replace("多次", "几次")))
    await bank.quiet()
    assert bank.case(second.number).state is State.SENT
    (told,) = [one for one in bank.relay.to(DESK) if "建议并案" in one.subject]
    assert f"matters merge {second.number} {first.number}" in " ".join(told.text.split())
    assert "13800000001" not in told.text


async def test_law_18_merged_by_hand_its_words_go_to_whoever_handles_the_first_and_back_again(bank: Bank) -> None:
    first = await bank.post(form(1))
    await bank.quiet()
    second = await bank.post(form(2, NARRATIVE + "另外当天大堂经理也不管。"))
    await bank.quiet()
    before = bank.case(second.number)
    with pytest.raises(RuleError, match="say why"):
        await bank.decide(merge_by_hand, second.number, first.number, "desk", " ")
    await bank.decide(merge_by_hand, second.number, first.number, "desk", "同一投诉")
    await bank.quiet()
    merged = bank.case(second.number)
    assert (merged.state, merged.outcome, merged.merged_into) == (State.CLOSED, "并案", bank.case(first.number).id)
    (letter,) = [one for one in bank.relay.to(OUTLET) if "已并案" in one.subject]
    assert "大堂经理也不管" in letter.text.replace("\n", "")
    assert "并案来件" in bank.words(first.number)
    assert bank.house.store.read_now(lambda tx: tx.cases.out_of_sight()) == []
    await bank.decide(unmerge_by_hand, second.number, "desk", "两件不是一回事")
    await bank.quiet()
    back = bank.case(second.number)
    assert replace(back, matter=None) == replace(before, matter=None)      # state, limits, unit, answer: as it was
    assert bank.words(second.number)[-1] == "撤销并案"
    assert bank.house.store.read_now(lambda tx: tx.cases.out_of_sight()) == []
    with pytest.raises(RuleError, match="not merged"):
        await bank.decide(unmerge_by_hand, second.number, "desk", "再来一次")


async def test_law_18_merged_before_the_slip_has_left_the_words_go_with_it_and_are_judged(bank: Bank) -> None:
    first = await bank.post(form(1, "客户称柜员态度冷淡，多次催促客户离开，还把回单扔在柜台上，要求道歉。", unit=""))
    await bank.quiet()
    assert bank.case(first.number).state is State.DESK
    second = await bank.post(form(2, "客户称柜员态度冷淡，多次催促客户离开，还把回单扔在柜台上，不处理就找电视台曝光。", unit=""))
    await bank.quiet()
    await bank.decide(merge_by_hand, second.number, first.number, "desk", "同一投诉")
    case = bank.case(first.number)
    assert "电视台" in case.complaint.text
    assert case.verdict is not None
    assert case.verdict.has("reputation")           # P-9.1: what came later holds the slip too
    await bank.decide(unmerge_by_hand, second.number, "desk", "误并")
    assert "电视台" not in bank.case(first.number).complaint.text
    assert bank.case(second.number).state is State.DESK


async def test_P9_1_what_must_be_heard_again_is_not_carried_to_the_unit_by_a_merger(bank: Bank) -> None:
    first = await bank.post(form(1))
    await bank.quiet()
    second = await bank.post(form(2, NARRATIVE + "不处理就找电视台曝光。"))
    await bank.quiet()
    assert bank.case(second.number).state is State.HELD
    with pytest.raises(RuleError, match="heard again"):
        await bank.decide(merge_by_hand, second.number, first.number, "desk", "同一投诉")


async def test_law_18_two_people_and_answered_ones_are_not_merged(bank: Bank) -> None:
    first = await bank.post(form(1))
    other = await bank.post(form(2, phone="13900000002"))
    await bank.quiet()
    with pytest.raises(RuleError, match="two people"):
        await bank.decide(merge_by_hand, other.number, first.number, "desk", "同一投诉")
    with pytest.raises(RuleError, match="itself"):
        await bank.decide(merge_by_hand, other.number, other.number, "desk", "同一投诉")
    await answered(bank, first.number)
    with pytest.raises(RuleError, match="P-18"):
        await bank.decide(merge_by_hand, other.number, first.number, "desk", "同一投诉")


async def test_law_18_a_pack_may_merge_by_itself_and_no_second_slip_leaves(bank: Bank) -> None:
    rules = bank.house.rules
    pack = rules.pack("psbc-95580")
    auto = pack.model_copy(update={"radar": pack.radar.model_copy(update={"merge": "auto"})})
    bank.house.shelf.rules = replace(rules, packs={**rules.packs, "psbc-95580": auto})
    first = await bank.post(form(1))
    await bank.quiet()
    second = await bank.post(form(2))
    await bank.quiet()
    assert bank.case(second.number).merged_into == bank.case(first.number).id
    assert not [one for one in bank.relay.to(OUTLET) if one.subject.startswith("【投诉转办单】" + second.number)]
    with pytest.raises(RuleError, match="unmerge"):
        await bank.decide(reopen, second.number, "desk", "客户又来")
    await bank.decide(unmerge_by_hand, second.number, "desk", "两件事")
    await bank.quiet()
    assert bank.case(second.number).state is State.SENT     # it goes its own way after all


async def test_P18_the_desk_says_it_is_another_matter_and_the_radar_leaves_it(bank: Bank) -> None:
    first = await bank.post(form(1))
    second = await bank.post(form(2))
    await bank.quiet()
    name = f"M-{bank.case(second.number).matter}"
    await bank.decide(leave_by_hand, second.number, name, "desk", "不是同一天的事")
    assert bank.case(second.number).matter is None
    await bank.assign(second.number, unit="B1010101", category="内部管理")
    await bank.quiet()
    assert bank.case(second.number).matter is None
    await bank.decide(join_by_hand, second.number, first.number, "desk", "核对后是同一事项")
    assert bank.case(second.number).matter == bank.case(first.number).matter
    acts = [bond.act for bond in bank.house.store.read_now(lambda tx: tx.matters.of_case(bank.case(second.number).id))]
    assert acts == ["joined", "left", "joined"]
    for wrong in ("M-999", "95580-20260722-000999", second.number):
        with pytest.raises(RuleError):
            await bank.decide(join_by_hand, second.number, wrong, "desk", "x")
