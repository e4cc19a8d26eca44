"""The only module that knows the doors and reads the clock: a Config becomes a House."""

import asyncio
import hashlib
import os
import secrets
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from adapters.cdr_file import CdrFile
from adapters.embedded_mail import EmbeddedMail, embedded_mail
from adapters.http_intake import HttpIntake, Pace, Poster
from adapters.imap import Imap, ImapSettings
from adapters.recordings import Recordings
from adapters.smtp import Smtp, SmtpSettings
from adapters.spool import Spool
from hotline_bridge.config import Config, ImapSection, Secret, SmtpSection, read_secret
from hotline_bridge.console.api import Api, Visitor
from hotline_bridge.daemon import Room
from hotline_bridge.house import House, Shelf
from hotline_bridge.intake import Counter, set_aside
from hotline_bridge.ports import Clock, Inlet, Mailer
from hotline_bridge.rulebook import Loaded, load_rules
from hotline_bridge.store.engine import Store, open_engine
from hotline_bridge.store.upgrade import upgrade

IMAP_PORTS = {"tls": 993, "none": 143}
SMTP_PORTS = {"tls": 465, "starttls": 587, "none": 25}
KEY_BYTES = 32


def system_clock() -> datetime:
    """The real time, aware."""
    return datetime.now(UTC)  # noqa: TID251 (the one place that reads the clock)


@dataclass(frozen=True, slots=True)
class Built:
    """The house, what serves it beside its own rooms, and where people find it."""

    house: House
    rooms: Sequence[Room]
    url: str
    mail: EmbeddedMail | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """The store and the rules, without doors: what the command line needs beside a running daemon."""

    store: Store
    rules: Loaded
    recordings: Recordings


def open_desk(config: Config) -> Desk:
    """Open the store (brought up to date) and load the rules."""
    return Desk(open_store(config), load_rules(config, reply_key(config)), Recordings(config.recordings))


def open_store(config: Config) -> Store:
    """Open the database and bring it up to date."""
    config.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = open_engine(config.store_url, read_secret(None, config.store.password_file))
    upgrade(engine)
    return Store(engine, config.state / "papers")


@asynccontextmanager
async def build(config: Config, clock: Clock = system_clock) -> AsyncIterator[Built]:
    """Open store, rules, doors and the HTTP server; close them in reverse order at the end."""
    async with AsyncExitStack() as stack:
        desk = await asyncio.to_thread(open_desk, config)
        stack.callback(desk.store.close)
        stack.enter_context(desk.store.present(clock))
        mail = await stack.enter_async_context(_mail_server(config, desk)) if config.embedded else None
        mailer = _mailer(config, mail)
        stack.push_async_callback(mailer.close)
        inlets = await _inlets(config, mail, stack)
        house = House(desk.store, clock, Shelf(desk.rules.rules), inlets, _checked(mailer))
        counter = Counter(house)
        url = await _http(config, house, counter, desk.recordings, stack)
        yield Built(house, (counter.serve,), url, mail, desk.rules.warnings)


# mail ------------------------------------------------------------------------------------------------------------------
def _mail_server(config: Config, desk: Desk) -> AbstractAsyncContextManager[EmbeddedMail]:
    """The server inside the process: our own mailboxes, and whatever the directory lists."""
    directory = desk.rules.rules.directory
    own = {config.bank.mailbox.lower(): embedded_password(config), config.bank.desk.lower(): embedded_password(config)}
    return embedded_mail(
        own, config.state / "mail", imap_port=config.imap.port, smtp_port=config.smtp.port, others=directory.mailboxes,
        others_password=embedded_password(config),
    )


def _mailer(config: Config, mail: EmbeddedMail | None) -> Smtp:
    smtp = config.smtp
    if mail is not None:
        return Smtp(SmtpSettings("127.0.0.1", mail.smtp_port, "none", connections=smtp.connections))
    port = smtp.port or SMTP_PORTS[smtp.security]
    return Smtp(SmtpSettings(
        smtp.host, port, smtp.security, smtp.user, smtp.secret(), _tls(smtp), config.bank.mailbox.rpartition("@")[2], smtp.timeout,
        connections=smtp.connections,
    ))


