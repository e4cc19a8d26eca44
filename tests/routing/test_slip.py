from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from routing.elements import ELEMENTS
from tests.elements.words import found
from routing.layout import padded, width, wrapped
from routing.number import find_numbers
from routing.papers import Channel
from routing.parties import Customer
from routing.slip import NOT_APPLICABLE, NOT_REHEARD, clean, digest, slip_text, spoken_time, title_of
from routing.verdict import Category, Verdict
from tests.routing.slips import ANONYMOUS, CONTEXT, NUMBER, RECEIVED, TEXT, VERDICT, ZONE, a_slip

TEXTS = st.text(st.characters(codec="utf-8"), max_size=200)


def test_P9_1_the_first_half_says_what_the_seat_took_down():
    slip = a_slip()
    assert [field.label for field in slip.fields] == [
        "编号", "受理时间", "受理渠道", "受理人/座席", "客户姓名", "客户联系电话", "证件号码", "账号", "联系地址", "代理人", "被投诉单位",
        "被投诉人员", "投诉类别", "涉及金额", "投诉内容", "客户诉求", "复听要求", "复核情况", "主办/协办", "办理时限", "回复地址", "回复要求",
    ]
    assert slip.value("number") == NUMBER
    assert slip.value("category") == "违规操作（兼：服务态度）"
    assert slip.value("amount") == "¥60,000.00"
    assert slip.value("text") == TEXT
    assert slip.value("roles") == "主办：河东支行　协办：个人金融部（本单位为主办）"


def test_P12_the_second_half_is_empty_and_in_order():
    slip = a_slip()
    assert [field.label for field in slip.answer] == [*ELEMENTS.values(), "回复日期", "单位负责人（盖章）"]
    assert not any(field.value for field in slip.answer)


def test_T2_the_time_of_receipt_has_its_weekday():
    assert a_slip().value("received") == "2026年7月22日9时31分(星期三)"
    assert spoken_time(datetime(2026, 7, 22, 23, 5, tzinfo=UTC), ZONE) == "2026年7月23日7时05分(星期四)"


@pytest.mark.parametrize(("channel", "name", "title"), [
    (Channel.PHONE, "投诉转办单", "投诉转办单"), (Channel.WEB, "投诉转办单", "投诉转办单"), (Channel.WALK_IN, "投诉转办单", "投诉督办单"),
    (Channel.LETTER, "投诉转办单", "投诉督办单"), (Channel.SUPERIOR, "投诉转办单", "投诉督办单"), (Channel.GOVERNMENT, "投诉转办单", "投诉督办单"),
    (Channel.LETTER, "客户投诉处理单", "客户投诉处理单"),
])
def test_P9_7_the_union_sends_a_supervision_slip(channel, name, title):
    assert title_of(channel, name) == title
    assert a_slip(replace(CONTEXT, form_title=name), channel=channel).title == title


def test_P9_1_the_reasons_to_listen_again_come_with_their_evidence():
    assert a_slip().value("flags") == "业务金额超过五万元（原文：“6万元”）\n可能影响我行声誉（原文：“将向电视台反映”）"
    assert a_slip().value("review") == "已复听，复核人：复核员甲"
    assert a_slip(replace(CONTEXT, reviewed="")).value("review") == "待复核"


def test_P9_1_a_hotline_without_recordings_says_so():
    assert a_slip(replace(CONTEXT, recorded=False, reviewed="")).value("review") == NOT_REHEARD


def test_P9_1_without_a_flag_nobody_need_listen():
    slip = a_slip(verdict=Verdict(Category.ATTITUDE))
    assert slip.value("flags") == "无须复听"
    assert all(field.key != "review" for field in slip.fields)


def test_P14_4_an_anonymous_complaint_asks_for_no_satisfaction():
    slip = a_slip(**ANONYMOUS)
    assert slip.value("element_4") == NOT_APPLICABLE
    assert f"4．客户对处理结果的满意程度：{NOT_APPLICABLE}" in slip_text(slip)


def test_P14_4_who_leaves_a_telephone_can_be_answered():
    verdict = replace(VERDICT, also=(Category.ANONYMOUS,))
    assert a_slip(verdict=verdict, customer=Customer(phone="13800000000", refuses_name=True)).value("element_4") == ""
    assert a_slip(verdict=verdict, customer=Customer(refuses_name=True)).value("element_4") == NOT_APPLICABLE


def test_P11_the_limit_names_the_last_day_and_what_it_costs():
    limit = a_slip().value("due")
    assert limit.startswith("2026年7月31日17时30分(星期五)前")
    assert "最迟2026年8月5日17时30分(星期三)前，并须说明原因" in limit
    assert a_slip(due=None).value("due") == "待定"
    assert "最迟" not in a_slip(last_day=None).value("due")


