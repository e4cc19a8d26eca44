"""A seat's form that came as a UserEvent is the form that is posted (P-9.1)."""

import base64
import json

from hypothesis import given, strategies as st
import pytest

from adapters.formats.ami import packets_of
from adapters.formats.ami_form import form_of
from adapters.formats.form_json import BadForm, read_form
from routing.papers import Form, Unreadable
from tests.exchange_talk import Talked, event

TALKED = Talked(3)
WHOLE = TALKED.form()
JSON = json.dumps(WHOLE, ensure_ascii=False)


def read(raw: bytes) -> Form:
    (packet,) = packets_of(raw)
    return read_form(form_of(packet, "asterisk:pbx"))[0]


def of_seat(**fields: str) -> bytes:
    return TALKED.of_seat("UserEvent", UserEvent="TransferSlip", **fields)


POSTED = read_form(json.dumps({**WHOLE, "source": "asterisk:pbx"}).encode())[0]


@pytest.mark.parametrize("fields", [
    {"Form": JSON}, {"form": JSON}, {"FORM": json.dumps(WHOLE)}, {"FormB64": base64.b64encode(JSON.encode()).decode()},
    {"FormB64": base64.urlsafe_b64encode(JSON.encode()).decode().rstrip("=")},
    {"Form1": JSON[:40], "Form2": JSON[40:90], "Form10": JSON[90:]},
    {"Form": JSON.replace('"call_id"', '"source": "elsewhere", "call_id"')},
])
def test_json_in_one_key_or_in_pieces_is_the_posted_form(fields: dict[str, str]):
    assert read(of_seat(**fields)) == POSTED


def test_single_keys_are_the_posted_form():
    raw = of_seat(
        Call_ID=TALKED.linkedid, Hotline="95580", Caller=TALKED.caller, Seat=TALKED.seat, Started_At=TALKED.began.isoformat(),
        Narrative="客户反映网点多收手续费 12.5 元，要求退还。", Customer_Name="王女士",
    )
    assert read(raw) == POSTED


def test_what_the_form_leaves_out_is_taken_from_the_callers_channel():
    raw = TALKED.of_channel("UserEvent", UserEvent="TransferSlip", Seat="8004", Narrative="多收手续费")
    form = read(raw)
    assert (form.call_id, form.caller, form.hotline, form.started_at) == (TALKED.linkedid, TALKED.caller, "95580", TALKED.began)


def test_the_seats_own_channel_names_neither_hotline_nor_caller():
    with pytest.raises(BadForm) as caught:
        read(of_seat(Seat="8004", Narrative="多收手续费"))
    assert [mistake.pointer for mistake in caught.value.mistakes] == ["/hotline"]


@pytest.mark.parametrize(("fields", "pointer"), [
    ({}, "/form"), ({"Form": "{not json"}, "/form"), ({"Form": "[1]"}, "/form"), ({"FormB64": "*****"}, "/form"), ({"Form": "[" * 9999}, "/form"),
    ({"Form": json.dumps({**WHOLE, "form": {}})}, "/form/narrative"), ({"Form": json.dumps({**WHOLE, "colour": "x"})}, "/colour"),
])
def test_every_mistake_is_named_and_no_word_of_the_customer(fields: dict[str, str], pointer: str):
    with pytest.raises(BadForm) as caught:
        read(of_seat(**fields))
    assert pointer in [mistake.pointer for mistake in caught.value.mistakes]
    assert "手续费" not in str(caught.value)


KEYS = st.sampled_from(["Form", "Form1", "FormB64", "Narrative", "Customer_Phone", "Seat", "Hotline", "Started_At", "Linkedid", "Uniqueid", "Exten", "CallerIDNum"])


@given(st.lists(st.tuples(KEYS, st.text(max_size=30) | st.just(JSON) | st.just('{"form": 1}')), max_size=8))
def test_whatever_the_event_holds_only_unreadable_is_raised(pairs: list[tuple[str, str]]):
    raw = "Event: UserEvent\r\nUserEvent: TransferSlip\r\n" + "".join(f"{key}: {said}\r\n" for key, said in pairs) + "\r\n"
    for packet in packets_of(raw.encode()):
        try:
            form = read_form(form_of(packet, "asterisk:pbx"))[0]
        except Unreadable:
            continue
        assert form.source == "asterisk:pbx" and form.narrative


def test_a_form_cut_by_a_line_break_is_unreadable_with_its_cure():
    raw = event("UserEvent", UserEvent="TransferSlip", Uniqueid="1.1", Narrative="one\r\ntwo without a colon")
    with pytest.raises(Unreadable, match="base64"):
        read(raw)
