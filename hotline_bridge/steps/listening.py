"""Listening to a recording: begun, reported, ended - and in the case's book how much was truly heard, by whom (P-6, P-9.1)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hotline_bridge.recorded import spoken
from hotline_bridge.store.listenings import Listening
from hotline_bridge.store.recordings import CHANGED, THERE
from hotline_bridge.store.tx import Tx
from routing.case import Entry
from routing.errors import RuleError
from routing.hearing import Part, parts
from routing.rules import Rules

SILENCE = timedelta(minutes=3)      # without a word of the player: it was closed, or its line is cut
LONGEST = timedelta(hours=6)        # of one listening; recordings are shorter
HEARD = "听取录音"
KIND = "listening"


def begin(tx: Tx, case: int, recording: int, who: str, sha256: str, now: datetime) -> int:
    """Somebody opens a recording to hear it, these bytes of it; returns the listening's id. RuleError where there is nothing to hear."""
    kept = tx.recordings.get(recording)
    if kept is None or kept.state not in {THERE, CHANGED}:
        msg = f"there is nothing to hear yet: {kept.trouble or kept.state if kept else 'no recording'}; `recordings look NUMBER` looks again"
        raise RuleError(msg)
    listening = tx.listenings.begin(case, recording, who, sha256, now)
    tx.tasks.owe(KIND, listening, now + SILENCE)
    return listening


def going_on(tx: Tx, case: int, recording: int, who: str, now: datetime) -> Listening | None:
    """The listening that bytes somebody fetches without naming one belong to: the one they have open, if any."""
    one = tx.listenings.going_on(case, recording, who)
    return one if one is not None and now - one.until <= SILENCE and now - one.at <= LONGEST else None


def played(tx: Tx, listening: int, who: str, said: Sequence[Sequence[float]], now: datetime, *, ended: bool) -> float:
    """The player says which parts played so far; returns the seconds that count. RuleError where it is not theirs, or over."""
    one = own(tx, listening, who, now)
    kept = tx.recordings.get(one.recording)
    length = kept.seconds if kept and kept.seconds is not None else LONGEST.total_seconds()
    seconds = tx.listenings.go_on(one, now, played=parts([*one.played, *said], length))
    tx.tasks.owe(KIND, listening, now if ended else now + SILENCE)
    return seconds


def given(tx: Tx, listening: int, sent: int, part: Part, now: datetime) -> None:
    """These bytes, which are this part, were sent to the listener."""
    one = tx.listenings.get(listening)
    if one is not None and one.ended is None:
        tx.tasks.owe(KIND, listening, now + SILENCE)
        tx.listenings.go_on(one, max(now, one.until), given=parts([*one.given, part], LONGEST.total_seconds()), sent=sent)


def own(tx: Tx, listening: int, who: str, now: datetime) -> Listening:
    """The listening, where it is this person's and goes on; RuleError else."""
    one = tx.listenings.get(listening)
    if one is None or one.who != who[:80]:
        msg = f"listening {listening} is not yours; open one of your own"
        raise RuleError(msg)
    if one.ended is not None or now - one.at > LONGEST:
        msg = f"listening {listening} is over; open another"
        raise RuleError(msg)
    return one


def listening(tx: Tx, subject: int, now: datetime, rules: Rules) -> None:
    """A listening has ended, or nothing was heard of it for long: the book says how much of which recording was heard."""
    one = tx.listenings.get(subject)
    if one is None or not tx.listenings.end(one.id, now):
        return
    kept = tx.recordings.get(one.recording)
    whole = spoken(kept.seconds) if kept else ""
    if one.seconds or one.played:
        says = f"实际播放 {spoken(one.seconds)}，全长 {whole}"
    elif one.sent:
        says = f"取走 {one.sent} 字节，未见播放记录，全长 {whole}"
    else:
        says = "打开后未播放"
    tx.cases.note(one.case, Entry(now, one.who, HEARD, f"录音 {one.recording}（SHA-256 {one.sha256}）：{says}", rules.digest))
