"""Runs the house: rooms side by side, stopped together."""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Sequence

import structlog

from hotline_bridge import books, desk, intake, office, post
from hotline_bridge.house import Bell, House

log = structlog.get_logger()
LOOK = 1.0          # seconds between looks at the list, should the bell ring in another process
AFTER_TROUBLE = 5.0
Work = Callable[[House], Awaitable[bool]]
Room = Callable[[], Awaitable[None]]


async def keep_doing(work: Work, house: House, bell: Bell) -> None:
    """Do what is due, then wait for the bell; the only loop over work there is."""
    while True:
        try:
            busy = await work(house)
        except OSError as error:
            log.error("room waits", room=work.__name__, trouble=str(error), again_in_s=AFTER_TROUBLE)  # noqa: TRY400 (the cure says more)
            await asyncio.sleep(AFTER_TROUBLE)
            continue
        if not busy:
            await bell.heard(LOOK)


async def run(house: House, rooms: Sequence[Room], ready: Callable[[], None]) -> None:
    """Open every room, say that we are ready, and stop on SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError, RuntimeError):    # not in the main thread: a test
            loop.add_signal_handler(number, stop.set)
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(keep_doing(desk.work_some, house, house.desk_bell)),
            group.create_task(keep_doing(post.post_some, house, house.post_bell)),
            group.create_task(keep_doing(office.open_some, house, house.office_bell)),
            group.create_task(keep_doing(books.write_some, house, house.books_bell)),
            *(group.create_task(intake.watch(house, inlet)) for inlet in house.inlets),
            *(group.create_task(_room(room)) for room in rooms),
        ]
        ready()
        await stop.wait()
        for task in tasks:
            task.cancel()


async def _room(room: Room) -> None:
    await room()


async def run_until_quiet(house: House, most: int = 10_000) -> int:
    """Take in what waits and do everything that is due, then return how many rounds it took (demo, tests)."""
    for count in range(most):
        for inlet in house.inlets:
            await intake.take_in(house, inlet)
        worked = await desk.work_some(house)
        opened = await office.open_some(house)
        written = await books.write_some(house)
        posted = await post.post_some(house)
        if not worked and not opened and not written and not posted:
            return count
    msg = f"still busy after {most} rounds"
    raise RuntimeError(msg)
