"""The only module that knows the doors and reads the clock: a Config becomes a House."""

import asyncio
import errno
import hashlib
import os
import secrets
import shutil
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web

from adapters.alarm import Program, Webhook
from adapters.cdr_file import CdrFile
from adapters.embedded_mail import EmbeddedMail, embedded_mail
from adapters.http_intake import HttpIntake, Pace, Poster
from adapters.imap import Imap, ImapSettings
from adapters.office import LibreOffice
from adapters.smtp import Smtp, SmtpSettings
from adapters.spool import Spool
from hotline_bridge.board import Board
from hotline_bridge.config import Config, ConfigMistakes, ImapSection, Mistake, Person, SmtpSection, Source, read_secret
from hotline_bridge.console.api import Api
from hotline_bridge.console.door import Visitor
from hotline_bridge.console.trouble import Door, in_words
from hotline_bridge.daemon import Room
from hotline_bridge.house import House, Shelf
from hotline_bridge.intake import Counter, set_aside
from hotline_bridge.opening import Posted
from hotline_bridge.lookout import Watch, look
from hotline_bridge.ports import Alarm, Archive, Clock, Inlet, Mailer, Office
from hotline_bridge.recordroom import recordings_of
from hotline_bridge.rulebook import Loaded, load_rules
from hotline_bridge.sealing import signing
from hotline_bridge.switchroom import telephone_inlets, telephone_rooms, telephone_routes, vendor_keys
from hotline_bridge.voiceroom import voice_rooms
from hotline_bridge.store.engine import Store, StoreUnavailable, open_engine
from hotline_bridge.store.upgrade import current, newest, upgrade
from routing.number import case_number
from routing.papers import Form
from routing.reply import reply_address

IMAP_PORTS = {"tls": 993, "none": 143}
SMTP_PORTS = {"tls": 465, "starttls": 587, "none": 25}
LOOKOUT = 20.0              # seconds between looks at the doors
LAST_ANSWERS = 5.0          # seconds at the end for requests under way; systemd kills after TimeoutStopSec
LONGEST_TAKE = 20.0         # seconds a desktop waits for a commit, e.g. while another program holds the database
KEY_BYTES, SHORTEST_KEY = 32, 16
NEW_KEY = "openssl rand -base64 32 > FILE"


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
    recordings: Archive


def open_desk(config: Config) -> Desk:
    """Load the rules and open the store (brought up to date). BadTables, ConfigMistakes and OSError say what is wrong."""
    rules = load_rules(config, reply_key(config))
    return Desk(open_store(config), rules, recordings_of(config))


def open_store(config: Config) -> Store:
    """Open the database and bring it up to date."""
    engine = engine_of(config)
    bring(engine)
    return Store(engine, config.state / "papers")


def engine_of(config: Config) -> Any:  # noqa: ANN401 (SQLAlchemy's engine; only the store may import that)
    """The database, not yet asked for anything; ConfigMistakes where its password or the state folder cannot be used."""
    try:
        password = read_secret(None, config.store.password_file)
    except (OSError, UnicodeDecodeError) as error:
        wrong = f"cannot be read: {_why(error)}"
        raise ConfigMistakes([Mistake("configuration", "store.password_file", wrong, "a file that holds nothing but the password")]) from None
    config.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    return open_engine(config.store_url, password)


def bring(engine: Any) -> tuple[str, str]:  # noqa: ANN401 (as above)
    """Bring the database to this program's schema; returns what it was and is. StoreUnavailable where a newer program made it."""
    before, wanted = current(engine), newest()
    if before > wanted:         # revisions are counted: 0001, 0002
        msg = f"the database has schema {before}, this older program knows only {wanted}; start the newer program, or restore the backup made before its upgrade"
        raise StoreUnavailable(msg)
    upgrade(engine)
    return before, wanted


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
        board = Board(clock)
        inlets = [*await _inlets(config, mail, stack), *await telephone_inlets(config, desk.rules.rules.by_hotline, clock, board.tell, stack)]
        shelf = Shelf(desk.rules.rules, vendor_keys(config, desk.rules.rules.vendors))
        house = House(desk.store, clock, shelf, inlets, _checked(mailer), office=office_of(config), signing=signing(config), board=board, archive=desk.recordings)
        counter = Counter(house)
        door = Door()
        url = await _http(config, house, counter, stack, door)
        watch = Watch(tuple(inlet.name for inlet in inlets), clock(), timedelta(minutes=config.alarm.after), alarm_of(config))
        rooms = (lambda: _posts(counter, door, board), lambda: _lookout(house, watch), *telephone_rooms(config, house), *voice_rooms(config, house))
        yield Built(house, rooms, url, mail, desk.rules.warnings)


