"""How fast triage is with the tables of a large bank: python -m bench.triage [--seconds N] [--directory FILE].

The tables are the whole directory, 20,000 patterns of the bank's own beside the lists that come along, and the model. Printed are
how long loading takes and how much memory the process has after it (in the environment of the systemd unit), texts a second of one
core by the time it computes (others on the machine do not count) as the best of several rounds, of many at once as the command
`triage` takes them and one at a time as the service does, the time of each part, and how the cost grows with the length of a text
and with the size of the directory.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from importlib import resources
from itertools import cycle, islice, product
from pathlib import Path
from zoneinfo import ZoneInfo

from hotline_bridge.tables import at_one_go, load_directory, load_model, load_words, settle_memory
from routing.money.business import business_amounts
from routing.place import unit_of
from routing.text import fold
from routing.topics import customer_words
from routing.triage import TriageTables, triage, triage_each
from routing.verdict import Category, Complaint

ROOT = Path(__file__).parents[1]
UNIT = ROOT / "systemd" / "hotline-bridge.service"
WHOLE = ROOT.parent / "shared" / "data" / "directory.csv.gz"
PATTERNS = 20_000           # of a bank that has written its own list for years, beside the lists that come along
LENGTHS = (100, 1_000, 10_000)
AT = datetime(2026, 7, 22, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def own_list(patterns: int) -> str:
    """A bank's own list in TOML: words, words with a gap, and choices, a hundred an entry, no two alike."""
    whose, does, what = "客户柜员经理保安主任大堂行长会计", "办理取消拒绝拖延推诿收取扣划查询", "存折银行卡贷款利息手续费密码回单"
    beginnings = ("".join(each) for each in product(whose, does, what, "甲乙丙丁戊己庚辛壬癸子丑寅卯"))
    forms = ("{0}", "{0}~不办", "{{{0}|{0}了}}没说")
    written = [forms[at % 3].format(begins) for at, begins in enumerate(islice(beginnings, patterns))]
    entries = (written[at:at + 100] for at in range(0, patterns, 100))
    return "\n".join(f'[[entry]]\nlabel = "自定{at}"\nany = {json.dumps(each, ensure_ascii=False)}' for at, each in enumerate(entries))


def corpus() -> list[str]:
    """The texts that come along."""
    lines = [line for one in sorted((resources.files("routing") / "corpus" / "texts").iterdir(), key=str) for line in one.read_text("utf-8").splitlines()]
    return [json.loads(line)["text"] for line in lines]


