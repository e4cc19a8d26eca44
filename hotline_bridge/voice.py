"""The voice: calls units whose answers are owed, a few at a time, and announces at the centre (P-6, P-21).

A call is written down before the exchange is told, in a commit of its own; whatever happens then, it counts as a try.
Two daemons on one store never place the same call: the reminder's task is one's alone, and so is each try's row.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from hotline_bridge.errors import Later, LostClaim
from hotline_bridge.house import House
from hotline_bridge.logs import frames
from hotline_bridge.ports import Caller, Voice
from hotline_bridge.steps import ring
from hotline_bridge.steps.errand import see_to
from hotline_bridge.store.tasks import Task
from hotline_bridge.store.tx import Tx
from routing.calls import CallEnd, CallOrder
from routing.errors import RuleError
from routing.rules import Rules

log = structlog.get_logger()
LOOK = 2.0                  # seconds between looks at the list
AFTER_TROUBLE = 5.0
PATIENCE = ring.LONGEST_CALL + timedelta(minutes=2)     # a claim outlives the longest call
SPARE = 180.0               # seconds of talk beyond the ringing
AGAIN = timedelta(minutes=10)       # until a voice that does not speak is asked again
HAND = "bridge"
UNTOLD = (
    "交换机 {0:.0f} 秒内未告知呼叫结果 / the exchange did not tell within {0:.0f} s what came of the call. By call-file: is deploy/asterisk/extensions.conf "
    "included, and has the manager user read = user? By manager: has it read = call,dialplan? See docs/telephony.md"
)
MOST_CLAIMS = 8


@dataclass(frozen=True, slots=True)
class Booth:
    """Where calls are placed: the exchange, the voice, and the sounds' folder as the exchange sees it (`sounds_there`, "" for the same).

    `token` makes names that are unique for ever; `seconds` is what a call may take beyond its ringing.
    """

    house: House
    caller: Caller
    voice: Voice
    token: Callable[[], str]
    sounds_there: str = ""
    seconds: float = SPARE

    async def run(self) -> None:
        """Call for ever, `at_once` at a time."""
        free = asyncio.Semaphore(max(1, self.house.rules.voice.at_once))
        async with asyncio.TaskGroup() as group:
            while True:
                await free.acquire()
                try:
                    task = await self._next()
                except OSError as error:
                    log.error("room waits", room="voice", trouble=str(error), again_in_s=AFTER_TROUBLE)  # noqa: TRY400 (the cure says more)
                    task = None
                if task is None:
                    free.release()
                    await asyncio.sleep(LOOK)
                else:
                    group.create_task(self._let_go(task, free))

    async def call_one(self) -> bool:
        """See to the next reminder that asks for a call now, to its end; False if there is none."""
        task = await self._next()
        if task is not None:
            await self._call(task)
        return task is not None

    async def _let_go(self, task: Task, free: asyncio.Semaphore) -> None:
        try:
            await self._call(task)
        except OSError as error:
            log.error("call not seen to", reminder=task.subject, trouble=str(error))  # noqa: TRY400 (as above)
        except Exception as error:  # noqa: BLE001 (a defect ends neither the daemon nor the other calls; the claim comes back by itself)
            log.error("call failed", reminder=task.subject, error=type(error).__name__, where=frames(error))  # noqa: TRY400 (its words may name a person)
        finally:
            free.release()

    async def _next(self) -> Task | None:
        now = self.house.clock()
        tasks = await self.house.store.run(lambda tx: tx.tasks.claim(("ring",), now, PATIENCE, 1))
        return tasks[0] if tasks else None

    async def _call(self, task: Task) -> None:
        """From the reminder to the line in the case's book."""
        house = self.house
        now, rules = house.clock(), house.rules
        plan = await house.store.run(lambda tx: _looked(tx, task, lambda: ring.look(tx, task.subject, now, rules), now, rules))
        if plan is None:
            return
        try:
            sound = await self.voice.sound(plan.says.sounds)
        except (OSError, ValueError) as error:
            log.error("voice does not speak, the call is left to people", reminder=task.subject, trouble=str(error))  # noqa: TRY400 (the cure says more)
            later = house.clock() + AGAIN
            await house.store.run(lambda tx: tx.tasks.postpone(task, later, "the voice does not speak; see the log", counts=False))
            return
        token, now, rules = self.token(), house.clock(), house.rules
        placed = await house.store.run(lambda tx: _looked(tx, task, lambda: ring.place(tx, plan, token, now, rules), now, rules))
        if placed is None:
            return
        end = await self._placed(CallOrder(token, placed.number, there(sound, self.sounds_there), placed.caller_id, rules.voice.ring_seconds))
        settled, rules = house.clock(), house.rules
        await house.store.run(lambda tx: _settle(tx, task, token, end, settled, rules))
        log.info("unit called", reminder=task.subject, attempt=placed.attempt, result=end.result)

    async def _placed(self, order: CallOrder) -> CallEnd:
        """How the call ended, whatever the door does."""
        try:
            async with asyncio.timeout(order.ring_seconds + self.seconds):
                return await self.caller.call(order)
        except TimeoutError:
            return CallEnd("unknown", said="the exchange did not say in time how the call ended")
        except (OSError, ValueError) as error:
            log.error("call not placed", trouble=str(error))  # noqa: TRY400 (the cure says more)
            return CallEnd("failed", said=f"not placed: {error}")
        except Exception as error:  # noqa: BLE001 (a defect of the door must not end the voice)
            log.error("call failed", error=type(error).__name__, where=frames(error))  # noqa: TRY400 (its words may name a person)
            return CallEnd("unknown", said=f"{type(error).__name__}: a defect of the program, see the log")



