"""What exchanges are told about a call, and what their words make of it; tests/pbx does the same on a real Asterisk (P-21)."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from adapters.ami.caller import call_file, put
from adapters.esl import EslSettings
from adapters.esl.caller import EslCaller
from adapters.formats.ami import Packet, packet_of
from adapters.formats.call_outcome import by_file, by_manager, by_socket
from routing.calls import CallEnd, CallOrder
from routing.dialling import channel, refuse
from tests.servers.event_socket import EventSocket, event_socket

TOKEN = "hbc-0123456789abcdef01234567"
ORDER = CallOrder(TOKEN, "13800000000", "/sounds/a.wav", "95580", 45)


def packets(*events: str) -> list[Packet]:
    return [packet_of("\r\n".join(line.strip() for line in event.strip().splitlines()).encode()) for event in events]


RESPONSE = "Event: OriginateResponse\nResponse: {0}\nActionID: hb-3\nApplication: Read\nData: HOTLINE_KEY_{1},/sounds/a,1,,1,5\nReason: {2}\nUniqueid: {3}"
HANGUP = "Event: Hangup\nUniqueid: {0}\nCause: {1}\nCause-txt: words"
PRESSED = "Event: VarSet\nUniqueid: {0}\nVariable: HOTLINE_KEY_{0}\nValue: {1}"
ANSWERED = RESPONSE.format("Success", TOKEN, 4, TOKEN)


def failed(reason: int, token: str = TOKEN) -> str:
    return RESPONSE.format("Failure", token, reason, "<null>")


@pytest.mark.parametrize(("events", "result", "pressed"), [
    ([ANSWERED, PRESSED.format(TOKEN, "1"), HANGUP.format(TOKEN, 16)], "acknowledged", "1"),
    ([PRESSED.format(TOKEN, "1"), HANGUP.format(TOKEN, 16), ANSWERED], "acknowledged", "1"),       # whatever their order
    ([ANSWERED, PRESSED.format(TOKEN, "7"), HANGUP.format(TOKEN, 16)], "heard", "7"),
    ([ANSWERED, PRESSED.format(TOKEN, ""), HANGUP.format(TOKEN, 16)], "heard", ""),
    ([ANSWERED, HANGUP.format(TOKEN, 16)], "heard", ""),
    ([HANGUP.format(TOKEN, 17), failed(5)], "busy", ""), ([failed(5)], "busy", ""), ([failed(3)], "no-answer", ""), ([failed(1)], "no-answer", ""),
    ([HANGUP.format(TOKEN, 19), failed(0)], "no-answer", ""), ([failed(8)], "failed", ""), ([failed(0)], "failed", ""), ([HANGUP.format(TOKEN, 1), failed(0)], "failed", ""),
])
def test_P21_what_asterisk_tells_of_a_call(events: list[str], result: str, pressed: str) -> None:
    end = by_manager(packets(*events), TOKEN)
    assert end is not None
    assert (end.result, end.pressed) == (result, pressed)


@pytest.mark.parametrize("events", [
    [], [ANSWERED], [ANSWERED, PRESSED.format(TOKEN, "1")], [HANGUP.format(TOKEN, 17)],
    [failed(5, "hbc-another"), HANGUP.format("hbc-another", 17)],          # another call's, though its connection counts as ours does
    [RESPONSE.format("Success", "hbc-another", 4, "hbc-another"), PRESSED.format("hbc-another", "1"), HANGUP.format("hbc-another", 16)],
])
def test_P21_a_call_goes_on_until_its_own_end_is_told(events: list[str]) -> None:
    assert by_manager(packets(*events), TOKEN) is None


USER_EVENT = "Event: UserEvent\nUserEvent: HotlineChase\nToken: {0}\n{1}"


@pytest.mark.parametrize(("told", "result", "pressed"), [
    ("Answered: yes\nPressed: 1", "acknowledged", "1"), ("Answered: yes\nPressed: ", "heard", ""), ("Answered: no\nReason: 5", "busy", ""), ("Answered: no\nReason: 3", "no-answer", ""),
    ("Answered: no\nReason: 0", "failed", ""), ("Answered: no", "failed", ""),
])
def test_P21_what_the_dialplan_tells_of_a_call_by_file(told: str, result: str, pressed: str) -> None:
    end = by_file(packets(USER_EVENT.format("hbc-another", "Answered: yes\nPressed: 1"), USER_EVENT.format(TOKEN, told)), TOKEN)
    assert end is not None
    assert (end.result, end.pressed) == (result, pressed)
    assert by_file(packets(USER_EVENT.format("hbc-another", told)), TOKEN) is None


# what goes to the exchange ----------------------------------------------------------------------------------------------
BAD = ["", "1 2", "1;2", "1\r\nAction: Command", "1\nSet: A=B", "$(reboot)", "`id`", "1&Local/2@x", "1,2", "１２", "1" * 40, "+", "++1", "1@from-internal", "{a}1", "1\0"]


@pytest.mark.parametrize("number", BAD)
def test_P21_a_number_with_anything_else_in_it_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match="the number of a call must not go to the exchange") as caught:
        refuse(CallOrder(TOKEN, number, "/sounds/a.wav", "95580", 45))
    assert len(number) < 2 or number not in str(caught.value)


@pytest.mark.parametrize(("order", "part"), [
    (CallOrder(TOKEN, "1", "/sounds/a.wav", 'x" <1>', 45), "caller id"), (CallOrder(TOKEN, "1", "/sounds/../a.wav", "", 45), "path"), (CallOrder(TOKEN, "1", "/sounds/a,b.wav", "", 45), "path"),
    (CallOrder(TOKEN, "1", "/sounds/a.wav\nSet: X=1", "", 45), "path"), (CallOrder(TOKEN, "1", "/sounds/a", "", 45), "path"), (CallOrder("x\r\n", "1", "/a.wav", "", 45), "token"),
    (CallOrder(TOKEN, "1", "/a.wav", "", 0), "ringing"), (CallOrder(TOKEN, "1", "/a.wav", "", 301), "ringing"),
])
def test_P21_whatever_else_does_not_belong_there_is_refused(order: CallOrder, part: str) -> None:
    with pytest.raises(ValueError, match=part):
        refuse(order)


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_P21_what_is_not_refused_is_one_line_of_plain_signs(number: str, caller_id: str, sound: str) -> None:
    order = CallOrder(TOKEN, number, sound, caller_id, 45)
    try:
        refuse(order)
    except ValueError:
        return
    lines = call_file(order, channel("PJSIP/{number}@trunk", number)).decode("ascii").splitlines()
    assert [line.partition(":")[0] for line in lines if not line.startswith("CallerID")] == [
        "Channel", "WaitTime", "MaxRetries", "RetryTime", "Account", "Context", "Extension", "Priority", "AlwaysDelete", "Set", "Set",
    ]


@pytest.mark.parametrize("dial", ["PJSIP/trunk", "PJSIP/{number}&SIP/1", "PJSIP/{number}\nApplication: System", "{number},60", "Local/{number}@a b", "Local/{number}{number}"])
def test_a_pattern_that_is_no_channel_is_refused(dial: str) -> None:
    with pytest.raises(ValueError, match=r"voice\.dial"):
        channel(dial, "1")


def test_P21_a_call_file_is_renamed_in_whole(tmp_path: Path) -> None:
    spool = tmp_path / "outgoing"
    spool.mkdir()
    put(spool, "a.call", call_file(ORDER, "PJSIP/13800000000@trunk"))
    (found,) = spool.iterdir()
    assert found.read_text().splitlines() == [
        "Channel: PJSIP/13800000000@trunk", "CallerID: <95580>", "WaitTime: 45", "MaxRetries: 0", "RetryTime: 60", f"Account: {TOKEN}", "Context: hotline-bridge-chase",
        "Extension: s", "Priority: 1", "AlwaysDelete: yes", f"Set: HOTLINE_TOKEN={TOKEN}", "Set: HOTLINE_SOUND=/sounds/a",
    ]
    assert found.stat().st_mode & 0o777 == 0o660
    assert list((tmp_path / "hotline-bridge").iterdir()) == []


def test_P21_where_there_is_no_outgoing_folder_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="outgoing"):
        put(tmp_path / "outgoing", "a.call", b"x")
    assert not any(path.is_file() for path in tmp_path.rglob("*"))
    assert [path.name for path in tmp_path.iterdir()] == ["hotline-bridge"]


# FreeSWITCH ---------------------------------------------------------------------------------------------------------------
def hung_up(key: str, token: str = TOKEN) -> bytes:
    return f"Event-Name: CHANNEL_HANGUP_COMPLETE\nUnique-ID: {token}\nHangup-Cause: NORMAL_CLEARING\nvariable_hotline_key: {key}\n\n".encode()


async def called(switch: EventSocket, order: CallOrder = ORDER) -> CallEnd:
    caller = EslCaller(EslSettings("127.0.0.1", switch.port, switch.password, 5.0), "sofia/gateway/bank/{number}")
    return await caller.call(order)


@pytest.mark.parametrize(("answer", "key", "result", "pressed"), [
    (f"+OK {TOKEN}\n", "1", "acknowledged", "1"), (f"+OK {TOKEN}\n", "2", "heard", "2"), (f"+OK {TOKEN}\n", "", "heard", ""),
    ("-ERR USER_BUSY\n", None, "busy", ""), ("-ERR NO_ANSWER\n", None, "no-answer", ""), ("-ERR ORIGINATOR_CANCEL\n", None, "no-answer", ""), ("-ERR UNALLOCATED_NUMBER\n", None, "failed", ""),
    ("-ERR GATEWAY_DOWN\n", None, "failed", ""), ("nonsense", None, "failed", ""),
])
async def test_P21_a_call_through_freeswitch(answer: str, key: str | None, result: str, pressed: str) -> None:
    told: Callable[[str], str] = lambda words: answer
    async with event_socket(does=told) as switch:
        calling = asyncio.ensure_future(called(switch))
        while not any(words.startswith("bgapi") for words in switch.heard):
            await asyncio.sleep(0)
        if key is not None:
            switch.tell(hung_up("1", "another-call"))
            switch.tell(hung_up(key))
        end = await calling
    assert (end.result, end.pressed) == (result, pressed)
    (words,) = [one.splitlines()[0] for one in switch.heard if one.startswith("bgapi")]
    assert words == (
        f"bgapi originate {{origination_uuid={TOKEN},origination_caller_id_number=95580,ignore_early_media=true,originate_timeout=45,accountcode={TOKEN}}}"
        "sofia/gateway/bank/13800000000 'play_and_get_digits:1 1 1 5000 # /sounds/a.wav /sounds/a.wav hotline_key,hangup:NORMAL_CLEARING' inline"
    )


async def test_P21_a_line_to_freeswitch_that_breaks_in_the_middle_is_unknown() -> None:
    async with event_socket(does=lambda words: f"+OK {TOKEN}\n") as switch:
        calling = asyncio.ensure_future(called(switch))
        while not any(words.startswith("bgapi") for words in switch.heard):
            await asyncio.sleep(0)
        switch.cut()
        assert (await calling).result == "unknown"


async def test_P21_a_freeswitch_that_was_never_told_is_an_error_and_no_answer() -> None:
    async with event_socket(closed_to_us=True) as switch:
        with pytest.raises(OSError, match="apply-inbound-acl"):
            await called(switch)
        with pytest.raises(ValueError, match="number"):
            await called(switch, CallOrder(TOKEN, "1,2", "/sounds/a.wav", "", 45))
    assert by_socket(f"+OK {TOKEN}", None) is None
