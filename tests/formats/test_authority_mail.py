"""An authority's letter, however it is laid out: lines, tables standing and lying, HTML, Word and Excel (D-6; law: article 27)."""

import io
from datetime import date, datetime, time
from email.message import EmailMessage

import docx
import pytest
from hypothesis import given, settings, strategies as st
from zoneinfo import ZoneInfo

from adapters.formats.authority_mail import Letter, files_rows, read_letter
from adapters.formats.mime import read_mail
from hotline_bridge.rulebook import load_calendar, load_packs
from routing.authority import SetDate, date_asked_for, set_date, spelled
from routing.errors import BadTable
from routing.papers import Attachment
from tests.entering.forms import LETTER, a_book, a_template
from tests.make import a_mail

DAY, ZONE = date(2026, 7, 22), ZoneInfo("Asia/Shanghai")
CELLS = (("转办编号", "银监转〔2026〕7号", "办理期限", "2026年8月6日"), ("投诉人", "王小明", "联系电话", "13800000001"),
         ("被投诉机构", "上地路营业所"), ("投诉内容", "柜员态度冷淡"), ("投诉请求", "赔礼道歉"))


def letter_of(text: str, rows: tuple[tuple[str, ...], ...] = (), subject: str = "投诉转办单") -> Letter:
    return read_letter(read_mail(a_mail(text, subject=subject)), rows, a_template(), DAY)


def whole(letter: Letter) -> None:
    said = letter.fields
    assert (said["authority_number"], said["name"], said["phone"]) == ("银监转〔2026〕7号", "王小明", "13800000001")
    assert said["complained_unit"] == "上地路营业所"
    assert "柜员态度冷淡" in said["narrative"]
    assert said["demand"].startswith("赔礼道歉")
    assert letter.lacking == ()


def test_lines_with_labels():
    letter = letter_of(LETTER)
    whole(letter)
    assert letter.due == SetDate(days=15)
    assert "多次催促本人离开" in letter.fields["narrative"]       # it goes on in the next line
    assert "请妥善处理" not in letter.fields["demand"]            # and there the authority speaks again


def test_a_table_in_html():
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = "a@regulator.example", "hotline@bank.example", "转办", "<h@regulator.example>"
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in CELLS)
    mail.set_content(f"<p>请办理：</p><table border=1>{rows}</table>", subtype="html")
    letter = read_letter(read_mail(mail.as_bytes()), (), a_template(), DAY)
    whole(letter)
    assert letter.due == SetDate(date(2026, 8, 6))


def test_a_table_whose_labels_stand_in_its_first_row():
    cells = [cell for row in CELLS for cell in row]
    rows = (tuple(cells[0::2]), tuple(cells[1::2]))
    whole(letter_of("见附件。", rows))


def test_word_and_excel_that_came_with_it():
    document, kept = docx.Document(), io.BytesIO()
    table = document.add_table(0, 4)
    for row in CELLS:
        for cell, words in zip(table.add_row().cells, row, strict=False):
            cell.text = words
    document.save(kept)
    for name, content in (("转办单.docx", kept.getvalue()), ("转办单.xlsx", a_book(CELLS[1:], CELLS[0]))):
        rows, trouble = files_rows([Attachment(name, "application/octet-stream", content)])
        assert trouble == ()
        whole(letter_of("详见附件。", rows))


def test_a_scan_cannot_be_read_and_is_told():
    rows, trouble = files_rows([Attachment("扫描件.pdf", "application/pdf", b"%PDF-1.7 " + b"\0" * 99)])
    assert rows == ()
    assert "扫描件.pdf" in trouble[0]


def test_the_number_may_stand_in_the_subject():
    letter = letter_of("投诉内容：柜员态度差\n办理期限：15日内", subject="转办编号：A-7")
    assert letter.fields["authority_number"] == "A-7"


def test_what_lacks_is_named():
    assert letter_of("投诉人：王小明").lacking == ("authority_number", "authority_due", "narrative")
    assert "authority_due" in letter_of(LETTER.replace("15日内办结", "尽快办结") + "\n办理期限：尽快").lacking


