"""People at telephones: callers of the test's Asterisk, and seats whose desktops send a form, by its manager interface."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from tests.servers.asterisk import Asterisk
from tests.servers.running import HOST

USER = "tests"
Fields = Mapping[str, str | list[str]]


class Refused(Exception):
    """The exchange would not do it; its words."""


class Telephones:
    """One session with the exchange, independent of the bridge's own client."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer, self._numbers = reader, writer, count(1)
        self._asked: dict[str, asyncio.Future[dict[str, str]]] = {}     # by ActionID: Responses
        self._calling: dict[str, asyncio.Future[dict[str, str]]] = {}   # and OriginateResponses
        self._sent: dict[str, asyncio.Event] = {}                       # by id of the call: its form was sent

    async def listen(self) -> None:
        """Hand out answers until the exchange hangs up."""
        while True:
            lines = (await self._reader.readuntil(b"\r\n\r\n")).decode("utf-8", "replace").strip().split("\r\n")
            said = {key.lower(): value for key, _, value in (line.partition(": ") for line in lines)}
            if said.get("event") == "UserEvent":
                self._sent.setdefault(said.get("linkedid", ""), asyncio.Event()).set()
                continue
            wait = self._calling if said.get("event") == "OriginateResponse" else self._asked
            if (answer := wait.pop(said.get("actionid", ""), None)) and not answer.done():
                answer.set_result(said)

    async def act(self, action: str, fields: Fields | None = None, number: str = "") -> dict[str, str]:
        """One action and its answer; Refused where it is not Success."""
        number = number or f"t{next(self._numbers)}"
        lines = [f"Action: {action}", f"ActionID: {number}"]
        for key, value in (fields or {}).items():
            lines += [f"{key}: {one}" for one in (value if isinstance(value, list) else [value])]
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        self._writer.write("\r\n".join([*lines, "", ""]).encode())
        await self._writer.drain()
        said = await answer
        if said["response"] not in {"Success", "Goodbye"}:
            raise Refused(f"{action}: {said.get('message')}")
        return said

    async def call(self, hotline: str, number: str, form: Mapping[str, Any] | None = None, *, speaks: float = 0.2, patience: float = 120) -> str:
        """Somebody calls a hotline and is taken; returns the call's id when they are connected.

        The call goes on for `speaks` seconds; in a queue, or where nobody comes, the caller waits for `patience` seconds.
        With `form` the exchange sends it as a UserEvent while they speak, as the seat's desktop would; then it returns
        when that has happened.
        """
        token = f"c{next(self._numbers)}"
        variables = [f"__SPEAKS={speaks}", f"PATIENCE={patience}"]
        if form is not None:
            variables.append(f"__FORM={base64.b64encode(json.dumps(form, ensure_ascii=False).encode()).decode()}")
        taken = self._calling[token] = asyncio.get_running_loop().create_future()
        await self.act("Originate", {
            "Channel": f"Local/{hotline}@hotline/n", "Context": "caller", "Exten": "s", "Priority": "1", "Async": "true",
            "CallerID": f'"{number}" <{number}>', "Timeout": "30000", "Variable": variables,
        }, token)
        said = await taken
        if said["response"] != "Success":
            raise Refused(f"call to {hotline}: reason {said.get('reason')}")
        if form is not None:
            await self._sent.setdefault(said["uniqueid"], asyncio.Event()).wait()
        return said["uniqueid"]

    async def send(self, fields: Fields, event: str = "TransferSlip") -> None:
        """A seat's desktop sends a UserEvent itself."""
        await self.act("UserEvent", {"UserEvent": event, **fields})


@asynccontextmanager
async def telephones(exchange: Asterisk) -> AsyncIterator[Telephones]:
    """Speak with the exchange while the block runs."""
    reader, writer = await asyncio.open_connection(HOST, exchange.port)
    await reader.readline()
    people = Telephones(reader, writer)
    listening = asyncio.ensure_future(people.listen())
    try:
        await people.act("Login", {"Username": USER, "Secret": exchange.secret})
        yield people
    finally:
        listening.cancel()
        writer.close()
        await asyncio.gather(listening, writer.wait_closed(), return_exceptions=True)
