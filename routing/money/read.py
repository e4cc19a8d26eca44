"""Amounts of money in a complaint: value in yuan, the words it stands in, and what it may be at most (rulings 1-4).

The text is walked from number to number: what begins a number is looked at once, with the words before and behind it,
so the cost grows with the numbers in it and a text without any costs one search.

>>> [str(a.value) for a in amounts("存了八万五，只打了8万", {})]
['85000', '80000']
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from routing.money.currency import AFTER, BEFORE, SMALL_CHANGE, TAIL, change_value, code_of, tail_value
from routing.money.noise import COUNTED, ENDLESS, SPLIT, noise_end, told_otherwise
from routing.money.numerals import DIGITS, HAN, HAN_DIGIT, SPOKEN, value_of, values_of
from routing.money.wording import ABOVE_AHEAD, BELOW_AHEAD, bare_is_money, reach_behind
from routing.text import Folded, fold

#: No honest text names more; it bounds the work on an endless one.
MOST_AMOUNTS = 500


class Reach(Enum):
    """How the words bound the number: 8万 exactly, 5万多 from there upwards, 不到5万 up to there."""

    EXACT = "exact"
    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount in CNY. `stated` is False where the text names no number (几万, 六位数): it bounds, it is not listed."""

    value: Decimal
    evidence: str
    at: int
    end: int
    reach: Reach = Reach.EXACT
    stated: bool = True

    def over(self, limit: Decimal) -> bool:
        """Whether it may be more than `limit`: 5万多 may, 5万 and 将近5万 may not (P-9.1, ruling 2)."""
        return self.value >= limit if self.reach is Reach.ABOVE else self.value > limit


_BIG = r"(?:万亿|[十百千]{0,2}[万亿w](?![a-z])|k(?![a-z]))"
#: Where a number may begin. A lone Han digit must have something of money behind it: 一个, 一直, 一下 are no number.
_START = re.compile(
    rf"[0-9{HAN}几数上](?:(?<=[0-9])|(?<=[{HAN}])(?=[{HAN}0-9块元圆毛角分多余几来把到至、wk~ 银蚊只大洋刀美欧日港英镑泰卢韩位\-]|个多?[万亿w,。;!?、 ])"
    rf"|(?<=[几数上])(?=[十百千]{{0,2}}个?[万亿]|几[万十]))")
_ENDLESS = re.compile(rf"[0-9.,]{{{ENDLESS},}}|[{HAN}]{{{ENDLESS + 1},}}")
_SAID = rf" ?(?P<behind>{AFTER})?{TAIL}(?P<closing>整|[多余](?!次)|出头|有余|以上|以内|以下|左右|上下|不到|不足|不止|开外|往上|挂零|打零|还多|都不到|还不到)?"
_FEW = re.compile(
    rf"(?:(?P<few>(?:几|数)[十百千]{{0,2}}(?:个(?=亿))?[万亿]|上[十百千][十百千]?万|上亿(?!人))(?![里能])|(?P<digits>[五六七八九5-9]) ?位数(?!的?密码|字|的?验证|的?[卡账]?号))(?P<more>多|来)?{_SAID}",
    re.ASCII)
_BODY = re.compile(
    rf"(?P<number>{SPOKEN}) ?(?P<more>多(?!次)|余|几|来|把|好几)?(?:个(?P<halved>半)?多?(?=[万亿w]))?(?P<big>{_BIG})?(?P<more2>多|余|几(?![个十百千万])|来|把|半(?![年天个月路夜途辈])|好几|出头|有余|挂零|打零)?(?P<whole>整)?{_SAID}",
    re.ASCII)
_AHEAD = re.compile(
    rf"(?P<limit>{ABOVE_AHEAD}|{BELOW_AHEAD})??(?:约|大约)?(?P<ahead>{BEFORE})?[: ]?(?:约|大约)?$", re.ASCII)
