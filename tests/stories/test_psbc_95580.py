"""What happens to complaints at a 95580 hotline, told as people there would tell it."""

from routing.case import State
from tests.conftest import Bank
from tests.make import HALF_ANSWER, WHOLE_ANSWER, a_form, a_mail

OUTLET = "ts-b1010101@branch.example"
DESK = "desk@bank.example"


async def test_P9_2_a_plain_complaint_reaches_the_outlet_as_a_slip(bank: Bank) -> None:
    posted = await bank.post(a_form())
    assert posted.standing == "opened"
    await bank.quiet()
    (slip,) = bank.relay.to(OUTLET)
    assert posted.number in slip.subject
    assert "投诉转办单" in slip.text
    assert "13800000001" in slip.text
    assert [part.get_filename() for part in slip.mail.iter_attachments()] == [f"投诉转办单{posted.number}.docx"]
    case = bank.case()
    assert case.state is State.SENT
    assert case.due is not None
    assert case.due.astimezone(bank.clock.now.tzinfo).isoformat() == "2026-07-27T17:30:00+08:00"     # P-11: third working day


async def test_P9_1_sixty_thousand_waits_until_a_reviewer_has_signed(bank: Bank) -> None:
    posted = await bank.post(a_form(narrative="客户称在上地路营业所办理六万元转账，柜员操作失误转错账户，要求尽快更正。", recording="2026/07/22/a.wav"))
    await bank.quiet()
    assert bank.relay.to(OUTLET) == []
    assert bank.case().state is State.HELD
    await bank.sign(posted.number)
    await bank.quiet()
    (slip,) = bank.relay.to(OUTLET)
    assert "复核员甲" in slip.text
    assert bank.case().state is State.SENT


async def test_P12_an_incomplete_answer_is_sent_back_and_the_rest_closes_the_gap(bank: Bank) -> None:
    posted = await bank.post(a_form())
    await bank.quiet()
    (slip,) = bank.relay.to(OUTLET)
    bank.clock.on(days=1)
    bank.door.mail(a_mail(HALF_ANSWER, sender=OUTLET, message_id="<r1@branch.example>", reply_to_id=slip.message_id, subject="答复: 转办单"))
    await bank.quiet()
    again = bank.relay.to(OUTLET)[1]
    assert "应吸取的教训及整改措施" in again.text
    assert bank.case().state is State.SENT
    bank.door.mail(a_mail(WHOLE_ANSWER, sender=OUTLET, message_id="<r2@branch.example>", reply_to_id=again.message_id))
    await bank.quiet()
    assert bank.case().state is State.ANSWERED
    outcome = bank.house.rules.pack("psbc-95580").closing.outcomes[0].name
    await bank.close(posted.number, outcome)
    assert bank.case().state is State.CLOSED


async def test_P21_a_silent_outlet_is_chased_up_the_ladder_until_the_union_hears(bank: Bank) -> None:
    await bank.post(a_form())
    await bank.quiet()
    for day in ("24", "27", "28", "29", "30"):
        for time in ("09:00", "14:00"):
            bank.clock.to(f"2026-07-{day}T{time}:01")
            await bank.quiet()
            await bank.quiet()
    reminded = [entry.says for entry in bank.book() if entry.what == "发出催办"]
    addresses = [says.rsplit("：", 1)[1] for says in reminded]
    assert addresses[0] == OUTLET
    assert "ts-b10101@branch.example" in addresses      # the superior unit
    assert "gonghui-b1@branch.example" in addresses     # the union of the first-level branch


async def test_P3_what_names_no_unit_goes_to_the_desk_and_leaves_once_it_is_assigned(bank: Bank) -> None:
    posted = await bank.post(a_form(narrative="客户说你们的人态度很差，说完就挂了。", unit=""))
    await bank.quiet()
    assert bank.case().state is State.DESK
    assert bank.relay.sent == []
    await bank.assign(posted.number, unit="B1010101")
    await bank.quiet()
    assert len(bank.relay.to(OUTLET)) == 1


async def test_P9_3_outside_beijing_the_slip_goes_to_the_first_level_branch_with_the_union_in_copy(bank: Bank) -> None:
    posted = await bank.post(a_form(narrative="客户称湖南路营业所柜员态度恶劣。", unit="湖南路营业所"))
    await bank.quiet()
    (slip,) = bank.relay.to("ts-e1@branch.example")
    assert bank.relay.to("gonghui@hq.example") == [slip]
    assert "湖南路营业所" in slip.text
    bank.door.mail(a_mail(WHOLE_ANSWER, sender="ts-e1010101@branch.example", subject=f"回复：{posted.number}"))
    await bank.quiet()
    assert bank.case().state is State.ANSWERED      # the outlet itself may answer: it is on the chain
