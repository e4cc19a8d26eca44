"""One look for a recording: outside of any transaction, in a thread or over the network; what it found is written down by a step."""

import asyncio
import errno
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.formats.fetch_address import is_address
from adapters.formats.sound import HEADER_ONLY, Sound, sound_of
from hotline_bridge.ports import Archive, Taken
from hotline_bridge.recorded import kind_of, main
from hotline_bridge.steps.recording import Seen, absent, refused, seen
from hotline_bridge.store.engine import Store
from hotline_bridge.store.recordings import EMPTY, MISSING, THERE, WAITING, WRONG, Kept
from hotline_bridge.store.tx import Tx
from routing.case import Case, Recording
from routing.errors import RuleError
from routing.papers import Unreadable

SOON = timedelta(seconds=10)                # a file whose size has stood still for so long is whole, once its call is over
STILL = timedelta(minutes=10)               # where no record tells of its call: a recorder pauses while a caller is on hold
OLD = timedelta(hours=1)                    # one that was last written so long ago is, too; no clock is that wrong
SPACING = (10, 30, 70, 300)                 # seconds between the first looks: vendors have them a minute after hang-up
LONGEST = 3600                              # seconds between later ones
_GROWING = "录音文件可能仍在写入，静止满 {seconds:.0f} 秒后方可取用 / the file may still be written to; it is taken once it has stood still for {seconds:.0f} s"
_CUT = "对方中途断开，录音不完整 / the connection ended before the recording did"
EMPTY_FOR = timedelta(seconds=100)           # an exchange writes the header first; one that stays empty so long is


@dataclass(frozen=True, slots=True)
class Look:
    """What a look found: the recording, or why not. `growing` is the size of a file that may still be written to."""

    found: Seen | None = None
    trouble: str = ""
    refused: bool = False
    growing: int | None = None
    nowhere: bool = False
    closed: bool = False        # it is there, and we may not read it
    away: bool = False          # the folder itself is not there: nothing is known of the file


async def look(store: Store, archive: Archive | None, kept: Kept, now: datetime) -> Look:
    """Look for a recording. What may still be written to is not hashed, whoever asks; what was fetched before is never fetched again."""
    if kept.blob is not None:
        return await asyncio.to_thread(_copy, store, kept)
    if archive is None or not archive.searches(kept.reference):
        return Look(nowhere=True, trouble="未配置录音目录 recordings / no folder `recordings` is configured")
    try:
        glance = await asyncio.to_thread(archive.glance, kept.reference)
        if glance is not None and not kept.sha256:
            pause = await store.read(lambda tx: _pause(tx, kept))
            if not _whole(kept, glance.size, glance.modified, now, pause):
                return Look(growing=glance.size, trouble=_GROWING.format(seconds=pause.total_seconds()))
        taken = await archive.take(kept.reference)
    except OSError as error:
        away = error.errno == errno.EHOSTUNREACH and not is_address(kept.reference)
        return Look(trouble=error.strerror or str(error) or type(error).__name__, closed=isinstance(error, PermissionError), away=away)
    except ValueError as error:
        return Look(trouble=str(error), refused=True)
    return Look(await asyncio.to_thread(_seen, store, kept, taken))


async def as_it_lies(store: Store, archive: Archive | None, number: str, now: datetime) -> Recording:
    """The recording under a case's review as it lies there now, for a signature: its hash is taken at this moment (P-9.1).

    What is found is written down too: a file that has changed, or gone, since it was first seen. One that may still be written
    to has no hash yet. RuleError where it is there and closed to us.
    """
    case, kept = await store.read(lambda tx: _under_review(tx, number))
    if case is None or kept is None or archive is None or unfetched(kept):
        return Recording(case.recording.reference if case else "")
    what = await look(store, archive, kept, now)
    if what.closed:
        msg = f"the recording cannot be read by the bridge ({what.trouble}); ask the operator to open it to the service's user, then sign again"
        raise RuleError(msg)
    await store.run(lambda tx: by_hand(tx, kept.id, what, now))
    heard = what.found.sha256 if what.found is not None and what.found.standing == THERE else ""
    return Recording(kept.reference, heard)


def unfetched(kept: Kept) -> bool:
    """Whether it lies on another machine alone: nobody but the room fetches it, so nobody else says how it stands."""
    return is_address(kept.reference) and kept.blob is None


def by_hand(tx: Tx, recording: int, what: Look, now: datetime) -> Kept:
    """Write down what a person's look found, and have the room look on where it was no answer; returns how it stands."""
    following = settle(tx, recording, what, now, tries=1, patience=timedelta.max)
    kept = tx.recordings.get(recording)
    assert kept is not None
    if following is not None:
        tx.tasks.hasten(kind_of(kept), kept.id, following)
    return kept


def _under_review(tx: Tx, number: str) -> tuple[Case | None, Kept | None]:
    case = tx.cases.by_number(number)
    return case, main(tx, case) if case else None


