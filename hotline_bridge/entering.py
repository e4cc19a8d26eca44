"""Complaints that come otherwise than by telephone: entered by a person, or handed down by an authority (P-9.5 - P-9.9, D-6; law: articles 12 - 14, 27).

Each becomes a case like any other and goes the same way: judged, held where its pack says so, sent on as a transfer or
supervision slip. Once is once: the same entry again, and the same number of an authority again, open no second case.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from adapters.formats.entry_form import SOURCE, Entry
from adapters.formats.entry_sheet import Line as SheetLine
from hotline_bridge.asking import owe
from hotline_bridge.errors import Later
from hotline_bridge.linking import Again, By, apart, authority_of, beyond_law, goes_on, handed_before, lay_before_desk, link, not_taken, takes_number
from hotline_bridge.opening import open_form
from hotline_bridge.store.answers import COUNTED, Answer
from hotline_bridge.store.tx import Tx
from routing.addressee import may_be
from routing.authority import spelled
from routing.case import ENTERED, Case, Entry as Line, State
from routing.closing import closes_itself
from routing.elements import SATISFACTION, missing, sound
from routing.errors import RuleError
from routing.papers import Form
from routing.parties import mask, shown_id
from routing.remarks import Remark, remarks
from routing.rules import Rules
from routing.satisfaction import satisfaction
from routing.slip import anonymous

OPENED, REPEAT, LINKED = "opened", "repeat", "linked"
NEW = "new"                 # what has not been entered yet
_LABEL = b"entries"


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of an entry: the case's number; whether it opened it, was entered before, or is known by its authority's number."""

    number: str
    standing: str
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table and what became of it, or would."""

    line: SheetLine
    entered: Entered


def take_entry(tx: Tx, entry: Entry, by: By, rules: Rules) -> Entered:
    """Keep an entry and open its case, in one transaction (P-3). RuleError where its number was used for something else, or its pack forbids it."""
    form = _known_names(entry.form, by, rules)
    pack = rules.pack(rules.pack_for(form.hotline))
    if refused := refusal(form, rules):
        raise RuleError(refused)
    key, digest = _key(entry, by, rules)
    paper = tx.papers.keep(SOURCE, key, "entry", _body(entry), by.at, digest)
    if paper is None:
        return _entered_before(tx, entry, (key, digest), rules)
    known = handed_before(tx, form, rules)
    if known is not None and goes_on(known):
        link(tx, known, Again(paper, form, moves=by.desk), by, rules)
        return Entered(known.number, LINKED)
    opened = open_entry(tx, paper, form, by, rules) if known is None else _opened(tx, paper, form, by, rules)
    told = remarks(form, pack, by.at)
    for one in told:
        tx.cases.note(opened.id, Line(by.at, by.who, "登记提示", f"{one.says}（{one.rule}）", rules.digest))
    if _waits(tx, opened, known, by, rules):
        return Entered(opened.number, OPENED, told)
    if form.answer:
        _on_the_spot(tx, opened, (paper, form), by, rules)
    return Entered(opened.number, OPENED, told)


def _waits(tx: Tx, opened: Case, known: Case | None, by: By, rules: Rules) -> bool:
    """Lay before the desk what only it may settle: a number that another case has, a date that the law does not allow (D-6)."""
    doubts = [] if known is None else [apart(known)]
    case = rules.judged(opened) if doubts or opened.complaint.authority_due else opened
    if (own := beyond_law(case, rules)) is not None:
        doubts.append(not_taken(case, rules))
        case = own
    if doubts:
        lay_before_desk(tx, case, doubts, by.at, rules)
    return bool(doubts)


def foreseen(tx: Tx, entry: Entry, by: By, rules: Rules) -> Entered:
    """What `take_entry` would make of an entry, without writing anything; NEW without a number where it would open a case."""
    form = _known_names(entry.form, by, rules)
    if refused := refusal(form, rules):
        raise RuleError(refused)
    key, digest = _key(entry, by, rules)
    if tx.papers.find(SOURCE, key) is not None:
        return _entered_before(tx, entry, (key, digest), rules)
    known = handed_before(tx, form, rules)
    if known is not None and goes_on(known):
        return Entered(known.number, LINKED)
    return Entered("", NEW, remarks(form, rules.pack(rules.pack_for(form.hotline)), by.at))


def refusal(form: Form, rules: Rules) -> str:
    """Why an entry cannot be taken as it is, with the cure; "" where it can."""
    pack = rules.pack(rules.pack_for(form.hotline))
    if form.hotline and form.hotline not in rules.by_hotline and form.hotline not in pack.hotlines:
        return f"受理热线 {form.hotline} 不属于任何已启用的办法；不填为默认"
    if form.answer and pack.on_the_spot_of(form.channel) is None:
        allowed = "、".join(it.value for entry in pack.on_the_spot for it in entry.channels)
        return f"{form.channel.value}的投诉须发转办单，不能随登记填写答复；请清空答复各栏（{pack.name}可当场答复的渠道：{allowed or '无'}）"
    return ""


def open_entry(tx: Tx, paper: int, form: Form, by: By, rules: Rules) -> Case:
    """Open the case of a form that somebody entered or an authority sent, and remember the number it was handed down under."""
    opened = _opened(tx, paper, form, by, rules)
    if takes_number(form, rules) and not tx.handed.keep(authority_of(form, rules), spelled(form.authority_number), opened.id):
        raise Later(by.at, "the same number of an authority is being registered in this instant")      # looked up again, it is known
    return opened


def _opened(tx: Tx, paper: int, form: Form, by: By, rules: Rules) -> Case:
    """Open a form's case; who wrote it down stands in the book where somebody else is named who took it (P-9.1)."""
    opened = open_form(tx, paper, form, by.at, rules)
    if form.seat and form.seat != by.who:
        tx.cases.note(opened.id, Line(by.at, by.who, ENTERED, f"受理人登记为 {form.seat}", rules.digest))
    return opened


