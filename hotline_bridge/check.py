"""Looks over the whole configuration before the service does: keys, secrets, tables, and, if asked, the servers."""

import asyncio
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from hotline_bridge.config import Config, ImapSection, SmtpSection, load_config, read_secret
from hotline_bridge.config_file import ConfigMistakes
from hotline_bridge.rulebook import BadTables, load_rules
from hotline_bridge.store.engine import StoreUnavailable, open_engine
from hotline_bridge.store.upgrade import current, newest
from hotline_bridge.wiring import build, posters, reply_key, visitors
from routing.number import case_number
from routing.reply import reply_address

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
    for what, secrets in (("sources", posters), ("people", visitors), ("reply_key_file", _sealing)):
        try:
            secrets(config)
            report.good(what)
        except (OSError, ValueError) as error:
            report.wrong(f"{what}: {error}; expected a readable file that holds nothing but the secret")
    _server("smtp", config.smtp, report)
    _server("imap", config.imap, report)
    for one in config.cdr:
        if not one.file.exists():
            report.odd(f"cdr {one.name}: {one.file} is not there yet; the service waits for it")
    if config.recordings and not config.recordings.is_dir():
        report.wrong(f"recordings: {config.recordings} is no folder")


def _server(name: str, server: SmtpSection | ImapSection, report: Report) -> None:
    """One mail server's password and CA."""
    try:
        if server.host and server.user and not server.secret():
            report.wrong(f"{name}.password_file: user {server.user} has no password; expected password_file, or HOTLINE_{name.upper()}__PASSWORD")
    except OSError as error:
        report.wrong(f"{name}.password_file: {error}; expected a readable file")
    if server.ca_file and not server.ca_file.is_file():
        report.wrong(f"{name}.ca_file: {server.ca_file} is not there; expected a PEM file")


def _sealing(config: Config) -> None:
    """The key and the mailbox together make reply addresses."""
    reply_address(config.bank.mailbox, case_number("95580", date(2026, 1, 5), 1), reply_key(config))


def _tables(config: Config, report: Report) -> None:
    try:
        loaded = load_rules(config, reply_key(config))
    except BadTables as error:
        for table in error.tables:
            for mistake in table.mistakes:
                report.wrong(f"{table.name}: {mistake}")
        return
    except (OSError, ValueError) as error:
        report.wrong(str(error))
        return
    rules = loaded.rules
    report.good(f"packs: {', '.join(rules.packs)}; in force {rules.default_pack}; rules {rules.digest}")
    report.good(f"directory: {len(rules.directory.units)} units")
    for warning in loaded.warnings[:50]:
        report.odd(warning)
    if len(loaded.warnings) > 50:
        report.odd(f"… and {len(loaded.warnings) - 50} more of the directory")


def _knock(config: Config, report: Report) -> None:
    """Reach the database and the mail servers as the service would."""
    try:
        engine = open_engine(config.store_url, read_secret(None, config.store.password_file))
        has, wants = current(engine), newest()
        report.good(f"database: {engine.url.render_as_string(hide_password=True)}, schema {has or 'empty'}")
        if has != wants:
            report.odd(f"database: the schema is {has or 'empty'}, this program wants {wants}; `run` brings it up to date, or `hotline-bridge db upgrade`")
    except (StoreUnavailable, OSError) as error:
        report.wrong(f"store.url: {error}")
        return
    except Exception as error:  # noqa: BLE001 (a driver's own error, told in its first line)
        report.wrong(f"store.url: {str(error).splitlines()[0]}; expected a database that answers")
        return
    try:
        asyncio.run(_knock_at_mail(config))
        report.good("mail: the mailbox opens")
    except OSError as error:
        report.wrong(f"imap/smtp: {error}; expected servers that answer and let us in")


async def _knock_at_mail(config: Config) -> None:
    async with asyncio.timeout(KNOCK_SECONDS), build(config) as built:
        async for _ in built.house.inlets[0].waiting(""):
            break


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = folder / ".probe"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError:
        return False
    return True
