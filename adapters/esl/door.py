"""Door: what FreeSWITCH's event socket tells of calls, as they happen and when they are over."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
import hashlib
from typing import Protocol

from adapters.esl.line import HELD, Esl
from adapters.formats.cdr.freeswitch_post import EVENT
from adapters.formats.event_socket import Event
from adapters.formats.freeswitch_turns import Turns, global_id
from routing.calls import Live, LiveCall

KIND = "cdr-post"
PING = 30.0                 # seconds of silence; FreeSWITCH tells its HEARTBEAT every 20
LONGEST_WAIT = 10.0


@dataclass(frozen=True, slots=True)
class HeardLeg:
    """A leg's end, with all its variables, as the event was told."""

    key: str
    body: bytes = field(repr=False)
    kind: str = KIND
    cursor: str = ""


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


class EslEvents:
    """Fits hotline_bridge.ports.Inlet: a paper for each leg that ended, while `live` hears every turn of every call.

    It is a second source: what it misses is posted, or lies in err-log-dir. After `ping` seconds of silence the exchange is
    asked whether it still lives.
    """

    def __init__(self, name: str, esl: Esl, live: Live, turns: Turns, ping: float = PING) -> None:
        self._name, self._esl, self._live, self._turns, self._ping = name, esl, live, turns, ping
        self._calls: OrderedDict[str, LiveCall] = OrderedDict()
        self._ended: OrderedDict[str, HeardLeg] = OrderedDict()
        self._bell = asyncio.Event()
        esl.listen(self)

    @property
    def name(self) -> str:
        """The inlet's name."""
        return self._name

    @property
    def longest_wait(self) -> float:
        """Events that nobody hears are gone: seconds at most between tries."""
        return LONGEST_WAIT

    async def waiting(self, cursor: str) -> AsyncIterator[HeardLeg]:
        """Yield the legs that ended and are not kept yet, then connect where there is no connection; OSError when out of reach."""
        del cursor
        for leg in list(self._ended.values()):
            yield leg
        if not self._esl.connected:
            await self._esl.connect()

    async def accepted(self, paper: _Keyed) -> None:
        """It is committed."""
        self._ended.pop(paper.key, None)

    async def more(self) -> None:
        """Return when a leg has ended; OSError once the connection is gone, or silent and without an answer."""
        while not self._ended:
            self._bell.clear()
            try:
                async with asyncio.timeout(self._ping):
                    await self._bell.wait()
            except TimeoutError:
                await self._lives()
            if not self._esl.connected:
                raise ConnectionError("the connection to the event socket broke")

    async def close(self) -> None:
        """Hang up."""
        await self._esl.close()

    async def _lives(self) -> None:
        """Ask whether the exchange still lives; a line that gives no answer is hung up, for a hung exchange leaves it standing."""
        try:
            await self._esl.api("version")
        except TimeoutError:
            await self._esl.close()
            raise ConnectionError("the event socket is silent and does not answer; it is connected to anew") from None

    # told by the connection --------------------------------------------------------------------------------------------
    def tell(self, event: Event) -> None:
        """An event: perhaps a turn of a call, perhaps the end of a leg."""
        key = global_id(event)
        call = self._turns.turn(event, self._calls.get(key))
        if call is not None:
            self._turned(key, call)
        if event.name == EVENT:
            leg = HeardLeg(f"leg:{hashlib.sha256(event.raw).hexdigest()}", event.raw)
            self._ended[leg.key] = leg
            while len(self._ended) > HELD:      # the store is away for long: these come by post
                self._ended.popitem(last=False)
            self._bell.set()

    def broken(self, error: OSError) -> None:
        """The connection is gone: of no call is it known any more whether it goes on."""
        del error
        for key, call in list(self._calls.items()):
            self._turned(key, replace(call, stage="ended"))
        self._bell.set()

    def _turned(self, key: str, call: LiveCall) -> None:
        if call.stage == "ended":
            self._calls.pop(key, None)
        else:
            self._calls[key] = call
        self._live(call)
        if len(self._calls) > HELD:             # an end that was never told
            oldest = next(iter(self._calls))
            self._turned(oldest, replace(self._calls[oldest], stage="ended"))
