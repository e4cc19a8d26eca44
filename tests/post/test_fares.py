"""What became of each letter: deferred, bounced, delivered, read, acknowledged, sent again; forged reports change nothing (P-20, T-4)."""

from datetime import datetime

import pytest
from sqlalchemy.exc import DBAPIError

from hotline_bridge import views
from hotline_bridge.steps.chase import left_at
from hotline_bridge.steps.resend import resend
from hotline_bridge.store.tray import Delivery
from routing.case import State
from routing.errors import RuleError
from tests.conftest import Bank
from tests.fakes import Said, Sent
from tests.hostile.test_mail_bounces import DESK, OUTLET
from tests.make import WHOLE_ANSWER, a_form, a_mail
from tests.post.reports import DELIVERED, FULL, GONE, LATE, dsn, mdn


async def sent(bank: Bank) -> Sent:
    await bank.post(a_form())
    await bank.quiet()
    return bank.relay.to(OUTLET)[0]


def slip(bank: Bank) -> Delivery:
    case = bank.case()
    return next(one for one in bank.house.store.read_now(lambda tx: tx.tray.of_case(case.id)) if one.purpose == "slip:0" and one.recipient == OUTLET)


def history(bank: Bank) -> list[tuple[str, str]]:
    letter = slip(bank).letter
    return [(one.word, one.state) for one in bank.house.store.read_now(lambda tx: tx.tray.history([letter])) if one.recipient == OUTLET]


async def came(bank: Bank, raw: bytes) -> None:
    bank.door.mail(raw)
    await bank.quiet()


async def test_P20_a_full_mailbox_gets_the_same_bytes_again_until_patience_ends(bank: Bank) -> None:
    first = await sent(bank)
    due = bank.case().due
    for n, minutes in enumerate((30, 60, 30)):
        await came(bank, dsn(first.message_id, OUTLET, FULL, n=n))
        assert (slip(bank).answer, bank.case().undelivered) == ("deferred", False)
        assert len(bank.relay.to(OUTLET)) == 1 + n                  # not at once: it is full
        bank.clock.on(minutes=minutes)
        await bank.quiet()
        assert len(bank.relay.to(OUTLET)) == 2 + n
        assert slip(bank).answer == "accepted"
    assert {one.raw for one in bank.relay.to(OUTLET)} == {first.raw}
    assert not any("退信告警" in one.subject for one in bank.relay.to(DESK))
    await came(bank, dsn(first.message_id, OUTLET, FULL, n=9))
    assert (slip(bank).answer, bank.case().undelivered, bank.case().due, bank.case().state) == ("bounced", True, due, State.SENT)
    assert any("退信告警" in one.subject for one in bank.relay.to(DESK))
    assert [word for word, _ in history(bank)] == ["accepted", "deferred"] * 3 + ["accepted", "bounced"]
    assert "退信（可重投）" in bank.words()


async def test_P20_the_same_soft_bounce_twice_is_one_more_try(bank: Bank) -> None:
    first = await sent(bank)
    for n in range(20):
        await came(bank, dsn(first.message_id, OUTLET, FULL, n=n))
    bank.clock.on(minutes=31)
    await bank.quiet()
    assert len(bank.relay.to(OUTLET)) == 2


async def test_P20_what_the_relay_puts_off_for_long_is_the_desks_and_is_tried_on(bank: Bank) -> None:
    bank.relay.answers[OUTLET] = Said("later", "450 4.2.1 mailbox busy")
    await bank.post(a_form())
    await bank.quiet()
    assert slip(bank).answer == "deferred"
    for _ in range(3):
        bank.clock.on(minutes=31)
        await bank.quiet()
    assert not bank.case().undelivered
    assert bank.words().count("投递结果") == 1                      # not a line for each try
    for _ in range(3):
        bank.clock.on(minutes=31)
        await bank.quiet()
    assert bank.case().undelivered
    assert len([one for one in bank.relay.to(DESK) if "退信告警" in one.subject]) == 1
    del bank.relay.answers[OUTLET]
    bank.clock.on(minutes=31)
    await bank.quiet()
    assert slip(bank).answer == "accepted"


async def test_a_relay_that_still_tries_is_only_noted(bank: Bank) -> None:
    first = await sent(bank)
    await came(bank, dsn(first.message_id, OUTLET, LATE))
    assert (slip(bank).answer, slip(bank).owed) == ("deferred", False)
    bank.clock.on(hours=3)
    await bank.quiet()
    assert len(bank.relay.to(OUTLET)) == 1
    assert bank.relay.to(DESK) == []
    assert "投递延迟" in bank.words()
    await came(bank, dsn(first.message_id, OUTLET, DELIVERED, envelope=first.envelope, n=2, date="Wed, 22 Jul 2026 12:00:00 +0800"))
    assert slip(bank).answer == "delivered"


def _left(bank: Bank) -> datetime | None:
    case = bank.case()
    return bank.house.store.read_now(lambda tx: left_at(case, tx.tray.slips_out([case.id])[case.id]))


async def test_T4_the_clock_starts_when_the_slip_lies_in_the_mailbox(bank: Bank) -> None:
    first = await sent(bank)
    left = bank.clock()
    assert _left(bank) == left           # accepted counts until somebody says more
    bank.clock.on(minutes=20)
    await came(bank, dsn(first.message_id, OUTLET, DELIVERED, envelope=first.envelope, date="Wed, 22 Jul 2026 09:45:00 +0800"))
    assert slip(bank).answer == "delivered"
    arrived = _left(bank)
    assert arrived is not None
    assert (arrived - left).total_seconds() == 15 * 60
    assert any("2026-07-22 09:45" in one.says and "T-4" in one.says for one in bank.book() if one.what == "送达回执")
    assert bank.house.store.read_now(lambda tx: tx.papers.quarantined()) == []


