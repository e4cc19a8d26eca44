"""The legs of a case's way through the bank's mailboxes: each with a state and a clock of its own.

A slip may go over several hands: the head-office union passes it on to a first-level branch (P-9.3), the branch to its
unit; a department leads and the unit assists (P-14.1, T-3); leaders and offices are told level by level (P-16, P-17,
D-7, T-6, C-7). Results travel back the same way (P-9.7). Every such leg is a hop.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from routing import delivery
from routing.addressee import Addressee, addressee, at_unit, kept_from
from routing.calendar import Calendar
from routing.case import Case
from routing.deadline import milestone_due
from routing.directory import DEPARTMENT, Directory
from routing.entries import Count, Milestone
from routing.envelope import Envelope, Routing
from routing.errors import RuleError
from routing.pack import Pack
from routing.parties import Unit, UnitCode

OPEN, SENT, DELIVERED, BEGUN = "open", "sent", "delivered", "begun"
PASSED, ANSWERED, RETURNED, ENDED = "passed", "answered", "returned", "ended"
#: What a person is told of each state.
CALLED: Mapping[str, str] = {
    OPEN: "待发", SENT: "已发出", DELIVERED: "已送达", BEGUN: "已开始办理", PASSED: "已转出", ANSWERED: "已回复", RETURNED: "已退回", ENDED: "已终结",
}
LEAD, ASSIST, WATCH, ONWARD = "主办", "协办", "督办", "转办"
COPY, REPORT, PUT_THROUGH, RULING = "抄送", "报告", "转接", "裁定"
LEADING = frozenset({LEAD, WATCH, ONWARD})          # on whose answer the case waits
WORKING = LEADING | {ASSIST}                        # who has something to do, and not only to know
LIVE = frozenset({OPEN, SENT, DELIVERED, BEGUN})    # the thing lies with this very hop
BY_MAIL, BY_TELEPHONE = "mail", "telephone"
#: From which state which words lead on; any other word is late or weaker and changes no state.
_WAITING = frozenset({PASSED, ANSWERED, RETURNED, ENDED})
LEADS: Mapping[str, frozenset[str]] = {
    OPEN: frozenset({SENT, DELIVERED, BEGUN}) | _WAITING,
    SENT: frozenset({DELIVERED, BEGUN}) | _WAITING,
    DELIVERED: frozenset({BEGUN}) | _WAITING,
    BEGUN: _WAITING,
    PASSED: frozenset({ANSWERED, RETURNED, ENDED}),
    RETURNED: frozenset({ANSWERED, ENDED}),
    ANSWERED: frozenset(),
    ENDED: frozenset(),
}
#: What a word about a letter (routing.delivery) says of its hop. Who has read the slip, or answered it, has begun (T-4).
OF_LETTERS: Mapping[str, str] = {
    delivery.ACCEPTED: SENT, delivery.DELIVERED: DELIVERED, delivery.READ: BEGUN, delivery.ACKNOWLEDGED: BEGUN, delivery.WITHDRAWN: ENDED,
}
TIMES = (SENT, DELIVERED, BEGUN, PASSED, ANSWERED)     # words that have a moment of their own


@dataclass(frozen=True, slots=True)
class Hop:
    """One leg: to whom, in which part, by which rule, where it stands, and since when.

    `after` is the hop that passed it on, or below which it was reported; None: straight from the desk. `due` is by when
    this hop itself must have done its part; None where the case's own limits are its limits. `letter` is None where no
    letter of ours went: the unit wrote itself, or somebody telephoned.
    """

    case: int
    round: int
    unit: UnitCode
    mailbox: str
    part: str
    rule: str
    id: int = 0
    place: int = 0
    after: int | None = None
    letter: int | None = None
    channel: str = BY_MAIL
    state: str = OPEN
    due: datetime | None = None
    sent: datetime | None = None
    delivered: datetime | None = None
    begun: datetime | None = None
    passed: datetime | None = None
    answered: datetime | None = None

    @property
    def live(self) -> bool:
        """Whether the thing lies with this very hop."""
        return self.state in LIVE


def heard(hop: Hop, word: str, at: datetime) -> Hop:
    """Return the hop once `word` (a state) was heard; of each word the first moment is kept, even of one that comes late."""
    then = replace(hop, state=word) if word in LEADS[hop.state] else hop
    return replace(then, **{word: at}) if word in TIMES and getattr(hop, word) is None and hop.state != ENDED else then  # type: ignore[arg-type]


# what a decision opens --------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Leg:
    """A hop about to be opened: `envelope` is the place of its letter in the routing, `above` that of the leg it follows."""

    envelope: int
    unit: UnitCode
    mailbox: str
    part: str
    rule: str
    above: int | None = None
    due: datetime | None = None


def legs(case: Case, routing: Routing, pack: Pack, directory: Directory, calendar: Calendar, now: datetime) -> Iterator[Leg]:
    """Yield a leg for every mailbox a decided case goes to; reports follow each other level by level (P-16, D-7, T-6, C-7)."""
    by_level = {entry.rule for entry in pack.telling}
    last: dict[str, int] = {}       # of each rule of telling: the place of the leg told before
    place = 0
    for index, envelope in enumerate(routing.envelopes):
        for address in dict.fromkeys((*envelope.to, *envelope.cc)):
            part = _part(envelope, address)
            above = last.get(envelope.rule) if part in {COPY, REPORT} else None
            yield Leg(index, _unit_of(envelope, address, case, directory), address, part, envelope.rule, above, _due(part, envelope, pack, calendar, now))
            if part in {COPY, REPORT} and envelope.rule in by_level:
                last[envelope.rule] = place
            place += 1


def _part(envelope: Envelope, address: str) -> str:
    if envelope.purpose == "notice":
        return REPORT
    if address not in envelope.to:
        return COPY
    return ONWARD if envelope.onward and envelope.role != ASSIST else envelope.role


def _unit_of(envelope: Envelope, address: str, case: Case, directory: Directory) -> UnitCode:
    """Whose mailbox it is: the first one is the envelope's own unit's, others are looked up, the unit complained about first."""
    if address == envelope.to[0]:
        return envelope.unit
    owners = [unit.code for unit in directory.by_mailbox(address)]
    return case.unit if case.unit in owners and case.unit is not None else owners[0] if owners else envelope.unit


def _due(part: str, envelope: Envelope, pack: Pack, calendar: Calendar, now: datetime) -> datetime | None:
    """By when this leg must have done its part: passed the slip on (P-9.3), or helped the one that leads (P-14.1, T-3)."""
    if envelope.onward and part in WORKING and pack.forwarding:
        return _after(pack, calendar, (pack.forwarding.count, pack.forwarding.within), now)
    return assist_due(pack, calendar, now) if part == ASSIST else None


def assist_due(pack: Pack, calendar: Calendar, now: datetime) -> datetime | None:
    """By when a unit that assists must have helped (P-14.1, T-3); None where the pack sets nothing."""
    return _after(pack, calendar, (pack.assisting.count, pack.assisting.within), now) if pack.assisting else None


def part_due(hop: Hop, pack: Pack, calendar: Calendar) -> datetime | None:
    """By when a hop that is on its way must have done its part, worked out anew from the day it was sent; as it stands where no day changes.

    A promised date stands as it was promised (T-3).
    """
    if hop.sent is None or hop.due is None or not hop.live or hop.part not in {ONWARD, ASSIST}:
        return hop.due
    by = pack.assisting if hop.part == ASSIST else pack.forwarding
    again = _after(pack, calendar, (by.count, by.within), hop.sent) if by else hop.due
    return hop.due if again.astimezone(pack.zone).date() == hop.due.astimezone(pack.zone).date() else again


def _after(pack: Pack, calendar: Calendar, span: tuple[Count, int], now: datetime) -> datetime:
    count, within = span
    return milestone_due(pack, calendar, Milestone(rule="P-21", name="-", count=count, within=within, since="received"), now)


# what a hop must be reminded of ---------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Chore:
    """Something a hop has not done yet, and when it is reminded of it; `kind` counts the chores of one hop.

    `at_once`: it is a matter of hours, and no digest is waited for.
    """

    hop: Hop
    kind: int
    at: datetime
    name: str
    rule: str
    at_once: bool = True
    urgent: bool = True


OVERDUE: Mapping[str, str] = {
    ONWARD: "逾期未转办，请即转下级行", ASSIST: "协办意见逾期，请即反馈主办单位", LEAD: "承诺日期已到，请即办结", WATCH: "承诺日期已到，请即办结",
}


def chores(hop: Hop, pack: Pack, calendar: Calendar) -> Iterator[Chore]:
    """Yield what a hop is reminded of once: to begin (T-4), to pass on (P-9.3), to help (P-14.1), to keep a promise (T-3)."""
    since = hop.delivered or hop.sent
    if hop.part not in WORKING or not hop.live or since is None:
        return
    if hop.begun is None:
        for kind, step in enumerate((one for one in pack.milestones if one.since == "delivered"), 1):
            yield Chore(hop, kind, milestone_due(pack, calendar, step, since), step.name, step.rule, step.count != "working-days")
    if hop.due is not None:
        entry = None if hop.part == ONWARD else pack.assisting if hop.part == ASSIST else pack.promise
        yield Chore(hop, 0, hop.due, OVERDUE[hop.part], entry.rule if entry else hop.rule, hop.part == ONWARD)


# whose word it is -----------------------------------------------------------------------------------------------------
BY_BOX, BY_UNIT, ABOVE, BELOW, STRANGE = 4, 3, 2, 1, 0      # how near a mailbox is to a hop


def near(hop: Hop, sender: str, directory: Directory) -> int:
    """Return how near a mailbox is to a hop: its own, its unit's, that of a unit above it or below it, or none of these."""
    if hop.mailbox.lower() == sender.lower():
        return BY_BOX
    units = directory.by_mailbox(sender)
    codes = {unit.code for unit in units}
    if hop.unit in codes:
        return BY_UNIT
    if codes & {unit.code for unit in directory.chain(hop.unit)}:
        return ABOVE
    return BELOW if hop.unit in {unit.code for one in units for unit in directory.chain(one.code)} else STRANGE


