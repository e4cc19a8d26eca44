"""What the units answered, and whether it counts (P-12)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update
from sqlalchemy.exc import IntegrityError

from hotline_bridge.store import schema as t
from hotline_bridge.store.rows import new_row

COUNTED, CLAIMED, DISMISSED = "counted", "claimed", "dismissed"
ASSISTING, MOVED = "assisting", "moved"     # the word of a unit that only assists (P-14.1); one that passed the case on, or gave it back
WORD = "word"       # what answers nothing: a superior's reminder, a request for time, whoever was ruled out (T-7)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: which elements it held, and whether it counts or only claims to."""

    id: int
    case: int
    paper: int
    at: datetime
    sender: str
    elements: Mapping[int, str]
    standing: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """What one can do with answers inside a transaction."""

    db: Connection

    def keep(self, answer: Answer) -> int | None:
        """Keep an answer; None where its paper was counted before."""
        elements = {str(number): text for number, text in answer.elements.items()}
        values = {"at": answer.at, "sender": answer.sender, "standing": answer.standing, "reasons": list(answer.reasons)}
        try:
            with self.db.begin_nested():
                return new_row(self.db, t.answer, case=answer.case, paper=answer.paper, elements=elements, **values)
        except IntegrityError:
            return None

    def of_case(self, case: int, standing: str = "") -> Sequence[Answer]:
        """The case's answers in order of arrival, all or of one standing."""
        where = [t.answer.c.case == case] + ([t.answer.c.standing == standing] if standing else [])
        return [_answer(row) for row in self.db.execute(select(t.answer).where(*where).order_by(t.answer.c.id))]

    def latest(self, cases: Collection[int]) -> Mapping[int, datetime]:
        """When the last answer that counts came, of the cases that have any."""
        query = select(t.answer.c.case, func.max(t.answer.c.at)).where(t.answer.c.case.in_(cases), t.answer.c.standing == COUNTED).group_by(t.answer.c.case)
        return {row[0]: row[1] for row in self.db.execute(query)} if cases else {}

    def claimed(self) -> Sequence[Answer]:
        """The answers the desk must decide about."""
        return [_answer(row) for row in self.db.execute(select(t.answer).where(t.answer.c.standing == CLAIMED).order_by(t.answer.c.id))]

    def move(self, answer_id: int, case: int) -> None:
        """An answer is one to another case: the one its own has been merged into (law: article 18)."""
        self.db.execute(update(t.answer).where(t.answer.c.id == answer_id).values(case=case))

    def judge(self, answer_id: int, standing: str) -> None:
        """Write what the desk decided about a claimed answer."""
        self.db.execute(update(t.answer).where(t.answer.c.id == answer_id).values(standing=standing))


def _answer(row: object) -> Answer:
    elements = {int(number): str(text) for number, text in getattr(row, "elements", {}).items()}
    plain = {name: getattr(row, name) for name in ("id", "case", "paper", "at", "sender", "standing")}
    return Answer(**plain, elements=elements, reasons=tuple(getattr(row, "reasons", ())))
