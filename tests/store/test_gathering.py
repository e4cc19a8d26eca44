"""Matters, marks, sketches and call-backs on both databases; what is written down of who belongs where stays (P-6, P-18, C-5)."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DatabaseError

from hotline_bridge.daemon import run_until_quiet
from hotline_bridge.matter_view import full, gathered
from hotline_bridge.steps.callback import note
from hotline_bridge.steps.matter import leave_by_hand, merge_by_hand, unmerge_by_hand
from hotline_bridge.store import schema_books as b
from hotline_bridge.store.matters import Bond
from routing.case import State
from routing.likeness import bands, sketch_of, stored
from routing.person import Mark
from tests.conftest import Bank
from tests.make import a_form


async def test_C5_P18_law_18_the_whole_way_on_this_database(bank: Bank) -> None:
    for number, phone in enumerate(("13800000001", "13800000002", "13800000003", "13800000003")):
        await bank.post(a_form(f"g{number}", form__customer={"name": "", "phone": phone}))
        await run_until_quiet(bank.house)
    cases = sorted(bank.cases(), key=lambda case: case.id)
    matter = cases[0].matter
    assert matter is not None
    assert {case.matter for case in cases} == {matter}
    shown = bank.house.store.read_now(lambda tx: full(gathered(tx, matter), bank.house.rules))      # type: ignore[arg-type]
    assert (shown["people"], shown["cases"], shown["told"]) == (3, 4, 3)
    assert [one.id for one in bank.house.store.read_now(lambda tx: tx.matters.listed(10))] == [matter]
    await bank.decide(merge_by_hand, cases[3].number, cases[2].number, "desk", "同一人同一事")
    await bank.decide(unmerge_by_hand, cases[3].number, "desk", "不是")
    assert bank.case(cases[3].number).state is State.SENT
    await bank.decide(leave_by_hand, cases[0].number, f"M-{matter}", "desk", "不是")
    assert bank.case(cases[0].number).matter is None
    owed = bank.house.store.run_now(lambda tx: tx.callbacks.owe(cases[1].id, 1, bank.clock()))
    assert bank.house.store.run_now(lambda tx: tx.callbacks.owe(cases[1].id, 1, bank.clock())) == owed
    await bank.decide(note, cases[1].number, "8001", "fair", "")
    assert bank.case(cases[1].number).satisfaction == "基本满意"
    assert bank.house.store.read_now(lambda tx: tx.callbacks.waiting(bank.clock(), 9)) == []


def _bound(bank: Bank) -> None:
    def work(tx) -> None:
        matter = tx.matters.open(bank.clock(), None, None)
        tx.matters.bind(Bond(bank.case().id, matter.id, bank.clock(), "desk", "joined", "因"))
    bank.house.store.run_now(work)


@pytest.mark.parametrize("change", [update(b.bond).values(act="left"), delete(b.bond)])
async def test_P6_what_was_joined_and_left_is_never_rewritten(bank: Bank, change) -> None:
    await bank.post(a_form())
    _bound(bank)
    with pytest.raises(DatabaseError, match="append-only"):
        bank.house.store.run_now(lambda tx: tx.matters.db.execute(change))


async def test_P18_what_is_found_is_bounded_and_the_newest_first(bank: Bank) -> None:
    await bank.post(a_form("first"))
    case, now = bank.case(), bank.clock()
    sketch = sketch_of("柜员把回单扔在柜台上还催人离开态度很差没有道歉")
    numbers, mark = bands(sketch, "B10101"), Mark("phone", "0" * 64)

    def keep(tx) -> None:
        for _ in range(2):
            tx.sketches.mark(case.id, (mark, mark))
            tx.sketches.keep(case.id, stored(sketch), numbers, numbers)

    bank.house.store.run_now(keep)
    find = bank.house.store.read_now
    assert find(lambda tx: tx.sketches.near((mark,), (), "", now, 5)) == [case.id]
    assert find(lambda tx: tx.sketches.near((), numbers, "", now, 5)) == [case.id]
    assert find(lambda tx: tx.sketches.near((), bands(sketch, "E1"), "", now, 5)) == []
    assert find(lambda tx: tx.sketches.near((), (), "B1010101", now - timedelta(days=9), 5)) == []       # triage has not named the unit yet
    assert find(lambda tx: tx.sketches.near((mark,), numbers, "", now, 0)) == []
    assert list(find(lambda tx: tx.sketches.marks((case.id, 99)))[case.id]) == [mark]
    (glance,) = find(lambda tx: tx.sketches.glances((case.id,)))
    assert (glance.number, glance.answered, glance.product) == (case.number, False, "")
