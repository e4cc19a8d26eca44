"""A report on paper: PDF by Typst, which is installed with the extra `pdf`. The same leaf, time and faces give the same bytes."""

import json
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from importlib.util import find_spec
from typing import TYPE_CHECKING

from adapters.formats.books.about import about_rows
from adapters.formats.books.cells import clock
from adapters.formats.books.leaf import Grid, Leaf, Picture, Turn, shown
from adapters.formats.books.svg import FACES
from routing.slip import clean

if TYPE_CHECKING:
    import typst

_TEMPLATE = resources.files("adapters.formats.books") / "page.typ"
_TEXTUAL = frozenset({"text", "moment"})


class Unprintable(ValueError):
    """The page cannot be put on paper here; the text says what is missing. The web page and the workbook can be had all the same."""


def paper(leaf: Leaf, fonts: Sequence[str] = ()) -> bytes:
    """Return a leaf as PDF on A4, tagged for readers who cannot see it, its faces embedded.

    `fonts` are folders with further faces. Raises Unprintable where Typst or a Chinese face is missing.
    """
    if trouble := unprintable(fonts):
        raise Unprintable(trouble)
    import typst

    book, found = _faces(tuple(fonts))
    try:
        made, warned = typst.compile_with_warnings(
            _TEMPLATE.read_bytes(), font_paths=book, format="pdf", sys_inputs={"leaf": json.dumps(_cleaned(_told(leaf, found)), ensure_ascii=False)},
            timestamp=int(leaf.head.as_of.timestamp()),
        )
    except typst.TypstError as refused:
        raise Unprintable(f"Typst refuses the page of {leaf.head.title}: {refused.message}; take the web page (.html) instead") from refused
    faulty = [one.message for one in warned if "font" in one.message]
    if faulty or not isinstance(made, bytes):
        raise Unprintable(f"the PDF of {leaf.head.title} would lack signs: {'; '.join(faulty)}; install fonts-noto-cjk")
    return made


def unprintable(fonts: Sequence[str] = ()) -> str:
    """Return why no page can be put on paper here, and the cure; "" where it can."""
    if find_spec("typst") is None:
        return "no PDF without Typst: install hotline-bridge[pdf], or take the web page (.html) instead"
    if not _faces(tuple(fonts))[1]:
        return f"no Chinese face for the PDF: install fonts-noto-cjk, or name a folder with one of {', '.join(FACES)}"
    return ""


@lru_cache(maxsize=8)
def _faces(fonts: tuple[str, ...]) -> "tuple[typst.Fonts, tuple[str, ...]]":
    """The faces there are, and which of our Chinese ones are among them, the first to be taken first."""
    import typst

    book = typst.Fonts(font_paths=list(fonts))
    there = set(book.families())
    return book, tuple(name for name in FACES if name in there)


def _told(leaf: Leaf, faces: Sequence[str]) -> dict[str, object]:
    """What the page shows, as plain words."""
    head = leaf.head
    compared = f"，对比{head.before.name}" if head.before else ""
    until = f"数据截至 {clock(head.as_of, head.zone)}"
    return {
        "faces": list(faces), "title": f"{head.title} {head.period.name} {head.place}".strip(), "bank": head.bank, "place": head.place or "全行", "until": until,
        "name": head.title, "name_en": head.title_en, "period": head.period.name, "period_en": head.period.name_en,
        "days": f"{head.period.first} 至 {head.period.last}{compared}　{until}",
        "tiles": [
            {"zh": tile.zh, "en": tile.en, "value": tile.value, "change": tile.change, "turn": tile.turn.value, "better": tile.turn is Turn.BETTER, "spark": tile.spark}
            for tile in leaf.tiles
        ],
        "blocks": [_picture(block) if isinstance(block, Picture) else _grid(block) for block in leaf.blocks if isinstance(block, Picture) or block.on_page],
        "remarks": list(leaf.remarks), "about": about_rows(head),
    }


def _cleaned(told: object) -> object:
    """The same without signs that no page can show."""
    match told:
        case str():
            return clean(told)
        case list() | tuple():
            return [_cleaned(one) for one in told]
        case dict():
            return {key: _cleaned(one) for key, one in told.items()}
        case _:
            return told


def _picture(one: Picture) -> dict[str, object]:
    return {"kind": "picture", "title": one.title, "title_en": one.title_en, "svg": one.svg, "note": one.note}


def _grid(one: Grid) -> dict[str, object]:
    kinds = [column.kind for column in one.heads]
    widest = max(one.heads, key=lambda column: column.width)
    return {
        "kind": "grid", "title": one.title, "title_en": one.title_en, "note": one.note,
        "columns": [{"zh": column.zh, "en": column.en, "number": column.kind not in _TEXTUAL, "widest": column is widest} for column in one.heads],
        "rows": [[shown(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in one.shown],
        "whole": [shown(value, kind) for value, kind in zip(one.cut(one.whole), kinds, strict=True)] if one.whole is not None else [],
    }
