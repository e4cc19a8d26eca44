"""The statistical model as the bank configures it: left out, exchanged, broken (P-9.1)."""

import asyncio
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline_bridge.check import check
from hotline_bridge.config import Config, Tables
from hotline_bridge.rulebook import BadTables, load_rules
from hotline_bridge.tables import load_model
from routing.rules import Rules
from routing.triage import triage
from routing.verdict import BY_MODEL, Complaint
from tests.daemon.service import TOKENS, Service, service
from tests.make import a_form
from tests.models import a_model

NOW = datetime(2026, 7, 22, 9, 0, tzinfo=UTC)
TEXT = "客户称上地路营业所柜员态度冷淡，说了一句怪话，要求道歉。"
ODD = "歧视骚扰"


def rules(**tables: object) -> Rules:
    return load_rules(Config(tables=Tables(**tables)), b"k" * 32).rules


def flags(rules_: Rules, text: str = TEXT) -> dict[str, str]:
    """The flags of a text, each with who raised it."""
    return {flag.name: flag.by for flag in triage(Complaint(text, "seat-note", NOW), rules_.tables["psbc-95580"]).flags}


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "own.model").write_bytes(a_model({"怪话": ODD}).dump())
    return tmp_path / "own.model"


def test_the_shipped_model_is_in_force_where_nothing_is_said() -> None:
    assert {tables.model.digest for tables in rules().tables.values() if tables.model} == {load_model().digest}


def test_a_model_of_the_banks_own_takes_its_place_for_every_pack(own: Path) -> None:
    found = rules(model=own)
    assert flags(found) == {ODD: BY_MODEL}
    assert {tables.model.digest for tables in found.tables.values() if tables.model} == {load_model(own).digest}
    assert len(found.tables) == 4


def test_a_bank_may_run_without_a_model_and_then_a_broken_file_hurts_nobody(own: Path) -> None:
    assert flags(rules(model=own, use_model=False)) == {}
    own.write_bytes(b"broken")
    without = rules(model=own, use_model=False)
    assert [tables.model for tables in without.tables.values()] == [None] * 4
    assert set(flags(without, TEXT + "我要找记者曝光")) == {"reputation"}


def test_the_digest_of_the_rules_tells_one_model_from_another_and_from_none(own: Path) -> None:
    """It stands beside every decision, so that one can say later by which rules it was made."""
    first, none = rules(model=own).digest, rules(use_model=False).digest
    own.write_bytes(a_model({"怪话": "系统故障"}).dump())
    assert len({first, none, rules(model=own).digest, rules().digest}) == 4


@pytest.mark.parametrize(("content", "words"), [
    (b"", "is no model file"), (b"PK\x03\x04" + b"\0" * 60, "is no model file"), (b"code,name,level\n", "is no model file"), (None, "cannot be read: No such file"),
])
def test_check_config_tells_a_bad_model_with_its_path_and_the_cure(tmp_path: Path, content: bytes | None, words: str) -> None:
    (tmp_path / "rates.csv").write_text("currency,cny\nUSD,many\n")
    if content is not None:
        (tmp_path / "own.model").write_bytes(content)
    (tmp_path / "bridge.toml").write_text('state = "state"\n[tables]\nmodel = "own.model"\nrates = "rates.csv"\n', encoding="utf-8")
    report = check(tmp_path / "bridge.toml")
    (line,) = [line for line in report.lines if "own.model" in line]
    assert line.strip().startswith("WRONG")
    assert f"{tmp_path / 'own.model'}: {words}" in line
    assert "triage train" in line or "correct the path" in line
    assert any("rates.csv: line 2" in line for line in report.lines)       # every bad table at once


def test_check_config_is_content_with_a_model_that_is_whole(own: Path) -> None:
    (own.parent / "bridge.toml").write_text('state = "state"\n[tables]\nmodel = "own.model"\n', encoding="utf-8")
    report = check(own.parent / "bridge.toml")
    assert report.mistakes == 0, report.lines


def test_a_reload_with_a_bad_model_is_refused_as_a_whole(own: Path) -> None:
    assert flags(rules(model=own)) == {ODD: BY_MODEL}
    own.write_bytes(own.read_bytes()[:-7])
    with pytest.raises(BadTables, match=r"own\.model: is no model file"):
        rules(model=own)


async def said(bridge: Service, words: str) -> None:
    """Wait until the service says so on its log."""
    deadline = time.monotonic() + 30
    while words not in bridge.log():
        assert time.monotonic() < deadline, bridge.log()
        await asyncio.sleep(0.05)


async def judged(bridge: Service, call_id: str, state: str) -> list[str]:
    """Post a form and wait for its case; the flags it got."""
    _, answer = await bridge.call("POST", "/api/v1/calls", "seat", a_form(call_id, narrative=TEXT))
    case = await bridge.until(answer["case_number"], state)
    return [flag["name"] for flag in case["verdict"]["flags"]]


@pytest.mark.slow
async def test_a_running_service_keeps_the_old_rules_until_the_new_model_is_whole(own: Path) -> None:
    folder = own.parent
    for who, token in TOKENS.items():
        (folder / f"{who}.token").write_text(token + "\n")
    (folder / "bridge.toml").write_text(
        'state = "state"\n[tables]\nmodel = "own.model"\n[http]\nport = 0\nper_minute = 100000\n[[sources]]\nname = "seat"\ntoken_file = "seat.token"\n'
        '[[people]]\nname = "desk"\nroles = ["desk"]\ntoken_file = "desk.token"\n', encoding="utf-8")
    with service(folder, folder / "bridge.toml") as bridge:
        assert await judged(bridge, "hup-1", "HELD") == [ODD]
        own.write_bytes(b"broken")
        bridge.process.send_signal(signal.SIGHUP)
        await said(bridge, "rules not reloaded")
        assert "own.model: is no model file" in bridge.log()
        assert await judged(bridge, "hup-2", "HELD") == [ODD]
        own.write_bytes(a_model({"好话": ODD}).dump())
        bridge.process.send_signal(signal.SIGHUP)
        await said(bridge, '"rules reloaded"')
        assert await judged(bridge, "hup-3", "SENT") == []
        assert bridge.stop() == 0
