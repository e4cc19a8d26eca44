"""No query that runs for a case that is chased, or a mailbox that is reminded, goes through all rows of anything (P-21, pain 20)."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from hotline_bridge.desk import claimed
from hotline_bridge.steps.chase import REMINDED
from hotline_bridge.store.reminders import CONSOLE, TELEPHONE, Pending
from hotline_bridge.store.tx import Tx
from tests.conftest import Bank
from tests.make import a_form
from tests.stories.test_reminders import DUE, OUTLET, OUTLET_CODE, digests, to

BIG = ("case_file", "letter", "delivery", "entry", "reminder", "task", "answer", "mailbox")

#: What a sweep asks, a digest, and the post room before it sends one; and the list people look at.
ASKS: dict[str, Callable[[Tx, Bank], Any]] = {
    "claim": lambda tx, bank: claimed(tx, bank.clock()),
    "cases": lambda tx, bank: tx.cases.several([1, 2, 3]),
    "slips": lambda tx, bank: tx.tray.slips_out([1, 2, 3]),
    "answers": lambda tx, bank: tx.answers.latest([1, 2, 3]),
    "book": lambda tx, bank: tx.cases.said([1, 2, 3], REMINDED),
    "climb": lambda tx, bank: tx.cases.climb({1: 2, 2: 2}),
    "mailboxes": lambda tx, bank: tx.reminders.mailboxes({OUTLET, "new@branch.example"}),
    "remind": lambda tx, bank: tx.reminders.remind_all([(1, Pending(0, 1, 5, "催办", "", False))], bank.clock()),
    "owe": lambda tx, bank: tx.tasks.owe_all("chase", {1: bank.clock(), 2: bank.clock()}),
    "lift": lambda tx, bank: tx.reminders.lift([1, 2], bank.clock()),
    "pending": lambda tx, bank: tx.reminders.pending(1),
    "due": lambda tx, bank: tx.cases.due_of([OUTLET_CODE, "B1010102"], bank.clock() + timedelta(days=9)),
    "told": lambda tx, bank: tx.reminders.told(1, bank.clock() - timedelta(days=14)),
    "last digest": lambda tx, bank: tx.tray.last_to(f"mailbox:{OUTLET}", "digest"),
    "still going": lambda tx, bank: tx.cases.going([1, 2]),
    "its cases": lambda tx, bank: (tx.reminders.of_letter(1), tx.reminders.packs_of(1), tx.reminders.unsaid(1)),
    "calls": lambda tx, bank: tx.reminders.open((TELEPHONE, CONSOLE)),
    "one call": lambda tx, bank: tx.reminders.errand(1),
}


def scanned(db: Any, statement: str, parameters: Any) -> list[str]:
    """Which of the big tables this statement would go through from the first row to the last."""
    if db.dialect.name == "sqlite":
        plan = [row[3] for row in db.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, parameters)]
        return [line for line in plan if any(re.match(rf"SCAN {name}\b(?! USING)", line) for name in BIG)]
    db.execute(text("SET LOCAL enable_seqscan = off"))
    plan = [row[0] for row in db.exec_driver_sql("EXPLAIN " + statement, parameters)]
    return [line for line in plan if "Seq Scan" in line and any(re.search(rf" on {name}\b", line) for name in BIG)]


@pytest.mark.parametrize("asks", ASKS)
async def test_P21_pain20_no_query_of_a_chase_goes_through_a_whole_table(bank: Bank, engine: Engine, asks: str) -> None:
    for n in range(3):
        await bank.post(a_form(f"q{n}"))
    await to(bank, "2026-07-22T09:40:00", f"{DUE}T09:00:00")
    bank.clock.to("2026-07-28T09:00:00")
    seen: list[tuple[str, Any]] = []

    def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        seen.append((statement, parameters[0] if many else parameters))

    event.listen(engine, "before_cursor_execute", hear)
    try:
        bank.house.store.run_now(lambda tx: ASKS[asks](tx, bank))
    finally:
        event.remove(engine, "before_cursor_execute", hear)
    mine = [(statement, parameters) for statement, parameters in seen if re.match(r"SELECT|UPDATE|INSERT|DELETE", statement)]
    assert mine
    with engine.begin() as db:
        assert [line for statement, parameters in mine for line in scanned(db, statement, parameters)] == []


async def test_P21_the_whole_way_of_a_reminder_on_either_database(bank: Bank) -> None:
    numbers = [(await bank.post(a_form(f"w{n}"))).number for n in range(3)]
    await to(bank, "2026-07-22T09:40:00", "2026-07-24T09:00:00", f"{DUE}T09:00:00", "2026-07-28T09:00:00")
    assert [len(digests(bank, OUTLET)), all(number in digests(bank, OUTLET)[-1].text for number in numbers)] == [3, True]
    calls = bank.house.store.read_now(lambda tx: tx.reminders.open((TELEPHONE,)))
    assert {bank.house.store.read_now(lambda tx, one=one: tx.cases.get(one.case).number) for one in calls} == set(numbers)
    assert bank.house.store.read_now(lambda tx: tx.tasks.parked()) == []
