"""What a merger must never do: tell whom it accuses, lose words or an answer, or quote what may not be forwarded (law:17, law:18; P-6, P-11.1, P-12, P-14.3)."""

import pytest

from hotline_bridge.steps.answer import judge
from hotline_bridge.steps.close import reopen
from hotline_bridge.steps.matter import merge_by_hand, unmerge_by_hand
from routing.case import State
from routing.errors import RuleError
from tests.conftest import Bank
from tests.fakes import Said, Sent
from tests.make import NARRATIVE, WHOLE_ANSWER, a_mail
from tests.matters.test_again import form
from tests.travelling import AWAY, BRANCH, DESK, HOME, OUTLET, PRODUCT_WORDS, UNION, over_the_union, squeezed, with_directory

JIANG, UNKNOWN = "jiang@branch.example", "不知道哪个网点"
CASH = "而且还少给了我三百元现金。"


def clerk_reads_the_mailbox(bank: Bank) -> None:
    with_directory(bank, {
        "code": "B1010101", "name": "上地路营业所", "full_name": "京北城区清河区上地路营业所", "level": "网点", "parent": "B10101", "division": "110101001",
        "mailbox": JIANG, "contact1": "姜大山", "contact1_mailbox": JIANG,
    })


async def posted(bank: Bank, call: int, words: str = NARRATIVE, **more: str) -> str:
    number = (await bank.post(form(call, words, **more))).number
    await bank.quiet()
    return number


async def merged(bank: Bank, number: str, into: str) -> int:
    """Merge, and return how many letters had left before."""
    before = len(bank.relay.sent)
    await bank.decide(merge_by_hand, number, into, "desk", "同一投诉")
    await bank.quiet()
    return before


def with_words(bank: Bank, words: str, since: int = 0) -> list[Sent]:
    return [one for one in bank.relay.sent[since:] if words in squeezed(one.text)]


# the accused ------------------------------------------------------------------------------------------------------------
async def test_law_17_what_names_the_clerk_is_not_merged_into_what_the_clerk_has(bank: Bank) -> None:
    clerk_reads_the_mailbox(bank)
    first = await posted(bank, 1)
    second = await posted(bank, 2, NARRATIVE + "就是姜大山本人骂人。", form__complained_person="姜大山")
    with pytest.raises(RuleError, match=r"law:17.*matters join"):
        await bank.decide(merge_by_hand, second, first, "desk", "同一投诉")
    assert not [one for one in with_words(bank, "姜大山本人") if JIANG in one.to]


async def test_P11_1_a_case_at_the_desk_takes_over_whom_the_merged_one_complains_of(bank: Bank) -> None:
    clerk_reads_the_mailbox(bank)
    first = await posted(bank, 1, "客户称柜员态度冷淡，要求道歉。", unit=UNKNOWN)
    second = await posted(bank, 2, NARRATIVE + "就是姜大山本人骂人。", form__complained_person="姜大山")
    before = await merged(bank, second, first)
    await bank.assign(first, unit="B1010101")
    await bank.quiet()
    assert with_words(bank, "姜大山本人", before)
    assert all(JIANG not in one.to for one in bank.relay.sent[before:])
    await bank.decide(unmerge_by_hand, second, "desk", "误并")
    assert bank.case(first).complaint.person_hint == ""
    assert "姜大山" not in bank.case(first).complaint.text


async def test_P14_3_a_crime_is_not_merged_into_what_the_unit_has(bank: Bank) -> None:
    first = await posted(bank, 1)
    second = await posted(bank, 2, "客户举报上地路营业所有人伪造签名冒名贷款。", form__category="金融犯罪")
    with pytest.raises(RuleError, match="inspection"):
        await bank.decide(merge_by_hand, second, first, "desk", "同一投诉")
    with pytest.raises(RuleError, match="inspection"):
        await bank.decide(merge_by_hand, first, second, "desk", "同一投诉")
    if bank.case(second).state is State.HELD:
        await bank.sign(second)
        await bank.quiet()
    with pytest.raises(RuleError, match="inspection"):
        await bank.decide(merge_by_hand, second, first, "desk", "同一投诉")


