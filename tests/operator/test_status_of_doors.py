"""`status` tells of every door there is: also of one that never worked, and what is wrong with it (pain 2)."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hotline_bridge.cli import app
from hotline_bridge.config import Config
from hotline_bridge.console.api import standing
from hotline_bridge.console.metrics import exposition
from hotline_bridge.intake import watch
from hotline_bridge.ports import Paper
from hotline_bridge.wiring import build
from tests.conftest import Bank


class Shut:
    """A door that lets nobody in, then breaks of a defect, then lets us in; `more` says that it did."""

    name = "asterisk:pbx"
    longest_wait = 0.01

    def __init__(self) -> None:
        self.says: list[Exception] = [ConnectionRefusedError("nobody at 127.0.0.1:5038"), ValueError("13800000001")]
        self.shown: list[object] = []
        self.open = asyncio.Event()
        self.look = lambda: None

    async def waiting(self, _cursor: str) -> AsyncIterator[Paper]:
        self.shown.append(self.look())
        if self.says:
            raise self.says.pop(0)
        for nothing in ():
            yield nothing

    async def accepted(self, _paper: Paper) -> None:
        raise AssertionError("nothing was handed in")

    async def more(self) -> None:
        self.open.set()
        await asyncio.Event().wait()


async def test_a_door_that_never_worked_is_there_with_what_is_wrong(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotline_bridge.intake.FIRST_WAIT", 0.001)
    door = Shut()

    def look() -> dict[str, object]:
        found = bank.house.store.read_now(lambda tx: standing(tx, bank.clock(), ["asterisk:pbx"]))
        assert b'source="asterisk:pbx"' not in exposition(found)
        return found["sources"]["asterisk:pbx"]

    door.look = look
    watching = asyncio.ensure_future(watch(replace(bank.house, inlets=[door]), door))
    await asyncio.wait_for(door.open.wait(), 20)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    never = {"last_success": None, "age_s": None}
    assert door.shown == [
        {**never, "trouble": ""}, {**never, "trouble": "ConnectionRefusedError: nobody at 127.0.0.1:5038"},
        {**never, "trouble": "a defect: ValueError; the log says where"},      # its words may be a customer's
    ]
    found = bank.house.store.read_now(lambda tx: standing(tx, bank.clock(), ["asterisk:pbx"]))["sources"]["asterisk:pbx"]
    assert (datetime.fromisoformat(found["last_success"]), found["age_s"], found["trouble"]) == (bank.clock(), 0, "")


EVERY = """
state = "{0}/state"
spool = "{0}"
[http]
port = 0
[[cdr]]
name = "master"
file = "{0}/Master.csv"
[[asterisk]]
name = "pbx"
user = "bridge"
password_file = "{0}/secret"
[[freeswitch]]
name = "fs"
auth = "none"
error_folders = ["{0}"]
event_host = "127.0.0.1"
event_password_file = "{0}/secret"
[[freeswitch]]
name = "quiet"
auth = "none"
[intake.vendor.ali]
mapping = "aliyun"
pull_url = "http://127.0.0.1:1/?InstanceId=x"
pull_user = "ak"
token_file = "{0}/secret"
[intake.vendor.moor]
mapping = "7moor"
token_file = "{0}/secret"
"""


@pytest.mark.slow      # a whole house
async def test_the_command_names_every_door_that_the_service_opens(tmp_path: Path) -> None:
    from hotline_bridge.config import load_config

    (tmp_path / "secret").write_text("s")
    (tmp_path / "bridge.toml").write_text(EVERY.format(tmp_path))
    config: Config = load_config(tmp_path / "bridge.toml")
    async with build(config) as built:
        assert [inlet.name for inlet in built.house.inlets] == list(config.doors)
        assert len(config.doors) == 7
    said = await asyncio.to_thread(CliRunner().invoke, app, ["status", "--config", str(tmp_path / "bridge.toml")])
    sources = json.loads(said.stdout)["sources"]
    assert set(sources) >= set(config.doors)
    assert sources["freeswitch:fs:events"] == {"last_success": None, "age_s": None, "trouble": ""}
