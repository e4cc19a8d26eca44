"""A paper that another vendor pushed, or that was fetched from it, becomes calls (P-9.1)."""

from datetime import datetime

from adapters.formats.cdr import call_of
from adapters.formats.vendor import Seen, record_bytes, seen_in, seen_in_record
from hotline_bridge.calling import heard_of
from hotline_bridge.store.papers import Kept
from hotline_bridge.store.tx import Tx
from routing.papers import Unreadable
from routing.rules import Rules
from routing.vendor import Vendor

MOST_SAID = 6           # troubles of one paper that are told; more say nothing new


def read_vendor(tx: Tx, paper: Kept, now: datetime, rules: Rules) -> None:
    """Keep what a push tells of a call; of several records each becomes a paper of its own.

    Unreadable where the vendor is not configured any more, or where its mapping finds nothing.
    """
    vendor = _vendor(paper, rules)
    seen = seen_in(tx.papers.body(paper.id), vendor)
    if len(seen.told) == 1:
        _heard(tx, paper, seen, vendor, now, rules)
        return
    for number, one in enumerate(seen.told, 1):
        kept = tx.papers.keep(paper.source, f"{paper.key[:200]}#{number}", "vendor-record", record_bytes(one), now)
        if kept is not None:
            tx.tasks.owe("read", kept, now)
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
    (one,) = seen.told
    kept = seen.kept(vendor.mapping.events)
    if kept and one.row is not None:
        heard_of(tx, _sheet(tx, paper, now), call_of(paper.source, [one.row]), now, rules)
    if one.wrong:
        name = paper.source.removeprefix("vendor:")
        cure = f"更正映射后重试 / correct the mapping (hotline-bridge vendor test {name} FILE), then: hotline-bridge quarantine retry {paper.id}"
        tx.papers.quarantine(paper.id, _told(one.wrong), cure)
        return
    passing = "" if kept else f"通话过程事件（{one.stage}），不计为话单 / a moment of a call, no record: {one.stage}"
    tx.papers.read(paper.id, "；".join(filter(None, (passing, _told(one.odd)))))


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
