"""The words around a number that make it money or bound it: 扣了1000, 违约金3760, 不到5万, 五万左右."""

import re

#: Words before a number: it is more than that.
ABOVE_AHEAD = r"不止|不下于?|不少于|超过了?|超出了?|超了?|至少有?|起码|最少|高于|多于|大于|逾"
#: Words before a number: it is that or less.
BELOW_AHEAD = r"(?:还|都)?不到|不足|不满|没到|将近|接近|临近|(?<![最附])近|快|小|差不多|至多|最多|不超过|差点|少于|低于|顶多"
_BEHIND = {
    "ABOVE": frozenset(("多", "余", "出头", "有余", "以上", "左右", "上下", "不止", "开外", "往上", "挂零", "打零", "还多")),
    "BELOW": frozenset(("以内", "以下", "不到", "不足", "都不到", "还不到")),
}


def reach_behind(word: str) -> str:
    """Return the name of the reach that a word behind a number gives it, "" for none."""
    return next((name for name, words in _BEHIND.items() if word in words), "")


#: A bare number is money only behind one of these: 扣了1000, 本金5800, 欠2300, 违约金3760.
_VERB = re.compile(
    r"(?:扣款?|存入?|取款?|支取?|转账?|汇款?|欠款?|[本现定押订佣租奖罚违约保证金]金|[余总差面限金]额|面值|给|收取?|付|交|花|共计?|合计|退还?|还款?|贷款?|补|赔|[费款钱价息]|房贷|车贷|"
    r"亏|损失|剩|打|拿|要|充值?|吐了?|到账|入账|每人|每户|一户|一份|一套|一张|一笔|每笔|每月|每年|人均|借|投|买|换|刷|少|多|为|计|是|降到|限额|补贴|补助|工资|低保|红包|存款|损失|利润|提|抽|送来|卖|分别是|分别为|盗|津贴|逾期|每趟|每次|每回|一趟|一次|[按打输录写变改记看存转扣]成|录入|骗|转走|划走|分期|只有|保额)"
    r"(?:了|过|我|他|她|你|的|到|出|走|进|掉|得|就|又|才|只|还|近|将近|约|大概|差不多|一共|总共|每月|每张|每笔|每人|:|客户?|是|我们|人家|\d{1,2}[笔张趟次份]){0,3}[ ]?$"
)
#: Or before one of these: 2999的手机, 5300没到账.
_NOUN = re.compile(
    r"的?(?:手机|电视|冰箱|电脑|首付|货款|红包|押金|学费|话费|保费|手续费|年费|本金|工资|贷款|存款|存单|订单|扣款|转账|定期|现金)|[没未不]?(?:到账|没到|没退|没给|未到|不见了|没了|被扣|被转|被刷|打水漂|[按打输录写变改记看]成)")
_BARE = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[一二三四五六七八九]?十[一二三四五六七八九]?", re.ASCII)
#: After a bare number: a letter, another number, or something counted means it is no money.
_NOT_AFTER = re.compile(r"[\da-z%:/\-张笔个#*]|\.\d")
_CLAUSE = re.compile(r"[。!?;,\n]")
_YEAR = re.compile(r"(?:19|20)\d\d")
#: A sum that is a clause of its own answers what was said before it: 工资打进来了，4850。
_ALONE = re.compile(r"(?:工资|款|钱|存|取|转|扣|充|打进|打到|账|金额|多少|贷|欠|补贴|退)[^。!;,]{0,8}[,。?!:]\s?(?:坐席|客户|客)?:?(?:[嗯哦啊]|就|一共|总共|是|有|大概|也就){0,3}$")
_ALONE_END = re.compile(r"[,。;!?、\n]|$|[吧呢啊嘛]")
#: A list of figures goes on: 分别是9800 9800 4600.
_LISTED = re.compile(r"(?:分别[是为]|各[是为]|先后)(?:\d{2,7}(?:\.\d\d)?[、, 和]){1,6}$", re.ASCII)
#: One rate beside another: 1.9%, 只给1.55.
_RATES = re.compile(r"[%‰]|利率|利息是|年化|净值|百分")


def bare_is_money(text: str, start: int, end: int, number: str, *, unlimited: bool) -> bool:
    """Whether a number without unit and currency is money: by the verb or noun before it, by the noun behind it."""
    if not _BARE.fullmatch(number) or _NOT_AFTER.match(text, end):
        return False
    if "." in number and len(number) < 5 and _RATES.search(text, max(0, start - 25), start):
        return False
    if number.isdigit() and (len(number) > 8 or (len(number) > 1 and number[0] == "0")):
        return False
    before = text[max(0, start - 14):start]
    clause = _CLAUSE.split(before)[-1]
    if _YEAR.fullmatch(number) and re.search(r"[从自于在到截至去]$", clause):
        return False
    if _VERB.search(clause) or (len(number) > 2 and unlimited and _LISTED.search(text, max(0, start - 40), start)):
        return True
    if len(number) < 3 or not number.isdigit():
        return False
    alone = _ALONE_END.match(text, end) and not _YEAR.fullmatch(number) and _ALONE.search(text, max(0, start - 24), start)
    return bool(alone or _NOUN.match(text, end))
