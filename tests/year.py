"""A bank's year, played through the fast clock: callers, units that answer early, late or never, a desk that works office hours.

Everything is the real thing - the house with its store, rules, steps and post room, every letter made whole; only the people
and the relay are played.
"""

import heapq
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from adapters.formats.form_json import read_form
from hotline_bridge.daemon import run_until_quiet
from hotline_bridge.board import Board
from hotline_bridge.house import House, Shelf
from hotline_bridge.opening import take_form
from hotline_bridge.steps.assign import Change, assign
from hotline_bridge.steps.clocks import Proof, extend
from hotline_bridge.steps.close import close, reopen
from hotline_bridge.steps.review import sign
from hotline_bridge.store.engine import Store, open_engine
from hotline_bridge.store.tx import Tx
from hotline_bridge.store.upgrade import upgrade
from routing.case import Case, Recording, State
from routing.errors import RuleError
from routing.rules import Rules
from tests.fakes import ZONE, Relay, SetClock, WalkIn
from tests.make import HALF_ANSWER, WHOLE_ANSWER, a_mail, form_bytes

GRID = timedelta(minutes=5)
ROOT = Path(__file__).parents[1]
_OPENS, _CLOSES = time(8, 30), time(17, 30)
_HOURS = (1, 1, 1, 1, 1, 1, 2, 6, 18, 24, 22, 14, 8, 10, 18, 20, 18, 14, 9, 7, 6, 5, 3, 2)      # calls by the hour of the day
_CATEGORIES = ("工作失误", "服务态度", "内部管理", "服务产品", "服务渠道", "违规操作")


@dataclass
class Person:
    """How one complaint will go, decided by the seed: when the unit answers, and what the customer thinks of it."""

    number: str
    delay: timedelta
    half: bool = False
    never: bool = False
    extends: bool = False
    again: bool = False
    withdraws: bool = False
    looked: int = 0


class LightRelay(Relay):
    """Takes every letter, keeps none: a year's would fill the memory."""

    async def send(self, raw: bytes, sender: str, recipients: Any, envelope: str = "") -> Any:
        """Take the letter for each recipient."""
        answer = await super().send(raw, sender, recipients, envelope)
        self.sent.clear()
        return answer


class InlineStore(Store):
    """The store without its threads: the same transactions, one after the other, none waiting for a thread to wake."""

    async def run(self, work: Callable[[Tx], Any]) -> Any:
        """Run a writing transaction at once."""
        return self.run_now(work)

    async def read(self, work: Callable[[Tx], Any]) -> Any:
        """Run a reading transaction at once."""
        return self.read_now(work)


