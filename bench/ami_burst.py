"""A thousand calls on a real Asterisk in seconds; then as many with its line cut for a minute among them. What is lost, what is double?

    python -m bench.ami_burst [CALLS] [SECONDS CUT]

Asterisk is brought once where it is missing (tests/servers/asterisk_tree.py, needs root); where it cannot be, this says so.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.pbx.burst import Cut, Figures, burst
from tests.pbx.centre import by_file, centre, configured
from tests.pbx.line import line_to
from tests.servers.asterisk import Asterisk, asterisk
from tests.servers.asterisk_tree import CannotInstall

RATE = 100.0                # calls a second


async def measured(exchange: Asterisk, calls: int, rate: float, cut: Cut | None) -> Figures:
    """One burst against a fresh bridge."""
    exchange.forget()
    with tempfile.TemporaryDirectory() as state:
        async with line_to(exchange.port) as line:
            files = by_file(exchange) if cut else []
            async with centre(configured(Path(state), exchange, line.port, cdr=files, manager={"timeout": 2.0, "ping": 2.0}), exchange) as bridge:
                return await burst(bridge, exchange, line, calls, rate, cut)


def say(told: Figures) -> None:
    print(f"  {told.placed} calls placed and ended in {told.seconds_of_calls:.1f} s, everything done {told.seconds_until_quiet:.1f} s after the last")
    print(f"  {told.known} calls known, {told.cases} cases, {told.recordings} with the right recording")
    print(f"  lost {len(told.lost)}, double {len(told.double)}, with a wrong case or recording {len(told.wrong)}")
    if told.gaps:
        print(f"  line cut {told.seconds_cut:.1f} s, nobody listened for {told.seconds_unheard:.1f} s; {told.healed} calls of that time came by the file")
        print(f"  forms posted by HTTP meanwhile {told.posted}, forms nobody could hear {told.unheard}; errands of the desk {told.errands}")


def main() -> None:
    calls, lasting = (int(word) for word in (sys.argv[1:] + ["1000", "60"][len(sys.argv) - 1:]))
    try:
        with asterisk() as exchange:
            print(f"Burst of {calls} calls, {RATE:.0f} a second, events alone:")
            say(asyncio.run(measured(exchange, calls, RATE, None)))
            rate = calls / (lasting * 1.5)
            print(f"{calls} calls, {rate:.0f} a second, the line cut for {lasting} s among them, with the CDR file beside it:")
            say(asyncio.run(measured(exchange, calls, rate, Cut(calls // 10, 0, lasting))))
    except CannotInstall as error:
        print(error)


if __name__ == "__main__":
    main()
