"""Units chased by telephone, whole: a real voice, a real exchange, and what becomes of it in the case's book (P-6, P-21)."""

import wave

import pytest

from adapters.ami import AmiSettings
from adapters.ami.caller import AmiCaller, CallFiles
from adapters.speech import Speaker
from hotline_bridge.voice import Booth
from tests.conftest import Bank
from tests.servers.asterisk import Asterisk
from tests.servers.running import HOST
from tests.voice.exchange import Telephone, allow, telephone

DIAL = "Local/{number}@from-internal"
ENDS = {"13900000001": "已按键确认收到", "13900000002": "接听后未按键确认", "13900000003": "占线", "13900000004": "无人接听", "13900000009": "未能接通"}


@pytest.mark.parametrize("way", ["manager", "call-file"])
async def test_P21_a_unit_is_called_by_a_real_exchange(way: str, exchange: Asterisk, bank: Bank) -> None:
    settings = AmiSettings(HOST, exchange.user, exchange.secret, exchange.port, timeout=5.0, ping=5.0)
    caller = AmiCaller(settings, DIAL) if way == "manager" else CallFiles(settings, DIAL, exchange.outgoing)
    speaker = Speaker(exchange.sounds)
    line: Telephone = telephone(bank)
    names = iter(range(100))
    booth = Booth(bank.house, caller, speaker, lambda: f"hbc-{way}-{next(names)}", exchange.sounds_there)
    await line.overdue()
    said = []
    try:
        for number, words in reversed(ENDS.items()):        # acknowledged last: nobody is called after it
            allow(bank, phone=number, tries=9, ring_seconds=3, way=way)
            assert await booth.call_one()
            bank.clock.on(minutes=30)
            said.append(words)
    finally:
        await speaker.close()
    assert [entry.says.partition("：")[2].partition("；")[0] for entry in bank.book() if entry.what == "电话外呼"] == said[:-1]
    assert [call.result for call in line.calls()][-1] == "acknowledged"
    assert line.errands() == []
    sounds = [path for path in exchange.sounds.glob("*.wav") if path.name != "said.wav"]
    assert 1 <= len(sounds) <= len(ENDS)        # one for each length of time that it is overdue by
    for sound in sounds:
        with wave.open(str(sound)) as spoken:
            assert (spoken.getframerate(), spoken.getnchannels(), spoken.getsampwidth()) == (8000, 1, 2)
        sound.unlink()
