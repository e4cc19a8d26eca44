"""What a look for a recording found is written down, and its case told in its book, the desk where something is wrong (P-9.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hotline_bridge.recorded import CALLED, TELL, cases_of, kind_of, main, sharing, spoken
from hotline_bridge.store.recordings import CHANGED, EMPTY, MISSING, REFUSED, THERE, WAITING, WRONG, Kept
from hotline_bridge.store.tx import Tx
from hotline_bridge.telling import tell_desk
from routing.case import Case, Entry, State
from routing.errors import RuleError
from routing.rules import Rules

ARRIVED = "录音已到"
_CHANGED = "录音内容与首次取得时不一致"
_TOLD = 1_000_000_000       # rounds of letters about recordings lie below this, negative: no paper's id and no slip's round is there
_SHARED, _SHARED_CODE = "多件工单引用同一录音", 7
_CODES: Mapping[str, int] = {EMPTY: 0, WRONG: 1, MISSING: 2, CHANGED: 3, REFUSED: 4}


@dataclass(frozen=True, slots=True)
class Seen:
    """A recording as it was seen now, whole: `standing` there, empty or wrong, `blob` the copy that was fetched."""

    standing: str
    size: int
    sha256: str
    seconds: float | None
    media: str
    blob: str | None = None
    trouble: str = ""


def seen(tx: Tx, recording: int, found: Seen, now: datetime) -> None:
    """Write down what was seen. The first hash stays for ever: where the bytes are others now, that is said, loudly."""
    kept = tx.recordings.get(recording)
    if kept is None:
        return
    if kept.sha256 and found.sha256 != kept.sha256:
        _stands(tx, kept, CHANGED, now, f"首次 SHA-256 {kept.sha256}（{kept.size} 字节），现 {found.sha256}（{found.size} 字节）")
        return
    if found.standing == THERE and not kept.sha256:
        tx.recordings.change(kept.id, sha256=found.sha256, size=found.size, seconds=found.seconds, media=found.media, blob=found.blob, seen=now)
    if kept.state != CHANGED:       # who put the old bytes back does not undo that they were others
        _stands(tx, kept, found.standing, now, found.trouble)


def absent(tx: Tx, recording: int, why: str, now: datetime, *, for_good: bool) -> None:
    """It was not there: once more is tried later, or it counts as missing."""
    kept = tx.recordings.get(recording)
    if kept is not None:
        _stands(tx, kept, MISSING if for_good and kept.state != CHANGED else kept.state, now, why)


def refused(tx: Tx, recording: int, why: str, now: datetime) -> None:
    """It is not fetched, for good: its address or path is not allowed, or it is too large."""
    kept = tx.recordings.get(recording)
    if kept is not None:
        _stands(tx, kept, REFUSED, now, why)


def _stands(tx: Tx, kept: Kept, state: str, now: datetime, trouble: str) -> None:
    tx.recordings.change(kept.id, state=state, trouble=trouble, looked=now)
    if state not in {kept.state, WAITING}:
        tx.tasks.owe(TELL, kept.id, now)


def recorded(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Tell the cases of a recording how it stands: each book once, the desk once where somebody must see to it."""
    kept = tx.recordings.get(subject)
    if kept is None or kept.state == WAITING:
        return
    what, says = _line(kept)
    for case in cases_of(tx, kept):
        if any((line.what, line.says) == (what, says) for line in tx.cases.book(case.id)):
            continue
        tx.cases.note(case.id, Entry(now, "bridge", what, says, rules.digest))
        if _concerns_desk(kept, case):
            tell_desk(tx, case, what, _asks(kept, case), (-(_TOLD + kept.id * 8 + _CODES[kept.state]), now), rules)


def shared(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """Several cases name one recording: their books say so, and the desk is told once for each (P-6)."""
    kept = tx.recordings.get(subject)
    cases = sharing(tx, kept) if kept is not None else []
    for case in cases:
        says = f"录音 {subject} 也属于 {'、'.join(one.number for one in cases if one.id != case.id)}"
        if len(cases) < 2 or any((line.what, line.says) == (_SHARED, says) for line in tx.cases.book(case.id)):
            continue
        tx.cases.note(case.id, Entry(now, "bridge", _SHARED, says, rules.digest))
        told = [f"{says}。请核实录音属于哪一件；核实前坐席不能自行听取。"]
        tell_desk(tx, case, _SHARED, told, (-(_TOLD + subject * 8 + _SHARED_CODE), now), rules)


def _concerns_desk(kept: Kept, case: Case) -> bool:
    """Whether a person must see to it. What is not fetched by configuration matters where somebody has to hear it again."""
    return case.state is not State.CLOSED and kept.state in _CODES and (kept.state != REFUSED or case.state is State.HELD)


def _line(kept: Kept) -> tuple[str, str]:
    """What the book says, with the recording's place."""
    if kept.state == THERE:
        return ARRIVED, f"{kept.reference}，SHA-256 {kept.sha256}，{kept.size} 字节，{spoken(kept.seconds)}"
    heads: Mapping[str, str] = {EMPTY: "空录音", WRONG: "取得的不是录音", MISSING: "录音缺失", CHANGED: _CHANGED, REFUSED: "录音不予读取"}
    return heads[kept.state], f"{kept.reference}：{kept.trouble}" if kept.trouble else kept.reference


def _asks(kept: Kept, case: Case) -> list[str]:
    """What the desk is told: nothing of the recording's name, which may hold the caller's number (P-6)."""
    cures: Mapping[str, str] = {
        EMPTY: "请向话务系统核实该通话是否录音", WRONG: "请向话务系统核实录音文件", MISSING: "请向话务系统索取录音，放入录音目录后执行 recordings look",
        CHANGED: "请查明何人何时改动录音文件；首次取得的校验值仍在案，不会被覆盖", REFUSED: "请运维按提示修改配置后执行 recordings look",
    }
    held = ["本件待复核：录音未能复听的，复核签字须写明原因（P-9.1）。"] if case.state is State.HELD else []
    return [f"录音 {kept.id}：{CALLED[kept.state]}。{kept.trouble}", f"{cures[kept.state]} {case.number}。" if kept.state in {MISSING, REFUSED} else f"{cures[kept.state]}。", *held]


def look_again(tx: Tx, number: str, who: str, now: datetime, rules: Rules) -> int:
    """Somebody wants the recording of a case looked for again, now; returns its id. RuleError where the case names none."""
    case = tx.cases.known(number)
    kept = main(tx, case)
    if kept is None:
        msg = f"case {number} names no recording; its form or its call record would have to"
        raise RuleError(msg)
    tx.cases.note(case.id, Entry(now, who, "再次查找录音", kept.reference, rules.digest))
    tx.tasks.owe(kind_of(kept), kept.id, now)
    return kept.id