def _copy(store: Store, kept: Kept) -> Look:
    """Our own copy, hashed again."""
    assert kept.blob is not None
    try:
        with store.blobs.open(kept.blob) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return Look(trouble=f"本系统保存的副本不可读 / our own copy cannot be read: {error.strerror}", closed=isinstance(error, PermissionError))
    return Look(Seen(THERE, kept.size, digest, kept.seconds, kept.media, kept.blob))


def _pause(tx: Tx, kept: Kept) -> timedelta:
    """How long a file has to stand still to be whole: a call that is not known to be over may go on."""
    own = tx.telephone.get(kept.call) if kept.call is not None else None
    calls = [own] if own is not None else tx.telephone.of_case(kept.case) if kept.case is not None else []
    if not calls:
        return STILL
    return SOON if all(one.ended is not None for one in calls) else OLD


def _whole(kept: Kept, size: int, modified: float, now: datetime, pause: timedelta) -> bool:
    """Whether a file is written to no more: old, or of the same size for long enough."""
    stood = kept.looked is not None and kept.size == size and now - kept.looked >= pause
    return stood or now.timestamp() - modified >= OLD.total_seconds()


def _seen(store: Store, kept: Kept, taken: Taken) -> Seen:
    """What was taken, told apart; a copy of sound is kept, of anything else it is not."""
    sound, standing, trouble = Sound("application/octet-stream", ""), WRONG, ""
    try:
        sound = sound_of(taken.head, taken.size, kept.reference.partition("?")[0])
        standing = EMPTY if sound.empty else WRONG if taken.cut else THERE
        trouble = _CUT if standing == WRONG else ""
    except Unreadable as error:
        trouble = str(error)
    blob = None
    if taken.draft is not None:
        if standing == THERE:
            blob = store.blobs.adopt(taken.draft, taken.sha256)
        else:
            taken.draft.unlink(missing_ok=True)
    if standing == EMPTY:
        trouble = f"{taken.size} 字节，没有声音 / {taken.size} bytes, no sound" if taken.size <= HEADER_ONLY else "只有文件头，没有声音 / a header without sound"
    return Seen(standing, taken.size, taken.sha256, sound.seconds, sound.kind, blob, trouble)


def settle(tx: Tx, recording: int, what: Look, now: datetime, *, tries: int, patience: timedelta) -> datetime | None:
    """Write down what a look found; returns when to look again, None where that is never by itself."""
    kept = tx.recordings.get(recording)
    if kept is None:
        return None
    if what.refused:
        refused(tx, recording, what.trouble, now)
        return None
    if what.nowhere or what.away or what.growing is not None:
        return _undecided(tx, kept, what, now, tries)
    last = _given_up(kept, now, tries, patience)
    if what.found is None:
        absent(tx, recording, what.trouble, now, for_good=last)
        return None if last else again(now, tries)
    final = kept.sha256 or last or _final(kept, what.found, now)
    if final:
        seen(tx, recording, what.found, now)
        return None
    absent(tx, recording, what.found.trouble, now, for_good=False)
    return again(now, tries)


def _undecided(tx: Tx, kept: Kept, what: Look, now: datetime, tries: int) -> datetime | None:
    """Nothing is known of the recording itself: that is kept, and nothing else; returns when to look again."""
    if what.growing is None:
        tx.recordings.change(kept.id, looked=now, trouble=what.trouble)
        return again(now, tries) if what.away else None
    stands = kept.looked is not None and kept.size == what.growing      # `looked` then says since when
    tx.recordings.change(kept.id, size=what.growing, trouble=what.trouble, **({} if stands else {"looked": now}))
    return now + SOON


def _given_up(kept: Kept, now: datetime, tries: int, patience: timedelta) -> bool:
    """Whether this was the last look of the room's own accord; what was there before is waited for as long anew."""
    if kept.sha256 and kept.blob is None and kept.state != MISSING:     # a copy of our own does not come back by itself
        return sum((again(now, one) - now for one in range(1, tries)), timedelta()) >= patience
    return kept.state != WAITING or (now - kept.noted >= patience and tries > len(SPACING))


def _final(kept: Kept, found: Seen, now: datetime) -> bool:
    """Whether what was seen will not become better by waiting: sound; on the disk anything else that stays as it is."""
    if found.standing == THERE:
        return True
    return now - kept.noted >= EMPTY_FOR and (found.standing == EMPTY or not is_address(kept.reference))


def again(now: datetime, tries: int) -> datetime:
    """When the next look is: 10 s, 30 s, 70 s, 5 min, then ever longer."""
    seconds = SPACING[tries - 1] if 0 < tries <= len(SPACING) else min(SPACING[-1] * 2 ** min(tries - len(SPACING), 10), LONGEST)
    return now + timedelta(seconds=seconds)
