"""Calls that wait for somebody, at the command line (P-3, P-6, P-21)."""

import json
from pathlib import Path

import pytest

from hotline_bridge.config import Config
from hotline_bridge.wiring import build
from tests.calling.test_errands import lost
from tests.calling.world import CALLER, EAST, PAPERS, ZONE, calls, with_calls
from tests.cli.test_cases import bridge, held  # noqa: F401 (a fixture)
from tests.fakes import SetClock

pytestmark = pytest.mark.slow       # starts the program itself, several times


@pytest.fixture
async def call(tmp_path: Path, held: str) -> int:  # noqa: F811 (the fixture above)
    """A call nobody answered."""
    from adapters.formats.cdr import leg_of
    from hotline_bridge.calling import heard_of

    async with build(Config(state=tmp_path, http={"port": 0}), SetClock()) as built:
        now, rules = built.house.clock(), with_calls(built.house.rules)

        def leave(tx) -> None:
            paper = tx.papers.keep("cdr:east", str(next(PAPERS)), "cdr", lost(), now)
            heard_of(tx, paper, leg_of(lost(), EAST, ZONE), now, rules)

        await built.house.store.run(leave)
        return calls(built.house)[0].id


def test_P3_a_caller_nobody_answered_is_listed_called_back_and_worked_off(tmp_path: Path, call: int, held: str) -> None:  # noqa: F811 (as above)
    code, out, _ = bridge(tmp_path, "calls", "list", "--json")
    (row,) = [json.loads(line) for line in out.splitlines()]
    assert (code, row["call"], row["number"], row["kind"]) == (0, call, "138****0001", "abandoned")
    assert CALLER not in out
    assert json.loads(bridge(tmp_path, "calls", "list", "--json", "--numbers")[1])["number"] == "138 0000 0001"
    assert bridge(tmp_path, "calls", "list", "--kind", "fax")[0] == 2
    assert bridge(tmp_path, "calls", "list", "--kind", "no-form", "--json")[1] == ""
    assert "待回拨" in bridge(tmp_path, "calls", "list")[1]
    code, out, _ = bridge(tmp_path, "calls", "show", str(call))
    assert (code, json.loads(out)["result_zh"], CALLER in out.replace(" ", "")) == (0, "无人接听", False)
    assert bridge(tmp_path, "calls", "show", "99")[0] == 1
    errand = str(row["id"])
    assert bridge(tmp_path, "calls", "missed", errand, "--as", "座席甲")[0] == 0
    code, _, said = bridge(tmp_path, "calls", "done", errand, "--as", "座席甲")
    assert (code, "write down what came of" in said) == (2, True)
    assert bridge(tmp_path, "calls", "attach", str(call), held, "--as", "座席甲")[0] == 0
    assert bridge(tmp_path, "calls", "list", "--json")[1] == ""
    assert json.loads(bridge(tmp_path, "calls", "show", str(call))[1])["case_number"] == held


def test_P21_what_came_of_a_call_back_is_noted(tmp_path: Path, call: int) -> None:
    assert bridge(tmp_path, "calls", "done", "1", "--as", "座席甲", "--says", "已回拨，不投诉")[0] == 0
    (errand,) = json.loads(bridge(tmp_path, "calls", "show", str(call), "--numbers")[1])["errands"]
    assert (errand["who"], errand["says"].partition("：")[2]) == ("座席甲", "已回拨，不投诉")
