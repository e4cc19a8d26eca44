"""The customer is asked once the case is closed; what they say closes it for good or opens it again (P-12, P-18, P-21)."""

from dataclasses import replace

import pytest

from hotline_bridge.steps.callback import note
from hotline_bridge.steps.close import reopen
from hotline_bridge.store.callbacks import Callback
from routing.case import State
from routing.errors import RuleError
from tests.conftest import Bank
from tests.fakes import Sent
from tests.make import NARRATIVE, WHOLE_ANSWER, a_form, a_mail

OUTLET, DESK, CUSTOMER = "ts-b1010101@branch.example", "desk@bank.example", "wang@customer.example"


async def closed(bank: Bank, answer: str = WHOLE_ANSWER, outcome: str = "已答复", **customer: object) -> str:
    """A case closed after a whole answer on Wednesday the 22nd; returns its number."""
    posted = await bank.post(a_form(form__customer={"name": "王小芳", "phone": "13800000001", **customer}))
    await bank.quiet()
    (slip,) = bank.relay.to(OUTLET)
    bank.door.mail(a_mail(answer, sender=OUTLET, message_id="<a1@branch.example>", reply_to_id=slip.message_id))
    await bank.quiet()
    await bank.close(posted.number, outcome)
    await bank.quiet()
    return posted.number


def waiting(bank: Bank) -> list[Callback]:
    now = bank.clock()
    return bank.house.store.read_now(lambda tx: tx.callbacks.waiting(now, 10))


def forms(bank: Bank) -> list[Sent]:
    return bank.relay.to(CUSTOMER)


async def reply(bank: Bank, words: str, sender: str = CUSTOMER, **more: str) -> None:
    asked = forms(bank)[-1]
    to = str(asked.mail["Reply-To"]).rpartition("<")[2].rstrip(">")
    bank.door.mail(a_mail(words, sender=sender, **{"to": to, "message_id": f"<r{len(bank.relay.sent)}@customer.example>", "subject": "回复", **more}))
    await bank.quiet()


async def test_P12_the_units_answer_says_how_content_the_customer_is(bank: Bank) -> None:
    number = await closed(bank, WHOLE_ANSWER.replace("满意程度：满意", "满意程度：客户不太满意，但表示理解"))
    assert bank.case(number).satisfaction == "不满意"


async def test_P21_whoever_left_a_telephone_stands_in_the_desks_list_on_the_next_working_day(bank: Bank) -> None:
    number = await closed(bank)
    assert waiting(bank) == []
    bank.clock.to("2026-07-23T08:30:00")
    await bank.quiet()
    (one,) = waiting(bank)
    assert one.case == bank.case(number).id
    assert forms(bank) == []
    await bank.decide(note, number, "8001", "satisfied", "谢谢")
    assert waiting(bank) == []
    assert bank.case(number).satisfaction == "满意"
    assert (bank.book(number)[-1].what, bank.book(number)[-1].says) == ("回访", "满意：谢谢")
    with pytest.raises(RuleError, match="nobody is to be called"):
        await bank.decide(note, number, "8001", "satisfied", "")


async def test_P18_dissatisfied_opens_it_again_and_the_desk_hears_of_it(bank: Bank) -> None:
    number = await closed(bank)
    bank.clock.to("2026-07-23T10:00:00")
    await bank.quiet()
    await bank.decide(note, number, "8001", "dissatisfied", "没有道歉")
    await bank.quiet()
    case = bank.case(number)
    assert case.state is State.DESK
    assert "没有道歉" in case.complaint.text
    assert [one for one in bank.relay.to(DESK) if "客户不满意" in one.subject]
    assert bank.house.store.read_now(lambda tx: tx.cases.out_of_sight()) == []


