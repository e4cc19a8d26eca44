"""A quarter over the Spring Festival, played through the fast clock: nothing is lost, nobody is reminded at night or after the end."""

from datetime import date, datetime
from pathlib import Path

import pytest

from routing.rules import Rules
from tests.fakes import ZONE
from tests.year import Proof_, Year, calls, proof, world

FIRST, LAST = date(2026, 1, 12), date(2026, 3, 6)


@pytest.fixture
async def quarter(tmp_path: Path, sample_rules: Rules) -> tuple[Year, Proof_]:
    """Sixty cases, to their end."""
    year = world(tmp_path, sample_rules, FIRST, seed=7)
    calls(year, 60, FIRST, LAST)
    await year.play(datetime(2026, 5, 1, tzinfo=ZONE))
    return year, proof(year)


async def test_P21_a_quarter_goes_by_without_a_reminder_out_of_hours_or_after_the_end(quarter: tuple[Year, Proof_]) -> None:
    year, found = quarter
    assert sum(found.by_rung.values()) > 30, "too few reminders to prove anything"
    assert (found.closed_days, found.out_of_hours, found.after_the_end, found.twice) == ([], [], [], [])
    store = year.house.store
    assert store.read_now(lambda tx: tx.cases.out_of_sight()) == []
    assert store.read_now(lambda tx: tx.tasks.parked()) == []
    assert {state.name for state, count in store.read_now(lambda tx: tx.cases.counts()).items() if count} == {"CLOSED"}
    assert store.read_now(lambda tx: {one.name for one in tx.reports.select() if one.letter}) >= {"投诉统计表", "投诉督办情况报告", "重点分行投诉情况报告", "投诉情况登记表"}
    store.close()
