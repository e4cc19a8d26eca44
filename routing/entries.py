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
Role = Literal["unit", "second_contact", "superior", "union", "desk"]
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


class LadderRung(Table):
    """One rung of the chasing ladder: `after` units of `count` from `of`, negative before it (P-11, P-21)."""

    rule: RuleId
    name: Text
    count: Literal["working-days", "clock-hours"]
    after: Number
    of: Literal["due", "last_day"] = "due"
    to: tuple[Role, ...] = Field(min_length=1)
    every: Positive | None = None       # the last rung repeats so often until the case is closed
    urgent: Truth = False
    silenced: Truth = False             # spared where the unit has acknowledged the slip


class Chasing(Table):
    """The ladder and the times of day at which one mailbox gets all its reminders in one letter; none: at once."""

    rule: RuleId
    digest_times: tuple[TimeOfDay, ...] = ()
    ladder: tuple[LadderRung, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _climbs(self) -> Self:
        places = [(rung.of == "last_day", rung.after) for rung in self.ladder]
        if places != sorted(set(places)):
            raise ValueError("ladder: rungs stand out of order; expected those of due before those of last_day, `after` rising")
        if len({rung.count for rung in self.ladder}) > 1:
            raise ValueError("ladder: rungs count in different units; expected one `count` for all")
        if any(rung.every for rung in self.ladder[:-1]) or not self.ladder[-1].every:
            raise ValueError("ladder: `every` belongs to the last rung and only there; expected e.g. every = 1")
        return self

    @field_validator("digest_times")
    @classmethod
    def _in_order(cls, times: tuple[time, ...]) -> tuple[time, ...]:
        if list(times) != sorted(set(times)):
            raise ValueError("times stand out of order or twice; expected each later than the one before")
        return times


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
    to the union, which passes it on. `unit_too` writes to the complained unit as well.
    """

    rule: RuleId
    channels: tuple[Channel, ...]
    home_divisions: tuple[Text, ...]
    by: Literal["bridge", "union"]
    unit_too: Truth = False


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
    """Who is told of what may get out (P-16, D-7, T-6, C-7): departments, and every unit of `levels` up the chain."""

    rule: RuleId
    says: Text
    departments: tuple[Text, ...] = ()  # of each level named; empty: the unit itself, its leader in the address
    levels: tuple[Text, ...]
    flags: tuple[str, ...] = (REPUTATION,)
    channels: tuple[Channel, ...] = ()


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
    """A report and its rhythm (P-24, C-8, D-8)."""

    rule: RuleId
    name: Text
    every: Literal["day", "half-month", "month", "quarter", "half-year", "year"]
    by: Text
    to: Text


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


class Repeat(Table):
    """A complaint again after an answer: linked, and reported to this department of the superior (P-18)."""

    rule: RuleId
    departments: tuple[Text, ...]
    levels: tuple[Text, ...] = ()


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


class Note(Table):
    """A rule repeated to whoever handles the case: on the slip, or on the desk's screen."""

    rule: RuleId
    says: Text
    where: Literal["slip", "desk"] = "slip"
