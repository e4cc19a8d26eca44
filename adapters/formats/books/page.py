"""A report as one web page that needs nothing else: no script, no outside file, no style but the one its policy names (P-24)."""

import base64
import hashlib
from collections.abc import Sequence
from html import escape
from typing import assert_never

from adapters.formats.books.about import about_rows
from adapters.formats.books.cells import clock
from adapters.formats.books.leaf import Column, Grid, Leaf, Picture, Tile, Turn, Value, shown
from adapters.formats.books.look import CSS
from routing.slip import clean

#: What the page may do, for the header Content-Security-Policy of whoever serves it; the page says it of itself too.
POLICY = f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()}'; base-uri 'none'; form-action 'none'"
_TURNS = {Turn.BETTER: "better", Turn.WORSE: "worse", Turn.NEITHER: ""}
_TEXTUAL = frozenset({"text", "moment"})


def page(leaf: Leaf) -> bytes:
    """Return a leaf as HTML in UTF-8; the same leaf gives the same bytes."""
    head = leaf.head
    title = f"{head.title} {head.period.name}" + (f" {head.place}" if head.place else "")
    parts = [
        f'<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_said(POLICY)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">',
        f"<title>{_said(title)}</title><style>{CSS}</style></head><body><main>", _top(leaf), _tiles(leaf.tiles), *map(_block, leaf.blocks),
        _remarks(leaf.remarks), _foot(leaf), "</main></body></html>\n",
    ]
    return "\n".join(filter(None, parts)).encode()


def _said(text: str) -> str:
    return escape(clean(text), quote=True)


def _english(text: str) -> str:
    return f' <span class="en" lang="en">{_said(text)}</span>' if text else ""


def _top(leaf: Leaf) -> str:
    head = leaf.head
    compared = f"，对比{head.before.name}" if head.before else ""
    return (
        f'<header><p class="bank">{_said(head.bank)}<span>{_said(head.place or "全行")}</span></p><h1>{_said(head.title)}{_english(head.title_en)}</h1>'
        f'<p class="when"><strong>{_said(head.period.name)}</strong>{_english(head.period.name_en)}'
        f" · {head.period.first} 至 {head.period.last}{_said(compared)} · 数据截至 {clock(head.as_of, head.zone)}</p></header>"
    )


def _tiles(tiles: Sequence[Tile]) -> str:
    return f'<section class="tiles" aria-label="主要数字 key figures">{"".join(map(_tile, tiles))}</section>' if tiles else ""


def _tile(tile: Tile) -> str:
    turn = f' <b class="{_TURNS[tile.turn]}">{tile.turn.value}</b>' if tile.turn is not Turn.NEITHER else ""
    return (
        f'<div class="tile"><h2>{_said(tile.zh)}{_english(tile.en)}</h2><p class="value">{_said(tile.value)}</p>{tile.spark}'
        f'<p class="change">{_said(tile.change) or "&nbsp;"}{turn}</p></div>'
    )


def _block(block: Picture | Grid) -> str:
    match block:
        case Picture():
            note = f'<figcaption class="note">{_said(block.note)}</figcaption>' if block.note else ""
            return f"<section><h2>{_said(block.title)}{_english(block.title_en)}</h2><figure>{block.svg}{note}</figure></section>"
        case Grid():
            return _grid(block) if block.on_page else ""
        case _ as never:
            assert_never(never)


def _grid(grid: Grid) -> str:
    heads = "".join(f'<th scope="col"{_side(column)}>{_said(column.zh)}{_english(column.en)}</th>' for column in grid.heads)
    rows = "".join(f"<tr>{_cells(row, grid.heads)}</tr>" for row in grid.shown)
    if not grid.rows:
        rows = f'<tr><td class="none" colspan="{len(grid.heads)}">本期无数据 no data</td></tr>'
    foot = f"<tfoot><tr>{_cells(grid.cut(grid.whole), grid.heads)}</tr></tfoot>" if grid.whole is not None else ""
    note = f'<p class="note">{_said(grid.note)}</p>' if grid.note else ""
    return (
        f'<section><h2>{_said(grid.title)}{_english(grid.title_en)}</h2><div class="wide" role="region" aria-label="{_said(grid.title)}" tabindex="0"><table>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>{foot}</table></div>{note}</section>"
    )


def _cells(row: Sequence[Value], columns: Sequence[Column]) -> str:
    cells = []
    for place, (value, column) in enumerate(zip(row, columns, strict=True)):
        tag, scope = ("th", ' scope="row"') if place == 0 else ("td", "")
        cells.append(f"<{tag}{scope}{_side(column)}>{_said(shown(value, column.kind))}</{tag}>")
    return "".join(cells)


def _side(column: Column) -> str:
    return "" if column.kind in _TEXTUAL else ' class="n"'


def _remarks(remarks: Sequence[str]) -> str:
    told = "".join(f"<p>{_said(one)}</p>" for one in remarks)
    return f'<section><h2>说明事项{_english("Remarks")}</h2>{told}</section>' if told else ""


def _foot(leaf: Leaf) -> str:
    rows = "".join(f"<dt>{_said(zh)}{_english(en)}</dt><dd>{_said(said)}</dd>" for zh, en, said in about_rows(leaf.head))
    return f'<footer aria-label="说明 about"><dl>{rows}</dl></footer>'


