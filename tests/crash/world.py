"""What lies around the house under test: a relay that counts, a mailbox that is read, databases with snapshots."""

import asyncio
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
import psycopg

from adapters.embedded_mail import EmbeddedMail, embedded_mail
from tests.crash.acts import REFUSING
from tests.crash.child import PASSWORD, Orders
from tests.servers.postgres import Postgres
from tests.servers.ports import free_ports
from tests.servers.running import HOST

ROOT = Path(__file__).parents[2]


@dataclass
class Counting:
    """A relay's ears: who got which letter how often, and in which bytes. One address it does not take."""

    got: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:
        if address == REFUSING:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        message_id = str(message_from_bytes(content)["Message-ID"]).strip("<>")
        for address in envelope.rcpt_tos:
            self.got[message_id, address].append(hashlib.sha256(content).hexdigest())
        return "250 2.0.0 taken"


class Relay:
    """The counting relay on loopback, in a thread of its own."""

    def __init__(self) -> None:
        self.ears = Counting()
        (self.port,) = free_ports(1)
        self._controller = Controller(self.ears, hostname=HOST, port=self.port, enable_SMTPUTF8=True)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop(no_assert=True)

    def empty(self) -> dict[tuple[str, str], list[str]]:
        """What was got since the last time."""
        got, self.ears.got = dict(self.ears.got), defaultdict(list)
        return got


class Boxes:
    """An IMAP server in a thread of its own; every run gets a mailbox nobody has read before."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="boxes", daemon=True)
        self._count = 0
        self._server = embedded_mail({})
        self._mail: EmbeddedMail | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self._mail = asyncio.run_coroutine_threadsafe(self._server.__aenter__(), self._loop).result(20)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._server.__aexit__(None, None, None), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()

    @property
    def port(self) -> int:
        assert self._mail is not None
        return self._mail.imap_port

    def fresh(self) -> str:
        """A new empty mailbox."""
        assert self._mail is not None
        self._count += 1
        address = f"box{self._count:06}@bank.example"
        self._mail.add_user(address, PASSWORD)
        return address

    def deliver(self, box: str, raw: bytes) -> None:
        """Put a mail into it; a mailer daemon's has no sender on its envelope (RFC 5321 section 4.5.5)."""
        assert self._mail is not None
        sender = str(message_from_bytes(raw)["From"])
        asyncio.run_coroutine_threadsafe(self._mail.deliver(box, raw, "" if "DAEMON" in sender else sender), self._loop).result(20)


class Child:
    """The fork server at our end."""

    def __enter__(self) -> Self:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.child"], cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=20)

    def obey(self, orders: Orders) -> dict[str, Any]:
        """One run; what came of it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(orders)) + "\n")
        self._process.stdin.flush()
        return dict(json.loads(self._process.stdout.readline()))


class Stage:
    """Where a run plays: a folder and a database, copied from how the last act left them."""

    def __init__(self, root: Path, server: Postgres | None) -> None:
        self._root, self._server, self._count = root, server, 0

    def url(self, name: str) -> str:
        if self._server is not None:
            return self._server.url(name)
        return f"sqlite:///{self._root / name / 'bridge.db'}"

    def folder(self, name: str) -> Path:
        return self._root / name

    def empty(self, name: str) -> None:
        """A stage nobody has played on."""
        (self._root / name / "spool").mkdir(parents=True)
        if self._server is not None:
            self._admin(f'CREATE DATABASE "{name}"')

    def copy(self, name: str) -> str:
        """Another one just like it; its name."""
        self._count += 1
        other = f"run{self._count}"
        shutil.copytree(self._root / name, self._root / other)
        if self._server is not None:
            self._admin(f'CREATE DATABASE "{other}" TEMPLATE "{name}"')
        return other

    def clear(self, name: str) -> None:
        """Take it down."""
        shutil.rmtree(self._root / name)
        if self._server is not None:
            self._admin(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _admin(self, statement: str) -> None:
        assert self._server is not None
        with psycopg.connect(self._server.dsn(), autocommit=True) as admin:
            admin.execute(statement.encode())


@contextmanager
def memory_folder() -> Iterator[Path]:
    """A temporary folder, in memory where the system has such a place."""
    shm = Path("/dev/shm")
    where = shm if os.access(shm, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="crash-", dir=where) as folder:
        yield Path(folder)
