"""A burst of calls through the real exchange: every call exactly one case with its own recording (P-3, P-9.1)."""

from pathlib import Path

from tests.pbx.burst import Cut, Figures, burst
from tests.pbx.centre import by_file, centre, configured
from tests.pbx.line import line_to
from tests.servers.asterisk import Asterisk

CALLS, RATE = 200, 50       # bench/ami_burst.py has a thousand


def faults(told: Figures) -> tuple[tuple[str, ...], ...]:
    return told.lost, told.double, told.wrong


async def test_P3_every_call_of_a_burst_is_one_case_with_its_own_recording(exchange: Asterisk, tmp_path: Path) -> None:
    """By events alone, those of many calls at a time interleaved."""
    async with line_to(exchange.port) as line, centre(configured(tmp_path, exchange, line.port), exchange) as bridge:
        told = await burst(bridge, exchange, line, CALLS, RATE)
    assert faults(told) == ((), (), ())
    assert (told.known, told.cases, told.recordings, told.gaps, told.errands) == (CALLS, CALLS, CALLS, 0, 0)


async def test_P3_a_line_cut_in_the_burst_is_healed_by_the_file(exchange: Asterisk, tmp_path: Path) -> None:
    """None lost, none double; a form that only the events would have brought is asked of the seats by the desk."""
    async with line_to(exchange.port) as line:
        config = configured(tmp_path, exchange, line.port, cdr=by_file(exchange), manager={"timeout": 1.0, "ping": 0.5})
        async with centre(config, exchange) as bridge:
            told = await burst(bridge, exchange, line, 120, 30, Cut(after=30, calls=30))
    assert faults(told) == ((), (), ())
    assert (told.known, told.gaps) == (told.placed, 1)
    with_form = told.placed - told.unheard
    assert (told.cases, told.recordings, told.errands) == (with_form, with_form, told.unheard)
    assert told.unheard >= 10
    assert told.healed >= told.unheard
