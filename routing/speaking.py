"""What is written as it is spoken in Chinese: numbers, dates, times, money, case numbers, letters (P-21).

A synthetic voice reads 13800000000 as billions and ¥80,000.00 as rubble; so nothing but words ever reaches it.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal

_FIGURES = "零一二三四五六七八九"
_ON_THE_TELEPHONE = "零幺二三四五六七八九"        # 幺, for 一 and 七 sound alike down a bad line
_SMALL, _LARGE = ("", "十", "百", "千"), ("", "万", "亿", "万亿")
LARGEST = 10**16
_LONGEST_COUNT = 4          # figures in a row that still are a number; longer ones are a telephone number, an account, a case
_HOURS = ((6, "凌晨"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))
_QUARTERS = {0: "", 15: "一刻", 30: "半", 45: "三刻"}
_HAN = "㐀-鿿豈-﫿𠀀-𯿿"
_STOPS = "，。；：？！、"


# numbers --------------------------------------------------------------------------------------------------------------
def digits(text: str) -> str:
    """A number figure by figure, as on the telephone: 95580-000137 -> 九五五八零，零零零幺三七; what parts it is a pause."""
    groups = re.findall(r"[0-9]+|[A-Za-z]+", unicodedata.normalize("NFKC", text))
    return "，".join("".join(_ON_THE_TELEPHONE[int(sign)] if sign.isdigit() else sign for sign in group) for group in groups)


def cardinal(number: int) -> str:
    """A whole number in words: 10203 -> 一万零二百零三. ValueError beyond what there are words for."""
    if abs(number) >= LARGEST:
        raise ValueError(f"{number} is too large to be said")
    if number <= 0:
        return "零" if number == 0 else f"负{cardinal(-number)}"
    words, gap = "", False
    for place in range(3, -1, -1):
        four = number // 10_000**place % 10_000
        if four:
            words += ("零" if words and (gap or four < 1000) else "") + _four(four) + _LARGE[place]
        gap = not four
    return words.removeprefix("一") if words.startswith("一十") else words


def _four(number: int) -> str:
    """A number below ten thousand in words."""
    words, gap = "", False
    for place in range(3, -1, -1):
        figure = number // 10**place % 10
        if figure:
            words += ("零" if gap and words else "") + _FIGURES[figure] + _SMALL[place]
        gap = not figure
    return words


def counted(number: int, of: str) -> str:
    """So many of something: 2, 件 -> 两件."""
    return f"{'两' if number == 2 else cardinal(number)}{of}"


def decimal(text: str) -> str:
    """A number with a point: 3.50 -> 三点五零."""
    whole, _, rest = text.partition(".")
    return cardinal(int(whole or "0")) + (f"点{''.join(_FIGURES[int(figure)] for figure in rest)}" if rest else "")


def money(amount: Decimal) -> str:
    """An amount in yuan: 80000.00 -> 八万元; 12.05 -> 十二元零五分."""
    cents = int((abs(amount) * 100).to_integral_value())
    yuan, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    small = (f"{_FIGURES[jiao]}角" if jiao else "零" if fen and yuan else "") + (f"{_FIGURES[fen]}分" if fen else "")
    large = f"{cardinal(yuan)}元" if yuan or not small else ""
    return f"{'负' if amount < 0 and cents else ''}{large}{small}"


# time -----------------------------------------------------------------------------------------------------------------
def day(on: date, year: int) -> str:
    """A day: 十一月二十六日, with its year where that is not `year`."""
    before = "" if on.year == year else f"{''.join(_FIGURES[int(figure)] for figure in f'{on.year:04}')}年"
    return f"{before}{cardinal(on.month)}月{cardinal(on.day)}日"


def hour(at: int, minute: int) -> str:
    """A time of day: 17, 30 -> 下午五点半."""
    name = next(name for until, name in _HOURS if at < until)
    shown = at if at <= 12 else at - 12
    if at == 0:
        shown = 12
    words = "两" if shown == 2 else cardinal(shown)
    if minute in _QUARTERS:
        return f"{name}{words}点{_QUARTERS[minute]}"
    return f"{name}{words}点{'零' if minute < 10 else ''}{cardinal(minute)}分"


def moment(at: datetime, zone: tzinfo, now: datetime) -> str:
    """A moment as the bank's people say it: 十一月二十六日下午五点半."""
    there = at.astimezone(zone)
    return f"{day(there.date(), now.astimezone(zone).year)}{hour(there.hour, there.minute)}"


