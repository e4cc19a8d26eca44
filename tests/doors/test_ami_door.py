"""Asterisk's events as papers: those of one call together, a form at once, and a gap for every time nobody listened."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest

from adapters.ami import AmiDoor, AmiPaper, AmiSettings, Listening
from adapters.ami import gathering as g
from adapters.formats.ami import packets_of
from adapters.formats.cdr import events_of, joined
from routing.calls import LiveCall
from tests.doors.conftest import taken
from tests.doors.fake_ami import SECRET, FakeAmi
from tests.exchange_talk import ZONE, Talked, event
from tests.fakes import SetClock

pytestmark = pytest.mark.timeout(60)
NEVER = 1e9


class Board:
    """Who is told of live calls."""

    def __init__(self) -> None:
        self.told: list[LiveCall] = []

    def __call__(self, call: LiveCall) -> None:
        self.told.append(call)

    def stages(self, call: Talked) -> list[tuple[str, str]]:
        return [(one.stage, one.seat) for one in self.told if one.global_id == call.linkedid]


@asynccontextmanager
async def door_to(fake: FakeAmi, board: Callable[[LiveCall], None] | None = None, clock: SetClock | None = None, *, linger: float = 0.0, **listening: object) -> AsyncIterator[AmiDoor]:
    settings = AmiSettings("127.0.0.1", "bridge", SECRET, fake.port, timeout=20)
    door = AmiDoor("asterisk:pbx", settings, Listening("TransferSlip", **listening), clock or SetClock(), board or Board(), linger=linger)
    try:
        yield door
    finally:
        await door.close()


async def handed_in(door: AmiDoor, cursor: str = "") -> list[AmiPaper]:
    """What the door hands in now, all of it committed."""
    papers = await taken(door, cursor)
    for paper in papers:
        await door.accepted(paper)
    return papers


async def heard(door: AmiDoor) -> list[AmiPaper]:
    """What the door hands in once everything the fake has said was heard."""
    assert door._line is not None
    await door._line.act({"Action": "Ping"})
    return await handed_in(door)


async def cut(fake: FakeAmi, door: AmiDoor) -> None:
    """The network breaks, and the door has noticed."""
    line = door._line
    fake.drop()
    with pytest.raises(ConnectionError):
        await line.broken()


async def test_the_events_of_a_call_are_one_paper_verbatim_and_those_of_others_are_not_in_it(ami):
    async with door_to(ami) as door:
        assert await handed_in(door) == []
        first, second = Talked(1), Talked(2)
        await ami.say(*(one for pair in zip(first.events, second.events, strict=True) for one in pair), first.of_channel("DTMFBegin", Digit="1"))
        papers = await heard(door)
        assert [paper.kind for paper in papers] == ["ami", "ami"]
        for paper, talked in zip(papers, (first, second), strict=True):
            kept = [one for one in talked.events if b"BridgeEnter" not in one]
            assert paper.body == b"".join(kept)
        assert await handed_in(door) == []


async def test_events_wait_a_moment_for_others_of_their_call_but_a_form_does_not(ami):
    async with door_to(ami, linger=NEVER) as door:
        await handed_in(door)
        talked = Talked(1)
        form = talked.of_seat("UserEvent", UserEvent="TransferSlip", Form="{}")
        await ami.say(*talked.events, form, talked.of_seat("UserEvent", UserEvent="Other", A="b"))
        await door.more()
        assert [(paper.kind, paper.body) for paper in await handed_in(door)] == [("ami-form", form)]


async def test_more_returns_once_the_moment_has_passed(ami):
    async with door_to(ami, linger=0.01) as door:
        await handed_in(door)
        await ami.say(Talked(1).events[0])
        await door.more()
        assert [paper.kind for paper in await handed_in(door)] == ["ami"]


async def test_what_was_not_committed_is_handed_in_again_under_the_same_key(ami):
    async with door_to(ami) as door:
        await handed_in(door)
        await ami.say(*Talked(1).events)
        await door._line.act({"Action": "Ping"})
        (first,) = await taken(door)
        (again,) = await taken(door)
        assert (again.key, again.body) == (first.key, first.body)
        await door.accepted(again)
        await door.accepted(again)
        assert await taken(door) == []


async def test_the_same_events_told_twice_are_one_paper(ami):
    async with door_to(ami) as door, door_to(ami) as other:
        await handed_in(door)
        await handed_in(other)
        await ami.say(*Talked(1).events)
        assert [paper.key for paper in await heard(door)] == [paper.key for paper in await heard(other)]


async def test_a_damaged_event_that_matters_is_handed_in_by_itself(ami):
    async with door_to(ami) as door:
        await handed_in(door)
        cdr = event("Cdr", UniqueID="1.1", UserField="one\r\ntwo")
        await ami.say(cdr, b"Event: Newexten\r\nAppData: a\r\nb\r\n\r\n", Talked(1).events[0])
        assert [(paper.kind, paper.body) for paper in await heard(door)] == [("ami-damaged", cdr), ("ami", Talked(1).events[0])]


async def test_only_what_is_needed_is_asked_for(ami):
    async with door_to(ami) as door:
        await handed_in(door)
        login = await ami.until("Login")
        assert login.get("events") == "system,call,dialplan,user,cdr,agent"
        patterns = [one.get("filter") for one in ami.heard if one.get("action") == "Filter"]
        assert "Variable: MIXMONITOR_FILENAME" in patterns and "UserEvent: TransferSlip" in patterns


async def test_without_the_right_to_filter_it_listens_all_the_same(ami):
    ami.answers["Filter"] = ami.answers["CoreShowChannels"] = lambda _: "Response: Error\r\nMessage: Permission denied"
    async with door_to(ami) as door:
        await handed_in(door)
        await ami.say(*Talked(1).events)
        assert len(await heard(door)) == 1


async def test_a_seats_call_to_a_seat_is_left_out_unless_asked_for(ami):
    inside = event("Newchannel", Channel="PJSIP/8001-1", CallerIDNum="8001", Exten="8002", Uniqueid="1.1", Linkedid="1.1")
    over = event("Hangup", Channel="PJSIP/8001-1", CallerIDNum="8001", Exten="8002", Uniqueid="1.1", Linkedid="1.1")
    board = Board()
    async with door_to(ami, board) as door, door_to(ami, board, seats=True) as other, door_to(ami, board, hotlines=("8002",)) as third:
        for one in (door, other, third):
            await handed_in(one)
        await ami.say(inside, over)
        assert [len(await heard(one)) for one in (door, other, third)] == [0, 1, 1]
        assert [call.stage for call in board.told] == ["ringing", "ended"]      # the third's alone


# live ------------------------------------------------------------------------------------------------------------------
async def test_a_call_rings_is_spoken_in_and_ends(ami):
    board, talked = Board(), Talked(4)
    async with door_to(ami, board) as door:
        await handed_in(door)
        await ami.say(*talked.events)
        await heard(door)
        assert board.stages(talked) == [("ringing", ""), ("talking", talked.seat), ("ended", talked.seat)]
        first = board.told[0]
        assert (first.exchange, first.call_id, first.ani, first.hotline) == ("asterisk:pbx", talked.linkedid, talked.caller, "95580")


async def test_the_queue_names_seat_and_queue(ami):
    board, talked = Board(), Talked(4)
    async with door_to(ami, board) as door:
        await handed_in(door)
        joined_it = talked.of_channel("QueueCallerJoin", Queue="complaints")
        await ami.say(talked.events[0], joined_it, talked.of_channel("AgentConnect", Queue="complaints", Interface="Agent/3001"), talked.events[-2])
        await heard(door)
        assert [(one.stage, one.queue, one.seat) for one in board.told] == [
            ("ringing", "", ""), ("ringing", "complaints", ""), ("talking", "complaints", "3001"), ("ended", "complaints", "3001"),
        ]


async def test_a_call_out_is_nobodys_ringing(ami):
    board = Board()
    async with door_to(ami, board) as door:
        await handed_in(door)
        await ami.say(event("Newchannel", Channel="PJSIP/8001-1", CallerIDNum="8001", Exten="01066668888", Uniqueid="1.1", Linkedid="1.1"))
        await heard(door)
        assert board.told == []


async def test_a_call_that_ended_while_nobody_listened_is_off_the_board(ami):
    board, gone, still = Board(), Talked(1), Talked(2)
    async with door_to(ami, board) as door:
        await handed_in(door)
        await ami.say(gone.events[0], still.events[0])
        await heard(door)
        ami.channels = [still.of_channel("CoreShowChannel", BridgeId="")]
        await cut(ami, door)
        with pytest.raises(ConnectionError):
            await door.more()
        await handed_in(door)
        await heard(door)
        assert board.stages(gone) == [("ringing", ""), ("ended", "")]
        assert board.stages(still) == [("ringing", "")]


async def test_a_channel_that_is_led_into_another_call_goes_on_there(ami):
    """An attended transfer: the seat's first call ends, its channel lives on under the older linkedid."""
    first, second = Talked(1), Talked(2)
    board = Board()
    async with door_to(ami, board) as door:
        await handed_in(door)
        moved = event("BridgeEnter", Channel=second.channel, CallerIDNum=second.caller, Exten="95580", Uniqueid=second.linkedid, Linkedid=first.linkedid)
        await ami.say(first.events[0], second.events[0], moved, first.events[-2])
        papers = await heard(door)
        assert len(papers) == 2 and board.stages(second) == [("ringing", ""), ("ended", "")]
        assert board.stages(first)[-1] == ("talking", "")
        await ami.say(event("Hangup", Channel=second.channel, CallerIDNum=second.caller, Exten="95580", Uniqueid=second.linkedid, Linkedid=first.linkedid))
        await heard(door)
        assert board.stages(first)[-1] == ("ended", "") and not door._gathering._talks


