"""The exchange itself: that the tests call on a real one, which behaves as docs/telephony.md says exchanges do."""

import wave

from tests.pbx.conftest import all_hung_up
from tests.servers.asterisk import Asterisk
from tests.servers.telephones import telephones


async def test_a_call_leaves_its_records_and_a_recording(exchange: Asterisk) -> None:
    """Two rows of one linkedid, one of which names the file (inputs trap 8); written in the exchange's own zone."""
    async with telephones(exchange) as people:
        await people.call("95580", "13800000010", speaks=0.5)
        await all_hung_up(exchange)
    mine = exchange.custom_records.read_text("utf-8").splitlines()
    assert len(mine) == 2
    (named,) = (row for row in mine if ".wav" in row)
    linkedid = named.split('","')[10]
    assert all(linkedid in row for row in mine)
    with wave.open(str(exchange.recordings / named.split('","')[12].rstrip('"'))) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getsampwidth()) == (1, 8000, 2)
        assert sound.getnframes() > 2000


async def test_a_recording_of_nobody_is_a_bare_header(exchange: Asterisk) -> None:
    """`MixMonitor(…,b)` of a call that was never bridged: 44 bytes, as real exchanges leave them."""
    async with telephones(exchange) as people:
        await people.call("95582", "13800000011")
        await all_hung_up(exchange)
    (file,) = exchange.recordings.rglob("*.wav")
    assert file.stat().st_size == 44


async def test_queue_log_tells_who_took_a_call_and_who_gave_up(exchange: Asterisk) -> None:
    async with telephones(exchange) as people:
        await people.call("95588", "13800000012")
        await people.call("95599", "13800000013", patience=1)
        await all_hung_up(exchange)
    log = exchange.queue_log.read_text("utf-8")
    assert "|complaints|Local/8001@seats/n|CONNECT|" in log
    assert "|deserted|NONE|ABANDON|" in log