#: How what may stand before a number ends; most numbers have none of it, and no search is made.
_AHEAD_ENDS = frozenset("止于少过出超起码多大逾了到足满近快小点顶低有元币镑铢盾金约约: bdrpynmcutws$€£¥₩")
_ABOVE = re.compile(ABOVE_AHEAD)
_BETWEEN = re.compile(r" ?(?:到|至|~|-|—|–|－) ?(?=[0-9一二三四五六七八九两十])")
_LOW = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,2})?(?![0-9.,])|[一二三四五六七八九两十百千]{1,6}", re.ASCII)
#: After a scaled number without 元: a letter, a digit or a sum to be worked out means that it is no money.
_CLINGS = re.compile(r"[a-z%0-9]|[减加乘除](?![上收])|[.:]\d")
_UNITS = frozenset("万亿wk千百仟佰")


@dataclass(slots=True)
class _Said:
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
        return bool(_UNITS & set(self.number[1:] + big)) or (self.number[0] in "万千百" and (len(self.number) > 1 or self.match["more"] == "把"))


def _ahead(text: str, at: int) -> re.Match[str] | None:
    return _AHEAD.search(text, max(0, at - 12), at) if at and text[at - 1] in _AHEAD_ENDS else None


def _said(text: str, match: re.Match[str]) -> _Said:
    """Take the currency and the limiting words before a number to it."""
    at, number, end = match.start(), match["number"], match.end()
    code = code_of(match["behind"])
    if not code and len(number) > 1 and number[-1] in DIGITS and number[-2] in _UNITS and SPLIT.match(text, match.end("number")):
        number, end = number[:-1], match.end("number") - 1          # 两万三张: two numbers
    ahead = _ahead(text, at)
    limit = ""
    if ahead:
        code, limit = code_of(ahead["ahead"]) or code, ahead["limit"] or ""
        at = ahead.start() if limit else ahead.start("ahead") if ahead["ahead"] else at
    while end > at and text[end - 1] == " ":
        end -= 1
    return _Said(match, at, end, number, code, limit)


def _is_money(said: _Said, text: str) -> bool:
    """Whether a number is money: by its currency, by its unit, or by the words around it."""
    number = said.number
    if said.code:
        return number not in {"万", "千", "百", "十", "亿"} or bool(said.match["more"])
    if COUNTED.match(text, said.end) or told_otherwise(text, said.at):
        return False
    if said.scaled:
        return not _CLINGS.match(text, said.end)
    return bare_is_money(text, said.match.start(), said.end, number, unlimited=not said.match["more"])


def _values(said: _Said) -> tuple[Decimal, ...]:
    """Return the number, or both ends of a twin (三五万); () where the numeral makes no sense."""
    match = said.match
    big = match["big"] or ""
    scale = value_of("一" + big) if big else Decimal(1)
    half = Decimal("0.5") if match["halved"] else Decimal(0)
    found = values_of(said.number + big) if len(big) == 1 and not half and not match["more"] else tuple((each + half) * (scale or 1) for each in values_of(said.number))
    if match["more2"] == "半" and found:
        unit = value_of("一" + (big or said.number[-1])) or Decimal(0)
        return (found[0] + unit / 2,)
    return tuple(each + tail_value(match["tail"]) for each in found)


def _reach(said: _Said) -> Reach:
    match = said.match
    if said.limit:
        return Reach.ABOVE if _ABOVE.fullmatch(said.limit) else Reach.BELOW
    behind = reach_behind(match["closing"] or "")
    if behind:
        return Reach[behind]
    more = {match["more"], match["more2"]} - {None, "把", "半"}
    return Reach.ABOVE if more else Reach.EXACT


def _cny(value: Decimal, code: str, rates: Mapping[str, Decimal]) -> Decimal | None:
    """Convert; None for a currency the rate table does not know (ruling 4)."""
    if code in {"", "CNY"}:
        return value
    return value * rates[code] if code in rates else None


