"""The hall: a paper is kept before anybody is thanked. Fetched papers one by one, posted forms by the batch."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import structlog

from hotline_bridge.house import House
from hotline_bridge.logs import frames
from hotline_bridge.ports import Fleeting, Inlet, Paper, Recounted
from hotline_bridge.opening import Posted, take_form
from hotline_bridge.store.engine import is_database_trouble
from hotline_bridge.store.papers import New
from hotline_bridge.store.tx import Tx
from routing.papers import Form
from routing.rules import Rules

log = structlog.get_logger()
T = TypeVar("T")
BATCH, BATCH_BYTES = 64, 4 << 20          # papers kept in one commit
LOOK_AGAIN = 180.0         # seconds; longer than any door's own pause, which it would cut short
FIRST_WAIT, LONGEST_WAIT = 0.5, 60.0      # seconds between tries at a door that is out of reach


async def take_in(house: House, inlet: Inlet) -> int:
    """Keep every paper that waits at a door; returns how many. OSError where the door is out of reach."""
    cursor = await house.store.read(lambda tx: tx.papers.cursor(inlet.name))
    count = 0
    if isinstance(inlet, Recounted) and inlet.recount_due:
        count += await _hand_in(house, inlet, inlet.recount(cursor, partial(_known, house, inlet.name)))
        if count:
            log.warning("mail was missing", door=inlet.name, found=count)
    count += await _hand_in(house, inlet, inlet.waiting(cursor))
    seen = house.clock()
    await house.store.run(lambda tx: tx.papers.succeeded(inlet.name, seen))
    return count


async def _known(house: House, source: str, keys: Sequence[str]) -> Collection[str]:
    return await house.store.read(lambda tx: tx.papers.known(source, keys))


async def _hand_in(house: House, inlet: Inlet, papers: AsyncIterator[Paper]) -> int:
    """Keep papers by the batch; returns how many."""
    count = 0
    batch: list[Paper] = []
    try:
        async for paper in papers:
            batch.append(paper)
            if len(batch) >= BATCH or sum(len(one.body) for one in batch) >= BATCH_BYTES:
                full, batch = batch, []
                count += await _kept(house, inlet, full)
    except OSError:
        await _kept(house, inlet, batch)        # what came before the door broke is here: a mail that breaks it holds up no other
        raise
    return count + await _kept(house, inlet, batch)


async def _kept(house: House, inlet: Inlet, batch: Sequence[Paper]) -> int:
    """Keep a batch in one commit, and only then let the door go of it."""
    if not batch:
        return 0
    now = house.clock()
    await house.store.run(lambda tx: [keep(tx, inlet.name, paper, now) for paper in batch])
    house.desk_bell.ring()
    for paper in batch:
        await inlet.accepted(paper)
    return len(batch)


def keep(tx: Tx, source: str, paper: Paper, now: datetime) -> bool:
    """Keep one fetched paper and owe its reading; False where it is known already."""
    paper_id = tx.papers.keep(source, paper.key, paper.kind, paper.body, now)
    if paper_id is not None:
        tx.tasks.owe("read", paper_id, now)
    if paper.cursor:
        tx.papers.mark(source, paper.cursor, now)
    return paper_id is not None


async def watch(house: House, inlet: Inlet) -> None:
    """Fetch from a door for ever; one that is out of reach is tried again, ever more patiently."""
    wait, longest = FIRST_WAIT, inlet.longest_wait if isinstance(inlet, Fleeting) else LONGEST_WAIT
    while True:
        try:
            await take_in(house, inlet)
            wait = FIRST_WAIT
            await _stirred(inlet)
        except OSError as error:
            trouble = f"{type(error).__name__}: {error}"
            log.warning("door out of reach", door=inlet.name, trouble=trouble, again_in_s=wait)
        except Exception as error:  # noqa: BLE001 (a defect of one door must not close the others)
            trouble = f"a defect: {type(error).__name__}; the log says where"
            log.error("door failed", door=inlet.name, error=type(error).__name__, where=frames(error), again_in_s=wait)  # noqa: TRY400 (its words may be a customer's)
        else:
            continue
        await _noted(house, inlet.name, trouble)
        await asyncio.sleep(wait)
        wait = min(wait * 2, longest)


async def _noted(house: House, door: str, trouble: str) -> None:
    """Note for `status` why a door does not succeed; where it is the store that is away, nobody could look there anyway."""
    now = house.clock()
    with suppress(OSError):
        await house.store.run(lambda tx: tx.papers.failed(door, trouble, now))


async def _stirred(inlet: Inlet) -> None:
    """Wait until there is something at a door, or for LOOK_AGAIN: a quiet door is looked at too, or it would seem dead (pain 2)."""
    try:
        async with asyncio.timeout(LOOK_AGAIN) as patience:
            await inlet.more()
    except TimeoutError:
        if not patience.expired():      # the door's own: what it talks to does not answer
            raise


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something posted that waits for the next commit: what is to be done with it there, and who hears how that went."""

    work: Callable[[Tx, datetime, Rules], object]
    answer: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class Keeping:
    """A posted paper is to be kept; many of these are kept together. `told`: it goes to quarantine, for this reason and with this cure."""

    paper: New
    told: tuple[str, str] | None

    def __call__(self, tx: Tx, now: datetime, _rules: Rules) -> int:
        """Keep this one by itself; returns its number."""
        return keep_posted(tx, [self], now)[0]


