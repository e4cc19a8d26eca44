"""Where the rules compare, check or call numbers, any spelling will do (pain 19, P-12, P-20, P-21)."""

from dataclasses import replace
from datetime import date

import pytest

from routing.calls import CallRules
from routing.directory import Directory
from routing.elements import found
from routing.parties import UnitCode
from routing.person import phone
from routing.phrases import phone_in
from routing.plausible import impossible
from routing.recipients import callees


def row(code: str, name: str, parent: str, first: str, second: str = "") -> dict[str, str]:
    return {"code": code, "name": name, "level": "支行" if parent else "总行", "parent": parent, "mailbox": f"{code.lower()}@bank.example",
            "contact1": "甲主任", "contact1_phone": first, "contact2": "乙经理", "contact2_phone": second}


def test_P20_contacts_nobody_can_call_are_told_by_line_and_without_their_numbers() -> None:
    rows = [row("HQ", "总行", "", "010-55500017"), row("A1", "石桥县支行", "HQ", "1390000000", "0312-5550000转8"), row("A2", "柳林县支行", "HQ", "见通讯录", "8001")]
    _, warnings = Directory.parse(rows)
    assert [warning.split(";")[0] for warning in warnings] == [
        "line 3: A1 石桥县支行: the telephone of the first contact is none that can be called", "line 4: A2 柳林县支行: the telephone of the first contact is none that can be called"]
    assert not any("1390000000" in warning or "甲" in warning for warning in warnings)      # P-6


def test_a_directory_without_any_number_that_can_be_called_is_told_in_twenty_lines_and_a_sum() -> None:
    rows = [row("HQ", "总行", "", ""), *(row(f"A{at}", f"第{at}支行", "HQ", "12", "无") for at in range(50))]
    _, warnings = Directory.parse(rows)
    assert len(warnings) == 21
    assert warnings[-1] == "80 more telephones of contacts are none that can be called"


def test_P20_who_can_be_called_is_called_before_who_cannot() -> None:
    directory = Directory.parse([row("HQ", "总行", "", "010-55500017"), row("A1", "石桥县支行", "HQ", "见通讯录", "0312 555 0000")])[0]
    (one,), _ = callees(("unit",), UnitCode("A1"), directory)
    assert (one.name, one.phone) == ("乙经理", "0312 555 0000")
    neither = Directory.parse([row("HQ", "总行", "", "010-55500017"), row("A1", "石桥县支行", "HQ", "见通讯录")])[0]
    (one,), _ = callees(("unit",), UnitCode("A1"), neither)
    assert (one.unit_code, one.phone) == ("A1", "见通讯录")             # people find it


@pytest.mark.parametrize("called", ["95580", "+86 95580", "010-95580", "８６９５５８０", "95580;phone-context=+86", "sip:95580@pbx.example"])
def test_P3_a_complaint_line_is_one_however_the_exchange_writes_it(called: str) -> None:
    rules = CallRules(hotlines=frozenset({"95580", "010-55500017"}))
    assert rules.complains(called, "")
    assert rules.complains("+861055500017", "")
    assert not rules.complains("", "")
    assert not rules.complains("95588", "")


def test_a_hotline_has_its_pack_however_it_is_written(sample_rules) -> None:
    rules = replace(sample_rules, by_hotline={"96588": "datong-96588"})
    assert [rules.pack_for(one) for one in ("96588", "+86 96588", "９６５８８", "0352-96588")] == ["datong-96588"] * 4
    assert [rules.pack_for(one) for one in ("", "95580", "网点")] == [rules.default_pack] * 3


@pytest.mark.parametrize("written", ["013800000001", "0086 13800000001", "+86 138-0000-0001", "（0312）555 0000转8", "010-55500017-803", "4001234567"])
def test_P12_7_a_handlers_telephone_in_any_spelling_is_one(sample_rules, written: str) -> None:
    assert phone_in(written)
    assert found(f"联系电话：{written}\n", sample_rules.hollow).get(7)


@pytest.mark.parametrize(("mine", "theirs", "same"), [
    ("0138 0000 0001", "+86 13800000001", True), ("010-55500017", "13900000002/010-5550 0017", True), ("55500017", "010-55500017转803", True),
    ("010-55500017转8", "010-55500017转803", False), ("021-55500017", "010-55500017", False), ("010-55500018", "010-55500017", False),
])
def test_P12_7_the_customers_own_number_in_another_spelling(mine: str, theirs: str, same: bool) -> None:
    assert (7 in impossible({7: mine}, date(2026, 7, 22), date(2026, 7, 24), theirs)) is same


def test_P18_two_numbers_in_one_field_leave_the_mark_of_the_first() -> None:
    assert phone("13800000001/13900000002") == phone("+86 138 0000 0001") == "13800000001"
    assert phone("单位 95580，本人 13800000001") == "13800000001"
