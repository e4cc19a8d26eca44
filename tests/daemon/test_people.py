"""The people's API: who may look, who may decide, and what they are told when the rules forbid it."""

import asyncio

import pytest

from tests.daemon.conftest import Open
from tests.make import a_form

FLAGGED = "客户称在上地路营业所转账六万元，柜员操作失误转错账户，要求更正。"


async def opened(house: Open, call_id: str, state: str, **form: str) -> str:
    _, answer, _ = await house.call("POST", "/api/v1/calls", "seat", a_form(call_id, **form))
    await house.until(answer["case_number"], state)
    return str(answer["case_number"])


async def test_health_is_open_to_everybody_and_says_nothing(open_house: Open) -> None:
    assert (await open_house.call("GET", "/healthz"))[:2] == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/api/v1/status", "/api/v1/cases", "/api/v1/cases/x", "/api/v1/quarantine", "/api/v1/answers/claimed"])
async def test_everything_else_wants_a_token(open_house: Open, path: str) -> None:
    assert (await open_house.call("GET", path))[0] == 401


async def test_a_seats_token_posts_calls_and_decides_nothing(open_house: Open) -> None:
    number = await opened(open_house, "p1", "SENT")
    assert (await open_house.call("POST", f"/api/v1/cases/{number}/close", "seat", {"outcome": "已办结"}))[0] == 401


async def test_P9_1_only_a_reviewer_signs_and_only_what_is_held(open_house: Open) -> None:
    held, sent = await opened(open_house, "p2", "HELD", narrative=FLAGGED), await opened(open_house, "p3", "SENT")
    assert (await open_house.call("POST", f"/api/v1/cases/{held}/review", "desk", {"findings": "x"}))[0] == 403
    assert (await open_house.call("POST", f"/api/v1/cases/{held}/review", "reviewer", {"findings": "  "}))[0] == 409
    status, problem, _ = await open_house.call("POST", f"/api/v1/cases/{sent}/review", "reviewer", {"findings": "x"})
    assert status == 409
    assert "only a held case" in problem["detail"]
    assert (await open_house.call("POST", f"/api/v1/cases/{held}/review", "reviewer", {"findings": "已复听"}))[0] == 200
    case = await open_house.until(held, "SENT")
    assert case["signature"]["who"] == "reviewer"


async def test_a_reviewer_may_hand_back_with_a_reason(open_house: Open) -> None:
    number = await opened(open_house, "p4", "HELD", narrative=FLAGGED)
    assert (await open_house.call("POST", f"/api/v1/cases/{number}/review", "reviewer", {"findings": "录音与记录不符", "accept": False}))[0] == 200
    case = await open_house.until(number, "DESK")
    assert any(entry["what"] == "复核退回" for entry in case["book"])


async def test_the_desk_is_told_what_a_wrong_decision_lacks(open_house: Open) -> None:
    number = await opened(open_house, "p5", "DESK", unit="", narrative="客户说你们的人态度很差。")
    for path, body, words in (
        (f"{number}/assign", {"unit": "NOWHERE"}, "not in the directory"),
        (f"{number}/assign", {"unit": "B1010101", "category": "别的"}, "no category"),
        (f"{number}/close", {"outcome": "随便"}, "choose one of"),
        ("95580-20990101-000010/close", {"outcome": "随便"}, "there is no case"),
        (f"{number}/reopen", {}, "cannot move"),
    ):
        status, problem, _ = await open_house.call("POST", f"/api/v1/cases/{path}", "desk", body)
        assert status == 409
        assert words in problem["detail"]
    assert (await open_house.call("POST", f"/api/v1/cases/{number}/assign", "desk", b"[1]"))[0] == 409
    assert (await open_house.call("POST", f"/api/v1/cases/{number}/assign", "desk", {"unit": "B1010101"}))[0] == 200
    await open_house.until(number, "SENT")


async def test_lists_say_nothing_of_the_customer_P6(open_house: Open) -> None:
    number = await opened(open_house, "p6", "SENT")
    _, answer, _ = await open_house.call("GET", "/api/v1/cases?state=SENT", "desk")
    (row,) = answer["cases"]
    assert row["number"] == number
    assert "张" not in str(row)
    assert "13800000001" not in str(row)
    assert (await open_house.call("GET", "/api/v1/cases?state=WRONG", "desk"))[0] == 409


async def test_status_counts_what_there_is(open_house: Open) -> None:
    await opened(open_house, "p7", "SENT")
    _, status, _ = await open_house.call("GET", "/api/v1/status", "desk")
    assert status["cases"] == {"SENT": 1}
    assert status["out_of_sight"] == []
    assert "mailbox" in status["sources"]


async def test_a_letter_is_shown_with_every_word_about_it_and_sent_again(open_house: Open) -> None:
    number = await opened(open_house, "p-again", "SENT")
    while True:
        _, case, _ = await open_house.call("GET", f"/api/v1/cases/{number}", "desk")
        letter = next(one for one in case["letters"] if one["purpose"].startswith("slip"))
        if letter["answer"] == "accepted":
            break
        await asyncio.sleep(0.01)
    path = f"/api/v1/letters/{letter['id']}/resend"
    assert (await open_house.call("POST", path, "reviewer", {}))[0] == 403
    status, problem, _ = await open_house.call("POST", path, "desk", {"to": ["x@elsewhere.example"]})
    assert (status, "was not for x@elsewhere.example" in problem["detail"]) == (409, True)
    assert (await open_house.call("POST", path, "desk", {"to": [letter["recipient"]]}))[0] == 200
    while [one["word"] for one in letter["history"]] != ["accepted", "resent", "accepted"]:
        await asyncio.sleep(0.01)
        _, case, _ = await open_house.call("GET", f"/api/v1/cases/{number}", "desk")
        letter = next(one for one in case["letters"] if one["id"] == letter["id"])
    assert any(entry["what"] == "重发" for entry in case["book"])
    _, status, _ = await open_house.call("GET", "/api/v1/status", "desk")
    assert status["letters"]["accepted"] >= 1
