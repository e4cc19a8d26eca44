"""The daemon's configuration: one TOML file, every value overridable by environment, secrets from elsewhere.

Without a file the embedded default holds: SQLite, a mail server inside the process, the sample directory, all below
one folder. Environment names are the keys in capitals behind HOTLINE_, floors joined by two underscores:
HOTLINE_SMTP__HOST=relay.bank.example. Relative paths in the file are relative to the file's own folder; those of the
environment, and the default `var`, to the folder the program was started in.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    Field, PositiveFloat, PositiveInt, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from hotline_bridge.config_calls import AsteriskSection, CallsSection, FreeswitchSection, IntakeSection, RecordingSection, VoiceSection
from hotline_bridge.config_section import Place, Port, Secret, Section, Zone, read_secret, secret_path
from hotline_bridge.config_file import ConfigMistakes, Mistake, TomlFile, anchored, mistakes_of, unknown_variables, unreadable_variables

PREFIX = "HOTLINE_"
LOOPBACK = frozenset({"", "localhost", "127.0.0.1", "::1"})
ADDRESS = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+$"       # ASCII: not every relay of a bank speaks SMTPUTF8
DATABASE = r"^($|sqlite:///.|postgresql\+psycopg://.)"


class Bank(Section):
    """Who we are."""

    name: str = "示例银行"
    pack: str = Field("psbc-95580", description="the policy pack of every hotline without one of its own")
    packs: Mapping[str, str] = Field(default_factory=dict, description='hotline number → pack, e.g. {"96588" = "datong-96588"}')
    pack_files: tuple[Place, ...] = Field((), description="packs of the bank's own, beside the four that come along")
    centre: str = Field("", description="directory code of the unit the hotline centre belongs to; empty: head office (P-9.3)")
    mailbox: str = Field("hotline@bank.example", pattern=ADDRESS, description="what branches write to")
    subaddresses: bool = Field(True, description="whether mailbox+anything@ reaches the mailbox too; false for e.g. Domino")
    desk: str = Field("desk@bank.example", pattern=ADDRESS, description="where alarms for the complaint desk go")
    templates: Place | None = Field(None, description="a folder of letters' templates, each in place of the one of its name that comes along; see docs/templates.md")
    slip_template: Place | None = Field(None, description="the slip as a Word form of the bank's own, with placeholders; empty: the one that comes along")


class StoreSection(Section):
    """Where everything is kept."""

    url: str = Field("", pattern=DATABASE, description="sqlite:////path/file.db or postgresql+psycopg://…; empty: SQLite below the state folder")
    password_file: Place | None = Field(None, description="a file with the database password; replaces the one in the url")


class Tables(Section):
    """The bank's own tables; empty means the samples that come along."""

    directory: Place | None = None
    watchlist: Place | None = None
    rates: Place | None = None
    lexicons: Place | None = Field(None, description="a folder of word lists (TOML), each in place of the one of its name that comes along; see docs/lexicons.md")
    calendar: Place | None = None
    codes: Place | None = Field(None, description="the codes of JR/T 0169-2018 (CSV: axis, code, name, words); empty: the books have no such tables")
    model: Place | None = Field(None, description="a statistical model of the bank's own, made by `triage train`; empty: the one that comes along")
    use_model: bool = Field(True, description="whether the statistical model is asked beside the word lists")


class MailServer(Section):
    """How to reach a mail server; an empty host means the embedded one."""

    host: str = ""
    port: Port = Field(0, ge=0, le=65535, description="0: the usual port of the protocol and its security")
    security: Literal["tls", "starttls", "none"] = "tls"
    ca_file: Place | None = Field(None, description="a CA of the bank's own, PEM")
    user: str = ""
    password_file: Place | None = None
    password: SecretStr | None = Field(None, description="by environment only")
    timeout: PositiveFloat = Field(30.0, description="seconds for one command")

    def secret(self) -> str:
        """The password; "" where none is set. OSError where its file cannot be read."""
        return read_secret(self.password, self.password_file)

    @model_validator(mode="after")
    def _no_password_in_the_clear(self) -> Self:
        if self.user and self.security == "none" and self.host not in LOOPBACK:
            msg = 'security = "none" would send the password in the clear; expected "tls", or no user'
            raise ValueError(msg)
        return self


class SmtpSection(MailServer):
    """The relay that takes our letters."""

    connections: PositiveInt = 4
    dsn: bool = Field(True, description="whether the relay, where it can, is asked to report what becomes of each letter (RFC 3461)")


class ImapSection(MailServer):
    """The mailbox that branches and customers write to."""

    security: Literal["tls", "none"] = "tls"
    folder: str = "INBOX"
    done_folder: str = Field("", description="where read mail is moved after the commit; empty: it stays where it is")
    idle: PositiveFloat = Field(60.0, le=120, description="seconds after which the mailbox is searched again whatever IDLE says")
    largest: PositiveInt = Field(50 << 20, description="bytes; of a larger mail only the header is fetched")


