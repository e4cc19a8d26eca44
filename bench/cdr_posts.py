"""FreeSWITCH's posts: 500 a second for 20 s to the built service, pinned to one core, over SQLite that syncs its disk.

python -m bench.cdr_posts [a second] [seconds] [1: one connection for each post, as the module does, 0: kept open]. Open loop:
a post's time runs from the moment it was due, so that one that waits for another counts in full. Half are legs of callers,
half of seats, 13 kB each; the desk reads meanwhile. Each 202 names a paper, and all are counted in the database at the end.
"""

import asyncio
import base64
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from bench.post_to_mailbox import memory, told
from tests.freeswitch import caller_leg, seat_leg, uuid

ROOT = Path(__file__).parents[1]
LOGIN = base64.b64encode(b"freeswitch:secret-of-the-bench").decode()
CONFIG = """
state = "{folder}/state"
[bank]
mailbox = "hotline@bank.example"
[http]
port = 0
[imap]
port = 0
[smtp]
port = 0
[[freeswitch]]
name = "f1"
user = "freeswitch"
password_file = "{folder}/secret"
"""
MARK = b"000000000000"


def posts(count: int, first: int) -> list[bytes]:
    """Requests as mod_json_cdr writes them; those of a pair are two legs of one call."""
    made = [replace(leg, filling=230).json().encode() for leg in (caller_leg(0), seat_leg(0))]
    assert all(uuid(0).encode()[-12:] == MARK and MARK in body for body in made)
    return [request(made[n % 2].replace(b"-8000-" + MARK, b"-8000-%012d" % ((first + n) // 2)), n) for n in range(count)]


def request(body: bytes, number: int) -> bytes:
    return (f"POST /api/v1/exchanges/f1/cdr?uuid={uuid(number)} HTTP/1.1\r\nHost: bridge.bank.example\r\nAuthorization: Basic {LOGIN}\r\n"
            f"User-Agent: freeswitch-json/1.0\r\nAccept: */*\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body


class Line:
    """Where posts go out: a connection each, or those that are free again."""

    def __init__(self, port: int, *, each: bool) -> None:
        self._port, self._each, self._free = port, each, []

    async def post(self, sent: bytes) -> tuple[int, bytes]:
        reader, writer = self._free.pop() if self._free else await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(sent)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        if self._each:
            writer.close()
        else:
            self._free.append((reader, writer))
        return int(head.split(b" ")[1]), body


async def load(port: int, rate: int, seconds: int, first: int, *, each: bool) -> tuple[list[float], Counter[int]]:
    line, answers, took = Line(port, each=each), Counter(), []
    ready = posts(rate * seconds, first)

    async def one(sent: bytes, due: float) -> None:
        status, _ = await line.post(sent)
        took.append(time.perf_counter() - due)
        answers[status] += 1

    begun = time.perf_counter() + 0.2
    async with asyncio.TaskGroup() as group:
        for number, sent in enumerate(ready):
            due = begun + number / rate
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            group.create_task(one(sent, due))
    return took, answers


def count(database: Path, query: str) -> int:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
        return db.execute(query).fetchone()[0]


def ready(log: Path, process: subprocess.Popen[bytes]) -> int:
    while process.poll() is None:
        for text in log.read_text().splitlines():
            if '"ready"' in text:
                return int(json.loads(text)["url"].rsplit(":", 1)[1])
        time.sleep(0.05)
    raise SystemExit(log.read_text())


def alone(*processes: int) -> str:
    """Put these before whatever else runs on the machine, where that is allowed: a core is meant, not a part of one."""
    try:
        for process in processes:
            os.setpriority(os.PRIO_PROCESS, process, -15)
        Path("/proc/self/autogroup").write_text("-15")      # where Linux weighs sessions, niceness counts only within one
    except FileNotFoundError:
        return "before whatever else runs here"
    except OSError:
        return "among whatever else runs here"
    return "before whatever else runs here"


def main(rate: int, seconds: int, *, each: bool) -> None:
    cores = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "secret").write_text("secret-of-the-bench\n")
        (folder / "bridge.toml").write_text(CONFIG.format(folder=folder))
        pinned = [shutil.which("taskset") or "taskset", "-c", str(cores[0])]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen([*pinned, sys.executable, "-m", "hotline_bridge", "run", "--config", str(folder / "bridge.toml")], cwd=ROOT, stdout=log, stderr=log)
        os.sched_setaffinity(0, set(cores[1:]) or set(cores))
        try:
            port = ready(folder / "log", process)
            how = alone(process.pid, *(int(one.name) for one in Path(f"/proc/{process.pid}/task").iterdir()), os.getpid())
            (database,) = (folder / "state").glob("*.db")
            asyncio.run(load(port, 50, 2, 10**9, each=each))
            before = count(database, "SELECT count(*) FROM paper")
            busy = os.times()
            took, answers = asyncio.run(load(port, rate, seconds, 0, each=each))
            kept = count(database, "SELECT count(*) FROM paper") - before
            read = count(database, "SELECT count(*) FROM paper WHERE state = 'read'")
            told(f"{rate} posts/s for {seconds} s, due to answered", took)
            print(f"service on core {cores[0]} of {len(cores)}, {how}; load of the machine {os.getloadavg()[0]:.1f}")
            print(f"answers {dict(answers)}; papers committed when the last was answered: {kept} of {rate * seconds}")
            begun = time.perf_counter()
            while count(database, "SELECT count(*) FROM task WHERE kind = 'read'"):
                time.sleep(0.2)
            rest = time.perf_counter() - begun
            calls = count(database, "SELECT count(*) FROM call")
            print(f"read meanwhile: {read}; the rest was read {rest:.1f} s later: {calls} calls; memory {memory(process.pid):.0f} MB; client's own CPU {os.times().user - busy.user:.1f} s")
        finally:
            process.terminate()
            process.wait(20)


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*(given[:2] + [500, 20][len(given):]), each=bool((given[2:] or [1])[0]))
