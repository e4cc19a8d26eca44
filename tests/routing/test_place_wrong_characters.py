"""Places as people and machines write them: wrong characters, what sounds alike, old names; a small made-up bank."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.directory import Directory
from routing.gazetteer import Gazetteer
from routing.place import find_unit
from routing.placenames import area_names, figures, outlet_names
from routing.sounds import sounded
from routing.syllables import SYLLABLES
from routing.verdict import Category

NICKNAMES = {"沧澜县": "澜州", "禾市": "禾城"}
AREAS = {
    "澜州区": {"鹭洲镇": "S11", "石垭镇": "S12", "梧桐路": "S13", "松花坪乡": "S14", "城关镇": "S15", "清水桥": "S16"},
    "禾城县": {"城关镇": "S21", "黛溪镇": "S22", "柳浪闻": "S23", "澜州兴达经济技术开发区": "S24", "青牛岭彝族乡": "S25", "兵团一三六团": "S26"},
    "霁川县": {"城关镇": "S31", "黛溪镇": "S32", "霁川县芦荡农场": "S33", "桐岭": "S34", "桐岭镇": "S35"},
}


def _unit(code: str, name: str, full: str, parent: str, level: str) -> dict[str, str]:
    return {"code": code, "name": name, "full_name": full, "parent": parent, "level": level, "mailbox": f"{code.lower()}@bank.example"}


def _rows() -> list[dict[str, str]]:
    rows = [_unit("HQ", "总行", "总行", "", "总行"), _unit("P1", "云岭分行", "云岭省分行", "HQ", "一级分行"),
            _unit("C1", "澜州市分行", "云岭省澜州市分行", "P1", "二级分行")]
    for number, (area, outlets) in enumerate(AREAS.items(), 1):
        rows.append(_unit(f"A{number}", f"{area}支行", f"澜州市{area}支行", "C1", "支行"))
        rows += [_unit(code, f"{stem}营业所", f"澜州市{area}{stem}营业所", f"A{number}", "网点") for stem, code in outlets.items()]
    return rows


@pytest.fixture(scope="module")
def places() -> Gazetteer:
    return Gazetteer.of(Directory.parse(_rows())[0], NICKNAMES)


def find(places, text, hint=""):
    return find_unit(text, hint, places, Category.ATTITUDE)


@pytest.mark.parametrize(("text", "code"), [
    ("柜员骂人 无桐路 澜州区", "S13"),                   # jotted down before its area
    ("澜州区石娅镇客户经理收好处", "S12"),               # his name behind it
    ("卡是老家开的，阑州区，梧桐路的", "S13"),           # the area wrong, a comma between
    ("柳狼闻那个点 大堂不给倒水", "S23"),            # no area, but rare
    ("禾城带溪镇的所，柜员骂人", "S22"),                # sounds alike, beside the right county
    ("禾城代西阵那个银行", "S22"),                      # every character wrong, 镇 too
    ("何成县黛溪镇营业所", "S22"),                      # the county sounds alike
    ("我是何成县的，代溪镇那个所不给办", "S22"),         # both, apart
    ("技川黛溪镇的所", "S32"),                          # the county right before a name of two outlets
    ("喺禾城黛西镇嗰间", "S22"),
    ("霁川 卢荡农场 排队", "S33"),
    ("澜州区石娅镇，取款机吞卡", "S12"),
    ("澜州区轻水桥营业所", "S16"),                      # -in for -ing
    ("禾城县流浪闻营业所", "S23"),                      # 流 for 柳
    ("澜州区松华坪乡营业所", "S14"),
])
def test_a_name_that_only_sounds_right_is_found_beside_its_area(places, text, code):
    place = find(places, text)
    assert place.unit == code
    assert place.evidence in text


def test_a_rare_long_name_is_heard_without_any_area(places):
    assert find(places, "松华坪乡的所，少给我五十").unit == "S14"


def test_a_short_name_heard_without_any_area_is_only_offered(places):
    place = find(places, "代西镇营业所柜员态度差")
    assert place.unit is None
    assert set(place.candidates) == {"S22", "S32"}


def test_an_area_that_has_no_such_outlet_makes_doubt_not_a_guess(places):
    place = find(places, "霁川清水桥营业所")
    assert place.unit is None
    assert "S16" in place.candidates


def test_a_short_name_inside_a_longer_word_is_no_place(places):
    assert find(places, "我在澜州，大桐岭的所").unit is None


@pytest.mark.parametrize(("text", "code"), [
    ("沧澜县鹭洲镇营业所", "S11"), ("禾市黛溪镇的所", "S22"), ("禾城兴达开发区的营业所", "S24"), ("禾城澜州兴达经开区营业所", "S24"), ("禾城青牛岭乡的所", "S25"),
    ("禾城136团的所", "S26"), ("禾城一三六团营业所", "S26"), ("霁川芦荡农场的点 没人", "S33"), ("霁川桐岭营业所", "S34"), ("霁川桐岭镇营业所", "S35"),
])
def test_old_short_and_partial_names(places, text, code):
    assert find(places, text).unit == code


@pytest.mark.parametrize("text", [
    "农行石垭镇营业所不给换零钱",                        # another bank's
    "我把车停在梧桐路，回来就被贴条了",                   # a road in passing
    "澜州大学的食堂刷不了卡",                           # only called after the town
    "我邻居在石垭镇营业所都到账了",                      # where it went well
    "钱在石垭镇被取走的",                               # where it was drawn
])
def test_names_in_passing_are_not_the_unit(places, text):
    assert find(places, text).unit is None


def test_of_several_units_the_one_complained_about(places):
    assert find(places, "石垭镇营业所的人说是澜州区支行压着不批，我投诉支行").unit == "A1"
    assert find(places, "以前在石垭镇办过，这次在鹭洲镇营业所被骂").unit == "S11"
    assert find(places, "鹭洲镇的柜员态度差，我邻居在石垭镇所都到账了 澜州区").unit == "S11"


def test_a_forms_field_may_be_misspelt_too(places):
    assert find(places, "柜员骂人", hint="禾城县带溪镇营业所").unit == "S22"
    assert find(places, "我是禾城的，柜员骂人", hint="带溪镇营业所").unit == "S22"


def test_sounds_are_one_character_for_one_and_confuse_what_ears_confuse():
    for left, right in (("黛溪镇", "带西阵"), ("流水", "柳遂"), ("鹿山", "怒三"), ("湖南", "扶兰"), ("西宁", "西林")):
        assert sounded(left) == sounded(right), (left, right)
    assert sounded("城关") != sounded("城南")
    assert sounded("abc 12。") == "abc 12。"


def test_every_character_sounds_one_way():
    characters = "".join(SYLLABLES).replace(" ", "")
    assert len(characters) == len(set(characters))
    assert len(characters) > 6_700            # all of GB 2312


@given(st.text(max_size=60))
def test_sounding_keeps_the_length_and_is_settled_at_once(text):
    assert len(sounded(text)) == len(text)
    assert sounded(sounded(text)) == sounded(text)


def test_names_of_outlets_and_areas():
    assert list(outlet_names("望云镇营业所")) == ["望云镇", "望云"]
    assert set(outlet_names("喇叭岭满族乡营业所")) >= {"喇叭岭满族乡", "喇叭岭乡", "喇叭岭"}
    assert "望鹤开发区" in set(outlet_names("禾城望鹤经济开发区营业所", ("禾城县", "禾城")))
    assert "三槐路" in set(outlet_names("禾城县东街区三槐路营业所", ("东街区", "禾城县")))
    assert set(area_names("恩禾土家族苗族自治州分行", "", first_level=False)) == {"恩禾土家族苗族自治州", "恩禾土家族苗族", "恩禾", "恩禾州"}
    assert [figures(each) for each in ("一二六", "十三", "二十", "五")] == ["126", "13", "20", "5"]


_PIECES = ["禾城", "黛溪镇", "代西阵", "的所", "营业所", "县", "，", "不是", "支行", "农场", "136团", "\n", "：", "城关", "那个", "\ud83d", "\x00", "ａ", "臨"]


@settings(max_examples=300)
@given(st.lists(st.sampled_from(_PIECES) | st.text(alphabet=string.printable + "禾城县支行所镇", max_size=4), max_size=40).map("".join))
def test_any_text_gets_a_sound_answer(places, text):
    place = find(places, text)
    units = places.directory.units
    assert place.unit is None or place.unit in units
    assert place.unit is None or place.candidates == ()
    assert all(code in units for code in place.candidates)
    assert len(set(place.candidates)) == len(place.candidates)
    assert place.evidence in text


@pytest.mark.parametrize("text", ["县" * 1_000_000, "代西镇" * 300_000, "禾城的" * 300_000, "农场" * 400_000, "\ud800" * 1_000_000, "\x00" * 1_000_000, "禾城县\n" * 200_000])
def test_a_megabyte_of_anything_is_read(places, text):
    find(places, text)
