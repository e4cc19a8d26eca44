"""The command line beside a running daemon: list, review, assign, close."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hotline_bridge.config import Config
from hotline_bridge.daemon import run_until_quiet
from hotline_bridge.wiring import build
from tests.conftest import ROOT
from tests.fakes import SetClock
from tests.make import a_form, form_bytes

pytestmark = pytest.mark.slow       # starts the program itself, several times
FLAGGED = "客户称在上地路营业所转账六万元，柜员操作失误转错账户，要求更正。"


def bridge(state: Path, *words: str) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "hotline_bridge", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60, check=False, env={"HOTLINE_STATE": str(state), "PATH": "/usr/bin", "HOTLINE_HTTP__PORT": "0"})
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture
async def held(tmp_path: Path) -> str:
    """A held case in a store below tmp_path; its number."""
    from adapters.formats.form_json import read_form
    from hotline_bridge.opening import take_form

    async with build(Config(state=tmp_path, http={"port": 0}), SetClock()) as built:
        body = form_bytes(a_form("cli-1", narrative=FLAGGED))
        form, digest = read_form(body)
        posted = await built.house.store.run(lambda tx: take_form(tx, "seat", body, form, digest, built.house.clock(), built.house.rules))
        await built.house.store.run(lambda tx: tx.papers.quarantine(tx.papers.keep("x", "k", "mail", b"\x00", built.house.clock()) or 0, "读不出", "看原件"))
        await run_until_quiet(built.house)
    return posted.number


def test_cases_are_listed_shown_and_signed(tmp_path: Path, held: str) -> None:
    code, out, _ = bridge(tmp_path, "cases", "list", "--json")
    assert code == 0
    (row,) = [json.loads(line) for line in out.splitlines()]
    assert (row["number"], row["state"]) == (held, "HELD")
    assert held in bridge(tmp_path, "cases", "list", "--state", "HELD")[1]
    code, out, _ = bridge(tmp_path, "cases", "show", held)
    assert json.loads(out)["verdict"]["flags"][0]["name"] == "over_50k"
    code, _, said = bridge(tmp_path, "cases", "review", held, "--as", "8001", "--findings", "听过")
    assert (code, "another reviewer" in said) == (2, True)
    assert bridge(tmp_path, "cases", "review", held, "--as", "复核员甲", "--findings", "听过，一致")[0] == 0
    assert bridge(tmp_path, "cases", "show", held, "--json")[1].count("复核签字") == 1


def test_the_quarantine_says_what_why_and_what_to_do(tmp_path: Path, held: str) -> None:
    code, out, _ = bridge(tmp_path, "cases", "list", "--quarantine", "--json")
    (row,) = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert (row["trouble"], row["remedy"], row["number"][:2]) == ("读不出", "看原件", "Q-")


@pytest.mark.parametrize(("words", "code", "told"), [
    (("cases", "show", "95580-20990101-000010"), 1, "there is no case"),
    (("cases", "list", "--state", "LOST"), 2, "no such state"),
    (("cases", "close", "95580-20990101-000010", "--outcome", "x"), 1, "there is no case"),
    (("retry", "77"), 1, "no parked task"),
    (("run", "--config", "/nowhere.toml"), 2, "no such file"),
])
def test_what_cannot_be_done_is_said_with_a_cure(tmp_path: Path, words: tuple[str, ...], code: int, told: str) -> None:
    got, _, said = bridge(tmp_path, *words)
    assert got == code
    assert told in said


def test_help_and_version_speak_to_a_newcomer(tmp_path: Path) -> None:
    code, out, _ = bridge(tmp_path, "--help")
    assert code == 0
    for word in ("demo", "run", "check-config", "triage", "read-mail", "import-calls", "deadline", "cases", "db", "version"):
        assert word in out
    assert "hotline-bridge 0" in bridge(tmp_path, "version")[1]
    assert bridge(tmp_path, "db", "upgrade")[0] == 0
    assert bridge(tmp_path, "status")[0] == 0