def speaking(hops: Sequence[Hop], sender: str, directory: Directory) -> Hop | None:
    """Return the hop a mail from this mailbox speaks for; None where it speaks for none.

    The very mailbox first, then any of the unit's, then a unit above it or below it; of several that fit equally the one
    that leads, and of those the latest.
    """
    working = [(near(hop, sender, directory), hop) for hop in hops if hop.part in WORKING and hop.state != ENDED]
    fit = [(at, hop.part in LEADING, hop.live, hop.place, hop) for at, hop in working if at]
    return max(fit, key=lambda one: one[:4])[4] if fit else None


def unsettled(hops: Sequence[Hop]) -> list[Hop]:
    """Return who gave the case back with nobody put in their place since: neither by a ruling nor by whoever had passed it to them (T-7)."""
    return [hop for hop in hops if hop.state == RETURNED and not any(
        one.place > hop.place and one.part in WORKING and (one.after == hop.id or (hop.after is not None and one.after == hop.after)) for one in hops
    )]


def free_again(hop: Hop, hops: Sequence[Hop]) -> bool:
    """Whether a hop that passed the case on has it again, since whoever got it gave it back (T-7)."""
    return hop.state == PASSED and any(one.after == hop.id for one in unsettled(hops))


def awaits_ruling(hops: Sequence[Hop]) -> bool:
    """Whether nobody leads at present, since who did gave the case back (T-7)."""
    return any(one.part in LEADING for one in unsettled(hops)) and not any(one.live and one.part in LEADING for one in hops)


