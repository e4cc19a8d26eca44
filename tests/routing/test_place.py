"""Which unit a complaint is about, over a small bank whose places are made up."""

import pytest

from routing.directory import Directory
from routing.gazetteer import Gazetteer
from routing.place import find_unit
from routing.verdict import Category


def unit(code: str, name: str, full: str, parent: str, level: str) -> dict[str, str]:
    return {"code": code, "name": name, "full_name": full, "parent": parent, "level": level, "mailbox": f"{code.lower()}@bank.example"}


def area(code: str, name: str, city: str, parent: str, outlets: dict[str, str]) -> list[dict[str, str]]:
    return [unit(code, f"{name}支行", f"{city}{name}支行", parent, "支行"),
            *(unit(own, f"{stem}营业所", f"{city}{name}{stem}营业所", code, "网点") for own, stem in outlets.items())]


ROWS = [
    unit("HQ", "总行", "总行", "", "总行"),
    unit("HQ-PRODUCT", "总行产品管理部", "总行产品管理部", "HQ", "部门"),
    unit("HQ-CHANNEL", "总行渠道管理部", "总行渠道管理部", "HQ", "部门"),
    unit("P1", "云岭分行", "云岭省分行", "HQ", "一级分行"),
    unit("C1", "青溪市分行", "云岭省青溪市分行", "P1", "二级分行"),
    unit("C2", "南浦市分行", "云岭省南浦市分行", "P1", "二级分行"),
    unit("C3", "白岩傣族自治州分行", "云岭省白岩傣族自治州分行", "P1", "二级分行"),
    *area("A1", "石桥县", "青溪市", "C1", {"S11": "桃园镇", "S12": "城关镇", "S13": "柳林乡", "S14": "东门", "S15": "松鹤坪街道"}),
    *area("A2", "临江区", "青溪市", "C1", {"S21": "鼓楼街", "S22": "城关镇", "S23": "望鹤楼", "S24": "东门"}),
    *area("A3", "石桥区", "南浦市", "C2", {"S31": "桃园镇", "S32": "金谷路", "S33": "东门"}),
    *area("A4", "梅岭市", "白岩傣族自治州", "C3", {f"S4{number:02}": f"梅{number}村" for number in range(25)}),
]


@pytest.fixture(scope="module")
def places() -> Gazetteer:
    return Gazetteer.of(Directory.parse(ROWS)[0], {"青城": "青溪"})


def find(places, text, hint="", category=Category.ATTITUDE, *, widespread=False):
    return find_unit(text, hint, places, category, widespread=widespread)


@pytest.mark.parametrize(("text", "code"), [
    ("我要投诉青溪市石桥县桃园镇营业所", "S11"), ("青溪石桥桃园排队两小时", "S11"), ("客诉 南浦桃园所 柜员态度差", "S31"),
    ("石桥县那个柳林所没人", "S13"), ("鼓楼街营业所的灯坏了", "S21"), ("望鹤楼 取款机吞卡", "S23"), ("松鹤坪那家，柜员骂人", "S15"),
    ("桃园镇，青溪的", "S11"), ("客户：就是东门那个所。\n坐席：临江区的东门营业所对吗？\n客户：对", "S24"), ("我在金谷路的网点办的", "S32"),
    ("臨江區鼓樓街營業所", "S21"), ("青城临江鼓楼街", "S21"), ("望鹤楼你们那个点，椅子坏了", "S23"), ("我在你们金谷路排队，叫号器不响", "S32"), ("卡是在金谷路开的，只能进不能出", "S32"),
    ("石桥的，存折在柳林开的", "S13"), ("鼓楼街你们门口台阶塌了", "S21"), ("在鼓楼街打印流水，打了半个钟头", "S21"), ("临江区那个支行三楼会议室租给人打牌", "A2"),
])
def test_an_outlet_by_its_full_short_or_partial_name(places, text, code):
    place = find(places, text)
    assert place.unit == code
    assert place.candidates == ()
    assert place.evidence in text
    assert place.evidence


@pytest.mark.parametrize(("text", "code"), [
    ("鼓楼街那边？不是，是柳林乡营业所", "S13"), ("临江城关…不对，石桥县城关镇", "S12"), ("城关镇营业所（不是临江那个），石桥县的", "S12"),
    ("我在金谷路——唔系，系望鹤楼嗰间", "S23"),
])
def test_what_the_customer_takes_back_is_not_meant(places, text, code):
    assert find(places, text).unit == code


