import io
import zipfile
from datetime import UTC, datetime

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from hypothesis import given, settings, strategies as st

from adapters.formats.docx_words import rows_of
from tests.elements.words import read_slip
from tests.letters import write_slip
from routing.elements import ELEMENTS
from routing.papers import Unreadable
from tests.routing.slips import ANONYMOUS, NUMBER, RECEIVED, a_slip

ANSWER = {
    1: "经调阅监控，客户反映的情况属实。\n已退还本金。", 2: "对柜员通报批评", 3: "开展培训", 4: "基本满意", 5: "2026年7月23日", 6: "张小某",
    7: "0312-5550000",
}
W = nsdecls("w")


def value_cell(document, label):
    for row in reversed(document.tables[0].rows):
        cells = list(dict.fromkeys(row._tr.tc_lst))
        for place, cell in enumerate(cells):
            if "".join(t.text or "" for t in cell.iter(qn("w:t"))).endswith(label):
                return cells[place + 1]
    raise AssertionError(label)


def filled(answer, fill=None, slip=None):
    document = Document(io.BytesIO(write_slip(slip or a_slip(), RECEIVED)))
    for number, value in answer.items():
        cell = value_cell(document, ELEMENTS[number])
        paragraph = cell.p_lst[0]
        if fill:
            fill(paragraph, value)
        else:
            first, *rest = value.split("\n")
            paragraph.add_r().text = first
            for line in rest:
                cell.add_p().add_r().text = line
    return saved(document)


def saved(document):
    raw = io.BytesIO()
    document.save(raw)
    return raw.getvalue()


def with_main(xml, name="word/document.xml", **more):
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr(name, xml)
        for other, content in more.items():
            package.writestr(other, content)
    return raw.getvalue()


def body(inner):
    return f'<?xml version="1.0" encoding="UTF-8"?><w:document {W} xmlns:mc="urn:mc" xmlns:wps="urn:wps" xmlns:v="urn:v"><w:body>{inner}</w:body></w:document>'.encode()


def p(text):
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def row(*cells):
    inner = (cell if cell.startswith("<") else p(cell) for cell in cells)
    return "<w:tr>" + "".join(f"<w:tc>{cell}</w:tc>" for cell in inner) + "</w:tr>"


def test_P12_written_filled_in_and_read_back():
    assert read_slip(filled(ANSWER)) == read_slip(filled(ANSWER))
    answer = read_slip(filled(ANSWER))
    assert answer.number == NUMBER
    assert dict(answer.elements) == ANSWER


def test_P12_an_empty_form_answers_nothing():
    answer = read_slip(write_slip(a_slip(), RECEIVED))
    assert answer.number == NUMBER
    assert dict(answer.elements) == {}


def test_P12_a_form_filled_with_empty_phrases_answers_nothing():
    assert dict(read_slip(filled(dict.fromkeys(ELEMENTS, "已处理"))).elements) == {}


@settings(max_examples=15, deadline=None)
@given(st.sets(st.sampled_from(list(ELEMENTS))))
def test_P12_each_element_is_read_by_itself(which):
    said = {number: ANSWER[number] for number in which}
    assert dict(read_slip(filled(said)).elements) == said


def test_P12_the_customers_words_answer_nothing():
    text = "联系电话：13800000001\n6．经办人：李某某\n二、调查处理情况\n满意度：满意\n经调查核实，我行已对柜员给予批评教育，客户表示满意。"
    assert dict(read_slip(write_slip(a_slip(text=text, demand=text), RECEIVED)).elements) == {}


def test_P14_4_the_anonymous_form_says_not_applicable_and_that_is_no_answer():
    assert dict(read_slip(write_slip(a_slip(**ANONYMOUS), RECEIVED)).elements) == {}


def test_words_in_content_controls_are_read():
    def control(paragraph, value):
        paragraph.append(parse_xml(f"<w:sdt {W}><w:sdtPr/><w:sdtContent><w:r><w:t>{value}</w:t></w:r></w:sdtContent></w:sdt>"))
    said = {number: value.replace("\n", "") for number, value in ANSWER.items()}
    assert dict(read_slip(filled(said, control)).elements) == said


