"""The command under hands and terminals as they are: never a traceback, exit codes that mean something."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow       # starts the program itself


def bridge(folder: Path, *words: str, **environ: str) -> tuple[int, bytes, bytes]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOTLINE_HTTP__PORT": "0", **environ}
    done = subprocess.run([sys.executable, "-m", "hotline_bridge", *words], cwd=folder, capture_output=True, timeout=90, check=False, env=environment)
    assert b"Traceback" not in done.stderr + done.stdout, done.stderr.decode()
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(("words", "code"), [
    (("retry", "99999999999999999999999"), 2), (("retry", "9"), 1), (("cases", "show", "nope"), 1), (("cases", "assign", "nope"), 1),
    (("cases", "close", "nope", "--outcome", "x"), 1), (("cases", "reopen", "nope"), 1), (("cases", "review", "nope", "--findings", "x"), 1),
    (("letters", "list", "nope"), 1), (("letters", "show", "9"), 1), (("letters", "resend", "9"), 1), (("letters", "resend", "x"), 2),
    (("cases", "answer", "5", "--accept"), 1), (("cases", "list", "--state", "taken"), 0), (("cases", "list", "--limit", "0"), 2),
    (("run", "--config", "."), 2), (("check-config", "--config", "nowhere.toml"), 2),
])
def test_exit_codes_are_the_same_everywhere(tmp_path: Path, words: tuple[str, ...], code: int) -> None:
    got, _, said = bridge(tmp_path, *words)
    assert (got, bool(said) or code == 0 or words[0] == "check-config") == (code, True)


def test_a_terminal_without_chinese_gets_escapes_and_json_stays_json(tmp_path: Path) -> None:
    import json

    (tmp_path / "in.jsonl").write_text('{"id": "a", "text": "柜员把我的六万元\U0001f600转错账户，至今不肯更正，我要投诉"}\n', encoding="utf-8")
    for encoding in ("ascii", "gbk"):
        code, out, _ = bridge(tmp_path, "triage", "in.jsonl", LC_ALL="C", PYTHONIOENCODING=encoding)
        assert (code, json.loads(out.decode(encoding))["evidence"]["over_50k"]) == (0, "六万元")
    assert bridge(tmp_path, "check-config", LC_ALL="C", PYTHONIOENCODING="ascii")[0] == 0
    assert bridge(tmp_path, "cases", "list", LC_ALL="POSIX", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0")[0] == 0


def test_triage_names_bad_lines_in_words(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(b"5\n" + b"[" * 100_000 + b'\n{"text": "x", "received": "soon"}\n' + '{"text": "柜员"}\n'.encode("gbk"))
    code, out, _ = bridge(tmp_path, "triage", "in.jsonl")
    lines = out.decode().splitlines()
    assert (code, len(lines)) == (1, 4)
    assert "no object with a text" in lines[0]
    assert "no ISO 8601 time" in lines[2]
    assert "error" not in lines[3]


@pytest.mark.parametrize("words", ["run", "status"])
def test_broken_tables_and_tokens_end_the_command_in_words(tmp_path: Path, words: str) -> None:
    (tmp_path / "r.csv").write_text("currency,cny\nUSD,many\n")
    (tmp_path / "b.toml").write_text('state = "s"\n[tables]\nrates = "r.csv"\n')
    code, _, said = bridge(tmp_path, words, "--config", "b.toml")
    assert (code, b"r.csv: line 2: USD, many" in said) == (2, True)


def test_what_is_written_belongs_to_us_alone(tmp_path: Path) -> None:
    assert bridge(tmp_path, "db", "upgrade")[0] == 0
    assert (tmp_path / "var" / "bridge.db").stat().st_mode & 0o077 == 0