def forwarded_to(recipients: Sequence[str], hop: Hop, case: Case, directory: Directory) -> tuple[tuple[Unit, str], ...]:
    """Return whom a unit has passed the case on to by its own mail: units below it on the way down to the one complained about."""
    way = _below(hop.unit, case, directory)
    found = {unit.code: (unit, box) for box in recipients for unit in directory.by_mailbox(box) if unit.code in way and box != hop.mailbox}
    return tuple(found.values())


def next_below(hop: Hop, case: Case, pack: Pack, directory: Directory) -> Unit | None:
    """Return whom a hop passes the case on to where nobody is named: a department to the first-level branch, a branch to the unit."""
    way = _below(hop.unit, case, directory)
    at = [unit for unit in directory.chain(case.unit or "") if unit.code in way]
    if hop.part == ONWARD or (pack.forwarding and hop.rule == pack.forwarding.rule and (own := directory.get(hop.unit)) and own.level == DEPARTMENT):
        return next((unit for unit in at if unit.level == "一级分行"), at[0] if at else None)
    return at[0] if at else None


def _below(code: UnitCode, case: Case, directory: Directory) -> frozenset[UnitCode]:
    """The units of the chain of the unit complained about that lie below this one, or all but head office where it is no link of it."""
    chain = [unit.code for unit in directory.chain(case.unit or "")]
    end = chain.index(code) if code in chain else len(chain) - 1 if len(chain) > 1 else len(chain)
    return frozenset(chain[:end])


