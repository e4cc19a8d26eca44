"""A form and the call it names become one, whichever came first; where two exchanges use the same ids, only for certain (P-3, P-9.1)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from adapters.formats.cdr import ids_of, joined, ties_of
from adapters.formats.form_json import read_form
from hotline_bridge import missed, recorded
from hotline_bridge.store.call_errands import ABANDONED, NO_CALL, NO_FORM
from hotline_bridge.store.telephone import BRIDGE, Known
from hotline_bridge.store.tx import Tx
from routing.case import Case, Entry, Recording, State
from routing.meeting import Side, alike, matched
from routing.papers import Call, Channel, Form, Unreadable
from routing.rules import Rules
from routing.telephone import personal, plain

JOINED, PARTED = "话单关联", "话单关联撤销"


@dataclass(frozen=True, slots=True)
class _Around:
    """Cases and calls that name each other: of each case what its form says, and the calls that go by its id."""

    cases: Mapping[int, Case]
    forms: Mapping[int, Form | None]
    named: Mapping[int, Sequence[Known]]


def call_of(tx: Tx, call_ids: Collection[str], exchange: str = "", ties: Collection[str] = ()) -> Call | None:
    """The call that goes by any of these ids, its legs joined; None where no record has come, or they contradict.

    Where legs of several calls bear these ids, it is the one that is tied by `ties` (without them: by the ids themselves).
    """
    legs = tx.calls.legs(call_ids, exchange)
    try:
        return joined(legs) if legs else None
    except ValueError:      # a row may name the leg of another call
        legs = _tied(legs, set(ties or call_ids))
    try:
        return joined(legs) if legs else None
    except ValueError:      # ids that two calls share: nobody can say which is meant
        return None


def _tied(legs: Sequence[Call], ties: set[str]) -> list[Call]:
    """The legs that hang together with these ties, directly or through others."""
    own: list[Call] = []
    left = [(leg, ties_of(leg)) for leg in legs]
    while found := [leg for leg, tied in left if tied & ties]:
        own += found
        ties |= {tie for leg, tied in left if tied & ties for tie in tied}
        left = [(leg, tied) for leg, tied in left if not any(leg is one for one in own)]
    return own


def meet(tx: Tx, call_ids: Collection[str], now: datetime, rules: Rules) -> bool:
    """Join every case that names one of these ids with its call, where that is certain; done again, nothing is done twice.

    Returns whether there is any such case.

    What was joined and is no longer certain, because another call of the same id has come, is parted, and the desk asked.
    A case and a call that a person has put together stay so.
    """
    around = _around(tx, call_ids)
    if around is None:
        return False
    fixed = {one.id for found in around.named.values() for one in found if one.joined not in {"", BRIDGE}}
    held = {case for case, found in around.named.items() if any(one.id in fixed and one.case == case for one in found)}
    scores = {
        (case, one.id): score for case, found in around.named.items() for one in found
        if case not in held and one.id not in fixed and (score := alike(_form_side(around, case, rules), _call_side(one), _hotlines(rules))) is not None
    }
    pairs = matched(scores)
    calls = {one.id: one for found in around.named.values() for one in found if one.id not in fixed}
    for one in calls.values():
        if one.case is not None and one.case in around.cases and pairs.get(one.case) != one.id:
            _part(tx, one, around, now, rules)
    for case, call in sorted(pairs.items()):
        if calls[call].case != case:
            join(tx, calls[call], tx.cases.get(case), BRIDGE, now, rules)
    for case in sorted({case for case, _ in scores} - set(pairs)):
        ask_for_call(tx, around.cases[case], now, rules)
    return True


def candidates(tx: Tx, case: Case) -> list[Known]:
    """The calls that go by the id a case's form names."""
    return list(_calls_named(tx, case.call_id))


def waits_for_call(case: Case, rules: Rules) -> bool:
    """Whether a case was taken on the telephone, by a form that names its call, where an exchange would tell of it (P-9.1)."""
    return bool(case.call_id and rules.exchanges) and case.complaint.channel is Channel.PHONE and case.merged_into is None


def ask_for_call(tx: Tx, case: Case, now: datetime, rules: Rules) -> None:
    """Ask the desk which call a case is about, once, and while somebody handles it."""
    if case.state is not State.CLOSED and waits_for_call(case, rules) and (opened := tx.errands.open(NO_CALL, now, case=case.id)) is not None:
        tx.tasks.owe(missed.TELL, opened, now)


def join(tx: Tx, known: Known, case: Case, who: str, now: datetime, rules: Rules) -> None:
    """Let a call be a case's; nobody has to look for either any more, and what the form left empty is known."""
    tx.telephone.belongs(known.id, case.id, who)
    recorded.belongs(tx, known.id, case.id, now)
    tx.tasks.strike("call", known.id)
    tx.tasks.strike("form", case.id)
    tx.errands.settle(now, (NO_FORM, ABANDONED), call=known.id)
    tx.errands.settle(now, (NO_CALL,), case=case.id)
    missed.look(tx, known.ani, now, rules)
    call = call_of(tx, (known.global_id,), known.exchange)
    says = f"话单 {known.global_id}（{known.exchange}）" + (f"，录音 {call.recording}" if call and call.recording else "")
    filled = _filled(case, known, call)
    _save(tx, case, filled, Entry(now, who, JOINED, says, rules.digest))