async def test_without_the_right_to_list_calls_the_board_is_cleared_and_fills_again(ami):
    board, still = Board(), Talked(2)
    async with door_to(ami, board) as door:
        await handed_in(door)
        await ami.say(still.events[0])
        await heard(door)
        ami.answers["CoreShowChannels"] = lambda _: "Response: Error\r\nMessage: Permission denied"
        await cut(ami, door)
        await handed_in(door)
        assert board.stages(still) == [("ringing", ""), ("ended", "")]
        await ami.say(*still.events[2:5])
        await heard(door)
        assert board.stages(still)[-1] == ("talking", still.seat)


# gaps ------------------------------------------------------------------------------------------------------------------
async def test_a_line_that_broke_is_a_gap_and_a_call_cut_in_two_is_one(ami):
    clock, talked = SetClock(), Talked(1)
    async with door_to(ami, clock=clock, linger=NEVER) as door:
        await handed_in(door)
        await ami.say(*talked.events[:3])
        await door._line.act({"Action": "Ping"})
        await cut(ami, door)
        with pytest.raises(ConnectionError):
            await door.more()
        begun = clock()
        clock.on(minutes=1)
        (before, gap) = await handed_in(door)
        assert (before.kind, gap.kind) == ("ami", "ami-gap")
        said = json.loads(gap.body)
        assert said["until"] == clock().isoformat() and not said["restarted"] and "AMI at" in said["why"]
        assert timedelta(0) <= begun - datetime.fromisoformat(said["since"]) < timedelta(seconds=30)
        await ami.say(*talked.events[3:])
        await door._line.act({"Action": "Ping"})
        await cut(ami, door)
        after = [paper for paper in await handed_in(door) if paper.kind == "ami"]
        calls = [call for paper in (before, *after) for call in events_of(paper.body, "asterisk:pbx", ZONE).calls]
        assert joined(calls).talk_s == 30


