"""Loads the rules in force: packs, calendar, directory, lexicons, from the bank's files or the ones that come along."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from hotline_bridge.tables import at_one_go, content_of, load_directory, load_model, load_number_places, load_words, one_digest, rows_of, toml_of, tried
from hotline_bridge.templates import load_templates
from hotline_bridge.vendors import load_vendors, open_doors
from routing.authority import Authorities, Authority, parse_template, same_mailboxes
from routing.codes import CodeTable
from routing.calendar import Calendar
from routing.callerplace import CallerPlaces
from routing.calls import CallRules, VoiceRules
from routing.errors import BadTable, RuleError
from routing.notice import Notice, read_notice
from routing.pack import Pack, parse_pack
from routing.papers import Channel
from routing.rules import Exchange, Identity, Limits, Rules
from routing.table import digest_of
from routing.triage import TriageTables

if TYPE_CHECKING:
    from hotline_bridge.config import Config        # its libraries take as much memory as the model; who only judges texts has no use for them

PACKS = ("psbc-95580", "datong-96588", "three-line", "cutover")
LETTERS = ("12378", "12363", "handed-down")      # of authorities; see AuthoritySection.template


@dataclass(frozen=True, slots=True)
class Loaded:
    """The rules, and what is odd about the tables without making them unusable."""

    rules: Rules
    warnings: tuple[str, ...]


def load_rules(config: "Config", reply_key: bytes) -> Loaded:
    """Load everything; BadTables lists every mistake of every table at once."""
    with at_one_go():
        return _loaded(config, reply_key)


def _loaded(config: "Config", reply_key: bytes) -> Loaded:
    trouble: list[BadTable] = []
    authorities = tried(trouble, lambda: load_authorities(config))
    vendors = tried(trouble, lambda: load_vendors(config)) or {}
    packs = tried(trouble, lambda: load_packs(config.bank.pack_files)) or {}
    calendar = tried(trouble, lambda: load_calendar(config.tables.calendar))
    directory = tried(trouble, lambda: load_directory(config.tables.directory))
    tables = tried(trouble, lambda: load_words(config.tables.watchlist, config.tables.rates, config.tables.lexicons))
    beside = tried(trouble, lambda: load_model(config.tables.model)) if config.tables.use_model else None
    sheets = tried(trouble, lambda: load_templates(config.bank.templates, config.bank.slip_template, tables.hollow if tables else None))
    codes = tried(trouble, lambda: load_codes(config.tables.codes)) or CodeTable()
    wanted = {config.bank.pack, *config.bank.packs.values()}
    if packs and (unknown := sorted(wanted - set(packs))):
        trouble.append(BadTable("bank.pack", [f"there is no pack {name}; there are {', '.join(packs)}" for name in unknown]))
    if trouble or calendar is None or directory is None or tables is None or sheets is None:
        raise BadTables(trouble)
    known, odd = directory
    if config.bank.centre and known.get(config.bank.centre) is None:
        raise BadTables([BadTable("bank.centre", [f"{config.bank.centre} is no code in the directory"])])
    aliases = {alias.lower(): mailbox.lower() for alias, mailbox in config.mail.aliases.items()}
    if unknown := sorted(box for box in set(aliases.values()) if not known.by_mailbox(box)):
        raise BadTables([BadTable("mail.aliases", [f"{box} is no mailbox of the directory; an alias speaks for one that is" for box in unknown])])
    ours = {config.bank.mailbox.lower(), config.bank.desk.lower()}
    if own := sorted(alias for alias in aliases if alias in ours or known.by_mailbox(alias)):
        raise BadTables([BadTable("mail.aliases", [f"{alias} is a mailbox of its own; an alias is an address the directory does not know" for alias in own])])
    identity = Identity(
        config.bank.name, config.bank.mailbox.lower(), config.bank.desk.lower(), config.bank.centre, reply_key, config.bank.subaddresses,
        config.mail.trusted_servers, config.mail.accept_unverified, aliases)
    by_hotline = {hotline: pack.id for pack in packs.values() for hotline in pack.hotlines if pack.id in wanted} | dict(config.bank.packs)
    numbers = load_number_places()
    callers = CallerPlaces(numbers, config.calls.home_area) if config.calls.place_hint else None
    judging = TriageTables(tables.lexicon, known, tables.watch, tables.rates, model=beside, callers=callers)        # one index of the directory for all packs
    rules = Rules(
        identity=identity, packs=packs, default_pack=config.bank.pack, by_hotline=by_hotline, calendar=calendar, directory=known,
        tables={name: judging.limited(Decimal(pack.review.amount_over)) for name, pack in packs.items()},
        exchanges=_exchanges(config), calls=_call_rules(config), vendors=vendors, voice=_voice_rules(config), numbers=numbers,
        limits=Limits(**{name: getattr(config.mail, name) for name in Limits.__slots__}),
        hollow=tables.hollow, authorities=authorities, sheets=sheets,
        digest=one_digest(known.digest, calendar.digest, tables.digest, beside.digest if beside else "", codes.digest, sheets.digest, *_names(authorities), *(packs[name].digest for name in sorted(packs))),
    )
    return Loaded(rules, (*odd, *open_doors(config, vendors)))


def _exchanges(config: "Config") -> dict[str, Exchange]:
    """How each door of an exchange tells of calls; the file of an exchange belongs to it."""
    named = {one.name: f"{kind}:{one.name}" for kind, rows in (("asterisk", config.asterisk), ("freeswitch", config.freeswitch)) for one in rows}
    if unknown := sorted(one.name for one in config.cdr if one.exchange and one.exchange not in named):
        raise BadTables([BadTable("cdr.exchange", [f"the exchange of {name} is no [[asterisk]] and no [[freeswitch]]; expected one of {', '.join(named) or 'those, of which there are none'}" for name in unknown])])
    return {
        **{f"cdr:{one.name}": Exchange(ZoneInfo(one.zone), one.format, named.get(one.exchange, "")) for one in config.cdr},
        **{named[one.name]: Exchange(ZoneInfo(one.zone), "asterisk-ami") for one in config.asterisk},
        **{f"{named[one.name]}{door}": Exchange(ZoneInfo(one.zone), "auto", named[one.name], one.b_legs) for one in config.freeswitch for door in ("", ":lost", ":events")},
    }


def _call_rules(config: "Config") -> CallRules:
    calls = config.calls
    return CallRules(frozenset(calls.complaint_hotlines), frozenset(calls.complaint_queues), calls.wait_minutes, calls.home_area, calls.place_hint)


def _voice_rules(config: "Config") -> VoiceRules:
    """How units are called; BadTable where the exchange that shall do so is none of ours."""
    voice, ways = config.voice, {**{one.name: config.voice.way for one in config.asterisk}, **{one.name: "socket" for one in config.freeswitch if one.event_host}}
    if voice.exchange and voice.exchange not in ways:
        raise BadTables([BadTable("voice.exchange", [f"{voice.exchange} is no [[asterisk]], and no [[freeswitch]] with an event_host; expected one of {', '.join(ways) or 'those, of which there are none'}"])])
    return VoiceRules(
        ways[voice.exchange] if voice.exchange else "", voice.tries, voice.again_minutes, voice.at_once, voice.ring_seconds, voice.caller_id, announces=bool(voice.loudspeaker), abroad=voice.abroad,
    )


def load_codes(path: Path | None) -> CodeTable:
    """The bank's codes of JR/T 0169-2018; none come along, for they are not ours to invent."""
    if path is None:
        return CodeTable()
    content = content_of(path)
    return CodeTable.parse(rows_of(content, str(path), ("axis", "code", "name")), str(path), hashlib.sha256(content).hexdigest())


