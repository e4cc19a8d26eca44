"""Bodies told apart by looking, values as vendors spell them, and mappings of the bank's own."""

import json

import pytest
from hypothesis import given, strategies as st

from adapters.formats.cdr import call_of, joined
from adapters.formats.vendor import kept_body, parts_of, seen_in, tree_of
from routing.errors import BadTable
from routing.papers import Unreadable
from routing.vendor import parse_mapping
from tests.vendors.samples import own


def told(body: bytes, **raw: object):
    (one,) = seen_in(body, own(**raw)).told
    return one


@pytest.mark.parametrize(("body", "form"), [
    (b'{"id": "c1", "who": "\xe5\xbc\xa0"}', "JSON"),
    ('{"id": "c1", "who": "张"}'.encode("gbk"), "JSON in GBK"),
    (b'\xef\xbb\xbf {"id": "c1", "who": "\xe5\xbc\xa0"}', "JSON behind a byte order mark"),
    (b"id=c1&who=%E5%BC%A0", "a form"),
    (b"id=c1&who=%D5%C5", "a form in GBK"),
    (b"?id=c1&who=%E5%BC%A0", "a query"),
    (b"%7B%22id%22%3A%22c1%22%2C%22who%22%3A%22%E5%BC%A0%22%7D", "JSON that was percent-encoded whole"),
    ("<call><id>c1</id><who>张</who></call>".encode(), "XML"),
    ('<?xml version="1.0" encoding="gb2312"?><call><id>c1</id><who>张</who></call>'.encode("gbk"), "XML in GBK"),
    ('<?xml version="1.0" encoding="gb2312"?><call><id>c1</id><who>张</who></call>'.encode(), "XML that lies about its encoding"),
    ('--b7\r\nContent-Disposition: form-data; name="id"\r\n\r\nc1\r\n--b7\r\nContent-Disposition: form-data; name="who"\r\n\r\n张\r\n--b7--\r\n'.encode(), "a form of parts"),
])
def test_a_body_is_told_apart_by_looking(body: bytes, form: str) -> None:
    one = told(body, records="call || @", fields={"call_id": "id", "agent_name": "who"})
    assert one.row is not None, form
    assert (one.row["call_id"], one.row["agent_name"]) == ("c1", "张")


@pytest.mark.parametrize(("body", "why"), [
    (b"", "empty"), (b"?", "empty"), (b"hello", "not JSON, XML, a form"), (b'{"id": ', "broken"), (b'{"id": "c1"', "broken"), (b"[1, 2]", "no record"),
    (b"<call><id>", "broken"), (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type"), (b"\x00\x01\x02", "not JSON"),
    (b"[" * 5000 + b"]" * 5000, "over"), (b'{"id":' + b"[" * 100 + b"]" * 100 + b"}", "nested"), (b"&".join(b"a%d=1" % n for n in range(6000)), "over 5000 fields"),
    (b"--x\r\n\r\n--x--", "without fields"),
])
def test_what_makes_no_sense_is_said_with_a_cure(body: bytes, why: str) -> None:
    with pytest.raises(Unreadable) as caught:
        seen_in(body, own())
    assert why in str(caught.value) or "too deep" in str(caught.value)
    assert "vendor test" in str(caught.value)


@given(st.binary(max_size=300))
def test_whatever_bytes_come_they_are_read_or_refused_in_words(body: bytes) -> None:
    try:
        seen_in(body, own())
    except Unreadable as error:
        assert str(error)


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), max_size=50), st.binary(max_size=100))
def test_query_and_body_come_apart_as_they_were_put_together(query: str, body: bytes) -> None:
    kept = kept_body(query, body)
    if query or not body.startswith(b"?"):
        assert parts_of(kept) == (query, body)


def test_a_query_beside_a_body_stands_below_its_own_name() -> None:
    assert tree_of(b'?action=cdr&x=1\n{"id": 5}') == {"id": 5, "@query": {"action": "cdr", "x": "1"}}


