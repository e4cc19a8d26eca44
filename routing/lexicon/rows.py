"""The entries and scopes of a list file, read and checked; every mistake says where it is, why, and what to write instead."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, NamedTuple

from routing.lexicon.lines import Source
from routing.lexicon.patterns import GAP, BadPattern, Classes, Head, head, parse, spelled_out
from routing.lexicon.scopes import COVERS
from routing.text import fold_text

Table = Mapping[str, Any]
_ENTRY_KEYS = ("label", "id", "says", "any", "with", "all", "unless", "unless_scope", "near", "weight")
_SCOPE_KEYS = ("name", "says", "covers", "opens", "unless", "ends", "within")
_DEFAULT_KEYS = ("unless_scope", "near")
_FILE_KEYS = ("entry", "defaults", "words", "scope")
#: Keys of earlier lists, and what has taken their place.
_GONE = {"deniable": "write unless_scope = [] in its place", "denials": "the words stand in scope.toml; name the scopes in [defaults] unless_scope"}
_CONDITIONS = ("with", "all", "unless", "unless_scope", "near")


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One line of a list: what it is evidence for, how much, and which scopes take it back."""

    listed_in: str
    id: str                         # of this entry among all lists, for whoever counts them: topics/存款丢失.2
    label: str
    says: str
    any: tuple[str, ...]
    unless_scope: tuple[str, ...]
    near: int                       # how many characters away `with` and `all` may stand
    weight: int


class Row(NamedTuple):
    """An entry and how its patterns are found."""

    entry: Entry
    any: tuple[tuple[str, Head], ...]
    nearby: tuple[tuple[Head, ...], ...]      # of each, one must stand near
    barred: tuple[Head, ...]                # none may stand in the same sentence


