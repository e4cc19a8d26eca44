"""A number with the words around it, and whether it is money: 不到5万, ￥80,000.00, 一万多块, 3百多美元."""

import re
from dataclasses import dataclass
from decimal import Decimal

from routing.money.amount import Reach
from routing.money.currency import AFTER, BEFORE, NAMES_AHEAD, TAIL, code_of, tail_value
from routing.money.noise import COUNTED, SPLIT, told_otherwise
from routing.money.numerals import DIGITS, SPOKEN, value_of, values_of
from routing.money.wording import ABOVE_AHEAD, BELOW_AHEAD, bare_is_money, reach_behind

_BIG = r"(?:万亿|[十百千]{0,2}[万亿w](?![a-z])|k(?![a-z]))"
_SAID = rf" ?(?P<behind>{AFTER})?{TAIL}(?P<closing>整|[多余](?!次)|出头|有余|以上|以内|以下|左右|上下|不到|不足|不止|开外|往上|挂零|打零|还多|都不到|还不到)?"
FEW = re.compile(
    rf"(?:(?P<few>(?:几|数)[十百千]{{0,2}}(?:个(?=亿))?[万亿])(?![里能])|(?P<digits>[五六七八九5-9])(?: ?位|个)数(?!的?密码|字|的?验证|[目据]|的?[卡账]?号|的?(?:(?:热线|专线)|电话|短信|代[码号]|编[码号]|分机|邮编|口令)))(?P<more>多|来)?{_SAID}",
    re.ASCII)
BODY = re.compile(
    rf"(?P<number>{SPOKEN}) ?(?P<more>多(?!次)|余|几|来|把|好几)?(?:个(?P<halved>半)?多?(?=[万亿w]))?(?P<big>{_BIG})?(?P<more2>多|余|几(?![个十百千万])|来|把|半(?![年天个月路夜途辈])|好几|出头|有余|挂零|打零)?(?P<whole>整)?{_SAID}",
    re.ASCII)
_ABOVE, _BELOW = "|".join(sorted(ABOVE_AHEAD, key=len, reverse=True)), "|".join(sorted(BELOW_AHEAD, key=len, reverse=True))
_AHEAD = re.compile(rf"(?:(?P<above>{_ABOVE})|(?<![最附大])(?P<below>{_BELOW}))?(?:约|大约)?(?P<ahead>{BEFORE})?[: ]?(?:约|大约)?$", re.ASCII)
#: How what may stand before a number ends; most numbers have none of it, and no search is made.
_AHEAD_ENDS = frozenset(word[-2:] for word in (*ABOVE_AHEAD, *BELOW_AHEAD, *NAMES_AHEAD, "大约"))
_AHEAD_SIGNS = frozenset(": 约近快小超逾上$€£¥₩")
_ONE_YUAN = re.compile(r"[。,;!?、\n]|$|[五六七八九零多整]")
#: After a scaled number without 元: a letter, a digit or a sum to be worked out means that it is no money.
_CLINGS = re.compile(r"[a-z%0-9]|[减加乘除](?![上收])|[.:]\d")
_LAST = frozenset((*DIGITS, *"0123456789"))
#: A piece of something, no yuan: 门口那一块, 扯下来一块, 圆一圆, 十六一块儿去.
_PIECE_AHEAD = re.compile(r"(?:[那这哪每圆]|[扯撕掉咬磕蹭裂碎][了下掉]?来?)$")
_TOGETHER = re.compile(r"块[儿去来到起]")
UNITS = frozenset("万亿wk千百仟佰")


@dataclass(slots=True)
class Figure:
    """A number with the words around it, while it is being judged."""

    match: re.Match[str]
    at: int                 # where its words begin, the currency and 不到 before it included
    end: int
    number: str
    code: str
    limit: str

    @property
    def scaled(self) -> bool:
        """Whether the words carry a unit of their own (8万, 一千八, 8.5w, 六百), so that they need no 元 to be money."""
        big = self.match["big"] or ""
        return bool(UNITS & set(self.number[1:] + big)) or (self.number[0] in "万千百" and (len(self.number) > 1 or self.match["more"] == "把" or self.limit == "above"))

    @property
    def unit(self) -> str:
        """The 万, 亿 or 千 that the lower end of a range takes over: 3到6万."""
        big = self.match["big"] or self.number[-1]
        return big if big[-1] in "万亿wk千" else ""


