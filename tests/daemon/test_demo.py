"""`hotline-bridge demo`: the story comes out, and where it does not, it says so."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from hotline_bridge.demo.answering import half_an_answer
from hotline_bridge.demo.clock import DemoClock
from hotline_bridge.demo.folder import MARKER, NotOurs, fresh
from hotline_bridge.demo.playing import CAME_OUT, DID_NOT, acted
from hotline_bridge.demo.scenes import SCENES, Scene
from hotline_bridge.demo.settings import settings
from hotline_bridge.demo.stage import Stage, staged
from hotline_bridge.demo.taking import a_call
from hotline_bridge.demo.telling import Teller
from hotline_bridge.ports import Receipt
from hotline_bridge.wiring import build

pytestmark = pytest.mark.slow       # starts the program itself, several times

CALL = Scene("来电", "a call", a_call)
MOST_SECONDS = 60


class ClosedRelay:
    """A relay nobody answers at."""

    async def send(self, raw: bytes, sender: str, to: Sequence[str], envelope: str = "") -> Mapping[str, Receipt]:
        raise ConnectionRefusedError("the relay is closed")


class StopsWhenUp(Teller):
    """Somebody who stops the daemon as soon as it says that it stays up."""

    def line(self, words: str = "") -> None:
        super().line(words)
        if "Ctrl-C" in words:
            os.kill(os.getpid(), signal.SIGTERM)


@asynccontextmanager
async def stage_in(folder: Path, tell: type[Teller] = Teller, looks: int = 300) -> AsyncIterator[Stage]:
    clock = DemoClock()
    config = settings(fresh(folder))
    teller = tell(Console(record=True, width=150, file=StringIO()), clock)
    async with build(config, clock) as built, staged(folder, config, built, clock, teller, looks=looks) as stage:
        yield stage


def words_of(stage: Stage) -> str:
    return stage.tell.console.export_text()


def test_without_a_terminal_the_story_is_told_and_ends_by_itself(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    real_servers = {"HOTLINE_SMTP__HOST": "relay.bank.example", "HOTLINE_IMAP__HOST": "imap.bank.example", "HOTLINE_STORE__URL": "nonsense"}
    done = subprocess.run(
        [sys.executable, "-m", "hotline_bridge", "demo", "--folder", str(folder)], env=os.environ | real_servers, stdin=subprocess.DEVNULL,
        capture_output=True, timeout=MOST_SECONDS, check=False, encoding="utf-8", errors="strict",
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    for scene in SCENES:
        assert scene.chinese in done.stdout
    table = done.stdout.partition("投诉登记簿 / register")[2]
    assert sum(line.startswith("│ 95580-202607") for line in table.splitlines()) == 7
    assert "超五万元" in table
    assert str(folder / "state" / "bridge.db") in table
    assert "演示完成" in table
    forms = sorted(path.name for path in (folder / "documents").iterdir())
    assert any("hotline@bank.example" in name for name in forms)       # the one that came back filled in
    assert len(forms) == 10
    assert list((folder / "state" / "mail").glob("*/*.eml"))


async def test_a_story_that_does_not_come_out_says_what_was_expected(tmp_path: Path) -> None:
    async with stage_in(tmp_path / "demo", looks=20) as stage:
        house = replace(stage.built.house, mailer=ClosedRelay())
        stage.built = replace(stage.built, house=house)
        assert await acted(stage, (CALL, Scene("回复", "an answer", half_an_answer))) == DID_NOT
    told = words_of(stage)
    assert "expected: letter 1 about" in told
    assert "arrives at ts-b1010101@branch.example" in told
    assert "an answer" not in told          # it ends at the first scene that fails
    assert "演示未按预期进行" in told


async def test_in_a_terminal_the_daemon_stays_up_until_it_is_told_to_stop(tmp_path: Path) -> None:
    async with stage_in(tmp_path / "demo", StopsWhenUp) as stage:
        assert await acted(stage, (CALL,), stay=True) == CAME_OUT
        assert stage.clock().isoformat() > "2026-07-20T09:10:00+08:00"      # the hotline's time went on by itself
    assert "curl -s -H" in words_of(stage)


async def test_a_signal_in_the_middle_of_the_story_ends_it(tmp_path: Path) -> None:
    async def somebody_stops_it(stage: Stage) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        await stage.until("never", _never)

    async with stage_in(tmp_path / "demo") as stage:
        assert await acted(stage, (Scene("", "", somebody_stops_it),), stay=True) == DID_NOT


async def _never() -> None:
    return None


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("keep me")
    with pytest.raises(NotOurs, match="was not made by a demo"):
        fresh(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_link_is_no_folder_of_its_own(tmp_path: Path) -> None:
    real = fresh(tmp_path / "real")
    (tmp_path / "link").symlink_to(real)
    with pytest.raises(NotOurs, match="no folder of its own"):
        fresh(tmp_path / "link")


def test_what_a_former_demo_left_is_taken_away_and_what_it_links_to_is_not(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "letter.txt").write_text("keep me")
    folder = fresh(tmp_path / "demo")
    (folder / "state").mkdir()
    (folder / "state" / "bridge.db").write_text("old")
    (folder / "link").symlink_to(outside)
    assert [path.name for path in fresh(folder).iterdir()] == [MARKER]
    assert (outside / "letter.txt").read_text() == "keep me"


def test_the_clock_does_not_go_back() -> None:
    clock = DemoClock()
    clock.to("2026-07-25 10:00")
    with pytest.raises(ValueError, match="cannot go back"):
        clock.to("2026-07-24 10:00")


def test_the_clock_goes_on_from_where_the_story_left_it() -> None:
    clock, ticks = DemoClock(), iter((100.0, 102.5))
    before = clock()
    clock.goes_on(lambda: next(ticks))
    assert (clock() - before).total_seconds() == 2.5