@pytest.mark.parametrize(("written", "meant"), [
    ("2026-07-22 09:30:01", "2026-07-22T09:30:01+08:00"), ("2026-07-22 01:30:01 +0000", "2026-07-22T09:30:01+08:00"), ("2026/7/22 9:30", "2026-07-22T09:30:00+08:00"),
    ("20260722093001", "2026-07-22T09:30:01+08:00"), (1784683801, "2026-07-22T09:30:01+08:00"), ("1784683801000", "2026-07-22T09:30:01+08:00"),
    (1784683801000000, "2026-07-22T09:30:01+08:00"), ("2026-07-22T09:30:01+0800", "2026-07-22T09:30:01+08:00"),
    ("", None), (0, None), ("0", None), ("0000-00-00 00:00:00", None), (None, None), ("null", None), ("-", None),
])
def test_moments_in_every_spelling(written: object, meant: str | None) -> None:
    one = told(json.dumps({"id": "c", "at": written}).encode(), fields={"call_id": "id", "t_start": "at"})
    assert one.row is not None
    assert one.row.get("t_start") == meant
    assert one.wrong == ()


@pytest.mark.parametrize(("written", "unit", "meant"), [
    ("00:02:40", "s", "160"), ("2:40", "s", "160"), (160, "s", "160"), ("160.7", "s", "160"), (160_400, "ms", "160"), ("", "s", None), (-1, "s", "0"),
])
def test_lengths_in_every_spelling(written: object, unit: str, meant: str | None) -> None:
    one = told(json.dumps({"id": "c", "len": written}).encode(), talk_unit=unit, fields={"call_id": "id", "talk_s": "len"})
    assert one.row is not None
    assert one.row.get("talk_s") == meant


def test_nonsense_in_a_field_is_named_and_costs_only_that_field() -> None:
    one = told(b'{"id": "c", "at": "yesterday", "len": "long", "much": 99999999}', fields={"call_id": "id", "t_start": "at", "talk_s": "len", "t_end": "much", "remark": "at"})
    assert one.row is not None
    assert one.row["remark"] == "yesterday"
    assert [trouble.partition(":")[0] for trouble in one.wrong] == ["t_start", "t_end", "talk_s"]


def test_a_word_without_a_line_is_odd_and_not_wrong() -> None:
    one = told(b'{"id": "c", "r": "???"}', fields={"call_id": "id", "result": "r"}, words={"result": {"ok": "answered"}})
    assert one.wrong == ()
    assert "words.result" in one.odd[0]
    assert call_of("vendor:x", [one.row]).result == "unknown"


@pytest.mark.parametrize("written", ["0", 0, "00000000"])
def test_an_id_of_noughts_is_nobodys(written: object) -> None:
    one = told(json.dumps({"id": "c", "whole": written, "more": [written, "x"]}).encode(), fields={"call_id": "id", "global_call_id": "whole", "other_ids": "more"})
    assert one.row is not None
    assert ("global_call_id" in one.row, one.row["other_ids"]) == (False, "x")


def test_without_an_answer_ever_told_nothing_is_made_of_its_silence() -> None:
    fields = {"call_id": "id", "direction": "way", "t_end": "to"}
    body = b'{"id": "c", "way": "in", "to": "2026-07-22 09:31:00"}'
    assert call_of("vendor:x", [told(body, fields=fields).row]).result == "unknown"
    assert call_of("vendor:x", [told(body, fields={**fields, "t_answer": "answered"}).row]).result == "abandoned"


def test_what_is_no_record_among_records_spoils_none_of_them() -> None:
    found = seen_in(b'[{"id": "a"}, 5, {"id": "b"}, "x"]', own())
    assert ([one.row["call_id"] for one in found.told if one.row], found.strays) == (["a", "b"], 2)


