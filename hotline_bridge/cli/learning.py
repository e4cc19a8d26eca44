"""The commands that measure triage, teach it, and rehearse a change of the rules."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hotline_bridge.cli.common import ConfigOption, PackOption, config_of, desk_of, out, rows, say, telling, watched
from hotline_bridge.cli.tables import table
from hotline_bridge.cli.triage import Directory, Lexicons, ModelFile, Rates, Watchlist, app, tables_of

from routing.errors import BadTable

if TYPE_CHECKING:
    from hotline_bridge.config import Config
    from hotline_bridge.learning.train import Trained
    from routing.labels import Labelled
    from routing.model import Model
    from routing.triage import TriageTables


def add_to(program: typer.Typer) -> None:
    """Add `triage` with all its commands to the program."""
    program.add_typer(app, name="triage")


@app.command("evaluate")
def evaluate(  # noqa: PLR0913 (the options of one command)
    file: Annotated[Path, typer.Argument(help="Labelled texts, one JSON object a line (docs/triage.md has the form).", metavar="LABELLED.jsonl")],
    pack: PackOption = "psbc-95580", directory: Directory = None, watchlist: Watchlist = None, rates: Rates = None,
    lexicons: Lexicons = None, model: ModelFile = "shipped",
    misses: Annotated[int, typer.Option("--misses", min=0, help="How many of the worst misses to show.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object: every label, and all misses.")] = False,
) -> None:
    """评测：逐项准确率、召回率、F1 与最差的误判。 Measure triage on labelled texts: precision, recall and F1 of each label, and the worst misses."""
    from hotline_bridge.cli.sheet import print_sheet, sheet_json
    from routing.labels import labelled
    from routing.scores import Scores
    from routing.triage import triage as judge

    tables = tables_of(pack, directory, watchlist, rates, lexicons, model)
    texts = labelled(rows(file), str(file))
    _warn_of_learnt(texts, tables)
    sheet = Scores()
    for one in watched(texts, "evaluate", len(texts)):
        sheet.add(one, judge(one.complaint, tables))
    if as_json:
        out(sheet_json(sheet))
    else:
        print_sheet(sheet, misses)


def _warn_of_learnt(texts: Sequence["Labelled"], tables: "TriageTables") -> None:
    """Say how many of the texts the model has learnt from: on those it is better than it will be on new ones."""
    from hotline_bridge.learning.corpus import name_of

    learnt = frozenset(tables.model.card.get("learnt", ())) if tables.model else frozenset()
    if known := sum(name_of(one.complaint.text) in learnt for one in texts):
        say(f"{known} 条已被模型学过，成绩偏好；交叉验证的成绩见模型说明 / the model has learnt from {known} of these texts: look at the cross-validated figures of its card instead")


@app.command("rehearse")
def rehearse(  # noqa: PLR0913 (the options of one command)
    config: ConfigOption = None,
    pack: Annotated[str, typer.Option("--pack", help="Judge all cases as if handled under this pack: its name, or a TOML file.", metavar="PACK")] = "",
    lexicons: Lexicons = None, watchlist: Watchlist = None, rates: Rates = None, directory: Directory = None,
    model: Annotated[str, typer.Option("--model", help="Another statistical model: none, or a file of `triage train`.", metavar="MODEL")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a case that would change.")] = False,
) -> None:
    """演练：改动词库或制度包之前，看已有工单会有何不同。 Replay the stored cases under changed rules and list what would change; nothing is written."""
    from hotline_bridge.learning.rehearse import changed_rules, rehearsal

    settings, desk = config_of(config), desk_of(config)
    files = {"lexicons": lexicons, "watchlist": watchlist, "rates": rates, "directory": directory, "model": Path(model) if model not in {"", "none"} else None}
    then, under = changed_rules(settings, desk.rules.rules, pack, files, use_model=settings.tables.use_model if not model else model != "none")
    total = sum(desk.store.read_now(lambda tx: tx.cases.counts()).values())
    changed: list[dict[str, str]] = []
    for number, found in watched(rehearsal(desk.store, desk.rules.rules, then, under), "rehearse", total):
        if found:
            changed.append({"number": number, **found})
    table(changed, ("number", "held", "flags", "unit", "category", "due"), "演练 Rehearsal", as_json=as_json)
    held, freed = (sum(row.get("held", "").startswith(word) for row in changed) for word in ("直接转办", "复听"))
    say(f"{total} 件工单，{len(changed)} 件不同：{held} 件将新进复听，{freed} 件不再复听 / {total} cases, {len(changed)} would change: {held} newly held, {freed} no longer held")


@app.command("examples")
def examples(config: ConfigOption = None) -> None:
    """导出本行已更正的样例。 What reviewers and the desk decided, as labelled texts, one JSON object a line: customers' words, keep them safe (P-6)."""
    from hotline_bridge.learning.desk import desk_examples, label_json

    count = 0
    for count, one in enumerate(desk_examples(desk_of(config).store), 1):  # noqa: B007 (counted on purpose)
        out(label_json(one))
    say(f"{count} 条 examples")


