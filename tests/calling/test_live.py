"""A call that rings is on the screen with all that its number complained of before anybody types a word (P-6, P-9.1, P-18)."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp.test_utils import TestClient

from hotline_bridge.board import MOST_CALLS, MOST_WAITING
from hotline_bridge.steps.call_errand import attach
from tests.calling.people import at_the_api, by, event
from tests.calling.test_board import END, RING, TALK
from tests.calling.world import CALLER, calls, hear, row
from tests.conftest import Bank
from tests.make import a_form

LIVE = "/api/v1/calls/live"


@pytest.fixture
async def client(bank: Bank) -> AsyncIterator[TestClient]:
    async with at_the_api(bank) as client:
        yield client


async def test_a_call_that_rings_shows_the_earlier_cases_of_its_number(bank: Bank, client: TestClient) -> None:
    first = await bank.post(a_form("1"))
    second = await bank.post(a_form("2", caller="13900000002", form__customer={"name": "李某某"}))
    await hear(bank, row("1784683200.99", hotline="95581"))
    bank.clock.on(minutes=40)
    await bank.quiet()
    await bank.decide(attach, calls(bank.house)[0].id, second.number, "甲")        # by a call from that number, too
    async with client.get(LIVE, headers=by("seat")) as answer:
        assert (answer.status, answer.content_type) == (200, "text/event-stream")
        assert (await event(answer))[0::2] == ("now", {"calls": []})
        bank.house.board.tell(RING)
        name, _, said = await event(answer)
        assert (name, said["number"], said["hotline"], said["call_id"], said["seat"]) == ("ringing", "138 0000 0001", "95580", RING.call_id, "")
        assert said["since"] == "2026-07-22T09:20:00+08:00"
        assert {one["number"] for one in said["earlier"]} == {first.number, second.number}
        row_ = next(one for one in said["earlier"] if one["number"] == first.number)
        case = bank.case(first.number)
        assert case.unit is not None
        assert (row_["unit"], row_["state"], row_["category"], row_["matter"]) == (case.unit, case.state.name, case.category.value, f"M-{case.matter}")
        assert "张某某" not in json.dumps(said, ensure_ascii=False)
        bank.house.board.tell(TALK)
        name, _, said = await event(answer)
        assert (name, said["seat"], said["since"], len(said["earlier"])) == ("talking", "8001", "2026-07-22T09:20:00+08:00", 2)
        bank.house.board.tell(END)
        assert (await event(answer))[0] == "ended"


async def test_a_new_listener_first_gets_the_calls_of_this_moment(bank: Bank, client: TestClient) -> None:
    bank.house.board.tell(RING)
    bank.house.board.tell(replace(TALK, global_id="2"))
    async with client.get(LIVE, headers=by("desk")) as answer:
        name, _, said = await event(answer)
        assert (name, [one["stage"] for one in said["calls"]]) == ("now", ["ringing", "talking"])


async def test_who_comes_back_hears_what_was_missed(bank: Bank, client: TestClient) -> None:
    bank.house.board.tell(RING)
    async with client.get(LIVE, headers=by("seat")) as answer:
        _, last, _ = await event(answer)
    bank.house.board.tell(TALK)
    bank.house.board.tell(END)
    async with client.get(LIVE, headers=by("seat", **{"Last-Event-ID": last})) as answer:
        assert [(await event(answer))[0] for _ in range(2)] == ["talking", "ended"]
    async with client.get(LIVE, headers=by("seat", **{"Last-Event-ID": "of yesterday-7"})) as answer:
        assert (await event(answer))[0] == "now"


async def test_hundreds_listen_and_the_number_is_looked_up_once(bank: Bank, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from hotline_bridge import call_view

    looked: list[str] = []
    real = call_view.earlier_rows
    monkeypatch.setattr(call_view, "earlier_rows", lambda tx, ani, rules: looked.append(ani) or real(tx, ani, rules))
    answers = [await client.get(LIVE, headers=by("seat")) for _ in range(300)]
    for answer in answers:
        await event(answer)
    assert bank.house.board.listening == 300
    bank.house.board.tell(RING)
    assert {(await event(answer))[0] for answer in answers} == {"ringing"}
    assert looked == [CALLER]
    for answer in answers:
        answer.close()


async def test_a_listener_who_takes_nothing_is_cut_off(bank: Bank, client: TestClient) -> None:
    server = client.server
    reader, writer = await asyncio.open_connection(server.host, server.port, limit=1024)
    writer.write(f"GET {LIVE} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer seat-token\r\n\r\n".encode())
    await reader.readuntil(b"event: now")
    writer.transport.pause_reading()
    board, told = bank.house.board, 0
    while board.listening:          # its buffers fill, then what waits for it does
        for _ in range(MOST_WAITING // 2):
            told += 1
            board.tell(replace(RING, global_id=str(told), queue="q" * 2000, ani=""))
        assert told < 200_000
        await asyncio.sleep(0)
    writer.transport.abort()
    assert len(board.calls()) == min(told, MOST_CALLS)


async def test_the_end_of_the_program_lets_listeners_go(bank: Bank, client: TestClient) -> None:
    async with client.get(LIVE, headers=by("seat")) as answer:
        await event(answer)
        bank.house.board.close()
        assert await answer.content.read() == b""


async def test_while_the_store_is_away_calls_are_shown_without_their_past(bank: Bank, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from hotline_bridge import call_view

    def away(*_args: object) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as broken:
        broken.setattr(call_view, "earlier_rows", away)
        bank.house.board.tell(RING)
        got = await (await client.get("/api/v1/calls/now", headers=by("desk"))).json()
        assert got["calls"][0]["earlier"] is None
    got = await (await client.get("/api/v1/calls/now", headers=by("desk"))).json()
    assert got["calls"][0]["earlier"] == []


@pytest.mark.parametrize(("role", "path", "status"), [
    ("seat", "now", 200), ("supervisor", "now", 200), ("reviewer", "now", 403), ("supervisor", "live", 403), ("nobody", "live", 401), ("nobody", "now", 401),
])
async def test_P6_who_may_look(client: TestClient, role: str, path: str, status: int) -> None:
    async with client.get(f"/api/v1/calls/{path}", headers=by(role)) as answer:
        assert answer.status == status


async def test_P6_numbers_are_masked_for_who_need_not_know_the_caller(bank: Bank, client: TestClient) -> None:
    bank.house.board.tell(RING)
    got = await (await client.get("/api/v1/calls/now", headers=by("auditor"))).text()
    assert CALLER not in got.replace(" ", "")
    assert "138****0001" in got
    await hear(bank, row("1", talk=20, result="NO ANSWER", seat=""))
    for path in ("calls/errands", "calls/1"):
        for role, whole in (("desk", True), ("auditor", False), ("supervisor", False)):
            got = await (await client.get(f"/api/v1/{path}", headers=by(role))).text()
            assert (CALLER in got.replace(" ", "")) is whole


async def test_a_call_that_ended_long_ago_is_off_the_board(bank: Bank, client: TestClient) -> None:
    bank.house.board.tell(replace(RING, at=bank.clock() - timedelta(hours=7)))
    assert await (await client.get("/api/v1/calls/now", headers=by("seat"))).json() == {"calls": []}