def test_tracked_insertions_are_read_and_deletions_are_not():
    def tracked(paragraph, value):
        paragraph.append(parse_xml(f'<w:del {W} w:id="1" w:author="a"><w:r><w:delText>旧文字</w:delText></w:r></w:del>'))
        paragraph.append(parse_xml(f'<w:ins {W} w:id="2" w:author="a"><w:r><w:t>{value}</w:t></w:r></w:ins>'))
    assert dict(read_slip(filled({6: "张小某", 2: "通报批评"}, tracked)).elements) == {2: "通报批评", 6: "张小某"}


def test_an_untouched_placeholder_is_no_answer():
    def placeholder(paragraph, value):
        paragraph.append(parse_xml(f"<w:sdt {W}><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:r><w:t>{value}</w:t></w:r></w:sdtContent></w:sdt>"))
    assert dict(read_slip(filled({1: "单击或点击此处输入文字。"}, placeholder)).elements) == {}


def test_a_run_cut_into_pieces_is_one_value():
    def pieces(paragraph, value):
        for sign in value:
            paragraph.add_r().text = sign
    assert dict(read_slip(filled({5: "2026年7月23日", 7: "13800000000"}, pieces)).elements) == {5: "2026年7月23日", 7: "13800000000"}


def test_text_boxes_are_read_once():
    box = f"<w:txbxContent>{p('经办人：张小某')}</w:txbxContent>"
    xml = body(f"<w:p><w:r><mc:AlternateContent><mc:Choice><wps:txbx>{box}</wps:txbx></mc:Choice><mc:Fallback><v:textbox>{box}</v:textbox></mc:Fallback></mc:AlternateContent></w:r></w:p>")
    assert rows_of(with_main(xml)) == (("经办人：张小某",),)
    assert dict(read_slip(with_main(xml)).elements) == {6: "张小某"}


def test_nested_tables_are_read():
    inner = f"<w:tbl>{row('经办人', '张小某')}{row('联系电话', '13800000000')}</w:tbl>{p('')}"
    assert dict(read_slip(with_main(body(f"<w:tbl>{row(inner)}</w:tbl>"))).elements) == {6: "张小某", 7: "13800000000"}


def test_rows_and_cells_inside_content_controls_are_read():
    cell = f"<w:sdt><w:sdtContent><w:tc>{p('张小某')}</w:tc></w:sdtContent></w:sdt>"
    line = f"<w:sdt><w:sdtContent><w:tr><w:tc>{p('经办人')}</w:tc>{cell}</w:tr></w:sdtContent></w:sdt>"
    assert rows_of(with_main(body(f"<w:tbl>{line}</w:tbl>"))) == (("经办人", "张小某"),)


def test_ticked_symbols_are_read():
    box = '<w:r><w:sym w:font="Wingdings" w:char="F0{}"/><w:t>{}</w:t></w:r>'
    value = "<w:p>" + box.format("A3", "满意 ") + box.format("FE", "基本满意 ") + box.format("A3", "不满意") + "</w:p>"
    assert dict(read_slip(with_main(body(f"<w:tbl>{row('客户满意度', value)}</w:tbl>"))).elements) == {4: "基本满意"}


def test_a_letter_in_word_without_a_form_is_read():
    xml = body(p(f"关于{NUMBER}的回复") + p("经我行调查核实，客户反映的情况属实。") + p("经办人：张小某") + p("联系电话：13800000000"))
    answer = read_slip(with_main(xml))
    assert answer.number == NUMBER
    assert set(answer.elements) == {1, 6, 7}


def test_a_document_with_another_main_part_and_namespace_is_read():
    xml = '<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"><w:body><w:p><w:r><w:t>经办人：张小某</w:t></w:r></w:p></w:body></w:document>'
    assert dict(read_slip(with_main(xml.encode(), "word/document2.xml")).elements) == {6: "张小某"}


