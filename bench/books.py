"""How fast the bank's books are written, and in how much memory: python -m bench.books [--rows N].

The register of N complaints (300,000: a very large bank's year) as .xlsx and .csv, its rows made by a generator as a store would hand
them over, each in a process of its own so that its peak of memory is its own; then a year's pages, of few and of many units.
"""

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from adapters.formats.books.analysis import analysis_leaf
from adapters.formats.books.page import page
from adapters.formats.books.paper import paper
from adapters.formats.books.register import write_register, write_register_csv
from adapters.formats.books.statistics import statistics_leaf
from adapters.formats.books.workbook import workbook
from tests.formats.books.made import REGISTER, analysis, rows, statistics

WRITERS: dict[str, Callable[..., int]] = {"xlsx": write_register, "csv": write_register_csv}


def register(kind: str, count: int, path: str) -> None:
    begun = time.perf_counter()
    with open(path, "wb") as to:  # noqa: PTH123
        written = WRITERS[kind](rows(count), REGISTER, to)
    spent, busy = time.perf_counter() - begun, time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    made = time.process_time()
    for _ in rows(count):
        pass
    bare = time.process_time() - made
    size = Path(path).stat().st_size / 2**20
    print(f"register .{kind}: {written:,} rows in {spent:.1f} s ({busy:.0f} s of one core, of it {bare:.1f} s to make them), peak {peak:.0f} MB, file {size:.0f} MB")


def pages(units: int) -> None:
    """A month of so many units and a year, as page, workbook and PDF."""
    for name, leaf in (("statistics", statistics_leaf(statistics(units))), ("analysis", analysis_leaf(analysis(units)))):
        spent = {}
        for kind, write in (("html", page), ("xlsx", workbook), ("pdf", paper)):
            begun = time.perf_counter()
            size = len(write(leaf))
            spent[kind] = f".{kind} {time.perf_counter() - begun:.2f} s, {size / 1024:,.0f} KB"
        print(f"{name} of {units:,} units: {'; '.join(spent.values())}; peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=300_000)
    count = parser.parse_args().rows
    apart = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        for kind in WRITERS:
            one = apart.Process(target=register, args=(kind, count, f"{folder}/register.{kind}"))
            one.start()
            one.join()
    for units in (36, 10_000):
        one = apart.Process(target=pages, args=(units,))
        one.start()
        one.join()


if __name__ == "__main__":
    main()
