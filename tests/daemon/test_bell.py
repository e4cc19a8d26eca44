"""The bell that wakes the rooms."""

import asyncio

import pytest

from hotline_bridge.house import Bell


async def test_a_room_told_to_stop_while_the_bell_rings_stops() -> None:
    """asyncio.wait_for lost the cancellation then, and the service hung at its end."""
    bell = Bell()
    started = asyncio.Event()

    async def room() -> None:
        started.set()
        while True:
            await bell.heard(60)

    task = asyncio.ensure_future(room())
    await started.wait()
    await asyncio.sleep(0)
    bell.ring()
    await asyncio.sleep(0)      # the ring is on its way when the cancellation comes
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=5)
    assert task in done
    assert task.cancelled()


async def test_a_bell_is_heard_once() -> None:
    bell = Bell()
    bell.ring()
    await bell.heard(60)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await bell.heard(60)


async def test_a_bell_that_does_not_ring_is_waited_for_no_longer_than_told() -> None:
    await asyncio.wait_for(Bell().heard(0), 5)
