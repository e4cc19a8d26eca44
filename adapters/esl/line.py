"""One connection to FreeSWITCH's event socket (mod_event_socket, inbound mode): commands, their results, events."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, cast
from uuid import uuid4

from adapters.formats.event_socket import LONGEST_BLOCK, Event, block_of, command, event_of, length_of
from routing.papers import Unreadable

#: What is asked for: the turns of calls, results of bgapi, keys that were pressed, and a sign of life every 20 s.
EVENTS = ("CHANNEL_CREATE", "CHANNEL_ANSWER", "CHANNEL_BRIDGE", "CHANNEL_HANGUP_COMPLETE", "BACKGROUND_JOB", "DTMF", "HEARTBEAT")
HELD = 2_000                # events one listener may be behind before its oldest are let go


@dataclass(frozen=True, slots=True)
class EslSettings:
    """Where the event socket is; `timeout` is for connecting, and for the answer to a command."""

    host: str
    port: int
    password: str = field(repr=False)
    timeout: float = 10.0
    events: Sequence[str] = EVENTS


class Listener(Protocol):
    """Who is told of events. Both return at once and never raise."""

    def tell(self, event: Event) -> None:
        """The connection brings an event."""
        ...

    def broken(self, error: OSError) -> None:
        """The connection is gone."""
        ...


class Hearing:
    """The events one listener asked for, in order; `lost` counts what it was too slow for."""

    def __init__(self, wanted: Callable[[Event], bool]) -> None:
        self._wanted = wanted
        self._waiting: deque[Event] = deque(maxlen=HELD)
        self._bell = asyncio.Event()
        self._broken: OSError | None = None
        self.lost = 0

    async def next(self) -> Event:
        """The next event; OSError once the connection is gone and all that came before was given out."""
        while not self._waiting:
            if self._broken is not None:
                raise self._broken
            self._bell.clear()
            await self._bell.wait()
        return self._waiting.popleft()

    def tell(self, event: Event) -> None:
        """The connection brings an event."""
        if self._wanted(event):
            self.lost += len(self._waiting) == HELD
            self._waiting.append(event)
            self._bell.set()

    def broken(self, error: OSError) -> None:
        """The connection is gone."""
        self._broken = error
        self._bell.set()


class Esl:
    """One connection to an event socket. Every method may raise OSError: out of reach, refused, or gone.

    connect() may be called again after the connection broke; whoever listened before has then heard OSError.
    """

    def __init__(self, settings: EslSettings) -> None:
        self._settings = settings
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._answers: deque[asyncio.Future[tuple[Mapping[str, str], bytes]]] = deque()
        self._listeners: list[Listener] = []

    @property
    def connected(self) -> bool:
        """Whether commands can be given."""
        return self._writer is not None and self._reading is not None and not self._reading.done()

    async def connect(self) -> None:
        """Connect, log in, and ask for the events. A wrong password and a closed ACL are told by name."""
        await self.close()
        settings = self._settings
        try:
            async with asyncio.timeout(settings.timeout):
                reader, writer = await asyncio.open_connection(settings.host, settings.port, limit=LONGEST_BLOCK)
                self._writer = writer
                await self._greeted(reader)
                self._reading = asyncio.ensure_future(self._read(reader))
                await self._accepted(f"auth {settings.password}", "the event socket refuses the password; correct event_password_file, or the password in event_socket.conf.xml")
                await self._accepted(f"event plain {' '.join(settings.events)}", "the event socket does not give the events asked for")
        except TimeoutError:
            await self.close()
            raise ConnectionError(f"the event socket at {settings.host}:{settings.port} does not answer within {settings.timeout:g} s") from None
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Hang up; whoever waits for something hears OSError."""
        reading, writer, self._reading, self._writer = self._reading, self._writer, None, None
        if reading is not None:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        self._end(ConnectionError("the connection to the event socket was closed"))
        if writer is not None:
            writer.transport.abort()        # nothing is owed to the other side, and one that takes nothing would be waited for
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def api(self, words: str) -> str:
        """Do something and return what it says, e.g. "+OK" or "-ERR …"; it holds up all other commands meanwhile.

        ValueError (Refused) for a command that must not be sent; nothing was sent then.
        """
        return (await self._asked(f"api {words}"))[1].decode("utf-8", "replace")

    async def bgapi(self, words: str, patience: float) -> str:
        """Do something in the background and return its result (the body of BACKGROUND_JOB), waiting `patience` seconds at most.

        TimeoutError, an OSError too, where the result has not come by then; Refused as for api.
        """
        job = str(uuid4())
        with self.hear(lambda event: event.name == "BACKGROUND_JOB" and event.said("Job-UUID") == job) as hearing:
            headers, _ = await self._asked(f"bgapi {words}", {"Job-UUID": job})
            if not headers.get("Reply-Text", "").startswith("+OK"):
                raise ConnectionError(f"the event socket does not take bgapi: {headers.get('Reply-Text', '')[:80]}")
            async with asyncio.timeout(patience):
                return (await hearing.next()).body.strip()

    @contextlib.contextmanager
    def hear(self, wanted: Callable[[Event], bool]) -> Iterator[Hearing]:
        """Listen from now on to the events that are `wanted`; to be begun before the command that causes them."""
        hearing = Hearing(wanted)
        self._listeners.append(hearing)
        try:
            yield hearing
        finally:
            self._listeners.remove(hearing)

    def listen(self, listener: Listener) -> None:
        """Tell this one of every event from now on, through all connections to come."""
        self._listeners.append(listener)

    # the connection ----------------------------------------------------------------------------------------------------
    async def _greeted(self, reader: asyncio.StreamReader) -> None:
        headers, _ = await _frame(reader)
        said = headers.get("Content-Type", "")
        if said == "text/rude-rejection":
            raise ConnectionError("the event socket turns this machine away; add it to apply-inbound-acl in event_socket.conf.xml")
        if said != "auth/request":
            raise ConnectionError("what listens there is no event socket of FreeSWITCH; correct event_host and event_port")

    async def _accepted(self, words: str, otherwise: str) -> None:
        headers, _ = await self._asked(words)
        if not headers.get("Reply-Text", "").startswith("+OK"):
            raise ConnectionError(otherwise)

    async def _asked(self, words: str, headers: Mapping[str, str] | None = None) -> tuple[Mapping[str, str], bytes]:
        """Send a command and wait for its answer; answers come in the order of the commands."""
        sent = command(words, headers)
        if not self.connected:
            raise ConnectionError("there is no connection to the event socket")
        writer = cast("asyncio.StreamWriter", self._writer)
        answer: asyncio.Future[tuple[Mapping[str, str], bytes]] = asyncio.get_running_loop().create_future()
        self._answers.append(answer)
        writer.write(sent)
        async with asyncio.timeout(self._settings.timeout):
            await writer.drain()
            return await answer

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                headers, body = await _frame(reader)
                self._sorted(headers, body)
        except OSError as error:
            self._end(error)

    def _sorted(self, headers: Mapping[str, str], body: bytes) -> None:
        kind = headers.get("Content-Type", "")
        if kind == "text/event-plain":
            with contextlib.suppress(Unreadable):       # one that is damaged hides no other
                event = event_of(body)
                for listener in list(self._listeners):
                    listener.tell(event)
        elif kind == "text/disconnect-notice":
            raise ConnectionError("the event socket hung up")
        elif kind in {"command/reply", "api/response"} and self._answers:
            answer = self._answers.popleft()            # of one who waits no more it is taken all the same
            if not answer.done():
                answer.set_result((headers, body))

    def _end(self, error: OSError) -> None:
        while self._answers:
            answer = self._answers.popleft()
            if not answer.done():
                answer.set_exception(error)
        for listener in list(self._listeners):
            listener.broken(error)


async def _frame(reader: asyncio.StreamReader) -> tuple[Mapping[str, str], bytes]:
    """One block and what follows it; ConnectionError where the other side hung up or speaks something else."""
    try:
        raw = b""
        while not raw.strip():
            raw = await reader.readuntil(b"\n\n")
        headers = block_of(raw)
        return headers, await reader.readexactly(length_of(headers))
    except asyncio.IncompleteReadError:
        raise ConnectionError("the event socket hung up") from None
    except (asyncio.LimitOverrunError, Unreadable) as error:
        raise ConnectionError(f"what the event socket says cannot be read: {type(error).__name__}") from None
