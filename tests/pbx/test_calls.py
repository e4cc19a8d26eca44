"""Real calls on a real exchange become cases: one each, whatever told of them and in whichever order (P-3, P-9.1)."""

import base64
import json
from datetime import timedelta
from pathlib import Path

from tests.pbx.centre import Centre, by_file, caller, centre, configured, seat_form
from tests.pbx.conftest import all_hung_up
from tests.servers.asterisk import Asterisk
from tests.servers.telephones import telephones

MINUTE = timedelta(minutes=1)


def heard(bridge: Centre, number: int) -> list[tuple[str, str, str, int | None]]:
    """The calls of a caller as the bridge knows them, once they have ended and have a case."""
    return [call for call in bridge.calls() if call[1] == caller(number) and call[2] and call[3]]


def has_recording(bridge: Centre, exchange: Asterisk) -> bool:
    """Whether the one case refers to a recording that lies there."""
    (case,) = bridge.cases()
    reference = case.recording.reference.removeprefix(f"{exchange.recordings_there}/")     # events tell the whole path, records our own words
    return bool(reference) and (exchange.recordings / reference).is_file()


async def test_P9_1_a_call_with_its_form_is_one_case_with_its_recording(exchange: Asterisk, tmp_path: Path) -> None:
    """The exchange's events alone: the form by UserEvent, the recording by MixMonitor's own variable."""
    async with centre(configured(tmp_path, exchange), exchange) as bridge, telephones(exchange) as people:
        await people.call("95580", caller(1), seat_form(1), speaks=0.5)
        await bridge.until(lambda: heard(bridge, 1))
        await bridge.until(lambda: has_recording(bridge, exchange))
        await bridge.quiet()
        assert len(bridge.cases()) == 1
        assert len(bridge.calls()) == 1
        assert heard(bridge, 1)[0][2] == "answered"
        assert bridge.errands() == []


async def test_P3_events_and_both_files_of_one_call_are_one_call(exchange: Asterisk, tmp_path: Path) -> None:
    """The same call told three times: by events, by the row that names the recording, and by queue_log."""
    config = configured(tmp_path, exchange, cdr=by_file(exchange, queue=True))
    async with centre(config, exchange) as bridge, telephones(exchange) as people:
        await people.call("95580", caller(2), seat_form(2))
        await people.call("95588", caller(3))
        await all_hung_up(exchange)
        lines = len(exchange.custom_records.read_bytes().splitlines())
        assert lines == 5           # two rows and three
        await bridge.until(lambda: bridge.rows("SELECT count(*) FROM paper WHERE source = 'cdr:centre-custom'") == [(lines,)])
        await bridge.quiet()
        assert sorted(ani for _, ani, _, _ in bridge.calls()) == [caller(2), caller(3)]
        (case,) = bridge.cases()
        assert case.recording.reference


async def test_P9_1_form_by_http_and_call_by_events_meet(exchange: Asterisk, tmp_path: Path) -> None:
    """The desktop knows the call by the channel's id, and posts before the call is over."""
    async with centre(configured(tmp_path, exchange), exchange) as bridge, telephones(exchange) as people:
        call_id = await people.call("95580", caller(4), speaks=1)
        assert await bridge.post(call_id, 4) == 202
        await bridge.until(lambda: heard(bridge, 4))
        await bridge.until(lambda: has_recording(bridge, exchange))
        assert len(bridge.cases()) == 1


async def test_P3_a_form_sent_twice_and_in_two_spellings_is_one_case(exchange: Asterisk, tmp_path: Path) -> None:
    """A desktop that sends its form itself, naming the call, and sends it again: as JSON and as base64 of it."""
    async with centre(configured(tmp_path, exchange), exchange) as bridge, telephones(exchange) as people:
        call_id = await people.call("95580", caller(5), speaks=1)
        form = json.dumps(seat_form(5, call_id=call_id), ensure_ascii=False)
        for fields in ({"Form": form}, {"Form": form}, {"FormB64": base64.b64encode(form.encode()).decode()}):
            await people.send(fields)
        await bridge.until(lambda: heard(bridge, 5))
        await bridge.until(lambda: bridge.rows("SELECT count(*) FROM paper WHERE kind = 'ami-form' AND state = 'read'") == [(3,)])
        await bridge.quiet()
        assert len(bridge.cases()) == 1


async def test_P3_an_abandoned_complaint_call_is_called_back(exchange: Asterisk, tmp_path: Path) -> None:
    config = configured(tmp_path, exchange, cdr=by_file(exchange, queue=True))
    async with centre(config, exchange) as bridge, telephones(exchange) as people:
        await people.call("95599", caller(6), patience=1)
        await bridge.until(lambda: "abandoned" in bridge.errands())
        await all_hung_up(exchange)
        await bridge.quiet()
        assert bridge.errands() == ["abandoned"]
        assert [(ani, result) for _, ani, result, _ in bridge.calls()] == [(caller(6), "abandoned")]


async def test_P9_1_an_answered_complaint_call_without_a_form_becomes_the_desks_errand(exchange: Asterisk, tmp_path: Path) -> None:
    async with centre(configured(tmp_path, exchange), exchange) as bridge, telephones(exchange) as people:
        await people.call("95581", caller(7))
        await all_hung_up(exchange)
        await bridge.until(lambda: [one for one in bridge.calls() if one[1] == caller(7) and one[2] == "answered"])
        assert bridge.errands() == []
        bridge.clock.by += bridge.built.house.rules.calls.wait_minutes * MINUTE + MINUTE
        await bridge.until(lambda: bridge.errands() == ["no-form"])


async def test_a_form_nobody_can_read_waits_in_quarantine(exchange: Asterisk, tmp_path: Path) -> None:
    """Nothing is dropped (P-3): what a desktop sent is there to be looked at, and the call goes its way."""
    async with centre(configured(tmp_path, exchange), exchange) as bridge, telephones(exchange) as people:
        await people.call("95580", caller(8), {"nonsense": "客户投诉"})
        await bridge.until(lambda: bridge.rows("SELECT id FROM paper WHERE state = 'quarantined'"))
        await all_hung_up(exchange)
        await bridge.until(lambda: [one for one in bridge.calls() if one[1] == caller(8)])
        assert bridge.cases() == []


async def test_an_empty_recording_is_said_to_be_empty(exchange: Asterisk, tmp_path: Path) -> None:
    """44 bytes and no sound: linked all the same, and said (P-9.1)."""
    async with centre(configured(tmp_path, exchange), exchange) as bridge, telephones(exchange) as people:
        call_id = await people.call("95582", caller(9))
        assert await bridge.post(call_id, 9, hotline="95582") == 202
        await all_hung_up(exchange)
        await bridge.until(lambda: bridge.rows("SELECT id FROM recording"))
        while {state for (state,) in bridge.rows("SELECT state FROM recording")} != {"empty"}:
            bridge.clock.by += MINUTE           # it is looked at again and again: somebody might still write to it
            await bridge.quiet()