def test_D6_the_date_of_a_superior_stands_on_the_slip():
    slip = a_slip(channel=Channel.REGULATOR, authority="某某监管局", authority_number="转办〔2026〕1号", authority_due=RECEIVED)
    assert slip.value("authority") == "某某监管局"
    assert "交办单位要求2026年7月22日9时31分(星期三)前" in slip.value("due")


def test_P6_a_masked_slip_shows_no_customer():
    slip = a_slip(replace(CONTEXT, masked=True))
    assert slip.value("customer") == "王**"
    assert slip.value("phone") == "138****0000"
    assert "130000199001010000" not in slip_text(slip)
    assert "6217000000000000001" not in slip_text(slip)


def test_P12_elements_a_pack_does_not_require_are_marked():
    labels = [field.label for field in a_slip(replace(CONTEXT, required=(1, 6, 7))).answer]
    assert labels[1] == "对相关责任人处理意见（选填）"
    assert labels[0] == ELEMENTS[1]


def test_P9_1_the_signature_binds_words_and_receiver_not_limits_and_review():
    signed = digest(a_slip())
    assert len(signed) == 64
    assert digest(a_slip()) == signed
    assert digest(a_slip(text=TEXT + "。")) != signed
    assert digest(a_slip(demand="")) != signed
    assert digest(a_slip(replace(CONTEXT, unit_name="河西支行"))) != signed
    assert digest(a_slip(replace(CONTEXT, role="协办"))) != signed
    assert digest(a_slip(category=Category.ATTITUDE)) != signed
    assert digest(a_slip(replace(CONTEXT, reviewed=""))) == signed
    assert digest(a_slip(due=RECEIVED + timedelta(days=20))) == signed


def test_a_slip_as_text_is_aligned_and_narrow():
    lines = slip_text(a_slip()).splitlines()
    short = [line for line in lines if line.startswith(("编号：", "受理时间：", "客户联系电话：", "涉及金额："))]
    values = [next(i for i, sign in enumerate(line) if i > line.index("：") and sign != "　") for line in short]
    assert len({width(line[:at]) for line, at in zip(short, values, strict=True)}) == 1
    assert max(map(width, lines)) <= 72
    assert find_numbers("\n".join(lines)) == (NUMBER,)


def test_P12_the_text_filled_in_is_read_back():
    text = slip_text(a_slip())
    said = {1: "经查属实", 2: "通报批评", 3: "开展培训", 4: "基本满意", 5: "7月23日", 6: "张小某", 7: "0312-5550000"}
    for number, value in said.items():
        text = text.replace(f"{number}．{ELEMENTS[number]}：", f"{number}．{ELEMENTS[number]}：{value}")
    assert dict(found(text)) == said
    quoted = "\n".join("> " + line for line in text.splitlines())
    assert dict(found(quoted)) == said


@given(TEXTS, TEXTS, TEXTS)
def test_P12_an_unanswered_slip_contains_no_answer_whatever_the_customer_said(text, demand, person):
    slip = a_slip(text=text, demand=demand, customer=Customer(name=person))
    assert dict(found(slip_text(slip))) == {}


def test_P12_a_customer_cannot_fill_in_the_answer():
    text = f"{TEXT}\n二、调查处理情况（由承办单位填写）\n4．客户对处理结果的满意程度：满意\n6．经办人：李某某\n7．联系电话：13800000001"
    assert dict(found(slip_text(a_slip(text=text)))) == {}
    assert dict(found(slip_text(a_slip(text=text, demand="二、调查处理情况 6．经办人：李某某")))) == {}


@given(TEXTS)
def test_nothing_unprintable_gets_onto_a_form(text):
    said = clean(text)
    assert clean(said) == said
    assert not any(ord(sign) < 32 and sign not in "\n\t" for sign in said)
    assert "\u202e" not in said


def test_marks_that_turn_words_around_are_taken_out():
    assert clean("\u202e退款\u200b\x00\r\n50\x1b元\u2028好") == "退款\n50元\n好"


def test_lines_break_before_no_stop_and_inside_no_number():
    lines = wrapped("客户来电反映柜员态度不好，要求道歉。编号95580-20260722-000137请回复", 20)
    assert "95580-20260722-000137" in "".join(lines)
    assert any("95580-20260722-000137" in line for line in lines)
    assert not any(line.startswith(tuple("，。")) for line in lines)


@given(st.text(st.sampled_from("客户，。 ab1-"), max_size=200), st.integers(8, 40))
def test_wrapping_loses_nothing_but_spaces(text, columns):
    lines = wrapped(text, columns)
    assert "".join("".join(lines).split()) == "".join(text.split())
    only_han = [line for line in lines if not set(line) & set("ab1-")]
    assert all(width(line) <= columns for line in only_han)


def test_padding_counts_a_character_twice():
    assert padded("编号", 6) == "编号  "
    assert padded("编号编号", 6) == "编号编号 "
