"""One look for a recording: outside of any transaction, in a thread or over the network; what it found is written down by a step."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.formats.sound import HEADER_ONLY, Sound, sound_of
from hotline_bridge.ports import Archive, Taken
from hotline_bridge.recorded import main
from hotline_bridge.steps.recording import Seen, absent, refused, seen
from hotline_bridge.store.engine import Store
from hotline_bridge.store.recordings import EMPTY, THERE, WAITING, WRONG, Kept
from hotline_bridge.store.tx import Tx
from routing.case import Case, Recording
from routing.errors import RuleError
from routing.papers import Unreadable

SOON = timedelta(seconds=10)                # a file whose size has stood still for so long is whole
OLD = timedelta(hours=1)                    # one that was last written so long ago is, too; no clock is that wrong
SPACING = (10, 30, 70, 300)                 # seconds between the first looks: vendors have them a minute after hang-up
LONGEST = 3600                              # seconds between later ones
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


async def look(store: Store, archive: Archive, kept: Kept, now: datetime, *, sure: bool = False) -> Look:
    """Look for a recording; `sure` takes a file as whole that might still be written to. What was fetched before is never fetched again."""
    if kept.blob is not None:
        return await asyncio.to_thread(_copy, store, kept)
    if not archive.searches(kept.reference):
        return Look(nowhere=True, trouble="未配置录音目录 recordings / no folder `recordings` is configured")
    try:
        glance = await asyncio.to_thread(archive.glance, kept.reference)
        if glance is not None and not sure and not kept.sha256 and not _whole(kept, glance.size, glance.modified, now):
            return Look(growing=glance.size, trouble="录音文件可能仍在写入 / the file may still be written to")
        taken = await archive.take(kept.reference)
    except OSError as error:
        return Look(trouble=error.strerror or str(error) or type(error).__name__, closed=isinstance(error, PermissionError))
    except ValueError as error:
        return Look(trouble=str(error), refused=True)
    return Look(await asyncio.to_thread(_seen, store, kept, taken))


async def as_it_lies(store: Store, archive: Archive | None, number: str, now: datetime) -> Recording:
    """The recording under a case's review as it lies there now, for a signature: its hash is taken at this moment (P-9.1).

    What is found is written down too: a file that has changed, or gone, since it was first seen. RuleError where it is there
    and closed to us.
    """
    case, kept = await store.read(lambda tx: _under_review(tx, number))
    if case is None or kept is None or archive is None or ("://" in kept.reference and kept.blob is None):
        return Recording(case.recording.reference if case else "")
    what = await look(store, archive, kept, now, sure=True)
    if what.closed:
        msg = f"the recording cannot be read by the bridge ({what.trouble}); ask the operator to open it to the service's user, then sign again"
        raise RuleError(msg)
    await store.run(lambda tx: settle(tx, kept.id, what, now, tries=0, patience=timedelta.max))
    heard = what.found.sha256 if what.found is not None and what.found.standing == THERE else ""
    return Recording(kept.reference, heard)


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


def _whole(kept: Kept, size: int, modified: float, now: datetime) -> bool:
    """Whether a file is written to no more: old, or of the same size as at the last look."""
    stood = kept.looked is not None and kept.size == size and now - kept.looked >= SOON
    return stood or now.timestamp() - modified >= OLD.total_seconds()


def _seen(store: Store, kept: Kept, taken: Taken) -> Seen:
    """What was taken, told apart; a copy of sound is kept, of anything else it is not."""
    sound, standing, trouble = Sound("application/octet-stream", ""), WRONG, ""
    try:
        sound = sound_of(taken.head, taken.size, kept.reference.partition("?")[0])
        standing = EMPTY if sound.empty else THERE
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
    if what.nowhere or what.growing is not None:
        tx.recordings.change(recording, looked=now, trouble=what.trouble, **({} if what.growing is None else {"size": what.growing}))
        return None if what.growing is None else now + SOON
    last = kept.state not in {WAITING} or (now - kept.noted >= patience and tries > len(SPACING))
    if what.found is None:
        absent(tx, recording, what.trouble, now, for_good=last)
        return None if last else again(now, tries)
    final = kept.sha256 or last or _final(kept, what.found, now)
    if final:
        seen(tx, recording, what.found, now)
        return None
    absent(tx, recording, what.found.trouble, now, for_good=False)
    return again(now, tries)


def _final(kept: Kept, found: Seen, now: datetime) -> bool:
    """Whether what was seen will not become better by waiting: sound; on the disk anything else that stays as it is."""
    if found.standing == THERE:
        return True
    return now - kept.noted >= EMPTY_FOR and (found.standing == EMPTY or "://" not in kept.reference)


def again(now: datetime, tries: int) -> datetime:
    """When the next look is: 10 s, 30 s, 70 s, 5 min, then ever longer."""
    seconds = SPACING[tries - 1] if 0 < tries <= len(SPACING) else min(SPACING[-1] * 2 ** min(tries - len(SPACING), 10), LONGEST)
    return now + timedelta(seconds=seconds)
