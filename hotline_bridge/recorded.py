"""A call or a form names a recording: it is kept by reference, looked for, and its case told how it stands (P-9.1)."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from adapters.formats.fetch_address import is_address
from hotline_bridge.missed import is_complaint
from hotline_bridge.store.recordings import CHANGED, EMPTY, MISSING, REFUSED, THERE, WAITING, WRONG, Kept
from hotline_bridge.store.telephone import Known
from hotline_bridge.store.tx import Tx
from routing.case import Case
from routing.hearing import FASTEST, common, length, parts
from routing.rules import Rules

NEAR, FAR, TELL = "recording", "recording-far", "recorded"      # what is owed: a look on the disk, at another machine, a word to the case
SHARED = "recording-shared"                                     # and a word to the desk where several cases name one
CALLED: Mapping[str, str] = {
    WAITING: "尚未取得", THERE: "已到", EMPTY: "空录音", WRONG: "不是录音", MISSING: "缺失", CHANGED: "内容已变", REFUSED: "不予读取",
}
DAY = 86_400.0
_NO_TEXT = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def named(tx: Tx, exchange: str, reference: str, now: datetime, rules: Rules, of: Known | int) -> None:
    """A paper names a recording, of a call or of a case: it is looked for.

    On the disk at once; on another machine only where a complaint needs it: nobody's other calls are copied (P-6).
    """
    reference = _NO_TEXT.sub("\ufffd", reference.strip())       # no database takes them, and no recording of ours is called so
    if not reference:
        return
    call, case = (None, of) if isinstance(of, int) else (of.id, of.case)
    kept, news = tx.recordings.note(exchange, reference, now, call=call, case=case)
    if _anothers(kept, None if isinstance(of, int) else of.id, case):
        tx.tasks.owe(SHARED, kept.id, now)
    needed = case is not None or (not isinstance(of, int) and is_complaint(of, rules))
    _owe(tx, kept, now, news=news, needed=needed)


def belongs(tx: Tx, call: int, case: int, now: datetime) -> None:
    """A call has found its case: so have its recordings."""
    for one in tx.recordings.of_call(call):
        kept, _ = tx.recordings.note(one.exchange, one.reference, now, case=case)
        if _anothers(kept, call, case):
            tx.tasks.owe(SHARED, kept.id, now)
        _owe(tx, kept, now, news=False, needed=True)


def _anothers(kept: Kept, call: int | None, case: int | None) -> bool:
    """Whether a recording was another call's or another case's before."""
    return any(one is not None and first not in {None, one} for one, first in ((call, kept.call), (case, kept.case)))


def sharing(tx: Tx, kept: Kept) -> Sequence[Case]:
    """The cases that name a recording or whose calls do, each once and none that was merged into another, in order."""
    call = tx.telephone.get(kept.call) if kept.call is not None else None
    joined = tx.cases.several({one for one in (kept.case, call.case if call else None) if one is not None})
    found = {one.id: one for one in (*tx.cases.of_recording(kept.reference), *joined) if one.merged_into is None}
    return [found[one] for one in sorted(found)]


def theirs(tx: Tx, case: Case, kept: Kept, seat: str) -> bool:
    """Whether a recording is of a seat's own call: the exchange says so, and no other case names it (P-6). A form alone says nothing."""
    call = tx.telephone.get(kept.call) if kept.call is not None else None
    own = call is not None and bool(seat) and call.seat == seat == case.seat and call.case == case.id
    return own and all(one.id == case.id for one in sharing(tx, kept))


def _owe(tx: Tx, kept: Kept, now: datetime, *, news: bool, needed: bool) -> None:
    far = is_address(kept.reference)
    if kept.state != WAITING:
        if kept.case is not None:
            tx.tasks.owe(TELL, kept.id, now)
    elif (news and not far) or (far and needed and kept.looked is None):
        tx.tasks.owe(FAR if far else NEAR, kept.id, now)


def kind_of(kept: Kept) -> str:
    """What is owed where a recording is to be looked for."""
    return FAR if is_address(kept.reference) else NEAR


def cases_of(tx: Tx, kept: Kept) -> Sequence[Case]:
    """The cases a recording is of now: a join may have been taken back since."""
    call = tx.telephone.get(kept.call) if kept.call is not None else None
    ids = {one for one in (kept.case, call.case if call else None) if one is not None}
    cases = tx.cases.several(ids)
    return [case for case in cases if case.recording.reference == kept.reference or (call is not None and call.case == case.id)]


def main(tx: Tx, case: Case) -> Kept | None:
    """The recording a case's review is about; None where none is known."""
    return tx.recordings.named(case.recording.reference)


def every(tx: Tx, case: Case) -> list[Kept]:
    """All recordings of a case, that of its review first."""
    first = main(tx, case)
    return ([first] if first else []) + [one for one in tx.recordings.of_case(case.id) if first is None or one.id != first.id]


def spoken(seconds: float | None) -> str:
    """A length in words."""
    if seconds is None:
        return "时长不明"
    whole = round(seconds)
    return f"{whole // 60} 分 {whole % 60} 秒" if whole >= 60 else f"{whole} 秒"


def heard_by(tx: Tx, case: Case, who: str) -> float:
    """The seconds of the recording under review that this person has heard, each part once; of these very bytes alone."""
    kept = main(tx, case)
    if kept is None:
        return 0.0
    mine = [one for one in tx.listenings.of_case(case.id) if one.who == who[:80] and one.recording == kept.id and one.sha256 == kept.sha256]
    whole = length(parts([part for one in mine for part in common(one.played, one.given)], max(kept.seconds or 0.0, DAY)))
    passed = length(parts([(one.at.timestamp(), one.until.timestamp()) for one in mine], math.inf))      # two players at once have one listener's time
    return round(min(whole, sum(one.seconds for one in mine), passed * FASTEST), 1)
