"""Nothing of a flagged case leaves before a signature that fits it (P-9.1): every way around it that was thought of."""

from dataclasses import replace

import pytest

from tests.elements.words import read_slip
from hotline_bridge import letters
from hotline_bridge.steps.close import reopen
from hotline_bridge.steps.dispatch import dispatch
from hotline_bridge.steps.review import hand_back, sign
from routing.addressee import same_desk
from routing.case import Entry, Recording, State
from routing.errors import RuleError
from routing.route import route
from tests.conftest import Bank
from tests.fakes import Said
from tests.make import HALF_ANSWER, WHOLE_ANSWER, a_form, a_mail

OUTLET = "ts-b1010101@branch.example"
OTHER = "ts-b1010102@branch.example"
DESK = "desk@bank.example"
FLAGGED = "客户称在上地路营业所转账六万元，柜员操作失误转错账户，要求更正。"


async def held(bank: Bank, call_id: str = "h1", narrative: str = FLAGGED, **more: str) -> str:
    posted = await bank.post(a_form(call_id, narrative=narrative, **{"recording": "a.wav", **more}))
    await bank.quiet()
    assert bank.case(posted.number).state is State.HELD
    return posted.number


def told_outside(bank: Bank) -> set[str]:
    """Everybody who got anything, the desk left out."""
    return {address for letter in bank.relay.sent for address in letter.to} - {DESK}


async def days_go_by(bank: Bank, *days: str) -> None:
    for day in days:
        for time in ("09:00", "14:00"):
            bank.clock.to(f"{day}T{time}:01")
            await bank.quiet()
            await bank.quiet()


async def test_P9_1_a_held_case_tells_nobody_but_the_desk_however_long_it_waits(bank: Bank) -> None:
    number = await held(bank, narrative=FLAGGED + "扬言今天就找电视台曝光。")
    await days_go_by(bank, "2026-07-22", "2026-07-23", "2026-07-24", "2026-07-27", "2026-07-28", "2026-07-29", "2026-07-30", "2026-08-03")
    assert told_outside(bank) == set()
    texts = [letter.text for letter in bank.relay.to(DESK)]
    assert len(texts) == 8                       # once a working day, from the afternoon it should have left
    for words in texts:
        assert number in words
        assert "待复核" in words
        assert "张某某" not in words
        assert "六万元" not in words
    subjects = [letter.subject for letter in bank.relay.to(DESK)]
    assert all("待复核提醒" in subject and "第二联系人" not in subject for subject in subjects)


async def test_P9_1_a_case_assigned_before_triage_saw_it_is_judged_first(bank: Bank) -> None:
    posted = await bank.post(a_form(narrative=FLAGGED, recording="a.wav"))
    await bank.assign(posted.number, unit="B1010101")        # triage has not run
    await bank.quiet()
    assert bank.case().state is State.HELD
    assert bank.relay.sent == []


async def test_P9_1_a_case_that_triage_cannot_judge_waits_for_a_reviewer(bank: Bank) -> None:
    posted = await bank.post(a_form(narrative=FLAGGED, recording="a.wav"))
    rules = bank.house.rules
    bank.house.shelf.rules = replace(rules, tables={})       # triage fails on everything
    for _ in range(9):
        await bank.quiet()
        bank.clock.on(minutes=10)
    parked = bank.house.store.read_now(lambda tx: tx.tasks.parked())
    assert [task.kind for task in parked] == ["triage"]      # seen in `status`
    await days_go_by(bank, "2026-07-22", "2026-07-23")
    assert any(posted.number in letter.text and "已受理" in letter.text for letter in bank.relay.to(DESK))     # and chased (P-21)
    await bank.assign(posted.number, unit="B1010101")
    await bank.quiet()
    assert bank.case().state is State.HELD
    assert told_outside(bank) == set()


async def test_P9_1_a_case_handed_back_after_a_signature_needs_another(bank: Bank) -> None:
    number = await held(bank)
    await bank.sign(number)
    await bank.decide(hand_back, number, "复核员乙", "再听一遍，说的是另一笔业务")
    await bank.quiet()
    assert bank.case(number).state is State.DESK
    await bank.assign(number)                                # the very same unit: the first signature would fit
    await bank.quiet()
    assert bank.case(number).state is State.HELD
    assert told_outside(bank) == set()
    await bank.sign(number)
    await bank.quiet()
    assert len(bank.relay.to(OUTLET)) == 1


