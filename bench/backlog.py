"""A full mailbox worked off: mails of 3 KB lie in Dovecot, the service as a process reads them all, each from another customer.

python -m bench.backlog [how many]: mails a second from the start to the last one read, and the memory of the process at a
quarter, a half and the end: a daemon that keeps what it has read would grow with the pile.
"""

import asyncio
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bench.post_to_mailbox import memory
from tests.daemon.service import service, write_config
from tests.make import a_mail
from tests.servers.dovecot import dovecot
from tests.servers.fixtures import ACCESS, ACCOUNTS
from tests.servers.postfix import postfix

NARRATIVE = "客户称在城南路营业所排队时柜员态度恶劣，等候两个小时，要求道歉并给予答复。"
SIZE = 3000
READ = "paper WHERE state != 'kept'"                        # whatever came of them
OWED = "task WHERE kind IN ('read', 'register', 'triage', 'dispatch') AND NOT parked"


def mails(count: int) -> Iterator[bytes]:
    """Complaints, no two alike."""
    for number in range(count):
        words = f"第{number}号来信。{NARRATIVE}\n"
        text = words + f"当日经过如下，排在第{number % 97}位。\n" * ((SIZE - 700) // 48)
        yield a_mail(text, sender=f"kehu{number}@customer.example", message_id=f"<backlog-{number}@customer.example>")


def count_of(database: Path, what: str) -> int:
    """How many rows of the daemon's database are so."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as look:
        return int(look.execute(f"SELECT count(*) FROM {what}").fetchone()[0])


async def main(count: int) -> None:
    pile = list(mails(count))
    print(f"{count} mails of {sum(map(len, pile)) // count} bytes")
    with tempfile.TemporaryDirectory() as name, dovecot(ACCOUNTS) as mailboxes, postfix(mailboxes, ACCESS) as relay:
        folder = Path(name)
        mailboxes.drop("hotline@bank.example", *pile)
        with service(folder, write_config(folder, mailboxes, relay)) as bridge:
            begun, database = time.perf_counter(), next((folder / "state").glob("*.db"))
            marks = {count // 4: "N/4", count // 2: "N/2", count: "N"}
            print(f"memory at the start {memory(bridge.process.pid):6.0f} MB")
            while marks or count_of(database, OWED):
                await asyncio.sleep(0.2)
                done, spent = count_of(database, READ), time.perf_counter() - begun
                for mark in [mark for mark in marks if done >= mark]:
                    print(f"memory at {marks.pop(mark):9} {memory(bridge.process.pid):6.0f} MB  after {spent:6.1f} s, {done / spent:6.1f} mails/s", flush=True)
            spent = time.perf_counter() - begun
            ends = {what: count_of(database, where) for what, where in (("cases", "case_file"), ("letters", "letter"), ("in quarantine", "paper WHERE state = 'quarantined'"))}
            print(f"all steps done after {spent:.1f} s, {count / spent:.1f} mails/s, memory {memory(bridge.process.pid):.0f} MB: {', '.join(f'{n} {what}' for what, n in ends.items())}")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 500))
