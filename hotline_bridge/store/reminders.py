"""Reminders: what the next letter to a mailbox must say, whom to call, what stands on the centre's screen (P-21)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update
from sqlalchemy.exc import IntegrityError

from hotline_bridge.store import schema as t
from hotline_bridge.store.rows import added, new_row, put_rows
from routing.case import State

MAIL, DIGEST, CONSOLE, TELEPHONE = "mail", "digest", "console", "telephone"
WRITTEN = (MAIL, DIGEST)
PEOPLES = (TELEPHONE, CONSOLE)


@dataclass(frozen=True, slots=True)
class Pending:
    """A reminder: of which case, on which rung, for whom, and how it reaches them."""

    id: int
    case: int
    rung: int
    name: str
    attention: str
    urgent: bool
    channel: str = DIGEST
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Errand:
    """A reminder that a person sees to: a call, or a line on the screen. `done` and `who` once somebody did."""

    id: int
    case: int
    name: str
    attention: str
    urgent: bool
    channel: str
    unit: str
    at: datetime
    address: str
    done: datetime | None = None
    who: str = ""


@dataclass(frozen=True, slots=True)
class Reminders:
    """What one can do with reminders inside a transaction."""

    db: Connection

    # mailboxes ------------------------------------------------------------------------------
    def mailbox(self, address: str) -> int:
        """The id of a chased mailbox, made where it is new."""
        found = self.db.execute(select(t.mailbox.c.id).where(t.mailbox.c.address == address)).scalar()
        if found is not None:
            return int(found)
        try:
            with self.db.begin_nested():
                return new_row(self.db, t.mailbox, address=address)
        except IntegrityError:
            return int(self.db.execute(select(t.mailbox.c.id).where(t.mailbox.c.address == address)).scalar_one())

    def mailboxes(self, addresses: Collection[str]) -> Mapping[str, int]:
        """The ids of many mailboxes, made where they are new."""
        query = select(t.mailbox.c.address, t.mailbox.c.id).where(t.mailbox.c.address.in_(sorted(addresses)))
        known = {row.address: int(row.id) for row in self.db.execute(query)} if addresses else {}
        return {**known, **{address: self.mailbox(address) for address in sorted(set(addresses) - known.keys())}}

    def address(self, mailbox: int) -> str:
        """The address of a chased mailbox."""
        return str(self.db.execute(select(t.mailbox.c.address).where(t.mailbox.c.id == mailbox)).scalar_one())

    # letters --------------------------------------------------------------------------------
    def remind(self, mailbox: int, pending: Pending, at: datetime) -> None:
        """Add one reminder; once for each case, rung and channel of a mailbox."""
        added(self.db, t.reminder, **_values(mailbox, pending, at))

    def remind_all(self, rows: Sequence[tuple[int, Pending]], at: datetime) -> None:
        """Add many reminders, each with its mailbox; once for each case, rung and channel."""
        put_rows(self.db, t.reminder, ("mailbox", "case", "rung", "channel"), [_values(mailbox, pending, at) for mailbox, pending in rows])

    def pending(self, mailbox: int) -> list[Pending]:
        """What the next letters to a mailbox must say, in the order it was decided."""
        mine = (t.reminder.c.mailbox == mailbox, t.reminder.c.letter.is_(None), t.reminder.c.channel.in_(WRITTEN))
        return [_pending(row) for row in self.db.execute(select(t.reminder).where(*mine).order_by(t.reminder.c.id))]

    def told(self, mailbox: int, since: datetime) -> frozenset[int]:
        """The open cases, out at a unit, that a mailbox was reminded of since a moment."""
        query = (
            select(t.reminder.c.case).distinct().join(t.case, t.case.c.id == t.reminder.c.case)
            .where(t.reminder.c.mailbox == mailbox, t.reminder.c.at >= since, t.reminder.c.channel.in_(WRITTEN), t.case.c.state == State.SENT.name)
        )
        return frozenset(self.db.execute(query).scalars())

    def said(self, pending: Sequence[Pending], letter: int) -> None:
        """Note which letter said it."""
        self.db.execute(update(t.reminder).where(t.reminder.c.id.in_([one.id for one in pending])).values(letter=letter))

    def of_letter(self, letter: int) -> list[int]:
        """The cases whose reminders a letter says."""
        return list(self.db.execute(select(t.reminder.c.case).distinct().where(t.reminder.c.letter == letter).order_by(t.reminder.c.case)).scalars())

    def packs_of(self, letter: int) -> list[str]:
        """The policy packs of those cases."""
        query = select(t.case.c.pack).distinct().join(t.reminder, t.reminder.c.case == t.case.c.id).where(t.reminder.c.letter == letter)
        return list(self.db.execute(query).scalars())

    def unsaid(self, letter: int) -> None:
        """A letter will not go after all: what it said is to be said anew."""
        self.db.execute(update(t.reminder).where(t.reminder.c.letter == letter).values(letter=None))

    def drop(self, pending: Sequence[Pending]) -> None:
        """Forget reminders that are not needed any more, their case having moved on."""
        if pending:
            self.db.execute(t.reminder.delete().where(t.reminder.c.id.in_([one.id for one in pending])))

    # people ---------------------------------------------------------------------------------
    def open(self, channels: Collection[str] = PEOPLES, most: int = 1000) -> list[Errand]:
        """What people have to see to, urgent ones first; nothing of a case that is closed, answered or gone on in another."""
        mine = (t.reminder.c.channel.in_(channels), t.reminder.c.done.is_(None), t.case.c.state == State.SENT.name, t.case.c.merged_into.is_(None))
        query = self._errands().join(t.case, t.case.c.id == t.reminder.c.case).where(*mine)
        rows = self.db.execute(query.order_by(t.reminder.c.urgent.desc(), t.reminder.c.at, t.reminder.c.id).limit(most))
        return [_errand(row) for row in rows]

    def errand(self, reminder: int) -> Errand | None:
        """One call or line on the screen, done or not; None where there is none of this id."""
        query = self._errands().where(t.reminder.c.id == reminder, t.reminder.c.channel.in_(PEOPLES))
        row = self.db.execute(query.with_for_update(of=t.reminder) if not self.db.get_execution_options().get("read_only") else query).first()
        return None if row is None else _errand(row)

    def done(self, reminder: int, who: str, now: datetime) -> None:
        """A person saw to it."""
        self.db.execute(update(t.reminder).where(t.reminder.c.id == reminder).values(done=now, who=who))

    def lift(self, cases: Collection[int], now: datetime) -> None:
        """Nobody has to be called about these cases any more."""
        if cases:
            mine = (t.reminder.c.case.in_(cases), t.reminder.c.channel.in_(PEOPLES), t.reminder.c.done.is_(None))
            self.db.execute(update(t.reminder).where(*mine).values(done=now, who="bridge"))

    def counts(self) -> dict[str, int]:
        """How many calls and lines wait."""
        mine = (t.reminder.c.channel.in_(PEOPLES), t.reminder.c.done.is_(None), t.case.c.state == State.SENT.name)
        query = select(t.reminder.c.channel, func.count()).join(t.case, t.case.c.id == t.reminder.c.case).where(*mine).group_by(t.reminder.c.channel)
        return {str(channel): int(count) for channel, count in self.db.execute(query)}

    def _errands(self) -> Select[Any]:
        return select(t.reminder, t.mailbox.c.address).join(t.mailbox, t.mailbox.c.id == t.reminder.c.mailbox)


def _values(mailbox: int, pending: Pending, at: datetime) -> dict[str, object]:
    return {
        "mailbox": mailbox, "case": pending.case, "rung": pending.rung, "name": pending.name, "attention": pending.attention,
        "urgent": pending.urgent, "at": at, "channel": pending.channel, "unit": pending.unit,
    }


def _pending(row: Row[tuple[object, ...]]) -> Pending:
    return Pending(row.id, row.case, row.rung, row.name, row.attention, row.urgent, row.channel, row.unit)


def _errand(row: Row[tuple[object, ...]]) -> Errand:
    return Errand(row.id, row.case, row.name, row.attention, row.urgent, row.channel, row.unit, row.at, row.address, row.done, row.who)
