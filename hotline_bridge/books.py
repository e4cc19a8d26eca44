"""The book room: makes the reports that were planned, outside of any writing transaction, and sends them (P-24, C-8, D-8)."""

import asyncio
from datetime import datetime, timedelta

import structlog

from hotline_bridge.bookkeeping import Figures, Wanted, drawn, entry_of, files_of, spoken
from hotline_bridge.errors import LostClaim
from hotline_bridge.house import House
from hotline_bridge.logs import frames
from hotline_bridge.report_letter import report_letter
from hotline_bridge.store.reports import Report
from hotline_bridge.store.tasks import Task
from hotline_bridge.store.tx import Tx
from routing.errors import RuleError
from routing.fingerprint import fingerprint
from routing.parties import UnitCode
from routing.reporting import readers
from routing.rules import Rules

log = structlog.get_logger()
PATIENCE = timedelta(minutes=30)
REPORT = ("report",)
MOST_TRIES = 3          # of one report; a task that ended the service so often waits for a person


async def write_some(house: House) -> bool:
    """Make the next report that is due and owe its letter; False if there is none."""
    now, rules = house.clock(), house.rules
    tasks = await house.store.run(lambda tx: tx.tasks.claim(REPORT, now, PATIENCE, 1))
    if not tasks:
        return False
    task = tasks[0]
    try:
        await _make(house, task, rules)
    except RuleError as error:
        await _set_aside(house, task, str(error))
    except OSError:
        raise                       # the database or the disk: the room waits, the task comes back
    except Exception as error:  # noqa: BLE001 (one report that cannot be made must not hold up the others)
        log.error("report failed", report=task.subject, error=type(error).__name__, where=frames(error))  # noqa: TRY400 (its words may be a customer's)
        await _set_aside(house, task, f"{type(error).__name__}: a defect of the program, see the log")
    return True


async def _make(house: House, task: Task, rules: Rules) -> None:
    """Count, draw, keep, and owe the letter; RuleError where the figures do not add up, or nobody ever came back from this."""
    if task.attempt > MOST_TRIES:
        msg = f"the service ended {MOST_TRIES} times while it made this report; look at the system's log, then retry the task"
        raise RuleError(msg)
    figures, report = await house.store.read(lambda tx: _counted(tx, task.subject, rules))
    files = await asyncio.to_thread(files_of, figures)
    now = house.clock()
    await house.store.run(lambda tx: _settle(tx, task, (report, figures, files), now, rules))
    house.post_bell.ring()


def _counted(tx: Tx, report_id: int, rules: Rules) -> tuple[Figures, Report]:
    report = tx.reports.get(report_id)
    if report is None:
        msg = f"there is no report {report_id}"
        raise RuleError(msg)
    pack = rules.pack(report.pack)
    return drawn(tx, Wanted(entry_of(pack, report.name), report.place, report.first, report.last, report.as_of), pack, rules), report


def _settle(tx: Tx, task: Task, made: tuple[Report, Figures, dict[str, bytes]], now: datetime, rules: Rules) -> None:
    """Keep the report and owe its letter, in one commit; a report made twice is sent once."""
    report, figures, files = made
    try:
        with tx.part():
            tx.tasks.hold(task)
            found = readers(entry_of(rules.pack(report.pack), report.name), UnitCode(report.place), rules.directory)
            lines = [*spoken(figures), *((found.doubt,) if found.doubt else ())]
            to = found.mailboxes or (rules.identity.desk,)
            letter = tx.tray.put(report_letter(report, figures.head, lines, files, to, now, rules), now)
            tx.reports.keep(report.id, fingerprint(figures), files, letter, now)
            tx.tasks.finish(task)
            if letter is not None:
                tx.tasks.owe("post", letter, now)
    except LostClaim:
        log.info("report made by another instance", report=report.id)


async def _set_aside(house: House, task: Task, trouble: str) -> None:
    """Leave a report that cannot be made for a person to see."""
    log.error("report set aside", report=task.subject, trouble=trouble)
    await house.store.run(lambda tx: tx.tasks.park(task, trouble))
