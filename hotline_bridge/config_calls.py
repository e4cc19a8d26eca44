"""The configuration's tables about telephones: exchanges, vendors' pushes, recordings, and calls out (P-9.1, P-21)."""

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Annotated, Literal

from pydantic import Field, PositiveFloat, PositiveInt, SecretStr, StringConstraints, field_validator

from adapters.formats.fetch_address import address_of
from hotline_bridge.config_section import Place, Port, Secret, Section, Zone, read_secret
from routing.dialling import DIAL

NAME = r"^[A-Za-z0-9._-]{1,40}$"       # stands in addresses and in the names of doors
ONE_LINE = r"^[^\x00-\x1f\x7f]{0,80}$"      # goes to an exchange as it is


class Login(Section):
    """A user and a password that stands in a file or in the environment."""

    user: str = Field("", pattern=ONE_LINE)
    password_file: Place | None = None
    password: SecretStr | None = Field(None, description="by environment only")

    def secret(self) -> str:
        """The password; "" where none is set. OSError where its file cannot be read."""
        return read_secret(self.password, self.password_file)


class AsteriskSection(Login):
    """An Asterisk whose manager interface (AMI) is listened to, and which may place calls."""

    name: str = Field(pattern=NAME)
    host: str = "127.0.0.1"
    port: Port = Field(5038, ge=1, le=65535)
    tls: bool = False
    ca_file: Place | None = Field(None, description="a CA of the bank's own, PEM")
    zone: Zone = Field("Asia/Shanghai", description="the zone of its times")
    timeout: PositiveFloat = Field(10.0, description="seconds for one answer")
    ping: PositiveFloat = Field(20.0, description="seconds of silence after which it is asked whether it still lives")
    form_event: str = Field("TransferSlip", pattern=NAME, description="the UserEvent that carries a seat's form")
    seats: bool = Field(False, description="whether the seats' own calls among each other are kept too")


class FreeswitchSection(Login):
    """A FreeSWITCH that posts its call records (mod_json_cdr, mod_xml_cdr), and may place calls (event socket).

    `user` and password are those of the posts.
    """

    name: str = Field(pattern=NAME)
    zone: Zone = Field("Asia/Shanghai", description="the zone of its times where they come without")
    auth: Literal["basic", "digest", "none"] = Field("basic", description="auth-scheme of the module; none only behind a network that nobody else reaches")
    b_legs: bool = Field(True, description="whether legs of seats (log-b-leg) are kept")
    error_folders: tuple[Place, ...] = Field((), description="err-log-dir of the modules: posts that were lost lie there, and are taken in")
    event_host: str = Field("", description="host of its event socket; empty: it places no calls and shows none live")
    event_port: Port = Field(8021, ge=1, le=65535)
    event_password_file: Place | None = None
    event_password: SecretStr | None = Field(None, description="by environment only")

    def event_secret(self) -> str:
        """The event socket's password; "" where none is set. OSError where its file cannot be read."""
        return read_secret(self.event_password, self.event_password_file)


class VendorSection(Secret):
    """Another vendor's pushed or fetched call records; the table's name is part of the address they are posted to.

    `token_file` holds the secret of `check`.
    """

    mapping: str = Field("", description="a mapping that comes along: 7moor, 7moor-v7, tinet, udesk, kf5, tencent, newrock, aliyun, huawei; empty: mapping_file")
    mapping_file: Place | None = Field(None, description="a mapping of the bank's own (TOML), see docs/telephony.md")
    zone: Zone | None = Field(None, description="the zone of times written without one; empty: the mapping's")
    hotline: str = Field("", description="the number called where the vendor does not say it")
    addresses: tuple[str, ...] = Field((), description="networks it may post from, e.g. 203.0.113.0/24; empty: any")
    reply: str | None = Field(None, description="the literal answer the vendor expects, in place of the mapping's")
    pull_url: str = Field("", pattern=r"^($|https?://.)", description="where its records are fetched (aliyun, huawei); empty: it pushes them")
    pull_user: str = Field("", description="the access key or user of fetching")
    pull_every: PositiveFloat = Field(60.0, ge=5, description="seconds between fetches")


class IntakeSection(Section):
    """Doors for what other systems push."""

    vendor: Mapping[Annotated[str, StringConstraints(pattern=NAME)], VendorSection] = Field(default_factory=dict, description="[intake.vendor.NAME]: a table for each vendor")


