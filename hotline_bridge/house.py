"""What every room needs at hand, put together by the wiring."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from hotline_bridge.board import Board
from hotline_bridge.ports import Archive, Clock, Inlet, Mailer, Office
from hotline_bridge.store.engine import Store
from routing.rules import Rules


@dataclass(slots=True)
class Shelf:
    """Where the rules in force lie; a reload puts others there, whole. A step keeps the ones it began with.

    `keys` are the secrets of vendors that push, by their names: they belong to the proofs their mappings ask for.
    """

    rules: Rules
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(slots=True)
class Bell:
    """Rung after a commit that leaves work, so that the next room need not wait for its next look."""

    _event: asyncio.Event = field(default_factory=asyncio.Event)

    def ring(self) -> None:
        """There is work."""
        self._event.set()

    async def heard(self, at_most: float) -> None:
        """Return when it rings, or after `at_most` seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(at_most):      # not wait_for: it loses a cancellation that comes with the ring
                await self._event.wait()
            self._event.clear()


@dataclass(slots=True)
class Rush:
    """How many stand at the counter, waiting for the next commit; other work is kept short meanwhile."""

    waiting: int = 0
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    def come(self) -> None:
        """Somebody steps up."""
        self.waiting += 1
        self._over.clear()

    def gone(self, count: int) -> None:
        """So many are served."""
        self.waiting -= count
        if not self.waiting:
            self._over.set()

    async def over(self, at_most: float) -> None:
        """Return when nobody waits there, or after `at_most` seconds."""
        if self.waiting:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(at_most):
                    await self._over.wait()


@dataclass(frozen=True, slots=True)
class House:
    """Store, clock, rules and doors."""

    store: Store
    clock: Clock
    shelf: Shelf
    inlets: Sequence[Inlet]
    mailer: Mailer
    desk_bell: Bell = field(default_factory=Bell)
    post_bell: Bell = field(default_factory=Bell)
    closers: tuple[Callable[[], None], ...] = ()
    office: Office | None = None
    office_bell: Bell = field(default_factory=Bell)
    books_bell: Bell = field(default_factory=Bell)
    board: Board = field(kw_only=True)
    rush: Rush = field(default_factory=Rush)
    archive: Archive | None = None
    signing: Callable[[bytes], bytes] | None = None      # puts our signature on a letter's bytes, before they are fixed for ever

    @property
    def rules(self) -> Rules:
        """The rules in force now."""
        return self.shelf.rules
