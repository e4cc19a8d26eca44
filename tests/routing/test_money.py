"""Amounts as people write them (rulings 1-4 of the contract), and numbers that are none."""

import string
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.money import Reach, amounts
from routing.money.numerals import value_of

RATES = {"USD": Decimal("7.10"), "EUR": Decimal("7.70"), "JPY": Decimal("0.047"), "HKD": Decimal("0.91")}
LIMIT = Decimal(50_000)


def values(text: str) -> list[Decimal]:
    return [amount.value for amount in amounts(text, RATES) if amount.stated]


def over(text: str) -> bool:
    return any(amount.over(LIMIT) for amount in amounts(text, RATES))


@pytest.mark.parametrize(("text", "value"), [
    ("8万", 80000), ("八万五", 85000), ("8.5w", 85000), ("4W4", 44000), ("69k", 69000), ("￥80,000.00", 80000),
    ("捌万元整", 80000), ("五万零一百", 50100), ("伍萬零壹佰元", 50100), ("壹拾贰万元", 120000), ("0.8亿", 80_000_000),
    ("1.5亿元", 150_000_000), ("8万5千", 85000), ("10万零300", 100300), ("廿万", 200000), ("一百二十块", 120), ("三千二", 3200),
    ("8千4", 8400), ("四十六块三", Decimal("46.3")), ("4块7", Decimal("4.7")), ("８００００元", 80000), ("80，000元", 80000),
    ("1万美元", 71000), ("8000 euro", 61600), ("港幣5萬元", 45500), ("100万日元", 47000), ("$500", 3550), ("人民币三万元", 30000),
    ("六万整", 60000), ("两千零五元", 2005), ("一万二", 12000), ("三百零八块", 308), ("捌万元伍角", Decimal("80000.5")),
])
def test_one_amount(text, value):
    assert values(f"卡里扣走{text}，请核实") == [Decimal(value)]


@pytest.mark.parametrize(("text", "value", "reach"), [
    ("十来万", 100_000, Reach.ABOVE), ("十几万", 100_000, Reach.ABOVE), ("五万多", 50_000, Reach.ABOVE), ("三百余万", 3_000_000, Reach.ABOVE),
    ("近十万", 100_000, Reach.BELOW), ("不到5万", 50_000, Reach.BELOW), ("将近五万", 50_000, Reach.BELOW), ("一千来块", 1000, Reach.ABOVE),
])
def test_P9_1_vague_amounts_list_the_number_said(text, value, reach):
    (amount,) = amounts(text, RATES)
    assert (amount.value, amount.reach) == (Decimal(value), reach)


@pytest.mark.parametrize("text", [
    "五万多", "近十万", "3万到6万", "十来万", "丢了几万", "好几万块", "六位数的存款", "五万零一百", "50000.01元", "1万美元", "两笔各三万",
    "每张2万，3张", "存了三万，又存两万五", "四五万六", "5万多块", "存了十几万"])
def test_P9_1_may_be_over_fifty_thousand(text):
    assert over(text)


@pytest.mark.parametrize("text", [
    "5万", "五万整", "50,000.00元", "将近5万", "不到5万", "三五万", "4.9万", "几千块", "五位", "100万日元", "三千万盾", "2万又退2万"])
def test_P9_1_exactly_fifty_thousand_and_less_is_not_over(text):
    assert not over(text)


@pytest.mark.parametrize(("text", "expected"), [
    ("3万到6万", {30_000, 60_000}), ("三五万", {30_000, 50_000}), ("十七八万", {170_000, 180_000}), ("三到五万", {30_000, 50_000}), ("两笔各三万", {30_000, 60_000}),
    ("每张2万，3张", {20_000, 60_000}), ("存了三万，又存两万五", {30_000, 25_000, 55_000}), ("存五万，只到账四万八", {50_000, 48_000})])
def test_P9_1_ranges_and_sums(text, expected):
    assert set(values(text)) == {Decimal(each) for each in expected}


@pytest.mark.parametrize("text", [
    "电话13800000000", "座机010-88880000", "卡号6200000000000000001", "身份证110101199001011234", "尾号8888", "工号0332", "A087号", "排号第49876位",
    "2019年8月5日", "15:10到17:35", "下午4点", "年化7.2%", "2个点", "六十八岁", "三百多件", "四千余人次", "粉丝一百多万", "两万多名股东", "百万医疗险",
    "万一出事", "千万不要", "十万火急", "一万个不满意", "五万分之一", "95580", "12345", "打了十一回", "20平米", "等了40分钟", "一块儿去", "第三次"])
def test_numbers_that_are_no_money(text):
    assert amounts(text, RATES) == ()


def test_a_currency_without_a_rate_counts_by_the_yuan_the_customer_gives():
    assert values("三千万盾，折人民币八千元") == [Decimal(8000)]


def test_few_ten_thousands_bound_without_a_number():
    (amount,) = amounts("被骗走好几万", RATES)
    assert not amount.stated
    assert amount.over(LIMIT)


def test_evidence_is_what_was_written():
    (amount,) = amounts("付款拾陸萬元。", RATES)
    assert amount.evidence == "拾陸萬元"
    assert "付款拾陸萬元。"[amount.at:amount.end] == amount.evidence


def chinese(number: int) -> str:
    """Write a number below 10^8 the way a form is filled in."""
    def section(part: int) -> str:
        out, gap = "", False
        for unit, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
            digit = part // unit % 10
            if digit:
                out += ("零" if gap and out else "") + "零一二三四五六七八九"[digit] + word
                gap = False
            else:
                gap = True
        return out

    high, low = divmod(number, 10_000)
    if not high:
        return section(low)
    return section(high) + "万" + ("零" if 0 < low < 1000 else "") + section(low)


@given(st.integers(1, 99_999_999))
def test_written_out_numbers_come_back(number):
    assert value_of(chinese(number)) == number
    assert values(f"转账{chinese(number)}元") == [Decimal(number)]


@given(st.integers(1, 99_999_999).filter(lambda cents: cents % 100))
def test_grouped_figures_with_cents_come_back(cents):
    number = Decimal(cents) / 100
    assert values(f"金额￥{number:,.2f}已扣") == [number]


@given(st.integers(1, 9999))
def test_ten_thousands_in_tenths_come_back(tenths):
    number = Decimal(tenths) / 10
    assert values(f"存款{number}万元") == [number * 10_000]


@given(st.text(alphabet=st.characters(), max_size=60) | st.text("0123456789,.万千百十零一二两几多元块¥到每各笔wk 又" + string.punctuation, max_size=60))
def test_any_text_is_read_without_error_and_quoted_exactly(text):
    for amount in amounts(text, RATES):
        assert amount.evidence in text
        assert amount.value > 0


@pytest.mark.parametrize("character", ["8", "万", "一", "1,", "十", " ", "￥", "3万到", "1万"])
def test_a_megabyte_is_read(character):
    assert isinstance(amounts(character * (1_000_000 // len(character)), RATES), tuple)
