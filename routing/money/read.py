"""Business amounts in a complaint: value in yuan, the words it stands in, and what it may be at most (rulings 1-4).

>>> [str(a.value) for a in amounts("存了八万五，只打了8万", {})]
['85000', '80000']
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from itertools import islice

from routing.money.noise import FILLER, without_noise
from routing.money.numerals import DIGITS, NUMBER, value_of
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


#: What people call a currency -> its code in the rate table; CNY needs no rate.
_CURRENCIES: tuple[tuple[str, str], ...] = (
    (r"元人民币|人民币|块钱|圆钱|元钱|块洋钿|洋钿|块|圆|元|rmb|cny|蚊|大洋", "CNY"), (r"美元|美金|美刀|usd|刀(?!具|片)", "USD"),
    (r"欧元|欧(?![洲盟派])|euros?|eur", "EUR"), (r"港币|港元|港纸|hkd", "HKD"), (r"日元|日币|日圆|jpy", "JPY"),
    (r"英镑|镑|gbp", "GBP"), (r"韩元|韩币|韩圆|krw", "KRW"), (r"越南盾|越盾|盾|vnd", "VND"), (r"卢布|rub", "RUB"),
    (r"泰铢|铢|thb", "THB"), (r"澳元|澳币|aud", "AUD"), (r"加元|加币|cad", "CAD"), (r"新台币|台币|twd", "TWD"),
    (r"新加坡元|新币|sgd", "SGD"), (r"澳门元|澳门币|mop", "MOP"), (r"瑞郎|瑞士法郎|chf", "CHF"), (r"卢比|inr", "INR"),
    (r"林吉特|马币|myr", "MYR"), (r"缅币|mmk", "MMK"),
)
_SIGNS: tuple[tuple[str, str], ...] = (
    (r"¥|人民币|rmb", "CNY"), (r"us\$|\$|usd|美元|美金", "USD"), (r"€|eur|欧元", "EUR"), (r"hk\$|hkd|港币|港元", "HKD"),
    (r"日元|jpy", "JPY"), (r"£|gbp|英镑", "GBP"),
)
# Longest names first: 澳门元 before 元, 韩元 before 元 are decided by the alternation's order.
_AFTER = "|".join(f"(?P<a{n}>{names})" for n, (names, _) in reversed(list(enumerate(_CURRENCIES))))
_BEFORE = "|".join(f"(?P<b{n}>{names})" for n, (names, _) in reversed(list(enumerate(_SIGNS))))

_HAN_DIGIT = "[一二三四五六七八九两]"
_D = "[一二三四五六七八九两1-9]"
#: Two neighbouring digits before a unit are a range: 三五万, 三四十万, 十七八万; 29万 is one number.
_TWIN = rf"(?P<tens>[一二三四五六七八九]?十(?=[一二三四五六七八九]{{2}}))?(?P<low>{_HAN_DIGIT})、?(?P<high>{_HAN_DIGIT})(?P<scale>十?[万千百]|十万?)(?!{_D})"
_MONEY = re.compile(
    rf"(?P<limit>不到|不足|不满|将近|接近|近|快|小|至多|最多|不超过)?(?:{_BEFORE})? ?"
    rf"(?:(?P<few>好?几[十百千]?[万亿]|数[十百]?[万亿]|上[百千]?[万亿](?!平)|[五六七八九]位数)|{_TWIN}(?![\d零])"
    rf"|(?P<number>{NUMBER}))"
    rf"(?P<more>多|余|几|来|出头|以上)?(?P<big>万亿|[百千]?[万亿wk])?(?P<more2>多|余|几|来|出头)?(?P<whole>整)? ?"
    rf"(?:{_AFTER})?(?P<jiao>\d{{1,2}}(?![\d.万千]|,\d)|[一二三四五六七八九半](?:角|毛)?(?:[一二三四五六七八九]分)?(?![万千百十笔张个])"
    rf"|(?:[壹贰叁肆伍陆柒捌玖\d](?:角|毛))?(?:[壹贰叁肆伍陆柒捌玖\d]分)?)?(?P<closing>整|多|余|出头|以上|左右)?"
)
#: A bare number is money only behind one of these: 扣了1000, 本金5800, 欠2300.
_VERB = re.compile(
    r"(?:扣款?|存入?|取款?|支取?|转账?|汇款?|欠款?|本金|余额|金额|面值|给|收取?|付|交|花|共计?|合计|退还?|还款?|贷款?|补|赔|费|房贷|押金|"
    r"手续费|年费|价|亏|损失|剩|打|拿|要|充值?|吐了?|到账|入账|每人|每户|人均|借|投|买|换|刷|少|多|为|计|是|降到|限额)"
    r"(?:了|过|我|他|她|你|的|到|出|走|进|掉|得|就|又|才|只|近|将近|约|大概|差不多|一共|每月|每张|每笔|:|客户?|\d{1,2}[笔张]){0,3}[ ]?$"
)
_BARE = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
#: After a bare number: a letter, another number, or something counted means it is no money.
_NOT_AFTER = re.compile(r"[\da-z%.:/\-张笔个#]|[\x1f]")


def _currency(match: re.Match[str]) -> str:
    """Return the currency code the words name, "" where they name none."""
    for key, word in match.groupdict().items():
        if word and key[0] in "ab" and key[1:].isdigit():
            return (_CURRENCIES if key[0] == "a" else _SIGNS)[int(key[1:])][1]
    return ""


def _jiao(match: re.Match[str]) -> Decimal:
    """What stands behind 元/块: 4块7 is 4.7, 四十六块三 is 46.3, 捌万元伍角 is .5."""
    word = match["jiao"]
    if not word or not _currency(match):
        return Decimal(0)
    if word.isdigit():
        return Decimal(word).scaleb(-len(word))
    jiao, fen = re.search(r"^(.)(?:角|毛|$)", word), re.search(r"(.)分", word)
    worth = {**{k: Decimal(v) for k, v in DIGITS.items()}, "半": Decimal(5), **{str(n): Decimal(n) for n in range(10)}}
    tenths = worth.get(jiao[1], Decimal(0)) if jiao else worth.get(word[0], Decimal(0)) if not fen else Decimal(0)
    return tenths / 10 + (worth.get(fen[1], Decimal(0)) / 100 if fen else Decimal(0))


def _few(word: str) -> Decimal:
    """The most that a sum without a number may be: 几万 is under 100,000, 六位数 under a million."""
    if word.endswith("位数"):
        return Decimal(10 ** DIGITS[word[0]] - 1)
    scale = value_of(word.lstrip("好几数上"))
    return (scale or Decimal(10_000)) * 9


def _values(match: re.Match[str]) -> tuple[Decimal, ...]:
    """Return the number, or both ends of a twin (三五万); () where the numeral makes no sense."""
    scale = value_of("一" + match["big"]) if match["big"] else Decimal(1)
    if match["few"]:
        return (_few(match["few"]),)
    if match["low"]:
        ends = tuple(value_of((match["tens"] or "") + match[end] + match["scale"]) for end in ("low", "high"))
        return tuple(end * scale for end in ends if end is not None and scale is not None)
    value = value_of(match["number"])
    if value is None or scale is None:
        return ()
    return (value * scale + _jiao(match),)


def _scaled(match: re.Match[str]) -> bool:
    """Whether the words carry a unit of their own (8万, 一千八, 8.5w, 六百), so that they need no 元 to be money."""
    words = (match["number"] or match["low"] or "") + (match["big"] or "") + (match["scale"] or "")
    return any(unit in words[1:] for unit in "十百千万亿wk拾佰仟") and (
        any(unit in words for unit in "万亿wk千百仟佰") or bool(match["whole"]))


def _money(match: re.Match[str], text: str) -> bool:
    """Whether a number is money: by its currency, by its unit, or by the verb before it."""
    if _currency(match):
        return True
    tail = "" if match[0].endswith(" ") else text[match.end():match.end() + 1]
    if match["few"]:
        return True
    if _scaled(match):
        # 千 and 百 without 元 are money where nothing is counted behind them and no letter clings to them.
        return not re.match(r"[a-z%\x1f]", tail)
    if not match["number"] or not _BARE.fullmatch(match["number"]) or _NOT_AFTER.match(tail):
        return False
    before = text[max(0, match.start() - 25):match.start()]
    if "." in match["number"] and len(match["number"]) < 5 and FILLER in before:
        return False                    # one rate beside another: 1.9%, 只给1.55
    return bool(_VERB.search(text[max(0, match.start() - 14):match.start("number")]))


def _reach(match: re.Match[str]) -> Reach:
    if match["few"]:
        return Reach.ABOVE
    if match["more"] or match["more2"] or match["closing"] in {"多", "余", "出头", "以上"}:
        return Reach.ABOVE
    return Reach.BELOW if match["limit"] else Reach.EXACT


def _cny(value: Decimal, code: str, rates: Mapping[str, Decimal]) -> Decimal | None:
    """Convert; None for a currency the rate table does not know (ruling 4)."""
    if code in {"", "CNY"}:
        return value
    return value * rates[code] if code in rates else None


def _plain(value: Decimal) -> Decimal:
    """Drop zeros behind the point without ever writing 1.2E+5."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


