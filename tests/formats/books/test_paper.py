"""The reports on paper: the same bytes for the same figures, faces embedded, words never read as markup (P-24)."""

import sys
import zlib
import re
from dataclasses import replace

import pytest

from adapters.formats.books.analysis import analysis_leaf
from adapters.formats.books.daily import daily_leaf
from adapters.formats.books.leaf import Leaf
from adapters.formats.books.paper import Unprintable, paper
from adapters.formats.books.statistics import return_leaf, statistics_leaf
from tests.formats.books.made import HEAD, a_return, analysis, daily, statistics

LEAVES = (statistics_leaf(statistics()), statistics_leaf(statistics(0)), analysis_leaf(analysis()), daily_leaf(daily()), return_leaf(a_return()))


def unpacked(pdf: bytes) -> bytes:
    """A PDF with its streams inflated, so that its objects can be looked for."""
    parts = [pdf]
    for hit in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            parts.append(zlib.decompress(hit[1]))
        except zlib.error:
            continue
    return b"\n".join(parts)


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", unpacked(pdf)))


@pytest.mark.real
@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.head.title)
def test_P24_the_same_figures_give_the_same_paper(leaf: Leaf) -> None:
    first = paper(leaf)
    assert first.startswith(b"%PDF-")
    assert first == paper(leaf)
    assert 1 <= pages(first) <= 6


@pytest.mark.real
def test_P24_chinese_faces_are_embedded_and_the_page_is_tagged() -> None:
    told = unpacked(paper(LEAVES[0]))
    assert re.search(rb"/BaseFont\s*/[A-Z]{6}\+NotoSansCJK", told)
    assert b"/FontFile" in told
    assert b"/StructTreeRoot" in told
    assert re.search(rb"/Lang\s*\(zh", told)


@pytest.mark.real
@pytest.mark.parametrize("name", ["#panic()", "*粗* _斜_ $x$ `y` <b> @ref \\u{0} //", "<script>", "=cmd()", "很长的单位名称" * 50, "\x00\x0b\ud800\u202e", "𬭎溪支行"])
def test_P6_a_name_is_never_read_as_markup(name: str) -> None:
    one = statistics(3)
    renamed = replace(one, units=(replace(one.units[0], name=name), *one.units[1:]), head=replace(HEAD, bank=name, place=name, notes=(name,)))
    assert paper(statistics_leaf(renamed)).startswith(b"%PDF-")


@pytest.mark.real
def test_P24_ten_thousand_units_are_no_thicker_a_report() -> None:
    assert pages(paper(analysis_leaf(analysis(10_000)))) == pages(paper(analysis_leaf(analysis(36))))


def test_without_typst_the_error_names_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(Unprintable, match=r"install hotline-bridge\[pdf\]"):
        paper(LEAVES[0])


def test_without_a_chinese_face_nothing_is_printed_in_boxes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.formats.books.paper.FACES", ("No Such Face",))
    from adapters.formats.books.paper import _faces

    _faces.cache_clear()
    with pytest.raises(Unprintable, match="install fonts-noto-cjk"):
        paper(LEAVES[0])
    _faces.cache_clear()
