"""The line to the exchange breaks in every way lines break: it is taken up again, and what happened meanwhile is known."""

import asyncio
from datetime import timedelta
from pathlib import Path

from structlog.testing import capture_logs

from tests.pbx.centre import SOURCE, Centre, by_file, caller, centre, configured, seat_form
from tests.pbx.conftest import all_hung_up
from tests.pbx.line import line_to
from tests.servers.asterisk import Asterisk
from tests.servers.telephones import telephones

MINUTE = timedelta(minutes=1)
BACK_WITHIN = {"manager": {"timeout": 1.0, "ping": 0.5}}


async def one_case(bridge: Centre, exchange: Asterisk, number: int) -> None:
    """A call after all that is a case as ever."""
    async with telephones(exchange) as people:
        await people.call("95580", caller(number), seat_form(number))
    await bridge.until(lambda: [case for case in bridge.cases() if case.complaint.customer.phone == caller(number)])
    await bridge.until(lambda: [one for one in bridge.calls() if one[1] == caller(number) and one[3]])


async def test_a_line_cut_between_calls_leaves_a_gap_and_nothing_else(exchange: Asterisk, tmp_path: Path) -> None:
    async with line_to(exchange.port) as line, centre(configured(tmp_path, exchange, line.port, **BACK_WITHIN), exchange) as bridge:
        await one_case(bridge, exchange, 21)
        await all_hung_up(exchange)
        await line.cut()
        await line.mend()
        await bridge.until(lambda: bridge.gaps() == [(0, 0)])
        await one_case(bridge, exchange, 22)


async def test_a_silent_line_is_noticed_and_dropped(exchange: Asterisk, tmp_path: Path) -> None:
    """A firewall that forgot the connection: no RST, no FIN, only silence; the ping tells."""
    async with line_to(exchange.port) as line, centre(configured(tmp_path, exchange, line.port, **BACK_WITHIN), exchange) as bridge:
        await one_case(bridge, exchange, 23)
        await all_hung_up(exchange)
        before = line.connections
        line.hush()
        await bridge.until(lambda: line.connections > before)
        await line.cut()
        await line.mend()
        await bridge.until(lambda: len(bridge.gaps()) == 1)
        await one_case(bridge, exchange, 24)


async def test_an_exchange_that_dies_is_found_again_and_said_to_have_begun_anew(exchange: Asterisk, tmp_path: Path) -> None:
    """A power cut in the middle of a call: the call has no end, its form is a case all the same (P-3)."""
    async with centre(configured(tmp_path, exchange, **BACK_WITHIN), exchange) as bridge:
        async with telephones(exchange) as people:
            await people.call("95580", caller(25), seat_form(25), speaks=60)
            await bridge.until(lambda: len(bridge.cases()) == 1)
            exchange.kill()
        exchange.start()
        await bridge.until(lambda: bridge.gaps() == [(0, 1)])
        await one_case(bridge, exchange, 26)
        assert len(bridge.cases()) == 2


async def test_an_exchange_that_restarts_in_good_order_is_found_again(exchange: Asterisk, tmp_path: Path) -> None:
    async with centre(configured(tmp_path, exchange, **BACK_WITHIN), exchange) as bridge:
        await one_case(bridge, exchange, 27)
        await asyncio.to_thread(exchange.stop)
        await asyncio.to_thread(exchange.start)
        await bridge.until(lambda: bridge.gaps() == [(0, 1)])
        await one_case(bridge, exchange, 28)


async def test_a_call_in_two_halves_is_one_call(exchange: Asterisk, tmp_path: Path) -> None:
    """The line breaks while they speak: its form was heard before, its end and recording come by the file."""
    async with (
        line_to(exchange.port) as line, telephones(exchange) as people,
        centre(configured(tmp_path, exchange, line.port, cdr=by_file(exchange), **BACK_WITHIN), exchange) as bridge,
    ):
        await people.call("95580", caller(29), seat_form(29), speaks=1)
        await bridge.until(lambda: len(bridge.cases()) == 1)
        await line.cut()
        await all_hung_up(exchange)
        await line.mend()
        await bridge.until(lambda: len(bridge.gaps()) == 1)
        await bridge.until(lambda: bridge.cases()[0].recording.reference)
        await bridge.quiet()
        assert [(ani, result, bool(case)) for _, ani, result, case in bridge.calls()] == [(caller(29), "answered", True)]


async def test_calls_nobody_listened_to_come_by_the_file(exchange: Asterisk, tmp_path: Path) -> None:
    """Three calls while the line is cut: one with its form by HTTP, one whose form went the lost way, one without."""
    async with line_to(exchange.port) as line, centre(configured(tmp_path, exchange, line.port, cdr=by_file(exchange), **BACK_WITHIN), exchange) as bridge:
        await line.cut()
        async with telephones(exchange) as people:
            posted = await people.call("95580", caller(30), speaks=1.5)
            await people.call("95580", caller(31), seat_form(31), speaks=1.5)
            await people.call("95581", caller(32), speaks=1.5)
        assert await bridge.post(posted, 30) == 202
        await all_hung_up(exchange)
        await line.mend()
        await bridge.until(lambda: len(bridge.calls()) == 3)
        await bridge.until(lambda: bridge.gaps() == [(3, 0)])
        await bridge.quiet()
        (case,) = bridge.cases()
        assert case.recording.reference
        bridge.clock.by += (bridge.built.house.rules.calls.wait_minutes + 1) * MINUTE
        await bridge.until(lambda: bridge.errands() == ["no-form", "no-form"])


async def test_a_wrong_secret_is_said_without_the_secret(exchange: Asterisk, tmp_path: Path) -> None:
    """The door stays closed and says why; everything else goes on."""
    wrong = "not-the-secret-of-this-exchange"
    with capture_logs() as logs:
        async with centre(configured(tmp_path, exchange, manager={"password": wrong}), None) as bridge:
            assert await bridge.post("test-1.1", 33) == 202
            said = await bridge.until(lambda: [one for one in logs if one.get("door") == SOURCE])
            assert len(bridge.cases()) == 1
    assert "PermissionError" in said[0]["trouble"]
    assert exchange.user in said[0]["trouble"]
    assert not [one for one in logs if wrong in str(one) or exchange.secret in str(one)]
