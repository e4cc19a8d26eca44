"""What triage answers about a complaint: category, money, flags with their evidence, and the unit (P-9.1, P-14)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum

from routing.papers import Channel
from routing.parties import Customer, UnitCode


class Category(Enum):
    """The eight categories of P-14."""

    ERROR = "工作失误"
    ATTITUDE = "服务态度"
    MANAGEMENT = "内部管理"
    PRODUCT = "服务产品"
    CHANNEL = "服务渠道"
    BREACH = "违规操作"
    CRIME = "金融犯罪"
    ANONYMOUS = "匿名投诉"

    __hash__ = object.__hash__      # each is there once; Enum's own hash costs a call in Python, dozens of times a text


#: The hot or sensitive topics of P-9.1.
TOPICS = (
    "群体性事件", "人身安全", "老年人及弱势群体", "误导销售", "存款丢失", "电信诈骗", "个人信息泄露",
    "员工违法", "歧视骚扰", "系统故障", "民生资金", "征信纠纷", "暴力催收", "涉军涉外",
)
OVER_50K, PUBLIC_FIGURE, REPUTATION = "over_50k", "public_figure", "reputation"
#: All that a recording is heard again for.
FLAGS = (OVER_50K, PUBLIC_FIGURE, *TOPICS, REPUTATION)
BY_LISTS, BY_MODEL, BY_PERSON = "lists", "model", "person"


@dataclass(frozen=True, slots=True)
class Complaint:
    """The question triage is asked: the words as written, and what the seat knows already.

    `text` is narrative and demand (or subject and body of a mail); the hints are what the form's own fields say,
    each "" where the form is silent.
    """

    text: str
    source: str                         # seat-note | transcript | email | notes | letter | web
    received: datetime
    channel: Channel = Channel.PHONE
    customer: Customer = Customer()
    unit_hint: str = ""
    person_hint: str = ""
    category_hint: str = ""
    amount_hint: str = ""
    product: str = ""
    demand: str = ""
    authority: str = ""
    authority_number: str = ""
    authority_due: datetime | None = None
    withheld: bool = False              # its writer allows no forwarding: no slip quotes it
    heads: int = 0                      # how many complain together, where somebody counted (C-5; law: article 25)
    compensation: str = ""              # the money asked for: recorded, never promised (C-6)


@dataclass(frozen=True, slots=True)
class Flag:
    """One reason to hear the recording again before the slip leaves (P-9.1).

    `name` is over_50k, public_figure, reputation or one of TOPICS; `evidence` is an exact substring of the text (or
    of the form field) that caused it; `says` is the sentence a reviewer reads. `by` tells who raised it: the word lists,
    the statistical model, or a person; `chance` how likely the model finds it, None where it was not asked.
    """

    name: str
    evidence: str
    rule: str
    says: str
    by: str = BY_LISTS
    chance: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The whole answer of triage.

    `unit` is None where the text does not decide it; then `candidates` are the units it could be.
    """

    category: Category
    also: tuple[Category, ...] = ()
    amounts: tuple[Decimal, ...] = ()   # CNY
    flags: tuple[Flag, ...] = ()
    unit: UnitCode | None = None
    candidates: tuple[UnitCode, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)   # label -> exact substring, with "unit" and "category"
    doubts: tuple[str, ...] = ()        # what a person at the desk must decide, in Chinese; empty: nothing
    chances: Mapping[str, float] = field(default_factory=dict)      # category -> how likely, the likeliest first
    aside: tuple[Flag, ...] = ()        # what would be flagged if this were a complaint: it looks like a mere question, and the desk decides

    @property
    def review(self) -> bool:
        """Whether the slip waits until the recording was heard again (P-9.1)."""
        return bool(self.flags)

    def has(self, name: str) -> bool:
        """Whether the flag of this name is raised."""
        return any(flag.name == name for flag in self.flags)

    @property
    def topics(self) -> tuple[str, ...]:
        """The sensitive topics among the flags, in the order of TOPICS."""
        return tuple(topic for topic in TOPICS if self.has(topic))
