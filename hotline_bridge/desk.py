"""The desk: takes what is due and does the step it names."""

import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import structlog

from hotline_bridge.errors import Hopeless, Later, LostClaim
from hotline_bridge.house import House
from hotline_bridge.logs import frames
from hotline_bridge.steps import STEPS, SWEEPS
from hotline_bridge.store.engine import is_database_trouble
from hotline_bridge.store.tasks import Task
from hotline_bridge.store.tx import Tx
from routing.errors import RuleError
from routing.rules import Rules

log = structlog.get_logger()
PATIENCE = timedelta(minutes=2)
MAX_ATTEMPTS = 8
BATCH = 32
SHORT = 1           # in one transaction while somebody stands at the counter
BEHIND = 0.005      # seconds the desk steps back for who stands there; under posts without end it goes on slowly
WAITS = frozenset({"radar"})
SWEEP = 512         # of a kind that is done together
ALONE = 2           # tries after which a task is done by itself: it may be what ended the process


async def work_some(house: House) -> bool:
    """Do the due tasks, a batch in one transaction, or in short ones while somebody stands at the counter; False if there are none."""
    now = house.clock()
    tasks = await house.store.run(lambda tx: claimed(tx, now))
    if not tasks:
        return False
    rules, left = house.rules, tasks
    if any(task.kind in SWEEPS for task in tasks):
        left = await house.store.run(lambda tx: _swept(tx, tasks, now, rules))
    while left:
        await house.rush.over(BEHIND)
        troubles, left = await house.store.run(partial(do_some, tasks=left, now=now, rules=rules, rushed=lambda: house.rush.waiting > 0))
        for task, error in troubles:
            log.error("step failed", step=task.kind, subject=task.subject, attempt=task.attempt, trouble=_told(error), where=frames(error))
    house.desk_bell.ring()
    house.post_bell.ring()
    house.office_bell.ring()
    house.books_bell.ring()
    return True


def claimed(tx: Tx, now: datetime) -> list[Task]:
    """The tasks to do next; where one of them is of a kind that is done together, many more of that kind."""
    tasks = _up_to_who_waits(tx, tx.tasks.claim(STEPS, now, PATIENCE, BATCH, alone=ALONE), now)
    swept = sorted({task.kind for task in tasks if task.attempt <= ALONE} & SWEEPS.keys())
    return [*tasks, *tx.tasks.claim(swept, now, PATIENCE, SWEEP, below=ALONE)] if swept else tasks


def _up_to_who_waits(tx: Tx, tasks: list[Task], now: datetime) -> list[Task]:
    """The tasks before the first that waits for other daemons, or that one by itself: who waits holds nothing that they may wait for."""
    first = next((place for place, task in enumerate(tasks) if task.kind in WAITS), None)
    if first is None:
        return tasks
    taken = tasks[:max(first, 1)]
    if left := tasks[len(taken):]:
        tx.tasks.give_back(left, now)
    return taken


def _swept(tx: Tx, tasks: list[Task], now: datetime, rules: Rules) -> list[Task]:
    """Do together what may be done together; returns what is left. Where one spoils it, all are left to be done by themselves."""
    settled: set[int] = set()
    for kind, sweep in SWEEPS.items():
        mine = [task for task in tasks if task.kind == kind and task.attempt <= ALONE]
        if len(mine) < 2:
            continue
        try:
            with tx.part():
                held = tx.tasks.hold_all(mine)
                sweep(tx, [task.subject for task in held], now, rules)
                tx.tasks.finish_all(held)
                settled |= {task.id for task in mine}
        except Exception as error:  # the step itself says whose trouble it is, when each is done alone
            if is_database_trouble(error):
                raise
            log.warning("sweep failed, done one by one", step=kind, count=len(mine), trouble=_told(error), where=frames(error))
    return [task for task in tasks if task.id not in settled]


def do_some(tx: Tx, tasks: list[Task], now: datetime, rules: Rules, rushed: Callable[[], bool]) -> tuple[list[tuple[Task, Exception]], list[Task]]:
    """Do task after task, each in a part of the transaction: one that fails takes only its own rows with it.

    Returns what failed, and what is left: as soon as it is `rushed` a few are enough, so that who waits for the next
    commit waits for no more than these.
    """
    troubles: list[tuple[Task, Exception]] = []
    for place, task in enumerate(tasks):
        if place >= SHORT and rushed():
            return troubles, tasks[place:]
        try:
            with tx.part():
                tx.tasks.hold(task)
                _try(tx, task, now, rules)
        except LostClaim:
            continue
        except Exception as error:  # the one place a bug is caught: the task must not be lost
            if is_database_trouble(error):
                raise       # nothing of this transaction stands; the store tries it again
            _set_aside(tx, task, error, now)
            if not isinstance(error, Later):
                troubles.append((task, error))
    return troubles, []


def _try(tx: Tx, task: Task, now: datetime, rules: Rules) -> None:
    """Do the step once more; Hopeless where nobody ever came back from it."""
    if task.attempt > MAX_ATTEMPTS:
        msg = f"the service ended {MAX_ATTEMPTS} times while it did this; look at the system's log, then retry the task"
        raise Hopeless(msg)
    STEPS[task.kind](tx, task.subject, now, rules)
    tx.tasks.finish(task)


def _set_aside(tx: Tx, task: Task, error: Exception, now: datetime) -> None:
    """Postpone a failed task, or park it once trying is useless."""
    with contextlib.suppress(LostClaim):
        tx.tasks.hold(task)
        if isinstance(error, Later):
            tx.tasks.postpone(task, error.at, str(error), counts=False)
        elif isinstance(error, (Hopeless, RuleError)) or task.attempt >= MAX_ATTEMPTS:
            tx.tasks.park(task, _told(error))
        else:
            tx.tasks.postpone(task, now + timedelta(seconds=2**task.attempt), _told(error))


def _expected(error: Exception) -> bool:
    return isinstance(error, (Hopeless, RuleError))


def _told(error: Exception) -> str:
    """The error in a line; a bug by its kind only, since its words may hold what a customer said (P-6)."""
    return str(error) if _expected(error) else f"{type(error).__name__}: a defect of the program, see the log"

