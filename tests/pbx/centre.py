"""A call centre: the whole service over a real store, listening to the test's Asterisk, with a clock that can be put forward."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from hotline_bridge.config import Config
from hotline_bridge.daemon import run
from hotline_bridge.wiring import Built, build, kept_secret, system_clock
from routing.case import Case
from tests.make import a_form
from tests.servers.asterisk import Asterisk

NAME = "centre"
SOURCE = f"asterisk:{NAME}"


@dataclass
class Ahead:
    """The real clock, put forward: the exchange's own times are real."""

    by: timedelta = timedelta()

    def __call__(self) -> datetime:
        return system_clock() + self.by


@dataclass
class Centre:
    """The running service beside the exchange."""

    built: Built
    config: Config
    clock: Ahead
    session: aiohttp.ClientSession

    async def post(self, call_id: str, number: int = 0, **more: Any) -> int:
        """A seat's desktop posts the form of a call; the status of the answer."""
        token = kept_secret(self.config, "seat.token")
        body = json.dumps(seat_form(number, call_id=call_id, **more), ensure_ascii=False).encode()
        async with self.session.post(f"{self.built.url}/api/v1/calls", data=body, headers={"Authorization": f"Bearer {token}"}) as answer:
            await answer.read()
            return answer.status

    def cases(self) -> list[Case]:
        return list(self.built.house.store.read_now(lambda tx: tx.cases.select(most=1_000_000)))

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the database as they stand, read beside the service."""
        with closing(sqlite3.connect(f"file:{self.config.state / 'bridge.db'}?mode=ro", uri=True, timeout=30)) as db:
            return db.execute(query, values).fetchall()

    def calls(self) -> list[tuple[str, str, str, int | None]]:
        """Every call known: its id for the whole call, its caller, its result, its case."""
        return self.rows('SELECT global_id, ani, result, "case" FROM call WHERE exchange = ? ORDER BY id', SOURCE)

    def errands(self) -> list[str]:
        """What a person has to see to about calls, still open."""
        return [kind for (kind,) in self.rows("SELECT kind FROM call_errand WHERE done IS NULL ORDER BY id")]

    def gaps(self) -> list[tuple[int, int]]:
        """Times when nobody listened: how many calls of it came by file, and whether the exchange began anew."""
        return self.rows("SELECT healed, restarted FROM event_gap ORDER BY id")

    async def until(self, true: Callable[[], Any]) -> Any:
        """Wait until something is so; the test's own time limit ends it."""
        while not (found := await asyncio.to_thread(true)):
            await asyncio.sleep(0.05)
        return found

    async def quiet(self) -> None:
        """Wait until nothing is due at this moment, nor in hand."""
        def idle() -> bool:
            now = self.clock()
            due = self.built.house.store.read_now(lambda tx: tx.tasks.due_count(now))
            return not due and self.rows("SELECT count(*) FROM task WHERE claimed") == [(0,)]
        await self.until(idle)


def seat_form(number: int = 0, **more: Any) -> dict[str, Any]:
    """The form of the caller of this number: a customer and words of their own, so that no two are one complaint."""
    ani = caller(number)
    told = f"客户称在上地路营业所办理第{number}号业务时柜员态度冷淡，编号{number * 7919}，要求道歉。"
    return a_form("", narrative=told, form__customer={"name": "张某某", "phone": ani}, caller=ani) | {"started_at": system_clock().isoformat(), "ended_at": None} | more


def caller(number: int) -> str:
    """A number nobody has, as these tests' callers show it."""
    return f"1380{number:07}"


def configured(state: Path, exchange: Asterisk, port: int = 0, **more: Any) -> Config:
    """A configuration that listens to the exchange's events on this port, and to them alone."""
    manager = {"name": NAME, "port": port or exchange.port, "user": exchange.user, "password": exchange.secret, "timeout": 3.0, "ping": 5.0}
    values: dict[str, Any] = {
        "state": state, "http": {"port": 0, "per_minute": 100_000}, "imap": {"idle": 5}, "recordings": exchange.recordings,
        "recording": {"folder_there": [exchange.recordings_there]},
        "asterisk": [manager | more.pop("manager", {})], "calls": {"complaint_hotlines": ["95580", "95581", "95588", "95599"]},
    }
    return Config(**values | more)


def by_file(exchange: Asterisk, *, custom: bool = True, queue: bool = False) -> Sequence[Mapping[str, Any]]:
    """The exchange's files as [[cdr]]: what heals its events."""
    shared = {"exchange": NAME, "poll": 0.1}
    found = [{"name": "centre-custom", "file": exchange.custom_records, "format": "asterisk-custom"} if custom
             else {"name": "centre-csv", "file": exchange.records, "format": "asterisk-csv"}]
    found += [{"name": "centre-queue", "file": exchange.queue_log, "format": "asterisk-queue-log"}] if queue else []
    return [shared | one for one in found]


@asynccontextmanager
async def centre(config: Config, exchange: Asterisk | None) -> AsyncIterator[Centre]:
    """The service while the block runs, from when it listens to the exchange; None: from when it has started."""
    clock = Ahead()
    async with build(config, clock) as built, aiohttp.ClientSession() as session:
        started = asyncio.Event()
        running = asyncio.ensure_future(run(built.house, built.rooms, started.set))
        waiting = asyncio.ensure_future(started.wait())
        await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        bridge = Centre(built, config, clock, session)
        try:
            if exchange is not None:
                await bridge.until(lambda: exchange.user in exchange.cli("manager show connected"))
            yield bridge
        finally:
            waiting.cancel()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
