"""Which unit a complaint is about, as far as its words decide it; never a wild guess (rulings 16-18).

The steps: find every name of the directory in the text; set aside those that are corrected, the writer's, the
addressee's or merely a home town; let the areas named beside an outlet decide between outlets of one name; where no
outlet is named, a branch; where only an area is known, the units it could be.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from routing.directory import Directory
from routing.gazetteer import OUTLET_LEVEL, Gazetteer, Mention
from routing.misspelt import beside_an_area, behind_a_wrong_area
from routing.parties import UnitCode
from routing.text import Folded, fold
from routing.verdict import Category

#: An area with more outlets than this stands for itself (ruling 17).
MOST_OUTLETS = 20


@dataclass(frozen=True, slots=True)
class Place:
    """The answer: a unit, or the units it could be, and the customer's words for it."""

    unit: UnitCode | None = None
    candidates: tuple[UnitCode, ...] = ()
    evidence: str = ""


class Part(IntEnum):
    """The part of a letter in which a name stands."""

    HEAD = 1
    BODY = 2
    FOOT = 3


class Weight(IntEnum):
    """How strongly the words say that this is the unit complained about."""

    NONE = 0
    LONE = 1            # 望城坡: only there by its rare name
    NEAR = 2            # 监利朱河: beside its county
    SAID = 3            # 那坡镇营业所, 牛山所


@dataclass(frozen=True, slots=True)
class _Reading:
    """One mention of an outlet, read: the units that fit best, and how strongly."""

    mention: Mention
    units: tuple[UnitCode, ...]
    weight: Weight
    score: int
    vague: bool = False


_STOPS = "。!?;\n"
_OUTLET_SAID = re.compile(
    r"^(?:(?:街道|镇|乡)?(?:的|那个|这个|那|这|上的|嗰|你们|一)?(?:银行)?(?:营业所|营业部|营业厅|分理处|储蓄所|支局|网点|邮局|"
    r"(?<=个)所|所(?![有以谓在说得需持述属示为列指])|嗰?间|那家|的那家|这家|点(?=[,。、 ])))")
_BRANCH_SAID = re.compile(r"^(?:的)?(?:市|县|区|省|州)?(?:支行|分行)")
_DISOWNED = re.compile(r"^[那这个边的所嗰间镇方向]{0,5}[?!….—\-,。 ]{1,6}(?:哦|噢|啊|呃|唉)?(?:不对|不不|唔系|哎呀|说错|错了|口误|不是(?=[,，、 是]))")
_DENIED = re.compile(r"(?:(?<!是)不是|并非|而非|唔系|不去|没去)(?:说|指|在|去)?$")
_ELSEWHERE = re.compile(r"(?:人在|老家(?:在)?|家住|我住|住在|来自|开卡行[是在喺]|开户地[是在]?|出差|打工|籍贯|籍)$")
_ELSEWHERE_AFTER = re.compile(r"^(?:口音|人(?![民家社])|籍|方向|老家|话|方言)|^.{0,4}(?:上不上班|几点开门|开不开门|开门吗|上班吗)")
_PASSED_ON = re.compile(r"(?:请|转|由|交|致|报|经|让|已请|会转|转到|转给|抄送|呈)(?:你们|贵行)?$")
_PASSED_ON_AFTER = re.compile(r"^.{0,6}?(?:核实|核查|初查|查实|反映客户|转单|转办|先认|认领|经查|并转|收到客户)")
_SIGNED = re.compile(r"(?:客服组?|投诉处理岗|服务监督|工会)?\s*(?:$|\n)")
_VAGUE = re.compile(r"^(?:市|县|区|镇)?(?:那边|这边|那一带|一带|附近)")
_SOME_OUTLET = re.compile(r"^(?:市|县|区)?[\s的]*(?:那个|那家|这个|哪个|哪家|某个?|一个?|几个|各个?)?[\s]*(?:营业所|网点|所|点)(?!有)")
_WHICH_OUTLET = re.compile(r"(?:记不清|记不得|不记得|不知道?|说不清|忘了|不清楚)[^。\n]{0,5}(?:所|网点|营业所)")
_CARDS = re.compile(r"信用卡|卡中心|贷记卡")
_OF_THE_READER = re.compile(r"贵行|贵部|贵所|你行|你们行")


