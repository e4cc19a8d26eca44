"""What a push says, by its mapping: for each record the moment of the call it tells of, and a row for the Call."""

import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import jmespath
from jmespath.exceptions import JMESPathError

from adapters.formats.cdr.dates import moment_of
from adapters.formats.exchange_text import clean
from adapters.formats.cdr.rows import FORM, ZONE, Row
from adapters.formats.cdr.vendor import EVENT, FORM_NAME, MOMENTS, OTHER, SHARED, TELLS_ANSWER
from adapters.formats.vendor.body import QUERY, Tree, inner_tree, pairs_of, parts_of, tree_of
from routing.papers import Unreadable
from routing.vendor import DIRECTIONS, RESULTS, SIDES, Events, Vendor, VendorMapping

LONGEST = 2000                  # letters of one field
LONGEST_ID = 200
LONGEST_TALK = 7 * 86400        # seconds
_NULLS = frozenset({"", "-", "null", "none", "nil", "undefined", "nan"})
_CLOCK = re.compile(r"(?:([0-9]{1,4}):)?([0-9]{1,4}):([0-9]{2})(?:\.[0-9]+)?")
_SECONDS = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]+)?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_IDS = ("call_id", "global_call_id")
_OURS: Mapping[str, tuple[str, ...]] = {"direction": DIRECTIONS, "result": RESULTS, "hangup_side": SIDES}      # said in our own words, they need no line


