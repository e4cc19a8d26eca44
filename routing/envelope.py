"""What routing decides: letters that are owed, and what a person must settle."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from routing.parties import UnitCode

Purpose: TypeAlias = Literal["slip", "copy", "notice"]
Part: TypeAlias = Literal["主办", "协办", "抄送", "督办"]


@dataclass(frozen=True, slots=True)
class Envelope:
    """One letter that is owed: to whom, in which part, by which rule, and why in the words the desk reads.

    `onward` is the unit that whoever gets it passes it on to (P-9.3).
    """

    purpose: Purpose
    role: Part
    unit: UnitCode
    to: tuple[str, ...]
    cc: tuple[str, ...]
    rule: str
    why: str
    onward: UnitCode | None = None


@dataclass(frozen=True, slots=True)
class Routing:
    """Where a case goes; `doubts` say what a person at the desk must settle, each a Chinese sentence."""

    envelopes: tuple[Envelope, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def lead(self) -> UnitCode | None:
        """Return the unit that must answer and is chased: whoever got the slip as 主办 or 督办; None where nobody did."""
        return next((it.unit for it in self.envelopes if it.purpose == "slip" and it.role in ("主办", "督办")), None)


def joined(*parts: Routing) -> Routing:
    """Join routings; a mailbox that gets the slip needs no copy of it besides."""
    envelopes = [it for part in parts for it in part.envelopes]
    served = {address for it in envelopes if it.purpose == "slip" for address in (*it.to, *it.cc)}
    kept = [it for it in envelopes if it.purpose != "copy" or not served.issuperset(it.to)]
    return Routing(tuple(dict.fromkeys(kept)), tuple(dict.fromkeys(doubt for part in parts for doubt in part.doubts)))


def without(routing: Routing, away: Collection[str]) -> Routing:
    """Leave these mailboxes out, by whatever way they came in: the one complained about reads them (P-11.1, law:17)."""
    if not away:
        return routing
    envelopes, doubts = [], list(routing.doubts)
    for it in routing.envelopes:
        to, cc = (tuple(box for box in boxes if box not in away) for boxes in (it.to, it.cc))
        if to:
            envelopes.append(it if (to, cc) == (it.to, it.cc) else replace(it, to=to, cc=cc))
        else:
            doubts.append(f"{it.unit} 的邮箱为被投诉人本人所用，应当回避，请投诉处理岗另行送达（P-11.1、{it.rule}）")
    return Routing(tuple(envelopes), tuple(dict.fromkeys(doubts)))
