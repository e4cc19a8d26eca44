"""A thousand calls in seconds, the line cut among them if so wished, and what the bridge makes of it: counted, not believed.

Shared by tests/pbx/test_burst.py and bench/ami_burst.py.
"""

import asyncio
import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from math import inf
from time import monotonic

from tests.pbx.centre import SOURCE, Centre, caller, seat_form
from tests.pbx.conftest import all_hung_up
from tests.pbx.line import Line
from tests.servers.asterisk import Asterisk
from tests.servers.telephones import Telephones, telephones


AFTERWARDS = 20     # calls heard again behind a cut


@dataclass(frozen=True)
class Cut:
    """The line is cut after so many calls, and mended after so many more and at least `lasting` seconds."""

    after: int
    calls: int
    lasting: float = 0.0


@dataclass(frozen=True)
class Truth:
    """What the exchange's own file says of a call: its caller and its recording."""

    number: str
    recording: str


@dataclass
class Figures:
    """What came of it. `unheard` are forms that went by UserEvent while nobody listened: no file holds them."""

    placed: int = 0
    seconds_of_calls: float = 0.0
    seconds_cut: float = 0.0
    seconds_unheard: float = 0.0
    seconds_until_quiet: float = 0.0
    known: int = 0
    cases: int = 0
    recordings: int = 0
    posted: int = 0
    unheard: int = 0
    errands: int = 0
    healed: int = 0
    gaps: int = 0
    lost: tuple[str, ...] = ()
    double: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()


class Burst:
    """Callers one after the other at a rate, each with a form by UserEvent.

    Around the moments of the cut and of the mending, and for every second call in between, the seat posts by HTTP instead:
    so it is certain which forms nobody heard, while calls go on through both moments.
    """

    def __init__(self, bridge: Centre, exchange: Asterisk, line: Line, people: Telephones) -> None:
        self._bridge, self._exchange, self._line, self._people = bridge, exchange, line, people
        self.figures = Figures()
        self.unheard: set[str] = set()      # numbers of callers whose form nobody could hear
        self._heard = 0                     # forms sent by UserEvent while the line was whole
        self._by_event: list[asyncio.Future[None]] = []
        self._line_is = "whole"             # whole | turning | cut
        self._placed, self._whole_from = 0, inf

    async def place(self, calls: int, rate: float, cut: Cut | None, speaks: float) -> None:
        """Place the calls, and as many more as it takes until some were heard behind the cut; returns when everybody has hung up."""
        began, jobs = monotonic(), []
        turning = [asyncio.ensure_future(self._cut_and_mend(cut))] if cut else []
        for number in count(0):
            if number >= calls and number >= (self._whole_from + AFTERWARDS if cut else 0):
                break
            if self._line_is == "turning" or (self._line_is == "cut" and number % 2):
                jobs.append(asyncio.ensure_future(self._posts(number, speaks)))
            else:
                jobs.append(asyncio.ensure_future(self._sends(number, speaks)))
                self._by_event.append(jobs[-1])
            self._placed = number + 1
            await asyncio.sleep(max(0.0, began + self._placed / rate - monotonic()))
        await asyncio.gather(*jobs, *turning)
        await all_hung_up(self._exchange)
        self.figures.placed, self.figures.seconds_of_calls = self._placed, monotonic() - began
        self.figures.unheard = len(self.unheard)

    async def _cut_and_mend(self, cut: Cut) -> None:
        """Cut the line, and mend it, each once every form sent by UserEvent is certainly heard, or certainly not."""
        await self._bridge.until(lambda: self._placed >= cut.after)
        self._line_is = "turning"
        await asyncio.gather(*self._by_event)
        await self._bridge.until(lambda: _kept(self._bridge, "ami-form") == self._heard)
        await self._line.cut()
        self._line_is, since, enough = "cut", monotonic(), self._placed + cut.calls
        before = _kept(self._bridge, "ami-gap")
        await self._bridge.until(lambda: self._placed >= enough and monotonic() >= since + cut.lasting)
        self._line_is = "turning"
        await asyncio.gather(*self._by_event)
        await self._line.mend()
        self.figures.seconds_cut = monotonic() - since
        await self._bridge.until(lambda: _kept(self._bridge, "ami-gap") > before)
        self.figures.seconds_unheard = monotonic() - since
        self._line_is, self._whole_from = "whole", self._placed

    async def _posts(self, number: int, speaks: float) -> None:
        call_id = await self._people.call("95580", caller(number), speaks=speaks)
        assert await self._bridge.post(call_id, number) == 202
        self.figures.posted += 1

    async def _sends(self, number: int, speaks: float) -> None:
        heard = self._line_is == "whole"
        await self._people.call("95580", caller(number), seat_form(number), speaks=speaks)
        if heard:
            self._heard += 1
        else:
            self.unheard.add(caller(number))


