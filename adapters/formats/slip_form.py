"""A Word form with placeholders, {{number}}, read into a value that is filled in by the thousand (P-9.1, P-12).

The bank draws it in Word or WPS; both cut a placeholder into runs as they like, so a paragraph's pieces are put together
first. A row of a table none of whose fields a slip has is left out of it. What could fetch something from elsewhere, or
run, is refused.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence

from lxml import etree

from adapters.formats.docx_words import main_part
from routing.errors import BadTable
from routing.form import BODY, LABELLED, PLACES, Form, Hole, Stretch, lacks, refuse
from routing.papers import Unreadable

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CORE = "docProps/core.xml"
_MOVING = re.compile(r"word/(?:document|header\d*|footer\d*)\.xml")
_HOLE = re.compile(r"\{\{\s*([a-z_0-9]+)(?:\.(label))?\s*\}\}")
_BRACES = re.compile(r"\{\{|\}\}|\{%|%\}")
_MARK = re.compile("\ue000([a-z_0-9]+)(?:\\.(label))?\ue001")
_ROW = re.compile(r"(<!--row-->.*?<!--/row-->)", re.DOTALL)
_TAGS = re.compile("<w:instrText[^>]*>[^<]*</w:instrText>|<[^>]*>")
_LARGEST = 5 << 20
_A4 = (11906, 16838)            # twentieths of a point
_SLACK = 60
_CURE = "save it in Word or WPS as .docx"
_CORE_XML = (
    "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n"
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>\ue000title\ue001</dc:title>'
    "<dc:subject>\ue000number\ue001</dc:subject><dc:creator>\ue000author\ue001</dc:creator><cp:keywords>\ue000number\ue001</cp:keywords><dc:description></dc:description>"
    '<cp:lastModifiedBy>\ue000author\ue001</cp:lastModifiedBy><cp:revision>1</cp:revision><dcterms:created xsi:type="dcterms:W3CDTF">\ue000created\ue001</dcterms:created>'
    '<dcterms:modified xsi:type="dcterms:W3CDTF">\ue000created\ue001</dcterms:modified><dc:language>zh-CN</dc:language></cp:coreProperties>'
)


def read_form(content: bytes, file: str) -> Form:
    """Read a Word form. BadTable with every mistake: no Word file, placeholders nobody knows or that are missing, another page than A4."""
    if len(content) > _LARGEST:
        raise BadTable(file, [f"has {len(content):,} bytes; a form has at most {_LARGEST:,}"])
    try:
        main_part(content)              # no bomb, no document type, no password
    except Unreadable as error:
        raise BadTable(file, [f"is no Word form: {error}"]) from None
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        members = {name: package.read(name) for name in package.namelist()}
    mistakes = list(_outside(members))
    if BODY not in members:
        raise BadTable(file, [*mistakes, f"has no {BODY}; {_CURE}"])
    moving = [(name, _part(name, members[name], mistakes)) for name in members if _MOVING.fullmatch(name)]
    if _CORE in members:
        moving.append((_CORE, (_stretch(_CORE_XML),)))
    form = Form(file, _still({name: each for name, each in members.items() if name not in dict(moving)}), tuple(moving))
    refuse(file, [*mistakes, *([] if mistakes else lacks(form))])
    return form


def _outside(members: dict[str, bytes]) -> Iterator[str]:
    """What runs, or is fetched from elsewhere."""
    yield from (f"{name}: macros have no place in a form; save it as .docx" for name in members if "vbaproject" in name.lower())
    for name, content in members.items():
        if name.endswith(".rels") and b'TargetMode="External"' in content:
            yield f"{name}: a link to something outside of the file; remove it"


def _part(name: str, content: bytes, mistakes: list[str]) -> tuple[Stretch, ...]:
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True))
    except etree.XMLSyntaxError as error:
        mistakes.append(f"{name}: is damaged: {error.msg}; {_CURE}")
        return ()
    if root.prefix != "w" or not root.tag.startswith(_W):
        mistakes.append(f"{name}: is not written as Word writes it; {_CURE}")
        return ()
    mistakes += [f"{name}: {one}" for paragraph in root.iter(f"{_W}p") for one in _joined(paragraph)]
    for row in list(root.iter(f"{_W}tr")):
        if _MARK.search(_words(row)) and next(row.iter(f"{_W}tbl"), None) is None and row.getparent() is not None:
            row.addprevious(etree.Comment("row"))
            row.addnext(etree.Comment("/row"))
    if name == BODY:
        mistakes += _page(root)
    xml = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True).decode()
    return tuple(_stretch(piece) for piece in _ROW.split(xml) if piece)


def _joined(paragraph: etree._Element) -> Iterator[str]:
    """Put the placeholders of a paragraph together, whatever runs they were cut into; yields what is wrong with them."""
    texts = [one for one in paragraph.iter(f"{_W}t") if next(one.iterancestors(f"{_W}p")) is paragraph]
    whole = "".join(one.text or "" for one in texts)
    if not _BRACES.search(whole):
        return
    if rest := _BRACES.search(_HOLE.sub("", whole)):
        yield f"“{whole[:60]}”: {rest[0]} does not close or open a placeholder; write {{{{number}}}}"
    for key, label in _HOLE.findall(whole):
        if key not in PLACES:
            yield f"{{{{{key}}}}} is no placeholder; there are {', '.join(PLACES)}"
        elif label and key not in LABELLED:
            yield f"{{{{{key}.label}}}}: {key} has no label"
    for match in reversed(list(_HOLE.finditer(whole))):
        _fill(texts, match.start(), match.end(), f"\ue000{match[1]}{'.label' if match[2] else ''}\ue001")


def _fill(texts: Sequence[etree._Element], start: int, end: int, mark: str) -> None:
    """Put a mark where a placeholder begins, and take the rest of it out of the runs behind."""
    at = 0
    for one in texts:
        words = one.text or ""
        here, there = max(start - at, 0), min(end - at, len(words))
        if here < there:
            one.text = words[:here] + mark + words[there:]
            one.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            mark = ""
        at += len(words)


def _words(element: etree._Element) -> str:
    return "".join(one.text or "" for one in element.iter(f"{_W}t"))


def _page(root: etree._Element) -> Iterator[str]:
    """Whether every section is A4, upright."""
    sizes = [(int(one.get(f"{_W}w") or 0), int(one.get(f"{_W}h") or 0)) for one in root.iter(f"{_W}pgSz")]
    for size in sizes or [(0, 0)]:
        if any(abs(has - wants) > _SLACK for has, wants in zip(size, _A4, strict=True)):
            yield f"{BODY}: a page is {size[0] / 567:.1f} × {size[1] / 567:.1f} cm; the form is printed on A4 upright, 21.0 × 29.7 cm"


def _stretch(xml: str) -> Stretch:
    pieces: list[str | Hole] = []
    at = 0
    for match in _MARK.finditer(xml):
        pieces += [xml[at:match.start()], Hole(match[1], "label" if match[2] else "value")]
        at = match.end()
    pieces.append(xml[at:])
    keys = frozenset(one.key for one in pieces if isinstance(one, Hole)) if xml.startswith("<!--row-->") else frozenset()
    return Stretch(tuple(pieces), keys)


def _still(members: dict[str, bytes]) -> bytes:
    """The package of what is the same in every slip, packed once."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(member(name), content)
    return raw.getvalue()


def member(name: str) -> zipfile.ZipInfo:
    """A member of a package with a fixed time: the zip writer would look at the clock."""
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def words_of(form: Form) -> list[str]:
    """Return a form's words and placeholders line by line, to be compared with another's."""
    lines = []
    for name, stretches in form.moving:
        said = "".join(one if isinstance(one, str) else f"{{{{{one.key}{'.label' if one.part == 'label' else ''}}}}}" for each in stretches for one in each.pieces)
        if name != _CORE:
            lines += [f"{name}: {line}" for line in _TAGS.sub("", said.replace("</w:p>", "\n")).split("\n") if line.strip()]
    return lines
