"""The sheet of an evaluation, for a person at a terminal and as JSON."""

from collections import Counter

from rich.console import Console
from rich.table import Table

from routing.scores import REVIEW, TOPICS_MICRO, Miss, Score, Scores
from routing.verdict import FLAGS

WIDTH = 110             # columns, where no terminal says how wide it is
SHORT = 120             # characters of a missed text
_NAMES = {
    REVIEW: "复听 review", TOPICS_MICRO: "话题合计 topics (micro)", "over_50k": "超五万 over_50k", "public_figure": "知名人士 public_figure",
    "reputation": "声誉 reputation", "category": "类别 category", "category or also": "类别（含可兼） category or also", "amounts": "金额全对 amounts exact",
    "unit decided": "单位：已定的判对 unit decided", "unit open": "单位：未定的判对 unit open", "unit candidates covered": "单位：候选全含 all candidates",
    "unit not wild": "单位：没有乱判 no wild guess",
}


def print_sheet(sheet: Scores, misses: int) -> None:
    """Print precision, recall and F1 of each label, the plain shares, and the worst misses."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    flags = Table("标记 flag", "应有 so", "准确 precision", "召回 recall", "F1", title=f"{sheet.texts} 条 texts")
    for name in (REVIEW, *FLAGS, TOPICS_MICRO):
        if name in sheet.labels:
            flags.add_row(_NAMES.get(name, name), *_cells(sheet.labels[name]))
    shares = Table("项目 label", "对 right", "共 of", "比例 share")
    for name, told in _NAMES.items():
        if name in sheet.shares:
            shares.add_row(told, *map(str, sheet.shares[name]), f"{sheet.share(name):.3f}")
    console.print(flags)
    console.print(shares)
    for miss in worst(sheet, misses):
        text = miss.text.replace("\n", " ")
        console.print(f"{miss.id} {_NAMES.get(miss.label, miss.label)}: 应为 expected {miss.expected}; 判为 said {miss.said}", style="bold", markup=False, highlight=False)
        console.print(f"    {text[:SHORT]}{'…' if len(text) > SHORT else ''}", markup=False, highlight=False)


def worst(sheet: Scores, most: int) -> list[Miss]:
    """The misses that cost most: a case sent that should have been held, a wild unit, a false alarm, then the rest."""
    of_text = Counter(miss.id for miss in sheet.misses)

    def cost(miss: Miss) -> tuple[int, int]:
        flag = miss.label in FLAGS
        grade = 0 if flag and miss.expected == "yes" else 1 if miss.label == "unit" and not miss.said.startswith("open") else 2 if flag else 3
        return grade, -of_text[miss.id]

    return sorted(sheet.misses, key=cost)[:most]


def sheet_json(sheet: Scores) -> dict[str, object]:
    """The sheet as one JSON object."""
    return {
        "texts": sheet.texts,
        "labels": {name: {"support": one.support, "precision": round(one.precision, 4), "recall": round(one.recall, 4), "f1": round(one.f1, 4)} for name, one in sheet.labels.items()},
        "shares": {name: {"right": right, "of": of, "share": round(right / of, 4)} for name, (right, of) in sheet.shares.items()},
        "misses": [{"id": miss.id, "label": miss.label, "expected": miss.expected, "said": miss.said} for miss in sheet.misses],
    }


def _cells(one: Score) -> tuple[str, str, str, str]:
    return str(one.support), f"{one.precision:.3f}", f"{one.recall:.3f}", f"{one.f1:.3f}"
