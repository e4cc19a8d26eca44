"""The wiring of the telephone side: exchanges, vendors, recordings and calls out become doors, routes and rooms."""

import asyncio
import re
import secrets
import ssl
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial
from zoneinfo import ZoneInfo

import aiohttp
from aiohttp import web
import structlog

from adapters.ami import Ami, AmiDoor, AmiSettings, Listening
from adapters.esl import Esl, EslEvents, EslSettings
from adapters.formats.freeswitch_turns import Turns
from adapters.formats.http_login import Nonces
from adapters.freeswitch_folder import FreeswitchFolder
from adapters.freeswitch_posts import FreeswitchPosts, Switch
from adapters.vendor_posts import Pusher, VendorPaper, VendorPosts
from adapters.vendor_pull import PullSettings, VendorPull
from hotline_bridge.config import Config, ConfigMistakes, Mistake
from hotline_bridge.config_calls import AsteriskSection, FreeswitchSection, VendorSection
from hotline_bridge.daemon import Room
from hotline_bridge.house import House
from hotline_bridge.intake import Counter
from hotline_bridge.ports import Clock, Inlet, Paper
from hotline_bridge.recordroom import recording_rooms
from hotline_bridge.vendors import vendor_of
from routing.calls import Live
from routing.telephone import plain
from routing.vendor import Vendor

log = structlog.get_logger()
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
LONGEST_TAKE = 20.0         # seconds a post waits for its commit, e.g. while another program holds the database


async def telephone_inlets(config: Config, hotlines: Collection[str], clock: Clock, live: Live, stack: AsyncExitStack) -> Sequence[Inlet]:
    """Where calls are fetched from: Asterisk's events, the folders of lost posts, vendors that are asked; closed by the stack.

    `hotlines` are the bank's numbers: a call to one of them shows as it rings.
    """
    return [*_asterisk_inlets(config, hotlines, clock, live, stack), *_freeswitch_inlets(config, live, stack), *await _vendor_inlets(config, clock, stack)]


def telephone_routes(config: Config, house: House, counter: Counter) -> Sequence[web.RouteDef]:
    """Where calls are posted to, FreeSWITCH and vendors; the counter keeps what they post, many in one commit."""
    return [*_freeswitch_posts(config, counter).routes(), *_vendor_posts(config, house, counter).routes()]


def _asterisk_inlets(config: Config, known: Collection[str], clock: Clock, live: Live, stack: AsyncExitStack) -> list[Inlet]:
    """The events of each Asterisk."""
    hotlines = {*known, *config.calls.complaint_hotlines, *(number for one in config.sources for number in one.hotlines)}
    inlets: list[Inlet] = []
    for row, one in enumerate(config.asterisk):
        listening = Listening(one.form_event, hotlines, one.seats, config.calls.home_area)
        door = AmiDoor(f"asterisk:{one.name}", ami_settings(one, row), listening, clock, live)
        stack.push_async_callback(door.close)
        inlets.append(door)
    return inlets


def ami_settings(one: AsteriskSection, row: int) -> AmiSettings:
    """How the manager interface of the Asterisk in this row of the configuration is reached."""
    try:
        tls = ssl.create_default_context(cafile=str(one.ca_file) if one.ca_file else None) if one.tls else None
    except OSError as error:
        wrong = f"{one.ca_file} cannot be used: {error.strerror or type(error).__name__}"
        raise ConfigMistakes([Mistake("configuration", f"asterisk.{row}.ca_file", wrong, "a PEM file with the CA of the exchange's certificate")]) from None
    return AmiSettings(one.host, one.user, _secret(one.secret, f"asterisk.{row}.password_file"), one.port, tls, one.timeout, one.ping)


async def knock_at_asterisk(one: AsteriskSection, row: int) -> tuple[str, str]:
    """Log in at an exchange and out again: its version, and what is odd about it; OSError where that does not work."""
    line = await Ami(ami_settings(one, row)).connect()
    await line.close()
    return line.version, line.strange


def _freeswitch_inlets(config: Config, live: Live, stack: AsyncExitStack) -> list[Inlet]:
    """What FreeSWITCH could not post, and what its event socket tells."""
    inlets: list[Inlet] = []
    for row, one in enumerate(config.freeswitch):
        exchange = f"freeswitch:{one.name}"
        if one.error_folders:
            inlets.append(FreeswitchFolder(f"{exchange}:lost", one.error_folders, limit=config.http.largest))
        if one.event_host:
            esl = Esl(esl_settings(one, row))
            turns = Turns(exchange, ZoneInfo(one.zone), partial(plain, home_area=config.calls.home_area))
            events = EslEvents(f"{exchange}:events", esl, live, turns)
            stack.push_async_callback(events.close)
            inlets.append(events)
    return inlets