async def test_P9_1_a_signature_for_one_mailbox_is_none_for_another(bank: Bank) -> None:
    first = await posted(bank, 1, NARRATIVE, unit="上地路营业所")
    second = await posted(bank, 2, NARRATIVE.replace("上地路", "清河镇") + "不处理就找电视台曝光。", unit="清河镇营业所")
    assert bank.case(second).state is State.HELD
    await bank.sign(second)
    await bank.quiet()
    with pytest.raises(RuleError, match="did not sign for"):
        await bank.decide(merge_by_hand, second, first, "desk", "同一投诉")


# the words --------------------------------------------------------------------------------------------------------------
async def test_law_18_the_words_of_a_merged_case_stand_in_every_later_slip(bank: Bank) -> None:
    first, second = await posted(bank, 1), await posted(bank, 2, NARRATIVE + CASH)
    assert with_words(bank, "三百元", await merged(bank, second, first))
    before = len(bank.relay.sent)
    await bank.assign(first, unit="B1010102")
    await bank.quiet()
    assert [one for one in with_words(bank, "三百元", before) if one.subject.startswith("【投诉转办单】")]


async def test_law_18_and_in_the_slip_the_union_passes_on(bank: Bank) -> None:
    over_the_union(bank)
    first, second = await posted(bank, 1, AWAY, unit="湖南路营业所"), await posted(bank, 2, AWAY + CASH, unit="湖南路营业所")
    await merged(bank, second, first)
    before = len(bank.relay.sent)
    bank.door.mail(a_mail("请转江东分行办理。", sender=UNION, subject=f"回复 {first}", message_id="<u@hq.example>"))
    await bank.quiet()
    assert with_words(bank, "三百元", before)


async def test_law_18_and_in_the_slip_after_the_first_was_answered_and_reopened(bank: Bank) -> None:
    first, second = await posted(bank, 1), await posted(bank, 2, NARRATIVE + CASH)
    await merged(bank, second, first)
    bank.door.mail(a_mail(WHOLE_ANSWER, sender=HOME, subject=f"回复 {first}", message_id="<w@branch.example>"))
    await bank.quiet()
    await bank.close(first, "已答复")
    await bank.decide(reopen, first, "desk", "不满意")
    before = len(bank.relay.sent)
    await bank.assign(first, unit="B1010101")
    await bank.quiet()
    assert with_words(bank, "三百元", before)


async def test_P9_3_the_words_go_to_the_outlet_its_branch_forwarded_the_slip_to(bank: Bank) -> None:
    first = await posted(bank, 1, AWAY, unit="湖南路营业所")
    bank.door.mail(a_mail("请你所核实处理。", sender=BRANCH, to=f"{OUTLET}, hotline@bank.example", subject=f"转 {first}", message_id="<f@branch.example>"))
    await bank.quiet()
    second = await posted(bank, 2, AWAY + CASH, unit="湖南路营业所")
    before = await merged(bank, second, first)
    (letter,) = with_words(bank, "三百元", before)
    assert OUTLET in letter.to


async def test_P6_a_withheld_complaint_is_quoted_in_no_slip(bank: Bank) -> None:
    for name, words, headers in (("open", "柜员态度冷淡，要求道歉。", {}), ("shut", f"{NARRATIVE}我患有抑郁症，请勿外传。", {"X-Notes-Keep-Private": "1"})):
        bank.door.mail(a_mail(words, sender="zhang@customer.example", message_id=f"<{name}@customer.example>", headers=headers))
        await bank.quiet()
    second, one = bank.cases()
    first = one.number
    assert second.complaint.withheld
    before = await merged(bank, second.number, first)
    await bank.assign(first, unit="B1010101")
    await bank.quiet()
    if bank.case(first).state is State.HELD:
        await bank.sign(first)
        await bank.quiet()
    assert bank.case(first).state is State.SENT
    assert with_words(bank, second.number, before)
    assert not with_words(bank, "抑郁症", before)


