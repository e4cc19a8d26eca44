"""The number of a case, which people quote, mistype, scan and break over lines (pains 6 and 7).

`95580-20260722-000137`: the hotline, the day of receipt, a sequence of five digits (more on a day with over 99,999
complaints) and the check digit of ISO 7064 MOD 11,10 over all the digits before it.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from stdnum.iso7064 import mod_11_10

_NUMBER = re.compile(r"([0-9]{3,12})-([0-9]{8})-([0-9]{6,9})")
_HOTLINE = re.compile(r"[0-9]{3,12}")
_HOTLINE_DIGITS = range(3, 13)
_USUAL_HOTLINE = 5              # 95580, 96588: only these may lose their dashes and still be told from other digits
_DATE_DIGITS = 8
_TAIL = 6                       # five of the sequence and the check digit
_LONGEST_TAIL = 9
_LONGEST_GAP = 12               # a dash, a line break and a few quote marks
_SHORTEST = _HOTLINE_DIGITS.start + _DATE_DIGITS + _TAIL

_LOOKALIKES = {**dict.fromkeys("OoＯｏ〇○", "0"), **dict.fromkeys("lIｌＩ", "1")}
_DASHES = "\\-－﹣‐‑‒–—―−─━ー~～·•・._＿/／"
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_DASH = re.compile(f"[{_DASHES}]")
#: Everything a disfigured number may be made of, in one piece: digits, lookalikes, dashes, white space, quote marks.
_RUN = re.compile(rf"[\d{''.join(_LOOKALIKES)}{_DASHES}\s>]{{{_SHORTEST},}}")


def case_number(hotline: str, day: date, sequence: int) -> str:
    """Return the number of the `sequence`-th complaint (from 1) of a day at a hotline; ValueError for impossible ones."""
    if not _HOTLINE.fullmatch(hotline):
        raise ValueError(f"hotline {hotline!r} is not 3 to 12 digits; write it without spaces and dashes")
    if not 1 <= sequence < 10 ** (_LONGEST_TAIL - 1):
        raise ValueError(f"sequence {sequence} is not between 1 and {10 ** (_LONGEST_TAIL - 1) - 1}")
    head = f"{hotline}-{day:%Y%m%d}-{sequence:05d}"
    return head + str(mod_11_10.calc_check_digit(head.replace("-", "")))


def valid(number: str) -> bool:
    """Whether this is a case number in its one right spelling, with a real day and the right check digit."""
    parts = _NUMBER.fullmatch(number)
    return parts is not None and _is_day(parts[2]) and bool(mod_11_10.is_valid(number.replace("-", "")))


def undashed(number: str) -> str:
    """Return a case number as bare digits, as it stands in the reply address."""
    return number.replace("-", "")


def dashed(digits: str) -> tuple[str, ...]:
    """Return every valid case number that these bare digits may be; mostly one, hotlines differ in length."""
    spellings = (
        f"{digits[:size]}-{digits[size:size + _DATE_DIGITS]}-{digits[size + _DATE_DIGITS:]}" for size in _HOTLINE_DIGITS
    )
    return tuple(number for number in spellings if valid(number))


def find_numbers(text: str, hotlines: Collection[str] = ()) -> tuple[str, ...]:
    """Return the case numbers in a text, each once, in order, in their right spelling.

    Reads them through full-width digits, spaces, other dashes or none, O for 0, l and I for 1, quote marks and line
    breaks, glued to Han or not; only with a real day and the right check digit. `hotlines` (the bank's own) keeps
    other digit rows out; without it a number that lost its dashes is only seen behind a hotline of five digits.
    Takes time in proportion to the text.
    """
    found = dict.fromkeys(
        number
        for run in _RUN.finditer(_INVISIBLE.sub("", text))
        for number in _numbers_of(_row(run[0]), hotlines)
    )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Row:
    """The digits of a run; `gaps[i]` is what stood before digit i: "" nothing, " " white space, "-" a dash, "|" an end.

    `doubtful[i]`: digit i was a letter, so it may as well belong to a word beside the number ("No95580").
    """

    digits: str
    gaps: tuple[str, ...]
    doubtful: tuple[bool, ...]

    def edge(self, at: int) -> bool:
        """Whether a number may begin or end before digit `at`."""
        return bool(self.gaps[at]) or (at > 0 and self.doubtful[at - 1]) or (at < len(self.digits) and self.doubtful[at])

    def solid(self, start: int, end: int) -> bool:
        """Whether the digits stand together, and are digits."""
        return not any(self.gaps[start + 1:end]) and not any(self.doubtful[start:end])


def _row(run: str) -> _Row:
    digits: list[str] = []
    gaps: list[str] = ["|"]
    doubtful: list[bool] = []
    gap = ""
    for sign in run:
        digit = _LOOKALIKES.get(sign) or str(unicodedata.decimal(sign, ""))
        if not digit:
            gap += sign
            continue
        if digits:
            gaps.append(_kind(gap))
        digits.append(digit)
        doubtful.append(sign in _LOOKALIKES)
        gap = ""
    return _Row("".join(digits), (*gaps, "|"), tuple(doubtful))


def _kind(gap: str) -> str:
    if not gap:
        return ""
    if len(gap) > _LONGEST_GAP or gap.count("\n") > 1:
        return "|"
    return "-" if _DASH.search(gap) else " "


def _numbers_of(row: _Row, hotlines: Collection[str]) -> Iterator[str]:
    at = row.digits.find("20")
    while at >= 0:
        day = row.digits[at:at + _DATE_DIGITS]
        number = _number_around(row, at, hotlines) if _is_day(day) else ""
        if number:
            yield number
        at = row.digits.find("20", at + (len(day) if number else 1))


def _number_around(row: _Row, at: int, hotlines: Collection[str]) -> str:
    """Return the valid number whose day begins at digit `at`, or ""; the shorter reading wins."""
    day, after = row.digits[at:at + _DATE_DIGITS], at + _DATE_DIGITS
    for start in _starts(row, at, hotlines):
        for end in _ends(row, after):
            number = f"{row.digits[start:at]}-{day}-{row.digits[after:end]}"
            if "|" not in row.gaps[start + 1:end] and valid(number):
                return number
    return ""


def _starts(row: _Row, at: int, hotlines: Collection[str]) -> list[int]:
    """Return where the hotline may begin: in one piece before broken, digits before letters, the longer before."""
    starts = [at - size for size in _HOTLINE_DIGITS if size <= at and row.edge(at - size)]
    if hotlines:
        known = [start for start in starts if row.digits[start:at] in hotlines]
    else:
        known = [start for start in starts if row.gaps[at] == "-" or at - start == _USUAL_HOTLINE]
    return sorted(known, key=lambda start: (sum(map(bool, row.gaps[start + 1:at])), row.doubtful[start], start))


def _ends(row: _Row, after: int) -> Iterator[int]:
    last = min(after + _LONGEST_TAIL, len(row.digits))
    for end in range(after + _TAIL, last + 1):
        # beyond the usual six only in one piece: what follows a space is rather the next number in the sentence
        if row.edge(end) and (end == after + _TAIL or row.solid(after + _TAIL - 1, end)):
            yield end


def _is_day(digits: str) -> bool:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year >= 2000
    except ValueError:
        return False