@pytest.mark.parametrize(("words", "means"), [
    ("2026年8月6日前", SetDate(date(2026, 8, 6))), ("8月6日17:00前", SetDate(date(2026, 8, 6), time(17))), ("1月5日", SetDate(date(2027, 1, 5))),
    ("请于收到之日起15日内", SetDate(days=15)), ("十五个工作日内", SetDate(days=15, working=True)), ("自收到本函之日起十日内办结", SetDate(days=10)),
    ("60日内", SetDate(days=60)), ("20260806", SetDate(date(2026, 8, 6))), ("二〇二六年八月六日", SetDate(date(2026, 8, 6))), ("尽快", None), ("", None),
])
def test_D6_dates_that_authorities_set(words: str, means: SetDate | None):
    assert set_date(words, DAY) == means


def test_D6_a_date_in_a_sentence_counts_where_the_sentence_asks_for_an_answer():
    assert date_asked_for("客户2026年7月1日来电。请于2026年8月6日前反馈我局。", DAY) == SetDate(date(2026, 8, 6))
    assert date_asked_for("客户2026年7月1日来电反映。", DAY) is None


def test_D6_what_the_customer_asks_by_a_date_is_no_date_of_the_authority():
    letter = letter_of("转办编号：A-7\n投诉内容：柜员态度差，请在3日内答复。\n")
    assert letter.due is None
    assert letter.lacking == ("authority_due",)


def test_D6_days_are_counted_from_the_day_after_receipt():
    pack, calendar = load_packs()["psbc-95580"], load_calendar()
    at = datetime(2026, 7, 22, 9, 30, tzinfo=ZONE)
    assert SetDate(days=15).falls(at, calendar, pack.hours, ZONE) == datetime(2026, 8, 6, 17, 30, tzinfo=ZONE)
    assert SetDate(days=5, working=True).falls(at, calendar, pack.hours, ZONE) == datetime(2026, 7, 29, 17, 30, tzinfo=ZONE)


def test_a_number_is_one_however_its_brackets_are_written():
    assert len({spelled(one) for one in ("银监转〔2026〕7号", "银监转[2026] 7号", "银监转（2026）7号", "银监转【2026】７号")}) == 1


@pytest.mark.parametrize(("change", "why"), [
    ({"fields": {"narrative": ["内容"], "colour": ["颜色"]}}, "colour"), ({"fields": {"name": ["甲"], "phone": ["甲"], "narrative": ["内容"]}}, "甲"),
    ({"required": ["colour"]}, "required"), ({"least": 99}, "least"), ({"words": []}, "words"), ({"wrods": ["x"]}, "wrods"),
])
def test_a_template_with_a_mistake_is_refused_with_its_path(change: dict[str, object], why: str):
    with pytest.raises(BadTable, match=why):
        a_template(**change)


@pytest.mark.parametrize("name", ["12378", "12363", "handed-down"])
def test_the_templates_that_come_along_are_sound(name: str):
    template = a_template(name)
    assert template.id == name
    assert template.fits("转办编号 投诉人 投诉内容 交办单 交办编号 办理期限")


@settings(max_examples=80, deadline=None)
@given(st.text(st.sampled_from("转办编号：:投诉人\n\t |内容办理期限15日前请，。王A7")), st.lists(st.lists(st.sampled_from(["转办编号", "投诉内容", "", "x", "办理期限：3日内"]), max_size=5).map(tuple), max_size=5))
def test_whatever_stands_in_a_letter_it_is_read(text: str, rows: list[tuple[str, ...]]):
    letter = letter_of(text, tuple(rows))
    assert all(words.strip() for words in letter.fields.values())
    assert set(letter.lacking) <= {"authority_number", "authority_due", "narrative"}


@pytest.mark.parametrize(("sentence", "means"), [
    ("请在2026年8月6日17:00前将结果报我局", SetDate(date(2026, 8, 6), time(17))), ("请你行于8月6日之前办结", SetDate(date(2026, 8, 6))),
    ("请在10个工作日内反馈", SetDate(days=10, working=True)), ("办理时限为2026-08-06", SetDate(date(2026, 8, 6))), ("请三十日以内完成调查处理", SetDate(days=30)),
    ("投诉内容：本人7月1日在该营业所办理存款", None), ("客户称3日内未收到回复", None), ("2026年7月21日", None),
])
def test_D6_sentences_that_ask(sentence: str, means: SetDate | None):
    assert date_asked_for(sentence, DAY) == means