async def try_once(caller: Caller, order: CallOrder, spare: float = SPARE) -> CallEnd:
    """Place a call that is kept nowhere; OSError with the cure where the exchange does not tell in time what came of it."""
    try:
        async with asyncio.timeout(order.ring_seconds + spare):
            return await caller.call(order)
    except TimeoutError:
        raise OSError(UNTOLD.format(order.ring_seconds + spare)) from None


def _looked(tx: Tx, task: Task, what: Callable[[], ring.Plan | None], now: datetime, rules: Rules) -> ring.Plan | None:
    """Decide about a reminder that is still ours: the plan of its call, or None with its task settled, put off or parked."""
    try:
        with tx.part():
            tx.tasks.hold(task)
    except LostClaim:
        return None
    if task.attempt > MOST_CLAIMS:
        tx.tasks.park(task, f"the service ended or failed {MOST_CLAIMS} times while it placed this call; look at the log, then retry the task")
        return None
    ring.lapse(tx, task.subject, now, rules)
    try:
        with tx.part():
            plan = what()
    except Later as later:
        tx.tasks.postpone(task, later.at, str(later), counts=False)
        return None
    except RuleError as error:          # a template that cannot be filled: a person mends it, and people call meanwhile
        tx.tasks.park(task, str(error))
        return None
    if plan is None:
        tx.tasks.finish(task)
    return plan


def _settle(tx: Tx, task: Task, token: str, end: CallEnd, now: datetime, rules: Rules) -> None:
    """Write down how a call ended; what was acknowledged is off the list of people."""
    call = ring.settle(tx, token, end, now, rules)
    if call is None:
        log.warning("call was settled before it ended", reminder=task.subject)
        return
    if end.result == "acknowledged":
        errand = tx.reminders.errand(call.reminder)
        says = ring.says_of(call, rules)
        if errand is not None and errand.done is None:
            see_to(tx, call.reminder, HAND, says, now, rules)
        else:
            ring.told(tx, call, now, rules)
    tx.tasks.finish(task)


def there(sound: Path, sounds_there: str) -> str:
    """A sound's path as the exchange sees it."""
    return f"{sounds_there.rstrip('/')}/{sound.name}" if sounds_there else str(sound)
