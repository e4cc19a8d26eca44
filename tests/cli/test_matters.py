"""Matters and call-backs at the terminal (P-18, P-21, C-5)."""

import json
from pathlib import Path

import pytest

from adapters.formats.form_json import read_form
from hotline_bridge.config import Config
from hotline_bridge.daemon import run_until_quiet
from hotline_bridge.opening import take_form
from hotline_bridge.wiring import build
from tests.cli.test_cases import bridge
from tests.fakes import SetClock
from tests.make import a_form, form_bytes

pytestmark = pytest.mark.slow


@pytest.fixture
async def two(tmp_path: Path) -> list[str]:
    """Two complaints of one person about one matter; their numbers."""
    numbers = []
    async with build(Config(state=tmp_path, http={"port": 0}), SetClock()) as built:
        for call in ("m1", "m2"):
            body = form_bytes(a_form(call))
            form, digest = read_form(body)
            posted = await built.house.store.run(lambda tx, body=body, form=form, digest=digest: take_form(tx, "seat", body, form, digest, built.house.clock(), built.house.rules))
            numbers.append(posted.number)
            await run_until_quiet(built.house)
    return numbers


def test_P18_matters_are_listed_shown_merged_and_taken_back(tmp_path: Path, two: list[str]) -> None:
    first, second = two
    code, out, _ = bridge(tmp_path, "matters", "list", "--json")
    (row,) = [json.loads(line) for line in out.splitlines()]
    assert (code, row["people"], row["cases"]) == (0, 1, 2)
    assert "M-1" in bridge(tmp_path, "matters", "list")[1]
    code, out, _ = bridge(tmp_path, "matters", "show", "m-1", "--json")
    assert (code, json.loads(out)["persons"][0]["cases"]) == (0, [first, second])
    assert bridge(tmp_path, "matters", "show", "M-9")[0] == 1
    code, _, said = bridge(tmp_path, "matters", "merge", second, first)
    assert (code, "say why" in said) == (2, True)
    assert bridge(tmp_path, "matters", "merge", second, first, "--says", "同一投诉", "--as", "desk")[0] == 0
    assert json.loads(bridge(tmp_path, "cases", "show", second, "--json")[1])["state"] == "CLOSED"
    assert bridge(tmp_path, "matters", "unmerge", second, "--says", "不是", "--as", "desk")[0] == 0
    assert bridge(tmp_path, "matters", "leave", second, "M-1", "--says", "不是", "--as", "desk")[0] == 0
    assert "M-1" in bridge(tmp_path, "matters", "join", second, first, "--says", "是", "--as", "desk")[2]


def test_P21_call_backs_are_listed_and_noted(tmp_path: Path, two: list[str]) -> None:
    assert "无 / none" in bridge(tmp_path, "callbacks", "list")[1]
    code, _, said = bridge(tmp_path, "callbacks", "note", two[0], "satisfied", "--as", "desk")
    assert (code, "nobody is to be called" in said) == (2, True)
    code, _, said = bridge(tmp_path, "callbacks", "note", two[0], "glad", "--as", "desk")
    assert (code, "no result of a call" in said) == (2, True)


def test_P18_cases_of_before_the_radar_are_looked_at_on_request(tmp_path: Path, two: list[str]) -> None:
    code, _, said = bridge(tmp_path, "matters", "index")
    assert (code, "2" in said) == (0, True)
