"""Whether a new complaint is one that came before: the same person again (P-18, law:18), or others about the same matter (C-5, law:25).

What it decides by itself, it decides only where words or person leave little doubt; the rest is laid before the desk.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from routing.afterwards import Radar
from routing.likeness import Sketch, kinship, likeness
from routing.person import STRONG, Mark, same_person
from routing.text import fold_text

SURE_KIN, FAINT = 0.5, 0.2           # things spoken of that make up for words a machine misheard, and how few of those words are enough
_AGAIN = re.compile(
    r"(?:再次|又一次|又来|第[二三四五六七八九]次|多次|几次|上次|上回|之前|此前|以前|前几天|前段时间|已经?|曾经?)[^\n。;!?]{0,10}(?:投诉|反映|举报|来电|打过?电话|说过|写信)"
    r"|(?:仍|还是|依然|至今|一直|迟迟)[^\n。;!?]{0,6}(?:没|未|不)[^\n。;!?]{0,6}(?:解决|处理|答复|回复|结果|人管|联系)"
    r"|不(?:接受|认可|满意|同意)[^\n。;!?]{0,8}(?:处理|答复|结果|回复)",
)


class Tie(Enum):
    """What an earlier case is to a new one, the strongest first."""

    MERGE = "办结前重复投诉"         # law:18
    REPEAT = "再次投诉"              # P-18
    SAME = "同一事项"                # C-5
    LIKELY = "疑似同一事项"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the radar sees of a case: no name and no word of it.

    `area` is what lies above the unit; `answered` whether the customer has had an answer; `quotes` the case numbers the
    text names, `again` whether it says itself that it was said before.
    """

    case: int
    number: str
    received: datetime
    unit: str = ""
    area: str = ""
    category: str = ""
    product: str = ""
    marks: tuple[Mark, ...] = ()
    sketch: Sketch | None = None
    answered: bool = False
    matter: int | None = None
    quotes: frozenset[str] = frozenset()
    again: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One earlier case and what it is; `why` in Chinese, without anything of the persons; `alike` how much alike, 0 to 1."""

    tie: Tie
    case: int
    alike: float
    why: str
    person: bool = False            # both are one person's


def says_again(text: str) -> bool:
    """Whether a complaint says itself that it was made before, or was not settled (P-18)."""
    return _AGAIN.search(fold_text(text)) is not None


def found(new: Seen, before: Sequence[Seen], radar: Radar) -> tuple[Found, ...]:
    """Return what the earlier cases are to the new one, the strongest and nearest first; those that are nothing are left out."""
    sketches = [one.sketch for one in before if one.sketch is not None]
    alike = iter(likeness(new.sketch, sketches)) if new.sketch is not None else iter([0.0] * len(sketches))
    shares = [next(alike) if one.sketch is not None else 0.0 for one in before]
    ties = [tie for one, share in zip(before, shares, strict=True) if one.case != new.case for tie in _tie(_Pair(new, one, share, radar))]
    return tuple(sorted(ties, key=lambda it: (list(Tie).index(it.tie), -it.alike, it.case)))


@dataclass(frozen=True, slots=True)
class _Pair:
    """A new case beside an earlier one."""

    new: Seen
    old: Seen
    alike: float
    radar: Radar

    @property
    def person(self) -> str:
        return same_person(self.new.marks, self.old.marks)

    @property
    def here(self) -> bool:
        return bool(self.new.unit) and self.new.unit == self.old.unit

    @property
    def near(self) -> bool:
        """The same unit, or the same product in the same county: one sale by several outlets."""
        return self.here or bool(self.new.area and self.new.area == self.old.area and self.new.product and self.new.product == self.old.product)

    @property
    def kin(self) -> float:
        return kinship(self.new.sketch, self.old.sketch) if self.new.sketch and self.old.sketch else 0.0

    @property
    def kind(self) -> bool:
        """Whether both are of one category, as far as anybody has said."""
        return bool(self.new.category) and self.new.category == self.old.category

    def within(self, days: int) -> bool:
        return abs(self.new.received - self.old.received) <= timedelta(days=days)

    @property
    def words(self) -> bool:
        """Whether the words alone say that it is one matter."""
        return self.alike >= self.radar.alike or (self.alike >= FAINT and self.kin >= SURE_KIN)


def _tie(pair: _Pair) -> Iterator[Found]:
    if not pair.within(pair.radar.days):
        return
    quoted = pair.old.number in pair.new.quotes
    tie, why = _of_one_person(pair, quoted=quoted) if pair.person in STRONG else _of_two(pair, quoted=quoted)
    if tie is not None:
        yield Found(tie, pair.old.case, round(pair.alike, 3), why, pair.person in STRONG)


def _of_one_person(pair: _Pair, *, quoted: bool) -> tuple[Tie | None, str]:
    """The same person: a matter of before, or another one of theirs."""
    reasons = [word for holds, word in (
        (quoted, f"来件写有编号{pair.old.number}"), (pair.near and pair.words, f"文字重合{pair.alike:.0%}"),
        (pair.near and pair.kind and pair.new.again, "来件自称此前投诉过或未获解决"),
    ) if holds]
    if reasons:
        return (Tie.REPEAT if pair.old.answered else Tie.MERGE), f"同一投诉人；{'；'.join(reasons)}"
    if pair.near and (pair.kind or pair.kin >= pair.radar.kin):
        return Tie.LIKELY, f"同一投诉人、同一单位或产品，所涉事物重合{pair.kin:.0%}，是否同一事项请核对"
    return None, ""


def _of_two(pair: _Pair, *, quoted: bool) -> tuple[Tie | None, str]:
    """Two people, or nobody knows: the words decide, and what they leave open the desk does."""
    if pair.near and pair.words:
        return Tie.SAME, f"同一单位或产品，文字重合{pair.alike:.0%}"
    if quoted:
        return Tie.LIKELY, f"来件写有编号{pair.old.number}，投诉人不同或无法确认"
    if pair.here and pair.person:
        return Tie.LIKELY, "姓名相同、同一单位，未留其他可核对的信息"
    if pair.near and pair.kind and pair.kin >= pair.radar.kin and pair.within(pair.radar.near_days):
        return Tie.LIKELY, f"同一单位或产品、同一类别，所涉事物重合{pair.kin:.0%}"
    return None, ""


def crossed(people: int, told: int, thresholds: Collection[int]) -> tuple[int, ...]:
    """Return the thresholds that so many people have reached and that have not been told of yet, each once for ever (C-5, law:25)."""
    return tuple(sorted(limit for limit in thresholds if told < limit <= people))
