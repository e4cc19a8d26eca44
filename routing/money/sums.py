"""What a text adds up without saying the total: equal parts, and parts that came one after the other (ruling 1)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from routing.money.numerals import value_of
from routing.money.read import Amount, plain
from routing.text import Folded

_THINGS = "笔|张|份|户|单|次|回|趟|本|账户|账号|折|存折|存单|卡"
_COUNT = rf"(?P<n>[两俩三仨四五六七八九十]|\d{{1,2}})个?(?P<what>{_THINGS})"
_EACH = rf"(?:各|每(?:{_THINGS}|个)|均|都是|均为|(?<![头第])一(?:笔|张|份|次|回|本)(?=[^0-9]{{0,3}}$))"
#: 两笔各三万; 打了三回钱，每回两万.
_PARTS_BEFORE = re.compile(rf"(?<!第){_COUNT}[^。!?;0-9]{{0,10}}?{_EACH}[^,。;!?0-9]{{0,4}}$")
#: 每张2万，3张; 一次五百，扣了六次.
_EVERY = re.compile(rf"(?:每|(?<![头第])一)(?P<what>{_THINGS})[是为存了扣取转打]{{0,3}}$")
_PARTS_AFTER = re.compile(rf"[元块]?[, 、]{{0,2}}(?:一?共|总共|分|扣|转|存|取|买|打|刷|办|有)?了?{_COUNT}")
_TOTAL = re.compile(r"(?:[一总拢]?共计?|合计|总计|加起来|加一块儿?|加一起|合起来|前后|前前后后|累计|统共|凑一起|合在一起|总的)[^。!?;0-9]{0,8}$")
_AGAIN = re.compile(
    r"(?:又|再|另外?|还[转打存买借被又]|还有|后来|之后|接着|随后|追加|陆续|第[二三四五][次回笔趟]|次日|第二天|转过年|添)[^。!?;0-9]{0,12}$")
_FIRST = re.compile(r"(?:第一|头一|首|先)[次回笔趟期]?[^。!?;]{0,14}$")
#: A part that goes the other way, or is no part.
_APART = re.compile(r"[一每另][户人家]|退|还款|还了|还剩|剩|手续费|费用?是?$|利息|拿回|返还?|只给|到账|违约金|好处|回扣|只有|才|其中|包括|欠|亏|差|余额|变成|说成|保费|才给|只打|只存|查|原来|涨|收益|险|必须|搭|佣金|罚")
_MOVES = re.compile(r"存|买|投|转|打|汇|取|刷|借|贷|交|付|充|给|划|少|丢|骗|拿|添|加|扣|提|盗|要")


def _parts(amount: Amount, text: str) -> int:
    """How many equal parts the text names beside one of them."""
    start = max(0, amount.at - 30)
    before = _PARTS_BEFORE.search(text, start, amount.at)
    if before:
        return int(value_of(before["n"]) or 1)
    every = _EVERY.search(text, start, amount.at)
    after = every and _PARTS_AFTER.match(text, amount.end)
    if every and after and (after["what"] == every["what"]):
        return int(value_of(after["n"]) or 1)
    return 1


def _follows(one: Amount, other: Amount, text: str) -> bool:
    """Whether the second sum is a further part of the same matter as the first: 三万，后来又两万五."""
    between = text[one.end:other.at]
    if len(between) > 60 or not one.stated or not other.stated or len(re.findall(r"[。!?;\n]", between)) > 1:
        return False
    again = _AGAIN.search(between)
    ordinal = re.search(r"第二[次回笔趟][^。!?;]{0,8}$", between) and _FIRST.search(text, max(0, one.at - 24), one.at)
    if not (again or ordinal) or _APART.search(between) or _APART.search(text[other.end:other.end + 3]):
        return False
    return bool(_MOVES.search(text, max(0, one.at - 14), one.at) and (_MOVES.search(between) or ordinal))


def sums(found: Sequence[Amount], folded: Folded) -> Iterator[Amount]:
    """Yield what the text adds up and does not say itself."""
    known = {amount.value for amount in found}
    text = folded.text
    for amount in found:
        many = _parts(amount, text)
        if many > 1 and amount.stated and amount.value * many not in known:
            yield replace(amount, value=plain(amount.value * many))
    if len(found) < 2 or any(_TOTAL.search(text, max(0, amount.at - 14), amount.at) for amount in found):
        return
    yield from _chains(found, folded, known)


def _chains(found: Sequence[Amount], folded: Folded, known: set[Decimal]) -> Iterator[Amount]:
    """Yield the total of each row of parts; only the last of it, not every step."""
    first, total = found[0], found[0].value
    for one, other in zip(found, (*found[1:], None), strict=True):
        if other is not None and _follows(one, other, folded.text):
            total += other.value
            continue
        if first is not one and plain(total) not in known:
            yield Amount(plain(total), folded.quote(first.at, one.end), first.at, one.end, one.reach)
        if other is not None:
            first, total = other, other.value
