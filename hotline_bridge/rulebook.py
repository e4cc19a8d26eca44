"""Loads the rules in force: packs, calendar, directory, lexicons, from the bank's files or the ones that come along."""

import csv
import gzip
import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import partial
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from routing.calendar import Calendar
from routing.directory import Directory
from routing.errors import BadTable, RuleError
from routing.hollow import FILE as ANSWERS, Hollow
from routing.lexicon import Lexicon, Source
from routing.model import Model
from routing.money.business import PrivateMoney
from routing.pack import Pack, parse_pack
from routing.rules import Exchange, Identity, Limits, Rules
from routing.triage import TriageTables
from routing.watch import WatchList

if TYPE_CHECKING:
    from hotline_bridge.config import Config        # its libraries take as much memory as the model; who only judges texts has no use for them

DIRECTORY_COLUMNS = ("code", "name", "level", "parent", "mailbox")     # a directory without these serves nobody
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")       # as a file opened with newline="" gives them
MORE = "\0more"      # where csv puts the cells no column is named for
PACKS = ("psbc-95580", "datong-96588", "three-line", "cutover")
SAMPLES = resources.files("hotline_bridge") / "samples"
MODEL = resources.files("routing") / "trained" / "complaints.model"


@dataclass(frozen=True, slots=True)
class Loaded:
    """The rules, and what is odd about the tables without making them unusable."""

    rules: Rules
    warnings: tuple[str, ...]


def load_rules(config: "Config", reply_key: bytes) -> Loaded:
    """Load everything; BadTables lists every mistake of every table at once."""
    trouble: list[BadTable] = []
    packs = _tried(trouble, lambda: load_packs(config.bank.pack_files)) or {}
    calendar = _tried(trouble, lambda: load_calendar(config.tables.calendar))
    directory = _tried(trouble, lambda: load_directory(config.tables.directory))
    tables = _tried(trouble, lambda: load_words(config.tables.watchlist, config.tables.rates, config.tables.lexicons))
    beside = _tried(trouble, lambda: load_model(config.tables.model)) if config.tables.use_model else None
    wanted = {config.bank.pack, *config.bank.packs.values()}
    if packs and (unknown := sorted(wanted - set(packs))):
        trouble.append(BadTable("bank.pack", [f"there is no pack {name}; there are {', '.join(packs)}" for name in unknown]))
    if trouble or calendar is None or directory is None or tables is None:
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
    judging = TriageTables(tables.lexicon, known, tables.watch, tables.rates, model=beside)     # one index of the directory for all packs
    rules = Rules(
        identity=identity, packs=packs, default_pack=config.bank.pack, by_hotline=by_hotline, calendar=calendar, directory=known,
        tables={name: judging.limited(Decimal(pack.review.amount_over)) for name, pack in packs.items()},
        exchanges={f"cdr:{one.name}": Exchange(ZoneInfo(one.zone), one.format) for one in config.cdr},
        limits=Limits(**{name: getattr(config.mail, name) for name in Limits.__slots__}),
        hollow=tables.hollow,
        digest=_digest(known.digest, calendar.digest, tables.digest, beside.digest if beside else "", *(packs[name].digest for name in sorted(packs))),
    )
    return Loaded(rules, odd)


class BadTables(RuleError):
    """Tables of the bank that cannot be used; every mistake of each."""

    def __init__(self, tables: Iterable[BadTable]) -> None:
        self.tables = tuple(tables)
        told = "\n".join(f"{table.name}: {mistake}" for table in self.tables for mistake in table.mistakes)
        super().__init__(f"the bank's tables cannot be used:\n{told}")


def load_packs(files: Iterable[Path] = ()) -> dict[str, Pack]:
    """The four packs that come along, and the bank's own; a pack of its own replaces one of the same id."""
    raw = {f"{name}.toml": _toml((resources.files("routing") / "packs" / f"{name}.toml").read_bytes(), name) for name in PACKS}
    packs = [*(parse_pack(mapping, name) for name, mapping in raw.items()), *map(load_pack, files)]
    return {pack.id: pack for pack in packs}


