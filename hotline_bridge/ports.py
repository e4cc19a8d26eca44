"""What the daemon needs from outside; the doors in `adapters` fit these shapes without importing them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

Clock = Callable[[], datetime]


class Paper(Protocol):
    """What a door hands in: bytes that must not get lost, and the key under which they are the same bytes again.

    `kind` says which format reads them: "mail", "cdr" or "form". `cursor` is the door's own place mark, kept in the
    same commit as the paper; "" where the door needs none.
    """

    @property
    def key(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def body(self) -> bytes: ...
    @property
    def cursor(self) -> str: ...


class Inlet(Protocol):
    """A place papers come from by being fetched."""

    @property
    def name(self) -> str: ...

    def waiting(self, cursor: str) -> AsyncIterator[Paper]:
        """Yield what lies there now and was not handed in up to `cursor`, then end; OSError when out of reach."""
        ...

    async def accepted(self, paper: Paper) -> None:
        """The paper is committed: the door may let go of it. Called perhaps twice."""
        ...

    async def more(self) -> None:
        """Return when there may be something new; OSError when out of reach."""
        ...


Known = Callable[[Sequence[str]], Awaitable[Collection[str]]]       # which of these keys are kept already


@runtime_checkable
class Recounted(Protocol):
    """A door that can be counted over: what lies there below its cursor and was never handed in, it hands in now (pain 3)."""

    @property
    def recount_due(self) -> bool:
        """Whether it is time to count: after a new connection, and every few hours."""
        ...

    def recount(self, cursor: str, known: Known) -> AsyncIterator[Paper]:
        """Yield what is missing, without a cursor, and let go of what is kept; OSError when out of reach."""
        ...


class Receipt(Protocol):
    """What the relay said about one recipient: `answer` is "accepted", "refused" (for good) or "later"."""

    @property
    def answer(self) -> str: ...
    @property
    def said(self) -> str: ...


class Alarm(Protocol):
    """Another channel than the mail, by which a person is told."""

    async def sound(self, words: str) -> None:
        """Tell a person; OSError where nobody took it."""
        ...


class Office(Protocol):
    """A program that opens old office files."""

    async def convert(self, content: bytes, suffix: str, to: str) -> bytes:
        """Return the file in another format; Unreadable where that cannot be, OSError where the program does not start."""
        ...


class Mailer(Protocol):
    """A way for letters to leave."""

    async def send(self, raw: bytes, sender: str, to: Sequence[str], envelope: str = "") -> Mapping[str, Receipt]:
        """Hand one letter to the relay; an answer per recipient. OSError when the outcome is unknown or none.

        Under `envelope` the relay is asked to report what becomes of it, where it can (RFC 3461).
        """
        ...
