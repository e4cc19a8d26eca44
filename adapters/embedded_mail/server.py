"""The two servers on loopback and whose mailboxes they serve."""

import asyncio
import logging
import secrets
from argparse import Namespace
from collections.abc import AsyncIterator, Callable, Container, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import Config, Identity, Login
from pymap.backend.dict import Session as ImapSession
from pymap.backend.dict.filter import FilterSet
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer
from pymap.interfaces.login import IdentityInterface
from pymap.parsing.message import AppendMessage
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

from adapters.embedded_mail.kept import Mailboxes, file_name

# At INFO and DEBUG aiosmtpd writes addresses and whole mails into the log, where they do not belong (P-6).
logging.getLogger("mail").setLevel(logging.WARNING)

HOST = "127.0.0.1"
#: The largest mail taken, in bytes.
LARGEST = 50 * 1024 * 1024


class _Plain(Cleartext):
    """Passwords compared as they are: hashing 100 ms for each of thousands of trial mailboxes buys nothing here."""

    def verify(self, secret: str, hash: str) -> bool:  # noqa: A002 - the library's name
        return secrets.compare_digest(secret.encode(), hash.encode())


class _Config(Config):
    @property
    def greeting(self) -> bytes:
        return b"ready"  # pymap would ask the name service for our own name, at every connection


class _Accounts(dict[str, UserMetadata]):
    """Who may log in; made one by one when somebody does, so that tens of thousands cost nothing at the start."""

    def __init__(self, config: Config, passwords: Callable[[str], str]) -> None:
        super().__init__()
        self._config = config
        self._passwords = passwords

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - as in dict
        password = self._passwords(name.lower())
        return UserMetadata(self._config, name, password=password) if password else default


class _Login(Login):
    """Logs people in to the mailboxes of the post office."""

    def __init__(self, config: Config, office: "_Office") -> None:
        super().__init__(config)
        self.users_dict = _Accounts(config, office.password)
        self.office = office

    async def authorize(self, authenticated: IdentityInterface, authzid: str) -> "_Owner":
        identity = await super().authorize(authenticated, authzid)
        return _Owner(identity.name, self, None, frozenset())


class _Owner(Identity):
    """Somebody who is logged in."""

    @asynccontextmanager
    async def new_session(self) -> AsyncIterator[ImapSession]:
        login = self.login
        assert isinstance(login, _Login)
        mailboxes = await login.office.mailboxes(self.name.lower())
        yield ImapSession(self.name, self.config, mailboxes, FilterSet())


class _Office:
    """Which addresses there are, and their mailboxes, opened when first needed. Also aiosmtpd's handler of commands."""

    def __init__(self, users: Mapping[str, str], folder: Path | None, others: Container[str], password: str) -> None:
        self._users = users
        self._added: dict[str, str] = {}
        self._folder = folder
        self._others = others
        self._others_password = password
        self._open: dict[str, Mailboxes] = {}
        self._opening = asyncio.Lock()

    def add(self, address: str, password: str) -> None:
        self._added[address.lower()] = password

    def password(self, address: str) -> str:
        """The password of an address, "" where nobody can log in to it."""
        if address in self._added:
            return self._added[address]
        if address in self._users:
            return self._users[address]
        return self._others_password if address in self._others else ""

    def mailbox_of(self, address: str) -> str | None:
        """The mailbox an address belongs to: itself, or itself without `+detail` (RFC 5233); None where there is none."""
        whole = address.lower()
        local, _, domain = whole.rpartition("@")
        for candidate in (whole, f"{local.partition('+')[0]}@{domain}"):
            if candidate in self._added or candidate in self._users or candidate in self._others:
                return candidate
        return None

    async def mailboxes(self, owner: str) -> Mailboxes:
        async with self._opening:
            if owner not in self._open:
                boxes = Mailboxes(None if self._folder is None else self._folder / file_name(owner))
                await boxes.load()
                self._open[owner] = boxes
            return self._open[owner]

    async def deliver(self, address: str, raw: bytes, sender: str = "") -> None:
        owner = self.mailbox_of(address)
        if owner is None:
            raise LookupError(f"no mailbox {address} here: add it to the users of the embedded mail server")
        inbox = await (await self.mailboxes(owner)).get_mailbox("INBOX")
        trace = f"Return-Path: <{sender}>\r\nDelivered-To: {address}\r\n".encode()
        await inbox.append(AppendMessage(trace + raw))

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]) -> str:  # noqa: N802 - aiosmtpd's
        if self.mailbox_of(address) is None:
            return "550 5.1.1 no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        by_owner = {self.mailbox_of(address): address for address in reversed(envelope.rcpt_tos)}
        raw = envelope.original_content or b""
        try:
            for address in by_owner.values():
                await self.deliver(address, raw, envelope.mail_from or "")
        except OSError as error:
            return f"451 4.3.0 cannot keep the mail: {error.strerror}"
        return "250 2.0.0 delivered"


