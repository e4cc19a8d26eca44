from datetime import timedelta

from routing.elements import ELEMENTS
from tests.elements.words import found
from routing.layout import width
from routing.number import find_numbers
from routing.reminder import Due
from routing.wording import Asks
from tests.letters import bounce, cover, incomplete, notice, reminder
from tests.routing.slips import NUMBER, RECEIVED, TEXT, ZONE, a_slip


def test_P9_2_the_cover_carries_number_unit_and_limit_in_its_subject():
    words = cover(a_slip(), "河东支行", RECEIVED, ZONE)
    assert words.subject == f"【投诉转办单】{NUMBER} 河东支行 请于7月22日09:31前回复"
    assert "Please answer by 2026-07-22 09:31" in words.text
    assert find_numbers(words.subject) == (NUMBER,)


def test_P6_a_subject_names_no_customer():
    subject = cover(a_slip(), "河东支行", RECEIVED, ZONE).subject
    assert "王小某" not in subject
    assert not any(piece in subject for piece in TEXT.split("，"))


def test_P12_a_filled_in_cover_is_read_back():
    words = cover(a_slip(), "河东支行", None, ZONE)
    assert dict(found(words.text)) == {}
    assert dict(found(words.text.replace("6．经办人：", "6．经办人：张小某"))) == {6: "张小某"}


def test_P12_the_request_lists_what_is_there_and_what_is_missing():
    words = incomplete(NUMBER, Asks({1: "经查属实", 7: "13800000000"}, (2, 4)), due=RECEIVED, zone=ZONE)
    assert words.subject == f"【请补充】{NUMBER} 回复缺2项"
    assert "　× 2．对相关责任人处理意见" in words.text
    assert "　√ 1．投诉事由及调查核实情况：经查属实" in words.text
    assert "× 1．" not in words.text
    assert "lacks 2 item(s): 2, 4" in words.text


def test_P12_the_request_filled_in_is_read_back():
    words = incomplete(NUMBER, Asks({}, tuple(ELEMENTS)), due=None, zone=ZONE)
    assert dict(found(words.text)) == {}
    assert dict(found(words.text.replace("4．客户对处理结果的满意程度：", "4．客户对处理结果的满意程度：满意"))) == {4: "满意"}


def test_P12_the_request_says_why_an_attachment_was_not_read():
    assert "旧版 .doc" in incomplete(NUMBER, Asks({}, (1,), trouble="附件是旧版 .doc 文件"), due=None, zone=ZONE).text


def test_P12_the_request_says_why_words_do_not_count_and_is_no_answer_itself():
    asks = Asks({1: "经查属实"}, (3, 5), {3: "所填“同上”没有具体内容", 5: "“2026年12月30日”：所填日期晚于收到回复的日期（2026年7月22日），处理完成后再填"})
    text = incomplete(NUMBER, asks, due=None, zone=ZONE).text
    assert "× 3．应吸取的教训及整改措施〔不计：所填“同上”没有具体内容〕" in text
    assert "晚于收到回复的日期" in text.replace("\n", "")
    assert dict(found(text)) == {}


def test_P21_one_reminder_for_all_cases_of_a_mailbox_the_latest_first():
    day = timedelta(days=1)
    cases = [Due("95580-1", "投诉转办单", RECEIVED), Due("95580-2", "投诉转办单", RECEIVED - 3 * day, 3), Due("95580-3", "投诉督办单", RECEIVED - day, 1, RECEIVED)]
    words = reminder("河东支行", cases, rung="催办", zone=ZONE).words
    assert words.subject == "【催办】3件投诉待回复，逾期2件"
    rows = [line for line in words.text.splitlines() if line.startswith("95580-")]
    assert [row[:7] for row in rows] == ["95580-2", "95580-3", "95580-1"]
    assert "已逾期3天" in rows[0]
    assert "最迟7月22日09:31" in rows[1]
    assert rows[2].endswith("未逾期")
    assert len({width(row[:row.index("2026")]) for row in rows}) == 1


def test_P21_a_reminder_of_one_case_carries_its_number():
    assert NUMBER in reminder("河东支行", [Due(NUMBER, "投诉转办单", RECEIVED)], rung="提醒", zone=ZONE).words.subject


def test_a_bounce_tells_the_desk_who_and_why_and_what_next():
    words = bounce(NUMBER, "hedong@bank.example", "550 5.1.1\r\nno such user\x00 " + "x" * 5_000, next_step="已改送第二联系人。")
    assert "hedong@bank.example" in words.subject
    assert "no such user" in words.text
    assert "已改送第二联系人" in words.text
    assert "\x00" not in words.text
    assert len(words.text) < 1_000


def test_no_subject_has_a_line_break():
    for words in (notice(NUMBER, "撤诉\n核实", ["客户申请撤诉。"]), bounce(NUMBER, "a@b.example\n", "x", next_step="")):
        assert words.subject.isprintable()
        assert NUMBER in words.subject
