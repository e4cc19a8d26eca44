"""The radar with many cases in store: whether a new complaint came before, and what opening one costs, at 10,000, 100,000, 1,000,000.

python -m bench.radar [sizes]: a synthetic bank of 8,000 outlets in 800 counties is laid into SQLite (rows, marks, sketches and
bands as the radar itself keeps them, three years of them); then complaints are opened and looked at one by one. Outlets are
drawn unevenly, so that the busiest has a tenth of all cases, and a tenth of the complaints come from a hundred persistent callers.
"""

import random
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles

from adapters.formats.form_json import read_form
from hotline_bridge.config import load_config
from hotline_bridge.glancing import area_of, earlier, look
from hotline_bridge.opening import take_form
from hotline_bridge.rulebook import load_rules
from hotline_bridge.steps.radar import radar
from hotline_bridge.store.engine import Store, open_engine
from hotline_bridge.store.upgrade import upgrade
from routing.case import Entry
from routing.directory import Directory
from routing.likeness import bands, masked, sketch_of, stored
from routing.parties import Customer
from routing.person import marks_of
from routing.radar import found
from routing.rules import Rules
from routing.verdict import Category
from tests.fakes import SetClock
from tests.make import a_form, form_bytes
from tests.matters.pairs import TOLD, misheard

KEY = b"a key of the tests, 32 bytes long"
COMPLAINT = '{"text": "x", "source": "seat-note", "received": "2026-07-01T00:00:00Z", "channel": "电话", "product": ""}'
CHUNK, PROBES, DAYS = 100_000, 200, 1000
COLUMNS = (
    "id, number, pack, state, channel, category, unit, lead, source, call_id, hotline, seat, received, provisional, undelivered, recording, "
    "recording_sha256, round, climbed, complaint, paper, outcome, satisfaction")


def texts() -> list[str]:
    """Some thousand complaints, put together of the clauses of the written ones, as machines hear them."""
    chance = random.Random(7)
    clauses = [part for one in TOLD for text in (one.base, one.retold, one.twin) for part in text.split("，") if len(part) > 4]
    return [misheard("，".join(chance.sample(clauses, 5)), seed) for seed in range(4000)]


def bank() -> Directory:
    """8,000 outlets in 800 counties of 80 cities."""
    rows = [{"code": "HQ", "name": "总行", "level": "总行", "parent": "", "mailbox": "zh@hq.example"}]
    for level, above, count in (("一级分行", 1, 20), ("二级分行", 20, 80), ("支行", 80, 800), ("网点", 800, 8000)):
        letter = {"一级分行": "P", "二级分行": "C", "支行": "S", "网点": "W"}[level]
        parent = {"P": "HQ", "C": "P", "S": "C", "W": "S"}[letter]
        rows += [
            {"code": f"{letter}{number}", "name": f"{letter}{number}{level}", "level": level, "mailbox": f"{letter}{number}@branch.example".lower(),
             "parent": parent if parent == "HQ" else f"{parent}{number % above}"} for number in range(count)
        ]
    return Directory.parse(rows, "bench")[0]


def fill(database: Path, first: int, last: int, rules: Rules) -> None:
    """Lay synthetic cases into the database, numbered from `first` up to `last`."""
    chance, clock = random.Random(first), SetClock()
    units = [code for code, unit in rules.directory.units.items() if unit.level == "网点"]
    weights = [1 / (place + 1) for place in range(len(units))]
    sketches = [sketch_of(masked(text)) for text in texts()]
    raws = [stored(one) for one in sketches]
    with closing(sqlite3.connect(database)) as db:
        for pragma in ("synchronous=OFF", "cache_size=-400000", "foreign_keys=OFF"):       # laid down, not kept
            db.execute(f"PRAGMA {pragma}")
        extra = required(db)
        for start in range(first, last, CHUNK):
            rows = []
            for number in range(start, min(start + CHUNK, last)):
                place = chance.randrange(len(sketches))
                caller = f"138{chance.randrange(100):08}" if chance.random() < 0.1 else f"139{number:08}"
                rows.append((number, chance.choices(units, weights)[0], place, caller, clock.now - timedelta(days=(last - number) / last * DAYS)))
            lay(db, rows, (sketches, raws), extra, rules)
        db.execute("ANALYZE")


def required(db: sqlite3.Connection) -> dict[str, object]:
    """Columns of a case that must have a value and are none of ours: whatever the schema has grown since."""
    known = set(COLUMNS.split(", "))
    return {row[1]: "" for row in db.execute("PRAGMA table_info(case_file)") if row[3] and row[4] is None and row[1] not in known}


