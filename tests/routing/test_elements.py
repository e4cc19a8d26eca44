import pytest
from hypothesis import given, strategies as st

from routing.elements import ELEMENTS, FIRST_HALF, SECOND_HALF, label_of, merged, missing
from routing.phrases import date_in, phone_in, ticked
from tests.elements.words import found, hollow, sound

WHOLE = {
    1: "经调阅监控并询问柜员，客户反映的情况属实", 2: "对柜员通报批评，扣罚当月绩效200元", 3: "已组织全员学习服务规范，举一反三",
    4: "满意", 5: "2026年7月23日", 6: "张小某", 7: "0312-5550000",
}


def form(answer, count="{}．", colon="：", end="\n"):
    return end.join(f"{count.format(number)}{ELEMENTS[number]}{colon}{answer.get(number, '')}" for number in ELEMENTS)


def test_P12_the_seven_elements_in_their_order():
    assert list(ELEMENTS) == [1, 2, 3, 4, 5, 6, 7]
    assert ELEMENTS[4] == "客户对处理结果的满意程度"


@pytest.mark.parametrize("count", ["{}．", "{}.", "{}、", "（{}）", "({}) ", "", "  {}）", "第{}、"])
@pytest.mark.parametrize("colon", ["：", ":", "： ", "：\n", "\t", "（必填）：", " ： "])
def test_P12_the_form_filled_in_place(count, colon):
    assert dict(found(form(WHOLE, count, colon))) == WHOLE


@pytest.mark.parametrize("signs", ["①②③④⑤⑥⑦", "一二三四五六七", "１２３４５６７"])
def test_P12_other_ways_to_count(signs):
    text = "\n".join(f"{signs[n - 1]}{'' if signs[0] == '①' else '、'}{ELEMENTS[n]}：{WHOLE[n]}" for n in ELEMENTS)
    assert dict(found(text)) == WHOLE


def test_P12_headings_with_paragraphs_below():
    text = "\n\n".join(f"{'一二三四五六七'[n - 1]}、{ELEMENTS[n]}\n　　{WHOLE[n]}" for n in ELEMENTS)
    assert dict(found(text)) == WHOLE


def test_P12_several_lines_belong_to_their_label():
    text = form({**WHOLE, 1: "第一段。\n第二段，联系了客户。\n\n第三段。"})
    assert found(text)[1] == "第一段。\n第二段，联系了客户。\n\n第三段。"
    assert found(text)[2] == WHOLE[2]


def test_P12_everything_on_one_line():
    assert dict(found(form(WHOLE, end="；"))) == WHOLE
    assert dict(found(form(WHOLE, count="", end="  "))) == WHOLE


def test_P12_a_pasted_table():
    rows = [f"{n}\t{ELEMENTS[n]}\t{WHOLE[n]}" for n in (1, 2, 3, 4)]
    rows.append(f"5\t{ELEMENTS[5]}\t{WHOLE[5]}\t6\t{ELEMENTS[6]}\t{WHOLE[6]}")
    rows.append(f"{ELEMENTS[7]} | {WHOLE[7]} | 单位负责人 | 李小某")
    assert dict(found("\n".join(rows))) == WHOLE


def test_P12_a_quoted_form_filled_in_place():
    text = "请查收\n" + "\n".join("> " + line for line in form(WHOLE).splitlines())
    assert dict(found(text)) == WHOLE


def test_P12_a_bare_list_from_one_to_seven():
    text = "\n".join(f"{n}. {WHOLE[n]}" for n in ELEMENTS)
    assert dict(found(text)) == WHOLE


def test_P12_a_list_about_something_else_is_none():
    answer = found("\n".join(f"{n}. 第{n}件事" for n in range(1, 8)))
    assert dict(answer) == {}


@pytest.mark.parametrize("label", ["投诉事由", "调查核实情况", "核查情况", "调 查 情 况", "【调查情况】", "**调查核实情况**", "投诉情况（说明）"])
def test_P12_other_names_of_the_facts(label):
    assert found(f"{label}：柜员确有言语不当")[1] == "柜员确有言语不当"


@pytest.mark.parametrize(("line", "number", "value"), [
    ("满意度：基本满意", 4, "基本满意"), ("客户是否满意:不满意", 4, "不满意"), ("办结日期：2026-07-23", 5, "2026-07-23"),
    ("承办人：张小某", 6, "张小某"), ("联系方式：13800000000", 7, "13800000000"), ("整改措施：开展培训", 3, "开展培训"),
    ("责任人处理：通报批评", 2, "通报批评"), ("经办人 张小某", 6, "张小某"), ("联系电话 13800000000", 7, "13800000000"),
    ("Tel: 0312-5550000-801", 7, "0312-5550000-801"),
])
def test_P12_other_labels(line, number, value):
    assert found(line)[number] == value


