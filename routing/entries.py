"""The entries of a policy pack, one class per kind; each instance cites the rule it stands for."""

from collections.abc import Mapping
from datetime import time
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from routing.papers import Channel
from routing.table import Day, Number, RuleId, Table, Text, TimeOfDay, Truth
from routing.verdict import OVER_50K, PUBLIC_FIGURE, REPUTATION, TOPICS, Category

Count = Literal["working-days", "working-hours", "clock-hours"]
Level = Literal["simple", "complex"]
FLAGS = (OVER_50K, PUBLIC_FIGURE, REPUTATION, *TOPICS)
Positive = Annotated[Number, Field(gt=0)]


class Review(Table):
    """What holds a slip until its recording was heard again (P-9.1); exactly `amount_over` is not over."""

    rule: RuleId
    amount_over: Positive
    holds: tuple[str, ...]
    recording_equipment: Truth
    unheard_mark: Text

    @field_validator("holds")
    @classmethod
    def _known(cls, holds: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := [name for name in holds if name not in FLAGS]:
            raise ValueError(f"{', '.join(unknown)} is no flag; expected some of {', '.join(FLAGS)}")
        return holds


class Limit(Table):
    """How long an answer may take: `due` and `last` in units of `count`; `law` names the outer limit beside it."""

    rule: RuleId
    name: Text
    count: Count
    due: Positive
    last: Positive
    law: Level

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.due > self.last:
            raise ValueError(f"due is {self.due} and last is {self.last}; expected due not after last")
        return self


class Milestone(Table):
    """A step on the way to the answer with a limit of its own: passed on, begun, settled on the spot (T-4, C-3)."""

    rule: RuleId
    name: Text
    count: Count
    within: Positive
    since: Literal["received", "delivered"]


class Extension(Table):
    """How far an extension may reach, by limit, in units of the limit's own count since receipt; it needs both proofs (P-11.2)."""

    rule: RuleId
    most: Mapping[str, Positive]


class Authority(Table):
    """What a date set by a superior or regulator does to the pack's own: takes its place, or binds when earlier (D-6)."""

    rule: RuleId
    takes: Literal["place", "earlier"]


class LawTerm(Table):
    """The legal outer limits in calendar days, and from when to when they hold (Order 2020 No. 3, article 18)."""

    rule: RuleId
    name: Text
    valid_from: Day
    valid_until: Day | None = None
    simple: Positive
    complex: Positive
    special_extra: Positive             # on top of complex, with the superior's approval and the customer told


class Route(Table):
    """What happens to complaints of these channels (P-9.2 - P-9.9).

    `slip`: "unit" sends a transfer slip to the unit, "supervision" a supervision slip with the union in copy,
    "office" lets the office lead. `within_days` is the limit for the slip to leave, in working days.
    """

    rule: RuleId
    channels: tuple[Channel, ...] = Field(min_length=1)
    slip: Literal["unit", "supervision", "office"]
    within_days: Positive | None = None


class Forwarding(Table):
    """The hop over the head-office union for places away from home (P-9.3).

    `by` "bridge": the bridge passes the slip on to the first-level branch, the union in copy; "union": the slip goes
    to the union, which passes it on `within` so many units of `count`, and is reminded where it has not. `unit_too`
    writes to the complained unit as well.
    """

    rule: RuleId
    channels: tuple[Channel, ...]
    home_divisions: tuple[Text, ...]
    by: Literal["bridge", "union"]
    unit_too: Truth = False
    count: Count = "working-hours"
    within: Positive = 4


class Overseas(Table):
    """Units abroad: the address head office's overseas department gave, by unit code (P-9.4)."""

    rule: RuleId
    divisions: tuple[Text, ...]
    addresses: Mapping[str, Text] = Field(default_factory=dict)


class Lead(Table):
    """Categories whose department leads while the unit assists (P-14.1); the first department word found counts."""

    rule: RuleId
    categories: tuple[Category, ...]
    departments: tuple[Text, ...]


class Assisting(Table):
    """By when a unit that assists gives its opinion to the one that leads (P-14.1, T-3)."""

    rule: RuleId
    count: Count
    within: Positive


class Dispute(Table):
    """Who decides where a unit says that the matter is not its own: this department of the superior, else the desk (T-7)."""

    rule: RuleId
    departments: tuple[Text, ...]


class Promise(Table):
    """What cannot be done within the limit gets a promised date, at most `within` units of `count` away (T-3)."""

    rule: RuleId
    count: Count
    within: Positive


class Ruling(Table):
    """A category whose nature a department decides (P-14.2); without `departments` the desk asks the competent one."""

    rule: RuleId
    categories: tuple[Category, ...]
    says: Text
    departments: tuple[Text, ...] = ()


class Inspection(Table):
    """Categories that go to the inspection department and to nobody else at the unit (P-14.3, T-6)."""

    rule: RuleId
    categories: tuple[Category, ...]
    departments: tuple[Text, ...] = Field(min_length=1)


class Telling(Table):
    """Who is told of what may get out (P-16, D-7, T-6, C-7): departments, and every unit of `levels` up the chain.

    `words`: only where one of them is said; empty: always.
    """

    rule: RuleId
    says: Text
    departments: tuple[Text, ...] = ()  # of each level named; empty: the unit itself, its leader in the address
    levels: tuple[Text, ...]
    flags: tuple[str, ...] = (REPUTATION,)
    channels: tuple[Channel, ...] = ()
    words: tuple[Text, ...] = ()


class Legal(Table):
    """An economic dispute heading for court, told by these words in a flag's evidence (P-17)."""

    rule: RuleId
    words: tuple[Text, ...]
    departments: tuple[Text, ...]
    leader: Text


class Element(Table):
    """One thing an answer must say, by its number in P-12, which the form counts by; `words` are labels units write for it."""

    rule: RuleId
    number: Positive
    name: Text
    words: tuple[Text, ...] = ()
    not_applicable: tuple[Category, ...] = ()


class Outcome(Table):
    """A way a case may end (T-5, C-4, P-19)."""

    rule: RuleId
    name: Text
    needs_answer: Truth = True
    needs_free_will: Truth = False      # a withdrawal: the customer was asked, and it is of their own will (P-19)


class Closing(Table):
    """Who closes, and as what."""

    rule: RuleId
    by: Literal["desk", "auto"]
    outcomes: tuple[Outcome, ...] = Field(min_length=1)


class Report(Table):
    """A report, its rhythm, and who gets it (P-24, C-8, D-8).

    `kind` is what it holds: "statistics" the table by category and unit, "return" the cases one by one, "daily" what
    counts as what, "analysis" causes and trends. `of` says whose figures: the whole bank's, or one report for each of
    the pack's `key_branches`, or for each other first-level branch. It is sent `after` working days behind its last day
    (calendar days in a pack that works around the clock), at `at`, to the department `to` and to `addresses`.
    """

    rule: RuleId
    name: Text
    every: Literal["day", "half-month", "month", "quarter", "half-year", "year"]
    by: Text
    to: Text
    kind: Literal["statistics", "return", "daily", "analysis"] = "statistics"
    of: Literal["bank", "key", "others"] = "bank"
    after: Positive = 1
    at: TimeOfDay = time(9, 0)
    addresses: tuple[Text, ...] = ()


class Counting(Table):
    """How a closed case counts (C-4): solved at the outlet, risen but in time, or gone beyond, again, or overdue."""

    rule: RuleId
    when: Literal["outlet", "risen", "beyond"]
    counts_as: Text


class Mass(Table):
    """The same matter from so many people goes straight up to this level (C-5; law: article 25)."""

    rule: RuleId
    people: Positive
    level: Text


class Retention(Table):
    """How many years papers are kept (P-6); never less than `floor_years`, and a legal hold stops all deleting."""

    rule: RuleId
    years: Positive
    floor_years: Positive
    legal_hold: Truth

    @model_validator(mode="after")
    def _above_the_floor(self) -> Self:
        if self.years < self.floor_years:
            raise ValueError(f"years is {self.years}; expected at least floor_years = {self.floor_years}")
        return self


class OnTheSpot(Table):
    """Where whoever took a complaint may answer it at once and enter both together; no slip leaves then (P-9.5, D-2, T-3, C-3)."""

    rule: RuleId
    channels: tuple[Channel, ...] = Field(min_length=1)

    @field_validator("channels")
    @classmethod
    def _seen_to_in_person(cls, channels: tuple[Channel, ...]) -> tuple[Channel, ...]:
        for channel in (Channel.PHONE, Channel.SUPERIOR, Channel.GOVERNMENT, Channel.REGULATOR):
            if channel in channels:
                raise ValueError(f"{channel.value} is reviewed or answered to others; expected channels an outlet answers itself, e.g. 意见簿(箱)")
        return channels


class Note(Table):
    """A rule repeated to whoever handles the case: on the slip, or on the desk's screen."""

    rule: RuleId
    says: Text
    where: Literal["slip", "desk"] = "slip"
