"""Looks after open cases: the next reminder, and the promise of the one after it (P-11, P-20, P-21).

While the slip has not left, and once the answer is in, a case waits for the centre's own people: the desk alone is
reminded. In between the pack's ladder is climbed. Many cases fall due in the same minute of the morning, so they are
looked after together: what is known of them is read at once, decided one by one, and written down at once.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hotline_bridge.store.reminders import CONSOLE, DIGEST, MAIL, TELEPHONE, Pending
from hotline_bridge.store.tx import Tx
from routing.addressee import Addressee
from routing.case import Case, Entry, State
from routing.chase import Rung, behind, elsewhere, inside, leant, passed_on_by
from routing.hops import ANSWERED, ENDED, RULING, Hop, awaits_ruling
from routing.ladder import Role
from routing.parties import UnitCode
from routing.recipients import CALLED, Callee, Reach, callees, reach
from routing.rules import Rules

REMINDED = "催办"
MOST_RUNGS = 10_000     # of one case; a reminder's own number is its rung's and how many went before it
LONGEST_NAME, LONGEST_ATTENTION = 40, 80
WAITS = {
    State.TAKEN: "待分类提醒", State.DESK: "待分派提醒", State.HELD: "待复核提醒", State.SENT: "待送出提醒", State.ANSWERED: "待办结提醒",
}
WAITS_FOR_RULING = "待裁定提醒"
Slips = Sequence[tuple[str, datetime | None, datetime | None]]      # Message-ID, when the relay took it, when it was delivered


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the cases besides themselves: their slips, their last answers, and how often they were reminded of."""

    slips: Mapping[int, Slips]
    answered: Mapping[int, datetime]
    reminded: Mapping[int, tuple[int, datetime]]
    returned: Mapping[int, Sequence[Hop]] = field(default_factory=dict)


