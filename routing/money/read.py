"""Amounts of money in a complaint (rulings 1-4).

The text is walked from number to number: what begins a number is looked at once, with the words before and behind it,
so the cost grows with the numbers in it and a text without any costs one search.

>>> [str(a.value) for a in amounts("存了八万五，只打了8万", {})]
['85000', '80000']
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import islice

from routing.money.amount import MOST_AMOUNTS, Amount, Reach, plain
from routing.money.currency import SMALL_CHANGE, change_value, code_of
from routing.money.figure import BODY, FEW, Figure, ahead_of, figure_from, is_money, reach, values
from routing.money.noise import COUNTED, ENDLESS, noise_end, told_otherwise
from routing.money.numerals import HAN, value_of
from routing.money.shorthand import dealers, elided, notes
from routing.money.sums import sums
from routing.text import Folded, fold

#: Where a number may begin. A lone Han digit must have something of money behind it: 一个, 一直, 一下 are no number.
_START = re.compile(
    rf"[0-9{HAN}几数](?:(?<=[0-9])|(?<=[{HAN}])(?=[{HAN}0-9块元圆毛角分多余几来把到至、wk~ 银蚊只大洋刀美欧日港英镑泰卢韩位\-]|个多?[万亿w,。;!?、 ])"
    rf"|(?<=[几数])(?=[十百千]{{0,2}}个?[万亿]|几[万十]))")
_ENDLESS = re.compile(rf"[0-9.,]{{{ENDLESS},}}|[{HAN}]{{{ENDLESS + 1},}}")
_BETWEEN = re.compile(r" ?(?:到|至|~|-|—|–|－) ?(?=[0-9一二三四五六七八九两十])")
_LOW = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,2})?(?![0-9.,])|[一二三四五六七八九两十百千]{1,6}", re.ASCII)


def _cny(value: Decimal, code: str, rates: Mapping[str, Decimal]) -> Decimal | None:
    """Convert; None for a currency the rate table does not know (ruling 4)."""
    if code in {"", "CNY"}:
        return value
    return value * rates[code] if code in rates else None


#: What was read of a number, and where to go on; None where it is nothing of this kind.
_Found = tuple[tuple[Amount, ...], int] | None


class _Walk:
    """One text being read from number to number."""

    def __init__(self, folded: Folded, rates: Mapping[str, Decimal]) -> None:
        self.folded, self.text, self.rates = folded, folded.text, rates
        self.foreign, self.foreign_end = "", -100           # 要了五千美金，只给四千: the next one is dollars too
        self.abroad: set[int] = set()                       # where foreign sums stand
        self._ways = (self._quiet, self._few, self._change, self._low_end, self._figure)

    def amounts(self) -> Iterator[Amount]:
        """Yield the amounts in order, before any sums."""
        at = 0
        while start := _START.search(self.text, at):
            at = start.start()
            found = next((each for way in self._ways if (each := way(at))), None)
            if found:
                yield from found[0]
            at = found[1] if found else at + 1

    def _quiet(self, at: int) -> _Found:
        """Pass over what is no money whatever stands around it: telephones, dates, idioms, endless rows, 几百."""
        endless = _ENDLESS.match(self.text, at)
        if endless:
            return (), endless.end()
        end = noise_end(self.text, at, figure="0" <= self.text[at] <= "9")
        if end == at and self.text[at] in "十百千" and self.text[max(0, at - 1):at] in {"几", "数"}:
            end = at + 1
        return ((), end) if end > at else None

    def _few(self, at: int) -> _Found:
        """Read 几万 and 六位数, which are at most 99,999 and 999,999."""
        few = FEW.match(self.text, at)
        if not few:
            return None
        if COUNTED.match(self.text, few.end()) or told_otherwise(self.text, at):
            return (), few.end()
        if few["digits"]:
            most = Decimal(10 ** int(value_of(few["digits"]) or 1) - 1)
        else:
            most = (value_of(few["few"].lstrip("几数").replace("个", "")) or Decimal(10_000)) * 9
        start = at - (at > 0 and self.text[at - 1] in "好大小")
        return self._listed((most,), code_of(few["behind"]), (start, few.end()), Reach.ABOVE, stated=False), few.end()

    def _change(self, at: int) -> _Found:
        """Read 两毛钱 and 三分钱; 没用过一分钱 is none."""
        change = SMALL_CHANGE.match(self.text, at)
        if change and self.text[at] == "一" and _DENIED.search(self.text, max(0, at - 8), at):
            return (), change.end()
        if change and not change["fen"] and _CORNER.search(self.text, max(0, at - 3), at + 2):
            return (), change.end()
        return (self._listed((change_value(change),), "CNY", change.span()), change.end()) if change else None

    def _low_end(self, at: int) -> _Found:
        """Read the lower end of 3万到6万, which may have left its unit and currency to the upper one."""
        low = _LOW.match(self.text, at)
        between = _BETWEEN.match(self.text, low.end()) if low else None
        body = BODY.match(self.text, between.end()) if between else None
        if not low or not between or not body:
            return None
        high = figure_from(self.text, body)
        if not (high.code or high.scaled) or not is_money(high, self.text):
            return None
        worth = value_of(low[0] + ("" if {"千", "百"} & set(low[0]) else high.unit))
        ahead = ahead_of(self.text, at)
        code = high.code or (code_of(ahead["ahead"]) if ahead else "")
        return self._listed((worth,) if worth else (), code, low.span()), between.end()

    def _figure(self, at: int) -> _Found:
        body = BODY.match(self.text, at)
        if body is None:
            return None
        figure = figure_from(self.text, body)
        if not is_money(figure, self.text):
            return (), max(at + 1, min(figure.end, body.end("number")))
        return self._listed(values(figure), self._code(figure), (figure.at, figure.end), reach(figure)), figure.end

    def _code(self, figure: Figure) -> str:
        """Return the currency of a figure: its own, or that of the foreign sum right before it."""
        if figure.code:
            self.foreign, self.foreign_end = ("" if figure.code == "CNY" else figure.code), figure.end
            return figure.code
        if not self.foreign or figure.at - self.foreign_end > 13 or _ANOTHER.search(self.text, self.foreign_end, figure.at):
            return ""
        return self.foreign

    def _listed(
        self, worth: tuple[Decimal, ...], code: str, span: tuple[int, int], bound: Reach = Reach.EXACT, *, stated: bool = True,
    ) -> tuple[Amount, ...]:
        if code not in {"", "CNY"}:
            self.abroad.add(span[0])
        counted = (_cny(value, code, self.rates) for value in worth)
        shown = self.folded.quote(*span)
        return tuple(Amount(plain(each), shown, *span, bound, stated) for each in counted if each is not None and each > 0)


_DENIED = re.compile(r"[没不未无别][^。!?;,]{0,6}$")
#: The corner of a banknote: 只缺一角.
_CORNER = re.compile(r"(?:[缺撕折烧破烂翘湿]|(?<!扣)掉)[了着去]?一角$")
#: Between a foreign sum and the next: that one is told in yuan, or is of another matter.
_ANOTHER = re.compile(r"[折合按抵。;!?]|人民币|手续费")
_IN_YUAN = re.compile(r"[^。!?;]{0,4}(?:折|合|相当于)[^。!?;]{0,8}")


def _once(found: list[Amount], abroad: set[int], text: str) -> list[Amount]:
    """Drop a foreign sum where the customer says right behind it what it is in yuan: the same money counts once."""
    behind = zip(found, (*found[1:], None), strict=True)
    return [one for one, other in behind if not (
        one.at in abroad and other and other.at not in abroad and other.at - one.end <= 14 and _IN_YUAN.fullmatch(text, one.end, other.at))]


def figures(folded: Folded, rates: Mapping[str, Decimal]) -> tuple[Amount, ...]:
    """Return the amounts that the text names, in its order, no sums."""
    walk = _Walk(folded, rates)
    found = list(islice(walk.amounts(), MOST_AMOUNTS))
    if walk.abroad and found:
        found = _once(found, walk.abroad, folded.text)
    more = [*elided(folded, found), *dealers(folded), *notes(folded)]
    if not more:
        return tuple(found)
    taken = {amount.at for amount in more}
    return tuple(sorted((*(amount for amount in found if amount.at not in taken), *more), key=lambda amount: amount.at))


def amounts(text: str, rates: Mapping[str, Decimal]) -> tuple[Amount, ...]:
    """Return the amounts of money in a text, in its order, sums last.

    `rates` gives CNY per unit of a currency by its ISO code. Values may repeat when the text repeats them. Whether an
    amount is *business* (not a fare, a fine, a threshold) is the lexicon's question, see routing.money.business.
    """
    folded = fold(text)
    found = figures(folded, rates)
    return (*found, *sums(found, folded))
