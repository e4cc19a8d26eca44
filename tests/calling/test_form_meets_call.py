"""A seat's form and its call are one, whichever comes first; what is not certain is left to a person (P-3, P-9.1)."""

from datetime import timedelta

import pytest

from hotline_bridge.joining import JOINED, PARTED
from hotline_bridge.steps.call_errand import attach
from tests.calling.world import CALLER, EAST, FIRST, WEST, calls, hear, kinds, leg, row, told, waiting
from tests.conftest import Bank
from tests.make import a_form

ID = "1784683200.17"
REC = "/var/spool/asterisk/monitor/q-17.wav"


def nameless() -> dict:
    """A form that does not say who called."""
    return a_form(ID, caller="", form__customer={"name": "张某某"})


async def test_P9_1_the_form_comes_first(bank: Bank) -> None:
    posted = await bank.post(a_form(ID))
    await hear(bank, row(ID, recording=REC))
    await bank.quiet()
    (call,) = calls(bank.house)
    assert (call.case, call.joined, bank.case(posted.number).recording.reference) == (bank.case().id, "bridge", REC)
    assert bank.words().count(JOINED) == 1
    bank.clock.on(minutes=31)
    await bank.quiet()
    assert waiting(bank) == []


async def test_P9_1_the_call_comes_first(bank: Bank) -> None:
    await hear(bank, row(ID, recording=REC))
    await bank.post(a_form(ID))
    (call,) = calls(bank.house)
    assert (call.case, bank.case().recording.reference) == (bank.case().id, REC)


async def test_P9_1_a_form_as_a_file_meets_its_call_too(bank: Bank) -> None:
    from tests.make import form_bytes

    await hear(bank, row(ID, recording=REC))
    bank.door.put("form", form_bytes(a_form(ID)))
    await bank.house.store.run(lambda tx: None)
    from hotline_bridge.intake import take_in

    await take_in(bank.house, bank.door)
    await bank.quiet()
    assert [call.case for call in calls(bank.house)] == [bank.case().id]


async def test_P9_1_a_form_may_name_the_id_of_any_leg(bank: Bank) -> None:
    await hear(bank, row("1784683200.17"))
    await hear(bank, row("1784683200.18", linked="1784683200.17", number=2))
    await bank.post(a_form("1784683200.18"))
    assert [call.case for call in calls(bank.house)] == [bank.case().id]


async def test_P9_1_what_the_form_left_empty_comes_from_the_call(bank: Bank) -> None:
    form = nameless()
    await hear(bank, row(ID, recording=REC))
    await bank.post(form)
    case = bank.case()
    assert (case.complaint.customer.phone, case.recording.reference) == (CALLER, REC)


async def test_P9_1_and_where_the_call_comes_after_the_form(bank: Bank) -> None:
    await bank.post(nameless())
    await hear(bank, row(ID))
    case = bank.case()
    assert case.complaint.customer.phone == CALLER
    bank.clock.on(minutes=1)
    await bank.quiet()
    assert bank.house.store.read_now(lambda tx: tx.sketches.marks([case.id]))[case.id]       # and by the number they are known again (P-18)


async def test_P9_1_what_the_form_says_stays(bank: Bank) -> None:
    await bank.post(a_form(ID, recording="/rec/own.wav", seat="8007"))
    await hear(bank, row(ID, recording=REC))
    assert (bank.case().recording.reference, bank.case().seat) == ("/rec/own.wav", "8007")


@pytest.mark.parametrize("other", [
    {"ani": "13900000002"}, {"at": FIRST - timedelta(days=9)}, {"at": FIRST + timedelta(days=9)},
], ids=["another caller", "long before", "long after"])
async def test_a_call_of_the_same_id_that_cannot_be_meant_is_not_joined(bank: Bank, other: dict) -> None:
    await bank.post(a_form(ID))
    await hear(bank, row(ID, **other))
    assert [call.case for call in calls(bank.house)] == [None]
    await hear(bank, row(ID), WEST)
    assert [(call.exchange, call.case) for call in calls(bank.house)] == [(EAST, None), (WEST, bank.case().id)]


async def test_a_form_of_one_exchange_is_never_joined_with_a_call_of_the_other(bank: Bank) -> None:
    await bank.post(a_form(ID, source=WEST))
    await hear(bank, row(ID), EAST)
    assert [call.case for call in calls(bank.house)] == [None]
    await hear(bank, row(ID), WEST)
    assert {call.exchange: call.case for call in calls(bank.house)} == {EAST: None, WEST: bank.case().id}


async def test_another_hotline_of_the_bank_speaks_against_it_an_extension_does_not(bank: Bank) -> None:
    await bank.post(a_form(ID, hotline="96588"))
    await hear(bank, row(ID))
    assert [call.case for call in calls(bank.house)] == [None]
    await hear(bank, row(ID, hotline="2998"), WEST)
    assert {call.exchange: call.case is None for call in calls(bank.house)} == {EAST: True, WEST: False}