class ScopeRow(NamedTuple):
    """A rule of a scope and how its words are found."""

    name: str
    covers: str
    within: int
    opens: tuple[Head, ...]
    unless: tuple[Head, ...]
    ends: tuple[Head, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """One file of the lists while it is read: its content, its lines, and what is wrong so far (with other files')."""

    listed_in: str
    content: Table
    source: Source
    classes: Classes
    mistakes: list[str] = field(default_factory=list)

    def wrong(self, place: tuple[str, int], what: str, key: str = "", words: str = "") -> None:
        """Note a mistake of the n-th table of a name."""
        table, number = place
        which = f", {table} {number}" if table in {"entry", "scope"} else f", [{table}]" if table else ""
        self.mistakes.append(f"{self.source.at(table, number, key, words)}{which}: {what}")

    def entries(self, scopes: Collection[str]) -> Iterator[Row]:
        """Yield the entries that are right; `scopes` are the names there are."""
        self._known_keys(("", 1), self.content, _FILE_KEYS, strict=False)
        defaults = self.content.get("defaults", {})
        if not isinstance(defaults, Mapping):
            self.wrong(("", 1), "defaults must be a table: [defaults]")
            defaults = {}
        self._known_keys(("defaults", 1), defaults, _DEFAULT_KEYS)
        seen: dict[tuple[object, ...], int] = {}
        numbers: dict[str, int] = {}
        for number, row in self._tables("entry"):
            before = len(self.mistakes)
            found = self._entry(number, {**defaults, **row}, numbers, scopes)
            self._known_keys(("entry", number), row, _ENTRY_KEYS)
            self._twice(number, row, seen)
            if found and len(self.mistakes) == before:
                self._never(number, found)
                yield found

    def scopes(self) -> Iterator[ScopeRow]:
        """Yield the rules of scopes that are right."""
        for number, row in self._tables("scope"):
            place, before = ("scope", number), len(self.mistakes)
            self._known_keys(place, row, _SCOPE_KEYS)
            name, covers = row.get("name"), row.get("covers", COVERS[0])
            if not isinstance(name, str) or not name:
                self.wrong(place, 'has no name, e.g. name = "denied"')
            if covers not in COVERS:
                self.wrong(place, f"covers {covers!r} is none of {', '.join(COVERS)}{_nearest(covers, COVERS)}", "covers")
            within = self._number(place, row, "within", 20)
            opens, unless, ends = (tuple(each for _, each in self._patterns(place, row, key, must=key == "opens")) for key in ("opens", "unless", "ends"))
            if len(self.mistakes) == before:
                yield ScopeRow(str(name), covers, within, opens, unless, ends)

    def _entry(self, number: int, row: Table, numbers: dict[str, int], scopes: Collection[str]) -> Row | None:
        place = ("entry", number)
        label = row.get("label")
        if not isinstance(label, str) or not label:
            self.wrong(place, 'has no label, e.g. label = "存款丢失"')
            return None
        numbers[label] = numbers.get(label, 0) + 1
        patterns = self._patterns(place, row, "any", must=True)
        nearby = [self._patterns(place, row, "with")] if "with" in row else []
        nearby += [self._patterns(place, {"all": each}, "all", must=True) for each in self._list(place, row, "all")]
        unless = tuple(str(each) for each in self._list(place, row, "unless_scope"))
        for name in unless:
            if name not in scopes:
                self.wrong(place, f"unless_scope: there is no scope {name!r}, there are {', '.join(sorted(scopes)) or 'none'}{_nearest(name, scopes)}", "unless_scope")
        entry = Entry(
            self.listed_in, f"{self.listed_in}/{row.get('id') or f'{label}.{numbers[label]}'}", label, str(row.get("says", "")), tuple(text for text, _ in patterns),
            unless, self._number(place, row, "near", 40), self._number(place, row, "weight", 1))
        return Row(entry, tuple(patterns), tuple(tuple(each for _, each in one) for one in nearby if one), tuple(each for _, each in self._patterns(place, row, "unless")))

    def _patterns(self, place: tuple[str, int], row: Table, key: str, *, must: bool = False) -> list[tuple[str, Head]]:
        """Read a list of patterns; what is wrong with each is noted."""
        found: list[tuple[str, Head]] = []
        patterns = self._list(place, row, key)
        if must and not patterns and isinstance(row.get(key, []), list):
            self.wrong(place, f'{key} names no pattern; it must be a list like {key} = ["飞单", "不是存款"]', key)
        for pattern in patterns:
            try:
                found.append((pattern, self._head(pattern)))
            except BadPattern as error:
                self.wrong(place, f"{key}: {pattern!r} {error}", key, str(pattern))
        return found

    def _head(self, pattern: object) -> Head:
        if not isinstance(pattern, str):
            raise BadPattern("is no text; put it in quotation marks")
        if pattern != pattern.strip():
            raise BadPattern("begins or ends with a space; leave it out")
        parts = parse(pattern, self.classes)
        if parts[-1] == GAP:
            raise BadPattern("ends in a gap ~, which says nothing; leave it out")
        return head(parts)

    def _tables(self, name: str) -> Iterator[tuple[int, Table]]:
        rows = self.content.get(name, [])
        if not isinstance(rows, list):
            self.wrong(("", 1), f"{name} must be written [[{name}]], with two brackets on either side", name)
            return
        for number, row in enumerate(rows, start=1):
            if isinstance(row, Mapping):
                yield number, row
            else:
                self.wrong((name, number), f"is no table; begin each with a line [[{name}]]")

    def _list(self, place: tuple[str, int], row: Table, key: str) -> list[Any]:
        value = row.get(key, [])
        if isinstance(value, list):
            return value
        self.wrong(place, f"{key} must be a list in brackets, not {value!r}", key)
        return []

    def _number(self, place: tuple[str, int], row: Table, key: str, default: int) -> int:
        value = row.get(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 1000:
            return value
        self.wrong(place, f"{key} must be a whole number from 1 to 1000, not {value!r}", key)
        return default

    def _known_keys(self, place: tuple[str, int], row: Table, known: Collection[str], *, strict: bool = True) -> None:
        for key in row:
            if key in _GONE:
                self.wrong(place if strict else (key, 1), f"the key {key} is gone; {_GONE[key]}", key)
            elif key not in known and (strict or _nearest(key, known)):
                cure = _nearest(key, known) or "; there are " + ", ".join(known)
                self.wrong(place if strict else (key, 1), f"knows no key {key!r}{cure}", key)

    def _twice(self, number: int, row: Table, seen: dict[tuple[object, ...], int]) -> None:
        """Note patterns that stand twice under one label and the same conditions."""
        conditions = (row.get("label"), *(repr(row[key]) for key in _CONDITIONS if key in row))
        for key in ("any", "with", "unless"):
            of = (number, key) if key != "any" else conditions
            for pattern in row.get(key) or ():
                name = (*of, fold_text(str(pattern)))
                if name in seen:
                    where = "twice" if seen[name] == number else f"in entry {seen[name]} too, under the same label and conditions"
                    self.wrong(("entry", number), f"{key}: {pattern!r} stands {where}; leave one out", key, str(pattern))
                seen.setdefault(name, number)

    def _never(self, number: int, row: Row) -> None:
        """Note patterns that hold a word of the same entry's `unless`: they can never be found."""
        barred = [word for each in row.barred if each.tail is None for word in each.words]
        for pattern, found in row.any:
            if barred and found.tail is None and all(any(word in each for word in barred) for each in found.words):
                stop = next(word for word in barred if word in found.words[0])
                self.wrong(("entry", number), f"any: {pattern!r} can never be found, its own unless holds {stop!r}; leave one of the two out", "any", pattern)


def _nearest(name: object, known: Iterable[str]) -> str:
    near = get_close_matches(str(name), [*known], 1, 0.6)
    return f"; did you mean {near[0]}?" if near else ""


def classes_of(files: Iterable[tuple[Source, Table]], tell: Callable[[str], None]) -> dict[str, tuple[str, ...]]:
    """Return the classes of words of all files by name, spelled out; `tell` is given each mistake."""
    raw: dict[str, tuple[Source, list[Any]]] = {}
    for source, content in files:
        table = content.get("words", {})
        for name, words in table.items() if isinstance(table, Mapping) else ():
            where = source.at("words", 1, name)
            if not isinstance(words, list) or not words:
                tell(f'{where}, [words]: {name} must be a list of words, like {name} = ["老人", "老太太"]')
            elif name in raw:
                tell(f"{where}, [words]: {name} is a class of {raw[name][0].name} already; choose another name")
            else:
                raw[name] = (source, words)
    done: dict[str, tuple[str, ...]] = {}
    for name in raw:
        _class_words(name, raw, done, (), tell)
    return done


def _class_words(name: str, raw: Mapping[str, tuple[Source, list[Any]]], done: dict[str, tuple[str, ...]], above: tuple[str, ...], tell: Callable[[str], None]) -> None:
    """Spell out one class, those it names first."""
    if name in done:
        return
    source, words = raw[name]
    found: list[str] = []
    for word in words:
        for other in raw:
            if f"<{other}>" in str(word) and other not in (*above, name):
                _class_words(other, raw, done, (*above, name), tell)
        try:
            found += spelled_out(str(word), done)
        except BadPattern as error:
            tell(f"{source.at('words', 1, name, str(word))}, [words] {name}: {word!r} {error}")
    if twice := {word for word in found if found.count(word) > 1}:
        tell(f"{source.at('words', 1, name)}, [words]: {name} holds {'、'.join(sorted(twice))} twice; leave one out")
    done[name] = tuple(dict.fromkeys(found))
