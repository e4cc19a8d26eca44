"""The endpoint of mod_json_cdr and mod_xml_cdr over real HTTP, request by request as the modules write them (inputs 2.1, 2.2)."""

import asyncio
import base64
import hashlib
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web

from adapters.formats.http_login import LIFE, REMEMBERED, Nonces, Request, digest_standing, pairs_of
from adapters.bodies import Bodies
from adapters.freeswitch_posts import FreeswitchPosts, Posted, Switch
from tests.freeswitch import JSON_POSTS, XML_POSTS, caller_leg, seat_leg, uuid

USER, PASSWORD = "freeswitch", "密码:with a colon"
BASIC = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


@dataclass
class Kept:
    """What the door handed in; a gate holds the commit back."""

    papers: list[tuple[str, Posted, tuple[str, str] | None]] = field(default_factory=list)
    gate: asyncio.Event | None = None

    async def keep(self, source: str, paper: Posted, told: tuple[str, str] | None) -> int:
        self.papers.append((source, paper, told))
        if self.gate is not None:
            await self.gate.wait()
        return len(self.papers)


@dataclass
class Door:
    url: str
    port: int
    kept: Kept
    now: list[float]

    async def post(self, body: bytes, headers: dict[str, str] | None = None, path: str = "/api/v1/exchanges/f1/cdr?uuid=x") -> tuple[int, dict, aiohttp.typedefs.LooseHeaders]:
        async with aiohttp.ClientSession() as session, session.post(self.url + path, data=body, headers={"Authorization": BASIC, **(headers or {})}) as answer:
            return answer.status, json.loads(await answer.read()), answer.headers


@asynccontextmanager
async def door(auth: str = "basic", largest: int = 1 << 20, patience: float = 60.0) -> AsyncIterator[Door]:
    kept, now = Kept(), [1000.0]
    posts = FreeswitchPosts({"f1": Switch("f1", auth, USER, PASSWORD)}, kept.keep, largest, Nonces(b"k" * 32), lambda: now[0], Bodies(patience))
    app = web.Application(client_max_size=largest)
    app.add_routes(posts.routes())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    try:
        yield Door(f"http://127.0.0.1:{port}", port, kept, now)
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("setting", JSON_POSTS)
async def test_mod_json_cdr_hears_202_and_the_bytes_are_kept_as_they_came(setting: str):
    wrap, declared = JSON_POSTS[setting]
    body = wrap(caller_leg().json())
    async with door() as at:
        status, answer, _ = await at.post(body, {"Content-Type": declared, "User-Agent": "freeswitch-json/1.0"})
        assert (status, answer) == (202, {"paper": 1})
        ((source, paper, told),) = at.kept.papers
        assert (source, paper.kind, paper.body, told) == ("freeswitch:f1", "cdr-post", body, None)


@pytest.mark.parametrize("setting", XML_POSTS)
async def test_mod_xml_cdr_hears_200_for_it_takes_nothing_else(setting: str):
    wrap, declared = XML_POSTS[setting]
    async with door() as at:
        status, _, _ = await at.post(wrap(caller_leg().xml()), {"Content-Type": declared, "User-Agent": "freeswitch-xml/1.0"}, f"/api/v1/exchanges/f1/cdr?uuid=a_{uuid(1)}")
        assert status == 200


async def test_a_uuid_glued_behind_a_query_that_was_there():
    async with door() as at:
        status, _, _ = await at.post(caller_leg().json().encode(), path=f"/api/v1/exchanges/f1/cdr?site=north?uuid={uuid(1)}")
        assert status == 202


async def test_sent_again_in_another_wrapping_it_has_the_same_key():
    async with door() as at:
        for wrap, _ in JSON_POSTS.values():
            await at.post(wrap(caller_leg().json()))
        await at.post(seat_leg().json().encode())
        keys = [paper.key for _, paper, _ in at.kept.papers]
        assert len(set(keys[:-1])) == 1
        assert keys[-1] != keys[0]


async def test_nobody_is_thanked_before_the_commit():
    async with door() as at:
        at.kept.gate = asyncio.Event()
        posting = asyncio.ensure_future(at.post(caller_leg().json().encode()))
        while not at.kept.papers:
            await asyncio.sleep(0.01)
        assert not posting.done()
        at.kept.gate.set()
        assert (await posting)[0] == 202


