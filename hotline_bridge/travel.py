"""How a case travels: its hops opened with its letters, passed on, and looked after (P-9.3, P-14.1, T-3, T-4, T-7, C-2)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hotline_bridge import letters
from hotline_bridge.store.hops import rung_of
from hotline_bridge.store.reminders import DIGEST, MAIL, Pending
from hotline_bridge.store.tray import Delivery
from hotline_bridge.store.tx import Tx
from routing.addressee import Addressee, superiors
from routing.case import Case, Entry, State
from routing.envelope import Envelope, Routing
from routing.errors import RuleError
from routing.hops import (
    ASSIST, BY_MAIL, BY_TELEPHONE, DELIVERED, LEAD, LEADING, ONWARD, PASSED, RETURNED, SENT, WATCH, WORKING, Hop, assist_due, chores, free_again, legs,
)
from routing.parties import UnitCode
from routing.route import route
from routing.rules import Rules
from routing.waywords import handed_on, ruled

PASSED_ON = "转出"          # the word of the book


def set_out(tx: Tx, case: Case, routing: Routing, sent: Sequence[int], now: datetime, rules: Rules) -> None:
    """Open a hop for every mailbox a decided slip goes to; `sent` are the letters, in the order of the envelopes."""
    tx.hops.end(case.id, before=case.round)
    opened: list[int] = []
    for leg in legs(case, routing, rules.pack(case.pack), rules.directory, rules.calendar, now):
        above = None if leg.above is None else opened[leg.above]
        hop = Hop(case.id, case.round, leg.unit, leg.mailbox, leg.part, leg.rule, after=above, letter=sent[leg.envelope], due=leg.due)
        opened.append(tx.hops.open(hop).id)


def stood_in(tx: Tx, case: Case, failed: Delivery, stand_in: tuple[str, int]) -> None:
    """Open a hop for the second contact who gets the slip of a mailbox that did not take it (P-20)."""
    box, letter = stand_in
    first = next((hop for hop in tx.hops.of_round(case) if hop.letter == failed.letter and hop.mailbox == failed.recipient), None)
    if first is not None:
        tx.hops.open(Hop(case.id, case.round, first.unit, box, first.part, "P-20", after=first.id, letter=letter, due=first.due))


@dataclass(frozen=True, slots=True)
class Handing:
    """How a case is passed on: who says so, by which rule, with which words, by mail of ours, by the unit's own, or by telephone."""

    who: str
    rule: str
    says: str = ""
    channel: str = BY_MAIL
    written: bool = False       # the unit wrote itself: no letter of ours

    @property
    def by_us(self) -> bool:
        """Whether we send the slip."""
        return self.channel == BY_MAIL and not self.written


def pass_on(tx: Tx, case: Case, hop: Hop, to: Addressee, how: Handing, now: datetime, rules: Rules) -> Case:  # noqa: PLR0913 (one step of the way, wholly known)
    """Pass a case on from a hop to another unit, which from now on leads or assists in its place; returns the case.

    RuleError where somebody has it already, or a flagged case would go to whom no reviewer signed for (P-9.1).
    """
    mine = tx.hops.of_round(case)
    has = [one for one in mine if one.part in WORKING and (one.live or (one.state == PASSED and not free_again(one, mine)))]
    known = next((one for one in has if one.mailbox == to.mailbox), None)
    if known is not None:
        names = rules.directory.get(known.unit)
        msg = f"{names.name if names else known.unit} has case {case.number} already ({known.part}); look at `hotline-bridge cases hops {case.number}`"
        raise RuleError(msg)
    _signed_for(tx, case, hop, to, rules)
    if hop.state != RETURNED:
        tx.hops.move(hop, PASSED, now)
    part = _part_below(case, hop, rules)
    due = assist_due(rules.pack(case.pack), rules.calendar, now) if part == ASSIST else None
    place = max(one.place for one in mine) + 1
    letter = _slip_to(tx, case, hop, (place, part, to), how, now, rules) if how.by_us else None
    below = tx.hops.open(Hop(case.id, case.round, to.unit_code, to.mailbox, part, how.rule, after=hop.id, letter=letter, channel=how.channel, due=due))
    if letter is None:
        tx.hops.move(tx.hops.move(below, SENT, now), DELIVERED, now)
    by = "（电话）" if how.channel == BY_TELEPHONE else "（该单位自行转发）" if how.written else ""
    says = f"{_name(hop.unit, rules)} → {_name(to.unit_code, rules)} {to.mailbox} {part}{by}（{how.rule}）{'：' + how.says if how.says else ''}"
    case = replace(case, lead=to.unit_code) if part in LEADING else case
    tx.cases.save(case, Entry(now, how.who, PASSED_ON, says, rules.digest))
    look_after(tx, case, now, rules)
    return case