def load_pack(file: Path) -> Pack:
    """The bank's own pack in this file, whatever its id: it may be that of one that comes along."""
    return parse_pack(_toml(_bytes(file), str(file)), str(file))


def load_calendar(path: Path | None = None) -> Calendar:
    """The State Council's calendar that comes along, or the bank's own file."""
    name = str(path) if path else "calendars/cn.toml"
    raw = _bytes(path) if path else (resources.files("routing") / "calendars" / "cn.toml").read_bytes()
    return Calendar.parse(_toml(raw, name), name)


def load_directory(path: Path | None = None) -> tuple[Directory, tuple[str, ...]]:
    """The bank's directory of units, or the sample; with what is odd about it."""
    name = str(path) if path else "samples/directory.csv"
    return Directory.parse(each_row(_bytes(path) if path else (SAMPLES / "directory.csv").read_bytes(), name, DIRECTORY_COLUMNS), name)


def load_model(path: Path | None = None) -> Model:
    """The statistical model that comes along, or the bank's own. BadTable where the file is none, or too old."""
    return Model.parse(_bytes(path) if path else MODEL.read_bytes(), str(path or "routing/trained/complaints.model"))


class Words(NamedTuple):
    """What triage reads besides the directory, and the digest of its sources."""

    lexicon: Lexicon
    watch: WatchList
    rates: Mapping[str, Decimal]
    digest: str
    hollow: Hollow


def load_words(watchlist: Path | None, rates: Path | None, lexicons: Path | None) -> Words:
    """Lexicons, watch list and rates of foreign money: the bank's own, or the ones that come along."""
    figures = _bytes(watchlist) if watchlist else (SAMPLES / "watchlist.csv").read_bytes()
    money = _bytes(rates) if rates else (SAMPLES / "rates.csv").read_bytes()
    names = str(watchlist or "samples/watchlist.csv"), str(rates or "samples/rates.csv")
    lexicon, digest = load_lexicon(lexicons)
    PrivateMoney.of(lexicon)            # told here with the mistakes of the other tables, not when triage is built
    return Words(
        lexicon, WatchList.parse(rows_of(figures, names[0], ("name", "role")), names[0]), _rates(rows_of(money, names[1], ("currency", "cny")), names[1]),
        _digest(digest, hashlib.sha256(figures).hexdigest(), hashlib.sha256(money).hexdigest()),
        Hollow.parse(lexicon.words.get(ANSWERS.removesuffix(".toml"), {})),
    )


def load_lexicon(folder: Path | None = None) -> tuple[Lexicon, str]:
    """The lexicons that come along, each replaced by the bank's own file of its name in `folder`; with the digest of them all.

    BadTable with every mistake of every file, each with its line.
    """
    shipped = (resources.files("routing") / "lexicons").iterdir()
    found = {one.name: (f"lexicons/{one.name}", one.read_bytes()) for one in shipped if one.name.endswith(".toml")}
    found |= _own_lexicons(folder) if folder else {}
    trouble: list[BadTable] = []
    files, sources = {}, {}
    for name, (path, content) in sorted(found.items()):
        files[name.removesuffix(".toml")] = _tried(trouble, partial(_toml, content, path)) or {}
        sources[name.removesuffix(".toml")] = Source(path, content.decode("utf-8-sig", "replace"))
    if trouble:
        raise BadTable("lexicons", [f"{one.name}: {mistake}" for one in trouble for mistake in one.mistakes])
    name = ANSWERS.removesuffix(".toml")
    _tried(trouble, lambda: Hollow.parse(files.get(name, {}), sources.get(name)))
    lexicon = _tried(trouble, lambda: Lexicon.parse(files, sources))
    if trouble:
        raise BadTable("lexicons", [mistake for one in trouble for mistake in one.mistakes])
    return lexicon, _digest(*(hashlib.sha256(found[name][1]).hexdigest() for name in sorted(found)))


def _own_lexicons(folder: Path) -> dict[str, tuple[str, bytes]]:
    """The bank's own files by name, each with its path and content."""
    if not folder.is_dir():
        raise BadTable(str(folder), ["there is no such folder; copy those files of routing/lexicons there that are to be changed"])
    own = {path.name: (str(path), _bytes(path)) for path in sorted(folder.glob("*.toml"))}
    if not own:
        raise BadTable(str(folder), ["holds no .toml file; copy those files of routing/lexicons there that are to be changed"])
    return own


