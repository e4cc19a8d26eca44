"""The whole service: a form names a recording, the room finds or fetches it, a reviewer hears it (P-9.1)."""

import asyncio
import hashlib
import os
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hotline_bridge.config import Config
from hotline_bridge.daemon import run
from hotline_bridge.wiring import build
from tests.daemon.conftest import Open
from tests.make import a_form
from tests.recordings.conftest import FLAGGED
from tests.recordings.sounds import pcm

pytestmark = pytest.mark.slow
BODY = pcm(2)


@pytest.fixture
async def vendor():
    """A vendor that gives its recordings, and what it was asked."""
    asked: list[str] = []

    async def give(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(body=BODY, content_type="audio/wav")

    app = web.Application()
    app.router.add_get("/rec/{name}", give)
    async with TestServer(app) as server:
        server.asked = asked
        yield server


async def test_P9_1_a_recording_is_found_fetched_and_heard(tmp_path: Path, vendor: TestServer) -> None:
    (tmp_path / "rec").mkdir()
    (tmp_path / "rec" / "a.wav").write_bytes(BODY)
    os.utime(tmp_path / "rec" / "a.wav", (1_000_000_000, 1_000_000_000))
    base = str(vendor.make_url("/rec/"))
    config = Config(state=tmp_path / "state", http={"port": 0}, imap={"idle": 2}, recordings=tmp_path / "rec", recording={"urls": [base]})
    async with build(config) as built, aiohttp.ClientSession() as session:
        house, started = Open(built, config, session), asyncio.Event()
        running = asyncio.ensure_future(run(built.house, built.rooms, started.set))
        await started.wait()
        for call_id, reference in (("1.1", "a.wav"), ("2.2", f"{base}b.wav"), ("3.3", "http://169.254.169.254/latest/meta-data")):
            _, posted, _ = await house.call("POST", "/api/v1/calls", "seat", a_form(call_id, narrative=FLAGGED, recording=reference))
            number = posted["case_number"]
            wanted = "refused" if "169" in reference else "there"
            while True:
                _, case, _ = await house.call("GET", f"/api/v1/cases/{number}", "desk")
                if case["recording"].get("state") == wanted:
                    break
                await asyncio.sleep(0.05)
            if wanted == "there":
                assert case["recording"]["sha256"] == hashlib.sha256(BODY).hexdigest()
                assert case["recording"]["copied"] == (call_id == "2.2")
                _, ticket, _ = await house.call("POST", f"/api/v1/cases/{number}/recording/tickets", "reviewer")
                async with session.get(f"{built.url}/api/v1/cases/{number}/recording?ticket={ticket['ticket']}", headers={"Range": "bytes=0-99"}) as sound:
                    assert (sound.status, await sound.read()) == (206, BODY[:100])
        _, status, _ = await house.call("GET", "/api/v1/status", "desk")
        assert (status["recordings"]["there"], status["recordings"]["refused"]) == (2, 1)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert vendor.asked == ["/rec/b.wav"]
    assert [one.name for one in (tmp_path / "state" / "papers").iterdir() if one.name.startswith(".")] == []
