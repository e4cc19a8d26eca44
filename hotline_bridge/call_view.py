"""What a person is shown of calls: those that wait for somebody, one with all that hangs on it, and those of this moment (P-3, P-6, P-9.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from hotline_bridge import views
from hotline_bridge.gathering import name_of
from hotline_bridge.joining import candidates
from hotline_bridge.store.call_errands import ABANDONED, NO_CALL, NO_FORM, CallErrand
from hotline_bridge.store.telephone import Known
from hotline_bridge.store.tx import Tx
from routing.calls import LiveCall
from routing.case import Case, CaseId
from routing.parties import Customer, mask_phone
from routing.person import marks_of
from routing.rules import Rules
from routing.telephone import shown

KIND_ZH: Mapping[str, str] = {ABANDONED: "待回拨", NO_FORM: "有通话无登记", NO_CALL: "有登记无话单"}
RESULT_ZH: Mapping[str, str] = {
    "answered": "已接听", "no-answer": "无人接听", "busy": "忙", "failed": "未接通", "abandoned": "客户放弃", "unknown": "未知",
}
STAGE_ZH: Mapping[str, str] = {"ringing": "振铃", "talking": "通话中", "ended": "已结束"}
MOST_EARLIER = 10           # earlier cases of a number that are shown
_MOST_CALLS = 50            # calls of a number that are asked for their cases


@dataclass(frozen=True, slots=True)
class Whole:
    """A call with its case, its errands, and what is known of its number."""

    known: Known
    case: Case | None
    errands: Sequence[CallErrand]
    earlier: Sequence[Case]
    calls: Sequence[Known]


# errands ------------------------------------------------------------------------------------------------------------------
def errands(tx: Tx, rows: Sequence[CallErrand], rules: Rules, *, masked: bool) -> list[dict[str, object]]:
    """Lines of the list of what people have to see to about calls."""
    cases = {case.id: case for case in tx.cases.several({one.case for one in rows if one.case is not None})}
    return [_errand(tx, one, cases.get(CaseId(one.case)) if one.case else None, rules, masked=masked) for one in rows]


def _errand(tx: Tx, one: CallErrand, case: Case | None, rules: Rules, *, masked: bool) -> dict[str, object]:
    known = tx.telephone.get(one.call) if one.call is not None else None
    zone = rules.pack(rules.default_pack).zone
    line: dict[str, object] = {
        "id": one.id, "kind": one.kind, "kind_zh": KIND_ZH[one.kind], "at": _time(one.at, zone), "tries": one.tries,
        "call": one.call, "case_number": case.number if case else None,
    }
    if known is not None:
        line |= call(known, None, rules, masked=masked) | {"id": one.id, "times": _times(tx, known) if one.kind == ABANDONED else 1}
    if case is not None and one.kind == NO_CALL:
        line |= {"call_id": case.call_id, "hotline": case.hotline, "seat": case.seat, "candidates": [it.id for it in candidates(tx, case)]}
    return line


def _times(tx: Tx, known: Known) -> int:
    """How often this number called in vain since."""
    return sum(1 for one in tx.telephone.of_number(known.ani, _MOST_CALLS) if one.result != "answered" and one.at >= known.at)


# one call -----------------------------------------------------------------------------------------------------------------
def whole(tx: Tx, call_id: int, rules: Rules) -> Whole | None:
    """Gather a call; None where there is none of this id."""
    known = tx.telephone.get(call_id)
    if known is None:
        return None
    case = tx.cases.get(known.case) if known.case is not None else None
    others = [one for one in tx.telephone.of_number(known.ani) if one.id != known.id]
    return Whole(known, case, tx.errands.of_calls((known.id,)), earlier(tx, known.ani, rules), others)


def full(one: Whole, rules: Rules, *, masked: bool) -> dict[str, object]:
    """A call as a person looks at it."""
    zone = rules.pack(rules.default_pack).zone
    return call(one.known, one.case, rules, masked=masked) | {
        "errands": [
            {"id": it.id, "kind": it.kind, "kind_zh": KIND_ZH[it.kind], "at": _time(it.at, zone), "tries": it.tries, "done": _time(it.done, zone), "who": it.who, "says": "" if masked else it.says}
            for it in one.errands
        ],
        "earlier": [_case(it, rules) for it in one.earlier if one.case is None or it.id != one.case.id],
        "calls": [call(it, None, rules, masked=masked) for it in one.calls],
    }


def call(known: Known, case: Case | None, rules: Rules, *, masked: bool) -> dict[str, object]:
    """What is known of a call; whose number it was only for those who need it (P-6)."""
    zone = rules.pack(rules.default_pack).zone
    return {
        "id": known.id, "exchange": known.exchange, "call_id": known.call_id, "global_id": known.global_id, "direction": known.direction,
        **_number(known.ani, rules, masked=masked), "hotline": known.hotline, "seat": known.seat, "queue": known.queue,
        "started": _time(known.started, zone), "answered": _time(known.answered, zone), "ended": _time(known.ended, zone), "talk_s": known.talk_s,
        "result": known.result, "result_zh": RESULT_ZH.get(known.result, known.result), "case_number": case.number if case else None, "joined": known.joined,
    }


# this moment --------------------------------------------------------------------------------------------------------------
def live(one: LiveCall, since: datetime, earlier_: Sequence[Mapping[str, object]] | None, rules: Rules, *, masked: bool) -> dict[str, object]:
    """A call as it stands at this moment, with the earlier cases of its number; None where nobody could look."""
    zone = rules.pack(rules.default_pack).zone
    return {
        "exchange": one.exchange, "global_id": one.global_id, "call_id": one.call_id, "stage": one.stage, "stage_zh": STAGE_ZH[one.stage], "at": _time(one.at, zone), "since": _time(since, zone),
        **_number(one.ani, rules, masked=masked), "hotline": one.hotline, "seat": one.seat, "queue": one.queue, "earlier": None if earlier_ is None else list(earlier_),
    }


def earlier_rows(tx: Tx, ani: str, rules: Rules) -> list[dict[str, object]]:
    """The earlier cases of a number, the newest first: nothing in them says who complained."""
    return [_case(case, rules) for case in earlier(tx, ani, rules)]


def earlier(tx: Tx, ani: str, rules: Rules) -> list[Case]:
    """The cases of whoever has this number: by the mark of a person, as the radar finds them, and by calls from it (P-18)."""
    if not ani:
        return []
    marks = marks_of(Customer(phone=ani), "", rules.identity.reply_key)
    ids = {*tx.sketches.of_marks(marks), *(one.case for one in tx.telephone.of_number(ani, _MOST_CALLS) if one.case is not None)}
    found = sorted(tx.cases.several(sorted(ids, reverse=True)[:_MOST_CALLS]), key=lambda case: (case.received, case.id), reverse=True)
    return found[:MOST_EARLIER]


def _case(case: Case, rules: Rules) -> dict[str, object]:
    row = views.row(case, rules)
    return {
        name: row[name] for name in ("number", "received", "state", "state_zh", "unit", "unit_name", "category", "due")
    } | {"matter": None if case.matter is None else name_of(case.matter)}


def _number(ani: str, rules: Rules, *, masked: bool) -> dict[str, object]:
    """A number as people read it, and where it is at home."""
    return {"number": mask_phone(ani) if masked else shown(ani, rules.calls.home_area), "place": _place(ani, rules)}


def _place(ani: str, rules: Rules) -> str:
    """Where a number is at home: 江苏省常州市; "" where nobody knows."""
    found = rules.numbers.of(ani, rules.calls.home_area) if ani else None
    return found.words if found else ""


def _time(at: datetime | None, zone: tzinfo) -> str | None:
    return None if at is None else at.astimezone(zone).isoformat(timespec="seconds")
