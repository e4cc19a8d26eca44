"""Calls out on both databases: one try is one row, whoever is faster, and what is settled stays so (P-21)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

from hotline_bridge.store.calls_out import CallOut
from hotline_bridge.store.reminders import TELEPHONE, Pending
from routing.calls import CallEnd
from tests.conftest import Bank
from tests.make import a_form


async def a_reminder(bank: Bank) -> tuple[int, int]:
    number = (await bank.post(a_form())).number
    case = bank.case(number)
    now = bank.clock()

    def leave(tx) -> int:
        tx.reminders.remind(tx.reminders.mailbox("ts@branch.example"), Pending(0, case.id, 1, "逾期催办", "姜经理", True, TELEPHONE, "B1010101"), now)
        (errand,) = tx.calls_out.asked([case.id], now)
        return errand

    return await bank.house.store.run(leave), case.id


def a_call(bank: Bank, reminder: int, case: int, attempt: int = 1, **more) -> CallOut:
    return replace(CallOut(0, reminder, case, attempt, f"hbc-{attempt}", "B1010101", "姜经理", "01055500026", "manager", bank.clock(), None, "dialling", "", ""), **more)


async def test_P21_two_daemons_that_place_the_same_try_in_one_instant_place_one(bank: Bank) -> None:
    reminder, case = await a_reminder(bank)
    ready = Barrier(2)

    def place(name: str) -> bool:
        ready.wait()
        return bank.house.store.run_now(lambda tx: tx.calls_out.place(a_call(bank, reminder, case, token=name)))

    with ThreadPoolExecutor(2) as pool:
        placed = list(pool.map(place, ("hbc-one", "hbc-two")))
    assert sorted(placed) == [False, True]
    (row,) = bank.house.store.read_now(lambda tx: tx.calls_out.of_reminder(reminder))
    assert row.result == "dialling"


async def test_P21_what_is_settled_is_settled_once(bank: Bank) -> None:
    reminder, case = await a_reminder(bank)
    store, now = bank.house.store, bank.clock()
    assert await store.run(lambda tx: tx.calls_out.place(a_call(bank, reminder, case)))
    since = now - timedelta(minutes=10)
    assert await store.read(lambda tx: (tx.calls_out.under_way(since), tx.calls_out.ringing("01055500026", since), tx.calls_out.ringing("1", since))) == (1, True, False)
    first = await store.run(lambda tx: tx.calls_out.settle("hbc-1", CallEnd("acknowledged", "1", "x" * 900), now))
    assert first is not None
    assert (first.result, first.pressed, first.settled, len(first.said)) == ("acknowledged", "1", now, 500)
    assert await store.run(lambda tx: tx.calls_out.settle("hbc-1", CallEnd("busy"), now)) is None
    assert await store.run(lambda tx: tx.calls_out.settle("hbc-unknown", CallEnd("busy"), now)) is None
    assert await store.read(lambda tx: tx.calls_out.under_way(since)) == 0


async def test_P21_calls_are_given_out_by_reminder_and_the_newest_first(bank: Bank) -> None:
    reminder, case = await a_reminder(bank)
    store = bank.house.store
    for attempt in (1, 2, 3):
        assert await store.run(lambda tx, attempt=attempt: tx.calls_out.place(a_call(bank, reminder, case, attempt)))
    assert [call.attempt for call in (await store.read(lambda tx: tx.calls_out.of_reminders([reminder, 99])))[reminder]] == [1, 2, 3]
    assert [call.attempt for call in await store.read(lambda tx: tx.calls_out.latest(2))] == [3, 2]
    assert await store.read(lambda tx: tx.calls_out.asked([], bank.clock())) == []
    bank.clock.on(minutes=1)
    assert await store.read(lambda tx: tx.calls_out.asked([case], bank.clock())) == []      # made before this moment
