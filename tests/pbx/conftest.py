"""Tests on a real telephone exchange: one Asterisk for all of them, which they use one after the other."""

import asyncio
from pathlib import Path

import pytest

from tests.servers.asterisk import Asterisk

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All on one worker: they share the exchange."""
    for item in items:
        if item.path.parent == HERE:
            item.add_marker(pytest.mark.xdist_group("exchange"))


@pytest.fixture
async def exchange(asterisk_server: Asterisk) -> Asterisk:
    """The exchange with no calls, and without records of any before."""
    await all_hung_up(asterisk_server)
    asterisk_server.forget()
    return asterisk_server


async def all_hung_up(exchange: Asterisk) -> None:
    """Wait until nobody telephones any more; the test's own time limit ends it."""
    while await asyncio.to_thread(lambda: exchange.channels):
        await asyncio.sleep(0.1)
