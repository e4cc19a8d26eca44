"""What the store says when its database is out of order: an OSError that names the trouble and the cure."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from structlog.testing import capture_logs

from hotline_bridge import desk, post
from hotline_bridge.daemon import keep_doing
from hotline_bridge.house import Bell
from hotline_bridge.store.engine import Store, StoreUnavailable, open_engine
from hotline_bridge.store.upgrade import upgrade
from tests.conftest import Bank
from tests.fakes import ZONE
from tests.make import a_form
from tests.servers.postgres import Postgres
from tests.store.conftest import ON_POSTGRES

NOW = datetime(2026, 7, 22, 9, 30, tzinfo=ZONE)
ROOT = Path(__file__).parents[2]


def _owe(store: Store) -> None:
    store.run_now(lambda tx: tx.tasks.owe("triage", 1, NOW))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A SQLite database, brought up to date and closed."""
    place = tmp_path / "home" / "bridge.db"
    place.parent.mkdir()
    engine = open_engine(f"sqlite:///{place}")
    upgrade(engine)
    engine.dispose()
    return place


def _as_nobody(place: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run as an ordinary user, for root may write everything."""
    nobody = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    return subprocess.run([sys.executable, "-c", code, str(place)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False, **nobody)


OWE = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from hotline_bridge.store.engine import Store, StoreUnavailable, open_engine
try:
    engine = open_engine(f"sqlite:///{sys.argv[1]}")
    Store(engine, Path("/nonexistent")).run_now(lambda tx: tx.tasks.owe("triage", 1, datetime(2026, 7, 22, tzinfo=UTC)))
    print("kept")
except StoreUnavailable as error:
    print("unavailable:", error)
"""


@pytest.fixture
def open_home(file: Path) -> Iterator[Path]:
    """The database's folder where every user may go, its parents too as far as they are ours."""
    for folder in file.parents:
        if folder.owner() == file.owner() and folder.stat().st_mode & 0o005 != 0o005:
            folder.chmod(0o755)
        if folder.name.startswith("pytest-of"):
            break
    file.parent.chmod(0o777)
    file.chmod(0o666)
    yield file
    file.parent.chmod(0o755)


def test_a_read_only_file(open_home: Path) -> None:
    open_home.chmod(0o444)
    said = _as_nobody(open_home, OWE).stdout
    assert said.startswith("unavailable:"), said
    assert "read-only for this user; correct its owner and mode" in said


def test_a_read_only_folder(open_home: Path) -> None:
    open_home.parent.chmod(0o555)
    said = _as_nobody(open_home, OWE).stdout
    assert said.startswith("unavailable:"), said
    assert "correct" in said
    assert "mode" in said


def test_a_missing_folder(tmp_path: Path) -> None:
    store = Store(open_engine(f"sqlite:///{tmp_path / 'nowhere' / 'bridge.db'}"), tmp_path)
    with pytest.raises(StoreUnavailable, match=r"the folder of the database is missing or closed to this user; correct store[.]url"):
        _owe(store)
    store.close()


def test_a_missing_folder_at_the_first_start(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'nowhere' / 'bridge.db'}")
    with pytest.raises(StoreUnavailable, match=r"correct store[.]url"):
        upgrade(engine)
    engine.dispose()


@pytest.mark.parametrize("content", [b"this is no database at all, only some words\n" * 200, b"SQLite format 3\0" + b"\xff" * 8000])
def test_a_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    place = tmp_path / "bridge.db"
    place.write_bytes(content)
    engine = open_engine(f"sqlite:///{place}")
    for start in (lambda: upgrade(engine), lambda: _owe(Store(engine, tmp_path))):
        with pytest.raises(StoreUnavailable, match=r"no database of ours or damaged.*backup"):
            start()
    engine.dispose()
    assert place.read_bytes() == content        # and we leave it as it is


def test_a_database_that_was_never_upgraded(tmp_path: Path) -> None:
    store = Store(open_engine(f"sqlite:///{tmp_path / 'bridge.db'}"), tmp_path)
    with pytest.raises(StoreUnavailable, match="hotline-bridge db upgrade"):
        _owe(store)
    store.close()


FULL = """
import resource, signal, sys
from datetime import datetime, UTC
from pathlib import Path
from hotline_bridge.store.engine import Store, StoreUnavailable, open_engine
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
store = Store(open_engine(f"sqlite:///{sys.argv[1]}"), Path(sys.argv[1]).parent / "papers")
now, kept = datetime(2026, 7, 22, tzinfo=UTC), 0
try:
    for number in range(100):
        store.run_now(lambda tx: tx.papers.keep("mailbox", f"7/{number}", "mail", bytes(200_000), now))
        kept += 1
except StoreUnavailable as error:
    print("unavailable:", error)
print("kept", kept)
"""


def test_a_file_that_may_not_grow(file: Path) -> None:
    """As on a full disk: what was acknowledged is there, the next is refused with the cure."""
    ended = subprocess.run([sys.executable, "-c", FULL, str(file)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    said, kept = ended.stdout.strip().splitlines()
    assert said.startswith("unavailable:"), said
    assert "free some space on the disk" in said
    rows = sqlite3.connect(file)
    assert rows.execute("SELECT count(*) FROM paper").fetchone()[0] == int(kept.split()[1]) > 0
    rows.close()


DISK = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from hotline_bridge.store.engine import Store, StoreUnavailable, open_engine
from hotline_bridge.store.upgrade import upgrade
disk, now, kept = Path(sys.argv[1]), datetime(2026, 7, 22, tzinfo=UTC), 0
engine = open_engine(f"sqlite:///{disk / 'bridge.db'}")
upgrade(engine)
store, ballast = Store(engine, disk / "papers"), disk / "ballast"
ballast.write_bytes(bytes(1_000_000))
try:
    for number in range(100):
        store.run_now(lambda tx: tx.papers.keep("mailbox", f"7/{number}", "mail", bytes(200_000), now))
        kept += 1
except StoreUnavailable as error:
    print("unavailable:", error)
ballast.unlink()
assert store.run_now(lambda tx: tx.papers.keep("mailbox", "after", "mail", b"x", now)) is not None
assert store.read_now(lambda tx: tx.papers.find("mailbox", f"7/{kept - 1}")) is not None
assert store.read_now(lambda tx: tx.papers.find("mailbox", f"7/{kept}")) is None
print("works again")
"""
#: A mount of one's own: root may, and others where the kernel gives them a namespace.
OWN_MOUNTS = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]


def _may_mount() -> bool:
    return shutil.which("unshare") is not None and subprocess.run([*OWN_MOUNTS, "true"], capture_output=True, check=False).returncode == 0


if _may_mount():        # elsewhere test_a_file_that_may_not_grow stands for it

    def test_a_full_disk_refuses_with_the_cure_and_works_again_once_there_is_space(tmp_path: Path) -> None:
        script = 'mount -t tmpfs -o size=4m tmpfs "$1" && exec "$2" -c "$3" "$1"'
        command = [*OWN_MOUNTS, "sh", "-c", script, "sh", str(tmp_path), sys.executable, DISK]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        assert ended.returncode == 0, ended.stderr
        said, after = ended.stdout.strip().splitlines()
        assert said.startswith("unavailable:"), said
        assert "free some space on the disk" in said
        assert after == "works again"


def test_a_file_another_program_holds(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    engine = open_engine(f"sqlite:///{file}?timeout=0")
    monkeypatch.setattr("hotline_bridge.store.engine.TRIES", 1)
    monkeypatch.setattr("hotline_bridge.store.engine.BUSY_MS", 1)
    with pytest.raises(StoreUnavailable, match="another program holds the database; end it"):
        _owe(Store(engine, file.parent))
    holder.execute("ROLLBACK")
    holder.close()
    engine.dispose()


# PostgreSQL ------------------------------------------------------------------------------------------------------------
@pytest.mark.real
def test_a_server_that_is_down(tmp_path: Path) -> None:
    store = Store(open_engine("postgresql+psycopg://postgres@127.0.0.1:9/bridge?connect_timeout=2"), tmp_path)
    with pytest.raises(StoreUnavailable, match=r"check that the database runs and store[.]url is right"):
        _owe(store)
    store.close()


@pytest.mark.real
def test_a_server_that_is_down_at_the_first_start(tmp_path: Path) -> None:
    engine = open_engine("postgresql+psycopg://postgres@127.0.0.1:9/bridge?connect_timeout=2")
    with pytest.raises(StoreUnavailable, match="check that the database runs"):
        upgrade(engine)
    engine.dispose()


@pytest.mark.real
def test_a_database_that_is_not_there(postgres_server: Postgres, tmp_path: Path) -> None:
    store = Store(open_engine(postgres_server.url("nobody-made-this")), tmp_path)
    with pytest.raises(StoreUnavailable, match='"nobody-made-this" does not exist'):
        _owe(store)
    store.close()


def _cut(engine: Engine) -> None:
    """End every session of the database but our own, as a restart of the server does."""
    with engine.connect() as db:
        db.exec_driver_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()").all()


@ON_POSTGRES
async def test_a_session_that_ended_while_idle_is_not_noticed(bank: Bank, engine: Engine, url: str) -> None:
    await bank.post(a_form())
    other = open_engine(url)
    _cut(other)
    other.dispose()
    await bank.quiet()
    assert len(bank.relay.sent) == 1


@ON_POSTGRES
async def test_a_session_that_ends_inside_a_step_costs_the_transaction_and_nothing_else(bank: Bank, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await bank.post(a_form())
    other, cut = open_engine(url), []

    def step(tx, subject, now, rules) -> None:
        if not cut:
            cut.append(True)
            _cut(other)
        tx.tasks.owe("digest", 1, now)

    monkeypatch.setattr(desk, "STEPS", {"triage": step})
    with pytest.raises(StoreUnavailable):
        await desk.work_some(bank.house)
    assert bank.house.store.read_now(lambda tx: tx.tasks.parked()) == []
    monkeypatch.undo()
    bank.clock.on(hours=1)
    await bank.quiet()
    assert len(bank.relay.sent) == 1
    other.dispose()


@ON_POSTGRES
async def test_the_rooms_go_on_after_an_outage_of_the_server(
    bank: Bank, url: str, postgres_server: Postgres, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The database refuses everybody for a while; what was posted before leaves when it is back."""
    monkeypatch.setattr("hotline_bridge.daemon.AFTER_TROUBLE", 0.01)
    monkeypatch.setattr("hotline_bridge.daemon.LOOK", 0.01)
    await bank.post(a_form())
    name, admin = url.rpartition("/")[2], open_engine(postgres_server.url())

    def allow(word: str) -> None:
        with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
            db.exec_driver_sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {word}")
            db.exec_driver_sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'").all()

    allow("false")
    with capture_logs() as logs:
        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            rooms = [
                group.create_task(keep_doing(desk.work_some, bank.house, bank.house.desk_bell)),
                group.create_task(keep_doing(post.post_some, bank.house, bank.house.post_bell)),
            ]
            while {line["room"] for line in logs if line["event"] == "room waits"} != {"work_some", "post_some"}:
                await asyncio.sleep(0.01)
            allow("true")
            while not bank.relay.sent:
                await asyncio.sleep(0.01)
            for room in rooms:
                room.cancel()
    assert len(bank.relay.sent) == 1
    assert all("store.url" in line["trouble"] or "terminat" in line["trouble"] for line in logs if line["event"] == "room waits")
    admin.dispose()


async def test_a_room_goes_on_when_the_database_is_back(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop of the daemon itself: trouble, a pause, work, and the end by being told so."""
    monkeypatch.setattr("hotline_bridge.daemon.AFTER_TROUBLE", 0.0)
    told: list[str] = []

    class Enough(Exception):
        """The test has seen what it wanted."""

    async def work(house) -> bool:
        told.append("asked")
        if len(told) == 1:
            raise StoreUnavailable("the database says: server closed the connection")
        if len(told) == 3:
            raise Enough
        return True

    with pytest.raises(Enough):
        await keep_doing(work, bank.house, Bell())
    assert len(told) == 3


def test_the_words_of_trouble_hold_no_password(tmp_path: Path) -> None:
    store = Store(open_engine("postgresql+psycopg://bridge:hush-hush@127.0.0.1:9/bridge?connect_timeout=2"), tmp_path)
    with pytest.raises(StoreUnavailable) as caught:
        _owe(store)
    assert "hush-hush" not in str(caught.value)
    store.close()
