"""A transaction happens wholly or not at all, loses no update, and lets readers read."""

import contextlib
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import text

from adapters.formats.form_json import read_form
from hotline_bridge.opening import take_form
from hotline_bridge.store.engine import Store
from hotline_bridge.store.tx import Tx
from routing.case import Case, Entry
from tests.conftest import Bank
from tests.fakes import ZONE
from tests.make import a_form, form_bytes
from tests.store.conftest import ON_POSTGRES

NOW = datetime(2026, 7, 22, 9, 30, tzinfo=ZONE)


def _entry(what: str) -> Entry:
    return Entry(NOW, "test", what, "", "")


async def test_an_error_leaves_nothing_behind(bank: Bank) -> None:
    await bank.post(a_form())
    before = bank.case()

    def fails(tx: Tx) -> None:
        tx.cases.save(replace(before, seat="another"), _entry("changed"))
        tx.tasks.owe("digest", 77, NOW)
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        await bank.house.store.run(fails)
    assert bank.case() == before
    assert "changed" not in bank.words()


def test_a_part_fails_alone(store: Store) -> None:
    def work(tx: Tx) -> None:
        tx.tasks.owe("triage", 1, NOW)
        with contextlib.suppress(ZeroDivisionError), tx.part():
            tx.tasks.owe("triage", 2, NOW)
            _ = 1 // 0
        tx.tasks.owe("triage", 3, NOW)

    store.run_now(work)
    found = store.run_now(lambda tx: tx.tasks.claim(["triage"], NOW, NOW - NOW, 9))
    assert [one.subject for one in found] == [1, 3]


async def test_no_update_is_lost_however_many_write_at_once(bank: Bank) -> None:
    await bank.post(a_form())
    number = bank.case().number

    def climb(tx: Tx) -> None:
        case = tx.cases.by_number(number)
        assert case is not None
        tx.cases.save(replace(case, climbed=case.climbed + 1), _entry("climbed"))

    with ThreadPoolExecutor(8) as threads:
        for done in [threads.submit(bank.house.store.run_now, climb) for _ in range(40)]:
            done.result()
    assert bank.case().climbed == 40
    assert bank.words().count("climbed") == 40


async def test_two_that_wait_for_each_other_are_both_done_in_the_end(bank: Bank) -> None:
    """PostgreSQL ends one of two transactions that lock two cases crosswise; the store runs it again."""
    await bank.post(a_form("1.1"))
    await bank.post(a_form("1.2"))
    first, second = sorted(case.id for case in bank.cases())
    met = threading.Barrier(2)

    def cross(tx: Tx, one: int, other: int) -> None:
        mine = tx.cases.get(one)
        with contextlib.suppress(threading.BrokenBarrierError):
            met.wait(0.5)               # both hold their first, the first time round; alone there is nobody to wait for
        tx.cases.save(tx.cases.get(other), _entry("crossed"))
        tx.cases.save(mine, _entry("crossed"))

    with ThreadPoolExecutor(2) as threads:
        store = bank.house.store
        for done in [threads.submit(store.run_now, lambda tx, a=a, b=b: cross(tx, a, b)) for a, b in ((first, second), (second, first))]:
            done.result(60)
    words = [entry.what for case in bank.cases() for entry in bank.book(case.number)]
    assert words.count("crossed") == 4


@pytest.mark.parametrize("question", [
    lambda tx, case: tx.cases.by_number(case.number).number, lambda tx, case: tx.cases.select()[0].number,
    lambda tx, case: tx.cases.get(case.id).number, lambda tx, case: tx.cases.by_call([case.call_id]).number,
])
async def test_a_reader_does_not_wait_for_a_writer(bank: Bank, question) -> None:
    await bank.post(a_form())
    case = bank.case()
    holds, read = threading.Event(), threading.Event()

    def write(tx: Tx) -> None:
        tx.cases.save(replace(tx.cases.get(case.id), seat="another"), _entry("changed"))
        holds.set()
        read.wait(20)

    with ThreadPoolExecutor(2) as threads:
        writing = threads.submit(bank.house.store.run_now, write)
        assert holds.wait(20)
        reading: Future[str] = threads.submit(bank.house.store.read_now, lambda tx: question(tx, case))
        try:
            assert reading.result(5) == case.number
        finally:
            read.set()
            writing.result(20)
    assert bank.case().seat == "another"


@ON_POSTGRES
def test_a_reading_transaction_cannot_write(store: Store) -> None:
    with pytest.raises(OSError, match="read-only transaction"):
        store.read_now(lambda tx: tx.tasks.owe("triage", 1, NOW))


def _same_instant(store: Store, works) -> list[object]:
    """Run the works each in a thread of its own, begun together."""
    together = threading.Barrier(len(works))

    def one(work):
        together.wait()
        return store.run_now(work)

    with ThreadPoolExecutor(len(works)) as threads:
        return [done.result(60) for done in [threads.submit(one, work) for work in works]]


def test_two_may_begin_the_same_sequence_at_once(store: Store) -> None:
    got = _same_instant(store, [lambda tx: tx.cases.sequence("95580:20260722")] * 8)
    assert sorted(got) == list(range(1, 9))


def test_two_may_mark_a_new_source_at_once(store: Store) -> None:
    _same_instant(store, [lambda tx, n=n: tx.papers.mark("mailbox", f"7/{n}", NOW) for n in range(8)])
    assert store.read_now(lambda tx: tx.papers.cursor("mailbox")) in {f"7/{n}" for n in range(8)}


def test_two_may_keep_the_same_paper_at_once(store: Store) -> None:
    got = _same_instant(store, [lambda tx: tx.papers.keep("mailbox", "7/1", "mail", b"x", NOW)] * 8)
    assert len([one for one in got if one is not None]) == 1


def test_two_may_owe_the_same_task_at_once(store: Store) -> None:
    _same_instant(store, [lambda tx: tx.tasks.owe("read", 1, NOW)] * 8)
    assert len(store.run_now(lambda tx: tx.tasks.claim(["read"], NOW, NOW - NOW, 9))) == 1


async def test_P3_the_same_form_posted_eight_times_at_once_is_one_case(bank: Bank) -> None:
    body = form_bytes(a_form())
    form, digest = read_form(body)
    rules = bank.house.rules
    got = _same_instant(bank.house.store, [lambda tx: take_form(tx, "seat", body, form, digest, NOW, rules)] * 8)
    assert len({one.number for one in got}) == 1
    assert [one.standing for one in got].count("opened") == 1
    assert len(bank.cases()) == 1


def _numbers(cases: list[Case]) -> list[str]:
    return [case.number for case in cases]


async def test_P3_eight_first_forms_of_a_day_at_once_are_eight_cases(bank: Bank) -> None:
    bodies = [form_bytes(a_form(f"1784683800.{n}")) for n in range(8)]
    rules = bank.house.rules

    def take(body: bytes):
        form, digest = read_form(body)
        return lambda tx: take_form(tx, "seat", body, form, digest, NOW, rules)

    _same_instant(bank.house.store, [take(body) for body in bodies])
    assert len(set(_numbers(bank.cases()))) == 8


async def test_a_row_reads_the_same_before_and_after_a_restart(bank: Bank, engine, tmp_path) -> None:
    await bank.post(a_form())
    await bank.quiet()
    before = bank.case()
    other = Store(engine, tmp_path / "papers")
    (after,) = other.read_now(lambda tx: tx.cases.select())
    assert after == before
    with engine.connect() as db:
        assert db.execute(text("SELECT count(*) FROM case_file")).scalar() == 1
