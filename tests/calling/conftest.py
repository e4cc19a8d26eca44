"""The bank with its telephones."""

import pytest

from hotline_bridge.board import Board
from hotline_bridge.house import House, Shelf
from hotline_bridge.store.engine import Store
from routing.rules import Rules
from tests.calling.world import with_calls
from tests.conftest import Bank
from tests.fakes import Relay, SetClock, WalkIn
from tests.store.conftest import engine, store, url

__all__ = ["bank", "engine", "store", "url"]


@pytest.fixture
def bank(store: Store, sample_rules: Rules) -> Bank:
    """A house over the store, on SQLite and on PostgreSQL."""
    clock, door, relay = SetClock(), WalkIn(), Relay()
    return Bank(House(store, clock, Shelf(with_calls(sample_rules)), [door], relay, board=Board(clock)), clock, door, relay)
