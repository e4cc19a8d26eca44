"""How a case counts in the emergency weeks: solved by the outlet, an enquiry, or a complaint (C-4). A pure function for every book."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from routing.pack import Pack
from routing.papers import Channel

Reach = Literal["outlet", "risen", "beyond"]
OUTLET, CENTRE = "网点", "总行"
#: Whatever comes by these has gone over the level's head, or outside.
OUTSIDE = frozenset({Channel.MEDIA, Channel.SUPERIOR, Channel.GOVERNMENT, Channel.REGULATOR})


@dataclass(frozen=True, slots=True)
class Facts:
    """What the counting asks of a case.

    `levels` are those of every unit that had to act on it (the slip's own and whoever it rose to); `due` and `answered`
    decide whether it was in time, `as_of` where there is no answer yet. `repeated`: complained again, or again of the
    same matter by the same person (P-18).
    """

    channel: Channel
    levels: Collection[str]
    due: datetime | None
    answered: datetime | None
    as_of: datetime
    repeated: bool = False


def reach(facts: Facts) -> Reach:
    """Return how far a case got (C-4): through head office or outside, again, or overdue is beyond whoever solved it.

    A hotline of the bank's own is no way "through head office": the call goes straight to the unit (C-2). *(Reading)*
    """
    overdue = facts.due is not None and (facts.answered or facts.as_of) > facts.due
    if overdue or facts.repeated or facts.channel in OUTSIDE or CENTRE in facts.levels:
        return "beyond"
    return "outlet" if set(facts.levels) <= {OUTLET} else "risen"


def counts_as(facts: Facts, pack: Pack) -> str:
    """Return what the case counts as in the words of its pack: 不计, 咨询 or 投诉 (C-4)."""
    return pack.counts_as(reach(facts))
