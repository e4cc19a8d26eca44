"""Which unit a complaint is about, as far as its words decide it; never a wild guess (rulings 16-18).

The steps: find every name of the directory in the text; set aside those that are corrected, the writer's, the
addressee's or merely a home town; let the areas named beside an outlet decide between outlets of one name; where the
name is written wrong, what it sounds like; where no outlet is named, a branch; where only an area is known, the units
it could be.
"""

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

from routing.directory import Directory
from routing.gazetteer import Codes, Gazetteer, Mention
from routing.misspelt import Heard, heard
from routing.parties import UnitCode
from routing.placeletter import BRANCH_SAID, OUTLET_SAID, Letter, Part
from routing.placenames import OUTLET_LEVEL
from routing.placereader import SURE, Reader, Reading, Weight, choose
from routing.text import Folded, fold
from routing.verdict import Category
from routing.zones import zone

#: An area with more outlets than this stands for itself (ruling 17).
MOST_OUTLETS = 20

_SOME_OUTLET = re.compile(r"(?:市|县|区)?[\s的]*(?:那边|这边)?(?:那个|那家|这个|哪个|哪家|某个?|一个?|几个|各个?)?[\s]*(?:营业所|网点|所|点)(?!有)")
_WHICH_OUTLET = re.compile(r"(?:记不清|记不得|不记得|不知道?|说不清|讲不清|没记住|看不清|忘了|不清楚)[^。\n]{0,5}(?:所|网点|营业所|名)|(?:哪个|哪家)(?:所|网点)[^。\n]{0,8}(?:记不|不记|不知|说不清|讲不清|忘了)")
#: 柳林所的人说是支行压着: the outlet is the witness.
_BLAMES_BRANCH = re.compile(r".{0,3}?所里?的?(?:人|柜员|主任|经理)?(?:都)?(?:说|讲)(?:是|让|叫|要)?找?.{0,6}?(?:[支分省市]行|上面)")
_OR = re.compile(r"(?:营业所|网点|那个|那家|所|点)*[?,]?(?:还是|或者是?|要么是?)(?:在|去|是)?")
_CARDS = re.compile(r"信用卡|卡中心|贷记卡|说明书|封闭期|预期收益|净值")
_CHANNELS = re.compile(r"手机银行|网上银行|微信银行|小程序|app(?<![a-z]app)(?![a-z])|闪退")
_OF_THE_OFFICE = re.compile(r"的?(?:电话|工作人员|员工|那个人|经理|科长|处长|主任|接线员)?.{0,4}(?:没人接|打不通|无人接听|态度|推诿|骂|不理)")
_OF_THE_READER = re.compile(r"贵行|贵部|贵所|你行|你们行")
_READERS_OFFICE = re.compile(r"(?:工会|监察|纪检|消保)")


#: The role of the department that leads in a category.
_LEADS: Mapping[Category, str] = {Category.CHANNEL: "渠道", Category.PRODUCT: "产品"}


class Place(NamedTuple):
    """The answer: a unit, or the units it could be, and the customer's words for it; `caller` what the caller's number adds."""

    unit: UnitCode | None = None
    candidates: Codes = ()
    evidence: str = ""
    caller: str = ""


def find_unit(text: str, hint: str, gazetteer: Gazetteer, category: Category, *, widespread: bool = False) -> Place:
    """Return the unit complained about in a text as it was written; otherwise as unit_of."""
    return unit_of(fold(text), hint, gazetteer, category, widespread=widespread)


def unit_of(folded: Folded, hint: str, gazetteer: Gazetteer, category: Category, *, widespread: bool = False) -> Place:
    """Return the unit complained about, or the candidates, or an empty Place.

    `hint` is what the form's field for the unit says ("" where silent) and comes first. `category` decides which
    department may stand in where no place is named; `widespread` is True where many customers feel a fault, so that
    an outlet is only where somebody noticed it.
    """
    letter = Letter(folded, gazetteer)
    hinted = _hinted(hint, letter, gazetteer) if hint.strip() else None
    if hinted and (hinted.unit or hinted.candidates):
        return hinted
    reader = Reader(letter, gazetteer)
    if widespread:
        return _fault_place(reader, leading_department(Category.CHANNEL, gazetteer.directory))
    return _named(reader, category) or _standing_in(reader, category)