def alarm_of(config: Config) -> Alarm | None:
    """The other channel by which a person is told; None where none is configured. ConfigMistakes where its token cannot be read."""
    if config.alarm.command:
        return Program(config.alarm.command)
    if not config.alarm.webhook:
        return None
    try:
        return Webhook(config.alarm.webhook, config.alarm.secret())
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigMistakes([Mistake("configuration", "alarm.token_file", f"cannot be read: {_why(error)}", "a file that holds nothing but the token")]) from None


async def _lookout(house: House, watch: Watch) -> None:
    """Look at the doors for ever; trouble with the store is told by the other rooms."""
    while True:
        await asyncio.sleep(LOOKOUT)
        try:
            await look(house, watch)
        except OSError:
            continue


# mail ------------------------------------------------------------------------------------------------------------------
def _mail_server(config: Config, desk: Desk) -> AbstractAsyncContextManager[EmbeddedMail]:
    """The server inside the process: our own mailboxes, and whatever the directory lists."""
    directory = desk.rules.rules.directory
    own = {config.bank.mailbox.lower(): embedded_password(config), config.bank.desk.lower(): embedded_password(config)}
    return embedded_mail(
        own, config.state / "mail", imap_port=config.imap.port, smtp_port=config.smtp.port, others=directory.mailboxes,
        others_password=embedded_password(config),
    )


@asynccontextmanager
async def mail_doors(config: Config) -> AsyncIterator[tuple[Inlet, tuple[str, int]]]:
    """The mailbox of the bank's own server, and where its relay is; neither has been asked for anything yet."""
    async with AsyncExitStack() as stack:
        (inlet, *_others) = await _inlets(config, None, stack)
        yield inlet, (config.smtp.host, config.smtp.port or SMTP_PORTS[config.smtp.security])


def _mailer(config: Config, mail: EmbeddedMail | None) -> Smtp:
    smtp = config.smtp
    if mail is not None:
        return Smtp(SmtpSettings("127.0.0.1", mail.smtp_port, "none", connections=smtp.connections))
    port = smtp.port or SMTP_PORTS[smtp.security]
    return Smtp(SmtpSettings(
        smtp.host, port, smtp.security, smtp.user, smtp.secret(), _tls(smtp), config.bank.mailbox.rpartition("@")[2], smtp.timeout,
        connections=smtp.connections, dsn=smtp.dsn,
    ))


def office_of(config: Config) -> Office | None:
    """The program that opens old office files; None where it is switched off or not installed. ConfigMistakes where the one named is not there."""
    office = config.office
    if not office.enabled:
        return None
    named = shutil.which(office.program) if office.program else None
    if office.program and named is None:
        raise ConfigMistakes([Mistake("configuration", "office.program", f"{office.program} is no program", "LibreOffice's soffice, or no office.program: it is looked for on the PATH")])
    program = named or shutil.which("soffice") or shutil.which("libreoffice")
    return LibreOffice(Path(program), office.timeout) if program else None


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


async def _posts(counter: Counter, door: Door, board: Board) -> None:
    """Take posted forms; at the end answer those that are inside: a commit under way must not be left without its thanks."""
    serving = asyncio.ensure_future(counter.serve())        # of its own, for a cancelled commit would answer nobody
    try:
        await asyncio.wait({serving})
    finally:
        board.close()           # who listens would otherwise stand in the door until the end
        await door.close(LAST_ANSWERS)
        serving.cancel()
    await serving


