"""FreeSWITCH's event socket as mod_event_socket documents it, told by a test what to say. No real one has a Debian package."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field


@dataclass
class EventSocket:
    """One switch; `does` answers the words of api and bgapi. `heard` holds every command, secrets too: nothing is real here."""

    password: str = "ClueCon"
    does: Callable[[str], str] = lambda words: "+OK\n"
    closed_to_us: bool = False
    greets: bytes = b"Content-Type: auth/request\n\n"
    mute: bool = False
    heard: list[str] = field(default_factory=list)
    port: int = 0
    subscribed: asyncio.Event = field(default_factory=asyncio.Event)
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        if self.closed_to_us:
            writer.write(b"Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n")
            writer.close()
            return
        writer.write(self.greets)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                sent = (await reader.readuntil(b"\n\n")).decode().strip()
                self.heard.append(sent)
                if not self.mute:
                    self._answer(writer, sent)

    def _answer(self, writer: asyncio.StreamWriter, sent: str) -> None:
        first, *headers = sent.split("\n")
        verb, _, words = first.partition(" ")
        if verb == "auth":
            right = words == self.password
            writer.write(b"Content-Type: command/reply\nReply-Text: " + (b"+OK accepted" if right else b"-ERR invalid") + b"\n\n")
            if not right:
                writer.write(b"Content-Type: text/disconnect-notice\nContent-Length: 67\n\nDisconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n")
                writer.close()
        elif verb == "event":
            writer.write(b"Content-Type: command/reply\nReply-Text: +OK event listener enabled plain\n\n")
            self.subscribed.set()
        elif verb == "api":
            body = self.does(words).encode()
            writer.write(b"Content-Type: api/response\nContent-Length: %d\n\n" % len(body) + body)
        elif verb == "bgapi":
            job = dict(line.split(": ", 1) for line in headers)["Job-UUID"]
            writer.write(f"Content-Type: command/reply\nReply-Text: +OK Job-UUID: {job}\nJob-UUID: {job}\n\n".encode())
            said = self.does(words)
            if said:
                self.tell(f"Event-Name: BACKGROUND_JOB\nJob-UUID: {job}\nJob-Command: originate\nContent-Length: {len(said.encode())}\n\n{said}".encode())

    def tell(self, event: bytes) -> None:
        """Tell whoever is connected an event."""
        for writer in self._writers:
            if not writer.is_closing():
                writer.write(b"Content-Length: %d\nContent-Type: text/event-plain\n\n" % len(event) + event)

    def raw(self, sent: bytes) -> None:
        for writer in self._writers:
            writer.write(sent)

    def cut(self) -> None:
        """The line breaks."""
        self.subscribed.clear()
        for writer in self._writers:
            writer.close()
        self._writers.clear()


@contextlib.asynccontextmanager
async def event_socket(**how: object) -> AsyncIterator[EventSocket]:
    """A switch that listens on the loopback."""
    switch = EventSocket(**how)  # type: ignore[arg-type]
    server = await asyncio.start_server(switch.serve, "127.0.0.1", 0)
    switch.port = server.sockets[0].getsockname()[1]
    try:
        yield switch
    finally:
        switch.cut()
        server.close()
        await server.wait_closed()
