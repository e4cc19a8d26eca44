"""A Word form of the bank's own (P-9.1, P-12): read, tried, filled in; what is wrong with it is told."""

import io
import zipfile
from collections.abc import Callable

import pytest
from docx import Document
from docx.shared import Cm

from adapters.formats.docx_words import rows_of
from adapters.formats.slip_docx import mistakes_of, write_slip
from adapters.formats.slip_form import read_form, words_of
from hotline_bridge.templates import FORM, SHIPPED
from routing.elements import ELEMENTS
from routing.errors import BadTable
from routing.form import ANSWERS, LABELLED, PLACES, REQUIRED
from routing.papers import Channel
from routing.specimens import ANSWER, AT, a_slip as specimen
from tests.elements.words import HOLLOW, read_slip
from tests.routing.slips import RECEIVED, a_slip

SHAPE = (SHIPPED / FORM).read_bytes()


def edited(change: Callable[[str], str], part: str = "word/document.xml", **more: bytes) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(SHAPE)) as old, zipfile.ZipFile(raw, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content.decode()).encode() if name == part else content)
        for name, content in more.items():
            new.writestr(name, content)
    return raw.getvalue()


def told(content: bytes) -> str:
    with pytest.raises(BadTable) as caught:
        read_form(content, "slip.docx")
    return "\n".join(caught.value.mistakes)


def drawn(change: Callable[..., None] = lambda _: None) -> bytes:
    """A form as a bank draws it: other order, other labels, one column of answers."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    document.add_paragraph("某某银行 {{title}}　编号：{{ number }}")
    table = document.add_table(rows=0, cols=2)
    for key in (key for key in REQUIRED if key not in {"title", "number"}):
        cells = table.add_row().cells
        cells[0].text, cells[1].text = PLACES[key][0], f"{{{{{key}}}}}"
    table.add_row().cells[0].text = "二、调查处理情况"
    for number, name in ELEMENTS.items():
        cells = table.add_row().cells
        cells[0].text, cells[1].text = name, f"{{{{element_{number}}}}}"
    change(document)
    raw = io.BytesIO()
    document.save(raw)
    return raw.getvalue()


def test_P12_a_form_the_bank_draws_is_filled_in_and_read_back() -> None:
    form = read_form(drawn(), "slip.docx")
    assert mistakes_of(form, specimen(), ANSWER, HOLLOW, AT) == []
    words = "\n".join("\n".join(row) for row in rows_of(write_slip(a_slip(), RECEIVED, form)))
    for key in REQUIRED:
        assert a_slip().value(key) in words


def test_the_shipped_form_has_every_place_and_is_sound() -> None:
    form = read_form(SHAPE, FORM)
    said = "\n".join(words_of(form))
    assert all(f"{{{{{key}}}}}" in said for key in PLACES if key != "created")
    assert all(f"{{{{{key}.label}}}}" in said for key in LABELLED)
    assert mistakes_of(form, specimen(handed_down=True), ANSWER, HOLLOW, AT) == []


def test_a_placeholder_cut_into_runs_is_put_together() -> None:
    def cut(document) -> None:
        paragraph = document.paragraphs[0]
        text = paragraph.text
        for run in paragraph.runs:
            run.text = ""
        for sign in text:
            paragraph.add_run(sign).bold = sign == "{"
    words = rows_of(write_slip(a_slip(), RECEIVED, read_form(drawn(cut), "slip.docx")))
    assert words[0] == (f"某某银行 投诉转办单　编号：{a_slip().number}",)


def test_a_row_without_its_fields_is_left_out_and_an_empty_one_stays() -> None:
    form = read_form(SHAPE, FORM)
    plain, whole = (rows_of(write_slip(one, RECEIVED, form)) for one in (a_slip(), a_slip(channel=Channel.GOVERNMENT, authority="某局", authority_number="某字1号", product="存款")))
    assert not any("交办单位" in row or "涉及产品" in row for row in plain)
    assert ("交办单位", "某局", "交办文号", "某字1号") in whole
    assert ("涉及产品", "存款") in whole
    assert any("代理人" in row for row in plain)


@pytest.mark.parametrize(("change", "words"), [
    (lambda xml: xml.replace("{{text}}", ""), "{{text}} is missing: 投诉内容 must stand on every slip (P-9.1)"),
    (lambda xml: xml.replace("{{number}}", ""), "{{number}} is missing"),
    (lambda xml: xml.replace("{{element_3}}", ""), "{{element_3}} is missing: the answer needs it (P-12)"),
    (lambda xml: xml.replace("{{element_3}}", "{{element_3}} {{element_3}}"), "stands 2 times"),
    (lambda xml: xml.replace("{{seat}}", "{{seet}}"), "{{seet}} is no placeholder; there are title, number"),
    (lambda xml: xml.replace("{{seat}}", "{{seat}"), "does not close or open a placeholder"),
    (lambda xml: xml.replace("{{seat}}", "{{number.label}}"), "number has no label"),
    (lambda xml: xml.replace('w:w="11906"', 'w:w="16838"').replace('w:h="16838"', 'w:h="11906"'), "printed on A4 upright"),
    (lambda xml: xml[:-30], "is damaged"), (lambda _: "<w:x/>", "damaged"),
    (lambda _: '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x>&e;</x>', ""),
])
def test_what_is_wrong_with_a_form_is_told_with_its_cure(change: Callable[[str], str], words: str) -> None:
    assert words in told(edited(change))


def test_macros_and_links_to_elsewhere_are_refused() -> None:
    assert "macros have no place" in told(edited(str, **{"word/vbaProject.bin": b"x"}))
    link = '<Relationship Id="rId99" Type="x" Target="http://x.example/a.png" TargetMode="External"/></Relationships>'
    assert "outside of the file" in told(edited(lambda xml: xml.replace("</Relationships>", link), "word/_rels/document.xml.rels"))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"%PDF", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600])
def test_what_is_no_word_file_is_told(content: bytes) -> None:
    assert "is no Word form" in told(content)


def test_P12_answers_that_would_not_be_read_back_are_told() -> None:
    beside = edited(lambda xml: xml.replace("{{element_6.label}}", "某某"))
    assert any("{{element_6}} is not read back" in one for one in mistakes_of(read_form(beside, "x"), specimen(), ANSWER, HOLLOW, AT))
    headless = edited(lambda xml: xml.replace("二、调查处理情况（由承办单位填写）", "单位填写"))
    assert read_slip(write_slip(specimen(), AT, read_form(headless, "x"))).number == specimen().number


def test_P9_1_the_form_changes_nothing_of_what_is_signed_for() -> None:
    from routing.slip import digest

    slip = a_slip()
    before = digest(slip)
    write_slip(slip, RECEIVED, read_form(drawn(), "slip.docx"))
    assert digest(slip) == before
    assert set(ANSWERS) <= {one.key for one in slip.answer}