@pytest.mark.parametrize("envelope", ["", "hb-1-aaaaaaaaaaaaaaaa", "QQ314159"])
async def test_P20_a_forged_receipt_is_noted_and_believed_by_nobody(bank: Bank, envelope: str) -> None:
    first = await sent(bank)
    before = bank.case()
    await came(bank, dsn(first.message_id, OUTLET, DELIVERED, envelope=envelope))
    await came(bank, mdn(first.message_id, OUTLET, to="hotline@bank.example"))
    assert slip(bank).answer == "accepted"
    assert bank.case() == before
    await came(bank, dsn(first.message_id, OUTLET, GONE, n=3))
    assert bank.case().undelivered                                  # and it hides no bounce


async def test_relayed_is_no_delivery(bank: Bank) -> None:
    first = await sent(bank)
    await came(bank, dsn(first.message_id, OUTLET, ("relayed", "2.0.0", "250 ok"), envelope=first.envelope))
    assert slip(bank).answer == "accepted"
    assert history(bank)[-1] == ("relayed", "accepted")
    await came(bank, dsn(first.message_id, OUTLET, GONE, n=2))
    assert slip(bank).answer == "bounced"


async def test_a_bounce_is_matched_by_the_address_we_wrote_to(bank: Bank) -> None:
    first = await sent(bank)
    await came(bank, dsn("lost@mx.example", "zhang@inner.branch.example", GONE, envelope=first.envelope, original=OUTLET))
    assert slip(bank).answer == "bounced"


async def test_a_reading_receipt_to_the_sealed_address_counts_and_the_answer_after_it_more(bank: Bank) -> None:
    first = await sent(bank)
    address = str(first.mail["Disposition-Notification-To"]).strip()
    assert address in str(first.mail["Reply-To"])
    await came(bank, mdn(first.message_id, OUTLET, to=address))
    assert (slip(bank).answer, bank.case().state) == ("read", State.SENT)
    await came(bank, a_mail(WHOLE_ANSWER, sender=OUTLET, reply_to_id=first.message_id, message_id="<r@branch.example>"))
    assert (slip(bank).answer, bank.case().state) == ("acknowledged", State.ANSWERED)
    await came(bank, dsn(first.message_id, OUTLET, GONE, n=5))
    assert slip(bank).answer == "acknowledged"
    assert history(bank) == [("accepted", "accepted"), ("read", "read"), ("acknowledged", "acknowledged"), ("bounced", "acknowledged")]


async def test_unread_and_deleted_is_not_read(bank: Bank) -> None:
    first = await sent(bank)
    await came(bank, mdn(first.message_id, OUTLET, to=str(first.mail["Disposition-Notification-To"]), what="deleted"))
    assert slip(bank).answer == "accepted"


async def test_a_bounce_after_the_receipt_is_shown_to_a_person(bank: Bank) -> None:
    first = await sent(bank)
    await came(bank, dsn(first.message_id, OUTLET, DELIVERED, envelope=first.envelope))
    await came(bank, dsn(first.message_id, OUTLET, GONE, n=2))
    assert (slip(bank).answer, bank.case().undelivered) == ("delivered", False)
    assert any("投递异常" in one.subject for one in bank.relay.to(DESK))


async def test_a_letter_is_sent_again_with_the_same_bytes(bank: Bank) -> None:
    first = await sent(bank)
    await came(bank, dsn(first.message_id, OUTLET, GONE))
    letter = slip(bank).letter
    await bank.decide(resend, letter, [OUTLET], "desk")
    await bank.quiet()
    assert [one.raw for one in bank.relay.to(OUTLET)] == [first.raw] * 2
    assert slip(bank).answer == "accepted"
    assert bank.case().undelivered                                  # the desk's mark stays until the case moves on
    assert history(bank)[-2:] == [("resent", "bounced"), ("accepted", "accepted")]
    assert "重发" in bank.words()
    shown = bank.house.store.read_now(lambda tx: views.full(views.whole(tx, bank.case().number), bank.house.rules, masked=False))
    (row,) = [one for one in shown["letters"] if one["id"] == letter]
    assert [one["word"] for one in row["history"]] == ["accepted", "bounced", "resent", "accepted"]


async def test_P9_1_what_must_not_be_sent_again_is_refused_with_the_reason(bank: Bank) -> None:
    bank.relay.down = True
    await bank.post(a_form())
    await bank.quiet()
    letter = slip(bank).letter
    for to, number, why in (([], letter, "in the tray"), (["x@elsewhere.example"], letter, "was not for x@elsewhere.example"), ([], letter + 999, "there is no letter")):
        with pytest.raises(RuleError, match=why):
            await bank.decide(resend, number, to, "desk")
    bank.relay.down = False
    bank.clock.on(minutes=5)
    await bank.quiet()
    await bank.assign(bank.case().number, unit="B1010102" if bank.house.rules.directory.get("B1010102") else "B10101")
    await bank.quiet()
    with pytest.raises(RuleError, match="earlier slip"):
        await bank.decide(resend, letter, [], "desk")


async def test_P6_what_was_heard_of_a_letter_cannot_be_unsaid(bank: Bank) -> None:
    await sent(bank)
    with pytest.raises(DBAPIError, match="append-only"):
        bank.house.store.run_now(lambda tx: tx.tray.db.exec_driver_sql("UPDATE delivery_word SET word = 'read'"))
