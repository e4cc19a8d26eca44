"""Equal shares: how many there are of a sum told for one of them (ruling 1).

两笔各三万; 每张2万，3张; 每人两万，一共四个人; 六辆货车，一辆七万八. What is counted must be what the share is told for:
没有 "每月八十，来了三个人". A count that is vague (四十来户) makes a total that only bounds.
"""

import re
from decimal import Decimal

from routing.money.amount import Amount
from routing.money.numerals import value_of, values_of

THINGS = "位|名|笔|套|张|份|户|家|单|次|回|趟|遍|本|根|枚|季|辆|件|股|卷|账户|账号|折|存折|存单|卡|箱|沓|捆|扎|摞"
_COUNT = rf"(?<![\d一二三四五六七八九十百第])(?P<n>[两俩仨二三四五六七八九]|[二三四五六七八九]?十[一二三四五六七八九]?|\d{{1,2}})个?(?P<what>{THINGS})"
_EACH = rf"(?:各|每(?!户)(?:{THINGS}|个月?)|均|都是|均为|(?<![头第后上这那有末下成换])一(?:笔|张|份|次|回|本)(?=[^0-9]{{0,3}}$))"
#: 两笔各三万; 打了三回钱，每回两万.
_PARTS_BEFORE = re.compile(rf"(?<!第){_COUNT}[^。!?;0-9]{{0,10}}?{_EACH}[^,。;!?0-9]{{0,4}}$")
#: 三笔定期，到期分别是5月、8月、11月，每笔一万八.
_FAR_BEFORE = re.compile(r"(?<![\d一二三四五六七八九十百第])(?P<n>[两俩三仨四五六七八九]|\d{1,2})(?P<what>[笔张次回套份])[^。!?;]{0,28}每(?P=what)[^,。;!?0-9]{0,3}$")
#: 六名员工各办一笔，每笔四万九.
_EACH_ONE = re.compile(rf"(?<!第){_COUNT}[^。!?;0-9]{{0,12}}?各[^。!?;0-9]{{0,10}}?一(?P<piece>[笔张份本])[, ]{{0,2}}每(?P=piece)[^,。;!?0-9]{{0,3}}$")
#: 交五年，每年六千.
_YEARS_BEFORE = re.compile(r"(?<![\d一二三四五六七八九十百第])(?P<n>[两三四五六七八九十]|十[一-九]|\d{1,2})(?P<what>年|个月)[, ]?每(?P<each>年|个?月)[交缴扣存供付]?$")
#: 每张2万，3张; 一次五百，扣了六次.
_EVERY = re.compile(rf"(?:每个?|(?<![头第])一)(?P<what>{THINGS}|月|年)[是为存了扣取转打]{{0,3}}$")
_PARTS_AFTER = re.compile(
    rf"[元块]?[, 、]{{0,2}}[^。!?;,、0-9跑去来找问催投退又再第]{{0,4}}?(?:{_COUNT}|(?P<months>[两三四五六七八九十]{{1,2}}|\d{{1,2}})(?P<month>个月)(?![前后]))")
#: Without one of these close before a sum nothing says that there are several like it.
_HINT = re.compile("[各每均都一]")
_TIMES = re.compile(r"[*x×](?P<n>\d{1,2})(?!\d)", re.ASCII)

#: What is counted alike: 六个人 and 每人, 五十二家 and 每户, 共24期 and 每月, 38条扣款 and 每笔.
_ALIKE = {"名": "人", "位": "人", "个": "人", "家": "户", "个月": "月", "期": "月", "回": "次", "趟": "次", "遍": "次", "条": "笔"}
#: A share told for one: 每户还剩一万三, 每个人放款前都被要求交三千六, 一辆七万八, 户户三万.
_SHARE = re.compile(
    rf"(?:(?P<every>每)一?个?(?P<each>人|个月|月|年|条|{THINGS})[^,。;!?0-9]{{0,12}}?|(?<![头第后上这那有末下同另唯成换])一(?:个?(?P<one>人|年|台|条|{THINGS})|(?P<piece>个)(?![半月]))[^,。;!?0-9]{{0,4}}?"
    rf"|(?P<twice>[户人家])(?P=twice)[^,。;!?0-9]{{0,4}}?)$")
_NUMBER = r"[两俩仨]|[一二三四五六七八九]{0,2}十[一二三四五六七八九]?|[二三四五六七八九]{1,2}|\d{1,3}|[一二两三四五六七八九]百[零一二三四五六七八九十]{0,4}"
_COUNTED = re.compile(
    rf"(?<![\d一二三四五六七八九十百千万第几.])(?P<n>{_NUMBER})(?P<some>[来多几])?"
    rf"(?P<what>个月(?![前后内])|个(?=人|老|大|姐|妹|兄|弟|师傅|后生|小伙|姑娘|学员|民工|司机|朋友|同|工|学|孩|邻居|农|业主|客户|员|[,。;!? ]|$)|人(?!民|家)|期|条|台|(?<=[两俩])月|年(?![级底初前月])|{THINGS})")
