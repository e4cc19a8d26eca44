"""The hall: a paper is kept before anybody is thanked. Fetched papers one by one, posted forms by the batch."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from hotline_bridge.house import House
from hotline_bridge.logs import frames
from hotline_bridge.ports import Inlet, Paper, Recounted
from hotline_bridge.opening import Posted, take_form
from hotline_bridge.store.engine import is_database_trouble
from hotline_bridge.store.tx import Tx
from routing.papers import Form
from routing.rules import Rules

log = structlog.get_logger()
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
    await house.store.run(lambda tx: tx.papers.mark(inlet.name, "", seen))
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
    wait = FIRST_WAIT
    while True:
        try:
            await take_in(house, inlet)
            wait = FIRST_WAIT
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AGAIN):      # a quiet door is looked at too, or it would seem dead (pain 2)
                    await inlet.more()
        except OSError as error:
            log.warning("door out of reach", door=inlet.name, trouble=f"{type(error).__name__}: {error}", again_in_s=wait)
        except Exception as error:  # noqa: BLE001 (a defect of one door must not close the others)
            log.error("door failed", door=inlet.name, error=type(error).__name__, where=frames(error), again_in_s=wait)  # noqa: TRY400 (its words may be a customer's)
        else:
            continue
        await asyncio.sleep(wait)
        wait = min(wait * 2, LONGEST_WAIT)


@dataclass(frozen=True, slots=True)
class Post:
    """A posted form that waits for the next commit."""

    source: str
    body: bytes
    form: Form
    digest: str
    answer: asyncio.Future[Posted]


class Counter:
    """Where posted forms are taken: what arrives while one commit runs shares the next."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._waiting: list[Post] = []
        self._bell = asyncio.Event()

    async def take(self, source: str, body: bytes, form: Form, digest: str) -> Posted:
        """Keep a form and open its case; returns once both are committed."""
        answer: asyncio.Future[Posted] = asyncio.get_running_loop().create_future()
        self._waiting.append(Post(source, body, form, digest, answer))
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

    async def _commit(self, batch: list[Post]) -> None:
        house, now, rules = self._house, self._house.clock(), self._house.rules
        try:
            answers = await house.store.run(lambda tx: [_take(tx, post, now, rules) for post in batch])
        except Exception as error:  # noqa: BLE001 (each poster must hear of it, none may wait for ever)
            for post in batch:
                if not post.answer.done():
                    post.answer.set_exception(error)
            return
        for post, answer in zip(batch, answers, strict=True):
            if post.answer.done():
                continue
            if isinstance(answer, Posted):
                post.answer.set_result(answer)
            else:
                post.answer.set_exception(answer)
        house.desk_bell.ring()


def _take(tx: Tx, post: Post, now: datetime, rules: Rules) -> Posted | Exception:
    """Take one form of the batch; one that cannot be taken takes only its own rows with it."""
    try:
        with tx.part():
            return take_form(tx, post.source, post.body, post.form, post.digest, now, rules)
    except Exception as error:
        if is_database_trouble(error):
            raise       # nothing of this transaction stands; the store tries it again
        return error


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
