"""Plays one act in a process of its own and dies at a given line of our code; a fork server, so that it starts at once.

`python -m tests.crash.child` reads one JSON object (Orders) a line from standard input and answers each with one:
{"died": bool, "trouble": str, "lines": [[file, line], …]}. It has imported everything, runs no thread and no loop.
"""

import asyncio
import dataclasses
import gc
import json
import os
import sys
import threading
import traceback
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import structlog

from adapters.cdr_file import CdrFile
from adapters.imap import Imap, ImapSettings
from adapters.recordings import Recordings
from adapters.smtp import Smtp, SmtpSettings
from adapters.spool import Spool
from hotline_bridge.config import load_config
from hotline_bridge.daemon import run_until_quiet
from hotline_bridge.board import Board
from hotline_bridge.house import House, Shelf
from hotline_bridge.recorded import NEAR
from hotline_bridge.recordist import look_some
from hotline_bridge.rulebook import load_rules
from hotline_bridge.store.engine import Store, open_engine
from hotline_bridge.store.upgrade import upgrade
from routing.rules import Rules
from tests.crash.acts import PLAYS

ROOT = Path(__file__).parents[2]
OURS = tuple(f"{ROOT / part}{os.sep}" for part in ("hotline_bridge", "adapters", "routing"))
DIED = 9
PATIENCE = timedelta(hours=24)
PASSWORD = "box-password"     # of mailboxes that live as long as a test


@dataclass(frozen=True, slots=True)
class Orders:
    """What the child shall do: play an act, or bring an empty database up to date. `die` is "" (live), "file:line" (at its first execution) or "#n" (at the n-th line)."""

    url: str
    folder: str
    act: int
    hours: float
    smtp_port: int
    imap_port: int
    box: str
    die: str = ""
    watch: bool = False
    migrate: bool = False


class Executioner:
    """Counts the lines of our own code in every thread, and ends the process at one of them."""

    def __init__(self, die: str, *, keep: bool) -> None:
        self._place = ("", 0)
        self._nth = -1
        if die.startswith("#"):
            self._nth = int(die[1:])
        elif die:
            name, _, line = die.rpartition(":")
            self._place = (str(ROOT / name), int(line))
        self._keep = keep
        self._ours: dict[str, bool] = {}
        self.count = 0
        self.seen: list[tuple[str, int]] = []

    def start(self) -> None:
        threading.settrace(self._call)
        sys.settrace(self._call)

    def stop(self) -> None:
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type]

    def _call(self, frame: FrameType, _event: str, _arg: object) -> Any:
        name = frame.f_code.co_filename
        ours = self._ours.get(name)
        if ours is None:
            ours = self._ours[name] = name.startswith(OURS)
        return self._line if ours else None

    def _line(self, frame: FrameType, event: str, _arg: object) -> Any:
        if event == "line":
            self.count += 1
            place = (frame.f_code.co_filename, frame.f_lineno)
            if self.count == self._nth or place == self._place:
                os._exit(DIED)
            if self._keep:
                self.seen.append(place)
        return self._line


async def play(orders: Orders, rules: Rules) -> None:
    """One act, until nothing is due."""
    act, folder = PLAYS[orders.act], Path(orders.folder)
    now = act.now + timedelta(hours=orders.hours)
    engine = open_engine(orders.url)
    if orders.migrate:
        upgrade(engine)
        engine.dispose()
        return
    store = Store(engine, folder / "papers")
    mailer = Smtp(SmtpSettings("127.0.0.1", orders.smtp_port, "none"))
    imap = Imap("mailbox", ImapSettings("127.0.0.1", orders.box, PASSWORD, orders.imap_port, None))
    cdr = CdrFile("cdr:pbx", folder / "Master.csv", 1.0)
    archive = Recordings(folder / "recordings")
    house = House(store, lambda: now, Shelf(rules), [Spool("spool", folder / "spool"), cdr, imap], mailer, archive=archive, board=Board(lambda: now))
    try:
        with store.present(lambda: now):
            await act.people(house)
            await run_until_quiet(house, 200)
            while await look_some(house, archive, NEAR, PATIENCE):
                await run_until_quiet(house, 200)
    finally:
        await imap.close()
        await mailer.close()
        store.close()


def obey(orders: Orders, rules: Rules, answer: int) -> None:
    """In the forked process: play, and tell how it went through the pipe; never returns."""
    executioner = Executioner(orders.die, keep=orders.watch)
    trouble = ""
    try:
        if orders.die or orders.watch:
            executioner.start()
        asyncio.run(play(orders, rules))
    except BaseException:
        trouble = traceback.format_exc()
    executioner.stop()
    lines = [(os.path.relpath(name, ROOT), line) for name, line in executioner.seen]
    with os.fdopen(answer, "w", encoding="utf-8") as pipe:
        json.dump({"trouble": trouble, "lines": lines}, pipe)
    os._exit(0)


def serve() -> None:
    """Fork for each order, wait, answer."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    rules = load_rules(load_config(None), b"a key of the tests, 32 bytes long").rules
    rules = dataclasses.replace(rules, exchanges={"cdr:pbx": rules.exchange("cdr:pbx")})
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        orders = Orders(**json.loads(line))
        ours, theirs = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(ours)
            obey(orders, rules, theirs)
        os.close(theirs)
        with os.fdopen(ours, encoding="utf-8") as pipe:
            said = pipe.read()
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        told = json.loads(said) if said else {"trouble": "" if code == DIED else f"the child ended with {code}", "lines": []}
        print(json.dumps({"died": code == DIED, **told}), flush=True)


if __name__ == "__main__":
    serve()