async def test_an_exchange_that_began_anew_is_said(ami):
    clock = SetClock()
    async with door_to(ami, clock=clock) as door:
        await handed_in(door)
        await ami.say(event("Shutdown", Shutdown="Cleanly", Restart="False"))
        await door._line.act({"Action": "Ping"})
        await cut(ami, door)
        ami.uptime = 5
        clock.on(minutes=1)
        said = json.loads((await handed_in(door))[-1].body)
        assert said["restarted"] and "Asterisk shut down" in said["why"]


@pytest.mark.parametrize("uptime", ["9" * 400, "9" * 17, "-5", ""])
async def test_an_uptime_nobody_can_believe_is_not_reckoned_with(ami, uptime):
    ami.uptime = uptime
    async with door_to(ami) as door:
        (gap,) = await handed_in(door, "2026-07-22T09:00:00+08:00")
        assert not json.loads(gap.body)["restarted"]


async def test_out_of_reach_is_one_gap_however_often_it_is_tried(ami):
    clock = SetClock()
    async with door_to(ami, clock=clock) as door:
        await handed_in(door)
        ami.answers["Login"] = lambda _: "Response: Error\r\nMessage: Authentication failed"
        await cut(ami, door)
        for _ in range(3):
            with pytest.raises(PermissionError):
                await handed_in(door)
        ami.answers.clear()
        (gap,) = await handed_in(door)
        assert gap.kind == "ami-gap" and await handed_in(door) == []


async def test_nobody_has_listened_since_the_last_paper_of_a_former_life(ami):
    async with door_to(ami) as door:
        assert await handed_in(door, "") == []          # the first life of all
    async with door_to(ami) as door:
        (gap,) = await handed_in(door, "2026-07-22T09:00:00+08:00")
        assert json.loads(gap.body)["since"] == "2026-07-22T09:00:00+08:00"
        assert gap.cursor == SetClock()().isoformat()


async def test_who_cannot_keep_up_reads_no_further_and_loses_nothing(ami, monkeypatch):
    monkeypatch.setattr("adapters.ami.door.MOST", 20_000)
    async with door_to(ami) as door:
        await handed_in(door)
        calls = [Talked(number) for number in range(100)]
        saying = asyncio.ensure_future(ami.say(*(one for call in calls for one in call.events)))
        found: list[AmiPaper] = []
        while len({packet.get("linkedid") for paper in found for packet in packets_of(paper.body)} - {""}) < 100 or not found[-1].body.endswith(calls[-1].events[-1]):
            await door.more()
            found += await handed_in(door)
        await saying
        assert b"".join(sorted(packet.raw for paper in found for packet in packets_of(paper.body))) == b"".join(sorted(
            one for call in calls for one in call.events if b"BridgeEnter" not in one))


async def test_nothing_is_kept_of_calls_that_are_over_and_memory_is_bounded(ami, monkeypatch):
    monkeypatch.setattr(g, "REMEMBERED", 50)
    gathering = g.Gathering("asterisk:pbx", Listening("TransferSlip"), SetClock(), Board(), 0.0)
    for number in range(300):
        for packet in packets_of(b"".join(Talked(number).events)):
            gathering.hear(packet, float(number))
        assert sum(1 for _ in gathering.ready(float(number))) == 1
    assert (len(gathering._talks), gathering.size) == (0, 0) and len(gathering._linked) <= 50
    for number in range(300):                           # none of these is ever heard to end
        gathering.hear(packets_of(Talked(number).events[0])[0], float(number))
        list(gathering.ready(float(number)))
    assert len(gathering._talks) <= 51
