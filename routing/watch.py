"""Well-known people: by post or title, by their followers, or by the bank's watch list in their role (P-9.1, ruling 5)."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import chain, islice

from ahocorasick_rs import AhoCorasick

from routing.errors import BadTable
from routing.lexicon import Lexicon, Reading
from routing.money.numerals import NUMBER, value_of
from routing.text import Folded, fold_text
from routing.verdict import PUBLIC_FIGURE, Flag

_RULE, _LISTED = "P-9.1", "名单人物"
#: The scopes in which a name is no party to the matter.
_MENTIONED = ("mentioned",)
_NOT_HIM = ("denied", "mentioned")
_SENTENCE = re.compile(r"[。!?;\n]")
#: So many places of a text are looked at, and so many characters around each.
_MOST_PLACES, _AROUND = 100, 24
#: What a role is called when the text does not repeat the list's own words; the first that fits counts.
_ROLE_WORDS = (
    "人大代表", "人大常委", "政协委员", "政协常委", "委员", "代表", "院士", "主持人", "主播", "演员", "歌手", "歌唱家", "博主", "律师", "作家",
    "董事长", "企业家", "将军", "记者", "书法家", "画家", "版画家", "冠军", "国手", "评论员", "经济学家", "数学家", "校长", "院长", "登山家",
    "探险家", "传承人", "演奏家", "劳动模范", "劳模", "发言人", "脱口秀", "京剧", "豫剧", "越剧", "评书", "教授",
)
#: What somebody of a role does: said right beside the name, it shows the role as well as its title (唱山歌的那个, 在画院挂个名).
_DOINGS: Mapping[str, str] = {
    "主播": "直播|卖货|带货|开播", "博主": r"吃播|直播|开播|探店|账号|做视频|拍视频|粉丝|[万亿]来?人(?:都|在)?(?:看|关注|追|跟)", "主持": "做节目|主持节目|播节目|播新闻|主持的|(?<!平)台里",
    "将军": "军中|军旅|部队|带兵|从军|戎马|行伍|打过仗|军装", "院士": "工程院|科学院|中科院|两院", "画": "画院|画画|作画|画展|丹青|画山水|画室", "书法": "书协|写字|写大字|书画",
    "演员": "演戏|拍戏|唱戏|剧团|剧院|演过|演电影|演电视|登台|戏台|梨园", "戏": "唱戏|剧团|剧院", "评书": "说书|说评书|书场", "脱口秀": "说段子|讲段子|逗乐|开放麦",
    "歌": "唱歌|唱山歌|唱民歌|出过?专辑|歌舞团|开过?演唱会", "演奏": "弹琴|弹古琴|拉琴|乐团|民乐", "作家": "写书|写小说|写童话|写文章|写故事|作协|码字|连载|出过书", "律师": "律所|打官司|评案",
    "企业": "起家|办厂|开厂|工商联|做实业|做企业|办企业", "董事长": "起家|上市|集团|当家", "记者": "跑新闻|采访|央媒|报社", "冠军": "国家队|拿过?金牌|奥运|世锦赛|领奖台", "国手": "国家队|拿过?金牌|世锦赛|打国际",
    "代表": "人大", "委员": "政协", "妇联": "妇联(?![^。!?;]{0,6}(?:食堂|做饭|上班|打扫|保洁|看门|宿舍|门口|旁边))", "工商联": "工商联", "校长": "大学里|办大学", "医院": "当院长|医院里", "劳模": "全国表彰|劳动奖章", "劳动模范": "全国表彰|劳动奖章",
    "登山": "登山|爬山的|登过|珠峰", "探险": "探险|极地|穿越", "传承": "非遗|传承", "经济": "讲经济|经济论坛", "评论": "评论|点评", "科普": "科普", "数学": "数学|科学院",
}
#: Whoever is seen, heard or read of, or stands there in cardboard, is no party to the matter.
_SEEN = re.compile(r"(?:[看听刷追]了?|看见|看到|听见|听到|买了?|像)[^。!?;\n]{0,8}$")
_SHOWN = re.compile(r"(?:那[个档本首位张块])?的?(?:大?(?:立牌|海报|照片|画像)|节目|直播(?!卖|带)|歌|书(?![记协法画])|画(?![院画])|戏|电影|广告|代言|粉丝团)")
_BESIDE, _BEFORE = 26, 8
#: A letter begins with its writer's name and a bow: 明远顿首。忝列学部.
_BOW = re.compile(r"[谨敬再百]?(?:顿首|谨启|拜启|敬启|敬上|谨上|稽首|手启|白)[。:, ]?")
#: Titles that stand in for a given name: 陈委员（建平）.
_BY_TITLE = re.compile(r"(?P<family>[\u4e00-\u9fff]{1,2})(?:委员|代表|院士|律师|老师|主持|先生|女士)[(]\s?(?P<given>[\u4e00-\u9fff]{1,3})[)]")
#: A name told in two: 姓沈，名望舟.
_IN_TWO = re.compile(r"姓(?P<family>[\u4e00-\u9fff]{1,2})[, ]{0,2}(?:单名|大名|全名|名字|名)[是叫]?(?P<given>[\u4e00-\u9fff]{1,3})")
_FANS = re.compile(rf"(?:粉丝|粉)(?:有|量|数|超|超过|近|过|约|达|一共|大概){{0,2}}(?P<after>{NUMBER}[多余来]?[万亿w]?)|"
                   rf"(?P<before>{NUMBER}[多余来]?[万亿w]?)(?:的|个|级)?(?:粉丝|粉(?!色|笔|丝|红))")
_SELF = re.compile(r"(?:我|咱|俺|本人|在下|老朽|网上|账号|号|博主|主播|他是|她是|客户?是|客户)")
#: Followers of somebody else: 不是吃播那个，人家百万粉丝.
_OF_OTHERS = re.compile(r"(?:人家|别人|旁人)(?:有|是)?$|不是[^。!?;]{0,10}那[个位][^。!?;]{0,6}$")


@dataclass(frozen=True, slots=True)
class Watched:
    """One person of the list; `words` are the folded words that show the role, `doing` what somebody of it does."""

    name: str
    role: str
    words: tuple[str, ...]
    doing: re.Pattern[str] | None = None


@dataclass(frozen=True, eq=False)
class WatchList:
    """The bank's list of well-known people."""

    people: tuple[Watched, ...]
    _found: AhoCorasick
    _called: Mapping[str, tuple[Watched, ...]]      # by each spelling of a name, folded, in the automaton's order
    _order: tuple[tuple[Watched, ...], ...]

    @classmethod
    def parse(cls, rows: Iterable[Mapping[str, str]], name: str = "watchlist") -> "WatchList":
        """Build the list from rows with name, role and note. Raises BadTable with every mistake."""
        people: dict[tuple[str, str], Watched] = {}
        mistakes = []
        for line, row in enumerate(rows, start=2):
            who, role = (row.get("name") or "").strip(), (row.get("role") or "").strip()
            if len(who) < 2 or not role:
                mistakes.append(f"line {line}: a person needs a name of two characters and a role, not {who!r}, {role!r}")
            elif (who, role) in people:
                mistakes.append(f"line {line}: {who} ({role}) is on the list already")
            else:
                people[who, role] = Watched(who, role, _words(role), _doing(fold_text(role)))
        if mistakes:
            raise BadTable(name, mistakes)
        called: dict[str, list[Watched]] = {}
        for person in people.values():
            for word in dict.fromkeys((fold_text(person.name), fold_text(person.name).replace("·", ""))):
                called.setdefault(word, []).append(person)
        found = AhoCorasick(called.keys(), store_patterns=False)
        names = {word: tuple(each) for word, each in called.items()}
        return cls(tuple(people.values()), found, names, tuple(names.values()))

    def named(self, text: str) -> Iterator[tuple[int, int, Watched]]:
        """Yield where folded text names people of the list, whatever their role; 100 places at most."""
        for index, start, end in self._matches(text)[:_MOST_PLACES]:
            for person in self._order[index]:
                yield start, end, person

    def by_title(self, text: str) -> Iterator[tuple[int, int, Watched]]:
        """Yield people named by surname and title with the given name beside it: 陈委员（建平）; or in two: 姓陈，名建平."""
        titled = _BY_TITLE.finditer(text) if "(" in text else ()
        for match in islice(chain(titled, _IN_TWO.finditer(text) if "姓" in text else ()), _MOST_PLACES):
            for family in dict.fromkeys((match["family"], match["family"][-1])):        # 请陈委员: the surname is the last of the two
                for given in (match["given"][:length] for length in range(len(match["given"]), 0, -1)):         # 名望舟是
                    for person in self._called.get(family + given, ()):
                        yield match.end("family") - len(family), match.start("given") + len(given), person

    def _matches(self, text: str) -> Sequence[tuple[int, int, int]]:
        try:
            return self._found.find_matches_as_indexes(text)
        except UnicodeEncodeError:          # lone surrogates: each becomes one question mark
            return self._found.find_matches_as_indexes(text.encode("utf-8", "replace").decode("utf-8"))