class MailSection(Section):
    """Whose mails are believed, and how many letters they may set off."""

    trusted_servers: tuple[str, ...] = Field((), description="names (authserv-id) of the bank's own mail servers whose Authentication-Results are believed; with any named, only a sender they confirm can answer a case")
    accept_unverified: bool = Field(False, description="whether a mail those servers say nothing about may answer a case all the same")
    aliases: Mapping[str, str] = Field(default_factory=dict, description="further addresses of units: address → the mailbox in the directory it speaks for")
    slips_of_sender: PositiveInt = Field(3, description="slips a day that the mails of one address set off without the desk")
    cases_of_sender: PositiveInt = Field(50, description="cases a day that one address opens; beyond it its mails wait in quarantine")
    slips_to_unit: PositiveInt = Field(20, description="slips a day that mails set off to one unit without the desk")
    letters_in_ten_minutes: PositiveInt = Field(10, description="automatic letters to one address in ten minutes; beyond it they wait for a person")
    letters_a_day: PositiveInt = Field(30, description="automatic letters to one address in 24 hours; beyond it they wait for a person")
    patience_minutes: PositiveInt = Field(120, description="how long a letter that is put off (mailbox full, try later) is given again before it counts as not delivered (P-20)")
    read_receipts: bool = Field(True, description="whether slips ask their reader's program for a receipt (RFC 8098; Notes: return receipt)")


class DkimSection(Section):
    """The signature under our letters (RFC 6376); needs the pip extra `dkim`."""

    selector: str = Field("", pattern=r"^[A-Za-z0-9.-]{0,63}$", description="the name below _domainkey its public key lies under; empty: no signature")
    domain: str = Field("", pattern=r"^[A-Za-z0-9.-]{0,253}$", description="whose signature; empty: the mailbox's domain")
    key_file: Place | None = Field(None, description="the private key (RSA, PEM)")


class AlarmSection(Secret):
    """How a person hears that mail does not come or go: by anything but mail."""

    after: PositiveInt = Field(15, ge=5, description="minutes of silence of a door, or of letters that do not leave, after which a person is told")
    webhook: str = Field("", pattern=r"^($|https?://.)", description="an address that takes alarms as JSON, e.g. a robot of the bank's messenger; its token by token_file")
    command: tuple[str, ...] = Field((), description="a program that tells somebody, the words on its standard input")


class Source(Secret):
    """Whose calls may be posted: one bearer token each."""

    name: str = Field(min_length=1, max_length=60)
    hotlines: tuple[str, ...] = Field((), description="numbers it may post for; empty: any")


class Person(Secret):
    """Who may decide: seat, reviewer, desk, supervisor, auditor."""

    name: str = Field(min_length=1, max_length=60)
    roles: tuple[Literal["seat", "reviewer", "desk", "supervisor", "auditor"], ...] = Field(("desk",), min_length=1)


class OfficeSection(Section):
    """LibreOffice, which opens old .doc, .wps and .xls files that units answer in."""

    enabled: bool = Field(True, description="whether it is used where it is installed; without it such an answer is asked for again")
    program: Place | None = Field(None, description="the program; empty: soffice or libreoffice on the PATH")
    timeout: PositiveFloat = Field(60.0, le=600, description="seconds for one file, after which the program is killed")


class HttpSection(Section):
    """The door for seats' desktops and for people."""

    listen: str = "127.0.0.1"
    port: Port = Field(8095, ge=0, le=65535, description="0: any free one")
    largest: PositiveInt = Field(1 << 20, description="bytes of one body")
    per_minute: PositiveInt = Field(6000, description="posts of one source in a minute before it is told to wait (429)")


class Cdr(Section):
    """A file of call records that an exchange writes."""

    name: str = Field(min_length=1, max_length=60)
    file: Place
    format: Literal["auto", "asterisk-csv", "asterisk-custom", "asterisk-json", "asterisk-queue-log", "freeswitch-csv", "freeswitch-json"] = "auto"
    exchange: str = Field("", max_length=60, description="name of the [[asterisk]] or [[freeswitch]] that writes it: the same call from both is one; empty: the file is all there is of it")
    zone: Zone = Field("Asia/Shanghai", description="the zone of times written without one")
    poll: PositiveFloat = Field(1.0, description="seconds between looks at the file")


class AuthoritySection(Section):
    """Somebody who hands complaints down by mail: regulator, government, superior bank, an office of the press."""

    name: str = Field(min_length=1, max_length=60, description="what it is called in the register; its numbers are told apart by it")
    channel: Literal["监管转办", "政府部门", "上级行", "媒体"] = "监管转办"
    mailboxes: tuple[Annotated[str, Field(pattern=ADDRESS)], ...] = Field(min_length=1, description="the addresses it writes from")
    template: Literal["12378", "12363", "handed-down"] = Field("12378", description="how its letters read: one of those that come along")
    template_file: Place | None = Field(None, description="how its letters read: a file of the bank's own, in place of `template`")


