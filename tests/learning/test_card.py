"""The card and the plot hold the figures that training measured."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from hotline_bridge.learning.card import EDGE, SIZE, card, plot
from hotline_bridge.learning.train import Trained, calibration_error, train
from routing.rules import Rules
from routing.verdict import Category
from tests.conftest import ROOT
from tests.learning.texts import FRAUD, ODD, some_phrases, some_texts

SVG = "{http://www.w3.org/2000/svg}"
ROWS = {
    "category": [{"texts": 4, "said": 0.25, "so": 0.5}, {"texts": 16, "said": 1.0, "so": 0.75}],
    "flags": [{"texts": 9, "said": 0.0, "so": 0.0}],
}


@pytest.fixture(scope="module")
def trained(sample_rules: Rules) -> Trained:
    return train(some_texts(200), some_phrases(), sample_rules.tables["psbc-95580"].beside(None), lambda _step: None)


@pytest.fixture(scope="module")
def page(trained: Trained) -> str:
    return card(trained, 1_234_567)


def cells(page: str, label: str) -> list[list[str]]:
    """The rows of all tables of the card that begin with this label."""
    return [[cell.strip() for cell in line.strip("|").split("|")][1:] for line in page.splitlines() if line.startswith(f"| {label} |")]


def test_every_label_stands_there_with_its_texts(trained: Trained, page: str) -> None:
    told = trained.model.card
    for name, count in {**told["flags_in_texts"], **told["categories_in_texts"]}.items():
        assert [str(count)] in cells(page, name)
    assert {Category.ATTITUDE.value, Category.CRIME.value} <= set(told["categories_in_texts"])


def test_every_flag_stands_there_with_its_measures_and_its_limit(trained: Trained, page: str) -> None:
    for flag, one in trained.model.card["cross_validated"].items():
        wanted = [str(one["support"]), f"{one['precision']:.3f}", f"{one['recall']:.3f}", f"{one['f1']:.3f}", f"{trained.model.limit(flag):.2f}"]
        assert wanted in cells(page, flag)


def test_the_texts_kept_aside_stand_there_with_all_of_triage(trained: Trained, page: str) -> None:
    for name in ("review", ODD, FRAUD):
        one = trained.sheet.labels[name]
        assert [f"{one.precision:.3f} / {one.recall:.3f} / {one.f1:.3f}"] in cells(page, name)
    assert [f"{trained.sheet.share('category'):.3f}"] in cells(page, "category")


def test_size_counts_and_origin_stand_there(trained: Trained, page: str) -> None:
    told = trained.model.card
    assert "1.2 MB" in page
    assert f"{told['runs']:,} runs" in page
    assert f"{told['texts']:,} labelled" in page
    assert f"{told['aside']} further texts" in page
    assert told["learnt_from_sha256"][:16] in page
    assert f"Category right: {told['category']:.3f}" in page
    assert f"category {calibration_error(told['reliability']['category']):.3f}, flags {calibration_error(told['reliability']['flags']):.3f}" in page
    assert "model-reliability.svg" in page


def dots(svg: str) -> list[Mapping[str, str]]:
    return [one.attrib | {"title": one.findtext(f"{SVG}title", "")} for one in ET.fromstring(svg).iter(f"{SVG}circle")]


def test_a_dot_stands_where_its_bin_is_and_says_so() -> None:
    first, second, third = dots(plot(ROWS))
    assert (float(first["cx"]), float(first["cy"])) == (EDGE + 0.25 * SIZE, EDGE + 0.5 * SIZE)
    assert (float(second["cx"]), float(second["cy"])) == (EDGE + SIZE, EDGE + 0.25 * SIZE)
    assert (float(third["cx"]), float(third["cy"])) == (EDGE + SIZE + 2 * EDGE, EDGE + SIZE)
    assert [one["title"] for one in (first, second, third)] == ["4 texts: said 0.25, so 0.50", "16 texts: said 1.00, so 0.75", "9 texts: said 0.00, so 0.00"]
    assert [float(one["r"]) for one in (first, second, third)] == [7.5, 12, 12]        # the area goes with the texts


def test_all_that_is_drawn_lies_within_the_picture() -> None:
    root = ET.fromstring(plot(ROWS))
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    assert (float(root.attrib["width"]), float(root.attrib["height"])) == (width, height)
    for one in root.iter():
        for x, y in (("x", "y"), ("cx", "cy"), ("x1", "y1"), ("x2", "y2")):
            assert 0 <= float(one.get(x, 0)) <= width
            assert 0 <= float(one.get(y, 0)) <= height
    lines = [one.attrib["points"].split() for one in root.iter(f"{SVG}polyline")]
    assert [len(points) for points in lines] == [2, 1]


@pytest.mark.parametrize("rows", [{"category": [], "flags": []}])
def test_a_plot_of_nothing_is_an_empty_frame(rows: Mapping[str, Sequence[Mapping[str, float]]]) -> None:
    assert dots(plot(rows)) == []


def test_the_plot_of_a_trained_model_has_a_dot_for_every_bin(trained: Trained) -> None:
    rows = trained.model.card["reliability"]
    assert len(dots(plot(rows))) == len(rows["category"]) + len(rows["flags"])


def test_the_card_that_comes_along_is_of_the_model_that_comes_along() -> None:
    """docs/model-card.md and its plot are written by the training that made the file."""
    from hotline_bridge.tables import load_model

    told, page = load_model().card, (ROOT / "docs" / "model-card.md").read_text(encoding="utf-8")
    assert told["learnt_from_sha256"][:16] in page
    assert f"{told['runs']:,} runs" in page
    for flag, one in told["cross_validated"].items():
        assert [str(one["support"]), f"{one['precision']:.3f}", f"{one['recall']:.3f}", f"{one['f1']:.3f}", f"{told['limits'][flag]:.2f}"] in cells(page, flag)
    titles = [one["title"] for one in dots((Path(ROOT) / "docs" / "model-reliability.svg").read_text(encoding="utf-8"))]
    assert titles == [f"{row['texts']} texts: said {row['said']:.2f}, so {row['so']:.2f}" for name in ("category", "flags") for row in told["reliability"][name]]
    assert not re.search(r"nan|inf\b", page)
