"""People at the API, and server-sent events as they arrive."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientResponse, TCPConnector, web
from aiohttp.test_utils import TestClient, TestServer

from hotline_bridge.console.api import Api
from hotline_bridge.console.door import Visitor
from hotline_bridge.console.trouble import in_words
from hotline_bridge.wiring import _sha256
from tests.conftest import Bank


@asynccontextmanager
async def at_the_api(bank: Bank) -> AsyncIterator[TestClient]:
    """A client of a server over the bank's house."""
    people = [Visitor(role, (role,), _sha256(f"{role}-token")) for role in ("seat", "desk", "auditor", "supervisor", "reviewer")]
    app = web.Application(middlewares=[in_words])
    app.add_routes(Api(bank.house, people).routes())
    async with TestClient(TestServer(app), connector=TCPConnector(limit=0)) as client:
        yield client


def by(role: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {role}-token", **more}


async def event(answer: ClientResponse) -> tuple[str, str, Any]:
    """The next event: its name, its id, what it says."""
    said: dict[str, str] = {}
    while line := (await answer.content.readline()).decode().rstrip("\r\n"):
        name, _, value = line.partition(": ")
        said[name] = value
    return (said.get("event", ""), said.get("id", ""), json.loads(said["data"])) if "data" in said else await event(answer)
