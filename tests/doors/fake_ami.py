"""A manager interface that can be told to misbehave; tests/pbx speaks with a real one."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from adapters.formats.ami import Packet, packet_of

Answer = Callable[[Packet], str | None]     # the lines of an answer without its ActionID; None for silence
SECRET = "a secret with: colon"


@dataclass
class FakeAmi:
    """As much of AMI as the door uses; `answers` replaces what it says to an action."""

    banner: bytes = b"Asterisk Call Manager/11.0.0\r\n"
    challenge: str = "123456789"
    uptime: int = 100_000
    channels: list[bytes] = field(default_factory=list)     # CoreShowChannel events
    answers: dict[str, Answer] = field(default_factory=dict)
    heard: list[Packet] = field(default_factory=list)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    port: int = 0
    _bell: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        writer.write(self.banner)
        try:
            while True:
                packet = packet_of((await reader.readuntil(b"\r\n\r\n"))[:-4])
                await self._note(packet)
                said = self.answers.get(packet.get("action"), self.usual)(packet)
                if said is not None:
                    writer.write(f"{said}\r\nActionID: {packet.get('actionid')}\r\n\r\n".encode())
                    self._after(packet, writer)
                if packet.get("action") == "Logoff":
                    writer.close()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _note(self, packet: Packet) -> None:
        async with self._bell:
            self.heard.append(packet)
            self._bell.notify_all()

    async def until(self, action: str, times: int = 1) -> Packet:
        """Wait until the client has asked for this so often; the last of them."""
        async with asyncio.timeout(20), self._bell:
            await self._bell.wait_for(lambda: self.count(action) >= times)
        return [one for one in self.heard if one.get("action") == action][-1]

    def count(self, action: str) -> int:
        return sum(one.get("action") == action for one in self.heard)

    def usual(self, packet: Packet) -> str | None:
        action = packet.get("action")
        if action == "Challenge":
            return f"Response: Success\r\nChallenge: {self.challenge}"
        if action == "Login":
            key = hashlib.md5((self.challenge + SECRET).encode(), usedforsecurity=False).hexdigest()
            good = packet.get("secret") == SECRET or (packet.get("authtype") == "MD5" and packet.get("key") == key)
            return "Response: Success\r\nMessage: Authentication accepted" if good and packet.get("username") == "bridge" else "Response: Error\r\nMessage: Authentication failed"
        if action == "Ping":
            return "Response: Success\r\nPing: Pong\r\nTimestamp: 1.0"
        return "Response: Success\r\nMessage: done"

    def _after(self, packet: Packet, writer: asyncio.StreamWriter) -> None:
        if packet.get("action") == "Login":
            writer.write(f"Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: {self.uptime}\r\nStatus: Fully Booted\r\n\r\n".encode())
        if packet.get("action") == "CoreShowChannels":
            writer.write(b"".join(self.channels) + b"Event: CoreShowChannelsComplete\r\nEventList: Complete\r\n\r\n")

    async def say(self, *events: bytes) -> None:
        """Tell events to whoever listens, all of them in one piece."""
        for writer in self.writers:
            if not writer.is_closing():
                writer.write(b"".join(events))
                await writer.drain()

    def drop(self) -> None:
        """The network is gone for everybody."""
        for writer in self.writers:
            if not writer.is_closing():
                writer.transport.abort()
        self.writers.clear()
