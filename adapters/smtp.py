"""Hands letters to the bank's mail relay over a few kept connections; an answer for each recipient (RFC 5321)."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

import aiosmtplib
from aiosmtplib.protocol import PERIOD_REGEX, normalize_message_line_endings

Answer = Literal["accepted", "refused", "later"]

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


class OutcomeUnknown(OSError):
    """The line broke after the letter's last byte was given away: the relay may have it, or not. Same bytes again."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the relay said about one recipient: `answer` and its own words, one line of at most 200 characters."""

    answer: Answer
    said: str


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """The relay and how to speak with it.

    `security` is "tls" (implicit, RFC 8314), "starttls" (and nothing else will do) or "none". `helo` is the name we
    give ourselves. `final` is the patience after the last dot (RFC 5321 section 4.5.3.2.6: ten minutes).
    `dsn`: a relay that can is asked to report what becomes of each letter (RFC 3461).
    """

    host: str
    port: int
    security: Literal["tls", "starttls", "none"] = "tls"
    user: str = ""
    password: str = field(default="", repr=False)
    tls: ssl.SSLContext | None = None
    helo: str = "localhost"
    timeout: float = 60.0
    final: float = 600.0
    connections: int = 4
    dsn: bool = True


class Smtp:
    """A relay that takes our letters; may be used by many tasks at once."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._at = settings
        self._kept: list[aiosmtplib.SMTP] = []
        self._seats = asyncio.Semaphore(settings.connections)

    async def send(self, raw: bytes, sender: str, to: Sequence[str], envelope: str = "") -> Mapping[str, Receipt]:
        """Hand over one letter; the answer for every address of `to`.

        OSError when nothing was handed over and nothing is decided, OutcomeUnknown (an OSError too) when it may have
        been: in both cases send the same bytes again later. PermissionError: the relay refuses our login.
        `envelope` is the id the reports about it shall bear (RFC 3461, 4.4); "": none are asked for.
        """
        if not to:
            return {}
        async with self._seats, self._connection() as (line, fresh):
            try:
                return await _Handover(line, self._at, envelope).give(raw, sender, to)
            except ConnectionError:
                if fresh:
                    raise
                line.close()
        # A kept connection may have been closed by the relay since; nothing was handed over, so once more on a new one.
        async with self._seats, self._connection(fresh=True) as (line, _):
            return await _Handover(line, self._at, envelope).give(raw, sender, to)

    async def close(self) -> None:
        """Say good-bye on every kept connection."""
        while self._kept:
            line = self._kept.pop()
            try:
                await line.quit(timeout=5)
            except (aiosmtplib.SMTPException, OSError):
                line.close()

    @asynccontextmanager
    async def _connection(self, *, fresh: bool = False) -> AsyncIterator[tuple[aiosmtplib.SMTP, bool]]:
        """Lend a connection and whether it is new; after an error, or a cancellation, it is not used again."""
        line = None if fresh else self._next_kept()
        fresh = line is None
        line = line or await self._connect()
        try:
            yield line, fresh
        except BaseException:
            line.close()
            raise
        if line.is_connected:
            self._kept.append(line)

    def _next_kept(self) -> aiosmtplib.SMTP | None:
        while self._kept:
            line = self._kept.pop()
            if line.is_connected:
                return line
        return None

    async def _connect(self) -> aiosmtplib.SMTP:
        at = self._at
        line = aiosmtplib.SMTP(
            hostname=at.host, port=at.port, timeout=at.timeout, local_hostname=at.helo, tls_context=at.tls,
            use_tls=at.security == "tls", start_tls=at.security == "starttls",  # None would fall back to clear text
            username=at.user or None, password=at.password if at.user else None,
        )
        where = f"the mail relay {at.host}:{at.port}"
        try:
            await line.connect()
            await line.rset()  # says EHLO first, which the capabilities below need
        except aiosmtplib.SMTPAuthenticationError as error:
            raise PermissionError(
                f"{where} refuses the login of {at.user}: {_line(error.code, error.message)}; check user and password file",
            ) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            line.close()
            raise ConnectionError(f"{where} ({at.security}): {error}") from error
        return line


class _Handover:
    """One letter's way over one connection."""

    def __init__(self, line: aiosmtplib.SMTP, settings: SmtpSettings, envelope: str = "") -> None:
        self._line = line
        self._at = settings
        self._envelope = envelope if settings.dsn and "dsn" in line.esmtp_extensions else ""
        self._said: dict[str, Receipt] = {}

    async def give(self, raw: bytes, sender: str, to: Sequence[str]) -> Mapping[str, Receipt]:
        recipients = list(dict.fromkeys(to))
        letter = normalize_message_line_endings(raw)
        reason = self._impossible(letter, sender)
        if reason:
            return dict.fromkeys(recipients, Receipt("refused", reason))
        try:
            receipts = await self._transaction(letter, sender, recipients)
        except aiosmtplib.SMTPResponseException as error:  # a reply that makes no sense, where a plain one was due
            raise ConnectionError(f"{self._where}: {_line(error.code, error.message)}") from error
        except aiosmtplib.SMTPException as error:
            raise ConnectionError(f"{self._where}: {error}") from error
        return {recipient: receipts[recipient] for recipient in recipients}

    @property
    def _where(self) -> str:
        return f"the mail relay {self._at.host}:{self._at.port}"

    def _impossible(self, letter: bytes, sender: str) -> str:
        """Why this relay can never take this letter, or ""."""
        offers = self._line.esmtp_extensions
        if not letter.isascii() and "8bitmime" not in offers:
            return "the relay offers no 8BITMIME (RFC 6152): write the letter as base64 or quoted-printable"
        if not sender.isascii() and "smtputf8" not in offers:
            return "the relay offers no SMTPUTF8 (RFC 6531): the sender's address must be ASCII"
        limit = offers.get("size", "").strip()
        if limit.isdigit() and 0 < int(limit) < len(letter):
            return f"the letter has {len(letter)} bytes, the relay takes {limit} (RFC 1870)"
        return ""

    async def _transaction(self, letter: bytes, sender: str, recipients: list[str]) -> Mapping[str, Receipt]:
        try:
            await self._mail(letter, sender, recipients)
        except aiosmtplib.SMTPSenderRefused as error:
            self._stays(error.code, error.message)
            return await self._end(recipients, error)
        taken = [recipient for recipient in recipients if await self._rcpt(recipient)]
        if not taken:
            await self._reset()
            return self._said
        start = await self._line.execute_command(b"DATA")
        if start.code != 354:
            self._stays(start.code, start.message)
            return await self._end(taken, start)
        end = await self._last_dot(letter)
        if end.code // 100 != 2:
            return await self._end(taken, end)
        return self._said | dict.fromkeys(taken, Receipt("accepted", _line(end.code, end.message)))

    def _stays(self, code: int, words: str) -> None:
        """Raise ConnectionError on 421: the relay closes the connection and has decided nothing (RFC 5321 section 3.8)."""
        if code == 421:
            raise ConnectionError(f"{self._where}: {_line(code, words)}")

    async def _mail(self, letter: bytes, sender: str, recipients: list[str]) -> None:
        offers = self._line.esmtp_extensions
        options = [f"SIZE={len(letter)}"] if "size" in offers else []
        if not letter.isascii():
            options.append("BODY=8BITMIME")
        if self._envelope:
            options += ["RET=HDRS", f"ENVID={_xtext(self._envelope)}"]
        utf8 = "smtputf8" in offers and not "".join((sender, *recipients)).isascii()
        if utf8:
            options.append("SMTPUTF8")
        try:
            await self._line.mail(sender, options=options, encoding="utf-8" if utf8 else "ascii")
        except ValueError as error:
            raise aiosmtplib.SMTPSenderRefused(553, f"not an address: {error}", sender) from error

    async def _rcpt(self, recipient: str) -> bool:
        """Offer one recipient; False when the relay refuses, its words kept."""
        utf8 = "smtputf8" in self._line.esmtp_extensions
        try:
            await self._line.rcpt(recipient, options=self._reports_on(recipient), encoding="utf-8" if utf8 else "ascii")
        except aiosmtplib.SMTPRecipientRefused as error:
            self._stays(error.code, error.message)
            self._said[recipient] = _receipt(error.code, error.message)
        except UnicodeEncodeError:
            self._said[recipient] = Receipt("refused", "the relay offers no SMTPUTF8 (RFC 6531) for this address")
        except ValueError as error:
            self._said[recipient] = Receipt("refused", _line(553, f"not an address: {error}"))
        return recipient not in self._said

    def _reports_on(self, recipient: str) -> list[str]:
        """What to ask about one recipient (RFC 3461, 4.1 and 4.2)."""
        if not self._envelope:
            return []
        original = [f"ORCPT=rfc822;{_xtext(recipient)}"] if recipient.isascii() and recipient.isprintable() else []
        return ["NOTIFY=SUCCESS,FAILURE,DELAY", *original]

    async def _last_dot(self, letter: bytes) -> aiosmtplib.SMTPResponse:
        """Give away the letter and hear what becomes of it; from here on a broken line leaves the outcome open."""
        wire = self._line.protocol
        if wire is None:
            raise ConnectionError(f"{self._where} closed the connection before the letter")
        try:
            wire.write(PERIOD_REGEX.sub(b"..", letter) + b".\r\n")
            return await wire.read_response(timeout=self._at.final)
        except (aiosmtplib.SMTPException, OSError) as error:
            self._line.close()
            raise OutcomeUnknown(f"{self._where} did not say whether it has the letter: {error}") from error

    async def _end(
        self, recipients: Sequence[str], answer: aiosmtplib.SMTPResponse | aiosmtplib.SMTPSenderRefused,
    ) -> Mapping[str, Receipt]:
        """The transaction ends with one answer for all who are left."""
        await self._reset()
        return self._said | dict.fromkeys(recipients, _receipt(answer.code, answer.message))

    async def _reset(self) -> None:
        """Make the connection fit for the next letter; where that fails it is not kept."""
        try:
            await self._line.rset()
        except (aiosmtplib.SMTPException, OSError):
            self._line.close()


def _receipt(code: int, words: str) -> Receipt:
    """A 5xx is for good, everything else may change (RFC 5321 section 4.2.1)."""
    return Receipt("refused" if code // 100 == 5 else "later", _line(code, words))


def _xtext(text: str) -> str:
    """A value as RFC 3461, section 4 writes it: printable ASCII without + and =, everything else in hexadecimal."""
    return "".join(sign if "!" <= sign <= "~" and sign not in "+=" else f"+{ord(sign):02X}" for sign in text)


def _line(code: int, words: str) -> str:
    """The relay's words as one clean line: no control characters, no half bytes, at most 200 characters."""
    clean = _CONTROL.sub(" ", words.encode("utf-8", "replace").decode("utf-8"))
    return " ".join(f"{code} {clean}".split())[:200]
