"""The cases and their book. No case changes without a line in the book."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, exists, func, select, update

from hotline_bridge.store import schema as t
from hotline_bridge.store.rows import added, new_row, new_rows
from hotline_bridge.store.turns import take
from hotline_bridge.store.values import complaint_json, complaint_of, verdict_json, verdict_of
from routing.case import Case, CaseId, Entry, Recording, State
from routing.errors import RuleError
from routing.parties import UnitCode
from routing.verdict import Category


@dataclass(frozen=True, slots=True)
class Signature:
    """A reviewer's signature as it stands in the store."""

    who: str
    at: datetime
    findings: str
    recording_sha256: str
    slip_sha256: str
    recipients: str


@dataclass(frozen=True, slots=True)
class Cases:
    """What one can do with cases inside a transaction."""

    db: Connection

    def sequence(self, name: str) -> int:
        """The next number of a sequence; committed with the transaction, so that none is lost and none returns."""
        counter = t.counter
        onward = update(counter).where(counter.c.name == name).values(value=counter.c.value + 1)     # locks the row, too
        if not self.db.execute(onward).rowcount and not added(self.db, counter, name=name, value=1):
            self.db.execute(onward)
        return int(self.db.execute(select(counter.c.value).where(counter.c.name == name)).scalar_one())

    def open(self, case: Case, paper: int, entry: Entry) -> Case:
        """Open a case for a paper; returns it with its id. IntegrityError where source and call id have one already."""
        columns = _columns(case)
        opened = replace(case, id=CaseId(new_row(self.db, t.case, **columns, paper=paper)))
        self.note(opened.id, entry)
        take(self.db, opened.id, columns, entry)
        return opened

    def get(self, case_id: int) -> Case:
        """Return the case and lock it until the transaction ends; a reading transaction locks nothing and waits for nobody."""
        return _case(self.db.execute(self._locked(select(t.case).where(t.case.c.id == case_id))).one())

    def several(self, ids: Collection[int]) -> list[Case]:
        """Return many cases, locked like `get` does, in the order of their ids."""
        query = select(t.case).where(t.case.c.id.in_(sorted(ids))).order_by(t.case.c.id)
        return [_case(row) for row in self.db.execute(self._locked(query))] if ids else []

    def save(self, case: Case, *entries: Entry) -> None:
        """Write the case back, with what the book says about it."""
        if not entries:
            msg = "a case does not change without a line in its book"
            raise ValueError(msg)
        columns = _columns(case)
        self.db.execute(update(t.case).where(t.case.c.id == case.id).values(**columns))
        for entry in entries:
            self.note(case.id, entry)
        take(self.db, case.id, columns, entries[0])

    def note(self, case_id: int, entry: Entry) -> None:
        """Write a line into the case's book."""
        values = {"at": entry.at, "who": entry.who, "what": entry.what, "says": entry.says, "rules": entry.rules}
        new_row(self.db, t.entry, case=case_id, **values)

    def note_all(self, entries: Sequence[tuple[int, Entry]]) -> None:
        """Write lines into the books of many cases."""
        names = ("at", "who", "what", "says", "rules")
        new_rows(self.db, t.entry, [{"case": case, **{name: getattr(entry, name) for name in names}} for case, entry in entries])

    def climb(self, climbed: Mapping[int, int]) -> None:
        """Write down how many rungs many cases have behind them; their books are written beside it, and no book counts rungs."""
        if climbed:
            query = update(t.case).where(t.case.c.id == bindparam("mine")).values(climbed=bindparam("rungs"))
            self.db.execute(query, [{"mine": case, "rungs": rungs} for case, rungs in sorted(climbed.items())])

    def said(self, ids: Collection[int], what: str) -> Mapping[int, tuple[int, datetime]]:
        """How often the books of these cases say a thing, and when last; those that never do are left out."""
        query = select(t.entry.c.case, func.count(), func.max(t.entry.c.at)).where(t.entry.c.case.in_(ids), t.entry.c.what == what).group_by(t.entry.c.case)
        return {row[0]: (int(row[1]), row[2]) for row in self.db.execute(query)} if ids else {}

    def due_of(self, leads: Collection[str], until: datetime) -> list[int]:
        """The cases that these units must answer by then, and whose slip has left; the most overdue first."""
        c, left = t.case.c, exists().where(
            t.letter.c.case == t.case.c.id, t.letter.c.purpose.like("slip%"), t.delivery.c.letter == t.letter.c.id, t.delivery.c.accepted.is_not(None),
        )
        query = select(c.id).where(c.lead.in_(leads), c.state == State.SENT.name, c.due <= until, c.merged_into.is_(None), left)
        return list(self.db.execute(query.order_by(c.due, c.id)).scalars()) if leads else []

    def going(self, ids: Collection[int]) -> Mapping[int, State]:
        """Where these cases stand; a closed one, and one that goes on in another, is left out."""
        query = select(t.case.c.id, t.case.c.state).where(t.case.c.id.in_(ids), t.case.c.state != State.CLOSED.name, t.case.c.merged_into.is_(None))
        return {row.id: State[row.state] for row in self.db.execute(self._locked(query))} if ids else {}

    def book(self, case_id: int) -> list[Entry]:
        """The case's book from its first line."""
        rows = self.db.execute(select(t.entry).where(t.entry.c.case == case_id).order_by(t.entry.c.id))
        return [Entry(row.at, row.who, row.what, row.says, row.rules) for row in rows]

    def by_number(self, number: str) -> Case | None:
        """The case that people quote by this number."""
        return self._first(t.case.c.number == number)

    def known(self, number: str) -> Case:
        """The case of this number, for whoever decides about it; RuleError, with the cure, where there is none."""
        case = self.by_number(number)
        if case is None:
            msg = f"there is no case {number}; look at `hotline-bridge cases list`"
            raise RuleError(msg)
        return case

    def by_paper(self, paper: int) -> Case | None:
        """The case that this paper opened."""
        return self._first(t.case.c.paper == paper)

    def paper_of(self, case_id: int) -> int:
        """The paper that opened the case."""
        return int(self.db.execute(select(t.case.c.paper).where(t.case.c.id == case_id)).scalar_one())

    def by_call(self, call_ids: Collection[str], source: str = "") -> Case | None:
        """The case of a call, by any of the call's ids; `source` narrows it to the forms of one source."""
        known = [call_id for call_id in call_ids if call_id]
        where = [t.case.c.call_id.in_(known)] + ([t.case.c.source == source] if source else [])
        return self._first(*where) if known else None

    def naming(self, call_ids: Collection[str]) -> list[Case]:
        """Every case whose form names one of these ids, locked like `get` does; forms of several sources may."""
        known = [call_id for call_id in call_ids if call_id]
        query = select(t.case).where(t.case.c.call_id.in_(known)).order_by(t.case.c.id)
        return [_case(row) for row in self.db.execute(self._locked(query))] if known else []

    def of_recording(self, reference: str) -> Sequence[Case]:
        """The cases that name a recording."""
        query = select(t.case).where(t.case.c.recording == reference).order_by(t.case.c.id)
        return [_case(row) for row in self.db.execute(query)] if reference else []

    def by_messages(self, message_ids: Collection[str]) -> Sequence[Case]:
        """The cases that letters with these Message-IDs were about."""
        if not message_ids:
            return []
        ids = select(t.letter.c.case).where(t.letter.c.message_id.in_(message_ids), t.letter.c.case.is_not(None))
        return [_case(row) for row in self.db.execute(select(t.case).where(t.case.c.id.in_(ids)).order_by(t.case.c.id))]

    def select(self, states: Collection[State] = (), unit: str = "", most: int = 200) -> list[Case]:
        """Cases for a list on a screen: newest first, of these states (all where none is named), of this unit."""
        where: list[ColumnElement[bool]] = []
        if states:
            where.append(t.case.c.state.in_([state.name for state in states]))
        if unit:
            where.append(t.case.c.unit == unit)
        return [_case(row) for row in self.db.execute(select(t.case).where(*where).order_by(t.case.c.id.desc()).limit(most))]

    def after(self, case_id: int, most: int) -> list[Case]:
        """The next cases behind one, in the order they were opened: how all are gone through without holding all."""
        return [_case(row) for row in self.db.execute(select(t.case).where(t.case.c.id > case_id).order_by(t.case.c.id).limit(most))]

    def counts(self) -> dict[State, int]:
        """How many cases stand where."""
        rows = self.db.execute(select(t.case.c.state, func.count()).group_by(t.case.c.state))
        return {State[row[0]]: row[1] for row in rows}

    def out_of_sight(self) -> list[str]:
        """Numbers of open cases for which nothing is owed; must be empty (P-21)."""
        owed = select(t.task.c.subject).where(t.task.c.kind.in_(("triage", "dispatch", "chase")), t.task.c.parked.is_(False))
        query = select(t.case.c.number).where(t.case.c.state != State.CLOSED.name, t.case.c.id.not_in(owed))
        return list(self.db.execute(query).scalars())

    # the reviewer's signature --------------------------------------------------------------
    def sign(self, case_id: int, signature: Signature) -> None:
        """Keep a reviewer's signature (P-9.1)."""
        names = Signature.__slots__
        new_row(self.db, t.review, case=case_id, **{name: getattr(signature, name) for name in names})

    def signature(self, case_id: int) -> Signature | None:
        """The last signature of the case."""
        row = self.db.execute(select(t.review).where(t.review.c.case == case_id).order_by(t.review.c.id.desc()).limit(1)).first()
        if row is None:
            return None
        return Signature(row.who, row.at, row.findings, row.recording_sha256, row.slip_sha256, row.recipients)

    def _first(self, *where: ColumnElement[bool]) -> Case | None:
        row = self.db.execute(self._locked(select(t.case).where(*where).order_by(t.case.c.id).limit(1))).first()
        return None if row is None else _case(row)

    def _locked(self, query: Select[Any]) -> Select[Any]:
        return query if self.db.get_execution_options().get("read_only") else query.with_for_update()