class _Letter:
    """A folded text with its mentions and the parts it falls into."""

    def __init__(self, folded: Folded, mentions: Sequence[Mention]) -> None:
        self.folded = folded
        self.text = folded.text
        self.head, self.foot = _frame(folded.text)
        kept = [each for each in mentions if not self._aside(each)]
        self.aside = [each for each in mentions if each not in kept]
        self.mentions = _without_withdrawn(kept, self)
        withdrawn = [each for each in kept if each not in self.mentions]
        #: Areas that help to tell outlets apart: where the customer lives does, what was taken back does not.
        self.areas = [each for each in mentions if each.areas and each not in withdrawn]

    def part(self, mention: Mention) -> Part:
        """Return where in the letter a name stands."""
        if mention.start < self.head:
            return Part.HEAD
        return Part.FOOT if mention.start >= self.foot else Part.BODY

    def before(self, mention: Mention, length: int = 8) -> str:
        """Return the words before a mention."""
        return self.text[max(0, mention.start - length):mention.start]

    def after(self, mention: Mention, length: int = 14) -> str:
        """Return the words after a mention."""
        return self.text[mention.end:mention.end + length]

    def quote(self, mention: Mention) -> str:
        """Quote a mention with the areas before it and the word for the outlet after it."""
        start = mention.start
        for area in reversed(self.areas):
            if area.end <= start and start - area.end <= 2 and "\n" not in self.text[area.end:start]:
                start = area.start
        tail = _OUTLET_SAID.match(self.after(mention)) or _BRANCH_SAID.match(self.after(mention))
        return self.folded.quote(start, mention.end + (tail.end() if tail else 0))

    def _aside(self, mention: Mention) -> bool:
        """Whether the name is only where somebody lives, comes from, or asks about."""
        after = self.after(mention)
        said = _OUTLET_SAID.match(after)
        return bool(_ELSEWHERE_AFTER.match(after) or (_ELSEWHERE.search(self.before(mention)) and not said))


def _frame(text: str) -> tuple[int, int]:
    """Return where a letter's head ends and its foot begins; (0, len) for a text that is no letter."""
    lines = text.split("\n")
    if len(lines) < 2:
        return 0, len(text)
    head, at = 0, 0
    for line in lines[:6]:
        at += len(line) + 1
        if line.rstrip().endswith((":", "台鉴")) and len(line) < 40:
            head = at
        elif not re.match(r"(?:发件人|收件人|抄送|主题|日期|subject|from|to|cc)[::]", line.strip()):
            break
        else:
            head = at
    body = text.rstrip()
    last = body.rfind("\n") + 1
    signed = 0 < len(body) - last <= 40 and not re.search(r"[。!?;:]", body[last:])
    return head, last if signed and last >= head else len(text)


def _without_withdrawn(mentions: list[Mention], letter: _Letter) -> list[Mention]:
    """Drop names the writer takes back (大沥那边？不是；不是石门那个), with the area right before such a name."""
    kept: list[Mention] = []
    withdrawn_from = -1
    for mention in reversed(mentions):
        joined = withdrawn_from >= 0 and mention.end >= withdrawn_from - 1
        if joined or _DISOWNED.match(letter.after(mention)) or _DENIED.search(letter.before(mention)):
            withdrawn_from = mention.start
        else:
            withdrawn_from = -1
            kept.append(mention)
    return kept[::-1]


def _alone(before: str, after: str) -> bool:
    """Whether a name stands by itself between stops or blanks, as a seat jots it down (池尾的)."""
    return re.search(r"(?:^|[\s,。;:、])$", before) is not None and re.match(r"的?(?:$|[\s,。;])", after) is not None


