"""The model's card and its reliability plot, written from what training measured."""

from collections.abc import Mapping, Sequence
from typing import Any

from hotline_bridge.learning.train import Trained, calibration_error
from routing.scores import REVIEW, TOPICS_MICRO, Scores
from routing.verdict import FLAGS

SIZE, EDGE = 260, 46            # of a plot, in pixels
_PLOTS = (("category", "类别 category"), ("flags", "标记 flags"))


def card(trained: Trained, size: int) -> str:
    """The card in Markdown; `size` is of the model's file, in bytes."""
    told: Mapping[str, Any] = trained.model.card
    return "\n".join([*_what(told, size), *_data(told), *_measured(told), *_aside(trained), *_LIMITS, ""])


def _what(told: Mapping[str, Any], size: int) -> list[str]:
    return [
        "# The statistical model of triage", "", "Written by `hotline-bridge triage train --card`; do not edit.", "",
        "分类模型说明：词库之外的统计判断：补充词库没有列出的标记，也撤下它认为几乎不可能（低于20%）的标记；可在配置中关闭（`tables.use_model = false`）。", "",
        (f"A linear model over runs of one to three characters: each flag is read in the window of one to three clauses that speaks most for it and in the whole text, and blended with "
        f"what the word lists say; the category is read in the whole text beside the lists' weights. {len(told.get('limits', ()))} flags, 8 categories, {told['runs']:,} runs, {size / 1e6:.1f} MB. "
        "It adds flags that no word list raises, and takes back one of a list that it finds less likely than 20 %. Amounts and units are not its business."), "",
    ]


def _data(told: Mapping[str, Any]) -> list[str]:
    rows = [f"| {name} | {count} |" for name, count in {**told["flags_in_texts"], **told["categories_in_texts"]}.items()]
    return [
        "## What it learnt from", "",
        (f"{told['texts']:,} labelled complaints and questions ({told['without_flag']:,} without any flag) and {told['phrases']:,} phrases, all written for this project; the complaints were read by a second "
        f"person against the contract (docs/triage.md), the phrases, most questions, the short grievances and the last hundred forms were not; {told['aside']} further texts are kept aside and never learnt from. No customer's words are among them. "
        f"Seed {told['seed']}, {told['folds']} folds, {told['made_with']}; SHA-256 of the texts `{told['learnt_from_sha256'][:16]}…`."), "",
        "| label | texts |", "| --- | --- |", *rows, "",
    ]


def _measured(told: Mapping[str, Any]) -> list[str]:
    rows = [f"| {flag} | {one['support']} | {one['precision']:.3f} | {one['recall']:.3f} | {one['f1']:.3f} | {told['limits'][flag]:.2f} |" for flag, one in told["cross_validated"].items()]
    errors = {name: calibration_error(told["reliability"][name]) for name, _ in _PLOTS}
    return [
        "## How good it is", "", "On texts it had not seen (cross-validation); the last column is the probability from which a flag is raised.", "",
        "| flag | texts | precision | recall | F1 | from |", "| --- | --- | --- | --- | --- | --- |", *rows, "",
        f"Category right: {told['category']:.3f}. Mean distance of probability and truth: category {errors['category']:.3f}, flags {errors['flags']:.3f}.", "",
        "![reliability](model-reliability.svg)", "",
    ]


def _aside(trained: Trained) -> list[str]:
    """Lists and model together, on the texts kept aside."""
    def line(sheet: Scores, name: str) -> str:
        one = sheet.labels.get(name)
        return f"{one.precision:.3f} / {one.recall:.3f} / {one.f1:.3f}" if one else "–"

    names = (REVIEW, *(flag for flag in FLAGS if flag in trained.sheet.labels), TOPICS_MICRO)
    return [
        "## The whole of triage on the texts kept aside", "", "| | precision / recall / F1 |", "| --- | --- |",
        *(f"| {name} | {line(trained.sheet, name)} |" for name in names),
        *(f"| {name} | {trained.sheet.share(name):.3f} |" for name in ("category", "category or also", "amounts")), "",
    ]


_LIMITS = [
    "## Its limits", "",
    "- It knows the words of its texts and what resembles them. A new kind of trouble is unknown to it until the desk has corrected some cases and `triage train` has run.",
    "- Texts were written for the purpose, by few hands; a bank's own customers speak otherwise. Measure with `hotline-bridge triage evaluate` on texts of your own before trusting the figures.",
    "- It reads Chinese. Texts in other languages get no opinion beyond the usual share of each category.",
    "- Only the first 4,000 characters of a text are read by it; the word lists read all.",
    "- Runs that occur in one text only are left out, digits are all one digit, and no run is longer than three characters: no number, address or sentence of a customer is in the file. A name of two texts may be, in a model a bank has trained on its own cases: such a model stays inside the bank.",
]


def plot(reliability: Mapping[str, Sequence[Mapping[str, float]]]) -> str:
    """The reliability plot as SVG: what was said across, how often it was so upwards, the size of a dot is how many texts."""
    parts = [_panel(number, title, reliability[name]) for number, (name, title) in enumerate(_PLOTS)]
    width, height = len(_PLOTS) * (SIZE + 2 * EDGE), SIZE + 2 * EDGE
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>', *parts, "</svg>", ""])


def _panel(number: int, title: str, rows: Sequence[Mapping[str, float]]) -> str:
    left = number * (SIZE + 2 * EDGE) + EDGE

    def at(said: float, so: float) -> tuple[float, float]:
        return round(left + said * SIZE, 1), round(EDGE + (1 - so) * SIZE, 1)

    most = max((row["texts"] for row in rows), default=1)
    points = [(*at(row["said"], row["so"]), 3 + 9 * (row["texts"] / most) ** 0.5, row) for row in rows]
    line = " ".join(f"{x},{y}" for x, y, _, _ in points)
    (x0, y0), (x1, y1) = at(0, 0), at(1, 1)
    marks = "".join(f'<text x="{at(tick, 0)[0]}" y="{y0 + 16}" text-anchor="middle">{tick:g}</text><text x="{x0 - 6}" y="{at(0, tick)[1] + 4}" text-anchor="end">{tick:g}</text>' for tick in (0, 0.5, 1))
    dots = "".join(f'<circle cx="{x}" cy="{y}" r="{size:.1f}" fill="#1f5fa8" fill-opacity=".7"><title>{row["texts"]} texts: said {row["said"]:.2f}, so {row["so"]:.2f}</title></circle>' for x, y, size, row in points)
    return (
        f'<text x="{left + SIZE / 2}" y="24" text-anchor="middle" font-size="14">{title}</text>'
        f'<rect x="{left}" y="{EDGE}" width="{SIZE}" height="{SIZE}" fill="none" stroke="#999"/><line x1="{x0}" y1="{y0}" x2="{x1}" y2="{y1}" stroke="#bbb" stroke-dasharray="4 4"/>'
        f'<polyline points="{line}" fill="none" stroke="#1f5fa8"/>{dots}{marks}'
        f'<text x="{left + SIZE / 2}" y="{EDGE + SIZE + 34}" text-anchor="middle">判断概率 probability said</text>')
