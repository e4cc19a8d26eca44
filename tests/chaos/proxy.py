"""A small proxy between a mail door and a real server: it follows the protocol and does one bad thing at one chosen state."""

import asyncio
import contextlib
import re
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from enum import StrEnum

from tests.servers.running import HOST

_LITERAL = re.compile(rb"\{(\d+)\}\r?\n$")
Watcher = Callable[[bytes], None]


class How(StrEnum):
    """What happens at the chosen state."""

    CUT = "cut"                         # RST both ways, the command does not reach the server
    STALL = "stalled"                   # no byte any more, both ways, the connection stays
    HALF = "half-closed"                # FIN to the client, which may go on speaking to nobody
    MID_LINE = "cut in a line"          # half of the answer's first line, then RST
    DROPPED = "answer dropped"          # the server does it and says so, the client never hears it: RST


class Over(Exception):
    """The session has ended by the fault."""


class ImapSpeech:
    """Which state of IMAP a line belongs to (RFC 3501, 2177, 6851)."""

    states = (
        "greeting", "CAPABILITY", "LOGIN", "SELECT", "NOOP", "UID SEARCH", "FETCH sizes", "FETCH literal", "UID MOVE", "CREATE", "IDLE",
        "IDLE wait", "DONE",
    )
    greeting, waits, opaque, mid = "greeting", "IDLE wait", False, "FETCH literal"
    after: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self._tag, self._state = b"", self.greeting

    def heard(self, line: bytes) -> str:
        """The state a client's line begins."""
        words = line.upper().split()
        if words[:1] == [b"DONE"]:
            self._state = "DONE"
        elif len(words) > 1:
            self._tag = line.split()[0]
            self._state = b" ".join(words[1:3] if words[1] == b"UID" else words[1:2]).decode()
            if self._state == "UID FETCH":
                self._state = "FETCH literal" if b"BODY" in line else "FETCH sizes"
        return self._state

    def said(self, line: bytes) -> str:
        """The state a server's line begins, or ""."""
        if line.startswith(b"+") and self._state == "IDLE":
            self._state = self.waits
            return self.waits
        return ""

    def over(self, line: bytes) -> bool:
        """Whether this line of the server's ends its answer."""
        if self._state in {self.greeting, self.waits}:
            return True
        return line.startswith(b"+") if self._state == "IDLE" else line.startswith(self._tag + b" ")


class SmtpSpeech:
    """Which state of SMTP a line belongs to (RFC 5321, 3207, 4954)."""

    states = ("banner", "EHLO", "STARTTLS", "AUTH", "RSET", "MAIL", "RCPT", "DATA", "body", "final dot", "QUIT")
    greeting, waits, mid = "banner", "", ""
    after = frozenset({"final dot"})            # the bad thing happens once the line has gone to the server

    def __init__(self) -> None:
        self.opaque, self._body, self._lines, self._state = False, False, 0, self.greeting

    def heard(self, line: bytes) -> str:
        """The state a client's line begins; the body is one from its tenth line."""
        if not self._body:
            self._state = line[:8].split()[0].upper().decode() if line.strip() else ""
            return self._state
        self._lines += 1
        if line == b".\r\n":
            self._body, self._lines, self._state = False, 0, "final dot"
        else:
            self._state = "body" if self._lines == 10 else ""
        return self._state

    def said(self, line: bytes) -> str:
        """Follow the server into the body of a letter, and into TLS."""
        self._body = self._body or line.startswith(b"354")
        self.opaque = self.opaque or (self._state == "STARTTLS" and line.startswith(b"220"))
        return ""

    def over(self, line: bytes) -> bool:
        """Whether this line of the server's ends its answer."""
        return line[3:4] == b" "


Speech = ImapSpeech | SmtpSpeech


class Cutter:
    """Cuts a stream into lines and IMAP's literals; what is given out, joined, is what came in."""

    def __init__(self, *, literals: bool) -> None:
        self._rest, self._left, self._literals = b"", 0, literals

    def feed(self, read: bytes) -> Iterator[tuple[bool, bytes]]:
        """Yield whether it is (a piece of) a literal, and its bytes."""
        self._rest += read
        while self._rest:
            literal = self._left > 0
            end = min(self._left, len(self._rest)) if literal else self._rest.find(b"\n") + 1
            if not end:
                return
            piece, self._rest = self._rest[:end], self._rest[end:]
            if literal:
                self._left -= end
            elif self._literals and (found := _LITERAL.search(piece)):
                self._left = int(found[1])
            yield literal, piece


