"""What people call the bank's units: full names, short names, bare places; and where a text says them.

An outlet is named after its street, township or town (城关镇营业所: 城关镇, 城关), a branch after its area (石家庄市分行:
石家庄市, 石家庄). One automaton holds all names of the directory, so reading costs the length of the text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick

from routing.directory import DEPARTMENT, Directory
from routing.parties import Unit, UnitCode
from routing.text import fold_text

OUTLET_LEVEL = "网点"
#: More places than this in one text decide nothing; it also bounds the work on endless texts.
MOST_MENTIONS = 300

_OUTLET_END = re.compile(r"(?:营业所|营业部|营业厅|分理处|储蓄所|支局|网点|支行|分社|社)$")
_BRANCH_END = re.compile(r"(?:支行|分行|营业部|总部|办事处)$")
_TOWN_END = re.compile(r"(?:街道办事处|街道办|街道|民族乡|地区|苏木|镇|乡)$")
_AREA_END = re.compile(r"(?:特别行政区|自治区|自治州|自治县|自治旗|地区|林区|新区|省|市|县|区|盟|旗)$")
_PEOPLES = (
    "蒙古族|蒙古|回族|回|藏族|藏|维吾尔|维吾尔族|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族|哈萨克|"
    "傣族|黎族|傈僳族|佤族|畲族|拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜族|柯尔克孜|土族|达斡尔族|达斡尔|仫佬族|羌族|布朗族|"
    "撒拉族|毛南族|仡佬族|锡伯族|锡伯|阿昌族|普米族|塔吉克族|塔吉克|怒族|鄂温克族|德昂族|保安族|裕固族|独龙族|鄂伦春族|各族"
)
_PEOPLE_END = re.compile(rf"(?:{_PEOPLES})+$")
#: Short names that are ordinary words of a complaint; the area's full name still counts.
_NO_NAMES = frozenset({
    "直属", "省直", "县级", "市辖", "市区", "地区", "总行", "城区", "郊区", "公安", "大方", "中方", "资源", "中心", "工业", "农村", "开发", "高新",
    "经济", "管理", "营业", "银行", "安全", "平安", "幸福", "和平", "建设", "解放", "人民", "光明", "团结", "友谊", "服务", "客户", "社区", "农场",
    "林场", "机关", "学院", "大学", "医院", "火车站", "汽车站", "车站", "市场", "广场", "门口", "老街", "新村", "城市", "公园", "前进", "胜利",
})


@dataclass(frozen=True, slots=True)
class Mention:
    """One place in a text where a name of the directory stands, with all units of that name."""

    start: int
    end: int
    outlets: tuple[UnitCode, ...] = ()
    areas: tuple[UnitCode, ...] = ()
    departments: tuple[UnitCode, ...] = ()



@dataclass(frozen=True, eq=False)
class Gazetteer:
    """All names of a directory, ready to be found in folded text."""

    directory: Directory
    _found: AhoCorasick
    _names: tuple[tuple[tuple[UnitCode, ...], tuple[UnitCode, ...], tuple[UnitCode, ...]], ...]

    @classmethod
    def of(cls, directory: Directory, nicknames: Mapping[str, str] | None = None) -> "Gazetteer":
        """Index a directory; `nicknames` are other words for an area (呼市 -> 呼和浩特)."""
        names: dict[str, tuple[list[UnitCode], list[UnitCode], list[UnitCode]]] = {}
        units = tuple(directory.units.values())
        folded = fold_text("\n".join(f"{unit.name.replace(chr(10), '')}\n{unit.full_name.replace(chr(10), '')}"
                                     for unit in units)).split("\n")
        for at, unit in enumerate(units):
            kind = 0 if unit.level == OUTLET_LEVEL else 2 if unit.level == DEPARTMENT else 1
            for name in _called(unit, folded[2 * at], folded[2 * at + 1], kind):
                whose = names.setdefault(name, ([], [], []))[kind]
                if not whose or whose[-1] != unit.code:
                    whose.append(unit.code)
        for nickname, name in (nicknames or {}).items():
            if fold_text(name) in names:
                names.setdefault(fold_text(nickname), ([], [], []))[1].extend(names[fold_text(name)][1])
        found = AhoCorasick(names.keys(), store_patterns=False)
        return cls(directory, found, tuple((tuple(o), tuple(a), tuple(d)) for o, a, d in names.values()))

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """Return where folded text names units, in order, without those inside a longer name."""
        # The automaton takes no lone surrogates; they are no part of any name.
        clean = text if text.isascii() else "".join(_plain(text))
        hits = self._found.find_matches_as_indexes(clean, overlapping=True)
        if len(hits) > MOST_MENTIONS:
            hits = hits[:MOST_MENTIONS - 50] + hits[-50:]
        found = [Mention(start, end, *self._names[index]) for index, start, end in hits]
        return tuple(sorted(_longest(found), key=lambda mention: (mention.start, mention.end)))


def _plain(text: str) -> Iterable[str]:
    """Yield the text with lone surrogates replaced, most often untouched."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return [character if not "\ud800" <= character <= "\udfff" else "?" for character in text]
    return [text]


def _longest(found: list[Mention]) -> Iterator[Mention]:
    """Drop a mention that lies inside a longer one, unless the longer one cuts an area in two (甘南|宝山, 南宝山)."""
    by_start = sorted(found, key=lambda mention: (mention.start, -mention.end))
    ends = {mention.end: mention.start for mention in by_start if mention.areas}
    reach, longer = -1, -1
    for mention in by_start:
        if mention.end > reach:
            reach, longer = mention.end, mention.start
            yield mention
        elif mention.outlets and ends.get(mention.start, longer) < longer < mention.start:
            yield mention


def names_of(unit: Unit) -> tuple[str, ...]:
    """Return the folded names of an outlet or a branch, as the automaton knows them."""
    kind = 0 if unit.level == OUTLET_LEVEL else 1
    return tuple(_called(unit, fold_text(unit.name), fold_text(unit.full_name), kind))


def _called(unit: Unit, name: str, full_name: str, kind: int) -> Iterator[str]:
    """Yield the folded names of a unit without the bank's own words (营业所, 支行, 分行)."""
    yield from (fold_text(alias) for alias in unit.aliases if len(alias) >= 2)
    if kind == 2:
        yield name
        short = name.removeprefix("总行")
        if len(short) >= 4:
            yield short
        return
    if kind == 0:
        stem = _OUTLET_END.sub("", name)
        town = _TOWN_END.sub("", stem)
        yield stem
        if len(town) >= 2 and town != stem and town not in _NO_NAMES:
            yield town
        return
    yield from _areas(_BRANCH_END.sub("", name))
    if unit.level == "一级分行" or _BRANCH_END.sub("", name) in _NO_NAMES:
        yield from _areas(_BRANCH_END.sub("", full_name))


def _areas(stem: str) -> Iterator[str]:
    """Yield an area's name, and the short one people use: 恩施土家族苗族自治州 is also 恩施州 and 恩施."""
    if stem in _NO_NAMES or len(stem) < 2:
        return
    yield stem
    short = _AREA_END.sub("", stem)
    bare = _PEOPLE_END.sub("", short) if "自治" in stem else short
    for each in dict.fromkeys((short, bare)):
        if len(each) >= 2 and each not in _NO_NAMES and each != stem:
            yield each
    if "自治" in stem and len(bare) >= 2:
        yield bare + stem[-1]
