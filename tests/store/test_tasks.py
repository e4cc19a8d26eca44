"""The list of what is owed: claiming is a lease, holding a fence, finishing spares what was promised anew."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine

from hotline_bridge.errors import LostClaim
from hotline_bridge.store.engine import Store
from hotline_bridge.store.tasks import Task
from tests.fakes import ZONE

NOW = datetime(2026, 7, 22, 9, 30, tzinfo=ZONE)
PATIENCE = timedelta(minutes=2)
KINDS = ("triage", "chase")


def claim(store: Store, now: datetime = NOW, most: int = 1) -> list[Task]:
    return store.run_now(lambda tx: tx.tasks.claim(KINDS, now, PATIENCE, most))


def owe(store: Store, kind: str = "triage", subject: int = 1, due: datetime = NOW) -> None:
    store.run_now(lambda tx: tx.tasks.owe(kind, subject, due))


def test_what_is_not_due_or_of_another_kind_is_left_alone(store: Store) -> None:
    owe(store, due=NOW + timedelta(seconds=1))
    owe(store, kind="post")
    assert claim(store) == []


def test_the_most_overdue_goes_first(store: Store) -> None:
    for subject, minutes in ((1, 5), (2, 60), (3, 10)):
        owe(store, subject=subject, due=NOW - timedelta(minutes=minutes))
    assert [one.subject for one in claim(store, most=2)] == [2, 3]


def test_a_claimed_task_is_nobody_elses_until_patience_is_over(store: Store) -> None:
    owe(store)
    (mine,) = claim(store)
    assert claim(store) == []
    assert claim(store, NOW + PATIENCE - timedelta(seconds=1)) == []
    (theirs,) = claim(store, NOW + PATIENCE)
    assert (theirs.id, theirs.attempt) == (mine.id, mine.attempt + 1)


def test_a_slow_worker_has_lost_its_claim(store: Store) -> None:
    owe(store)
    (slow,) = claim(store)
    (other,) = claim(store, NOW + PATIENCE)
    with pytest.raises(LostClaim):
        store.run_now(lambda tx: tx.tasks.hold(slow))
    store.run_now(lambda tx: tx.tasks.hold(other))
    store.run_now(lambda tx: [tx.tasks.finish(slow), tx.tasks.postpone(slow, NOW, "too late"), tx.tasks.park(slow, "too late")])
    store.run_now(lambda tx: tx.tasks.hold(other))      # nothing the slow one did had any effect
    store.run_now(lambda tx: tx.tasks.finish(other))
    with pytest.raises(LostClaim):
        store.run_now(lambda tx: tx.tasks.hold(other))


def test_what_a_step_promises_anew_survives_its_own_end(store: Store) -> None:
    owe(store, "chase")
    (mine,) = claim(store)

    def step(tx) -> None:
        tx.tasks.hold(mine)
        tx.tasks.owe("chase", 1, NOW + timedelta(days=1))
        tx.tasks.finish(mine)

    store.run_now(step)
    assert claim(store, NOW + PATIENCE) == []
    assert [one.subject for one in claim(store, NOW + timedelta(days=1))] == [1]


def test_the_same_promise_twice_is_one_task_due_as_said_last(store: Store) -> None:
    owe(store, due=NOW)
    owe(store, due=NOW + timedelta(hours=1))
    assert claim(store) == []
    assert len(claim(store, NOW + timedelta(hours=1), most=5)) == 1


def test_a_crash_counts_as_an_attempt(store: Store) -> None:
    owe(store)
    attempts = [claim(store, NOW + n * PATIENCE)[0].attempt for n in range(5)]     # claimed, and never heard of again
    assert attempts == [1, 2, 3, 4, 5]


def test_a_struck_task_is_gone_even_from_whoever_holds_a_claim(store: Store) -> None:
    owe(store)
    (mine,) = claim(store)
    store.run_now(lambda tx: tx.tasks.strike("triage", 1))
    with pytest.raises(LostClaim):
        store.run_now(lambda tx: tx.tasks.hold(mine))


def test_a_parked_task_waits_for_a_person_and_starts_again_from_one(store: Store) -> None:
    owe(store)
    (mine,) = claim(store)
    store.run_now(lambda tx: tx.tasks.park(mine, "it is broken"))
    assert claim(store, NOW + timedelta(days=9)) == []
    (parked,) = store.read_now(lambda tx: tx.tasks.parked())
    assert (parked.kind, parked.trouble) == ("triage", "it is broken")
    assert store.run_now(lambda tx: tx.tasks.unpark(parked.id, NOW))
    assert not store.run_now(lambda tx: tx.tasks.unpark(parked.id, NOW))
    assert claim(store)[0].attempt == 1


def test_ids_of_finished_tasks_never_come_back(store: Store) -> None:
    seen: list[int] = []
    for _ in range(5):
        owe(store)
        (mine,) = claim(store)
        seen.append(mine.id)
        store.run_now(lambda tx, mine=mine: tx.tasks.finish(mine))
    assert seen == sorted(set(seen))


def test_no_table_uses_an_id_again(engine: Engine) -> None:
    """SQLite would; then a stale claim would fit another task, and a slip's number come back."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as db:
            tables = dict(db.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'").all())
        keyed = {name for name, sql in tables.items() if "id INTEGER NOT NULL" in sql}
        assert keyed >= {"paper", "case_file", "entry", "letter", "task", "answer", "review", "leg", "mailbox", "reminder"}
        assert [name for name in keyed if "AUTOINCREMENT" not in tables[name]] == []


@pytest.mark.parametrize("most", [1, 7])
def test_many_workers_never_do_a_task_twice(store: Store, most: int) -> None:
    store.run_now(lambda tx: [tx.tasks.owe("triage", subject, NOW) for subject in range(120)])
    together = Barrier(6)

    def worker(_: int) -> list[int]:
        done: list[int] = []
        together.wait()
        while tasks := claim(store, most=most):
            for task in tasks:
                store.run_now(lambda tx, task=task: [tx.tasks.hold(task), tx.tasks.finish(task)])
                done.append(task.subject)
        return done

    with ThreadPoolExecutor(6) as threads:
        done = Counter(subject for found in threads.map(worker, range(6)) for subject in found)
    assert done == Counter(range(120))
    assert store.read_now(lambda tx: tx.tasks.next_due()) is None