def _words(role: str) -> tuple[str, ...]:
    """Return the words that show a role in a text: its own, and the plain word for it."""
    folded = fold_text(role)
    return tuple(dict.fromkeys((folded, *(word for word in _ROLE_WORDS if word in folded))))


@lru_cache(maxsize=4096)      # many people of a list have one role
def _doing(role: str) -> re.Pattern[str] | None:
    """Return the pattern of what somebody of a folded role does, None where nobody knows."""
    said = "|".join(doings for word, doings in _DOINGS.items() if word in role)
    return re.compile(said) if said else None


def public_figure(folded: Folded, reading: Reading, watch: WatchList, lexicon: Lexicon) -> tuple[Flag, ...]:
    """Return the flag where the customer or a party is a well-known person; a mere mention (a scope of `reading`) is none."""
    listed = _watched(folded, watch, reading)
    if listed:
        return listed                   # before any word for a post: what the bank's own list says is no opinion
    for hit in reading.of("figures"):
        return (Flag(PUBLIC_FIGURE, folded.quote(hit.start, hit.end), _RULE, hit.entry.says),)
    return _followed(folded, lexicon)


def on_the_list(flag: Flag) -> bool:
    """Whether a flag names somebody of the bank's list in the role of the list: no opinion, and no model takes it back."""
    return flag.name == PUBLIC_FIGURE and flag.says.startswith(_LISTED)


