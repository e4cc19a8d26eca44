"""How fast the parts are, each beside a plain yardstick measured in the same run: python -m bench.parts [--seconds N].

Numbers of one machine say little about another; the ratio to a yardstick says more. Nothing here decides a test.
"""

import argparse
import csv
import email
import io
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.formats.cdr import calls_of
from adapters.formats.mime import read_mail
from adapters.formats.slip_docx import write_slip
from hotline_bridge.templates import load_templates
from hotline_bridge.config import Config
from hotline_bridge.rulebook import load_rules
from hotline_bridge.store.engine import Store, open_engine
from hotline_bridge.store.upgrade import upgrade
from routing.deadline import deadline
from routing.elements import found
from routing.text import fold
from routing.triage import triage
from routing.verdict import Category, Complaint
from tests.make import NARRATIVE, WHOLE_ANSWER, a_mail
from tests.routing.slips import CONTEXT, RECEIVED, a_case
from routing.slip import slip_of

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 7, 22, 9, 30, tzinfo=ZONE)
ROW = '"","13800000001","95580","hotline","""x"" <13800000001>","SIP/t-1","SIP/8001-{n}","Dial","SIP/8001","2026-07-22 09:20:00",,"2026-07-22 09:20:30",30,0,"ANSWERED","DOCUMENTATION","17.{n}","","","17.{n}",{n}\n'


@dataclass(frozen=True)
class Measured:
    what: str
    unit: str
    ours: float
    yardstick: str
    plain: float


def rate(work: Callable[[], object], seconds: float) -> float:
    """How often a second the work can be done."""
    work()
    count, begun = 0, time.perf_counter()
    while (spent := time.perf_counter() - begun) < seconds:
        work()
        count += 1
    return count / spent


@contextmanager
def a_store() -> Iterator[tuple[Store, sqlite3.Connection]]:
    """Our store, and a bare table beside it on the same disk with the same durability."""
    with tempfile.TemporaryDirectory() as name:
        engine = open_engine(f"sqlite:///{name}/ours.db")
        upgrade(engine)
        store = Store(engine, Path(name) / "papers")
        bare = sqlite3.connect(f"{name}/bare.db", isolation_level=None)
        bare.execute("PRAGMA journal_mode=WAL")
        bare.execute("PRAGMA synchronous=FULL")
        bare.execute("CREATE TABLE paper (id INTEGER PRIMARY KEY, body BLOB)")
        yield store, bare
        bare.close()
        store.close()


def papers(seconds: float) -> Iterator[Measured]:
    """Papers kept: one a commit, and sixty-four a commit."""
    with a_store() as (store, bare):
        for batch in (1, 64):
            numbers = iter(range(10**9))

            def ours() -> None:
                keys = [f"{batch}:{next(numbers)}" for _ in range(batch)]  # noqa: B023
                store.run_now(lambda tx: [tx.tasks.owe("read", tx.papers.keep("bench", key, "mail", b"x" * 2000, AT) or 0, AT) for key in keys])

            def plain() -> None:
                bare.execute("BEGIN IMMEDIATE")
                for _ in range(batch):  # noqa: B023
                    bare.execute("INSERT INTO paper (body) VALUES (?)", (b"x" * 2000,))
                bare.execute("COMMIT")

            yield Measured(f"papers kept, {batch} a commit", "papers/s", rate(ours, seconds) * batch, "bare sqlite3 insert", rate(plain, seconds) * batch)


def formats(seconds: float) -> Iterator[Measured]:
    mail = a_mail(WHOLE_ANSWER * 4, charset="gb18030")
    yield Measured("mails read", "mails/s", rate(lambda: read_mail(mail), seconds), "email.message_from_bytes", rate(lambda: email.message_from_bytes(mail), seconds))
    rows = "".join(ROW.format(n=n) for n in range(500)).encode()
    text = rows.decode()
    yield Measured("call records", "rows/s", rate(lambda: calls_of(rows, "bench", ZONE), seconds) * 500, "csv.reader", rate(lambda: list(csv.reader(io.StringIO(text))), seconds) * 500)
    slip = slip_of(a_case(), CONTEXT)
    form = load_templates().form
    yield Measured("slips as Word forms", "forms/s", rate(lambda: write_slip(slip, RECEIVED, form), seconds), "slip as a value", rate(lambda: slip_of(a_case(), CONTEXT), seconds))


def rules(seconds: float) -> Iterator[Measured]:
    with tempfile.TemporaryDirectory() as name:
        loaded = load_rules(Config(state=Path(name)), b"k" * 32).rules
    complaint = Complaint(NARRATIVE * 2, "seat-note", AT)
    tables = loaded.tables["psbc-95580"]
    yield Measured(f"triage, {len(complaint.text)} characters", "texts/s", rate(lambda: triage(complaint, tables), seconds), "folding the text", rate(lambda: fold(complaint.text), seconds))
    pack = loaded.pack("psbc-95580")
    yield Measured("deadlines explained", "cases/s", rate(lambda: deadline(pack, loaded.calendar, Category.PRODUCT, AT), seconds), "seven dates added", rate(lambda: [AT + timedelta(days=n) for n in range(7)], seconds))
    yield Measured("elements found", "answers/s", rate(lambda: found(WHOLE_ANSWER, loaded.hollow), seconds), "its lines split", rate(WHOLE_ANSWER.splitlines, seconds))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=1.0, help="for each measurement")
    seconds = parser.parse_args().seconds
    print(f"{'what':28}{'ours':>9} {'':10}  {'yardstick':26}{'plain':>14}  ours : plain")
    for part in (papers, formats, rules):
        for one in part(seconds):
            print(f"{one.what:28}{one.ours:>9,.0f} {one.unit:10}  {one.yardstick:26}{one.plain:>14,.0f}  1 : {one.plain / one.ours:,.1f}")


if __name__ == "__main__":
    main()
