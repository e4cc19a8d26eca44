"""Recordings at the command line, and what check-config says of them (P-9.1)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hotline_bridge.config import Config, ConfigMistakes, load_config
from hotline_bridge.recordroom import recordings_of
from tests.cli.test_cases import held  # noqa: F401 (a fixture)
from tests.conftest import ROOT
from tests.recordings.sounds import pcm

pytestmark = pytest.mark.slow       # starts the program itself, several times


def bridge(state: Path, *words: str) -> tuple[int, str, str]:
    env = {"HOTLINE_STATE": str(state), "HOTLINE_RECORDINGS": str(state / "rec"), "PATH": "/usr/bin", "HOTLINE_HTTP__PORT": "0"}
    done = subprocess.run([sys.executable, "-m", "hotline_bridge", *words], cwd=ROOT, capture_output=True, timeout=60, check=False, env=env)
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done.returncode, done.stdout.decode(), done.stderr.decode()


async def named(state: Path, number: str) -> None:
    """The case's call record names its recording after all."""
    from dataclasses import replace

    from hotline_bridge import recorded
    from hotline_bridge.wiring import build, system_clock
    from routing.case import Entry, Recording

    async with build(Config(state=state, http={"port": 0})) as built:
        def leave(tx) -> None:
            case = tx.cases.by_number(number)
            tx.cases.save(replace(case, recording=Recording("a.wav")), Entry(system_clock(), "test", "话单关联"))
            recorded.named(tx, "asterisk:pbx", "a.wav", system_clock(), built.house.rules, int(case.id))

        await built.house.store.run(leave)


async def test_recordings_are_listed_looked_for_and_signed(tmp_path: Path, held: str) -> None:  # noqa: F811 (the fixture above)
    (tmp_path / "rec").mkdir()
    assert "names no recording" in bridge(tmp_path, "recordings", "look", held)[2]
    await named(tmp_path, held)
    (row,) = [json.loads(line) for line in bridge(tmp_path, "recordings", "list", "--json")[1].splitlines()]
    assert (row["state"], row["reference"]) == ("waiting", "a.wav")
    file = tmp_path / "rec" / "a.wav"
    file.write_bytes(pcm(2))
    code, _, said = bridge(tmp_path, "recordings", "look", held)
    assert (code, "still be written" in said) == (0, True)
    os.utime(file, (1_700_000_000,) * 2)                    # left alone since
    code, out, _ = bridge(tmp_path, "recordings", "look", held, "--json")
    found = json.loads(out)
    assert (code, found["state"], found["seconds"], len(found["sha256"])) == (0, "there", 2.0, 64)
    file.write_bytes(pcm(3))
    code, _, said = bridge(tmp_path, "cases", "review", held, "--as", "复核员甲", "--findings", "听过")
    assert (code, "--why" in said) == (2, True)
    assert bridge(tmp_path, "recordings", "list", "--state", "missing", "--json")[1] == ""
    assert json.loads(bridge(tmp_path, "recordings", "list", "--state", "changed", "--json")[1])["sha256"] == found["sha256"]
    assert bridge(tmp_path, "recordings", "list", "--state", "lost")[0] == 2
    assert bridge(tmp_path, "cases", "review", held, "--as", "复核员甲", "--findings", "听过", "--why", "已与客户核实")[0] == 0
    shown = json.loads(bridge(tmp_path, "cases", "show", held, "--json")[1])
    assert (shown["recording"]["state"], shown["recording"]["state_zh"]) == ("changed", "内容已变")
    assert "仍签字的原因：已与客户核实" in str(shown["book"])
    assert bridge(tmp_path, "recordings", "listened", held, "--json") == (0, "", "")


@pytest.mark.parametrize(("table", "wrong"), [
    ('urls = ["https://u:p@rec.example/"]', "口令"), ('urls = ["ftp://rec.example/"]', "http"), ('urls = ["https://rec.example/?a=1"]', "beginning"),
    ('networks = ["10.20.0.1/16"]', "host bits"), ('networks = ["bank"]', "bank"),
])
def test_an_address_or_network_that_is_none_is_a_mistake_of_the_configuration(tmp_path: Path, table: str, wrong: str) -> None:
    (tmp_path / "bridge.toml").write_text(f"[recording]\n{table}\n", encoding="utf-8")
    with pytest.raises(ConfigMistakes, match=wrong):
        load_config(tmp_path / "bridge.toml")


def test_the_configuration_becomes_ways(tmp_path: Path) -> None:
    config = Config(state=tmp_path, recordings=tmp_path, recording={"urls": ["https://rec.example/a/", "sftp://rec@pbx.example/m/"], "networks": ["10.0.0.0/8"], "folder_there": ["/m"], "player": False})
    made = recordings_of(config)
    assert (made.folder, made.there, made.converter) == (tmp_path, ("/m",), None)
    assert [one.host for one in made.entries] == ["rec.example", "pbx.example"]
    assert made.http is not None
    assert made.sftp is not None
    assert made.sftp.key is None


def test_check_config_says_what_fetching_lacks(tmp_path: Path) -> None:
    (tmp_path / "headers").write_text("nonsense\n")
    (tmp_path / "bridge.toml").write_text(
        f'state = "{tmp_path / "state"}"\n[recording]\nurls = ["sftp://rec@pbx.example/m/"]\nheaders_file = "{tmp_path / "headers"}"\nknown_hosts_file = "{tmp_path / "none"}"\nfolder_there = ["/m"]\n',
    )
    _, out, said = bridge(tmp_path, "check-config", "--config", str(tmp_path / "bridge.toml"))
    told = out + said
    for words in ("recording.headers_file", "line 1 is no header", "recording.known_hosts_file", "sftp needs recording.key_file"):
        assert words in told, told
