"""The tray: letters decided and not yet gone, and what each recipient's server said."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from hotline_bridge.store import schema as t
from hotline_bridge.store.hops import follow
from hotline_bridge.store.reminders import Reminders
from hotline_bridge.store.rows import new_row
from routing.delivery import ACCEPTED, BOUNCED, DEFERRED, DELIVERED, OPEN, REFUSED, WITHDRAWN, after

__all__ = ["ACCEPTED", "BOUNCED", "OPEN", "REFUSED", "Delivery", "Letter", "Outgoing", "Tray", "Word", "Written"]
_SETTLES = frozenset({ACCEPTED, REFUSED, WITHDRAWN})        # words after which the relay is owed the letter no more


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A letter that has been decided: what it is about, who gets it, and the draft its bytes are made of.

    `about`, `purpose` and `round` together name it: the same decision taken twice is one letter.
    """

    about: str
    purpose: str
    round: int
    message_id: str
    sender: str
    recipients: tuple[str, ...]
    draft: Mapping[str, object]
    case: int | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter with those who still have to get it."""

    id: int
    case: int | None
    purpose: str
    message_id: str
    sender: str
    draft: Mapping[str, object]
    raw: bytes | None
    open: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a letter at one recipient: `answer` is its state (routing.delivery), `at` when it came to it.

    `owed`: the relay has to be given it, anew perhaps. `accepted` and `delivered` are the first such moments, `waiting`
    since when it is put off.
    """

    letter: int
    purpose: str
    message_id: str
    recipient: str
    answer: str
    said: str
    at: datetime | None
    owed: bool = False
    accepted: datetime | None = None
    delivered: datetime | None = None
    waiting: datetime | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """One word about a delivery, and the state it left behind."""

    letter: int
    recipient: str
    at: datetime
    word: str
    state: str
    said: str


@dataclass(frozen=True, slots=True)
class Written:
    """A letter's id, and when it was written."""

    letter: int
    written: datetime