def test_P3_an_event_nobody_knows_is_taken_for_the_end_of_a_call() -> None:
    one = told(b'{"id": "c", "e": "Zurueckgelegt"}', events={"found": "e", "ring": ["Ring"]})
    assert one.stage == "end"
    assert one.odd


def test_without_an_id_there_is_no_call_and_that_is_said() -> None:
    one = told(b'{"number": "13800000001"}')
    assert one.row is None
    assert one.wrong[0].startswith("call_id")
    assert "13800000001" not in "".join(one.wrong)


def test_a_list_of_records_below_a_name_and_json_inside_a_form() -> None:
    body = b'{"code": 0, "data": {"rows": [{"id": "a"}, {"id": "b"}]}}'
    assert [one.row["call_id"] for one in seen_in(body, own(records="data.rows")).told if one.row] == ["a", "b"]
    packed = b"sign=x&data=%7B%22id%22%3A%22c%22%7D"
    assert [one.row["call_id"] for one in seen_in(packed, own(inside="data")).told if one.row] == ["c"]


def test_singhead_after_its_documented_fields() -> None:
    """A mapping as a bank writes one, with dates of noughts where nobody answered."""
    body = {
        "action": "cdr", "starttime": "2026-07-22 09:30:01", "source": "13800000001", "destination": "8001", "did": "95580", "answertime": "0000-00-00 00:00:00",
        "billableseconds": "0", "recordfile": "", "disposition": "NO ANSWER", "uniqueid": "1784683801.1", "mixuniqueid": "1784683801.0", "calltype": "in",
        "hangup": "Caller", "endtime": "2026-07-22 09:30:31",
    }
    fields = {
        "call_id": "uniqueid", "global_call_id": "mixuniqueid", "direction": "calltype", "ani": "source", "hotline": "did", "t_start": "starttime", "t_answer": "answertime",
        "t_end": "endtime", "talk_s": "billableseconds", "result": "disposition", "hangup_side": "hangup",
    }
    words = {"result": {"ANSWERED": "answered", "NO ANSWER": "no-answer", "FAILED": "failed"}, "hangup_side": {"Caller": "caller", "Callee": "callee"}}
    one = told(json.dumps(body).encode(), fields=fields, words=words, events={"found": "action", "end": ["cdr"]})
    found = call_of("vendor:singhead", [one.row])
    assert (found.global_call_id, found.result, found.t_answer, found.hangup_side, found.direction) == ("1784683801.0", "no-answer", None, "caller", "in")


def test_parts_of_a_call_join_in_the_manner_of_all_exchanges() -> None:
    rows = [told(json.dumps({"id": name, "whole": "g", "len": 10}).encode(), fields={"call_id": "id", "global_call_id": "whole", "talk_s": "len"}).row for name in ("a", "b")]
    legs = [call_of("vendor:x", [row]) for row in rows]
    assert joined(legs).talk_s == 20
    assert joined([*legs, *legs]) == joined(list(reversed(legs)))


def test_every_mistake_of_a_mapping_is_told_at_once() -> None:
    raw = {
        "name": "x", "boddy": "json", "body": "yaml", "zone": "Mars/Olympus", "fields": {"ani": "CDR(userfield)", "colour": "red"}, "words": {"result": {"a": "brilliant"}},
        "events": {"ring": ["a"], "answer": ["a"]}, "proof": {"kind": "signature", "algorithm": "md5", "over": "{body}{what}"}, "reply": {"status": 500},
        "pull": {"kind": "telex", "action": "x", "start": "@"},
    }
    with pytest.raises(BadTable) as caught:
        parse_mapping(raw, "own.toml")
    told_paths = {mistake.partition(":")[0] for mistake in caught.value.mistakes}
    assert {"boddy", "body", "zone", "fields.call_id", "fields.ani", "fields.colour", "words.result.a", "events", "proof", "reply.status", "pull.kind"} <= told_paths
    assert any("quotation marks" in mistake for mistake in caught.value.mistakes)
