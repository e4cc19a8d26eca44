"""Sums said without their 万, where the text leaves no doubt: 存了八万，取走三; 贷了八个."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice

from routing.money.amount import MOST_AMOUNTS, Amount, plain
from routing.money.numerals import HAN_DIGIT, value_of
from routing.text import Folded

_ELIDED = re.compile(
    rf"[取还退剩转给拿借付扣汇拨划存贷补](?:[走掉出回下给来进]|给我|给他|给她)?[了过]?(?P<n>{HAN_DIGIT}|十[一二三四五六七八九]?|[1-9]\d?)(?=[,。;!?、 ]|$|还[剩差欠]|剩|就剩)", re.ASCII)
#: Among lenders 八个 is 八万: only behind a word of lending and where nothing is counted after it.
_DEALERS = re.compile(
    rf"(?:[贷借垫批放投砸资本]过?|(?<![一-鿿])过|过(?=桥)|(?<=[先来钱])过)(?:(?<![资本])(?:了|出|给我|给他|了我|了他|走|桥)?|(?<=[资本])金)(?P<n>{HAN_DIGIT}?十?{HAN_DIGIT}?|[1-9]\d{{0,2}})个(?=[,。;!?、 ]|$|左右|[给到](?!月)|出去|进去|多点?[,。])", re.ASCII)


#: Or where the text says so itself: “个”就是万.
_TOLD = re.compile(r"个[”\"」』']?(?:就是|就等于|是|=|等于)[“\"「『']?万")
#: What lenders speak of beside it; 支架放了两个 is none of it.
_LENT, _NEAR = re.compile("[贷借息利万款钱账还]|本金|投资"), 60
_ANY_DEALERS = re.compile(rf"(?P<n>(?:{HAN_DIGIT}?十{HAN_DIGIT}?|{HAN_DIGIT}|[1-9]\d{{0,2}}))个(?![月人小多])", re.ASCII)
#: Notes counted by their face: 九张百元; 百元 alone is no sum.
_NOTES = re.compile(r"(?<![\d一二三四五六七八九十百第几])(?P<n>[一两二三四五六七八九]|[二三四五六七八九]?十[一二三四五六七八九]?|\d{1,3})张百元(?!以|起|左右|代金|购物|话费|优惠|券|卡)", re.ASCII)


def notes(folded: Folded) -> Iterator[Amount]:
    """Yield what some notes of a hundred are together: 九张百元."""
    if "张百元" not in folded.text:
        return
    for match in islice(_NOTES.finditer(folded.text), MOST_AMOUNTS):
        yield Amount(plain((value_of(match["n"]) or Decimal(0)) * 100), folded.quote(*match.span()), *match.span())


def dealers(folded: Folded) -> Iterator[Amount]:
    """Yield what lenders count in 个, each of them 10,000."""
    if "个" not in folded.text:
        return
    told = _TOLD.search(folded.text)
    for match in islice((_ANY_DEALERS if told else _DEALERS).finditer(folded.text), MOST_AMOUNTS):
        value = value_of(match["n"]) if match["n"] else None
        if value and value > 1 and (told or _LENT.search(folded.text, max(0, match.start() - _NEAR), match.end() + _NEAR)):
            yield Amount(plain(value * 10_000), folded.quote(match.start("n"), match.end()), match.start("n"), match.end())


def elided(folded: Folded, found: Sequence[Amount]) -> Iterator[Amount]:
    """Yield what left out its 万 after a larger sum; `found` in the order of the text."""
    matches = list(islice(_ELIDED.finditer(folded.text), MOST_AMOUNTS)) if found else []
    if not matches or max(amount.value for amount in found) < 20_000:
        return
    taken = {at for amount in found if amount.value > 99 for at in range(amount.at, min(amount.end, amount.at + 40))}
    earlier, largest = iter((*found, None)), Decimal(0)
    amount = next(earlier)
    for match in matches:
        while amount is not None and amount.end <= match.start():
            largest, amount = max(largest, amount.value if amount.stated else largest), next(earlier)
        at, end = match.span("n")
        value = (value_of(match["n"]) or Decimal(0)) * 10_000
        if 0 < value < largest and at not in taken:
            yield Amount(value, folded.quote(at, end), at, end)
