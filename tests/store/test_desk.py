"""The desk survives its steps: what fails waits and is parked in the end, what shares its batch is done, no words leak."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from hotline_bridge import desk
from hotline_bridge.errors import Hopeless, Later
from hotline_bridge.steps import STEPS
from hotline_bridge.steps.review import hand_back
from routing.case import State
from routing.errors import RuleError
from tests.conftest import Bank
from tests.make import a_form

SECRET = "客户张某某称其存折密码是"
Step = Callable[..., None]


def _fails_for(subjects: set[int], error: BaseException, done: list[int]) -> Step:
    def step(tx, subject, now, rules) -> None:
        tx.tasks.owe("digest", 1000 + subject, now + timedelta(days=900))      # a row to be taken back
        if subject in subjects:
            raise error
        done.append(subject)

    return step


def _owe(bank: Bank, *subjects: int) -> None:
    now = bank.clock()
    bank.house.store.run_now(lambda tx: [tx.tasks.owe("triage", subject, now) for subject in subjects])


def _parked(bank: Bank) -> dict[int, str]:
    return {one.subject: one.trouble for one in bank.house.store.read_now(lambda tx: tx.tasks.parked())}


async def _work(bank: Bank) -> None:
    while await desk.work_some(bank.house):
        pass


async def test_the_others_of_its_batch_are_done_and_its_own_rows_are_taken_back(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []
    monkeypatch.setattr(desk, "STEPS", {"triage": _fails_for({2}, ValueError("no"), done)})
    _owe(bank, 1, 2, 3)
    await desk.work_some(bank.house)
    assert done == [1, 3]
    far = bank.clock() + timedelta(days=999)
    owed = bank.house.store.run_now(lambda tx: tx.tasks.claim(["digest", "triage"], far, timedelta(0), 9))
    assert sorted((one.kind, one.subject) for one in owed) == [("digest", 1001), ("digest", 1003), ("triage", 2)]


async def test_it_waits_twice_as_long_each_time_and_is_parked_after_eight(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[float] = []
    began = bank.clock()

    def step(tx, subject, now, rules) -> None:
        tries.append((now - began).total_seconds())
        raise ZeroDivisionError("no")

    monkeypatch.setattr(desk, "STEPS", {"triage": step})
    _owe(bank, 1)
    for _ in range(1200):
        await _work(bank)
        bank.clock.on(seconds=1)
    waits = [after - before for before, after in pairwise(tries)]
    assert waits == [2, 4, 8, 16, 32, 64, 128]
    assert _parked(bank) == {1: "ZeroDivisionError: a defect of the program, see the log"}


@pytest.mark.parametrize("error", [Hopeless("assign it once more at the desk"), RuleError("assign it once more at the desk")])
async def test_what_is_hopeless_is_parked_at_once_with_its_own_words(bank: Bank, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "STEPS", {"triage": _fails_for({1}, error, [])})
    _owe(bank, 1)
    await _work(bank)
    assert _parked(bank) == {1: "assign it once more at the desk"}


async def test_later_is_as_often_as_it_likes_and_no_failure(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[int] = []

    def step(tx, subject, now, rules) -> None:
        times.append(subject)
        if len(times) < 20:
            raise Later(now + timedelta(minutes=1), "not yet")

    monkeypatch.setattr(desk, "STEPS", {"triage": step})
    _owe(bank, 1)
    with capture_logs() as logs:
        for _ in range(25):
            await _work(bank)
            bank.clock.on(minutes=1)
    assert len(times) == 20
    assert _parked(bank) == {}
    assert [line for line in logs if line["log_level"] == "error"] == []


async def test_P6_a_bugs_words_are_in_no_log_and_in_no_parked_task(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "STEPS", {"triage": _fails_for({1}, ValueError(SECRET), [])})
    _owe(bank, 1)
    with capture_logs() as logs:
        for _ in range(10):
            await _work(bank)
            bank.clock.on(hours=1)
    failed = [line for line in logs if line["event"] == "step failed"]
    assert len(failed) == 8
    assert failed[0]["where"][-1].startswith("test_desk.py:")
    assert SECRET not in repr(logs) + repr(_parked(bank))
    assert "ValueError" in repr(logs)


async def test_P6_nor_are_the_parameters_of_a_statement_that_failed(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    def step(tx, subject, now, rules) -> None:
        tx.tray.db.exec_driver_sql(f"INSERT INTO nowhere VALUES ('{SECRET}')")

    monkeypatch.setattr(desk, "STEPS", {"triage": step})
    _owe(bank, 1)
    with capture_logs() as logs:
        try:
            await _work(bank)
        except OSError as error:
            assert SECRET not in str(error)
    assert SECRET not in repr(logs) + repr(_parked(bank))


class Died(BaseException):
    """Stands for what ends a process: a segmentation fault, the kernel's out-of-memory killer."""


async def test_a_task_that_ends_the_process_is_parked_and_the_others_are_done(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []
    monkeypatch.setattr(desk, "STEPS", {"triage": _fails_for({2}, Died(), done)})
    _owe(bank, 1, 2, 3, 4)
    for _ in range(12):
        try:
            await _work(bank)
        except Died:
            bank.clock.on(minutes=3)
    assert sorted(set(done)) == [1, 3, 4]
    assert list(_parked(bank)) == [2]
    assert "ended" in _parked(bank)[2]


async def test_the_real_steps_of_a_batch_are_all_done_though_one_of_them_has_no_case(bank: Bank) -> None:
    await bank.post(a_form("1.1"))
    await bank.post(a_form("1.2", form__customer={"name": "李某某", "phone": "13800000002"}))     # the same person twice: the desk would be written to
    _owe(bank, 999)
    await bank.quiet()
    assert len(bank.relay.sent) == 2
    assert "triage" in STEPS


async def test_P9_1_a_case_handed_back_in_the_minute_of_its_signature_does_not_leave(bank: Bank) -> None:
    """Two reviewers at once: the one who hands it back wins over a signature that has not yet sent it."""
    narrative = "客户称在上地路营业所办理六万元转账，柜员操作失误转错账户，要求尽快更正。"
    posted = await bank.post(a_form(narrative=narrative, recording="a.wav"))
    await bank.quiet()
    await bank.sign(posted.number)
    await bank.decide(hand_back, posted.number, "复核员乙", "与录音不符")
    await bank.quiet()
    assert bank.relay.sent == []
    assert bank.case().state is State.DESK
