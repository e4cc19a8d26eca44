"""The register has every field that pack and law ask for, and a masked row tells nobody who the customer is (P-6, D-8)."""

from dataclasses import fields
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from routing.register import HEADINGS, RegisterRow, masked

AT = datetime(2026, 7, 22, 9, 31, tzinfo=ZoneInfo("Asia/Shanghai"))


def row(**more) -> RegisterRow:
    return RegisterRow(number="95580-20260722-000137", received=AT, **more)


def test_D8_every_field_has_a_column_in_both_languages() -> None:
    assert [field.name for field in fields(RegisterRow) if field.name not in HEADINGS] == []
    assert all(one.zh and one.en for one in HEADINGS.values())
    assert len({one.zh for one in HEADINGS.values()}) == len(HEADINGS)


@pytest.mark.parametrize("name", [
    "authority", "authority_number", "authority_due", "agent", "person_complained", "claim", "amount", "repeat_of", "merged_into", "matter", "heads", "level",
    "flags", "recording", "reviewed_by", "reviewed", "heard_seconds", "review_result", "hops", "due", "law_due", "due_why", "law_why", "authority_why",
    "extension_reason", "extension_approver", "customer_told", "told_how", "findings", "responsibility", "lessons", "satisfaction", "handler",
    "remedies_told", "result", "withdrawal", "withdrawal_check", "closed_by", "closed", "archive_place", "retain_until", "legal_hold", "axis_a", "axis_b", "axis_c",
])
def test_law13_the_fields_of_the_law_are_there(name: str) -> None:
    assert name in HEADINGS


def test_P6_a_masked_row_hides_who_the_customer_is() -> None:
    one = masked(row(
        customer="张某某", phone="13800001234", id_number="11010119900101123X", account="6222021234567890123", address="示例市示例区示例路1号", agent="李某",
        facts="张某某来电，手机13800001234，卡号6222 0212 3456 7890 123，要求回电 zhang@mail.example。", findings="已联系李某（010-12345678）核实。",
    ))
    assert (one.customer, one.phone, one.id_number, one.agent) == ("张**", "138****1234", "1101**************", "李*")
    assert one.account.startswith("6222*")
    assert one.address == "示例市示例区" + "*" * 5
    assert one.facts == "张**来电，手机138****，卡号6222****，要求回电 ***@***。"
    assert one.findings == "已联系李*（010****）核实。"


@pytest.mark.parametrize("kept", ["2026-07-22", "20260722", "60000", "1200000元", "1234567.89", "95580-20260722-000137", "95580-20260722-1000013", "2026年7月22日9时31分", "3个工作日"])
def test_P6_days_sums_and_case_numbers_are_no_telephones(kept: str) -> None:
    assert masked(row(facts=f"经查{kept}，属实")).facts == f"经查{kept}，属实"


@pytest.mark.parametrize("phone", ["１３８００００１２３４", "138 0000 1234", "138-0000-1234", "010-12345678", "20123456", "6222 0212 3456 7890 123", "11010119900101123X"])
def test_P6_numbers_of_people_are_starred_however_they_are_written(phone: str) -> None:
    told = masked(row(facts=f"请致电{phone}联系")).facts
    assert phone not in told
    assert told.endswith("****联系")


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.text("经查客户来电。，", max_size=9), st.text("经查客户来电。，.", max_size=9))
def test_P6_no_telephone_stands_in_masked_words(phone: str, before: str, behind: str) -> None:
    assert phone not in masked(row(facts=before + phone + behind)).facts


def test_P6_what_names_nobody_stays() -> None:
    one = row(unit="示例支行", category="服务态度", product="定期存款")
    assert masked(one) == one
