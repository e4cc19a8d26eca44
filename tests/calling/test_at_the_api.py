"""Calls that wait for somebody, at the people's API: the same functions as at the command line (P-3, P-6, P-21)."""

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient

from tests.calling.people import at_the_api, by
from tests.calling.test_errands import lost
from tests.calling.world import CALLER, FIRST, calls, hear, row, waiting
from tests.conftest import Bank
from tests.make import a_form

ID = "1784683200.17"
ERRANDS = "/api/v1/calls/errands"


@pytest.fixture
async def client(bank: Bank) -> AsyncIterator[TestClient]:
    async with at_the_api(bank) as client:
        yield client


async def errands(client: TestClient, query: str = "", role: str = "desk") -> list[dict]:
    got = await client.get(ERRANDS + query, headers=by(role))
    assert got.status == 200
    return (await got.json())["errands"]


async def everything(bank: Bank) -> None:
    """One errand of each kind, and the call that was lost twice."""
    await bank.post(a_form("nobody-heard-of", caller="13900000002"))
    await hear(bank, row(ID, ani="13900000003", hotline="95580"))
    bank.clock.on(minutes=31)
    await bank.quiet()
    await hear(bank, lost("1"))
    await hear(bank, lost("2", bank.clock() - FIRST))


async def test_what_waits_is_listed_by_kind(bank: Bank, client: TestClient) -> None:
    await everything(bank)
    rows = await errands(client)
    assert {one["kind"] for one in rows} == {"abandoned", "no-form", "no-call"}
    (one,) = await errands(client, "?kind=abandoned")
    assert (one["number"], one["place"][:2], one["times"], one["tries"], one["hotline"], one["kind_zh"]) == ("138 0000 0001", one["place"][:2], 2, 0, "95580", "待回拨")
    (form,) = await errands(client, "?kind=no-call")
    assert (form["case_number"], form["call_id"], form["candidates"]) == (bank.case().number, "nobody-heard-of", [])
    assert (await client.get(ERRANDS + "?kind=lost", headers=by("desk"))).status == 409
    got = await client.get(ERRANDS + "?limit=2", headers=by("desk"))
    following = (await got.json())["next"]
    assert len((await (await client.get(following, headers=by("desk"))).json())["errands"]) == 1


async def test_P21_the_desk_calls_back(bank: Bank, client: TestClient) -> None:
    await hear(bank, lost())
    (one,) = await errands(client)
    assert (await client.post(f"{ERRANDS}/{one['id']}/missed", json={"says": "关机"}, headers=by("desk"))).status == 200
    assert (await errands(client))[0]["tries"] == 1
    assert (await client.post(f"{ERRANDS}/{one['id']}/done", json={}, headers=by("desk"))).status == 409
    assert (await client.post(f"{ERRANDS}/{one['id']}/done", json={"says": "已回拨", "whom": "x"}, headers=by("desk"))).status == 409
    assert (await client.post(f"{ERRANDS}/{one['id']}/done", json={"says": "已回拨，不投诉"}, headers=by("desk"))).status == 200
    assert waiting(bank) == []
    shown = await (await client.get(f"/api/v1/calls/{one['call']}", headers=by("desk"))).json()
    assert [line.partition("：")[2] for line in shown["errands"][0]["says"].splitlines()] == ["关机", "已回拨，不投诉"]


async def test_the_desk_joins_a_call_to_its_case_which_shows_it(bank: Bank, client: TestClient) -> None:
    posted = await bank.post(a_form("other"))
    await hear(bank, row(ID, recording="/rec/17.wav"))
    (call,) = calls(bank.house)
    assert (await client.post(f"/api/v1/calls/{call.id}/attach", json={"number": "none"}, headers=by("desk"))).status == 409
    got = await client.post(f"/api/v1/calls/{call.id}/attach", json={"number": posted.number}, headers=by("desk"))
    assert (await got.json())["number"] == posted.number
    case = await (await client.get(f"/api/v1/cases/{posted.number}", headers=by("auditor"))).json()
    assert [(one["id"], one["seat"], one["result"], one["talk_s"], one["joined"], one["exchange"]) for one in case["calls"]] == [(call.id, "8001", "answered", 360, "desk", "asterisk:east")]
    assert case["calls"][0]["began"] == "2026-07-22T09:20:00+08:00"
    shown = await (await client.get(f"/api/v1/calls/{call.id}", headers=by("supervisor"))).json()
    assert (shown["case_number"], shown["number"]) == (posted.number, "138****0001")


async def test_status_counts_what_waits_and_names_nobody(bank: Bank, client: TestClient) -> None:
    await everything(bank)
    got = await (await client.get("/api/v1/status", headers=by("auditor"))).json()
    assert got["calls"] == {"abandoned": 1, "no-form": 1, "no-call": 1}
    metrics = await (await client.get("/metrics", headers=by("auditor"))).text()
    assert 'hotline_bridge_call_errands{kind="abandoned"} 1.0' in metrics
    assert CALLER not in metrics


@pytest.mark.parametrize("role", ["seat", "supervisor", "auditor", "reviewer"])
async def test_P6_only_the_desk_decides(bank: Bank, client: TestClient, role: str) -> None:
    await hear(bank, lost())
    (one,) = await errands(client)
    for path, body in ((f"{ERRANDS}/{one['id']}/done", {"says": "x"}), (f"{ERRANDS}/{one['id']}/missed", {}), (f"/api/v1/calls/{one['call']}/attach", {"number": "x"})):
        assert (await client.post(path, json=body, headers=by(role))).status == 403
    assert len(waiting(bank)) == 1


async def test_a_call_nobody_knows(client: TestClient) -> None:
    assert (await client.get("/api/v1/calls/77", headers=by("desk"))).status == 404
