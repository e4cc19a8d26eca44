"""From POST to the mail in the branch's Dovecot mailbox, through the service as a process and a real Postfix.

python -m bench.post_to_mailbox [how many]: the median and the 99th percentile, alone and under a burst, beside the
start-up time and the memory of the idle service.
"""

import asyncio
import os
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.daemon.service import Service, service, write_config
from tests.make import a_form
from tests.servers.dovecot import Dovecot, dovecot
from tests.servers.fixtures import ACCESS, ACCOUNTS
from tests.servers.postfix import postfix

OUTLET = "chengnan@bank.example"
FORM = {"unit": "城南路营业所", "narrative": "客户称在城南路营业所排队时柜员态度恶劣，要求道歉。"}
NUMBER = re.compile(rb"Message-ID: <slip\.\d+\.\d+\.([0-9-]+)@", re.IGNORECASE)


class Mailbox:
    """Which case numbers have arrived, and when; looks at new files only."""

    def __init__(self, box: Dovecot) -> None:
        self._box, self._seen, self.arrived = box, set(), {}

    def look(self) -> None:
        now = time.perf_counter()
        for path in self._box.files(OUTLET):
            if path.name in self._seen:
                continue
            self._seen.add(path.name)
            found = NUMBER.search(path.read_bytes())
            if found:
                self.arrived.setdefault(found[1].decode(), now)


async def one_by_one(bridge: Service, box: Mailbox, count: int, name: str) -> list[float]:
    """Each post waits for the former's mail."""
    took = []
    for n in range(count):
        begun = time.perf_counter()
        _, answer = await bridge.call("POST", "/api/v1/calls", "seat", a_form(f"{name}-{n}", **FORM))
        while answer["case_number"] not in box.arrived:
            await asyncio.sleep(0.001)
            box.look()
        took.append(box.arrived[answer["case_number"]] - begun)
    return took


async def at_once(bridge: Service, box: Mailbox, count: int) -> list[float]:
    """All posts together."""
    begun = time.perf_counter()
    answers = await asyncio.gather(*(bridge.call("POST", "/api/v1/calls", "seat", a_form(f"burst-{n}", **FORM)) for n in range(count)))
    numbers = {answer["case_number"] for _, answer in answers}
    while not numbers <= box.arrived.keys():
        await asyncio.sleep(0.005)
        box.look()
    return [box.arrived[number] - begun for number in numbers]


def told(what: str, took: list[float]) -> None:
    ordered = sorted(took)
    p99 = ordered[min(len(ordered) - 1, round(len(ordered) * 0.99))]
    print(f"{what:34} n={len(took)}  median {statistics.median(took) * 1e3:7.1f} ms  p99 {p99 * 1e3:7.1f} ms  max {ordered[-1] * 1e3:7.1f} ms")


def memory(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as name, dovecot(ACCOUNTS) as mailboxes, postfix(mailboxes, ACCESS) as relay:
        folder = Path(name)
        begun = time.perf_counter()
        with service(folder, write_config(folder, mailboxes, relay)) as bridge:
            print(f"start-up to ready                  {time.perf_counter() - begun:.2f} s")
            await asyncio.sleep(1)
            print(f"memory at rest (sample directory)  {memory(bridge.process.pid):.0f} MB")
            box = Mailbox(mailboxes)
            await one_by_one(bridge, box, 5, "warm")
            told("POST to Dovecot, one by one", await one_by_one(bridge, box, count, "alone"))
            told("POST to Dovecot, all at once", await at_once(bridge, box, count))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
