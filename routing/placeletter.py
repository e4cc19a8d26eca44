"""A complaint as a letter with places in it: which names are meant as the place, and which only stand there.

Set aside are names that are corrected, the writer's, the addressee's, another bank's, a home town, a road somebody
walks along (rulings 16 and 17).
"""

import re
from enum import IntEnum

from routing.gazetteer import Gazetteer, Mention
from routing.text import Folded


class Part(IntEnum):
    """The part of a letter in which a name stands."""

    HEAD = 1
    BODY = 2
    FOOT = 3


# 𠮶 is what 嗰 folds to.
_OUTLET = "营业所|营业部|营业厅|营业室|分理处|储蓄所|支局|网点|邮局"
OUTLET_SAID = re.compile(
    rf"(?:(?:街道办?|镇|乡)?(?:你们|我们|恁|侬)?(?:的|那个|这个|𠮶个|那|这|上的|𠮶|你们|一)?(?:银行)?(?:{_OUTLET}|"
    r"(?:那边|这边)?的?(?:信贷员|信贷经理|柜员|客户经理|理财经理|大堂经理)|(?<=个)所|所(?![有以谓在说得需持述属示为列指])|𠮶?间|那家|的那家|这家|(?:的|[ ])银行|的?(?:邮政|邮储)(?:储蓄)?(?:银行|所)|点(?=[,。、 ]|(?<=[的个]点)$)))")
BRANCH_SAID = re.compile(r"(?:市|县|区|省|州)?(?:那边|这边|那头)?(?:的|那个|那家|这个|这家|你们)?(?:市|县|区|省|州)?(?:支行|分行)")
_DISOWNED = re.compile(r"[那这个边的所𠮶间镇方向]{0,5}[?!….—\-,。 ]{1,6}(?:哦|噢|啊|呃|唉)?(?:不对|不不|唔系(?=[,、 系])|哎呀|说错|讲错|错了|口误|不是(?=[,，、 是]))")
_DENIED = re.compile(r"(?:(?<!是)不是|并非|而非|唔系|不去|没去|别写成|别搞成|别转到)(?:说|指|在|去|别的)?$")
_DENIED_LAST = frozenset("是非系去说指在的成到")
_ELSEWHERE = re.compile(
    r"(?:人在|老家(?:在|是)?|家住|家在|我住|住在|来自|开卡行[是在喺]|开户地[是在]?|出差|打工|籍贯|籍|婆家在?|娘家在?|嫁到|旅游|不像|以前在|原来在|原先在|之前在|停在|路过|经过)$")
_HOME = re.compile(r"(?:家住|家在|我住|住在)$")
_LOCAL = re.compile(r"(?:镇上|街上|乡里|我们这|俺们这|家门口|楼下|本地|就近)[^,。]{0,4}(?:所|网点|银行|储蓄)")
_EITHER = re.compile(r"还是")
_USED_IT = re.compile(r"(?:时|的时候)?[用取办存进]")
_OTHERS = re.compile(r"(?:邻居|亲戚|同事|朋友|别人|人家)(?:在|去)$")
_ELSEWHERE_LAST = frozenset("在是家住自喺地差工贯籍到游像过去")
_ELSEWHERE_AFTER = re.compile(
    r"(?:口音|人(?![民家社])|籍|方向|老家|话|方言|打工|出差|旅游|上学|读书)|.{0,9}(?:上不上班|几点开门|开不开门|开门吗|上班吗)"
    r"|.{0,3}被?(?:取走|盗刷|刷走|盗取|转走)|(?:国际)?机场|(?:火车|[东南西北])站(?!前)"
    rf"|(?:那边|那家)?的?(?:{_OUTLET}|所|那家)?(?:人家)?(?:都|就)(?:能|可以|给办|办了|到账|没这|没有这|不这样|不会这)")
_OTHER_BANK = re.compile(r"(?:[工农建交招]行|中行|信用社|农信社|农商银?行|(?:工商|农业|中国|建设|交通|招商|民生|光大|浦发|兴业|中信|平安|华夏)银行)(?:的|在)?$")
_OTHER_BANK_LAST = frozenset("行社的在")
_OTHER_BANK_AFTER = re.compile(r"[镇乡县市区]?的?(?:[工农建招]行|信用社|农信社|农商银?行|村镇银行)(?!.{0,3}不是)")
_PASSED_BY = re.compile(r"(?:上班|堵车|堵得|买菜|逛|路口|附近(?:住|买)|拐|散步|开店|摆摊)")
#: 中山路, 南京大学: no town is meant, unless an outlet is called after the rest.
_NAMESAKE = re.compile(r"(?:路|大道|大街|公园|大学|学院|大厦|酒店|饭店|宾馆|剧院|牌|菜馆)")
_BEGINS = frozenset("是在到去喺叫说讲的个那这你们我找来从往去市县区旗州省镇乡诉映行于称为至及和与跟向给被有嘅哩")
_FULL_AREA = frozenset("省市县区州旗盟")
_ROAD = frozenset("路街巷道")


