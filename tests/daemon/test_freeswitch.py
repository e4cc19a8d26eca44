"""A FreeSWITCH beside the whole service: its posts, its lost posts, its event socket, and what check-config says of them."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

import aiohttp
import pytest

from hotline_bridge.check import check
from hotline_bridge.config import Config, ConfigMistakes
from hotline_bridge.daemon import run
from hotline_bridge.store.telephone import Known
from hotline_bridge.wiring import Built, build
from tests.freeswitch import START, caller_leg, seat_leg, uuid
from tests.servers.event_socket import event_socket

THEN = datetime.fromtimestamp(START + 61, UTC)      # the moment of the calls


def _then() -> Callable[[], datetime]:
    """A clock that goes on from the moment of the calls."""
    begun = monotonic()
    return lambda: THEN + timedelta(seconds=monotonic() - begun)


@asynccontextmanager
async def house(folder: Path, **freeswitch: object) -> AsyncIterator[Built]:
    config = Config(state=folder / "state", http={"port": 0}, imap={"idle": 2}, freeswitch=[{"name": "f1", "user": "fs", **freeswitch}])
    async with build(config, _then()) as built:
        started = asyncio.Event()
        running = asyncio.ensure_future(run(built.house, built.rooms, started.set))
        await started.wait()
        try:
            yield built
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def the_call(built: Built, number: int) -> Known:
    """The call, once its records are read; the test's own time limit ends it."""
    while True:
        found = await built.house.store.read(lambda tx: tx.telephone.at("freeswitch:f1", [uuid(number)]))
        if found:
            return found[0]
        await asyncio.sleep(0.01)


def secret(folder: Path, words: str) -> Path:
    path = folder / "secret"
    path.write_text(words + "\n")
    return path


async def test_a_post_a_lost_post_and_an_event_become_calls(tmp_path: Path):
    lost = tmp_path / "json_cdr"
    lost.mkdir()
    (lost / f"a_{uuid(2)}.cdr.json").write_text(caller_leg(2).json() + "\n")
    key = secret(tmp_path, "ClueCon")
    async with event_socket() as switch, house(
        tmp_path, auth="digest", password_file=key, error_folders=[lost], event_host="127.0.0.1", event_port=switch.port, event_password_file=key,
    ) as built:
        login = aiohttp.DigestAuthMiddleware("fs", "ClueCon")
        async with aiohttp.ClientSession(middlewares=(login,)) as session:
            for body, thanks in ((seat_leg().json(), 202), (caller_leg().xml(), 200)):
                async with session.post(f"{built.url}/api/v1/exchanges/f1/cdr?uuid={uuid(1)}", data=body.encode()) as answer:
                    assert answer.status == thanks
        await switch.subscribed.wait()
        switch.tell(caller_leg(3).event("CHANNEL_CREATE"))
        while not built.house.board.calls():
            await asyncio.sleep(0.01)
        (turn,) = built.house.board.calls()
        ringing = turn.call
        assert (ringing.exchange, ringing.stage, ringing.ani) == ("freeswitch:f1", "ringing", "13800000001")
        switch.tell(caller_leg(3).event())
        calls = [await the_call(built, number) for number in (1, 2, 3)]
        assert [(call.result, call.ani) for call in calls] == [("answered", "13800000001")] * 3
        while built.house.board.calls():
            await asyncio.sleep(0.01)
        while not (lost / "taken").exists() or not list((lost / "taken").iterdir()):
            await asyncio.sleep(0.01)


async def test_a_password_that_is_missing_keeps_the_service_from_starting(tmp_path: Path):
    with pytest.raises(ConfigMistakes, match=r"freeswitch\.0\.password_file"):
        async with house(tmp_path):
            pass
    with pytest.raises(ConfigMistakes, match=r"freeswitch\.0\.event_password_file"):
        async with house(tmp_path, auth="none", event_host="127.0.0.1"):
            pass


def config_file(folder: Path, more: str) -> Path:
    path = folder / "bridge.toml"
    path.write_text(f'state = "{folder / "state"}"\n[[freeswitch]]\nname = "f1"\n{more}\n')
    return path


async def lines(folder: Path, more: str, *, connect: bool = False) -> str:
    """What check-config says; it opens loops of its own."""
    return "\n".join((await asyncio.to_thread(check, config_file(folder, more), connect=connect)).lines)


async def test_check_config_says_what_is_wrong_with_an_exchange(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    key = secret(tmp_path, "ClueCon")
    assert "WRONG" in (told := await lines(tmp_path, 'user = "fs"'))
    assert "freeswitch.0.password_file" in told
    good = f'user = "fs"\npassword_file = "{key}"\n'
    assert "ok    freeswitch f1" in await lines(tmp_path, good)
    assert "anybody who reaches this port" in await lines(tmp_path, 'auth = "none"')
    assert f"{tmp_path / 'nowhere'} is no folder" in await lines(tmp_path, good + f'error_folders = ["{tmp_path / "nowhere"}"]')
    monkeypatch.setattr(os, "access", lambda path, mode: mode & os.W_OK == 0)
    assert "expected one that may be read and written" in await lines(tmp_path, good + f'error_folders = ["{tmp_path}"]')


async def test_check_config_connect_knocks_at_the_event_socket(tmp_path: Path):
    key = secret(tmp_path, "ClueCon")
    async with event_socket(does=lambda words: "FreeSWITCH Version 1.10.12-release\n") as switch:
        more = f'auth = "none"\nevent_host = "127.0.0.1"\nevent_port = {switch.port}\nevent_password_file = "{key}"\n'
        assert "ok    freeswitch f1: FreeSWITCH Version 1.10.12-release" in await lines(tmp_path, more, connect=True)
        switch.password = "another"
        assert "WRONG freeswitch f1: the event socket refuses the password" in await lines(tmp_path, more, connect=True)
