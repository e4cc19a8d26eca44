"""What comes back by mail: answers, half answers, strangers, machines, bounces (P-12, P-20; pains 4 to 8)."""

import io

from docx import Document

from routing.case import State
from tests.conftest import Bank
from tests.fakes import Said
from tests.make import HALF_ANSWER, WHOLE_ANSWER, a_form, a_mail

OUTLET = "ts-b1010101@branch.example"
SUPERIOR = "ts-b10101@branch.example"
DESK = "desk@bank.example"


async def sent(bank: Bank) -> tuple[str, str]:
    """A slip that is out: the case's number, and the slip's Message-ID."""
    posted = await bank.post(a_form())
    await bank.quiet()
    (slip,) = bank.relay.to(OUTLET)
    return posted.number, slip.message_id


async def came(bank: Bank, text: str, **more) -> None:
    bank.door.mail(a_mail(text, **more))
    await bank.quiet()


async def test_an_answer_is_known_by_its_thread_alone(bank: Bank) -> None:
    _, slip = await sent(bank)
    await came(bank, WHOLE_ANSWER, sender=OUTLET, reply_to_id=slip, subject="答复")
    assert bank.case().state is State.ANSWERED


async def test_an_answer_is_known_by_the_number_alone_even_disfigured(bank: Bank) -> None:
    number, _ = await sent(bank)
    await came(bank, WHOLE_ANSWER, sender=OUTLET, subject=f"关于 {number.replace('-', '－')} 的回复")
    assert bank.case().state is State.ANSWERED


async def test_an_answer_is_known_by_the_reply_address_alone(bank: Bank) -> None:
    await sent(bank)
    reply_to = str(bank.relay.to(OUTLET)[0].mail["Reply-To"]).rpartition("<")[2].strip(">")
    await came(bank, WHOLE_ANSWER, sender=OUTLET, to=reply_to, subject="回复")
    assert bank.case().state is State.ANSWERED


async def test_an_answer_is_known_by_its_word_form_alone(bank: Bank) -> None:
    await sent(bank)
    (slip,) = bank.relay.to(OUTLET)
    form = next(slip.mail.iter_attachments())
    document = Document(io.BytesIO(form.get_content()))
    values = ("经核实属实，柜员语气生硬。", "对柜员通报批评。", "组织学习服务规范。", "满意", "2026年7月22日", "陆经理", "010-55500017")
    cells = [(row.cells[i], row.cells[i + 1]) for row in document.tables[0].rows for i in range(len(row.cells) - 1)]
    for number, value in enumerate(values, 1):
        for label, cell in cells:
            if label.text.startswith(f"{number}．") and not cell.text.strip():
                cell.text = value
                break
    raw = io.BytesIO()
    document.save(raw)
    await came(bank, "请见附件。", sender=OUTLET, subject="回复", docx=raw.getvalue())
    case = bank.case()
    assert case.state is State.ANSWERED, bank.house.store.read_now(lambda tx: tx.answers.of_case(case.id))


async def test_a_superior_may_answer_for_its_outlet(bank: Bank) -> None:
    _, slip = await sent(bank)
    await came(bank, WHOLE_ANSWER, sender=SUPERIOR, reply_to_id=slip)
    assert bank.case().state is State.ANSWERED


async def test_a_stranger_who_quotes_the_number_only_claims_and_the_desk_decides(bank: Bank) -> None:
    number, slip = await sent(bank)
    await came(bank, WHOLE_ANSWER, sender="clerk@look-alike.example", reply_to_id=slip, subject=number)
    assert bank.case().state is State.SENT
    (claimed,) = bank.house.store.read_now(lambda tx: tx.answers.claimed())
    assert any("不在" in reason for reason in claimed.reasons)
    assert any(number in letter.subject for letter in bank.relay.to(DESK))
    from hotline_bridge.steps.answer import judge

    await bank.decide(judge, claimed.id, "desk", accept=True)
    assert bank.case().state is State.ANSWERED


async def test_a_stranger_never_gets_the_form_back(bank: Bank) -> None:
    number, slip = await sent(bank)
    await came(bank, HALF_ANSWER, sender="clerk@look-alike.example", reply_to_id=slip, subject=number)
    assert bank.relay.to("clerk@look-alike.example") == []


async def test_P12_parts_add_up_and_the_letter_lists_what_is_missing_with_the_form(bank: Bank) -> None:
    _, slip = await sent(bank)
    await came(bank, HALF_ANSWER, sender=OUTLET, reply_to_id=slip, message_id="<a1@branch.example>")
    again = bank.relay.to(OUTLET)[1]
    assert "√" in again.text
    assert "客户对处理结果的满意程度" in again.text
    assert any(name and name.endswith(".docx") for name in (part.get_filename() for part in again.mail.iter_attachments()))
    assert again.mail["In-Reply-To"] == "<a1@branch.example>"
    rest = "三、应吸取的教训及整改措施：组织学习。\n四、客户对处理结果的满意程度：满意\n五、处理时间：2026年7月22日\n六、经办人：陆经理\n七、联系电话：010-55500017"
    await came(bank, rest, sender=OUTLET, reply_to_id=again.message_id, message_id="<a2@branch.example>")
    assert bank.case().state is State.ANSWERED


