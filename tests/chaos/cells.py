"""One state of the protocol, one fault, the daemon's own rooms over a real store: what became of each mail."""

import asyncio
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from adapters.formats.letter import Draft
from adapters.imap import Imap, ImapSettings
from adapters.smtp import Smtp, SmtpSettings
from hotline_bridge.board import Board
from hotline_bridge.house import House, Shelf
from hotline_bridge.intake import watch
from hotline_bridge.ports import Inlet, Mailer
from hotline_bridge.post import post_some
from hotline_bridge.store import schema as t
from hotline_bridge.store.engine import Store, open_engine
from hotline_bridge.store.tray import ACCEPTED, Delivery, Outgoing
from hotline_bridge.store.tx import Tx
from hotline_bridge.store.upgrade import upgrade
from routing.rules import Rules
from tests.chaos.proxy import How, ImapSpeech, SmtpSpeech, proxy
from tests.fakes import Relay, SetClock
from tests.make import a_mail
from tests.servers.certificate import trusting
from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix
from tests.servers.running import HOST

#: Where the relay may have the letter although the door never heard so: the only states in which it may come twice.
UNKNOWN = frozenset({"body", "final dot"})
DONE = "done"
BOUND = 60.0            # seconds after which a cell counts as hanging
PATIENCE = 1.0          # of the doors, with a server that says nothing
SENDER = "hotline@bank.example"
_MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^>]+)>", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Cell:
    """One place of the matrix."""

    state: str
    how: How


@dataclass
class Outcome:
    """What became of the mails of one cell; `wrong` says what must not be."""

    cell: Cell
    mails: int
    connections: int = 0
    twice: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        if self.wrong:
            return "**" + "; ".join(self.wrong) + "**"
        return f"all {self.mails}, {len(self.twice)} twice" if self.twice else f"all {self.mails} once"


def cells_of(speech: type[ImapSpeech | SmtpSpeech]) -> list[Cell]:
    """Every state and every fault; an answer that is not given cannot be harmed."""
    silent = {How.DROPPED}
    return [Cell(state, how) for state in speech.states for how in How if not (state == "body" and how in silent)]


class Stage:
    """Where cells play: an empty store to copy, and the rules."""

    def __init__(self, folder: Path, rules: Rules) -> None:
        self._folder, self.rules, self._count = folder, rules, 0
        engine = open_engine(f"sqlite:///{folder / 'empty.db'}")
        upgrade(engine)
        engine.dispose()

    @contextmanager
    def house(self, inlets: Sequence[Inlet], mailer: Mailer, clock: SetClock) -> Iterator[House]:
        """A house over a store of its own."""
        self._count += 1
        place = self._folder / str(self._count)
        place.mkdir()
        shutil.copy(self._folder / "empty.db", place / "bridge.db")
        store = Store(open_engine(f"sqlite:///{place / 'bridge.db'}"), place / "papers")
        try:
            yield House(store, clock, Shelf(self.rules), inlets, mailer, board=Board(clock))
        finally:
            store.close()


# in ----------------------------------------------------------------------------------------------------------------------
async def imap_cell(cell: Cell, stage: Stage, server: Dovecot, account: tuple[str, str]) -> Outcome:
    """Three mails through a mailbox that fails once; the third is announced to a daemon that waits."""
    address, password = account
    mails = [_a_mail(number, cell) for number in range(3)]
    outcome = Outcome(cell, len(mails))
    await asyncio.to_thread(server.deliver, address, *mails[:2])
    async with proxy(server.imap, ImapSpeech, cell.state, cell.how) as between:
        door = Imap("mailbox", ImapSettings(HOST, address, password, port=between.port, timeout=PATIENCE, idle=1.0, done_folder=DONE))
        with stage.house([door], Relay(), SetClock()) as house:
            watching = asyncio.ensure_future(watch(house, door))
            try:
                async with asyncio.timeout(BOUND):
                    await between.until("IDLE")
                    await asyncio.to_thread(server.deliver, address, mails[2])
                    await so(lambda: (len(_papers(house)) >= len(mails) and between.fired.is_set()))
                    door._counted = None                    # ten minutes later it is counted over: nothing is left lying
                    await so(lambda: (not server.files(address)))
            except TimeoutError:
                outcome.wrong.append(f"hangs: {len(_papers(house))} of {len(mails)} kept, {len(server.files(address))} lie in the mailbox")
            finally:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)
                await door.close()
            outcome.connections = between.connections
            kept = Counter(map(_message_id, _papers(house)))
    moved = Counter(_message_id(path.read_bytes()) for path in server.files(address, f".{DONE}"))
    for mail in mails:
        name = _message_id(mail)
        outcome.wrong += [f"{name} {said} {count[name]} times" for said, count in (("kept", kept), ("moved", moved)) if count[name] != 1]
    return outcome


def _a_mail(number: int, cell: Cell) -> bytes:
    text = "客户称柜员态度生硬，要求道歉。\n" * (2000 if number == 1 else 20)
    return a_mail(text, message_id=f"<{number}.{cell.state}.{cell.how}@customer.example>".replace(" ", "-"))