async def raw(port: int, *sent: bytes, until: bytes) -> bytes:
    """Send piece after piece, each after the answer to the former came; returns all that was said."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    said = b""
    for piece in sent:
        writer.write(piece)
        said += await reader.readuntil(b"\r\n\r\n")
    while until not in said:
        said += await reader.read(1000)
    writer.close()
    return said


async def test_as_libcurl_writes_it_with_Expect_100_continue():
    body = caller_leg().json().encode()
    head = (f"POST /api/v1/exchanges/f1/cdr?uuid={uuid(1)} HTTP/1.1\r\nHost: 192.0.2.1:8080\r\nAuthorization: {BASIC}\r\nUser-Agent: freeswitch-json/1.0\r\n"
            f"Accept: */*\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n").encode()
    async with door() as at:
        said = await raw(at.port, head, body, until=b'{"paper": 1}')
        assert said.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 ")


@pytest.mark.parametrize("body", [b"", b"hello", b"cdr=AAAA", b"\x00\xff", b"uuid=1&x=2"])
async def test_what_nobody_can_read_is_set_aside_and_thanked_or_it_would_come_for_ever(body: bytes):
    async with door() as at:
        status, answer, _ = await at.post(body)
        assert (status, answer) == (200, {"quarantine": 1})
        ((_, paper, told),) = at.kept.papers
        assert paper.body == body
        assert told is not None
        assert all(told)


async def test_a_body_over_the_limit_is_refused_with_its_head_kept():
    async with door(largest=100_000) as at:
        status, answer, headers = await at.post(b"{" + b" " * 200_000)
        assert (status, answer["quarantine"], headers["Content-Type"].partition(";")[0]) == (413, 1, "application/problem+json")
        ((_, paper, told),) = at.kept.papers
        assert len(paper.body) == 64 << 10
        assert told is not None


@pytest.mark.parametrize("header", ["", "Basic", "Basic !!!", "Bearer x", "Basic " + base64.b64encode(b"freeswitch").decode(),
    "Basic " + base64.b64encode(f"{USER}:wrong".encode()).decode(), "Basic " + base64.b64encode(f"other:{PASSWORD}".encode()).decode(), "Basic " + "A" * 5000])
async def test_a_wrong_login_is_asked_for_the_right_one_and_nothing_is_kept(header: str):
    async with door() as at:
        status, answer, headers = await at.post(b"{}", {"Authorization": header})
        assert (status, headers["WWW-Authenticate"]) == (401, 'Basic realm="hotline-bridge", charset="UTF-8"')
        assert "cred" in answer["cure"]
        assert at.kept.papers == []


async def test_an_exchange_nobody_configured_and_one_without_a_login():
    async with door("none") as at:
        assert (await at.post(b"{}", path="/api/v1/exchanges/f2/cdr"))[0] == 404
        assert (await at.post(caller_leg().json().encode(), {"Authorization": ""}))[0] == 202


# digest -----------------------------------------------------------------------------------------------------------------
def asked_for(headers: aiohttp.typedefs.LooseHeaders) -> dict[str, str]:
    """The nonce and so on, by algorithm."""
    return {found["algorithm"]: found for one in headers.getall("WWW-Authenticate") if (found := pairs_of(one))}


def answered(said: dict[str, str], target: str, count: int = 1, password: str = PASSWORD, **changed: str) -> str:
    """What a client answers; `changed` replaces a parameter after the sum was made."""
    made = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}[said["algorithm"]]

    def h(text: str) -> str:
        return made(text.encode()).hexdigest()

    nc = f"{count:08x}"
    secret, request = h(f"{USER}:{said['realm']}:{password}"), h(f"POST:{target}")
    response = h(f"{secret}:{said['nonce']}:{nc}:c0ffee:auth:{request}")
    fields = {"username": f'"{USER}"', "realm": f'"{said["realm"]}"', "nonce": f'"{said["nonce"]}"', "uri": f'"{target}"', "cnonce": '"c0ffee"', "nc": nc, "qop": "auth",
              "response": f'"{response}"', "algorithm": said["algorithm"], **changed}
    return "Digest " + ", ".join(f"{name}={value}" for name, value in fields.items())


@pytest.mark.parametrize("algorithm", ["SHA-256", "MD5"])
async def test_digest_as_curl_does_it_an_empty_request_first(algorithm: str):
    target = f"/api/v1/exchanges/f1/cdr?uuid={uuid(1)}"
    async with door("digest") as at:
        status, _, headers = await at.post(b"", {"Authorization": ""}, target)
        assert status == 401
        assert at.kept.papers == []
        asked = asked_for(headers)
        assert list(asked) == ["SHA-256", "MD5"]
        status, _, _ = await at.post(caller_leg().json().encode(), {"Authorization": answered(asked[algorithm], target)}, target)
        assert status == 202


async def test_digest_by_a_client_of_another_hand():
    login = aiohttp.DigestAuthMiddleware(USER, PASSWORD)
    async with door("digest") as at, aiohttp.ClientSession(middlewares=(login,)) as session:
        for count in range(3):      # the nonce is used again, and counted
            async with session.post(f"{at.url}/api/v1/exchanges/f1/cdr?uuid={count}", data=seat_leg(count).json().encode()) as answer:
                assert answer.status == 202
        assert len(at.kept.papers) == 3


async def test_a_login_heard_on_the_way_cannot_be_used_again():
    target = "/api/v1/exchanges/f1/cdr"
    async with door("digest") as at:
        asked = asked_for((await at.post(b"", {"Authorization": ""}, target))[2])["MD5"]
        header = {"Authorization": answered(asked, target)}
        assert (await at.post(b"{}", header, target))[0] == 202
        status, _, headers = await at.post(b"{}", header, target)
        assert status == 401
        assert asked_for(headers)["MD5"]["stale"] == "true"
        assert (await at.post(b"{}", {"Authorization": answered(asked, target, 2)}, target))[0] == 202
        at.now[0] += LIFE + 1
        status, _, headers = await at.post(b"{}", {"Authorization": answered(asked, target, 3)}, target)
        assert (status, asked_for(headers)["MD5"]["stale"]) == (401, "true")


@pytest.mark.parametrize("changed", [
    {"uri": '"/elsewhere"'}, {"nc": "00000002"}, {"nc": "1"}, {"qop": "auth-int"}, {"qop": '""'}, {"response": '"0"'}, {"username": '"root"'}, {"realm": '"other"'},
    {"nonce": '"1.2"'}, {"nonce": '"zz"'}, {"algorithm": "SHA-512"}, {"cnonce": '"x"'},
])
async def test_a_digest_that_does_not_fit_is_refused_without_stale(changed: dict[str, str]):
    target = "/api/v1/exchanges/f1/cdr"
    async with door("digest") as at:
        asked = asked_for((await at.post(b"", {"Authorization": ""}, target))[2])["SHA-256"]
        status, _, headers = await at.post(b"{}", {"Authorization": answered(asked, target, **changed)}, target)
        assert (status, asked_for(headers)["MD5"].get("stale")) == (401, None)
        status, _, _ = await at.post(b"{}", {"Authorization": answered(asked, target, password="guess")}, target)
        assert status == 401
        assert at.kept.papers == []


def test_a_nonce_of_somebody_else_is_not_ours_and_few_are_remembered():
    nonces, said = Nonces(b"k" * 32), {"algorithm": "MD5", "realm": "hotline-bridge", "nonce": Nonces(b"other" * 8).fresh(5)}
    assert digest_standing(answered(said, "/x"), Request("POST", "/x"), (USER, PASSWORD), nonces, 5) == "stale"
    first = nonces.fresh(1.0)
    assert nonces.take(first, 1, 1.0)
    for number in range(REMEMBERED + 50):
        assert nonces.take(nonces.fresh(2.0 + number // 1000), 1, 2.0 + number // 1000)
    assert len(nonces._used) == REMEMBERED
    assert not nonces.take(first, 1, 20.0)      # forgotten, and so not taken for new
    assert not nonces.take(first, 2, 20.0)


@pytest.mark.parametrize("header", ["Digest", "Digest x", 'Digest a="1', "Digest a=1, a=2", "Digest " + "a=b," * 2000])
def test_a_digest_nobody_can_read(header: str):
    assert not pairs_of(header)


def test_the_words_of_the_challenge_can_be_read_by_every_client():
    nonces = Nonces(b"k" * 32)
    one, other = nonces.fresh(12.5), nonces.fresh(12.5)
    assert re.fullmatch(r"[0-9a-f]+-[0-9a-f]+\.[0-9a-f]{32}", one)
    assert one != other


async def test_a_body_that_does_not_come_is_given_up():
    async with door(patience=0.05) as at:
        reader, writer = await asyncio.open_connection("127.0.0.1", at.port)
        writer.write(f"POST /api/v1/exchanges/f1/cdr HTTP/1.1\r\nHost: x\r\nAuthorization: {BASIC}\r\nContent-Length: 100\r\n\r\n{{".encode())
        assert (await reader.readline()).split()[1] == b"408"
        writer.transport.abort()
        assert at.kept.papers == []