class _Reader:
    """Reads the places of one letter against the directory."""

    def __init__(self, letter: _Letter, directory: Directory, extra: Iterable[UnitCode] = ()) -> None:
        self.letter = letter
        self.directory = directory
        self.extra = frozenset(extra)
        self.named = self.extra | {code for area in letter.areas for code in area.areas}

    def _above(self, code: UnitCode) -> tuple[UnitCode, ...]:
        return tuple(unit.code for unit in self.directory.chain(code)[1:-1])

    def _score(self, code: UnitCode, mention: Mention) -> int:
        """How well the areas named in the text fit a unit: the nearer the superior, the more; more beside the name."""
        above = self._above(code)
        named = self._named_beside(mention)
        score = sum(4 >> min(rung, 2) for rung, superior in enumerate(above) if superior in named)
        return score + (4 if score and self._beside(mention, above) else 0)

    def _named_beside(self, mention: Mention) -> frozenset[UnitCode]:
        """Return the areas named elsewhere than in the mention itself (双塔 is an outlet and a district)."""
        if not mention.areas:
            return self.named
        return self.extra | {code for area in self.letter.areas if area is not mention for code in area.areas}

    def _beside(self, mention: Mention, above: Sequence[UnitCode]) -> bool:
        """Whether an area above the unit is named right before or after the mention."""
        for area in self.letter.areas:
            if area is mention or (area.start < mention.end and mention.start < area.end):
                continue
            gap = self.letter.text[area.end:mention.start] if area.end <= mention.start else (
                self.letter.text[mention.end:area.start])
            if len(gap) <= 4 and not any(stop in gap for stop in "。!?;\n") and any(code in above for code in area.areas):
                return True
        return False

    def _weight(self, mention: Mention, score: int, fitting: int) -> Weight:
        name = self.letter.text[mention.start:mention.end]
        if _OUTLET_SAID.match(self.letter.after(mention)):
            return Weight.SAID
        if score >= 8 or (score >= 5 and len(name) >= 3) or (self.letter.part(mention) is Part.FOOT and score >= 4):
            return Weight.NEAR
        if fitting == 1 and not mention.areas and _alone(self.letter.before(mention), self.letter.after(mention)):
            return Weight.LONE
        if len(name) >= 3 and (score or fitting == 1):
            return Weight.NEAR if score and name[-1] in "镇乡路街" else Weight.LONE
        return Weight.NONE

    def best_outlets(self, mention: Mention) -> tuple[int, tuple[UnitCode, ...]]:
        """Return the best score of a name's outlets, and those that reach it."""
        scores = {code: self._score(code, mention) for code in mention.outlets}
        best = max(scores.values())
        return best, tuple(code for code, score in scores.items() if score == best)

    def outlets(self) -> Iterator[_Reading]:
        """Yield what each mention of an outlet says."""
        for mention in self.letter.mentions:
            if not mention.outlets or (mention.areas and _BRANCH_SAID.match(self.letter.after(mention))):
                continue
            best, fitting = self.best_outlets(mention)
            weight = self._weight(mention, best, len(fitting))
            if weight:
                vague = weight < Weight.SAID and bool(_VAGUE.match(self.letter.after(mention)))
                yield _Reading(mention, fitting, weight, best, vague)

    def branches(self) -> Iterator[tuple[Mention, tuple[UnitCode, ...]]]:
        """Yield the branches said with their word (丰台区支行), except who writes, is written to or passes it on."""
        for mention in self.letter.areas:
            after = self.letter.after(mention)
            said = _BRANCH_SAID.match(after)
            if not said or self.letter.part(mention) is not Part.BODY:
                continue
            if _PASSED_ON.search(self.letter.before(mention)) or _PASSED_ON_AFTER.match(after[said.end():]):
                continue
            if self.letter.head and _SIGNED.match(after[said.end():]):
                continue
            yield mention, self.best(mention)

    def best(self, mention: Mention) -> tuple[UnitCode, ...]:
        """Return the areas of a name that fit the other areas of the text best."""
        others = self.named - set(mention.areas)
        scores = {code: sum(superior in others for superior in self._above(code)) for code in mention.areas}
        top = max(scores.values())
        return tuple(code for code, score in scores.items() if score == top)


def _choose(readings: list[_Reading]) -> _Reading | None:
    """Take the strongest reading; a decided one before an open one, then the better fitting, then the first."""
    if not readings:
        return None
    return max(readings, key=lambda each: (each.weight >= Weight.NEAR, len(each.units) == 1, each.weight, each.score))


def _decide(reader: _Reader) -> Place | None:
    """Return the outlet or branch the text names, one or several of a name; None where it names none."""
    letter = reader.letter
    chosen = _choose(list(reader.outlets()))
    branches = list(reader.branches())
    if branches and (chosen is None or chosen.vague or (chosen.mention.areas and chosen.weight < Weight.SAID)):
        mention, units = branches[-1]
        return _place(units, letter.quote(mention))
    if chosen:
        return _place(chosen.units, letter.quote(chosen.mention))
    return None


def _place(units: tuple[UnitCode, ...], evidence: str) -> Place:
    return Place(units[0], (), evidence) if len(units) == 1 else Place(None, units, evidence)


def _misspelt(reader: _Reader) -> Place | None:
    """Return the outlet whose name, or whose county's name, has one wrong character."""
    letter = reader.letter
    found = beside_an_area(letter.text, letter.areas, reader.directory) or (
        behind_a_wrong_area(letter.text, letter.mentions, reader.directory))
    return Place(found[0], (), letter.folded.quote(*found[1:])) if found else None


def _department(reader: _Reader) -> Place | None:
    """Return the product or channel department where the text names it; others only receive and pass on."""
    for mention in reader.letter.mentions:
        for code in mention.departments:
            unit = reader.directory.get(code)
            if unit and ("产品" in unit.name or "渠道" in unit.name):
                return Place(code, (), reader.letter.folded.quote(mention.start, mention.end))
    return None


