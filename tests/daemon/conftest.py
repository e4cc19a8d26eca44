"""The service inside the test's own loop, on the embedded default, everything below the test's folder."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hotline_bridge.config import Config
from hotline_bridge.daemon import run
from hotline_bridge.wiring import Built, build, kept_secret


@dataclass
class Open:
    """The open house: its doors, and the tokens of its people."""

    built: Built
    config: Config
    session: aiohttp.ClientSession

    async def call(self, method: str, path: str, who: str = "", body: Any = None, token: str = "") -> tuple[int, Any, Any]:
        """One request: status, JSON, headers; `body` is sent as it is where it is bytes."""
        token = token or (kept_secret(self.config, f"{who}.token") if who else "")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body, ensure_ascii=False).encode()
        data = io.BytesIO(raw) if raw is not None and len(raw) > 1 << 20 else raw
        async with self.session.request(method, self.built.url + path, data=data, headers=headers) as answer:
            text = await answer.read()
            return answer.status, json.loads(text) if text else None, answer.headers

    async def until(self, number: str, state: str) -> dict[str, Any]:
        """Wait until a case stands there; the test's own time limit ends it."""
        while True:
            _, case, _ = await self.call("GET", f"/api/v1/cases/{number}", "desk")
            if case["state"] == state:
                return dict(case)
            await asyncio.sleep(0.01)


@pytest.fixture
async def open_house(tmp_path: Path) -> AsyncIterator[Open]:
    """The embedded default, running."""
    config = Config(state=tmp_path / "state", http={"port": 0, "per_minute": 500}, imap={"idle": 2})
    async with build(config) as built, aiohttp.ClientSession() as session:
        started = asyncio.Event()
        running = asyncio.ensure_future(run(built.house, built.rooms, started.set))
        await started.wait()
        yield Open(built, config, session)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