async def test_law_18_a_merger_in_a_merged_case_is_taken_back_out_of_both(bank: Bank) -> None:
    first, second, third = [await posted(bank, call, f"客户称柜员态度冷淡，要求道歉。第{call}次来电。", unit=UNKNOWN) for call in (1, 2, 3)]
    await merged(bank, third, second)
    await merged(bank, second, first)
    assert "第3次" in bank.case(first).complaint.text
    await bank.decide(unmerge_by_hand, third, "desk", "另一件事")
    assert "第3次" not in bank.case(first).complaint.text
    assert "第2次" in bank.case(first).complaint.text
    assert bank.words(first)[-1] == "撤销并案"
    await bank.decide(unmerge_by_hand, second, "desk", "另一件事")
    assert "第2次" not in bank.case(first).complaint.text


async def test_law_18_and_the_desk_hears_of_it_where_the_words_have_left(bank: Bank) -> None:
    first, second, third = [await posted(bank, call, NARRATIVE + f"第{call}次来电。") for call in (1, 2, 3)]
    await merged(bank, third, second)
    await merged(bank, second, first)
    await bank.decide(unmerge_by_hand, third, "desk", "另一件事")
    await bank.quiet()
    assert [one for one in bank.relay.to(DESK) if "撤销并案" in one.subject and first in one.subject]


# answers ----------------------------------------------------------------------------------------------------------------
async def test_P12_the_answer_to_a_merged_cases_slip_answers_the_case_it_goes_on_in(bank: Bank) -> None:
    first, second = await posted(bank, 1), await posted(bank, 2, NARRATIVE.replace("多次", "几次"))
    await merged(bank, second, first)
    slip = next(one for one in bank.relay.to(HOME) if second in one.subject)
    bank.door.mail(a_mail(WHOLE_ANSWER, sender=HOME, subject=f"回复 {second}", message_id="<q@branch.example>", reply_to_id=slip.message_id))
    await bank.quiet()
    assert bank.case(first).state is State.ANSWERED


async def test_P12_a_claim_from_before_the_merger_is_accepted_where_the_case_goes_on(bank: Bank) -> None:
    first, second = await posted(bank, 1), await posted(bank, 2, NARRATIVE.replace("多次", "几次"))
    bank.door.mail(a_mail(WHOLE_ANSWER, sender="stranger@branch.example", subject=f"回复 {second}", message_id="<q@branch.example>"))
    await bank.quiet()
    await merged(bank, second, first)
    (claim,) = bank.house.store.read_now(lambda tx: tx.answers.claimed())
    await bank.decide(judge, claim.id, "desk", accept=True)
    assert bank.case(first).state is State.ANSWERED
    assert "认定为回复" in bank.words(second)


async def test_P12_a_case_that_has_its_answer_is_not_merged_away(bank: Bank) -> None:
    first, second = await posted(bank, 1), await posted(bank, 2, NARRATIVE.replace("多次", "几次"))
    bank.door.mail(a_mail(WHOLE_ANSWER, sender=HOME, subject=f"回复 {second}", message_id="<q@branch.example>"))
    await bank.quiet()
    assert bank.case(second).state is State.ANSWERED
    with pytest.raises(RuleError, match="has its answer"):
        await bank.decide(merge_by_hand, second, first, "desk", "同一投诉")


# taken back -------------------------------------------------------------------------------------------------------------
async def test_P14_1_a_slip_that_the_merger_stopped_leaves_once_it_is_taken_back(bank: Bank) -> None:
    first = await posted(bank, 1, PRODUCT_WORDS, form__category="服务产品")
    bank.relay.answers[HOME] = Said("later", "451 4.2.0 busy")
    second = await posted(bank, 2, PRODUCT_WORDS + "请尽快。", form__category="服务产品")
    await merged(bank, second, first)
    del bank.relay.answers[HOME]
    await bank.decide(unmerge_by_hand, second, "desk", "两件事")
    await bank.quiet()
    assert bank.case(second).state is State.SENT
    assert [one for one in bank.relay.to(HOME) if second in one.subject]
