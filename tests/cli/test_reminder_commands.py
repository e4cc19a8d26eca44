"""The ladder and the calls at the command line (P-20, P-21)."""

import json
from pathlib import Path

import pytest

from hotline_bridge.config import Config
from hotline_bridge.store.reminders import TELEPHONE, Pending
from hotline_bridge.wiring import build
from tests.cli.test_cases import bridge, held  # noqa: F401 (a fixture)
from tests.conftest import ROOT
from tests.fakes import SetClock

pytestmark = pytest.mark.slow       # starts the program itself, several times


@pytest.fixture
async def call(tmp_path: Path, held: str) -> int:  # noqa: F811 (the fixture above)
    """A call that waits, about a case whose slip is out."""
    from dataclasses import replace

    from routing.case import Entry, State

    async with build(Config(state=tmp_path, http={"port": 0}), SetClock()) as built:
        now = built.house.clock()

        def leave(tx) -> int:
            case = tx.cases.by_number(held)
            tx.cases.save(replace(case, state=State.SENT, lead=case.unit), Entry(now, "test", "转办"))
            tx.reminders.remind(tx.reminders.mailbox("ts@branch.example"), Pending(0, case.id, 1, "逾期催办", "姜经理", True, TELEPHONE, "B1010101"), now)
            return int(tx.reminders.open((TELEPHONE,))[0].id)

        return await built.house.store.run(leave)


def test_P21_calls_are_listed_and_worked_off(tmp_path: Path, call: int) -> None:
    code, out, _ = bridge(tmp_path, "reminders", "list", "--json")
    (row,) = [json.loads(line) for line in out.splitlines()]
    assert (code, row["id"], row["phone"]) == (0, call, "010-5550 0026")
    assert bridge(tmp_path, "reminders", "list", "--channel", "fax")[0] == 2
    code, _, said = bridge(tmp_path, "reminders", "done", str(call), "--as", "座席甲")
    assert (code, "write down what was said" in said) == (2, True)
    assert bridge(tmp_path, "reminders", "done", str(call), "--as", "座席甲", "--says", "无人接听", "--unreached")[0] == 0
    assert bridge(tmp_path, "reminders", "done", str(call), "--as", "座席甲", "--says", "答应今日回复")[0] == 0
    assert bridge(tmp_path, "reminders", "list", "--json")[1] == ""


def test_P21_a_ladder_is_shown_and_a_pack_checked_against_the_directory(tmp_path: Path) -> None:
    code, out, _ = bridge(tmp_path, "pack", "ladder", "cutover", "--json")
    assert code == 0
    assert [json.loads(line)["telephone"][0] for line in out.splitlines()] == ["unit", "unit", "unit", "superior", "superior"]
    assert bridge(tmp_path, "pack", "check", "psbc-95580")[0] == 0
    code, out, _ = bridge(tmp_path, "pack", "check", "datong-96588")
    assert code == 1
    assert "reminds president (行长), and the directory has none anywhere; name a contact ending in 行长" in out


def test_P21_an_empty_ladder_is_told_with_its_path_and_the_cure(tmp_path: Path) -> None:
    shipped = (ROOT / "routing" / "packs" / "psbc-95580.toml").read_text(encoding="utf-8")
    head, _, tail = shipped.partition("[[chasing.ladder]]")
    rest = tail.partition("[[routes]]")[2]
    file = tmp_path / "bank.toml"
    file.write_text(f"{head}ladder = []\n\n[[routes]]{rest}", encoding="utf-8")
    code, _, said = bridge(tmp_path, "pack", "check", str(file))
    assert code == 2
    assert "chasing: ladder: has no rung; expected at least one, for an answer nobody is reminded of is forgotten (P-21)" in said