class CallsSection(Section):
    """What is made of calls."""

    complaint_hotlines: tuple[str, ...] = Field((), description="numbers on which every answered call must have a form, and every abandoned one is called back")
    complaint_queues: tuple[str, ...] = Field((), description="queues of which the same holds")
    wait_minutes: PositiveInt = Field(30, description="how long a call waits for its form, and a form for its call, before the desk is asked")
    home_area: str = Field("", pattern=r"^(0[0-9]{2,3})?$", description="area code of landline numbers that come without one, e.g. 010")
    place_hint: bool = Field(True, description="whether the caller's area code is a hint where the complaint names no place")


class RecordingSection(Section):
    """Where recordings may be fetched from, and how."""

    urls: tuple[str, ...] = Field((), description="beginnings of addresses recordings may be fetched from, e.g. https://rec.vendor.example/ or sftp://rec@pbx.bank.example/monitor/; nothing else is ever asked")
    networks: tuple[str, ...] = Field((), description="networks of the bank's own that named hosts of `urls` may lie in, e.g. 10.20.0.0/16; without, a name that leads to a private address is not followed")
    folder_there: tuple[str, ...] = Field((), description="the folder `recordings` as exchanges see it, e.g. /var/spool/asterisk/monitor: cut off the paths they tell")
    largest: PositiveInt = Field(200 << 20, description="bytes of one recording that is fetched")
    timeout: PositiveFloat = Field(60.0, description="seconds without a byte")
    patience_hours: PositiveFloat = Field(24.0, description="how long a recording that is not there yet is looked for")
    headers_file: Place | None = Field(None, description="headers for HTTP, one `Name: value` a line (a secret)")
    key_file: Place | None = Field(None, description="private key for SFTP (OpenSSH)")
    known_hosts_file: Place | None = Field(None, description="host keys for SFTP, as ssh-keyscan writes them; without it no SFTP server is trusted")
    player: bool = Field(True, description="whether what browsers cannot play is converted for them")

    @field_validator("urls")
    @classmethod
    def _addresses(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        for row, one in enumerate(urls, 1):     # by its number: a password may stand in it
            try:
                query = address_of(one).query
            except ValueError as error:
                msg = f"address {row} cannot be used: {error}; expected one such as https://rec.vendor.example/"
                raise ValueError(msg) from None
            if query:
                msg = f"address {row} has a ? in it; expected the beginning of an address"
                raise ValueError(msg)
        return urls

    @field_validator("networks")
    @classmethod
    def _networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for one in networks:
            try:
                ip_network(one)
            except ValueError as error:
                msg = f"{error}; expected a network, e.g. 10.20.0.0/16"
                raise ValueError(msg) from None
        return networks


class VoiceSection(Section):
    """Chasing by telephone, and announcements (P-21). Off until an exchange is named."""

    exchange: str = Field("", pattern=r"^($|[A-Za-z0-9._-]{1,40}$)", description="name of the [[asterisk]] or [[freeswitch]] that places the calls; empty: people make them all")
    way: Literal["manager", "call-file"] = Field("manager", description="how an Asterisk is told: by its manager interface, or by files in its outgoing folder")
    dial: str = Field("Local/{number}@from-internal", pattern=DIAL, description="the channel to a number, e.g. PJSIP/{number}@trunk; FreeSWITCH: sofia/gateway/bank/{number}")
    caller_id: str = Field("", pattern=r"^[0-9+]{0,20}$", description="the number shown; empty: the hotline of the case")
    abroad: bool = Field(False, description="whether numbers from abroad (+, 00) are dialled; emergency numbers never are")
    sounds: Place | None = Field(None, description="folder for spoken texts that both the bridge and the exchange reach; empty: below the state folder")
    sounds_there: str = Field("", description="the same folder as the exchange sees it; empty: the same path")
    spool: Place | None = Field(None, description="the exchange's outgoing folder, for way = call-file")
    ring_seconds: PositiveInt = Field(45, le=300)
    tries: PositiveInt = Field(3, le=10, description="calls to one person before it is left to people")
    again_minutes: PositiveInt = Field(30, description="minutes between them")
    at_once: PositiveInt = Field(2, le=50, description="calls at the same time")
    rate: PositiveInt = Field(160, ge=80, le=400, description="words a minute of the voice")
    loudspeaker: tuple[str, ...] = Field((), description="a program that plays a sound file aloud at the centre, the file's path behind its words: announcements of flagged and overdue cases")