def _checked(mailer: Mailer) -> Mailer:
    """The type checker's word that the door fits the port."""
    return mailer


async def _inlets(config: Config, mail: EmbeddedMail | None, stack: AsyncExitStack) -> list[Inlet]:
    imap = Imap("mailbox", _imap_settings(config, mail))
    stack.push_async_callback(imap.close)
    inlets: list[Inlet] = [imap]
    inlets += [CdrFile(f"cdr:{one.name}", one.file, one.poll) for one in config.cdr]
    if config.spool is not None:
        inlets.append(Spool("spool", config.spool))
    return inlets


def _imap_settings(config: Config, mail: EmbeddedMail | None) -> ImapSettings:
    imap = config.imap
    if mail is not None:
        return ImapSettings("127.0.0.1", config.bank.mailbox.lower(), embedded_password(config), mail.imap_port, idle=imap.idle)
    return ImapSettings(
        imap.host, imap.user, imap.secret(), imap.port or IMAP_PORTS[imap.security], _tls(imap) if imap.security == "tls" else None,
        imap.folder, imap.done_folder, imap.timeout, imap.idle, limit=imap.largest,
    )


def _tls(server: SmtpSection | ImapSection) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(server.ca_file) if server.ca_file else None)


# HTTP ------------------------------------------------------------------------------------------------------------------
async def _http(config: Config, house: House, counter: Counter, recordings: Recordings, stack: AsyncExitStack) -> str:
    loop = asyncio.get_running_loop()

    async def aside(source: str, body: bytes, trouble: str, remedy: str) -> int:
        now = house.clock()
        return await house.store.run(lambda tx: set_aside(tx, source, body, (trouble, remedy), now))

    intake = HttpIntake(posters(config), counter.take, aside, config.http.largest, Pace(config.http.per_minute), loop.time)
    api = Api(house, visitors(config), recordings.sha256)
    app = web.Application(client_max_size=config.http.largest)
    app.add_routes([*intake.routes(), *api.routes()])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, config.http.listen, config.http.port)
    await site.start()
    host, port = runner.addresses[0][:2]
    return f"http://{host}:{port}"


def posters(config: Config) -> list[Poster]:
    """Who may post; where none is configured, one source named `seat` with a token in the state folder."""
    if not config.sources:
        return [Poster("seat", _sha256(kept_secret(config, "seat.token")))]
    return [Poster(one.name, _sha256(_token(one)), one.hotlines) for one in config.sources]


def visitors(config: Config) -> list[Visitor]:
    """Who may decide; where nobody is configured, a desk and a reviewer with tokens in the state folder."""
    if not config.people:
        return [Visitor(role, (role,), _sha256(kept_secret(config, f"{role}.token"))) for role in ("desk", "reviewer")]
    return [Visitor(one.name, one.roles, _sha256(_token(one))) for one in config.people]


def _token(one: Secret) -> str:
    token = one.secret()
    if not token:
        msg = f"{one.__class__.__name__.lower()} {getattr(one, 'name', '')} has no token; set token_file, or the environment"
        raise ValueError(msg)
    return token


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


# secrets of our own ----------------------------------------------------------------------------------------------------
def reply_key(config: Config) -> bytes:
    """The key of the reply addresses' tokens."""
    if config.reply_key_file is not None:
        return read_secret(None, config.reply_key_file).encode()
    return kept_secret(config, "reply.key").encode()


def embedded_password(config: Config) -> str:
    """The password of every mailbox on the embedded server."""
    return kept_secret(config, "mail.password")


def kept_secret(config: Config, name: str) -> str:
    """A secret made at first use and kept in the state folder, readable by us alone."""
    path: Path = config.state / name
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        config.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        secret = secrets.token_urlsafe(KEY_BYTES)
        draft = path.with_name(f".{name}.{os.getpid()}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secret + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)        # whoever is first wins; everybody reads the same
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        return path.read_text(encoding="ascii").strip()
