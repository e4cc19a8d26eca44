"""The turns a case took, and what a period's books count of them (P-21, P-24).

Everything is counted from the turns, so that a past period says the same whenever it is asked "as of" the same moment.
What a case is - its unit and category - is what it was last known to be; what happened to it counts in the period in
which it happened.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from routing.case import State
from routing.figures import Tally

CLOSED = State.CLOSED.name
SATISFIED, FAIR, DISSATISFIED = "满意", "基本满意", "不满意"


class Turn(NamedTuple):
    """What stood about a case from `at` until its next turn; states, channels and categories by the names of their enums."""

    case: int
    at: datetime
    act: str
    state: str
    channel: str
    category: str | None
    unit: str | None
    lead: str | None
    received: datetime
    due: datetime | None
    last_day: datetime | None
    law_due: datetime | None
    answered: datetime | None
    closed: datetime | None
    outcome: str
    satisfaction: str
    matter: int | None
    merged_into: int | None
    codes: str


@dataclass(frozen=True, slots=True)
class History:
    """All turns of one case up to the moment the books are written as of, the oldest first; `repeat`: it came after another of its matter (P-18)."""

    turns: Sequence[Turn]
    repeat: bool = False

    @property
    def last(self) -> Turn:
        """What is known of the case last."""
        return self.turns[-1]

    @property
    def received(self) -> datetime:
        """When the bank first got it."""
        return self.turns[0].received

    def at(self, moment: datetime) -> Turn | None:
        """The turn in force just before a moment; None where nothing was written down yet."""
        return next((turn for turn in reversed(self.turns) if turn.at < moment), None)

    def is_open(self, moment: datetime) -> bool:
        """Whether the case was the bank's to deal with just before a moment; from its receipt on, written down or not."""
        turn = self.at(moment)
        return self.received < moment and (turn is None or turn.state != CLOSED)

    def closings(self, first: datetime, until: datetime) -> list[Turn]:
        """The turns in that time by which the case was closed."""
        return [turn for before, turn in self._pairs() if first <= turn.at < until and turn.state == CLOSED and before != CLOSED]

    def reopenings(self, first: datetime, until: datetime) -> int:
        """How often it was opened again in that time (P-18)."""
        return sum(1 for before, turn in self._pairs() if first <= turn.at < until and turn.state != CLOSED and before == CLOSED)

    def verdicts(self, first: datetime, until: datetime) -> list[str]:
        """What the customer said of each closing of that time, "" where nothing: what they say when they are asked counts before the unit's word (P-12, P-18)."""
        found: list[str] = []
        mine = False
        for before, turn in self._pairs():
            if turn.state != CLOSED:
                mine = False
            elif before != CLOSED and (mine := first <= turn.at < until):
                found.append(turn.satisfaction)
            elif mine and turn.satisfaction:
                found[-1] = turn.satisfaction
        return found

    def answers(self, first: datetime, until: datetime) -> list[Turn]:
        """The turns, one for each complete answer of that time."""
        found = {turn.answered: turn for turn in reversed(self.turns) if turn.answered and first <= turn.answered < until}
        return list(found.values())

    def _pairs(self) -> Iterator[tuple[str, Turn]]:
        before = ""
        for turn in self.turns:
            yield before, turn
            before = turn.state


def in_time(answer: Turn) -> bool:
    """Whether an answer came by the last day of its limit (P-11)."""
    return answer.answered is not None and (answer.last_day is None or answer.answered <= answer.last_day)


def tally(history: History, first: datetime, until: datetime) -> Tally:
    """Return what one case adds to the counts of the time from `first` up to, not with, `until` (both aware)."""
    last = history.last
    if (last.state == CLOSED and last.at < first) or (history.received >= until and history.turns[0].at >= until):
        return NOTHING          # over before, or not there yet: most cases of a long time, and quickly told
    answers, closings = history.answers(first, until), history.closings(first, until)
    received = first <= history.received < until
    is_open, then = history.is_open(until), history.at(until)
    words = history.verdicts(first, until)
    return Tally(
        received=int(received), repeat=int(received and history.repeat),
        answered=len(answers), on_time=sum(1 for one in answers if in_time(one)),
        closed=len(closings), open=int(is_open), overdue=int(is_open and then is not None and _over(then, until)),
        satisfied=words.count(SATISFIED), fair=words.count(FAIR), dissatisfied=words.count(DISSATISFIED),
        reopened=history.reopenings(first, until), carried=int(history.received < first and history.is_open(first)),
        spent=sum((one.answered - one.received for one in answers if one.answered), start=timedelta()),
        results=dict(Counter(one.outcome for one in closings)) if closings else {},
    )


NOTHING = Tally(carried=0)


def _over(turn: Turn, moment: datetime) -> bool:
    return turn.answered is None and turn.last_day is not None and turn.last_day < moment

