"""How fast limits are worked out and explained, on one core: python -m bench.deadline [--seconds N].

A year of moments of receipt, all categories. Three figures: the dates alone; with the slip's explanation; with all clocks
day by day in Chinese and English. Wanted: 20,000 a second with explanation. Timed by the processor's clock, so that a
busy machine measures the same; the yardstick is the day-by-day lines of one clock made by hand.
"""

import argparse
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hotline_bridge.rulebook import load_calendar, load_packs
from routing.clocks import APPRAISAL, EXTENSION, Event
from routing.deadline import Deadline, deadline
from routing.verdict import Category

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 1, 2, 9, 30, tzinfo=ZONE)
WHENS = [START + timedelta(hours=7, minutes=11) * n for n in range(1000)]
WANTED = 20_000


def rate(work: Callable[[datetime, Category | None], object], seconds: float) -> float:
    categories = [*Category, None]
    done, began = 0, time.process_time()
    while (spent := time.process_time() - began) < seconds:
        for number, at in enumerate(WHENS):
            work(at, categories[number % len(categories)])
        done += len(WHENS)
    return done / spent


def moved(at: datetime) -> tuple[Event, Event]:
    """An extension of a week and an appraisal of five days."""
    later = at + timedelta(days=1)
    return (
        Event(EXTENSION, later, later, "desk", at + timedelta(days=16), "原因", "", later, "电话"),
        Event(APPRAISAL, at + timedelta(days=3), later, "desk", at + timedelta(days=7), "鉴定", "", later, "电话"),
    )


def by_hand(at: datetime, _category: Category | None) -> list[str]:
    return [f"{at + timedelta(days=n):%Y-%m-%d}: {n}" for n in range(1, 15)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=2.0, help="for each measurement")
    seconds = parser.parse_args().seconds
    pack, calendar = load_packs()["psbc-95580"], load_calendar()

    def found(at: datetime, category: Category | None) -> Deadline:
        return deadline(pack, calendar, category, at)

    figures = {
        "dates alone": rate(found, seconds),
        "with the slip's explanation": rate(lambda at, category: found(at, category).explanation, seconds),
        "all clocks, both languages": rate(lambda at, category: found(at, category).clocks(), seconds),
        "the same, with two events": rate(lambda at, category: deadline(pack, calendar, category, at, None, moved(at)).clocks(), seconds),
        "yardstick: 14 lines by hand": rate(by_hand, seconds),
    }
    for what, figure in figures.items():
        print(f"{what:30}{figure:>10,.0f}/s   {figure / WANTED:5.1f} × wanted")


if __name__ == "__main__":
    main()