def test_P12_handler_and_telephone_in_one_line():
    assert dict(found("经办人及联系电话：张小某 13800000000")) == {6: "张小某 13800000000", 7: "13800000000"}
    assert dict(found("经办人：张小某  联系电话：(0312) 5550000转801")) == {6: "张小某", 7: "(0312) 5550000转801"}


@pytest.mark.parametrize("words", ["无", "已处理", "同上", "略", "/", "待定", "——", "见附件", "已处理。", " 已 处 理 ", "N/A", "________", "（请填写）", "xxx", "不适用"])
def test_P12_empty_phrases_do_not_count(words):
    answer = found(form(dict.fromkeys(ELEMENTS, words)))
    assert dict(answer) == {}
    assert missing(answer) == tuple(ELEMENTS)


def test_P12_an_empty_form_contains_nothing():
    assert dict(found(form({}))) == {}


def test_P12_a_mail_that_only_says_done_contains_nothing():
    assert dict(found("您好：\n该投诉已处理，请知悉。\n谢谢！")) == {}


def test_P12_an_empty_phrase_outweighs_what_the_sentences_seem_to_say():
    text = form({**WHOLE, 1: "客户对我行服务表示满意，后又来电。", 4: "待定"})
    assert missing(found(text)) == (4,)


@pytest.mark.parametrize(("value", "counts"), [
    ("2026年7月23日", True), ("2026-7-23", True), ("2026/07/23 15:30", True), ("20260723", True), ("7月23日", True), ("7.23", True),
    ("二〇二六年七月二十三日", True), ("２０２６年７月２３日", True), ("十二月三十一日", True), ("2026年13月1日", False), ("2026年2月30日", False),
    ("尽快", False), ("当日", False), ("三个工作日", False), ("95580", False),
])
def test_P12_5_the_time_is_a_real_date(value, counts):
    assert (5 in found(f"处理时间：{value}")) is counts
    assert bool(date_in(value)) is counts


@pytest.mark.parametrize(("value", "counts"), [
    ("13800000000", True), ("138-0000-0000", True), ("+86 13800000000", True), ("0312-5550000", True), ("（010）55500000", True),
    ("0312-5550000转801", True), ("010-55500000-8801", True), ("5550000", True), ("400-800-0000", True), ("４００８０００００", False),
    ("手机１３８００００００００", True), ("1380000000", False), ("12800000000", False), ("见名片", False), ("20260722", False), ("95580-20260722-000134", False), ("见2026-0722-1", False), ("6217000000000000001", False),
])
def test_P12_7_the_telephone_is_a_number_one_can_call(value, counts):
    assert (7 in found(f"联系电话：{value}")) is counts
    assert bool(phone_in(value)) is counts


@pytest.mark.parametrize("value", ["95580", "95580转6012", "96588 一线", "座席 95580"])
def test_P12_7_people_answer_from_a_hotline_too(value):
    assert found(f"联系电话：{value}")[7] == value


@pytest.mark.parametrize(("value", "said"), [
    ("□满意 ☑基本满意 □不满意", "基本满意"), ("■满意 □不满意", "满意"), ("□满意 □不满意√", "不满意"), ("□满意　□基本满意　□不满意", ""), ("满意", "满意"),
])
def test_P12_4_only_a_ticked_box_says_something(value, said):
    assert ticked(value) == said
    assert found(f"满意度：{value}").get(4, "") == said


def test_P12_a_letter_without_any_label():
    letter = (
        "投诉处理岗：\n　　经我行调查核实，客户反映的情况属实，柜员未按规定解释手续费。我行已对该柜员给予批评教育，并扣罚绩效200元。"
        "今后将加强员工培训，杜绝此类事件再次发生。我行于7月23日致电客户道歉，客户对处理结果表示满意。\n"
        "　　经办人张小某，联系电话0312-5550000。\n河东支行"
    )
    answer = found(letter)
    assert missing(answer) == ()
    assert answer[5] == "7月23日"
    assert answer[6] == "张小某"
    assert answer[7] == "0312-5550000"


@pytest.mark.parametrize("letter", [
    "客户电话13800000000，请贵部再次核实。", "我行致电客户13800000000，无人接听。", "客户来电13800000000", "请拨打客服热线电话4008000000查询",
])
def test_P12_7_the_customers_telephone_is_not_the_handlers(letter):
    assert 7 not in found(letter)


@pytest.mark.parametrize("letter", [
    "收到，我行正在调查核实，将于7月25日前答复。", "已安排专人调查核实，预计7月25日办结。", "已经上报分行，待核实后于7月25日处理。", "我行将尽快与客户沟通，争取客户满意。",
    "请客户经理核实后回复，谢谢！", "已转网点负责人处理，请等待。", "该客户于7月20日在我网点办理业务时未予解释。",
])
def test_P12_promises_and_interim_words_are_no_answer(letter):
    assert dict(found(letter)) == {}


