"""Plays the story: builds the house, runs its daemon, tells the scenes, and leaves it up where somebody looks on."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from hotline_bridge.daemon import run
from hotline_bridge.demo import ending
from hotline_bridge.demo.clock import DemoClock
from hotline_bridge.demo.folder import fresh
from hotline_bridge.demo.scenes import SCENES, Scene, told
from hotline_bridge.demo.settings import settings
from hotline_bridge.demo.stage import Stage, staged
from hotline_bridge.demo.telling import Teller, console
from hotline_bridge.wiring import build

CAME_OUT, DID_NOT = 0, 1


async def play(folder: Path, *, stay: bool = False) -> int:
    """Play the whole story in a fresh folder; 0 where it came out, 1 where not.

    `stay` leaves the daemon up until SIGINT or SIGTERM. OSError where the folder holds what no demo made.
    """
    folder = await asyncio.to_thread(fresh, folder)
    clock = DemoClock()
    tell = Teller(console(), clock)
    config = await asyncio.to_thread(settings, folder)
    async with build(config, clock) as built, staged(folder, config, built, clock, tell) as stage:
        return await acted(stage, stay=stay)


async def acted(stage: Stage, scenes: Sequence[Scene] = SCENES, *, stay: bool = False) -> int:
    """Run the daemon beside the story; a signal ends both."""
    async with asyncio.TaskGroup() as group:
        ready = asyncio.Event()
        daemon = group.create_task(run(stage.built.house, stage.built.rooms, ready.set))
        await ready.wait()
        story = group.create_task(_story(stage, scenes, stay=stay))
        await asyncio.wait({daemon, story}, return_when=asyncio.FIRST_COMPLETED)
        came_out = story.done() and story.result()
        if not (stay and came_out):
            story.cancel()
            daemon.cancel()
    return CAME_OUT if came_out else DID_NOT


async def _story(stage: Stage, scenes: Sequence[Scene], *, stay: bool) -> bool:
    """The scenes, the register, and where everything lies; then the hotline's clock goes on by itself."""
    stage.tell.line(f"热线的一天 / a day at the hotline: {stage.built.url}")
    came_out = await told(stage, scenes)
    stage.tell.line()
    stage.tell.console.print(await ending.register(stage))
    await asyncio.to_thread(ending.where, stage)
    stage.tell.line(f"\n{'演示完成 / the story came out' if came_out else '演示未按预期进行 / the story did not come out'}")
    if came_out and stay:
        stage.clock.goes_on(asyncio.get_running_loop().time)
        ending.how_to_look(stage)
    return came_out
