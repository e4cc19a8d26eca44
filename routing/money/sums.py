"""What a text adds up without saying the total: equal parts, and parts that came one after the other (ruling 1)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from routing.money.numerals import value_of
from routing.money.amount import Amount, plain
from routing.text import Folded

_THINGS = "位|名|笔|套|张|份|户|单|次|回|趟|遍|本|根|枚|账户|账号|折|存折|存单|卡"
_COUNT = rf"(?<![\d一二三四五六七八九十百第])(?P<n>[两俩仨]|[二三四五六七八九]?十?[一二三四五六七八九]|[二三四五六七八九]?十|\d{{1,2}})个?(?P<what>{_THINGS})"
_EACH = rf"(?:各|每(?!户)(?:{_THINGS}|个月?)|均|都是|均为|(?<![头第后上这那有末下])一(?:笔|张|份|次|回|本)(?=[^0-9]{{0,3}}$))"
#: 两笔各三万; 打了三回钱，每回两万.
_PARTS_BEFORE = re.compile(rf"(?<!第){_COUNT}[^。!?;0-9]{{0,10}}?{_EACH}[^,。;!?0-9]{{0,4}}$")
#: 三笔定期，到期分别是5月、8月、11月，每笔一万八.
_FAR_BEFORE = re.compile(r"(?<![\d一二三四五六七八九十百第])(?P<n>[两俩三仨四五六七八九]|\d{1,2})(?P<what>[笔张次回套份])[^。!?;]{0,28}每(?P=what)[^,。;!?0-9]{0,3}$")
#: 交五年，每年六千.
_YEARS_BEFORE = re.compile(r"(?<![\d一二三四五六七八九十百第])(?P<n>[两三四五六七八九十]|十[一-九]|\d{1,2})(?P<what>年|个月)[, ]?每(?P<each>年|个?月)[交缴扣存供付]?$")
#: 每张2万，3张; 一次五百，扣了六次.
_EVERY = re.compile(rf"(?:每个?|(?<![头第])一)(?P<what>{_THINGS}|月|年)[是为存了扣取转打]{{0,3}}$")
_PARTS_AFTER = re.compile(
    rf"[元块]?[, 、]{{0,2}}[^。!?;,、0-9跑去来找问催投退又再第]{{0,4}}?(?:{_COUNT}|(?P<months>[两三四五六七八九十]{{1,2}}|\d{{1,2}})(?P<month>个月)(?![前后]))")
#: Without one of these close before a sum nothing says that there are several like it.
_HINT = re.compile("[各每均都一]")
_TIMES = re.compile(r"[*x×](?P<n>\d{1,2})(?!\d)", re.ASCII)
_TOTAL = re.compile(r"(?=[一总拢共合加前累统凑])(?:[一总拢]?共计?|合计|总计|加起来|加一块儿?|加一起|合起来|前后|前前后后|累计|统共|凑一起|合在一起|总的)[^。!?;0-9]{0,8}$")
_AGAIN = re.compile(
    r"(?:又|再|另外?|还[转打存买借被又]|还有|后来|之后|接着|随后|追加|陆续|第[二三四五][次回笔趟]|次日|第二天|转过年|添)[^。!?;0-9]{0,12}$")
_AT_ONCE = re.compile(r"(?:又|再)[^。!?;,0-9]{0,3}$")
_FIRST = re.compile(r"(?:第一|头一|首|先)[次回笔趟期]?[^。!?;]{0,14}$")
#: A part that goes the other way, or is no part.
_APART = re.compile(r"[一每另][户人家]|退|还款|还了|还剩|剩|手续费|费用?是?$|利息|拿回|返还?|只给|到账|违约金|好处|回扣|只有|才|其中|包括|欠|亏|差|余额|变成|说成|保费|才给|只打|只存|查|原来|涨|红包|封了|收益|险|必须|搭|佣金|罚")
_AND = re.compile(r"[元块]?[、, 和及]{1,2}")
_ONE_ENDS = frozenset("个笔张份次本日号是存取转的")
_ONE = re.compile(r"(?:(?:一|(?<!\d)1)[个笔张份次本]|第[一二三四五][个笔张份次本]|\d[日号])(?:[是存取转]|是[^,。;!?]{1,8}[存取转买]的)?$")
_HOW_MANY = re.compile(r"(?<![第\d])(?P<n>[两俩三仨四五六2-6])个?(?:笔|张|份|位|次|本|存单|存折|折子|[^。!?;]{0,3}$|个)[^。!?;]{0,12}$")
_EACH_TIME = re.compile(r"每|(?<![头第])一个?[月年次]")
_WAY = re.compile(r"(?P<in>存|退)|取|扣|刷|划|盗")
_MOVES = re.compile(r"放|凑|短|支|存|买|投|转|打|汇|取|刷|借|贷|交|付|充|给|划|少|丢|骗|拿|收|添|加|扣|提|盗|要")

_OF_WHAT = re.compile(rf"{_MOVES.pattern}|这|那|查|款|账")


def _parts(amount: Amount, text: str, *, several: bool) -> int:
    """How many equal parts the text names beside one of them; where it tells `several` one by one, none are equal."""
    start = max(0, amount.at - 30)
    times = _TIMES.match(text, amount.end)
    if times:
        return int(times["n"])
    if not _HINT.search(text, max(0, amount.at - 12), amount.at) or _TOTAL.search(text, max(0, amount.at - 10), amount.at):
        return 1
    before = _PARTS_BEFORE.search(text, start, amount.at) or _FAR_BEFORE.search(text, start, amount.at)
    if before and not (several and _ONE.search(text, start, amount.at)):
        return int(value_of(before["n"]) or 1)
    return 1 if several else _every(amount, text, start)       # 一笔九万，一笔三十一万，三笔合计 …


def _every(amount: Amount, text: str, start: int) -> int:
    """How many parts 每 or 一 before a sum and a number on its other side make: 交五年，每年六千; 每张2万，3张."""
    years = _YEARS_BEFORE.search(text, start, amount.at)
    if years and years["what"][-1] == years["each"][-1]:
        return int(value_of(years["n"]) or 1)
    every = _EVERY.search(text, start, amount.at)
    after = _PARTS_AFTER.match(text, amount.end) if every else None
    if every and after and (after["what"] or after["month"].removeprefix("个")) == every["what"]:
        return int(value_of(after["n"] or after["months"]) or 1)
    return 1


def _follows(one: Amount, other: Amount, text: str) -> bool:
    """Whether the second sum is a further part of the same matter as the first: 三万，后来又两万五."""
    between = text[one.end:other.at]
    if not one.stated or not other.stated or not _near(between):
        return False
    if _EACH_TIME.search(text, max(0, one.at - 5), one.at):
        return False                    # 定投每月500，再扣，三月 1500
    again = _AGAIN.search(between)
    ordinal = re.search(r"第二[次回笔趟][^。!?;]{0,8}$", between) and _FIRST.search(text, max(0, one.at - 24), one.at)
    if not (again or ordinal) or _APART.search(between) or _APART.search(text[other.end:other.end + 3]):
        return False
    ways = {bool(word["in"]) for word in (_WAY.search(text, max(0, one.at - 14), one.at), _WAY.search(between)) if word}
    if len(ways) > 1:
        return False                    # 存一百再取一百
    first = _FIRST.search(text, max(0, one.at - 14), one.at)      # 先充一千二，后又七千
    return bool(_MOVES.search(text, max(0, one.at - 14), one.at) and (_MOVES.search(between) or ordinal or first))


def _near(between: str) -> bool:
    """Whether what stands between two sums lets the second go on with the matter of the first; a word for it right before it reaches further."""
    reach, ends = (100, 3) if _AT_ONCE.search(between) else (60, 1)
    return len(between) <= reach and len(re.findall(r"[。!?;\n]", between)) <= ends


def sums(found: Sequence[Amount], folded: Folded) -> Iterator[Amount]:
    """Yield what the text adds up and does not say itself."""
    known = {amount.value for amount in found}
    text = folded.text
    singly = [amount for amount in found if amount.stated and _singly(amount, text)]
    for amount, after in zip(found, (*found[1:], None), strict=False):
        many = _parts(amount, text, several=len(singly) > 1)
        if many > 1 and after is not None and _follows(amount, after, text):
            continue                        # 存了两回，一回两万九，隔天又存了两万一
        if many > 1 and amount.stated and amount.value * many not in known:
            yield replace(amount, value=plain(amount.value * many))
    if len(found) < 2 or any(_TOTAL.search(text, max(0, amount.at - 14), amount.at) for amount in found):
        return
    yield from _listed(singly or _run(found, text), folded, known)
    yield from _chains(found, folded, known)


def _singly(amount: Amount, text: str) -> bool:
    """Whether a sum is told as one of several: 一笔两万九."""
    return amount.at > 0 and text[amount.at - 1] in _ONE_ENDS and bool(_ONE.search(text, max(0, amount.at - 14), amount.at))


def _listed(row: Sequence[Amount], folded: Folded, known: set[Decimal]) -> Iterator[Amount]:
    """Yield the total of parts told one by one after their number: 三个存单，一个三千，一个八千，一个两万四."""
    if len(row) < 2 or row[-1].end - row[0].at > 80:
        return
    if not _OF_WHAT.search(folded.text, max(0, row[0].at - 24), row[0].at):
        return                              # 三笔，分别是: of what?
    count = _HOW_MANY.search(folded.text, max(0, row[0].at - 24), row[0].at)
    total = plain(sum((amount.value for amount in row), Decimal(0)))
    if count and value_of(count["n"]) == len(row) and total not in known:
        yield Amount(total, folded.quote(row[0].at, row[-1].end), row[0].at, row[-1].end)


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


def _run(found: Sequence[Amount], text: str) -> list[Amount]:
    """Return the first amounts that stand in one row: 转了三笔 380、1200、2600."""
    row = [found[0]]
    for one, other in pairwise(found):
        if _AND.fullmatch(text, one.end, other.at):
            row.append(other)
        elif len(row) > 1:
            break
        else:
            row = [other]
    return row