@pytest.mark.parametrize(("content", "cure"), [
    (b"", "另存为"), (b"%PDF-1.4", "另存为"), (b"PK\x03\x04broken", "另存为"),
    (bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 600, "旧版"),
    (bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "取消密码"),
    (with_main(b"<x/>", "xl/workbook.xml"), "Word"), (with_main(b"<w:document"), "修复"), (with_main(b"\xff\xfe\x00"), "修复"),
    (with_main(b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x>&e;</x>'), "文档类型"),
    (with_main(b'<!DOCTYPE x SYSTEM "http://elsewhere.example/x.dtd"><x/>'), "文档类型"),
    (with_main(b"<a>" * 500 + b"</a>" * 500), "嵌套"), (with_main(b"<a>" + b"<b/>" * 410_000 + b"</a>"), "压缩|过多"),
    (with_main(b"<a>" + b" " * 30_000_000 + b"</a>"), "压缩"),
    (with_main(body(p("x")), **{f"m{n}": b"" for n in range(2_100)}), "压缩"),
])
def test_what_is_no_word_form_is_refused_with_a_cure(content, cure):
    with pytest.raises(Unreadable, match=cure):
        read_slip(content)


def test_deeply_nested_tables_do_not_multiply_their_words():
    inner = p("字" * 60_000)
    for _ in range(40):
        inner = f"<w:tbl><w:tr><w:tc>{inner}</w:tc></w:tr></w:tbl>"
    rows = rows_of(with_main(body(inner + "".join(p(f"第{n}段") for n in range(2_000)))))
    assert max(len(cell) for row in rows for cell in row) == 50_000


def test_a_directory_that_lies_about_sizes_is_noticed():
    raw = bytearray(with_main(b"<a>" + b"0123456789" * 4_000_000 + b"</a>"))
    at = raw.rindex(b"PK\x01\x02")
    raw[at + 24:at + 28] = (1_000).to_bytes(4, "little")        # the unpacked size as the directory states it
    with pytest.raises(Unreadable):
        read_slip(bytes(raw))


def test_an_encrypted_member_is_refused():
    raw = bytearray(with_main(body(p("x"))))
    raw[raw.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Unreadable, match="密码"):
        read_slip(bytes(raw))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_damaged_form_is_read_or_refused_and_nothing_else(data):
    raw = bytearray(filled({6: "张小某"}))
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert set(read_slip(bytes(raw)).elements) <= set(ELEMENTS)
    except Unreadable as refusal:
        assert "附件" in str(refusal)


def test_the_same_slip_gives_the_same_bytes_and_the_given_time():
    one, two = (write_slip(a_slip(), RECEIVED) for _ in range(2))
    assert one == two
    said = Document(io.BytesIO(one)).core_properties
    assert said.created == said.modified == datetime(2026, 7, 22, 1, 31, tzinfo=UTC)
    assert (said.title, said.subject) == ("投诉转办单", NUMBER)
    assert "python-docx" not in said.author + said.comments
    with zipfile.ZipFile(io.BytesIO(one)) as package:
        assert {member.date_time for member in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_form_is_a4_with_number_at_the_foot_and_chinese_faces():
    document = Document(io.BytesIO(write_slip(a_slip(), RECEIVED)))
    section = document.sections[0]
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    assert NUMBER in section.footer.paragraphs[0].text
    faces = {fonts.get(qn("w:eastAsia")) for fonts in document.element.body.iter(qn("w:rFonts"))}
    assert faces == {"宋体", "黑体"}


def test_everything_the_slip_says_stands_on_the_form():
    slip = a_slip(text="第一段\x00\x1b\u202e\n第二段 <b>&amp;</b>", product="存款")
    words = "\n".join("\n".join(cells) for cells in rows_of(write_slip(slip, RECEIVED)))
    for field in (*slip.fields, *slip.answer):
        assert field.label in words
        assert field.value in words


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=80))
def test_any_words_of_a_customer_give_a_form_that_opens(text):
    slip = a_slip(text=text, demand=text)
    assert read_slip(write_slip(slip, RECEIVED)).number == NUMBER
