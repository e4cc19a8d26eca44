"""A paper that another vendor pushed, or that was fetched from it, becomes calls (P-9.1)."""

from dataclasses import replace
from datetime import datetime, timedelta

from adapters.formats.cdr import call_of, ids_of, parted
from adapters.formats.cdr.vendor import APART, MOMENTS, TAKEN, set_apart, told_ids
from adapters.formats.vendor import Seen, Told, record_bytes, seen_in, seen_in_record
from hotline_bridge.calling import heard_of
from hotline_bridge.store.papers import Kept
from hotline_bridge.store.tx import Tx
from routing.meeting import Side, between, contradict
from routing.papers import Call, Unreadable
from routing.rules import Rules
from routing.telephone import personal, plain
from routing.vendor import Vendor

AHEAD = timedelta(days=1)       # a clock may be wrong, or its zone; what is told of later than this has not been
MOST_SAID = 6           # troubles of one paper that are told; more say nothing new


def read_vendor(tx: Tx, paper: Kept, now: datetime, rules: Rules) -> None:
    """Keep what a push tells of a call; of several records each becomes a paper of its own.

    Unreadable where the vendor is not configured any more, or where its mapping finds nothing.
    """
    vendor = _vendor(paper, rules)
    seen = seen_in(tx.papers.body(paper.id), vendor)
    if len(seen.told) == 1 and not seen.strays:
        _heard(tx, paper, seen, vendor, now, rules)
        return
    for number, one in enumerate(seen.told, 1):
        kept = tx.papers.keep(paper.source, f"{paper.key[:200]}#{number}", "vendor-record", record_bytes(one), now)
        if kept is not None:
            tx.tasks.owe("read", kept, now)
    if seen.strays:
        trouble = f"含 {seen.strays} 条无法识别的内容，其余 {len(seen.told)} 条话单已登记 / {seen.strays} entries are no records; the other {len(seen.told)} are heard"
        tx.papers.quarantine(paper.id, trouble, f"请核对映射 {vendor.mapping.name} 的 records / compare records of the mapping: hotline-bridge vendor test NAME FILE")
        return
    tx.papers.read(paper.id, f"含 {len(seen.told)} 条话单，各自登记 / {len(seen.told)} records, each a paper of its own")


def read_vendor_record(tx: Tx, paper: Kept, now: datetime, rules: Rules) -> None:
    """Keep what one record of several tells of a call."""
    vendor = _vendor(paper, rules)
    _heard(tx, paper, seen_in_record(tx.papers.body(paper.id), vendor), vendor, now, rules)


def _vendor(paper: Kept, rules: Rules) -> Vendor:
    name = paper.source.removeprefix("vendor:")
    vendor = rules.vendors.get(name)
    if vendor is None:
        raise Unreadable(f"配置中没有 [intake.vendor.{name}] / there is no [intake.vendor.{name}] in the configuration any more; put it back, then: hotline-bridge quarantine retry {paper.id}")
    return vendor


def _heard(tx: Tx, paper: Kept, seen: Seen, vendor: Vendor, now: datetime, rules: Rules) -> None:
    """Fields that make no sense set the paper aside too: the call is known all the same, and a person corrects the mapping (P-3)."""
    one = _in_time(seen.told[0], paper)
    kept = seen.kept(vendor.mapping.events)
    if kept and one.row is not None:
        sheet = _sheet(tx, paper, now)
        heard_of(tx, sheet, _of_its_own(tx, call_of(paper.source, [one.row]), sheet, now, rules), now, rules)
    if one.wrong:
        name = paper.source.removeprefix("vendor:")
        cure = f"更正映射后重试 / correct the mapping (hotline-bridge vendor test {name} FILE), then: hotline-bridge quarantine retry {paper.id}"
        tx.papers.quarantine(paper.id, _told(one.wrong), cure)
        return
    passing = "" if kept else f"通话过程事件（{one.stage}），不计为话单 / a moment of a call, no record: {one.stage}"
    tx.papers.read(paper.id, "；".join(filter(None, (passing, _told(one.odd)))))


def _in_time(one: Told, paper: Kept) -> Told:
    """The record without moments that have not been yet; of a call that has ended at no moment told, when that was heard of."""
    late = [name for name in MOMENTS if (at := one.moment(name)) is not None and at > paper.taken + AHEAD]
    if one.row is None:
        return one
    row = {name: said for name, said in one.row.items() if name not in late}
    if not any(name in row for name in MOMENTS):
        row[TAKEN] = paper.taken.isoformat()
    wrong = tuple(f"{name}: {one.row[name]} 在收到之后一天以上 / lies more than a day after it was told" for name in late)
    return replace(one, row=row, wrong=(*one.wrong, *wrong))


def _of_its_own(tx: Tx, part: Call, sheet: int, now: datetime, rules: Rules) -> Call:
    """What a record tells, set apart from other calls that bear its ids: vendors use them again, and two customers are never one call (P-9.1).

    It is of the call nearest in time that it does not contradict; of none of these, it is a call of its own.
    """
    (row,) = part.raw
    others = [one for one in parted(tx.calls.legs(ids_of(part), part.source)) if any(told_ids(told) & told_ids(row) for told in one.raw)]
    against = {_mark(one) for one in others if contradict(*_sides(part, one, rules))}
    fitting = [one for one in others if _mark(one) not in against]
    if not others:
        return part
    here = Side(began=part.t_start or part.t_answer or part.t_end or now)
    nearest = min(fitting, key=lambda one: (between(here, _side(one, "")), _mark(one)), default=None)
    return call_of(part.source, [set_apart(row, str(sheet) if nearest is None else _mark(nearest))])


def _mark(call: Call) -> str:
    return call.raw[0].get(APART, "")


def _sides(part: Call, whole: Call, rules: Rules) -> tuple[Side, Side]:
    """Numbers count within one record, and between records of one direction: who is called by a transfer is another."""
    counts = part.call_id in {row["call_id"] for row in whole.raw} or part.direction == whole.direction
    numbers = [personal(plain(one.ani, rules.calls.home_area)) if counts else "" for one in (part, whole)]
    return _side(part, numbers[0]), _side(whole, numbers[1])


def _side(call: Call, number: str) -> Side:
    return Side(call.source, number, began=call.t_start or call.t_answer, ended=call.t_end)


def _sheet(tx: Tx, paper: Kept, now: datetime) -> int:
    """The paper a leg is read from; of one that is read again, by a corrected mapping, a copy: what was read before stands for ever."""
    if not tx.calls.told_by(paper.id):
        return paper.id
    copy = tx.papers.keep(paper.source, f"{paper.key[:200]}#{now.isoformat()}", paper.kind, tx.papers.body(paper.id), now)
    assert copy is not None
    tx.papers.read(copy, f"来件 {paper.id} 的重读 / paper {paper.id} read again")
    return copy


def _told(troubles: tuple[str, ...]) -> str:
    more = len(troubles) - MOST_SAID
    return "；".join((*troubles[:MOST_SAID], *([f"另有 {more} 处 / and {more} more"] if more > 0 else [])))
