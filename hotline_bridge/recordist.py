"""The room that looks for recordings: on the disk many at a time, on other machines one by one, for as long as patience says (P-9.1)."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from hotline_bridge.errors import LostClaim
from hotline_bridge.house import House
from hotline_bridge.logs import frames
from hotline_bridge.ports import Archive
from hotline_bridge.recorded import FAR, NEAR
from hotline_bridge.sighting import Look, look, settle
from hotline_bridge.store.recordings import Kept
from hotline_bridge.store.tasks import Task
from hotline_bridge.store.tx import Tx

log = structlog.get_logger()
HELD = timedelta(minutes=70)        # a look may take so long; fetching ends by itself before
BATCH = 64                          # files on the disk that are looked for together
LARGE = 32 << 20                    # bytes from which a file is hashed after the others, alone
FETCHERS = 4
PAUSE, TROUBLED = 1.0, 5.0          # seconds between looks at the list, and after the database or the disk failed


@dataclass(slots=True)
class Folder:
    """Whether the folder of recordings is away: said when it goes and when it comes back, not for every recording in it."""

    away: bool = False

    def told(self, looks: Iterable[Look | None]) -> None:
        """What the looks of a moment say of the folder."""
        known = [one for one in looks if one is not None and one.growing is None and not one.nowhere]
        away = any(one.away for one in known)
        if away and not self.away:
            log.error("recordings folder out of reach", cure="see whether `recordings` is mounted; recordings are looked for until it is back")
        elif known and self.away and not away:
            log.info("recordings folder is back")
        self.away = away if known else self.away


async def attend(house: House, archive: Archive, kind: str, patience: timedelta) -> None:
    """Look for recordings of a kind for ever."""
    folder = Folder()
    while True:
        try:
            busy = await look_some(house, archive, kind, patience, folder)
        except OSError as error:
            log.error("room waits", room="recordist", trouble=str(error), again_in_s=TROUBLED)  # noqa: TRY400 (the cure says more)
            await asyncio.sleep(TROUBLED)
            continue
        if not busy:
            await asyncio.sleep(PAUSE)


async def look_some(house: House, archive: Archive, kind: str, patience: timedelta, folder: Folder | None = None) -> bool:
    """Look for those that are due; False if there are none."""
    now = house.clock()
    tasks = await house.store.run(lambda tx: tx.tasks.claim((kind,), now, HELD, 1 if kind == FAR else BATCH))
    if not tasks:
        return False
    known = await house.store.read(lambda tx: tx.recordings.several([task.subject for task in tasks]))
    small: list[Task] = []
    large: list[Task] = []
    for task in tasks:
        (large if known.get(task.subject) and await _is_large(archive, known[task.subject]) else small).append(task)
    for group in (small, *([task] for task in large)):      # a large one holds up nobody but itself
        if group:
            found = await _looked(house, archive, group, patience)
            if folder is not None and kind == NEAR:
                folder.told(found)
    return True


async def _is_large(archive: Archive, kept: Kept) -> bool:
    try:
        glance = await asyncio.to_thread(archive.glance, kept.reference)
    except (OSError, ValueError):
        return False
    return glance is not None and glance.size > LARGE


async def _looked(house: House, archive: Archive, tasks: list[Task], patience: timedelta) -> list[Look | None]:
    known = await house.store.read(lambda tx: tx.recordings.several([task.subject for task in tasks]))
    found = [(task, await _look(house, archive, known.get(task.subject))) for task in tasks]
    now = house.clock()
    await house.store.run(lambda tx: _settle(tx, found, now, patience))
    house.desk_bell.ring()
    return [what for _, what in found]


async def _look(house: House, archive: Archive, kept: Kept | None) -> Look | None:
    """One look; a defect of ours on one recording must not hold up the others."""
    if kept is None:
        return None
    try:
        return await look(house.store, archive, kept, house.clock())
    except OSError as error:
        return Look(trouble=f"本机磁盘 / our own disk: {error.strerror or type(error).__name__}")
    except Exception as error:  # noqa: BLE001 (as above)
        log.error("look for recording failed", recording=kept.id, error=type(error).__name__, where=frames(error))  # noqa: TRY400 (its words may be a customer's)
        return Look(trouble=f"程序缺陷 / a defect of the program: {type(error).__name__}")


def _settle(tx: Tx, found: list[tuple[Task, Look | None]], now: datetime, patience: timedelta) -> None:
    """Write everything down that was found, in one commit."""
    for task, what in found:
        try:
            with tx.part():
                tx.tasks.hold(task)
                next_look = settle(tx, task.subject, what, now, tries=task.attempt, patience=patience) if what else None
                if next_look is None:
                    tx.tasks.finish(task)
                else:
                    tx.tasks.postpone(task, next_look, what.trouble if what else "")
        except LostClaim:
            log.info("recording looked for by another instance", recording=task.subject)


async def look_until_quiet(house: House, archive: Archive, patience: timedelta = timedelta(hours=24)) -> int:
    """Look for all that are due now; returns how many rounds it took (tests, demo)."""
    rounds = 0
    while any([await look_some(house, archive, kind, patience) for kind in (NEAR, FAR)]):
        rounds += 1
    return rounds
