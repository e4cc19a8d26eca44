"""Complaints that do not come by telephone, from their entry to their closing (P-9.5 - P-9.9, P-13, D-1, D-2, D-6; law: article 27)."""


import pytest

from routing.case import State
from routing.papers import Channel
from tests.conftest import Bank
from tests.entering.forms import ANSWER, LETTER, NARRATIVE, REGULATOR, entered, from_regulator, registered
from tests.fakes import ZONE
from tests.make import WHOLE_ANSWER, a_mail

OURS = {"Authentication-Results": "mx.bank.example; dmarc=pass header.from=hq.example"}
OUTLET, DESK, UNION, OFFICE = "ts-b1010101@branch.example", "desk@bank.example", "gonghui-b1@branch.example", "bangongshi@hq.example"


async def closed_by(bank: Bank, number: str, answerer: str = OUTLET) -> None:
    """The unit answers, and the desk closes."""
    slip = next(letter for letter in bank.relay.to(answerer) if number in letter.subject)
    bank.door.mail(a_mail(WHOLE_ANSWER, sender=answerer, reply_to_id=slip.message_id, message_id=f"<a-{number}@branch.example>"))
    await bank.quiet()
    assert bank.case(number).state is State.ANSWERED
    await bank.close(number, bank.house.rules.pack("psbc-95580").closing.outcomes[0].name)
    assert bank.case(number).state is State.CLOSED


@pytest.mark.parametrize("channel", ["上门", "信件", "上级行"])
async def test_P9_7_walk_in_letter_and_superior_become_a_supervision_slip(bank: Bank, channel: str) -> None:
    done = await entered(bank, channel=channel, authority="省分行" if channel == "上级行" else None)
    await bank.quiet()
    (slip,) = bank.relay.to(OUTLET)
    assert "投诉督办单" in slip.text
    assert channel in slip.text
    assert bank.relay.to(UNION) == [slip]
    await closed_by(bank, done.number)


async def test_P9_6_a_web_complaint_that_was_printed_goes_out_like_any_other(bank: Bank) -> None:
    done = await entered(bank, channel="网络")
    await bank.quiet()
    assert "投诉转办单" in bank.relay.to(OUTLET)[0].text
    await closed_by(bank, done.number)


async def test_P9_8_the_media_are_answered_by_the_office(bank: Bank) -> None:
    done = await entered(bank, channel="媒体", authority="某晚报")
    await bank.quiet()
    if bank.case().state is State.HELD:
        await bank.sign(done.number)
        await bank.quiet()
    letters = [one for one in bank.relay.sent if done.number in one.subject and "本单位为主办" in "".join(one.text.split())]
    (lead,) = letters
    assert lead.to[0].startswith("bangongshi")
    await closed_by(bank, done.number, lead.to[0])


async def test_P9_9_government_becomes_a_supervision_slip_with_the_union_in_copy(bank: Bank) -> None:
    done = await entered(bank, channel="政府部门", authority="12345热线", authority_number="G-2026-15", authority_due="2026-07-29")
    await bank.quiet()
    (slip,) = bank.relay.to(OUTLET)
    assert "G-2026-15" in slip.text
    assert "投诉督办单" in slip.text
    assert bank.relay.to(UNION) == [slip]
    await closed_by(bank, done.number)


async def test_P9_5_a_comment_the_outlet_has_answered_needs_no_slip(bank: Bank) -> None:
    done = await entered(bank, channel="意见簿", **ANSWER)
    await bank.quiet()
    assert bank.relay.sent == []
    case = bank.case(done.number)
    assert case.state is State.ANSWERED
    assert case.satisfaction
    assert case.unit == "B1010101"
    await bank.close(done.number, bank.house.rules.pack("psbc-95580").closing.outcomes[0].name)
    await bank.quiet()
    assert [one for one in bank.relay.sent if OUTLET in one.to] == []


async def test_P9_5_a_comment_without_answer_is_sent_to_the_outlet(bank: Bank) -> None:
    done = await entered(bank, channel="意见簿(箱)")
    await bank.quiet()
    await closed_by(bank, done.number)