async def test_P9_1_P18_a_signature_of_before_the_reopening_sends_nothing(bank: Bank) -> None:
    number = await held(bank)
    await bank.sign(number)
    await bank.quiet()
    bank.door.mail(a_mail(WHOLE_ANSWER, sender=OUTLET, reply_to_id=bank.relay.to(OUTLET)[0].message_id))
    await bank.quiet()
    await bank.close(number, "已答复")
    bank.clock.to("2026-08-05T10:00:00")
    await bank.decide(reopen, number, "desk", "客户称款项仍未更正")
    await bank.assign(number)
    await bank.quiet()
    assert bank.case(number).state is State.HELD
    assert len(bank.relay.to(OUTLET)) == 1
    await bank.sign(number)
    await bank.quiet()
    assert "客户称款项仍未更正" in bank.relay.to(OUTLET)[1].text


async def test_P9_1_new_words_of_a_reopened_case_are_judged_too(bank: Bank) -> None:
    posted = await bank.post(a_form())                       # nothing flagged
    await bank.quiet()
    bank.door.mail(a_mail(WHOLE_ANSWER, sender=OUTLET, reply_to_id=bank.relay.to(OUTLET)[0].message_id))
    await bank.quiet()
    await bank.close(posted.number, "已答复")
    await bank.decide(reopen, posted.number, "desk", "客户扬言今天就找电视台曝光")
    await bank.assign(posted.number)
    await bank.quiet()
    assert bank.case().state is State.HELD
    assert len(bank.relay.to(OUTLET)) == 1


async def test_P9_1_an_edit_takes_back_a_slip_that_has_not_left(bank: Bank) -> None:
    number = await held(bank)
    bank.relay.down = True
    await bank.sign(number)
    await bank.quiet()
    assert bank.case(number).state is State.SENT             # decided, and still in the tray
    await bank.assign(number, unit="B1010102")
    await bank.quiet()
    bank.relay.down = False
    bank.clock.on(hours=1)
    await bank.quiet()
    assert bank.case(number).state is State.HELD
    assert told_outside(bank) == set()
    assert "撤回未投出的邮件" in bank.words(number)
    await bank.sign(number)
    await bank.quiet()
    assert bank.relay.to(OUTLET) == []
    assert len(bank.relay.to(OTHER)) == 1


async def test_P19_a_closed_case_sends_its_waiting_slip_no_more(bank: Bank) -> None:
    bank.relay.down = True
    posted = await bank.post(a_form())
    await bank.quiet()
    await bank.close(posted.number, "撤诉", "客户自愿撤回", free_will=True)
    bank.relay.down = False
    bank.clock.on(hours=2)
    await bank.quiet()
    assert bank.relay.sent == []
    assert bank.house.store.read_now(lambda tx: tx.tasks.next_due()) is None


async def test_P9_1_no_answer_to_a_held_case_is_answered(bank: Bank) -> None:
    number = await held(bank)
    await bank.sign(number)
    await bank.quiet()
    (slip,) = bank.relay.to(OUTLET)
    await bank.assign(number, unit="B1010102")
    await bank.quiet()
    bank.door.mail(a_mail(HALF_ANSWER, sender=OUTLET, reply_to_id=slip.message_id))
    await bank.quiet()
    assert bank.relay.to(OUTLET) == [slip]


@pytest.mark.parametrize("change", ["recording", "text", "recipient", "second contact"])
async def test_P9_1_the_signature_binds_each_alone(bank: Bank, change: str) -> None:
    number = await held(bank, unit="清河区支行", narrative="客户称在清河区支行转账六万元，柜员操作失误转错账户。")
    await bank.sign(number, sha256="a" * 64)
    case, rules = bank.case(number), bank.house.rules
    units = dict(rules.directory.units)
    lead = units[case.unit]
    if change == "recipient":
        units[case.unit] = replace(lead, mailbox="new@branch.example")
    elif change == "second contact":
        units[case.unit] = replace(lead, second=replace(lead.second, mailbox="new2@branch.example"))
    if change in {"recipient", "second contact"}:
        bank.house.shelf.rules = rules = replace(rules, directory=replace(rules.directory, units=units, _by_mailbox={
            box: (code,) for code, unit in units.items() for box in (unit.mailbox, unit.first.mailbox, unit.second.mailbox) if box
        }))
    changed = {
        "recording": replace(case, recording=replace(case.recording, sha256="b" * 64)),
        "text": replace(case, complaint=replace(case.complaint, text=case.complaint.text + "另有六万元。")),
    }.get(change, case)
    await bank.decide(lambda tx, now, rules: tx.cases.save(changed, Entry(now, "test", "改")))
    await bank.quiet()
    assert bank.case(number).state is State.HELD
    assert told_outside(bank) == set()


