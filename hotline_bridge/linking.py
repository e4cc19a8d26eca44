"""An authority's number that comes again: which case it is, what its new date may change, and what waits for the desk (D-6; law: articles 18, 27)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hotline_bridge.store.tx import Tx
from hotline_bridge.telling import tell_desk
from routing.authority import folded, spelled
from routing.case import Case, Entry as Line, State
from routing.deadline import law_due
from routing.papers import Channel, Form
from routing.remarks import HANDED_DOWN
from routing.rules import Rules
from routing.slip import spoken_time
from routing.starring import without_ids

HEARD_AGAIN = "再次转办"
_SETTLED = frozenset({State.ANSWERED, State.CLOSED})


@dataclass(frozen=True, slots=True)
class By:
    """Who enters, when, and whether for the desk, which alone may say by hand what an authority has decided."""

    who: str
    at: datetime
    desk: bool = False


@dataclass(frozen=True, slots=True)
class Again:
    """A paper that brings a known number: what it says, what is doubtful about it, and whether its date may count."""

    paper: int
    form: Form
    doubts: tuple[str, ...] = ()
    moves: bool = True


def handed_before(tx: Tx, form: Form, rules: Rules) -> Case | None:
    """The case that an authority handed down under this number before; None where there is none."""
    if not form.authority_number:
        return None
    known = tx.handed.case_of(authority_of(form, rules), spelled(form.authority_number))
    return None if known is None else tx.cases.get(known)


def authority_of(form: Form, rules: Rules) -> str:
    """The authority as its numbers are kept: a registered one by its own name, however a person writes it."""
    return folded(next((one.name for one in rules.authorities.known if folded(one.name) == folded(form.authority)), form.authority)) or form.channel.name


def takes_number(form: Form, rules: Rules) -> bool:
    """Whether a complaint of this channel may stand for an authority's number: what came otherwise only mentions it."""
    return bool(form.authority_number) and form.channel in HANDED_DOWN | {Channel.MEDIA} | {one.channel for one in rules.authorities.known}


def goes_on(known: Case) -> bool:
    """Whether a number that comes again belongs to this case.

    One that a person entered and that is answered or closed already may have been another matter: the authority's own
    letter is never lost in it.
    """
    return known.state not in _SETTLED or known.source == "mail"


def apart(known: Case) -> str:
    """The word to the desk about a number that another case has."""
    return f"同一转办编号已有工单 {known.number}（{known.complaint.channel.value}，{known.state.value}），未并入，请核对"


def link(tx: Tx, known: Case, again: Again, by: By, rules: Rules) -> None:
    """No second case: its new date counts where nothing speaks against it, and the desk hears of it (D-6; law: article 27)."""
    zone, changed, form = rules.pack(known.pack).zone, known, again.form
    says = [f"{form.authority or form.channel.value} {form.authority_number} 再次来件（来件 {again.paper}）", *again.doubts]
    due = form.authority_due
    if due is not None and due != known.complaint.authority_due and known.state is not State.CLOSED:
        before = spoken_time(known.complaint.authority_due, zone) if known.complaint.authority_due else "未定"
        if why := _why_not(known, due, again, by):
            says.append(f"来件所写办理期限 {spoken_time(due, zone)} 未采用，仍为{before}：{why}")
        else:
            changed = rules.timed(replace(known, complaint=replace(known.complaint, authority_due=due)), tx.clocks.of_case(known.id))
            says.append(f"办理期限由{before}改为{spoken_time(due, zone)}（D-6）")
    told = without_ids(form.narrative, form.customer.id_number)
    if told.split() != known.complaint.text.partition("\n理由：")[0].partition("\n诉求：")[0].split():
        says.append("来件内容与原件不同，请核对是否有新情况（law:18）")
    tx.cases.save(changed, Line(by.at, by.who, HEARD_AGAIN, "；".join(says), rules.digest))
    if known.state is not State.CLOSED:
        tx.tasks.owe("chase", known.id, by.at)
    tx.papers.read(again.paper, f"与 {known.number} 为同一转办编号 / the same number of an authority as {known.number}")
    tell_desk(tx, changed, HEARD_AGAIN, [*(f"· {one}" for one in says), f"本件为“{known.state.value}”，不另立件。"], (again.paper, by.at), rules)


def _why_not(known: Case, due: datetime, again: Again, by: By) -> str:
    """Why a new date does not count before a person has looked; "" where it does."""
    if not again.moves:
        return "须由投诉处理岗核实来文后登记"
    if due <= by.at and not by.desk:
        return "该日期已过"
    if known.law_due is not None and due > known.law_due:
        return "晚于法定期限，确需延长的按规定办理延期（law:18）"
    return ""


def beyond_law(case: Case, rules: Rules) -> Case | None:
    """The case without a date that the law does not allow, so that its own limits count; None where its date is none such (D-6; law: article 18).

    Where a pack lets an authority's date only bind, a later one moves nothing and is let be.
    """
    due, pack = case.complaint.authority_due, rules.pack(case.pack)
    category = case.verdict.category if case.verdict else case.category
    if due is None or pack.authority.takes != "place" or due <= law_due(pack, case.received, pack.limit_of(category).law):
        return None
    return rules.timed(replace(case, complaint=replace(case.complaint, authority_due=None)))


def not_taken(case: Case, rules: Rules) -> str:
    """The word to the desk about a date that the law does not allow."""
    due = case.complaint.authority_due
    assert due is not None
    return f"来文要求的办理期限 {spoken_time(due, rules.pack(case.pack).zone)} 晚于法定期限，未采用，请核对（law:18）"


def lay_before_desk(tx: Tx, case: Case, doubts: Sequence[str], now: datetime, rules: Rules) -> None:
    """Sort the judged case as triage would, and leave it at the desk whatever triage says."""
    verdict = case.verdict
    if verdict is not None:
        case = rules.timed(replace(case, category=verdict.category, unit=verdict.unit))
    says = "；".join([*doubts, *(verdict.doubts if verdict else ())])
    tx.cases.save(case.moved(State.DESK), Line(now, "bridge", "来信待核对", says, rules.digest))
    tx.tasks.strike("triage", case.id)
