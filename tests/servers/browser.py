"""A real Chromium without a screen, spoken with by its own protocol (CDP) over a web socket."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.servers.ports import free_ports
from tests.servers.running import HOST, connects, program, running

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--mute-audio", "--autoplay-policy=no-user-gesture-required", "--disable-dev-shm-usage", "--no-proxy-server", f"--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE {HOST}",
)


@dataclass
class Page:
    """One open page: what it was told, what it said on its console, and what went wrong in it."""

    socket: aiohttp.ClientWebSocketResponse
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    _waiting: dict[int, asyncio.Future] = field(default_factory=dict)

    async def read(self) -> None:
        """Take in whatever the browser says, for as long as the page is open."""
        async for message in self.socket:
            told = json.loads(message.data)
            if "id" in told:
                self._waiting.pop(told["id"]).set_result(told)
            elif told["method"] in {"Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled"}:
                self.said.append(json.dumps(told["params"]))
            elif told["method"] == "Network.requestWillBeSent":
                self.asked.append(told["params"]["request"]["url"])

    async def tell(self, method: str, **params: Any) -> Any:
        """One command, and its result."""
        number = next(self._numbers)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        await self.socket.send_json({"id": number, "method": method, "params": params})
        told = await self._waiting[number] if number in self._waiting else {}
        assert "error" not in told, told
        return told["result"]

    async def open(self, url: str) -> None:
        await self.tell("Page.navigate", url=url)

    async def value(self, expression: str) -> Any:
        """What a piece of script gives in the page."""
        told = await self.tell("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True, userGesture=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    async def until(self, expression: str) -> Any:
        """Wait until a piece of script gives something true; the test's own limit ends it."""
        while not (found := await self.value(expression)):
            await asyncio.sleep(0.05)
        return found

    async def press(self, key: str, code: str = "", text: str = "") -> None:
        """A key, down and up, as from a keyboard."""
        for kind in ("keyDown", "keyUp"):
            await self.tell("Input.dispatchKeyEvent", type=kind, key=key, code=code or key, **({"text": text} if text and kind == "keyDown" else {}))


@asynccontextmanager
async def browser(folder: Path) -> AsyncIterator[Page]:
    """A browser with one page, while the block runs."""
    (port,) = free_ports(1)
    command = [program("chromium"), *FLAGS, f"--remote-debugging-port={port}", f"--user-data-dir={folder / 'profile'}", "about:blank"]
    with running(command, lambda: connects(port), folder / "chromium.log"):
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://{HOST}:{port}/json/list") as answer:
                target = next(one for one in await answer.json(content_type=None) if one["type"] == "page")
            async with session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                page = Page(socket)
                reading = asyncio.ensure_future(page.read())
                for domain in ("Page", "Runtime", "Log", "Network"):
                    await page.tell(f"{domain}.enable")
                yield page
                reading.cancel()
                with suppress(asyncio.CancelledError):
                    await reading