def _named(reader: Reader, category: Category) -> Place | None:
    """Return what the text names, from the surest to the vaguest; beside a mere area the department that leads."""
    readings = reader.readings()
    found, sure = _decide(reader, readings)
    if not sure:
        found = _misspelt(reader, readings) or found
    found = found or _department(reader) or _addressed(reader)
    if found:
        return found
    area = _area(reader)
    return area._replace(candidates=(*area.candidates, *leading_department(category, reader.directory))) if area else None


def _decide(reader: Reader, readings: list[Reading]) -> tuple[Place | None, bool]:
    """Return the outlet or branch the text names, one or several of a name, and whether nothing speaks against it."""
    letter = reader.letter
    chosen = choose(readings)
    branches = list(reader.branches())
    if branches and (chosen is None or chosen.vague or chosen.clash or (chosen.mention.areas and chosen.weight < Weight.SAID)
                     or _BLAMES_BRANCH.match(letter.text, chosen.mention.end)):
        mention, units = branches[-1]
        return _place(units, letter.quote(mention)), chosen is not None
    if chosen is None:
        return None, False
    either = _either(letter, chosen.mention)
    if either:
        return either, True
    quote = letter.quote(chosen.mention)
    if chosen.clash:
        return Place(None, chosen.units, quote), False
    return _place(chosen.units, quote), len(chosen.units) == 1 or chosen.score >= SURE


def _either(letter: Letter, chosen: Mention) -> Place | None:
    """Return both outlets where somebody asks which of two it is, and nobody says (柳林东还是柳林西)."""
    named = [each for each in letter.mentions if each.outlets]
    for one, other in pairwise(named):
        if chosen in {one, other} and _OR.fullmatch(letter.text, one.end, other.start):
            later = any(each.start > other.start and {*each.outlets} & {*one.outlets, *other.outlets} for each in named)
            return None if later else Place(None, (*one.outlets, *other.outlets), letter.folded.quote(one.start, other.end))
    return None


def _place(units: Codes, evidence: str) -> Place:
    return Place(units[0], (), evidence) if len(units) == 1 else Place(None, units, evidence)


def _misspelt(reader: Reader, readings: list[Reading]) -> Place | None:
    """Return the outlet whose name is said in part, sounds like what the text says, or has one wrong character."""
    found: Heard | None = zone(reader) or heard(reader, readings)
    return _place(found.units, reader.letter.folded.quote(found.start, found.end)) if found else None


def _department(reader: Reader) -> Place | None:
    """Return the product or channel department where the text names it; others mostly only receive and pass on."""
    letter = reader.letter
    for mention in letter.mentions:
        for code in mention.departments:
            name = reader.directory.units[code].name
            if "产品" in name or "渠道" in name or _OF_THE_OFFICE.match(letter.text, mention.end):
                return Place(code, (), letter.folded.quote(mention.start, mention.end))
    return None


def _addressed(reader: Reader) -> Place | None:
    """Return the branch a letter speaks to as 贵行, where nothing else is named."""
    letter = reader.letter
    if not letter.head or not _OF_THE_READER.search(letter.text, letter.head):
        return None
    for mention in letter.areas:
        said = BRANCH_SAID.match(letter.text, mention.end)
        if letter.part(mention) is Part.HEAD and said and not _READERS_OFFICE.match(letter.text, said.end()):
            return _place(reader.best(mention), letter.quote(mention))
    return None


