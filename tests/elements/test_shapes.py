"""What breaks, boxes, turns and mixes an answer on its way (P-12)."""

from datetime import date

import pytest
from hypothesis import given, strategies as st

from routing.elements import ELEMENTS, part_about
from routing.number import case_number
from tests.elements.words import found
from tests.routing.test_elements import WHOLE, form

ONE, OTHER = (case_number("95580", date(2026, 7, 22), n) for n in (7, 8))


@pytest.mark.parametrize("sign", ["】", "】：", "——", "--", " = ", "=>", " → "])
def test_P12_other_signs_in_the_colons_place(sign):
    start = "【" if sign.startswith("】") else ""
    assert dict(found("\n".join(f"{start}{ELEMENTS[n]}{sign}{WHOLE[n]}" for n in ELEMENTS))) == WHOLE


@pytest.mark.parametrize("sign", ["\t", " | ", "｜", "│", "　　　"])
def test_P12_a_table_with_its_labels_above(sign):
    assert dict(found(sign.join(ELEMENTS.values()) + "\n" + sign.join(WHOLE.values()))) == WHOLE


def test_P12_a_mail_of_two_cases_gives_each_its_own():
    text = f"两件一并回复。\n{ONE}：\n满意度：满意\n经办人：张小某\n{OTHER}：\n满意度：不满意\n"
    assert dict(found(part_about(text, ONE))) == {4: "满意", 6: "张小某"}
    assert dict(found(part_about(text, OTHER))) == {4: "不满意"}


def test_P12_a_mail_of_one_case_is_read_whole():
    text = f"满意度：满意\n（{ONE}）\n经办人：张小某"
    assert part_about(text, ONE) == text
    assert part_about(text, OTHER) == text


def test_P9_4_a_unit_abroad_may_write_traditional_characters():
    assert dict(found("經辦人：張小某\n聯絡電話：0312-5550000\n滿意度：滿意")) == {4: "满意", 6: "张小某", 7: "0312-5550000"}


@given(st.integers(8, 60))
def test_P12_lines_broken_anywhere_lose_no_element(width):
    text = form(WHOLE)
    broken = "\n".join(line[at:at + width] for line in text.splitlines() for at in range(0, len(line), width))
    said = found(broken)
    if width >= 16:                                 # the longest label and its colon fit into a line and a bit
        assert set(said) == set(ELEMENTS)
    assert set(said) <= set(ELEMENTS)


@given(st.permutations(list(ELEMENTS)))
def test_P12_the_order_does_not_matter(order):
    assert dict(found("\n".join(f"{ELEMENTS[n]}：{WHOLE[n]}" for n in order))) == WHOLE


@given(st.text(st.sampled_from("经办人：:\t|│—=【】\n 满意处理时间7月22日1.一、第其，"), max_size=200))
def test_P12_any_jumble_is_read_without_an_error(text):
    assert set(found(text)) <= set(ELEMENTS)