def rows_of(content: bytes, name: str, wanted: Sequence[str] = ()) -> list[dict[str, str]]:
    """The rows of a CSV table with a header, as `each_row` reads them."""
    return list(each_row(content, name, wanted))


def each_row(content: bytes, name: str, wanted: Sequence[str] = ()) -> Iterator[dict[str, str]]:
    """The rows of a CSV table with a header: gzip or plain, UTF-8 or a Chinese Windows' code page, parted by , ; or tabs.

    BadTable where it is none, where a column of `wanted` is missing, or, behind the last row, where rows have more cells than the heading.
    One row at a time: all at once, those of a large directory would take more memory than the directory.
    """
    text = _text(_unzipped(content, name) if content[:2] == b"\x1f\x8b" else content, name)
    heading = text.lstrip("\r\n").partition("\n")[0]
    try:
        reader = csv.DictReader((line[0] for line in _LINE.finditer(text)), delimiter=max(",;\t", key=heading.count), restkey=MORE, strict=True)
        reader.fieldnames = [column.strip().lower() for column in reader.fieldnames or ()]
        if missing := [column for column in wanted if column not in reader.fieldnames]:
            has = ", ".join(filter(None, reader.fieldnames))[:200]
            raise BadTable(name, [f"line 1: no column {', '.join(missing)}; the first line must name the columns, it has {has or 'nothing'}"])
        wide = []
        for number, row in enumerate(reader, 2):
            if any(row.pop(MORE, ())):
                wide.append(number)
            yield {key: value or "" for key, value in row.items()}
    except csv.Error as error:
        raise BadTable(name, [f"line {reader.line_num}: is no CSV: {error}; is a quotation mark not closed? Save it as CSV, UTF-8"]) from None
    if wide:
        cure = "is there a comma in a name? Then the name belongs in quotation marks"
        raise BadTable(name, [f"line {number}: more cells than the first line has; {cure}" for number in wide])


def _text(content: bytes, name: str) -> str:
    if content[:2] == b"PK":
        raise BadTable(name, ["is an Excel workbook; save it as CSV, UTF-8"])
    try:
        text = content.decode("utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig")       # Excel's "Unicode text"
    except UnicodeDecodeError:
        text = content.decode("gb18030", "replace")     # Excel's "CSV" on a Chinese Windows
    if "\0" in text:
        raise BadTable(name, ["holds NUL bytes; save it as CSV, UTF-8"])
    return text


def _unzipped(content: bytes, name: str) -> bytes:
    try:
        return gzip.decompress(content)
    except (OSError, EOFError) as error:
        raise BadTable(name, [f"is no whole gzip file: {error}"]) from None


def _rates(rows: list[dict[str, str]], name: str) -> dict[str, Decimal]:
    rates: dict[str, Decimal] = {}
    mistakes = []
    for line, row in enumerate(rows, 2):
        code, said = row["currency"].strip().upper(), row["cny"].strip()
        try:
            value = Decimal(said)
        except InvalidOperation:
            value = Decimal(0)
        if not re.fullmatch("[A-Z]{3}", code) or not value.is_finite() or value <= 0:
            mistakes.append(f"line {line}: {code or 'no currency'}, {said or 'no number'}: expected a code of three letters and a number over 0 with a point, e.g. USD,7.10")
        elif code in rates:
            mistakes.append(f"line {line}: {code} is there already")
        rates[code] = value
    if not rows:
        mistakes.append("no rate at all: give at least USD; an empty table would value every foreign amount at nothing")
    if mistakes:
        raise BadTable(name, mistakes)
    return rates


def _toml(content: bytes, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadTable(name, [f"is no TOML in UTF-8: {error}"]) from None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadTable(str(path), [f"cannot be read: {error.strerror or error}; correct the path in the configuration"]) from None


def _tried(trouble: list[BadTable], load: Any) -> Any:  # noqa: ANN401 (whatever the loader gives)
    try:
        return load()
    except BadTable as error:
        trouble.append(error)
        return None


def _digest(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:12]
