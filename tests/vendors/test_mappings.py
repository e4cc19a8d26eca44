"""Every mapping that comes along, against a body written after the vendor's documented fields."""

from datetime import datetime
from itertools import permutations

import pytest

from adapters.formats.cdr import ids_of, ties_of
from adapters.formats.vendor import seen_in, unused_in
from hotline_bridge.vendors import SHIPPED
from routing.papers import Call
from tests.fakes import ZONE
from tests.vendors.samples import call, sample, seen, vendor

CALLER, HOTLINE = "13800000001", "95580"


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-07-22T{text}").replace(tzinfo=ZONE)


def says(found: Call) -> dict[str, object]:
    """What every vendor tells in one way or another."""
    return {name: getattr(found, name) for name in ("direction", "ani", "hotline", "t_start", "t_answer", "t_end", "talk_s", "result")}


TALK = {
    "direction": "in", "ani": CALLER, "hotline": HOTLINE, "t_start": at("09:30:01"), "t_answer": at("09:30:20"), "t_end": at("09:33:00"), "talk_s": 160,
    "result": "answered",
}


@pytest.mark.parametrize(("mapping", "names", "differs"), [
    ("7moor", ["7moor.hangup.txt"], {}),
    ("7moor-v7", ["7moor-v7.ring.json", "7moor-v7.link.json", "7moor-v7.hangup.json"], {}),
    ("tinet", ["tinet.hangup.txt"], {}),
    ("udesk", ["udesk.3-hangup.json", "udesk.4-end.json"], {}),
    ("kf5", ["kf5.call.json"], {"t_answer": None, "t_end": at("09:32:41")}),      # the vendor tells only when it came in; its end is reckoned
    ("tencent", ["tencent.cdr.json"], {"ani": f"0086{CALLER}", "hotline": f"0086{HOTLINE}"}),
    ("newrock", ["newrock.in.xml"], {"t_answer": None}),
    ("aliyun", ["aliyun.record.json"], {}),
    ("huawei", ["huawei.record.json"], {"direction": ""}),
])
def test_P9_1_an_answered_call_is_the_same_call_whichever_vendor_tells_of_it(mapping: str, names: list[str], differs: dict) -> None:
    found = call(mapping, *names)
    assert says(found) == TALK | differs
    assert found.agent_no.partition("@")[0] == "8001"
    assert found.source == f"vendor:{mapping}"
    assert not [told.wrong for one in seen(mapping, *names) for told in one.told if told.wrong]


def test_every_mapping_that_comes_along_is_proved_above() -> None:
    tested = {mark.args[1][row][0] for mark in test_P9_1_an_answered_call_is_the_same_call_whichever_vendor_tells_of_it.pytestmark for row in range(len(mark.args[1]))}
    assert tested == set(SHIPPED)


def test_7moor_letters_that_were_taken_for_latin_are_read_and_the_recording_has_its_server() -> None:
    found = call("7moor", "7moor.hangup.txt")
    assert (found.agent_name, found.queue, found.ivr_keys) == ("座席甲", "投诉组", "10004@0-10005@1")
    assert found.recording == "https://rec.vendor.example/monitor/vendor.example/20260722/0001.mp3"
    assert "ch-7001" in found.raw[0]["other_ids"]


def test_7moor_a_caller_who_gives_up_in_the_queue_has_abandoned() -> None:
    found = call("7moor", "7moor.abandoned.txt")
    assert (found.result, found.t_answer, found.talk_s, found.agent_no) == ("abandoned", None, 0, "")


def test_7moor_ring_and_answer_are_moments_and_no_record() -> None:
    ring, link, hangup = seen("7moor", "7moor.ring.txt", "7moor.link.txt", "7moor.hangup.txt")
    events = vendor("7moor").mapping.events
    assert [one.told[0].stage for one in (ring, link, hangup)] == ["ring", "answer", "end"]
    assert [len(one.kept(events)) for one in (ring, link, hangup)] == [0, 0, 1]


def test_7moor_a_transferred_call_is_one_call_with_both_talks() -> None:
    first = sample("7moor.hangup.txt")
    second = first.replace(b"CallSheetID=cs-20260722-0001", b"CallSheetID=cs-20260722-0009&refCallSheetId=cs-20260722-0001").replace(b"Agent=8001", b"Agent=8002").replace(b"09%3A30%3A20", b"09%3A33%3A10").replace(b"09%3A33%3A00", b"09%3A34%3A10")
    one = vendor("7moor")
    from adapters.formats.cdr import call_of

    rows = [told.row for body in (second, first) for told in seen_in(body, one).told]
    found = call_of("vendor:7moor", rows)
    assert (found.call_id, found.global_call_id, found.agent_no) == ("cs-20260722-0001", "cs-20260722-0001", "8002")
    assert found.talk_s == 160 + 60


@pytest.mark.parametrize("order", list(permutations(["udesk.3-hangup.json", "udesk.4-end.json", "udesk.4-end.json"])))
def test_udesk_pushes_of_one_call_make_one_call_in_any_order(order: tuple[str, ...]) -> None:
    found = call("udesk", *order)
    assert (found.ticket_no, found.satisfaction, found.hangup_side) == ("T-1001", "满意", "caller")
    assert found.recording == "https://rec.vendor.example/u/70001.mp3"
    assert len(found.raw) == 2


def test_udesk_the_moment_shows_by_what_is_filled_in() -> None:
    pushes = seen("udesk", "udesk.1-start.json", "udesk.2-answer.json", "udesk.3-hangup.json", "udesk.4-end.json")
    assert [one.told[0].stage for one in pushes] == ["ring", "answer", "end", "end"]


def test_tinet_the_key_with_brackets_and_gbk_letters() -> None:
    assert call("tinet", "tinet.hangup.txt").remark == "客户号 0001"


def test_tencent_a_recording_that_comes_by_itself_joins_its_call_whichever_comes_first() -> None:
    for names in permutations(["tencent.cdr.json", "tencent.record.json"]):
        found = call("tencent", *names)
        assert (found.recording, found.satisfaction, found.ivr_keys, found.hangup_side) == ("https://rec.vendor.example/t/r1.mp3", "非常满意", "1,2", "caller")
        assert found.queue == "投诉组"


def test_newrock_calls_inside_the_house_are_internal_and_unanswered_ones_unanswered() -> None:
    found = call("newrock", "newrock.internal.xml")
    assert (found.direction, found.result, found.ani, found.agent_no) == ("internal", "no-answer", "8001", "8002")


def test_newrock_a_call_goes_by_the_id_that_never_comes_again_and_a_form_may_name_the_counter() -> None:
    found = call("newrock", "newrock.in.xml")
    assert (found.call_id, found.global_call_id) == ("5720260722093300-0", "5720260722093300-0")
    assert ties_of(found) == {"5720260722093300-0"}
    assert "32858" in ids_of(found)


def test_7moor_v7_a_call_that_ended_without_an_answer_was_abandoned() -> None:
    assert call("7moor-v7", "7moor-v7.ring.json", "7moor-v7.hangup.json").result == "abandoned"
    assert call("7moor-v7", "7moor-v7.ring.json").result == "unknown"


def test_what_no_field_asks_for_is_told() -> None:
    (told,) = seen("7moor", "7moor.hangup.txt")[0].told
    unused = set(unused_in(told, vendor("7moor").mapping))
    assert {"Province", "District", "AccountId"} <= unused
    assert not {"CallNo", "State", "CallState", "FileServer"} & unused