def _papers(house: House) -> list[bytes]:
    return house.store.read_now(lambda tx: [tx.papers.body(key) for key in tx.papers.db.execute(select(t.paper.c.id)).scalars().all()])


# out ---------------------------------------------------------------------------------------------------------------------
@dataclass
class Sent:
    """The letters of a cell with the bytes they have in the tray, to be looked for once the relay has come to rest."""

    outcome: Outcome
    letters: dict[str, bytes]


async def smtp_cell(cell: Cell, stage: Stage, server: Postfix, to: str, password: str) -> Sent:
    """Three letters through a relay that fails once, then the good-bye."""
    secure = cell.state == "STARTTLS"
    async with proxy(server.plain, SmtpSpeech, cell.state, cell.how) as between:
        door = Smtp(SmtpSettings(
            "localhost" if secure else HOST, between.port, "starttls" if secure else "none", SENDER, password,
            trusting(server.certificate) if secure else None, timeout=PATIENCE, final=PATIENCE, connections=1,
        ))
        clock = SetClock()
        with stage.house([], door, clock) as house:
            letters = house.store.run_now(lambda tx: [put_letter(tx, f"{number}.{cell.state}.{cell.how}", (to,), clock) for number in range(3)])
            outcome = Outcome(cell, len(letters))
            rounds = await post_all(house, clock, letters)
            await door.close()
            if not between.fired.is_set():
                outcome.wrong.append("the fault never came")
            outcome.wrong += [f"{one.message_id} is {one.answer}: {one.said}" for one in deliveries(house, letters) if one.answer != ACCEPTED]
            outcome.connections = between.connections
            raw = house.store.read_now(lambda tx: {one.message_id: one.raw or b"" for one in map(tx.tray.get, letters)})
    if rounds > 3:
        outcome.wrong.append(f"{rounds} rounds for one fault")
    return Sent(outcome, raw)


def put_letter(tx: Tx, name: str, to: tuple[str, ...], clock: SetClock) -> int:
    """A decided letter about nothing, owed to the relay."""
    message_id = f"{name}@bank.example".replace(" ", "-")
    draft = Draft(
        message_id=f"<{message_id}>", date=clock(), from_=("示例银行", SENDER), to=tuple(("", one) for one in to), subject=f"转办单 {name}",
        text="请按期回复。\n.\n..\n" * 30,
    )
    letter = tx.tray.put(Outgoing(f"chaos:{name}", "slip", 1, message_id, SENDER, to, {"letter": draft.to_json()}), clock())
    assert letter is not None
    tx.tasks.owe("post", letter, clock())
    return letter


async def post_all(house: House, clock: SetClock, letters: Sequence[int], most: int = 8) -> int:
    """Let the post room work, half an hour at a time, until nothing is open; how many rounds it took."""
    for count in range(1, most + 1):
        while await post_some(house):
            pass
        if not house.store.read_now(lambda tx: [one for one in letters if tx.tray.get(one).open]):
            return count
        clock.on(minutes=31)
    return most


def deliveries(house: House, letters: Sequence[int]) -> list[Delivery]:
    """What became of these letters."""
    return house.store.read_now(lambda tx: [one for letter in letters for one in tx.tray.of_letter(letter)])


async def at_rest(server: Postfix, sessions: int = 0) -> None:
    """Wait until the relay has heard out whoever spoke, and given away whatever it took."""
    await so(lambda: (server.sessions <= sessions and not server.queued))


def arrived(box: Dovecot, address: str) -> dict[str, list[bytes]]:
    """What lies in a mailbox, by Message-ID."""
    found: dict[str, list[bytes]] = {}
    for path in box.files(address):
        content = path.read_bytes()
        found.setdefault(_message_id(content), []).append(content)
    return found


def judged(sent: Sent, found: dict[str, list[bytes]]) -> Outcome:
    """At least once each; twice only where nobody could know, and then the very same bytes."""
    outcome = sent.outcome
    for name, raw in sent.letters.items():
        copies = found.get(name, [])
        if not copies:
            outcome.wrong.append(f"{name} lost")
        if not all(_plain(copy).endswith(_plain(raw)) for copy in copies):
            outcome.wrong.append(f"{name} arrived in other bytes")
        if len(copies) > 1:
            outcome.twice.append(name)
            if outcome.cell.state not in UNKNOWN or len(copies) > 2:
                outcome.wrong.append(f"{name} arrived {len(copies)} times")
    return outcome


# in common ---------------------------------------------------------------------------------------------------------------
def _message_id(mail: bytes) -> str:
    found = _MESSAGE_ID.search(mail)
    return found[1].decode() if found else ""


def _plain(mail: bytes) -> bytes:
    return mail.replace(b"\r\n", b"\n")


async def so(question: Callable[[], bool]) -> None:
    """Ask until it is so; whoever calls sets the bound."""
    while not question():
        await asyncio.sleep(0.02)
