"""The office: has old files of answers turned into ones that can be read, outside of any transaction (P-12)."""

import asyncio
from datetime import datetime, timedelta

import structlog

from adapters.formats.answer_file import CONVERTED, only_office_opens, shape_of
from adapters.formats.mime import read_mail
from hotline_bridge.errors import LostClaim
from hotline_bridge.house import House
from hotline_bridge.logs import frames
from hotline_bridge.ports import Office
from hotline_bridge.store.tasks import Task
from hotline_bridge.store.tx import Tx
from routing.papers import Attachment, Unreadable

log = structlog.get_logger()
PATIENCE = timedelta(minutes=15)
OPEN = ("open",)
MOST_FILES = 10         # of one mail
MOST_TRIES = 2          # of one mail; a file that ends the service twice is not tried again

Outcome = tuple[bytes, bytes, str]      # the file, what was made of it, why not


async def open_some(house: House) -> bool:
    """Open the old files of the next mail that has any, and let it be weighed; False if there is none."""
    now = house.clock()
    claimed = await house.store.run(lambda tx: _claimed(tx, now))
    if claimed is None:
        return False
    task, body = claimed
    office = house.office if task.attempt <= MOST_TRIES else None
    files = await asyncio.to_thread(_old_files, body)
    outcomes = [one for file in files if office and (one := await _opened(house, office, file)) is not None]
    settled = house.clock()
    await house.store.run(lambda tx: _settle(tx, task, outcomes, settled))
    house.desk_bell.ring()
    return True


def _claimed(tx: Tx, now: datetime) -> tuple[Task, bytes] | None:
    tasks = tx.tasks.claim(OPEN, now, PATIENCE, 1)
    return (tasks[0], tx.papers.body(tasks[0].subject)) if tasks else None


def _old_files(body: bytes) -> list[Attachment]:
    return [one for one in read_mail(body).attachments if only_office_opens(one)][:MOST_FILES]


async def _opened(house: House, office: Office, file: Attachment) -> Outcome | None:
    """What became of one file; None where it was tried before, or the program itself is at fault: then nothing is known of the file."""
    if await house.store.read(lambda tx: tx.opened.of(file.content)) is not None:
        return None
    shape = shape_of(file)
    try:
        return file.content, await office.convert(file.content, shape.value, CONVERTED[shape]), ""
    except Unreadable as error:
        return file.content, b"", str(error)
    except OSError as error:
        log.error("office program does not start", trouble=error.strerror or type(error).__name__)  # noqa: TRY400 (the cure says more)
    except Exception as error:  # noqa: BLE001 (a defect of the door must not hold up the answer)
        log.error("office program failed", error=type(error).__name__, where=frames(error))  # noqa: TRY400 (its words may be a customer's)
    return None


def _settle(tx: Tx, task: Task, outcomes: list[Outcome], now: datetime) -> None:
    try:
        with tx.part():
            tx.tasks.hold(task)
            for content, made, trouble in outcomes:
                tx.opened.keep(content, made, trouble, now)
            tx.tasks.finish(task)
            tx.tasks.owe("answer", task.subject, now)
    except LostClaim:
        log.info("files opened by another instance", paper=task.subject)