def lay(db: sqlite3.Connection, rows: list[tuple], kept: tuple[list, list[bytes]], extra: dict[str, object], rules: Rules) -> None:
    sketches, raws = kept
    with db:
        db.executemany(
            "INSERT INTO paper (id, source, key, kind, size, digest, taken, state) VALUES (?, 'bench', ?, 'form', 0, '', '2026-01-01 00:00:00', 'read')",
            ((number, str(number)) for number, *_ in rows))
        names = COLUMNS + "".join(f", {name}" for name in extra)
        marks = ",".join("?" * (len(COLUMNS.split(", ")) + len(extra)))
        db.executemany(f"INSERT INTO case_file ({names}) VALUES ({marks})", (
            (number, f"95580-20260722-{number:07}", "psbc-95580", "SENT", "PHONE", "ATTITUDE", unit, unit, "bench", str(number), "95580", "8001",
             at.strftime("%Y-%m-%d %H:%M:%S.%f"), 0, 0, "", "", 1, 0, COMPLAINT, number, "", "", *extra.values())
            for number, unit, _, _, at in rows))
        db.executemany("INSERT INTO sketch VALUES (?, ?)", ((number, raws[place]) for number, _, place, _, _ in rows))
        db.executemany("INSERT OR IGNORE INTO sketch_band VALUES (?, ?)", sorted(
            (band, number) for number, unit, place, _, _ in rows for band in bands(sketches[place], area_of(unit, rules))))
        db.executemany("INSERT INTO person_mark VALUES (?, ?, ?)", (
            (number, mark.digest, mark.kind) for number, unit, _, caller, _ in rows for mark in marks_of(Customer(phone=caller), unit, KEY)))


def clocks() -> tuple[float, float]:
    """The time on the wall, and what this thread has had of the processor: other programs share it."""
    return time.perf_counter(), time.thread_time()


def since(begun: tuple[float, float]) -> tuple[float, float]:
    return time.perf_counter() - begun[0], time.thread_time() - begun[1]


def probe(store: Store, rules: Rules, size: int) -> None:
    """Open cases and look at each, as the desk does, and say how long the parts took."""
    clock, told = SetClock(), texts()
    spent: dict[str, list[tuple[float, float]]] = {"open": [], "radar step": [], "looking and deciding": []}
    for number in range(PROBES):
        phone = f"138{number % 100:08}" if number % 2 else f"137{number:08}"
        body = form_bytes(a_form(f"probe.{size}.{number}", narrative=told[number * 7 % len(told)], form__customer={"name": "王小芳", "phone": phone}))
        form, digest = read_form(body)
        begun = clocks()
        store.run_now(lambda tx, body=body, form=form, digest=digest: take_form(tx, "seat", body, form, digest, clock.now, rules))
        spent["open"].append(since(begun))
        case = store.read_now(lambda tx, form=form: tx.cases.by_call((form.call_id,)))
        sorted_ = replace(case, unit=f"W{number % 5 if number % 3 else number}", category=Category.ATTITUDE)
        store.run_now(lambda tx, sorted_=sorted_: tx.cases.save(sorted_, Entry(clock.now, "bench", "分类")))
        begun = clocks()
        store.run_now(lambda tx, case=case: radar(tx, case.id, clock.now, rules))
        spent["radar step"].append(since(begun))

        def decide(tx, case=case) -> None:
            new = look(tx, tx.cases.get(case.id), rules)
            begun = clocks()
            found(new, earlier(tx, new, 180, rules), rules.pack(case.pack).radar)
            spent["looking and deciding"].append(since(begun))

        store.run_now(decide)
    for what, times in spent.items():
        wall, busy = ([one[place] * 1000 for one in times] for place in (0, 1))
        print(f"{size:>9} cases  {what:21} median {median(wall):6.2f} ms, p95 {quantiles(wall, n=20)[-1]:6.2f} ms;  of the processor {median(busy):6.2f} ms", flush=True)


def main(sizes: list[int]) -> None:
    rules = load_rules(load_config(None), KEY).rules
    rules = replace(rules, by_hotline={}, directory=bank())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = folder / "bridge.db"
        engine = open_engine(f"sqlite:///{database}")
        upgrade(engine)
        store, before = Store(engine, folder / "papers"), 1
        for size in sizes:
            fill(database, before, size + 1, rules)
            print(f"{size:>9} cases laid down: {sum(file.stat().st_size for file in folder.glob('bridge.db*')) / 2**20:.0f} MB", flush=True)
            probe(store, rules, size)
            before = size + 1 + PROBES + 10
        store.close()


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [10_000, 100_000, 1_000_000])
