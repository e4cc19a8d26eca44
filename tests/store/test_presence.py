"""A daemon alone on its database takes up at once what a killed one had in hand; with others there, patience does it."""

from datetime import timedelta

from sqlalchemy import Engine

from hotline_bridge.store.engine import Store, open_engine
from hotline_bridge.store.tasks import Task
from tests.fakes import SetClock

PATIENCE = timedelta(minutes=15)


def _claim(store: Store, clock: SetClock) -> list[Task]:
    return store.run_now(lambda tx: tx.tasks.claim(["post"], clock(), PATIENCE, 9))


def _killed_in_its_work(store: Store, clock: SetClock) -> None:
    store.run_now(lambda tx: [tx.tasks.owe("post", subject, clock()) for subject in (1, 2, 3)])
    first, *_ = _claim(store, clock)
    store.run_now(lambda tx: tx.tasks.finish(first))


def test_alone_it_takes_up_what_was_in_hand(store: Store) -> None:
    clock = SetClock()
    _killed_in_its_work(store, clock)
    assert _claim(store, clock) == []
    with store.present(clock) as left:
        assert left == 2
        assert [(one.subject, one.attempt) for one in _claim(store, clock)] == [(2, 2), (3, 2)]


def test_what_waits_for_its_hour_still_waits(store: Store) -> None:
    clock = SetClock()
    _killed_in_its_work(store, clock)
    two, three = _again(store, clock)
    store.run_now(lambda tx: [tx.tasks.postpone(two, clock() + PATIENCE, "the relay is busy"), tx.tasks.park(three, "broken")])
    with store.present(clock) as left:
        assert left == 0
        assert _claim(store, clock) == []


def _again(store: Store, clock: SetClock) -> list[Task]:
    with store.present(clock):
        return _claim(store, clock)


def test_beside_another_it_leaves_the_others_work_alone(store: Store, engine: Engine, url: str, tmp_path) -> None:
    clock = SetClock()
    other_engine = open_engine(url)
    other = Store(other_engine, tmp_path / "papers")
    with other.present(clock):
        store.run_now(lambda tx: tx.tasks.owe("post", 1, clock()))
        (theirs,) = _claim(other, clock)
        with store.present(clock) as left:
            assert left == 0
            assert _claim(store, clock) == []
        other.run_now(lambda tx: tx.tasks.hold(theirs))
    with store.present(clock) as left:
        assert left == 1
    other.close()


def test_a_slow_one_that_was_thought_dead_has_lost_its_claim(store: Store) -> None:
    clock = SetClock()
    store.run_now(lambda tx: tx.tasks.owe("post", 1, clock()))
    (slow,) = _claim(store, clock)
    with store.present(clock):
        (new,) = _claim(store, clock)
    assert (new.id, new.attempt) == (slow.id, slow.attempt + 1)