def span(much: timedelta) -> str:
    """How long: the whole days, else the hours, else the minutes, at least one."""
    minutes = max(1, int(much.total_seconds()) // 60)
    if minutes >= 24 * 60:
        return counted(minutes // (24 * 60), "天")
    return counted(minutes // 60, "小时") if minutes >= 60 else counted(minutes, "分钟")


# whatever text --------------------------------------------------------------------------------------------------------
def spoken(text: str) -> str:
    """Any text as it is spoken: figures become words, everything that has no sound a pause or nothing.

    What comes out holds Chinese characters, their stops, Latin letters and spaces, and nothing else.
    """
    words = unicodedata.normalize("NFKC", text)
    for pattern, said in _WRITTEN:
        words = pattern.sub(said, words)
    words = _UNSAID.sub(" ", words.translate(_AS_STOPS))
    words = re.sub(rf"\s*([{_STOPS}])[\s{_STOPS}]*", r"\1", words)
    return re.sub(r"\s+", " ", words).strip().lstrip(_STOPS)


def _said_day(found: re.Match[str]) -> str:
    year, month, on = int(found[1]), int(found[2]), int(found[3])
    try:
        return day(date(year, month, on), 0)
    except ValueError:
        return digits(found[0])


def _said_hour(found: re.Match[str]) -> str:
    at, minute = int(found[1]), int(found[2])
    return hour(at, minute) if at < 24 and minute < 60 else digits(found[0])


def _said_money(found: re.Match[str]) -> str:
    plain, times = found[1].replace(",", ""), found[2] or ""
    if len(plain.partition(".")[0]) > 15:
        return digits(plain)
    return f"{decimal(plain.rstrip('0').rstrip('.') if '.' in plain else plain)}{times}元" if times else money(Decimal(plain))


def _said_percent(found: re.Match[str]) -> str:
    return f"百分之{_said_number(found)}"


def _said_number(found: re.Match[str]) -> str:
    plain = found[1].replace(",", "")
    whole, _, _ = plain.partition(".")
    if ("," not in found[1] and (len(whole) > _LONGEST_COUNT or (len(whole) > 1 and whole.startswith("0")))) or len(whole) > 15:
        return digits(plain)
    return decimal(plain)


_AMOUNT = r"([0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)"
_WRITTEN: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"(?<=[号席话])[:\s]{0,2}([0-9]+)(?![0-9年月])(?![-,.:/][0-9])"), lambda found: digits(found[1])),
    (re.compile(r"(?<![0-9])([0-9]{4})[-/年]([0-9]{1,2})[-/月]([0-9]{1,2})(?![0-9])日?"), _said_day),
    (re.compile(r"(?<![0-9:])([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})?(?![0-9:])"), _said_hour),
    (re.compile(rf"[¥$]\s?{_AMOUNT}\s?([万亿]?)元?"), _said_money),
    (re.compile(rf"{_AMOUNT}\s?([万亿]?)元"), _said_money),
    (re.compile(rf"{_AMOUNT}\s?%"), _said_percent),
    (re.compile(r"([0-9]{4})(?=年)"), lambda found: "".join(_FIGURES[int(figure)] for figure in found[1])),
    (re.compile(r"(?<![0-9])([0-9]+(?:-[0-9]+)+)"), lambda found: digits(found[1])),
    (re.compile(r"(?<![第0-9.,])2(?=[件个天次位笔张名家条份项户周年小])"), lambda _: "两"),
    (re.compile(_AMOUNT), _said_number),
)
_AS_STOPS = str.maketrans({",": "，", ".": "。", ";": "；", ":": "：", "?": "？", "!": "！", "(": "，", ")": "，", "\n": "。", "《": "，", "》": "，", "|": "，", "-": "，", "/": "，", "—": "，"})
_UNSAID = re.compile(rf"[^{_HAN}{_STOPS}A-Za-z ]")
