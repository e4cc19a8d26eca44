"""The complaint case, the ways it may move, and the lines of its book."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import NewType

from routing.errors import IllegalMove
from routing.parties import UnitCode
from routing.verdict import Category, Complaint, Verdict

CaseId = NewType("CaseId", int)


class State(Enum):
    """Where a case stands; the Chinese word is what the desk sees."""

    TAKEN = "已受理"
    DESK = "待分派"
    HELD = "待复核"
    SENT = "已转办"
    ANSWERED = "已回复"
    CLOSED = "已办结"


#: The only transitions there are. A case at the desk waits for a person to decide what triage could not (P-3);
#: a sent case returns to HELD when an edit breaks the reviewer's signature (P-9.1); a closed one reopens (P-18).
MOVES: Mapping[State, frozenset[State]] = {
    State.TAKEN: frozenset({State.DESK, State.HELD, State.SENT, State.CLOSED}),
    State.DESK: frozenset({State.TAKEN, State.HELD, State.SENT, State.CLOSED}),
    State.HELD: frozenset({State.TAKEN, State.DESK, State.SENT, State.CLOSED}),
    State.SENT: frozenset({State.DESK, State.HELD, State.ANSWERED, State.CLOSED}),
    State.ANSWERED: frozenset({State.DESK, State.HELD, State.SENT, State.CLOSED}),
    State.CLOSED: frozenset({State.DESK}),
}
OPEN = frozenset(State) - {State.CLOSED}


@dataclass(frozen=True, slots=True)
class Recording:
    """Where a call's recording lies and the hash of its bytes ("" until somebody has seen the bytes)."""

    reference: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One complaint, from the first word to the file."""

    id: CaseId
    number: str                         # what people quote: 95580-20260722-000137
    pack: str                           # the policy pack it is handled under
    state: State
    complaint: Complaint
    source: str
    call_id: str
    hotline: str
    seat: str
    received: datetime                  # from when its limits count; complaint again, and they count anew (P-18), while
    verdict: Verdict | None = None      # complaint.received stays the day of the first
    category: Category | None = None
    unit: UnitCode | None = None        # the unit complained about
    lead: UnitCode | None = None        # who must answer and is chased: the unit, or the department that leads (P-14.1)
    recording: Recording = Recording()
    due: datetime | None = None
    last_day: datetime | None = None
    law_due: datetime | None = None
    provisional: bool = False           # the calendar of a year in question was not published when `due` was set
    undelivered: bool = False           # its slip came back or was refused (P-20)
    round: int = 0                      # how often a slip has been decided; each decision has its own letters
    climbed: int = 0                    # rungs of the chasing ladder behind it
    answered: datetime | None = None    # when the present round's answer was complete (P-12)
    closed: datetime | None = None
    outcome: str = ""                   # one of the pack's, once it is closed (T-5, C-4, P-19)
    satisfaction: str = ""              # what the customer says of the answer (P-12)
    matter: int | None = None           # the matter it is of, with other cases (P-18, C-5)
    merged_into: CaseId | None = None   # the case that goes on in its place (law: article 18)
    codes: str = ""                     # of JR/T 0169, as "A=…;B=…;C=…"; "" where the bank loads none

    def moved(self, to: State) -> "Case":
        """Return the case in its next state; IllegalMove where MOVES knows no such way."""
        if to not in MOVES[self.state]:
            raise IllegalMove(self.state.value, to.value)
        return replace(self, state=to)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a case's book: when, who, what, and the words to it. Never changed, never removed (P-6)."""

    at: datetime
    who: str
    what: str
    says: str = ""
    rules: str = ""                     # digest of the Rules in force


#: Words of the book that a later decision looks for.
SIGNED, HANDED_BACK, REOPENED, ENTERED = "复核签字", "复核退回", "重新办理", "代为登记"
