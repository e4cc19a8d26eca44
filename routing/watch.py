"""Well-known people: by post or title, by their followers, or by the bank's watch list in their role (P-9.1, ruling 5)."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, islice

from ahocorasick_rs import AhoCorasick

from routing.errors import BadTable
from routing.lexicon import Lexicon, Reading
from routing.money.numerals import NUMBER, value_of
from routing.text import Folded, fold_text
from routing.verdict import PUBLIC_FIGURE, Flag

_RULE = "P-9.1"
#: The scopes in which a name is no party to the matter.
_MENTIONED = ("mentioned",)
#: So many places of a text are looked at, and so many characters around each.
_MOST_PLACES, _AROUND = 100, 24
#: What a role is called when the text does not repeat the list's own words; the first that fits counts.
_ROLE_WORDS = (
    "人大代表", "人大常委", "政协委员", "政协常委", "委员", "代表", "院士", "主持人", "主播", "演员", "歌手", "歌唱家", "博主", "律师", "作家",
    "董事长", "企业家", "将军", "记者", "书法家", "画家", "版画家", "冠军", "国手", "评论员", "经济学家", "数学家", "校长", "院长", "妇联", "登山家",
    "探险家", "传承人", "演奏家", "劳动模范", "劳模", "发言人", "脱口秀", "京剧", "豫剧", "越剧", "评书", "教授",
)
#: Titles that stand in for a given name: 陈委员（建平）.
_BY_TITLE = re.compile(r"(?P<family>[\u4e00-\u9fff]{1,2})(?:委员|代表|院士|律师|老师|主持|先生|女士)[(]\s?(?P<given>[\u4e00-\u9fff]{1,3})[)]")
_FANS = re.compile(rf"(?:粉丝|粉)(?:有|量|数|超|超过|近|过|约|达|一共|大概){{0,2}}(?P<after>{NUMBER}[多余来]?[万亿w]?)|"
                   rf"(?P<before>{NUMBER}[多余来]?[万亿w]?)(?:的|个|级)?(?:粉丝|粉(?!色|笔|丝|红))")
_SELF = re.compile(r"(?:我|咱|俺|本人|在下|老朽|网上|账号|号|博主|主播|他是|她是|客户?是|客户)")


@dataclass(frozen=True, slots=True)
class Watched:
    """One person of the list; `words` are the folded words that show the role."""

    name: str
    role: str
    words: tuple[str, ...]


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
                people[who, role] = Watched(who, role, _words(role))
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
        """Yield people named by surname and title with the given name beside it: 陈委员（建平）."""
        for match in islice(_BY_TITLE.finditer(text), _MOST_PLACES) if "(" in text else ():
            for family in dict.fromkeys((match["family"], match["family"][-1])):        # 请陈委员: the surname is the last of the two
                for person in self._called.get(family + match["given"], ()):
                    yield match.end("family") - len(family), match.end(), person

    def _matches(self, text: str) -> Sequence[tuple[int, int, int]]:
        try:
            return self._found.find_matches_as_indexes(text)
        except UnicodeEncodeError:          # lone surrogates: each becomes one question mark
            return self._found.find_matches_as_indexes(text.encode("utf-8", "replace").decode("utf-8"))


def _words(role: str) -> tuple[str, ...]:
    """Return the words that show a role in a text: its own, and the plain word for it."""
    folded = fold_text(role)
    return tuple(dict.fromkeys((folded, *(word for word in _ROLE_WORDS if word in folded))))


def public_figure(folded: Folded, reading: Reading, watch: WatchList, lexicon: Lexicon) -> tuple[Flag, ...]:
    """Return the flag where the customer or a party is a well-known person; a mere mention (a scope of `reading`) is none."""
    for hit in reading.of("figures"):
        return (Flag(PUBLIC_FIGURE, folded.quote(hit.start, hit.end), _RULE, hit.entry.says),)
    return _followed(folded, lexicon) or _watched(folded, watch, reading)


def _followed(folded: Folded, lexicon: Lexicon) -> tuple[Flag, ...]:
    """Return the flag for somebody with as many followers as figures.toml says."""
    text, at = folded.text, folded.text.find("粉")
    if at < 0:
        return ()
    enough = Decimal(lexicon.words.get("figures", {}).get("fans", {}).get("from", 1_000_000))
    for _ in range(_MOST_PLACES):
        for match in _FANS.finditer(text, max(0, at - _AROUND), at + _AROUND):
            said_of = text[max(0, match.start() - 24):match.end() + 12]
            if _followers(match["after"] or match["before"]) >= enough and _SELF.search(said_of):
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
    for start, end, person in chain(watch.named(folded.text), watch.by_title(folded.text)):
        if reading.scopes.takes(_MENTIONED, start):
            continue
        for word in person.words:
            at = folded.text.find(word)
            if at >= 0:
                left, right = (min(start, at), max(end, at + len(word)))
                shown = (left, right) if right - left <= 20 else (at, at + len(word))
                return (Flag(PUBLIC_FIGURE, folded.quote(*shown), _RULE, f"名单人物 {person.name}（{person.role}）"),)
    return ()