async def test_P9_1_a_comment_that_must_be_reviewed_is_not_settled_by_the_outlet(bank: Bank) -> None:
    done = await entered(bank, channel="意见簿(箱)", narrative="客户写道在上地路营业所存款六万元，柜员操作失误转错账户，要求更正。", **ANSWER)
    await bank.quiet()
    assert bank.case(done.number).state is State.HELD
    kept = next(entry.says for entry in bank.book(done.number) if entry.what == "随登记的答复未计入")
    assert "over_50k" in kept
    assert ANSWER["answer_facts"] in kept
    await bank.sign(done.number, findings="已核对意见簿原件", sha256="")         # no recording, and nobody claims one
    await bank.quiet()
    assert "复听并签字" not in bank.relay.to(OUTLET)[0].text
    await closed_by(bank, done.number)


async def test_P14_3_a_crime_is_never_answered_by_the_outlet_itself(bank: Bank) -> None:
    done = await entered(bank, channel="意见簿", category="金融犯罪", narrative="意见簿留言：上地路营业所有人伪造签名冒名贷款。", **ANSWER)
    await bank.quiet()
    assert bank.case(done.number).state in {State.HELD, State.SENT}
    assert bank.relay.to(OUTLET) == []


async def test_P11_1_nobody_answers_the_complaint_about_themselves(bank: Bank) -> None:
    done = await entered(bank, channel="意见簿", complained_person="陆大成", **ANSWER)
    await bank.quiet()
    assert bank.case(done.number).state is State.SENT
    assert any("P-11.1" in entry.says for entry in bank.book(done.number))


async def test_P13_a_suggestion_counts_as_a_complaint_too(bank: Bank) -> None:
    done = await entered(bank, channel="意见箱", narrative="建议上地路营业所增加老花镜和座椅，方便老年客户等候。")
    await bank.quiet()
    assert bank.case(done.number).state in {State.DESK, State.HELD, State.SENT}


async def test_P9_1_a_telephone_complaint_entered_by_hand_is_held_for_its_recording_like_any_other(bank: Bank) -> None:
    done = await entered(bank, channel="电话", narrative="客户来电称在上地路营业所办理六万元转账，柜员操作失误转错账户。")
    await bank.quiet()
    assert bank.case(done.number).state is State.HELD


async def test_D6_law_27_a_regulators_letter_becomes_a_case_with_its_number_and_date(bank: Bank) -> None:
    registered(bank)
    bank.door.mail(from_regulator(LETTER))
    await bank.quiet()
    case = bank.case()
    assert case.complaint.channel.value == "监管转办"
    assert case.complaint.authority_number == "银监转〔2026〕7号"
    assert case.complaint.authority_due is not None
    assert case.complaint.authority_due.astimezone(ZONE).isoformat() == "2026-08-06T17:30:00+08:00"       # 15 days after 22 July
    assert case.complaint.customer.name == "王小明"
    (slip,) = bank.relay.to(OUTLET)
    assert "银监转〔2026〕7号" in slip.text
    assert "投诉督办单" in slip.text
    await closed_by(bank, case.number)


async def test_law_27_the_same_number_again_opens_no_second_case_and_its_new_date_counts(bank: Bank) -> None:
    registered(bank)
    bank.door.mail(from_regulator(LETTER))
    await bank.quiet()
    sooner = LETTER.replace("收到之日起15日内", "2026年7月27日前").replace("〔2026〕7号", "[2026] 7号")
    bank.door.mail(from_regulator(sooner, "<z2@regulator.example>", "催办：投诉转办单"))
    await bank.quiet()
    case = bank.case()
    assert case.complaint.authority_due is not None
    assert case.complaint.authority_due.astimezone(ZONE).date().isoformat() == "2026-07-27"
    assert case.due is not None
    assert case.due <= case.complaint.authority_due
    assert "再次转办" in bank.words()
    assert any("再次转办" in letter.subject for letter in bank.relay.to(DESK))


async def test_D6_what_a_letter_lacks_is_laid_before_the_desk(bank: Bank) -> None:
    registered(bank)
    letter = "\n".join(line for line in LETTER.splitlines() if "转办编号" not in line and "15日" not in line)
    bank.door.mail(from_regulator(letter))
    await bank.quiet()
    assert bank.case().state is State.DESK
    told = next(entry.says for entry in bank.book() if entry.what == "来信待核对")
    assert "转办编号" in told
    assert "办理期限" in told


