"""The slip as a Word form: written for the unit, and read back when it returns (P-12). No clock, no file."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.text.font import CT_RPr
from docx.shared import Cm, Length, Pt
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from adapters.formats.answer_table import SlipAnswer, read_rows
from adapters.formats.docx_words import rows_of
from routing.elements import FIRST_HALF, SECOND_HALF
from routing.hollow import Hollow
from routing.slip import FIRST_HALF_ASKS, SECOND_HALF_ASKS, Field, Slip, clean

SONG, HEI = "宋体", "黑体"
_LATIN = "Times New Roman"
_WIDTHS = (Cm(2.7), Cm(6.5), Cm(2.7), Cm(5.5))
_SHADE, _SHADE_HEADING = "EDF1F5", "D9E2EC"
_BODY, _SMALL = Pt(10.5), Pt(9)
#: How tall the unit's empty cells stand, by key; the rest is one line.
_ROOM = {"element_1": Cm(2.8), "element_2": Cm(1.4), "element_3": Cm(1.6), "head_of_unit": Cm(1.2)}
_LINE = Cm(0.7)
_PADDING = "40"                 # twentieths of a point above and below a cell's words
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)

__all__ = ["SlipAnswer", "read_slip", "write_slip"]


def write_slip(slip: Slip, at: datetime) -> bytes:
    """Return the slip as a .docx on A4; `at` (aware) is the time in its properties. The same slip gives the same bytes."""
    document = Document()
    _page(document, slip)
    _title(document, slip)
    table = document.add_table(rows=0, cols=len(_WIDTHS))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    _padding(table)
    for column, width in zip(table.columns, _WIDTHS, strict=True):
        column.width = width
    _heading(table, FIRST_HALF + FIRST_HALF_ASKS)
    for fields in _rows(field for field in slip.fields if field.key != "number"):
        _row(table, fields)
    _heading(table, SECOND_HALF + SECOND_HALF_ASKS)
    for fields in _rows(_numbered(slip.answer)):
        _row(table, fields)
    _properties(document, slip, at)
    raw = io.BytesIO()
    document.save(raw)
    return _without_clock(raw.getvalue())


def _numbered(answer: Sequence[Field]) -> list[Field]:
    return [
        Field(f"{place}．{field.label}" if field.key.startswith("element_") else field.label, field.value, field.key, field.wide)
        for place, field in enumerate(answer, 1)
    ]


def _rows(fields: Iterable[Field]) -> list[list[Field]]:
    """Put two narrow fields beside each other, a wide one alone."""
    rows: list[list[Field]] = []
    for field in fields:
        beside = rows and not field.wide and len(rows[-1]) == 1 and not rows[-1][0].wide
        if beside:
            rows[-1].append(field)
        else:
            rows.append([field])
    return rows


def _page(document: DocxDocument, slip: Slip) -> None:
    style = document.styles["Normal"]
    style.font.size = _BODY
    _face(style.element.get_or_add_rPr(), SONG)
    style.paragraph_format.space_after = Pt(0)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(1.8)
    section.top_margin, section.bottom_margin = Cm(1.5), Cm(1.5)
    section.header_distance = section.footer_distance = Cm(0.8)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(footer, f"{slip.title}　{slip.number}　第 ", size=_SMALL)
    _counter(footer, "PAGE")
    _write(footer, " 页　共 ", size=_SMALL)
    _counter(footer, "NUMPAGES")
    _write(footer, " 页　　内容保密，不得外传", size=_SMALL)


def _counter(paragraph: Paragraph, name: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    run = paragraph.add_run("1")
    run.font.size = _SMALL
    field.append(run._r)  # noqa: SLF001  python-docx has no other way to a field
    paragraph._p.append(field)  # noqa: SLF001  as above


def _title(document: DocxDocument, slip: Slip) -> None:
    for line in slip.head:
        head = document.add_paragraph()
        head.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _write(head, line, size=Pt(12))
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(title, slip.title, face=HEI, size=Pt(20))
    number = document.add_paragraph()
    number.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    number.paragraph_format.space_after = Pt(3)
    _write(number, f"编号：{slip.number}")


def _heading(table: Table, text: str) -> None:
    (cell,) = _new_row(table, _LINE, (len(_WIDTHS),))
    _shade(cell, _SHADE_HEADING)
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    cell.paragraphs[0].paragraph_format.keep_with_next = True
    _write(cell.paragraphs[0], text, face=HEI)


def _row(table: Table, fields: Sequence[Field]) -> None:
    spans = (1, 3) if len(fields) == 1 else (1,) * len(_WIDTHS)
    cells = _new_row(table, max(_ROOM.get(field.key, _LINE) for field in fields), spans)
    for field, label, value in zip(fields, cells[::2], cells[1::2], strict=True):
        _shade(label, _SHADE)
        label.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
        _write(label.paragraphs[0], field.label)
        _lines(value, field.value)
        label.vertical_alignment = value.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER


def _lines(cell: _Cell, text: str) -> None:
    first, *rest = clean(text).splitlines() or [""]
    _write(cell.paragraphs[0], first)
    for line in rest:
        _write(cell.add_paragraph(), line)


def _new_row(table: Table, height: Length, spans: Sequence[int]) -> list[_Cell]:
    """Add a row whose cells span so many columns each; python-docx's own way, by merging, takes five times as long."""
    line = table._tbl.add_tr()  # noqa: SLF001  as said
    row = _Row(line, table)
    row.height, row.height_rule = height, WD_ROW_HEIGHT_RULE.AT_LEAST
    start = 0
    for span in spans:
        cell = line.add_tc()
        cell.grid_span, cell.width = span, Length(sum(_WIDTHS[start:start + span]))
        start += span
    return [_Cell(cell, table) for cell in line.tc_lst]


def _write(paragraph: Paragraph, text: str, *, face: str = SONG, size: Length = _BODY) -> None:
    run = paragraph.add_run(clean(text) if text.strip() else text)
    run.font.size = size
    _face(run._r.get_or_add_rPr(), face)  # noqa: SLF001  python-docx does not set the East Asian face


def _face(properties: CT_RPr, face: str) -> None:
    fonts = properties.get_or_add_rFonts()
    for script, name in (("ascii", _LATIN), ("hAnsi", _LATIN), ("eastAsia", face)):
        fonts.set(qn(f"w:{script}"), name)


def _shade(cell: _Cell, colour: str) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001  python-docx has no shading


def _padding(table: Table) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side in ("top", "bottom"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), _PADDING)
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.find(qn("w:tblLook")).addprevious(margins)  # noqa: SLF001  python-docx has no cell margins


def _properties(document: DocxDocument, slip: Slip, at: datetime) -> None:
    said = document.core_properties
    said.title, said.subject, said.language = slip.title, slip.number, "zh-CN"
    said.author = said.last_modified_by = "".join(slip.head) or "hotline-bridge"
    said.comments, said.keywords, said.revision = "", slip.number, 1
    said.created = said.modified = at.astimezone(UTC)


def _without_clock(raw: bytes) -> bytes:
    """Return the same package with one fixed time on all its members; the zip writer had looked at the clock."""
    fixed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            entry = zipfile.ZipInfo(member.filename, _ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(member))
    return fixed.getvalue()


def read_slip(content: bytes, hollow: Hollow) -> SlipAnswer:
    """Return what a unit wrote into the form, or into any other Word file; Unreadable where it cannot be opened."""
    return read_rows(rows_of(content), hollow)
