"""Superiors, regulators and government that hand complaints down by mail: who they are, how their letters read (D-6; law: article 27).

A template is a bank's table: words that tell such a letter, and the labels its fields stand under. A date they set may
be a day, or so many days after receipt.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from routing.calendar import Calendar, Hours
from routing.errors import BadTable
from routing.moments import after, ended
from routing.papers import Channel
from routing.phrases import dates_in
from routing.table import Number, Table, Text, read_table

#: What a letter may tell, by the names of the fields of an entry; `complained_on` is when the customer told them.
FIELDS = (
    "authority_number", "authority_due", "name", "phone", "id_type", "id_number", "address", "account", "complained_unit", "complained_person",
    "product", "amount", "narrative", "demand", "complained_on", "agent_name", "heads",
)
_PUNCTUATION = re.compile(r"[\s:：*＊【】\[\]()（）“”\"'、.．]+")
_DAYS = re.compile(
    r"(?:(?:收到|接到|签收|受理|转办|来函|本函|通知|文|下发|发出)[^。；;\n]{0,14}?(?:之日|次日|当日|后|日)?起?[^。；;\n0-9〇一二三四五六七八九十两]{0,6})?"
    r"(?P<days>[0-9]{1,3}|[〇一二三四五六七八九十两]{1,3})\s?个?\s?(?P<working>工作)?[日天](?:之?内|以内|前|$)",
)
_CLOCK = re.compile(r"(?P<half>上午|下午|晚上|晚)?\s?(?P<hour>[0-9]{1,2})\s?(?:[:：时点])\s?(?P<minute>[0-9]{2})?")
_DATE = r"(?:[0-9]{4}\s?[年./-]\s?)?[0-9]{1,2}\s?[月./-]\s?[0-9]{1,2}\s?[日号]?(?:\s?(?:上午|下午|晚)?\s?[0-9]{1,2}\s?[:时点]\s?[0-9]{0,2}分?)?"
_SPAN = r"[0-9〇一二三四五六七八九十两]{1,3}\s?个?\s?(?:工作)?[日天](?:之内|以内|内)"
#: A sentence that asks for an answer by a date; a date alone may be the customer's.
_ASKS = re.compile(
    rf"(?:请|须|应|务必|限|望|要求|[之次]日起)[^。；;\n]{{0,30}}?(?P<when>{_DATE}\s?(?:之前|以前|前|止)|{_SPAN})[^。；;\n]{{0,24}}?(?:办结|办理|回复|答复|反馈|报|处理|回告|函告|完成)"
    rf"|(?:期限|时限|截止(?:日期|时间)?)\s?(?:为|至|到|是|[:：])?\s?(?P<limit>{_DATE}|{_SPAN})",
)
_HAN = {sign: at for at, sign in enumerate("〇一二三四五六七八九")} | {"两": 2}


class Template(Table):
    """How an authority's letters read: a letter is one of its kind where it has `least` of the `words`."""

    id: Text
    name: Text
    words: tuple[Text, ...] = Field(min_length=1)
    least: Annotated[Number, Field(ge=1)] = 2
    fields: Mapping[str, tuple[Text, ...]]
    required: tuple[str, ...] = ("authority_number", "authority_due", "narrative")

    @field_validator("fields")
    @classmethod
    def _known(cls, fields: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        if unknown := sorted(set(fields) - set(FIELDS)):
            raise ValueError(f"{', '.join(unknown)}: no such field; expected some of {', '.join(FIELDS)}")
        return fields

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        seen: dict[str, str] = {}
        for name, labels in self.fields.items():
            for label in labels:
                if (other := seen.setdefault(folded(label), name)) != name:
                    raise ValueError(f"fields: the label {label} stands under {other} and {name}; expected it once")
        if unknown := sorted(set(self.required) - set(self.fields)):
            raise ValueError(f"required: {', '.join(unknown)} has no labels in fields; expected some of {', '.join(self.fields)}")
        if self.least > len(self.words):
            raise ValueError(f"least: {self.least} of {len(self.words)} words can never be found; expected at most {len(self.words)}")
        return self

    @property
    def by_label(self) -> Mapping[str, str]:
        """Return the fields by their labels, as `folded` spells these."""
        return {folded(label): name for name, labels in self.fields.items() for label in labels}

    def hits(self, text: str) -> int:
        """How many of its words a letter has."""
        plain = unicodedata.normalize("NFKC", text)
        return sum(unicodedata.normalize("NFKC", word) in plain for word in self.words)

    def fits(self, text: str) -> bool:
        """Whether a letter is one of this kind."""
        return self.hits(text) >= self.least


@dataclass(frozen=True, slots=True)
class Authority:
    """One that hands complaints down: its name, by what channel that is (P-9), its mailboxes, and how its letters read."""

    name: str
    channel: Channel
    mailboxes: frozenset[str]
    template: Template


@dataclass(frozen=True, slots=True)
class Authorities:
    """All that the bank has registered, and the templates letters of others are recognised by."""

    known: tuple[Authority, ...] = ()
    templates: tuple[Template, ...] = field(default_factory=tuple)

    def of(self, sender: str) -> Authority | None:
        """The authority that writes from this address; None where it is none's."""
        return next((one for one in self.known if sender.lower() in one.mailboxes), None)


def parse_template(raw: Mapping[str, object], name: str) -> Template:
    """Make a template of a parsed TOML table; BadTable with all mistakes."""
    return read_table(Template, raw, name)


def same_mailboxes(authorities: tuple[Authority, ...]) -> None:
    """Raise BadTable where a mailbox is registered for two authorities."""
    owner: dict[str, str] = {}
    mistakes = [
        f"{box} belongs to {owner[box]} and to {one.name}; expected each mailbox once"
        for one in authorities for box in sorted(one.mailboxes) if owner.setdefault(box, one.name) != one.name
    ]
    if mistakes:
        raise BadTable("authorities", mistakes)


def folded(label: str) -> str:
    """Return a label as it is compared: one width, without spaces and punctuation."""
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", label)).lower()


def spelled(number: str) -> str:
    """Return an authority's number as it is compared: 银保监转〔2026〕 7 号 and 银保监转[2026]7号 are one."""
    plain = unicodedata.normalize("NFKC", number).upper()
    return re.sub(r"\s+", "", plain).translate(str.maketrans("〔〕[]【】{}", "()()()()"))


@dataclass(frozen=True, slots=True)
class SetDate:
    """A date somebody sets: a day, with a time where one is said, or so many days from receipt."""

    day: date | None = None
    at: time | None = None
    days: int = 0
    working: bool = False

    def falls(self, received: datetime, calendar: Calendar, hours: Hours, zone: ZoneInfo) -> datetime:
        """Return the moment it means; a day without a time ends with the close of business, the day of receipt is not counted (D-6)."""
        if self.day is None:
            return after(received, self.days, calendar if self.working else None, hours, zone)
        return datetime.combine(self.day, self.at, zone) if self.at else ended(self.day, hours, zone)


def set_date(text: str, received: date) -> SetDate | None:
    """Return the date that a field's words set; None where they set none. A year that is not said is the next to come."""
    plain = unicodedata.normalize("NFKC", text)
    for year, month, day in dates_in(plain):
        try:
            found = date(year or received.year, month, day)
        except ValueError:
            continue
        if year is None and found < received:
            found = date(received.year + 1, month, day)
        return SetDate(found, _time(plain))
    hit = _DAYS.search(plain.strip())
    return SetDate(days=_number(hit["days"]), working=bool(hit["working"])) if hit and _number(hit["days"]) else None


def dates_asked_for(text: str, received: date) -> tuple[SetDate, ...]:
    """Return the dates that sentences of a letter ask for an answer by, in their order."""
    hits = _ASKS.finditer(unicodedata.normalize("NFKC", text))
    return tuple(dict.fromkeys(found for hit in hits if (found := set_date(hit["when"] or hit["limit"], received))))


def date_asked_for(text: str, received: date) -> SetDate | None:
    """Return the first date that a sentence of a letter asks for an answer by; None where no sentence does."""
    return next(iter(dates_asked_for(text, received)), None)


def _time(plain: str) -> time | None:
    hit = _CLOCK.search(plain)
    if hit is None or int(hit["hour"]) > 23 or int(hit["minute"] or 0) > 59:
        return None
    hour = int(hit["hour"])
    return time(hour + 12 if hit["half"] in {"下午", "晚上", "晚"} and hour < 12 else hour, int(hit["minute"] or 0))


def _number(figures: str) -> int:
    if figures.isdecimal() and figures.isascii():
        return int(figures)
    tens, ten, ones = figures.partition("十")
    if not ten:
        return _HAN.get(figures, 0)
    return (_HAN.get(tens, 0) if tens else 1) * 10 + _HAN.get(ones, 0)