async def test_P21_not_reached_three_times_is_written_down_and_left(bank: Bank) -> None:
    number = await closed(bank)
    for day in ("23", "24", "27"):
        bank.clock.to(f"2026-07-{day}T10:00:00")
        await bank.quiet()
        assert len(waiting(bank)) == 1
        await bank.decide(note, number, "8001", "unreachable", "无人接听")
        assert waiting(bank) == []
    assert "未能联系，不再回访" in bank.book(number)[-1].says
    bank.clock.to("2026-07-30T10:00:00")
    await bank.quiet()
    assert waiting(bank) == []


async def test_P12_who_left_a_mail_address_gets_one_short_form_that_says_nothing_of_the_complaint(bank: Bank) -> None:
    await closed(bank, address=CUSTOMER)
    bank.clock.to("2026-07-23T08:30:00")
    await bank.quiet()
    (form,) = forms(bank)
    assert NARRATIVE[3:10] not in form.text
    assert "王小芳" not in form.text
    assert form.mail["Auto-Submitted"]
    assert waiting(bank) == []
    await reply(bank, "满意。\n\n在 2026年7月23日，示例银行 写道：\n> 您对处理结果是否满意？\n> 不满意")
    assert bank.case().satisfaction == "满意"
    bank.clock.to("2026-07-24T10:00:00")
    await bank.quiet()
    assert len(forms(bank)) == 1


async def test_P12_no_answer_to_the_form_and_a_person_calls(bank: Bank) -> None:
    await closed(bank, address=CUSTOMER)
    bank.clock.to("2026-07-23T08:30:00")
    await bank.quiet()
    bank.clock.to("2026-07-24T08:30:00")
    await bank.quiet()
    assert len(forms(bank)) == 1
    assert len(waiting(bank)) == 1


async def test_P12_without_a_telephone_it_is_asked_three_times_and_never_out_of_hours(bank: Bank) -> None:
    posted = await bank.post(a_form(caller="", form__customer={"name": "王小芳", "phone": "", "address": CUSTOMER}))
    await bank.quiet()
    (slip,) = bank.relay.to(OUTLET)
    bank.door.mail(a_mail(WHOLE_ANSWER, sender=OUTLET, message_id="<a1@branch.example>", reply_to_id=slip.message_id))
    await bank.quiet()
    await bank.close(posted.number, "已答复")
    for hour in range(24 * 9):
        bank.clock.on(hours=1)
        if hour % 5 == 0:
            await bank.quiet()
    sent = [one.mail["Date"].datetime for one in forms(bank)]
    assert len(sent) == 3
    assert all(8 <= at.hour < 18 and at.weekday() < 5 for at in sent)
    assert "未能联系，不再回访：邮件询问无回复" in bank.book()[-1].says


@pytest.mark.parametrize(("words", "sender", "why"), [
    ("你们的处理我不满意，柜员根本没有道歉，我要求重新调查。", CUSTOMER, "不是约定的答复用语"),
    ("满意", "someone.else@customer.example", "不是客户登记的邮箱"),
    ("", CUSTOMER, "不是约定的答复用语"),
])
async def test_P18_anything_but_the_word_is_read_by_a_person(bank: Bank, words: str, sender: str, why: str) -> None:
    await closed(bank, address=CUSTOMER)
    bank.clock.to("2026-07-23T08:30:00")
    await bank.quiet()
    await reply(bank, words, sender)
    assert (bank.case().state, bank.case().satisfaction) == (State.CLOSED, "满意")     # as the unit said
    (letter,) = [one for one in bank.relay.to(DESK) if "客户来信" in one.subject]
    assert why in "".join(letter.text.split())
    assert len(bank.cases()) == 1           # it is no new complaint either: the desk has it


async def test_P18_dissatisfied_by_mail_opens_it_again(bank: Bank) -> None:
    await closed(bank, address=CUSTOMER)
    bank.clock.to("2026-07-23T08:30:00")
    await bank.quiet()
    await reply(bank, "不满意")
    assert bank.case().state is State.DESK
    assert [one for one in bank.relay.to(DESK) if "客户不满意" in one.subject]
    await reply(bank, "满意")
    assert bank.case().state is State.DESK          # a second word comes too late; a person sees it
    assert [one for one in bank.relay.to(DESK) if "客户来信" in one.subject]


