"""The service as systemd sees it: built, ready, watched, stopped (sd_notify(3))."""

import asyncio
import gc
import signal

import structlog

from adapters.systemd import notify, watchdog_seconds
from hotline_bridge.config import Config
from hotline_bridge.daemon import run
from hotline_bridge.rulebook import BadTables, load_rules
from hotline_bridge.wiring import build

log = structlog.get_logger()


def _settle_memory() -> None:
    """Let the collector pass over the tables from now on: they live as long as the rules, and hold hundreds of thousands of objects."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


async def serve(config: Config) -> None:
    """Run until told to stop."""
    async with build(config) as built:
        for warning in built.warnings:
            log.warning("table", trouble=warning)

        hup = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, hup.set)   # before READY: else it would end us

        _settle_memory()

        def ready() -> None:
            notify("READY=1")
            log.info("ready", url=built.url, rules=built.house.rules.digest, doors=[inlet.name for inlet in built.house.inlets])

        async def watchdog() -> None:
            seconds = watchdog_seconds()
            while seconds:
                await built.house.store.read(lambda tx: tx.papers.cursor("watchdog"))
                notify("WATCHDOG=1")
                await asyncio.sleep(seconds)

        async def reload() -> None:
            """On SIGHUP load the rules anew and put them on the shelf, whole or not at all."""
            while True:
                await hup.wait()
                hup.clear()
                try:
                    loaded = await asyncio.to_thread(load_rules, config, built.house.rules.identity.reply_key)
                except BadTables as error:
                    log.error("rules not reloaded, the old ones stay in force", trouble=str(error))  # noqa: TRY400 (the mistakes say more)
                    continue
                built.house.shelf.rules = loaded.rules
                _settle_memory()
                log.info("rules reloaded", rules=loaded.rules.digest)

        await run(built.house, (*built.rooms, watchdog, reload), ready)
        notify("STOPPING=1")
