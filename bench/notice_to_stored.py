"""From Dovecot's notice of a new mail (the EXISTS line passes) to the committed paper, in the daemon's own room over IDLE.

python -m bench.notice_to_stored [how many]: median and 99th percentile; a proxy in between sees the line, SQLite syncs its disk.
"""

import asyncio
import re
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from adapters.imap import Imap, ImapSettings
from bench.post_to_mailbox import told
from hotline_bridge.config import load_config
from hotline_bridge.house import Bell
from hotline_bridge.intake import watch
from hotline_bridge.rulebook import load_rules
from tests.chaos.cells import Stage
from tests.chaos.proxy import ImapSpeech, proxy
from tests.fakes import Relay, SetClock
from tests.make import a_mail
from tests.servers.dovecot import dovecot
from tests.servers.fixtures import ACCOUNTS
from tests.servers.running import HOST

ADDRESS = "hotline@bank.example"
EXISTS = re.compile(rb"\* \d+ EXISTS")


@dataclass(slots=True)
class TimedBell(Bell):
    """Rung right after the commit; notes when."""

    at: float = 0.0

    def ring(self) -> None:
        self.at = time.perf_counter()
        super(TimedBell, self).ring()


async def main(count: int) -> None:
    noticed, bell = [0.0], TimedBell()

    def seen(line: bytes) -> None:
        if EXISTS.match(line) and not noticed[0]:
            noticed[0] = time.perf_counter()

    took = []
    rules = load_rules(load_config(None), b"a key of the benches, 32 bytes..").rules
    with tempfile.TemporaryDirectory() as name, dovecot(ACCOUNTS) as server:
        async with proxy(server.imap, ImapSpeech, watcher=seen) as between:
            door = Imap("mailbox", ImapSettings(HOST, ADDRESS, ACCOUNTS[ADDRESS], port=between.port))
            with Stage(Path(name), rules).house([door], Relay(), SetClock()) as house:
                watching = asyncio.ensure_future(watch(replace(house, desk_bell=bell), door))
                for number in range(count):
                    await between.until("IDLE wait", number + 1)
                    noticed[0], bell.at = 0.0, 0.0
                    await asyncio.to_thread(server.deliver, ADDRESS, a_mail("客户称柜员态度生硬。\n" * 80, message_id=f"<{number}@customer.example>"))
                    await bell.heard(30)
                    took.append(bell.at - noticed[0])
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)
                await door.close()
    told("EXISTS to committed", took)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 50))
