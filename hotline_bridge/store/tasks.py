"""The list of what is owed. The database is the queue: claiming moves `due` forward, finishing deletes the row."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from hotline_bridge.errors import LostClaim
from hotline_bridge.store import schema as t
from hotline_bridge.store.rows import NEW, new_row, put_rows


@dataclass(frozen=True, slots=True)
class Task:
    """An obligation: do `kind` for `subject` once it is due. `attempt` is also the fencing token of a claim."""

    id: int
    kind: str
    subject: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Parked:
    """A task that waits for a person, and why."""

    id: int
    kind: str
    subject: int
    trouble: str


@dataclass(frozen=True, slots=True)
class Tasks:
    """What one can do with obligations inside a transaction."""

    db: Connection

    def owe(self, kind: str, subject: int, due: datetime) -> None:
        """Promise to do something; promised again, it is due anew, even from inside its own step."""
        same = (t.task.c.kind == kind, t.task.c.subject == subject)
        again = {"due": due, "attempt": 0, "parked": False, "claimed": False, "trouble": None}
        if self.db.execute(update(t.task).where(*same).values(again)).rowcount:
            return
        try:
            with self.db.begin_nested():
                new_row(self.db, t.task, kind=kind, subject=subject, due=due, attempt=0, parked=False, claimed=False)
        except IntegrityError:      # another instance promised it in the same instant
            self.db.execute(update(t.task).where(*same).values(again))

    def owe_all(self, kind: str, due: Mapping[int, datetime]) -> None:
        """Promise one kind of thing for many subjects, as `owe` does for one."""
        rows = [{"kind": kind, "subject": subject, "due": at, "attempt": 0, "parked": False, "claimed": False} for subject, at in sorted(due.items())]
        put_rows(self.db, t.task, ("kind", "subject"), rows, {"due": NEW, "attempt": 0, "parked": False, "claimed": False, "trouble": None})

    def hasten(self, kind: str, subject: int, due: datetime) -> None:
        """Promise to do something by `due`, whatever was promised about it before; what is in hand at this moment is left alone."""
        same = (t.task.c.kind == kind, t.task.c.subject == subject)
        if self.db.execute(select(t.task.c.id).where(*same)).first() is None:
            self.owe(kind, subject, due)
            return
        waits = (t.task.c.claimed.is_(False), or_(t.task.c.due > due, t.task.c.parked))
        self.db.execute(update(t.task).where(*same, *waits).values(due=due, attempt=0, parked=False, trouble=None))

    def shelve(self, kind: str, subject: int, now: datetime, trouble: str) -> None:
        """Promise something that waits for a person from the start."""
        self.owe(kind, subject, now)
        self.db.execute(update(t.task).where(t.task.c.kind == kind, t.task.c.subject == subject).values(parked=True, trouble=trouble))

    def strike(self, kind: str, subject: int) -> None:
        """Take a promise back: nothing is owed any more."""
        self.db.execute(delete(t.task).where(t.task.c.kind == kind, t.task.c.subject == subject))

    def claim(self, kinds: Collection[str], now: datetime, patience: timedelta, most: int = 1, *, alone: int | None = None, below: int | None = None) -> list[Task]:
        """Take the most overdue tasks; each comes back by itself after `patience`.

        `below`: only such as were tried less often.

        A task that has been tried `alone` times already is taken by itself: should it be the one that ends the process,
        it ends nobody else's work with its own.
        """
        fresh = [] if below is None else [t.task.c.attempt < below]
        rows = self.db.execute(
            select(t.task.c.id, t.task.c.kind, t.task.c.subject, t.task.c.attempt)
            .where(t.task.c.kind.in_(kinds), t.task.c.due <= now, t.task.c.parked.is_(False), *fresh)
            .order_by(t.task.c.due, t.task.c.id)
            .limit(most)
            .with_for_update(skip_locked=True)
        ).all()
        if alone is not None:
            rows = rows[:1] if rows and rows[0].attempt >= alone else [row for row in rows if row.attempt < alone]
        if rows:
            self.db.execute(
                update(t.task).where(t.task.c.id.in_([row.id for row in rows])).values(
                    attempt=t.task.c.attempt + 1, due=now + patience, claimed=True,
                )
            )
        return [Task(row.id, row.kind, row.subject, row.attempt + 1) for row in rows]

    def give_back(self, tasks: Collection[Task], now: datetime) -> None:
        """Let go of what was claimed in this very transaction, as if it had not been."""
        mine = t.task.c.id.in_([task.id for task in tasks])
        self.db.execute(update(t.task).where(mine).values(attempt=t.task.c.attempt - 1, due=now, claimed=False))

    def hold(self, mine: Task) -> None:
        """Make sure the task is still ours, and keep it so until the transaction ends; else LostClaim."""
        row = self.db.execute(
            select(t.task.c.id).where(t.task.c.id == mine.id, t.task.c.attempt == mine.attempt).with_for_update()
        ).first()
        if row is None:
            raise LostClaim(mine)

    def hold_all(self, mine: Sequence[Task]) -> list[Task]:
        """Of these tasks, those that are still ours; they stay so until the transaction ends."""
        query = select(t.task.c.id, t.task.c.attempt).where(t.task.c.id.in_([task.id for task in mine])).order_by(t.task.c.id).with_for_update()
        held = {(row.id, row.attempt) for row in self.db.execute(query)}
        return [task for task in mine if (task.id, task.attempt) in held]

    def finish_all(self, mine: Sequence[Task]) -> None:
        """Strike many tasks off the list, save those their own step promised anew: these have no attempt behind them."""
        self.db.execute(delete(t.task).where(t.task.c.id.in_([task.id for task in mine]), t.task.c.attempt > 0))

    def finish(self, mine: Task) -> None:
        """Strike the task off the list, unless its own step promised it anew."""
        self.db.execute(delete(t.task).where(t.task.c.id == mine.id, t.task.c.attempt == mine.attempt))

    def postpone(self, mine: Task, due: datetime, trouble: str, *, counts: bool = True) -> None:
        """Try again at `due`; where it does not count, as if it were the first time."""
        self._change(mine, due=due, claimed=False, trouble=trouble, **({} if counts else {"attempt": 0}))

    def park(self, mine: Task, trouble: str) -> None:
        """Set the task aside for a person."""
        self._change(mine, parked=True, claimed=False, trouble=trouble)

    def unpark(self, task_id: int, now: datetime) -> bool:
        """Let a parked task run again now; False where there is none of that id."""
        values = {"parked": False, "attempt": 0, "due": now}
        return bool(self.db.execute(update(t.task).where(t.task.c.id == task_id, t.task.c.parked).values(values)).rowcount)

    def release(self, now: datetime) -> int:
        """Take up at once what a killed daemon had in hand; only for one that knows itself alone. Returns how many."""
        return self.db.execute(update(t.task).where(t.task.c.claimed).values(due=now, claimed=False)).rowcount

    def owed(self, kind: str) -> list[int]:
        """The subjects for which this kind of thing is promised."""
        return list(self.db.execute(select(t.task.c.subject).where(t.task.c.kind == kind).order_by(t.task.c.subject)).scalars())

    def parked(self) -> list[Parked]:
        """Everything that waits for a person."""
        rows = self.db.execute(select(t.task).where(t.task.c.parked).order_by(t.task.c.id))
        return [Parked(row.id, row.kind, row.subject, row.trouble or "") for row in rows]

    def oldest_failing(self, kind: str) -> datetime | None:
        """When the oldest letter was written that the relay should have taken by now and has not; None where all is well."""
        tried = (t.task.c.kind == kind, t.task.c.parked.is_(False), t.task.c.attempt > 1)
        query = select(func.min(t.letter.c.written)).join(t.task, t.task.c.subject == t.letter.c.id).where(*tried)
        return self.db.execute(query).scalar()

    def due_count(self, now: datetime) -> int:
        """How many tasks are due now."""
        query = select(func.count()).select_from(t.task).where(t.task.c.due <= now, t.task.c.parked.is_(False))
        return self.db.execute(query).scalar_one()

    def next_due(self) -> datetime | None:
        """When the next unparked task falls due."""
        return self.db.execute(select(func.min(t.task.c.due)).where(t.task.c.parked.is_(False))).scalar()

    def _change(self, mine: Task, **values: object) -> None:
        self.db.execute(update(t.task).where(t.task.c.id == mine.id, t.task.c.attempt == mine.attempt).values(**values))
