"""A file that came with an answer, read by what it is and not by its name: Word, Excel, rich text, web page, plain text (P-12)."""

from collections.abc import Callable, Mapping
from enum import Enum


from adapters.formats.rtf import rtf_text
from adapters.formats import charset, xlsx_words
from adapters.formats.answer_table import SlipAnswer, read_rows
from adapters.formats.html import html_to_text
from adapters.formats.slip_docx import read_slip
from routing.elements import said_in, without_words_of
from routing.hollow import Hollow
from routing.number import find_numbers
from routing.papers import Attachment, Unreadable

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED, _WORD, _SHEETS = ("EncryptedPackage", "WordDocument", "Workbook")
_HEAD = 4096
_MOST_TEXT = 2_000_000
_LONGEST_PICTURE = 100_000      # bytes; a smaller one is a logo or a smile
#: What units answer in, by the ends of names; the content decides how it is read.
_WORDS = (".docx", ".docm", ".doc", ".wps", ".wpt", ".dot", ".rtf", ".odt")
_TABLES = (".xlsx", ".xlsm", ".xls", ".et", ".ods")
_TEXTS = (".txt", ".htm", ".html", ".csv")
_SCANS, _PICTURES = (".pdf", ".ofd"), (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff")


class Shape(Enum):
    """What a file is."""

    DOCX = "docx"
    XLSX = "xlsx"
    OLD_WORDS = "doc"               # only an office program opens it
    OLD_TABLE = "xls"
    OPEN_WORDS = "odt"
    OPEN_TABLE = "ods"
    RICH = "rtf"
    WEB = "html"
    TEXT = "txt"
    LOCKED = "locked"


#: What an office program is asked to make of a shape that only it opens.
CONVERTED: Mapping[Shape, str] = {
    Shape.OLD_WORDS: "docx", Shape.OPEN_WORDS: "docx", Shape.OLD_TABLE: "xlsx", Shape.OPEN_TABLE: "xlsx",
}


def may_answer(file: Attachment) -> bool:
    """Whether a file is of a kind that holds words of an answer."""
    return file.name.lower().endswith((*_WORDS, *_TABLES, *_TEXTS))


def only_office_opens(file: Attachment) -> bool:
    """Whether a file holds words of an answer that only an office program can open."""
    return may_answer(file) and shape_of(file) in CONVERTED


def unseen(file: Attachment) -> bool:
    """Whether a file may hold an answer that only a person can read: a scan, a photograph."""
    name = file.name.lower()
    return name.endswith(_SCANS) or (name.endswith(_PICTURES) and len(file.content) > _LONGEST_PICTURE)


def shape_of(file: Attachment) -> Shape:
    """Return what a file is by its first bytes; its name only where these leave it open."""
    head, name = file.content[:_HEAD], file.name.lower()
    if head.startswith(_OLE):
        return _old_shape(file.content, name)
    if head.startswith(b"PK"):
        return _package_shape(file.content, name)
    if head.lstrip().startswith(b"{\\rtf"):
        return Shape.RICH
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<?xml")) or b"<table" in head.lower() or name.endswith((".htm", ".html")):
        return Shape.WEB
    return Shape.TEXT if name.endswith(_TEXTS) else Shape.TEXT if b"\0" not in head and name.endswith((*_WORDS, *_TABLES)) else Shape.OLD_WORDS


def _old_shape(content: bytes, name: str) -> Shape:
    """Word and Excel before 2007, and WPS: what their directory names."""
    if _ENCRYPTED.encode("utf-16-le") in content:
        return Shape.LOCKED
    words, table = (entry.encode("utf-16-le") in content for entry in (_WORD, _SHEETS))
    return Shape.OLD_TABLE if (table and not words) or (not words and name.endswith(_TABLES)) else Shape.OLD_WORDS


def _package_shape(content: bytes, name: str) -> Shape:
    if b"opendocument.spreadsheet" in content[:200]:
        return Shape.OPEN_TABLE
    if b"opendocument" in content[:200]:
        return Shape.OPEN_WORDS
    sheets = b"xl/workbook" in content or (name.endswith(_TABLES) and b"word/document" not in content)
    return Shape.XLSX if sheets else Shape.DOCX


def read_file(file: Attachment, hollow: Hollow, others: str = "") -> SlipAnswer:
    """Return what a file says of the elements; `others` are words that others wrote, which a text may quote.

    Unreadable, in words for who sent it, where it cannot be opened here.
    """
    return _READERS[shape_of(file)](file, hollow, others)


def _docx(file: Attachment, hollow: Hollow, _others: str) -> SlipAnswer:
    return read_slip(file.content, hollow)


def _xlsx(file: Attachment, hollow: Hollow, _others: str) -> SlipAnswer:
    return read_rows(xlsx_words.rows_of(file.content), hollow)


def _old(_file: Attachment, _hollow: Hollow, _others: str) -> SlipAnswer:
    raise Unreadable("附件是旧版 .doc（或 .wps、.xls）文件；请另存为 .docx 或 .xlsx 后重新发送，或直接在邮件正文中逐项填写")


def _locked(_file: Attachment, _hollow: Hollow, _others: str) -> SlipAnswer:
    raise Unreadable("附件设有打开密码，无法读取；请取消密码后重新发送")


def _rich(file: Attachment, hollow: Hollow, others: str) -> SlipAnswer:
    try:
        text = rtf_text(file.content)
    except (ValueError, LookupError, IndexError, RecursionError) as error:
        raise Unreadable("附件不是完好的 RTF 文件；请另存为 .docx 后重新发送") from error
    return _said(text.replace("|", "\t"), hollow, others)


def _web(file: Attachment, hollow: Hollow, others: str) -> SlipAnswer:
    return _said(html_to_text(charset.decode(file.content[:_MOST_TEXT], "").text), hollow, others)


def _text(file: Attachment, hollow: Hollow, others: str) -> SlipAnswer:
    text = charset.decode(file.content[:_MOST_TEXT], "").text
    return _said(text.replace(",", "\t") if file.name.lower().endswith(".csv") else text, hollow, others)


def _said(text: str, hollow: Hollow, others: str) -> SlipAnswer:
    numbers = find_numbers(text)
    said = said_in(without_words_of(text, others), hollow)
    return SlipAnswer(numbers[0] if numbers else None, said.elements, said.refused)


_READERS: Mapping[Shape, Callable[[Attachment, Hollow, str], SlipAnswer]] = {
    Shape.DOCX: _docx, Shape.XLSX: _xlsx, Shape.OLD_WORDS: _old, Shape.OLD_TABLE: _old, Shape.OPEN_WORDS: _old, Shape.OPEN_TABLE: _old,
    Shape.RICH: _rich, Shape.WEB: _web, Shape.TEXT: _text, Shape.LOCKED: _locked,
}
