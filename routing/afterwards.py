"""The entries of a policy pack about what comes after a complaint: the same again, many of one matter, and whether the customer is content."""

from typing import Annotated, Literal

from pydantic import Field, Strict

from routing.table import Number, RuleId, Table, Text, Truth

Share = Annotated[float, Strict(), Field(gt=0, le=1)]
_Positive = Annotated[Number, Field(gt=0)]


class Radar(Table):
    """When two complaints count as one matter (P-18, C-5; law: article 18).

    `days`: how far back the same person's complaints are looked at; `near_days` other people's that say the same in
    other words. `alike` is the share of words in common from which two people's complaints about one unit are one
    matter without anybody being asked, `kin` the share of things spoken of from which the desk is asked. `merge`: what
    happens to the same person's same complaint before the answer, "propose" to the desk or "auto".
    """

    rule: RuleId = "P-18"
    days: _Positive = 180
    near_days: _Positive = 30
    alike: Share = 0.35
    kin: Share = 0.25
    merge: Literal["propose", "auto"] = "propose"


class Callback(Table):
    """The customer is asked once the case is closed (P-12, P-21): after so many working days, so often, about these outcomes.

    `by` "mail": whoever left a mail address is asked by a short form first, everybody else by telephone; "desk": all
    by telephone. `crime_by_desk`: whoever reported a crime is never written to by the machine (P-14.3).
    """

    rule: RuleId
    outcomes: tuple[Text, ...] = Field(min_length=1)
    after: _Positive = 1
    attempts: _Positive = 3
    every: _Positive = 1                # working days between two attempts
    by: Literal["mail", "desk"] = "mail"
    crime_by_desk: Truth = True


class Repeat(Table):
    """A complaint again after an answer: linked, verified again; from the `after`th time on it is reported (P-18, C-5).

    It goes to these `departments` of the superior, or to every unit of `levels` up the chain.
    """

    rule: RuleId
    departments: tuple[Text, ...]
    levels: tuple[Text, ...] = ()
    after: _Positive = 2
