import io

import openpyxl
import pytest
from docx import Document
from hypothesis import given, settings, strategies as st

from adapters.formats.answer_file import Shape, may_answer, only_office_opens, read_file, shape_of, unseen
from routing.papers import Attachment, Unreadable
from tests.elements.words import HOLLOW

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
OLD_WORD = OLE + b"\0" * 504 + "WordDocument".encode("utf-16-le")
OLD_SHEETS = OLE + b"\0" * 504 + "Workbook".encode("utf-16-le")
LOCKED = OLE + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le")


def saved(thing) -> bytes:
    raw = io.BytesIO()
    thing.save(raw)
    return raw.getvalue()


def a_word_file() -> bytes:
    document = Document()
    document.add_paragraph("经办人：张小某")
    return saved(document)


def a_workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["经办人", "张小某"])
    return saved(book)


def said(name: str, content: bytes, others: str = "") -> dict[int, str]:
    return dict(read_file(Attachment(name, "", content), HOLLOW, others).elements)


@pytest.mark.parametrize(("name", "content", "shape"), [
    ("a.docx", a_word_file(), Shape.DOCX), ("a.doc", a_word_file(), Shape.DOCX), ("a.xlsx", a_workbook(), Shape.XLSX), ("a.xls", a_workbook(), Shape.XLSX),
    ("a.docx", a_workbook(), Shape.XLSX), ("a.doc", OLD_WORD, Shape.OLD_WORDS), ("a.docx", OLD_WORD, Shape.OLD_WORDS), ("a.wps", OLD_WORD, Shape.OLD_WORDS),
    ("a.xls", OLD_SHEETS, Shape.OLD_TABLE), ("a.et", OLD_SHEETS, Shape.OLD_TABLE), ("a.doc", OLD_SHEETS, Shape.OLD_TABLE), ("a.docx", LOCKED, Shape.LOCKED),
    ("a.doc", b"{\\rtf1 x}", Shape.RICH), ("a.xls", b"<html><table>", Shape.WEB), ("a.doc", b"\xef\xbb\xbf<html>", Shape.WEB), ("a.txt", b"x", Shape.TEXT),
    ("a.doc", "经办人：张小某".encode("gb18030"), Shape.TEXT), ("a.wps", b"\x01\x00\x02", Shape.OLD_WORDS),
])
def test_P12_a_file_is_what_it_holds_whatever_it_is_called(name, content, shape):
    assert shape_of(Attachment(name, "", content)) is shape


@pytest.mark.parametrize(("name", "content"), [
    ("回复.docx", a_word_file()), ("回复.doc", a_word_file()), ("回复.xlsx", a_workbook()), ("回复.txt", "经办人：张小某".encode("gb18030")), ("回复.txt", "\ufeff经办人：张小某".encode()),
    ("回复.txt", "经办人：张小某".encode("utf-16")), ("回复.csv", "经办人,张小某\n".encode("gb18030")), ("回复.html", "<table><tr><td>经办人</td><td>张小某</td></tr></table>".encode()),
    ("回复.doc", b"{\\rtf1\\ansi\\ansicpg936 \\'be\\'ad\\'b0\\'ec\\'c8\\'cb\\'a3\\'ba\\'d5\\'c5\\'d0\\'a1\\'c4\\'b3\\par}"),
    ("回复.xls", '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table><tr><td>经办人<td>张小某</table>'.encode()),
])
def test_P12_the_elements_in_files_of_every_kind(name, content):
    assert said(name, content) == {6: "张小某"}


def test_P12_what_others_wrote_is_no_answer_in_a_file_either():
    text = "经办人：张小某\n经核实，柜员态度恶劣，客户非常不满意。\n"
    assert said("a.txt", text.encode(), "经核实，柜员态度恶劣，客户非常不满意。") == {6: "张小某"}


@pytest.mark.parametrize(("content", "cure"), [(OLD_WORD, "另存为"), (OLD_SHEETS, "另存为"), (LOCKED, "取消密码"), (b"PK\x03\x04", "重新发送")])
def test_P12_what_cannot_be_read_here_says_what_to_do(content, cure):
    with pytest.raises(Unreadable, match=cure):
        said("a.doc", content)


def test_only_old_files_need_the_office():
    assert only_office_opens(Attachment("a.doc", "", OLD_WORD))
    assert only_office_opens(Attachment("a.et", "", OLD_SHEETS))
    assert not only_office_opens(Attachment("a.msg", "", OLD_WORD))
    assert not only_office_opens(Attachment("a.docx", "", a_word_file()))
    assert not may_answer(Attachment("logo.png", "", b""))


def test_P12_a_scan_is_for_people():
    assert unseen(Attachment("回复.PDF", "", b"%PDF"))
    assert unseen(Attachment("IMG_1.jpg", "", b"x" * 200_000))
    assert not unseen(Attachment("logo.png", "", b"x" * 5_000))
    assert not unseen(Attachment("a.docx", "", b"x" * 200_000))


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(["a.doc", "a.docx", "a.xlsx", "a.txt", "a.html", "a.rtf", "a.csv", "a.wps"]), st.sampled_from([b"", OLE, b"PK\x03\x04", b"{\\rtf1", b"<html>", b"<?xml"]), st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(name, start, rest):
    try:
        assert set(said(name, start + rest)) <= set(range(1, 8))
    except Unreadable as error:
        assert "请" in str(error)
