"""An IMAP server that can be told to misbehave, and mails to put into mailboxes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from adapters.imap import Imap, ImapSettings
from hotline_bridge.ports import Inlet, Paper
from tests.doors.fake_ami import FakeAmi


def a_mail(number: int, text: str = "存款少了", *, size: int = 0) -> bytes:
    """A mail whose Message-ID holds its number; `size` pads it."""
    head = f"From: a@bank.example\r\nTo: b@bank.example\r\nMessage-ID: <{number}@bank.example>\r\nSubject: no {number}\r\n"
    mime = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
    padding = "x" * 70 + "\r\n"
    return (head + mime + "\r\n" + text + "\r\n" + padding * (size // 72)).encode()


def number_of(body: bytes) -> int:
    """The number `a_mail` wrote into a mail."""
    return int(body.partition(b"Message-ID: <")[2].partition(b"@")[0])


def short_mail(number: int) -> bytes:
    """A mail of one line, with a parenthesis that is never closed."""
    return f"Message-ID: <{number}@bank.example>\r\n\r\nhello ({number}\r\n".encode()


async def taken(inlet: Inlet, cursor: str = "") -> list[Paper]:
    """What an inlet hands in now."""
    return [paper async for paper in inlet.waiting(cursor)]


Answer = Callable[["Talk", str, str], Awaitable[None]]


@dataclass
class Talk:
    """One connection of the fake server."""

    server: "FakeImap"
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, *lines: str | bytes) -> None:
        """Send lines; all of them in one piece, so that the client reads them together."""
        self.writer.write(b"".join((line.encode() if isinstance(line, str) else line) + b"\r\n" for line in lines))
        await self.writer.drain()

    async def hear(self) -> str:
        line = await self.reader.readline()
        if not line:
            raise ConnectionResetError
        return line.decode().rstrip("\r\n")

    def hang_up(self) -> None:
        self.writer.transport.abort()

    async def serve(self) -> None:
        await self.say(self.server.greeting)
        while True:
            tag, _, rest = (await self.hear()).partition(" ")
            word, _, arguments = rest.partition(" ")
            if word == "UID":
                second, _, arguments = arguments.partition(" ")
                word = f"UID {second}"
            self.server.commands.append(f"{word} {arguments}".strip())
            self.server.heard.set()
            await self.server.answers.get(word, self.server.usual)(self, tag, arguments)


@dataclass
class FakeImap:
    """As much of an IMAP server as the door uses; `answers` replaces what it says to a command."""

    mails: dict[int, bytes] = field(default_factory=dict)
    uidvalidity: int = 7
    capabilities: str = "IMAP4rev1 IDLE UIDPLUS MOVE"
    greeting: str = "* OK fake"
    commands: list[str] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    talks: list[Talk] = field(default_factory=list)
    port: int = 0

    async def until(self, command: str, times: int = 1) -> None:
        """Wait until the client has said this command so often."""
        while sum(said.startswith(command) for said in self.commands) < times:
            self.heard.clear()
            await self.heard.wait()

    async def usual(self, talk: Talk, tag: str, arguments: str) -> None:
        """What a well-behaved server answers."""
        word = self.commands[-1].removesuffix(arguments).strip()
        if word == "CAPABILITY":
            await talk.say(f"* CAPABILITY {self.capabilities}")
        elif word == "SELECT":
            await talk.say(f"* {len(self.mails)} EXISTS", f"* OK [UIDVALIDITY {self.uidvalidity}] valid")
        elif word == "UID SEARCH":
            first = int(arguments.partition("UID ")[2].partition(":")[0])
            newer = [uid for uid in sorted(self.mails) if uid >= first] or sorted(self.mails)[-1:]
            await talk.say("* SEARCH " + " ".join(map(str, newer)))
        elif word == "UID FETCH":
            await talk.say(*self.fetched(arguments))
        elif word == "IDLE":
            await talk.say("+ idling")
            assert await talk.hear() == "DONE"
        await talk.say(f"{tag} OK done")

    def fetched(self, arguments: str) -> list[bytes]:
        """The lines of a FETCH answer."""
        numbers, _, what = arguments.partition(" ")
        lines = []
        for uid in map(int, numbers.split(",")):
            if uid not in self.mails:
                continue
            order = sorted(self.mails).index(uid) + 1
            mail = self.mails[uid]
            if "RFC822.SIZE" in what:
                lines.append(f"* {order} FETCH (UID {uid} RFC822.SIZE {len(mail)})".encode())
            else:
                part = "HEADER" if "HEADER" in what else ""
                text = mail.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if part else mail
                lines.append(f"* {order} FETCH (UID {uid} BODY[{part}] {{{len(text)}}}\r\n".encode() + text + b")")
        return lines


@pytest.fixture
async def fake_imap() -> AsyncIterator[FakeImap]:
    """A fake server on a port of its own."""
    fake = FakeImap()
    tasks = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())
        talk = Talk(fake, reader, writer)
        fake.talks.append(talk)
        try:
            await talk.serve()
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    fake.port = server.sockets[0].getsockname()[1]
    yield fake
    server.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks)
    await server.wait_closed()


@pytest.fixture
async def fake_door(fake_imap: FakeImap) -> AsyncIterator[Imap]:
    """A mailbox door to the fake server; the whole test must be over in twenty seconds."""
    door = Imap("mail", ImapSettings("127.0.0.1", "me", "secret", port=fake_imap.port, timeout=5, idle=5, limit=5000))
    async with asyncio.timeout(20):
        yield door
        await door.close()


@pytest.fixture
async def ami() -> AsyncIterator[FakeAmi]:
    """A fake manager interface on a port of its own."""
    fake = FakeAmi()
    server = await asyncio.start_server(fake.accept, "127.0.0.1", 0)
    fake.port = server.sockets[0].getsockname()[1]
    yield fake
    server.close()
    fake.drop()
    await server.wait_closed()
