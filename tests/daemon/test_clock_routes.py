"""Clocks over the people's API: who may move them, with which proofs, and what is refused before anything is written."""

from datetime import datetime
from typing import Any

import pytest

from hotline_bridge.rulebook import load_calendar
from tests.daemon.conftest import Open
from tests.daemon.test_people import opened
from tests.fakes import ZONE


def days_on(house: Open, n: int) -> str:
    """The nth working day from now: the service reads the real clock."""
    return load_calendar().working_days_after(house.built.house.clock().astimezone(ZONE).date(), n).isoformat()


async def test_P11_2_an_extension_over_the_api_waits_for_its_other_proof(open_house: Open) -> None:
    number = await opened(open_house, "k1", "SENT", started_at=f"{open_house.built.house.clock().astimezone(ZONE).isoformat(timespec='seconds')}")
    at, until = f"/api/v1/cases/{number}", days_on(open_house, 5)
    due = (await open_house.call("GET", at, "desk"))[1]["due"]
    assert (await open_house.call("POST", f"{at}/extend", "reviewer", {"until": until, "reason": "x"}))[0] == 403
    status, row, _ = await open_house.call("POST", f"{at}/extend", "desk", {"until": until, "reason": "须调取外地凭证"})
    assert (status, row["due"]) == (200, due)
    _, shown, _ = await open_house.call("GET", f"{at}/deadline", "reviewer")
    assert (shown["pending"]["lacks"], shown["due"], [one["clock"] for one in shown["clocks"]]) == (["told"], due, ["pack", "law"])
    told = open_house.built.house.clock().astimezone(ZONE).isoformat(timespec="seconds")
    status, row, _ = await open_house.call("POST", f"{at}/extend", "desk", {"told": told, "told_how": "电话"})
    assert (status, row["due"][:10]) == (200, until)


async def test_law_18_P19_the_other_events_over_the_api(open_house: Open) -> None:
    number = await opened(open_house, "k2", "SENT", started_at=f"{open_house.built.house.clock().astimezone(ZONE).isoformat(timespec='seconds')}")
    at, today = f"/api/v1/cases/{number}", open_house.built.house.clock().astimezone(ZONE).date().isoformat()
    body: dict[str, Any] = {"from": days_on(open_house, 1), "to": days_on(open_house, 2), "reason": "笔迹鉴定", "told": today, "told_how": "电话"}
    assert (await open_house.call("POST", f"{at}/exclude", "desk", body))[0] == 200
    assert (await open_house.call("POST", f"{at}/pressed", "desk", {"says": "被要求撤诉"}))[0] == 200
    status, problem, _ = await open_house.call("POST", f"{at}/prolong", "desk", {"reason": "x", "approver": "总行", "told": today, "told_how": "书面"})
    assert (status, "only a complex one's legal limit" in problem["detail"]) == (409, True)
    assert (await open_house.call("POST", f"{at}/new-facts", "desk", {"says": "另有一名柜员在场"}))[0] == 200
    _, shown, _ = await open_house.call("GET", f"{at}/deadline", "desk")
    assert [one["kind"] for one in shown["events"]] == ["appraisal", "pressed", "new-facts"]
    assert datetime.fromisoformat(shown["received"]).date().isoformat() == today


@pytest.mark.parametrize(("path", "body", "told"), [
    ("extend", {"until": "soon"}, "until must be a day or a time such as 2026-07-24"), ("extend", {"until": 5}, "until must be a text"),
    ("extend", {"till": "2026-07-24"}, "till, which means nothing here"), ("exclude", {"from": "2026-07-24"}, "from and to must be said"),
    ("prolong", {}, "there is no case x"), ("new-facts", {"says": "y", "at": "9999-12-31T23:59:59-12:00"}, "at must be a day or a time"),
    ("close", {"outcome": "撤诉", "arrived": "x"}, "arrived must be a day or a time"),
])
async def test_a_slip_in_the_body_moves_nothing(open_house: Open, path: str, body: dict[str, Any], told: str) -> None:
    status, problem, _ = await open_house.call("POST", f"/api/v1/cases/x/{path}", "desk", body)
    assert (status, told in problem["detail"]) == (409, True), problem
    assert (await open_house.call("GET", "/api/v1/cases/x/deadline", "desk"))[0] == 404
