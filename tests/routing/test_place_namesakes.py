"""Names that are also something else: an area, a word, a piece of a longer name, a thing called after a town."""

import pytest

from routing.directory import Directory
from routing.gazetteer import Gazetteer
from routing.place import find_unit
from routing.text import fold_text
from routing.verdict import Category

AREAS = {
    ("C1", "青溪市"): {"东宁区": {"月洲": "S11", "保安镇": "S12", "第一": "S13", "云台": "S14", "云台镇": "S15", "高桥": "S16"},
                     "北宁县": {"宁城": "S21", "黄沙乡": "S22", "人民广场": "S23", "望江路": "S24", "沙洲（园区）": "S25", "流水": "S26"}},
    ("C2", "南浦市"): {"新城区": {"月洲": "S31", "槐树街": "S32", "店镇乡": "S33"}, "云台区": {"新城区": "S41", "高桥营": "S42", "新城": "S43"}},
}


def _unit(code: str, name: str, full: str, parent: str, level: str) -> dict[str, str]:
    return {"code": code, "name": name, "full_name": full, "parent": parent, "level": level, "mailbox": f"{code.lower()}@bank.example"}


def _rows() -> list[dict[str, str]]:
    rows = [_unit("HQ", "总行", "总行", "", "总行"), _unit("P1", "云岭分行", "云岭省分行", "HQ", "一级分行"),
            *(_unit(f"HQ-{code}", f"总行{name}", f"总行{name}", "HQ", "部门") for code, name in
              (("PRODUCT", "产品管理部"), ("CHANNEL", "渠道管理部"), ("INSPECT", "监察部")))]
    for (code, city), counties in AREAS.items():
        rows.append(_unit(code, f"{city}分行", f"云岭省{city}分行", "P1", "二级分行"))
        for number, (county, outlets) in enumerate(counties.items(), 1):
            area = f"A{code[1]}{number}"
            rows.append(_unit(area, f"{county}支行", f"{city}{county}支行", code, "支行"))
            rows += [_unit(own, f"{stem}营业所", f"{city}{county}{stem}营业所", area, "网点") for stem, own in outlets.items()]
    return rows


@pytest.fixture(scope="module")
def places() -> Gazetteer:
    return Gazetteer.of(Directory.parse(_rows())[0])


def find(places, text, category=Category.ATTITUDE):
    return find_unit(text, "", places, category)


@pytest.mark.parametrize(("text", "code"), [
    ("青溪月洲的，柜员骂人", "S11"),                       # a short name beside its city
    ("南浦月洲 排队", "S31"),
    ("南浦新城区槐树街营业所", "S32"),                     # 新城区 is an outlet elsewhere
    ("云台营业所，青溪的", "S14"), ("云台镇营业所，青溪的", "S15"),       # not the town of that name
    ("青溪东宁保安镇的所", "S12"), ("东宁区保安所没人", "S12"),
    ("高桥营业所，青溪的", "S16"), ("高桥营营业所 没人", "S42"),        # 高桥|营业所, 高桥营|营业所
    ("黄沙乡邮政银行，少给我五十", "S22"), ("青溪北宁沙洲营业所", "S25"),
    ("我住黄沙乡，就镇上那个所，柜员骂人", "S22"),
    ("月洲营业所，不是南浦那个，青溪东宁的", "S11"),
    ("青溪月洲，唔系其他月洲，营业所排号机坏", "S11"),
    ("坐席：哪个网点？\n客户：月洲。\n坐席：青溪的月洲对吧？\n客户：系，东宁。", "S11"),
])
def test_the_words_around_tell_which_is_meant(places, text, code):
    assert find(places, text).unit == code


@pytest.mark.parametrize("text", [
    "第一，柜员骂人；第二，不道歉",                         # a list
    "东宁的流水打不出来",                                 # a statement of account
    "青溪的保安推人",
    "我把车停在人民广场，手机没信号",
    "我在望江路上班，天天路过",
    "我家在青溪，大店镇的所也好北店镇的所也好都一样",           # the end of a longer name
])
def test_ordinary_words_and_things_in_passing_are_no_units(places, text):
    assert find(places, text).unit is None


def test_an_area_inside_another_is_not_the_outlet_of_its_name(places):
    place = find(places, "南浦新城区那边一个所，名字记不清")
    assert place.unit is None
    assert set(place.candidates) == {"S31", "S32", "S33"}


def test_names_are_cut_so_that_most_is_explained(places):
    def cut(text: str) -> list[str]:
        return [text[each.start:each.end] for each in places.mentions(fold_text(text))]

    assert cut("北宁城东宁区") == ["北宁", "东宁区"]
    assert cut("云台镇北宁县") == ["云台镇", "北宁县"]
    assert cut("") == []
    assert cut("no place here") == []


def test_P14_1_a_mere_area_comes_with_the_department_that_leads(places):
    assert find(places, "青溪那边手机银行付款失败", Category.CHANNEL).candidates == ("C1", "HQ-CHANNEL")
    assert find(places, "手机银行老闪退", Category.ATTITUDE).candidates == ("HQ-CHANNEL",)
    assert find(places, "信用卡分期没说清楚", Category.ERROR).candidates == ("HQ-PRODUCT",)


def test_P14_3_a_crime_is_still_told_of_the_outlet_and_not_of_the_office_it_is_sent_to(places):
    assert find(places, "请总行监察部查：黄沙乡营业所主任挪用客户存款", Category.CRIME).unit == "S22"
    assert find(places, "总行监察部的电话没人接，我打了三天").unit == "HQ-INSPECT"


def test_ruling_16_a_branch_that_only_passes_on_or_signs_is_not_the_unit(places):
    assert find(places, "转办单：客户反映黄沙乡营业所乱收费。承办：北宁县支行。抄送：青溪市分行。").unit == "S22"
    assert find(places, "北宁县支行的信贷员不理人，黄沙乡所的人说是支行压着").unit == "A12"