@dataclass(frozen=True, slots=True)
class Told:
    """One record: `stage` is ring, answer, later, end or ignored; `row` what a Call is made of, None where it is of no use.

    `wrong` are fields that could not be read, `odd` words without a line in the value tables.
    """

    stage: str
    row: Row | None
    wrong: tuple[str, ...] = ()
    odd: tuple[str, ...] = ()
    record: Mapping[str, object] = field(default_factory=dict, repr=False)      # as the vendor wrote it, with the query beside it

    def moment(self, name: str) -> datetime | None:
        """The moment in this column."""
        return datetime.fromisoformat(self.row[name]) if self.row and name in self.row else None


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything one push says; `strays` stood among its records and are none."""

    told: tuple[Told, ...]
    strays: int = 0

    def kept(self, events: Events) -> tuple[Told, ...]:
        """What belongs into the record of a call: of its end and what comes behind it; of all else only where the mapping says so."""
        lasting = {"end", "later"} if events.keep == "ended" else {"ring", "answer", "end", "later"}
        return tuple(one for one in self.told if one.row is not None and one.stage in lasting)


def seen_in(kept: bytes, vendor: Vendor) -> Seen:
    """Read what was kept of a push. Unreadable where it is in no form we know, or where the mapping finds no record in it."""
    mapping = vendor.mapping
    tree = tree_of(kept, mapping.body)
    asked = tree[QUERY] if isinstance(tree, dict) and QUERY in tree else pairs_of(parts_of(kept)[0])
    try:
        if mapping.inside is not None:
            tree = _unpacked(tree, mapping.inside)
        found = _found(mapping.records, tree)
    except JMESPathError:
        found = None
    listed = found if isinstance(found, list) else [found]
    records = [one for one in listed if isinstance(one, dict)]
    if not records:
        raise Unreadable(
            f"按映射 {mapping.name} 的 records（{mapping.records}）找不到话单 / the mapping finds no record at {mapping.records}；"
            "请用 hotline-bridge vendor test 核对 / compare with: hotline-bridge vendor test NAME FILE")
    return Seen(tuple(_told({**one, QUERY: asked} if asked else one, vendor) for one in records), len(listed) - len(records))


def record_bytes(told: Told) -> bytes:
    """One record of several as a paper of its own."""
    return clean(json.dumps(told.record, ensure_ascii=False, sort_keys=True)).encode()


def seen_in_record(body: bytes, vendor: Vendor) -> Seen:
    """Read what `record_bytes` gave."""
    record = tree_of(body, "json")
    assert isinstance(record, dict)
    return Seen((_told(record, vendor),))


def _unpacked(tree: Tree, path: str) -> Tree:
    """What is packed into a field as text, or stands in it already; where there is no such field, the body itself."""
    inner = _found(path, tree)
    if isinstance(inner, str) and inner.strip():
        return inner_tree(inner)
    return inner if isinstance(inner, dict | list) else tree


def _told(record: Mapping[str, object], vendor: Vendor) -> Told:
    return replace(_as_told(record, vendor), record=record)


def _as_told(record: Mapping[str, object], vendor: Vendor) -> Told:
    mapping = vendor.mapping
    reader = _Reader(record, vendor)
    stage = reader.stage()
    if stage == "ignored":
        return Told(stage, None, odd=tuple(reader.odd))
    row = {name: said for name, said in reader.fields() if said}
    if not row.get("call_id"):
        reader.wrong.insert(0, f"call_id: 在 {mapping.fields.call_id} 找不到通话标识 / there is no id of the call at {mapping.fields.call_id}")
        return Told(stage, None, tuple(reader.wrong), tuple(reader.odd))
    if not row.get("hotline") and vendor.hotline:
        row["hotline"] = vendor.hotline
    if mapping.fields.t_answer is not None:
        row[TELLS_ANSWER] = "1"
    return Told(stage, {**row, EVENT: stage, FORM: FORM_NAME, ZONE: vendor.zone.key}, tuple(reader.wrong), tuple(reader.odd))


class _Reader:
    """Goes through the fields of one record, and notes what is wrong on the way."""

    def __init__(self, record: Mapping[str, object], vendor: Vendor) -> None:
        self._record, self._mapping, self._zone = record, vendor.mapping, vendor.zone
        self._nulls = _NULLS | {null.lower() for null in vendor.mapping.nulls}
        self.wrong: list[str] = []
        self.odd: list[str] = []

    def stage(self) -> str:
        events = self._mapping.events
        if events.found is None:
            return "end"
        word = self._text("events.found", events.found)
        lists = {"ring": events.ring, "answer": events.answer, "end": events.end, "later": events.later, "ignored": events.ignored}
        for stage, known in lists.items():
            if word in known:
                return stage
        if word:
            self.odd.append(f"events: “{word[:40]}” 未列入 / is in none of the lists; taken for the end of a call")
        return "end"            # what nobody knows is kept: nothing is turned away (P-3)

    def fields(self) -> Iterator[tuple[str, str]]:
        for name, path in self._mapping.fields:
            if path is not None:
                yield name, _KINDS.get(name, _Reader._plain)(self, name, path)

    def _text(self, name: str, path: str) -> str:
        try:
            said = self._repaired(_said(_found(path, self._record)))
        except JMESPathError as error:
            self.wrong.append(f"{name}: 表达式不适用 / the expression does not fit: {str(error).splitlines()[0][:120]}")
            return ""
        said = said.strip()
        return "" if said.lower() in self._nulls else said

    def _repaired(self, said: str) -> str:
        if self._mapping.mojibake and not said.isascii():
            try:
                return said.encode("latin-1").decode("utf-8")
            except UnicodeError:
                return said
        return said

    def _plain(self, name: str, path: str) -> str:
        said = self._text(name, path)[:LONGEST]
        return " ".join(said.split()) if name in {"ani", "hotline"} else said

    def _id(self, name: str, path: str) -> str:
        said = self._text(name, path)
        if not said.strip("0"):
            return ""           # nobody's id: all calls that have none would be one
        if len(said) > LONGEST_ID:
            self.wrong.append(f"{name}: 超过 {LONGEST_ID} 字 / an id of over {LONGEST_ID} letters")
        return said[:LONGEST_ID]

    def _ids(self, name: str, path: str) -> str:
        """Several ids, with spaces between them; none that is a null."""
        try:
            found = _found(path, self._record)
        except JMESPathError as error:
            self.wrong.append(f"{name}: 表达式不适用 / the expression does not fit: {str(error).splitlines()[0][:120]}")
            return ""
        listed = [_said(one) for one in (found if isinstance(found, list) else [found])]
        return " ".join(one for one in listed if one.lower() not in self._nulls and one.strip("0") and " " not in one and len(one) <= LONGEST_ID)

    def _moment(self, name: str, path: str) -> str:
        said = self._text(name, path)
        try:
            at = moment_of(said, self._zone)
        except ValueError as error:
            self.wrong.append(f"{name}: {error}")
            return ""
        return "" if at is None else at.isoformat()

    def _length(self, name: str, path: str) -> str:
        said = self._text(name, path)
        clock = _CLOCK.fullmatch(said)
        if clock:
            return str(int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + int(clock[3]))
        if said and not _SECONDS.fullmatch(said):
            self.wrong.append(f"{name}: {said[:40]!r} 不是时长 / is no length; expected seconds or HH:MM:SS")
            return ""
        length = float(said or 0) / (1000 if self._mapping.talk_unit == "ms" else 1)
        if length > LONGEST_TALK:
            self.wrong.append(f"{name}: {said[:40]!r} 超过七天 / is over seven days; is talk_unit right?")
            return ""
        return str(max(0, int(length))) if said else ""

    def _word(self, name: str, path: str) -> str:
        table: Mapping[str, str] = getattr(self._mapping.words, name)
        said = self._text(name, path)
        if not said or (not table and name == "satisfaction"):
            return said
        meant = table.get(said, table.get("*"))
        if meant is None and said not in _OURS.get(name, ()):
            self.odd.append(f"{name}: “{said[:40]}” 未列入 words.{name} / has no line in words.{name}")
            return said if name == "satisfaction" else ""
        return said if meant is None else meant


_KINDS: Mapping[str, Callable[[_Reader, str, str], str]] = {
    **dict.fromkeys(_IDS, _Reader._id), **dict.fromkeys((OTHER, SHARED), _Reader._ids), **dict.fromkeys(MOMENTS, _Reader._moment),  # noqa: SLF001 (its own table)
    "talk_s": _Reader._length, **dict.fromkeys(("direction", "result", "hangup_side", "satisfaction"), _Reader._word),  # noqa: SLF001
}


@functools.lru_cache(maxsize=1024)
def _compiled(path: str) -> "jmespath.parser.ParsedResult":
    return jmespath.compile(path)


def _found(path: str, tree: object) -> object:
    if isinstance(tree, dict) and _NAME.fullmatch(path):
        return tree.get(path)                   # nearly every expression is a name alone, and this is ten times as quick
    found: object = _compiled(path).search(tree)
    return found


def _said(found: object) -> str:
    """A value as text: lists with commas between, a table as JSON."""
    if found is None:
        return ""
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, list):
        return ",".join(filter(None, map(_said, found)))
    if isinstance(found, dict):
        return clean(json.dumps(found, ensure_ascii=False)) if found else ""
    return clean(str(found)).strip(" \t\r\n")        # no more: a space without break may be half of a letter


def unused_in(told: Told, mapping: VendorMapping) -> tuple[str, ...]:
    """Names in the record that no expression mentions."""
    record = told.record
    paths = [mapping.events.found or "", *(path for _, path in mapping.fields if path)]
    return tuple(name for name in record if name != QUERY and not any(_mentions(path, name) for path in paths))


def _mentions(path: str, name: str) -> bool:
    return re.search(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])", path) is not None