async def test_P9_1_unchanged_the_signature_holds_and_lets_it_go(bank: Bank) -> None:
    number = await held(bank)
    await bank.sign(number, sha256="a" * 64)
    case, rules = bank.case(number), bank.house.rules
    signature = bank.house.store.read_now(lambda tx: tx.cases.signature(case.id))
    assert (signature.slip_sha256, signature.recipients) == letters.matter(case, route(case, rules.pack(case.pack), rules.directory), rules)
    await bank.quiet()
    assert len(bank.relay.to(OUTLET)) == 1


@pytest.mark.parametrize("who", ["8001", "８００１", "08001", " 8001 ", "座席8001", "工号：8001", "Seat-8001", "张三(8001)"])
async def test_P9_1_the_seat_may_not_sign_under_another_spelling(bank: Bank, who: str) -> None:
    number = await held(bank)
    with pytest.raises(RuleError, match="another reviewer"):
        await bank.sign(number, who=who)


def test_P9_1_other_people_may_sign() -> None:
    assert not same_desk("8002", "8001")
    assert not same_desk("复核员甲", "8001")
    assert not same_desk("95580-8002", "95580-8001")
    assert not same_desk("复核岗18001", "8001")
    assert not same_desk("复核员甲", "")                      # a mail has no seat


@pytest.mark.parametrize("who", ["", "  "])
async def test_P9_1_a_signature_has_a_name(bank: Bank, who: str) -> None:
    number = await held(bank)
    with pytest.raises(RuleError, match="no name"):
        await bank.sign(number, who=who)


@pytest.mark.parametrize(("recording", "sha256", "book", "slip"), [
    ("a.wav", "a" * 64, f"SHA-256 {'a' * 64}", "复听并签字"),
    ("a.wav", "", "录音 a.wav 未找到", "审核并签字（未取得录音文件）"),
    ("", "", "未关联录音", "审核并签字（未取得录音文件）"),
])
async def test_P9_1_nobody_claims_to_have_heard_what_was_not_there(bank: Bank, recording: str, sha256: str, book: str, slip: str) -> None:
    number = await held(bank, recording=recording)
    if recording and not sha256:
        with pytest.raises(RuleError, match="why"):
            await bank.sign(number, sha256=sha256)
    await bank.sign(number, sha256=sha256, why="" if sha256 or not recording else "录音服务器停机，已向座席逐句核对")
    await bank.quiet()
    (letter,) = bank.relay.to(OUTLET)
    assert slip in "".join(letter.text.split())
    assert any(entry.what == "复核签字" and book in entry.says for entry in bank.book(number))
    (form,) = (read_slip(part.get_content()) for part in letter.mail.iter_attachments())
    assert form.number == number


async def test_P20_P9_1_a_refused_flagged_slip_goes_to_a_second_contact_only_if_the_reviewer_signed_for_them(bank: Bank) -> None:
    branch, second = "ts-b10101@branch.example", "ts2-b10101@branch.example"
    number = await held(bank, unit="清河区支行", narrative="客户称在清河区支行转账六万元，柜员操作失误转错账户。")
    bank.relay.answers[branch] = Said("refused", "550 no such user")
    await bank.sign(number)
    signature = bank.house.store.read_now(lambda tx: tx.cases.signature(bank.case(number).id))
    assert letters.signed_for(signature) == {branch, second}
    await bank.quiet()
    (slip,) = bank.relay.to(second)
    assert "未能送达" in slip.text
    assert "投诉转办单" in slip.text
    assert list(slip.mail.iter_attachments())


async def test_P9_1_dispatch_of_a_held_case_without_signature_sends_nothing(bank: Bank) -> None:
    number = await held(bank)
    await bank.decide(lambda tx, now, rules: dispatch(tx, bank.case(number).id, now, rules))
    await bank.quiet()
    assert told_outside(bank) == set()
    with pytest.raises(RuleError):
        await bank.decide(sign, "95580-20260722-999999", "复核员甲", "x", Recording())
