"""Places written wrong: by their sound (黛溪阵 for 黛溪镇, 何城县带溪镇), or with one wrong character (临江望鸖楼).

Only where something else fits: an area named in the text, one heard right before the name or with its 县 or 市, or a
name so long and rare that nothing else sounds like it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from routing.gazetteer import Codes, Mention
from routing.parties import Unit, UnitCode
from routing.placeletter import OUTLET_SAID
from routing.placenames import ORDINARY, OUTLET_LEVEL
from routing.placereader import BESIDE, Reader, Reading
from routing.sounds import sounded
from routing.text import fold_text

_STOP = re.compile(r"$|[\s,。;!?:、]|的(?:$|[\s,。所那])|[镇乡阵](?:$|[\s,。的那所])|所|营业所|网点|街道|那|𠮶|(?:信贷|客户|理财|大堂)经理|信贷员|柜员")
_PAUSES = frozenset((",", " ", "的"))
_JOINT = re.compile(r"[市县区旗州的\s,、]{0,2}")
_TOWN = "镇阵振乡香"
_OUTLET = "营业所|营业部|营业厅|网点|支局|分理处|储蓄所|街道|所(?![有以谓在说得需持述属示为列指])"
#: The word of a town, of an outlet with what leads up to it, or of its staff. Each branch begins with a plain character: few places of a text are tried.
_WORDS = re.compile("|".join((
    *(f"{town}(?![村长下里])" for town in _TOWN), *(f"{lead}(?:银行)?(?:{_OUTLET})" for lead in ("的", "那个", "那家", "这个", "𠮶个", "𠮶间")),
    *(f"{lead}点(?=[,。、 ]|$)" for lead in ("的", "那个", "这个", "你们那个")), f"银行(?:{_OUTLET})", _OUTLET, *(f"{lead}的(?:信贷员|信贷经理|柜员|客户经理|理财经理|大堂经理)" for lead in ("", "那边", "这边")))))
_AREA_WORD = re.compile(r"[县区市旗州盟](?!面|场|民|长|里|上)")
#: A name of fewer characters, without 镇 or 乡, has too many that sound like it to stand without an area.
_RARE = 3
_LONGEST = 6
#: More words than this in one text decide nothing; it also bounds the work on endless texts.
_MOST_WORDS = 40
_MOST_OPEN, _FEW = 20, 4
#: A city has fewer counties than this; more are too many places for a name with a wrong character.
_MOST_COUNTIES = 30
_FITS = 4


class _Span(NamedTuple):
    """A piece of the text that is, or sounds like, the name of outlets; `strong` where their word stands behind it."""

    start: int
    end: int
    outlets: Codes
    strong: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """The units a misspelt name may be, and where it stands."""

    units: Codes
    start: int
    end: int


def heard(reader: Reader, readings: Iterable[Reading]) -> Heard | None:
    """Return the unit a wrong name means, several where it may be several of one sound; None where nothing fits.

    `readings` are what the names that are written right say.
    """
    return _Ear(reader, readings).outlet() or _beside_an_area(reader) or _behind_a_wrong_area(reader)


class _Ear:
    """Hears one text."""

    def __init__(self, reader: Reader, readings: Iterable[Reading]) -> None:
        self.reader = reader
        self.letter = reader.letter
        self.text = reader.letter.text
        self.gazetteer = reader.gazetteer
        self.areas = {area.start for area in self.letter.areas}
        #: What is read already, or is no place in question, is not heard as something else.
        clashing = {each.mention.start for each in readings if each.clash}
        self.read = {each.mention.start for each in readings}
        settled = [each for each in self.letter.mentions
                   if each.outlets and each.start not in clashing and (each.start in self.read or each.end - each.start > 2)]
        self.closed = [(each.start, each.end) for each in (*settled, *self.letter.dropped)]
        self.written = {(each.start, each.end) for each in self.letter.mentions}
        self.inside = [(each.start, each.end) for each in self.letter.areas]

    def outlet(self) -> Heard | None:
        """Return the outlets that sound like a piece of the text and fit an area named or heard."""
        spans = list(dict.fromkeys(self._spans()))
        if not spans:
            return None
        only_heard = self._heard_areas()
        best, found = (0, 0), dict[UnitCode, _Span]()
        for span in spans:
            # A name that is written right was weighed with the areas named; only what is heard is new to it.
            named = only_heard if (span.start, span.end) in self.written else self.reader.named | only_heard
            for code, score in self._fitting(span, named):
                worth = (score, span.end - span.start)
                if worth > best:
                    best, found = worth, {}
                if worth == best:
                    found[code] = span
        if found:
            first = next(iter(found.values()))
            return Heard(tuple(found), first.start, first.end)
        return None if self.letter.areas else self._rare(spans)

    def _spans(self) -> Iterator[_Span]:
        """Yield pieces before the words for an outlet and behind areas, and the names that are written right."""
        yield from (_Span(each.start, each.end, each.outlets, strong=True) for each in self.letter.mentions
                    if each.outlets and (each.start in self.read or not (each.areas or self.text[each.start:each.end] in ORDINARY)))
        for area in self.letter.areas:
            joint = _JOINT.match(self.text, area.end)
            start = joint.end() if joint else area.end
            for end in range(start + 2, min(start + _LONGEST, len(self.text)) + 1):
                if _STOP.match(self.text, end):
                    yield from self._sounding(start, end, strong=False)
        yield from self._jotted()
        for count, word in enumerate(_WORDS.finditer(self.text)):
            if count >= _MOST_WORDS:
                return
            end = word.end() if self.text[word.start()] in _TOWN else word.start()
            for start in range(max(0, end - _LONGEST), end - 1):
                yield from self._sounding(start, end, strong=True)

    def _jotted(self) -> Iterator[_Span]:
        """Yield what stands by itself right before an area, as a seat jots it down: 旺鹤路 临江."""
        for area in self.letter.areas:
            at = area.start - 1
            start = at - _RARE
            while at > 0 and self.text[at] == " " and start >= max(0, at - _LONGEST):
                if start == 0 or not self.text[start - 1].isalpha():
                    yield from self._sounding(start, at, strong=False)
                    break
                start -= 1

    def _sounding(self, start: int, end: int, *, strong: bool) -> Iterator[_Span]:
        short = end - start - strong * (self.text[end - 1] in _TOWN) < _RARE
        said = self.text[start:end]
        if not said.isalpha() or said in ORDINARY or (short and not self.letter.begins(start)):
            return
        if any(start < right and left < end for left, right in self.closed) or any(left <= start and end <= right for left, right in self.inside):
            return
        for named in self.gazetteer.sounding(sounded(self.text[start:end])):
            if named.outlets:
                yield _Span(start, end, named.outlets, strong)

    def _heard_areas(self) -> frozenset[UnitCode]:
        """Return the areas that sound like a piece of the text ending in 县, 市 or the like (何城县)."""
        found: set[UnitCode] = set()
        for count, word in enumerate(_AREA_WORD.finditer(self.text)):
            if count >= _MOST_WORDS:
                break
            for start in range(max(0, word.end() - 4), word.end() - 1):
                if start not in self.areas:
                    found.update(*(each.areas for each in self.gazetteer.sounding(sounded(self.text[start:word.end()]))))
        return frozenset(found)

    def _fitting(self, span: _Span, named: frozenset[UnitCode]) -> Iterator[tuple[UnitCode, int]]:
        """Yield the outlets of a piece that an area named, or heard right before it, speaks for."""
        at = span.start
        while at and self.text[at - 1] in "市县区旗州的 ,、那":
            at -= 1
        before = {area for start in range(max(0, at - _LONGEST), at - 1) for each in self.gazetteer.sounding(sounded(self.text[start:at])) for area in each.areas}
        if not named and not before:
            return
        beside = self.reader.around(Mention(span.start, span.end))[1]
        for code in span.outlets:
            score = self.reader.score(code, named, beside)
            if score < _FITS and before and not before.isdisjoint(self.gazetteer.above(code)[:2]):
                score += BESIDE + _FITS
            if score >= _FITS or (score >= 2 and span.strong and span.end - span.start > 2):
                yield code, score

    def _rare(self, spans: list[_Span]) -> Heard | None:
        """Return, where no area is named, the only outlet that sounds so, or a few that may be meant."""
        places: dict[tuple[int, int], dict[UnitCode, None]] = {}
        for span in spans:
            if span.strong and self.text[span.end - 1] not in "路街巷道" and (span.start, span.end) not in self.written:
                places.setdefault((span.start, span.end), {}).update(dict.fromkeys(span.outlets))
        for start, end in sorted(places, key=lambda place: place[0] - place[1]):
            name, codes = self.text[start:end], tuple(places[start, end])
            plain = name[:-1] if name[-1] in _TOWN else name
            said = plain != name and len(plain) > 1 and self.letter.begins(start) and OUTLET_SAID.match(self.text, end)     # 回锅镇那个所
            if len(codes) == 1 and (len(plain) >= _RARE or said):
                return Heard(codes, start, end)
            if plain != name and len(codes) <= _MOST_OPEN:
                return Heard(codes, start, end) if len(codes) > 1 else None
        return None


def one_off(wrong: str, right: str) -> bool:
    """Whether two words of a length differ in exactly one character."""
    return len(wrong) == len(right) and sum(a != b for a, b in zip(wrong, right, strict=True)) == 1


def _beside_an_area(reader: Reader) -> Heard | None:
    """Return the outlet of a named area whose name, one character off, follows the area's; a few if several do."""
    found = {hit.units[0]: hit for area in reader.letter.areas for hit in _below(reader, area)}
    first = next(iter(found.values()), None)
    return Heard(tuple(found), first.start, first.end) if first and len(found) <= _FEW else None


