"""How many people stand behind one letter: 联名32人, 我们二十几户 (C-5; law: articles 12, 25)."""

import re

from routing.text import fold_text

MOST = 100_000              # a figure beyond it is money or a misprint, not people
_HAN = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_FIGURE = r"(?P<figure>[0-9]{1,6}|[零〇一二两三四五六七八九十百千万]{1,8})(?:多|余|几|来)?"
_PEOPLE = r"(?:多|余)?\s?(?:名|位|个|户)?\s?(?:储户|客户|业主|村民|居民|职工|员工|退休人员|老人|投资人|投资者|家长|学生|群众|代表|住户|家庭|人|户|名|位)"
_TOGETHER = r"(?:联名|联署|联合|集体|共同|签名|一起|共计|总共|合计|我们|咱们|受害)"
_ENDS = r"(?:联名|联署|集体|共同|签名|签字|按手印|一起(?:签|写|投诉|反映|来)|一同(?:签|写|投诉|反映|来)|投诉|反映|举报)"
#: A number of people that is said of those who complain, not of the clerks at the counter.
_HEADS = (
    re.compile(rf"{_TOGETHER}[^\n。;!?0-9]{{0,8}}?{_FIGURE}{_PEOPLE}"),
    re.compile(rf"{_FIGURE}{_PEOPLE}[^\n。;!?]{{0,4}}?{_ENDS}"),
)
_OTHERS = re.compile(r"柜员|窗口|排队|前面|等候|保安|工作人员|经理|叫号|面前|只有|仅有|岁|推了|推选|派了|选了|名额|被(?!骗)")


def heads(text: str) -> int:
    """Return how many people a complaint speaks for, as it says itself; 1 where it says nothing of the kind."""
    folded = fold_text(text)
    found = [
        number for pattern in _HEADS for hit in pattern.finditer(folded)
        if not _OTHERS.search(folded, max(0, hit.start() - 4), hit.end() + 3) and 1 < (number := _number(hit["figure"])) <= MOST
    ]
    return max(found, default=1)


def _number(figure: str) -> int:
    if figure.isdecimal():
        return int(figure)
    total, last = 0, 0
    for sign in figure:
        if sign in _UNITS:
            total += (last or 1) * _UNITS[sign]
            last = 0
        else:
            last = _HAN[sign]
    return total + last
