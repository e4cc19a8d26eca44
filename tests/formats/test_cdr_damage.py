import json
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import example, given, strategies as st
import pytest

from adapters.formats.cdr import FORMS, calls_of, leg_of
from routing.papers import Unreadable

SHANGHAI = ZoneInfo("Asia/Shanghai")
LINES = (Path(__file__).parent / "cdr_fixtures" / "asterisk-21.csv").read_bytes().splitlines()
GOOD = LINES[4]


def mistakes_beside_good_rows(bad: bytes) -> str:
    """Put the bad line between good ones; the good ones must be read, the mistake must name line 2."""
    read = calls_of(b"\n".join([GOOD, bad, LINES[6], b""]), "pbx", SHANGHAI)
    assert [call.ani for call in read.calls] == ["13800000002", "13800000003"]
    (mistake,) = read.mistakes
    assert mistake.line_number == 2
    return mistake.said


@pytest.mark.parametrize(("bad", "said"), [
    (b'"' + b"x" * 1_048_576 + b'"', "more than 65536"),
    (GOOD.replace(b"Dial", b"Di\0al"), "NUL bytes"),
    (b"\0" * 5000, "NUL bytes"),
    (GOOD[:150], "not closed"),
    (GOOD.replace(b'"Dial"', b'"Dial'), "not closed or not doubled"),
    (b'"","13800000002","95580"', "cut short, 3 columns where the row before has 21"),
    (GOOD.replace(b"2026-03-02 09:10:00", b"2026-99-02 09:10:00"), "column start"),
    (GOOD.replace(b",40,40,", b",40,soon,"), "column billsec"),
    (GOOD.replace(b"1772413800.4", b"").replace(b"PJSIP/trunk-00000004", b""), "loguniqueid"),
    (b'{"variables": {"uuid": "x"', "no JSON"),
    (b"cdr=!!!", "base64"),
    (b"[" * 100_000 + b"]", "no JSON"),
    (b'{"variables": {}, "channel_data": {}}', "no uuid"),
    (b'{"big": ' + b"9" * 10_000 + b"}", "no telephone record"),
    (b"[1, 2]", "no object"),
])
def test_a_damaged_row_is_named_and_the_others_go_on(bad: bytes, said: str):
    assert said in mistakes_beside_good_rows(bad)


def test_an_object_that_is_cut_off_does_not_take_the_next_along():
    good = json.dumps({"uniqueid": "1.1", "src": "1", "dst": "2", "disposition": "BUSY", "start": "0"})
    read = calls_of(f"{good}\n{good[:30]}\n{good.replace('1.1', '1.2')}\n".encode(), "pbx", SHANGHAI)
    assert [call.call_id for call in read.calls] == ["1.1", "1.2"]
    assert [mistake.line_number for mistake in read.mistakes] == [2]


SMDR = b"2026/03/02 09:00:00,00:00:27,0,13800000001,I,4209,2160492,,0,1949529,1,T9017,Line 17.1,V9513,VM 13,0,0,,,,,,,,,,,,,\n"


@pytest.mark.parametrize("content", [SMDR, b"Event: Cdr\r\nAccountCode: \r\n\r\n", b'{"type": "StasisStart"}', b"PK\x03\x04\x14"])
def test_other_systems_are_refused_with_the_list_of_known_forms(content: bytes):
    with pytest.raises(Unreadable, match=r"known are .*Asterisk cdr_csv .*FreeSWITCH mod_json_cdr"):
        calls_of(content, "pbx", SHANGHAI)


def test_a_single_bad_row_is_unreadable():
    with pytest.raises(Unreadable, match="not closed"):
        leg_of(GOOD[:150], "pbx", SHANGHAI)
    with pytest.raises(Unreadable, match="0 records"):
        leg_of(b"\n", "pbx", SHANGHAI)


def test_a_forced_form_takes_no_other():
    with pytest.raises(Unreadable, match="this is asterisk-csv, but freeswitch-csv was asked for"):
        calls_of(GOOD, "pbx", SHANGHAI, "freeswitch-csv")
    with pytest.raises(ValueError, match="unknown form of telephone records 'smdr'"):
        calls_of(GOOD, "pbx", SHANGHAI, "smdr")
    with pytest.raises(ValueError, match="columns may be given"):
        calls_of(GOOD, "pbx", SHANGHAI, "asterisk-csv:src,dst")


def test_nothing_in_nothing_out():
    assert calls_of(b"\n\r\n", "pbx", SHANGHAI).calls == ()


@given(st.binary() | st.lists(st.sampled_from([*LINES, b"{", b"}", b'"', b"cdr=", b"[", b",", b"\xa5"])).map(b"\n".join),
       st.sampled_from(["auto", *FORMS]))
@example(b'{"uniqueid":{},"src":[],"dst":1,"disposition":null,"start":true}', "auto")
def test_no_bytes_raise_anything_but_unreadable(content: bytes, form: str):
    try:
        read = calls_of(content, "pbx", SHANGHAI, form)
    except Unreadable as error:
        assert "line" in str(error)
    else:
        assert all(mistake.line_number >= 1 and mistake.said for mistake in read.mistakes)


@given(st.data())
def test_a_row_cut_anywhere_never_stops_the_others(data: st.DataObject):
    cut = data.draw(st.integers(1, len(GOOD) - 1))
    read = calls_of(b"\n".join([LINES[6], GOOD[:cut], LINES[7]]), "pbx", SHANGHAI)
    assert {"13800000003", "13800000004"} <= {call.ani for call in read.calls}
