"""Bounces anybody could have written, and machines that answer machines: they alarm, and stop nothing (P-20, pains 5 and 15)."""

import pytest

from routing.case import State
from tests.conftest import Bank
from tests.fakes import Said
from tests.make import WHOLE_ANSWER, a_form, a_mail

OUTLET = "ts-b1010101@branch.example"
DESK = "desk@bank.example"


async def sent(bank: Bank) -> tuple[str, str]:
    posted = await bank.post(a_form())
    await bank.quiet()
    (slip,) = bank.relay.to(OUTLET)
    return posted.number, slip.message_id


def bounce(about: str, failed: str = OUTLET, n: int = 1, subject: str = "Undelivered Mail Returned to Sender", words: str = "550 5.1.1 no such user") -> bytes:
    headers = {"Return-Path": "<>", "Auto-Submitted": "auto-replied"} | ({"X-Failed-Recipients": failed} if failed else {})
    return a_mail(words, sender="MAILER-DAEMON@evil.example", subject=subject, reply_to_id=about, message_id=f"<b{n}@evil.example>", headers=headers)


async def test_P20_a_bounce_forged_before_the_slip_has_left_does_not_keep_it_here(bank: Bank) -> None:
    bank.relay.down = True
    posted = await bank.post(a_form())
    await bank.quiet()
    bank.door.mail(bounce(f"slip.1.0.{posted.number}@bank.example"))     # whoever knows the number can guess the id
    await bank.quiet()
    bank.relay.down = False
    bank.clock.on(minutes=30)
    await bank.quiet()
    assert len(bank.relay.to(OUTLET)) == 1
    assert not bank.case().undelivered


async def test_P20_a_forged_bounce_alarms_and_leaves_the_clock_and_the_answer_alone(bank: Bank) -> None:
    number, slip = await sent(bank)
    due = bank.case().due
    bank.door.mail(bounce(slip))
    await bank.quiet()
    assert (bank.case().state, bank.case().due, bank.case().undelivered) == (State.SENT, due, True)
    assert any("退信告警" in one.subject for one in bank.relay.to(DESK))
    assert "chase" in bank.house.store.read_now(lambda tx: [row[0] for row in tx.tasks.db.exec_driver_sql("SELECT kind FROM task")])
    bank.door.mail(a_mail(WHOLE_ANSWER, sender=OUTLET, subject=number, message_id="<r@branch.example>"))
    await bank.quiet()
    assert bank.case().state is State.ANSWERED


async def test_P20_many_bounces_of_one_slip_are_few_letters(bank: Bank) -> None:
    _, slip = await sent(bank)
    for n in range(60):
        bank.door.mail(bounce(slip, n=n))
    await bank.quiet()
    assert len(bank.relay.to(DESK)) <= 2


@pytest.mark.parametrize("subject", ["Delayed Mail (still being retried)", "Delivery delayed", "Warning: message delayed 4 hours"])
async def test_notices_without_an_address_do_not_flood_the_desk(bank: Bank, subject: str) -> None:
    _, slip = await sent(bank)
    for n in range(60):
        bank.door.mail(bounce(slip, "", n, subject, "the mail is delayed, not yet been delivered"))
    await bank.quiet()
    assert 1 <= len(bank.relay.to(DESK)) <= 20
    assert not bank.case().undelivered


async def test_a_notice_about_a_letter_to_the_desk_makes_no_other_letter_to_the_desk(bank: Bank) -> None:
    number, slip = await sent(bank)
    bank.door.mail(a_mail("我是客户", sender="c@mail.example", subject=number, reply_to_id=slip, message_id="<c@mail.example>"))
    await bank.quiet()
    for n in range(5):
        letters = bank.relay.to(DESK)
        bank.door.mail(bounce(letters[-1].message_id, "", n, words="delivery incomplete"))
        await bank.quiet()
    assert len(bank.relay.to(DESK)) == 1


