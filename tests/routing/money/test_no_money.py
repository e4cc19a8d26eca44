"""Numbers that are no money are never read, and no text is too odd to be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.money import amounts

RATES: dict = {}


@pytest.mark.parametrize("text", [
    "打12345投诉，又打12378", "让我打95580，没人接", "报了110，等120", "客户电话13800000000", "座机010-88880000转8123", "卡号6200000000000000001，磁条坏了", "尾号8866的卡",
    "工号1102和工号1107", "取号A087，叫到W061了", "叫到一百二十七，跳到一百三十", "2024年12月31日存的", "1900.1.3的事", "早上九点四十到，三点五十才走", "6.18那天",
    "年化4.5%，降到3.95%", "涨了50个基点", "返一成二", "五万分之一", "今年七十六，他八十一", "一个八十一的老人", "五十多个人排队", "三千多号人的小区", "来了一千多条短信",
    "粉丝一百二十万", "粉丝不多，七千", "播放量三百多万", "浏览已过两万", "积分八万六千分过期", "人民路108号3楼301室", "家住3号楼502", "机型P60，版本5.2.1", "G1024次高铁",
    "错误码500，又显示404", "快递单号SF1234567890123", "二十多里地", "一百二十平", "百万医疗险", "百万保障到期", "万一我妈出事", "千万别再来", "十万火急", "一五一十讲了",
    "《十万个为什么》都没这么多问题", "一万个不放心", "骂我二百五", "三元路网点", "我住五万新村", "万达广场旁", "连银行一块告", "加一块走的", "一分钱都没少", "从没欠过谁一毛钱",
    "念出来是“图片二百一十六”", "信用分上月七百三，这月六百五", "粉丝嘛，九十六万", "某百万博主来拍", "靠门那一块，有块砖翘着", "正月十六一块儿去", "非要“圆一圆”", "票子只缺一角，要换",
    "一块钱硬币装了一袋", "攒的都是十块二十块的", "五毛一块的一大袋", "两天接了六百余通", "柜员点完说少2捆", "一天刷6单", "费率签0.42 实扣0.7", "群发了三千人，三千身汗",
    "依据银保监发〔2020〕12号", "第七十三条", "几百块", "几十块", "手里两样都要", "上报了", "数了半天", "955几的号", "六位数密码", "每天7x24小时", "80,00.00",
    "大堂让我打96588,96588又让我找柜台", "买菜的大姐拨的120", "追随者已逾百万", "关注者过两百万", "量了血压，机器报一百七", "支架放了两个，人没事", "名单我抄过六十二个。",
    "粉司有两百来万", "打六位数的热线没人接", "贴着个五位数的电话", "一角五角的不给换", "摆摊收的，几十个十块"])
def test_numbers_that_are_no_money(text):
    assert amounts(text, RATES) == ()


#: Each makes a number that is no money, whatever its digits.
NOISE = st.one_of(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True).map(lambda n: f"电话{n}"),
    st.from_regex(r"62[0-9]{14,17}", fullmatch=True).map(lambda n: f"卡号{n}"),
    st.from_regex(r"[0-9]{4}", fullmatch=True).map(lambda n: f"尾号{n}"),
    st.from_regex(r"[0-9]{4}", fullmatch=True).map(lambda n: f"工号是{n}"),
    st.from_regex(r"[A-Z][0-9]{3}", fullmatch=True).map(lambda n: f"排队号{n}"),
    st.from_regex(r"[a-f][0-9]{8,20}", fullmatch=True).map(lambda n: f"订单号{n}"),
    st.dates().map(lambda day: f"{day.year:04}年{day.month}月{day.day}日"),
    st.dates().map(lambda day: f"{day:%Y-%m-%d}"),
    st.times().map(lambda time: f"{time:%H:%M}"),
    st.integers(18, 99).map(lambda age: f"今年{age}岁"),
    st.integers(2, 9999).map(lambda people: f"{people}个人排队"),
    st.integers(2, 9999).map(lambda times: f"打了{times}次"),
    st.decimals(0, 30, places=2).map(lambda rate: f"利率{rate}%"),
    st.integers(1, 900).map(lambda fans: f"粉丝{fans}万"),
    st.integers(1, 900).map(lambda points: f"积分{points}万分过期"),
    st.integers(1, 99).map(lambda floor: f"{floor}号楼{floor}层{floor}室"),
    st.integers(1, 60).map(lambda minutes: f"等了{minutes}分钟"),
)


@given(st.lists(NOISE, min_size=1, max_size=5), st.sampled_from(("，", "。", " ", "；")))
def test_numbers_that_are_no_money_are_never_read(parts, between):
    assert amounts(f"客户反映{between.join(parts)}{between}要求核实", RATES) == ()


@given(st.lists(st.sampled_from(("存了", "8", "万", "三五", "零", "，", "。", " ", "￥", "到", "各", "每", "又", "个", "w", "k", "块", "角", "\ud800", "\u202e", "\u0663", "𝟖", "²", "〇", "半", "几", "多")), max_size=40).map("".join))
def test_any_row_of_pieces_is_read_and_quoted_exactly(text):
    for amount in amounts(text, RATES):
        assert amount.evidence == text[amount.at:amount.end]
        assert amount.value > 0


@pytest.mark.parametrize("piece", ["存了三万，又存两万五。", "123 ", "又", "每张2万，3张", "取走三，", "三个", "1万到", "不到", "粉丝", "\u0663\u0664", "\udcff8万", "\u202e五万"])
def test_a_megabyte_of_anything_is_read(piece):
    assert len(amounts(piece * (1_000_000 // len(piece)), RATES)) <= 1500