_ALL = r"一共|总共|拢共|统共|共计?"
#: What stands between a share and its count: 每人两万，一共四个人; 每次四万九，… 。一共存了二十六回; 一年扣十块，扣了三年.
_THEN = re.compile(
    rf"[元块]?钱?(?:[, ]?|[^。!?;]{{0,20}}(?:{_ALL}|[,  ]已?连?[收扣交投存付缴买拉卷刷做办领][了过]?|[,  ]已[收扣交投存付]|收了|连扣)[^,。;!?0-9]{{0,3}}|[^!?;]{{0,30}}(?:{_ALL})[^,。;!?0-9]{{0,3}})$")
#: A crowd is the background of a complaint (全村六十一户，每户六百), not its matter, unless the text goes on to count it: 每户两千，一共三十八户.
_MOST_PEOPLE, _MOST_OWN = 20, 30
_TAKEN = re.compile("[扣收划]")
#: 一个红包两百，二十个红包.
_NAMED = re.compile(r"一(个[一-鿿]{1,3})$")
_STOP = re.compile(r"[。!?;\n]")


def shares(amount: Amount, text: str, *, several: bool, totalled: bool) -> tuple[int, bool]:
    """How many shares the text names for the sum told for one (1 for none), and whether it leaves their number vague.

    Where `several` are told one by one, none are equal; where the text states a total itself (`totalled`), only what stands close counts.
    """
    times = _TIMES.match(text, amount.end)
    if times:
        return int(times["n"]), False
    start = max(0, amount.at - 30)
    if not _HINT.search(text, max(0, amount.at - 14), amount.at) and text[amount.at - 1:amount.at] not in {"户", "人", "家"}:
        return 1, False
    before = _EACH_ONE.search(text, start, amount.at) or _PARTS_BEFORE.search(text, start, amount.at) or _FAR_BEFORE.search(text, start, amount.at)
    if before and not (several and _single(text, amount.at)):
        return int(value_of(before["n"]) or 1), False
    if several:
        return 1, False                         # 一笔九万，一笔三十一万，三笔合计 …
    close = _every(amount, text, start)
    return (close, False) if close > 1 or totalled else _matching(amount, text)


def _single(text: str, at: int) -> bool:
    return bool(re.search(rf"一(?:{THINGS}|个)[是存取转]?$", text[max(0, at - 14):at]))


def _every(amount: Amount, text: str, start: int) -> int:
    """How many parts 每 or 一 before a sum and a number on its other side make: 交五年，每年六千; 每张2万，3张."""
    years = _YEARS_BEFORE.search(text, start, amount.at)
    if years and years["what"][-1] == years["each"][-1]:
        return int(value_of(years["n"]) or 1)
    named = _NAMED.search(text, max(0, amount.at - 5), amount.at)
    same = re.match(rf"[元块]?钱?[, ]{{1,2}}(?P<n>{_NUMBER}){named[1]}", text[amount.end:amount.end + 14]) if named else None
    if same:
        return int(value_of(same["n"]) or 1)
    every = _EVERY.search(text, start, amount.at)
    after = _PARTS_AFTER.match(text, amount.end) if every else None
    if every and after and (after["what"] or after["month"].removeprefix("个")) == every["what"]:
        return int(value_of(after["n"] or after["months"]) or 1)
    return 1


def _matching(amount: Amount, text: str) -> tuple[int, bool]:
    """Find the count, before a share or behind it, of what the share is told for."""
    begin = max(0, amount.at - 44)
    share = _SHARE.search(text, max(0, amount.at - 16), amount.at)
    if not share:
        return 1, False
    what = share["each"] or share["one"] or share["piece"] or share["twice"]
    if not share["every"] and len(re.findall(rf"一个?{what}[^,。;!?]{{0,6}}?[\d两二三四五六七八九十]+[万千百块元]", text[begin:amount.end + 34])) > 1:
        return 1, False                         # 一辆七万八，另一辆九万
    kind = _ALIKE.get(what, what)
    counts = [count for count in _COUNTED.finditer(text, begin, share.start()) if _kind(count) == kind]
    counted = kind not in {"人", "户"}
    most = _MOST_PEOPLE if share["every"] else _MOST_OWN            # 二十五个工友，一人两千四: whoever speaks for them counts them
    if counts and kind != "年" and (counted or _count(counts[-1])[0] <= most) and len(_STOP.findall(text, counts[-1].end(), share.start())) <= bool(share["every"]):
        return _count(counts[-1])
    behind = next((count for count in _COUNTED.finditer(text, amount.end, amount.end + 42) if _kind(count) == kind), None)
    between = text[amount.end:behind.start()] if behind else ""
    if not behind or not _THEN.match(between) or (kind == "年" and not _TAKEN.search(between)):
        return 1, False                         # 保费每年2万，交了3年: the terms of a policy, no matter of three payments
    many, vague = _count(behind)
    return (many, vague) if counted or many <= _MOST_PEOPLE or len(between) > 2 else (1, False)


def _kind(count: re.Match[str]) -> str:
    return _ALIKE.get(count["what"], count["what"])


def _count(count: re.Match[str]) -> tuple[int, bool]:
    """Return how many, at most: 七八个 are eight and vague."""
    many = values_of(count["n"])
    return int(max(many, default=Decimal(1))), bool(count["some"]) or len(many) > 1
