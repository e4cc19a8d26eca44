"""Loads the templates letters are made of: the ones that come along, each replaced by the bank's own of its name."""

import hashlib
from collections.abc import Iterator, Mapping
from functools import partial
from importlib import resources
from pathlib import Path

from hotline_bridge.tables import content_of, one_digest, tried
from routing.errors import BadTable
from routing.stationery import FILES, Templates
from routing.templating import SUFFIXES, Template, parse

SHIPPED = resources.files("routing") / "templates" / "zh"
_CURE = "`hotline-bridge templates list` names them all"


def load_templates(folder: Path | None = None) -> Templates:
    """Every template in force; BadTable with every mistake of every file, each with its line."""
    sources = {name: (name, (SHIPPED / name).read_bytes()) for name in FILES}
    own = _own(folder) if folder else {}
    trouble: list[BadTable] = []
    read = {name: tried(trouble, partial(_parsed, name, *source)) for name, source in {**sources, **own}.items()}
    if trouble:
        raise BadTable(str(folder or "templates"), [f"{one.name}: {mistake}" for one in trouble for mistake in one.mistakes])
    return Templates(read, one_digest(*(hashlib.sha256(content).hexdigest() for _, content in own.values())) if own else "", frozenset(own))


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
