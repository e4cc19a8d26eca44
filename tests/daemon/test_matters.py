"""Matters and call-backs at the people's API: who may look and decide, and what they are told (P-18, P-21, C-5)."""

from tests.daemon.conftest import Open
from tests.make import a_form


async def opened(house: Open, call_id: str, phone: str) -> str:
    _, answer, _ = await house.call("POST", "/api/v1/calls", "seat", a_form(call_id, form__customer={"name": "王小芳", "phone": phone}))
    await house.until(answer["case_number"], "SENT")
    return str(answer["case_number"])


async def test_C5_a_matter_is_listed_shown_masked_and_decided_about(open_house: Open) -> None:
    first, second = await opened(open_house, "m1", "13800000001"), await opened(open_house, "m2", "13800000002")
    status, listed, _ = await open_house.call("GET", "/api/v1/matters", "desk")
    assert status == 200
    (row,) = listed["matters"]
    assert (row["people"], row["cases"]) == (2, 2)
    status, shown, _ = await open_house.call("GET", f"/api/v1/matters/{row['matter']}", "desk")
    assert status == 200
    assert "13800000001" not in str(shown)
    assert "王小芳" not in str(shown)
    assert {one["case_number"] for one in shown["case_rows"]} == {first, second}
    for body, words in (
        ({"do": "leave", "with": row["matter"]}, "say why"), ({"do": "fly"}, "do must be one of"), ({"do": "join", "with": "M-99", "says": "x"}, "there is no matter"),
        ({"do": "merge", "with": first, "says": "x"}, "two people"), ({"do": "unmerge", "says": "x"}, "not merged"), ({"go": "x"}, "means nothing here"),
    ):
        status, problem, _ = await open_house.call("POST", f"/api/v1/cases/{second}/matter", "desk", body)
        assert (status, words in problem["detail"]) == (409, True), problem
    assert (await open_house.call("POST", f"/api/v1/cases/{second}/matter", "desk", {"do": "leave", "with": row["matter"], "says": "看错了"}))[0] == 200
    assert (await open_house.call("GET", "/api/v1/matters/M-99", "desk"))[0] == 404
    assert (await open_house.call("GET", "/api/v1/matters?likely=yes", "desk"))[1]["matters"] == []


async def test_P21_call_backs_want_a_role_and_a_result(open_house: Open) -> None:
    number = await opened(open_house, "m3", "13800000003")
    assert (await open_house.call("GET", "/api/v1/callbacks", "desk"))[1] == {"callbacks": [], "next": None}
    assert (await open_house.call("GET", "/api/v1/callbacks", "reviewer"))[0] == 403
    assert (await open_house.call("GET", "/api/v1/matters"))[0] == 401
    status, problem, _ = await open_house.call("POST", f"/api/v1/cases/{number}/callback", "desk", {"said": "satisfied"})
    assert (status, "nobody is to be called" in problem["detail"]) == (409, True)
    assert (await open_house.call("POST", f"/api/v1/cases/{number}/callback", "reviewer", {"said": "satisfied"}))[0] == 403
