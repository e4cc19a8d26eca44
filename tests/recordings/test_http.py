"""Recordings by HTTP from a real server that hangs, lies, breaks off and leads astray."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from time import perf_counter
from urllib.parse import quote

import pytest
from aiohttp import web

from adapters.formats.fetch_address import address_of
from adapters.recordings import Http
from adapters.recordings.draft import NAME, TooLarge
from tests.recordings.sounds import pcm, unframed
from tests.servers.ports import free_ports

SOUND = pcm(2)


class Vendor:
    """A vendor's file server, and what it was asked."""

    def __init__(self, port: int, other: int) -> None:
        self.port, self.other = port, other
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.let_go = asyncio.Event()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.path_qs, dict(request.headers)))
        return await getattr(self, request.match_info["what"])(request)

    async def good(self, _request: web.Request) -> web.Response:
        return web.Response(body=SOUND, content_type="audio/wav", headers={"Set-Cookie": "a=b"})

    async def large(self, request: web.Request) -> web.StreamResponse:
        return await self.pour(request, 300)

    async def pour(self, request: web.Request, megabytes: int) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        piece = bytes(1 << 20)
        for _ in range(megabytes):
            await response.write(piece)
        return response

    async def fast(self, request: web.Request) -> web.StreamResponse:
        return await self.pour(request, 100)

    async def declared(self, _request: web.Request) -> web.Response:
        return web.Response(body=b"x" * 70_000)

    async def hangs(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "50000"})
        await response.prepare(request)
        await response.write(SOUND[:1000])
        await self.let_go.wait()
        return response

    async def silent(self, _request: web.Request) -> web.Response:
        await self.let_go.wait()
        return web.Response()

    async def breaks(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "50000"})
        await response.prepare(request)
        await response.write(SOUND[:1000])
        assert request.transport is not None
        request.transport.abort()
        return response

    async def packed(self, _request: web.Request) -> web.Response:
        return web.Response(body=b"not gzip", headers={"Content-Encoding": "gzip"})

    async def status(self, request: web.Request) -> web.Response:
        return web.Response(status=int(request.query["s"]), body=b"sorry")

    async def to(self, request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": request.query["l"]})

    async def around(self, _request: web.Request) -> web.Response:
        return web.Response(status=301, headers={"Location": "/rec/around"})


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    """The server on two ports: two origins."""
    port, other = free_ports(2)
    one = Vendor(port, other)
    app = web.Application()
    app.router.add_get("/rec/{what}", one.answer)
    app.router.add_get("/else/{what}", one.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    for at in (port, other):
        await web.TCPSite(runner, "127.0.0.1", at).start()
    yield one
    one.let_go.set()
    await runner.cleanup()


@pytest.fixture
def way(vendor: Vendor, tmp_path: Path) -> Http:
    secret = tmp_path / "headers"
    secret.write_text("Authorization: Bearer the-secret\n")
    entries = tuple(address_of(one) for one in (f"http://127.0.0.1:{vendor.port}/rec/", f"http://127.0.0.1:{vendor.other}/rec/"))
    return Http(tmp_path / "papers", entries, largest=64_000, timeout=5.0, headers_file=secret)


def left(way: Http) -> list[str]:
    return [one.name for one in way.folder.iterdir()] if way.folder.exists() else []


async def test_a_recording_is_fetched_hashed_and_safe_on_the_disk(vendor: Vendor, way: Http) -> None:
    taken = await way.take(f"http://127.0.0.1:{vendor.port}/rec/good?id=7")
    assert (taken.size, taken.sha256, taken.head) == (len(SOUND), hashlib.sha256(SOUND).hexdigest(), SOUND)
    assert taken.draft is not None
    assert taken.draft.read_bytes() == SOUND
    assert taken.draft.name.startswith(NAME)
    assert taken.draft.stat().st_mode & 0o077 == 0
    path, headers = vendor.asked[0]
    assert path == "/rec/good?id=7"
    assert (headers["Authorization"], headers["Accept-Encoding"]) == ("Bearer the-secret", "identity")
    await way.take(f"http://127.0.0.1:{vendor.port}/rec/good")
    assert "Cookie" not in vendor.asked[1][1]


@pytest.mark.parametrize("status", [404, 410, 202, 204, 425])
async def test_what_is_not_there_yet_is_told_apart(vendor: Vendor, way: Http, status: int) -> None:
    with pytest.raises(FileNotFoundError, match="not there yet"):
        await way.take(f"http://127.0.0.1:{vendor.port}/rec/status?s={status}")


@pytest.mark.parametrize(("status", "kind"), [(401, PermissionError), (403, PermissionError), (500, ConnectionError), (503, ConnectionError), (206, ConnectionError), (304, ConnectionError)])
async def test_a_server_that_does_not_give_it_is_asked_again(vendor: Vendor, way: Http, status: int, kind: type[OSError]) -> None:
    with pytest.raises(kind):
        await way.take(f"http://127.0.0.1:{vendor.port}/rec/status?s={status}")


@pytest.mark.parametrize("what", ["hangs", "silent"])
async def test_no_byte_for_the_time_is_an_error_and_leaves_nothing(vendor: Vendor, way: Http, what: str) -> None:
    with pytest.raises(TimeoutError, match="no byte"):
        await replace(way, timeout=0.2).take(f"http://127.0.0.1:{vendor.port}/rec/{what}")
    assert left(way) == []


@pytest.mark.parametrize("what", ["breaks", "packed"])
async def test_half_a_recording_is_none(vendor: Vendor, way: Http, what: str) -> None:
    with pytest.raises(OSError, match=" / "):
        await way.take(f"http://127.0.0.1:{vendor.port}/rec/{what}")
    assert left(way) == []


@pytest.mark.parametrize(("body", "cut"), [(SOUND, False), (SOUND[:9000], True), (SOUND[:40] + b"\xff" * 4 + SOUND[44:9000], False), (b"OggS" + bytes(9000), False)])
async def test_where_a_broken_connection_looks_like_the_end_the_file_itself_is_asked(tmp_path: Path, body: bytes, cut: bool) -> None:
    async with unframed([body]) as base:
        taken = await Http(tmp_path / "papers", (address_of(base),)).take(f"{base}a.wav")
    assert (taken.size, taken.cut) == (len(body), cut)


@pytest.mark.parametrize("what", ["large", "declared"])
async def test_too_large_is_refused_whether_the_server_says_so_or_not(vendor: Vendor, way: Http, what: str) -> None:
    with pytest.raises(TooLarge, match=r"recording.largest"):
        await way.take(f"http://127.0.0.1:{vendor.port}/rec/{what}")
    assert left(way) == []


async def test_a_server_that_is_away_is_an_oserror(way: Http, vendor: Vendor) -> None:
    (closed,) = free_ports(1)
    gone = replace(way, entries=(address_of(f"http://127.0.0.1:{closed}/"),))
    with pytest.raises(ConnectionError):
        await gone.take(f"http://127.0.0.1:{closed}/a.wav")


async def test_a_redirect_to_a_listed_address_is_followed_and_a_secret_stays_with_its_origin(vendor: Vendor, way: Http) -> None:
    taken = await way.take(f"http://127.0.0.1:{vendor.port}/rec/to?l=/rec/good")
    assert taken.size == len(SOUND)
    assert "Authorization" in vendor.asked[1][1]
    await way.take(f"http://127.0.0.1:{vendor.port}/rec/to?l=http://127.0.0.1:{vendor.other}/rec/good")
    assert "Authorization" not in vendor.asked[3][1]


@pytest.mark.parametrize("target", [
    "http://127.0.0.1:{port}/else/good", "/else/good", "http://169.254.169.254/latest/meta-data/", "http://localhost:{port}/rec/good", "file:///etc/passwd",
    "http://127.0.0.1:{port}/rec/../else/good", "/rec/%2e%2e/else/good", "//evil.example/rec/good", "http://rec@127.0.0.1:{port}/rec/good", "gopher://127.0.0.1:{port}/rec/good",
])
async def test_a_redirect_to_anything_else_is_refused_before_it_is_asked(vendor: Vendor, way: Http, target: str) -> None:
    with pytest.raises(ValueError, match=" / "):
        await way.take(f"http://127.0.0.1:{vendor.port}/rec/to?l={quote(target.format(port=vendor.port), safe='')}")
    assert len(vendor.asked) == 1


async def test_redirects_without_end_end(vendor: Vendor, way: Http) -> None:
    with pytest.raises(ValueError, match="redirects"):
        await way.take(f"http://127.0.0.1:{vendor.port}/rec/around")
    assert len(vendor.asked) == 6


async def test_a_name_that_leads_inside_is_refused_and_one_of_the_banks_networks_is_reached(vendor: Vendor, tmp_path: Path) -> None:
    looked_up: list[str] = []

    async def ask(host: str, _port: int) -> list[str]:
        looked_up.append(host)
        return ["127.0.0.1"] if len(looked_up) == 1 else ["169.254.169.254"]        # the second answer is another: rebinding

    entries = (address_of(f"http://rec.example:{vendor.port}/rec/"),)
    with pytest.raises(ValueError, match=r"recording.networks"):
        await Http(tmp_path, entries, ask=ask).take(f"http://rec.example:{vendor.port}/rec/good")
    assert vendor.asked == []
    looked_up.clear()
    taken = await Http(tmp_path, entries, (ip_network("127.0.0.0/8"),), ask=ask).take(f"http://rec.example:{vendor.port}/rec/good")
    assert taken.size == len(SOUND)
    assert looked_up == ["rec.example"]             # what was checked is what was connected to
    assert vendor.asked[0][1]["Host"] == f"rec.example:{vendor.port}"


async def test_no_proxy_of_the_environment_sees_an_address(vendor: Vendor, way: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    monkeypatch.delenv("no_proxy", raising=False)
    assert (await way.take(f"http://127.0.0.1:{vendor.port}/rec/good")).size == len(SOUND)


async def test_a_headers_file_that_is_none_is_said(vendor: Vendor, way: Http) -> None:
    assert way.headers_file is not None
    way.headers_file.write_text("no header\n")
    with pytest.raises(ValueError, match=r"headers_file.*line 1"):
        await way.take(f"http://127.0.0.1:{vendor.port}/rec/good")
    assert vendor.asked == []


@pytest.mark.slow
async def test_a_hundred_megabytes(vendor: Vendor, way: Http) -> None:
    begun = perf_counter()
    taken = await replace(way, largest=1 << 30).take(f"http://127.0.0.1:{vendor.port}/rec/fast")
    seconds = perf_counter() - begun
    print(f"fetched {taken.size / 1e6:.0f} MB by HTTP in {seconds:.2f} s: {taken.size / 1e6 / seconds:.0f} MB/s, hashed and synced")
    assert taken.size == 100 << 20
    assert taken.sha256 == hashlib.sha256(bytes(100 << 20)).hexdigest()
