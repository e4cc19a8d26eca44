"""Loads the templates letters are made of: the ones that come along, each replaced by the bank's own of its name."""

import hashlib
from collections.abc import Iterator, Mapping
from functools import partial
from importlib import resources
from pathlib import Path

from adapters.formats.slip_docx import mistakes_of
from adapters.formats.slip_form import read_form
from hotline_bridge.tables import content_of, one_digest, tried
from routing import specimens
from routing.errors import BadTable
from routing.hollow import Hollow
from routing.stationery import FILES, Templates
from routing.templatereader import parse
from routing.templating import SUFFIXES, Template

FORM = "slip.docx"
SHIPPED = resources.files("routing") / "templates" / "zh"
_CURE = "`hotline-bridge templates list` names them all"


def load_templates(folder: Path | None = None, slip: Path | None = None, hollow: Hollow | None = None) -> Templates:
    """Every template in force; BadTable with every mistake of every file, each with its line.

    With `hollow`, the bank's own ones are tried on every letter in every state: a mistake is told before anything is sent.
    """
    sources = {name: (name, (SHIPPED / name).read_bytes()) for name in FILES}
    own = _own(folder) if folder else {}
    trouble: list[BadTable] = []
    read = {name: tried(trouble, partial(_parsed, name, *source)) for name, source in {**sources, **own}.items()}
    drawn = content_of(slip) if slip else (SHIPPED / FORM).read_bytes()
    form = tried(trouble, lambda: read_form(drawn, str(slip or FORM)))
    if trouble:
        raise BadTable("templates", [f"{one.name}: {mistake}" for one in trouble for mistake in one.mistakes])
    theirs = [*(content for _, content in own.values()), *([drawn] if slip else [])]
    sheets = Templates(read, form, one_digest(*(hashlib.sha256(one).hexdigest() for one in theirs)) if theirs else "", frozenset([*own, *([FORM] if slip else [])]))
    if hollow and (mistakes := list(_tried_on(sheets, hollow))):
        raise BadTable("templates", mistakes)
    return sheets


def _tried_on(sheets: Templates, hollow: Hollow) -> Iterator[str]:
    """What would go wrong with the bank's own templates, were they used."""
    yield from specimens.mistakes(sheets, frozenset(FILES[name].name for name in sheets.own if name in FILES), hollow)
    if FORM in sheets.own:
        for handed_down in (False, True):
            slip = specimens.a_slip(handed_down=handed_down)
            yield from (f"{sheets.form.file}: {mistake}" for mistake in mistakes_of(sheets.form, slip, specimens.ANSWER, hollow, specimens.AT))


def _own(folder: Path) -> Mapping[str, tuple[str, bytes]]:
    """The bank's own files by name, each with its path and content."""
    if not folder.is_dir():
        raise BadTable(str(folder), ["there is no such folder; copy those files of routing/templates/zh there that are to be changed"])
    own = {path.name: (str(path), content_of(path)) for path in sorted(folder.iterdir()) if path.name.endswith(SUFFIXES)}
    if mistakes := list(_strangers(own)):
        raise BadTable(str(folder), mistakes)
    return own


def _strangers(own: Mapping[str, object]) -> Iterator[str]:
    if not own:
        yield f"holds no template; copy those files of routing/templates/zh there that are to be changed; {_CURE}"
    yield from (f"{name}: there is no template of this name; {_CURE}" for name in own if name not in FILES)


def _parsed(name: str, path: str, content: bytes) -> Template:
    kind = FILES[name]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[:error.start].count(b"\n") + 1
        raise BadTable(path, [f"line {line}: is not UTF-8; save it as UTF-8"]) from None
    return parse(name, text, path, kind.slots, subject=kind.subject and name.endswith(".txt.j2"))
