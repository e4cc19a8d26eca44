"""The service as systemd sees it: built, ready, watched, stopped (sd_notify(3))."""

import asyncio
import signal
import sys
from collections.abc import Mapping, Sequence
from datetime import date

import structlog

from adapters.systemd import notify, watchdog_seconds
from hotline_bridge.config import Config, ConfigMistakes
from hotline_bridge.daemon import run
from hotline_bridge.house import House
from hotline_bridge.rulebook import BadTables, load_rules
from hotline_bridge.steps.retime import Batch, retime
from hotline_bridge.switchroom import vendor_keys
from hotline_bridge.tables import settle_memory
from hotline_bridge.wiring import build
from routing.calendar import Calendar, changed_days
from routing.rules import Rules

log = structlog.get_logger()
TURN = 0.0005       # seconds a thread of the store works on while who waits for an answer wants a turn; Python's own 5 ms add up


async def serve(config: Config) -> None:
    """Run until told to stop."""
    sys.setswitchinterval(TURN)
    async with build(config) as built:
        for warning in built.warnings:
            log.warning("table", trouble=warning)

        hup = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, hup.set)   # before READY: else it would end us

        settle_memory()

        await _open_books(built.house)

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
            """On SIGHUP load the rules anew."""
            while True:
                await hup.wait()
                hup.clear()
                await load_anew(config, built.house)

        await run(built.house, (*built.rooms, watchdog, reload), ready)
        notify("STOPPING=1")


async def load_anew(config: Config, house: House) -> bool:
    """Load the rules, and the secrets of vendors that push, and put them on the shelf, whole or not at all: whether they lie there now."""
    try:
        rules = (await asyncio.to_thread(load_rules, config, house.rules.identity.reply_key)).rules
        keys = await asyncio.to_thread(vendor_keys, config, rules.vendors)
    except (BadTables, ConfigMistakes) as error:
        log.error("rules not reloaded, the old ones stay in force", trouble=str(error))  # noqa: TRY400 (the mistakes say more)
        return False
    await _take_up(house, rules, keys)
    return True


async def _take_up(house: House, rules: Rules, keys: Mapping[str, str]) -> None:
    """Put other rules on the shelf; what a new calendar moves is worked out anew."""
    before, house.shelf.rules, house.shelf.keys = house.rules.calendar, rules, keys
    settle_memory()
    log.info("rules reloaded", rules=rules.digest)
    await _open_books(house)
    await _retime(house, before)


async def _open_books(house: House) -> None:
    """Look at once whether reports have fallen due; from then on the books look after themselves (P-24)."""
    now = house.clock()
    await house.store.run(lambda tx: tx.tasks.hasten("books", 0, now))
    house.desk_bell.ring()


async def _retime(house: House, before: Calendar) -> None:
    """Work out anew what was taken or timed under the former calendar; where the store is away, an import begins it again."""
    days, after, changed = changed_days(before, house.rules.calendar), 0, 0
    try:
        while days:
            batch = await _batch(house, after, days)
            changed += len(batch.changed)
            if batch.after is None:
                log.info("limits worked out anew", changed=changed)
                return
            after = batch.after
    except OSError as error:
        log.error("limits not all worked out anew; give `hotline-bridge calendar import` again", trouble=str(error), changed=changed)  # noqa: TRY400 (the cure says more)


async def _batch(house: House, after: int, days: Sequence[date]) -> Batch:
    now, rules = house.clock(), house.rules
    return await house.store.run(lambda tx: retime(tx, after, days, now, rules))