@app.command("train")
def train(
    config: ConfigOption = None,
    more: Annotated[list[Path] | None, typer.Option("--examples", help="Labelled texts beside those that come along and the desk's corrections; may be given again.", metavar="FILE")] = None,
    desk: Annotated[bool, typer.Option("--desk/--no-desk", help="Learn from the corrections of reviewers and desk.")] = True,
    into: Annotated[Path | None, typer.Option("--out", help="Where to install the model; `tables.model` of the configuration without.", metavar="FILE")] = None,
    card: Annotated[Path | None, typer.Option("--card", help="Write the model's card (Markdown) here, and its plot beside it.", metavar="FILE")] = None,
) -> None:
    """训练：从随附文本与本行更正中学习；在留出样本上不如现用模型则不安装。 Train the model anew; one that is worse on the texts kept aside is not installed."""
    from hotline_bridge.learning.corpus import corpus, phrases
    from hotline_bridge.learning.desk import desk_examples
    from hotline_bridge.learning.install import install
    from routing.labels import labelled

    _equipped()
    from hotline_bridge.learning.train import train as learn

    settings = config_of(config)
    target = into or settings.tables.model
    if target is None:
        say("where should the model go? Set tables.model in the configuration, or say --out FILE")
        raise typer.Exit(2)
    opened, in_force = _beside_its_model(settings)
    rules = opened.rules.rules
    texts = [*corpus(), *(one for file in more or () for one in labelled(rows(file), str(file))), *(desk_examples(opened.store) if desk else ())]
    with telling() as told:
        trained = learn(texts, phrases(), rules.tables[rules.default_pack].beside(in_force), told)
    _compare(trained)
    if trained.worse:
        losses = "; ".join(f"{name} {old:.3f} → {new:.3f}" for name, (old, new) in trained.worse.items())
        say(f"未安装：留出样本上变差 / not installed, it is worse on the texts kept aside: {losses}. Look at the newest examples for wrong labels.")
        raise typer.Exit(1)
    install(target, trained.model.dump())
    if card is not None:
        _write_card(card, trained, target.stat().st_size)
    say(f"已安装 installed: {target}; the running service takes it up on reload (systemctl reload hotline-bridge)")


def _beside_its_model(settings: "Config") -> tuple[Any, "Model | None"]:
    """The store and the rules, and apart from them the model in force: training is the cure where that is missing or too old."""
    from hotline_bridge.tables import load_model
    from hotline_bridge.wiring import open_desk

    bare = settings.model_copy(update={"tables": settings.tables.model_copy(update={"use_model": False})})
    if not settings.tables.use_model:
        return open_desk(bare), None
    try:
        return open_desk(bare), load_model(settings.tables.model)
    except BadTable as error:
        say(f"没有可比的现用模型 / no model in force to compare with: {error.name}: {'; '.join(error.mistakes)}")
        return open_desk(bare), None


def _equipped() -> None:
    """End with the cure where scikit-learn, which only training needs, is not installed."""
    from importlib.util import find_spec

    if find_spec("sklearn") is None:
        say("training needs scikit-learn: pip install 'hotline-bridge[train]'")
        raise typer.Exit(2)


def _write_card(file: Path, trained: "Trained", size: int) -> None:
    from hotline_bridge.learning.card import card, plot

    file.write_text(card(trained, size), encoding="utf-8")
    file.with_name("model-reliability.svg").write_text(plot(trained.model.card["reliability"]), encoding="utf-8")


def _compare(trained: "Trained") -> None:
    """What the new model and the one in force are worth, side by side."""
    shown = [{"label": name, "before": f"{old:.3f}", "now": f"{new:.3f}"} for name, (old, new) in trained.pairs.items()]
    table(shown, ("label", "before", "now"), f"留出样本 kept aside: {trained.sheet.texts}", as_json=False)
