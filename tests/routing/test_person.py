"""Who complains: the same person however they are written down, and never in plain (P-6, P-18, C-5)."""

import pytest
from hypothesis import given, strategies as st

from routing.heads import heads
from routing.parties import Customer
from routing.person import ADDRESS, ID, NAME, PHONE, Mark, identity, mail_address, marks_of, person_name, persons, phone, same_person

KEY = b"a key of the tests, 32 bytes long"


@pytest.mark.parametrize("text", [
    "13800000001", "138 0000 0001", "138-0000-0001", "+8613800000001", "+86 138 0000 0001", "008613800000001", "86-138-0000-0001",
    "１３８０００００００１", "013800000001", "(+86) 13800000001", "13800000001 转 5", "tel: 13800000001",
])
def test_P18_one_mobile_in_every_form(text: str) -> None:
    assert phone(text) == "13800000001"


@pytest.mark.parametrize(("text", "plain"), [
    ("010-55500017", "01055500017"), ("(010)5550 0017", "01055500017"), ("+86 10 55500017", "01055500017"), ("010-55500017-803", "01055500017"),
    ("010-55500017转803", "01055500017"), ("0371 5550017", "03715550017"), ("0086-371-55500170", "037155500170"), ("55500017", ""), ("95580", ""),
    ("12345", ""), ("", ""), ("不详", ""), ("+852 5550 0017", "+85255500017"), ("1380000000", ""), ("138000000012", ""),
])
def test_P18_landlines_keep_their_area_and_lose_their_extension(text: str, plain: str) -> None:
    assert phone(text) == plain


@given(st.integers(min_value=13_000_000_000, max_value=19_999_999_999), st.sampled_from(["", "+86", "0086", "86", "+86 ", "0"]), st.sampled_from(["", " ", "-"]))
def test_P18_no_writing_of_a_number_makes_another_person(number: int, before: str, between: str) -> None:
    digits = str(number)
    written = before + between.join((digits[:3], digits[3:7], digits[7:]))
    assert phone(written) == digits
    wide = written.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
    assert phone(wide) == digits


def test_P18_an_old_identity_number_is_the_new_one() -> None:
    old, new = "110105800101001", "11010519800101001"
    whole = identity(old)
    assert whole.startswith(new)
    assert identity(whole.lower()) == whole
    assert identity(f" {whole[:6]}-{whole[6:14]} {whole[14:]}") == whole
    assert identity(whole[:-1] + ("0" if whole[-1] != "0" else "1")) == ""
    assert identity("123") == ""


def test_P18_mail_addresses_and_streets() -> None:
    assert mail_address("WANG.Fang@Customer.EXAMPLE") == "wang.fang@customer.example"
    assert mail_address("王芳 <wang@customer.example>") == "wang@customer.example"
    assert mail_address("京北市清河区上地路1号") == ""


@pytest.mark.parametrize("name", ["张女士", "王某", "匿名", "李先生", "", "王", "张某某", "不详", "王*"])
def test_P18_half_a_name_is_nobody(name: str) -> None:
    assert person_name(name) == ""


def test_P6_marks_hold_nothing_in_plain_and_change_with_the_key() -> None:
    customer = Customer("王小芳", "13800000001", "", "", "wang@customer.example")
    marks = marks_of(customer, "B1", KEY)
    assert [mark.kind for mark in marks] == [PHONE, ADDRESS, NAME]
    assert "13800000001" not in repr(marks)
    assert "小芳" not in repr(marks)
    assert {mark.digest for mark in marks}.isdisjoint(mark.digest for mark in marks_of(customer, "B1", KEY + b"x"))
    assert marks_of(customer, "B1", KEY) == marks


def test_P14_4_who_refuses_a_name_has_no_marks() -> None:
    assert marks_of(Customer("王小芳", "13800000001", refuses_name=True), "B1", KEY) == ()


def test_P18_two_identity_numbers_on_one_telephone_are_two_people() -> None:
    first = (Mark(PHONE, "p"), Mark(ID, "1"))
    assert same_person(first, (Mark(PHONE, "p"), Mark(ID, "2"))) == ""
    assert same_person(first, (Mark(PHONE, "p"),)) == PHONE
    assert same_person((Mark(NAME, "n"),), (Mark(NAME, "n"), Mark(PHONE, "p"))) == NAME
    assert same_person((Mark(NAME, "n"), Mark(PHONE, "q")), (Mark(NAME, "n"), Mark(PHONE, "p"))) == ""


def test_C5_people_are_counted_not_cases() -> None:
    one, two, three = ((Mark(PHONE, str(digit)),) for digit in range(3))
    assert persons({1: one, 2: one, 3: two}).people == 2
    assert persons({1: one, 2: two, 3: three}).people == 3
    assert persons({1: one, 2: (), 3: ()}).people == 2        # whoever left nothing is somebody, and no more than one
    assert persons({1: one, 2: two}, {2: 21}).people == 22    # law:25, a letter of twenty-one
    joined = persons({1: one, 2: (*one, *two), 3: two})
    assert joined.people == 1
    assert joined.groups == ((1, 2, 3),)
    assert persons({}).people == 0


@given(st.dictionaries(st.integers(1, 9), st.lists(st.sampled_from([Mark(PHONE, str(digit)) for digit in range(5)]), max_size=3), max_size=8))
def test_C5_another_case_never_makes_more_than_one_person_more(marks: dict[int, list[Mark]]) -> None:
    before = persons(marks).people
    assert before <= len(marks)
    assert persons({**marks, 99: (Mark(PHONE, "new"),)}).people == before + 1
    assert sorted(case for group in persons(marks).groups for case in group) == sorted(marks)


@pytest.mark.parametrize(("text", "count"), [
    ("我们32名储户联名投诉", 32), ("共计二十五人签名", 25), ("我们十几户村民", 10), ("联名信，签名者38人", 38), ("我们一百二十位业主集体反映", 120),
    ("两百多名客户集体投诉理财到期不兑付", 200), ("柜台只有2名柜员，我们等了很久", 1), ("前面排队30人", 1), ("我等了40分钟", 1), ("我们存了5000元", 1),
    ("65岁老人来办理", 1), ("要求赔偿三十人份", 1), ("", 1), ("我们被3名保安赶出来", 1),
])
def test_law_25_a_group_letter_counts_its_heads(text: str, count: int) -> None:
    assert heads(text) == count
