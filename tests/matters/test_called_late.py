"""What a customer writes to the form: only the plain word counts, and nothing they write is lost or comes at the wrong time (P-3, P-12, P-18, P-21)."""

import pytest

from hotline_bridge.steps.callback import note
from hotline_bridge.steps.close import reopen
from routing.case import REOPENED, State
from routing.errors import RuleError
from routing.satisfaction import one_word
from tests.conftest import Bank
from tests.make import WHOLE_ANSWER, a_form, a_mail
from tests.matters.test_callbacks import CUSTOMER, DESK, OUTLET, closed, forms, reply
from tests.travelling import BRANCH, UNION, away, mail, over_the_union


async def asked(bank: Bank) -> str:
    """A closed case about which the first form has left on Thursday the 23rd."""
    number = await closed(bank, phone="", address=CUSTOMER)
    bank.clock.to("2026-07-23T10:00:00")
    await bank.quiet()
    return number


async def in_vain(bank: Bank) -> str:
    """A closed case about which three forms were not answered."""
    form = a_form(caller="", form__customer={"name": "王小芳", "phone": "", "address": CUSTOMER})
    posted = await bank.post(form)
    await bank.quiet()
    bank.door.mail(a_mail(WHOLE_ANSWER, sender=OUTLET, message_id="<a1@branch.example>", reply_to_id=bank.relay.to(OUTLET)[0].message_id))
    await bank.quiet()
    await bank.close(posted.number, "已答复")
    for day in (23, 24, 27, 28, 29):
        bank.clock.to(f"2026-07-{day}T10:00:00")
        await bank.quiet()
    assert len(forms(bank)) == 3
    return posted.number


@pytest.mark.parametrize(("words", "said"), [
    ("满意", "满意"), ("非常满意！", "满意"), ("不满意。", "不满意"), ("满意\n\n满意", "满意"), ("满意？", ""), ("满意?\n不满意", ""),
    ("满意？\n根本不满意，我要去银保监会投诉！", ""), ("非常满意！\n才怪，钱还没退", ""), ("", ""),
])
def test_P18_only_the_word_alone_counts(words: str, said: str) -> None:
    assert one_word(words) == said


@pytest.mark.parametrize("words", ["满意？\n根本不满意，我要去银保监会投诉！", "非常满意！\n才怪，钱还没退给我"])
async def test_P18_a_word_that_the_next_line_takes_back_is_read_by_a_person(bank: Bank, words: str) -> None:
    number = await asked(bank)
    before = bank.book(number)
    await reply(bank, words)
    assert [line.what for line in bank.book(number)[len(before):] if line.what != "投递结果"] == ["客户来信"]
    assert [one for one in bank.relay.to(DESK) if "客户来信" in one.subject]


async def test_P18_a_word_without_the_seal_of_the_form_is_read_by_a_person(bank: Bank) -> None:
    number = await asked(bank)
    forged = a_mail("不满意", sender=CUSTOMER, to="hotline@bank.example", message_id="<forged@x.example>", reply_to_id=forms(bank)[0].message_id)
    bank.door.mail(forged)
    await bank.quiet()
    assert bank.case(number).state is State.CLOSED
    assert "客户来信" in bank.words(number)
    assert REOPENED not in bank.words(number)


async def test_P18_the_form_is_taken_back_where_the_case_is_opened_again(bank: Bank) -> None:
    number = await closed(bank, phone="", address=CUSTOMER)
    bank.clock.to("2026-07-23T10:00:00")
    bank.relay.down = True
    await bank.quiet()
    await bank.decide(reopen, number, "desk", "客户来电不满意")
    bank.clock.to("2026-07-23T14:30:00")
    bank.relay.down = False
    await bank.quiet()
    assert forms(bank) == []
    assert bank.case(number).state is State.DESK


async def test_P21_a_form_the_relay_did_not_take_by_day_waits_for_the_next_morning(bank: Bank) -> None:
    await closed(bank, phone="", address=CUSTOMER)
    bank.clock.to("2026-07-23T10:00:00")
    bank.relay.down = True
    await bank.quiet()
    bank.clock.to("2026-07-23T23:30:00")
    bank.relay.down = False
    await bank.quiet()
    assert forms(bank) == []
    bank.clock.to("2026-07-24T08:30:00")
    await bank.quiet()
    assert forms(bank)


async def test_P9_7_a_result_that_has_not_left_does_not_go_home_once_the_case_goes_on(bank: Bank) -> None:
    over_the_union(bank)
    number = await away(bank)
    await mail(bank, "请转江东分行办理。", UNION)
    bank.relay.down = True
    await mail(bank, WHOLE_ANSWER, BRANCH)
    await bank.assign(number, unit="B1010101")
    bank.relay.down = False
    bank.clock.on(minutes=40)
    await bank.quiet()
    assert not [one for one in bank.relay.to(UNION) if "办理结果" in one.subject]


async def test_P9_7_a_result_still_goes_home_where_the_case_only_closes(bank: Bank) -> None:
    over_the_union(bank)
    number = await away(bank)
    await mail(bank, "请转江东分行办理。", UNION)
    bank.relay.down = True
    await mail(bank, WHOLE_ANSWER, BRANCH)
    await bank.close(number, "已答复")
    bank.relay.down = False
    bank.clock.on(minutes=40)
    await bank.quiet()
    assert [one for one in bank.relay.to(UNION) if "办理结果" in one.subject]


async def test_P18_dissatisfied_after_the_last_form_opens_the_case_all_the_same(bank: Bank) -> None:
    number = await in_vain(bank)
    await reply(bank, "不满意")
    assert bank.case(number).state is State.DESK
    assert [one for one in bank.relay.to(DESK) if "客户不满意" in one.subject]


async def test_P18_a_call_back_of_theirs_may_be_written_down_after_the_last_try(bank: Bank) -> None:
    number = await in_vain(bank)
    with pytest.raises(RuleError, match="cases reopen"):
        await bank.decide(note, number, "8001", "unreachable", "")
    await bank.decide(note, number, "8001", "dissatisfied", "客户自己来电")
    assert bank.case(number).state is State.DESK


async def test_P3_a_whole_complaint_written_to_an_old_form_opens_a_case(bank: Bank) -> None:
    number = await asked(bank)
    await reply(bank, "满意")
    words = "我7月25日又在清河镇营业所办理取款，柜员操作失误少给了我五百元现金，当场不承认，还让保安把我赶了出去，要求查监控、补足差额并道歉，否则我将向监管部门反映情况。"
    asked_by = forms(bank)[-1]
    await reply(bank, words, reply_to_id=asked_by.message_id)
    (new,) = (case for case in bank.cases() if case.number != number)
    assert "少给了我五百元" in new.complaint.text
    assert [line for line in bank.book(number) if line.what == "客户来信" and "已另行登记" in line.says]


async def test_P18_the_desk_is_told_what_it_can_do(bank: Bank) -> None:
    number = await asked(bank)
    await reply(bank, "满意")
    await reply(bank, "不满意")
    letter = [one for one in bank.relay.to(DESK) if "客户来信" in one.subject][-1]
    assert f"cases reopen {number}" in " ".join(letter.text.split())

