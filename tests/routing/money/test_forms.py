"""Every amount, in whatever form people write it, reads back as itself (P-9.1, rulings 1 and 2)."""

from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from routing.money import Reach, amounts
from routing.money.numerals import value_of, values_of

RATES = {"USD": Decimal("7.10"), "HKD": Decimal("0.91")}
LIMIT = Decimal(50_000)
SMALL, CAPITAL = "零一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖"
TRADITIONAL = str.maketrans("万贰陆", "萬貳陸")
WIDE = {ord(figure): chr(ord(figure) + 0xFEE0) for figure in "0123456789,."}
#: A sentence before and behind; {} stands where the sum does.
SENTENCES = ("客户反映账户被扣走{}，请核实", "我妈在柜台存了{}。到期没取到", "转账{}对方没收到", "坐席：多少？客户：{}。", "贷款{} 一直没放款", "说是{}！我哪有那么多")


def listed(text: str) -> list[Decimal]:
    return [amount.value for amount in amounts(text, RATES) if amount.stated]


def section(part: int, digits: str, units: str) -> str:
    out, gap = "", False
    for place, unit in zip((1000, 100, 10, 1), units, strict=True):
        digit = part // place % 10
        if digit:
            out += ("零" if gap and out else "") + digits[digit] + unit.strip()
        gap = not digit if out else gap
    return out


def written(number: int, digits: str = SMALL, units: str = "千百十 ") -> str:
    """Write a number the way a slip is filled in: 八万零五十."""
    high, low = divmod(number, 10_000)
    if not high:
        return section(low, digits, units)
    return section(high, digits, units) + "万" + ("零" if 0 < low < 1000 else "") + section(low, digits, units)


def elided(tens: int) -> str:
    """Write thousands the spoken way, the last unit left out: 八万五."""
    high, low = divmod(tens, 10)
    return f"{written(high)}万{SMALL[low] if low else ''}"


thousands = st.integers(11, 99_999).filter(lambda number: number % 10)           # in 1,000 yuan, so that something is elided
whole = st.integers(1_000, 99_999_999)
FORMS = {
    "arabic": whole.map(lambda n: (f"{n}元", n)),
    "grouped": whole.map(lambda n: (f"{n:,}元", n)),
    "sign": whole.map(lambda n: (f"￥{n:,}.00", n)),
    "full width": whole.map(lambda n: (f"{n:,}".translate(WIDE) + "元", n)),
    "spaces": st.integers(1_000, 999_999).map(lambda n: (f"{n:,} 元".replace(",", " "), n)),
    "chinese": whole.map(lambda n: (written(n) + "元", n)),
    "chinese kuai": whole.map(lambda n: (written(n) + "块钱", n)),
    "capital": whole.map(lambda n: (written(n, CAPITAL, "仟佰拾 ") + "元整", n)),
    "traditional": whole.map(lambda n: (written(n, CAPITAL, "仟佰拾 ").translate(TRADITIONAL) + "圓整", n)),
    "w": st.integers(1, 9_999).map(lambda n: (f"{Decimal(n) / 10}w", n * 1000)),
    "W": st.integers(1, 9_999).map(lambda n: (f"{Decimal(n) / 10}W", n * 1000)),
    "w elided": st.tuples(st.integers(1, 99), st.integers(1, 9)).map(lambda n: (f"{n[0]}w{n[1]}", n[0] * 10_000 + n[1] * 1000)),
    "k": st.integers(1, 999).map(lambda n: (f"{n}k", n * 1000)),
    "k elided": st.tuples(st.integers(1, 99), st.integers(1, 9)).map(lambda n: (f"{n[0]}k{n[1]}", n[0] * 1000 + n[1] * 100)),
    "tenths of 万": st.integers(1, 99_999).map(lambda n: (f"{Decimal(n) / 10}万", n * 1000)),
    "万元": st.integers(1, 9_999).map(lambda n: (f"{n}万元", n * 10_000)),
    "a space before 万": st.integers(1, 9_999).map(lambda n: (f"{n} 万", n * 10_000)),
    "整": st.integers(1, 9_999).map(lambda n: (f"{n}万整", n * 10_000)),
    "mixed": st.tuples(st.integers(1, 99), st.integers(1, 9)).map(lambda n: (f"{n[0]}万{n[1]}千", n[0] * 10_000 + n[1] * 1000)),
    "mixed 零": st.tuples(st.integers(1, 99), st.integers(100, 999)).map(lambda n: (f"{n[0]}万零{n[1]}", n[0] * 10_000 + n[1])),
    "half chinese": st.tuples(st.integers(1, 99), st.integers(100, 999)).map(lambda n: (f"{written(n[0])}万零{n[1]}元", n[0] * 10_000 + n[1])),
    "elided": st.tuples(st.integers(1, 999), st.integers(1, 9)).map(lambda n: (elided(n[0] * 10 + n[1]), n[0] * 10_000 + n[1] * 1000)),
    "hundred millions": st.integers(1, 99).map(lambda n: (f"{Decimal(n) / 10}亿", n * 10_000_000)),
}


@pytest.mark.parametrize("form", FORMS)
def test_P9_1_every_form_reads_back_as_itself(form):
    @given(FORMS[form], st.sampled_from(SENTENCES))
    @settings(max_examples=120)
    def reads_back(said, sentence):
        words, number = said
        text = sentence.format(words)
        found = amounts(text, RATES)
        assert [amount.value for amount in found] == [Decimal(number)]
        assert found[0].evidence in text
        assert found[0].over(LIMIT) == (number > LIMIT)

    reads_back()


