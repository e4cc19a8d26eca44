"""The way of a case over the people's API: who may look, who may decide, and what they are told (P-9.3, P-9.7, C-2)."""

import pytest

from tests.daemon.conftest import Open
from tests.make import a_form

AWAY = "客户称7月20日在湖南路营业所办理存款，柜员态度冷淡，要求道歉。"


async def sent(house: Open, call_id: str) -> str:
    _, answer, _ = await house.call("POST", "/api/v1/calls", "seat", a_form(call_id, narrative=AWAY, unit="湖南路营业所"))
    await house.until(answer["case_number"], "SENT")
    return str(answer["case_number"])


async def test_P9_7_the_way_is_looked_at_and_passed_on(open_house: Open) -> None:
    number = await sent(open_house, "h1")
    at = f"/api/v1/cases/{number}"
    status, shown, _ = await open_house.call("GET", at + "/hops", "desk")
    assert (status, [row["unit"] for row in shown["hops"]], len(shown["way"])) == (200, ["E1", "HQ-UNION"], 3)
    assert "张" not in str(shown)                                       # nothing of the customer (P-6)
    assert (await open_house.call("POST", at + "/pass-on", "seat", {}))[0] in {401, 403}
    assert (await open_house.call("POST", at + "/pass-on", "desk", {"says": "分行要求"}))[0] == 200
    assert (await open_house.call("POST", at + "/begun", "desk", {"says": "已电话确认"}))[0] == 200
    _, shown, _ = await open_house.call("GET", at + "/hops", "desk")
    assert [(row["unit"], row["state"]) for row in shown["hops"] if row["part"] == "主办"] == [("E1", "passed"), ("E1010101", "begun")]
    assert (await open_house.call("POST", at + "/connect", "desk", {"unit": "E1010101", "says": "魏经理"}))[0] == 200
    assert (await open_house.call("POST", at + "/give-back", "desk", {"says": "称不属其办理"}))[0] == 200
    assert (await open_house.call("POST", at + "/rule", "desk", {"unit": "E10101", "says": "分行裁定"}))[0] == 200
    _, case, _ = await open_house.call("GET", at, "desk")
    assert [row["state"] for row in case["hops"] if row["unit"] == "E1010101"] == ["returned", "begun"]
    assert any("鼓楼台区支行" in line for line in case["way"])


@pytest.mark.parametrize(("path", "body", "told"), [
    ("pass-on", {"unit": "NOWHERE"}, "not in the directory"), ("pass-on", {"by": "pigeon"}, "no way to pass"), ("pass-on", {"to": "E1"}, "which means nothing here"),
    ("begun", {"unit": "B1"}, "does not have case"), ("give-back", {}, "reason is empty"), ("rule", {"unit": "E1", "says": "x"}, "no unit has given"),
    ("promise", {}, "until must be said"), ("promise", {"until": "soon"}, "must be a day or a time"), ("promise", {"until": "2026-11-30"}, "P-11.2"),
    ("connect", {"unit": "NOWHERE"}, "not in the directory"),
])
async def test_what_the_rules_forbid_is_said_with_the_reason(open_house: Open, path: str, body: dict[str, str], told: str) -> None:
    number = await sent(open_house, "h2")
    status, problem, _ = await open_house.call("POST", f"/api/v1/cases/{number}/{path}", "desk", body)
    assert status == 409
    assert told in problem["detail"]


async def test_there_is_no_way_of_what_there_is_not(open_house: Open) -> None:
    assert (await open_house.call("GET", "/api/v1/cases/95580-20990101-000010/hops", "desk"))[0] == 404
