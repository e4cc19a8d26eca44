"""Templates at the command line: list, show, check, preview, diff."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hotline_bridge.templates import SHIPPED
from routing.stationery import FILES
from tests.conftest import ROOT

pytestmark = pytest.mark.slow       # starts the program itself, several times


def bridge(state: Path, *words: str | Path) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "hotline_bridge", "templates", *map(str, words)]
    around = {"HOTLINE_STATE": str(state / "var"), "PATH": os.environ["PATH"], "HOTLINE_OFFICE__ENABLED": "false"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60, check=False, env=around)
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_templates_are_listed_and_shown(tmp_path: Path) -> None:
    code, out, _ = bridge(tmp_path, "list", "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert (code, {row["file"] for row in rows}) == (0, {*FILES, "slip.docx"})
    code, out, _ = bridge(tmp_path, "show", "cover", "--json")
    (row,) = [json.loads(line) for line in out.splitlines()]
    assert "现将投诉件" in row["source"]
    assert next(slot for slot in row["slots"] if slot["name"] == "number")["must"] == "subject P-9.2"
    code, _, said = bridge(tmp_path, "show", "covre")
    assert code == 1
    assert "there are cover, copied" in said


def test_a_banks_own_are_checked_compared_and_looked_at(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    source = (SHIPPED / "cover.txt.j2").read_text(encoding="utf-8")
    (own / "cover.txt.j2").write_text(source.replace("现将投诉件", "兹有投诉件"), encoding="utf-8")
    assert bridge(tmp_path, "check", "--templates", own)[0] == 0
    code, out, _ = bridge(tmp_path, "diff", "--templates", own)
    assert code == 0
    assert "+兹有投诉件{{ number }}" in out
    assert sum(line.startswith(("+", "-")) for line in out.splitlines()) == 4
    code, out, _ = bridge(tmp_path, "preview", "cover", "--templates", own, "--out", tmp_path / "looks")
    assert code == 0
    assert "兹有投诉件" in (tmp_path / "looks" / "cover-late.txt").read_text(encoding="utf-8")
    assert {Path(line).name for line in out.splitlines()} == {path.name for path in (tmp_path / "looks").iterdir()}
    (own / "cover.txt.j2").write_text("x\n{{ nix }}\n", encoding="utf-8")
    code, out, said = bridge(tmp_path, "check", "--templates", own)
    assert code == 1
    assert "cover.txt.j2: line 2: nix is no placeholder" in out
    assert "the ones in force stay" in said


def test_the_slip_is_looked_at_in_every_state(tmp_path: Path) -> None:
    code, _, _ = bridge(tmp_path, "preview", "slip", "--out", tmp_path / "looks")
    assert code == 0
    assert {path.name for path in (tmp_path / "looks").iterdir()} == {
        *(f"slip-{state}.docx" for state in ("empty", "masked", "handed_down", "filled")), *(f"slip-{state}.html" for state in ("whole", "masked", "handed_down")),
    }
