"""The house with real store and rules, a clock one can set, a door and a relay to look into."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from hotline_bridge.config import load_config
from hotline_bridge.daemon import run_until_quiet
from hotline_bridge.board import Board
from hotline_bridge.house import House, Shelf
from hotline_bridge.opening import Posted, take_form
from hotline_bridge.rulebook import load_rules
from hotline_bridge.steps.assign import Change, assign
from hotline_bridge.steps.close import close
from hotline_bridge.steps.review import sign
from hotline_bridge.store.engine import Store, open_engine
from hotline_bridge.store.upgrade import upgrade
from adapters.formats.form_json import read_form
from routing.case import Case, Entry, Recording
from routing.rules import Rules
from tests.fakes import Relay, SetClock, WalkIn
from tests.make import form_bytes
from tests.servers.asterisk_tree import MARK as NO_EXCHANGE

pytest_plugins = ["tests.servers.fixtures"]

HEARD = "ab" * 32           # the hash of a recording a reviewer had before them
ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


@dataclass
class Bank:
    """The house with its surroundings, and the few things people do there."""

    house: House
    clock: SetClock
    door: WalkIn
    relay: Relay
    posted: list[Posted] = field(default_factory=list)

    async def quiet(self) -> None:
        """Let everything that is due happen."""
        await run_until_quiet(self.house)

    async def post(self, form: dict) -> Posted:
        """A seat posts a form."""
        body = form_bytes(form)
        read, digest = read_form(body)
        now, rules = self.clock(), self.house.rules
        answer = await self.house.store.run(lambda tx: take_form(tx, read.source, body, read, digest, now, rules))
        self.posted.append(answer)
        return answer

    async def decide(self, what, *args, **named) -> None:
        """A person decides; `what` is a step that a person calls."""
        now, rules = self.clock(), self.house.rules
        await self.house.store.run(lambda tx: what(tx, *args, now, rules, **named))

    async def sign(self, number: str, who: str = "复核员甲", findings: str = "已复听，与转办单一致", sha256: str = HEARD, why: str = "") -> None:
        await self.decide(sign, number, who, findings, Recording("", sha256), why=why)

    async def assign(self, number: str, unit: str = "", category: str = "", who: str = "desk") -> None:
        await self.decide(assign, number, who, Change(unit, category))

    async def close(self, number: str, outcome: str, says: str = "", **named) -> None:
        await self.decide(close, number, "desk", outcome, says, **named)

    def case(self, number: str = "") -> Case:
        """The case of this number; the only one without."""
        if number:
            found = self.house.store.read_now(lambda tx: tx.cases.by_number(number))
            assert found is not None
            return found
        (case,) = self.cases()
        return case

    def cases(self) -> list[Case]:
        return self.house.store.read_now(lambda tx: tx.cases.select())

    def book(self, number: str = "") -> list[Entry]:
        case = self.case(number)
        return self.house.store.read_now(lambda tx: tx.cases.book(case.id))

    def words(self, number: str = "") -> list[str]:
        """What the book says happened, without when and who."""
        return [entry.what for entry in self.book(number)]


@pytest.fixture(autouse=True)
def _own_mask() -> Iterator[None]:
    """A command that is called within this process writes for itself alone (umask 077); the servers of later tests must not."""
    mask = os.umask(0o022)
    os.umask(mask)
    yield
    os.umask(mask)


@pytest.fixture(scope="session")
def sample_rules(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    """The rules of the embedded default."""
    os.environ.pop("HOTLINE_CONFIG", None)
    return load_rules(load_config(None), b"a key of the tests, 32 bytes long").rules


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store on a fresh SQLite file."""
    engine = open_engine(f"sqlite:///{tmp_path / 'bridge.db'}")
    upgrade(engine)
    store = Store(engine, tmp_path / "papers")
    yield store
    store.close()


@pytest.fixture
def pack() -> str:
    """The pack the bank works under; a module overrides it for its stories."""
    return "psbc-95580"


@pytest.fixture
async def bank(store: Store, sample_rules: Rules, pack: str) -> Bank:
    """A house over the fresh store."""
    clock, door, relay = SetClock(), WalkIn(), Relay()
    rules = replace(sample_rules, default_pack=pack, by_hotline={})
    return Bank(House(store, clock, Shelf(rules), [door], relay, board=Board(clock)), clock, door, relay)


#: Folders whose tests start programs or play whole houses: left to `make test`.
WHOLE_HOUSES = frozenset({"audit", "cli", "daemon", "hostile", "learning", "operator", "store"})
NO_SHARED = "no ../shared here"


def shared() -> Path:
    """The folder of other people's texts beside the checkout; skips where there is none, and only there."""
    if not SHARED.exists():
        pytest.skip(NO_SHARED)
    return SHARED


def skips(reporter: pytest.TerminalReporter) -> list[tuple[str, str]]:
    """What was skipped, and why."""
    return [(one.nodeid, one.longrepr[2] if isinstance(one.longrepr, tuple) else str(one.longrepr)) for one in reporter.stats.get("skipped", [])]


def forbidden_skips(reporter: pytest.TerminalReporter) -> list[str]:
    """What was skipped in CI without being allowed to: all but what needs ../shared, or an Asterisk, where there can be none."""
    return [f"{name}: {why}" for name, why in skips(reporter) if (SHARED.exists() or NO_SHARED not in why) and NO_EXCHANGE not in why]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if without := {why for _, why in skips(terminalreporter) if NO_EXCHANGE in why}:
        terminalreporter.line(f"THE REAL EXCHANGE WAS NOT TRIED. {without.pop()}", yellow=True)
    if os.environ.get("CI") and (forbidden := forbidden_skips(terminalreporter)):
        terminalreporter.section("skipped in CI: a failure")
        for line in forbidden:
            terminalreporter.line(line)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skip is a failure: something that should have been tried was not."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and forbidden_skips(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for a real server is marked so."""
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        if any(re.fullmatch(r"(asterisk|dovecot|postfix|postgres)_server|account", name) for name in names):
            item.add_marker("real")
        if item.path.parent.name in WHOLE_HOUSES:
            item.add_marker("slow")
