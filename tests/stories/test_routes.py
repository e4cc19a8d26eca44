"""Where slips go besides the outlet (P-9.x, P-11.1, P-14.x, P-16)."""

from routing.case import State
from tests.conftest import Bank
from tests.make import WHOLE_ANSWER, a_form, a_mail

OUTLET = "ts-b1010101@branch.example"
INSPECTION = "jiancha-b1@branch.example"


async def test_P14_3_a_crime_goes_to_inspection_and_nobody_else_at_the_unit_hears_of_it(bank: Bank) -> None:
    posted = await bank.post(a_form(form__category="金融犯罪", narrative="客户举报上地路营业所有人伪造签名冒名贷款。"))
    await bank.quiet()
    if bank.case().state is State.HELD:
        await bank.sign(posted.number)
        await bank.quiet()
    assert len(bank.relay.to(INSPECTION)) == 1
    assert bank.relay.to(OUTLET) == []
    for day in range(23, 32):
        for hour in ("09:00:01", "14:00:01"):
            bank.clock.to(f"2026-07-{day}T{hour}")
            await bank.quiet()
            await bank.quiet()
    assert bank.relay.to(OUTLET) == []                  # nor by any reminder
    bank.door.mail(a_mail(WHOLE_ANSWER, sender=OUTLET, subject=posted.number))
    await bank.quiet()
    assert bank.case().state is State.SENT              # nor may the unit answer for itself


async def test_P14_1_the_product_department_leads_and_the_outlet_assists(bank: Bank) -> None:
    await bank.post(a_form(form__category="服务产品", narrative="客户称上地路营业所的理财产品说明书看不懂，要求解释。"))
    await bank.quiet()
    (lead,) = bank.relay.to("chanpin@hq.example")
    (assist,) = bank.relay.to(OUTLET)
    assert "本单位为主办" in "".join(lead.text.split())
    assert "本单位为协办" in "".join(assist.text.split())


async def test_P11_1_the_person_complained_about_does_not_get_the_slip(bank: Bank) -> None:
    unit = bank.house.rules.directory.get("B1010101")
    assert unit is not None
    await bank.post(a_form(form__complained_person=unit.first.name))
    await bank.quiet()
    for letter in bank.relay.sent:
        assert unit.first.name not in letter.text.partition("一、投诉受理情况")[0]


async def test_an_outlet_without_mailbox_climbs_to_its_parent(bank: Bank) -> None:
    await bank.post(a_form(narrative="客户称玉泉路营业所柜员态度冷淡。", unit="玉泉路营业所"))
    await bank.quiet()
    assert len(bank.relay.to("ts-b10102@branch.example")) == 1


async def test_P14_4_an_anonymous_complaint_needs_no_satisfaction(bank: Bank) -> None:
    form = a_form(narrative="匿名反映上地路营业所上班时间柜员聊天。", form__customer={"refuses_name": True}, caller="", form__category="匿名投诉")
    await bank.post(form)
    await bank.quiet()
    (slip,) = bank.relay.to(OUTLET)
    assert "不适用" in slip.text
    without = "\n".join(line for line in WHOLE_ANSWER.splitlines() if not line.startswith("四、"))
    bank.door.mail(a_mail(without, sender=OUTLET, reply_to_id=slip.message_id))
    await bank.quiet()
    assert bank.case().state is State.ANSWERED


async def test_P19_a_withdrawal_needs_the_customers_free_will(bank: Bank) -> None:
    import pytest

    from routing.errors import RuleError

    posted = await bank.post(a_form())
    await bank.quiet()
    withdrawn = next(o.name for o in bank.house.rules.pack("psbc-95580").closing.outcomes if o.needs_free_will)
    with pytest.raises(RuleError, match="own will"):
        await bank.close(posted.number, withdrawn)
    await bank.close(posted.number, withdrawn, "客户来电表示误会，自愿撤诉", free_will=True)
    assert bank.case().state is State.CLOSED


async def test_P18_a_closed_case_opens_again_at_the_desk_and_is_looked_after(bank: Bank) -> None:
    from hotline_bridge.steps.close import reopen

    posted = await bank.post(a_form())
    await bank.quiet()
    withdrawn = next(o.name for o in bank.house.rules.pack("psbc-95580").closing.outcomes if o.needs_free_will)
    await bank.close(posted.number, withdrawn, "自愿撤诉", free_will=True)
    await bank.decide(reopen, posted.number, "desk", "客户再次来电，不接受")
    assert bank.case().state is State.DESK
    assert bank.house.store.read_now(lambda tx: tx.cases.out_of_sight()) == []


async def test_inputs_a_call_record_brings_the_recording_whichever_comes_first(bank: Bank) -> None:
    row = '"hotline","13800000001","95580","hotline","""13800000001"" <13800000001>","SIP/trunk-1","SIP/8001-2","Queue","q","2026-07-22 09:20:00","2026-07-22 09:20:05","2026-07-22 09:26:00",360,355,"ANSWERED","DOCUMENTATION","{id}","2026/07/22/{id}.wav","","{id}",1'
    bank.door.put("cdr", row.format(id="1784683200.1").encode())
    await bank.quiet()
    first = await bank.post(a_form("1784683200.1"))
    assert bank.case(first.number).recording.reference == "2026/07/22/1784683200.1.wav"
    second = await bank.post(a_form("1784683200.9"))
    assert bank.case(second.number).recording.reference == ""
    bank.door.put("cdr", row.format(id="1784683200.9").encode())
    await bank.quiet()
    assert bank.case(second.number).recording.reference == "2026/07/22/1784683200.9.wav"