def _area(reader: Reader) -> Place | None:
    """Return the units of the area named, where that is all the text says (ruling 17)."""
    letter = reader.letter
    body = [each for each in letter.mentions if each.areas and letter.part(each) is Part.BODY]
    if not body:
        return None
    deepest = max(body, key=lambda each: max(len(reader.gazetteer.above(code)) for code in each.areas))
    units = reader.best(deepest)
    some = _SOME_OUTLET.match(letter.text, deepest.end)
    if len(units) == 1 and (some or _WHICH_OUTLET.search(letter.text)):
        below = tuple(u.code for u in reader.directory.children(units[0]) if u.level == OUTLET_LEVEL)
        units = below if 0 < len(below) <= MOST_OUTLETS else units
    quote = letter.quote(deepest)
    if some and not OUTLET_SAID.match(letter.text, deepest.end):
        quote += letter.folded.quote(*some.span())
    return Place(None, units, quote if quote in letter.folded.original else letter.quote(deepest))


def leading_department(category: Category, directory: Directory) -> Codes:
    """Return the department that leads where no place is known: channels for CHANNEL, products for PRODUCT (P-14.1)."""
    role = _LEADS.get(category)
    found = directory.leading[role] if role else None
    return (found,) if found else ()


def _standing_in(reader: Reader, category: Category) -> Place:
    """Return the department that leads where no place is named; for an app or a card, whatever the category."""
    if not leading_department(category, reader.directory):
        if _CHANNELS.search(reader.letter.text):
            category = Category.CHANNEL
        elif _CARDS.search(reader.letter.text):
            category = Category.PRODUCT
    return Place(None, leading_department(category, reader.directory))


def _hinted(hint: str, letter: Letter, gazetteer: Gazetteer) -> Place | None:
    """Read the form's own field for the unit: a code, or a name that the text may help to place."""
    unit = gazetteer.directory.get(hint.strip())
    if unit:
        return Place(unit.code, (), hint)
    field = fold(hint)
    around = {code for area in letter.areas for code in area.areas}
    reader = Reader(Letter(field, gazetteer), gazetteer, around)
    readings = reader.readings()
    found, sure = _decide(reader, readings)
    found = found if sure else _misspelt(reader, readings) or found
    found = found or _department(reader)
    if found or not reader.letter.mentions:
        return found
    # A field for the unit means the unit: a bare name in it is as good as one with 营业所.
    named = [each for each in reader.letter.mentions if each.outlets]
    if not named:
        return _area(reader)
    return _place(reader.best_outlets(named[-1])[1], hint)


def _jotted_last(reader: Reader) -> Place | None:
    """Return the only unit of a name that a seat jots down as the last word of its note: … 等到12点没办 望鹤路."""
    letter = reader.letter
    text = letter.text.rstrip(" 。")
    for mention in letter.mentions[-1:]:
        said = OUTLET_SAID.match(text, mention.end) or BRANCH_SAID.match(text, mention.end)
        if letter.head or text[mention.start - 1:mention.start] != " " or (said.end() if said else mention.end) != len(text):
            continue
        units = reader.best(mention) if BRANCH_SAID.match(text, mention.end) and mention.areas else reader.best_outlets(mention)[1] if mention.outlets else ()
        if len(units) == 1:
            return _place(units, letter.quote(mention))
    return None


def _fault_place(reader: Reader, leading: Codes) -> Place:
    """A fault many feel: an outlet only where said outright; otherwise the area and the channel department."""
    readings = reader.readings()
    chosen = choose([each for each in readings if each.weight is Weight.SAID and not each.clash])
    department = _department(reader)
    if chosen and len(chosen.units) == 1 and not department:
        return _place(chosen.units, reader.letter.quote(chosen.mention))
    if department:
        return department
    jotted = _jotted_last(reader)
    if jotted:
        return jotted
    near = choose([each for each in readings if each.weight is Weight.NEAR])
    area = _area(reader) or Place()
    return area._replace(candidates=tuple(dict.fromkeys((*(near.units if near else ()), *area.candidates, *leading))))
