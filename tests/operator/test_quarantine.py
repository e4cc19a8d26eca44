"""Papers set aside: a person hears of them, sees a card, lets them be read again, registers or lays them away (pains 1, 24)."""

import pytest

from hotline_bridge import views
from hotline_bridge.steps.aside import retry, settle
from hotline_bridge.steps.register import register_by_hand
from routing.case import State
from routing.errors import RuleError
from tests.conftest import Bank
from tests.hostile.test_mail_senders import DESK
from tests.make import a_mail

BROKEN = b"\x00\x01 no mail at all"


def lying(bank: Bank) -> list[int]:
    return [one.id for one in bank.house.store.read_now(lambda tx: tx.papers.quarantined())]


def told(bank: Bank) -> list[str]:
    return [one.text for one in bank.relay.to(DESK) if "待人工处理" in one.subject]


async def test_the_desk_hears_of_papers_set_aside_in_one_letter_each_half_hour(bank: Bank) -> None:
    for place in range(3):
        bank.door.mail(BROKEN + bytes([place]))
    await bank.quiet()
    assert len(told(bank)) == 1
    assert all(f"Q-{paper}" in told(bank)[0] for paper in lying(bank))
    bank.door.mail(BROKEN + b"late")
    await bank.quiet()
    assert len(told(bank)) == 1
    bank.clock.on(minutes=31)
    await bank.quiet()
    assert len(told(bank)) == 2
    assert told(bank)[1].count("Q-") == 1
    bank.clock.on(days=2)
    await bank.quiet()
    assert len(told(bank)) == 2                     # once is enough


async def test_nobody_is_told_at_night(bank: Bank) -> None:
    bank.clock.to("2026-07-22T23:00:00")
    bank.door.mail(BROKEN)
    await bank.quiet()
    assert told(bank) == []
    bank.clock.to("2026-07-23T09:00:00")
    await bank.quiet()
    assert len(told(bank)) == 1


async def test_a_dead_desk_mailbox_does_not_make_letters_without_end(bank: Bank) -> None:
    from tests.fakes import Said

    bank.relay.answers[DESK] = Said("refused", "550 no such user")
    bank.door.mail(BROKEN)
    await bank.quiet()
    for hour in range(5):
        bank.clock.on(minutes=40)
        bank.door.mail(BROKEN + bytes([hour]))
        await bank.quiet()
    letters = bank.house.store.read_now(lambda tx: tx.tray.last_of("quarantine"))
    assert letters is not None
    assert letters.letter == 1
    bank.relay.answers.clear()                      # somebody mended it
    bank.clock.to("2026-07-23T10:00:00")
    await bank.quiet()
    assert len(told(bank)) == 1
    assert told(bank)[0].count("Q-") == 5


async def test_a_paper_read_again_after_the_cause_is_mended_becomes_what_it_is_once(bank: Bank) -> None:
    from dataclasses import replace

    rules = bank.house.rules
    bank.house.shelf.rules = replace(rules, limits=replace(rules.limits, cases_of_sender=1))
    for place in range(2):
        bank.door.mail(a_mail(f"客户在上地路营业所办理存款，第{place}位柜员态度冷淡，要求道歉。", message_id=f"<m{place}@customer.example>"))
    await bank.quiet()
    (paper,) = lying(bank)
    bank.house.shelf.rules = rules
    await bank.decide(retry, paper, "desk")
    await bank.quiet()
    assert lying(bank) == []
    assert len(bank.cases()) == 2
    with pytest.raises(RuleError, match="seen to already"):
        await bank.decide(retry, paper, "desk")


async def test_a_paper_that_still_cannot_be_read_lies_there_again_and_is_told(bank: Bank) -> None:
    bank.door.mail(BROKEN)
    await bank.quiet()
    (paper,) = lying(bank)
    await bank.decide(retry, paper, "desk")
    await bank.quiet()
    assert lying(bank) == [paper]
    bank.clock.on(minutes=31)
    await bank.quiet()
    assert len(told(bank)) == 2


async def test_a_mail_in_quarantine_is_registered_by_a_person_and_waits_at_the_desk(bank: Bank) -> None:
    bank.door.mail(a_mail("自动回复：客户在上地路营业所存款两万元不见了。", subject="自动回复：投诉", headers={"Auto-Submitted": "auto-replied"}))
    await bank.quiet()
    (paper,) = lying(bank)
    await bank.decide(register_by_hand, paper, "desk")
    await bank.quiet()
    assert lying(bank) == []
    assert bank.case().state is State.DESK
    assert "从隔离件" in "".join(entry.says for entry in bank.book())
    with pytest.raises(RuleError):
        await bank.decide(register_by_hand, paper, "desk")


async def test_what_was_laid_away_says_by_whom_and_how(bank: Bank) -> None:
    bank.door.mail(BROKEN)
    await bank.quiet()
    (paper,) = lying(bank)
    with pytest.raises(RuleError, match="say what was done"):
        await bank.decide(settle, paper, "desk", " ")
    await bank.decide(settle, paper, "desk", "电话核实，是病毒邮件")
    kept = bank.house.store.read_now(lambda tx: tx.papers.get(paper))
    assert kept is not None
    assert kept.state == "read"
    assert "desk：电话核实，是病毒邮件" in kept.trouble
    assert bank.house.store.read_now(lambda tx: tx.papers.body(paper)) == BROKEN


async def test_P6_a_card_tells_the_desk_what_came_and_others_only_why(bank: Bank) -> None:
    bank.door.mail(a_mail("我的电话是13800000009。", sender="li@customer.example", subject="已读: 投诉", headers={"Auto-Submitted": "auto-replied"}))
    await bank.quiet()
    (paper,) = lying(bank)
    kept, body = bank.house.store.read_now(lambda tx: (tx.papers.get(paper), tx.papers.body(paper)))
    zone = bank.house.rules.pack(bank.house.rules.default_pack).zone
    whole, masked = views.card(kept, body, zone, masked=False), views.card(kept, body, zone, masked=True)
    assert whole["from"] == "li@customer.example"
    assert "13800000009" in str(whole["text"])
    assert whole["remedy"]
    assert "13800000009" not in str(masked)
    assert "li@customer.example" not in str(masked)
