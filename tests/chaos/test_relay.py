"""A real Postfix on its bad days: defers, refuses, greylists, dawdles, goes away in the middle of a batch."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep

from adapters.smtp import Smtp, SmtpSettings
from hotline_bridge.house import House
from hotline_bridge.post import post_some
from hotline_bridge.store.tray import ACCEPTED, REFUSED
from routing.rules import Rules
from tests.chaos.cells import Stage, arrived, at_rest, deliveries, post_all, put_letter
from tests.fakes import SetClock
from tests.servers.dovecot import Dovecot
from tests.servers.fixtures import ACCESS
from tests.servers.postfix import Postfix, postfix
from tests.servers.running import HOST, connects

Say = Callable[[str], str]


@dataclass
class Policy:
    """What Postfix asks about every recipient (SMTPD_POLICY_README); `say` answers with an action, `asked` is who was asked about."""

    say: Say = lambda _recipient: "DUNNO"
    seconds: float = 0.0
    asked: list[str] = field(default_factory=list)
    port: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)      # shut, nobody is answered
    talks: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.talks.add(asyncio.current_task())  # type: ignore[arg-type]
        asked: dict[str, str] = {}
        while line := (await reader.readline()).decode().strip("\n"):
            name, _, value = line.partition("=")
            asked[name] = value
        if asked:
            self.asked.append(asked["recipient"])
            await asyncio.sleep(self.seconds)
            await self.gate.wait()
            writer.write(f"action={self.say(asked['recipient'])}\n\n".encode())
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


@asynccontextmanager
async def policy(**named: object) -> AsyncIterator[Policy]:
    """The service, one question a connection."""
    service = Policy(**named)  # type: ignore[arg-type]
    service.gate.set()
    server = await asyncio.start_server(service.serve, HOST, 0)
    service.port = server.sockets[0].getsockname()[1]
    try:
        yield service
    finally:
        server.close()
        await asyncio.gather(*service.talks, return_exceptions=True)    # the relay is gone: each has heard its end
        await server.wait_closed()


@dataclass
class Office:
    """A post room with its relay, and the letters that lie in its tray."""

    house: House
    clock: SetClock
    relay: Postfix
    box: Dovecot
    door: Smtp
    cut_off: int = 0            # sessions of which the relay could not write down that they ended

    def put(self, *to: str, count: int = 1) -> list[int]:
        at = self.clock()
        return self.house.store.run_now(lambda tx: [put_letter(tx, f"{at:%H%M%S}.{n}.{to[0]}", to, self.clock) for n in range(count)])

    async def post(self) -> None:
        while await post_some(self.house):
            pass

    def answers(self, letters: list[int]) -> dict[str, str]:
        return {one.recipient: one.answer for one in deliveries(self.house, letters)}

    def open(self, letters: list[int]) -> list[str]:
        return self.house.store.read_now(lambda tx: sorted(box for one in letters for box in tx.tray.get(one).open))

    async def copies(self, letters: list[int], address: str) -> list[int]:
        """How often each has arrived, once the relay has come to rest."""
        await self.door.close()
        await at_rest(self.relay, self.cut_off)
        raw = self.house.store.read_now(lambda tx: {one.message_id: one.raw or b"" for one in map(tx.tray.get, letters)})
        found = arrived(self.box, address)
        for name, bytes_ in raw.items():
            assert all(copy.endswith(bytes_.replace(b"\r\n", b"\n")) for copy in found.get(name, []))
        return [len(found.get(name, [])) for name in raw]


@asynccontextmanager
async def office(folder: Path, rules: Rules, relay: Postfix, box: Dovecot, patience: float = 20) -> AsyncIterator[Office]:
    """A post room over a store of its own, with one kept connection."""
    door, clock = Smtp(SmtpSettings(HOST, relay.plain, "none", timeout=patience, final=20, connections=1)), SetClock()
    with Stage(folder, rules).house([], door, clock) as house:
        try:
            yield Office(house, clock, relay, box, door)
        finally:
            await door.close()


async def test_a_450_waits_for_its_recipient_alone_and_leaves_once_the_relay_takes_it(
    tmp_path: Path, sample_rules: Rules, dovecot_server: Dovecot, account: tuple[str, str],
) -> None:
    here, late = account[0], "chengbei@bank.example"
    with postfix(dovecot_server, {**ACCESS, late: "450 4.2.1 mailbox busy"}) as relay:
        async with office(tmp_path, sample_rules, relay, dovecot_server) as room:
            letters = room.put(here, late)
            for _ in range(3):
                await room.post()
                assert room.open(letters) == [late]
                room.clock.on(minutes=31)
            (relay.root / "etc" / "access").write_text("")
            relay.postfix("reload")
            await room.door.close()             # who speaks with the relay already is answered by the old table to the end
            await post_all(room.house, room.clock, letters)
            assert room.answers(letters) == {here: ACCEPTED, late: ACCEPTED}
            assert await room.copies(letters, here) == [1]      # three tries later it has not come three times
            assert await room.copies(letters, late) == [1]


async def test_a_550_is_for_good_and_holds_up_nobody_else(
    tmp_path: Path, sample_rules: Rules, dovecot_server: Dovecot, postfix_server: Postfix, account: tuple[str, str],
) -> None:
    async with office(tmp_path, sample_rules, postfix_server, dovecot_server) as room:
        letters = room.put(account[0], "gone@bank.example") + room.put("nobody-of-this-name@bank.example")
        await room.post()
        assert room.answers(letters) == {account[0]: ACCEPTED, "gone@bank.example": REFUSED, "nobody-of-this-name@bank.example": REFUSED}
        assert room.open(letters) == []
        said = {one.recipient: one.said for one in deliveries(room.house, letters)}
        assert said["gone@bank.example"].startswith("550 5.1.1")
        assert "unknown" in said["nobody-of-this-name@bank.example"]


async def test_a_greylisting_relay_gets_the_same_bytes_a_little_later(
    tmp_path: Path, sample_rules: Rules, dovecot_server: Dovecot, account: tuple[str, str],
) -> None:
    known: set[str] = set()

    def say(recipient: str) -> str:
        before = recipient in known
        known.add(recipient)
        return "DUNNO" if before else "DEFER_IF_PERMIT 4.7.1 Greylisted, come again"

    async with policy(say=say) as service:
        with postfix(dovecot_server, ACCESS, service.port) as relay:
            async with office(tmp_path, sample_rules, relay, dovecot_server) as room:
                letters = room.put(account[0])
                await room.post()
                assert room.open(letters) == [account[0]]
                room.clock.on(minutes=2)
                await room.post()
                assert room.answers(letters) == {account[0]: ACCEPTED}
                assert await room.copies(letters, account[0]) == [1]


async def test_a_relay_that_dawdles_is_waited_for(
    tmp_path: Path, sample_rules: Rules, dovecot_server: Dovecot, account: tuple[str, str],
) -> None:
    async with policy(seconds=0.2) as service:
        with postfix(dovecot_server, ACCESS, service.port) as relay:
            async with office(tmp_path, sample_rules, relay, dovecot_server) as room:
                letters = room.put(account[0])
                await room.post()
                assert room.answers(letters) == {account[0]: ACCEPTED}
                assert service.asked == [account[0]]


async def test_a_relay_that_says_nothing_for_too_long_is_tried_again_and_gets_it_once(
    tmp_path: Path, sample_rules: Rules, dovecot_server: Dovecot, account: tuple[str, str],
) -> None:
    async with policy() as service:
        service.gate.clear()
        with postfix(dovecot_server, ACCESS, service.port) as relay:
            async with office(tmp_path, sample_rules, relay, dovecot_server, patience=1) as room:
                letters = room.put(account[0])
                await room.post()
                assert room.open(letters) == [account[0]]
                service.gate.set()
                await post_all(room.house, room.clock, letters)
                assert room.answers(letters) == {account[0]: ACCEPTED}
                assert await room.copies(letters, account[0]) == [1]


async def test_a_relay_that_goes_away_in_the_middle_of_a_batch_gets_the_rest_when_it_is_back(
    tmp_path: Path, sample_rules: Rules, dovecot_server: Dovecot, account: tuple[str, str],
) -> None:
    count = 8
    async with policy() as service:
        with postfix(dovecot_server, ACCESS, service.port) as relay:

            def say(_recipient: str) -> str:
                if len(service.asked) >= 4 and connects(relay.plain):
                    relay.postfix("abort")      # at once, whatever it has in hand
                    while connects(relay.plain):        # its processes hear of it one after the other
                        sleep(0.01)
                return "DUNNO"

            service.say = say
            async with office(tmp_path, sample_rules, relay, dovecot_server) as room:
                letters = room.put(account[0], count=count)
                await room.post()
                left = room.open(letters)
                assert 0 < len(left) < count
                room.clock.on(minutes=31)
                await room.post()               # it is still away
                assert room.open(letters) == left
                service.say = lambda _recipient: "DUNNO"
                room.cut_off = relay.sessions
                relay.postfix("start")
                await post_all(room.house, room.clock, letters)
                assert room.open(letters) == []
                copies = await room.copies(letters, account[0])
                assert min(copies) == 1
                assert sum(copies) <= count + 1     # at most the one whose fate nobody could know