# who may get it -------------------------------------------------------------------------------------------------------
def taker(case: Case, code: str, pack: Pack, directory: Directory, box: str = "") -> Addressee:
    """Return who takes a case that is passed on by hand to this unit; RuleError says why nobody may, and what to do instead.

    `box` is the mailbox it has gone to already, by the unit's own mail; it must not be one of those either.

    Never the person complained about, nor their own mailbox (P-11.1, law:17); of a financial crime nobody but inspection
    hears (P-14.3).
    """
    unit, avoid = directory.get(code), case.complaint.person_hint
    if unit is None:
        raise RuleError(f"{code} is not in the directory; look for the unit's code there")
    category = case.category or (case.verdict.category if case.verdict else None)
    crime = pack.inspection is not None and category in pack.inspection.categories
    if crime and pack.inspection and not (unit.level == DEPARTMENT and any(word in unit.name for word in pack.inspection.departments)):
        raise RuleError(f"{case.number} reports a financial crime and goes to the inspection department alone; name one of those, {code} {unit.name} is none (P-14.3)")
    away = kept_from(directory, case.unit, avoid) | (_of_unit(directory, case.unit) if crime else frozenset())
    found = at_unit(unit, avoid) if _has_mailbox(unit) else addressee(directory, unit.code, avoid)
    if found is None or found.mailbox in away or box in away:
        other = next((it for above in directory.chain(unit.code)[1:] if (it := at_unit(above, avoid)) is not None and it.mailbox not in away), None)
        cure = f"pass it on to {other.unit_code} instead" if other else "hand it over in person to somebody above, and note it in the case"
        raise RuleError(f"{code} {unit.name} has no mailbox that the person complained about does not read, or none at all; {cure} (P-11.1, law:17)")
    return replace(found, mailbox=box) if box else found


def _has_mailbox(unit: Unit) -> bool:
    return bool(unit.mailbox or unit.first.mailbox or unit.second.mailbox)


def _of_unit(directory: Directory, code: UnitCode | None) -> frozenset[str]:
    unit = directory.get(code) if code else None
    return frozenset() if unit is None else frozenset(box for box in (unit.mailbox, unit.first.mailbox, unit.second.mailbox) if box)


def helpless(hops: Sequence[Hop], round_: int) -> list[Hop]:
    """Return who should have assisted in this round and has not said anything (P-14.1); the desk sees them before it closes."""
    return [hop for hop in hops if hop.round == round_ and hop.part == ASSIST and hop.state not in {ANSWERED, RETURNED} and hop.answered is None]


# the picture ----------------------------------------------------------------------------------------------------------
def tree(hops: Sequence[Hop], line: Mapping[int, str]) -> list[str]:
    """Return the way as a text tree, a line for each hop; `line` has the words for each by its id."""
    known = {hop.id for hop in hops}
    below: dict[int | None, list[Hop]] = {}
    for hop in hops:
        below.setdefault(hop.after if hop.after in known else None, []).append(hop)

    def drawn(at: int | None, indent: str) -> Iterator[str]:
        rows = below.get(at, [])
        for hop in rows:
            last = hop is rows[-1]
            yield f"{indent}{'└─' if last else '├─'} {line[hop.id]}"
            yield from drawn(hop.id, indent + ("　 " if last else "│　"))

    return list(drawn(None, ""))
