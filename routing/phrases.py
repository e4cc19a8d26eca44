"""Small things people write in a form: a telephone number, a date, a tick, a name (P-12)."""

import re
from calendar import monthrange
from collections.abc import Iterator

_MOBILE = r"(?:(?:\+|00)?86[-\s]?)?0?1[3-9]\d[-\s]?\d{4}[-\s]?\d{4}"
_SERVICE = r"[48]00[-\s]?(?:\d{3}[-\s]?\d{4}|\d{4}[-\s]?\d{3})"
_LANDLINE = (
    r"(?:[（(]?0\d{2,3}[)）]?[-—－\s]{0,3})?[2-9]\d{2,3}[-\s]?\d{4}"
    r"(?:[-—－\s]{0,2}(?:转|分机|ext\.?|#|[-—－])[-—－:：\s]{0,2}\d{1,6})?"
)
#: A Chinese mobile, a 400/800 number, or a landline with or without area code and extension.
PHONE = rf"(?<!\d)(?<!\d[-－—])(?:{_MOBILE}|{_SERVICE}|{_LANDLINE})(?!\d)"
_PHONE = re.compile(PHONE, re.IGNORECASE)
_HOTLINE = re.compile(r"(?<![\d-])9[56]\d{3,4}(?![\d-])(?:[转#]\d{1,6})?")
_COMPACT_DATE = re.compile(r"20\d\d[-\s]?(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:-.*)?")      # 20260722 is no landline
_WIDE = {0xFF01 + step: 0x21 + step for step in range(94)}      # full-width ASCII, signs and all

_DATE = re.compile(
    r"(?<!\d)(?:(?P<year>\d{4})\s{0,3}[年./-]\s{0,3})?(?P<month>\d{1,2})\s{0,3}(?:(?P<han>月)|[./-])\s{0,3}(?P<day>\d{1,2})(?!\d)\s{0,3}(?(han)[日号]?)"
    r"|(?<!\d)(?P<year8>20\d{2})(?P<month8>\d{2})(?P<day8>\d{2})(?!\d)"
)
_HAN_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_HAN_TEN = re.compile(r"([二三]?)十([一二三四五六七八九]?)(?=\s{0,3}[月日号])")
_HAN_DATE = re.compile(r"[〇○零一二三四五六七八九]{1,4}(?=\s{0,3}[年月日号])")

_BOX_EMPTY, _BOX_TICKED = "□☐○◯", "■☑☒√✓✔●"
_CHOICE = rf"([^{_BOX_TICKED}{_BOX_EMPTY}\s]{{1,20}})"
_TICKED = re.compile(rf"[{_BOX_TICKED}]\s{{0,5}}{_CHOICE}|{_CHOICE}\s{{0,5}}[√✓✔]")


def phone_in(text: str) -> str:
    """Return the first telephone number in a text, "" where there is none."""
    hits = (hit[0].strip() for hit in _PHONE.finditer(text.translate(_WIDE)))
    return next((hit for hit in hits if not _COMPACT_DATE.fullmatch(hit)), "")


def hotline_in(text: str) -> str:
    """Return the first service number of a bank (95580, 96588) in a text, "" where there is none; people answer from there too."""
    hit = _HOTLINE.search(text.translate(_WIDE))
    return hit[0] if hit else ""


def date_in(text: str) -> str:
    """Return the first real date in a text, its Chinese figures as digits; "" where there is none. The year may lack."""
    return next((hit[0].strip() for hit in _DATE.finditer(_with_figures(text)) if _real(*_parts(hit))), "")


def dates_in(text: str) -> Iterator[tuple[int | None, int, int]]:
    """Yield (year, month, day) of every real date in a text; None for a year that is not said."""
    for hit in _DATE.finditer(_with_figures(text)):
        if _real(*_parts(hit)):
            yield _parts(hit)


def _with_figures(text: str) -> str:
    plain = _HAN_TEN.sub(lambda ten: f"{ten[1] or '一'}{ten[2] or '〇'}", text.translate(_WIDE))
    return _HAN_DATE.sub(lambda figures: figures[0].translate(_HAN_DIGITS), plain)


def _parts(hit: re.Match[str]) -> tuple[int | None, int, int]:
    year = hit["year"] or hit["year8"]
    return int(year) if year else None, int(hit["month"] or hit["month8"]), int(hit["day"] or hit["day8"])


def _real(year: int | None, month: int, day: int) -> bool:
    some = year or 2024         # without a year 29 February must pass
    return 1990 <= some <= 2099 and 1 <= month <= 12 and 1 <= day <= monthrange(some, month)[1]


def ticked(value: str) -> str:
    """Return what is ticked of a row of boxes, "" where nothing is; a value without boxes stays as it is."""
    if not any(box in value for box in _BOX_EMPTY):
        return value
    hit = _TICKED.search(value)
    return (hit[1] or hit[2]) if hit else ""


def name_like(value: str) -> bool:
    """Whether this may be a person's name: at least two letters or characters, and no sentence."""
    bare = re.sub(r"\d|电话|手机|联系", "", value)
    return sum(map(str.isalpha, bare)) >= 2 and len(value) <= 60
