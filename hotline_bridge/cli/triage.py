"""The command `triage`: judges the texts of a file as the bridge would. What measures and teaches it stands in cli.learning."""

import sys
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer
from typer.core import TyperGroup

from hotline_bridge.cli.common import PackOption, end, out, pack_named, rows, watched
from hotline_bridge.cli.page import page
from routing.verdict import Complaint, Verdict

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


@app.command("read")
def read(  # noqa: PLR0913 (the options of one command)
    file: Annotated[Path, typer.Argument(help="One JSON object a line: id, text, source, received.", metavar="IN.jsonl")],
    pack: PackOption = "psbc-95580", directory: Directory = None, watchlist: Watchlist = None, rates: Rates = None,
    lexicons: Lexicons = None, model: ModelFile = "shipped",
    explain: Annotated[bool, typer.Option("--explain", help="Say why: what the word lists found, what the model thinks, and from which words.")] = False,
) -> None:
    """逐条判断。 Judge each text, one JSON object a line; with --explain at a terminal a page to read, else one key more."""
    from routing.explain import explain_json
    from routing.triage import triage_json

    zone, tables = pack_named(pack).zone, tables_of(pack, directory, watchlist, rates, lexicons, model)
    bad = 0
    for number, row, complaint, verdict in _judged(rows(file) if sys.stdout.isatty() else watched(rows(file), "triage"), zone, tables):
        if not isinstance(complaint, Complaint) or verdict is None:
            bad += 1
            out({"id": None, "line": number, "error": f"line {number} cannot be used: {complaint}; expected an object with id, text, received"})
            continue
        assert isinstance(row, dict)
        told = triage_json(str(row.get("id", number)), verdict)
        if explain and sys.stdout.isatty():
            page(told, verdict, complaint.text, tables)
        else:
            out(told | ({"explain": explain_json(verdict, complaint.text, tables)} if explain else {}))
    end(bad)


def _judged(lines: Iterator[tuple[int, object]], zone: ZoneInfo, tables: "TriageTables") -> Iterator[tuple[int, object, Complaint | Exception, Verdict | None]]:
    """Each line with its number, its complaint and the verdict on it; or with why it is no complaint, and None."""
    from routing.triage import TOGETHER, triage_each

    while taken := [(number, row, _asked(row, zone)) for number, row in islice(lines, TOGETHER)]:
        verdicts = triage_each((asked for *_, asked in taken if isinstance(asked, Complaint)), tables)
        for number, row, asked in taken:
            yield number, row, asked, next(verdicts) if isinstance(asked, Complaint) else None


def tables_of(pack: str, directory: Path | None, watchlist: Path | None, rates: Path | None, lexicons: Path | None, model: str) -> "TriageTables":
    """The tables of the bank that the options name, or those that come along."""
    from hotline_bridge.tables import at_one_go, load_directory, load_model, load_words, settle_memory
    from routing.triage import TriageTables

    with at_one_go():
        words = load_words(watchlist, rates, lexicons)
        beside = None if model == "none" else load_model(None if model == "shipped" else Path(model))
        tables = TriageTables(words.lexicon, load_directory(directory)[0], words.watch, words.rates, Decimal(pack_named(pack).review.amount_over), beside)
    settle_memory()
    return tables


def _asked(row: object, zone: ZoneInfo) -> Complaint | Exception:
    """The complaint of a row, or why it has none."""
    try:
        return _complaint(row, zone)
    except (ValueError, TypeError) as error:
        return error


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