@pytest.mark.parametrize(("sentence", "number"), [
    ("经核实，客户反映的情况与事实不符。", 1), ("我行已经核实，客户反映情况属实。", 1), ("通过调阅监控录像，柜员确有不当言语。", 1),
    ("责令当事柜员作出书面检查，并予以通报。", 2), ("当事员工无过错，不予追究责任。", 2), ("网点将举一反三，加强柜面服务管理。", 3),
    ("7月23日，网点负责人已上门向客户致歉。", 5), ("我行于2026年7月23日回访客户，说明了情况。", 5), ("承办人为张小某。", 6), ("联系人：张小某，手机：13800000000", 7),
    ("张小某 0312-5550000", 6), ("张小某 0312-5550000", 7),
])
def test_P12_sentences_that_show_an_element(sentence, number):
    assert found(sentence)[number]


@pytest.mark.parametrize("letter", ["客户对柜员服务态度表示不满。", "客户投诉我行服务，心情激动。", "希望客户满意度逐步提升"])
def test_P12_4_the_complaint_itself_is_no_satisfaction(letter):
    assert 4 not in found(letter)


@pytest.mark.parametrize("letter", ["客户不接受处理结果，要求继续投诉。", "客户对答复仍不满意", "客户表示理解和感谢", "取得客户谅解"])
def test_P12_4_dissatisfaction_is_an_answer_too(letter):
    assert found(letter)[4]


def test_P12_the_banks_own_half_is_left_out():
    text = (
        f"{FIRST_HALF}（由受理单位填写）\n联系电话：13800000000\n投诉内容：\n　　经办人：李某\n　　满意度：不满意\n"
        f"{SECOND_HALF}（由承办单位填写）\n" + form({6: "张小某"})
    )
    assert dict(found(text)) == {6: "张小某"}


def test_P12_the_customers_telephone_on_the_form_is_another_label():
    assert label_of("客户联系电话") == 0
    assert label_of("7．联系电话") == 7
    assert dict(found("客户联系电话：13800000000")) == {}


def test_P14_4_nobody_asks_an_anonymous_customer():
    answer = {number: value for number, value in WHOLE.items() if number != 4}
    assert missing(answer) == (4,)
    assert missing(answer, anonymous=True) == ()


def test_P12_a_pack_may_require_less():
    assert missing({}, required=(1, 6, 7)) == (1, 6, 7)
    assert missing({1: "经查属实"}, required=(1, 6)) == (6,)


def test_P12_partial_answers_add_up():
    both = merged({1: "甲", 4: "不满意"}, {4: "满意", 6: "张小某", 7: ""})
    assert both == {1: "甲", 4: "满意", 6: "张小某"}


@given(st.dictionaries(st.sampled_from(list(ELEMENTS)), st.sampled_from(["", "甲", "乙"])),
       st.dictionaries(st.sampled_from(list(ELEMENTS)), st.sampled_from(["", "甲", "乙"])))
def test_P12_adding_an_answer_never_takes_one_away(first, later):
    both = merged(first, later)
    assert set(missing(both)) == set(missing(first)) & set(missing(later))
    assert all(both[number] == value for number, value in later.items() if value)


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_P12_any_text_is_read_without_an_error_and_counts_only_sound_words(text):
    answer = found(text)
    assert set(answer) <= set(ELEMENTS)
    assert all(sound(number, value) for number, value in answer.items())


@given(st.fixed_dictionaries({n: st.just(v) for n, v in WHOLE.items()}), st.sets(st.sampled_from(list(ELEMENTS))))
def test_P12_what_is_left_empty_is_what_is_missing(whole, left):
    text = form({number: value for number, value in whole.items() if number not in left})
    assert set(missing(found(text))) == left


@pytest.mark.parametrize("piece", ["经办人：", "1.", "客户", "0312 ", "(（", "> ", "\t", f"{SECOND_HALF}{FIRST_HALF}", "对", "联 系 电 话", "\u2003", "a", "□", "7月", "经", "一", "1 ", "二〇", "客户对"])
@pytest.mark.timeout(20)
def test_P12_hostile_answers_are_read_in_bounded_time(piece):
    assert set(found(piece * (400_000 // len(piece)))) <= set(ELEMENTS)
    assert set(found(f"满意度：□{piece * 90_000}√\n处理时间：{piece * 90_000}x")) <= set(ELEMENTS)


def test_hollow_ignores_punctuation_but_not_words():
    assert hollow("……")
    assert not hollow("无责任人，不予处理")


def test_P12_the_writers_address_below_an_answer_is_no_part_of_it():
    text = "一、投诉事由及调查核实情况：经核实，情况属实。\n二、对相关责任人处理意见：已批评教育。\n\n--\nts-b1010101@branch.example\n"
    assert found(text)[2] == "已批评教育。"
