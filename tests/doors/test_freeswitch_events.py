"""The event socket: logging in, commands and their results, events, and a line that breaks (inputs 2.4)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from adapters.esl import Esl, EslEvents, EslSettings
from adapters.formats.event_socket import Event, Refused, command, event_of, originate
from adapters.formats.freeswitch_turns import Turns
from hotline_bridge.intake import take_in, watch
from routing.calls import LiveCall
from routing.telephone import plain
from tests.conftest import Bank
from tests.freeswitch import START, caller_leg, seat_leg, uuid
from tests.servers.event_socket import EventSocket, event_socket
import contextlib

SHANGHAI = ZoneInfo("Asia/Shanghai")


def esl(switch: EventSocket, password: str = "ClueCon", timeout: float = 20.0) -> Esl:
    return Esl(EslSettings("127.0.0.1", switch.port, password, timeout))


async def test_it_logs_in_asks_for_events_and_says_what_an_api_command_says():
    async with event_socket(does=lambda words: f"said {words} 你好") as switch:
        line = esl(switch)
        await line.connect()
        assert await line.api("status") == "said status 你好"
        assert switch.heard[0] == "auth ClueCon"
        assert switch.heard[1].startswith("event plain CHANNEL_CREATE ")
        await line.close()
        assert not line.connected
        with pytest.raises(ConnectionError, match="no connection"):
            await line.api("status")


async def test_a_wrong_password_is_told_without_showing_it():
    async with event_socket() as switch:
        line = esl(switch, "not-this-one")
        with pytest.raises(OSError, match="refuses the password; correct event_password_file") as error:
            await line.connect()
        assert "not-this-one" not in str(error.value)
        assert not line.connected


@pytest.mark.parametrize(("how", "said"), [
    ({"closed_to_us": True}, "apply-inbound-acl"),
    ({"greets": b"220 mail.bank.example ESMTP\r\n\n\n"}, "cannot be read"),
    ({"greets": b"Content-Type: text/html\n\n"}, "no event socket"),
    ({"greets": b"Content-Type: auth/request\nContent-Length: 99999999999\n\n"}, "cannot be read"),
    ({"greets": b"x: y\n" * 80_000}, "cannot be read"),
])
async def test_what_else_may_listen_there(how: dict, said: str):
    async with event_socket(**how) as switch:
        with pytest.raises(OSError, match=said):
            await esl(switch).connect()


async def test_a_switch_that_says_nothing_is_given_up():
    async with event_socket(mute=True) as switch:
        with pytest.raises(OSError, match=r"does not answer within 0\.2 s"):
            await esl(switch, timeout=0.2).connect()


async def test_results_of_the_background_go_to_who_asked():
    asked: list[str] = []

    def does(words: str) -> str:
        asked.append(words)
        return "" if "never" in words else f"+OK {uuid(1)}\n" if "8001" in words else "-ERR USER_BUSY\n"

    async with event_socket(does=does) as switch:
        line = esl(switch)
        await line.connect()
        busy, taken = await asyncio.gather(line.bgapi("originate user/8002 &park()", 20), line.bgapi("originate user/8001 &park()", 20))
        assert (busy, taken) == ("-ERR USER_BUSY", f"+OK {uuid(1)}")
        with pytest.raises(TimeoutError):
            await line.bgapi("originate user/never &park()", 0.1)
        assert await line.api("version") == "-ERR USER_BUSY\n"       # and the line is in step afterwards
        await line.close()


async def test_who_listens_hears_its_own_events_and_that_the_line_broke():
    async with event_socket() as switch:
        line = esl(switch)
        await line.connect()
        with line.hear(lambda event: event.said("variable_bridge_token") == "t1") as hearing:
            switch.tell(b"Event-Name: DTMF\nDTMF-Digit: 2\nvariable_bridge_token: t2\n\n")
            switch.tell(b"no event at all")
            switch.tell(b"Event-Name: DTMF\nDTMF-Digit: 1\nvariable_bridge_token: t1\nX: a%0Ab%20%E7%8E%8B\n\n")
            event = await hearing.next()
            assert (event.said("DTMF-Digit"), event.said("X")) == ("1", "a\nb 王")
            waiting = asyncio.ensure_future(line.bgapi("originate user/8001 &park()", 20))
            await asyncio.sleep(0)
            switch.cut()
            with pytest.raises(OSError):
                await hearing.next()
            with contextlib.suppress(OSError):
                await waiting
        assert not line.connected
        await line.connect()                                        # and again
        assert line.connected
        await line.close()


@pytest.mark.parametrize("words", ["", " ", "status\nexit", "status\r", "a\0b", "x" * 9000, "bell\x07"])
def test_what_would_be_two_commands_is_refused(words: str):
    with pytest.raises(Refused):
        command(words)


def test_originate_as_it_is_written():
    assert originate("user/8001", {"origination_caller_id_number": "95580", "originate_timeout": "30"}, [("playback", "/sounds/x y.wav")]) == (
        "originate {origination_caller_id_number=95580,originate_timeout=30}user/8001 &playback(/sounds/x y.wav)")
    assert originate("sofia/gateway/bank/01055500001", {}, [("sleep", "500"), ("hangup", "")]) == "originate sofia/gateway/bank/01055500001 'sleep:500,hangup:' inline"


@pytest.mark.parametrize("sign", list("{}[]<>(),'\"\\^$|;`&\n\r\0"))
def test_signs_that_set_words_apart_are_refused_everywhere(sign: str):
    for channel, variables, applications in (
        (f"user/80{sign}01", {}, [("park", "")]), ("user/8001", {"a": f"x{sign}"}, [("park", "")]), ("user/8001", {f"a{sign}": "x"}, [("park", "")]),
        ("user/8001", {}, [("playback", f"/x{sign}.wav")]), ("user/8001", {}, [(f"park{sign}", "")]),
    ):
        with pytest.raises(Refused):
            originate(channel, variables, applications)


@pytest.mark.parametrize(("channel", "variables"), [("user/8001 &park()", {}), ("8001", {}), ("user/8001/ x", {}), ("user/8001", {"a": "x y"}), ("", {})])
def test_a_channel_or_a_value_with_a_blank_is_refused(channel: str, variables: dict):
    with pytest.raises(Refused):
        originate(channel, variables, [("park", "")])


# the door ---------------------------------------------------------------------------------------------------------------
def door(switch: EventSocket, told: list[LiveCall], ping: float = 60.0) -> EslEvents:
    return EslEvents("freeswitch:f1:events", esl(switch), told.append, Turns("freeswitch:f1", SHANGHAI, plain), ping)


async def papers(inlet: EslEvents) -> list:
    return [paper async for paper in inlet.waiting("")]


async def test_a_call_is_told_turn_by_turn_and_its_end_is_a_paper():
    told: list[LiveCall] = []
    a, b = caller_leg(cc_queue="complaints@default"), seat_leg()
    async with event_socket() as switch:
        inlet = door(switch, told)
        assert await papers(inlet) == []
        for event in (a.event("CHANNEL_CREATE"), a.event("CHANNEL_ANSWER"), b.event("CHANNEL_CREATE"), b.event("CHANNEL_ANSWER"), a.event("CHANNEL_BRIDGE"), b.event(), a.event()):
            switch.tell(event)
        await inlet.more()
        while len(told) < 6 or told[-1].stage != "ended":
            await asyncio.sleep(0)
        assert [(call.stage, call.seat) for call in told] == [("ringing", ""), ("ringing", ""), ("ringing", "8001"), ("talking", "8001"), ("talking", "8001"), ("ended", "8001")]
        assert {(call.exchange, call.global_id, call.call_id, call.ani, call.hotline) for call in told} == {("freeswitch:f1", uuid(1), uuid(1), "13800000001", "95580")}
        assert (told[-1].queue, told[-1].at.timestamp()) == ("complaints", START + 60)
        kept = await papers(inlet)
        assert [(paper.kind, paper.body) for paper in kept] == [("cdr-post", b.event()), ("cdr-post", a.event())]
        assert await papers(inlet) == kept                          # until they are committed
        for paper in kept:
            await inlet.accepted(paper)
        assert await papers(inlet) == []
        await inlet.close()


async def test_calls_the_exchange_places_are_not_told_as_ringing():
    told: list[LiveCall] = []
    async with event_socket() as switch:
        inlet = door(switch, told)
        await papers(inlet)
        switch.tell(caller_leg(direction="outbound").event("CHANNEL_CREATE"))
        switch.tell(seat_leg(7).event("CHANNEL_CREATE"))           # of a call whose beginning nobody heard
        switch.tell(caller_leg(2).event())
        await inlet.more()
        assert [call.stage for call in told] == ["ended"]
        await inlet.close()


async def test_when_the_line_breaks_no_call_goes_on_ringing_and_the_next_look_connects_again():
    told: list[LiveCall] = []
    async with event_socket() as switch:
        inlet = door(switch, told)
        await papers(inlet)
        switch.tell(caller_leg().event("CHANNEL_CREATE"))
        switch.tell(caller_leg(2).event())
        await inlet.more()
        switch.cut()
        (paper,) = await papers(inlet)
        await inlet.accepted(paper)
        with pytest.raises(OSError):
            await inlet.more()
        assert told[-1] == replace(told[0], stage="ended")
        await papers(inlet)
        await switch.subscribed.wait()
        await inlet.close()


async def test_a_silent_switch_is_asked_whether_it_lives():
    async with event_socket() as switch:
        inlet = door(switch, [], ping=0.01)
        await papers(inlet)
        waiting = asyncio.ensure_future(inlet.more())
        while "api version" not in switch.heard:
            await asyncio.sleep(0.01)
        switch.tell(caller_leg().event())
        await waiting
        await inlet.close()


async def test_a_switch_that_hangs_is_noticed_and_no_call_goes_on_ringing():
    told: list[LiveCall] = []
    async with event_socket() as switch:
        line = esl(switch, timeout=0.2)
        inlet = EslEvents("freeswitch:f1:events", line, told.append, Turns("freeswitch:f1", SHANGHAI, plain), 0.05)
        await papers(inlet)
        switch.tell(caller_leg().event("CHANNEL_CREATE"))
        while not told:
            await asyncio.sleep(0)
        switch.mute = True                  # and the line stands
        with pytest.raises(ConnectionError, match="does not answer"):
            await inlet.more()
        assert (line.connected, told[-1]) == (False, replace(told[0], stage="ended"))
        switch.mute = False
        await papers(inlet)
        assert line.connected
        await inlet.close()


class Hangs:
    """A door whose other side does not answer: its own patience ends, in whatever word of Python's."""

    name = "hangs"

    async def waiting(self, cursor: str) -> AsyncIterator[Any]:
        for nothing in ():
            yield nothing

    async def accepted(self, paper: object) -> None: ...

    async def more(self) -> None:
        raise TimeoutError("asked, and nothing came")


async def test_a_doors_own_patience_is_not_taken_for_a_quiet_door(bank: Bank):
    with capture_logs() as said:
        watching = asyncio.ensure_future(watch(bank.house, Hangs()))
        while not said:
            await asyncio.sleep(0.01)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    assert (said[0]["event"], said[0]["trouble"]) == ("door out of reach", "TimeoutError: asked, and nothing came")


async def test_legs_that_were_heard_are_kept_while_the_exchange_is_away(bank: Bank):
    async with event_socket() as switch:
        inlet = door(switch, [])
        await papers(inlet)
        switch.tell(caller_leg().event())
        await inlet.more()
    while inlet._esl.connected:
        await asyncio.sleep(0)
    keys = list(inlet._ended)
    with pytest.raises(OSError):
        await take_in(bank.house, inlet)
    assert len(keys) == 1
    assert bank.house.store.read_now(lambda tx: tx.papers.known(inlet.name, keys)) == set(keys)
    assert not inlet._ended


def test_an_event_of_a_subclass_goes_by_it():
    event = event_of(b"Event-Name: CUSTOM\nEvent-Subclass: callcenter%3A%3Ainfo\n\n")
    assert isinstance(event, Event)
    assert event.name == "callcenter::info"