@given(st.integers(1, 99_999_999).filter(lambda cents: cents % 100))
def test_yuan_jiao_fen_read_back(cents):
    yuan, rest = divmod(cents, 100)
    jiao, fen = divmod(rest, 10)
    tail = (f"{SMALL[jiao]}毛" if jiao else "零") + (f"{SMALL[fen]}分" if fen else "")
    assume(yuan)
    assert listed(f"少给我{written(yuan)}块{tail}") == [Decimal(cents) / 100]


@given(st.integers(2, 9), st.sampled_from("十百千万"))
def test_ruling_2_neighbours_are_a_range(low, unit):
    assume(low < 9)
    high = low + 1
    both = [value_of(SMALL[each] + unit) for each in (low, high)]
    assert list(values_of(f"{SMALL[low]}{SMALL[high]}{unit}")) == both
    assert listed(f"大概亏了{SMALL[low]}{SMALL[high]}{unit}块") == both


@pytest.mark.parametrize(("text", "values", "over"), [
    ("十来万", {100_000}, True), ("申请八十万周转", {800_000}, True), ("点出7张百元，有两张缺角", {700}, False), ("贷过八个，月息两分", {80_000}, True), ("五万多", {50_000}, True), ("五万出头", {50_000}, True), ("五万挂零", {50_000}, True), ("不止五万", {50_000}, True),
    ("超过5万元", {50_000}, True), ("至少五万块", {50_000}, True), ("近十万", {100_000}, True), ("小十万", {100_000}, True), ("大几万", set(), True),
    ("好几万块", set(), True), ("数万元", set(), True), ("六位数", set(), True), ("几十万", set(), True), ("几个亿", set(), True), ("几千块", set(), False),
    ("几百块", set(), False), ("上万块", {10_000}, False), ("万把块", {10_000}, False), ("千把块钱", {1000}, False), ("将近5万", {50_000}, False),
    ("五万不到", {50_000}, False), ("差不多五万", {50_000}, False), ("四五万", {40_000, 50_000}, False), ("三五万", {30_000, 50_000}, False),
    ("五六万", {50_000, 60_000}, True), ("一万七八千", {17_000, 18_000}, False), ("七、八千", {7000, 8000}, False), ("3-6万", {30_000, 60_000}, True),
    ("3万到6万", {30_000, 60_000}, True), ("30至50万元", {300_000, 500_000}, True), ("2万~5万", {20_000, 50_000}, False), ("三百来万", {3_000_000}, True)])
def test_ruling_2_vague_sums(text, values, over):
    found = amounts(f"亏了{text}，要个说法", RATES)
    assert {amount.value for amount in found if amount.stated} == values
    assert any(amount.over(LIMIT) for amount in found) == over


@pytest.mark.parametrize(("text", "values"), [
    ("八百蚊", {800}), ("万五蚊", {15_000}), ("三千银", {3000}), ("一千八百只洋", {1800}), ("五万块洋钿", {50_000}), ("三千大洋", {3000}),
    ("廿八万人仔", {280_000}), ("五十个w", {500_000}), ("1.2个亿", {120_000_000}), ("三万 二", {32_000}), ("6 万 8 千 5", {68_500}), ("50 000元", {50_000}),
    ("十一万二八", {112_800}), ("八百八", {880}), ("一千二", {1200}), ("3万8", {38_000}), ("三块二毛八", {Decimal("3.28")}), ("两毛钱", {Decimal("0.2")}),
    ("一角三分", {Decimal("0.13")}), ("两块半", {Decimal("2.5")}), ("三万半", {35_000}), ("1万美元", {71_000}), ("HK$1,000", {910}), ("三千澳元", set())])
def test_dialect_recogniser_and_foreign_forms(text, values):
    assert set(listed(f"扣掉{text}，没人管")) == values


def test_ruling_4_the_yuan_the_customer_gives_counts_once():
    assert listed("投了港币十万元，折人民币九万二千元") == [Decimal(92_000)]
    assert listed("三千澳元，折合人民币13,950.00元") == [Decimal(13_950)]


def test_dollars_stay_dollars_in_the_next_clause():
    assert set(listed("换了五千美金，窗口给成四千")) == {Decimal(35_500), Decimal(28_400)}


@pytest.mark.parametrize(("text", "values"), [
    ("存了八万，取走三，剩下的不见了", {80_000, 30_000}), ("借出去二十万，还了十五，人就没影了", {200_000, 150_000}), ("信贷员借了我八个，说月底还", {80_000}),
    ("单子是十二个 说“个”就是万", {120_000}), ("贷款借了八个月", set()), ("存了八万，等了三天", {80_000})])
def test_ten_thousands_left_out_are_read_only_where_it_is_clear(text, values):
    assert set(listed(text)) == values


@pytest.mark.parametrize(("text", "values"), [
    ("大额存单30万3年，利率打错了", {300_000}), ("三万三万地往外转", {30_000}), ("每月发他一千八零花", {1800}), ("存2万点出19900", {20_000, 19_900}), ("转账2.4万 6千没收到", {24_000, 6000}),
    ("领补贴两万三、三万一都没到", {23_000, 31_000}), ("交押金36666整", {36_666}), ("理财账户里写着-300.00", {300}), ("户头一直没见补贴 6400", {6400}), ("物业费付给隔壁单元1380 要撤", {1380}),
    ("今早剩3角 卡没离身", {Decimal("0.3")}), ("来了一沓假五块五毛", {Decimal("5.5")})])
def test_numbers_are_cut_where_the_words_cut_them(text, values):
    assert set(listed(text)) == values


def test_how_words_bound_a_sum():
    reaches = {text: amounts(f"取{text}块", {})[0].reach for text in ("五万", "五万多", "不到五万", "超过五万")}
    assert list(reaches.values()) == [Reach.EXACT, Reach.ABOVE, Reach.BELOW, Reach.ABOVE]