def _kept(bridge: Centre, kind: str) -> int:
    """How many papers of a kind the exchange's events have brought."""
    ((kept,),) = bridge.rows("SELECT count(*) FROM paper WHERE source = ? AND kind = ?", SOURCE, kind)
    return int(kept)


async def burst(bridge: Centre, exchange: Asterisk, line: Line, calls: int, rate: float, cut: Cut | None = None, speaks: float = 0.5) -> Figures:
    """Place the calls, wait until the bridge has nothing left to do, and count."""
    async with telephones(exchange) as people:
        test = Burst(bridge, exchange, line, people)
        await test.place(calls, rate, cut, speaks)
    ended = monotonic()
    await bridge.until(lambda: _all_known(bridge, test.figures.placed))
    await bridge.quiet()
    test.figures.seconds_until_quiet = monotonic() - ended
    bridge.clock.by += timedelta(minutes=bridge.built.house.rules.calls.wait_minutes + 1)
    await bridge.quiet()
    return counted(bridge, exchange, test)


def _all_known(bridge: Centre, calls: int) -> bool:
    """Whether every call has come to its end, and every row of the exchange's file has been read where there is a file."""
    ((known,),) = bridge.rows("SELECT count(*) FROM call WHERE result <> '' AND result <> 'unknown'")
    waits = bridge.rows("SELECT count(*) FROM paper WHERE state = 'kept'")
    return int(known) >= calls and waits == [(0,)]


def truth_of(exchange: Asterisk) -> Mapping[str, Truth]:
    """By the id of the whole call, what the exchange wrote down."""
    found = {}
    with exchange.custom_records.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            if row[12]:
                found[row[10]] = Truth(row[1], row[12])
    return found


def counted(bridge: Centre, exchange: Asterisk, test: Burst) -> Figures:
    """Compare what the bridge has with what the exchange wrote."""
    told, truth = test.figures, truth_of(exchange)
    calls = bridge.calls()
    times = Counter(global_id for global_id, *_ in calls)
    cases = {case.id: case for case in bridge.cases()}
    phones = Counter(case.complaint.customer.phone for case in cases.values())
    told.known, told.cases = len(calls), len(cases)
    told.errands = len(bridge.errands())
    told.gaps, told.healed = len(bridge.gaps()), sum(healed for healed, _ in bridge.gaps())
    with_form = [one.number for one in truth.values() if one.number not in test.unheard]
    told.lost = (*sorted(set(truth) - set(times)), *(number for number in with_form if not phones[number]))
    told.double = (*(one for one, n in times.items() if n > 1 or one not in truth), *(one for one, n in phones.items() if n > 1))
    wrong = []
    for global_id, ani, _result, case in calls:
        mine = truth.get(global_id)
        if mine is None or mine.number in test.unheard:
            continue
        found = cases.get(case or 0)
        if ani != mine.number or found is None or found.complaint.customer.phone != ani or not found.recording.reference.endswith(mine.recording):
            wrong.append(global_id)
        else:
            told.recordings += 1
    told.wrong = tuple(wrong)
    return told
