"""Which call a seat's form is about, where exchanges may use the same ids, and which callers nobody has answered yet (P-3, P-9.1)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

APART = timedelta(days=3)       # further from its call no form is written: the same id is another call's
BETWEEN = timedelta(days=1)     # records of one call do not lie further from each other: a vendor's ids come again
OLD = timedelta(days=7)         # a call that was over so long before anybody told of it is history: nobody is called back
INWARD = frozenset({"in", ""})
UNANSWERED = frozenset({"abandoned", "no-answer", "busy", "failed"})


@dataclass(frozen=True, slots=True)
class Side:
    """What a form, or a call, says of the conversation; "" and None where it says nothing.

    `exchange` of a form is the one its source belongs to; `number` tells the caller (routing.telephone.personal).
    """

    exchange: str = ""
    number: str = ""
    hotline: str = ""
    began: datetime | None = None
    ended: datetime | None = None


def alike(form: Side, call: Side, hotlines: Collection[str]) -> int | None:
    """How much speaks for a form and a call of the same id being one conversation; None where something speaks against it.

    Another exchange, caller or time speaks against it; so does another hotline, where the call's is one of the bank's
    `hotlines`: exchanges write extensions and queues there too, and these tell nothing.
    """
    if any((
        form.exchange and form.exchange != call.exchange,
        form.number and call.number and form.number != call.number,
        form.hotline and call.hotline in hotlines and form.hotline != call.hotline,
        _far(form, call),
    )):
        return None
    return int(bool(form.number) and form.number == call.number) + 2 * int(bool(form.exchange))


def _far(form: Side, call: Side) -> bool:
    begins, ends = call.began or call.ended, call.ended or call.began
    if form.began is None or begins is None or ends is None:
        return False
    return form.began < begins - APART or form.began > ends + APART


def contradict(one: Side, other: Side) -> bool:
    """Whether two records of the same id cannot tell of one call: other callers, or a day without a word between them."""
    return bool(one.number and other.number and one.number != other.number) or between(one, other) > BETWEEN


def between(one: Side, other: Side) -> timedelta:
    """The time between two conversations; none where they touch, or where nobody knows."""
    begins, ends = one.began or one.ended, one.ended or one.began
    begins_, ends_ = other.began or other.ended, other.ended or other.began
    if begins is None or ends is None or begins_ is None or ends_ is None:
        return timedelta()
    return max(begins - ends_, begins_ - ends, timedelta())


def matched(scores: Mapping[tuple[int, int], int]) -> dict[int, int]:
    """Pair forms and calls: `scores` are those of `alike` by (form, call); returns the call of each form that has one for certain.

    A pair is certain where each is the other's only best; what is paired is out of the way of the others. The outcome does
    not depend on any order.
    """
    left, pairs = dict(scores), dict[int, int]()
    while True:
        found = {form: call for form, call in left if _only_best(left, form, call)}
        if not found:
            return pairs
        pairs |= found
        taken = set(found.values())
        left = {pair: score for pair, score in left.items() if pair[0] not in found and pair[1] not in taken}


def _only_best(scores: Mapping[tuple[int, int], int], form: int, call: int) -> bool:
    mine = scores[form, call]
    return not any(score >= mine and (form_, call_) != (form, call) for (form_, call_), score in scores.items() if form_ == form or call_ == call)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A call to the bank: when, whether somebody spoke with the caller (or a case tells of it), whether it was a complaint for certain."""

    call: int
    at: datetime
    spoken: bool
    complaint: bool


def to_call_back(attempts: Sequence[Attempt], called_back: datetime | None) -> list[int]:
    """Of one number's calls, those nobody answered, the first first; what was before a later talk, or before a call back, is settled (P-3)."""
    talks = [one.at for one in attempts if one.spoken] + ([called_back] if called_back is not None else [])
    last = max(talks, default=None)
    open_ = [one for one in attempts if one.complaint and not one.spoken and (last is None or one.at > last)]
    return [one.call for one in sorted(open_, key=lambda one: (one.at, one.call))]