class Log(Section):
    """What is said to journald."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "text"] = "auto"


class Config(BaseSettings):
    """The whole configuration."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix=PREFIX, env_nested_delimiter="__", nested_model_default_partial_update=True,
        env_ignore_empty=True,
    )
    state: Place = Field(Path("var"), description="folder for the database, large mails and the embedded mail server")
    bank: Bank = Bank()
    store: StoreSection = StoreSection()
    tables: Tables = Tables()
    smtp: SmtpSection = SmtpSection()
    imap: ImapSection = ImapSection()
    mail: MailSection = MailSection()
    dkim: DkimSection = DkimSection()
    office: OfficeSection = OfficeSection()
    http: HttpSection = HttpSection()
    alarm: AlarmSection = AlarmSection()
    sources: tuple[Source, ...] = ()
    people: tuple[Person, ...] = ()
    cdr: tuple[Cdr, ...] = ()
    authorities: tuple[AuthoritySection, ...] = ()
    asterisk: tuple[AsteriskSection, ...] = ()
    freeswitch: tuple[FreeswitchSection, ...] = ()
    intake: IntakeSection = IntakeSection()
    calls: CallsSection = CallsSection()
    recording: RecordingSection = RecordingSection()
    voice: VoiceSection = VoiceSection()
    recordings: Place | None = Field(None, description="the folder recordings lie in; their references are relative to it")
    spool: Place | None = Field(None, description="a folder of .eml files to take in as mail")
    reply_key_file: Place | None = Field(None, description="key of the reply addresses' token; made in the state folder where empty")
    log: Log = Log()

    @property
    def embedded(self) -> bool:
        """Whether the mail server inside the process is used."""
        return not self.smtp.host and not self.imap.host

    @property
    def doors(self) -> tuple[str, ...]:
        """The names of all doors that papers are fetched from, as the wiring opens them."""
        lost = [f"freeswitch:{one.name}{door}" for one in self.freeswitch for door, there in ((":lost", one.error_folders), (":events", one.event_host)) if there]
        asked = [f"vendor:{name}" for name, one in self.intake.vendor.items() if one.pull_url]
        spool = ["spool"] if self.spool is not None else []
        return ("mailbox", *(f"cdr:{one.name}" for one in self.cdr), *spool, *(f"asterisk:{one.name}" for one in self.asterisk), *lost, *asked)

    @property
    def store_url(self) -> str:
        """The database to open."""
        return self.store.url or f"sqlite:///{self.state / 'bridge.db'}"

    @field_validator("people", "sources", "cdr", "authorities", "asterisk", "freeswitch")
    @classmethod
    def _names_differ(cls, rows: tuple[Any, ...], info: ValidationInfo) -> tuple[Any, ...]:
        names = [row.name for row in rows]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            msg = f"the name {', '.join(twice)} stands twice; expected a name of its own for each [[{info.field_name}]]"
            raise ValueError(msg)
        return rows

    @model_validator(mode="after")
    def _exchanges_differ(self) -> Self:
        if both := sorted({one.name for one in self.asterisk} & {one.name for one in self.freeswitch}):
            msg = f"asterisk, freeswitch: the name {', '.join(both)} stands in both tables; expected another name, for voice.exchange and cdr.exchange name one exchange"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _two_mailboxes(self) -> Self:
        if self.bank.mailbox.lower() == self.bank.desk.lower():
            msg = "bank.mailbox and bank.desk are one mailbox: alarms sent to it would come back as complaints; expected two mailboxes"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if bool(self.smtp.host) != bool(self.imap.host):
            msg = "only one of smtp.host and imap.host is set; expected both (your mail servers) or neither (the embedded one)"
            raise ValueError(msg)
        return self

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource, dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment before file; no .env, whose content nobody would look for."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings


def load_config(path: Path | None) -> Config:
    """Read the file (None: embedded default) and the environment; ConfigMistakes lists everything that is wrong."""
    file = TomlFile.read(path) if path else TomlFile.empty()
    mistakes = [*file.secrets(), *unknown_variables(os.environ, PREFIX, Config)]
    values = anchored(file.values, Config, path.absolute().parent, os.environ.get("CREDENTIALS_DIRECTORY")) if path else {}
    try:
        config = Config(**values)
    except ValidationError as error:
        mistakes += mistakes_of(error, file, os.environ, PREFIX)
        raise ConfigMistakes(mistakes) from None
    except SettingsError:
        mistakes += unreadable_variables(os.environ, PREFIX, Config)
        raise ConfigMistakes(mistakes) from None
    if mistakes:
        raise ConfigMistakes(mistakes)
    return config


__all__ = ["Config", "ConfigMistakes", "Mistake", "load_config", "read_secret", "secret_path"]
