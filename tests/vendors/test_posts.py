"""The door for pushes over real HTTP: thanked in the vendor's words only after the keeping, refused in ours."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from ipaddress import ip_network

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from structlog.testing import capture_logs

from adapters.bodies import Bodies
from adapters.vendor_posts import Pusher, VendorPaper, VendorPosts
from routing.calls import LiveCall
from tests.fakes import SetClock
from tests.vendors.samples import own, sample, vendor

LARGEST = 20_000


@dataclass
class Hall:
    """A door in a server of its own, what it kept and what it told."""

    pushers: dict[str, Pusher] = field(default_factory=dict)
    kept: list[tuple[str, VendorPaper]] = field(default_factory=list)
    aside: list[tuple[str, VendorPaper]] = field(default_factory=list)
    live: list[LiveCall] = field(default_factory=list)
    refused: list[tuple[str, str, int]] = field(default_factory=list)
    trouble: Exception | None = None
    told: Callable[[LiveCall], None] | None = None
    door: VendorPosts | None = None
    url: str = ""

    def hear(self, call: LiveCall) -> None:
        (self.told or self.live.append)(call)

    async def keep(self, source: str, paper: VendorPaper, told: tuple[str, str] | None) -> None:
        if self.trouble:
            raise self.trouble
        (self.aside if told else self.kept).append((source, paper))

    async def push(self, name: str, body: bytes = b"", query: str = "", method: str = "POST", **headers: str) -> tuple[int, str, str]:
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        from yarl import URL

        address = URL(f"{self.url}/api/v1/vendors/{name}{'?' + query if query else ''}", encoded=True)
        async with aiohttp.ClientSession() as session, session.request(method, address, data=body or None, headers=named) as answer:
            return answer.status, answer.headers.get("Content-Type", ""), await answer.text()


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    hall = Hall()
    hall.door = VendorPosts(lambda: hall.pushers, hall.keep, hall.hear, lambda *told: hall.refused.append(told), SetClock(), LARGEST)
    app = web.Application(client_max_size=LARGEST)
    app.add_routes(hall.door.routes())
    async with TestServer(app) as server:
        hall.url = str(server.make_url("")).rstrip("/")
        yield hall


@pytest.mark.parametrize(("reply", "status", "type_", "body"), [
    ({"body": "SUCCESS"}, 200, "text/plain", "SUCCESS"),
    ({"type": "application/json", "body": '{"code":200,"data":null,"msg":"success"}'}, 200, "application/json", '{"code":200,"data":null,"msg":"success"}'),
    ({}, 200, "text/plain", ""),
    ({"status": 204}, 204, "", ""),
])
async def test_the_reply_is_literally_what_the_vendor_expects(hall: Hall, reply: dict, status: int, type_: str, body: str) -> None:
    hall.pushers["v"] = Pusher(own(reply=reply))
    found = await hall.push("v", b'{"id":"c1"}', content_type="application/json")
    assert (found[0], found[2]) == (status, body)
    assert found[1].startswith(type_)
    ((source, paper),) = hall.kept
    assert (source, paper.kind, paper.body) == ("vendor:v", "vendor", b'{"id":"c1"}')


async def test_the_bank_may_set_another_reply(hall: Hall) -> None:
    hall.pushers["v"] = Pusher(vendor("tencent", reply="ok"), "user:word")
    assert (await hall.push("v", sample("tencent.cdr.json")))[0] == 401
    assert (await hall.push("v", sample("tencent.cdr.json"), authorization=f"Basic {base64.b64encode(b'user:word').decode()}"))[2] == "ok"


async def test_nobody_is_thanked_for_what_is_not_kept(hall: Hall) -> None:
    hall.pushers["v"] = Pusher(own(reply={"body": "SUCCESS"}))
    hall.trouble = TimeoutError("the database is held")
    status, _, body = await hall.push("v", b'{"id":"c1"}')
    assert status >= 500
    assert "SUCCESS" not in body
    assert hall.live == []


async def test_P9_1_a_get_is_a_push_too_and_its_query_is_what_is_kept(hall: Hall) -> None:
    hall.pushers["7moor"] = Pusher(vendor("7moor"))
    query = sample("7moor.hangup.txt").decode()[1:]
    assert (await hall.push("7moor", query=query, method="GET"))[0] == 200
    ((_, paper),) = hall.kept
    assert paper.body == b"?" + query.encode() + b"\n"


async def test_what_nobody_can_read_is_kept_and_thanked_all_the_same(hall: Hall) -> None:
    hall.pushers["v"] = Pusher(own(reply={"body": "SUCCESS"}))
    assert await hall.push("v", b"\x00\xffrubbish", content_type="text/xml") == (200, "text/plain; charset=utf-8", "SUCCESS")
    assert hall.kept[0][1].body == b"\x00\xffrubbish"


async def test_a_vendor_that_only_asks_whether_anybody_is_there_is_thanked_and_nothing_is_kept(hall: Hall) -> None:
    hall.pushers["v"] = Pusher(own(reply={"body": "SUCCESS"}))
    assert (await hall.push("v", method="GET"))[2] == "SUCCESS"
    assert hall.kept == []


async def test_the_same_push_has_the_same_key_whatever_token_and_signature_it_bears(hall: Hall) -> None:
    proof = {"kind": "signature", "where": "query", "name": "sign", "algorithm": "hmac-md5", "over": "{query:t}{body}", "when": "query:t"}
    hall.pushers["v"] = Pusher(own(proof=proof), "k")
    import hashlib
    import hmac

    for moment in ("1784683800", "1784683801"):
        sign = hmac.new(b"k", moment.encode() + b'{"id":"c1"}', hashlib.md5).hexdigest()
        assert (await hall.push("v", b'{"id":"c1"}', f"sign={sign}&t={moment}&action=cdr"))[0] == 200
    first, second = (paper for _, paper in hall.kept)
    assert first == second
    assert first.body == b'?action=cdr\n{"id":"c1"}'


async def test_a_token_in_the_query_is_not_kept(hall: Hall) -> None:
    hall.pushers["v"] = Pusher(own(), "s3cret")
    assert (await hall.push("v", b'{"id":"c1"}', "token=s3cret&x=%E5%BC%A0"))[0] == 200
    assert hall.kept[0][1].body == b'?x=%E5%BC%A0\n{"id":"c1"}'


@pytest.mark.parametrize(("query", "status", "why"), [("", 401, "missing"), ("token=other", 403, "wrong")])
async def test_who_proves_nothing_is_refused_and_only_counted(hall: Hall, query: str, status: int, why: str) -> None:
    hall.pushers["v"] = Pusher(own(), "s3cret")
    found = await hall.push("v", b'{"id":"13800000001"}', query)
    assert found[0] == status
    assert found[1].startswith("application/problem+json")
    assert "13800000001" not in found[2]
    assert "s3cret" not in found[2]
    assert hall.kept == []
    for _ in range(7):
        await hall.push("v", b"{}", query)
    assert hall.door is not None
    assert hall.door.refused == {("v", why): 8}
    assert hall.refused == [("v", why, 1), ("v", why, 2), ("v", why, 4), ("v", why, 8)]


async def test_unknown_names_large_bodies_and_strange_addresses_are_refused(hall: Hall) -> None:
    hall.pushers["v"] = Pusher(own())
    hall.pushers["far"] = Pusher(vendor(own().mapping, networks=(ip_network("203.0.113.0/24"),)))
    assert (await hall.push("nobody", b"x"))[0] == 404
    assert (await hall.push("v", b"x" * (LARGEST + 1)))[0] == 413
    assert [len(paper.body) for _, paper in hall.aside] == [LARGEST + 1]
    assert (await hall.push("far", b"{}"))[0] == 403
    assert (await hall.push("far", b"{}", X_Forwarded_For="198.51.100.7, 192.0.2.1"))[0] == 403
    assert (await hall.push("far", b"{}", X_Forwarded_For="203.0.113.9, 192.0.2.1"))[0] == 403      # only what our own server saw counts
    assert hall.kept == []
    assert (await hall.push("far", b'{"id":"c"}', X_Forwarded_For="192.0.2.1, 203.0.113.9"))[0] == 200
    assert len(hall.kept) == 1


async def test_calls_that_ring_show_up_until_they_end(hall: Hall) -> None:
    hall.pushers["7moor"] = Pusher(vendor("7moor"))
    for name in ("7moor.ring.txt", "7moor.link.txt", "7moor.hangup.txt"):
        await hall.push("7moor", sample(name)[1:])
    assert [(one.stage, one.ani, one.hotline, one.seat, one.exchange, one.call_id) for one in hall.live] == [
        (stage, "13800000001", "95580", "8001", "vendor:7moor", "cs-20260722-0001") for stage in ("ringing", "talking", "ended")
    ]
    assert [one.at.strftime("%H:%M:%S") for one in hall.live] == ["09:30:01", "09:30:20", "09:33:00"]


def unfinished(hall: Hall, name: str, body: bytes, query: str = "", length: int = LARGEST) -> "asyncio.Future[bytes]":
    """A push whose body never comes whole; the first line of what is answered."""
    async def pushed() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(hall.url.rpartition(":")[2]))
        writer.write(f"POST /api/v1/vendors/{name}{query} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode() + body)
        try:
            return await reader.readline()
        finally:
            writer.transport.abort()

    return asyncio.ensure_future(pushed())


@pytest.mark.parametrize(("proof", "query", "status"), [
    ({}, "", b"401"), ({}, "?token=other", b"403"), ({"kind": "basic"}, "", b"401"), ({"kind": "token", "where": "header", "name": "X-Key"}, "", b"401"),
    ({"kind": "signature", "name": "X-Sign", "algorithm": "hmac-md5", "over": "{body}"}, "", b"401"),
])
async def test_who_shows_no_proof_is_refused_before_a_body_is_taken(hall: Hall, proof: dict, query: str, status: bytes) -> None:
    hall.pushers["v"] = Pusher(own(**({"proof": proof} if proof else {})), "s3cret")
    async with asyncio.timeout(60):
        assert (await unfinished(hall, "v", b"{", query)).split()[1] == status
    assert sum(hall.door.refused.values()) == 1


async def test_a_body_that_does_not_come_is_given_up(hall: Hall) -> None:
    hall.pushers["v"] = Pusher(own())
    object.__setattr__(hall.door, "bodies", Bodies(patience=0.05))
    assert (await unfinished(hall, "v", b"{")).split()[1] == b"408"
    assert hall.door.refused == {("v", "slow"): 1}
    assert hall.kept == []


async def test_few_large_bodies_are_taken_at_once_and_small_ones_do_not_wait_for_them() -> None:
    inside, most, over = 0, 0, asyncio.Event()
    bodies = Bodies(patience=60.0, most_large=2)

    class Content:
        """A body of two pieces, the second of which comes when the test lets it."""

        def __init__(self, size: int) -> None:
            self.pieces = [b"x" * size, b"y"]

        async def iter_chunked(self, _size: int) -> AsyncIterator[bytes]:
            nonlocal inside, most
            while self.pieces:
                if len(self.pieces) == 1 and not over.is_set():
                    inside += 1
                    most = max(most, inside)
                    await over.wait()
                    inside -= 1
                yield self.pieces.pop(0)

    class Request:
        def __init__(self, size: int) -> None:
            self.content = Content(size)

    large = [asyncio.ensure_future(bodies.take(Request(70_000), 1 << 20)) for _ in range(5)]  # type: ignore[arg-type]
    while inside < 2:
        await asyncio.sleep(0)
    small = [asyncio.ensure_future(bodies.take(Request(10), 1 << 20)) for _ in range(3)]  # type: ignore[arg-type]
    while inside < 5:
        await asyncio.sleep(0)
    assert most == 5        # two large ones, three small
    over.set()
    assert [len(one) for one in await asyncio.gather(*large, *small)] == [70_001] * 5 + [11] * 3


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_query_of_thousands_of_fields_is_refused_and_counted(hall: Hall, method: str) -> None:
    hall.pushers["v"] = Pusher(own(), "s3cret")
    assert (await hall.push("v", query="&" * 6000, method=method))[0] == 401
    hall.pushers["v"] = Pusher(own(proof={"kind": "token", "where": "field", "name": "key"}), "s3cret")
    assert (await hall.push("v", query="&" * 6000, method=method))[0] == 401
    assert (await hall.push("v", b'{"key": "\\ud800"}', method="POST"))[0] == 403
    assert hall.door.refused == {("v", "missing"): 2, ("v", "wrong"): 1}
    assert hall.kept == []


async def test_trouble_on_the_board_does_not_cost_the_thanks(hall: Hall) -> None:
    def fails(call: LiveCall) -> None:
        raise OverflowError(call.ani)

    hall.pushers["7moor"] = Pusher(vendor("7moor"))
    hall.told = fails
    with capture_logs() as said:
        assert (await hall.push("7moor", sample("7moor.ring.txt")[1:]))[0] == 200
    assert len(hall.kept) == 1
    assert [one["error"] for one in said] == ["OverflowError"]
    assert "13800000001" not in str(said)