async def test_P21_a_reminder_that_comes_back_is_seen_by_a_person(bank: Bank) -> None:
    await sent(bank)
    bank.clock.to("2026-07-24T09:00:01")
    await bank.quiet()
    await bank.quiet()
    digest = bank.relay.to(OUTLET)[-1]
    assert digest.message_id.startswith("digest.")
    bank.door.mail(bounce(digest.message_id))
    await bank.quiet()
    (paper,) = bank.house.store.read_now(lambda tx: tx.papers.quarantined())
    assert OUTLET in paper.trouble


async def test_a_robot_at_the_desks_own_mailbox_talks_to_nobody(bank: Bank) -> None:
    number, slip = await sent(bank)
    bank.door.mail(a_mail("我是客户", sender="c@mail.example", subject=number, reply_to_id=slip, message_id="<c@mail.example>"))
    await bank.quiet()
    for n in range(30):
        last = bank.relay.to(DESK)[-1]
        bank.door.mail(a_mail(f"已收到您的来信。\n\n> {last.subject}", sender=DESK, reply_to_id=last.message_id, subject=f"Re: {last.subject}", message_id=f"<d{n}@bank.example>"))
        await bank.quiet()
    assert len(bank.relay.to(DESK)) == 1
    assert len(bank.cases()) == 1


async def test_a_robot_behind_a_mailbox_that_the_desk_passes_on_to_comes_to_an_end(bank: Bank) -> None:
    number, slip = await sent(bank)
    bank.door.mail(a_mail("我是客户", sender="c@mail.example", subject=number, reply_to_id=slip, message_id="<c@mail.example>"))
    await bank.quiet()
    for n in range(60):
        last = bank.relay.to(DESK)[-1]
        bank.door.mail(a_mail("已收到。", sender="robot@other.example", reply_to_id=last.message_id, subject=f"Re: {last.subject}", message_id=f"<d{n}@other.example>"))
        await bank.quiet()
    assert len(bank.relay.to(DESK)) <= 20
    assert any("已达上限" in one.text for one in bank.relay.to(DESK))


async def test_a_units_robot_that_answers_reminders_opens_no_cases(bank: Bank) -> None:
    await sent(bank)
    for day in ("24", "27", "28", "29"):
        bank.clock.to(f"2026-07-{day}T09:00:01")
        await bank.quiet()
        await bank.quiet()
        last = bank.relay.to(OUTLET)[-1]
        bank.door.mail(a_mail("您的邮件已收到，我们会尽快处理。", sender=OUTLET, reply_to_id=last.message_id, subject="您好", message_id=f"<auto{day}@branch.example>"))
        await bank.quiet()
    assert len(bank.cases()) == 1


async def test_two_bridges_do_not_talk_to_each_other(bank: Bank) -> None:
    """A letter of another bridge says that a machine wrote it; it waits for a person and gets no letter back."""
    await sent(bank)
    theirs = bank.relay.to(OUTLET)[0].raw.replace(b"hotline@bank.example", b"hotline@other-bank.example").replace(b"@bank.example>", b"@other-bank.example>")
    count = len(bank.relay.sent)
    bank.door.mail(theirs)
    await bank.quiet()
    assert [one.to for one in bank.relay.sent[count:]] == [(DESK,)]     # their letter was set aside, and the desk is told
    assert len(bank.cases()) == 1


async def test_P12_robots_at_the_unit_get_five_letters_and_the_desk_one(bank: Bank) -> None:
    _, slip = await sent(bank)
    for n in range(30):
        bank.door.mail(a_mail(f"收到第{n}次。", sender=OUTLET, reply_to_id=slip, message_id=f"<loop{n}@branch.example>"))
        await bank.quiet()
    assert len(bank.relay.to(OUTLET)) == 1 + 5
    assert sum("回复不完整" in one.subject for one in bank.relay.to(DESK)) == 1


async def test_a_refused_alarm_and_a_refused_desk_end_too(bank: Bank) -> None:
    bank.relay.answers[OUTLET] = bank.relay.answers[DESK] = Said("refused", "550 5.1.1 no such mailbox")
    await bank.post(a_form())
    await bank.quiet()
    case = bank.case()
    assert (case.state, case.undelivered) == (State.SENT, True)
    assert bank.house.store.read_now(lambda tx: tx.cases.out_of_sight()) == []
