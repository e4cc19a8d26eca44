"""Chasing at size: a sweep over what is due now among 10,000, 100,000 and 1,000,000 open cases, and 10,000 digests.

python -m bench.chasing [--most N] [--digests N]: builds databases of open cases by bulk SQL over a bank of 40,000 outlets, lets 500
of them fall due in the same minute, and measures the sweep as the desk does it (claim, decide, write down, commit); the cost
must not grow with what is open. Then reminders wait for so many mailboxes, and their letters are decided and made into bytes.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, text

from hotline_bridge import desk
from hotline_bridge.config import Config
from hotline_bridge.letters import bytes_of
from hotline_bridge.rulebook import load_rules
from hotline_bridge.store.engine import Store, open_engine
from hotline_bridge.store.upgrade import upgrade
from routing.case import Entry, State
from routing.directory import Directory
from routing.parties import UnitCode
from routing.rules import Rules
from tests.routing.slips import a_case

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 7, 27, 9, 0, 1, tzinfo=ZONE)
SENT_AT = NOW - timedelta(days=4)
DUE_NOW, RUNS = 500, 7
OUTLETS = 39_600


def whole_bank() -> Directory:
    """Head office, 36 branches with their unions, 360 cities, 3,600 sub-branches, 39,600 outlets: each with mailboxes and contacts."""
    def row(code: str, name: str, level: str, parent: str) -> dict[str, str]:
        return {
            "code": code, "name": name, "level": level, "parent": parent, "division": "", "mailbox": f"ts-{code.lower()}@branch.example",
            "contact1": "甲经理", "contact1_phone": "010-55500000", "contact2": "乙主任", "contact2_phone": "010-55510000",
            "contact2_mailbox": f"ts2-{code.lower()}@branch.example",
        }

    rows = [row("HQ", "总行", "总行", ""), row("HQ-UNION", "总行工会", "部门", "HQ")]
    for b in range(36):
        branch = f"B{b:02}"
        rows += [row(branch, f"第{b}分行", "一级分行", "HQ"), row(f"{branch}-U", f"第{b}分行工会", "部门", branch)]
        for c in range(10):
            rows.append(row(f"{branch}{c}", f"第{b}-{c}分行", "二级分行", branch))
            for s in range(10):
                rows.append(row(f"{branch}{c}{s}", f"第{b}-{c}-{s}支行", "支行", f"{branch}{c}"))
                rows += [row(f"{branch}{c}{s}{o:02}", f"第{b}-{c}-{s}-{o}营业所", "网点", f"{branch}{c}{s}") for o in range(11)]
    return Directory.parse(rows)[0]


def rules_of() -> Rules:
    with tempfile.TemporaryDirectory() as name:
        loaded = load_rules(Config(state=Path(name)), b"k" * 32).rules
    return replace(loaded, directory=whole_bank())


@contextmanager
def a_bank(count: int, rules: Rules) -> Iterator[tuple[Store, Engine]]:
    """A store with so many open cases, one behind the other over the outlets, their slips out and accepted."""
    with tempfile.TemporaryDirectory() as name:
        engine = open_engine(f"sqlite:///{name}/bank.db")
        upgrade(engine)
        store = Store(engine, Path(name) / "papers")
        first(store, rules)
        with engine.begin() as db:
            fill(db, count, [unit.code for unit in rules.directory.units.values() if unit.level == "网点"])
            db.execute(text("ANALYZE"))
        yield store, engine
        store.close()


def first(store: Store, rules: Rules) -> None:
    """The case that all others are copies of."""
    def open_it(tx) -> None:
        paper = tx.papers.keep("bench", "1", "form", b"{}", SENT_AT)
        case = tx.cases.open(replace(a_case(), number="95580-0", source="bench", call_id="0", pack=rules.default_pack), paper, Entry(SENT_AT, "bench", "受理"))
        case = rules.timed(replace(case, state=State.SENT, lead=UnitCode("B000000"), unit=UnitCode("B000000"), round=1, received=SENT_AT))
        tx.cases.save(replace(case, due=NOW.replace(hour=17, minute=30), last_day=NOW.replace(hour=17, minute=30)), Entry(SENT_AT, "bench", "转办"))

    store.run_now(open_it)


def fill(db, count: int, outlets: list[str]) -> None:
    """Copy the first case so often, with a slip, a line of its book, and the promise to look after it, a day apart from now."""
    db.execute(text("CREATE TEMP TABLE outlet (n INTEGER PRIMARY KEY, code TEXT)"))
    db.execute(text("INSERT INTO outlet VALUES (:n, :code)"), [{"n": n, "code": code} for n, code in enumerate(outlets)])
    numbers = f"WITH RECURSIVE seq(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM seq WHERE n < {count})"
    at = SENT_AT.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    db.execute(text(f"INSERT INTO paper (id, source, key, kind, body, size, digest, taken, state) {numbers} SELECT n, 'bench', n, 'form', x'7b7d', 2, n, '{at}', 'read' FROM seq"))
    kept = [row[1] for row in db.execute(text("PRAGMA table_info(case_file)")) if row[1] not in {"id", "number", "call_id", "paper", "lead", "unit"}]
    same = ", ".join(f"c.{name}" for name in kept)
    db.execute(text(
        f"INSERT INTO case_file (id, number, call_id, paper, lead, unit, {', '.join(kept)}) {numbers} "
        f"SELECT seq.n, '95580-' || seq.n, seq.n, seq.n, o.code, o.code, {same} FROM seq JOIN case_file c ON c.id = 1 JOIN outlet o ON o.n = seq.n % {len(outlets)}"
    ))
    db.execute(text(
        'INSERT INTO letter (id, about, "case", purpose, round, message_id, sender, draft, written) '
        f"SELECT id, 'case:' || id, id, 'slip:0', 1, 'slip.1.0.' || number || '@bank.example', 'hotline@bank.example', '{{}}', '{at}' FROM case_file"
    ))
    db.execute(text(f"INSERT INTO delivery (letter, recipient, answer, said, owed, accepted) SELECT id, 'ts@branch.example', 'accepted', '', 0, '{at}' FROM letter"))
    db.execute(text(f'INSERT INTO entry ("case", at, who, what, says, rules) ' f"SELECT id, '{at}', 'bridge', '转办', '', '' FROM case_file WHERE id > 1"))
    later = "strftime('%Y-%m-%d %H:%M:%f000', :now, '+' || (1 + id % 20) || ' days')"
    db.execute(text(
        "INSERT INTO task (kind, subject, due, attempt, parked, claimed) "
        f"SELECT 'chase', id, {later}, 0, 0, 0 FROM case_file"), {"now": NOW.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")})


def fall_due(engine: Engine, count: int) -> None:
    """Let so many fall due now, spread over all, as if nobody had been reminded before."""
    with engine.begin() as db:
        total = db.execute(text("SELECT max(id) FROM case_file")).scalar_one()
        step, now = max(1, total // count), NOW.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        mine = {"step": step, "most": step * count}
        db.execute(text("DELETE FROM reminder"))
        db.execute(text("DELETE FROM task WHERE kind = 'digest'"))
        db.execute(text("UPDATE case_file SET climbed = 0 WHERE id % :step = 0 AND id <= :most"), mine)
        db.execute(text("UPDATE task SET due = :now, attempt = 0, claimed = 0 WHERE kind = 'chase' AND subject % :step = 0 AND subject <= :most"), {**mine, "now": now})


def sweep(store: Store, rules: Rules) -> tuple[float, float]:
    """Seconds, by the clock and of computing, until everything due is claimed, decided, written down and committed; digests are only owed."""
    begun, computing = time.perf_counter(), time.process_time()
    tasks = store.run_now(lambda tx: desk.claimed(tx, NOW))
    troubles = store.run_now(lambda tx: desk.do_all(tx, tasks, NOW, rules))
    spent = time.perf_counter() - begun, time.process_time() - computing
    assert (len(tasks), troubles) == (DUE_NOW, [])
    return spent


def sweeps(sizes: list[int], rules: Rules) -> dict[int, float]:
    found = {}
    for size in sizes:
        with a_bank(size, rules) as (store, engine):
            runs = []
            for _ in range(RUNS):
                fall_due(engine, DUE_NOW)
                runs.append(sweep(store, rules))
            with engine.begin() as db:
                queued = db.execute(text("SELECT count(*) FROM reminder")).scalar_one()
            clock, found[size] = (median(one[n] for one in runs) * 1000 for n in (0, 1))
            best = min(one[0] for one in runs) * 1000
            print(
                f"{size:>9,} open, {DUE_NOW} due now: sweep {best:6.1f} ms at best, {clock:6.1f} in the middle of {RUNS}, {found[size]:5.1f} of it computing; "
                f"{queued} reminders queued", flush=True,
            )
    return found


def digests(count: int, rules: Rules) -> float:
    """Seconds until so many mailboxes have their letter decided and made into bytes; each has three cases due."""
    with a_bank(count * 3, rules) as (store, engine):
        now = NOW.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        boxes = [unit.mailbox for unit in rules.directory.units.values() if unit.level == "网点"][:count]
        with engine.begin() as db:
            db.execute(text("DELETE FROM task"))
            db.execute(text("INSERT INTO mailbox (id, address) VALUES (:id, :address)"), [{"id": n + 1, "address": box} for n, box in enumerate(boxes)])
            db.execute(text(
                'INSERT INTO reminder (mailbox, "case", rung, name, attention, urgent, at, channel, unit, who) '
                f"SELECT m.id, c.id, 10000, '今日到期催办', '甲经理', 0, '{now}', 'digest', c.lead, '' "
                "FROM mailbox m JOIN case_file c ON 'ts-' || lower(c.lead) || '@branch.example' = m.address"
            ))
            db.execute(text(f"INSERT INTO task (kind, subject, due, attempt, parked, claimed) SELECT 'digest', id, '{now}', 0, 0, 0 FROM mailbox"))
        begun, computing, made = time.perf_counter(), time.process_time(), 0
        while tasks := store.run_now(lambda tx: tx.tasks.claim(("digest",), NOW, desk.PATIENCE, desk.BATCH)):
            troubles = store.run_now(lambda tx, tasks=tasks: desk.do_all(tx, tasks, NOW, rules))
            assert not troubles, troubles
        decided = time.perf_counter() - begun
        with engine.connect() as db:
            ids = list(db.execute(text("SELECT id FROM letter WHERE purpose = 'digest'")).scalars())
        for letter in ids:
            made += len(bytes_of(store.read_now(lambda tx, letter=letter: tx.tray.get(letter)).draft, rules.sheets))
        spent = time.perf_counter() - begun
        print(f"{len(ids):,} digests decided in {decided:.1f} s, made into {made / 1e6:.0f} MB of bytes after {spent:.1f} s ({time.process_time() - computing:.1f} s of it computing): {len(ids) / spent:,.0f} a second")
        return spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--most", type=int, default=1_000_000, help="open cases of the largest bank")
    parser.add_argument("--digests", type=int, default=10_000, help="mailboxes that get one")
    asked = parser.parse_args()
    rules = rules_of()
    found = sweeps([size for size in (10_000, 100_000, 1_000_000) if size < asked.most] + [asked.most], rules)
    least = min(found.values())
    print("computing by size, the least being 1: " + " : ".join(f"{found[size] / least:.2f}" for size in sorted(found)))
    digests(asked.digests, rules)


if __name__ == "__main__":
    main()