def _addressed(reader: _Reader) -> Place | None:
    """Return the branch a letter speaks to as 贵行, where nothing else is named."""
    letter = reader.letter
    if not _OF_THE_READER.search(letter.text[letter.head:]):
        return None
    for mention in letter.areas:
        said = _BRANCH_SAID.match(letter.after(mention))
        if letter.part(mention) is Part.HEAD and said and not re.match(r"(?:工会|监察|纪检|消保)", letter.after(mention)[said.end():]):
            return _place(reader.best(mention), letter.quote(mention))
    return None


def _area(reader: _Reader) -> Place | None:
    """Return the units of the area named, where that is all the text says (ruling 17)."""
    letter = reader.letter
    body = [each for each in letter.mentions if each.areas and letter.part(each) is Part.BODY]
    if not body:
        return None
    deepest = max(body, key=lambda each: max(len(reader.directory.chain(code)) for code in each.areas))
    units = reader.best(deepest)
    some = _SOME_OUTLET.match(letter.after(deepest))
    if len(units) == 1 and (some or _WHICH_OUTLET.search(letter.text)):
        below = tuple(u.code for u in reader.directory.children(units[0]) if u.level == OUTLET_LEVEL)
        units = below if 0 < len(below) <= MOST_OUTLETS else units
    quote = letter.quote(deepest) + (some[0] if some and not _OUTLET_SAID.match(letter.after(deepest)) else "")
    return Place(None, units, quote if quote in letter.folded.original else letter.quote(deepest))


def leading_department(category: Category, directory: Directory) -> tuple[UnitCode, ...]:
    """Return the department that leads where no place is known: channels for CHANNEL, products for PRODUCT (P-14.1)."""
    role = {Category.CHANNEL: "渠道", Category.PRODUCT: "产品"}.get(category)
    top = next((unit for unit in directory.units.values() if unit.parent is None), None)
    found = directory.department(top.code, role) if role and top else None
    return (found.code,) if found else ()


def _hinted(hint: str, letter: _Letter, gazetteer: Gazetteer) -> Place | None:
    """Read the form's own field for the unit: a code, or a name that the text may help to place."""
    unit = gazetteer.directory.get(hint.strip())
    if unit:
        return Place(unit.code, (), hint)
    field = fold(hint)
    around = {code for area in letter.areas for code in area.areas}
    reader = _Reader(_Letter(field, gazetteer.mentions(field.text)), gazetteer.directory, around)
    found = _decide(reader) or _department(reader)
    if found or not reader.letter.mentions:
        return found
    # A field for the unit means the unit: a bare name in it is as good as one with 营业所.
    named = [each for each in reader.letter.mentions if each.outlets]
    if not named:
        return _area(reader)
    mention = named[-1]
    return _place(reader.best_outlets(mention)[1], hint)


def find_unit(text: str, hint: str, gazetteer: Gazetteer, category: Category, *, widespread: bool = False) -> Place:
    """Return the unit complained about, or the candidates, or an empty Place.

    `hint` is what the form's field for the unit says ("" where silent) and comes first. `category` decides which
    department may stand in where no place is named; `widespread` is True where many customers feel a fault, so that
    an outlet is only where somebody noticed it.
    """
    folded = fold(text)
    letter = _Letter(folded, gazetteer.mentions(folded.text))
    hinted = _hinted(hint, letter, gazetteer) if hint.strip() else None
    if hinted and (hinted.unit or hinted.candidates):
        return hinted
    reader = _Reader(letter, gazetteer.directory)
    leading = leading_department(Category.CHANNEL if widespread else category, gazetteer.directory)
    if widespread:
        return _fault_place(reader, leading)
    found = _decide(reader) or _misspelt(reader) or _department(reader) or _addressed(reader) or _area(reader)
    if found is None and not leading and _CARDS.search(folded.text):
        leading = leading_department(Category.PRODUCT, gazetteer.directory)
    return found or Place(None, leading)


def _fault_place(reader: _Reader, leading: tuple[UnitCode, ...]) -> Place:
    """A fault many feel: an outlet only where said outright; otherwise the area and the channel department."""
    said = [each for each in reader.outlets() if each.weight is Weight.SAID]
    chosen = _choose(said)
    department = _department(reader)
    if chosen and len(chosen.units) == 1 and not department:
        return _place(chosen.units, reader.letter.quote(chosen.mention))
    if department:
        return department
    near = _choose([each for each in reader.outlets() if each.weight is Weight.NEAR])
    area = _area(reader) or Place()
    return replace(area, candidates=(*(near.units if near else ()), *area.candidates, *leading))
