"""What the State Council's notices of holidays say, year by year: read from TOML or from a simple table, checked, merged, written.

A notice that cannot be right is refused whole, with every mistake at once: a span that is not one, days closed twice, a
working day "opened", a holiday fixed by law that stands open, a year left out between two others.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise

from pydantic import Field

from routing.errors import BadTable
from routing.table import Day, Number, Table, Text, read_table

SATURDAY = 5
_KINDS = {"closed": True, "放假": True, "休": True, "open": False, "opened": False, "上班": False, "班": False}
_HEADS = {"日期": "day", "类型": "kind", "名称": "name"}
COLUMNS = ("day", "kind", "name")
_DATE = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")       # a spreadsheet writes 2027/2/6 again


class Closed(Table):
    """Days in a row on which nobody works."""

    name: Text
    first: Day = Field(alias="from")
    last: Day = Field(alias="to")


class Opened(Table):
    """A Saturday or Sunday worked in exchange (调休)."""

    name: Text
    day: Day


class Fixed(Table):
    """A holiday that the law itself fixes: closed in every year, whether its notice is out or not."""

    name: Text
    days: tuple[Text, ...]              # "10-01"


class Year(Table):
    """The notice of one year."""

    year: Number = Field(ge=1990, le=2200)
    closed: tuple[Closed, ...] = ()
    opened: tuple[Opened, ...] = ()


class Notice(Table):
    """All notices that are known; `names` has the English word for a holiday's name."""

    id: Text
    name: Text
    names: Mapping[str, Text] = Field(default_factory=dict)
    fixed: tuple[Fixed, ...]
    years: tuple[Year, ...] = Field(min_length=1)


def read_notice(raw: Mapping[str, object], name: str, base: Notice | None = None) -> Notice:
    """Read a parsed TOML table; what it leaves out of the head (id, name, names, fixed) is taken from `base`. BadTable with all mistakes."""
    head = {} if base is None else {key: getattr(base, key) for key in ("id", "name", "names", "fixed")}
    notice = read_table(Notice, {**_plain(head), **raw}, name)
    if mistakes := mistakes_of(notice):
        raise BadTable(name, mistakes)
    return notice


def notice_of_rows(rows: Iterable[Mapping[str, str]], name: str, base: Notice) -> Notice:
    """Read a table of days: `day,kind,name`, kind closed or open, a line for each day; BadTable with all mistakes by line."""
    mistakes: list[str] = []
    seen: dict[date, int] = {}
    found: list[tuple[date, bool, str]] = []
    for line, row in enumerate(rows, 2):
        cells = {_HEADS.get(key.strip(), key.strip()): value.strip() for key, value in row.items()}
        if missing := [column for column in COLUMNS if column not in cells]:
            raise BadTable(name, [f"line 1: no column {', '.join(missing)}; the first line must be day,kind,name"])
        if not any(cells.values()):
            continue
        told = _row(cells)
        if isinstance(told, str):
            mistakes.append(f"line {line}: {told}")
        elif told[0] in seen:
            mistakes.append(f"line {line}: {told[0]} stands on line {seen[told[0]]} already; expected once")
        else:
            seen[told[0]] = line
            found.append(told)
    if not found and not mistakes:
        mistakes.append("holds no day; expected a line such as 2027-01-01,closed,元旦 for each day")
    if mistakes:
        raise BadTable(name, mistakes)
    years = tuple(_year(year, [one for one in found if one[0].year == year]) for year in sorted({day.year for day in seen}))
    return base.model_copy(update={"years": years})


def merged(base: Notice, new: Notice, name: str) -> Notice:
    """Let the years of `new`, and its head, take the place of those of `base`; BadTable where the whole would not hold."""
    years = {one.year: one for one in (*base.years, *new.years)}
    whole = new.model_copy(update={"names": {**base.names, **new.names}, "years": tuple(years[year] for year in sorted(years))})
    if mistakes := mistakes_of(whole):
        raise BadTable(name, mistakes)
    return whole


def mistakes_of(notice: Notice) -> list[str]:
    """What is wrong with a notice, each with its place and what was expected."""
    years = [year.year for year in notice.years]
    found = [f"years: {year} stands there twice; expected once" for year, count in sorted(Counter(years).items()) if count > 1]
    found += [
        f"years: nothing between {earlier} and {later}; expected every year, so that no gap is taken for published"
        for earlier, later in pairwise(sorted(set(years))) if later - earlier > 1
    ]
    fixed, trouble = fixed_days(notice.fixed)
    return found + [mistake for year in notice.years for mistake in _mistakes_of(year, fixed)] + trouble


