"""Packets of the manager interface: whatever the network or a value does to one, the next is whole."""

from hypothesis import given, strategies as st
import pytest

from adapters.formats.ami import LONGEST_PACKET, Cutter, action, packet_of, packets_of
from tests.exchange_talk import Talked, event

HANGUP = event("Hangup", Uniqueid="1.2", Linkedid="1.1")


def fed(content: bytes, sizes: list[int]) -> list:
    cutter, found, at = Cutter(), [], 0
    for size in [*sizes, len(content)]:
        found += cutter.feed(content[at:at + size])
        at += size
    return found


def test_keys_know_no_capitals_and_the_first_of_many_counts():
    (packet,) = packets_of(event("Cdr", UniqueID="1.1", ChanVariable="a") + b"")
    assert (packet.event, packet.get("Uniqueid"), packet.get("none", "-")) == ("Cdr", "1.1", "-")
    (packet,) = packets_of(b"Event: X\r\nChanVariable: a=1\r\nchanvariable: b=2\r\n\r\n")
    assert packet.all("ChanVariable") == ["a=1", "b=2"] and not packet.damage


def test_a_value_keeps_its_colons_blanks_and_chinese():
    (packet,) = packets_of('Event: UserEvent\r\nForm: {"a": "http://x:1/ 王"}\r\nEmpty:\r\n\r\n'.encode())
    assert packet.get("form") == '{"a": "http://x:1/ 王"}' and packet.get("empty", "-") == ""


def test_a_name_in_gbk_spoils_no_other_line():
    (packet,) = packets_of(b'Event: Cdr\r\nCallerID: "' + "王女士".encode("gbk") + b'" <138>\r\nUserField: ' + "投诉".encode() + b"\r\n\r\n")
    assert (packet.get("callerid"), packet.get("userfield")) == ('"王女士" <138>', "投诉")


@given(st.lists(st.integers(1, 60), max_size=60))
def test_however_the_network_cuts_it_the_packets_are_the_same(sizes: list[int]):
    content = b"".join(Talked(7).events)
    assert fed(content, sizes) == packets_of(content)
    assert b"".join(packet.raw for packet in fed(content, sizes)) == content


@pytest.mark.parametrize(("broken", "says"), [
    (b"Event: Newexten\r\nAppData: one\r\nand a line of its own\r\n\r\n", "no `Key: Value`"),
    (b"Event: Cdr\r\nUniqueid: 1.1\r\nUserField: x\r\nUniqueid: 9.9\r\n\r\n", "twice"),
    (b"the rest of a value\r\nKey: x\r\n\r\n", "no `Key: Value`"),
    (b"UserField: after an empty line\r\n\r\n", "neither Event nor Response"),
    (b"\xff\xfe\x00garbage\r\n\r\n", "no `Key: Value`"),
    (b"Event: X\r\nA: " + b"x" * (70 << 10) + b"\r\n\r\n", "no `Key: Value`"),
])
def test_a_damaged_event_says_so_and_the_next_is_intact(broken: bytes, says: str):
    first, second = fed(broken + HANGUP, [3, 50])
    assert says in first.damage and first.raw == broken
    assert not second.damage and second.get("linkedid") == "1.1"


def test_a_line_feed_inside_a_value_is_part_of_it():
    (packet,) = packets_of(b'Event: UserEvent\r\nForm: {"a":\n"b"}\r\nSeat: 8001\r\n\r\n')
    assert not packet.damage and packet.get("form") == '{"a":\n"b"}' and packet.get("seat") == "8001"


def test_what_never_ends_is_cut_and_let_go_of():
    cutter = Cutter()
    found = []
    for _ in range(40):
        found += cutter.feed(b"Event: X\r\n" + b"x" * 65_000)
        assert len(cutter._rest) <= LONGEST_PACKET
    (cut,) = found
    assert "without an end" in cut.damage and len(cut.raw) <= LONGEST_PACKET + 4
    assert [packet.event for packet in cutter.feed(b"\r\n\r\n" + HANGUP)] == ["Hangup"]


@given(st.binary(max_size=400))
def test_whatever_the_bytes_nothing_is_raised_and_what_follows_is_read(content: bytes):
    *_, last = fed(content + b"\r\n\r\n" + HANGUP, [17, 90])
    assert last.get("linkedid") == "1.1" and not last.damage


@pytest.mark.parametrize("value", ["a\r\nAction: Command", "a\nb", "a\rb", "a\0b", "a\x1bb", "a\u2028b"])
def test_a_value_that_could_end_its_line_is_refused(value: str):
    with pytest.raises(ValueError, match="one line"):
        action({"Action": "Originate", "CallerID": value}, "1")
    with pytest.raises(ValueError, match="one line"):
        action({"Action": "Originate", "Variable": ["a=b", value]}, "1")


def test_a_key_that_is_none_is_refused():
    with pytest.raises(ValueError, match="no key"):
        action({"Action": "Ping", "X\r\nY": "1"}, "1")


def test_an_action_is_one_packet_with_repeated_keys():
    written = action({"Action": "Originate", "Variable": ["A=1", "B=王; rm -rf $(x)`y`"]}, "hb-1")
    assert written == "Action: Originate\r\nVariable: A=1\r\nVariable: B=王; rm -rf $(x)`y`\r\nActionID: hb-1\r\n\r\n".encode()
    assert packet_of(written[:-4]).all("variable") == ["A=1", "B=王; rm -rf $(x)`y`"]