def _followed(folded: Folded, lexicon: Lexicon) -> tuple[Flag, ...]:
    """Return the flag for somebody with as many followers as figures.toml says."""
    text, at = folded.text, folded.text.find("粉")
    if at < 0:
        return ()
    enough = Decimal(lexicon.words.get("figures", {}).get("fans", {}).get("from", 1_000_000))
    for _ in range(_MOST_PLACES):
        for match in _FANS.finditer(text, max(0, at - _AROUND), at + _AROUND):
            said_of = text[max(0, match.start() - 24):match.end() + 12]
            theirs = _OF_OTHERS.search(text, max(0, match.start() - 24), match.start())
            if not theirs and _followers(match["after"] or match["before"]) >= enough and _SELF.search(said_of):
                return (Flag(PUBLIC_FIGURE, folded.quote(*match.span()), _RULE, "客户或当事人粉丝众多，属社会知名人士"),)
        at = text.find("粉", at + _AROUND)
        if at < 0:
            break
    return ()


def _followers(number: str) -> Decimal:
    """Read a number of followers: 一百多万, 300万, 百万."""
    plain = re.sub("[多余来]", "", number)
    return value_of(plain) or value_of("一" + plain) or Decimal(0)


def _watched(folded: Folded, watch: WatchList, reading: Reading) -> tuple[Flag, ...]:
    """Return the flag for somebody of the list whose role the text shows: by its title anywhere, or beside the name by what they do."""
    for start, end, person in chain(watch.named(folded.text), watch.by_title(folded.text)):
        if reading.scopes.takes(_MENTIONED, start):
            continue
        shown = _titled(folded.text, start, end, person) or _busy(folded.text, start, end, person, reading)
        if shown:
            return (Flag(PUBLIC_FIGURE, folded.quote(*shown), _RULE, f"{_LISTED} {person.name}（{person.role}）"),)
    return ()


def _titled(text: str, start: int, end: int, person: Watched) -> tuple[int, int] | None:
    """Return where the text names the role of somebody named, with the name where both stand close."""
    at, word = next(((at, word) for word in person.words if (at := text.find(word)) >= 0), (-1, ""))
    if at < 0:
        return None
    left, right = min(start, at), max(end, at + len(word))
    return (left, right) if right - left <= 20 else (at, at + len(word))


def _busy(text: str, start: int, end: int, person: Watched, reading: Reading) -> tuple[int, int] | None:
    """Return where the text says beside a name, in the same sentence, what only the one of the list does; 不是吃播那个 says who it is not."""
    if person.doing is None or _SEEN.search(text, max(0, start - 12), start) or _SHOWN.match(text, end):
        return None
    bow = _BOW.match(text, end)
    behind = bow.end() if bow else end
    stop = _SENTENCE.search(text, behind, behind + _BESIDE)
    begin = max((mark.end() for mark in _SENTENCE.finditer(text, max(0, start - _BEFORE), start)), default=max(0, start - _BEFORE))
    found = list(person.doing.finditer(text, begin, stop.start() if stop else min(len(text), behind + _BESIDE)))
    if not found or any(reading.scopes.takes(_NOT_HIM, doing.start()) for doing in found):
        return None
    return min(start, found[0].start()), max(end, found[0].end())