class Proxy:
    """Where it listens, what it has seen; the bad thing is done once, then it only carries."""

    def __init__(self, behind: int, speech: type[Speech], state: str = "", how: How | None = None, watcher: Watcher | None = None) -> None:
        self.behind, self.speech, self.state, self.how = behind, speech, state, how
        self.watcher = watcher
        self.port = 0
        self.connections = 0
        self.fired = asyncio.Event()
        self.reached: Counter[str] = Counter()
        self._stirred = asyncio.Event()
        self._sessions: set[asyncio.Task[None]] = set()

    def reach(self, state: str) -> bool:
        """Note a state; whether it is now that the bad thing is due."""
        if state:
            self.reached[state] += 1
            self._stirred.set()
        return bool(state) and state == self.state and not self.fired.is_set()

    async def until(self, state: str, times: int = 1) -> None:
        """Wait until a state was reached so often."""
        while self.reached[state] < times:
            self._stirred.clear()
            await self._stirred.wait()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client."""
        task = asyncio.current_task()
        assert task is not None
        self._sessions.add(task)
        self.connections += 1
        try:
            there = await asyncio.open_connection(HOST, self.behind)
        except OSError:
            reset(writer)
            return
        session = Session(self, (reader, writer), there)
        with contextlib.suppress(asyncio.CancelledError):
            await session.run()

    async def end(self) -> None:
        """Drop every client."""
        for task in self._sessions:
            task.cancel()
        await asyncio.gather(*self._sessions, return_exceptions=True)


Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Session:
    """One client and its server."""

    def __init__(self, proxy: Proxy, client: Ends, server: Ends) -> None:
        self._proxy, self._speech = proxy, proxy.speech()
        self._from_client, self._client = client
        self._from_server, self._server = server
        self._pending: How | None = None        # the fault that waits for the server's next words
        self._deaf = False

    async def run(self) -> None:
        """Carry bytes until one side ends or the fault ends it."""
        pumps: list[asyncio.Task[None]] = []
        try:
            if self._proxy.reach(self._speech.greeting):
                self._strike()
            pumps = [asyncio.ensure_future(self._up()), asyncio.ensure_future(self._down())]
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            if self._deaf and pumps[1].done():
                await asyncio.wait(pumps[:1])
        except Over:
            pass
        finally:
            for pump in pumps:
                pump.cancel()
            for writer in (self._client, self._server):     # all at once: who is cancelled meanwhile leaves nothing open
                if self._deaf:
                    writer.transport.abort()
                writer.close()
            await asyncio.gather(*pumps, self._client.wait_closed(), self._server.wait_closed(), return_exceptions=True)

    def _strike(self) -> None:
        """Do the bad thing, or wait for the server's words where it is those that are harmed."""
        how = self._proxy.how
        if how in {How.MID_LINE, How.DROPPED}:
            self._pending = how
            return
        self._proxy.fired.set()
        if how is How.CUT:
            self._reset()
        self._deaf = True
        if how is How.HALF:
            self._client.write_eof()

    def _reset(self) -> None:
        self._proxy.fired.set()
        reset(self._client)
        reset(self._server)
        raise Over

    async def _up(self) -> None:
        cutter = Cutter(literals=False)
        with contextlib.suppress(ConnectionError, Over):
            while read := await self._from_client.read(1 << 16):
                if self._deaf:
                    continue
                if self._speech.opaque:
                    self._server.write(read)
                    continue
                for _, line in cutter.feed(read):
                    self._from_client_line(line)
                await self._server.drain()

    def _from_client_line(self, line: bytes) -> None:
        if self._deaf:
            return
        state = self._speech.heard(line)
        if not self._proxy.reach(state):
            self._server.write(line)
        elif state == "body" and self._proxy.how in {How.MID_LINE, How.DROPPED}:
            self._server.write(line[: len(line) // 2])      # nothing is answered here: the line cut is the client's own
            self._reset()
        elif state == self._speech.mid and self._proxy.how not in {How.MID_LINE, How.DROPPED}:
            self._pending = self._proxy.how
            self._server.write(line)
        elif state in self._speech.after or self._proxy.how in {How.MID_LINE, How.DROPPED}:
            self._server.write(line)
            self._strike()
        else:
            self._strike()

    async def _down(self) -> None:
        cutter = Cutter(literals=self._proxy.speech is ImapSpeech)
        with contextlib.suppress(ConnectionError, Over):
            while read := await self._from_server.read(1 << 16):
                if self._deaf:
                    continue
                if self._speech.opaque:
                    self._client.write(read)
                    continue
                for literal, piece in cutter.feed(read):
                    self._from_server_piece(piece, literal=literal)
                await self._client.drain()

    def _from_server_piece(self, piece: bytes, *, literal: bool) -> None:
        if self._deaf:
            return
        if self._pending is not None:
            self._harm(piece, literal=literal)
            return
        self._client.write(piece)
        if not literal:
            self._follow(piece)

    def _follow(self, line: bytes) -> None:
        if self._proxy.watcher is not None:
            self._proxy.watcher(line)
        if self._proxy.reach(self._speech.said(line)):
            self._strike()

    def _harm(self, piece: bytes, *, literal: bool) -> None:
        """The server speaks while a fault waits for it."""
        if self._pending is How.DROPPED:
            if not literal and self._speech.over(piece):
                self._reset()
            return
        if self._pending is How.MID_LINE or literal:
            self._client.write(piece[: len(piece) // 2])
        if self._pending is How.MID_LINE:
            self._reset()
        elif literal:
            self._pending = None
            self._strike()
        else:
            self._client.write(piece)           # the line before the literal


def reset(writer: asyncio.StreamWriter) -> None:
    """Close with a RST instead of a FIN."""
    sock = writer.get_extra_info("socket")
    if sock is not None and sock.fileno() >= 0:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@asynccontextmanager
async def proxy(behind: int, speech: type[Speech], state: str = "", how: How | None = None, watcher: Watcher | None = None) -> AsyncIterator[Proxy]:
    """Listen in front of a server on loopback while the block runs."""
    between = Proxy(behind, speech, state, how, watcher)
    server = await asyncio.start_server(between.accept, HOST, 0)
    between.port = server.sockets[0].getsockname()[1]
    try:
        yield between
    finally:
        server.close()
        await between.end()
        await server.wait_closed()