# HTTP ------------------------------------------------------------------------------------------------------------------
async def _http(config: Config, house: House, counter: Counter, stack: AsyncExitStack, door: Door) -> str:
    loop = asyncio.get_running_loop()

    async def take(source: str, body: bytes, form: Form, digest: str) -> Posted:
        async with asyncio.timeout(LONGEST_TAKE):       # TimeoutError is an OSError: 503, and the desktop posts again
            return await counter.take(source, body, form, digest)

    async def aside(source: str, body: bytes, trouble: str, remedy: str) -> int:
        now = house.clock()
        return await house.store.run(lambda tx: set_aside(tx, source, body, (trouble, remedy), now))

    intake = HttpIntake(posters(config), take, aside, config.http.largest, Pace(config.http.per_minute), loop.time)
    api = Api(house, visitors(config))
    app = web.Application(client_max_size=config.http.largest, middlewares=[in_words, door.middleware()])
    app.add_routes([*intake.routes(), *api.routes(), *telephone_routes(config, house, counter)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=LAST_ANSWERS)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, config.http.listen, config.http.port)
    try:
        await site.start()
    except OSError as error:
        raise ConfigMistakes([_closed(config, error)]) from None
    host, port = runner.addresses[0][:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _closed(config: Config, error: OSError) -> Mistake:
    """Why nobody can be let in."""
    where = f"{config.http.listen} port {config.http.port}"
    wrong, cure = {
        errno.EADDRINUSE: ("is taken by another program, perhaps another `hotline-bridge run`", "end that one, or choose another http.port"),
        errno.EACCES: ("is closed to this user", "an http.port from 1024 on; nginx in front takes 443"),
        errno.EADDRNOTAVAIL: ("is no address of this machine", "an http.listen of this machine, e.g. 127.0.0.1"),
    }.get(error.errno or 0, (f"cannot be opened ({error.strerror or error})", "an address of this machine and a free port"))
    return Mistake("configuration", "http", f"{where} {wrong}", cure)


def posters(config: Config) -> list[Poster]:
    """Who may post; where none is configured, one source named `seat` with a token in the state folder."""
    if not config.sources:
        return [Poster("seat", _sha256(kept_secret(config, "seat.token")))]
    tokens = _tokens("sources", config.sources)
    return [Poster(one.name, _sha256(token), one.hotlines) for one, token in zip(config.sources, tokens, strict=True)]


def visitors(config: Config) -> list[Visitor]:
    """Who may decide; where nobody is configured, a desk and a reviewer with tokens in the state folder."""
    if not config.people:
        return [Visitor(role, (role,), _sha256(kept_secret(config, f"{role}.token"))) for role in ("desk", "reviewer")]
    tokens = _tokens("people", config.people)
    return [Visitor(one.name, one.roles, _sha256(token)) for one, token in zip(config.people, tokens, strict=True)]


def _tokens(table: str, rows: Sequence[Source | Person]) -> list[str]:
    """The token of each; ConfigMistakes names all that are missing, unreadable, or somebody else's (who signed must be certain, P-9.1)."""
    tokens: list[str] = []
    mistakes = []
    for number, one in enumerate(rows):
        key, wrong = f"{table}.{number}.token_file", ""
        try:
            token = one.secret()
            wrong = "" if token else f"{one.name} has no token: no file is named, or it is empty"
        except (OSError, UnicodeDecodeError) as error:
            token, wrong = "", f"the token of {one.name} cannot be read: {_why(error)}"
        if token and token in tokens:
            wrong = f"{one.name} and {rows[tokens.index(token)].name} have the same token"
        tokens.append(token)
        if wrong:
            mistakes.append(Mistake("configuration", key, wrong, "for each a file of its own that holds one token: openssl rand -base64 32 > FILE"))
    if mistakes:
        raise ConfigMistakes(mistakes)
    return tokens


def _why(error: OSError | UnicodeDecodeError) -> str:
    return f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else "it is no text in UTF-8"


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


# secrets of our own ----------------------------------------------------------------------------------------------------
def reply_key(config: Config) -> bytes:
    """The key of the reply addresses' tokens; ConfigMistakes where it, or the mailbox, makes no address of that kind."""
    name = "reply_key_file"
    try:
        key = (read_secret(None, config.reply_key_file) if config.reply_key_file else kept_secret(config, "reply.key")).encode()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigMistakes([Mistake("configuration", name, f"cannot be read: {_why(error)}", f"a file of text: {NEW_KEY}")]) from None
    if len(key) < SHORTEST_KEY:
        wrong = f"the key has {len(key)} bytes; anybody could forge a branch's answer"
        raise ConfigMistakes([Mistake("configuration", name, wrong, f"at least {SHORTEST_KEY} bytes: {NEW_KEY}")])
    try:
        reply_address(config.bank.mailbox, case_number("95580", date(2026, 1, 5), 1), key)
    except ValueError as error:
        raise ConfigMistakes([Mistake("configuration", "bank.mailbox", str(error), "name@domain, a name of at most 26 signs without +")]) from None
    return key


def embedded_password(config: Config) -> str:
    """The password of every mailbox on the embedded server."""
    return kept_secret(config, "mail.password")


def kept_secret(config: Config, name: str) -> str:
    """A secret made at first use and kept in the state folder, readable by us alone; ConfigMistakes where that cannot be."""
    try:
        return _kept_secret(config, name)
    except UnicodeDecodeError:
        raise ConfigMistakes([Mistake("configuration", "state", f"{config.state / name} is damaged", "the file from the backup, or none: a new one is made")]) from None
    except OSError as error:
        cure = "a folder of its own that this user may write, mode 0700, on a disk with some space"
        wrong = f"{error.filename or config.state.resolve()}: {error.strerror or error}"
        raise ConfigMistakes([Mistake("configuration", "state", wrong, cure)]) from None


def _kept_secret(config: Config, name: str) -> str:
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
