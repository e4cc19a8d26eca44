"""Looks over the whole configuration before the service does: keys, secrets, tables, and, if asked, the servers."""

import asyncio
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from adapters.formats.books.paper import unprintable
from adapters.formats.fetch_address import headers_of
from hotline_bridge.config import Cdr, Config, ImapSection, SmtpSection, load_config, secret_path
from hotline_bridge.config_calls import FreeswitchSection, VendorSection
from hotline_bridge.config_file import ConfigMistakes
from hotline_bridge.rulebook import BadTables, load_rules
from hotline_bridge.sealing import signing
from hotline_bridge.store.upgrade import current, newest
from hotline_bridge.vendors import vendor_of
from hotline_bridge.switchroom import ami_settings, esl_settings, knock_at_asterisk, knock_at_freeswitch, switches, vendor_secret
from hotline_bridge.wiring import engine_of, mail_doors, posters, reply_key, visitors
from hotline_bridge.voiceroom import checked, unspoken
from routing.errors import BadTable
from routing.recipients import unreachable
from routing.reporting import places, readers
from routing.rules import Rules

KNOCK_SECONDS = 15.0


@dataclass(slots=True)
class Report:
    """What was looked at, line by line, and how much of it is wrong."""

    lines: list[str] = field(default_factory=list)
    mistakes: int = 0

    def good(self, words: str) -> None:
        """Something is in order."""
        self.lines.append(f"  ok    {words}")

    def odd(self, words: str) -> None:
        """Something works but should be looked at."""
        self.lines.append(f"  note  {words}")

    def wrong(self, words: str) -> None:
        """Something cannot be used."""
        self.mistakes += 1
        self.lines.append(f"  WRONG {words}")


def check(path: Path | None, *, connect: bool = False) -> Report:
    """Check everything that can be checked without changing anything but the state folder."""
    report = Report()
    try:
        config = load_config(path)
    except ConfigMistakes as error:
        for mistake in error.mistakes:
            report.wrong(str(mistake))
        return report
    report.good(f"configuration: {path or 'none, the embedded default'}")
    _files(config, report)
    _tables(config, report)
    if connect and not report.mistakes:
        _knock(config, report)
    return report


def _files(config: Config, report: Report) -> None:
    """Secrets and folders that the configuration names."""
    if not _writable(config.state):
        report.wrong(f"state: {config.state.resolve()} cannot be written by this user; expected a folder of its own, mode 0700")
        return
    report.good(f"state: {config.state.resolve()}")
    if config.state.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        report.odd(f"state: others can look into {config.state.resolve()}, where customers' words lie; chmod 0700")
    checks: tuple[tuple[str, Callable[[Config], object]], ...] = (("sources", posters), ("people", visitors), ("reply_key_file", reply_key), ("dkim", signing), ("freeswitch", switches), ("voice", checked))
    for what, secrets in checks:
        try:
            secrets(config)
            report.good(what)
        except ConfigMistakes as error:
            for mistake in error.mistakes:
                report.wrong(str(mistake))
    _shared(config, report)
    _server("smtp", config.smtp, report)
    _server("imap", config.imap, report)
    for one in config.cdr:
        _cdr(one, report)
    _exchanges(config, report)
    _voice(config, report)
    _folder("recordings", config.recordings, os.R_OK | os.X_OK, report)
    _recording(config, report)
    _folder("spool", config.spool, os.R_OK | os.W_OK | os.X_OK, report)


def _exchanges(config: Config, report: Report) -> None:
    """The telephone exchanges, as far as can be seen without asking them."""
    for row, exchange in enumerate(config.asterisk):
        try:
            ami_settings(exchange, row)
            report.good(f"asterisk {exchange.name}")
        except ConfigMistakes as error:
            for mistake in error.mistakes:
                report.wrong(str(mistake))
    for row, switch in enumerate(config.freeswitch):
        _freeswitch(switch, row, report)
    for name, vendor in config.intake.vendor.items():
        _vendor(name, vendor, report)


def _vendor(name: str, one: VendorSection, report: Report) -> None:
    """A vendor's secret, by what its mapping asks for; a mapping that cannot be used is told with the other tables."""
    try:
        vendor_secret(name, one, vendor_of(name, one))
        report.good(f"vendor {name}")
    except ConfigMistakes as error:
        for mistake in error.mistakes:
            report.wrong(str(mistake))
    except BadTable:
        return