class BadTables(RuleError):
    """Tables of the bank that cannot be used; every mistake of each."""

    def __init__(self, tables: Iterable[BadTable]) -> None:
        self.tables = tuple(tables)
        told = "\n".join(f"{table.name}: {mistake}" for table in self.tables for mistake in table.mistakes)
        super().__init__(f"the bank's tables cannot be used:\n{told}")


def load_packs(files: Iterable[Path] = ()) -> dict[str, Pack]:
    """The four packs that come along, and the bank's own; a pack of its own replaces one of the same id."""
    raw = {f"{name}.toml": toml_of((resources.files("routing") / "packs" / f"{name}.toml").read_bytes(), name) for name in PACKS}
    packs = [*(parse_pack(mapping, name) for name, mapping in raw.items()), *map(load_pack, files)]
    return {pack.id: pack for pack in packs}


def load_pack(file: Path) -> Pack:
    """The bank's own pack in this file, whatever its id: it may be that of one that comes along."""
    return parse_pack(toml_of(content_of(file), str(file)), str(file))


def load_calendar(path: Path | None = None) -> Calendar:
    """The State Council's calendar that comes along, or the bank's own file."""
    return Calendar.parse(*_notices(path))


def load_notice(path: Path | None = None) -> Notice:
    """What that calendar is made of: the notices year by year."""
    return read_notice(*_notices(path))


def _notices(path: Path | None) -> tuple[dict[str, Any], str]:
    name = str(path) if path else "calendars/cn.toml"
    raw = content_of(path) if path else (resources.files("routing") / "calendars" / "cn.toml").read_bytes()
    return toml_of(raw, name), name


def load_authorities(config: "Config") -> Authorities:
    """Who hands complaints down by mail, and how such letters read; BadTable with every mistake."""
    shipped = {name: parse_template(toml_of((resources.files("routing") / "authorities" / f"{name}.toml").read_bytes(), name), name) for name in LETTERS}
    own = {path: parse_template(toml_of(content_of(path), str(path)), str(path)) for one in config.authorities if (path := one.template_file)}
    known = tuple(
        Authority(one.name, Channel(one.channel), frozenset(map(str.lower, one.mailboxes)), own[one.template_file] if one.template_file else shipped[one.template])
        for one in config.authorities
    )
    ours = {config.bank.mailbox.lower(), config.bank.desk.lower()}
    if mine := sorted(box for one in known for box in one.mailboxes & ours):
        raise BadTable("authorities", [f"{box} is our own mailbox; expected the addresses the authority writes from" for box in mine])
    same_mailboxes(known)
    return Authorities(known, (*own.values(), *shipped.values()))


def _names(authorities: Authorities) -> Iterator[str]:
    """What tells this very set of authorities and how their letters read."""
    for one in authorities.known:
        yield f"{one.name}:{one.channel.name}:{sorted(one.mailboxes)}:{digest_of(one.template.model_dump())}"
