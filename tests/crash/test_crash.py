"""A sample of the walk in walk.py (HOTLINE_CRASH=all walks it whole): killed anywhere, nothing is lost and nothing doubled."""

import os
from collections.abc import Iterator

import pytest

from tests.crash.acts import ACTS
from tests.crash.walk import Theatre, kill_points, theatre, walk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(6 * 3600 if os.environ.get("HOTLINE_CRASH") == "all" else 300)]
SAMPLE = {"sqlite": 80, "postgres": 30}        # lines to die at, spread over all acts
OFFSET = {"sqlite": 0, "postgres": 7}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.real)])
def house(request: pytest.FixtureRequest) -> Iterator[Theatre]:
    """The house in its theatre, rehearsed once for every database."""
    server = request.getfixturevalue("postgres_server") if request.param == "postgres" else None
    with theatre(server) as built:
        built.name = request.param
        yield built


def test_the_walk_goes_through_the_whole_house(house: Theatre) -> None:
    """What is rehearsed is worth killing: every act moves something, and the rooms, steps and doors all take part."""
    lines = {point.rpartition(":")[0] for play in house.rehearsals for point in play.points}
    steps = {"read", "register", "triage", "dispatch", "posted", "undelivered", "returned", "answer", "chase", "digest", "review", "close"}
    assert {f"hotline_bridge/steps/{name}.py" for name in steps} <= lines
    assert {f"hotline_bridge/{name}.py" for name in ("intake", "desk", "post", "opening", "letters")} <= lines
    assert {"adapters/spool.py", "adapters/cdr_file.py", "adapters/smtp.py", "adapters/imap/door.py"} <= lines
    letters = {letter.partition(".")[0] for play in house.rehearsals for letter, _ in play.letters}
    assert letters >= {"slip", "alarm", "incomplete", "digest"}
    states = [{row[1] for row in play.ends["cases"]} for play in house.rehearsals]
    assert "HELD" in states[0]
    assert "HELD" not in states[1]
    assert "ANSWERED" in states[3]
    assert "CLOSED" in states[len(ACTS) - 1]


def test_killed_at_any_line_nothing_is_lost_and_nothing_is_done_twice(house: Theatre) -> None:
    points = kill_points(house)
    step = 1 if os.environ.get("HOTLINE_CRASH") == "all" else len(points) // SAMPLE[house.name]
    chosen = points[OFFSET[house.name] % step::step]
    tally = walk(house, chosen, lambda words: print(words, flush=True))
    assert tally.broken == []
    assert tally.killed > 0.9 * len(chosen)
    assert set(tally.received) <= {1, 2}


def test_killed_between_any_two_rows_of_a_batch(house: Theatre) -> None:
    """The same line executed again and again: some of the thousands of moments within loops."""
    chosen = [(play, point) for play in house.rehearsals for point in play.nth(max(1, len(play.lines) // 2 - 50))]
    tally = walk(house, chosen)
    assert tally.broken == []
    assert set(tally.received) <= {1, 2}


def test_killed_while_the_tables_are_made(house: Theatre) -> None:
    points, died, different = house.first_start()
    assert not died
    assert different == []
    assert len(points) > 30
    step = 1 if os.environ.get("HOTLINE_CRASH") == "all" else {"sqlite": 8, "postgres": 24}[house.name]
    for point in points[::step]:
        _, died, different = house.first_start(point)
        assert (point, died, different) == (point, True, [])
