"""One IMAP connection with its whole life: opened, asked, dropped at the first doubt, never mended."""

import asyncio
import re
import ssl
from collections.abc import Awaitable, Sequence
from typing import Any, Self

from aioimaplib import aioimaplib
from pymap.parsing.modutf7 import modutf7_encode

from adapters.imap.wire import Wire

_UIDVALIDITY = re.compile(rb"\[UIDVALIDITY (\d+)\]", re.IGNORECASE)
_UID = re.compile(rb"[( ]UID (\d+)", re.IGNORECASE)
_SIZE = re.compile(rb"[( ]RFC822\.SIZE (\d+)", re.IGNORECASE)
_QUOTED_BODY = re.compile(rb'BODY\[[A-Z]*\] (?:"((?:[^"\\]|\\.)*)"|NIL)', re.IGNORECASE)

#: Between two searches where the server does not know IDLE (RFC 2177), in seconds.
POLL = 30.0


class Denied(ConnectionError):
    """The server answered NO or BAD; the line itself is in order. The text is what it said."""


def mailbox_argument(name: str) -> str:
    """Write a mailbox name as a command wants it: modified UTF-7 (RFC 3501 section 5.1.3), in quotation marks."""
    return str(aioimaplib.quoted(modutf7_encode(name).decode("ascii")))


def _said(answer: Any) -> str:  # noqa: ANN401 - a named tuple of an untyped library
    last = bytes(answer.lines[-1]).decode("utf-8", "replace") if answer.lines else ""
    return " ".join(f"{answer.result} {last}".split())[:200]