class Counter:
    """Where what is posted is taken, forms and telephone records alike: what arrives while one commit runs shares the next."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._waiting: list[Waiting] = []
        self._bell = asyncio.Event()

    async def take(self, source: str, body: bytes, form: Form, digest: str) -> Posted:
        """Keep a form and open its case; returns once both are committed."""
        return await self._shared(lambda tx, now, rules: take_form(tx, source, body, form, digest, now, rules))

    async def keep(self, source: str, paper: Paper, told: tuple[str, str] | None = None) -> int:
        """Keep a posted paper and owe its reading; returns its number once both are committed, the same for the same key.

        `told`: what is wrong with one that nobody can read, and the cure; it goes to quarantine at once.
        """
        return await self._shared(Keeping(New(source, paper.key, paper.kind, paper.body), told))

    async def _shared(self, work: Callable[[Tx, datetime, Rules], T]) -> T:
        """Do this in the next commit, with whatever else waits for it."""
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(Waiting(work, answer))
        self._house.rush.come()
        self._bell.set()
        return await answer

    async def serve(self) -> None:
        """Commit what waits, for ever."""
        while True:
            await self._bell.wait()
            self._bell.clear()
            batch, self._waiting = self._waiting, []
            if batch:
                await self._commit(batch)

    async def _commit(self, batch: list[Waiting]) -> None:
        house, now, rules = self._house, self._house.clock(), self._house.rules
        try:
            answers = await house.store.run(lambda tx: _all_done(tx, batch, now, rules))
        except Exception as error:  # noqa: BLE001 (each poster must hear of it, none may wait for ever)
            for one in batch:
                if not one.answer.done():
                    one.answer.set_exception(error)
            return
        finally:
            house.rush.gone(len(batch))
        for one, answer in zip(batch, answers, strict=True):
            if one.answer.done():
                continue
            if isinstance(answer, Exception):
                one.answer.set_exception(answer)
            else:
                one.answer.set_result(answer)
        house.desk_bell.ring()


def _done(tx: Tx, one: Waiting, now: datetime, rules: Rules) -> object:
    """Do one thing of the batch; one that cannot be done takes only its own rows with it, and its error is the answer."""
    try:
        with tx.part():
            return one.work(tx, now, rules)
    except Exception as error:
        if is_database_trouble(error):
            raise       # nothing of this transaction stands; the store tries it again
        return error


def _all_done(tx: Tx, batch: Sequence[Waiting], now: datetime, rules: Rules) -> list[object]:
    """Do a batch, the papers in it together; where one of these spoils it, each by itself."""
    papers = [one.work for one in batch if isinstance(one.work, Keeping)]
    kept: Iterator[int] = iter(())
    try:
        with tx.part():
            kept = iter(keep_posted(tx, papers, now))
    except Exception as error:
        if is_database_trouble(error):
            raise
        papers = []
    return [next(kept) if papers and isinstance(one.work, Keeping) else _done(tx, one, now, rules) for one in batch]


def keep_posted(tx: Tx, papers: Sequence[Keeping], now: datetime) -> list[int]:
    """Keep posted papers, to be read or set aside; returns their numbers, that of the first where one came before."""
    kept = tx.papers.keep_all([one.paper for one in papers], now)
    tx.tasks.owe_all("read", {number: now for one, (number, fresh) in zip(papers, kept, strict=True) if fresh and one.told is None})
    for one, (number, fresh) in zip(papers, kept, strict=True):
        if fresh and one.told is not None:
            tx.papers.quarantine(number, *one.told)
    return [number for number, _ in kept]


def set_aside(tx: Tx, source: str, body: bytes, told: tuple[str, str], now: datetime) -> int:
    """Keep a posted body nobody can use, with what is wrong and what to do; returns its quarantine number."""
    key = f"unusable:{hashlib.sha256(body).hexdigest()}"
    paper = tx.papers.keep(source, key, "form", body, now)
    if paper is None:
        before = tx.papers.find(source, key)
        assert before is not None
        return before.id
    tx.papers.quarantine(paper, *told)
    return paper