class Letter:
    """A folded text with the places in it that count.

    `mentions` are names that may be the unit; `areas` those that help to tell outlets of one name apart: where the
    customer lives does, what was taken back does not. `dropped` are the names that are no place in question.
    """

    def __init__(self, folded: Folded, gazetteer: Gazetteer) -> None:
        mentions = gazetteer.mentions(folded.text)
        self.folded = folded
        self.text = folded.text
        self.head, self.foot = _frame(folded.text)
        if not mentions:
            self.mentions: list[Mention] = []
            self.areas: list[Mention] = []
            self.dropped: list[Mention] = []
            self._ends: frozenset[int] = frozenset()
            return
        self._ends = frozenset(each.end for each in mentions)
        named = [each for each, after in zip(mentions, (*mentions[1:], None), strict=True) if not self._namesake(each, after, gazetteer)]
        if "还是" in self.text:
            named = self._without_either(named)
        kept = [each for each in named if not self._aside(each)]
        self.mentions = self._without_withdrawn(kept)
        withdrawn = {each.start for each in kept} - {each.start for each in self.mentions}
        self.areas = [each for each in named if each.areas and each.start not in withdrawn]
        counts = {each.start for each in (*self.mentions, *self.areas)}
        self.dropped = [each for each in mentions if each.start not in counts]

    def part(self, mention: Mention) -> Part:
        """Return where in the letter a name stands."""
        if mention.start < self.head:
            return Part.HEAD
        return Part.FOOT if mention.start >= self.foot else Part.BODY

    def before(self, at: int, length: int = 8) -> str:
        """Return the words before a place."""
        return self.text[max(0, at - length):at]

    def begins(self, at: int) -> bool:
        """Whether a word may begin here, so that no short name is read in the end of a longer one (常家|桥镇)."""
        return at == 0 or self.text[at - 1] in _BEGINS or not self.text[at - 1].isalpha() or at in self._ends

    def _after_one_of(self, at: int, characters: frozenset[str]) -> bool:
        """Whether the character before a place is one of these; cheaper than asking the patterns that end in them."""
        return at > 0 and self.text[at - 1] in characters

    def quote(self, mention: Mention) -> str:
        """Quote a mention with the areas before it and the word for the outlet after it."""
        start = mention.start
        for area in reversed(self.areas):
            if area.end <= start and start - area.end <= 2 and "\n" not in self.text[area.end:start]:
                start = area.start
        tail = OUTLET_SAID.match(self.text, mention.end) or BRANCH_SAID.match(self.text, mention.end)
        return self.folded.quote(start, tail.end() if tail else mention.end)

    def _namesake(self, mention: Mention, after: Mention | None, gazetteer: Gazetteer) -> bool:
        """Whether an area's name is only part of another thing's (中山公园, 工行中山路)."""
        text, start, end = self.text, mention.start, mention.end
        if _OTHER_BANK_AFTER.match(text, end) or (self._after_one_of(start, _OTHER_BANK_LAST) and _OTHER_BANK.search(self.before(start))):
            return True
        if not mention.areas or text[end - 1] in _FULL_AREA or not _NAMESAKE.match(text, end):
            return False
        # 石桥公园: an outlet of 石桥 may be called 公园.
        outlets = after.outlets if after and after.start == end else ()
        return not any(area in gazetteer.above(code) for code in outlets for area in mention.areas)

    def _aside(self, mention: Mention) -> bool:
        """Whether the name is only where somebody lives, comes from, passes, or asks about."""
        text, end = self.text, mention.end
        if _ELSEWHERE_AFTER.match(text, end) or (text[end - 1] in _ROAD and _PASSED_BY.match(text, end)):
            return True
        if not self._after_one_of(mention.start, _ELSEWHERE_LAST):
            return False
        before = self.before(mention.start)
        if _HOME.search(before) and _LOCAL.search(text):
            return False                # 我住柳林乡, 镇上那个所: there it is the place
        if before.endswith("过") and _USED_IT.match(text, end):
            return False
        return _OTHERS.search(before) is not None or (_ELSEWHERE.search(before) is not None and not OUTLET_SAID.match(text, end))

    def _without_either(self, mentions: list[Mention]) -> list[Mention]:
        """Drop areas between which somebody asks (成都龙泉驿还是浙江龙泉): the answer names one again."""
        starts = {each.start for each in mentions}
        asked = [at.start() for at in _EITHER.finditer(self.text) if {at.end(), at.end() + 1} & starts]
        return [each for each in mentions
                if not (each.areas and any(at - 5 <= each.end <= at or at + 2 <= each.start <= at + 3 for at in asked))]

    def _without_withdrawn(self, mentions: list[Mention]) -> list[Mention]:
        """Drop names the writer takes back (柳林那边？不是；不是临江那个), with the area right before such a name."""
        kept: list[Mention] = []
        withdrawn_from = -1
        for mention in reversed(mentions):
            joined = withdrawn_from >= 0 and mention.end >= withdrawn_from - 1
            if joined or _DISOWNED.match(self.text, mention.end) or (self._after_one_of(mention.start, _DENIED_LAST) and _DENIED.search(self.before(mention.start))):
                withdrawn_from = mention.start
            else:
                withdrawn_from = -1
                kept.append(mention)
        return kept[::-1]


def _frame(text: str) -> tuple[int, int]:
    """Return where a letter's head ends and its foot begins; (0, len) for a text that is no letter."""
    first = text.find("\n")
    if first < 0:
        return 0, len(text)
    head, at = 0, 0
    for line in text[:400].split("\n")[:6]:
        at += len(line) + 1
        if (line.rstrip().endswith((":", "台鉴")) and len(line) < 40) or _FIELD.match(line):
            head = at
        else:
            break
    body = text.rstrip()
    last = body.rfind("\n") + 1
    signed = 0 < len(body) - last <= 40 and not _SENTENCE.search(body, last)
    return head, last if signed and last >= head else len(text)


_FIELD = re.compile(r"\s*(?:发件人|收件人|抄送|主题|日期|subject|from|to|cc)[::]")
_SENTENCE = re.compile(r"[。!?;:]")
