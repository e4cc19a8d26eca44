"""No query about a call goes through all rows of anything, and a call costs the same however many there are (P-3, P-9.1, pain 20)."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, event

from adapters.formats.cdr import leg_of
from hotline_bridge import call_view, joining, missed
from hotline_bridge.calling import heard_of
from hotline_bridge.steps.call_errand import attach, done
from hotline_bridge.store.tx import Tx
from tests.calling.world import CALLER, EAST, PAPERS, WEST, ZONE, hear, row
from tests.conftest import Bank
from tests.make import a_form
from tests.store import test_chasing_queries
from tests.store.test_chasing_queries import scanned

ID = "1784683200.17"
BIG = ("call", "call_errand", "leg", "leg_call", "person_mark", "recording", *test_chasing_queries.BIG)

ASKS: dict[str, Callable[[Tx, Bank], Any]] = {
    "meet": lambda tx, bank: joining.meet(tx, (ID,), bank.clock(), bank.house.rules),
    "candidates": lambda tx, bank: joining.candidates(tx, tx.cases.get(1)),
    "missed": lambda tx, bank: missed.look(tx, CALLER, bank.clock(), bank.house.rules),
    "earlier": lambda tx, bank: call_view.earlier_rows(tx, CALLER, bank.house.rules),
    "whole": lambda tx, bank: call_view.whole(tx, 1, bank.house.rules),
    "list": lambda tx, bank: call_view.errands(tx, tx.errands.waiting(), bank.house.rules, masked=True),
    "waits": lambda tx, bank: tx.errands.waits_for(CALLER),
    "of case": lambda tx, bank: tx.telephone.of_case(1),
    "done": lambda tx, bank: done(tx, tx.errands.waiting()[0].id, "甲", "已回拨", bank.clock(), bank.house.rules),
    "attach": lambda tx, bank: attach(tx, 2, tx.cases.get(1).number, "甲", bank.clock(), bank.house.rules),
    "told": lambda tx, bank: tx.errands.several(tx.tasks.owed(missed.TELL)),
}


def asked(engine: Engine, bank: Bank, asks: Callable[[Tx, Bank], Any]) -> list[tuple[str, Any]]:
    seen: list[tuple[str, Any]] = []

    def hear_of(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        seen.append((statement, parameters[0] if many else parameters))

    event.listen(engine, "before_cursor_execute", hear_of)
    try:
        bank.house.store.run_now(lambda tx: asks(tx, bank))
    finally:
        event.remove(engine, "before_cursor_execute", hear_of)
    return [(statement, parameters) for statement, parameters in seen if re.match(r"SELECT|UPDATE|INSERT|DELETE", statement)]


@pytest.mark.parametrize("asks", ASKS)
async def test_pain20_no_query_about_a_call_goes_through_a_whole_table(bank: Bank, engine: Engine, asks: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await bank.post(a_form(ID))
    await hear(bank, row(ID))
    await hear(bank, row(ID, ani="13900000002"), WEST)
    await hear(bank, row("1784683200.3", talk=20, result="NO ANSWER", seat="", ani="13900000003"))
    await bank.quiet()
    monkeypatch.setattr(test_chasing_queries, "BIG", BIG)
    mine = asked(engine, bank, ASKS[asks])
    assert mine
    with engine.begin() as db:
        assert [line for statement, parameters in mine for line in scanned(db, statement, parameters)] == []


async def test_pain20_the_hundredth_call_asks_no_more_of_the_store_than_the_first(bank: Bank, engine: Engine) -> None:
    """bench/calls_heard.py measures the time; here it is counted."""
    counts = []
    for n in range(100):
        lines = [row(f"17846832{n:04}.{leg}", linked=f"17846832{n:04}.0", ani=f"138{n:08}", number=leg + 1) for leg in range(3)]
        counts.append(len(asked(engine, bank, lambda tx, bank, lines=lines: [heard(tx, bank, line) for line in lines])))
    assert set(counts) == {counts[0]}
    assert counts[0] < 3 * 20


def heard(tx: Tx, bank: Bank, line: bytes) -> None:
    paper = tx.papers.keep("cdr:east", str(next(PAPERS)), "cdr", line, bank.clock())
    assert paper is not None
    heard_of(tx, paper, leg_of(line, EAST, ZONE), bank.clock(), bank.house.rules)
