"""The other channel: how a person hears that the mail itself is dead (pain 2): a web hook, or a program of the bank's."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import aiohttp

from adapters.programs import run_program

LONGEST_ANSWER = 200        # characters of a refusal that are told


@dataclass(frozen=True, slots=True)
class Webhook:
    """Posts an alarm as JSON ({"text": …, "msgtype": "text", "content": …}); the bank's gateway makes a message of it."""

    url: str
    token: str = field(default="", repr=False)
    timeout: float = 20.0

    async def sound(self, words: str) -> None:
        """Tell a person; OSError where nobody took it."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        # "text" as an object is what WeCom's and DingTalk's robots read; gateways of one's own read `content`
        body = {"msgtype": "text", "text": {"content": words}, "content": words}
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self.timeout)) as session,
                session.post(self.url, json=body, headers=headers) as answer,
            ):
                if answer.status >= 400:
                    said = (await answer.text(errors="replace"))[:LONGEST_ANSWER]
                    raise OSError(f"the web hook answers {answer.status}: {said}")
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise OSError(f"the web hook cannot be reached: {type(error).__name__}: {error}") from error


@dataclass(frozen=True, slots=True)
class Program:
    """Runs a program of the bank's, the words on its standard input; exit code 0 says that it told somebody."""

    command: Sequence[str]
    timeout: float = 30.0

    async def sound(self, words: str) -> None:
        """Tell a person; OSError where the program is missing, fails, or takes too long."""
        await run_program(self.command, self.timeout, words.encode())
