"""Well-known people: by post, by followers, by the watch list in their role; names here are made up."""

import time
import tomllib
from pathlib import Path

import pytest

from routing.errors import BadTable
from routing.lexicon import Lexicon
from routing.text import fold
from routing.watch import WatchList, on_the_list, public_figure

LEXICONS = Path(__file__).parents[2] / "routing" / "lexicons"
ROWS = [
    {"name": "沈望舟", "role": "云岭省政协委员", "note": ""}, {"name": "陶小满", "role": "卫视主持人", "note": "节目《灯下》"},
    {"name": "阿依古丽·买合木提", "role": "歌唱家", "note": ""}, {"name": "顾长庚", "role": "评书演员", "note": ""},
    {"name": "祝小满", "role": "带货主播", "note": ""}, {"name": "程砚秋白", "role": "画家", "note": ""}, {"name": "卢铁山", "role": "退役将军", "note": ""},
    {"name": "庄大为", "role": "百万粉丝博主", "note": ""}, {"name": "田秀兰", "role": "省妇联副主席", "note": ""}, {"name": "叶知远", "role": "中国工程院院士", "note": ""},
    {"name": "乔百川", "role": "民营企业家", "note": ""},
]


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.parse({path.stem: tomllib.loads(path.read_text("utf-8")) for path in LEXICONS.glob("*.toml")})


@pytest.fixture(scope="module")
def watch() -> WatchList:
    return WatchList.parse(ROWS)


def figure(text, lexicon, watch):
    folded = fold(text)
    return public_figure(folded, lexicon.read(folded.text), watch, lexicon)


@pytest.mark.parametrize("text", [
    "我是县人大代表，来反映一件事", "本人系市政协委员", "被投诉的支行长是省人大代表", "我爱人是中科院院士", "她是奥运冠军，不想被围观", "我姓陶，陶小满，做主持人的",
    "在下評書演員顧長庚", "沈委员（望舟）来电", "我有一百五十万粉丝", "我的账号粉丝两百多万", "阿依古丽买合木提，歌唱家，来行办汇款",
])
def test_P9_1_a_public_figure(text, lexicon, watch):
    (flag,) = figure(text, lexicon, watch)
    assert flag.name == "public_figure"
    assert flag.evidence in text


@pytest.mark.parametrize("text", [
    "柜员陶小满态度差", "看了主持人陶小满的节目才来买的", "你们请了奥运冠军代言", "我自己有三千粉丝", "种粮大户", "客户经理顾长庚推荐的产品", "听了院士的讲座才来存钱",
    "视频有两百万点赞", "",
])
def test_P9_1_a_namesake_or_a_mention_is_none(text, lexicon, watch):
    assert figure(text, lexicon, watch) == ()


@pytest.mark.parametrize("text", [
    "卡是祝小满的，在网上卖货的那个，我替她跑腿", "免贵姓程，大名砚秋白，画展上月刚撤", "老父卢铁山，从军四十年，昨日在窗口站了一上午", "庄大为，探店那个，来问贷款", "叶知远谨启。科学院退休多年",
    "乔百川，开厂起家的，来问一笔贷款", "田秀兰，省妇联的副主席，来电反映",
])
def test_P9_1_a_role_told_by_what_somebody_does(text, lexicon, watch):
    (flag,) = figure(text, lexicon, watch)
    assert flag.says.startswith("名单人物")
    assert flag.evidence in text
    assert on_the_list(flag)


@pytest.mark.parametrize("text", [
    "本人庄大为，并非拍视频那位，人家两百万粉丝", "大厅里祝小满的立牌，卖货那位，挡着门", "看了卢铁山带兵的电视才来存的", "田秀兰 在县妇联门口摆摊 存折打错名",
    "柜员祝小满翻白眼。旁边有人在直播", "庄大为。\n坐席：您是探店的那位？", "我不是什么政协委员，平头百姓一个", "那个大V评论区都是骂你们的",
])
def test_P9_1_who_only_bears_the_name_is_none(text, lexicon, watch):
    assert figure(text, lexicon, watch) == ()


def test_a_bad_list_names_every_line():
    with pytest.raises(BadTable) as caught:
        WatchList.parse([{"name": "沈", "role": "委员"}, {"name": "陶小满", "role": ""}, ROWS[0], ROWS[0]])
    assert [mistake.split(":")[0] for mistake in caught.value.mistakes] == ["line 2", "line 3", "line 5"]


@pytest.mark.parametrize("text", [
    "请沈委员（望舟）来听解释", "沈望舟，云岭省政协委员，投诉网点", "陶小满是卫视主持人，她的卡被冻结", "演员顾长庚来电", "\ud83d评书演员顾长庚",
])
def test_P9_1_a_name_with_its_role_anywhere_in_the_text(text, lexicon, watch):
    assert [flag.name for flag in figure(text, lexicon, watch)] == ["public_figure"]


@pytest.mark.parametrize(("text", "so"), [
    ("粉色的单子，" * 30 + "我的账号粉丝两百多万", True), ("我有三十万粉丝", False), ("客户是百万粉丝的博主", True), ("柜员粉底很厚，另有两百万存款", False),
])
def test_P9_1_followers_wherever_they_are_told(text, so, lexicon, watch):
    assert bool(figure(text, lexicon, watch)) is so


def test_twenty_thousand_names_are_one_automaton(lexicon):
    surnames, given = "赵钱孙李周吴郑王冯陈", "甲乙丙丁戊己庚辛壬癸"
    rows = [{"name": f"{one}{two}{three}{four}", "role": "歌唱家"} for one in surnames for two in given for three in given for four in surnames + given]
    watch = WatchList.parse(rows)
    assert len(watch.people) == 20_000
    (flag,) = figure("歌唱家冯丙丁陈来办业务", lexicon, watch)
    assert "冯丙丁陈" in flag.says


@pytest.mark.parametrize("character", ["粉", "沈", "1", "万", "（"])
def test_a_megabyte_of_one_character_names_nobody_in_linear_time(character, lexicon, watch):
    started = time.perf_counter()
    assert figure(character * 1_000_000, lexicon, watch) == ()
    assert time.perf_counter() - started < 20      # a hang guard, not a measurement