@pytest.mark.parametrize("order", ["form east west", "east form west", "east west form", "west east form", "form west east"])
async def test_of_two_calls_neither_is_taken_and_the_desk_is_asked(bank: Bank, order: str) -> None:
    for what in order.split():
        if what == "form":
            await bank.post(a_form(ID, caller=""))
        else:
            await hear(bank, row(ID, recording=f"/rec/{what}.wav"), f"asterisk:{what}")
    assert [call.case for call in calls(bank.house)] == [None, None]
    assert (kinds(bank), bank.case().recording.reference) == (["no-call"], "")
    await bank.quiet()
    (letter,) = told(bank)
    assert bank.case().number in letter
    assert CALLER not in letter
    west = next(call for call in calls(bank.house) if call.exchange == WEST)
    await bank.decide(attach, west.id, bank.case().number, "desk")
    assert (waiting(bank), bank.case().recording.reference) == ([], "/rec/west.wav")
    await hear(bank, row(ID, recording="/rec/east.wav"), EAST)
    assert {call.exchange: call.joined for call in calls(bank.house)} == {EAST: "", WEST: "desk"}      # what a person said stays


async def test_the_one_whose_number_the_form_names_is_taken(bank: Bank) -> None:
    await hear(bank, row(ID, ani="anonymous"), WEST)
    await bank.post(a_form(ID))
    assert [call.case for call in calls(bank.house)] == [bank.case().id]
    await hear(bank, row(ID), EAST)
    assert {call.exchange: call.case for call in calls(bank.house)} == {WEST: None, EAST: bank.case().id}
    assert PARTED in bank.words()


async def test_two_forms_of_two_desktops_each_find_their_own_call(bank: Bank) -> None:
    await bank.post(a_form(ID, source="desktop-a"))
    await bank.post(a_form(ID, source="desktop-b", caller="13900000002"))
    await hear(bank, row(ID, ani="13900000002"), WEST)
    await hear(bank, row(ID), EAST)
    by_source = {case.source: case.id for case in bank.cases()}
    assert {call.exchange: call.case for call in calls(bank.house)} == {EAST: by_source["desktop-a"], WEST: by_source["desktop-b"]}


async def test_legs_that_turn_out_to_be_one_call_are_one_row(bank: Bank) -> None:
    """Two legs of FreeSWITCH come by themselves, and a third ties them together."""
    await hear(bank, leg("aaaa-1", ani=CALLER), WEST)
    await hear(bank, leg("bbbb-2"), WEST)
    first, _ = calls(bank.house)
    await hear(bank, leg("cccc-3", call_uuid="aaaa-1", bleg_uuid="bbbb-2"), WEST)
    (one,) = calls(bank.house)
    assert one.id == first.id
    await bank.post(a_form("bbbb-2"))
    assert bank.house.store.read_now(lambda tx: tx.telephone.get(first.id).case) == bank.case().id


async def test_a_row_that_names_the_leg_of_another_call_does_not_take_it_away(bank: Bank) -> None:
    await hear(bank, row("1784683200.1", recording="/rec/a.wav"))
    await hear(bank, row("1784683200.2"))
    await hear(bank, row("1784683200.2", linked="1784683200.1", number=3))
    await bank.post(a_form("1784683200.1"))
    assert {call.global_id: call.case for call in calls(bank.house)} == {"1784683200.1": bank.case().id, "1784683200.2": None}
    assert bank.case().recording.reference == "/rec/a.wav"


async def test_a_second_form_of_the_same_call_is_the_conflict_it_was(bank: Bank) -> None:
    await bank.post(a_form(ID))
    await hear(bank, row(ID))
    answer = await bank.post(a_form(ID, narrative="完全不同的内容，客户投诉理财产品亏损。"))
    assert answer.standing == "conflict"
    assert len(bank.cases()) == 1


async def test_P9_1_the_same_form_by_the_desktop_and_by_the_exchange_is_one_complaint(bank: Bank) -> None:
    await hear(bank, row(ID, recording=REC))
    first = await bank.post(a_form(ID))
    again = await bank.post(a_form(ID, source=EAST))
    assert (again.number, again.standing) == (first.number, "repeat")
    assert (await bank.post(a_form(ID, source=EAST))).standing == "repeat"
    assert [case.number for case in bank.cases()] == [first.number]
    assert bank.words().count("同一表单再次送达") == 1


async def test_P9_1_what_another_door_says_otherwise_is_a_case_of_its_own_and_the_desk_is_asked_which_call_it_is(bank: Bank) -> None:
    await hear(bank, row(ID, recording=REC))
    first = await bank.post(a_form(ID))
    other = await bank.post(a_form(ID, source=EAST, narrative="客户另称上地路营业所叫号机坏了，等了两个小时无人理会。"))
    assert (other.standing, other.number != first.number) == ("opened", True)
    assert "no-call" in kinds(bank)
