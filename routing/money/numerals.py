"""Numbers as people write them in Chinese: 8万5, 三万五, 捌万元整, 五万零一百, 8.5w, 4W4, 0.8亿, 80,000.00.

All functions take folded text (routing.text): half width, simplified, small letters.
"""

import re
from decimal import Decimal
from itertools import pairwise
from functools import lru_cache

DIGITS = dict(zip("零一二三四五六七八九", range(10), strict=True)) | dict(zip("壹贰叁肆伍陆柒捌玖", range(1, 10), strict=True))
DIGITS |= {"〇": 0, "○": 0, "两": 2, "俩": 2, "弍": 2, "参": 3, "仨": 3, "幺": 1}
SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "k": 1000}
LARGE = {"万": 10_000, "w": 10_000, "亿": 100_000_000}
_TENS = {"廿": "二十", "卅": "三十", " ": ""}

#: Every Han character a number is written with.
HAN = "零〇○一二三四五六七八九两俩壹贰叁肆伍陆柒捌玖弍参仨幺十拾百佰千仟万亿廿卅"
#: One digit that is not nought, in Han.
HAN_DIGIT = "[一二三四五六七八九两俩仨壹贰叁肆伍陆柒捌玖]"
_D = "[" + "".join(DIGITS) + "]"
_CHINESE = f"[{HAN}]"
_GROUPED = r"\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,4})?"
_ARABIC = rf"(?:{_GROUPED}|\d{{1,14}}(?:\.\d{{1,4}})?)"
#: A number with its own units; the second branch is purely Chinese. All repeats are bounded: cost stays linear.
NUMBER = (rf"(?:(?:{_ARABIC})(?:[十百佰千仟万亿wk](?:零?(?:{_ARABIC}|{_CHINESE}{{1,12}}))?){{0,4}}|{_CHINESE}{{1,24}})")

#: A recogniser writes spaces into a number (6 万 8 千 5, 50 000元): a gap stands only where the rest can be nothing else.
_END = r"(?=$|[,。;!?、 \n”\"）)吧嘛呢啊哦]|[块元圆])"
_GAP = rf"(?:(?<=[亿万w])(?<!\.\d[亿万w])(?<!\.\d\d[亿万w]) (?=(?:\d|{_D}) ?[千百十])|(?<=[千k]) (?=(?:\d|{_D}) ?[百十])| (?=(?:\d|{HAN_DIGIT}){_END}))?"
#: 七、八千, 一万七、八千; but 两万二、三万 and 两万二、一万九 are two sums.
_OR = (rf"(?:{'|'.join(f'(?<={low})、(?={high})' for low, high in pairwise('一二三四五六七八九'))}|(?<=两)、(?=三)|(?<=三)、(?=五))"
       r"(?=.(?:[十百千]|(?<![十百千万亿].、.)万))")
_UNIT = r"[十百佰千仟万亿wk](?![a-z])"
SPOKEN = (
    rf"(?:(?:\d{{1,3}}(?: \d{{3}}){{1,3}}(?= ?[元块圆多整])|{_ARABIC})(?: ?{_UNIT}{_GAP}(?:零?(?:{_ARABIC}|{_CHINESE}{{1,12}}))?){{0,4}}"
    rf"|{_CHINESE}(?:[{HAN}]|[wk](?![a-z])|(?<=[一二三四五六七八九两十]) (?=[万千百亿])|{_OR}|(?<=[万亿千百]) (?=[零一二三四五六七八九两]{{1,2}}[千百十])|(?<=[万千百]) (?={HAN_DIGIT}{_END})){{0,23}}"
    rf"(?:(?<=[万亿千百零])\d{{1,4}}(?![\d年月日号])(?:[千百十]\d?)?)?)"
)
#: Two neighbours before a unit, or at the end behind one, are a range: 三五万, 三四十万, 一万七八千, 七、八千.
_TWIN = re.compile(r"([一二三四五六七八九两])、?([一二三四五六七八九])(?=[十百千万wk]|$)")

_FIGURE = re.compile(_ARABIC, re.ASCII)


class _Sum:
    """A number being read from left to right."""

    __slots__ = ("number", "section", "total", "unit", "zero")

    def __init__(self) -> None:
        self.total: Decimal | int = 0           # finished 亿 and 万
        self.section: Decimal | int = 0         # below the next 万
        self.number: Decimal | int | None = None
        self.unit = 1                           # the last unit read: what an elided last digit counts against
        self.zero = False

    def digit(self, value: Decimal | int) -> None:
        """Take a digit or a written-out number."""
        if value == 0 and self.number is None:
            self.zero = True
        elif self.number is not None:
            self.number = self.number * 10 + value
        else:
            self.number = value

    def small(self, unit: int) -> None:
        """Take 十, 百 or 千; a bare 十 is ten."""
        self.section += (1 if self.number is None else self.number) * unit
        self.number, self.unit, self.zero = None, unit, False

    def large(self, unit: int) -> None:
        """Take 万 or 亿, which multiplies all that came before it in its section."""
        section = self.section + (self.number or 0)
        if unit > 10_000 and self.total and self.unit == 10_000:
            self.total, section = 0, self.total + section
        self.total += (section or 1) * unit
        self.section, self.number, self.unit, self.zero = 0, None, unit, False

    def value(self) -> Decimal:
        """Close the number: a last digit without a unit counts a tenth of the unit before it (三万五 is 35,000)."""
        rest = self.number or 0
        if rest and rest < 10 and self.unit >= 100 and not self.zero:
            rest *= self.unit // 10
        elif 10 <= rest < 100 and self.unit >= 10_000 and not self.zero:        # 十一万二八
            rest *= self.unit // 100
        return Decimal(self.total + self.section + rest)


@lru_cache(maxsize=4096)      # people write the same few sums
def value_of(number: str) -> Decimal | None:
    """Return the value of a folded numeral, None where it is none (万 alone, 千万 as a word is left to the caller)."""
    for short, long in _TENS.items():
        if short in number:
            number = number.replace(short, long)
    read, at = _Sum(), 0
    while at < len(number):
        sign = number[at]
        if sign in DIGITS:
            read.digit(DIGITS[sign])
        elif sign in SMALL:
            read.small(SMALL[sign])
        elif sign in LARGE:
            read.large(LARGE[sign])
        elif arabic := _FIGURE.match(number, at):
            read.digit(Decimal(arabic[0].replace(",", "")))
            at = arabic.end() - 1
        else:
            return None
        at += 1
    return read.value() if at else None


def values_of(number: str) -> tuple[Decimal, ...]:
    """Return the value of a numeral, or both ends where two neighbouring digits make a range; () where it is none.

    >>> [str(value) for value in values_of("一万七八千")]
    ['17000', '18000']
    """
    twin = _TWIN.search(number) if len(number) > 1 and number[0] not in "0123456789" else None
    if twin and (DIGITS[twin[2]] - DIGITS[twin[1]] == 1 or twin[0] in {"三五", "三、五"}):
        ends = (number[:twin.start()] + twin[each] + number[twin.end():] for each in (1, 2))
        return tuple(value for end in ends if (value := value_of(end)) is not None)
    value = value_of(number)
    return () if value is None else (value,)