def ahead_of(text: str, at: int) -> re.Match[str] | None:
    """Find the currency and the limiting words before a number."""
    if at and (text[at - 1] in _AHEAD_SIGNS or text[max(0, at - 2):at] in _AHEAD_ENDS):
        return _AHEAD.search(text, max(0, at - 12), at)
    return None


def figure_from(text: str, match: re.Match[str]) -> Figure:
    """Take the currency and the limiting words before a number to it."""
    at, number, end = match.start(), match["number"], match.end()
    code = code_of(match["behind"])
    half = number[:len(number) // 2]
    if len(half) > 1 and half[-1] in UNITS and number == half * 2:
        number, end = half, match.start("number") + len(half)       # 五万五万地转
    elif number.endswith("零") and number[-2:-1] in DIGITS and number[-3:-2] in UNITS:
        number, end = number[:-1], match.end("number") - 1          # 一千五零花钱
    elif not code and len(number) > 1 and number[-1] in _LAST and number[-2] in UNITS and SPLIT.match(text, match.end("number")):
        number, end = number[:-1], match.end("number") - 1          # 两万三张, 20万3年: two numbers
    ahead = ahead_of(text, at)
    limit = ""
    if ahead:
        code, limit = code_of(ahead["ahead"]) or code, "above" if ahead["above"] else "below" if ahead["below"] else ""
        at = ahead.start() if limit else ahead.start("ahead") if ahead["ahead"] else at
    while end > at and text[end - 1] == " ":
        end -= 1
    return Figure(match, at, end, number, code, limit)


def is_money(figure: Figure, text: str) -> bool:
    """Whether a number is money: by its currency, by its unit, or by the words around it."""
    number = figure.number
    if (figure.match["behind"] == "刀" and number in DIGITS) or _is_piece(figure, text):
        return False                            # 一刀 of notes
    if figure.code:
        if number == "一" and text[figure.end - 1] == "块" and not _ONE_YUAN.match(text, figure.end):
            return False                    # 一块 is also together: 连银行一块告
        return number not in {"万", "千", "百", "亿"} or bool(figure.match["more"] or figure.limit) or text.startswith("假", figure.end)
    if COUNTED.match(text, figure.end) or told_otherwise(text, figure.at):
        return False
    if figure.scaled or (len(number) > 2 and number.isdigit() and "整" in {figure.match["whole"], figure.match["closing"]}):
        return figure.end < figure.match.end("number") or not _CLINGS.match(text, figure.end)
    return bare_is_money(text, figure.match.start(), figure.end, number)


def _is_piece(figure: Figure, text: str) -> bool:
    """Whether 一块 is a piece of something or means together."""
    if figure.number[-1] != "一" or figure.match["behind"] not in {"块", "圆"}:
        return False
    alone = figure.number == "一" and _PIECE_AHEAD.search(text, max(0, figure.at - 4), figure.at)
    return bool(alone or _TOGETHER.match(text, figure.match.start("behind")))


def values(figure: Figure) -> tuple[Decimal, ...]:
    """Return the number, or both ends of a twin (三五万); () where the numeral makes no sense."""
    match = figure.match
    big = match["big"] or ""
    if not big or (len(big) == 1 and not match["halved"] and not match["more"]):
        found = values_of(figure.number + big)
    else:
        scale, half = value_of("一" + big) or Decimal(1), Decimal("0.5") if match["halved"] else Decimal(0)
        found = tuple((each + half) * scale for each in values_of(figure.number))
    if match["more2"] == "半" and found:
        unit = value_of("一" + (big or figure.number[-1])) or Decimal(0)
        return (found[0] + unit / 2,)
    return tuple(each + tail_value(match["tail"]) for each in found) if match["tail"] else found


def reach(figure: Figure) -> Reach:
    """Return how the words before and behind a number bound it."""
    match = figure.match
    if figure.limit:
        return Reach(figure.limit)
    behind = reach_behind(match["closing"] or "")
    if behind:
        return Reach[behind]
    more = {match["more"], match["more2"]} - {None, "把", "半"}
    return Reach.ABOVE if more else Reach.EXACT
