"""A thousand calls of three rows each, read by the desk's own function, 32 in a transaction, over SQLite that syncs its disk.

python -m bench.calls_heard [CALLS]. Half of the calls have a seat's form by then, so that the join is in the figure too.
"""

import sys
import tempfile
import time
from pathlib import Path

from adapters.formats.cdr import leg_of
from adapters.formats.form_json import read_form
from hotline_bridge.calling import heard_of
from hotline_bridge.config import load_config
from hotline_bridge.opening import take_form
from hotline_bridge.rulebook import load_rules
from hotline_bridge.store.engine import Store, open_engine
from hotline_bridge.store.upgrade import upgrade
from tests.calling.world import EAST, PAPERS, ZONE, row, with_calls
from tests.fakes import SetClock
from tests.make import a_form, form_bytes

BATCH = 32


def main() -> None:
    """Print the figure."""
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    rules, clock = with_calls(load_rules(load_config(None), b"a key of the bench, 32 bytes long").rules), SetClock()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/bridge.db")
        upgrade(engine)
        store = Store(engine, Path(folder) / "papers")
        forms = [form_bytes(a_form(f"17846832{n:04}.0", caller=f"138{n:08}")) for n in range(0, calls, 2)]
        rows = [row(f"17846832{n:04}.{leg}", linked=f"17846832{n:04}.0", ani=f"138{n:08}", number=leg + 1) for leg in range(3) for n in range(calls)]

        def post(tx, bodies) -> None:
            for body in bodies:
                form, digest = read_form(body)
                take_form(tx, form.source, body, form, digest, clock(), rules)

        def hear(tx, lines) -> None:
            for line in lines:
                paper = tx.papers.keep("cdr:east", str(next(PAPERS)), "cdr", line, clock())
                heard_of(tx, paper, leg_of(line, EAST, ZONE), clock(), rules)

        for name, what, work in (("forms", forms, post), ("rows of calls", rows, hear)):
            wall, cpu = time.perf_counter(), time.process_time()
            for start in range(0, len(what), BATCH):
                store.run_now(lambda tx, part=what[start:start + BATCH], work=work: work(tx, part))
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            print(f"{len(what):,} {name}: {wall:.2f} s, of them {cpu:.2f} s of one processor; {1000 * cpu / len(what):.2f} ms each")
        joined = store.read_now(lambda tx: sum(one.case is not None for one in tx.telephone.at(EAST, [f"17846832{n:04}.0" for n in range(calls)])))
        print(f"{calls:,} calls, {joined:,} joined with their form")
        store.close()


if __name__ == "__main__":
    main()
