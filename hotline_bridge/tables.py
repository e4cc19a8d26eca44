"""The tables triage reads, from the bank's files or the ones that come along: directory, word lists, watch list, rates, model.

Whoever only judges texts needs no more than this; what the packs and the calendar are read with takes as much memory
as the model (hotline_bridge.rulebook).
"""

import csv
import gc
import gzip
import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from routing.directory import Directory
from routing.errors import BadTable
from routing.hollow import FILE as ANSWERS, Hollow
from routing.lexicon import Lexicon, Source
from routing.model import Model
from routing.money.business import PrivateMoney
from routing.numberplaces import FILE as PREFIXES, NumberPlaces
from routing.watch import WatchList

DIRECTORY_COLUMNS = ("code", "name", "level", "parent", "mailbox")     # a directory without these serves nobody
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")       # as a file opened with newline="" gives them
MORE = "\0more"      # where csv puts the cells no column is named for
SAMPLES = resources.files("hotline_bridge") / "samples"
MODEL = resources.files("routing") / "trained" / "complaints.model"
_NEW_OBJECTS = 20_000       # between two looks of the collector; with 700 triage takes a thirtieth longer


@contextmanager
def at_one_go() -> Iterator[None]:
    """Load large tables without the collector of cycles: they make hundreds of thousands of objects that all stay, and it would go through them again and again."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def settle_memory() -> None:
    """Let the collector of cycles pass over all there is from now on, the tables above all: they stay, and are hundreds of thousands of objects.

    It also looks less often at what comes: judging a text makes hundreds of objects, and none of them in a cycle.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)


def load_directory(path: Path | None = None) -> tuple[Directory, tuple[str, ...]]:
    """The bank's directory of units, or the sample; with what is odd about it."""
    name = str(path) if path else "samples/directory.csv"
    return Directory.parse(each_row(content_of(path) if path else (SAMPLES / "directory.csv").read_bytes(), name, DIRECTORY_COLUMNS), name)


def load_model(path: Path | None = None) -> Model:
    """The statistical model that comes along, or the bank's own. BadTable where the file is none, or too old."""
    return Model.parse(content_of(path) if path else MODEL.read_bytes(), str(path or "routing/trained/complaints.model"))


def load_number_places() -> NumberPlaces:
    """Where telephone numbers are at home, as it comes along."""
    return NumberPlaces.parse((resources.files("routing") / "prefixes" / PREFIXES).read_bytes())


class Words(NamedTuple):
    """What triage reads besides the directory, and the digest of its sources."""

    lexicon: Lexicon
    watch: WatchList
    rates: Mapping[str, Decimal]
    digest: str
    hollow: Hollow


def load_words(watchlist: Path | None, rates: Path | None, lexicons: Path | None) -> Words:
    """Lexicons, watch list and rates of foreign money: the bank's own, or the ones that come along."""
    figures = content_of(watchlist) if watchlist else (SAMPLES / "watchlist.csv").read_bytes()
    money = content_of(rates) if rates else (SAMPLES / "rates.csv").read_bytes()
    names = str(watchlist or "samples/watchlist.csv"), str(rates or "samples/rates.csv")
    lexicon, digest = load_lexicon(lexicons)
    PrivateMoney.of(lexicon)            # told here with the mistakes of the other tables, not when triage is built
    return Words(
        lexicon, WatchList.parse(rows_of(figures, names[0], ("name", "role")), names[0]), _rates(rows_of(money, names[1], ("currency", "cny")), names[1]),
        one_digest(digest, hashlib.sha256(figures).hexdigest(), hashlib.sha256(money).hexdigest()),
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
        files[name.removesuffix(".toml")] = tried(trouble, partial(toml_of, content, path)) or {}
        sources[name.removesuffix(".toml")] = Source(path, content.decode("utf-8-sig", "replace"))
    if trouble:
        raise BadTable("lexicons", [f"{one.name}: {mistake}" for one in trouble for mistake in one.mistakes])
    name = ANSWERS.removesuffix(".toml")
    tried(trouble, lambda: Hollow.parse(files.get(name, {}), sources.get(name)))
    lexicon = tried(trouble, lambda: Lexicon.parse(files, sources))
    if trouble:
        raise BadTable("lexicons", [mistake for one in trouble for mistake in one.mistakes])
    return lexicon, one_digest(*(hashlib.sha256(found[name][1]).hexdigest() for name in sorted(found)))


def _own_lexicons(folder: Path) -> dict[str, tuple[str, bytes]]:
    """The bank's own files by name, each with its path and content."""
    if not folder.is_dir():
        raise BadTable(str(folder), ["there is no such folder; copy those files of routing/lexicons there that are to be changed"])
    own = {path.name: (str(path), content_of(path)) for path in sorted(folder.glob("*.toml"))}
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


def toml_of(content: bytes, name: str) -> dict[str, Any]:
    """The table a TOML file holds; BadTable where it is none."""
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadTable(name, [f"is no TOML in UTF-8: {error}"]) from None


def content_of(path: Path) -> bytes:
    """What a file holds; BadTable where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadTable(str(path), [f"cannot be read: {error.strerror or error}; correct the path in the configuration"]) from None


def tried(trouble: list[BadTable], load: Any) -> Any:  # noqa: ANN401 (whatever the loader gives)
    """What a loader gives; None where it raises BadTable, which is kept in `trouble`."""
    try:
        return load()
    except BadTable as error:
        trouble.append(error)
        return None


def one_digest(*parts: str) -> str:
    """One short digest of several."""
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:12]
