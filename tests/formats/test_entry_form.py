"""One entry, whatever way it came: nothing is forced that the bank has, what cannot be meant is refused (law: articles 12, 13, 14)."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, strategies as st
from zoneinfo import ZoneInfo

from adapters.formats.entry_fields import CHANNELS, FIELDS, channel_of, field_of
from adapters.formats.entry_form import Today, read_entry
from adapters.formats.form_json import BadForm
from adapters.formats.identity import opened, sealed
from hotline_bridge.rulebook import load_packs
from routing.papers import Channel, Unreadable
from routing.parties import shown_id

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = Today(datetime(2026, 7, 22, 9, 30, tzinfo=ZONE), ZONE, load_packs()["psbc-95580"].hours)
LEAST = {"channel": "信件", "narrative": "柜员态度差"}


def wrong(**fields: Any) -> set[str]:
    with pytest.raises(BadForm) as told:
        read_entry(LEAST | fields, TODAY)
    return {one.pointer for one in told.value.mistakes}


def test_law_13_only_channel_and_matter_are_asked_for():
    form = read_entry(LEAST, TODAY).form
    assert (form.channel, form.narrative, form.customer.name, form.started_at) == (Channel.LETTER, "柜员态度差", "", None)
    with pytest.raises(BadForm) as told:
        read_entry({}, TODAY)
    assert {one.pointer for one in told.value.mistakes} == {"/channel", "/narrative"}


def test_law_12_14_representatives_agents_and_heirs_are_fields():
    form = read_entry(LEAST | {"representatives": "甲、乙，丙;丁", "agent_name": "李某", "agent_as": "继承人", "agent_authority": "公证书", "heads": "32人"}, TODAY).form
    assert form.customer.representatives == ("甲", "乙", "丙", "丁")
    assert (form.customer.agent_name, form.customer.agent_as, form.customer.agent_authority) == ("李某", "继承人", "公证书")
    assert form.heads == 32


@pytest.mark.parametrize(("fields", "pointer"), [
    ({"channel": "电报"}, "/channel"), ({"category": "其他"}, "/category"), ({"received": "明天"}, "/received"), ({"received": "2026-08-01"}, "/received"),
    ({"heads": "很多"}, "/heads"), ({"heads": "9999999"}, "/heads"), ({"party": "法人"}, "/party"), ({"agent_as": "继承人"}, "/agent_name"),
    ({"hotline": "955 80"}, "/hotline"), ({"phone": "1.38E+10"}, "/phone"), ({"refuses_name": "也许"}, "/refuses_name"), ({"colour": "red"}, "/colour"),
    ({"narrative": "  "}, "/narrative"), ({"name": "长" * 81}, "/name"), ({"received": "2026-07-20", "authority_due": "2026-07-01"}, "/authority_due"),
    ({"name": {"first": "x"}}, "/name"),
])
def test_what_cannot_be_meant_is_told_by_field(fields: dict[str, Any], pointer: str):
    assert wrong(**fields) == {pointer}


def test_P6_no_mistake_repeats_what_was_said():
    with pytest.raises(BadForm) as told:
        read_entry(LEAST | {"phone": "1.39E+10", "category": "秘密", "received": "13912345678"}, TODAY)
    for one in told.value.mistakes:
        for words in ("1.39E+10", "秘密", "13912345678"):
            assert words not in one.wrong + one.expected


def test_D6_a_due_day_ends_with_the_close_of_business():
    form = read_entry(LEAST | {"authority_due": "2026年8月6日"}, TODAY).form
    assert form.authority_due == datetime(2026, 8, 6, 17, 30, tzinfo=ZONE)
    form = read_entry(LEAST | {"authority_due": "2026-08-06 12:00"}, TODAY).form
    assert form.authority_due == datetime(2026, 8, 6, 12, 0, tzinfo=ZONE)


def test_every_channel_goes_by_its_chinese_and_english_name_and_every_heading_names_one_field():
    for channel in Channel:
        assert channel_of(channel.value) is channel_of(channel.name.lower().replace("_", "-")) is channel
    assert all(channel_of(words) is channel for words, channel in CHANNELS.items())
    for name, field in FIELDS.items():
        assert {field_of(words) for words in (name, field.zh, f"* {field.zh}（必填）：", *field.others)} == {name}


def test_P6_an_identity_number_is_sealed_for_its_case():
    number, key = "110105199001011233", b"a key of the tests"
    closed = sealed(key, number, "95580-1")
    assert number not in closed
    assert shown_id(closed) == shown_id(number) == "*" * 14 + "1233"
    assert opened(key, closed, "95580-1") == number
    for other_key, case in ((b"another key", "95580-1"), (key, "95580-2")):
        with pytest.raises(Unreadable, match="reply_key_file"):
            opened(other_key, closed, case)
    assert sealed(key, "", "95580-1") == ""
    assert opened(key, "as before", "95580-1") == "as before"


@given(st.text(max_size=40), st.text(max_size=20), st.binary(min_size=1, max_size=40))
def test_P6_whatever_is_sealed_opens_again_and_shows_four_signs_at_most(number: str, case: str, key: bytes):
    case = case.encode("utf-8", "replace").decode()
    closed = sealed(key, number, case)
    assert opened(key, closed, case) == number or number.startswith("sealed:")
    assert len(shown_id(number).replace("*", "")) <= 4
    assert len(number) <= 4 or number not in shown_id(closed)
