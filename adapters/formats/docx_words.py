"""The words of a Word document as rows, read from the XML itself.

python-docx does not see content controls, tracked insertions and text boxes; people answer in all three. Deleted and
moved-away text and untouched placeholders are left out. Guarded against bombs, entities and endless nesting: the
document comes from outside.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET

from routing.papers import Unreadable

Row = tuple[str, ...]           # the cells of a table row; a paragraph outside of tables is a row of one

_MOST_MEMBERS = 2_000
_MOST_BYTES = 200 * 2**20       # of all members together, unpacked
_MOST_XML = 20 * 2**20          # of the part that is parsed
_MOST_RATIO = 200               # deflate packs Word XML 10 to 20 times; 1 000 is a bomb
_DEEPEST = 150
_MOST_ELEMENTS = 400_000        # a form has 3,000, a report of fifty pages 100,000
_LONGEST_CELL = 50_000          # characters; cells of nested tables repeat in the cells around them
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_MAIN = re.compile(r"word/document\d*\.xml", re.IGNORECASE)
_LEFT_OUT = frozenset({"del", "moveFrom", "Fallback", "instrText", "rPr", "pPr", "tblPr", "tcPr", "trPr"})
_SIGNS: Mapping[str, str] = {
    "tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": "",
}
#: Boxes of the symbol fonts: Wingdings and Wingdings 2.
_SYMBOLS: Mapping[str, str] = {
    **dict.fromkeys(("F052", "F0FE", "F0FC", "F050", "F0FD"), "☑"), **dict.fromkeys(("F0A3", "F0A8", "F06F", "F071"), "□"),
}


def rows_of(content: bytes) -> tuple[Row, ...]:
    """Return the words of a .docx, in order, as rows of cells; Unreadable with what to do where it is none."""
    return tuple(row for row in _rows(_tree(main_part(content))) if any(cell.strip() for cell in row))


def main_part(content: bytes) -> bytes:
    """Return the XML of a .docx's main part, once its package looks like a form's; Unreadable with what to do where it does not."""
    if content.startswith(_OLE):
        raise Unreadable(_why_ole(content))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            member = _checked(package.infolist())
            with package.open(member) as stream:
                xml = stream.read(_MOST_XML + 1)            # the size in the directory may lie
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"附件不是完好的 .docx 文件（{error}）；请在 Word 或 WPS 中另存为 .docx 后重新发送") from error
    if len(xml) > _MOST_XML:
        raise Unreadable("附件 .docx 展开后过大；请只保留表格内容，另存为 .docx 后重新发送")
    return xml


def _why_ole(content: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in content:
        return "附件 .docx 设有打开密码，无法读取；请取消密码后重新发送"
    return "附件是旧版 .doc（或 .wps）文件；请另存为 .docx 后重新发送，或直接在邮件正文中逐项填写"


def _checked(members: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    """Return the main part of the package once its sizes look like a form's."""
    packed, unpacked = sum(one.compress_size for one in members), sum(one.file_size for one in members)
    if len(members) > _MOST_MEMBERS or unpacked > _MOST_BYTES or unpacked > _MOST_RATIO * max(packed, 1024):
        raise Unreadable("附件 .docx 的压缩内容异常（疑似压缩炸弹），未予打开；请重新制作后发送")
    if any(one.flag_bits & 1 for one in members):
        raise Unreadable("附件 .docx 已加密，无法读取；请取消密码后重新发送")
    main = next((one for one in members if _MAIN.fullmatch(one.filename)), None)
    if main is None:
        raise Unreadable("附件不是 Word 文档（缺少正文部分）；请另存为 .docx 后重新发送")
    return main


class _Builder(ET.TreeBuilder):
    """A tree without document types, of bounded depth and size."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = self._elements = 0

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise Unreadable(f"附件 .docx 含有文档类型声明（{name!r} {pubid or system or ''}），未予打开；请用 Word 另存为 .docx 后重新发送")

    def start(self, tag: str, attrs: dict[str, str], /) -> ET.Element:
        self._depth += 1
        self._elements += 1
        if self._depth > _DEEPEST or self._elements > _MOST_ELEMENTS:
            raise Unreadable("附件 .docx 嵌套层次过深或内容过多，未予打开；请只保留表格内容后重新发送")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> ET.Element:
        self._depth -= 1
        return super().end(tag)


def _tree(xml: bytes) -> ET.Element:
    parser = ET.XMLParser(target=_Builder())  # noqa: S314  the builder refuses document types, so no entity is declared
    try:
        parser.feed(xml)
        root: ET.Element = parser.close()
    except (ET.ParseError, ValueError, LookupError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"附件 .docx 的正文已损坏（{error}）；请在 Word 中修复并另存为 .docx 后重新发送") from error
    return root


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]               # transitional, strict and WPS namespaces alike


def _attribute(element: ET.Element, name: str) -> str:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _rows(element: ET.Element) -> Iterator[Row]:
    for child in element:
        name = _name(child)
        if name in _LEFT_OUT or (name == "sdt" and _untouched(child)):
            continue
        if name == "tr":
            cells = list(_cells(child))
            yield tuple(_words(cell) for cell in cells)
            for cell in cells:
                yield from _nested(cell)
        elif name == "p":
            yield (_words(child),)
            yield from _boxes(child)
        else:
            yield from _rows(child)


def _cells(row: ET.Element) -> Iterator[ET.Element]:
    """Yield the cells of a row, also those inside of content controls and insertions."""
    for child in row:
        if _name(child) == "tc":
            yield child
        elif _name(child) not in _LEFT_OUT:
            yield from _cells(child)


def _nested(element: ET.Element) -> Iterator[Row]:
    """Yield the rows of the tables and boxes inside of a cell."""
    for child in element:
        if _name(child) in {"tbl", "txbxContent"}:
            yield from _rows(child)
        elif _name(child) not in _LEFT_OUT:
            yield from _nested(child)


_boxes = _nested


def _untouched(control: ET.Element) -> bool:
    """Whether a content control still shows its placeholder ("click here to enter text")."""
    return any(_name(mark) == "showingPlcHdr" and _attribute(mark, "val") not in {"0", "false"} for mark in control.iter())


def _words(element: ET.Element) -> str:
    """Return the text of a paragraph or cell, with nested tables but without text boxes."""
    pieces, size = [], 0
    for piece in _pieces(element):
        pieces.append(piece)
        size += len(piece)
        if size > _LONGEST_CELL:
            break
    lines = (line.strip() for line in "".join(pieces)[:_LONGEST_CELL].split("\n"))
    return "\n".join(filter(None, lines))


def _pieces(element: ET.Element) -> Iterator[str]:
    for child in element:
        name = _name(child)
        if name == "t":
            yield child.text or ""
        elif name in _SIGNS:
            yield _SIGNS[name]
        elif name == "sym":
            yield _SYMBOLS.get(_attribute(child, "char").upper(), "")
        elif name not in _LEFT_OUT and name != "txbxContent" and not (name == "sdt" and _untouched(child)):
            yield from _pieces(child)
            if name == "p":
                yield "\n"
