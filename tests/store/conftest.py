"""Every test of the store runs on SQLite and on PostgreSQL, each on a fresh database."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hotline_bridge.board import Board
from hotline_bridge.house import House, Shelf
from hotline_bridge.store.engine import Store, open_engine
from hotline_bridge.store.upgrade import upgrade
from routing.rules import Rules
from tests.conftest import Bank
from tests.fakes import Relay, SetClock, WalkIn

NAMES = count()

#: For what only PostgreSQL has: `@ON_POSTGRES` in place of both databases.
ON_POSTGRES = pytest.mark.parametrize("url", [pytest.param("postgres", marks=pytest.mark.real)], indirect=True)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.real)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'bridge.db'}"
        return
    with request.getfixturevalue("postgres_server").database(f"store{next(NAMES)}") as address:
        yield address


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """An engine over the database, brought up to date."""
    engine = open_engine(url)
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine, tmp_path: Path) -> Iterator[Store]:
    """A store over the database."""
    store = Store(engine, tmp_path / "papers")
    yield store
    store.close()


@pytest.fixture
def bank(store: Store, sample_rules: Rules) -> Bank:
    """A house over that store."""
    clock, door, relay = SetClock(), WalkIn(), Relay()
    return Bank(House(store, clock, Shelf(sample_rules), [door], relay, board=Board(clock)), clock, door, relay)