_RANGE = re.compile(rf"(?P<low>(?:{_D}|\d{{1,4}}(?:\.\d)?))(?:到|至|~|-|—|～)(?=(?:{_D}|\d{{1,4}}(?:\.\d)?)(?P<unit>十?[万亿w千]))")




def _each(text: str, rates: Mapping[str, Decimal], folded: Folded) -> Iterator[Amount]:
    """Yield the amounts in order, before any sums."""
    for match in _MONEY.finditer(text):
        if not _money(match, text):
            continue
        shown = folded.quote(match.start(), match.end()).strip()
        at = match.start() + (len(match[0]) - len(match[0].lstrip()))
        for value in _values(match):
            counted = _cny(value, _currency(match), rates)
            if counted is not None and counted > 0:
                yield Amount(_plain(counted), shown, at, at + len(shown), _reach(match), stated=not match["few"])
    for match in _RANGE.finditer(text):
        low = value_of(match["low"] + match["unit"])
        if low:
            yield Amount(_plain(low), folded.quote(*match.span("low")), match.start(), match.end("low"))


_COUNTED = r"(?P<n>[两二三四五六七八九十]|\d{1,2})(?P<what>[笔张份户单])"
_PARTS_BEFORE = re.compile(rf"{_COUNTED}[^0-9。,;!?]{{0,6}}[, ]?(?:各|每[笔张份户单]|都是|均为)[是为存了]{{0,2}}$")
_PARTS_AFTER = re.compile(rf"^[, 、]{{0,2}}(?:一?共)?{_COUNTED}")
_EVERY = re.compile(r"每[笔张份户单][是为存了]{0,2}$")
_AGAIN = re.compile(r"(?:又|再|另外?)(?:存|转|取|汇|打|借|投|买|充|付|交|贷|刷|划|加|追加){0,2}(?:入|走|出|进|了|给他|给她){0,2}$")
_APART = re.compile(r"[一每另][户人笔张家]|退|还款|剩|手续费|费$|利息|扣")


