"""What is written becomes what is said: no figure, no sign and no Latin word ever reaches the voice (P-6, P-21)."""

import re
import subprocess
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from adapters.speech.worker import VOICE
from hotline_bridge.templates import load_templates
from routing.callwords import Owed, announcement, anything, chase_call, owed as spoken_of
from routing.parties import Customer, Unit, UnitCode
from routing.pronouncing import LETTERS, SURNAMES, WORDS, pronounced
from routing.specimens import a_case
from routing.speaking import LARGEST, cardinal, counted, day, decimal, digits, hour, moment, money, span, spoken

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=ZONE)
FIGURES = {"零": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
SHEETS = load_templates()
SAMPLE_UNIT = Unit(UnitCode("X1"), "河东支行", "示例市分行河东支行", "支行", None, "", "")


def value_of(words: str) -> int:
    """Read a number back as a person would."""
    total = part = figure = 0
    for sign in ("一" + words if words.startswith("十") else words):
        if sign in FIGURES:
            figure = FIGURES[sign]
        elif sign in "十百千":
            part, figure = part + figure * {"十": 10, "百": 100, "千": 1000}[sign], 0
        else:
            whole = part + figure
            total = (total + whole) * 10**4 if sign == "万" and total % 10**8 == 0 and whole == 0 else total + whole * {"万": 10**4, "亿": 10**8}[sign]
            part = figure = 0
    return total + part + figure


@given(st.integers(0, 10**12 - 1) | st.integers(0, 100_000))
def test_a_number_in_words_is_that_number(number: int) -> None:
    words = cardinal(number)
    assert value_of(words) == number
    assert "零零" not in words
    assert not words.endswith("零") or words == "零"


@pytest.mark.parametrize(("number", "words"), [
    (0, "零"), (10, "十"), (12, "十二"), (20, "二十"), (101, "一百零一"), (110, "一百一十"), (1_001, "一千零一"), (10_010, "一万零一十"), (100_000, "十万"),
    (20_500_000, "二千零五十万"), (100_001_000, "一亿零一千"), (10**12, "一万亿"), (-3, "负三"),
])
def test_numbers_as_they_are_said(number: int, words: str) -> None:
    assert cardinal(number) == words


def test_a_number_there_are_no_words_for_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        cardinal(LARGEST)


@pytest.mark.parametrize(("amount", "words"), [
    ("80000.00", "八万元"), ("0.05", "五分"), ("12.05", "十二元零五分"), ("12.50", "十二元五角"), ("0", "零元"), ("1234.56", "一千二百三十四元五角六分"), ("-5", "负五元"),
])
def test_money(amount: str, words: str) -> None:
    assert money(Decimal(amount)) == words


@pytest.mark.parametrize(("at", "words"), [
    ((17, 30), "下午五点半"), ((0, 5), "凌晨十二点零五分"), ((12, 0), "中午十二点"), ((14, 15), "下午两点一刻"), ((9, 12), "上午九点十二分"), ((20, 45), "晚上八点三刻"), ((2, 0), "凌晨两点"),
])
def test_times_of_day(at: tuple[int, int], words: str) -> None:
    assert hour(*at) == words


def test_days_and_spans() -> None:
    assert day(date(2026, 11, 26), 2026) == "十一月二十六日"
    assert moment(datetime(2027, 1, 2, 9, 0, tzinfo=ZONE), ZONE, NOW) == "二零二七年一月二日上午九点"
    assert [span(timedelta(**much)) for much in ({"days": 2, "hours": 5}, {"hours": 2}, {"minutes": 59}, {"minutes": -5})] == ["两天", "两小时", "五十九分钟", "一分钟"]
    assert (counted(2, "件"), counted(12, "件"), decimal("3.50")) == ("两件", "十二件", "三点五零")


def test_a_case_number_is_said_figure_by_figure_with_a_pause_at_its_parts() -> None:
    assert digits("95580-20260722-000137") == "九五五八零，二零二六零七二二，零零零幺三七"


@pytest.mark.parametrize(("written", "said"), [
    ("要求2026-07-27 17:30前回复", "要求二零二六年七月二十七日 下午五点半前回复"), ("金额¥80,000.00", "金额八万元"), ("6.5万元", "六点五万元"), ("利率3.5%", "利率百分之三点五"),
    ("手机13800000000", "手机幺三八零零零零零零零零"), ("工号8001，请", "工号八零零幺，请"), ("共12件", "共十二件"), ("（测试）：好", "测试，好"), ("2026年", "二零二六年"), ("007", "零零七"),
    ("１２件", "十二件"), ("99:99", "九九，九九"), ("2026-13-45", "二零二六，幺三，四五"), ("😀\0\n", ""), ("。。。", ""), ("第2次；2次；2月；2小时", "第二次；两次；二月；两小时"),
])
def test_whatever_is_written_is_said(written: str, said: str) -> None:
    assert spoken(written) == said


@given(st.text(max_size=200))
def test_any_text_becomes_words_stops_and_letters_alone_and_stays_so(text: str) -> None:
    said = spoken(text)
    assert re.fullmatch("[㐀-鿿豈-﫿𠀀-𯿿，。；：？！、A-Za-z ]*", said)
    assert spoken(said) == said


@given(st.text(alphabet="0123456789.,:-/年月日元万亿%¥ 件", max_size=60))
def test_no_figure_is_ever_left(text: str) -> None:
    assert not re.search("[0-9]", spoken(text))


@given(st.text(max_size=120), st.text(max_size=8))
def test_what_the_voice_gets_holds_pinyin_of_ours_alone(text: str, name: str) -> None:
    """Latin letters are there only as syllables with a tone, which the voice reads as Chinese."""
    known = {syllable for table in (WORDS, SURNAMES, LETTERS) for pinyin in table.values() for syllable in pinyin.split()}
    said = pronounced(spoken(text), [spoken(name)] if spoken(name) else [])
    assert set(re.findall("[A-Za-z][A-Za-z0-9]*", said)) <= known


def test_words_and_surnames_of_several_readings() -> None:
    assert pronounced("重庆分行行长单晓华", ["单晓华"]) == "chong2 qing4 fen1 hang2 hang2 zhang3 shan4 晓华"
    assert pronounced("单位负责人万俟青", ["万俟青"]) == "单位负责人 mo4 qi2 青"
    assert pronounced("VIP卡") == "wei1 ai4 pi4 卡"


# what is said -----------------------------------------------------------------------------------------------------------
def owed(**more) -> Owed:
    return Owed(**{"bank": "示例银行", "title": "投诉转办单", "number": "95580-20260722-000137", "unit_name": "示例市分行河东支行", "person": "曾主任", "due": NOW + timedelta(days=2, hours=8), **more})


def test_P21_what_a_unit_hears_twice() -> None:
    said = chase_call(SHEETS, owed(), ZONE, NOW)
    once = "您好，曾主任，这里是示例银行客户投诉热线。示例市分行河东支行有一件投诉转办单，编号九五五八零，二零二六零七二二，零零零幺三七，要求十一月二十六日下午五点半前回复。详情请看贵单位投诉邮箱。听清请按一。"
    assert said.words == f"{once}再说一遍。{once}"
    assert "zeng1 主任" in said.sounds
    late = chase_call(SHEETS, owed(due=NOW - timedelta(days=3), person=""), ZONE, NOW)
    assert "已超期三天" in late.words
    assert late.words.startswith("您好，这里是")


def test_P21_what_is_called_out_at_the_centre() -> None:
    number = "95580-20260722-000137"
    assert announcement(SHEETS, [number], flagged=True).words == "请注意。有新的重点投诉，编号九五五八零，二零二六零七二二，零零零幺三七，请复听录音。"
    assert announcement(SHEETS, [number] * 2, flagged=False).words == "请注意。有两件投诉已超过办理时限，请催办。"


@given(st.text(min_size=1, max_size=30), st.text(max_size=10), st.integers(-40_000_000, 40_000_000))
def test_P21_any_unit_any_person_any_time_can_be_said(unit: str, person: str, minutes: int) -> None:
    said = chase_call(SHEETS, owed(unit_name=unit, person=person, due=NOW + timedelta(minutes=minutes)), ZONE, NOW)
    assert "听清请按一" in said.words
    assert not re.search("[0-9]", said.words)


HAN = st.text(alphabet="鑫淼焱垚犇骉麤龘靐馫", min_size=3, max_size=8)        # in no word of ours, and in no unit's name


@given(HAN, HAN, HAN, st.from_regex("1[3-9][0-9]{9}", fullmatch=True), st.from_regex("[1-9][0-9]{16}[0-9X]", fullmatch=True))
def test_P6_of_any_case_nothing_of_the_customer_is_spoken(name: str, address: str, text: str, phone: str, identity: str) -> None:
    """Whoever complains about whatever: the words are made of the head of the slip alone, and are the same for all of them."""
    customer = Customer(name, phone, identity, phone * 2, address, agent_name=name)
    case = a_case(complaint=replace(a_case().complaint, text=text, customer=customer, demand=text, product=text))
    said = spoken_of(case, SAMPLE_UNIT, "曾主任", "示例银行", "投诉转办单")
    assert chase_call(SHEETS, said, ZONE, NOW) == chase_call(SHEETS, spoken_of(a_case(), SAMPLE_UNIT, "曾主任", "示例银行", "投诉转办单"), ZONE, NOW)
    words = chase_call(SHEETS, said, ZONE, NOW).words
    assert not set(words) & set("鑫淼焱垚犇骉麤龘靐馫")


def phonemes(text: str) -> str:
    """What espeak-ng makes of it, without a sound."""
    return subprocess.run(["espeak-ng", "-q", "-x", "-v", VOICE.removeprefix("sit/"), text], check=True, capture_output=True, text=True).stdout


def test_P21_nothing_we_say_is_read_as_english() -> None:
    """The plain Mandarin voice says "fen one" for 分; the one we use must not, in whatever we ship."""
    texts = [chase_call(SHEETS, owed(), ZONE, NOW).sounds, announcement(SHEETS, ["1", "2"], flagged=True).sounds, " ".join(LETTERS.values()), " ".join(WORDS.values()), anything("ABC 分行").sounds]
    for text in texts:
        assert "(en)" not in phonemes(text), text
    assert "(en)" in subprocess.run(["espeak-ng", "-q", "-x", "-v", "cmn", "分行"], check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("word", [*WORDS, *SURNAMES])
def test_the_tables_hold_only_what_the_voice_says_wrongly(word: str) -> None:
    pinyin = {**SURNAMES, **WORDS}[word]
    assert phonemes(word).split() != phonemes(pinyin).split()
