import tomllib

import pytest
from hypothesis import given, strategies as st

from routing.errors import BadTable
from routing.hollow import Hollow
from routing.lexicon import Source
from tests.elements.words import HOLLOW, found, sound


@pytest.mark.parametrize("words", [
    "已按相关规定处理完毕。", "情况已核实清楚", "已落实到位", "已与客户沟通", "同上，详见第一项", "见附件一", "〃", "正在联系客户", "已按上级要求整改到位！", "＿＿＿", "", "我支行已按相关规定对责任人员进行了处理。",
])
def test_P12_words_that_say_nothing(words):
    assert HOLLOW.says_nothing(words)


@pytest.mark.parametrize("words", [
    "情况属实", "无责任人", "满意", "不满意", "批评教育", "扣2分", "已退款", "柜员无过错", "不予追究", "已当面道歉", "增设一个窗口", "系统故障", "加强学习", "理解",
])
def test_P12_few_words_may_say_something(words):
    assert not HOLLOW.says_nothing(words)


@pytest.mark.parametrize(("name", "counts"), [
    ("网点负责人", False), ("相关人员", False), ("综合部工作人员", False), ("本人", False), ("经办人（签字）", False), ("陆经理", True), ("张主任", True), ("欧阳某某", True), ("李某", True),
])
def test_P12_6_a_post_is_nobodys_name(name, counts):
    assert bool(sound(6, name)) is counts


def test_P12_a_label_in_its_own_place_is_no_answer():
    assert found("经办人：经办人\n满意度：满意度\n投诉事由：投诉事由及调查核实情况") == {}


@given(st.lists(st.sampled_from(sorted(HOLLOW.fillers)), min_size=1, max_size=10), st.sampled_from(["", "，", "。", " ", "（）"]))
def test_P12_whatever_is_put_together_of_fillers_is_hollow(words, sign):
    text = sign.join(words)
    assert len(text) > 60 or HOLLOW.says_nothing(text)


@given(st.text(st.characters(codec="utf-8"), max_size=80))
def test_P12_any_words_are_judged(text):
    assert HOLLOW.says_nothing(text) in {True, False}
    assert HOLLOW.says_nothing(text) == HOLLOW.says_nothing(f"　{text}。 ")


def mistakes(text: str) -> list[str]:
    with pytest.raises(BadTable) as caught:
        Hollow.parse(tomllib.loads(text), Source("answers.toml", text))
    return list(caught.value.mistakes)


def test_all_mistakes_of_the_table_come_at_once_each_with_its_line():
    told = mistakes('[hollow]\nwhole = [\n  "无",\n  "。。",\n  "无。",\n  3,\n]\nfillers = "已"\nnobdy = []\n')
    assert [each.split(", [")[0] for each in told] == [
        "answers.toml, line 4", "answers.toml, line 5", "answers.toml, line 2", "answers.toml, line 8", "answers.toml, line 9",
    ]
    assert "nothing but punctuation" in told[0]
    assert "twice" in told[1]
    assert "no text" in told[2]
    assert "must be a list" in told[3]
    assert "nobody" in told[4]


def test_the_table_may_be_missing_and_then_only_blanks_are_hollow():
    assert Hollow.parse({}).says_nothing(" ——。")
    assert not Hollow.parse({}).says_nothing("已处理")
    assert mistakes("hollow = 3\n") == ["answers.toml: [hollow] must be a table with the lists whole, fillers, nobody"]