def _freeswitch_posts(config: Config, counter: Counter) -> FreeswitchPosts:
    """Where FreeSWITCH posts its records."""
    async def keep(source: str, paper: Paper, told: tuple[str, str] | None) -> int:
        async with asyncio.timeout(LONGEST_TAKE):       # TimeoutError is an OSError: 503, and the module posts again or writes it to disk
            return await counter.keep(source, paper, told)

    return FreeswitchPosts(switches(config), keep, config.http.largest, Nonces(secrets.token_bytes(32)), asyncio.get_running_loop().time)


def switches(config: Config) -> dict[str, Switch]:
    """Which FreeSWITCHes may post, and how each logs in; ConfigMistakes where a password is missing."""
    return {
        one.name: Switch(one.name, one.auth, one.user, "" if one.auth == "none" else _secret(one.secret, f"freeswitch.{row}.password_file"))
        for row, one in enumerate(config.freeswitch)
    }


def esl_settings(one: FreeswitchSection, row: int) -> EslSettings:
    """How the event socket of the FreeSWITCH in this row of the configuration is reached."""
    return EslSettings(one.event_host, one.event_port, _secret(one.event_secret, f"freeswitch.{row}.event_password_file"))


async def knock_at_freeswitch(one: FreeswitchSection, row: int) -> str:
    """Log in at its event socket and out again: its version; OSError where that does not work."""
    line = Esl(esl_settings(one, row))
    try:
        await line.connect()
        return (await line.api("version")).strip()[:80]
    finally:
        await line.close()


async def _vendor_inlets(config: Config, clock: Clock, stack: AsyncExitStack) -> list[Inlet]:
    """Vendors that are asked for their records."""
    asked = {name: one for name, one in config.intake.vendor.items() if one.pull_url}
    if not asked:
        return []
    session = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
    return [
        VendorPull(
            f"vendor:{name}",
            PullSettings(vendor := vendor_of(name, one), one.pull_url, one.pull_user, vendor_secret(name, one, vendor), one.pull_every),
            clock, session, partial(secrets.token_hex, 16),
        )
        for name, one in asked.items()
    ]


def vendor_keys(config: Config, vendors: Mapping[str, Vendor]) -> dict[str, str]:
    """The secret of each vendor that pushes; ConfigMistakes with every one that is missing or cannot be what its mapping asks for."""
    keys, mistakes = dict[str, str](), list[Mistake]()
    for name, one in config.intake.vendor.items():
        if one.pull_url:
            continue
        try:
            keys[name] = vendor_secret(name, one, vendors[name])
        except ConfigMistakes as error:
            mistakes += error.mistakes
    if mistakes:
        raise ConfigMistakes(mistakes)
    return keys


def _vendor_posts(config: Config, house: House, counter: Counter) -> VendorPosts:
    """Where other vendors push; how their calls read is asked of the rules in force."""
    async def keep(source: str, paper: VendorPaper, told: tuple[str, str] | None) -> int:
        async with asyncio.timeout(LONGEST_TAKE):       # TimeoutError is an OSError: 503, and the vendor pushes again
            return await counter.keep(source, paper, told)

    def turned_away(vendor: str, why: str, times: int) -> None:
        log.warning("push turned away", vendor=vendor, why=why, times=times)

    def pushers() -> dict[str, Pusher]:
        vendors = house.rules.vendors
        return {name: Pusher(vendors[name], key) for name, key in house.shelf.keys.items() if name in vendors}

    return VendorPosts(pushers, keep, house.board.tell, turned_away, house.clock, config.http.largest, config.calls.home_area)


def vendor_secret(name: str, one: VendorSection, vendor: Vendor) -> str:
    """The secret of a vendor; "" where it pushes, and neither its mapping asks for one nor the bank has set one.

    ConfigMistakes where there is none, or its file cannot be read.
    """
    if not one.pull_url and vendor.mapping.proof.kind == "none" and one.token is None and one.token_file is None:
        return ""
    key = f"intake.vendor.{name}.token_file"
    found = _secret(one.secret, key)
    if not one.pull_url and vendor.mapping.proof.kind == "basic" and not all(found.partition(":")):
        raise ConfigMistakes([Mistake("configuration", key, "holds no user and password", "a file that holds user:password, as set at the vendor")])
    return found


def _secret(ask: Callable[[], str], key: str) -> str:
    """A password; ConfigMistakes where there is none, or its file cannot be read."""
    try:
        found = ask()
    except (OSError, UnicodeDecodeError) as error:
        found, wrong = "", f"cannot be read: {type(error).__name__}"
    else:
        wrong = "holds more than one line, or a control character" if found else "there is no password: no file is named, or it is empty"
    if not found or _CONTROL.search(found):     # no exchange is told a second line
        raise ConfigMistakes([Mistake("configuration", key, wrong, "a file that holds nothing but the password, readable by this user")])
    return found


def telephone_rooms(config: Config, house: House) -> Sequence[Room]:
    """What goes on beside the other rooms: looking for recordings, calling units."""
    return recording_rooms(config, house)
