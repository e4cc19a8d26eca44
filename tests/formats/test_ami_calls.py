"""The same call by AMI and by the file is one call, with the same values (P-9.1)."""

from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from adapters.formats.cdr import calls_of, events_of, ids_of, joined, ties_of
from routing.papers import Call
from tests.exchange_talk import ZONE, Talked, event

PBX = "asterisk:pbx"
SHARED = Path(__file__).parents[3] / "shared"


def by_file(lines: list[bytes], form: str = "auto") -> list[Call]:
    return [call for line in lines for call in calls_of(line, PBX, ZONE, form).calls]


def by_events(events: list[bytes]) -> list[Call]:
    reading = events_of(b"".join(events), PBX, ZONE)
    assert not reading.mistakes
    return list(reading.calls)


def values(call: Call, **but: object) -> Call:
    return replace(call, raw=(), **but)


def one_by_one(parts: list[Call]) -> list[Call]:
    """What a store does: each part joins the calls it is tied to."""
    kept: list[Call] = []
    for part in parts:
        mine = [call for call in kept if ties_of(call) & ties_of(part)]
        kept = [call for call in kept if call not in mine] + [joined([*mine, part])]
    return kept


def test_the_file_alone_and_the_events_alone_tell_the_same():
    talked = Talked(3)
    (file,), (heard,) = one_by_one(by_file(talked.rows)), by_events(talked.events)
    assert (file.result, file.talk_s, file.agent_no, file.ani, file.hotline) == ("answered", 30, "8004", talked.caller, "95580")
    assert values(heard, recording="", leg="6,7") == values(file)
    assert heard.recording == talked.recording


@given(st.data(), st.booleans())
def test_any_split_order_and_repetition_of_both_sources_is_one_call(data: st.DataObject, mapped: bool):
    talked = Talked(5, mapped)
    (file,) = one_by_one(by_file(talked.rows))
    heard = data.draw(st.permutations(talked.events))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(heard)), max_size=4)))
    pieces = [heard[start:end] for start, end in zip([0, *cuts], [*cuts, len(heard)], strict=True)]
    parts = [call for piece in pieces for call in by_events(piece)] + by_file(talked.rows)
    parts = data.draw(st.permutations(parts)) + data.draw(st.lists(st.sampled_from(parts), max_size=3))
    (call,) = one_by_one(list(parts))
    assert values(call) == values(file, recording=talked.recording)


@given(st.lists(st.integers(0, 1), max_size=1), st.booleans())
def test_records_that_the_file_dropped_are_known_by_the_events(there: list[int], mapped: bool):
    """cdr_csv drops a record of more than 1,024 bytes, and a full disk cuts one short; AMI tells it all the same."""
    talked = Talked(5, mapped)
    (call,) = one_by_one([*by_file([talked.rows[place] for place in there]), *by_events(talked.events)])
    (whole,) = one_by_one(by_file(talked.rows))
    assert values(call, leg="") == values(whole, leg="", recording=talked.recording)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=4, unique=True), st.randoms())
def test_calls_that_come_interleaved_stay_apart(numbers: list[int], chance):
    told = [one for number in numbers for one in Talked(number).events]
    chance.shuffle(told)
    calls = by_events(told)
    assert {call.global_call_id for call in calls} == {Talked(number).linkedid for number in numbers}
    assert all(call.talk_s == 30 for call in calls)


def test_a_cdr_without_linkedid_is_found_by_its_channel():
    talked = Talked(4, mapped=False)
    (call,) = by_events(talked.events)
    assert call.global_call_id == talked.linkedid and call.talk_s == 30
    assert {talked.linkedid, talked.seats_id} <= ids_of(call)


@pytest.mark.parametrize("width", [16, 17, 18, 21])
def test_events_and_a_file_of_any_width_are_one_call_and_nothing_counts_twice(width: int):
    talked = Talked(6)
    (call,) = one_by_one([*by_file(talked.narrow_rows(width)), *by_events(talked.events)])
    assert (call.talk_s, call.global_call_id, call.call_id, call.result) == (30, talked.linkedid, talked.linkedid, "answered")