class _LongLines(SMTP):
    """SMTP that also takes lines above 998 characters: some people's programs write them."""

    line_length_limit = 1024 * 1024

    def cut(self) -> "asyncio.Task[None] | None":
        """End the connection; the task that ends by it."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()
        return self._handler_coroutine


@dataclass(frozen=True, slots=True)
class EmbeddedMail:
    """The running server: its ports on 127.0.0.1 and what can be done from inside."""

    imap_port: int
    smtp_port: int
    _office: _Office

    def add_user(self, address: str, password: str) -> None:
        """Open a mailbox from now on, or give an old one another password."""
        self._office.add(address, password)

    async def deliver(self, address: str, raw: bytes, sender: str = "") -> None:
        """Put a mail into the mailbox of `address`, past SMTP; LookupError where there is none."""
        await self._office.deliver(address, raw, sender)


@asynccontextmanager
async def embedded_mail(
    users: Mapping[str, str], folder: Path | None = None, *, imap_port: int = 0, smtp_port: int = 0,
    others: Container[str] = (), others_password: str = "",
) -> AsyncIterator[EmbeddedMail]:
    """Run the server while the block runs; port 0 lets the system choose.

    `users` maps lower-case addresses to passwords. `others` are addresses that exist besides, their mailboxes made when
    first written to; `others_password` opens them all, "" none. With `folder` None everything is forgotten at the end.
    OSError where a port is taken or the folder cannot be written.
    """
    office = _Office(users, folder, others, others_password)
    async with AsyncExitStack() as stack:
        imap = await _imap_server(stack, office, imap_port)
        smtp = await _smtp_server(stack, office, smtp_port)
        yield EmbeddedMail(_port(imap), _port(smtp), office)


def _port(server: asyncio.Server) -> int:
    return int(server.sockets[0].getsockname()[1])


async def _imap_server(stack: AsyncExitStack, office: _Office, port: int) -> asyncio.Server:
    arguments = Namespace(passlib_cfg=None, proxy_protocol=None, inherited_sockets=None)
    config = _Config(
        arguments, host=HOST, port=port, demo_data=False, demo_user="", demo_password="", tls_enabled=False,
        invalid_user_sleep=0.3, reject_dnsbl=False, hash_context=_Plain(), cpu_subsystem=Subsystem.for_asyncio(),
        max_append_len=LARGEST,
    )
    serve = IMAPServer(_Login(config, office), config)
    talks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        task.add_done_callback(talks.discard)
        with suppress(asyncio.CancelledError):  # the end of the server ends the talk; nobody waits for the task's own end
            await serve(reader, writer, SocketInfo.get(writer, None, unique_id=secrets.token_bytes(16)))

    server = await asyncio.start_server(talk, HOST, port)
    stack.push_async_callback(_stop, server, lambda: tuple(talks))
    return server


async def _smtp_server(stack: AsyncExitStack, office: _Office, port: int) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    lines: list[_LongLines] = []

    def answer() -> _LongLines:
        lines[:] = [line for line in lines if line.transport is not None]
        line = _LongLines(office, hostname="localhost", enable_SMTPUTF8=True, data_size_limit=LARGEST, loop=loop)
        lines.append(line)
        return line

    server = await loop.create_server(answer, HOST, port)
    stack.push_async_callback(_stop, server, lambda: tuple(task for line in lines if (task := line.cut()) is not None))
    return server


async def _stop(server: asyncio.Server, cut: Callable[[], tuple[asyncio.Task[None], ...]]) -> None:
    """Take no more connections, end those there are and wait until they have ended."""
    server.close()
    tasks = cut()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await server.wait_closed()
