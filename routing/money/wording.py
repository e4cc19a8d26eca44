"""The words around a number that make it money or bound it: 扣了1000, 违约金3760, 不到5万, 五万左右."""

import re

#: Words before a number: it is more than that.
ABOVE_AHEAD = ("不止", "不下", "不下于", "不少于", "超过", "超过了", "超出", "超出了", "超", "超了", "上", "至少", "至少有", "起码", "起码有", "最少", "高于", "多于", "大于", "逾")
#: Words before a number: it is that or less.
BELOW_AHEAD = ("不到", "还不到", "都不到", "不足", "不满", "没到", "将近", "接近", "临近", "近", "快", "小", "差不多", "至多", "最多", "不超过", "差点", "少于", "低于", "顶多")
_BEHIND = {
    "ABOVE": frozenset(("多", "余", "出头", "有余", "以上", "左右", "上下", "不止", "开外", "往上", "挂零", "打零", "还多")),
    "BELOW": frozenset(("以内", "以下", "不到", "不足", "都不到", "还不到")),
}


def reach_behind(word: str) -> str:
    """Return the name of the reach that a word behind a number gives it, "" for none."""
    return next((name for name, words in _BEHIND.items() if word in words), "")


#: A bare number is money only behind one of these: 扣了1000, 本金5800, 欠2300, 违约金3760.
_VERB = re.compile(
    r"(?:扣款?|存入?|取款?|支取?|转账?|汇款?|欠款?|[本现定押订佣租奖罚违约保证金]金|滞纳|[余总差面限金]额|面值|给|收取?|付|交|花|共计?|合计|退还?|还款?|贷款?|补|赔|[费款钱价息]|房贷|车贷|"
    r"亏|损失|丢的?|剩|打|拿|要|充值?|吐了?|到账|入账|每人|每户|一户|一份|一套|一张|一个|一笔|每笔|每月|每年|人均|借|投|买|换|刷|少|多|为|计|是|降到|限额|补贴|补助|工资|低保|红包|存款|损失|利润|提|抽|送来|险|烟|酒|塞|点出|出来|[0-9]显示|数|各|认|返|印|写的?|用|加价|给做|卡里|折里|折上|账上|账里|户头|出去|取现|每张|每份|每条|每套|吞|供|每期|一期|一年|一个月|每季度?|自费|花费|报销|取出|卖|分别是|分别为|盗|津贴|逾期|每趟|每次|每回|一趟|一次|一回|假[币钞]?|差|[按打输录写变改记看存转扣]成|录入|骗|转走|划走|分期|只有|保额)"
    r"(?:了|过|我|他|她|你|的|到|出|走|进|掉|去|来|回|上|成|得|就|又|才|只|还|近|将近|约|大概|差不多|一共|总共|每月|每张|每笔|每人|:|客户?|是|我们|人家|\d{1,2}[笔张趟次份]){0,3}[ ]?$"
)
#: Or before one of these: 2999的手机, 5300没到账.
_NOUN = re.compile(
    r"的?(?:手机|电视|冰箱|电脑|首付|货款|红包|押金|学费|话费|保费|手续费|年费|本金|工资|贷款|存款|存单|订单|扣款|转账|定期|现金)|[没未不]?(?:到账|没到|没退|没给|未到|不见了|没了|被扣|被转|被刷|打水漂|[按打输录写变改记看]成|存[到进在入]|转[到给进]|打[到给]|假[币钞]|的?假[币钞]|[*x×]\d{1,2}(?!\d)|退[给回]|还给)")
_BARE = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[一二三四五六七八九]?十[一二三四五六七八九]?", re.ASCII)
#: After a bare number: a letter, another number, or something counted means it is no money.
_NOT_AFTER = re.compile(r"(?![x*]\d{1,2}(?!\d))[\da-z%:/\-张笔个#*]|\.\d")
_CLAUSE = re.compile(r"[。!?;,\n]")
_YEAR = re.compile(r"19[5-9]\d|20(?!00)[0-4]\d")
#: A long number is a sum where people speak of money; nothing else that is long stands bare in a complaint.
_NEAR = 200
_SINCE = re.compile(r"[从自于在到截至去]$")
_SIGNS = frozenset("≥≤<>#@")
_MATTER = re.compile(r"[贷款钱账存取扣还转卡收费汇拨撤]|征信|工资|补[助贴]|户头|红包")
#: Yuan and cents as a page shows them: 200.00.
_CENTS = re.compile(r"\d{3,}\.\d\d", re.ASCII)
_NOTE = re.compile(r"假[币钞]|[元块]")
#: A list of figures goes on: 分别是9800 9800 4600.
_LISTED = re.compile(r"(?:分别[是为转存取扣刷付]了?|各[是为]|先后|[两三四五六七八九]笔[:, ]?)(?:\d{2,7}(?:\.\d\d)?[、, 和]){0,6}$", re.ASCII)
#: What is below ten and has a point is a rate (3.15, 印3.0) unless it is paid; one rate beside another is none at all.
_SMALL = re.compile(r"\d\.\d{1,2}")
_PAID = re.compile(r"[扣费收退付充刷返剩差少多花]|余额|利息$")
_RATES = re.compile(r"[%‰]|[利费扣]率|利息是|年化|净值|百分")


def bare_is_money(text: str, start: int, end: int, number: str) -> bool:
    """Whether a number without unit and currency is money: by the words before and behind it."""
    if not _BARE.fullmatch(number) or _NOT_AFTER.match(text, end) or _no_sum(text, start, number):
        return False
    if number[-1] not in "0123456789" and text.startswith("的", end):
        return False                        # 一个八十一的
    if "," in number or _VERB.search(_CLAUSE.split(text[max(0, start - 14):start])[-1]):
        return True
    if _CENTS.fullmatch(number):
        return bool(_MATTER.search(text, max(0, start - _NEAR), end + _NEAR))
    return number.isdigit() and _spoken_for(text, start, end, number)


def _no_sum(text: str, start: int, number: str) -> bool:
    """Whether a bare number is a rate, a year, a code or a serial number by its looks."""
    if "." in number and len(number) < 5:
        rated = _RATES.search(text, max(0, start - 25), start)
        return bool(rated) or bool(_SMALL.fullmatch(number) and not _PAID.search(text, max(0, start - 10), start))
    if len(number) == 1 and not _PAID.search(text, max(0, start - 3), start):
        return True
    if number.isdigit() and (len(number) > 8 or (len(number) > 1 and number[0] == "0")):
        return True
    return bool(_YEAR.fullmatch(number) and _SINCE.search(text, max(0, start - 2), start))


def _spoken_for(text: str, start: int, end: int, number: str) -> bool:
    """Whether a bare whole number without a verb is a sum: by the noun behind it, in a list, or long and among words of money."""
    if len(number) < 3:
        return bool(_NOTE.match(text, end))
    if _NOUN.match(text, end) or _LISTED.search(text, max(0, start - 40), start):
        return True
    before = text[start - 1:start]
    if _YEAR.fullmatch(number) or before in _SIGNS or (before.isascii() and before.isalpha()):
        return False
    return bool(_MATTER.search(text, max(0, start - _NEAR), end + _NEAR))