class Line:
    """A connection with a selected mailbox. Every method raises OSError and drops the line when anything is odd."""

    def __init__(self, where: str, patience: float) -> None:
        self.where = where
        self.uidvalidity = 0
        self._patience = patience
        self._loop = asyncio.get_running_loop()
        self._lost: asyncio.Future[str] = self._loop.create_future()
        self._wire = Wire(self._loop, self._lose)

    @classmethod
    async def open(cls, host: str, port: int, tls: ssl.SSLContext | None, patience: float) -> Self:
        """Connect and hear the greeting; OSError where that does not work within `patience` seconds."""
        line = cls(f"{host}:{port}", patience)
        try:
            async with asyncio.timeout(patience):
                await line._loop.create_connection(lambda: line._wire, host, port, ssl=tls)
            await line._run(line._wire.wait("AUTH|NONAUTH"))
        except TimeoutError as error:
            line.drop()
            raise TimeoutError(f"no answer from the IMAP server {line.where} within {patience:g} s") from error
        except BaseException:
            line.drop()
            raise
        return line

    @property
    def alive(self) -> bool:
        """Whether nothing has cast doubt on the connection yet."""
        return not self._lost.done()

    @property
    def dirty(self) -> bool:
        """Whether mail was announced since the last search began, or there was no search yet."""
        return bool(self._wire.dirty)

    def drop(self) -> None:
        """Let go of the connection, now and without a word; twice does no harm."""
        self._wire.hang_up("dropped")

    async def log_in(self, user: str, password: str) -> None:
        """Log in; PermissionError when the server refuses, without the password in its text."""
        answer = await self._run(self._wire.login(aioimaplib.quoted(user), password))
        if answer.result != "OK":
            self.drop()
            said = _said(answer).replace(password, "***") if password else _said(answer)
            raise PermissionError(
                f"the IMAP server {self.where} refuses the login of {user}: {said}; check the user and its password file",
            )
        await self._run(self._wire.capability())  # what LOGIN's own answer leaves in the library is partly junk

    async def select(self, mailbox: str) -> None:
        """Select the mailbox and learn its UIDVALIDITY; FileNotFoundError where the server does not let us."""
        answer = await self._run(self._wire.select(mailbox_argument(mailbox)))
        if answer.result != "OK":
            self.drop()
            raise FileNotFoundError(
                f"the IMAP server {self.where} has no mailbox {mailbox} for us: {_said(answer)}; create it or correct the name",
            )
        found = _UIDVALIDITY.search(b"\n".join(bytes(line) for line in answer.lines))
        if found is None:
            self.drop()
            raise ConnectionError(f"the IMAP server {self.where} names no UIDVALIDITY for {mailbox}")
        self.uidvalidity = int(found[1])

    async def uids_after(self, uid: int) -> list[int]:
        """Search for what is newer than `uid`, in ascending order."""
        await self._ok(self._wire.simple_command("NOOP"))  # some servers search what they showed last, not what there is
        self._wire.dirty = False  # before the question: what is announced from here on may not be in the answer
        self._wire.stirred.clear()
        answer = await self._ok(self._wire.search(f"UID {uid + 1}:*", charset=None, by_uid=True))
        found = {int(word) for line in answer.lines for word in bytes(line).split() if word.isdigit()}
        return sorted(each for each in found if each > uid)  # n:* names the last mail even where it is older

    async def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """Ask how many bytes each mail has; those expunged meanwhile are not in the answer, nor those not understood."""
        numbers = ",".join(map(str, uids))
        answer = await self._ok(self._wire.fetch(numbers, "(UID RFC822.SIZE)", by_uid=True))
        pairs = [(_UID.search(line), _SIZE.search(line)) for line in map(bytes, answer.lines)]
        return {int(uid[1]): int(size[1]) for uid, size in pairs if uid and size}

    async def fetch(self, uid: int, part: str = "") -> bytes | None:
        """Fetch one mail, or its HEADER, without marking it read; None where it was expunged meanwhile.

        One UID per command: the library mixes up answers it parses together. Denied where the server says no.
        """
        question = self._wire.fetch(str(uid), f"(UID BODY.PEEK[{part}])", by_uid=True)
        answer = await self._ok(question)
        literals = [line for line in answer.lines if isinstance(line, bytearray)]
        if literals:
            return bytes(literals[0])
        text = b"\n".join(answer.lines)
        found = _QUOTED_BODY.search(text)
        if found is not None:
            return re.sub(rb"\\(.)", rb"\1", found[1] or b"")
        if any(int(named[1]) == uid for named in _UID.finditer(text)):  # it is there, and passing it over would lose it
            raise Denied(f"the IMAP server {self.where} gives mail {uid} in a way we do not understand")
        return None

    async def put_away(self, uid: int, folder: str) -> None:
        """Move one mail to another folder, made when missing; no other mail is touched."""
        try:
            await self._move(uid, mailbox_argument(folder))
        except Denied as error:
            if "TRYCREATE" not in str(error).upper() and "EXIST" not in str(error).upper():
                raise
            await self._ok(self._wire.simple_command("CREATE", mailbox_argument(folder)))
            await self._move(uid, mailbox_argument(folder))

    async def _move(self, uid: int, folder: str) -> None:
        one = str(uid)
        if "MOVE" in self._wire.capabilities:
            await self._ok(self._wire.move(one, folder, by_uid=True))
            return
        await self._ok(self._wire.copy(one, folder, by_uid=True))
        await self._ok(self._wire.store(one, "+FLAGS.SILENT", r"(\Deleted)", by_uid=True))
        if "UIDPLUS" in self._wire.capabilities:  # a plain EXPUNGE would take what others have marked
            await self._ok(self._wire.expunge(one, by_uid=True))

    async def idle(self, seconds: float) -> None:
        """Wait until mail is announced or `seconds` are over; ConnectionError when the line goes meanwhile."""
        if "IDLE" not in self._wire.capabilities:
            await self._until(self._wire.stirred.wait(), min(seconds, POLL))
            return
        idling = asyncio.ensure_future(self._wire.idle())
        try:
            await self._run(self._idle_begun(idling))
            await self._until(self._wire.stirred.wait(), seconds)
            self._wire.idle_done()
            await self._run(asyncio.shield(idling))
        except BaseException:
            self.drop()
            raise
        finally:
            idling.cancel()
        while not self._wire.idle_queue.empty():
            self._wire.idle_queue.get_nowait()

    async def _idle_begun(self, idling: "asyncio.Future[Any]") -> None:
        """Wait for the server's `+`; it may answer NO instead, and then IDLE is over before it began."""
        ready = asyncio.ensure_future(self._wire.wait_for_idle_response())
        try:
            await asyncio.wait({ready, idling}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ready.cancel()
        if idling.done():
            raise ConnectionError(f"the IMAP server {self.where} refuses IDLE: {_said(idling.result())}")

    async def _ok(self, question: Awaitable[Any]) -> Any:  # noqa: ANN401 - a named tuple of an untyped library
        answer = await self._run(question)
        if answer.result != "OK":
            raise Denied(f"the IMAP server {self.where} answers: {_said(answer)}")
        return answer

    async def _run(self, question: Awaitable[Any]) -> Any:  # noqa: ANN401 - a named tuple of an untyped library
        """Await an answer; the line is dropped when it breaks, when the server is silent too long, when we give up."""
        task = asyncio.ensure_future(question)
        begun = self._loop.time()
        try:
            while not task.done():
                await self._until(task, self._left(begun))
            return task.result()
        except (aioimaplib.AioImapException, ValueError, UnicodeError) as error:
            self.drop()
            raise ConnectionError(f"the IMAP server {self.where} is out of step: {error}") from error
        except BaseException:
            self.drop()
            raise
        finally:
            task.cancel()

    def _left(self, begun: float) -> float:
        """How long the server may still be silent; a long mail that keeps coming is not silence."""
        left = max(begun, self._wire.heard) + self._patience - self._loop.time()
        if left <= 0:
            raise TimeoutError(f"the IMAP server {self.where} has been silent for {self._patience:g} s")
        return left

    async def _until(self, event: Awaitable[Any], seconds: float) -> None:
        """Wait for the event at most so long; ConnectionError when the line breaks first."""
        task = asyncio.ensure_future(event)
        try:
            await asyncio.wait({task, self._lost}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if task is not event:
                task.cancel()
        if self._lost.done() and not task.done():
            raise ConnectionError(f"IMAP {self.where}: {self._lost.result()}")

    def _lose(self, why: str) -> None:
        if not self._lost.done():
            self._lost.set_result(why)