def test_two_layouts_of_the_file_and_the_events_are_one_call():
    talked = Talked(8)
    short = [
        ",".join(f'"{said}"' for said in ("", one[1], one[2], *one[9:15], one[16], talked.linkedid, "", "20260722/x.wav")).encode()
        for one in talked.columns
    ]
    (call,) = one_by_one([*by_file(short), *by_file(talked.rows), *by_events(talked.events)])
    assert (call.talk_s, call.recording, call.agent_no) == (30, "20260722/x.wav", "8009")


def test_mixmonitor_writes_wav49_as_WAV_and_the_seats_recording_comes_first():
    talked = Talked(1)
    set_name = talked.of_channel("VarSet", Variable="MIXMONITOR_FILENAME", Value="/rec/a.wav49")
    other = talked.of_seat("VarSet", Variable="MIXMONITOR_FILENAME", Value="/rec/b.wav")
    (call,) = by_events([other, set_name, talked.events[6]])
    assert call.recording == "/rec/a.WAV"


def test_a_call_of_which_only_its_channels_are_known_is_a_call():
    talked = Talked(2)
    (call,) = by_events([talked.of_channel("Newchannel"), talked.of_seat("Newchannel")])
    assert (call.call_id, call.ani, call.hotline, call.result, call.t_start) == (talked.linkedid, talked.caller, "95580", "unknown", talked.began)
    (whole,) = one_by_one([call, *by_file(talked.rows)])
    assert (whole.result, whole.talk_s) == ("answered", 30)


def test_the_queue_says_who_picked_up_and_who_gave_up():
    talked = Talked(2)
    more = {"Queue": "complaints", "MemberName": "王", "HoldTime": "7"}
    (call,) = by_events([talked.of_channel("AgentConnect", Interface="Local/3001@agents/n", **more), *talked.events])
    assert (call.agent_no, call.queue) == ("3001", "complaints")
    (gone,) = by_events([talked.of_channel("QueueCallerJoin", **more), talked.of_channel("QueueCallerAbandon", **more)])
    assert (gone.result, gone.queue, gone.ani) == ("abandoned", "complaints", talked.caller)


def test_an_event_with_a_time_that_is_none_is_a_mistake_and_the_others_are_read():
    broken = Talked(1).events[6].replace(b"StartTime: 2026-07-22 09:00:01", b"StartTime: yesterday")
    reading = events_of(Talked(1).events[0] + broken + Talked(2).events[6], PBX, ZONE)
    assert [one.line_number for one in reading.mistakes] == [2] and "start" in reading.mistakes[0].said
    assert {call.global_call_id for call in reading.calls} == {Talked(1).linkedid, Talked(2).linkedid}


@given(st.binary(max_size=300))
def test_whatever_the_bytes_reading_events_raises_nothing(content: bytes):
    events_of(content, PBX, ZONE)
    events_of(event("Cdr", UniqueID="1") + content, PBX, ZONE)


def test_the_real_exchange_told_the_same_by_events_and_in_both_files():
    if not SHARED.exists():
        pytest.skip("no ../shared here")
    read = {name: (SHARED / "data/cdr" / f"asterisk22-{name}").read_bytes() for name in ("ami-capture.txt", "Master-21col.csv", "custom-13col.csv")}
    zone = ZoneInfo("UTC")
    heard = events_of(read["ami-capture.txt"], PBX, zone).calls
    files = [calls_of(read[name], PBX, zone).calls for name in ("Master-21col.csv", "custom-13col.csv")]
    assert len(heard) == 3
    for call, *others in zip(heard, *files, strict=True):
        whole = joined([call, *others])
        assert values(whole) == values(others[0], recording=call.recording) and whole.talk_s == 6
        assert call.recording.endswith(".wav") and not call.recording.startswith("/")
