"""Stand-ins for what lies behind the voice: an exchange that answers as it is told to, a voice that says nothing aloud."""

import asyncio
from dataclasses import dataclass, field, replace
from pathlib import Path

from hotline_bridge.store.calls_out import CallOut
from hotline_bridge.store.reminders import TELEPHONE, Errand
from hotline_bridge.voice import Booth
from routing.calls import CallEnd, CallOrder, VoiceRules
from routing.parties import UnitCode
from tests.conftest import Bank
from tests.make import a_form

AT_BRANCH = "客户称清河区支行柜员态度冷淡，要求道歉。"
BRANCH = "B10101"
ACKNOWLEDGED, HEARD = CallEnd("acknowledged", "1", "answered"), CallEnd("heard", "", "answered")
BUSY, NO_ANSWER, FAILED = CallEnd("busy", said="cause 17"), CallEnd("no-answer", said="cause 19"), CallEnd("failed", said="cause 1")


@dataclass
class Exchange:
    """Places calls: the next answer for each, an error where one is given; with a gate it waits until that opens."""

    answers: list[CallEnd | Exception] = field(default_factory=list)
    orders: list[CallOrder] = field(default_factory=list)
    gate: asyncio.Event | None = None
    told: asyncio.Event = field(default_factory=asyncio.Event)

    async def call(self, order: CallOrder) -> CallEnd:
        self.orders.append(order)
        self.told.set()
        if self.gate is not None:
            await self.gate.wait()
        answer = self.answers.pop(0) if self.answers else ACKNOWLEDGED
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class Reader:
    """A voice: remembers what it was asked to say."""

    said: list[str] = field(default_factory=list)
    dumb: bool = False

    async def sound(self, text: str) -> Path:
        if self.dumb:
            raise OSError("there is no voice; install espeak-ng")
        self.said.append(text)
        return Path(f"/sounds/{len(self.said)}.wav")


@dataclass
class Telephone:
    """A bank whose bridge may call one branch."""

    bank: Bank
    exchange: Exchange
    voice: Reader
    booth: Booth

    async def overdue(self, *call_ids: str, **more) -> list[str]:
        """Cases of the branch that stand on the list of calls, at nine in the morning of the day after they were due."""
        numbers = [(await self.bank.post(a_form(call_id, unit="清河区支行", narrative=AT_BRANCH, **more))).number for call_id in call_ids or ("1784683800.17",)]
        for moment in ("2026-07-22T09:40:00", "2026-07-27T09:00:00", "2026-07-28T09:00:00"):
            self.bank.clock.to(moment)
            await self.bank.quiet()
            await self.bank.quiet()
        return numbers

    async def ring(self) -> int:
        """Call whoever is to be called now; how many reminders were seen to."""
        count = 0
        while await self.booth.call_one():
            count += 1
        return count

    def errands(self) -> list[Errand]:
        return self.bank.house.store.read_now(lambda tx: tx.reminders.open((TELEPHONE,)))

    def calls(self) -> list[CallOut]:
        return list(reversed(self.bank.house.store.read_now(lambda tx: tx.calls_out.latest(100))))

    def results(self) -> list[str]:
        return [call.result for call in self.calls()]

    def book(self, what: str, number: str = "") -> list[str]:
        return [entry.says for entry in self.bank.book(number) if entry.what == what]


def allow(bank: Bank, code: str = BRANCH, *, phone: str = "010-55500024", phone_chasing: bool = True, **voice) -> None:
    """From now on the bridge may call the first contact of this unit."""
    rules = bank.house.rules
    units = dict(rules.directory.units)
    unit = units[UnitCode(code)]
    units[UnitCode(code)] = replace(unit, phone_chasing=phone_chasing, first=replace(unit.first, phone=phone), second=replace(unit.second, phone=phone))
    directory = replace(rules.directory, units=units)
    bank.house.shelf.rules = replace(rules, directory=directory, voice=replace(VoiceRules(way="manager"), **voice))


def telephone(bank: Bank, **voice) -> Telephone:
    allow(bank, **voice)
    exchange, reader, names = Exchange(), Reader(), iter(range(10_000))
    booth = Booth(bank.house, exchange, reader, lambda: f"hbc-{next(names):024}", "hotline-bridge")
    return Telephone(bank, exchange, reader, booth)
