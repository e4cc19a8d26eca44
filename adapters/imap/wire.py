"""aioimaplib's protocol, made to forget nothing: what was announced, when the server last spoke, that it hung up."""

import asyncio
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

from aioimaplib import aioimaplib

# At DEBUG and INFO the library writes whole mails into the log, and customers' words do not belong there (P-6).
logging.getLogger("aioimaplib.aioimaplib").setLevel(logging.WARNING)

_EXISTS = re.compile(rb"\* \d+ EXISTS", re.IGNORECASE)
_BYE = re.compile(rb"\* BYE\b", re.IGNORECASE)

#: The library's parser calls itself once per line, so one read with 1,000 short lines would exhaust the stack.
LINES_AT_ONCE = 100


def slices(read: bytes, lines: int = LINES_AT_ONCE) -> Iterator[bytes]:
    """Cut what came in one read into pieces of at most `lines` line ends; joined they are the same bytes."""
    start = 0
    while start < len(read):
        end = start
        for _ in range(lines):
            found = read.find(b"\n", end)
            if found < 0:
                end = len(read)
                break
            end = found + 1
        yield read[start:end]
        start = end


class Wire(aioimaplib.IMAP4ClientProtocol):  # type: ignore[misc]  # aioimaplib has no types
    """One connection's protocol.

    `dirty` is True when the server has announced mail since the last search began: aioimaplib itself drops an
    announcement that arrives inside the answer to another command, and the IDLE that follows does not repeat it.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, lost: Callable[[str], None]) -> None:
        super().__init__(loop, None)
        self.dirty = True
        self.stirred = asyncio.Event()
        self.heard = loop.time()
        self._lost = lost

    def data_received(self, d: bytes) -> None:
        """Note that the server speaks, then parse what it said in pieces the parser's recursion survives."""
        self.heard = self.loop.time()
        try:
            for piece in slices(d):
                super().data_received(piece)
        except (aioimaplib.AioImapException, ValueError) as error:
            self.hang_up(f"the server sent what IMAP does not allow: {error}")

    def _untagged_response(self, line: bytes) -> Any:  # noqa: ANN401 - the library's own type is not public
        if _EXISTS.match(line):
            self.dirty = True
            self.stirred.set()
        elif _BYE.match(line):
            self.hang_up(f"the server said good-bye: {line[6:].decode('utf-8', 'replace').strip()}")
        return super()._untagged_response(line)

    async def welcome(self, command: bytes) -> None:
        """Read the greeting; a server that greets with anything but OK is gone at once, not after a timeout."""
        try:
            await super().welcome(command)
        except aioimaplib.AioImapException as error:
            self.hang_up(f"the server does not want us: {error}")

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits: the library itself would let them wait for ever."""
        self._lost(f"the connection broke: {exc}" if exc else "the server closed the connection")

    def hang_up(self, why: str) -> None:
        """Drop the connection without a word and stop every task the library started for it."""
        self._lost(why)
        if self.transport is not None:
            self.transport.abort()
        for task in tuple(self.tasks):
            if task is not asyncio.current_task():
                task.cancel()
