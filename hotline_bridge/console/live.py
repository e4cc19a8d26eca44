"""Calls of this moment on the seats' screens: who rings, and what they complained of before, ere anybody types a word (P-6, P-9.1, P-18)."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog
from aiohttp import web
from aiohttp_sse import EventSourceResponse, sse_response

from hotline_bridge import call_view
from hotline_bridge.board import Turn
from hotline_bridge.console.door import Entrance, Visitor, as_json, query_of
from hotline_bridge.house import House

log = structlog.get_logger()
HEARTBEAT = 15.0            # seconds between signs of life
PATIENCE = 20.0             # seconds until a listener must have taken what was sent
MOST_KEPT = 2_000           # calls whose number has been looked up

Rows = Sequence[Mapping[str, object]]


@dataclass(slots=True)
class Lookups:
    """The earlier cases of those who call, looked up once however many listen."""

    house: House
    _found: OrderedDict[tuple[str, str, str], Rows] = field(default_factory=OrderedDict)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def of(self, turn: Turn) -> Rows | None:
        """The earlier cases of a call's number; None where the store cannot be asked: the call is shown all the same."""
        call, rules = turn.call, self.house.rules
        key = (call.exchange, call.global_id, call.ani)
        async with self._turn:
            if key not in self._found:
                try:
                    self._found[key] = await self.house.store.read(lambda tx: call_view.earlier_rows(tx, call.ani, rules))
                except OSError:
                    return None
                while len(self._found) > MOST_KEPT:
                    self._found.popitem(last=False)
            return self._found[key]


@dataclass(frozen=True, slots=True)
class LiveRoutes:
    """The routes of calls as they happen."""

    entrance: Entrance
    lookups: Lookups

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application."""
        admit = self.entrance.admit
        return [
            web.get("/api/v1/calls/now", admit(("seat", "desk", "supervisor", "auditor"), self.now)),
            web.get("/api/v1/calls/live", admit(("seat", "desk"), self.live)),
        ]

    async def now(self, request: web.Request, visitor: Visitor) -> web.Response:
        """The calls of this moment, the oldest first; numbers masked for supervisor and auditor (P-6)."""
        query_of(request)
        return as_json({"calls": await self._calls(visitor)})

    async def live(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        """Every turn of every call as an event (WHATWG HTML, server-sent events): `now` with all calls first, then `ringing`, `talking`, `ended`.

        Who comes back with Last-Event-ID hears what was missed, where that is remembered; else `now` again.
        """
        query_of(request)
        board, transport = self.entrance.house.board, request.transport
        with board.listen(transport.abort if transport is not None else _nothing) as listener:
            missed, upto = board.after(request.headers.get("Last-Event-ID", "")), board.last
            async with sse_response(request, ping_interval=HEARTBEAT, send_timeout=PATIENCE) as stream:
                try:
                    if missed is None:
                        await stream.send(_json({"calls": await self._calls(visitor)}), id=upto, event="now")
                    for turn in missed or ():
                        await self._send(stream, turn, visitor)
                    while stream.is_connected():
                        try:
                            async with asyncio.timeout(HEARTBEAT):
                                turn_ = await listener.next()
                        except TimeoutError:
                            continue        # and look whether anybody is still there
                        if turn_ is None:
                            break
                        await self._send(stream, turn_, visitor)
                except (ConnectionError, TimeoutError):
                    log.info("listener gone", who=visitor.name)
        return stream

    async def _calls(self, visitor: Visitor) -> list[dict[str, object]]:
        house = self.entrance.house
        return [await self._shown(turn, visitor) for turn in house.board.calls()]

    async def _send(self, stream: EventSourceResponse, turn: Turn, visitor: Visitor) -> None:
        await stream.send(_json(await self._shown(turn, visitor)), id=self.entrance.house.board.name_of(turn.number), event=turn.call.stage)

    async def _shown(self, turn: Turn, visitor: Visitor) -> dict[str, object]:
        earlier = await self.lookups.of(turn) if turn.call.stage != "ended" else ()
        rules = self.entrance.house.rules
        return call_view.live(turn.call, turn.since, earlier, rules, masked=visitor.masked)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _nothing() -> None:
    """Nobody is there any more."""
