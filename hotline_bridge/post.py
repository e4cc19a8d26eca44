"""The post room: makes a letter's bytes once, carries them to the relay, notes what it said about each recipient."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from hotline_bridge.errors import LostClaim
from hotline_bridge.house import House
from hotline_bridge.letters import bytes_of
from hotline_bridge.logs import frames
from hotline_bridge.ports import Receipt
from hotline_bridge.reminding import goes_out
from hotline_bridge.report_letter import REPORT
from hotline_bridge.store.tasks import Task
from hotline_bridge.store.tray import Letter
from hotline_bridge.store.tx import Tx
from routing.delivery import ACCEPTED, DEFERRED, REFUSED, envelope_id
from routing.rules import Rules
from routing.stationery import Templates
from routing.templating import TemplateFails

log = structlog.get_logger()
PATIENCE = timedelta(minutes=15)    # a relay may take ten minutes after the final dot (RFC 5321 §4.5.3.2.6)
WAITS = (60, 120, 300, 900, 1800)   # seconds until the next try; the last one repeats
BATCH = 16
POST = ("post",)
HEARD = {"accepted": ACCEPTED, "refused": REFUSED}       # every other answer of the relay means: later


Claimed = tuple[Task, Letter]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one try at a letter brought: receipts, or the trouble on the way."""

    task: Task
    letter: Letter
    receipts: Mapping[str, Receipt]
    trouble: str = ""


async def post_some(house: House) -> bool:
    """Send the letters that are due; False if the tray is empty."""
    now = house.clock()
    rules = house.rules
    claimed, taken_back = await house.store.run(lambda tx: _pick_up(tx, now, rules))
    if taken_back:
        house.desk_bell.ring()      # what it should have said is written anew
    if not claimed:
        return bool(taken_back)
    ready = await _with_bytes(house, claimed)
    outcomes = await asyncio.gather(*(_carry(house, task, letter) for task, letter in ready))
    settled = house.clock()
    await house.store.run(lambda tx: _settle_all(tx, outcomes, settled))
    for outcome in outcomes:
        if outcome.trouble:
            log.warning("letter waits", letter=outcome.letter.id, purpose=outcome.letter.purpose, trouble=outcome.trouble)
    house.desk_bell.ring()
    return True


def _pick_up(tx: Tx, now: datetime, rules: Rules) -> tuple[list[Claimed], int]:
    """The letters to send now, and how many were taken back in this very transaction: no reminder leaves for what is closed (P-21)."""
    due = [(task, tx.tray.get(task.subject)) for task in tx.tasks.claim(POST, now, PATIENCE, BATCH)]
    ready = [(task, letter) for task, letter in due if goes_out(tx, letter, now, rules)]
    tx.tasks.finish_all([task for task, letter in due if (task, letter) not in ready])
    return ready, len(due) - len(ready)


async def _with_bytes(house: House, claimed: Sequence[Claimed]) -> list[Claimed]:
    """The claimed letters with their bytes, made and kept before the first try; one that cannot be made is parked."""
    fresh = [letter for _, letter in claimed if letter.raw is None]
    if not fresh:
        return list(claimed)
    made, broken = await asyncio.to_thread(_compose_all, fresh, house.rules.sheets, house.signing)
    for letter, error in broken.items():
        log.error("letter cannot be made", letter=letter, error=type(error).__name__, where=frames(error))
    return await house.store.run(lambda tx: _fix(tx, claimed, made, broken))


def _compose_all(letters: Sequence[Letter], sheets: Templates, signing: Callable[[bytes], bytes] | None) -> tuple[dict[int, bytes], dict[int, Exception]]:
    made: dict[int, bytes] = {}
    broken: dict[int, Exception] = {}
    for letter in letters:
        try:
            raw = bytes_of(letter.draft, sheets)
            made[letter.id] = signing(raw) if signing else raw
        except Exception as error:  # noqa: BLE001 (one letter that cannot be made must not hold up the others)
            broken[letter.id] = error
    return made, broken


def _fix(tx: Tx, claimed: Sequence[Claimed], made: Mapping[int, bytes], broken: Mapping[int, Exception]) -> list[Claimed]:
    for key, raw in made.items():
        tx.tray.fix(key, raw)
    for task, letter in claimed:
        if letter.id in broken:
            tx.tasks.park(task, _why_not(broken[letter.id]))
    return [(task, tx.tray.get(letter.id)) for task, letter in claimed if letter.id not in broken]


def _why_not(error: Exception) -> str:
    """Why a letter cannot be made; of a defect only its kind, for its words may be a customer's (P-6)."""
    return str(error) if isinstance(error, TemplateFails) else f"{type(error).__name__}: the letter cannot be made from its draft; see the log"


async def _carry(house: House, task: Task, letter: Letter) -> Outcome:
    """One try at the relay; whatever goes wrong on the way, the letter stays in the tray."""
    assert letter.raw is not None
    if not letter.open:
        return Outcome(task, letter, {})
    try:
        envelope = envelope_id(letter.id, house.rules.identity.reply_key)
        return Outcome(task, letter, await house.mailer.send(letter.raw, letter.sender, letter.open, envelope))
    except OSError as error:
        return Outcome(task, letter, {}, f"{type(error).__name__}: {error}")
    except Exception as error:  # noqa: BLE001 (a defect of the door must not end the post room)
        log.error("mailer failed", letter=letter.id, error=type(error).__name__, where=frames(error))  # noqa: TRY400 (its words may be a customer's)
        return Outcome(task, letter, {}, f"{type(error).__name__}: a defect of the program, see the log")


def _settle_all(tx: Tx, outcomes: Sequence[Outcome], now: datetime) -> None:
    for outcome in outcomes:
        _settle(tx, outcome, now)


def _settle(tx: Tx, outcome: Outcome, now: datetime) -> None:
    """Write down each recipient's answer; what is refused for good becomes the desk's (P-20)."""
    try:
        with tx.part():
            tx.tasks.hold(outcome.task)
            for recipient, receipt in outcome.receipts.items():
                tx.tray.receipt(outcome.letter.id, recipient, HEARD.get(receipt.answer, DEFERRED), receipt.said, now)
            if tx.tray.get(outcome.letter.id).open:      # asked anew: one may have come back in the meantime, to be given again
                wait = WAITS[min(outcome.task.attempt, len(WAITS)) - 1]
                said = outcome.trouble or "; ".join(receipt.said for receipt in outcome.receipts.values())
                tx.tasks.postpone(outcome.task, now + timedelta(seconds=wait), said)
            else:
                tx.tasks.finish(outcome.task)
            if outcome.receipts and (outcome.letter.case is not None or outcome.letter.purpose == REPORT):
                tx.tasks.owe("posted", outcome.letter.id, now)
    except LostClaim:
        log.info("letter taken over", letter=outcome.letter.id)
