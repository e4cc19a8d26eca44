"""The migrations build what the schema says, from anywhere, however many begin at once."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from hotline_bridge.store.engine import open_engine
from hotline_bridge.store.schema_books import metadata
from hotline_bridge.store.upgrade import current, drift, newest, upgrade

ROOT = Path(__file__).parents[2]
UPGRADE = "import sys; from hotline_bridge.store.engine import open_engine; from hotline_bridge.store.upgrade import upgrade; upgrade(open_engine(sys.argv[1]))"


def test_the_migrations_build_exactly_the_schema(engine: Engine) -> None:
    with engine.connect() as db:
        assert drift(db) == []
    assert set(metadata.tables) <= set(inspect(engine).get_table_names())
    assert current(engine) == newest()


def test_a_second_upgrade_changes_nothing(engine: Engine) -> None:
    with engine.begin() as db:
        db.execute(text("INSERT INTO counter (name, value) VALUES ('kept', 7)"))
    upgrade(engine)
    with engine.connect() as db:
        assert db.execute(text("SELECT value FROM counter WHERE name = 'kept'")).scalar() == 7


def test_an_empty_database_has_no_revision(url: str) -> None:
    engine = open_engine(url)
    assert current(engine) == ""
    engine.dispose()


def test_several_threads_may_upgrade_an_empty_database_at_once(url: str) -> None:
    def start(_: int) -> str:
        engine = open_engine(url)
        upgrade(engine)
        found = current(engine)
        engine.dispose()
        return found

    with ThreadPoolExecutor(6) as threads:
        assert set(threads.map(start, range(6))) == {newest()}


def test_several_daemons_may_upgrade_an_empty_database_at_once(url: str) -> None:
    processes = [
        subprocess.Popen([sys.executable, "-c", UPGRADE, url], cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    said = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0, 0], said
    engine = open_engine(url)
    with engine.connect() as db:
        assert drift(db) == []
    engine.dispose()
