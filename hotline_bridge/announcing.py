"""Announcements at the centre: a new flagged case, one that fell due; never two at once, and nothing waits for them (P-6, P-9.1, P-21)."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from hotline_bridge.house import House
from hotline_bridge.logs import frames
from hotline_bridge.ports import Loudspeaker, Voice
from hotline_bridge.steps.ring import working
from hotline_bridge.store.tasks import Task
from hotline_bridge.store.tx import Tx
from routing.callwords import Spoken, announcement
from routing.case import Case, State
from routing.errors import RuleError
from routing.rules import Rules

log = structlog.get_logger()
FLAGGED, LATE = "announce-flagged", "announce-late"
LOOK = 2.0                  # seconds between looks at the list
PATIENCE = timedelta(minutes=5)
MOST = 500                  # cases that one announcement counts
MOST_TRIES = 2              # an announcement that could not be heard twice is old news


@dataclass(frozen=True, slots=True)
class Crier:
    """Announces what the other rooms leave for it, one line after the other."""

    house: House
    voice: Voice
    loudspeaker: Loudspeaker

    async def run(self) -> None:
        """Announce for ever."""
        while True:
            try:
                busy = await self.announce_one()
            except OSError as error:
                log.error("room waits", room="announcements", trouble=str(error))  # noqa: TRY400 (the cure says more)
                busy = False
            except Exception as error:  # noqa: BLE001 (a defect of what is only said must end nothing else)
                log.error("announcement failed", error=type(error).__name__, where=frames(error))  # noqa: TRY400 (its words may name a person)
                busy = False
            if not busy:
                await asyncio.sleep(LOOK)

    async def announce_one(self) -> bool:
        """Say the next line; False if there is none. One that nobody could hear is logged, and given up after its second try."""
        now, rules = self.house.clock(), self.house.rules
        for kind in (FLAGGED, LATE):
            tasks, says = await self.house.store.run(lambda tx, kind=kind: _claimed(tx, kind, now, rules))      # type: ignore[misc]
            if not tasks:
                continue
            heard = says is None or await self._heard(says)
            await self.house.store.run(lambda tx, tasks=tasks, heard=heard: _settle(tx, tasks, now, heard=heard))       # type: ignore[misc]
            return True
        return False

    async def _heard(self, says: Spoken) -> bool:
        try:
            await self.loudspeaker.play(await self.voice.sound(says.sounds))
        except (OSError, ValueError) as error:
            log.error("announcement not heard", trouble=str(error))  # noqa: TRY400 (the cure says more)
            return False
        return True


def _claimed(tx: Tx, kind: str, now: datetime, rules: Rules) -> tuple[list[Task], Spoken | None]:
    """The announcements of a kind that are due, together, and the one line they make; none out of hours, or of what has moved on.

    Every case waits for the hours of its own pack; it holds up no other's.
    """
    tasks = tx.tasks.claim((kind,), now, PATIENCE, MOST)
    cases = [case for case in tx.cases.several([task.subject for task in tasks]) if _stands(case, kind, now)]
    opens = {pack: working(rules.pack(pack), now, rules) for pack in {case.pack for case in cases}}
    later: dict[int, datetime] = {case.id: opens[case.pack] for case in cases if opens[case.pack] > now}
    for task in tasks:
        if task.subject in later:
            tx.tasks.postpone(task, later[task.subject], "not in working hours", counts=False)
    tasks, cases = [task for task in tasks if task.subject not in later], [case for case in cases if case.id not in later]
    try:
        return tasks, _says(cases, kind, rules) if cases else None
    except RuleError as error:          # the template is at fault; people see the cases on their screens
        log.error("announcement has no words", trouble=str(error))  # noqa: TRY400 (the cure says more)
        return tasks, None


def _stands(case: Case, kind: str, now: datetime) -> bool:
    if case.merged_into is not None or case.state is State.CLOSED:
        return False
    return case.state is State.HELD if kind == FLAGGED else case.due is not None and case.due < now


def _says(cases: list[Case], kind: str, rules: Rules) -> Spoken:
    leads = {case.lead for case in cases}
    unit = rules.directory.get(next(iter(leads)) or "") if len(leads) == 1 else None
    return announcement(rules.sheets, [case.number for case in cases], flagged=kind == FLAGGED, unit_name=unit.full_name if unit else "")


def _settle(tx: Tx, tasks: list[Task], now: datetime, *, heard: bool) -> None:
    for task in tasks:
        if heard or task.attempt >= MOST_TRIES:
            tx.tasks.finish(task)
        else:
            tx.tasks.postpone(task, now + timedelta(minutes=1), "nobody could hear it")