def complete(tx: Tx, known: Known, call: Call, now: datetime, rules: Rules) -> None:
    """A later record of a joined call may bring what its case still lacks."""
    if known.case is None:
        return
    case = tx.cases.get(known.case)
    filled = _filled(case, known, call)
    if filled != case:
        says = f"话单 {known.global_id}（{known.exchange}）补充" + (f"，录音 {call.recording}" if filled.recording != case.recording else "")
        _save(tx, case, filled, Entry(now, known.exchange, JOINED, says, rules.digest))


def _save(tx: Tx, case: Case, filled: Case, entry: Entry) -> None:
    tx.cases.save(filled, entry)
    if filled.complaint.customer != case.complaint.customer:
        tx.tasks.owe("radar", case.id, entry.at)       # by the number it may be a person who complained before (P-18)


def _filled(case: Case, known: Known, call: Call | None) -> Case:
    """The case with the caller's number, the seat and the recording of its call, where its form left them empty."""
    if case.state is State.CLOSED:
        return case
    customer = case.complaint.customer
    complaint = replace(case.complaint, customer=replace(customer, phone=customer.phone or known.ani))
    recording = case.recording if case.recording.reference or call is None else Recording(call.recording)
    return replace(case, complaint=complaint, seat=case.seat or known.seat, recording=recording)


def _part(tx: Tx, one: Known, around: _Around, now: datetime, rules: Rules) -> None:
    """Take back a join that has become uncertain, with what the case has from the call alone."""
    tx.telephone.belongs(one.id, None, "")
    case, form = tx.cases.get(one.case or 0), around.forms[one.case or 0]
    wait = now + timedelta(minutes=rules.calls.wait_minutes)
    tx.tasks.owe("call", one.id, wait)
    tx.tasks.owe("form", case.id, wait)
    if form is not None:
        customer, call = case.complaint.customer, call_of(tx, (one.global_id,), one.exchange)
        back = replace(
            case, seat=form.seat if case.seat == one.seat else case.seat,
            complaint=replace(case.complaint, customer=replace(customer, phone=form.customer.phone or form.caller if customer.phone == one.ani else customer.phone)),
            recording=Recording(form.recording) if call and case.recording.reference == call.recording else case.recording,
        )
        _save(tx, case, back, Entry(now, BRIDGE, PARTED, f"话单 {one.global_id}（{one.exchange}）：另有通话使用同一编号", rules.digest))


# what they say ------------------------------------------------------------------------------------------------------------
def _around(tx: Tx, call_ids: Collection[str]) -> _Around | None:
    cases: dict[int, Case] = {case.id: case for case in tx.cases.naming(call_ids)}
    if not cases:
        return None
    named: dict[int, list[Known]] = {case.id: list(_calls_named(tx, case.call_id)) for case in cases.values()}
    names = {name for found in named.values() for one in found for name in _names(tx, one)} - set(call_ids)
    for case in tx.cases.naming(names):
        if case.id not in cases:
            cases[case.id], named[case.id] = case, list(_calls_named(tx, case.call_id))
    return _Around(cases, {case.id: _form(tx, case) for case in cases.values()}, named)


def _calls_named(tx: Tx, call_id: str) -> Iterator[Known]:
    """The calls that a form may mean by an id: any that has a leg of it, at any exchange."""
    for exchange in tx.calls.exchanges((call_id,)):
        legs = tx.calls.legs((call_id,), exchange)
        meant = {tie for leg in legs if call_id in ids_of(leg) for tie in ties_of(leg)}
        names = {name for leg in _tied(legs, meant) for name in (*ties_of(leg), leg.global_call_id or leg.call_id)}
        yield from (one for one in tx.telephone.at(exchange, names))


def _names(tx: Tx, known: Known) -> frozenset[str]:
    call = call_of(tx, (known.global_id,), known.exchange)
    return ids_of(call) if call else frozenset((known.global_id, known.call_id))


def _form(tx: Tx, case: Case) -> Form | None:
    """The form that opened a case, as it was posted; None for what was written otherwise."""
    try:
        return read_form(tx.papers.body(tx.cases.paper_of(case.id)))[0]
    except Unreadable:
        return None


def _form_side(around: _Around, case_id: int, rules: Rules) -> Side:
    case, form = around.cases[case_id], around.forms[case_id]
    number = personal(plain(form.caller, rules.calls.home_area)) if form else ""
    return Side(_exchange_of(case.source, rules), number, case.hotline, case.complaint.received)


def _call_side(one: Known) -> Side:
    return Side(one.exchange, personal(one.ani), one.hotline, one.started, one.ended)


def _exchange_of(source: str, rules: Rules) -> str:
    """The exchange that a form's source belongs to; "" for desktops, which may sit beside any."""
    if source in rules.exchanges:
        return rules.exchanges[source].name or source
    return source if any(one.name == source for one in rules.exchanges.values()) else ""


def _hotlines(rules: Rules) -> frozenset[str]:
    return rules.calls.hotlines | frozenset(rules.by_hotline)
