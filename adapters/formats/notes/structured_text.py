"""Structured Text: what Notes writes by File, Export, Structured Text: `Name:  value` lines, a blank one, the body, a form feed."""

import re
from collections.abc import Iterator

from adapters.formats import charset
from adapters.formats.notes.document import Document

_FIELD = re.compile(r"([A-Za-z$_][A-Za-z0-9$_]{0,60}):  (.*)")
_MAIL_ITEMS = frozenset({"sendto", "posteddate", "subject", "from", "$updatedby", "routeservers", "delivereddate", "copyto", "principal", "form"})
_HEAD = 20_000


def is_structured(content: bytes) -> bool:
    """Whether a file begins as such an export of mails does: two or more of their items, in lines with two blanks behind the colon."""
    head = charset.decode(content[:_HEAD].lstrip(b"\xef\xbb\xbf\r\n"), "gbk").text
    names = {found[1].lower() for line in re.split(r"\r\n|\n|\r", head)[:40] if (found := _FIELD.fullmatch(line))}
    return len(names & _MAIL_ITEMS) >= 2


def documents(content: bytes) -> Iterator[Document]:
    """Yield the documents; the code page is that of the machine that wrote it: valid UTF-8 with Han, else GB 18030."""
    text = charset.decode(content.removeprefix(b"\xef\xbb\xbf"), "gbk").text
    for record in text.replace("\r\n", "\n").replace("\r", "\n").split("\f"):
        if record.strip():
            yield _document(record.strip("\n"))


def _document(record: str) -> Document:
    head, _, body = record.partition("\n\n")
    items: dict[str, list[str]] = {}
    last = ""
    for line in head.split("\n"):
        found = _FIELD.fullmatch(line)
        if found is not None:
            last = found[1].lower()
            items[last] = [found[2]]
        elif last:                      # cut at the export's own width
            items[last][0] += line
    for name in ("sendto", "copyto", "blindcopyto"):
        items[name] = [part for value in items.get(name, ()) for part in value.split(",")]
    unid = items.get("$unid", [""])[0]
    return Document(unid, items.get("form", [""])[0], items, body, sure=False)     # a form feed in somebody's words begins a document
