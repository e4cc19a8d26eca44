"""The four diagnostic commands, whose output others build on."""

import json
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, shared
from tests.make import HALF_ANSWER, a_mail

TRIAGE_KEYS = ["id", "category", "also", "amounts", "over_50k", "public_figure", "sensitive", "reputation", "review", "unit", "unit_candidates", "evidence"]
MAIL_KEYS = ["file", "message_id", "from", "subject", "date", "kind", "new_text", "quoted", "case_number", "elements", "attachments", "charsets", "warnings"]
CALL_KEYS = [
    "source", "call_id", "global_call_id", "leg", "direction", "ani", "hotline", "agent_no", "agent_name", "queue", "t_start", "t_answer",
    "t_end", "talk_s", "result", "hangup_side", "ivr_keys", "satisfaction", "recording", "ticket_no", "remark", "raw",
]


def bridge(*words: str | Path) -> tuple[int, list[dict[str, Any]], str]:
    """Run the command; its exit code, its lines as JSON, what it said beside."""
    command = [sys.executable, "-m", "hotline_bridge", *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=120, check=False)
    assert b"Traceback" not in done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.decode().splitlines()], done.stderr.decode()


def test_triage_answers_every_line_and_names_the_bad_ones(tmp_path: Path) -> None:
    texts = tmp_path / "in.jsonl"
    texts.write_text(
        '{"id": "a", "text": "客户称上地路营业所柜员转账六万元转错账户", "received": "2026-07-22T09:00:00+08:00"}\n'
        "{broken\n"
        '{"id": "b", "text": "", "received": "2026-07-22T09:00:00"}\n'
        '{"id": "c", "text": 5}\n', encoding="utf-8")
    code, rows, _ = bridge("triage", "--pack", "psbc-95580", texts)
    assert code == 1
    assert [row["id"] for row in rows] == ["a", None, "b", None]
    assert list(rows[0]) == TRIAGE_KEYS
    assert (rows[0]["over_50k"], rows[0]["review"], rows[0]["unit"], rows[0]["amounts"]) == (True, True, "B1010101", [60000])
    assert "line 2" in rows[1]["error"]
    assert rows[2]["review"] is False


def test_read_mail_says_what_a_mail_is_and_never_falls_over(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.eml", tmp_path / "bad.eml"
    good.write_bytes(a_mail(HALF_ANSWER, subject="回复 95580-20260722-000011", sender="a@branch.example", charset="gb18030"))
    bad.write_bytes(b"\x00\x01")
    code, rows, _ = bridge("read-mail", good, bad, tmp_path / "missing.eml")
    assert code == 1
    assert list(rows[0]) == MAIL_KEYS
    assert (rows[0]["kind"], rows[0]["case_number"], sorted(rows[0]["elements"])) == ("message", "95580-20260722-000011", ["1", "2"])
    assert all(row["error"] for row in rows[1:])


def test_import_calls_gives_one_line_a_call(tmp_path: Path) -> None:
    leg = '"","13800000001","95580","hotline","""x"" <13800000001>","SIP/t-1","SIP/8001-{n}","Dial","SIP/8001","2026-07-22 09:20:00",,"2026-07-22 09:20:30",30,0,"{d}","DOCUMENTATION","17.{n}","","","17.1",{n}'
    file = tmp_path / "Master.csv"
    file.write_text(leg.format(n=1, d="NO ANSWER") + "\n" + leg.format(n=2, d="ANSWERED") + "\n" + "x" * (1 << 20) + "\n", encoding="utf-8")
    code, rows, said = bridge("import-calls", file)
    assert code == 1
    assert "Master.csv:3" in said
    (call,) = rows
    assert list(call) == CALL_KEYS
    assert (call["result"], call["t_start"]) == ("answered", "2026-07-22T09:20:00+08:00")


@pytest.mark.parametrize(("category", "received", "due", "last_day", "provisional"), [
    ("服务态度", "2026-02-12T10:00:00+08:00", "2026-02-24T17:30:00+08:00", "2026-02-24T17:30:00+08:00", False),   # 2-14 is a make-up day, 2-15…23 is closed
    ("服务产品", "2026-09-28T10:00:00+08:00", "2026-10-13T17:30:00+08:00", "2026-10-16T17:30:00+08:00", False),
    ("服务态度", "2026-12-30T10:00:00+08:00", "2027-01-05T17:30:00+08:00", "2027-01-05T17:30:00+08:00", True),
])
def test_P11_deadline_counts_working_days_of_the_state_council(category: str, received: str, due: str, last_day: str, provisional: bool) -> None:
    code, (row,), _ = bridge("deadline", "--pack", "psbc-95580", "--category", category, "--received", received, "--explain", "--json")
    assert code == 0
    assert (row["due"], row["last_day"], row["provisional"]) == (due, last_day, provisional)
    assert row["law_due"] > row["last_day"]
    assert row["explanation"]


def test_C3_deadline_without_a_category_counts_hours() -> None:
    code, (row,), _ = bridge("deadline", "--pack", "cutover", "--category", "none", "--received", "2026-07-25T23:00:00+08:00", "--json")
    assert code == 0
    assert row["due"] == "2026-07-26T03:00:00+08:00"


@pytest.mark.parametrize("words", [
    ("deadline", "--category", "别的", "--received", "2026-07-25T23:00"), ("deadline", "--received", "tomorrow"),
    ("deadline", "--pack", "nobodys", "--received", "2026-07-25T23:00"), ("triage", "nowhere.jsonl"), ("import-calls", "--zone", "Mars/Base", "x"),
    ("import-calls", "--format", "morse", __file__),
])
def test_a_wrong_command_says_what_is_wrong(words: tuple[str, ...]) -> None:
    code, rows, said = bridge(*words)
    assert code == 2
    assert rows == []
    assert said.strip()


@pytest.mark.slow
def test_the_shared_collections_go_through(tmp_path: Path) -> None:
    data = shared() / "data"
    code, rows, _ = bridge(
        "triage", "--pack", "psbc-95580", "--directory", data / "directory.csv.gz", "--watchlist", data / "watchlist.csv",
        "--rates", data / "rates.csv", data / "triage-dev.jsonl")
    assert code == 0
    wanted = [json.loads(line) for line in (data / "triage-dev.jsonl").read_text("utf-8").splitlines()]
    assert [row["id"] for row in rows] == [row["id"] for row in wanted]
    for row, asked in zip(rows, wanted, strict=True):
        assert all(evidence in asked["text"] for evidence in row["evidence"].values())
    with tarfile.open(data / "mail-dev.tar.xz") as archive:
        archive.extractall(tmp_path)
    files = [path for path in sorted(tmp_path.rglob("*")) if path.is_file() and path.name != "INDEX.tsv"]
    code, rows, _ = bridge("read-mail", *files)
    assert len(rows) == len(files)
    assert sum("error" in row for row in rows) <= 1         # one file of the collection is a body without any header
