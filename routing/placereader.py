"""How well each unit of a name fits the places named in a text, and how strongly the words say that it is meant."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from routing.directory import Directory
from routing.gazetteer import Codes, Gazetteer, Mention
from routing.parties import UnitCode
from routing.placenames import NUMBERS, ORDINARY
from routing.placeletter import BRANCH_SAID, OUTLET_SAID, Letter, Part


class Weight(IntEnum):
    """How strongly the words say that this is the unit complained about."""

    NONE = 0
    LONE = 1            # 望鹤楼: only there by its rare name
    NEAR = 2            # 石桥桃园: beside its county
    SAID = 3            # 桃园镇营业所, 柳林所


@dataclass(frozen=True, slots=True)
class Reading:
    """One mention of an outlet, read: the units that fit best, and how strongly.

    `vague` where only a neighbourhood is said (柳林那边); `clash` where the area right before the name has no outlet
    of that name, or a short name stands in the middle of a word, so that something is written wrong.
    """

    mention: Mention
    units: Codes
    weight: Weight
    score: int
    vague: bool = False
    clash: bool = False


#: What the nearest area, the next, and all further ones count; and what it counts that an area stands beside a name.
_RUNGS, BESIDE = (4, 2, 1, 1, 1, 1), 4
_COUNTY, _PROVINCE = 4, 1
#: From here on nothing has to be written wrong: the county stands beside the name.
SURE = _COUNTY + BESIDE
_GAP = 4
#: So many units of a bare name are worth asking about (ruling 17).
_FEW_OF_A_NAME = 10
_STOPPED = re.compile(r"[。!?;\n]")
_PASSED_ON = re.compile(r"(?:请|转|由|交|致|报|经|让|已请|会转|转到|转给|抄送|呈)(?:你们|贵行)?$")
_PASSED_ON_AFTER = re.compile(r".{0,6}?(?:核实|核查|初查|查实|反映客户|转单|转办|先认|认领|经查|并转|收到客户)")
_SIGNED = re.compile(r"(?:客服组?|投诉处理岗|服务监督|工会)?\s*(?:$|\n)")
_VAGUE = re.compile(r"(?:市|县|区|镇)?(?:那边|这边|那一带|一带|附近)")
_EDGE = re.compile(r"(?:的|那|这|𠮶|对吧|对吗|是吧|是吗|[镇乡](?=$|[\s,。;的那]))?(?:$|[\s,。;、!?]|的|那|这|𠮶)")
_BLANK_BEFORE = re.compile(r"(?:^|[\s,。;:、!?])$")
_EDGE_BEFORE = re.compile(r"(?:^|[\s,。;:、!?]|是|在|喺|就|去|到|叫)$")
_ALONE_AFTER = re.compile(r"的?(?:对吧|对吗|是吧|是吗)?(?:$|[\s,。;?!])")
_TIGHT = re.compile(r"[市县区旗州省的那\s]{0,2}[^\s,。;:!?、]?")
#: 望鹤|山: the name of something else goes on.
_GOES_ON = re.compile(r"(?:山|湖(?![南北])|水库|寺|庙|景区|公园|大桥|高速)")
#: What is done at an outlet, where no other word says that one is meant: 在望鹤开的户, 上柳林存钱.
_BANKED_AT = re.compile(r"[在喺到去上从](?:你们|恁|侬|你行|贵行)?$")
_BANKED = re.compile(r"(?:那[边儿块]|这[边儿])?(?:开的[户卡账]|开的?(?=[,。;!? ]|$)|开了?[个张]?[户卡账]|办的?[了]?[个张]?(?:卡|存折|存单|存款|贷款|业务|开户)|存的?[了]?(?:钱|款|定期|死期|一笔|[一二两三四五六七八九十\d])|取[的了]?(?:钱|款|不出)|贷的?[了]?款)")
#: The same of a name of three characters, or of one whose area is named; 在楼下取号 says nothing.
_SERVED = re.compile(r"(?:打印?流水|排[队号]|挂失|补[登办]|汇款|转账|换[^,。;!? ]{0,3}(?:卡|折|钞|币|零|钱)|[办交还][^,。;!? ]{0,5}(?:卡|证|业务|手续|贷|费|税|按揭))")
#: 望鹤那个窗口, 柳林路你们门口: its counter or its door.
_ITS = re.compile(r"(?:那个|那边|这个)的?(?:窗口|柜台)|,?(?:你们|恁)的?(?:门口|大门|大厅|厅里|柜台|窗口)")
#: 你们望鹤路: what is the bank's, and no area of it, is an outlet.
_YOURS = re.compile(r"(?:你们|恁|侬|你行|贵行|你哋)(?:那个|这个|的)?$")
_LANDMARK = re.compile(r"(?:[路街巷道站]|广场|公园|大桥|市场|医院|大学|学院|码头|商场)$")
_STREET = re.compile(r"街道")
_IN_FULL = re.compile(r"[营分储支网]")


class Reader:
    """Reads the places of one letter against the directory."""

    def __init__(self, letter: Letter, gazetteer: Gazetteer, extra: Iterable[UnitCode] = ()) -> None:
        self.letter = letter
        self.gazetteer = gazetteer
        self.extra = frozenset(extra)
        self.named = self.extra | {code for area in letter.areas for code in area.areas}

    @property
    def directory(self) -> Directory:
        """Return the directory read against."""
        return self.gazetteer.directory

    def score(self, code: UnitCode, named: frozenset[UnitCode], beside: frozenset[UnitCode]) -> int:
        """How well named areas fit a unit: the nearer the superior, the more; more where it stands beside the name."""
        above = self.gazetteer.above(code)
        if named.isdisjoint(above):
            return 0
        score = sum(worth for superior, worth in zip(above, _RUNGS, strict=False) if superior in named)
        return score + (0 if beside.isdisjoint(above) else BESIDE)

    def around(self, mention: Mention) -> tuple[frozenset[UnitCode], frozenset[UnitCode]]:
        """Return the areas named elsewhere than in the mention itself (桃园 may be both), and those right beside it."""
        named = self.named
        if mention.areas:
            named = self.extra | {code for area in self.letter.areas if area.start != mention.start for code in area.areas}
        near = [area.areas for area in self.letter.areas if self._near(area, mention)]
        return named, frozenset(code for codes in near for code in codes)

    def _near(self, area: Mention, mention: Mention) -> bool:
        left, right = (area.end, mention.start) if area.end <= mention.start else (mention.end, area.start)
        return 0 <= right - left <= _GAP and not _STOPPED.search(self.letter.text, left, right)

    def best_outlets(self, mention: Mention) -> tuple[int, Codes]:
        """Return the best score of a name's outlets, and those that reach it."""
        if not self.named:
            return 0, self._exact(mention, mention.outlets)
        named, beside = self.around(mention)
        units, chains = self.directory.units, self.gazetteer.chains
        fitting = [code for code in mention.outlets if not named.isdisjoint(chains.get(units[code].parent, ()))]
        if not fitting:
            return 0, self._exact(mention, mention.outlets)
        scores = {code: self.score(code, named, beside) for code in fitting}
        best = max(scores.values())
        return best, self._exact(mention, tuple(code for code in fitting if scores[code] == best))

    def _exact(self, mention: Mention, codes: Codes) -> Codes:
        """Prefer, of several, those called exactly so: 桃园营业所 before 桃园镇营业所, 柳林街道 before 柳林乡."""
        text, end = self.letter.text, mention.end
        if len(codes) < 2 or not (_STREET.match(text, end) or (_IN_FULL.match(text, end) and (len(codes) < 5 or text[end - 1] in "区场"))):
            return codes
        length = end - mention.start
        exact = tuple(code for code in codes if len(self.directory.units[code].name) == length + 3)
        return exact or codes

    def outlets(self) -> Iterator[Reading]:
        """Yield what each mention of an outlet says."""
        text = self.letter.text
        for mention in self.letter.mentions:
            if not mention.outlets or (mention.areas and BRANCH_SAID.match(text, mention.end)):
                continue
            if mention.end - mention.start == 2 and not self.named and not self._worth_reading(mention):
                continue
            best, fitting = self.best_outlets(mention)
            if mention.areas and self._fits_as_area(mention) and not (best and OUTLET_SAID.match(text, mention.end)):
                continue
            weight = self._weight(mention, best, len(fitting))
            if weight:
                vague = weight < Weight.SAID and bool(_VAGUE.match(text, mention.end))
                yield Reading(mention, fitting, weight, best, vague, not best and self._clashes(mention))

    def readings(self) -> list[Reading]:
        """Return what the mentions of outlets say, without those that only are the area of another one's (青溪石桥桃园, where 石桥 is both)."""
        found = list(self.outlets())
        if len(found) < 2:
            return found
        above = {area for each in found if each.score and len(each.units) < 5 for code in each.units for area in self.gazetteer.above(code)}
        return [each for each in found if each.weight is Weight.SAID or above.isdisjoint(each.mention.areas)]

    def _worth_reading(self, mention: Mention) -> bool:
        """Whether a bare short name may say anything at all: with its word behind it, or alone."""
        text, end = self.letter.text, mention.end
        return bool(OUTLET_SAID.match(text, end) or self._banked(mention, rare=False)) or self._alone(mention, _BLANK_BEFORE)

    def _banked(self, mention: Mention, *, rare: bool) -> bool:
        """Whether somebody went there to open an account, pay in or draw: 在望鹤开的户, 上柳林存钱; `rare` is True of a name that is no word."""
        text, end = self.letter.text, mention.end
        if _ITS.match(text, end) or (rare and self._yours(mention)):
            return True
        done = _BANKED.match(text, end) or (rare and _SERVED.match(text, end))
        return bool(done and _BANKED_AT.search(self.letter.before(mention.start)))

    def _yours(self, mention: Mention) -> bool:
        """Whether the bank's own is said by its bare name, which is no area's: 你们望鹤路."""
        return not mention.areas and bool(_YOURS.search(self.letter.before(mention.start))) and not BRANCH_SAID.match(self.letter.text, mention.end)

    def _alone(self, mention: Mention, edge: re.Pattern[str]) -> bool:
        """Whether a name stands by itself between stops or blanks, as a seat jots it down (柳林的)."""
        return bool(edge.search(self.letter.before(mention.start, 2)) and _ALONE_AFTER.match(self.letter.text, mention.end))

    def _fits_as_area(self, mention: Mention) -> bool:
        """Whether, as an area, the name lies in another one named (青溪新城区)."""
        named = self.around(mention)[0]
        return any(not named.isdisjoint(self.gazetteer.above(code)) for code in mention.areas)

    def _clashes(self, mention: Mention) -> bool:
        """Whether an area stands right before the name and has no such outlet, or the name begins within a word."""
        if (self.named or mention.end - mention.start == 2) and not self.letter.begins(mention.start) and not self._banked(mention, rare=False):
            return True
        for area in reversed(self.letter.areas):
            if area.start < mention.start:
                gap = self.letter.text[area.end:mention.start]
                return len(gap) <= 3 and _TIGHT.fullmatch(gap) is not None
        return False

    def _weight(self, mention: Mention, score: int, fitting: int) -> Weight:
        text, end = self.letter.text, mention.end
        length = end - mention.start
        meant = (score or fitting == 1) and self._banked(mention, rare=bool(score) or length > 2) and not self._ordinary(mention)
        if meant or OUTLET_SAID.match(text, end):
            return Weight.SAID
        if length == 2 and (self._ordinary(mention) or _GOES_ON.match(text, end)):
            return Weight.NONE
        if score >= SURE or (score > _COUNTY and length >= 3) or (self.letter.part(mention) is Part.FOOT and score >= _COUNTY):
            return Weight.NEAR
        beside_its_city = score > BESIDE + _PROVINCE and _EDGE.match(text, end)         # 青溪桃园的
        if fitting == 1 and (beside_its_city or (score >= _COUNTY and self._alone(mention, _EDGE_BEFORE))):
            return Weight.NEAR
        if fitting == 1 and not mention.areas and self._alone(mention, _BLANK_BEFORE):
            return Weight.LONE
        return self._by_its_length(mention, score, fitting) if length >= 3 else Weight.NONE

    def _ordinary(self, mention: Mention) -> bool:
        name = self.letter.text[mention.start:mention.end]
        return name in ORDINARY or NUMBERS.fullmatch(name) is not None

    def _by_its_length(self, mention: Mention, score: int, fitting: int) -> Weight:
        """Weigh a name of three or more characters that has no word behind it; a road only where it is pointed at."""
        last = self.letter.text[mention.end - 1]
        if score:
            return Weight.NEAR if last in "镇乡路街" else Weight.LONE
        if last in "镇乡" and self.letter.begins(mention.start):
            return Weight.LONE
        if 1 < fitting <= _FEW_OF_A_NAME and not mention.areas and self._alone(mention, _BLANK_BEFORE):
            return Weight.LONE
        if fitting != 1 or mention.areas or (_LANDMARK.search(self.letter.text[mention.start:mention.end]) and not _EDGE.match(self.letter.text, mention.end)):
            return Weight.NONE
        return Weight.LONE

    def branches(self) -> Iterator[tuple[Mention, Codes]]:
        """Yield the branches said with their word (丰台区支行), except who writes, is written to or passes it on."""
        letter = self.letter
        for mention in letter.areas:
            said = BRANCH_SAID.match(letter.text, mention.end)
            if not said or letter.part(mention) is not Part.BODY:
                continue
            if _PASSED_ON.search(letter.before(mention.start)) or _PASSED_ON_AFTER.match(letter.text, said.end()):
                continue
            if letter.head and _SIGNED.match(letter.text, said.end()):
                continue
            yield mention, self.best(mention)

    def best(self, mention: Mention) -> Codes:
        """Return the areas of a name that fit the other areas of the text best."""
        if len(mention.areas) == 1:
            return mention.areas
        others = self.named - set(mention.areas)
        scores = {code: sum(superior in others for superior in self.gazetteer.above(code)) for code in mention.areas}
        top = max(scores.values())
        return tuple(code for code, score in scores.items() if score == top)


def choose(readings: Sequence[Reading]) -> Reading | None:
    """Take the strongest reading; a decided one before an open one, then the better fitting, then the first."""
    if not readings:
        return None
    return max(readings, key=lambda each: (not each.clash, each.weight >= Weight.NEAR, len(each.units) == 1, each.weight, each.score))
