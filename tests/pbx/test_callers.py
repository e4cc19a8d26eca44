"""Calls out on a real exchange: what each kind of telephone at the other end comes out as, by both ways to tell an Asterisk (P-21)."""

import asyncio
import wave
from collections.abc import Callable

import pytest

from adapters.ami import AmiSettings
from adapters.ami.caller import AmiCaller, CallFiles
from routing.calls import CallOrder
from tests.servers.asterisk import Asterisk
from tests.servers.running import HOST

DIAL = "Local/{number}@from-internal"
#: The telephones of tests/servers/exchange/extensions.conf: what they do, and how that is called.
TELEPHONES = {
    "13900000001": ("acknowledged", "1"),           # hears it and presses 1
    "13900000002": ("heard", ""),                   # hangs up without a word
    "13900000003": ("busy", ""),
    "13900000004": ("no-answer", ""),
    "13900000005": ("failed", ""),                  # congestion
    "13900000006": ("heard", "7"),                  # presses another key
    "13900000009": ("failed", ""),                  # nobody has this number
}
WAYS: dict[str, Callable[[AmiSettings, Asterisk], AmiCaller | CallFiles]] = {
    "manager": lambda settings, _: AmiCaller(settings, DIAL),
    "call-file": lambda settings, exchange: CallFiles(settings, DIAL, exchange.outgoing),
}


def settings_of(exchange: Asterisk) -> AmiSettings:
    return AmiSettings(HOST, exchange.user, exchange.secret, exchange.port, timeout=5.0, ping=5.0)


@pytest.fixture
def sound(exchange: Asterisk) -> str:
    """Three seconds of silence as the voice would leave them; their path as the exchange sees it."""
    with wave.open(str(exchange.sounds / "said.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(2 * 8000 * 3))
    return f"{exchange.sounds_there}/said.wav"


def order(token: str, number: str, sound: str) -> CallOrder:
    return CallOrder(token, number, sound, "95580", 3)


@pytest.mark.parametrize("way", WAYS)
async def test_P21_every_telephone_comes_out_as_what_it_did(way: str, exchange: Asterisk, sound: str) -> None:
    """All at the same time: each caller hears the end of its own call alone."""
    caller = WAYS[way](settings_of(exchange), exchange)
    ends = await asyncio.gather(*(caller.call(order(f"hb{way[0]}{row}", number, sound)) for row, number in enumerate(TELEPHONES)))
    assert {number: (end.result, end.pressed) for number, end in zip(TELEPHONES, ends, strict=True)} == TELEPHONES


@pytest.mark.parametrize("way", WAYS)
async def test_P21_a_call_whose_exchange_dies_is_unknown_and_not_an_answer(way: str, exchange: Asterisk, sound: str) -> None:
    caller = WAYS[way](settings_of(exchange), exchange)
    calling = asyncio.ensure_future(caller.call(order(f"hbd{way[0]}", "13900000004", sound)))
    while not await asyncio.to_thread(lambda: exchange.channels):
        await asyncio.sleep(0.05)
    exchange.kill()
    end = await calling
    exchange.start()
    assert (end.result, end.pressed) == ("unknown", "")


@pytest.mark.parametrize("way", WAYS)
async def test_P21_a_number_that_would_dial_more_than_a_number_reaches_no_exchange(way: str, exchange: Asterisk, sound: str) -> None:
    """Refused, not escaped: another channel, another line of the file, a shell."""
    caller = WAYS[way](settings_of(exchange), exchange)
    before = exchange.cli("core show channels count")
    for bad in ("13900000001@hotline", "1&Local/13900000001@from-internal", "1\r\nAction: Command", "1\nApplication: System", "$(id)", ""):
        with pytest.raises(ValueError, match="number"):
            await caller.call(order("hbbad", bad, sound))
    assert exchange.cli("core show channels count") == before
    assert list(exchange.outgoing.iterdir()) == []


async def test_P21_where_no_exchange_answers_nobody_was_called(exchange: Asterisk, sound: str) -> None:
    """OSError says that it was never told: the try may be repeated."""
    nobody = AmiSettings(HOST, exchange.user, "another secret", exchange.port, timeout=5.0)
    for caller in (AmiCaller(nobody, DIAL), CallFiles(nobody, DIAL, exchange.outgoing)):
        with pytest.raises(PermissionError):
            await caller.call(order("hbno", "13900000001", sound))
    assert exchange.channels == 0
    assert list(exchange.outgoing.iterdir()) == []
