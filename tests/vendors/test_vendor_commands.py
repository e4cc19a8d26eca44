"""`hotline-bridge vendor`: which mappings there are, and what a body becomes, without a daemon."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.vendors.samples import FOLDER

pytestmark = pytest.mark.slow       # starts the program itself


def bridge(tmp_path: Path, *words: str) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "hotline_bridge", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60, check=False, env={"HOTLINE_STATE": str(tmp_path), "PATH": "/usr/bin"})
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_P9_1_a_body_is_shown_field_by_field_in_both_languages(tmp_path: Path) -> None:
    code, shown, beside = bridge(tmp_path, "vendor", "test", "7moor", str(FOLDER / "7moor.hangup.txt"))
    assert code == 0
    for word in ("call_id", "通话标识", "cs-20260722-0001", "座席甲", "2026-07-22 09:30:01+08:00", "answered", "State", "计为话单"):
        assert word in shown
    assert "未用到的字段 unmapped: " in beside
    assert "Province" in beside
    assert "应答 reply: 200" in beside
    assert not list(tmp_path.iterdir())     # it opens no store


def test_a_body_as_json_for_programs(tmp_path: Path) -> None:
    code, shown, _ = bridge(tmp_path, "vendor", "test", "7moor", str(FOLDER / "7moor.ring.txt"), "--json")
    found = json.loads(shown)
    assert code == 0
    assert (found["moment"], found["kept"], found["call"]["call_id"], found["reply"]["status"]) == ("ring", False, "cs-20260722-0001", 200)


def test_a_mapping_that_is_not_configured_yet_is_tried(tmp_path: Path) -> None:
    own, body = tmp_path / "own.toml", tmp_path / "body.json"
    own.write_text('name = "自建"\n[fields]\ncall_id = "id"\nt_start = "at"\n[reply]\nbody = "SUCCESS"\n')
    body.write_text('{"id": "c1", "at": "soon", "city": "北京"}')
    code, shown, beside = bridge(tmp_path, "vendor", "test", "ours", str(body), "--mapping-file", str(own))
    assert code == 1                        # a field made no sense
    assert "c1" in shown
    assert "错误 wrong: t_start" in beside
    assert "SUCCESS" in beside
    assert "unmapped: city" in beside


@pytest.mark.parametrize(("words", "code", "told"), [
    (("nobody", "{ok}"), 2, "intake.vendor.nobody"), (("7moor", "{none}"), 1, "none.txt"), (("newrock", "{ok}"), 1, "quarantined"),
])
def test_what_cannot_be_tried_is_said_with_a_cure(tmp_path: Path, words: tuple[str, ...], code: int, told: str) -> None:
    places = {"ok": FOLDER / "7moor.hangup.txt", "none": tmp_path / "none.txt"}
    found, _, beside = bridge(tmp_path, "vendor", "test", *(word.format(**places) for word in words))
    assert found == code
    assert told in beside


def test_a_mapping_with_mistakes_is_refused_with_all_of_them(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[fields]\nani = "CDR(userfield)"\ncolour = "x"\n')
    code, _, beside = bridge(tmp_path, "vendor", "test", "ours", str(own), "--mapping-file", str(own))
    assert code == 2
    for word in ("name: missing", "fields.call_id: missing", "fields.ani", "quotation marks", "fields.colour: unknown key"):
        assert word in beside


def test_the_list_names_what_comes_along_and_what_is_configured(tmp_path: Path) -> None:
    config = tmp_path / "bridge.toml"
    config.write_text('[intake.vendor.moor]\nmapping = "7moor"\nreply = "SUCCESS"\n')
    code, shown, _ = bridge(tmp_path, "vendor", "list", "--json", "-c", str(config))
    rows = [json.loads(line) for line in shown.splitlines()]
    assert code == 0
    assert rows[0] | {"source": "moor", "mapping": "7moor", "proof": "none"} == rows[0]
    assert "SUCCESS" in rows[0]["reply"]
    assert [row["mapping"] for row in rows[1:]] == ["7moor", "7moor-v7", "tinet", "udesk", "kf5", "tencent", "newrock", "aliyun", "huawei"]