def chase(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Remind whose turn it is where it is due, and promise to look again; only a closed case is let go."""
    chase_all(tx, [subject], now, rules)


def chase_all(tx: Tx, subjects: Collection[int], now: datetime, rules: Rules) -> None:
    """Look after many cases at once."""
    cases = [_timed(tx, case, now, rules) for case in tx.cases.several(subjects) if case.state is not State.CLOSED]
    out = [case.id for case in cases if case.state is State.SENT]
    known = Known(tx.tray.slips_out(out), tx.answers.latest(out), tx.cases.said([case.id for case in cases], REMINDED), tx.hops.returned(out))
    sweep = _Sweep(known, now, rules)
    for case in cases:
        sweep.again[case.id] = sweep.look_after(case)
    boxes = tx.reminders.mailboxes({address for address, _ in sweep.lines})
    tx.reminders.remind_all([(boxes[address], line) for address, line in sweep.lines], now)
    if rules.voice.way:
        called = {line.case for _, line in sweep.lines if line.channel == TELEPHONE}
        tx.tasks.owe_all("ring", dict.fromkeys(tx.calls_out.asked(called, now), now))
    if rules.voice.announces:
        tx.tasks.owe_all("announce-late", dict.fromkeys(sweep.late, now))
    tx.cases.climb(sweep.climbed)
    tx.cases.note_all(sweep.book)
    tx.reminders.lift([case.id for case in cases if case.state is State.ANSWERED], now)
    tx.tasks.owe_all("digest", {boxes[address]: now for address, line in sweep.lines if line.channel in {DIGEST, MAIL}})
    tx.tasks.owe_all("chase", sweep.again)


def left_at(case: Case, slips: Slips) -> datetime | None:
    """When the first slip of the case's present round arrived; None where none has left, or it waits for no unit.

    T-4 counts from delivery: the moment the unit's own server reports, where one does, until then and elsewhere the moment
    our relay took it. What came back left all the same: its clock runs on (P-20).
    """
    mine = [one for one in slips if one[0].startswith(f"slip.{case.round}.")]
    arrived = [delivered for _, _, delivered in mine if delivered is not None]
    return min(arrived or (accepted for _, accepted, _ in mine if accepted is not None), default=None)


def _timed(tx: Tx, case: Case, now: datetime, rules: Rules) -> Case:
    """The case with its limits, should it have none yet."""
    if case.due is not None and case.last_day is not None:
        return case
    timed = rules.timed(case, tx.clocks.of_case(case.id))
    tx.cases.save(timed, Entry(now, "bridge", "补算时限", "", rules.digest))
    return timed


@dataclass(frozen=True, slots=True)
class _Sweep:
    """Decides about many cases, and gathers what is to be written down."""

    known: Known
    now: datetime
    rules: Rules
    again: dict[int, datetime] = field(default_factory=dict)
    climbed: dict[int, int] = field(default_factory=dict)
    book: list[tuple[int, Entry]] = field(default_factory=list)
    lines: list[tuple[str, Pending]] = field(default_factory=list)      # each with its mailbox
    late: list[int] = field(default_factory=list)       # cases that are reminded of for the first time since they fell due

    def look_after(self, case: Case) -> datetime:
        """Remind whose turn it is; returns when to look again. One that goes on in another case waits, and nobody hears of it."""
        if case.merged_into is not None:
            return self.now + timedelta(days=1)
        left = left_at(case, self.known.slips.get(case.id, ())) if case.state is State.SENT else None
        mine = [hop for hop in self.known.returned.get(case.id, ()) if hop.round == case.round]
        if left is not None and awaits_ruling(mine):
            return self._ruling(case, mine)
        return self._inside(case) if left is None else self._climb(case, left)

    def _inside(self, case: Case) -> datetime:
        """Remind the desk of what waits for it."""
        pack, calendar = self.rules.pack(case.pack), self.rules.calendar
        assert case.due is not None
        since = case.due if case.state is State.ANSWERED else passed_on_by(pack, calendar, case)
        _, last = self.known.reminded.get(case.id, (0, None))
        at = inside(pack, calendar, since, last)
        open_again = calendar.next_moment(self.now.astimezone(pack.zone), pack.hours)
        if max(at, open_again) > self.now:
            return max(at, open_again)
        rung = Rung(0, WAITS[case.state], self.now, ("desk",), pack.chasing.rule, urgent=self.now > case.due, silenced=False)
        self._line(case, rung, DIGEST, self._desk)
        self._note(case, f"{rung.name}：{self._desk.mailbox}")
        return inside(pack, calendar, since, self.now)

    def _ruling(self, case: Case, hops: Sequence[Hop]) -> datetime:
        """Nobody leads, for who did gave it back: who decides is reminded and the desk, and the unit is left in peace (T-7)."""
        pack, calendar = self.rules.pack(case.pack), self.rules.calendar
        assert case.due is not None
        _, last = self.known.reminded.get(case.id, (0, None))
        at = max(inside(pack, calendar, case.received, last), calendar.next_moment(self.now.astimezone(pack.zone), pack.hours))
        if at > self.now:
            return at
        rung = Rung(0, WAITS_FOR_RULING, self.now, ("desk",), pack.dispute.rule if pack.dispute else "T-7", urgent=self.now > case.due, silenced=False)
        asked = [Addressee(hop.unit, hop.mailbox) for hop in hops if hop.part == RULING and hop.state not in {ANSWERED, ENDED}]
        people = [*self._allowed(case, tuple(asked)), self._desk]
        for one in people:
            self._line(case, rung, DIGEST, one)
        self._note(case, f"{rung.name}（{rung.rule}）：{'、'.join(one.mailbox for one in people)}")
        return inside(pack, calendar, case.received, self.now)

    def _climb(self, case: Case, out: datetime) -> datetime:
        """Climb the ladder where a rung is due."""
        pack, calendar = self.rules.pack(case.pack), self.rules.calendar
        assert case.due is not None
        assert case.last_day is not None
        ladder = leant(pack, calendar, case.due, case.last_day, out)
        rung = ladder.next(max(case.climbed, behind(ladder, case.due, out)), self.now)
        if rung.at > self.now:
            return rung.at
        answered = self.known.answered.get(case.id)
        if rung.silenced and answered is not None and answered >= out:
            self._note(case, f"{rung.name}（{rung.rule}）：承办单位已有回应，免于提醒")
        else:
            self._note(case, f"{rung.name}（{rung.rule}）：{self._remind(case, rung)}")
        self.climbed[case.id] = rung.index + 1
        return ladder.next(rung.index + 1, self.now).at

    def _remind(self, case: Case, rung: Rung) -> str:
        """Leave a line for everybody the rung reaches; says in words who that is."""
        people, missing = self._written_to(case, rung)
        called, unnumbered = self._called(case, rung)
        shown = [self._desk] if "desk" in rung.console else []
        if others := tuple(role for role in rung.console if role != "desk"):
            seen = self._reach(case, others)
            shown, missing = [*shown, *self._allowed(case, seen.found)], (*missing, *seen.missing)
        lacking = tuple(dict.fromkeys((*missing, *unnumbered)))
        told = "desk" in rung.to or case.undelivered or lacking or not (people or called or shown)
        for one in people:
            self._line(case, rung, MAIL if rung.at_once else DIGEST, one)
        if told:
            self._line(case, rung, MAIL if rung.at_once else DIGEST, self._desk, _lacks(lacking))
        for one in shown:
            self._line(case, rung, CONSOLE, one)
        for who in called:
            self._line(case, rung, TELEPHONE, Addressee(who.unit_code, who.mailbox or self._desk.mailbox, who.name))
        boxes = "、".join(one.mailbox for one in (*people, *([self._desk] if told else [])))
        says = [boxes, f"电话：{'、'.join(who.name or who.unit_code for who in called)}" if called else "", "在屏幕上显示" if shown else "", _lacks(lacking)]
        return "；".join(filter(None, says))

    def _written_to(self, case: Case, rung: Rung) -> tuple[tuple[Addressee, ...], tuple[Role, ...]]:
        """Who gets a letter on this rung, the desk aside; and the roles that nobody fills (P-9.4, P-14.3, P-20)."""
        found = self._reach(case, rung.to)
        people, pack = found.found, self.rules.pack(case.pack)
        if pack.overseas and case.lead and (abroad := pack.overseas.addresses.get(case.lead)) and "unit" in rung.to:     # P-9.4
            people = (Addressee(case.lead, abroad), *(one for one in people if one.unit_code != case.lead))
        return self._allowed(case, people), found.missing

    def _called(self, case: Case, rung: Rung) -> tuple[list[Callee], tuple[Role, ...]]:
        """Who is called on this rung, and the roles for which nobody has a number."""
        if not rung.telephone:
            return [], ()
        assert case.lead is not None
        found, missing = callees(rung.telephone, case.lead, self.rules.directory, case.complaint.person_hint)
        let = {one.mailbox for one in self._allowed(case, tuple(Addressee(who.unit_code, who.mailbox, who.name) for who in found))}
        return [who for who in found if who.mailbox in let], missing

    def _reach(self, case: Case, roles: Sequence[Role]) -> Reach:
        assert case.lead is not None
        return reach(roles, case.lead, self.rules.directory, case.complaint.person_hint)

    def _allowed(self, case: Case, people: tuple[Addressee, ...]) -> tuple[Addressee, ...]:
        """Of a crime nobody else at the unit hears (P-14.3)."""
        inspection = self.rules.pack(case.pack).inspection
        if inspection is None or case.category not in inspection.categories or case.lead is None:
            return people
        return elsewhere(people, case.unit, case.lead, self.rules.directory)

    def _line(self, case: Case, rung: Rung, channel: str, one: Addressee, remark: str = "") -> None:
        before, _ = self.known.reminded.get(case.id, (0, None))        # sent anew, a case has the same rungs again
        number = rung.index * MOST_RUNGS + min(before, MOST_RUNGS - 1)
        name = f"{rung.name}（{remark}）" if remark else rung.name
        line = Pending(0, case.id, number, name[:LONGEST_NAME], one.attention[:LONGEST_ATTENTION], rung.urgent, channel, one.unit_code)
        self.lines.append((one.mailbox, line))

    def _note(self, case: Case, says: str) -> None:
        _, last = self.known.reminded.get(case.id, (0, None))
        if case.due is not None and self.now > case.due and (last is None or last <= case.due):
            self.late.append(case.id)
        self.book.append((case.id, Entry(self.now, "bridge", REMINDED, says, self.rules.digest)))

    @property
    def _desk(self) -> Addressee:
        return Addressee(UnitCode(""), self.rules.identity.desk, "")


def _lacks(roles: Sequence[Role]) -> str:
    return f"目录中缺{'、'.join(CALLED[role] for role in roles)}" if roles else ""