async def test_D6_a_letter_without_any_form_is_a_case_too(bank: Bank) -> None:
    registered(bank)
    bank.door.mail(from_regulator("上次转给你行的件请抓紧。", subject="提醒"))
    await bank.quiet()
    assert bank.case().state is State.DESK
    assert bank.case().complaint.channel.value == "监管转办"


async def test_P6_a_letter_that_only_looks_like_a_regulators_waits_and_changes_nothing(bank: Bank) -> None:
    registered(bank)
    bank.door.mail(from_regulator(LETTER))
    await bank.quiet()
    first = bank.case()
    forged = LETTER.replace("收到之日起15日内", "2026年7月23日前")
    bank.door.mail(a_mail(forged, sender="某监管局 <someone@customer.example>", subject="投诉转办单", message_id="<f1@customer.example>"))
    await bank.quiet()
    second, same = bank.cases()
    assert same.complaint.authority_due == first.complaint.authority_due
    assert second.state is State.DESK
    told = next(entry.says for entry in bank.book(second.number) if entry.what == "来信待核对")
    assert "未登记" in told
    assert first.number in told


async def test_D6_a_number_entered_by_hand_meets_its_letter(bank: Bank) -> None:
    registered(bank)
    done = await entered(bank, channel="监管转办", authority="某监管局", authority_number="银监转(2026)7号", authority_due="2026-08-06")
    bank.door.mail(from_regulator(LETTER))
    await bank.quiet()
    assert bank.case().number == done.number


async def test_D6_what_a_regulators_machine_writes_by_itself_is_a_letter_too(bank: Bank) -> None:
    registered(bank)
    bank.door.mail(from_regulator(LETTER, headers={"Auto-Submitted": "auto-generated"}))
    await bank.quiet()
    assert bank.case().complaint.authority_number == "银监转〔2026〕7号"


async def test_D6_a_letter_whose_form_hangs_on_it(bank: Bank) -> None:
    import io

    import docx

    registered(bank)
    document, kept = docx.Document(), io.BytesIO()
    for line in LETTER.splitlines():
        document.add_paragraph(line)
    document.save(kept)
    bank.door.mail(from_regulator("转办单见附件，请查收。", subject="消费投诉转办", docx=kept.getvalue()))
    await bank.quiet()
    assert bank.case().complaint.customer.phone == "13800000001"
    assert len(bank.relay.to(OUTLET)) == 1


async def test_P6_a_regulators_letter_that_no_server_of_ours_confirms_waits_for_the_desk(bank: Bank) -> None:
    registered(bank)
    bank.door.mail(a_mail(LETTER, sender=REGULATOR, subject="投诉转办单"))
    await bank.quiet()
    assert bank.case().state is State.DESK
    assert bank.relay.to(OUTLET) == []
    await bank.assign(bank.case().number, unit="B1010101")
    await bank.quiet()
    assert "银监转〔2026〕7号" in bank.relay.to(OUTLET)[0].text


async def test_P9_8_the_banks_own_office_hands_media_cases_on_by_template_and_writes_other_letters_too(bank: Bank) -> None:
    office = "bangongshi@hq.example"
    registered(bank, Channel.MEDIA, "handed-down", mailbox=office)
    told = "交办单\n交办编号：M-3\n反映人：某晚报记者\n交办事项：上地路营业所柜员态度冷淡，读者来信。\n办结期限：5个工作日内"
    bank.door.mail(a_mail(told, sender=office, subject="媒体交办", message_id="<m1@hq.example>", headers=OURS))
    bank.door.mail(a_mail("请告知上周的数字。", sender=office, subject="数字", message_id="<m2@hq.example>"))
    await bank.quiet()
    other, media = bank.cases()
    assert (media.complaint.channel, media.complaint.authority_number) == (Channel.MEDIA, "M-3")
    assert media.complaint.authority_due is not None
    assert media.complaint.authority_due.astimezone(ZONE).isoformat() == "2026-07-29T17:30:00+08:00"
    assert other.complaint.channel is Channel.WEB


async def test_P3_the_words_of_the_letter_reach_the_unit_whole(bank: Bank) -> None:
    await entered(bank, grounds="有监控可查", demand="要求书面道歉")
    await bank.quiet()
    text = "".join(bank.relay.to(OUTLET)[0].text.split())
    for words in (NARRATIVE, "有监控可查", "要求书面道歉"):
        assert words in text
