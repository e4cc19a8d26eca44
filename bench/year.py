"""A year of complaints through the fast clock: what was reminded when, that nothing was reminded out of hours or after the end,
and the books of December.

python -m bench.year [how many cases] [--out FOLDER]: seeded, so that two runs say the same.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from datetime import date, datetime
from pathlib import Path

from hotline_bridge.bookkeeping import Wanted, drawn, entry_of, files_of, spoken
from hotline_bridge.config import load_config
from hotline_bridge.rulebook import load_rules
from routing.fingerprint import fingerprint
from tests.fakes import ZONE
from tests.year import calls, proof, world

FIRST, LAST, SEED = date(2026, 1, 1), date(2026, 12, 31), 20260101


async def main(cases: int, out: Path | None) -> None:
    rules = load_rules(load_config(None), b"a key of the bench, 32 bytes long").rules
    with tempfile.TemporaryDirectory() as name:
        year = world(Path(name), rules, FIRST, SEED)
        calls(year, cases, FIRST, LAST)
        begun = time.perf_counter()

        def told(at: datetime, counts: Counter[str]) -> None:
            spent = time.perf_counter() - begun
            sys.stderr.write(f"\r{at:%Y-%m-%d}  {counts['cases']:,} cases, {spent:,.0f} s, {counts['cases'] / spent:.0f} cases/s ")
            sys.stderr.flush()

        await year.play(datetime(2027, 1, 12, 12, 0, tzinfo=ZONE), told)
        spent = time.perf_counter() - begun
        print(f"\n{cases} cases of {FIRST.year} played in {spent:,.0f} s ({cases / spent:.0f}/s): " + ", ".join(f"{what} {n:,}" for what, n in year.counts.most_common()))
        store = year.house.store
        parked = store.read_now(lambda tx: tx.tasks.parked())
        print(f"out of sight: {store.read_now(lambda tx: tx.cases.out_of_sight())}; set aside for a person: {Counter(one.kind for one in parked)}")
        found = proof(year)
        print(f"reminders by rung, in {found.letters:,} letters:")
        for rung, count in found.by_rung.most_common():
            print(f"  {count:>9,}  {rung}")
        print("by the hour of the day: " + ", ".join(f"{hour}: {n:,}" for hour, n in sorted(found.by_hour.items())))
        for what, wrong in (("on closed days", found.closed_days), ("out of hours", found.out_of_hours), ("after the end", found.after_the_end), ("twice", found.twice)):
            print(f"{what}: {len(wrong)} {wrong[:3] if wrong else ''}")
        pack = rules.packs["psbc-95580"]
        for book, first in (("投诉统计表", date(2026, 12, 1)), ("年度投诉分析", FIRST)):
            wanted = Wanted(entry_of(pack, book), "", first, LAST, datetime(2027, 1, 8, 9, 0, tzinfo=ZONE))
            begun = time.perf_counter()
            figures = store.read_now(lambda tx, wanted=wanted: drawn(tx, wanted, pack, rules))
            again = store.read_now(lambda tx, wanted=wanted: drawn(tx, wanted, pack, rules))
            same = "the same again" if fingerprint(figures) == fingerprint(again) else "DIFFERENT when asked again"
            print(f"{book}: {time.perf_counter() - begun:.1f} s for two, {same}; " + "; ".join(spoken(figures)))
            for file, content in files_of(figures).items() if out else ():
                (out / file).write_bytes(content)
        made = store.read_now(lambda tx: tx.reports.select(1000))
        print(f"reports sent by themselves: {Counter(one.name for one in made if one.letter)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("cases", nargs="?", type=int, default=2000)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    asyncio.run(main(given.cases, given.out))
