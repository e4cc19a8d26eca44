import base64
from datetime import datetime
import json
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest

from adapters.formats.cdr import calls_of, ids_of, joined, leg_of
from routing.papers import Call

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIXTURES = Path(__file__).parent / "cdr_fixtures"
A, B = "aaaa0001-0000-4000-8000-000000000001", "bbbb0001-0000-4000-8000-000000000001"


def leg(**variables: str) -> dict[str, object]:
    return {
        "core-uuid": "c", "switchname": "fs", "channel_data": {"state": "CS_REPORTING"}, "callStats": {"audio": {"mos": 4.5}},
        "variables": {"uuid": A, "caller_id": '"王" <13800000001>', "start_stamp": "2026-03-02 04:00:00", **variables},
        "app_log": {"applications": [{"app_name": "record_session", "app_data": "/rec/a.wav"}]},
        "callflow": [
            {"caller_profile": {"caller_id_number": "13800000001", "destination_number": "8001"},
             "times": {"created_time": "1772413201000000", "answered_time": "1772413202000000"}},
            {"caller_profile": {"caller_id_number": "13800000001", "destination_number": "95580"},
             "times": {"created_time": "1772413200000000", "answered_time": "0"}},
        ],
    }


ANSWERED = {"start_epoch": "1772413200", "answer_epoch": "1772413202", "end_epoch": "1772413260", "billsec": "58",
            "hangup_cause": "NORMAL_CLEARING", "bridge_uuid": B, "sip_hangup_disposition": "recv_bye"}
SEAT = {"uuid": B, "call_uuid": A, "start_epoch": "1772413203", "answer_epoch": "1772413210", "end_epoch": "1772413260",
        "billsec": "50", "hangup_cause": "NORMAL_CLEARING", "dialed_user": "8001"}


def only(content: bytes, form: str = "auto") -> Call:
    read = calls_of(content, "fs", SHANGHAI, form)
    assert read.mistakes == ()
    assert len(read.calls) == 1
    return read.calls[0]


def test_mod_json_cdr():
    call = only(json.dumps(leg(**ANSWERED)).encode())
    assert (call.ani, call.hotline, call.result, call.talk_s, call.hangup_side) == ("13800000001", "95580", "answered", 58, "caller")
    assert call.t_start == datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)      # the epoch, not the stamp of another zone
    assert (call.recording, call.call_id, call.leg) == ("/rec/a.wav", A, "a")


@pytest.mark.parametrize("wrap", [
    lambda text: b"cdr=" + quote(text).encode(),
    lambda text: quote(text, safe="").encode() + b"\n",
    lambda text: b"cdr=" + base64.b64encode(text.encode()),
    lambda text: base64.b64encode(text.encode()) + b"\n",
    lambda text: b"cdr=" + base64.encodebytes(text.encode()),
    lambda text: b"\xef\xbb\xbf" + text.encode(),
    lambda text: json.dumps(json.loads(text), indent=2).encode(),
    lambda text: text.encode("gb18030"),
    lambda text: f"[{text}]".encode(),
])
def test_every_wrapping_is_the_same_call(wrap):
    text = json.dumps(leg(**ANSWERED), ensure_ascii=False)
    assert only(wrap(text)) == only(text.encode())


def test_encoded_values_are_decoded_and_bare_ones_left_alone():
    bare = leg(**ANSWERED, ticket_no="T%20A +86")
    assert only(json.dumps(bare).encode()).ticket_no == "T%20A +86"
    encoded = leg(**ANSWERED, ticket_no="T%2520A +86")
    encoded["variables"] = {name: quote(value, safe="/") for name, value in encoded["variables"].items()}
    encoded["variables"]["ticket_no"] = "T%2520A%20%2B86"
    call = only(json.dumps(encoded).encode())
    assert (call.ticket_no, call.raw[0]["caller_id"]) == ("T%20A +86", '"王" <13800000001>')


