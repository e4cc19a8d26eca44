"""One connection to an Asterisk's manager interface with its whole life: opened, asked, dropped at the first doubt."""

import asyncio
import hashlib
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn, Self

from adapters.formats.ami import BANNER, KNOWN_VERSIONS, Cutter, Packet, action

LONGEST_BANNER = 200        # bytes
Hearer = Callable[[Packet], None]


class Refused(OSError):
    """Asterisk answered an action with Error; the line itself is in order. The text is what it said."""


@dataclass(frozen=True, slots=True)
class AmiSettings:
    """Where the manager interface is and who logs in.

    `events` is the mask of the login ("off", or classes with commas: "call,cdr,user"). `filters` are patterns of which
    an event must match one, so that Asterisk sends no others (Action: Filter; without the right to it all of the classes
    come). `ping` is the seconds of silence after which the line is tried.
    """

    host: str
    user: str
    secret: str = field(repr=False)
    port: int = 5038
    tls: ssl.SSLContext | None = None
    timeout: float = 10.0
    ping: float = 20.0
    events: str = "off"
    filters: tuple[str, ...] = ()


class Ami(asyncio.Protocol):
    """A line to AMI: `connect`, then `act` as often as wanted, from any task; events go to whoever has subscribed.

    Every doubt ends the line: `act` raises OSError from then on, and so does `broken`. A line is not mended; make another.
    """

    def __init__(self, settings: AmiSettings) -> None:
        self._at = settings
        self._loop = asyncio.get_running_loop()
        self._hearers: list[Hearer] = []
        self._answers: dict[str, asyncio.Future[Packet]] = {}
        self._last_id = 0
        self._greeting: asyncio.Future[bytes] = self._loop.create_future()
        self._lost: asyncio.Future[str] = self._loop.create_future()
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._cutter = Cutter()
        self._beginning = b""
        self._tried = 0.0
        self.version = ""
        self.heard_at = 0.0         # when the last byte came, by the loop's clock

    @property
    def where(self) -> str:
        """Host and port, for messages."""
        return f"{self._at.host}:{self._at.port}"

    @property
    def alive(self) -> bool:
        """Whether it is connected and nothing has cast doubt on it yet."""
        return self._transport is not None and not self._lost.done()

    @property
    def strange(self) -> str:
        """A note where the banner names a version that nobody has tried yet; "" otherwise."""
        known = not self.version or int(self.version.partition(".")[0]) in KNOWN_VERSIONS
        return "" if known else f"AMI {self.version} is newer than what has been tried; compare its events with docs/asterisk.md"

    def subscribe(self, hear: Hearer) -> Callable[[], None]:
        """Have every event told, in the order of arrival, damaged ones too; `hear` returns at once and never raises.

        Returns the way to end it. Subscribe before `connect` to miss nothing.
        """
        self._hearers.append(hear)
        return lambda: self._hearers.remove(hear)

    def when_lost(self, tell: Callable[[], None]) -> None:
        """Have it told when the line breaks or is closed."""
        self._lost.add_done_callback(lambda _: tell())

    def pause(self) -> None:
        """Read nothing more for now, for who listens cannot take more. Asterisk drops a line that stays so for long."""
        if self._transport is not None and self.alive:
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read on."""
        if self._transport is not None and self.alive:
            self._transport.resume_reading()

    async def connect(self) -> Self:
        """Connect, log in and narrow the events; returns itself.

        ConnectionError where no AMI speaks there, PermissionError where the login is refused (never with the secret in
        its text), TimeoutError where nobody answers; each says what to look at.
        """
        at = self._at
        try:
            async with asyncio.timeout(at.timeout):
                await self._loop.create_connection(lambda: self, at.host, at.port, ssl=at.tls)
                self._greeted(await self._greeting)
            self._keep_alive()
            await self._log_in()
            await self._narrow()
        except TimeoutError:
            await self.close()
            raise TimeoutError(f"no answer from AMI at {self.where} within {at.timeout:g} s; is `enabled = yes` in manager.conf, and is this the port?") from None
        except BaseException:
            await self.close()
            raise
        return self

    async def act(self, fields: Mapping[str, str | Sequence[str]]) -> Packet:
        """Have one action done and return its answer; what comes of it later comes as events.

        Refused where Asterisk says Error, OSError where the line breaks before its answer (it may have been done),
        ValueError for a value that could break out of its line.
        """
        self._last_id += 1
        name = f"hb-{self._last_id}"
        written = action(fields, name)
        if self._transport is None or not self.alive:
            raise ConnectionError(self.trouble)
        answer: asyncio.Future[Packet] = self._loop.create_future()
        self._answers[name] = answer
        try:
            self._transport.write(written)
            async with asyncio.timeout(self._at.timeout):
                said = await answer
        except TimeoutError:
            self._lose(f"no answer to {fields.get('Action', '')} within {self._at.timeout:g} s")
            raise TimeoutError(self.trouble) from None
        finally:
            self._answers.pop(name, None)
        if said.response.lower() == "error":
            raise Refused(f"AMI at {self.where} refuses {fields.get('Action', '')}: {said.get('message')[:200]}")
        return said

    async def broken(self) -> NoReturn:
        """Wait until the line breaks, then raise ConnectionError; for who only listens."""
        if self._transport is not None:
            await asyncio.shield(self._lost)
        raise ConnectionError(self.trouble)

    async def close(self) -> None:
        """Say good-bye and let go; twice does no harm."""
        if self._transport is not None and self.alive:
            self._transport.write(action({"Action": "Logoff"}, "hb-0"))
            self._transport.close()
        self._lose("closed")

    # asyncio.Protocol --------------------------------------------------------------------------------------------------
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands; Asterisk speaks first."""
        assert isinstance(transport, asyncio.Transport)
        self._transport, self.heard_at = transport, self._loop.time()

    def data_received(self, data: bytes) -> None:
        """The network has brought something."""
        self.heard_at = self._loop.time()
        if self._greeting.done():
            self._take(data)
            return
        self._beginning += data
        line, end, rest = self._beginning.partition(b"\n")
        if end or len(line) > LONGEST_BANNER:
            self._cutter = Cutter(b"\r\n\r\n" if line.endswith(b"\r") else b"\n\n")
            self._greeting.set_result(line[:LONGEST_BANNER])
            self._take(rest)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._lose("Asterisk hung up" if exc is None else f"{type(exc).__name__}: {exc}")
        if not self._greeting.done():
            self._greeting.set_result(self._beginning[:LONGEST_BANNER])

    # inside ------------------------------------------------------------------------------------------------------------
    def _greeted(self, line: bytes) -> None:
        said = line.decode("latin-1").strip()
        found = BANNER.fullmatch(said)
        if found is None:
            shown = repr(said[:60]) if said else "nothing"
            raise ConnectionError(f"no Asterisk manager interface at {self.where}: it greets with {shown}; AMI has port 5038 (5039 with TLS), see manager.conf")
        self.version = found[1]

    async def _log_in(self) -> None:
        at = self._at
        try:
            offered = await self.act({"Action": "Challenge", "AuthType": "MD5"})
            challenge = offered.get("challenge")
        except Refused:
            challenge = ""
        if challenge:           # the secret itself does not cross the network
            key = hashlib.md5((challenge + at.secret).encode(), usedforsecurity=False).hexdigest()
            proof = {"AuthType": "MD5", "Key": key}
        else:
            proof = {"Secret": at.secret}
        try:
            await self.act({"Action": "Login", "Username": at.user, "Events": at.events, **proof})
        except Refused as error:
            said = str(error).replace(at.secret, "***") if at.secret else str(error)
            raise PermissionError(f"the login of {at.user} is refused ({said}); compare user, password file, and permit/deny in manager.conf") from None

    async def _narrow(self) -> None:
        try:
            for pattern in self._at.filters:
                await self.act({"Action": "Filter", "Operation": "Add", "Filter": pattern})
        except Refused:
            return              # the user may not (write = system): more comes than is needed, nothing less

    def _take(self, data: bytes) -> None:
        for packet in self._cutter.feed(data):
            if packet.event or not packet.response:        # OriginateResponse is an event, and has a Response too
                for hear in list(self._hearers):
                    hear(packet)
                continue
            waiting = self._answers.get(packet.get("actionid"))
            if waiting is not None and not waiting.done():  # else it answers a question that was given up, or says good-bye
                waiting.set_result(packet)

    def _keep_alive(self) -> None:
        """Look at the line again when it has been silent for long; one that stays silent when asked is lost."""
        if not self.alive:
            return
        now = self._loop.time()
        quiet = now - self.heard_at
        if self._tried > self.heard_at:
            if now - self._tried >= self._at.timeout:
                self._lose(f"silent for {quiet:.0f} s, and no answer to Ping")
                return
            wait = self._tried + self._at.timeout - now
        elif quiet >= self._at.ping:
            self._tried, wait = now, min(self._at.timeout, self._at.ping)
            if self._transport is not None:
                self._transport.write(action({"Action": "Ping"}, "hb-ping"))
        else:
            wait = self._at.ping - quiet
        self._timer = self._loop.call_later(wait, self._keep_alive)

    def _lose(self, why: str) -> None:
        if self._lost.done():
            return
        self._lost.set_result(why)
        if self._timer is not None:
            self._timer.cancel()
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(ConnectionError(self.trouble))
        if self._transport is not None and not self._transport.is_closing():
            self._transport.abort()

    @property
    def trouble(self) -> str:
        """What is wrong with the line."""
        why = self._lost.result() if self._lost.done() else "not connected"
        return f"AMI at {self.where}: {why}"
