"""Opens cases: numbered, booked, and promised to be looked at (P-3, P-21). Steps and the hall both do it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from adapters.formats.form_json import read_form
from adapters.formats.identity import sealed
from hotline_bridge import recorded
from hotline_bridge.joining import meet, waits_for_call
from hotline_bridge.store.tx import Tx
from routing.case import Case, CaseId, Entry, Recording, State
from routing.number import case_number
from routing.papers import Channel, Form, Unreadable
from routing.rules import Rules
from routing.starring import without_ids
from routing.verdict import Complaint

OPENED, REPEAT, CONFLICT = "opened", "repeat", "conflict"
_WRITTEN = {Channel.LETTER: "letter", Channel.WEB: "web"}
LONGEST = 20_000            # characters of a complaint that triage reads; the whole lies in the paper


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of a posted form: the case's number, and whether it is opened, a repeat, or a conflict."""

    number: str
    standing: str


def take_form(tx: Tx, source: str, body: bytes, form: Form, digest: str, now: datetime, rules: Rules) -> Posted:  # noqa: PLR0913 (one form, wholly known)
    """Keep a posted form and open its case, in one transaction; the same form again is a repeat, never a second case.

    The same call with other content is a conflict: it is kept for the desk in quarantine and opens nothing.
    """
    known = tx.cases.by_call((form.call_id,), form.source)
    if known is None:
        paper = tx.papers.keep(source, form.call_id, "form", body, now, digest)
        if paper is not None and (told := _told_elsewhere(tx, form)) is not None:
            tx.papers.read(paper, f"与工单 {told.number} 的表单相同，由另一途径送达 / the same form came by another door")
            tx.cases.note(told.id, Entry(now, source, "同一表单再次送达", f"来件 {paper}", rules.digest))
            return Posted(told.number, REPEAT)
        if paper is not None:
            return Posted(open_form(tx, paper, form, now, rules).number, OPENED)
        known = tx.cases.by_call((form.call_id,), form.source)      # another instance has taken it in this instant
    if known is None and (told := _told_elsewhere(tx, form)) is not None:
        return Posted(told.number, REPEAT)
    if known is None:
        msg = f"form {source}/{form.call_id} is kept without a case"
        raise AssertionError(msg)
    if read_form(tx.papers.body(tx.cases.paper_of(known.id)))[1] == digest:
        return Posted(known.number, REPEAT)
    other = tx.papers.keep(source, f"{form.call_id}#{digest[:16]}", "form", body, now, digest)
    if other is not None:
        remedy = f"比对后在工单 {known.number} 上更正 / compare, then correct case {known.number} at the desk"
        tx.papers.quarantine(other, f"通话 {form.call_id} 已登记，内容不同 / the call was posted before with other content", remedy)
        tx.cases.note(known.id, Entry(now, source, "内容不一致的重复登记", f"隔离件 {other}", rules.digest))
    return Posted(known.number, CONFLICT)


def _told_elsewhere(tx: Tx, form: Form) -> Case | None:
    """The case of the very same form by another door: a desktop that posts it and the exchange that carries it tell of one complaint (P-9.1)."""
    for case in tx.cases.naming((form.call_id,)):
        if case.source == form.source:
            continue
        try:
            other, _ = read_form(tx.papers.body(tx.cases.paper_of(case.id)))
        except Unreadable:              # written otherwise than as a form
            continue
        if other.call_id == form.call_id and _words(other) == _words(form) and (not (other.caller and form.caller) or other.caller == form.caller):
            return case
    return None


def _words(form: Form) -> tuple[object, ...]:
    """What a form says, whoever carries it."""
    return form.hotline, form.narrative, form.demand, form.complained_unit, form.complained_person, form.customer


def open_form(tx: Tx, paper: int, form: Form, now: datetime, rules: Rules) -> Case:
    """Open the case of a seat's form, joined to the call's records where they are here already."""
    received = min(form.started_at or now, now)
    said = (form.narrative, form.grounds and f"理由：{form.grounds}", form.demand and f"诉求：{form.demand}")
    complaint = Complaint(
        text="\n".join(part for part in said if part)[:LONGEST],
        source=_WRITTEN.get(form.channel, "seat-note"), received=received, channel=form.channel,
        customer=replace(form.customer, phone=form.customer.phone or form.caller),
        unit_hint=form.complained_unit, person_hint=form.complained_person, category_hint=form.category,
        amount_hint=form.amount, product=form.product, demand=form.demand, authority=form.authority,
        authority_number=form.authority_number, authority_due=form.authority_due, heads=form.heads, compensation=form.compensation,
    )
    case = new_case(complaint, form.source, form.hotline, rules, form.call_id, form.seat)
    opened = open_case(tx, paper, replace(case, recording=Recording(form.recording)), now, rules)
    recorded.named(tx, form.source, form.recording, now, rules, opened.id)
    return _met(tx, opened, now, rules) if form.call_id else opened


def _met(tx: Tx, opened: Case, now: datetime, rules: Rules) -> Case:
    """The case with its call, where records of it are here already; else it waits for them its time."""
    if waits_for_call(opened, rules):
        tx.tasks.owe("form", opened.id, now + timedelta(minutes=rules.calls.wait_minutes))
    meet(tx, (opened.call_id,), now, rules)
    return tx.cases.get(opened.id)


def new_case(complaint: Complaint, source: str, hotline: str, rules: Rules, call_id: str = "", seat: str = "") -> Case:
    """A case that has no number yet."""
    return Case(
        id=CaseId(0), number="", pack=rules.pack_for(hotline), state=State.TAKEN, complaint=complaint, source=source,
        call_id=call_id, hotline=hotline, seat=seat, received=complaint.received,
    )


def _without_ids(complaint: Complaint) -> Complaint:
    """What is said, identity numbers by their last four signs: it goes on to units, and only the field is sealed (P-6)."""
    known = complaint.customer.id_number
    text, demand, asked = (without_ids(words, known) for words in (complaint.text, complaint.demand, complaint.compensation))
    return replace(complaint, text=text, demand=demand, compensation=asked)


def open_case(tx: Tx, paper: int, case: Case, now: datetime, rules: Rules) -> Case:
    """Number the case, open it, and promise to look at it now and after it until it is closed (P-21)."""
    pack = rules.pack(case.pack)
    day = now.astimezone(pack.zone).date()
    prefix = case.hotline if case.hotline.isdecimal() else pack.number_prefix      # a line without a number (T-1)
    sequence = tx.cases.sequence(f"{prefix}:{day:%Y%m%d}")
    number = case_number(prefix, day, sequence)
    customer = case.complaint.customer
    hidden = replace(customer, id_number=sealed(rules.identity.reply_key, customer.id_number, number))       # P-6
    numbered = rules.timed(replace(case, number=number, complaint=replace(_without_ids(case.complaint), customer=hidden)))     # timed again once its category is known
    says = f"{case.complaint.channel.value}，来源 {case.source}" + (f"，通话 {case.call_id}" if case.call_id else "")
    opened = tx.cases.open(numbered, paper, Entry(now, case.seat or case.source, "受理登记", says, rules.digest))
    tx.papers.read(paper)
    tx.tasks.owe("triage", opened.id, now)
    tx.tasks.owe("radar", opened.id, now)       # after triage, which names the unit, and before the slip leaves
    tx.tasks.owe("chase", opened.id, now)       # from the first moment: triage itself may fail and be parked
    return opened
