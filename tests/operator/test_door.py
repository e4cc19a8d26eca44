"""The HTTP door under odd requests: every answer a problem in words, nothing of the inside, nothing lost at the end."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from hotline_bridge.config import Config
from hotline_bridge.config_file import ConfigMistakes
from hotline_bridge.console.trouble import Door, in_words
from hotline_bridge.logs import _Others
from hotline_bridge.views import Leaf
from hotline_bridge.wiring import build, kept_secret
from tests.daemon.conftest import Open, open_house
from tests.make import a_form

__all__ = ["open_house"]


@asynccontextmanager
async def serving(page: Any, middleware: Any) -> AsyncIterator[tuple[aiohttp.ClientSession, URL]]:
    """One page behind one middleware, on a real socket."""
    app = web.Application(middlewares=[middleware])
    app.router.add_post("/", page)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        yield session, server.make_url("/")


@pytest.mark.parametrize(("method", "path", "status"), [
    ("PUT", "/api/v1/calls", 405), ("GET", "/nothing", 404), ("GET", "/", 404), ("POST", "/api/v1/answers/x", 404),
])
async def test_pages_there_are_none_of_are_told_as_problems_with_a_cure(open_house: Open, method: str, path: str, status: int) -> None:
    got, problem, headers = await open_house.call(method, path, "desk", b"{}")
    assert (got, headers["Content-Type"].partition(";")[0], bool(problem["cure"])) == (status, "application/problem+json", True)


@pytest.mark.parametrize(("path", "who", "status"), [("/api/v1/calls", "seat", 400), ("/api/v1/cases/x/close", "desk", 400)])
async def test_a_body_that_is_not_encoded_as_it_says_is_a_bad_request(open_house: Open, path: str, who: str, status: int) -> None:
    headers = {"Authorization": f"Bearer {kept_secret(open_house.config, f'{who}.token')}", "Content-Encoding": "gzip"}
    async with open_house.session.post(open_house.built.url + path, data=b"no gzip", headers=headers) as answer:
        assert (answer.status, answer.content_type) == (status, "application/problem+json")


@pytest.mark.parametrize(("path", "who", "body", "words"), [
    ("answers/1", "desk", {"accept": "yes"}, "true or false"), ("answers/1", "desk", {}, "true or false"),
    ("cases/x/review", "reviewer", {"findings": "a", "accept": "false"}, "true or false"), ("cases/x/close", "desk", {"outcom": "a"}, "outcom"),
    ("cases/x/close", "desk", {"outcome": "a", "free_will": 1}, "true or false"), ("cases/%00x/close", "desk", {"outcome": "a\x00b"}, "no case x"),
])
async def test_a_decision_with_a_slip_in_it_decides_nothing(open_house: Open, path: str, who: str, body: dict[str, Any], words: str) -> None:
    status, problem, _ = await open_house.call("POST", f"/api/v1/{path}", who, body)
    assert (status, words in problem["detail"]) == (409, True)


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=abc", "offset=-1", "stat=SENT"])
async def test_a_query_nobody_understands_is_told(open_house: Open, query: str) -> None:
    assert (await open_house.call("GET", f"/api/v1/cases?{query}", "desk"))[0] == 409


async def test_lists_say_how_many_there_are_and_where_they_go_on(open_house: Open) -> None:
    for number in range(3):
        await open_house.call("POST", "/api/v1/calls", "seat", a_form(f"list-{number}"))
    _, first, _ = await open_house.call("GET", "/api/v1/cases?limit=2", "desk")
    _, last, _ = await open_house.call("GET", first["next"], "desk")
    assert (len(first["cases"]), first["total"], len(last["cases"]), last["next"]) == (2, 3, 1, None)
    assert len({row["number"] for row in first["cases"] + last["cases"]}) == 3


def test_a_leaf_is_the_last_exactly_where_nothing_follows() -> None:
    assert Leaf(2, 0).cut([1, 2]) == ([1, 2], None)
    assert Leaf(2, 0).cut([1, 2, 3]) == ([1, 2], 2)
    assert Leaf(2, 4).cut([1, 2]) == ([], None)


@pytest.mark.parametrize(("started", "status"), [("0001-01-01T00:00:00+14:00", 422), ("9999-12-31T23:59:59-12:00", 422), ("2026-11-24T09:00:00+08:00", 202)])
async def test_a_time_no_calendar_holds_is_a_wrong_field_and_no_defect(open_house: Open, started: str, status: int) -> None:
    assert (await open_house.call("POST", "/api/v1/calls", "seat", a_form("when") | {"started_at": started}))[0] == status


@pytest.mark.parametrize(("error", "status"), [(OSError("disk of 王某"), 503), (KeyError("王某"), 500)])
async def test_P6_trouble_inside_is_told_without_its_words(error: Exception, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    async def page(_request: web.Request) -> web.StreamResponse:
        raise error

    async with serving(page, in_words) as (session, url), session.post(url) as answer:
        told = await answer.text()
        assert answer.status == status
    assert "王某" not in told
    assert "same call_id" in json.loads(told)["cure"]
    if status == 500:
        said = capsys.readouterr()
        assert "王某" not in said.out + said.err


def test_P6_what_libraries_log_of_an_error_is_its_kind_and_place() -> None:
    try:
        int("王某 13800000001")
    except ValueError as error:
        record = logging.LogRecord("aiohttp.server", logging.ERROR, __file__, 1, "Error handling request", (), (type(error), error, error.__traceback__))
    row = json.loads(_Others(as_json=True).format(record))
    assert (row["error"], row["logger"]) == ("ValueError", "aiohttp.server")
    assert "王某" not in json.dumps(row, ensure_ascii=False)


async def test_a_taken_port_is_told_in_words(open_house: Open, tmp_path: Path) -> None:
    port = int(open_house.built.url.rpartition(":")[2])
    with pytest.raises(ConfigMistakes, match="taken by another program"):
        async with build(Config(state=tmp_path / "second", http={"port": port})):
            raise AssertionError("two programs on one port")


async def test_who_is_inside_is_answered_before_the_door_is_shut_and_who_comes_later_is_sent_away() -> None:
    door, go, entered = Door(), asyncio.Event(), asyncio.Event()

    async def page(_request: web.Request) -> web.StreamResponse:
        entered.set()
        await go.wait()
        return web.Response(text="kept")

    async with serving(page, door.middleware()) as (session, url):
        inside = asyncio.ensure_future(session.post(url))
        await entered.wait()
        closing = asyncio.ensure_future(door.close(60))
        await asyncio.sleep(0)
        async with session.post(url) as late:
            assert (late.status, late.headers["Connection"], closing.done()) == (503, "close", False)
        go.set()
        await closing
        assert (await inside).status == 200


async def test_forms_under_way_when_the_service_stops_get_their_number(tmp_path: Path) -> None:
    """Before, the commit went through and its poster waited a minute for an answer that never came."""
    config = Config(state=tmp_path, http={"port": 0, "per_minute": 500})
    async with build(config) as built, aiohttp.ClientSession(headers={"Authorization": f"Bearer {kept_secret(config, 'seat.token')}"}) as session:
        room = asyncio.ensure_future(built.rooms[0]())

        async def post(number: int) -> tuple[int, str]:
            async with session.post(f"{built.url}/api/v1/calls", json=a_form(f"stop-{number}")) as answer:
                return answer.status, (await answer.json(content_type=None)).get("case_number", "")

        assert (await post(0))[0] == 202
        posts = [asyncio.ensure_future(post(number)) for number in range(1, 9)]
        await asyncio.wait(posts, return_when=asyncio.FIRST_COMPLETED)
        room.cancel()
        await asyncio.gather(room, return_exceptions=True)
        answers = await asyncio.gather(*posts)
        kept = {case.number for case in built.house.store.read_now(lambda tx: tx.cases.select())}
    assert {status for status, _ in answers} <= {202, 503}
    assert {number for status, number in answers if status == 202} <= kept
