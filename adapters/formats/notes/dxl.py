"""DXL: Domino's XML, one <document> or a <database> of many (HCL Domino Designer, "DXL elements").

Read in a stream, so that one document lies in memory at a time. Nothing outside is ever fetched, no entity is declared:
the DOCTYPE that Domino writes is let pass and not looked at.
"""

import base64
import binascii
import re
import struct
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

from adapters.formats.notes.document import Document, File
from routing.papers import Unreadable

_MOST_DEPTH = 100
_MOST_ELEMENTS = 200_000    # of one document
_HEAD = 4_000
_STEP = 1 << 18
_START = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>)?\s*(?:<!DOCTYPE[^>\[]*>)?\s*<(?:dxl:)?(?:document|database)[\s>]", re.IGNORECASE)
_SILENT = frozenset({"attachmentref", "pardef", "font", "picture", "notesbitmap", "gif", "jpeg"})
_SPOKEN = frozenset({"run", "text", "tablecell", "urllink", "section", "sectiontitle"})
_MIME_PART = 19
_PART_HEAD = struct.Struct("<HIBBHHHHI")        # MIME_PART of the C API: flags at 1, lengths of boundary and headers at 5 and 6
_IN_FILE = 4                # the part's body lies in a $FILE of that name


def is_dxl(content: bytes) -> bool:
    """Whether a file begins as DXL does."""
    return _START.match(content[:_HEAD]) is not None


def documents(content: bytes) -> Iterator[Document]:
    """Yield the documents of a DXL file; Unreadable where it is not sound, behind those that were."""
    if b"<!ENTITY" in content or b"\x00" in content[:_HEAD]:
        raise Unreadable("DXL 文件含有实体声明或不是 UTF-8，未予读取；请由 Domino 直接导出 / entities or not UTF-8")
    parser: Any = ET.XMLPullParser(("start", "end"))      # typeshed knows other events, too
    depth = count = 0
    try:
        for at in range(0, len(content), _STEP):
            parser.feed(content[at:at + _STEP])
            for event, element in parser.read_events():
                depth, count = depth + (1 if event == "start" else -1), count + 1
                if depth > _MOST_DEPTH or count > _MOST_ELEMENTS:
                    raise Unreadable("DXL 嵌套过深或单个文档过大；请分批导出 / nested too deeply, or a document too large")
                if event == "end" and _name(element) == "document":
                    yield _document(element)
                    element.clear()
                    count = 0
        parser.close()
    except (LookupError, UnicodeError):
        raise Unreadable("DXL 文件声明了无法识别的字符集；请由 Domino 以 UTF-8 导出 / an encoding nobody knows") from None
    except ET.ParseError as error:
        raise Unreadable(f"DXL 文件不完整或已损坏（第 {error.position[0]} 行），其后的文档未能读取；请重新导出 / broken off or damaged") from None


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _document(element: ET.Element) -> Document:
    items: dict[str, list[str]] = {}
    files: list[File] = []
    mime: list[tuple[int, bytes]] = []
    body = unid = ""
    for child in element:
        kind = _name(child)
        if kind == "noteinfo":
            unid = child.get("unid", "")
        elif kind == "item":
            body += _item(child, items, files, mime)
    return Document(unid, element.get("form", ""), items, body.strip("\n"), tuple(files), _joined(mime, files), ())


def _item(item: ET.Element, items: dict[str, list[str]], files: list[File], mime: list[tuple[int, bytes]]) -> str:
    """Add one item to what is known of the document; the words of a rich text body."""
    name = item.get("name", "").lower()
    words = ""
    for value in item:
        kind = _name(value)
        if kind == "richtext":
            text = _rich(value)
            words += text + "\n" if name == "body" else ""
            items.setdefault(name, []).append(text)
        elif kind == "object":
            files += _files(value)
        elif kind == "rawitemdata" and value.get("type") == str(_MIME_PART):
            mime.append(_mime_part(_base64(value.text)))
        else:
            items.setdefault(name, []).extend(_texts(value))
    return words


def _texts(value: ET.Element) -> Iterator[str]:
    """The values of a text, number or date, or of a list of them; a <break/> ends a line."""
    if _name(value) in {"textlist", "numberlist", "datetimelist"}:
        for one in value:
            yield from _texts(one)
        return
    yield _flat(value)


def _flat(element: ET.Element) -> str:
    out = [element.text or ""]
    for child in element:
        out.append("\n" if _name(child) == "break" else _flat(child))
        out.append(child.tail or "")
    return "".join(out)


def _rich(element: ET.Element) -> str:
    """Rich text as lines: paragraphs, breaks, tables by tabs; names of attached files are left out."""
    return "".join(_lines(element)).strip("\n")


def _lines(element: ET.Element) -> Iterator[str]:
    kind = _name(element)
    if kind in _SILENT:
        return
    if element.text and (kind in _SPOKEN or (kind == "par" and element.text.strip())):      # blanks between elements are layout
        yield element.text
    for child in element:
        yield "\n" if _name(child) == "break" else "".join(_lines(child))
        if child.tail and kind in {"run", "par", "text", "urllink"} and child.tail.strip():
            yield child.tail
    if kind == "tablecell":
        yield "\t"
    elif kind in {"par", "tablerow"}:
        yield "\n"


def _files(value: ET.Element) -> Iterator[File]:
    for file in value:
        if _name(file) == "file":
            content = "".join(_flat(part) for part in file if _name(part) == "filedata")
            yield File(file.get("name", ""), _base64(content))


def _base64(text: str | None) -> bytes:
    try:
        return base64.b64decode("".join((text or "").split()), validate=True)
    except (ValueError, binascii.Error):
        return b""


def _mime_part(raw: bytes) -> tuple[int, bytes]:
    """The flags and the bytes of a part as it came by the internet: boundary, headers, body."""
    if len(raw) < _PART_HEAD.size:
        return 0, b""
    flags = _PART_HEAD.unpack_from(raw)[1]
    return flags, raw[_PART_HEAD.size:]


def _joined(parts: list[tuple[int, bytes]], files: list[File]) -> bytes:
    """The MIME entity of all parts, those that lie in files brought back."""
    by_name = {file.name: file.content for file in files}
    whole = b""
    for flags, part in parts:
        head, _, name = part.rpartition(b"\r\n\r\n") if flags & _IN_FILE else (part, b"", b"")
        whole += head + (b"\r\n\r\n" + by_name.get(name.decode("utf-8", "replace").strip(), b"") if flags & _IN_FILE else b"")
    return whole
