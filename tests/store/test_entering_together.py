"""Many who enter the same at once: one case, and nobody is told of trouble (D-6; law: article 27)."""

import asyncio

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from hotline_bridge.console.api import Api
from hotline_bridge.console.door import Visitor
from hotline_bridge.wiring import _sha256
from tests.conftest import Bank

SAID = {"channel": "监管转办", "authority": "甲局", "authority_number": "7"}


async def test_D6_one_number_posted_by_many_at_once_is_one_case(bank: Bank) -> None:
    app = web.Application()
    app.add_routes(Api(bank.house, [Visitor("seat", ("seat",), _sha256("seat-token"))]).routes())
    async with TestClient(TestServer(app)) as client:
        posts = [client.post("/api/v1/cases", json=SAID | {"narrative": f"x{at}"}, headers={"Authorization": "Bearer seat-token"}) for at in range(8)]
        statuses = sorted(one.status for one in await asyncio.gather(*posts))
    assert statuses == [200] * 7 + [201]
    assert len(bank.cases()) == 1
