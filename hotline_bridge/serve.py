"""The service as systemd sees it: built, ready, watched, stopped (sd_notify(3))."""

import asyncio

import structlog

from adapters.systemd import notify, watchdog_seconds
from hotline_bridge.config import Config
from hotline_bridge.daemon import run
from hotline_bridge.wiring import build

log = structlog.get_logger()


async def serve(config: Config) -> None:
    """Run until told to stop."""
    async with build(config) as built:
        for warning in built.warnings:
            log.warning("table", trouble=warning)

        def ready() -> None:
            notify("READY=1")
            log.info("ready", url=built.url, rules=built.house.rules.digest, doors=[inlet.name for inlet in built.house.inlets])

        async def watchdog() -> None:
            seconds = watchdog_seconds()
            while seconds:
                await built.house.store.read(lambda tx: tx.papers.cursor("watchdog"))
                notify("WATCHDOG=1")
                await asyncio.sleep(seconds)

        await run(built.house, (*built.rooms, watchdog), ready)
        notify("STOPPING=1")
