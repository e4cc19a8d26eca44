"""The mailbox as an inlet: what is new since the cursor, in the order of arrival, each mail once per reading."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from adapters.imap.line import Denied, Line

#: So often a server may refuse one and the same mail before the paper goes in without it, so that others get past.
REFUSALS = 3
#: So often the line may break within one mail before only its header is asked for, and then nothing of it any more.
BREAKS, BREAKS_IN_HEADER = 8, 10
#: Seconds after which the whole mailbox is counted over: in a quiet life, and after a break.
RECOUNT, RECOUNT_AFTER_BREAK = 6 * 3600.0, 600.0
COUNTED_AT_ONCE = 500       # mails asked for in the store

_CURSOR = re.compile(r"(\d+)/(\d+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class ImapSettings:
    """Where the mailbox is and how to treat it.

    `tls` None means a connection in the clear (loopback or a tunnel). A mail above `limit` bytes is handed in as its
    header alone. `done_folder` "" leaves every mail where it lies. `idle` is the longest time without a new search.
    """

    host: str
    user: str
    password: str = field(repr=False)
    port: int = 993
    tls: ssl.SSLContext | None = None
    mailbox: str = "INBOX"
    done_folder: str = ""
    timeout: float = 30.0
    idle: float = 120.0
    batch: int = 100
    limit: int = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail as handed in; `key` and `cursor` are "uidvalidity/uid".

    `kind` is "mail", or "mail-too-large" with the header alone, or "mail-unfetchable" with the header where the server
    gave at least that.
    """

    key: str
    kind: str
    body: bytes = field(repr=False)
    cursor: str


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


class Imap:
    """A mailbox read over IMAP (RFC 3501, RFC 2177); nothing in it is ever deleted.

    For one task at a time. Every doubt about the connection ends it with an OSError; the next call opens a new one.
    PermissionError means the login was refused, FileNotFoundError that there is no such mailbox.
    """

    def __init__(self, name: str, settings: ImapSettings) -> None:
        self._name = name
        self._at = settings
        self._line: Line | None = None
        self._more_waits = False
        self._refused: dict[str, int] = {}
        self._broke: dict[str, int] = {}
        self._turn = asyncio.Lock()
        self._counted: float | None = None          # when the mailbox was last counted over
        self._settled = False                       # and whether the connection has held since

    @property
    def name(self) -> str:
        """The inlet's name in the configuration."""
        return self._name

    async def waiting(self, cursor: str) -> AsyncIterator[Letter]:
        """Yield the mails after `cursor`, at most a batch of them, oldest first; OSError when out of reach.

        With another UIDVALIDITY than the cursor's all mails are yielded again under new keys (RFC 3501 section
        2.3.1.1). ValueError where the cursor is none of ours.
        """
        validity, last = _read_cursor(cursor)
        async with self._turn:
            line = await self._open_line()
            uids = await line.uids_after(last if validity == line.uidvalidity else 0)
            now = uids[: self._at.batch]
            self._more_waits = bool(now)  # as long as the reader has not come to the end of them
            sizes = await line.sizes(now) if now else {}
        for uid in now:
            async with self._turn:
                letter = await self._fetch(line, uid, sizes.get(uid, 0))
            if letter is not None:
                yield letter
        self._more_waits = len(uids) > len(now)

    @property
    def recount_due(self) -> bool:
        """Whether the mailbox should be counted over: after a connection that was not the first moment's, and every few hours."""
        return self._counted is None or asyncio.get_running_loop().time() - self._counted >= (RECOUNT if self._settled else RECOUNT_AFTER_BREAK)

    async def recount(self, cursor: str, known: Callable[[Sequence[str]], Awaitable[Collection[str]]]) -> AsyncIterator[Letter]:
        """Yield the mails up to `cursor` that were never handed in, and put away those that were but still lie here (pain 3).

        Such are mails moved back by hand, those a server hid for a while, and those of a daemon that was killed between
        its commit and the move. OSError when out of reach.
        """
        validity, last = _read_cursor(cursor)
        async with self._turn:
            line = await self._open_line()
            old = [uid for uid in await line.uids_after(0) if uid <= last] if validity == line.uidvalidity else []
        for at in range(0, len(old), COUNTED_AT_ONCE):
            keys = {f"{validity}/{uid}": uid for uid in old[at:at + COUNTED_AT_ONCE]}
            kept = await known(list(keys))
            for key, uid in keys.items():
                async with self._turn:
                    if key not in kept:
                        letter = await self._fetch(line, uid, (await line.sizes([uid])).get(uid, 0))
                    else:
                        letter = None
                        if self._at.done_folder:
                            await line.put_away(uid, self._at.done_folder)
                if letter is not None:
                    yield replace(letter, cursor="")
        self._counted, self._settled = asyncio.get_running_loop().time(), True

    async def accepted(self, paper: _Keyed) -> None:
        """Move the committed mail to the done folder where there is one; OSError when that did not work."""
        validity, uid = _read_cursor(paper.key)
        if not self._at.done_folder:
            return
        async with self._turn:
            line = await self._open_line()
            if line.uidvalidity == validity:  # else the number means another mail by now
                await line.put_away(uid, self._at.done_folder)

    async def more(self) -> None:
        """Return when there may be new mail, at the latest after `idle` seconds; OSError when out of reach."""
        async with self._turn:
            line = await self._open_line()
            if not self._more_waits and not line.dirty:
                await line.idle(self._at.idle)

    async def close(self) -> None:
        """Drop the connection."""
        if self._line is not None:
            self._line.drop()
            self._line = None

    async def _open_line(self) -> Line:
        if self._line is not None and self._line.alive:
            return self._line
        at = self._at
        line = await Line.open(at.host, at.port, at.tls, at.timeout)
        await line.log_in(at.user, at.password)
        await line.select(at.mailbox)
        self._line, self._settled = line, False
        return line

    async def _fetch(self, line: Line, uid: int, size: int) -> Letter | None:
        key = f"{line.uidvalidity}/{uid}"
        broke = self._broke.get(key, 0)
        if broke >= BREAKS_IN_HEADER:
            return Letter(key, "mail-unfetchable", b"", key)
        large = size > self._at.limit
        try:
            body = await line.fetch(uid, "HEADER" if large or broke >= BREAKS else "")
        except Denied as error:
            if "EXPUNGEISSUED" in str(error):  # RFC 5530: somebody else has deleted it
                return None
            return await self._refusal(line, key, uid, error)
        except OSError:  # a mail that ends the server, or whatever looks into it on the way, must not keep all later ones out
            self._broke[key] = broke + 1
            raise
        self._refused.pop(key, None)
        self._broke.pop(key, None)
        kind = "mail-unfetchable" if broke >= BREAKS else "mail-too-large" if large else "mail"
        return None if body is None else Letter(key, kind, body, key)

    async def _refusal(self, line: Line, key: str, uid: int, error: Denied) -> Letter:
        """One damaged mail must not keep all later ones out: try again a few times, then hand in what there is."""
        self._refused[key] = self._refused.get(key, 0) + 1
        if self._refused[key] < REFUSALS:
            line.drop()
            raise error
        try:
            header = await line.fetch(uid, "HEADER") or b""
        except Denied:
            header = b""
        return Letter(key, "mail-unfetchable", header, key)


def _read_cursor(cursor: str) -> tuple[int, int]:
    if not cursor:
        return 0, 0
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise ValueError(f"{cursor!r} is no place in a mailbox: expected uidvalidity/uid; empty it to read all mail again")
    return int(found[1]), int(found[2])
