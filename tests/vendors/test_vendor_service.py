"""The whole service with vendors in its configuration: pushes and fetched records become calls of cases."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from structlog.testing import capture_logs

from hotline_bridge.config import Config, ConfigMistakes
from hotline_bridge.daemon import run
from hotline_bridge.rulebook import BadTables, load_rules
from hotline_bridge.serve import load_anew
from hotline_bridge.wiring import build, system_clock
from tests.daemon.conftest import Open
from tests.make import a_form
from tests.vendors.cloud import SECRET, USER, Cloud
from tests.vendors.samples import sample

pytestmark = pytest.mark.slow       # whole houses
KEY = b"a key of the rules, 32 bytes long"


def settings(tmp_path: Path, **vendors: dict) -> Config:
    return Config(state=tmp_path / "state", http={"port": 0}, imap={"idle": 2}, intake={"vendor": vendors})


@pytest.fixture
async def cloud() -> AsyncIterator[tuple[Cloud, str]]:
    cloud = Cloud()
    async with TestServer(cloud.app()) as server:
        yield cloud, str(server.make_url("/"))


@asynccontextmanager
async def opened(config: Config) -> AsyncIterator[Open]:
    """The service with this configuration, running; ended whatever happens inside."""
    async with build(config) as built, aiohttp.ClientSession() as session:
        started = asyncio.Event()
        running = asyncio.ensure_future(run(built.house, built.rooms, started.set))
        await started.wait()
        try:
            yield Open(built, config, session)
        finally:
            if running.done():
                await running               # it ended of itself: the test shall say why
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def until(house: Open, case: str, recording: str) -> None:
    """Wait until the case has this recording; the test's own time limit ends it."""
    while True:
        _, found, _ = await house.call("GET", f"/api/v1/cases/{case}", "desk")
        if found["recording"]["reference"] == recording:
            return
        await asyncio.sleep(0.02)


async def test_P9_1_a_push_and_a_fetched_record_each_bring_their_recording_to_the_case(tmp_path: Path, cloud: tuple[Cloud, str]) -> None:
    there, url = cloud
    secret = tmp_path / "secret"
    secret.write_text(f"{SECRET}\n")
    began = system_clock() - timedelta(minutes=5)
    times = {name: int((began + timedelta(seconds=later)).timestamp() * 1000) for name, later in (("StartTime", 0), ("EstablishedTime", 20), ("ReleaseTime", 180))}
    there.records.append({**json.loads(sample("aliyun.record.json")), **times, "RecordingUrl": "https://rec.vendor.example/a.wav"})
    config = settings(
        tmp_path, moor={"mapping": "7moor", "token_file": str(secret), "reply": "收到"},
        ali={"mapping": "aliyun", "pull_url": f"{url}?InstanceId=ccc-test", "pull_user": USER, "token_file": str(secret), "pull_every": 5},
    )
    async with opened(config) as house:
        _, pushed, _ = await house.call("POST", "/api/v1/calls", "seat", a_form("cs-20260722-0001"))
        _, fetched, _ = await house.call("POST", "/api/v1/calls", "seat", a_form("job-0000000001", started_at=began.isoformat(), ended_at=None))
        body, push = sample("7moor.hangup.txt")[1:], f"{house.built.url}/api/v1/vendors/"
        async with house.session.post(f"{push}moor", data=body) as answer:
            assert answer.status == 401
        async with house.session.post(f"{push}moor", data=body, headers={"Authorization": f"Bearer {SECRET}"}) as answer:
            assert (answer.status, await answer.text()) == (200, "收到")
        async with house.session.post(f"{push}ali", data=body) as answer:
            assert answer.status == 404                     # it is fetched; nobody pushes there
        await until(house, pushed["case_number"], "https://rec.vendor.example/monitor/vendor.example/20260722/0001.mp3")
        await until(house, fetched["case_number"], "https://rec.vendor.example/a.wav")
        _, standing, _ = await house.call("GET", "/api/v1/status", "desk")
        assert "vendor:ali" in standing["sources"]


def test_every_mistake_of_every_vendor_is_told_at_once(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text("name = 'x'\nbodi = 'json'\n[fields]\nani = 'a b'\n")
    config = settings(
        tmp_path, a={}, b={"mapping": "8moor"}, c={"mapping_file": str(own)}, d={"mapping": "7moor", "mapping_file": str(own)},
        e={"mapping": "7moor", "addresses": ["203.0.113.7/24"], "pull_url": "https://vendor.example/"}, f={"mapping_file": str(tmp_path / "none.toml")},
        g={"mapping": "aliyun", "pull_url": "https://vendor.example/"},
    )
    with pytest.raises(BadTables) as caught:
        load_rules(config, KEY)
    told = str(caught.value)
    for word in ("intake.vendor.a", "8moor", "bodi", "fields.ani", "fields.call_id", "intake.vendor.d", "addresses", "pull_url", "none.toml", "pull_user"):
        assert word in told


def test_a_door_that_is_open_to_anybody_is_a_warning(tmp_path: Path) -> None:
    config = settings(tmp_path, a={"mapping": "kf5"}, b={"mapping": "kf5", "addresses": ["203.0.113.0/24"]}, c={"mapping": "kf5", "token_file": str(tmp_path / "t")})
    (warning,) = [word for word in load_rules(config, KEY).warnings if "intake.vendor" in word]
    assert "[intake.vendor.a]" in warning


async def test_a_secret_that_cannot_be_read_is_told_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigMistakes, match=r"intake\.vendor\.a\.token_file"):
        async with build(settings(tmp_path, a={"mapping": "kf5", "token_file": str(tmp_path / "none")})):
            raise AssertionError("it must not open")


async def test_a_reload_takes_up_a_vendors_proof_with_its_secret_or_neither(tmp_path: Path) -> None:
    mapping, secret = tmp_path / "own.toml", tmp_path / "secret"
    plain = 'name = "x"\n[fields]\ncall_id = "id"\n'
    asks = f'{plain}[proof]\nkind = "token"\nwhere = "header"\nname = "X-Tok"\n'
    mapping.write_text(plain)
    secret.write_text("old")
    config = settings(tmp_path, bare={"mapping_file": str(mapping)}, set={"mapping_file": str(mapping), "token_file": str(secret)})
    async with opened(config) as house:
        async def push(name: str, **headers: str) -> int:
            async with house.session.post(f"{house.built.url}/api/v1/vendors/{name}", data=b'{"id":"1"}', headers={key.replace("_", "-"): one for key, one in headers.items()}) as answer:
                return answer.status

        mapping.write_text(asks)
        with capture_logs() as logs:
            assert not await load_anew(config, house.built.house)
        (told,) = [one for one in logs if "not reloaded" in one["event"]]
        assert "intake.vendor.bare.token_file" in told["trouble"]
        assert "a file that holds nothing but the password" in told["trouble"]
        assert (await push("bare"), await push("set", token="old")) == (200, 200)       # all as it was
        mapping.write_text(plain)
        secret.write_text("new")
        assert await load_anew(config, house.built.house)
        assert (await push("set", token="old"), await push("set", token="new")) == (403, 200)
        secret.unlink()
        assert not await load_anew(config, house.built.house)
        assert await push("set", token="new") == 200
