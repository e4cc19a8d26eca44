"""What may stand in a cell: text that no spreadsheet takes for a formula, times as the numbers that spreadsheets count in."""

import re
from datetime import date, datetime, tzinfo
from html import escape

#: With these a spreadsheet may take text for a formula; the full-width ones too, where the system is Chinese or Japanese.
_FORMULA = re.compile("[\\s\x00-\x1f]*[=+\\-@＝＋－＠]|[\t\r\n]")
#: What XML cannot hold, and what a spreadsheet would read as the escape of something else.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]|_x(?=[0-9A-Fa-f]{4}_)")
_CAREFUL = re.compile("[&<>\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]|_x")
_LONGEST = 32_767               # characters of a cell, in every spreadsheet
_CUT = "…（截断）"
_FIRST_DAY = date(1899, 12, 30).toordinal()
_DAY = 86_400


def risky(text: str) -> bool:
    """Whether a spreadsheet might take this text for a formula."""
    return not text[:1].isalnum() and _FORMULA.match(text) is not None      # most begin with a letter: no need to look closer


def plain(text: str) -> str:
    """Return a text for a field of a .csv file: what looks like a formula gets an apostrophe before it."""
    return f"'{text}" if risky(text) else text


def written(text: str) -> str:
    """Return a text that a cell can hold, not yet escaped for XML; the end of a text too long for one is cut off."""
    if _UNWRITABLE.search(text):
        text = _UNWRITABLE.sub(lambda sign: "_x005F_x" if sign[0] == "_x" else "□", text)
    return text if len(text) <= _LONGEST else text[:_LONGEST - len(_CUT)] + _CUT


def marked_up(text: str) -> str:
    """Return a text that a cell can hold, escaped for XML."""
    if len(text) <= _LONGEST and not _CAREFUL.search(text):
        return text
    return escape(written(text), quote=False)


def serial(moment: datetime, zone: tzinfo) -> float:
    """Return an aware moment as the number of days that a spreadsheet counts, by the clock of `zone`."""
    here = _aware(moment).astimezone(zone)
    return here.toordinal() - _FIRST_DAY + (here.hour * 3600 + here.minute * 60 + here.second) / _DAY


def serial_day(day: date) -> int:
    """Return a day as the number that a spreadsheet counts."""
    return day.toordinal() - _FIRST_DAY


def clock(moment: datetime | None, zone: tzinfo) -> str:
    """Return 2026-07-22 09:31 by the clock of `zone`; "" for None."""
    if moment is None:
        return ""
    here = _aware(moment).astimezone(zone)
    return f"{here.year}-{here.month:02d}-{here.day:02d} {here.hour:02d}:{here.minute:02d}"


def _aware(moment: datetime) -> datetime:
    """The moment, if it says of which zone it is: another would be taken for the machine's own."""
    if moment.tzinfo is None:
        raise ValueError(f"a time without a zone stands in the figures: {moment}; give it the zone of its pack")
    return moment