def _parts(amount: Amount, text: str) -> int:
    """How many equal parts the text names beside one of them: 两笔各三万, 每张2万,3张 (ruling 1)."""
    before, after = text[max(0, amount.at - 20):amount.at], text[amount.end:amount.end + 8]
    found = _PARTS_BEFORE.search(before) or (_EVERY.search(before) and _PARTS_AFTER.search(after))
    if not found:
        return 1
    return int(found["n"]) if found["n"].isdigit() else int(value_of(found["n"]) or 1)


def _sums(found: list[Amount], folded: Folded) -> Iterator[Amount]:
    """Yield what the text adds up: equal parts, and a part that came later (三万, 后来又两万五)."""
    known = {amount.value for amount in found}
    for at, amount in enumerate(found):
        many = _parts(amount, folded.text)
        if many > 1 and amount.value * many not in known:
            yield replace(amount, value=_plain(amount.value * many))
        between = folded.text[found[at - 1].end:amount.at] if at else ""
        if at and len(between) < 30 and amount.stated and _AGAIN.search(between) and not _APART.search(between):
            both = _plain(found[at - 1].value + amount.value)
            if both not in known:
                yield Amount(both, folded.quote(found[at - 1].at, amount.end), found[at - 1].at, amount.end)


def amounts(text: str, rates: Mapping[str, Decimal]) -> tuple[Amount, ...]:
    """Return the amounts of money in a text, in its order, sums last.

    `rates` gives CNY per unit of a currency by its ISO code. Values may repeat when the text repeats them. Whether an
    amount is *business* (not a fare, a fine, a threshold) is the lexicon's question, see routing.triage.
    """
    folded = fold(text)
    found = sorted(islice(_each(without_noise(folded.text), rates, folded), MOST_AMOUNTS), key=lambda amount: amount.at)
    return (*found, *_sums(found, folded))


__all__ = ["FILLER", "Amount", "Reach", "amounts"]
