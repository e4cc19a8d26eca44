"""Two daemons at the same moment: three people about one matter, looked at by two (C-5); a call written down while the form is made (P-12)."""

import threading
from collections.abc import Callable
from importlib import import_module

import pytest
from sqlalchemy import Engine, text

from hotline_bridge.steps import STEPS
from hotline_bridge.steps.callback import note
from hotline_bridge.store.callbacks import Callbacks
from hotline_bridge.store.tx import Tx
from routing.case import State
from tests.conftest import Bank
from tests.make import a_form
from tests.matters.test_callbacks import CUSTOMER, closed
from tests.store.conftest import ON_POSTGRES


class Meanwhile:
    """Runs something beside the thread that meets it, and lets that go on once the other is done or waits for a lock."""

    def __init__(self, bank: Bank, engine: Engine, work: Callable[[Tx], object]) -> None:
        self.engine, self.thread = engine, threading.Thread(target=lambda: bank.house.store.run_now(work))

    def begin(self) -> None:
        if self.thread.ident is not None:
            return
        self.thread.start()
        with self.engine.connect() as watching:
            while self.thread.is_alive() and not watching.execute(text("select count(*) from pg_locks where not granted")).scalar_one():
                watching.rollback()


def before_it_follows(monkeypatch: pytest.MonkeyPatch, other: Meanwhile) -> None:
    """Let the other one work between what the radar reads and what it does about it."""
    module = import_module("hotline_bridge.steps.radar")
    earlier = module.earlier

    def read_and_pause(*what: object) -> object:
        seen = earlier(*what)
        other.begin()
        return seen

    monkeypatch.setattr(module, "earlier", read_and_pause)


@ON_POSTGRES
async def test_C5_the_third_person_is_seen_though_two_daemons_look_at_once(bank: Bank, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    look = STEPS["radar"]
    monkeypatch.setitem(STEPS, "radar", lambda *_: None)
    for call, phone in enumerate(("13800000001", "13900000002", "13700000003")):
        await bank.post(a_form(f"r{call}", caller=phone, form__customer={"name": "", "phone": phone}))
        await bank.quiet()
    first, second, third = sorted(case.id for case in bank.cases())
    now, rules, store = bank.clock(), bank.house.rules, bank.house.store
    store.run_now(lambda tx: look(tx, first, now, rules))
    other = Meanwhile(bank, engine, lambda tx: look(tx, second, now, rules))
    before_it_follows(monkeypatch, other)
    store.run_now(lambda tx: look(tx, third, now, rules))
    other.thread.join()
    assert len({case.matter for case in bank.cases()} - {None}) == 1
    assert all(case.matter for case in bank.cases())
    assert any("群体投诉" in bank.words(case.number) for case in bank.cases())


@ON_POSTGRES
async def test_C5_two_that_are_looked_at_in_the_same_moment_find_each_other(bank: Bank, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    look = STEPS["radar"]
    monkeypatch.setitem(STEPS, "radar", lambda *_: None)
    for call, phone in enumerate(("13800000001", "13900000002")):
        await bank.post(a_form(f"r{call}", caller=phone, form__customer={"name": "", "phone": phone}))
        await bank.quiet()
    first, second = sorted(case.id for case in bank.cases())
    now, rules, store = bank.clock(), bank.house.rules, bank.house.store
    other = Meanwhile(bank, engine, lambda tx: look(tx, first, now, rules))
    before_it_follows(monkeypatch, other)
    store.run_now(lambda tx: look(tx, second, now, rules))
    other.thread.join()
    one, two = bank.cases()
    assert one.matter == two.matter is not None


@ON_POSTGRES
async def test_P12_what_the_desk_writes_down_is_not_overwritten_by_the_step_that_asks(bank: Bank, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    number = await closed(bank, phone="", address=CUSTOMER)
    bank.clock.to("2026-07-23T10:00:00")
    now, rules, store = bank.clock(), bank.house.rules, bank.house.store
    (owed,) = store.read_now(lambda tx: tx.callbacks.of_case(bank.case().id))
    desk = Meanwhile(bank, engine, lambda tx: note(tx, number, "8001", "dissatisfied", "没有道歉", now, rules))
    get = Callbacks.get

    def read_and_pause(self: Callbacks, callback: int) -> object:
        found = get(self, callback)
        desk.begin()
        return found

    monkeypatch.setattr(Callbacks, "get", read_and_pause)
    store.run_now(lambda tx: STEPS["callback"](tx, owed.id, now, rules))
    desk.thread.join()
    (said,) = store.read_now(lambda tx: tx.callbacks.of_case(bank.case().id))
    assert said.state == "dissatisfied"
    assert bank.case().state is State.DESK