def plain(value: Decimal) -> Decimal:
    """Drop zeros behind the point without ever writing 1.2E+5."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


class _Walk:
    """One text being read from number to number."""

    def __init__(self, folded: Folded, rates: Mapping[str, Decimal]) -> None:
        self.folded, self.text, self.rates = folded, folded.text, rates
        self.foreign, self.foreign_end = "", -100           # 要了五千美金，只给四千: the next one is dollars too
        self.abroad: set[int] = set()                       # where foreign sums stand

    def amounts(self) -> Iterator[Amount]:
        """Yield the amounts in order, before any sums."""
        at = 0
        while start := _START.search(self.text, at):
            at = start.start()
            found, at = self._from(at)
            yield from found

    def _from(self, at: int) -> tuple[tuple[Amount, ...], int]:
        """Return the amounts of what begins here, and where to go on."""
        text = self.text
        endless = _ENDLESS.match(text, at)
        if endless:
            return (), endless.end()
        quiet = noise_end(text, at, figure="0" <= text[at] <= "9")
        if quiet > at:
            return (), quiet
        few = _FEW.match(text, at)
        if few:
            return self._few(few), few.end()
        change = SMALL_CHANGE.match(text, at)
        if change:
            return self._listed((change_value(change),), "CNY", at, change.end()), change.end()
        low = self._low_end(at)
        if low:
            return low
        body = _BODY.match(text, at)
        if body is None:
            return (), at + 1
        said = _said(text, body)
        if not _is_money(said, text):
            return (), max(body.end("number"), at + 1) if said.end >= body.end("number") else said.end
        return self._listed(_values(said), self._code(said), said.at, said.end, _reach(said)), said.end

    def _low_end(self, at: int) -> tuple[tuple[Amount, ...], int] | None:
        """Read the lower end of 3万到6万, which may have left its unit to the upper one."""
        low = _LOW.match(self.text, at)
        between = low and _BETWEEN.match(self.text, low.end())
        body = between and _BODY.match(self.text, between.end())
        if not low or not between or not body or body["number"][0] not in "123456789一二三四五六七八九两十":
            return None
        high = _said(self.text, body)
        if not (high.code or high.scaled) or not _is_money(high, self.text):
            return None
        unit = (body["big"] or "") if body["big"] else high.number[-1] if high.number[-1] in "万亿wk千" else ""
        value = value_of(low[0])
        if value is None or _UNITS & set(low[0]) & {"千", "百"}:
            unit = ""
        worth = value_of(low[0] + unit)
        ahead = _ahead(self.text, at)
        code = high.code or (code_of(ahead["ahead"]) if ahead else "")
        return self._listed((worth,) if worth else (), code, at, low.end()), between.end()

    def _few(self, few: re.Match[str]) -> tuple[Amount, ...]:
        """Read 几万 and 六位数, which are at most 99,999 and 999,999."""
        if few["digits"]:
            most = Decimal(10 ** int(value_of(few["digits"]) or 1) - 1)
        else:
            most = (value_of(few["few"].lstrip("几数上").replace("个", "")) or Decimal(10_000)) * 9
        code = code_of(few["behind"])
        if COUNTED.match(self.text, few.end()) or told_otherwise(self.text, few.start()):
            return ()
        at = few.start() - (self.text[max(0, few.start() - 1)] in "好大小" and few.start() > 0)
        return self._listed((most,), code, at, few.end(), Reach.ABOVE, stated=False)

    def _code(self, said: _Said) -> str:
        if said.code:
            self.foreign, self.foreign_end = ("" if said.code == "CNY" else said.code), said.end
            return said.code
        between = self.text[self.foreign_end:said.at] if said.at - self.foreign_end < 14 else "折"
        return "" if re.search(r"[折合按抵。;!?]|人民币|手续费", between) else self.foreign

    def _listed(  # noqa: PLR0913  # what an amount is made of
        self, values: tuple[Decimal, ...], code: str, at: int, end: int, reach: Reach = Reach.EXACT, *, stated: bool = True,
    ) -> tuple[Amount, ...]:
        if code not in {"", "CNY"}:
            self.abroad.add(at)
        counted = (_cny(value, code, self.rates) for value in values)
        shown = self.folded.quote(at, end)
        return tuple(Amount(plain(each), shown, at, end, reach, stated) for each in counted if each is not None and each > 0)


def _elided(folded: Folded, found: list[Amount]) -> Iterator[Amount]:
    """Yield what left out its 万 after a larger sum: 存了八万，取走三."""
    largest = max((amount.value for amount in found if amount.stated), default=Decimal(0))
    if largest < 20_000:
        return
    for match in _ELIDED.finditer(folded.text):
        value = (value_of(match["n"]) or Decimal(0)) * 10_000
        earlier = any(amount.end <= match.start() and value < amount.value for amount in found)
        if value and earlier and not any(amount.at <= match.start("n") < amount.end and amount.value > 99 for amount in found):
            yield Amount(value, folded.quote(match.start("n"), match.end("n")), match.start("n"), match.end("n"))


_ELIDED = re.compile(
    rf"[取还退剩转给拿借付扣汇拨划存贷补](?:[走掉出回下给来进]|给我|给他|给她)?[了过]?(?P<n>{HAN_DIGIT}|十[一二三四五六七八九]?|[1-9]\d?)(?=[,。;!?、 ]|$|还[剩差欠]|剩|就剩)", re.ASCII)
#: Among lenders 八个 is 八万: only behind a word of lending and where nothing is counted after it.
_DEALERS = re.compile(
    rf"(?:[贷借垫批放过投砸](?:了|出|给我|给他|了我|了他|走|桥)?|资金|过桥|本金)(?P<n>{HAN_DIGIT}?十?{HAN_DIGIT}?|[1-9]\d{{0,2}})个(?=[,。;!?、 ]|$|左右|[给到](?!月)|出去|进去|多点?[,。])", re.ASCII)


def _dealers(folded: Folded) -> Iterator[Amount]:
    if "个" not in folded.text:
        return
    for match in _DEALERS.finditer(folded.text):
        value = value_of(match["n"]) if match["n"] else None
        if value and value > 1:
            yield Amount(plain(value * 10_000), folded.quote(match.start("n"), match.end()), match.start("n"), match.end())


_IN_YUAN = re.compile(r"[^。!?;]{0,4}(?:折|合|相当于)[^。!?;]{0,8}")


def _once(found: list[Amount], abroad: set[int], text: str) -> list[Amount]:
    """Drop a foreign sum where the customer says right behind it what it is in yuan: the same money counts once."""
    behind = zip(found, (*found[1:], None), strict=True)
    return [one for one, other in behind if not (
        one.at in abroad and other and other.at not in abroad and other.at - one.end <= 14 and _IN_YUAN.fullmatch(text, one.end, other.at))]


def figures(folded: Folded, rates: Mapping[str, Decimal]) -> tuple[Amount, ...]:
    """Return the amounts that the text names, in its order, no sums."""
    found: list[Amount] = []
    walk = _Walk(folded, rates)
    for amount in walk.amounts():
        found.append(amount)
        if len(found) >= MOST_AMOUNTS:
            break
    if walk.abroad and found:
        found = _once(found, walk.abroad, folded.text)
    more = [*_elided(folded, found), *_dealers(folded)]
    if not more:
        return tuple(found)
    taken = {amount.at for amount in more}
    return tuple(sorted((*(amount for amount in found if amount.at not in taken), *more), key=lambda amount: amount.at))


def amounts(text: str, rates: Mapping[str, Decimal]) -> tuple[Amount, ...]:
    """Return the amounts of money in a text, in its order, sums last.

    `rates` gives CNY per unit of a currency by its ISO code. Values may repeat when the text repeats them. Whether an
    amount is *business* (not a fare, a fine, a threshold) is the lexicon's question, see routing.money.business.
    """
    from routing.money.sums import sums  # noqa: I001
    folded = fold(text)
    found = figures(folded, rates)
    return (*found, *sums(found, folded))
