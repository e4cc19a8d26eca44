"""What the people of the story can do, each from outside: post, mail, call, read their mailboxes, decide, wait."""

import asyncio
import json
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import ClientSession
from aiosmtplib import SMTP

from hotline_bridge.config import Config
from hotline_bridge.demo.clock import DemoClock
from hotline_bridge.demo.exchange import Ring
from hotline_bridge.demo.mailboxes import Mailboxes, Received
from hotline_bridge.demo.settings import DESK, PEOPLE, POSTING
from hotline_bridge.demo.telling import Teller
from hotline_bridge.wiring import Built, kept_secret

SAMPLES = resources.files("hotline_bridge") / "samples"
LOOK = 0.05         # seconds between looks for something to happen
LOOKS = 300         # then the story has not come out
T = TypeVar("T")


class NotAsTold(Exception):
    """The story did not come out: what was expected, and what is there instead."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an HTTP server said."""

    status: int
    said: Mapping[str, Any]


@dataclass(slots=True)
class Stage:
    """Where the story plays. `numbers` remembers the cases by what the story calls them."""

    folder: Path
    config: Config
    built: Built
    clock: DemoClock
    tell: Teller
    http: ClientSession
    looks: int = LOOKS
    numbers: dict[str, str] = field(default_factory=dict)
    rings: dict[str, Ring] = field(default_factory=dict)
    texts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def mailboxes(self) -> Mailboxes:
        """The mailboxes on the embedded server."""
        return Mailboxes(self.config.state / "mail")

    # time ---------------------------------------------------------------------------------------
    async def at(self, moment: str) -> None:
        """Let the clock jump once nothing is due any more, and wake the rooms, which sleep by real seconds."""
        await self.until("every due task is done before the clock goes on", self._nothing_due)
        self.clock.to(moment)
        self.built.house.desk_bell.ring()
        self.built.house.post_bell.ring()

    async def _nothing_due(self) -> bool:
        return bool((await self.standing())["tasks_due"] == 0)

    async def until(self, expected: str, look: Callable[[], Awaitable[T | None]]) -> T:
        """Look again and again until there is something; NotAsTold with what was expected where there never is."""
        for _ in range(self.looks):
            if found := await look():
                return found
            await asyncio.sleep(LOOK)
        raise NotAsTold(expected)

    # HTTP ---------------------------------------------------------------------------------------
    async def post_form(self, body: bytes) -> Answer:
        """A seat's desktop posts a body."""
        token = kept_secret(self.config, POSTING)
        async with self.http.post(f"{self.built.url}/api/v1/calls", data=body, headers={"Authorization": f"Bearer {token}"}) as answer:
            return Answer(answer.status, await answer.json(content_type=None))

    async def decide(self, who: str, path: str, said: Mapping[str, object]) -> Answer:
        """A person posts a decision."""
        async with self.http.post(f"{self.built.url}/api/v1/{path}", data=json.dumps(said), headers=self._as(who)) as answer:
            return Answer(answer.status, await answer.json(content_type=None))

    async def look_up(self, path: str, who: str = DESK) -> Mapping[str, Any]:
        """A person looks at something."""
        async with self.http.get(f"{self.built.url}/api/v1/{path}", headers=self._as(who)) as answer:
            found: Mapping[str, Any] = await answer.json(content_type=None)
            if answer.status != 200:
                raise NotAsTold(f"GET {path} answers 200; it answered {answer.status}: {found}")
            return found

    def _as(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {kept_secret(self.config, PEOPLE[who][1])}"}

    async def cases(self) -> Sequence[Mapping[str, Any]]:
        """The list of all cases, newest first."""
        found: Sequence[Mapping[str, Any]] = (await self.look_up("cases"))["cases"]
        return found

    async def case(self, name: str) -> Mapping[str, Any]:
        """One case with its book, by what the story calls it."""
        return await self.look_up(f"cases/{self.numbers[name]}")

    async def standing(self) -> Mapping[str, Any]:
        """How the house stands."""
        return await self.look_up("status")

    # mail ---------------------------------------------------------------------------------------
    async def send(self, raw: bytes, sender: str, to: str) -> None:
        """Somebody outside sends a mail by SMTP; an empty sender is a machine's."""
        assert self.built.mail is not None
        client = SMTP(hostname="127.0.0.1", port=self.built.mail.smtp_port, use_tls=False, start_tls=False)
        async with client:
            await client.sendmail(sender, [to], raw)

    async def letter(self, address: str, number: str, place: int = 0) -> Received:
        """The mail number `place` about a case in a mailbox, as soon as it is there."""
        async def look() -> Received | None:
            about = [one for one in self.mailboxes.of(address) if number in one.subject]
            return about[place] if len(about) > place else None

        return await self.until(f"letter {place + 1} about {number} arrives at {address}", look)

    async def case_where(self, name: str, expected: str, fits: Callable[[Mapping[str, Any]], object]) -> Mapping[str, Any]:
        """The case as soon as it is as expected."""
        async def look() -> Mapping[str, Any] | None:
            case = await self.case(name)
            return case if fits(case) else None

        return await self.until(f"case {self.numbers[name]}: {expected}", look)


def expect(fits: object, expected: str) -> None:
    """NotAsTold with what was expected where it is not so."""
    if not fits:
        raise NotAsTold(expected)


def words_of(case: Mapping[str, Any]) -> list[str]:
    """What the book of a case says happened, in order."""
    return [entry["what"] for entry in case["book"]]


@asynccontextmanager
async def staged(folder: Path, config: Config, built: Built, clock: DemoClock, tell: Teller, *, looks: int = LOOKS) -> AsyncIterator[Stage]:
    """The stage over a house that is built."""
    texts = {name: tomllib.loads((SAMPLES / f"demo-{name}.toml").read_text(encoding="utf-8")) for name in ("calls", "mails", "answers")}
    async with ClientSession() as http:
        yield Stage(folder, config, built, clock, tell, http, looks, texts=texts)
