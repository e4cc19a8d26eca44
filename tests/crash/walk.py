"""Kills the house at every line of its code, in every act of five complaints' way through it, and looks what is left.

`python -m tests.crash.walk --database sqlite|postgres --every N` walks and reports; tests/crash/test_crash.py does
a sample. After each kill the house is started twice, at once and two hours later, and must then remember exactly what it
remembers without a kill; the relay must have got every letter, more than once only in the same bytes.
"""

import argparse
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from random import Random

from sqlalchemy import text

from hotline_bridge.store.engine import open_engine
from hotline_bridge.store.upgrade import drift, upgrade
from tests.crash.acts import ACTS, Act, Place
from tests.crash.child import Orders
from tests.crash.state import Memory, difference, loose_ends, memory, names_of, renamed
from tests.crash.world import Boxes, Child, Relay, Stage, memory_folder
from tests.servers.postgres import Postgres, postgres

AGAIN = (0.0, 2.0)      # hours after the crash at which the house is started again
Got = dict[tuple[str, str], list[str]]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How an act goes without a kill: the stage before it, its lines, and how it ends."""

    place: int
    act: Act
    before: str
    lines: tuple[tuple[str, int], ...]
    ends: Memory
    letters: frozenset[tuple[str, str]]

    @property
    def points(self) -> list[str]:
        """Every line of our code the act comes past, by its first time."""
        return list(dict.fromkeys(f"{name}:{line}" for name, line in self.lines))

    def nth(self, every: int) -> list[str]:
        """Every so many-th executed line, whichever it is."""
        return [f"#{n}" for n in range(every, len(self.lines), every)]


@dataclass
class Tally:
    """What a walk found."""

    killed: int = 0
    survived: int = 0                                   # the line was not reached this time
    broken: list[str] = field(default_factory=list)
    received: Counter[int] = field(default_factory=Counter)     # letters a recipient got so many times
    doubled: int = 0                                    # runs in which any letter came twice

    def __str__(self) -> str:
        received = ", ".join(f"{count} {times}x" for times, count in sorted(self.received.items()))
        return (f"{self.killed} kills ({self.survived} lines not reached), {len(self.broken)} broken, letters received: {received}; "
                f"{self.doubled} runs with a double")


class Theatre:
    """The house under test with everything around it."""

    def __init__(self, relay: Relay, boxes: Boxes, child: Child, stage: Stage) -> None:
        self._relay, self._boxes, self._child, self._stage = relay, boxes, child, stage
        self.rehearsals: list[Rehearsal] = []
        self.name = ""

    def rehearse(self) -> None:
        """Play every act once, undisturbed, and keep the stage as each begins."""
        self._stage.empty("nothing")
        before = self._stage.copy("nothing")
        engine = open_engine(self._stage.url(before))
        upgrade(engine)
        engine.dispose()
        for place, act in enumerate(ACTS):
            played = self._stage.copy(before)
            box = self._set(place, played)
            said = self._obey(played, place, box, watch=True)
            ends, loose = self._remembers(played, act)
            letters = self._relay.empty()
            assert not loose, (act.name, loose)
            assert all(len(got) == 1 for got in letters.values()), (act.name, letters)
            assert not [to for _, to in letters if to in act.never_to], act.name
            lines = tuple((name, line) for name, line in said["lines"])
            self.rehearsals.append(Rehearsal(place, act, before, lines, ends, self._called(played, letters)))
            before = played

    def kill(self, play: Rehearsal, at: str, tally: Tally) -> None:
        """One run: killed there, started twice more, looked at."""
        run = self._stage.copy(play.before)
        try:
            box = self._set(play.place, run)
            orders = Orders(self._stage.url(run), str(self._stage.folder(run)), play.place, 0, self._relay.port, self._boxes.port, box, at)
            said = self._child.obey(orders)
            tally.killed += said["died"]
            tally.survived += not said["died"]
            trouble = [said["trouble"]] if said["trouble"] else []
            for hours in AGAIN:
                trouble += [told] if (told := self._again(run, play.place, box, hours)) else []
            trouble += self._judge(run, play, tally)
            tally.broken += [f"{play.act.name} @ {at}: {one}" for one in trouble]
        finally:
            self._stage.clear(run)

    def first_start(self, at: str = "") -> tuple[list[str], bool, list[object]]:
        """Kill the first start on an empty database there, and start again: the lines seen, whether it died, what differs."""
        run = self._stage.copy("nothing")
        try:
            orders = Orders(self._stage.url(run), str(self._stage.folder(run)), 0, 0, 0, 0, "", at, watch=not at, migrate=True)
            said = self._child.obey(orders)
            engine = open_engine(self._stage.url(run))
            try:
                upgrade(engine)
                with engine.connect() as db:
                    return list(dict.fromkeys(f"{name}:{line}" for name, line in said["lines"])), said["died"], drift(db)
            finally:
                engine.dispose()
        finally:
            self._stage.clear(run)

    # one run -----------------------------------------------------------------------------------------------------------
    def _set(self, place: int, run: str) -> str:
        """Lay out what comes from outside in this act; the mailbox the house will read."""
        box = self._boxes.fresh()
        ACTS[place].lay_out(Place(self._stage.folder(run), lambda raw: self._boxes.deliver(box, raw), self._slips(run)))
        return box

    def _slips(self, run: str) -> dict[str, str]:
        """The Message-IDs of the slips by whom they went to."""
        engine = open_engine(self._stage.url(run))
        try:
            with engine.connect() as db:
                query = "select d.recipient, l.message_id from delivery d join letter l on l.id = d.letter where l.purpose like 'slip%'"
                return {str(row[0]): str(row[1]) for row in db.execute(text(query))}
        finally:
            engine.dispose()

    def _obey(self, run: str, place: int, box: str, hours: float = 0, *, watch: bool = False) -> dict[str, list[list[object]]]:
        orders = Orders(self._stage.url(run), str(self._stage.folder(run)), place, hours, self._relay.port, self._boxes.port, box, watch=watch)
        said = self._child.obey(orders)
        assert not said["trouble"], (ACTS[place].name, said["trouble"])
        return said

    def _again(self, run: str, place: int, box: str, hours: float) -> str:
        try:
            self._obey(run, place, box, hours)
        except AssertionError as error:
            return str(error)
        return ""

    def _remembers(self, run: str, act: Act) -> tuple[Memory, list[str]]:
        engine = open_engine(self._stage.url(run))
        try:
            loose = loose_ends(engine, act.now.astimezone(UTC).isoformat(" "))
            loose += [f"left in the spool: {one.name}" for one in (self._stage.folder(run) / "spool").iterdir() if one.is_file()]
            return memory(engine), loose
        finally:
            engine.dispose()

    def _judge(self, run: str, play: Rehearsal, tally: Tally) -> Iterator[str]:
        """Everything that is not as it is without a kill."""
        got = self._relay.empty()
        ends, loose = self._remembers(run, play.act)
        yield from difference(play.ends, ends)
        yield from loose
        named = self._called(run, got)
        yield from (f"letter not received: {one}" for one in play.letters - named)
        yield from (f"letter out of nothing: {one}" for one in named - play.letters)
        yield from (f"letter received in other bytes: {one}" for one, hashes in got.items() if len(set(hashes)) > 1)
        yield from (f"written to too early: {to}" for _, to in got if to in play.act.never_to)
        tally.received.update(len(hashes) for hashes in got.values())
        tally.doubled += any(len(hashes) > 1 for hashes in got.values())

    def _called(self, run: str, got: Got) -> frozenset[tuple[str, str]]:
        """Letters by what they are about instead of by case numbers, which differ with the order of arrival."""
        engine = open_engine(self._stage.url(run))
        try:
            with engine.connect() as db:
                names = names_of(db)
        finally:
            engine.dispose()
        return frozenset((renamed(message_id, names), to) for message_id, to in got)


@contextmanager
def theatre(server: Postgres | None) -> Iterator[Theatre]:
    """A theatre over SQLite, or over a PostgreSQL server; rehearsed."""
    with ExitStack() as stack:
        folder = stack.enter_context(memory_folder())
        child = stack.enter_context(Child())
        relay, boxes = stack.enter_context(Relay()), stack.enter_context(Boxes())
        stage = Stage(folder, server)
        house = Theatre(relay, boxes, child, stage)
        house.rehearse()
        yield house


def kill_points(house: Theatre, nth: int = 0) -> list[tuple[Rehearsal, str]]:
    """Every line in every act; the pure floors' lines once, in the act that first comes past them. And every `nth` line."""
    points: list[tuple[Rehearsal, str]] = []
    pure: set[str] = set()
    for play in house.rehearsals:
        for point in play.points:
            if point.startswith(("routing/", "adapters/formats/")):
                if point in pure:
                    continue
                pure.add(point)
            points.append((play, point))
        points += [(play, point) for point in play.nth(nth)] if nth else []
    return points


