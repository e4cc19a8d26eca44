"""What people call money: currencies with their codes, and the 角 and 分 behind a sum.

Longer names come first, since 澳门元 ends in 元 and HK$ in $.
"""

import re
from collections.abc import Mapping
from decimal import Decimal

from routing.money.numerals import DIGITS

#: Code in the rate table -> its names behind a number; CNY needs no rate. 蚊, 银, 洋 and 大洋 are dialect for 元.
_BEHIND = {
    "MYR": "林吉特 马币 myr", "MMK": "缅币 mmk", "CHF": "瑞郎 瑞士法郎 chf", "INR": "印度卢比 卢比 inr", "MOP": "澳门元 澳门币 葡币 mop",
    "SGD": "新加坡元 新加坡币 新币 坡币 sgd", "TWD": "新台币 台币 twd", "CAD": "加拿大元 加元 加币 cad", "AUD": "澳元 澳币 澳刀 aud", "THB": "泰铢 铢 thb",
    "RUB": "卢布 rub", "VND": "越南盾 越盾 盾 vnd", "KRW": "韩元 韩币 韩圆 krw", "GBP": "英镑 英磅 镑 gbp", "JPY": "日元 日币 日圆 円 jpy",
    "HKD": "港币 港元 港纸 港蚊 hkd", "EUR": "欧元 欧 euros euro eur", "USD": "美元 美金 dollars dollar 美刀 美钞 美圆 刀 usd",
    "CNY": "元人民币 块人民币 人民币 块大洋 块洋钿 块洋钱 块钱 圆钱 元钱 洋钿 洋钱 只洋 个大洋 大洋 块 圆 元 rmb cny 蚊 银 文钱 人仔 yuan kuai",
}
#: What a name must not run into: 欧洲, 刀具, 块砖, 元旦, 蚊子, 银行.
_NOT_THEN = {"欧": "洲盟派", "刀": "具片子", "盾": "构", "块": "牌地砖屏布石玻表", "元": "旦宵月", "蚊": "子", "银": "行联监保子河"}
#: Names before a number.
_AHEAD = {
    "HKD": "hk$ hkd 港币 港元", "USD": "us$ usd 美元 美金 $", "AUD": "a$ aud 澳元 澳币", "CAD": "c$ cad 加元", "TWD": "nt$ twd 新台币 台币", "SGD": "s$ sgd 新加坡元",
    "MOP": "mop$ mop 澳门元", "JPY": "jpy 日元 日币", "EUR": "€ eur 欧元", "GBP": "£ gbp 英镑", "KRW": "krw 韩元 韩币 ₩", "THB": "thb 泰铢", "VND": "vnd 越南盾",
    "CNY": "¥ 人民币 rmb cny",
}
_CODES = {name: code for names in (_BEHIND, _AHEAD) for code, words in names.items() for name in words.split()}


def _names(table: Mapping[str, str]) -> str:
    """Write the names as alternatives, longer ones first: 澳门元 ends in 元, HK$ in $."""
    words = sorted((word for names in table.values() for word in names.split()), key=len, reverse=True)
    return "|".join(re.escape(word) + (f"(?![{_NOT_THEN[word]}])" if word in _NOT_THEN else "") for word in words)


#: For a quick look at what stands before a number.
NAMES_AHEAD = tuple(name for names in _AHEAD.values() for name in names.split())
AFTER, BEFORE = _names(_BEHIND), _names(_AHEAD)


def code_of(word: str | None) -> str:
    """Return the code of a currency by one of its names, "" for no name."""
    return _CODES[word] if word else ""


_D = "[零一二三四五六七八九两壹贰叁肆伍陆柒捌玖\\d]"
#: What may stand behind 块/元: 4块7, 三块二毛八, 捌万元伍角, 四千块半. A lone digit may not count what follows it.
TAIL = (
    rf"(?P<tail>零?{_D}[毛角](?:零?{_D}分?(?![万千百十笔张个次])|半)?|零?{_D}{{1,2}}分(?!钟|之|期|次|开|行|公|部|[a-z])"
    rf"|(?<=块)(?:[一二三四五六七八九半]|\d{{1,2}})(?![\d%:/a-z]|[.,]\d|[万千百十零二三四五六七八九两多几]|一(?![个斤张条份杯碗])|[笔张个次天月年日号点人户家级楼回趟份分期条块元件斤岁罐碟盒筐笼串瓶袋桶]))?"
)
#: Money below one 元, with nothing above it: 两毛钱, 一角三分, 五分钱.
SMALL_CHANGE = re.compile(
    rf"(?P<jiao>[一二三四五六七八九两几\d])(?:毛(?![病衣巾线豆孩泽利笔坯])|角(?=钱|{_D}分|[,。;!?、]|$|(?<!一角) ))(?P<fen>{_D})?分?钱?|(?P<only>{_D})分钱")


def _digit(word: str) -> Decimal:
    return Decimal(5) if word == "半" else Decimal(DIGITS[word]) if word in DIGITS else Decimal(word)


def tail_value(tail: str | None) -> Decimal:
    """Return in 元 what stands behind 块 or 元: 7 (4块7) is .7, 二毛八 is .28, 伍角 is .5, 3分 is .03."""
    if not tail:
        return Decimal(0)
    digits = re.findall(rf"{_D}|半", tail.lstrip("零") if len(tail) > 1 else tail)
    if tail.endswith("分") and "毛" not in tail and "角" not in tail:
        return sum((_digit(word) * 10 ** (len(digits) - 1 - at) for at, word in enumerate(digits)), Decimal(0)) / 100
    if len(digits) > 2:                                         # 五毛零三
        digits = [digits[0], digits[-1]]
    return sum((_digit(word).scaleb(-1 - at) for at, word in enumerate(digits)), Decimal(0))


def change_value(change: re.Match[str]) -> Decimal:
    """Return in 元 a sum below one 元; 0 for 几毛."""
    if change["only"]:
        return _digit(change["only"]) / 100
    if change["jiao"] == "几":
        return Decimal(0)
    return _digit(change["jiao"]) / 10 + (_digit(change["fen"]) / 100 if change["fen"] else 0)
