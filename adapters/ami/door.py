"""Asterisk's manager interface as an inlet: what its events tell of calls, and when nobody listened (P-9.1).

Events are told once: what happens while the line is down is known by the exchange's files alone. So every new line hands in
a paper that says since when nobody listened. Events wait here until they are committed, across lines and failed commits.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from adapters.ami.gathering import CLASSES, AmiPaper, Gathering, Listening, filters, paper
from adapters.ami.line import Ami, AmiSettings, Refused
from adapters.formats.ami import Packet
from routing.calls import Live

MOST = 32 << 20             # bytes that wait for a commit; beyond it nothing more is read
UPTIME_STEP = timedelta(seconds=1)      # Uptime comes in whole seconds, rounded either way: a restart may take less
LINGER = 1.0                # seconds that events of a call wait for others of it
FIRST = "服务未运行 / the bridge was not running"
LONGEST_WAIT = 10.0
LONGEST_UPTIME = 9          # digits of seconds, 31 years: of more nothing is believed


@dataclass(frozen=True, slots=True)
class _Silence:
    """Since when nobody has listened, and why."""

    since: datetime
    why: str


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


class AmiDoor:
    """Fits hotline_bridge.ports.Inlet: papers of kind "ami" (events of one call), "ami-form", "ami-damaged" and "ami-gap".

    `name` is the exchange's ("asterisk:NAME"). For one task at a time. OSError when out of reach, as Ami.connect says.
    """

    def __init__(self, name: str, settings: AmiSettings, listening: Listening, clock: Callable[[], datetime], live: Live, *, linger: float = LINGER) -> None:
        self._name, self._clock = name, clock
        self._at = replace(settings, events=CLASSES, filters=filters(listening.form_event))
        self._gathering = Gathering(name, listening, clock, live, linger)
        self._out: dict[str, AmiPaper] = {}
        self._out_size = 0
        self._line: Ami | None = None
        self._silence: _Silence | None = None
        self._stirred = asyncio.Event()
        self._listened = False
        self._uptime: float | None = None
        self._shut = ""

    @property
    def name(self) -> str:
        """The exchange."""
        return self._name

    @property
    def longest_wait(self) -> float:
        """Events that nobody hears are gone: seconds at most between tries."""
        return LONGEST_WAIT

    @property
    def note(self) -> str:
        """What is odd about the exchange, for people; "" for nothing."""
        return self._line.strange if self._line is not None else ""

    async def waiting(self, cursor: str) -> AsyncIterator[AmiPaper]:
        """Yield what was told and is not committed yet, then see to it that somebody listens; OSError when out of reach.

        `cursor` is when the last paper was handed in: where this door has never listened, nobody has since then.
        """
        alive = self._line is not None and self._line.alive
        self._put(self._gathering.ready(self._loop_time(), everything=not alive))
        for one in list(self._out.values()):
            yield one
        if not alive:
            await self._open(cursor)
            for one in [one for one in self._out.values() if one.kind == "ami-gap"]:
                yield one

    async def accepted(self, paper: _Keyed) -> None:
        """The paper is committed: it need not be kept here any longer."""
        known = self._out.pop(paper.key, None)
        self._out_size -= len(known.body) if known else 0
        if self._line is not None and self._room():
            self._line.resume()

    async def more(self) -> None:
        """Return when there is something to hand in; ConnectionError when the line breaks."""
        while True:
            if self._line is None or not self._line.alive:
                raise ConnectionError(self._line.trouble if self._line is not None else f"{self._name}: not connected")
            due = self._gathering.due()
            left = None if due is None else due - self._loop_time()
            if left is not None and left <= 0:
                return
            self._stirred.clear()
            try:
                async with asyncio.timeout(left):
                    await self._stirred.wait()
            except TimeoutError:
                continue

    async def close(self) -> None:
        """Hang up."""
        if self._line is not None:
            await self._line.close()
            self._line = None

    # inside ------------------------------------------------------------------------------------------------------------
    async def _open(self, cursor: str) -> None:
        await self._close_old(cursor)
        line = Ami(self._at)
        self._uptime, self._shut = None, ""
        line.subscribe(self._hear)
        self._gathering.recount()
        await line.connect()
        try:
            await line.act({"Action": "CoreShowChannels"})
        except Refused:         # the user may not (write = system): calls under way are shown again with their next event
            self._gathering.recounted()
        line.when_lost(lambda: self._fell_silent(line))
        self._line, self._listened = line, True
        if self._silence is not None:
            self._put([self._gap(self._silence, self._clock())])
            self._silence = None

    async def _close_old(self, cursor: str) -> None:
        """Let go of a line that is in doubt, and remember since when nobody has listened."""
        if self._line is not None:
            self._fell_silent(self._line)
            await self._line.close()
            self._line = None
        elif self._silence is None and cursor and not self._listened:
            self._silence = _Silence(datetime.fromisoformat(cursor), FIRST)

    def _fell_silent(self, line: Ami) -> None:
        """The line broke: since its last byte nobody has listened."""
        silent = timedelta(seconds=self._loop_time() - line.heard_at)
        self._silence = self._silence or _Silence(self._clock() - silent, self._shut or line.trouble)
        self._stirred.set()

    def _gap(self, silence: _Silence, until: datetime) -> AmiPaper:
        away = until - silence.since
        restarted = self._uptime is not None and timedelta(seconds=self._uptime) < away + UPTIME_STEP
        said = {"since": silence.since.isoformat(), "until": until.isoformat(), "why": silence.why, "restarted": restarted}
        return paper("ami-gap", json.dumps(said, ensure_ascii=False, sort_keys=True).encode(), until)

    def _hear(self, packet: Packet) -> None:
        if packet.event == "FullyBooted" and (uptime := packet.get("uptime")).isdecimal() and len(uptime) <= LONGEST_UPTIME:
            self._uptime = float(uptime)
        elif packet.event == "Shutdown":
            self._shut = "交换机停机 / Asterisk shut down"
        before = self._gathering.due()
        self._gathering.hear(packet, self._loop_time())
        if self._gathering.due() != before:
            self._stirred.set()
        if self._line is not None and not self._room():
            self._line.pause()

    def _room(self) -> bool:
        return self._gathering.size + self._out_size < MOST

    def _put(self, papers: Iterable[AmiPaper]) -> None:
        for one in papers:
            if one.key not in self._out:
                self._out_size += len(one.body)
            self._out[one.key] = one

    def _loop_time(self) -> float:
        return asyncio.get_running_loop().time()