def fixed_days(fixed: Sequence[Fixed]) -> tuple[dict[tuple[int, int], str], list[str]]:
    """Return the holidays fixed by law by month and day, and what is wrong with them."""
    days: dict[tuple[int, int], str] = {}
    found: list[str] = []
    for it in fixed:
        for text in it.days:
            try:
                day = date.fromisoformat(f"2000-{text}")
            except ValueError:
                found.append(f"fixed {it.name}: {text!r} is no day; expected a month and day like 10-01")
            else:
                days[day.month, day.day] = it.name
    return days, found


def in_toml(notice: Notice) -> str:
    """Write a notice as the TOML it is read from."""
    lines = [f"id = {_quoted(notice.id)}", f"name = {_quoted(notice.name)}", *([] if notice.fixed else ["fixed = []"]), ""]
    if notice.names:
        lines += ["[names]", *(f"{_quoted(name)} = {_quoted(word)}" for name, word in notice.names.items()), ""]
    for one in notice.fixed:
        lines += ["[[fixed]]", f"name = {_quoted(one.name)}", f"days = [{', '.join(map(_quoted, one.days))}]", ""]
    for year in notice.years:
        lines += ["[[years]]", f"year = {year.year}"]
        lines += ["closed = [", *(f"    {{ name = {_quoted(it.name)}, from = {it.first}, to = {it.last} }}," for it in year.closed), "]"]
        lines += ["opened = [", *(f"    {{ name = {_quoted(it.name)}, day = {it.day} }}," for it in year.opened), "]", ""]
    return "\n".join(lines)


def days_of(first: date, last: date) -> list[date]:
    """Every day from the first to the last."""
    return [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]


def _mistakes_of(year: Year, fixed: Mapping[tuple[int, int], str]) -> list[str]:
    where, found = f"years.{year.year}", []
    spans = [it for it in year.closed if it.first <= it.last and {it.first.year, it.last.year} == {year.year}]
    found += [
        f"{where}.closed {it.name}: from {it.first} to {it.last}; expected an ordered span within {year.year}"
        for it in year.closed if it not in spans
    ]
    closed = Counter(day for it in spans for day in days_of(it.first, it.last))
    found += [f"{where}.closed: {day} is closed {count} times; expected spans that do not overlap" for day, count in sorted(closed.items()) if count > 1]
    found += [f"{where}.opened: {day} stands there {count} times; expected once" for day, count in sorted(Counter(it.day for it in year.opened).items()) if count > 1]
    found += [
        f"{where}.opened {it.day}: expected a Saturday or Sunday of {year.year} that is not closed"
        for it in year.opened if it.day.weekday() < SATURDAY or it.day.year != year.year or it.day in closed
    ]
    whole = len(spans) == len(year.closed)      # a span that is wrong must not be told twice
    shut = {(day.month, day.day) for day in closed}
    return found + [
        f"{where}: {name} {month:02}-{day:02} is a holiday by law and stands open; expected it among closed"
        for (month, day), name in fixed.items() if whole and (month, day) not in shut
    ]


def _row(cells: Mapping[str, str]) -> tuple[date, bool, str] | str:
    """One line as a day, whether it is closed, and the holiday's name; or what is wrong with it."""
    hit = _DATE.fullmatch(cells["day"])
    try:
        day = date(*map(int, hit.groups())) if hit else None
    except ValueError:
        return f"{cells['day']} is no day of the calendar; expected one that exists"
    if day is None:
        return f"{cells['day'] or 'no day'}: expected a day like 2027-02-06"
    if cells["kind"].lower() not in _KINDS:
        return f"{day}: kind {cells['kind'] or 'is empty'}; expected closed or open"
    closed = _KINDS[cells["kind"].lower()]
    if not cells["name"]:
        return f"{day}: no name; expected the holiday's, e.g. 春节"
    if not closed and day.weekday() < SATURDAY:
        return f"{day} is a weekday and worked anyway; open is for a Saturday or Sunday worked in exchange"
    return day, closed, cells["name"]


def _year(year: int, days: Sequence[tuple[date, bool, str]]) -> Year:
    """Gather the days of a year; days of one name in a row are one span."""
    spans: list[tuple[str, date, date]] = []
    for day, _, name in sorted(one for one in days if one[1]):
        if spans and spans[-1][0] == name and (day - spans[-1][2]).days == 1:
            spans[-1] = (name, spans[-1][1], day)
        else:
            spans.append((name, day, day))
    closed = tuple(Closed.model_validate({"name": name, "from": first, "to": last}) for name, first, last in spans)
    return Year(year=year, closed=closed, opened=tuple(Opened(name=name, day=day) for day, closed, name in sorted(days) if not closed))


def _plain(head: Mapping[str, object]) -> dict[str, object]:
    return {key: [one.model_dump() for one in value] if key == "fixed" and isinstance(value, tuple) else value for key, value in head.items()}


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