def _freeswitch(one: FreeswitchSection, row: int, report: Report) -> None:
    """The logins of a FreeSWITCH, and the folders its lost posts are moved away from."""
    try:
        if one.event_host:
            esl_settings(one, row)
        if one.auth == "none":
            report.odd(f"freeswitch {one.name}: anybody who reaches this port may post its call records; set freeswitch.auth where that is not a network of its own")
        else:
            report.good(f"freeswitch {one.name}")
    except ConfigMistakes as error:
        for mistake in error.mistakes:
            report.wrong(str(mistake))
    for folder in one.error_folders:
        _folder(f"freeswitch {one.name}", folder, os.R_OK | os.W_OK | os.X_OK, report)
        if (folder / "taken").is_symlink():
            report.wrong(f"freeswitch {one.name}: {folder / 'taken'} is a link, and none is followed; expected a folder, or nothing: it is made")


def _voice(config: Config, report: Report) -> None:
    """What calls to units need beside the exchange."""
    if words := unspoken(config):
        report.odd(f"voice: {words}")
    if config.voice.loudspeaker and shutil.which(program := config.voice.loudspeaker[0]) is None:
        report.wrong(f'voice.loudspeaker: {program} is no program of this machine that this user may run; expected one that plays a sound file, e.g. ["/usr/bin/aplay", "-q"]')
    _folder("voice.sounds", config.voice.sounds, os.R_OK | os.W_OK | os.X_OK, report)
    _folder("voice.spool", config.voice.spool, os.R_OK | os.W_OK | os.X_OK, report)


def _folder(name: str, folder: Path | None, mode: int, report: Report) -> None:
    """A folder others fill."""
    if folder is None:
        return
    if not folder.is_dir():
        report.wrong(f"{name}: {folder} is no folder; expected one that is there")
    elif not os.access(folder, mode):
        what = "read and written" if mode & os.W_OK else "read"
        report.wrong(f"{name}: {folder} is closed to this user; expected one that may be {what}")


def _recording(config: Config, report: Report) -> None:
    """What recordings are fetched with: the files are there, and are what they should be."""
    ours = config.recording
    for key, path in (("headers_file", ours.headers_file), ("key_file", ours.key_file), ("known_hosts_file", ours.known_hosts_file)):
        if path is None:
            continue
        try:
            text = secret_path(path).read_text(encoding="utf-8-sig")
            if key == "headers_file":
                headers_of(text)
            report.good(f"recording.{key}")
        except (OSError, ValueError) as error:
            report.wrong(f"recording.{key}: {path} cannot be used: {error.strerror if isinstance(error, OSError) else error}")
    if any(one.startswith("sftp:") for one in ours.urls) and not (ours.key_file and ours.known_hosts_file):
        report.wrong("recording.urls: sftp needs recording.key_file and recording.known_hosts_file")
    if ours.folder_there and config.recordings is None:
        report.wrong("recording.folder_there: it names the folder `recordings` as exchanges see it, and no `recordings` is set")


def _secret_files(config: Config) -> Iterator[tuple[str, Path | None]]:
    """Every file a secret is read from, by its key."""
    rows = [*((f"sources {one.name}", one.token_file) for one in config.sources), *((f"people {one.name}", one.token_file) for one in config.people)]
    yield from rows
    yield from ((f"intake.vendor.{name}.token_file", one.token_file) for name, one in config.intake.vendor.items())
    yield from (("dkim.key_file", config.dkim.key_file), ("reply_key_file", config.reply_key_file), ("store.password_file", config.store.password_file))
    yield from (("recording.headers_file", config.recording.headers_file), ("recording.key_file", config.recording.key_file))
    yield from (("smtp.password_file", config.smtp.password_file), ("imap.password_file", config.imap.password_file))


def _shared(config: Config, report: Report) -> None:
    """Secrets that more people know than need to."""
    for key, path in _secret_files(config):
        if path is not None and (place := secret_path(path)).is_file() and place.stat().st_mode & stat.S_IROTH:
            report.odd(f"{key}: everybody on this machine can read {place}; chmod 0640, or 0600")
    if config.sources and config.people:
        try:
            both = {one.token_sha256 for one in posters(config)} & {one.token_sha256 for one in visitors(config)}
        except ConfigMistakes:
            return
        if both:
            report.odd("sources, people: a source and a person have the same token; whoever has the desktop's may decide")


def _cdr(one: Cdr, report: Report) -> None:
    """A file of call records: there, a file, and open to us."""
    if not one.file.exists():
        report.odd(f"cdr {one.name}: {one.file} is not there yet; the service waits for it")
    elif not one.file.is_file():
        report.wrong(f"cdr {one.name}: {one.file} is no ordinary file; expected the file the exchange appends to, e.g. Master.csv")
    elif not os.access(one.file, os.R_OK):
        report.wrong(f"cdr {one.name}: {one.file} cannot be read by this user; expected one, e.g. by the exchange's group (SupplementaryGroups=asterisk)")