def _columns(case: Case) -> dict[str, object]:
    return {
        "number": case.number, "pack": case.pack, "state": case.state.name, "channel": case.complaint.channel.name,
        "category": case.category.name if case.category else None, "unit": case.unit, "lead": case.lead, "source": case.source,
        "call_id": case.call_id or None, "hotline": case.hotline, "seat": case.seat, "received": case.received,
        "due": case.due, "last_day": case.last_day, "law_due": case.law_due, "provisional": case.provisional,
        "undelivered": case.undelivered, "recording": case.recording.reference, "recording_sha256": case.recording.sha256,
        "round": case.round, "climbed": case.climbed, "complaint": complaint_json(case.complaint),
        "verdict": verdict_json(case.verdict), "answered": case.answered, "closed": case.closed, "outcome": case.outcome,
        "satisfaction": case.satisfaction, "matter": case.matter, "merged_into": case.merged_into, "codes": case.codes,
    }


def _case(row: Row[tuple[object, ...]]) -> Case:
    return Case(
        id=CaseId(row.id), number=row.number, pack=row.pack, state=State[row.state], complaint=complaint_of(row.complaint),
        source=row.source, call_id=row.call_id or "", hotline=row.hotline, seat=row.seat, received=row.received,
        verdict=verdict_of(row.verdict), category=Category[row.category] if row.category else None,
        unit=UnitCode(row.unit) if row.unit else None, lead=UnitCode(row.lead) if row.lead else None, recording=Recording(row.recording, row.recording_sha256),
        due=row.due, last_day=row.last_day, law_due=row.law_due, provisional=row.provisional,
        undelivered=row.undelivered, round=row.round, climbed=row.climbed, answered=row.answered, closed=row.closed, outcome=row.outcome,
        satisfaction=row.satisfaction, matter=row.matter, merged_into=CaseId(row.merged_into) if row.merged_into else None, codes=row.codes,
    )
