"""What a text adds up without saying the total: equal parts, and parts that came one after the other (ruling 1)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from routing.money.amount import Amount, Reach, plain
from routing.money.numerals import value_of
from routing.money.shares import shares
from routing.text import Folded

_TOTAL = re.compile(r"(?=[一总拢共合加前累统凑])(?:[一总拢]?共计?|合计|总计|加起来|加一块儿?|加一起|合起来|前后|前前后后|累计|统共|凑一起|合在一起|总的)(?![有是]?[两三四五六七八九十\d]{1,3}[个笔张份本次])[^。!?;0-9]{0,8}$")
_AGAIN = re.compile(
    r"(?:又|再|另外?|还[转打存买借被又]|还有|加上|后来|之后|接着|随后|追加|陆续|第[二三四五][次回笔趟]|次日|第二天|转过年|添|末了)[^。!?;0-9]{0,12}$|然后[^。!?;0-9]{0,16}$")
#: What comes on top of equal shares: 两沓，每沓1万，外加三千零钱.
_ON_TOP = re.compile(r"[元块]?钱?[, ]?(?:外加|另加|再加|加上|还有|另有)[^,。;!?0-9]{0,4}")
_AT_ONCE = re.compile(r"(?:又|再)[^。!?;,0-9]{0,3}$")
_FIRST = re.compile(r"(?:第一|头一|首|先)[次回笔趟期]?[^。!?;]{0,14}$")
#: A part that goes the other way, or is no part.
_APART = re.compile(r"[一每另][户人家]|退|还款|还了|还剩|剩|手续费|费用?是?$|利息|拿回|返还?|只给|到账|违约金|好处|回扣|只有|才|其中|包括|欠|亏|差|余额|变成|说成|保费|才给|只打|只存|查|原来|涨|红包|封了|收益|险(?!柜)|必须|搭|佣金|罚")
#: Of these a remark between two parts may speak without being one: 放了三万，利息给一桶油。再添两万.
_REMARKS = re.compile(r"利息|收益|手续费|保费|红包|查|原来|才")
_NOT_DONE = re.compile(r"[^,。;!?]{0,2}(?:没有?|未|不肯|没敢)[打转给付交存汇]")
_AND = re.compile(r"[元块]?[、, 和及]{1,2}")
_ONE_ENDS = frozenset("个笔张份次本季件卷股家户日号是存取转的")
_ONE = re.compile(r"(?:(?:一|(?<!\d)1)[个笔张份次本季件卷股]|第[一二三四五][个笔张份次本]|\d[日号])(?:[是存取转]|是[^,。;!?]{1,9}[存取转买]的)?$")
#: 头回五千，二回八千，三回一万五.
_NTH = re.compile(r"(?:第?(?P<n>[一二三四五六七八九])|(?P<first>头))(?:回|次|笔|趟)[^,。;!?0-9]{0,5}$")
#: What makes a bare row a total: 一万，一万，又八千，都走了.
_ALL_GONE = re.compile(r"[元块]?钱?[, ]?(?:都|全)[^,。;!?]{0,3}[走没转划刷取丢打汇]")
_NEXT = re.compile(r"[元块]?[、, 和及又再]{1,3}")
_HOW_MANY = re.compile(r"(?<![第\d])(?P<n>[两俩三仨四五六2-6])个?(?:笔|张|份|位|次|回|趟|本|季|件|卷|股|存单|存折|折子|[^。!?;]{0,3}$|个)[^。!?;]{0,12}$")
_EACH_TIME = re.compile(r"每|(?<![头第])一个?[月年次]")
_WAY = re.compile(r"(?P<in>存|退)|取|扣|刷|划|盗")
_MOVES = re.compile(r"放|凑|短|支|存|买|投|转|打|汇|取|刷|借|贷|交|付|充|给|划|少|丢|骗|拿|收|添|加|扣|提|盗|要|补|扫|缴|垫|押|砸|输|消费")

_OF_WHAT = re.compile(rf"{_MOVES.pattern}|这|那|查|款|账|票")


def _follows(one: Amount, other: Amount, text: str) -> bool:
    """Whether the second sum is a further part of the same matter as the first: 三万，后来又两万五."""
    between = text[one.end:other.at]
    if not one.stated or not other.stated or not _near(between):
        return False
    if _EACH_TIME.search(text, max(0, one.at - 5), one.at):
        return False                    # 定投每月500，再扣，三月 1500
    again = _AGAIN.search(between)
    ordinal = re.search(r"第二[次回笔趟][^。!?;]{0,8}$", between) and _FIRST.search(text, max(0, one.at - 24), one.at)
    if not (again or ordinal) or _parted(between, text[other.end:other.end + 5]):
        return False
    ways = {bool(word["in"]) for word in (_WAY.search(text, max(0, one.at - 14), one.at), _WAY.search(between)) if word}
    if len(ways) > 1:
        return False                    # 存一百再取一百
    first = _FIRST.search(text, max(0, one.at - 14), one.at)      # 先充一千二，后又七千
    return bool(_MOVES.search(text, max(0, one.at - 14), one.at) and (_MOVES.search(between) or ordinal or first))


def _parted(between: str, behind: str) -> bool:
    """Whether the words between two sums or behind the second say that it goes the other way, is no part, or was never paid."""
    last = _REMARKS.sub("", between[:-10]) + between[-10:] if _AT_ONCE.search(between) else between
    return bool(_APART.search(last) or _APART.search(behind[:3].replace("才", "")) or _NOT_DONE.match(behind))


def _near(between: str) -> bool:
    """Whether what stands between two sums lets the second go on with the matter of the first; a word for it right before it reaches further."""
    reach, ends = (100, 3) if _AT_ONCE.search(between) else (60, 1)
    return len(between) <= reach and len(re.findall(r"[。!?;\n]", between)) <= ends


def sums(found: Sequence[Amount], folded: Folded) -> Iterator[Amount]:
    """Yield what the text adds up and does not say itself."""
    known = {amount.value for amount in found}
    text = folded.text
    singly = [amount for amount in found if amount.stated and _singly(amount, text)]
    totalled = any(_TOTAL.search(text, max(0, amount.at - 14), amount.at) for amount in found)
    yield from _multiplied(found, folded, known, several=len(singly) > 1, totalled=totalled)
    if len(found) < 2 or totalled:
        return
    yield from _rows(found, folded, known)
    yield from _listed(singly or _run(found, text), folded, known)
    yield from _chains(found, folded, known)


def _multiplied(found: Sequence[Amount], folded: Folded, known: set[Decimal], *, several: bool, totalled: bool) -> Iterator[Amount]:
    """Yield the total of equal shares; where their number is vague, it bounds only."""
    text = folded.text
    for amount, after in zip(found, (*found[1:], None), strict=False):
        if not amount.stated or _TOTAL.search(text, max(0, amount.at - 10), amount.at):
            continue
        many, vague = shares(amount, text, several=several, totalled=totalled)
        total = plain(amount.value * many)
        if many < 2 or (after is not None and _follows(amount, after, text)):
            continue                        # 存了两回，一回两万九，隔天又存了两万一
        if after is not None and not vague and _ON_TOP.fullmatch(text, amount.end, after.at):
            yield from _total((replace(amount, value=total), after), folded, known)
        if total in known or _told(amount, total, known):
            continue
        yield replace(amount, value=total, reach=Reach.ABOVE, stated=False) if vague else replace(amount, value=total)


def _told(amount: Amount, total: Decimal, known: set[Decimal]) -> bool:
    """Whether the text states itself what shares told roughly make: 少了六万三，分三回取的，每回两万出头."""
    slack = total / 3
    if amount.reach is Reach.ABOVE:
        return any(total < each <= total + slack for each in known)
    return amount.reach is Reach.BELOW and any(total - slack <= each < total for each in known)


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
    if count and value_of(count["n"]) == len(row):
        yield from _total(row, folded, known)


def _rows(found: Sequence[Amount], folded: Folded, known: set[Decimal]) -> Iterator[Amount]:
    """Yield the total of rows that need no count: told by their turn (头回…二回…三回), or all gone (一万，一万，又八千，都走了)."""
    text = folded.text
    turns = [_turn(amount, text) for amount in found]
    for at in range(len(found) - 2):
        length = next((n for n in range(len(found) - at) if turns[at + n] != n + 1), len(found) - at)
        if length > 2:
            yield from _total(found[at:at + length], folded, known)
    row = [found[0]]
    for one, other in pairwise(found):
        row = [*row, other] if _NEXT.fullmatch(text, one.end, other.at) else [other]
        if len(row) > 2 and _ALL_GONE.match(text, other.end):
            yield from _total(row, folded, known)


def _turn(amount: Amount, text: str) -> int:
    """Which turn the words before a sum give it, 0 for none."""
    turn = _NTH.search(text, max(0, amount.at - 9), amount.at)
    return 0 if not turn else 1 if turn["first"] else int(value_of(turn["n"]) or 0)


def _total(row: Sequence[Amount], folded: Folded, known: set[Decimal]) -> Iterator[Amount]:
    total = plain(sum((amount.value for amount in row), Decimal(0)))
    if total not in known:
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
        if _NEXT.fullmatch(text, one.end, other.at):
            row.append(other)
        elif len(row) > 1:
            break
        else:
            row = [other]
    return row