def _server(name: str, server: SmtpSection | ImapSection, report: Report) -> None:
    """One mail server's password and CA."""
    try:
        if server.host and server.user and not server.secret():
            report.wrong(f"{name}.password_file: user {server.user} has no password; expected password_file, or HOTLINE_{name.upper()}__PASSWORD")
    except (OSError, UnicodeDecodeError) as error:
        report.wrong(f"{name}.password_file: {error}; expected a readable file that holds nothing but the password")
    if server.ca_file and not server.ca_file.is_file():
        report.wrong(f"{name}.ca_file: {server.ca_file} is not there; expected a PEM file")


def _tables(config: Config, report: Report) -> None:
    try:
        loaded = load_rules(config, b"")        # the key itself is looked at above
    except BadTables as error:
        for table in error.tables:
            for mistake in table.mistakes:
                report.wrong(f"{table.name}: {mistake}")
        return
    rules = loaded.rules
    report.good(f"packs: {', '.join(rules.packs)}; in force {rules.default_pack}; rules {rules.digest}")
    report.good(f"directory: {len(rules.directory.units)} units")
    for name in dict.fromkeys((rules.default_pack, *rules.by_hotline.values())):
        for lack in unreachable(rules.pack(name), rules.directory):
            report.odd(lack)
    _books(rules, report)
    _authorities(rules, report)
    for warning in loaded.warnings[:50]:
        report.odd(warning)
    if len(loaded.warnings) > 50:
        report.odd(f"… and {len(loaded.warnings) - 50} more of the directory")


def _authorities(rules: Rules, report: Report) -> None:
    """Whether anybody can confirm that an authority's letter is one (D-6)."""
    if rules.authorities.known and not rules.identity.trusted_servers:
        report.odd("authorities: every letter of theirs waits at the desk, for nobody confirms its sender; name the bank's own mail servers in mail.trusted_servers")


def _books(rules: Rules, report: Report) -> None:
    """Whether every report of the packs in use has somebody to read it, and can be put on paper (P-24)."""
    for pack in (rules.pack(name) for name in dict.fromkeys((rules.default_pack, *rules.by_hotline.values()))):
        for entry in pack.reports:
            about = places(entry, pack, rules.directory)
            if not about:
                report.odd(f"{pack.id}: the report {entry.name} is about no unit of the directory; correct key_branches ({entry.rule})")
            elif doubt := readers(entry, about[0], rules.directory).doubt:
                report.odd(f"{pack.id}: {doubt}")
    if trouble := unprintable():
        report.odd(f"reports go without a PDF: {trouble}")


def _knock(config: Config, report: Report) -> None:
    """Reach the database and the mail servers as the service would, changing neither; the service may be running beside."""
    try:
        engine = engine_of(config)
        has, wants = current(engine), newest()
        report.good(f"database: {engine.url.render_as_string(hide_password=True)}, schema {has or 'empty'}")
    except ConfigMistakes as error:
        for mistake in error.mistakes:
            report.wrong(str(mistake))
        return
    except OSError as error:
        report.wrong(f"store.url: {error}")
        return
    if has > wants:
        report.wrong(f"database: its schema {has} is of a newer program, this one knows only {wants}; start that one, or restore the backup made before its upgrade")
    elif has != wants:
        report.odd(f"database: the schema is {has or 'empty'}, this program wants {wants}; `run` brings it up to date, or `hotline-bridge db upgrade`")
    _knock_at_exchanges(config, report)
    if config.embedded:
        report.odd("mail: the embedded server, for trying out only; nobody to knock at")
        return
    try:
        asyncio.run(_knock_at_mail(config))
        report.good("mail: the mailbox opens, the relay answers")
    except OSError as error:
        report.wrong(f"imap/smtp: {str(error) or f'no answer within {KNOCK_SECONDS:.0f} seconds'}; expected servers that answer and let us in")


def _knock_at_exchanges(config: Config, report: Report) -> None:
    for row, one in enumerate(config.asterisk):
        try:
            version, odd = asyncio.run(knock_at_asterisk(one, row))
            report.good(f"asterisk {one.name}: AMI {version} lets us in")
            if odd:
                report.odd(f"asterisk {one.name}: {odd}")
        except OSError as error:
            report.wrong(f"asterisk {one.name}: {error}; expected the manager interface of an Asterisk")
    for row, switch in enumerate(config.freeswitch):
        if switch.event_host:
            try:
                report.good(f"freeswitch {switch.name}: {asyncio.run(knock_at_freeswitch(switch, row))}")
            except OSError as error:
                report.wrong(f"freeswitch {switch.name}: {error}; expected the event socket of a FreeSWITCH")


async def _knock_at_mail(config: Config) -> None:
    async with asyncio.timeout(KNOCK_SECONDS), mail_doors(config) as (mailbox, relay):
        async for _ in mailbox.waiting(""):
            break
        _reader, writer = await asyncio.open_connection(*relay)
        writer.close()


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = folder / ".probe"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError:
        return False
    return True