async def test_two_machines_cannot_talk_for_ever(bank: Bank) -> None:
    _, slip = await sent(bank)
    for n in range(12):
        await came(bank, f"已收到，第{n}次。", sender=OUTLET, reply_to_id=slip, message_id=f"<loop{n}@branch.example>")
    assert len(bank.relay.to(OUTLET)) == 1 + 5
    assert bank.relay.to(DESK)


async def test_auto_replies_recalls_and_receipts_answer_nothing(bank: Bank) -> None:
    number, slip = await sent(bank)
    await came(bank, WHOLE_ANSWER, sender=OUTLET, reply_to_id=slip, subject=f"自动回复: {number}", headers={"X-QQ-AUTO-REPLY": "true"})
    await came(bank, "陆经理 将撤回邮件“回复”。", sender=OUTLET, reply_to_id=slip, subject=f"撤回: {number}", message_id="<rc@branch.example>")
    assert bank.case().state is State.SENT
    assert "自动回复" in bank.words()
    assert len(bank.cases()) == 1                       # nor do they open anything


async def test_P20_a_slip_refused_for_good_is_the_desks_and_its_clock_runs_on(bank: Bank) -> None:
    bank.relay.answers[OUTLET] = Said("refused", "550 5.1.1 no such mailbox")
    posted = await bank.post(a_form())
    await bank.quiet()
    case = bank.case()
    assert case.undelivered
    assert case.state is State.SENT
    assert case.due is not None
    assert any(posted.number in letter.subject and "550" in letter.text for letter in bank.relay.to(DESK))


async def test_P20_a_bounce_makes_the_slip_undelivered(bank: Bank) -> None:
    number, slip = await sent(bank)
    bounce = a_mail(
        f"Your message to {OUTLET} could not be delivered: no such user.\n\nMessage-ID: <{slip}>", sender="MAILER-DAEMON@branch.example",
        subject="Undelivered Mail Returned to Sender", reply_to_id=slip, message_id="<bounce@branch.example>",
        headers={"X-Failed-Recipients": OUTLET, "Auto-Submitted": "auto-replied", "Return-Path": "<>"},
    )
    bank.door.mail(bounce)
    await bank.quiet()
    assert bank.case().undelivered
    assert bank.case().state is State.SENT
    assert any(number in letter.subject for letter in bank.relay.to(DESK))


async def test_a_bounce_of_nothing_we_sent_waits_for_a_person(bank: Bank) -> None:
    await came(bank, "could not be delivered", sender="postmaster@elsewhere.example", subject="Undelivered Mail Returned to Sender", headers={"X-Failed-Recipients": "x@elsewhere.example"})
    (paper,) = bank.house.store.read_now(lambda tx: tx.papers.quarantined())
    assert "退信" in paper.trouble
    assert bank.cases() == []


async def test_the_relay_down_delays_and_loses_nothing(bank: Bank) -> None:
    bank.relay.down = True
    await bank.post(a_form())
    await bank.quiet()
    assert bank.case().state is State.SENT
    bank.relay.down = False
    bank.clock.on(minutes=2)
    await bank.quiet()
    assert len(bank.relay.to(OUTLET)) == 1


async def test_pain_8_the_same_mail_through_two_doors_is_one_complaint(bank: Bank) -> None:
    raw = a_mail("我在上地路营业所办业务，柜员态度太差了。")
    bank.door.mail(raw)
    bank.door.mail(raw)
    await bank.quiet()
    assert len(bank.cases()) == 1


async def test_pain_8_another_mail_under_the_same_id_is_kept_too(bank: Bank) -> None:
    bank.door.mail(a_mail("我在上地路营业所办业务，柜员态度太差了。"))
    bank.door.mail(a_mail("我在清河镇营业所被多收了手续费十元。"))
    await bank.quiet()
    assert len(bank.cases()) == 2


async def test_pain_1_a_mail_nobody_can_read_holds_nothing_up(bank: Bank) -> None:
    bank.door.mail(b"\x00\xff\xfe" * 100)
    bank.door.mail(a_mail("我在上地路营业所办业务，柜员态度太差了。"))
    await bank.quiet()
    assert len(bank.cases()) == 1
    (paper,) = bank.house.store.read_now(lambda tx: tx.papers.quarantined())
    assert paper.trouble
    assert paper.remedy


async def test_our_own_letter_coming_back_opens_nothing(bank: Bank) -> None:
    await sent(bank)
    bank.door.mail(bank.relay.to(OUTLET)[0].raw)
    await bank.quiet()
    assert len(bank.cases()) == 1
    assert bank.case().state is State.SENT
