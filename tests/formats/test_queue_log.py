"""queue_log: the seat, the queue, and who gave up waiting; all lines about queues themselves tell of no call."""

from datetime import datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from adapters.formats.cdr import Silent, calls_of, joined, leg_of, ties_of
from adapters.formats.cdr.queue_log import seat_of
from routing.papers import Unreadable
from tests.exchange_talk import ZONE, Talked

PBX = "asterisk:pbx"
TALKED = Talked(9)
EPOCH = int(TALKED.began.timestamp())


def line(event: str, *rest: str, at: int = 0, call: str = TALKED.linkedid, member: str = "NONE", queue: str = "complaints") -> bytes:
    return "|".join([str(EPOCH + at), call, queue, member, event, *rest]).encode()


ENTER = line("ENTERQUEUE", "", TALKED.caller, "1")
CONNECT = line("CONNECT", "5", TALKED.seats_id, "4", at=5, member="SIP/8007")
COMPLETE = line("COMPLETECALLER", "5", "30", "1", at=35, member="SIP/8007")
ABANDON = line("ABANDON", "1", "1", "42", at=42)


def one(*lines: bytes):
    return joined([leg_of(each, PBX, ZONE) for each in lines])


def test_an_answered_call_names_seat_queue_and_times():
    call = one(COMPLETE, ENTER, CONNECT)
    assert (call.result, call.agent_no, call.queue, call.ani, call.talk_s) == ("answered", "8007", "complaints", TALKED.caller, 30)
    assert (call.t_start, call.t_answer, call.t_end) == (TALKED.began, TALKED.began + timedelta(seconds=5), TALKED.began + timedelta(seconds=35))


@pytest.mark.parametrize("gone", [
    ABANDON, line("EXITWITHTIMEOUT", "1", "1", "60", at=60), line("EXITWITHKEY", "1", "1", "1", "9", at=9), line("EXITEMPTY", "1", "1", "9", at=9),
])
def test_a_caller_who_left_the_queue_unheard_is_abandoned(gone: bytes):
    call = one(ENTER, gone)
    assert (call.result, call.agent_no, call.ani, call.talk_s) == ("abandoned", "", TALKED.caller, 0)
    assert call.t_end is not None and call.t_end > TALKED.began


def test_the_first_seat_hands_over_and_the_last_counts():
    other = line("CONNECT", "3", "1.9", "2", at=60, member="Agent/3001")
    call = one(ENTER, CONNECT, line("BLINDTRANSFER", "3001", "agents", "5", "20", "1", at=25, member="SIP/8007"), other)
    assert call.agent_no == "3001"


@pytest.mark.parametrize(("member", "seat"), [
    ("Agent/3001", "3001"), ("SIP/8007", "8007"), ("PJSIP/8007", "8007"), ("Local/3001@from-queue/n", "3001"), ("王芳", "王芳"), ("NONE", ""),
])
def test_members_of_all_kinds(member: str, seat: str):
    assert one(line("CONNECT", "5", "1.2", "4", member=member)).agent_no == seat
    assert member == "NONE" or seat_of(member) == seat


def test_it_completes_what_the_file_and_the_events_tell():
    files = [call for row in TALKED.rows for call in calls_of(row, PBX, ZONE).calls]
    (alone, whole) = joined(files), joined([*files, leg_of(CONNECT, PBX, ZONE), leg_of(ENTER, PBX, ZONE)])
    assert (whole.agent_no, whole.queue) == ("8007", "complaints")
    assert (whole.talk_s, whole.t_start, whole.t_end, whole.result) == (alone.talk_s, alone.t_start, alone.t_end, alone.result)
    assert all(ties_of(each) & {TALKED.linkedid} for each in files)


def test_an_abandoned_call_is_so_with_the_file_too():
    row = TALKED.rows[1].replace(b'"Hangup",""', b'"Queue","complaints,t"').replace(b'"ANSWERED"', b'"NO ANSWER"')
    assert joined([leg_of(row, PBX, ZONE), leg_of(ABANDON, PBX, ZONE)]).result == "abandoned"


@pytest.mark.parametrize("raw", [
    line("QUEUESTART", call="NONE", queue="NONE"), line("ADDMEMBER", "", call="REALTIME", member="SIP/1"), line("CONFIGRELOAD", call="NONE", queue="NONE"),
    line("PAUSE", "break", call="MANAGER", member="SIP/1"), line("RINGNOANSWER", "1000", member="SIP/8007"), line("CONNECT", "1", "2", "3", call="NONE"),
])
def test_lines_about_the_queue_itself_tell_of_no_call(raw: bytes):
    with pytest.raises(Silent):
        leg_of(raw, PBX, ZONE)
    with pytest.raises(Silent):
        leg_of(raw, PBX, ZONE, "asterisk-queue-log")


@pytest.mark.parametrize("raw", [b"1366720340|1366720340.3|MYQ", b"x|y|z|a|CONNECT", CONNECT[:20], CONNECT + b"\0"])
def test_a_line_cut_short_is_unreadable_with_its_cure(raw: bytes):
    with pytest.raises(Unreadable, match=r"backup|expected epoch"):
        leg_of(raw, PBX, ZONE, "asterisk-queue-log")


@given(st.permutations([ENTER, CONNECT, COMPLETE]), st.integers(0, 2))
def test_order_and_repetition_change_nothing(lines: list[bytes], again: int):
    assert one(*lines, lines[again]) == one(ENTER, CONNECT, COMPLETE)


@given(st.binary(max_size=200))
def test_whatever_stands_there_only_unreadable_is_raised(raw: bytes):
    try:
        call = leg_of(raw, PBX, ZONE, "asterisk-queue-log")
    except Unreadable:
        return
    assert isinstance(call.t_start, datetime | None)
