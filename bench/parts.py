"""How fast the parts are, each beside a plain yardstick measured in the same run: python -m bench.parts [--seconds N] [--directory FILE].

Numbers of one machine say little about another; the ratio to a yardstick says more. Nothing here decides a test.
"""

import argparse
import csv
import email
import gc
import io
import json
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from itertools import cycle, islice, product
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.formats.cdr import calls_of
from adapters.formats.mime import read_mail
from adapters.formats.slip_docx import write_slip
from hotline_bridge.config import Config
from hotline_bridge.rulebook import load_directory, load_model, load_rules, load_words
from hotline_bridge.store.engine import Store, open_engine
from hotline_bridge.store.upgrade import upgrade
from routing.deadline import deadline
from routing.elements import found
from routing.money.business import business_amounts
from routing.place import find_unit
from routing.text import fold
from routing.topics import customer_words
from routing.triage import TriageTables, triage
from routing.verdict import Category, Complaint
from tests.make import NARRATIVE, WHOLE_ANSWER, a_mail
from tests.routing.slips import CONTEXT, RECEIVED, a_case
from routing.slip import slip_of

ZONE = ZoneInfo("Asia/Shanghai")
PATTERNS = 20_000           # of a bank that has written its own list for years, beside the lists that come along
CHARACTERS = 100            # of a text
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
    yield Measured("slips as Word forms", "forms/s", rate(lambda: write_slip(slip, RECEIVED), seconds), "slip as a value", rate(lambda: slip_of(a_case(), CONTEXT), seconds))


def rules(seconds: float) -> Iterator[Measured]:
    with tempfile.TemporaryDirectory() as name:
        loaded = load_rules(Config(state=Path(name)), b"k" * 32).rules
    complaint = Complaint(NARRATIVE * 2, "seat-note", AT)
    tables = loaded.tables["psbc-95580"]
    yield Measured(f"triage, {len(complaint.text)} characters", "texts/s", rate(lambda: triage(complaint, tables), seconds), "folding the text", rate(lambda: fold(complaint.text), seconds))
    pack = loaded.pack("psbc-95580")
    yield Measured("deadlines explained", "cases/s", rate(lambda: deadline(pack, loaded.calendar, Category.PRODUCT, AT), seconds), "seven dates added", rate(lambda: [AT + timedelta(days=n) for n in range(7)], seconds))
    yield Measured("elements found", "answers/s", rate(lambda: found(WHOLE_ANSWER), seconds), "its lines split", rate(WHOLE_ANSWER.splitlines, seconds))


def resident() -> int:
    """The memory of this process in MB (VmRSS), 0 where the system does not say."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS:")), 0)


def own_list(patterns: int) -> str:
    """A bank's own list in TOML: words, words with a gap, and choices, a hundred an entry, no two alike."""
    whose, does, what = "客户柜员经理保安主任大堂行长会计", "办理取消拒绝拖延推诿收取扣划查询", "存折银行卡贷款利息手续费密码回单"
    beginnings = ("".join(each) for each in product(whose, does, what, "甲乙丙丁戊己庚辛壬癸子丑寅卯"))
    forms = ("{0}", "{0}~不办", "{{{0}|{0}了}}没说")
    written = [forms[at % 3].format(begins) for at, begins in enumerate(islice(beginnings, patterns))]
    entries = (written[at:at + 100] for at in range(0, patterns, 100))
    return "\n".join(f'[[entry]]\nlabel = "自定{at}"\nany = {json.dumps(each, ensure_ascii=False)}' for at, each in enumerate(entries))


def texts() -> list[str]:
    """The texts that come along, each brought to one length."""
    lines = [line for one in sorted((resources.files("routing") / "corpus" / "texts").iterdir(), key=str) for line in one.read_text("utf-8").splitlines()]
    return ["".join(islice(cycle(json.loads(line)["text"] or " "), CHARACTERS)) for line in lines]


def triage_tables(directory: Path | None) -> TriageTables:
    """Tables as large as those of a large bank; prints how long loading took, and how much memory."""
    with tempfile.TemporaryDirectory() as name:
        Path(name, "bank.toml").write_text(own_list(PATTERNS), "utf-8")
        before, begun = resident(), time.perf_counter()
        words, model = load_words(None, None, Path(name)), load_model()
        units, _ = load_directory(directory)
        tables = TriageTables(words.lexicon, units, words.watch, words.rates, model=model)
        spent = time.perf_counter() - begun
    gc.collect()
    print(f"tables of {PATTERNS:,} own patterns and {len(units.units):,} units: loaded in {spent:.2f} s, {resident() - before} MB; the process {resident()} MB")
    return tables


def reading(seconds: float, directory: Path | None) -> Iterator[Measured]:
    """Triage of short texts and its parts, each text another than the last, beside folding the same texts."""
    tables, some = triage_tables(directory), texts()
    folded = [fold(text) for text in some]
    words = [customer_words(each) for each in folded]
    read = [tables.lexicon.read(each) for each in words]
    model = tables.model or load_model()
    parts: dict[str, Callable[[int], object]] = {
        f"triage, {CHARACTERS} characters": lambda at: triage(Complaint(some[at], "seat-note", AT), tables),
        "  word lists": lambda at: tables.lexicon.read(words[at]),
        "  model": lambda at: model.read(words[at], read[at].concepts(), (), {}),
        "  money": lambda at: business_amounts(folded[at], tables.rates, tables.private, ""),
        "  place": lambda at: find_unit(some[at], "", tables.places, Category.ERROR),
    }
    plain = each_of(lambda at: fold(some[at]), len(some), seconds)
    for what, work in parts.items():
        yield Measured(what, "texts/s", each_of(work, len(some), seconds), "folding the text", plain)


def each_of(work: Callable[[int], object], count: int, seconds: float) -> float:
    """How often a second the work can be done, on one after the other of so many."""
    def all_() -> None:
        for at in range(count):
            work(at)
    return rate(all_, seconds) * count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=1.0, help="for each measurement")
    parser.add_argument("--directory", type=Path, help="of units to triage with; the sample if none")
    asked = parser.parse_args()
    seconds = asked.seconds
    print(f"{'what':28}{'ours':>9} {'':10}  {'yardstick':26}{'plain':>14}  ours : plain")
    for part in (papers, formats, rules, lambda seconds: reading(seconds, asked.directory)):
        for one in part(seconds):
            print(f"{one.what:28}{one.ours:>9,.0f} {one.unit:10}  {one.yardstick:26}{one.plain:>14,.0f}  1 : {one.plain / one.ours:,.1f}")


if __name__ == "__main__":
    main()
