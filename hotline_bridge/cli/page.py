"""One judged text as a page for a person: the words, what was decided, and why."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from routing.triage import TriageTables
    from routing.verdict import Verdict


def page(told: Mapping[str, Any], verdict: "Verdict", text: str, tables: "TriageTables") -> None:
    """Print the text with its evidence marked, the decision, and the reasons of lists and model side by side."""
    from routing.explain import reasons
    from routing.triage import hear

    console = Console()
    console.rule(Text(f"{told['id']}  {'需复听 to be heard again' if told['review'] else '可直接转办 may go out'}"), style="bold red" if told["review"] else "bold green")
    shown = Text(text)
    for words in verdict.evidence.values():
        if words:
            shown.highlight_words([words], "bold yellow")
    console.print(shown)
    chances = "  ".join(f"{name} {chance:.0%}" for name, chance in verdict.chances.items())
    money = "、".join(f"{amount:,}" for amount in told["amounts"]) or "无"
    unit = tables.directory.get(verdict.unit) if verdict.unit else None
    place = f"{unit.full_name} ({verdict.unit})" if unit else f"未定，候选 {len(verdict.candidates)} 个"
    console.print(f"类别 category: {chances or told['category']}\n金额 amounts: {money}\n单位 unit: {place}", markup=False, highlight=False)
    why = Table("标记 flag", "", "词库 word lists", "模型 model", "读到 reads", "原文 evidence")
    for one in reasons(verdict, text, tables):
        chance = "–" if one.chance is None else f"{one.chance:.0%} ({one.limit:.0%})" if one.limit is not None else f"{one.chance:.0%}"
        why.add_row(*map(Text, (one.flag, "●" if one.raised else "○", one.lists or "–", chance, " ".join(run for run, _ in one.loud), one.evidence)))
    if why.row_count:
        console.print(why)
    for hit in hear(text, tables).reading.taken_back:
        console.print(Text(f"○ {hit.entry.label}: {text[hit.start:hit.end]}（{hit.taken_back}）"), style="dim")
    for doubt in verdict.doubts:
        console.print(f"？ {doubt}", markup=False, highlight=False)