def walk(house: Theatre, points: Sequence[tuple[Rehearsal, str]], say: Callable[[str], None] = lambda _: None) -> Tally:
    """Kill at each of the points."""
    tally = Tally()
    for count, (play, point) in enumerate(points, 1):
        broken = len(tally.broken)
        house.kill(play, point, tally)
        for one in tally.broken[broken:]:
            say(one)
        if count % 50 == 0 or count == len(points):
            say(f"{count}/{len(points)} {play.act.name}: {tally}")
    return tally


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.walk", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--every", type=int, default=1, help="only every so many-th of the lines")
    parser.add_argument("--start", type=int, default=0, help="leave so many of them out first")
    parser.add_argument("--nth", type=int, default=0, help="also kill at each so many-th executed line, repeated or not")
    wanted = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))       # so that servers and folders go, too
    with ExitStack() as stack:
        server = stack.enter_context(postgres()) if wanted.database == "postgres" else None
        house = stack.enter_context(theatre(server))
        points = kill_points(house, wanted.nth)[wanted.start::wanted.every]
        Random(95580).shuffle(points)       # a walk broken off has still been everywhere
        tally = walk(house, points, lambda words: print(words, flush=True))
    print(f"{wanted.database}: {tally}")
    return 1 if tally.broken else 0


if __name__ == "__main__":
    sys.exit(main())