def _part_below(case: Case, hop: Hop, rules: Rules) -> str:
    """What whoever gets it is: the same as who passes it on; below one who only passes on, the one that leads."""
    if hop.part != ONWARD:
        return hop.part
    return WATCH if rules.pack(case.pack).route_of(case.complaint.channel).slip == "supervision" else LEAD


def _signed_for(tx: Tx, case: Case, hop: Hop, to: Addressee, rules: Rules) -> None:
    """Down the unit's own chain, or up the line of whoever has it, no new signature is needed; anywhere else it is (P-9.1)."""
    if not rules.holds(case):
        return
    signature, own = tx.cases.signature(case.id), rules.directory.get(hop.unit)
    chain = {unit.code for unit in (*rules.directory.chain(case.unit or ""), *(superiors(rules.directory, own) if own else ()))}
    if to.unit_code not in chain and (signature is None or to.mailbox not in letters.signed_for(signature)):
        msg = (
            f"case {case.number} is flagged, and the reviewer did not sign for {to.mailbox}; assign the case to {to.unit_code} "
            f"(`hotline-bridge cases assign {case.number} --unit {to.unit_code}`) and let a reviewer sign (P-9.1)"
        )
        raise RuleError(msg)


def _slip_to(tx: Tx, case: Case, hop: Hop, below: tuple[int, str, Addressee], how: Handing, now: datetime, rules: Rules) -> int:  # noqa: PLR0913 (as above)
    """Lay the slip into the tray for whoever gets the case now, whoever passed it on in copy."""
    place, part, to = below
    assert part in {"主办", "协办", "督办"}
    why = f"由{_name(hop.unit, rules)}转来（{how.rule}）"
    envelope = Envelope("slip", part, to.unit_code, (to.mailbox,), (hop.mailbox,) if hop.state != RETURNED else (), how.rule, why)  # type: ignore[arg-type]
    others = [one for one in route(case, rules.pack(case.pack), rules.directory).envelopes if one.purpose == "slip" and one.role != part]
    line = ruled(rules.sheets, how.says) if hop.state == RETURNED else handed_on(rules.sheets, _name(hop.unit, rules), how.says)
    out = letters.slip_letter(case, Routing((envelope, *others)), (place, envelope), tx.cases.signature(case.id), now, rules, line)
    letter = tx.tray.put(out, now)
    assert letter is not None       # the place is new
    tx.tasks.owe("post", letter, now)
    return letter


# looking after ----------------------------------------------------------------------------------------------------------
def look_after(tx: Tx, case: Case, now: datetime, rules: Rules) -> None:
    """Remind each hop of what it has not done in time, once; and promise to look again when the next thing falls due."""
    if case.state is not State.SENT:
        return
    pack, told, later = rules.pack(case.pack), tx.hops.told(case.id), []
    for hop in tx.hops.of_round(case):
        for chore in chores(hop, pack, rules.calendar):
            rung = rung_of(hop, chore.kind)
            if chore.at > now:
                later.append(chore.at)
            elif (hop.mailbox, rung) not in told:
                _remind(tx, hop, Pending(0, case.id, rung, chore.name, "", chore.urgent, MAIL if chore.at_once else DIGEST, hop.unit), now, rules)
                says = f"{chore.name}（{chore.rule}）：{_name(hop.unit, rules)} {hop.mailbox}"
                tx.cases.note(case.id, Entry(now, "bridge", "逐级催办", says, rules.digest))
    if later:
        tx.tasks.owe("hops", case.id, min(later))


def _remind(tx: Tx, hop: Hop, pending: Pending, now: datetime, rules: Rules) -> None:
    """A line for the next digest of the hop's mailbox; of one that only passes on, for the desk's too."""
    for address in dict.fromkeys((hop.mailbox, *([rules.identity.desk] if hop.part == ONWARD else []))):
        mailbox = tx.reminders.mailbox(address)
        tx.reminders.remind(mailbox, pending, now)
        tx.tasks.owe("digest", mailbox, now)


def _name(code: UnitCode, rules: Rules) -> str:
    unit = rules.directory.get(code)
    return unit.full_name if unit else str(code)