def _known_names(form: Form, by: By, rules: Rules) -> Form:
    """The form with a unit's code spelled out, its taker and its hotline where they were left open (P-3)."""
    unit = rules.directory.get(form.complained_unit) if form.complained_unit else None
    hotlines = rules.packs[rules.default_pack].hotlines
    return replace(
        form, complained_unit=unit.full_name if unit else form.complained_unit, seat=form.seat or by.who,
        hotline=form.hotline or (hotlines[0] if hotlines else ""),
    )


# once is once ------------------------------------------------------------------------------------------------------------
def _key(entry: Entry, by: By, rules: Rules) -> tuple[str, str]:
    """What an entry goes by - its writer's own number, else all that was said - and the keyed hash of all that was said.

    What the desk says of an authority's number is its own word, though a seat may have said the very same before.
    """
    said = json.dumps(dict(entry.given) | ({"desk": True} if by.desk and entry.form.authority_number else {}), sort_keys=True, ensure_ascii=False)
    own = hmac.new(rules.identity.reply_key, _LABEL, hashlib.sha256).digest()
    digest = hmac.new(own, said.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()       # keyed: an identity number is soon guessed
    return (f"ref:{entry.ref}" if entry.ref else f"said:{digest}"), digest


def _body(entry: Entry) -> bytes:
    """The entry as it is kept for good: with the mask of an identity number, which lies sealed in the case (P-6)."""
    given = {name: shown_id(value) if name == "id_number" else value for name, value in entry.given.items()}
    return json.dumps(given, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _entered_before(tx: Tx, entry: Entry, known: tuple[str, str], rules: Rules) -> Entered:
    key, digest = known
    paper = tx.papers.find(SOURCE, key)
    assert paper is not None
    case = tx.cases.by_paper(paper.id) or handed_before(tx, entry.form, rules)
    number = case.number if case else "（未知）"
    if paper.digest != digest:
        msg = f"来件编号 {entry.ref} 已登记为 {number}，而内容不同；更正请在该工单上进行，另一件投诉请换一个编号"
        raise RuleError(msg)
    return Entered(number, REPEAT)


# answered where it was taken -----------------------------------------------------------------------------------------------
def _on_the_spot(tx: Tx, case: Case, came: tuple[int, Form], by: By, rules: Rules) -> None:
    """Count the answer that the outlet gave already; where a slip must leave all the same, its words go into the book (P-9.5, D-2, T-3)."""
    paper, form = came
    pack = rules.pack(case.pack)
    entry = pack.on_the_spot_of(form.channel)
    assert entry is not None
    judged = rules.judged(case)
    verdict = judged.verdict
    counts = {number: value for number, words in form.answer.items() if (value := sound(number, words, rules.hollow))}
    if reasons := list(_why_a_slip(judged, counts, rules)):
        said = "；".join(f"{number}．{words}" for number, words in form.answer.items())
        tx.cases.note(case.id, Line(by.at, by.who, "随登记的答复未计入", f"{'；'.join(reasons)}。所填：{said}", rules.digest))
        return
    assert verdict is not None
    sorted_ = rules.timed(replace(judged, category=verdict.category, unit=verdict.unit, lead=verdict.unit))
    done = replace(sorted_.moved(State.SENT).moved(State.ANSWERED), answered=by.at, satisfaction=satisfaction(counts.get(SATISFACTION, "")))
    tx.answers.keep(Answer(0, case.id, paper, by.at, by.who, counts, COUNTED, (f"随登记填写（{entry.rule}）",)))
    tx.cases.save(done, Line(by.at, by.who, "当场答复", f"{form.channel.value}由网点受理、核实并答复，各项要素齐全，不发转办单（{entry.rule}）", rules.digest))
    for kind in ("triage", "dispatch"):
        tx.tasks.strike(kind, case.id)
    if outcome := closes_itself(done, pack):
        closed = replace(done.moved(State.CLOSED), closed=by.at, outcome=outcome)
        tx.cases.save(closed, Line(by.at, "bridge", "办结", outcome, rules.digest))
        tx.tasks.strike("chase", case.id)
        owe(tx, closed, by.at, rules)


def _why_a_slip(case: Case, counts: Mapping[int, str], rules: Rules) -> Iterator[str]:
    """Yield why an outlet's own answer does not settle the case: others must look at it (P-9.1, P-11.1, P-14.3, P-12)."""
    pack, verdict = rules.pack(case.pack), case.verdict
    if verdict is None or verdict.unit is None or verdict.doubts:
        yield "单位或类别须由投诉处理岗确定"
        return
    if rules.holds(case):
        yield f"须先复核：{'、'.join(flag.name for flag in verdict.flags)}（P-9.1）"
    if pack.inspection and verdict.category in pack.inspection.categories:
        yield "金融犯罪类投诉交监察部门，不由网点答复（P-14.3）"
    if any(verdict.category in lead.categories for lead in pack.leads):
        yield "由主管部门主办（P-14.1）"
    if case.complaint.person_hint and any(may_be(case.complaint.person_hint, name) for name in (counts.get(6, ""), case.seat)):
        yield "被投诉人不得办理本人的投诉（P-11.1）"
    required = [element.number for element in pack.elements_of(verdict.category)]
    if lacking := missing(counts, anonymous=anonymous(replace(case, category=verdict.category)), required=required):
        yield f"答复缺第 {'、'.join(map(str, lacking))} 项（P-12）"


# what people are shown ---------------------------------------------------------------------------------------------------------
_CALLED: Mapping[str, str] = {NEW: "将登记", OPENED: "已登记", REPEAT: "此前已登记", LINKED: "同一转办编号，不另立件"}


def shown(entered: Entered) -> dict[str, object]:
    """What became of an entry, for API and command line."""
    return {
        "case_number": entered.number, "standing": entered.standing, "standing_zh": _CALLED[entered.standing],
        "remarks": [f"{one.says}（{one.rule}）" for one in entered.remarks],
    }


def shown_row(row: Row) -> dict[str, object]:
    """A row of a table and what became of it; of the customer only a masked name (P-6)."""
    form = row.line.entry.form
    return {
        "row": row.line.number, **shown(row.entered), "channel": form.channel.value, "unit": form.complained_unit, "name": mask(form.customer.name),
        "received": form.started_at.isoformat(timespec="minutes") if form.started_at else None,
    }
