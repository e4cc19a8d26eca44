"""The board of calls as they stand at this moment: doors tell it, screens look at it and listen. Nothing of it is kept (P-6)."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from routing.calls import LiveCall

FORGOTTEN = timedelta(hours=6)      # after its last turn a call that nobody ended is taken off
MOST_CALLS = 5_000                  # that stand there; beyond it the one that was silent longest goes
REMEMBERED = 1_000                  # turns that a listener who comes back may still hear
MOST_WAITING = 200                  # turns a listener may be behind; one who is slower is let go


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn a call took: its number since the board was put up, when the call was first heard of, and when we heard of this turn."""

    number: int
    call: LiveCall
    since: datetime
    heard: datetime


@dataclass(eq=False, slots=True)
class Listener:
    """Somebody who listens: what they have not heard yet, and how to wake them where they do not hear at all."""

    cut: Callable[[], None]
    _turns: deque[Turn] = field(default_factory=deque)
    _bell: asyncio.Event = field(default_factory=asyncio.Event)
    _over: bool = False

    async def next(self) -> Turn | None:
        """The next turn, waited for; None once there will be no more."""
        while not self._turns and not self._over:
            self._bell.clear()
            await self._bell.wait()
        return None if self._over else self._turns.popleft()

    def hear(self, turn: Turn) -> bool:
        """Let them hear of a turn; False where they are too far behind."""
        if len(self._turns) >= MOST_WAITING:
            return False
        self._turns.append(turn)
        self._bell.set()
        return True

    def end(self) -> None:
        """There will be no more."""
        self._over = True
        self._bell.set()


@dataclass(slots=True)
class Board:
    """Every call that rings or is spoken in now, by its exchange and id; told and listened to in one loop.

    `clock` is the house's: an exchange whose own goes wrong spoils its own calls' moments and nothing else.
    """

    clock: Callable[[], datetime]
    _calls: dict[tuple[str, str], Turn] = field(default_factory=dict)
    _past: deque[Turn] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    _listeners: set[Listener] = field(default_factory=set)
    _era: str = ""
    _number: int = 0

    def tell(self, call: LiveCall) -> None:
        """A call has taken a turn; what was told before, and the end of a call nobody knows, is no news."""
        now = self.clock()
        self._forget(now)
        call = replace(call, at=min(call.at, now))
        key = (call.exchange, call.global_id)
        before = self._calls.get(key)
        if before is not None and replace(call, at=before.call.at) == before.call:
            return
        if before is None and (call.stage == "ended" or now - call.at >= FORGOTTEN):
            return
        self._calls.pop(key, None)
        self._era = self._era or f"{now.timestamp() * 1000:.0f}"
        self._number += 1
        turn = Turn(self._number, call, before.since if before is not None else call.at, now)
        if call.stage != "ended":
            self._calls[key] = turn         # behind all others: they lie in the order in which they were last heard of
            if len(self._calls) > MOST_CALLS:
                del self._calls[next(iter(self._calls))]
        self._past.append(turn)
        self._publish(turn)

    def calls(self) -> list[Turn]:
        """The calls of this moment, the oldest first."""
        self._forget(self.clock())
        return sorted(self._calls.values(), key=lambda turn: (turn.since, turn.number))

    def name_of(self, number: int) -> str:
        """What a turn is called towards listeners: no turn of another run of the program bears the same name."""
        return f"{self._era or 0}-{number}"

    @property
    def last(self) -> str:
        """The name of the last turn."""
        return self.name_of(self._number)

    def after(self, name: str) -> list[Turn] | None:
        """The turns behind the one of this name; None where nobody remembers them all, and one must look anew."""
        era, _, number = name.rpartition("-")
        if not (era and era == self._era and number.isascii() and number.isdecimal() and len(number) < 19):
            return None
        behind = int(number)
        if behind > self._number or (self._past and behind < self._past[0].number - 1):
            return None
        return [turn for turn in self._past if turn.number > behind]

    @contextmanager
    def listen(self, cut: Callable[[], None]) -> Iterator[Listener]:
        """Hear every turn from now on; `cut` is called where one is let go for being too slow."""
        listener = Listener(cut)
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def close(self) -> None:
        """Let all listeners go: the program ends."""
        for listener in self._listeners:
            listener.end()
        self._listeners.clear()

    @property
    def listening(self) -> int:
        """How many listen."""
        return len(self._listeners)

    def _publish(self, turn: Turn) -> None:
        for listener in [one for one in self._listeners if not one.hear(turn)]:
            self._listeners.discard(listener)
            listener.end()
            listener.cut()

    def _forget(self, now: datetime) -> None:
        while self._calls:
            key, turn = next(iter(self._calls.items()))
            if now - turn.heard < FORGOTTEN:
                return
            del self._calls[key]