def test_both_legs_are_one_call_and_one_object_to_a_line_or_many():
    both = [leg(**SEAT), leg(**ANSWERED)]
    call = only("\n".join(json.dumps(one) for one in both).encode())
    assert (call.call_id, call.global_call_id, call.leg, call.agent_no, call.talk_s) == (A, A, "a,b", "8001", 50)
    assert call.t_answer == datetime(2026, 3, 2, 9, 0, 10, tzinfo=SHANGHAI)
    assert only("\n".join(json.dumps(one, indent=1) for one in both).encode()) == call
    assert ids_of(call) == {A, B}
    assert joined([leg_of(json.dumps(one).encode(), "fs", SHANGHAI) for one in both]) == call


@pytest.mark.parametrize(("variables", "result"), [
    ({"answer_epoch": "0", "hangup_cause": "ORIGINATOR_CANCEL"}, "abandoned"),
    ({"answer_epoch": "0", "hangup_cause": "USER_BUSY"}, "busy"),
    ({"answer_epoch": "0", "hangup_cause": "UNALLOCATED_NUMBER"}, "failed"),
    ({"answer_epoch": "0"}, "unknown"),
    ({"answer_epoch": "1772413202", "originate_disposition": "NO_ANSWER"}, "no-answer"),
    ({"answer_epoch": "1772413202", "cc_queue": "complaints@default"}, "abandoned"),
    ({"answer_epoch": "1772413202", "cc_queue": "complaints@default", "cc_queue_answered_epoch": "1772413209"}, "answered"),
    ({"answer_epoch": "1772413202"}, "answered"),
])
def test_results(variables: dict[str, str], result: str):
    record = leg(start_epoch="1772413200", **variables)
    del record["callflow"]
    assert only(json.dumps(record).encode()).result == result


def test_the_older_shape_with_times_on_top():
    call = only(json.dumps({"channel_data": {}, "variables": {"uuid": A, "accountcode": "1"},
                            "times": {"created_time": "1772413200000000", "answered_time": "0", "hangup_time": "0"}}).encode())
    assert (call.t_start, call.t_answer, call.result) == (datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI), None, "unknown")


def test_csv_by_the_example_template_and_as_Excel_saves_it():
    read = calls_of((FIXTURES / "freeswitch-example.csv").read_bytes(), "fs", SHANGHAI)
    assert read.mistakes == ()
    first, second, third = read.calls
    assert (len(first.raw), first.call_id, first.agent_no, first.talk_s, first.leg) == (2, A, "8001", 285, "a,b")
    assert (second.result, second.t_start, second.t_answer) == ("abandoned", datetime(2026, 3, 2, 9, 10, tzinfo=SHANGHAI), None)
    assert (third.result, third.ani) == ("busy", "")


def test_csv_by_the_asterisk_template_with_its_quotes_unescaped():
    call = only(f'"","13800000001","95580","public",""王" <13800000001>","sofia/a","sofia/b","bridge","user/8001","2026-03-02 09:00:00",'
                f'"2026-03-02 09:00:05","2026-03-02 09:01:00","60","55","NORMAL_CLEARING","","{A}",""'.encode())
    assert (call.ani, call.hotline, call.result, call.raw[0]["@form"]) == ("13800000001", "95580", "answered", "freeswitch-csv")


def test_csv_by_the_snom_template_with_its_space():
    call = only(f'"A","13800000001","95580","public","2026-03-02 09:00:00","2026-03-02 09:00:05","2026-03-02 09:01:00","60","55",'
                f'"NORMAL_CLEARING","{A}", "","","PCMA","PCMA","snom","","","","/rec/a.wav"'.encode())
    assert (call.recording, call.talk_s) == ("/rec/a.wav", 55)


def test_what_no_database_takes_does_not_come_through():
    record = leg(**ANSWERED, remark="a\ud800b\0c")
    assert only(json.dumps(record).encode()).remark == "a?b\ufffdc"