async def test_P12_a_customers_address_answers_for_no_unit_and_a_units_for_no_customer(bank: Bank) -> None:
    from hotline_bridge.customer_letter import seal_key
    from routing.reply import numbers_in_addresses

    number = await closed(bank, address=CUSTOMER)
    bank.clock.to("2026-07-23T08:30:00")
    await bank.quiet()
    us = bank.house.rules.identity
    customers, units = (str(one.mail["Reply-To"]).rpartition("<")[2].rstrip(">") for one in (forms(bank)[0], bank.relay.to(OUTLET)[0]))
    assert numbers_in_addresses([customers, units], us.mailbox, us.reply_key) == (number,)
    assert numbers_in_addresses([customers], us.mailbox, us.reply_key) == ()
    assert numbers_in_addresses([units], us.mailbox, seal_key(bank.house.rules)) == ()


async def test_P14_3_a_crime_is_never_written_about_by_the_machine(bank: Bank) -> None:
    number = await closed(bank, address=CUSTOMER)
    case = bank.case(number)
    from routing.case import Entry
    from routing.verdict import Category

    crime = replace(case, category=Category.CRIME)
    now = bank.clock()
    bank.house.store.run_now(lambda tx: tx.cases.save(crime, Entry(now, "desk", "分派")))
    bank.clock.to("2026-07-23T08:30:00")
    await bank.quiet()
    assert forms(bank) == []
    assert len(waiting(bank)) == 1


async def test_P19_P14_4_withdrawn_and_anonymous_customers_are_not_asked(bank: Bank) -> None:
    posted = await bank.post(a_form(form__customer={"name": "王小芳", "phone": "13800000001", "address": CUSTOMER}))
    await bank.quiet()
    await bank.close(posted.number, "撤诉", "自愿", free_will=True)
    other = await bank.post(a_form("1784683800.99", narrative="我要匿名投诉上地路营业所柜员态度恶劣，不愿透露姓名。", form__customer={"name": "", "phone": "13800000002", "refuses_name": True}))
    await bank.quiet()
    slip = next(one for one in bank.relay.to(OUTLET) if other.number in one.subject)
    bank.door.mail(a_mail(WHOLE_ANSWER, sender=OUTLET, message_id="<a2@branch.example>", reply_to_id=slip.message_id))
    await bank.quiet()
    await bank.close(other.number, "匿名存档")
    bank.clock.to("2026-07-27T10:00:00")
    await bank.quiet()
    assert waiting(bank) == []
    assert forms(bank) == []


async def test_P18_opened_again_the_call_is_owed_no_more_and_anew_after_the_next_closing(bank: Bank) -> None:
    number = await closed(bank)
    await bank.decide(reopen, number, "desk", "客户来电不接受")
    bank.clock.to("2026-07-23T10:00:00")
    await bank.quiet()
    assert waiting(bank) == []
    for wrong in ("happy", ""):
        with pytest.raises(RuleError, match="no result of a call"):
            await bank.decide(note, number, "8001", wrong, "")
    with pytest.raises(RuleError, match="there is no case"):
        await bank.decide(note, "95580-20260722-999999", "8001", "fair", "")


@pytest.mark.parametrize("pack", ["datong-96588"])
async def test_D3_a_case_that_closes_itself_owes_a_call_too(bank: Bank) -> None:
    await bank.post(a_form(hotline="96588"))
    await bank.quiet()
    (slip,) = bank.relay.to(OUTLET)
    bank.door.mail(a_mail(WHOLE_ANSWER, sender=OUTLET, message_id="<a1@branch.example>", reply_to_id=slip.message_id))
    await bank.quiet()
    assert bank.case().state is State.CLOSED
    bank.clock.to("2026-07-23T10:00:00")
    await bank.quiet()
    assert len(waiting(bank)) == 1
