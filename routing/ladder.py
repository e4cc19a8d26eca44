"""The chasing ladder of a pack as data: when each rung comes, whom it reaches, and how (P-11, P-20, P-21, C-3)."""

from datetime import time
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, field_validator, model_validator

from routing.table import Number, RuleId, Table, Text, TimeOfDay, Truth

Role = Literal["unit", "second_contact", "superior", "office", "union", "president", "desk"]
Means = Literal["mail", "digest", "console", "telephone"]
ROLES: tuple[Role, ...] = get_args(Role)
_SCREENS = ("office", "union", "president", "desk")     # a unit has no screen of ours
_Every = Annotated[Number, Field(gt=0)]


class LadderRung(Table):
    """One rung of the chasing ladder: `after` units of `count` from `of`, negative before it (P-11, P-21).

    `to` are written to: `by` "digest" with the one letter that their mailbox gets of all its cases, "mail" at once in a
    letter of its own. `telephone` are called by a person of the centre, from the list of calls; `console` is a line on
    the centre's screen, for whom it concerns. A rung comes when the pack works, around the clock where it does; with
    `office_hours` it waits for them even there.
    """

    rule: RuleId
    name: Text
    count: Literal["working-days", "clock-hours"]
    after: Number
    of: Literal["due", "last_day"] = "due"
    to: tuple[Role, ...] = ()
    by: Literal["digest", "mail"] = "digest"
    telephone: tuple[Role, ...] = ()
    console: tuple[Role, ...] = ()
    office_hours: Truth = False
    every: _Every | None = None         # the last rung repeats so often until the case is closed
    urgent: Truth = False               # stands first on the lists of people
    silenced: Truth = False             # spared where the unit has acknowledged the slip

    @model_validator(mode="after")
    def _reaches_somebody(self) -> Self:
        if not (self.to or self.telephone or self.console):
            raise ValueError(f"{self.name} reaches nobody; expected somebody in to, telephone or console (P-21)")
        if "desk" in self.telephone:
            raise ValueError(f"{self.name}: telephone has desk, and the desk makes the calls; expected it in to or console")
        if odd := [role for role in self.console if role not in _SCREENS]:
            raise ValueError(f"{self.name}: console has {', '.join(odd)}, who has no screen; expected some of {', '.join(_SCREENS)}")
        return self

    @property
    def roles(self) -> tuple[Role, ...]:
        """Everybody this rung names, by whatever means."""
        return tuple(dict.fromkeys((*self.to, *self.telephone, *self.console)))


class Chasing(Table):
    """The ladder and the times of day at which one mailbox gets all its reminders in one letter; none: at once."""

    rule: RuleId
    digest_times: tuple[TimeOfDay, ...] = ()
    ladder: tuple[LadderRung, ...]

    @model_validator(mode="after")
    def _climbs(self) -> Self:
        if not self.ladder:
            raise ValueError("ladder: has no rung; expected at least one, for an answer nobody is reminded of is forgotten (P-21)")
        places = [(rung.of == "last_day", rung.after) for rung in self.ladder]
        if places != sorted(set(places)):
            raise ValueError("ladder: rungs stand out of order; expected those of due before those of last_day, `after` rising")
        if len({rung.count for rung in self.ladder}) > 1:
            raise ValueError("ladder: rungs count in different units; expected one `count` for all")
        if any(rung.every for rung in self.ladder[:-1]) or not self.ladder[-1].every:
            raise ValueError("ladder: `every` belongs to the last rung and only there; expected e.g. every = 1")
        waits = [rung.office_hours for rung in self.ladder]
        if waits != sorted(waits):
            raise ValueError("ladder: a rung above one with office_hours has none, and would wait for it; expected office_hours there too")
        return self

    @field_validator("digest_times")
    @classmethod
    def _in_order(cls, times: tuple[time, ...]) -> tuple[time, ...]:
        if list(times) != sorted(set(times)):
            raise ValueError("times stand out of order or twice; expected each later than the one before")
        return times
