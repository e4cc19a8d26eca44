from datetime import datetime
import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adapters.formats.cdr import call_json, calls_of, ids_of, leg_of, legs_of
from routing.papers import Call

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIXTURES = Path(__file__).parent / "cdr_fixtures"
COLUMNS = (
    '"","13800000001","95580","hotline","""A"" <13800000001>","PJSIP/trunk-00000001","PJSIP/8001-00000002","Dial","PJSIP/8001",'
    '"2026-03-02 09:00:00","2026-03-02 09:00:05","2026-03-02 09:01:00",60,55,"ANSWERED","DOCUMENTATION"'
)


def only(content: str | bytes, form: str = "auto") -> Call:
    read = calls_of(content if isinstance(content, bytes) else content.encode(), "pbx", SHANGHAI, form)
    assert read.mistakes == ()
    assert len(read.calls) == 1
    return read.calls[0]


def fixture_calls() -> dict[str, Call]:
    read = calls_of((FIXTURES / "asterisk-21.csv").read_bytes(), "pbx", SHANGHAI)
    assert read.mistakes == ()
    return {call.ani: call for call in read.calls}


def test_rows_of_one_linkedid_are_one_call():
    calls = fixture_calls()
    assert [len(call.raw) for call in calls.values()] == [4, 2, 1, 1, 2]


def test_the_seat_who_picked_up_and_what_they_left():
    call = fixture_calls()["13800000001"]
    assert (call.result, call.agent_no, call.queue, call.talk_s) == ("answered", "8002", "complaints", 300)
    assert call.t_start == datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)
    assert call.t_answer == datetime(2026, 3, 2, 9, 0, 30, tzinfo=SHANGHAI)
    assert call.t_end == datetime(2026, 3, 2, 9, 5, 30, tzinfo=SHANGHAI)
    assert (call.hotline, call.recording, call.remark) == ("95580", "/rec/2026/8002.wav", "转人工")
    assert (call.call_id, call.global_call_id, call.leg, call.direction) == ("1772413200.1", "1772413200.1", "0,1,2,3", "in")


def test_billed_by_the_ivr_but_nobody_picked_up_is_no_answer():
    call = fixture_calls()["13800000002"]
    assert (call.result, call.talk_s, call.t_answer, call.agent_no) == ("no-answer", 0, None, "")


def test_left_the_queue_is_abandoned():
    call = fixture_calls()["13800000003"]
    assert (call.result, call.queue, call.talk_s) == ("abandoned", "complaints", 0)


def test_busy_and_empty_dates():
    call = fixture_calls()["13800000004"]
    assert (call.result, call.t_start, call.t_answer) == ("busy", None, None)


def test_local_channels_do_not_count_twice_and_the_menu_key_is_no_number():
    call = fixture_calls()["13800000005"]
    assert (call.agent_no, call.talk_s, call.ivr_keys, call.hotline) == ("8004", 60, "2", "")


UID, USER, NEWER = ',"1772413200.1"', ',"95580"', ',"","1772413200.0",7'


@pytest.mark.parametrize(("tail", "width", "call_id", "linked"), [
    ("", 16, "PJSIP/trunk-00000001@2026-03-02 09:00:00", "PJSIP/trunk-00000001@2026-03-02 09:00:00"),
    (UID, 17, "1772413200.1", "1772413200.1"),
    (USER, 17, "PJSIP/trunk-00000001@2026-03-02 09:00:00", "PJSIP/trunk-00000001@2026-03-02 09:00:00"),
    (UID + USER, 18, "1772413200.1", "1772413200.1"),
    (NEWER, 19, "1772413200.0", "1772413200.0"),
    (UID + NEWER, 20, "1772413200.1", "1772413200.0"),
    (USER + NEWER, 20, "1772413200.0", "1772413200.0"),
    (UID + USER + NEWER, 21, "1772413200.1", "1772413200.0"),
])
def test_every_width_of_cdr_csv(tail: str, width: int, call_id: str, linked: str):
    line = COLUMNS + tail + "\n"
    call = only(line)
    assert (call.call_id, call.global_call_id, call.result, call.talk_s) == (call_id, linked, "answered", 55)
    assert len(call.raw[0]) == width + 2                 # and how it was read
    assert only(line, "asterisk-csv") == call


