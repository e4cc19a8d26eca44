"""What is money but no business amount (ruling 3), and the bank's table that says so."""

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from routing.errors import BadTable
from routing.lexicon import Lexicon
from routing.money.business import PrivateMoney, business_amounts, over_limit
from routing.text import fold

LEXICONS = Path(__file__).parents[3] / "routing" / "lexicons"
RATES = {"USD": Decimal("7.10")}
LIMIT = Decimal(50_000)


def private(table: dict | None = None) -> PrivateMoney:
    return PrivateMoney.of(Lexicon.parse({"money": table if table is not None else tomllib.loads((LEXICONS / "money.toml").read_text("utf-8"))}))


@pytest.fixture(scope="module")
def shipped() -> PrivateMoney:
    return private()


def listed(text: str, rules: PrivateMoney, hint: str = "") -> set[Decimal]:
    return {amount.value for amount in business_amounts(fold(text), RATES, rules, hint) if amount.stated}


@pytest.mark.parametrize("text", [
    "要你们赔偿我一万块精神损失", "索赔五千", "住院花了八千二", "医药费3200元", "来回车费80，住店120", "误工费四百", "月薪八千", "一个月退休金一千九", "交警罚款200元",
    "五万起存", "满5万才给", "大额取款20万以上预约", "超过五万要登记", "存一万送一桶油", "存5000发一板鸡蛋", "转账限额降到1千", "提额到80000", "单日最多20万", "每天只能转500",
    "注册资本500万", "我存着200多万的VIP客户", "要是存了十万还好说", "打个比方，你存100万", "没有五十万那么多", "像欠他几百万似的", "一杯咖啡三十八元", "一亩一百零四",
    "送餐超时扣我九块", "CT做了 2千1", "票价两块", "补胎三十块", "包里就剩三百块", "扣了一百二，全勤也没了", "自助机一天两万", "日限被调 6万降成2万", "从不超过五万", "三万以下请到机器上",
    "少于两万叫到外头等", "存3万送10斤米", "一年流水不到六十万", "要求赔300", "他有存款超过三十万的人名单", "一罐油二十块一罐", "一台涨八百", "公用电话一块钱三分钟",
    "他们卖名单，一份八十", "换电饭锅要五万六积分", "说得刷满八万才送。八万！", "最高可借30万",
    "隔壁复印店要了四十块", "名单是从你们里头买来的，一条六毛", "刷空卡的，每百块提两块", "过年换点零钱，20一张的", "最低多少起存？别的银行有的十万", "工地断了伙食，我垫了三百给大家吃饭",
    "他取钱专拣五万以下，免得登记", "客问柜员机一天最多取多少，已告知两万"])
def test_ruling_3_money_that_is_no_business_amount(text, shipped):
    assert listed(text, shipped) == set()
    assert over_limit(business_amounts(fold(text), RATES, shipped), LIMIT) == ()


@pytest.mark.parametrize(("text", "values"), [
    ("工资5300没到账", {5300}), ("账户停了，一共十八万的工钱发不出去", {180_000}), ("养老金每月两千七没发", {2700}), ("手续费50元没退", {50}), ("好处费三千", {3000}), ("拆迁补偿款九万三被划走", {93_000}),
    ("贷款额度30至50万元", {300_000, 500_000}), ("赔付款存了八万", {80_000}), ("五万起存，我存了5万", {50_000}), ("存一万送桶油，我存了三万", {30_000}),
    ("卡上八百块油钱也扫走了", {800}), ("要存够1万才给批", {10_000}), ("如果不退我那五万，我就去告", {50_000}),     ("卡里来来回回过了九十万", {900_000}), ("转给理发店两千", {2000}), ("按四十一亩批了七万三", {73_000}), ("三万起，三万是我一个人的", {30_000}), ("利息罚了二十六块", {26}), ("写着你存的八万是保险", {80_000}), ("罚息四块二", {4.2}), ("丢的1700", {1700})])
def test_ruling_3_money_that_is_business_after_all(text, values, shipped):
    assert listed(text, shipped) == {Decimal(str(value)) for value in values}


def test_private_sums_take_no_part_in_a_total(shipped):
    assert listed("存了三万，又花了两万医药费", shipped) == {Decimal(30_000)}


@pytest.mark.parametrize(("hint", "value"), [("50000", 50_000), ("￥8,000.00", 8000), ("八万五", 85_000), ("1万美元", 71_000)])
def test_the_forms_own_field_counts(hint, value, shipped):
    assert listed("", shipped, hint) == {Decimal(value)}


def test_P9_1_the_flag_says_whether_it_is_surely_over(shipped):
    (surely,) = over_limit(business_amounts(fold("被转走六万"), RATES, shipped), LIMIT)
    (maybe,) = over_limit(business_amounts(fold("被转走五万多"), RATES, shipped), LIMIT)
    assert (surely.evidence, surely.says) == ("六万", "业务金额超过5万元")
    assert (maybe.evidence, maybe.says) == ("五万多", "业务金额可能超过5万元")


def test_a_bank_keeps_its_own_table():
    rules = private({"aside": [{"says": "会费", "before": ["{会费|会员费}"], "unless": ["退"]}]})
    assert listed("会费三百", rules) == set()
    assert listed("会费三百要退", rules) == {Decimal(300)}
    assert listed("来回车费80元", rules) == {Decimal(80)}


def test_without_a_table_all_money_is_business():
    assert listed("医药费300元", private({})) == {Decimal(300)}


def test_every_mistake_of_the_table_is_told_at_once():
    rows = [{"before": ["{会费"]}, {"says": "空"}, {"says": "好", "after": ["~元"], "nah": []}, {"says": "好", "after": "元"}, 7, {"says": "好", "before": ["{a||b}"]}]
    with pytest.raises(BadTable) as caught:
        private({"aside": rows, "not_business": {}})
    told = str(caught.value)
    for words in ("'not_business'", "aside 1: has no says", "aside 1: before: '{会费'", "aside 2: needs before or after", "aside 3: after: '~元'", "knows no key 'nah'",
                  "aside 4: after must be a list", "aside 5: is no table", "aside 6: before: '{a||b}'"):
        assert words in told
