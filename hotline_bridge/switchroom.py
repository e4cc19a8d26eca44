"""The wiring of the telephone side: exchanges, vendors, recordings and calls out become doors, routes and rooms."""

from collections.abc import Sequence
from contextlib import AsyncExitStack

from aiohttp import web

from hotline_bridge.config import Config
from hotline_bridge.daemon import Room
from hotline_bridge.house import House
from hotline_bridge.ports import Clock, Inlet
from routing.calls import Live


async def telephone_inlets(config: Config, clock: Clock, live: Live, stack: AsyncExitStack) -> Sequence[Inlet]:
    """Where calls are fetched from: Asterisk's events, the folders of lost posts, vendors that are asked; closed by the stack."""
    del config, clock, live, stack
    return []


def telephone_routes(config: Config, house: House) -> Sequence[web.RouteDef]:
    """Where calls are posted to: FreeSWITCH and vendors."""
    del config, house
    return []


def telephone_rooms(config: Config, house: House) -> Sequence[Room]:
    """What goes on beside the other rooms: looking for recordings, calling units."""
    del config, house
    return []