@dataclass(frozen=True, slots=True)
class Tray:
    """What one can do with letters inside a transaction."""

    db: Connection

    def put(self, out: Outgoing, now: datetime) -> int | None:
        """Lay a decided letter into the tray and return its id; None where this very letter lies there already."""
        try:
            with self.db.begin_nested():
                letter = new_row(
                    self.db, t.letter, about=out.about, case=out.case, purpose=out.purpose, round=out.round,
                    message_id=out.message_id, sender=out.sender, draft=dict(out.draft), written=now,
                )
        except IntegrityError:
            return None
        for recipient in dict.fromkeys(out.recipients):
            self.db.execute(t.delivery.insert().values(letter=letter, recipient=recipient, answer=OPEN, said="", owed=True))
        return letter

    def get(self, letter_id: int) -> Letter:
        """Return the letter and who still has to get it."""
        row = self.db.execute(select(t.letter).where(t.letter.c.id == letter_id)).one()
        waiting = select(t.delivery.c.recipient).where(t.delivery.c.letter == letter_id, t.delivery.c.owed)
        raw = None if row.raw is None else bytes(row.raw)
        open_ = tuple(self.db.execute(waiting.order_by(t.delivery.c.recipient)).scalars())
        return Letter(row.id, row.case, row.purpose, row.message_id, row.sender, row.draft, raw, open_)

    def fix(self, letter_id: int, raw: bytes) -> None:
        """Fix the letter's bytes, for ever: a later attempt finds them and sends them again."""
        self.db.execute(update(t.letter).where(t.letter.c.id == letter_id, t.letter.c.raw.is_(None)).values(raw=raw))

    def receipt(self, letter_id: int, recipient: str, word: str, said: str, now: datetime, *, owed: bool | None = None) -> bool:
        """Write down a word about one recipient; True where it changed the state (routing.delivery.LEADS).

        `owed` says whether the relay has to be given the letter (again); None leaves it as the word has it.
        """
        mine = (t.delivery.c.letter == letter_id, t.delivery.c.recipient == recipient)
        row = self.db.execute(select(t.delivery).where(*mine).with_for_update()).one()
        state = after(row.answer, word)
        values: dict[str, object] = {"owed": row.owed and word not in _SETTLES if owed is None else owed}
        if state != row.answer:
            values |= {"answer": state, "said": said, "at": now}
        elif word == state:
            values |= {"said": said}
        first = {ACCEPTED: "accepted", DELIVERED: "delivered", DEFERRED: "waiting"}.get(word)
        if first is not None and getattr(row, first) is None:
            values[first] = now
        self.db.execute(update(t.delivery).where(*mine).values(**values))
        if (word, row.answer, row.said) != (DEFERRED, DEFERRED, said):          # a relay that says the same every half hour is written down once
            new_row(self.db, t.delivery_word, letter=letter_id, recipient=recipient, at=now, word=word, state=state, said=said)
        follow(self.db, letter_id, recipient, word, now)
        return bool(state != row.answer)

    def named(self, message_ids: Collection[str], letters: Collection[int], recipients: Collection[str]) -> list[Delivery]:
        """The deliveries to these recipients of the letters so named; of one that has not left nobody can have anything to say."""
        meant = or_(t.letter.c.message_id.in_(message_ids), t.letter.c.id.in_(letters))
        return [one for one in self._deliveries(meant, t.delivery.c.accepted.is_not(None)) if one.recipient.lower() in recipients]

    def history(self, letters: Collection[int]) -> list[Word]:
        """Every word about these letters, in order."""
        rows = self.db.execute(select(t.delivery_word).where(t.delivery_word.c.letter.in_(letters)).order_by(t.delivery_word.c.id))
        return [Word(r.letter, r.recipient, r.at, r.word, r.state, r.said) for r in rows]

    def counts(self) -> dict[str, int]:
        """How many deliveries stand in each state."""
        rows = self.db.execute(select(t.delivery.c.answer, func.count()).group_by(t.delivery.c.answer))
        return {str(state): int(count) for state, count in rows}

    def find(self, letter_id: int) -> Letter | None:
        """The letter of this number; None where there is none."""
        known = self.db.execute(select(t.letter.c.id).where(t.letter.c.id == letter_id)).first()
        return None if known is None else self.get(letter_id)

    def of_case(self, case: int) -> list[Delivery]:
        """Every delivery of the case's letters, in the order they were decided."""
        return self._deliveries(t.letter.c.case == case)

    def of_letter(self, letter_id: int) -> list[Delivery]:
        """What became of one letter at each recipient."""
        return self._deliveries(t.letter.c.id == letter_id)

    def last_of(self, about: str) -> Written | None:
        """The newest letter about something, and when it was written."""
        row = self.db.execute(select(t.letter.c.id, t.letter.c.written).where(t.letter.c.about == about).order_by(t.letter.c.id.desc()).limit(1)).first()
        return None if row is None else Written(row.id, row.written)

    def message_ids(self, case: int) -> frozenset[str]:
        """The Message-IDs of every letter about the case."""
        return frozenset(self.db.execute(select(t.letter.c.message_id).where(t.letter.c.case == case)).scalars())

    def knows(self, message_ids: Collection[str]) -> bool:
        """Whether one of these is a letter of ours."""
        query = select(t.letter.c.id).where(t.letter.c.message_id.in_(message_ids)).limit(1)
        return bool(message_ids) and self.db.execute(query).first() is not None

    def given(self, recipient: str, purpose: str, since: datetime) -> int:
        """How many letters of a purpose were written to an address since a moment; others that count wait until we are done."""
        self.db.execute(select(t.mailbox.c.id).where(t.mailbox.c.id == Reminders(self.db).mailbox(recipient)).with_for_update())
        query = select(func.count()).select_from(t.delivery.join(t.letter, t.letter.c.id == t.delivery.c.letter))
        mine = (t.delivery.c.recipient == recipient, t.letter.c.purpose == purpose, t.letter.c.written > since)
        return int(self.db.execute(query.where(*mine)).scalar_one())

    # reminders ------------------------------------------------------------------------------
    def slips_out(self, cases: Collection[int]) -> dict[int, list[tuple[str, datetime | None, datetime | None]]]:
        """Of each case every slip and recipient: the letter's Message-ID, when the relay took it, when it was delivered."""
        query = (
            select(t.letter.c.case, t.letter.c.message_id, t.delivery.c.accepted, t.delivery.c.delivered)
            .join(t.delivery, t.delivery.c.letter == t.letter.c.id)
            .where(t.letter.c.case.in_(cases), t.letter.c.purpose.like("slip%"))
        )
        found: dict[int, list[tuple[str, datetime | None, datetime | None]]] = {}
        for row in self.db.execute(query) if cases else ():
            found.setdefault(row.case, []).append((row.message_id, row.accepted, row.delivered))
        return found

    def last_to(self, about: str, purpose: str) -> datetime | None:
        """When the newest letter of a purpose about something was written that was not withdrawn."""
        stood = exists().where(t.delivery.c.letter == t.letter.c.id, t.delivery.c.answer != WITHDRAWN)
        mine = (t.letter.c.about == about, t.letter.c.purpose == purpose, stood)
        row = self.db.execute(select(t.letter.c.written).where(*mine).order_by(t.letter.c.round.desc()).limit(1)).first()
        return None if row is None else row.written

    def _deliveries(self, *where: object) -> list[Delivery]:
        rows = self.db.execute(
            select(t.delivery, t.letter.c.purpose, t.letter.c.message_id)
            .join(t.letter, t.letter.c.id == t.delivery.c.letter)
            .where(*where)  # type: ignore[arg-type]
            .order_by(t.letter.c.id, t.delivery.c.recipient)
        )
        return [
            Delivery(r.letter, r.purpose, r.message_id, r.recipient, r.answer, r.said, r.at, r.owed, r.accepted, r.delivered, r.waiting)
            for r in rows
        ]
