"""Every state of IMAP and SMTP with every fault, against real servers: `python -m tests.chaos.matrix` prints the tables."""

import asyncio
import logging
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import structlog

from hotline_bridge.config import load_config
from hotline_bridge.rulebook import load_rules
from tests.chaos.cells import Cell, Outcome, Sent, Stage, arrived, at_rest, cells_of, imap_cell, judged, smtp_cell
from tests.chaos.proxy import How, ImapSpeech, SmtpSpeech
from tests.servers.dovecot import Dovecot, dovecot
from tests.servers.fixtures import ACCESS, ACCOUNTS
from tests.servers.postfix import Postfix, postfix

AT_ONCE = 6         # cells side by side: most of them wait
TO, SENDER = "chengnan@bank.example", "hotline@bank.example"


async def imap_matrix(stage: Stage, server: Dovecot, chosen: Sequence[Cell], boxes: Iterator[str]) -> list[Outcome]:
    """The mailbox's cells, each with an empty mailbox of its own."""
    seats = asyncio.Semaphore(AT_ONCE)

    async def play(cell: Cell, address: str) -> Outcome:
        async with seats:
            return await imap_cell(cell, stage, server, (address, ACCOUNTS[address]))

    return await asyncio.gather(*(play(cell, next(boxes)) for cell in chosen))


async def smtp_matrix(stage: Stage, relay: Postfix, server: Dovecot, chosen: Sequence[Cell]) -> list[Outcome]:
    """The relay's cells; the mailbox is looked into once the relay has come to rest."""
    seats = asyncio.Semaphore(AT_ONCE)
    before = relay.sessions

    async def play(cell: Cell) -> Sent:
        async with seats:
            return await smtp_cell(cell, stage, relay, TO, ACCOUNTS[SENDER])

    sent = await asyncio.gather(*map(play, chosen))
    await at_rest(relay, before)
    found = arrived(server, TO)
    return [judged(one, found) for one in sent]


def table(title: str, states: Sequence[str], outcomes: Sequence[Outcome]) -> str:
    """The outcomes as Markdown, a line for a state, a column for a fault; how many connections it took in parentheses."""
    said = {(one.cell.state, one.cell.how): f"{one} ({one.connections})" for one in outcomes}
    lines = [f"| {title} | {' | '.join(How)} |", f"| --- {'| --- ' * len(How)}|"]
    lines += [f"| {state} | {' | '.join(said.get((state, how), '–') for how in How)} |" for state in states]
    return "\n".join(lines)


async def main() -> int:
    """Play everything; the number of cells that went wrong."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    rules = load_rules(load_config(None), b"a key of the tests, 32 bytes long").rules
    with tempfile.TemporaryDirectory() as name, dovecot(ACCOUNTS) as mailboxes, postfix(mailboxes, ACCESS) as relay:
        stage = Stage(Path(name), rules)
        read = await imap_matrix(stage, mailboxes, cells_of(ImapSpeech), (name for name in ACCOUNTS if name.startswith("box")))
        print(table("IMAP", ImapSpeech.states, read), flush=True)
        posted = await smtp_matrix(stage, relay, mailboxes, cells_of(SmtpSpeech))
        print("\n" + table("SMTP", SmtpSpeech.states, posted))
    wrong = [one for one in (*read, *posted) if one.wrong]
    print(f"\n{len(read) + len(posted)} cells, {len(wrong)} wrong; twice only in: {', '.join(sorted({one.cell.state for one in posted if one.twice})) or 'none'}")
    return len(wrong)


if __name__ == "__main__":
    sys.exit(min(asyncio.run(main()), 1))
