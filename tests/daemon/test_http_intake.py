"""POST /api/v1/calls as seats' desktops use and misuse it."""

import asyncio
import json

import pytest

from tests.daemon.conftest import Open
from tests.make import a_form, form_bytes

CALLS = "/api/v1/calls"


async def quarantined(house: Open) -> list[dict]:
    _, answer, _ = await house.call("GET", "/api/v1/quarantine", "desk")
    return list(answer["papers"])


async def test_P9_1_a_form_is_accepted_with_its_case_number(open_house: Open) -> None:
    status, answer, _ = await open_house.call("POST", CALLS, "seat", a_form("c1"))
    assert status == 202
    assert answer["standing"] == "opened"
    case = await open_house.until(answer["case_number"], "SENT")
    assert case["call_id"] == "c1"


async def test_the_same_form_again_is_no_second_case_whatever_its_spacing(open_house: Open) -> None:
    form = a_form("c2")
    _, first, _ = await open_house.call("POST", CALLS, "seat", form)
    shuffled = json.dumps(dict(reversed(list(form.items()))), ensure_ascii=True, indent=3).encode()
    status, again, _ = await open_house.call("POST", CALLS, "seat", shuffled)
    assert status == 200
    assert again["case_number"] == first["case_number"]
    assert again["standing"] == "repeat"


async def test_the_same_call_with_other_content_is_refused_and_kept(open_house: Open) -> None:
    _, first, _ = await open_house.call("POST", CALLS, "seat", a_form("c3"))
    status, problem, headers = await open_house.call("POST", CALLS, "seat", a_form("c3", narrative="客户改口说是上地路营业所的保安。"))
    assert status == 409
    assert headers["Content-Type"].startswith("application/problem+json")
    assert problem["case_number"] == first["case_number"]
    (paper,) = await quarantined(open_house)
    assert first["case_number"] in paper["remedy"]


async def test_every_bad_field_is_named_and_nothing_the_customer_said_is_echoed(open_house: Open) -> None:
    form = a_form("c4", hotline="nine", seat="", started_at="yesterday", form__category="随便", form__colour="red", form__narrative="")
    status, problem, headers = await open_house.call("POST", CALLS, "seat", form)
    assert status == 422
    assert headers["Content-Type"].startswith("application/problem+json")
    assert {row["pointer"] for row in problem["errors"]} == {
        "/hotline", "/seat", "/started_at", "/form/category", "/form/colour", "/form/narrative",
    }
    assert all(row["detail"] and row["expected"] for row in problem["errors"])
    assert "13800000001" not in json.dumps(problem)
    assert f"Q-{problem['quarantine']}" in {paper["number"] for paper in await quarantined(open_house)}


@pytest.mark.parametrize("body", [
    b"", b"{", b'{"source": "seat", "call_id": ', b"[]", b"null", b'"text"', b"\x00\x01\x02", b"\xff\xfe\xfd", b"[" * 100_000, b'{"a":' * 5_000,
], ids=["empty", "brace", "truncated", "list", "null", "text", "nul", "no-utf8", "deep-list", "deep-object"])
async def test_what_is_no_json_object_is_told_so_and_kept(open_house: Open, body: bytes) -> None:
    status, problem, _ = await open_house.call("POST", CALLS, "seat", body)
    assert status == 422
    assert problem["detail"]
    assert problem["cure"]
    assert len(await quarantined(open_house)) == 1
    status, _, _ = await open_house.call("POST", CALLS, "seat", a_form("after"))      # nothing else is held up
    assert status == 202


async def test_a_body_of_fifty_megabytes_is_refused_without_being_read_to_its_end(open_house: Open) -> None:
    status, problem, _ = await open_house.call("POST", CALLS, "seat", b'{"x": "' + b"a" * (50 << 20) + b'"}')
    assert status == 413
    (paper,) = await quarantined(open_house)
    assert paper["bytes"] == 64 << 10
    assert problem["quarantine"]


async def test_nul_and_control_characters_in_texts_are_cleaned_away(open_house: Open) -> None:
    form = a_form("c5", narrative="上地路营业所的柜员\u0000态度\u001b[31m恶劣，要求道歉。")
    status, answer, _ = await open_house.call("POST", CALLS, "seat", form)
    assert status == 202
    case = await open_house.until(answer["case_number"], "SENT")
    assert "柜员态度[31m恶劣" in case["text"]


async def test_without_the_right_token_nothing_is_taken(open_house: Open) -> None:
    for token in ("", "wrong", "Bearer"):
        status, problem, headers = await open_house.call("POST", CALLS, body=a_form("c6"), token=token)
        assert status == 401
        assert headers["WWW-Authenticate"].startswith("Bearer")
        assert "token" in problem["detail"]
    assert await quarantined(open_house) == []


async def test_a_token_is_good_for_its_own_source_only(open_house: Open) -> None:
    status, problem, _ = await open_house.call("POST", CALLS, "seat", a_form("c7", source="other"))
    assert status == 403
    assert "source" in problem["detail"]


async def test_a_source_that_posts_too_fast_is_told_when_to_come_again(open_house: Open) -> None:
    answers = [await open_house.call("POST", CALLS, "seat", b"{}") for _ in range(500)]
    assert {status for status, _, _ in answers} == {422}
    status, _, headers = await open_house.call("POST", CALLS, "seat", a_form("c8"))
    assert status == 429
    assert 1 <= int(headers["Retry-After"]) <= 61


async def test_many_at_once_get_numbers_of_their_own(open_house: Open) -> None:
    answers = await asyncio.gather(*(open_house.call("POST", CALLS, "seat", a_form(f"many-{n}")) for n in range(100)))
    assert {status for status, _, _ in answers} == {202}
    assert len({answer["case_number"] for _, answer, _ in answers}) == 100


async def test_the_same_form_posted_ten_times_at_once_is_one_case(open_house: Open) -> None:
    body = form_bytes(a_form("race"))
    answers = await asyncio.gather(*(open_house.call("POST", CALLS, "seat", body) for _ in range(10)))
    assert sorted(status for status, _, _ in answers) == [200] * 9 + [202]
    assert len({answer["case_number"] for _, answer, _ in answers}) == 1


async def test_a_form_in_the_code_page_of_an_old_desktop_is_read(open_house: Open) -> None:
    status, answer, _ = await open_house.call("POST", CALLS, "seat", form_bytes(a_form("gbk")).decode().encode("gb18030"))
    assert status == 202
    case = await open_house.until(answer["case_number"], "SENT")
    assert "上地路营业所" in case["text"]
