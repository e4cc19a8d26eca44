"""Writes the rows of 客户投诉登记簿 out of what the store knows (regulation.md's fields; P-6, P-21, D-8; law:7, law:13, law:18)."""

from collections.abc import Iterator
from datetime import date, datetime

from hotline_bridge.store.registers import Record
from hotline_bridge.store.tx import Tx
from routing.case import State
from routing.clocks import CALLED, EXTENSION, PRESSED, PROLONGED, WITHDRAWN, standing
from routing.codes import of_case
from routing.pack import Pack
from routing.papers import Channel
from routing.parties import shown_id
from routing.remedies import remedies_told
from routing.register import HopLine, RegisterRow
from routing.rules import Rules
from routing.verdict import PUBLIC_FIGURE, REPUTATION, Category

_MAJOR = frozenset({PUBLIC_FIGURE, REPUTATION})
_OUTLET = "网点"
_FINDINGS, _RESPONSIBILITY, _LESSONS, _SATISFACTION, _HANDLER, _TELEPHONE = 1, 2, 3, 4, 6, 7


def register_rows(tx: Tx, pack: str, first: datetime, until: datetime, as_of: datetime, rules: Rules) -> Iterator[RegisterRow]:
    """Yield a row for each case of a pack ("" for all) received from `first` on and before `until`, as known at `as_of`."""
    for record in tx.registers.records(pack, first, until, as_of):
        yield row_of(record, rules)


def row_of(record: Record, rules: Rules) -> RegisterRow:
    """One case as the register shows it; identity numbers by their last signs only (P-6)."""
    turn, said, pack = record.turn, record.complaint, rules.pack(record.pack)
    unit = rules.directory.get(turn.unit) if turn.unit else None
    category = Category[turn.category] if turn.category else None
    codes = {axis: rules.codes.named(axis, code) for axis, code in of_case(turn.codes)}
    limit, term = pack.limit_of(category), pack.law_on(turn.received.astimezone(pack.zone).date())
    return RegisterRow(
        number=record.number, received=record.opened.received, pack=pack.name, state=State[turn.state].value, channel=Channel[turn.channel].value,
        authority=said.authority, authority_number=said.authority_number, authority_due=said.authority_due, taken_by=record.seat or record.source,
        customer=said.customer.name, party=said.customer.party, id_type=said.customer.id_type, id_number=shown_id(said.customer.id_number),
        phone=said.customer.phone, account=said.customer.account, address=said.customer.address,
        agent=" ".join(filter(None, (said.customer.agent_name, said.customer.agent_as))),
        unit_code=turn.unit or "", unit=unit.full_name if unit else said.unit_hint, outlet=unit.name if unit and unit.level == _OUTLET else "",
        person_complained=said.person_hint, product=said.product, category=category.value if category else "",
        axis_a=codes.get("A", ""), axis_b=codes.get("B", ""), axis_c=codes.get("C", ""), facts=said.text, claim=said.demand,
        amount=max(record.verdict.amounts, default=None) if record.verdict else None,
        repeat_of=record.matter if record.matter != record.number else "", merged_into=record.merged_into, matter=record.matter,
        heads=said.heads or None, level=_level(record, pack, category), flags=_flags(record), recording=record.recording,
        due=turn.due, last_day=turn.last_day, law_due=turn.law_due,
        due_why=f"{limit.name}：{limit.due}{_UNITS[limit.count]}（{limit.rule}）", law_why=f"{term.name}：{getattr(term, limit.law)}个自然日（{term.rule}）",
        authority_why=f"{said.authority or '上级'}规定（{pack.authority.rule}）" if said.authority_due else "",
        answered=turn.answered, satisfaction=turn.satisfaction or record.elements.get(_SATISFACTION, ""), result=turn.outcome,
        findings=record.elements.get(_FINDINGS, ""), responsibility=record.elements.get(_RESPONSIBILITY, ""), lessons=record.elements.get(_LESSONS, ""),
        handler=record.elements.get(_HANDLER, ""), handler_phone=record.elements.get(_TELEPHONE, ""), closed=turn.closed, remedies_told=remedies_told(record.elements),
        hops=tuple(_hops(record, rules)),
        **_proofs(record, pack),        # type: ignore[arg-type]    # fields by their names
    )


_UNITS = {"working-days": "个工作日", "working-hours": "个工作小时", "clock-hours": "小时"}


def _hops(record: Record, rules: Rules) -> Iterator[HopLine]:
    """Every leg of the way, as far as it had come by then."""
    for hop in record.hops:
        sent, delivered, begun, answered = (record.by_then(at) for at in (hop.sent, hop.delivered, hop.begun, hop.answered))
        if sent or hop.sent is None:
            yield HopLine(_named(hop.unit, rules), hop.part, sent, delivered, begun, answered)


def _proofs(record: Record, pack: Pack) -> dict[str, object]:
    """What the book and the clocks prove: the review, extensions, a withdrawal and its check, who closed, how long it is kept."""
    stands = standing(record.clocks, record.turn.received, pack.zone)
    granted = stands.extension or stands.prolonged
    withdrawn = next((one for one in reversed(record.clocks) if one.kind in {WITHDRAWN, PRESSED}), None)
    ending = record.endings[-1] if record.endings and record.turn.closed else None
    review = record.reviews[-1] if record.reviews else None
    closed = record.turn.closed.astimezone(pack.zone).date() if record.turn.closed else None
    return {
        "reviewed_by": review.who if review else "", "reviewed": review.at if review else None, "review_result": review.findings if review else "",
        "extended_until": granted.until if granted and granted.kind in {EXTENSION, PROLONGED} else None,
        "extension_reason": granted.reason if granted else "", "extension_approver": granted.approver if granted else "",
        "customer_told": granted.told if granted else None, "told_how": granted.told_how if granted else "",
        "withdrawal": CALLED[withdrawn.kind] if withdrawn else "", "withdrawal_check": withdrawn.reason if withdrawn else "",
        "closed_by": ending.who if ending else "",
        "retain_until": _years_on(closed, pack.retention.years) if closed else None,
    }


def _years_on(day: date, years: int) -> date:
    """The same day some years later; of 29 February the day after, for papers are kept rather longer."""
    leap = (day.month, day.day) == (2, 29)
    return date(day.year + years, 3, 1) if leap else day.replace(year=day.year + years)


def _level(record: Record, pack: Pack, category: Category | None) -> str:
    """普通, 复杂 or 重大: what may hurt the bank's name, or comes from many, is major (P-9.1; law:25)."""
    flags = {flag.name for flag in record.verdict.flags} if record.verdict else set()
    many = min((entry.people for entry in pack.mass), default=0)
    if flags & _MAJOR or (many and record.complaint.heads >= many):
        return "重大"
    return "普通" if pack.limit_of(category).law == "simple" else "复杂"


def _flags(record: Record) -> str:
    return "；".join(f"{flag.name}：{flag.evidence}" for flag in record.verdict.flags) if record.verdict else ""


def _named(code: str, rules: Rules) -> str:
    unit = rules.directory.get(code)
    return unit.full_name if unit else code