@dataclass
class Year:
    """The world of one year."""

    house: House
    clock: SetClock
    door: WalkIn
    rules: Rules
    chance: random.Random
    events: list[tuple[datetime, int, str, Any]] = field(default_factory=list)
    count: int = 0
    mails: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    def plan(self, at: datetime, what: str, about: Any) -> None:
        """Something will happen then."""
        self.count += 1
        heapq.heappush(self.events, (at, self.count, what, about))

    def next_moment(self) -> datetime | None:
        """When something happens next, of itself or by somebody, on the grid of the clock."""
        owed = self.house.store.read_now(lambda tx: tx.tasks.next_due())
        moments = [at for at in (owed, self.events[0][0] if self.events else None) if at is not None]
        if not moments:
            return None
        at = max(min(moments).astimezone(ZONE), self.clock.now)
        midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight + -(-(at - midnight) // GRID) * GRID

    async def play(self, until: datetime, told: Callable[[datetime, Counter[str]], None] = lambda *_: None) -> None:
        """Let everything happen up to a moment."""
        day = self.clock.now.date()
        while (at := self.next_moment()) is not None and at < until:
            self.clock.now = at
            await self._step()
            if at.date() != day:
                day = at.date()
                told(at, self.counts)
        self.clock.now = until
        await run_until_quiet(self.house, 1_000_000)

    async def _step(self) -> None:
        due: list[tuple[str, Any]] = []
        while self.events and self.events[0][0] <= self.clock.now:
            _, _, what, about = heapq.heappop(self.events)
            due.append((what, about))
        if due:
            await self.house.store.run(lambda tx: self._do(tx, due))
        await run_until_quiet(self.house, 1_000_000)

    def _do(self, tx: Tx, due: list[tuple[str, Any]]) -> None:
        for what, about in due:
            if what == "call":
                self._call(tx, about)
            else:
                self._look(tx, about)

    def _call(self, tx: Tx, form: dict[str, Any]) -> None:
        body = form_bytes(form)
        read, digest = read_form(body)
        posted = take_form(tx, read.source, body, read, digest, self.clock.now, self.rules)
        self.counts["cases"] += 1
        chance = self.chance
        person = Person(
            posted.number, timedelta(days=min(30.0, chance.expovariate(1 / 3.2))), half=chance.random() < 0.12, never=chance.random() < 0.02,
            extends=chance.random() < 0.04, again=chance.random() < 0.02, withdraws=chance.random() < 0.015,
        )
        self.plan(self.clock.now + timedelta(minutes=30), "look", person)

    # the people -----------------------------------------------------------------------------------------------------------
    def _look(self, tx: Tx, person: Person) -> None:
        """Whoever has the case in hand looks at it, in office hours, and does what is to be done."""
        now = self.clock.now
        opens = self.rules.calendar.next_moment(now, self.rules.packs["psbc-95580"].hours)
        if opens > now:
            self.plan(opens + timedelta(minutes=self.chance.randrange(0, 240)), "look", person)
            return
        case = tx.cases.by_number(person.number)
        assert case is not None
        person.looked += 1
        with suppress(RuleError):
            again = _ACTS[case.state](self, tx, case, person)
            if again is not None:
                self.plan(now + again, "look", person)
            return
        self.counts["refused by the rules"] += 1
        self.plan(now + timedelta(days=1), "look", person)

    def _assigned(self, tx: Tx, case: Case, _person: Person) -> timedelta:
        unit = case.unit or self.chance.choice(_units(self.rules))
        category = case.category.value if case.category else self.chance.choice(_CATEGORIES)
        assign(tx, case.number, "投诉处理岗", Change(str(unit), category), self.clock.now, self.rules)
        self.counts["assigned by the desk"] += 1
        return timedelta(hours=1)

    def _signed(self, tx: Tx, case: Case, _person: Person) -> timedelta:
        sign(tx, case.number, "复核员", "已复听，与转办单一致", Recording("", ""), self.clock.now, self.rules)
        self.counts["reviewed"] += 1
        return timedelta(hours=1)

    def _answered(self, tx: Tx, case: Case, person: Person) -> timedelta | None:
        """The unit: answers once its time has come, asks for more time, or says nothing until its superiors have heard of it."""
        since = self.clock.now - case.received.astimezone(ZONE)
        if person.withdraws:
            close(tx, case.number, "投诉处理岗", "撤诉", "客户自愿撤回", self.clock.now, self.rules, free_will=True)
            self.counts["withdrawn"] += 1
            return None
        if person.extends and case.due and self.clock.now < case.due:
            person.extends = False
            extend(tx, case.number, "承办单位", case.last_day + timedelta(days=2) if case.last_day else None,
                   Proof("须调取异地凭证", self.clock.now, "电话"), self.clock.now, self.rules)
            self.counts["extensions"] += 1
        if person.never and case.climbed < 7:
            return timedelta(days=1)
        if since < person.delay:
            return person.delay - since
        lead = self.rules.directory.mailbox(case.lead) if case.lead else None
        if lead is None:
            return timedelta(days=1)
        self.mails += 1
        words = HALF_ANSWER if person.half else WHOLE_ANSWER.replace("2026年7月22日", f"{self.clock.now:%Y年%-m月%-d日}")
        person.half = False
        slip = f"slip.{case.round}.0.{case.number}@{self.rules.identity.domain}"
        self.door.mail(a_mail(words, sender=lead[1], message_id=f"<y{self.mails}@branch.example>", reply_to_id=slip, subject=f"答复 {case.number}"))
        self.counts["answers"] += 1
        return timedelta(hours=4)

    def _closed(self, tx: Tx, case: Case, person: Person) -> timedelta | None:
        anonymous = case.category is not None and case.category.value == "匿名投诉"
        close(tx, case.number, "投诉处理岗", "匿名存档" if anonymous else "已答复", "", self.clock.now, self.rules)
        self.counts["closed"] += 1
        return timedelta(days=self.chance.randrange(3, 20)) if person.again else None

    def _again(self, tx: Tx, case: Case, person: Person) -> timedelta | None:
        """The customer does not accept the answer (P-18); once."""
        if not person.again or case.outcome == "撤诉":
            return None
        person.again = False
        person.delay = timedelta(days=self.chance.randrange(1, 6))
        reopen(tx, case.number, "客服中心", "客户不接受处理结果", self.clock.now, self.rules)
        self.counts["opened again"] += 1
        return timedelta(hours=2)

    def _wait(self, _tx: Tx, _case: Case, _person: Person) -> timedelta:
        return timedelta(hours=1)


_ACTS: dict[State, Callable[[Year, Tx, Case, Person], timedelta | None]] = {
    State.TAKEN: Year._wait, State.DESK: Year._assigned, State.HELD: Year._signed, State.SENT: Year._answered,
    State.ANSWERED: Year._closed, State.CLOSED: Year._again,
}


def world(folder: Path, rules: Rules, first: date, seed: int) -> Year:
    """A fresh house below a folder; its database need not survive a power cut."""
    engine = open_engine(f"sqlite:///{folder / 'year.db'}")
    from sqlalchemy import event

    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    upgrade(engine)
    clock, door = SetClock(datetime.combine(first, time(0, 5), ZONE)), WalkIn()
    house = House(InlineStore(engine, folder / "papers"), clock, Shelf(rules), [door], LightRelay(), board=Board(clock))
    year = Year(house, clock, door, rules, random.Random(seed))
    house.store.run_now(lambda tx: tx.tasks.hasten("books", 0, clock.now))
    return year


def calls(year: Year, cases: int, first: date, last: date) -> None:
    """Plan the year's calls: on each day its share, on each hour of it as people call, a third of them about nobody in particular."""
    chance, days = year.chance, (last - first).days + 1
    words, units = list(narratives()), _units(year.rules)
    persons = max(1, int(cases * 0.93))
    weights = [3.0 if year.rules.calendar.is_working(date.fromordinal(first.toordinal() + n)) else 1.0 for n in range(days)]
    for number, day in enumerate(sorted(chance.choices(range(days), weights, k=cases))):
        hour, minute = chance.choices(range(24), _HOURS)[0], chance.randrange(60)
        at = datetime.combine(date.fromordinal(first.toordinal() + day), time(hour, minute), ZONE)
        unit = year.rules.directory.get(chance.choice(units)) if chance.random() < 0.85 else None
        phone = f"138{chance.randrange(persons):08}"
        year.plan(at, "call", {
            "source": "seat", "call_id": f"year-{number}", "hotline": "95580", "caller": phone, "seat": f"80{chance.randrange(40):02}",
            "started_at": at.isoformat(), "ended_at": (at + timedelta(minutes=6)).isoformat(), "recording": "",
            "form": {
                "customer": {"name": "张某某", "phone": phone}, "complained_unit": unit.full_name if unit else "", "category": "", "amount": "",
                "narrative": chance.choice(words), "demand": "",
            },
        })


def narratives() -> Iterator[str]:
    """The complaints of the project's own corpus."""
    for file in sorted((ROOT / "routing" / "corpus" / "texts").glob("*.jsonl")):
        if file.stem not in {"questions", "borders"}:
            for line in file.read_text("utf-8").splitlines():
                yield json.loads(line)["text"]


def _units(rules: Rules) -> list[str]:
    return [unit.code for unit in rules.directory.units.values() if unit.level in ("网点", "支行", "二级分行")]


# the proof -----------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Proof_:
    """What the year's rows say of its reminders."""

    by_rung: Counter[str]
    by_hour: Counter[int]
    letters: int
    closed_days: list[str]
    out_of_hours: list[str]
    after_the_end: list[str]
    twice: list[str]


SENT_REMINDERS = """
SELECT r.id, r.name, r.rung, r."case", m.address, c.number, min(d.accepted) AS accepted
FROM reminder r JOIN letter l ON l.id = r.letter JOIN delivery d ON d.letter = l.id JOIN mailbox m ON m.id = r.mailbox JOIN case_file c ON c.id = r."case"
WHERE d.accepted IS NOT NULL GROUP BY r.id, r.name, r.rung, r."case", m.address, c.number
"""
#: How a case stood just before a moment: what happened in the same instant of the fast clock happened after the letter had left, or the
#: sending transaction would have held it back (tests/stories/test_reminders.py shows that it does).
THEN = 'SELECT state FROM turn WHERE "case" = :case AND at < :at ORDER BY at DESC, id DESC LIMIT 1'


def proof(year: Year) -> Proof_:
    """Look at every reminder that left, beside the turns of its case: independent of what decided about it."""
    pack, calendar = year.rules.packs["psbc-95580"], year.rules.calendar
    by_rung: Counter[str] = Counter()
    by_hour: Counter[int] = Counter()
    closed_days, out_of_hours, after_the_end, twice = [], [], [], []
    seen: set[tuple[int, int, str]] = set()
    desk = year.rules.identity.desk

    def look(tx: Tx) -> int:
        db = tx.tasks.db
        for row in db.execute(text(SENT_REMINDERS)).all():
            at = datetime.fromisoformat(f"{row.accepted}+00:00").astimezone(ZONE)
            by_rung[row.name] += 1
            by_hour[at.hour] += 1
            told = f"{row.number} {row.name} → {row.address} {at:%Y-%m-%d %H:%M}"
            if not calendar.is_working(at.date()):
                closed_days.append(told)
            if calendar.next_moment(at, pack.hours) != at:
                out_of_hours.append(told)
            state = db.execute(text(THEN), {"case": row.case, "at": row.accepted}).scalar()
            if state == "CLOSED" or (state == "ANSWERED" and row.address != desk):
                after_the_end.append(f"{told} ({state})")
            if (row.case, row.rung, row.address) in seen:
                twice.append(told)
            seen.add((row.case, row.rung, row.address))
        return int(db.execute(text("SELECT count(*) FROM letter WHERE about LIKE 'mailbox:%'")).scalar_one())

    letters = year.house.store.read_now(look)
    return Proof_(by_rung, by_hour, letters, closed_days, out_of_hours, after_the_end, twice)
