"""Emergency weeks: four hours, around the clock (C-1 to C-8)."""

import pytest

from tests.conftest import Bank
from tests.fakes import ZONE
from tests.make import a_form

OUTLET = "ts-b1010101@branch.example"


@pytest.fixture
def pack() -> str:
    return "cutover"


async def test_C3_four_hours_even_at_night_and_chased_at_night_too(bank: Bank) -> None:
    bank.clock.to("2026-07-25T23:00:00")        # a Saturday
    await bank.post(a_form(started_at="2026-07-25T23:00:00+08:00", ended_at="2026-07-25T23:05:00+08:00"))
    await bank.quiet()
    due = bank.case().due
    assert due is not None
    assert due.astimezone(ZONE).isoformat() == "2026-07-26T03:00:00+08:00"
    bank.clock.to("2026-07-26T03:00:01")
    await bank.quiet()
    await bank.quiet()
    assert any(entry.what == "发出催办" and entry.at.astimezone(ZONE).hour == 3 for entry in bank.book())


async def test_C7_a_threat_to_go_to_the_media_is_held_for_review_like_any_other(bank: Bank) -> None:
    await bank.post(a_form(narrative="客户称上地路营业所取不出钱，扬言马上打电话给电视台曝光。"))
    await bank.quiet()
    assert bank.words()[-1] == "待复听复核"