def _below(reader: Reader, area: Mention) -> Iterator[Heard]:
    text = reader.letter.text
    joint = _JOINT.match(text, area.end)
    at = joint.end() if joint else area.end
    ends = {end - at: end for end in range(at + _RARE, min(at + _LONGEST, len(text)) + 1) if _STOP.match(text, end)}
    if not ends or not text[at:at + _RARE].isalpha():
        return
    for unit, near in _outlets(reader, area):
        stem = unit.name.removesuffix("营业所")
        names = (stem, stem[:-1]) if stem[-1:] in "镇乡" else (stem,)
        for name in names if near else names[-1:]:
            end = ends.get(len(name))
            if end and one_off(text[at:end], fold_text(name)):
                yield Heard((unit.code,), area.start, end)


def _outlets(reader: Reader, area: Mention) -> Iterator[tuple[Unit, bool]]:
    """Yield the outlets of a county, or those of a city's counties, and whether it is the county that was named."""
    directory = reader.directory
    for code in area.areas:
        below = directory.children(code)
        yield from ((unit, True) for unit in below if unit.level == OUTLET_LEVEL)
        if len(below) <= _MOST_COUNTIES and below and below[0].level != OUTLET_LEVEL:
            yield from ((unit, False) for county in below for unit in directory.children(county.code) if unit.level == OUTLET_LEVEL)


def _behind_a_wrong_area(reader: Reader) -> Heard | None:
    """Return the only outlet named right behind its county's name with one character off."""
    text, gazetteer = reader.letter.text, reader.gazetteer
    found: dict[UnitCode, Heard] = {}
    for mention in reader.letter.mentions:
        if not mention.outlets or not _STOP.match(text, mention.end):
            continue
        for code in mention.outlets[:_MOST_OPEN]:
            for name in (name for area in gazetteer.above(code)[:2] for name in gazetteer.area_names.get(area, ())):
                start = mention.start - len(name) - (text[mention.start - 1:mention.start] in _PAUSES)
                # 阑州 for 澜州: of two characters the second must say that an area is meant.
                if start < 0 or not (name[-1] == text[start + len(name) - 1] or name[0] == text[start]):
                    continue            # with one character off, the first or the last is right
                if (len(name) >= _RARE or name[-1] in "州县") and one_off(text[start:start + len(name)], name) and reader.letter.begins(start):
                    found[code] = Heard((code,), start, mention.end)
    return next(iter(found.values())) if len(found) == 1 else None