def test_cdr_custom_of_the_sample_and_columns_of_the_banks_own():
    line = (
        '"""A"" <13800000001>","13800000001","95580","hotline","PJSIP/t-00000001","PJSIP/8001-00000002","Dial","PJSIP/8001",'
        '"2026-03-02 09:00:00","","2026-03-02 09:01:00","60","0","NO ANSWER","DOCUMENTATION","","1772413200.1","",2'
    )
    call = only(line)
    assert (call.result, call.leg, call.hotline, call.raw[0]["@form"]) == ("no-answer", "2", "95580", "asterisk-custom")
    assert only(line + ',"rec/95580.wav"').recording == "rec/95580.wav"


def test_the_short_layout_of_thirteen_columns():
    call = only('"A <1>","13800000001","95580","2026-03-02 09:00:00","2026-03-02 09:00:05","2026-03-02 09:01:00","60","55",'
                '"ANSWERED","1772413200.2","1772413200.1","95580","20260302/1772413200.2.wav"')
    assert (call.result, call.recording, call.global_call_id) == ("answered", "20260302/1772413200.2.wav", "1772413200.1")


def test_a_heading_names_the_columns_as_FreePBX_exports_them():
    call = only(
        "calldate,clid,src,dst,dcontext,channel,dstchannel,lastapp,duration,billsec,disposition,uniqueid,did,recordingfile,linkedid\n"
        "2026-03-02 09:00:00,A,13800000001,8001,ext-queues,PJSIP/t-00000001,PJSIP/8001-00000002,Dial,60,55,ANSWERED,1772413200.1,"
        "95580,q-8001-13800000001-20260302-090000-1772413200.1.wav,1772413200.1\n"
    )
    assert (call.hotline, call.direction, call.agent_no, call.result) == ("95580", "in", "8001", "answered")


def test_the_banks_own_columns_by_configuration():
    form = "asterisk-custom:uniqueid,linkedid,src,hotline,agent_no,start,end,billsec,disposition,satisfaction,ticket_no"
    call = only("1.1,1.0,13800000001,95580,8001,20260302090000,20260302090100,55,ANSWERED,5,T-1", form)
    assert (call.agent_no, call.satisfaction, call.ticket_no, call.talk_s, call.global_call_id) == ("8001", "5", "T-1", 55, "1.0")


def test_JSON_lines_of_the_newer_cdr_custom():
    record = {
        "clid": '"王" <13800000001>', "src": "13800000001", "dst": "95580", "dstchannel": "PJSIP/8001-00000002", "billsec": 55,
        "start": 1772413200, "answer": 1772413205, "end": 1772413260, "disposition": "ANSWERED", "uniqueid": "1772413200.1",
        "linkedid": "1772413200.1", "RecordingFile": "a.wav", "My": None,
    }
    call = only(json.dumps(record) + "\n" + json.dumps(record, ensure_ascii=False) + "\n")
    assert (call.recording, call.talk_s, call.agent_no, len(call.raw)) == ("a.wav", 55, "8001", 1)
    assert call.t_answer == datetime(2026, 3, 2, 9, 0, 5, tzinfo=SHANGHAI)


@pytest.mark.parametrize("name", ["王小明".encode("gbk"), b"\xa5\xa5", b"\xa5", "王".encode(), b"\xff\xfe\x80"])
def test_any_bytes_in_the_callers_name(name: bytes):
    call = only((COLUMNS + UID).encode().replace(b"A", name, 1))
    assert (call.ani, call.result) == ("13800000001", "answered")


def test_the_name_is_read_in_GBK_beside_UTF_8_elsewhere():
    line = (COLUMNS + UID + ',"已转办"').encode().replace(b'""A""', '""王小明""'.encode("gb18030"))
    row = only(line).raw[0]
    assert (row["clid"], row["userfield"]) == ('"王小明" <13800000001>', "已转办")


def test_a_leg_by_itself_and_the_ids_a_form_may_name():
    line = (COLUMNS + UID + USER + NEWER).encode()
    call = leg_of(line, "pbx", SHANGHAI)
    assert ids_of(call) == {"1772413200.1", "1772413200.0"}
    assert legs_of(line + b"\n" + line, "pbx", SHANGHAI).calls == (call, call)


def test_call_json_has_the_names_of_the_normalised_record():
    found = call_json(fixture_calls()["13800000002"])
    assert " ".join(found) == (
        "source call_id global_call_id leg direction ani hotline agent_no agent_name queue t_start t_answer t_end talk_s result"
        " hangup_side ivr_keys satisfaction recording ticket_no remark raw"
    )
    assert (found["t_start"], found["t_answer"], found["recording"]) == ("2026-03-02T09:10:00+08:00", None, None)
    assert json.loads(json.dumps(found)) == found
