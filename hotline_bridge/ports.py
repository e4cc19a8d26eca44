"""What the daemon needs from outside; the doors in `adapters` fit these shapes without importing them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from typing import Protocol, runtime_checkable

from routing.calls import CallEnd, CallOrder

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


@runtime_checkable
class Fleeting(Protocol):
    """A door behind which things pass by unkept: it is knocked at again sooner than others."""

    @property
    def longest_wait(self) -> float:
        """Seconds at most between tries while it is out of reach."""
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


class Caller(Protocol):
    """An exchange that can be told to place a call."""

    async def call(self, order: CallOrder) -> CallEnd:
        """Place one call and return how it ended; "unknown" where the exchange was told and nobody heard more.

        OSError where the exchange was never told, ValueError for an order that must not be given to it.
        """
        ...


class Voice(Protocol):
    """A synthetic voice."""

    async def sound(self, text: str) -> Path:
        """The file in which it says a text, kept by what it says; OSError where it does not speak, ValueError for a text without words."""
        ...


class Loudspeaker(Protocol):
    """A program that plays a sound file aloud."""

    async def play(self, sound: Path) -> None:
        """Play it to its end; OSError where nothing was heard."""
        ...


class Mailer(Protocol):
    """A way for letters to leave."""

    async def send(self, raw: bytes, sender: str, to: Sequence[str], envelope: str = "") -> Mapping[str, Receipt]:
        """Hand one letter to the relay; an answer per recipient. OSError when the outcome is unknown or none.

        Under `envelope` the relay is asked to report what becomes of it, where it can (RFC 3461).
        """
        ...


class Glance(Protocol):
    """A file without a look inside: its size, and when it was last written (seconds since 1970)."""

    @property
    def size(self) -> int: ...
    @property
    def modified(self) -> float: ...


class Taken(Protocol):
    """A recording that was seen whole; `draft` is the copy of one that lay elsewhere, safe on the disk and not yet anybody's.

    `cut` says that it was not whole after all: the connection ended before the file did.
    """

    @property
    def size(self) -> int: ...
    @property
    def sha256(self) -> str: ...
    @property
    def head(self) -> bytes: ...
    @property
    def draft(self) -> Path | None: ...
    @property
    def cut(self) -> bool: ...


class Archive(Protocol):
    """Where recordings lie.

    FileNotFoundError where one is not there (yet), OSError where it cannot be reached or read, ValueError where it is
    refused for good; the text has the reason and the cure.
    """

    def searches(self, reference: str) -> bool:
        """Whether there is anywhere to look for it at all."""
        ...

    def glance(self, reference: str) -> Glance | None:
        """Size and age of a file on the disk; None for what lies elsewhere."""
        ...

    async def take(self, reference: str) -> Taken:
        """See the whole recording once."""
        ...

    def open(self, reference: str) -> BufferedReader:
        """A file on the disk, opened for reading."""
        ...

    async def wav(self, source: BufferedReader, sha256: str, codec: str) -> Path:
        """The recording as a WAV that browsers play; Unreadable, with the cure, where nothing here can make one."""
        ...