@pytest.mark.parametrize(("text", "code"), [
    ("临江区支行：\n我在贵行鼓楼街营业所存款被拒。\n张某", "S21"), ("各位同事：\n请核实桃园镇营业所柜员一事。\n石桥县支行", "S11"),
    ("我投诉柳林所。坐席：好的，转临江区支行核实", "S13"), ("石桥县支行信贷员不理人", "A1"), ("青溪石桥县支行信贷员不理人", "A1"), ("临江支行的经理说不办", "A2"),
    ("工会：\n客户反映柜员态度差。已请临江区支行核查。\n云岭分行", None),
])
def test_ruling_16_neither_addressee_nor_sender_nor_forwarder(places, text, code):
    assert find(places, text).unit == code


def test_ruling_17_a_bare_name_is_every_unit_of_that_name(places):
    place = find(places, "城关镇的所，别的不记得了")
    assert place.unit is None
    assert set(place.candidates) == {"S12", "S22"}
    assert place.evidence == "城关镇的所"


def test_ruling_17_an_area_is_its_outlets_if_few_and_an_outlet_is_meant(places):
    place = find(places, "就是临江区那个所，名字记不清")
    assert place.unit is None
    assert set(place.candidates) == {"S21", "S22", "S23", "S24"}
    assert find(places, "梅岭那个所，记不清叫什么").candidates == ("A4",)        # 25 outlets are too many
    assert find(places, "临江那边的事").candidates == ("A2",)


def test_ruling_17_no_place_but_a_department_that_leads(places):
    assert find(places, "年费乱扣", category=Category.PRODUCT).candidates == ("HQ-PRODUCT",)
    assert find(places, "客服电话打不进去", category=Category.CHANNEL).candidates == ("HQ-CHANNEL",)
    assert find(places, "柜员讲话冲").candidates == ()


def test_a_fault_many_feel_is_not_the_outlets(places):
    place = find(places, "青溪桃园这边一条街都刷不了卡", category=Category.CHANNEL, widespread=True)
    assert place.unit is None
    assert "HQ-CHANNEL" in place.candidates


def test_the_department_complained_about_is_found(places):
    assert find(places, "总行：\n请督促产品管理部答复。\n云岭分行").unit == "HQ-PRODUCT"


@pytest.mark.parametrize("text", ["", "柜员态度不好", "冠军路那个所", "我住在临江，取款机的事", "客人一口南浦口音", "😡\ud83d", "的的的的"])
def test_no_wild_guess(places, text):
    assert find(places, text).unit is None


def test_the_forms_own_field_comes_first(places):
    assert find(places, "望鹤楼那边的事", hint="S13").unit == "S13"
    assert find(places, "排队两小时", hint="桃园镇营业所（南浦）").unit == "S31"
    assert find(places, "我是南浦的，投诉柜员", hint="桃园").unit == "S31"
    open_ = find(places, "投诉柜员", hint="桃园")
    assert (open_.unit, set(open_.candidates), open_.evidence) == (None, {"S11", "S31"}, "桃园")


def test_one_wrong_character_beside_the_right_area(places):
    assert find(places, "柜员骂人 临江望鸖楼").unit == "S23"


def test_a_short_name_of_an_autonomous_area(places):
    assert find(places, "白岩州分行的国际柜填错了单子").unit == "C3"


@pytest.mark.parametrize("text", ["城关" * 250_000, "临江" * 250_000, "不" * 1_000_000, "桃园镇营业所\n" * 100_000])
def test_a_megabyte_is_read(places, text):
    find(places, text)


def test_which_of_two_somebody_asks_and_nobody_says(places):
    text = "坐席：您是望鹤楼还是金谷路？\n客户：我哪记得，红砖楼那个，柜员骂人"
    place = find(places, text)
    assert place.unit is None
    assert set(place.candidates) == {"S23", "S32"}
    assert place.evidence in text
    assert find(places, text + "\n坐席：金谷路营业所，对吗？\n客户：对").unit == "S32"


def test_ruling_17_a_bare_name_of_several_units_is_asked_about():
    twins = [unit("HQ", "总行", "总行", "", "总行"), *area("A1", "石桥县", "青溪市", "HQ", {"S1": "松果园"}), *area("A2", "临江区", "青溪市", "HQ", {"S2": "松果园", "S3": "桐花新村"})]
    over = Gazetteer.of(Directory.parse(twins)[0])
    place = find(over, "吞卡 客急着赶车 松果园")
    assert (place.unit, set(place.candidates)) == (None, {"S1", "S2"})
    assert find(over, "新币换不到 桐花的点 没人管").unit == "S3"


def test_a_fault_many_feel_stays_with_the_unit_a_seat_jots_down_last(places):
    for text, code in (("全厅系统瘫了 三十人干等 没办 金谷路", "S32"), ("柜面查询串户 一上午5个客户拿错 临江区支行", "A2")):
        assert find(places, text, category=Category.CHANNEL, widespread=True).unit == code
    assert find(places, "金谷路一带都刷不出卡，全城一样", category=Category.CHANNEL, widespread=True).unit is None