def of_length(some: list[str], characters: int) -> list[str]:
    """Texts of one length, as many as make 300,000 characters: short ones each from a text of its own, long ones from several."""
    count = min(len(some), 300_000 // characters)
    if characters <= LENGTHS[0]:
        return ["".join(islice(cycle(text or " "), characters)) for text in some[::max(1, len(some) // count)]]
    whole = "\n".join(some)
    return [whole[at:at + characters] for at in range(0, characters * count, characters)]


def resident() -> int:
    """The memory of this process in MB (VmRSS), 0 where the system does not say."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS:")), 0)


def large_tables(directory: Path | None) -> TriageTables:
    """Tables as large as those of a large bank; prints how long loading took, and how much memory."""
    with tempfile.TemporaryDirectory() as name:
        Path(name, "bank.toml").write_text(own_list(PATTERNS), "utf-8")
        before, begun = resident(), time.perf_counter()
        with at_one_go():
            words, model = load_words(None, None, Path(name)), load_model()
            units, _ = load_directory(directory)
            tables = TriageTables(words.lexicon, units, words.watch, words.rates, model=model)
        spent = time.perf_counter() - begun
    patterns = sum(len(entry.any) for entry in tables.lexicon.entries)
    assert patterns > PATTERNS
    settle_memory()
    print(f"tables: {patterns:,} patterns ({PATTERNS:,} of them the bank's own), {len(units.units):,} units, a model of {len(model.rows):,} signs")
    print(f"loaded in {spent:.2f} s; the process has {resident()} MB (VmRSS), {before} of them before")
    return tables


def best(work: Callable[[int], object], count: int, seconds: float) -> float:
    """Seconds of computing that one piece of work takes: the best of the rounds over all that fit the time, three at least."""
    fastest, until, rounds = float("inf"), time.perf_counter() + seconds, 0
    while rounds < 3 or time.perf_counter() < until:
        begun = time.process_time()
        for at in range(count):
            work(at)
        fastest, rounds = min(fastest, (time.process_time() - begun) / count), rounds + 1
    return fastest


def of_texts(texts: list[str], tables: TriageTables, seconds: float) -> float:
    """Seconds for the triage of one of these texts."""
    asked = [Complaint(text, "seat-note", AT) for text in texts]
    return best(lambda at: triage(asked[at], tables), len(asked), seconds)


def of_many(texts: list[str], tables: TriageTables, seconds: float) -> float:
    """Seconds for one of these texts where all are there at once."""
    asked = [Complaint(text, "seat-note", AT) for text in texts]
    return best(lambda _: list(triage_each(asked, tables)), 1, seconds) / len(asked)


def parts(texts: list[str], tables: TriageTables, seconds: float) -> None:
    """Print what each part of triage takes alone; together they take more, since each drives the others out of the caches."""
    folded = [fold(text) for text in texts]
    words = [customer_words(each) for each in folded]
    read = [tables.lexicon.read(each) for each in words]
    model = tables.model or load_model()
    works: dict[str, Callable[[int], object]] = {
        "folding": lambda at: fold(texts[at]),
        "word lists": lambda at: tables.lexicon.read(words[at]),
        "model": lambda at: model.read(words[at], read[at].concepts(), (), {}),
        "money": lambda at: business_amounts(folded[at], tables.rates, tables.private, ""),
        "place": lambda at: unit_of(folded[at], "", tables.places, Category.ERROR),
    }
    for what, work in works.items():
        print(f"  {what:12}{best(work, len(texts), seconds) * 1e6:8.1f} µs")


def as_the_service() -> None:
    """Start this program anew with what the systemd unit says of memory: a C library reads it when a process begins."""
    lines = (line.removeprefix("Environment=") for line in UNIT.read_text("utf-8").splitlines() if line.startswith("Environment=MALLOC_"))
    wanted = dict(line.split("=", 1) for line in lines)
    if not wanted.items() <= os.environ.items():
        os.execve(sys.executable, [sys.executable, "-m", "bench.triage", *sys.argv[1:]], {**os.environ, **wanted})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3.0, help="for each measurement")
    parser.add_argument("--directory", type=Path, default=WHOLE if WHOLE.exists() else None, help="of units to triage with; the sample if none")
    asked = parser.parse_args()
    as_the_service()
    tables, some = large_tables(asked.directory), corpus()
    short = of_length(some, LENGTHS[0])
    for how, spent in (("many at once", of_many(short, tables, asked.seconds * 2)), ("one at a time", of_texts(short, tables, asked.seconds * 2))):
        print(f"triage of {LENGTHS[0]} characters, {how}: {1 / spent:,.0f} texts/s ({spent * 1e6:.0f} µs)")
    parts(short, tables, asked.seconds / 3)
    for characters in LENGTHS:
        each = of_texts(of_length(some, characters), tables, asked.seconds)
        print(f"{characters:7,} characters: {each * 1e6:9,.0f} µs, {each / characters * 1e9:6,.0f} ns a character")
    units, _ = load_directory(None)
    small = TriageTables(tables.lexicon, units, tables.watch, tables.rates, model=tables.model)
    few, many = of_texts(short, small, asked.seconds), of_texts(short, tables, asked.seconds)
    print(f"directory of {len(units.units):,} units: {few * 1e6:.0f} µs; of {len(tables.directory.units):,}: {many * 1e6:.0f} µs; 1 : {many / few:.2f}")


if __name__ == "__main__":
    main()
