"""The commands around triage: judge texts, measure it, train it, rehearse a change of the rules."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer
from typer.core import TyperGroup

from hotline_bridge.cli.common import ConfigOption, PackOption, config_of, desk_of, end, out, pack_named, rows, say, watched
from hotline_bridge.cli.tables import table
from routing.verdict import Complaint

if TYPE_CHECKING:
    from routing.triage import TriageTables

Directory = Annotated[Path | None, typer.Option("--directory", help="The directory of units, CSV or CSV.gz; the sample without.", metavar="CSV")]
Watchlist = Annotated[Path | None, typer.Option("--watchlist", help="Names that are public figures in their role.", metavar="CSV")]
Rates = Annotated[Path | None, typer.Option("--rates", help="CNY for one unit of foreign money.", metavar="CSV")]
Lexicons = Annotated[Path | None, typer.Option("--lexicons", help="A folder with the bank's own word lists (TOML).", metavar="FOLDER")]
ModelFile = Annotated[str, typer.Option("--model", help="The statistical model beside the word lists: shipped, none, or a file of `triage train`.", metavar="MODEL")]


class JudgeByDefault(TyperGroup):
    """`triage FILE` judges the texts of a file, as it always has; the other commands are named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 (typer keeps the class to itself)
        """Put the default command before what is no command."""
        if args and args[0] not in {*self.commands, "--help"}:
            args = ["read", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=JudgeByDefault, no_args_is_help=True, help="""投诉分类：类别、金额、复听标记、被投诉单位。

Decide category, money, flags and unit of complaint texts. `triage IN.jsonl` is short for `triage read IN.jsonl`.""")


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(app, name="triage")


@app.command("read")
def read(  # noqa: PLR0913 (the options of one command)
    file: Annotated[Path, typer.Argument(help="One JSON object a line: id, text, source, received.", metavar="IN.jsonl")],
    pack: PackOption = "psbc-95580", directory: Directory = None, watchlist: Watchlist = None, rates: Rates = None,
    lexicons: Lexicons = None, model: ModelFile = "shipped",
) -> None:
    """逐条判断。 Judge each text, one JSON object a line."""
    from routing.triage import triage as judge, triage_json

    zone, tables = pack_named(pack).zone, _tables(pack, directory, watchlist, rates, lexicons, model)
    bad = 0
    for number, row in watched(rows(file), "triage"):
        try:
            complaint = _complaint(row, zone)
        except (ValueError, TypeError) as error:
            bad += 1
            out({"id": None, "line": number, "error": f"line {number} cannot be used: {error}; expected an object with id, text, received"})
            continue
        assert isinstance(row, dict)
        out(triage_json(str(row.get("id", number)), judge(complaint, tables)))
    end(bad)


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

    tables = _tables(pack, directory, watchlist, rates, lexicons, model)
    texts = labelled(rows(file), str(file))
    sheet = Scores()
    for one in watched(texts, "evaluate", len(texts)):
        sheet.add(one, judge(one.complaint, tables))
    if as_json:
        out(sheet_json(sheet))
    else:
        print_sheet(sheet, misses)


@app.command("rehearse")
def rehearse(  # noqa: PLR0913 (the options of one command)
    config: ConfigOption = None,
    pack: Annotated[str, typer.Option("--pack", help="Judge all cases as if handled under this pack: its name, or a TOML file.", metavar="PACK")] = "",
    lexicons: Lexicons = None, watchlist: Watchlist = None, rates: Rates = None, directory: Directory = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a case that would change.")] = False,
) -> None:
    """演练：改动词库或制度包之前，看已有工单会有何不同。 Replay the stored cases under changed rules and list what would change; nothing is written."""
    from hotline_bridge.learning.rehearse import changed_rules, rehearsal

    settings, desk = config_of(config), desk_of(config)
    then, under = changed_rules(settings, desk.rules.rules, pack, {"lexicons": lexicons, "watchlist": watchlist, "rates": rates, "directory": directory})
    total = sum(desk.store.read_now(lambda tx: tx.cases.counts()).values())
    changed: list[dict[str, str]] = []
    for number, found in watched(rehearsal(desk.store, desk.rules.rules, then, under), "rehearse", total):
        if found:
            changed.append({"number": number, **found})
    table(changed, ("number", "held", "flags", "unit", "category", "due"), "演练 Rehearsal", as_json=as_json)
    held, freed = (sum(row.get("held", "").startswith(word) for row in changed) for word in ("直接转办", "复听"))
    say(f"{total} 件工单，{len(changed)} 件不同：{held} 件将新进复听，{freed} 件不再复听 / {total} cases, {len(changed)} would change: {held} newly held, {freed} no longer held")


def _tables(pack: str, directory: Path | None, watchlist: Path | None, rates: Path | None, lexicons: Path | None, model: str) -> "TriageTables":
    from hotline_bridge.rulebook import load_directory, load_words
    from routing.triage import TriageTables

    words = load_words(watchlist, rates, lexicons)
    return TriageTables(words.lexicon, load_directory(directory)[0], words.watch, words.rates, Decimal(pack_named(pack).review.amount_over))


def _complaint(row: object, zone: ZoneInfo) -> Complaint:
    if isinstance(row, ValueError):
        raise row
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        msg = "no object with a text" if not isinstance(row, dict) else "text is missing" if "text" not in row else "text must be a string"
        raise TypeError(msg)
    text, received = row["text"], row.get("received")
    try:
        at = datetime.fromisoformat(str(received)) if received else datetime(2026, 1, 1, tzinfo=zone)
    except ValueError:
        msg = "received is no ISO 8601 time, e.g. 2026-11-24T09:00:00+08:00"
        raise ValueError(msg) from None
    return Complaint(text=text, source=str(row.get("source", "seat-note")), received=at if at.tzinfo else at.replace(tzinfo=zone))
