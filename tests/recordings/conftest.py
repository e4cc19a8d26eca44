"""A house with a folder of recordings, and who listens."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from adapters.recordings import Converter, Recordings
from adapters.recordings.convert import ffmpeg
from hotline_bridge.console.api import Api
from hotline_bridge.console.door import Visitor
from hotline_bridge.recordist import look_until_quiet
from hotline_bridge.store.recordings import Kept
from hotline_bridge.wiring import _sha256
from routing.case import State
from tests.conftest import Bank
from tests.make import a_form
from tests.recordings.sounds import pcm

FLAGGED = "客户称在上地路营业所转账六万元，柜员操作失误转错账户，要求更正。"
SPAN = 4.0          # seconds of the recording


class Studio:
    """The bank, its folder of recordings, and the room that looks for them."""

    def __init__(self, bank: Bank, folder: Path, archive: Recordings) -> None:
        self.bank, self.folder, self.archive = bank, folder, archive

    def write(self, name: str = "a.wav", body: bytes | None = None, age: timedelta = timedelta(hours=2)) -> Path:
        """The exchange has written a file, and left it alone for a while."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pcm(SPAN) if body is None else body)
        at = (self.bank.clock() - age).timestamp()
        os.utime(path, (at, at))
        return path

    async def look(self) -> None:
        """The room looks for whatever is due, and cases are told."""
        await look_until_quiet(self.bank.house, self.archive)
        await self.bank.quiet()

    async def look_for(self, **span: float) -> None:
        """Time goes by, a minute at a time at most, and the room looks whenever something is due."""
        until = self.bank.clock() + timedelta(**span)
        while self.bank.clock() < until:
            await self.look()
            due = self.bank.house.store.read_now(lambda tx: tx.tasks.next_due())
            step = min(until, max(due or until, self.bank.clock() + timedelta(seconds=1)))
            self.bank.clock.now = step
        await self.look()

    async def held(self, call_id: str = "h1", recording: str = "a.wav", **more: object) -> str:
        """A flagged case that waits for its review; returns its number."""
        posted = await self.bank.post(a_form(call_id, narrative=FLAGGED, recording=recording, **more))
        await self.bank.quiet()
        assert self.bank.case(posted.number).state is State.HELD
        return posted.number

    def kept(self, reference: str = "a.wav") -> Kept:
        found = self.bank.house.store.read_now(lambda tx: tx.recordings.named(reference))
        assert found is not None
        return found

    def says(self, what: str, number: str = "") -> list[str]:
        """The words of the book under one head."""
        return [line.says for line in self.bank.book(number) if line.what == what]


@pytest.fixture
async def studio(bank: Bank, tmp_path: Path) -> Studio:
    folder = tmp_path / "recordings"
    folder.mkdir()
    archive = Recordings(folder, ("/var/spool/asterisk/monitor",), converter=Converter(tmp_path / "sounds", ffmpeg()))
    bank.house = replace(bank.house, archive=archive)
    return Studio(bank, folder, archive)


PEOPLE = {"reviewer": ("reviewer",), "desk": ("desk",), "8001": ("seat",), "8002": ("seat",), "auditor": ("auditor",), "supervisor": ("supervisor",), "other": ("reviewer",)}


@pytest.fixture
async def client(studio: Studio):
    people = [Visitor(name, roles, _sha256(f"{name}-token")) for name, roles in PEOPLE.items()]
    app = web.Application()
    app.add_routes(Api(studio.bank.house, people).routes())
    async with TestClient(TestServer(app)) as one:
        yield one


def of(name: str, **more: str) -> dict[str, str]:
    """The headers of a person."""
    return {"Authorization": f"Bearer {name}-token", **more}
