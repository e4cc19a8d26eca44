"""Commands about policy packs: check one, with everything it says that the bank's directory cannot keep (P-21)."""

from pathlib import Path
from typing import Annotated

import typer

from hotline_bridge.cli.common import out, pack_named, say
from hotline_bridge.cli.tables import table

app = typer.Typer(no_args_is_help=True, help="制度包：检查、催办阶梯。 Policy packs: check one, show its chasing ladder.")
PackName = Annotated[str, typer.Argument(help="One of the packs, or a TOML file.", metavar="PACK")]


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(app, name="pack")


@app.command()
def check(
    pack: PackName,
    directory: Annotated[Path | None, typer.Option("--directory", help="The bank's directory; the sample without.", metavar="FILE")] = None,
) -> None:
    """检查。 Every mistake and contradiction of a pack, each with its path and what was expected; and whom its ladder would not reach."""
    from hotline_bridge.tables import load_directory
    from routing.recipients import unreachable

    chosen = pack_named(pack)       # BadTable tells all mistakes, exit code 2
    lacks = list(unreachable(chosen, load_directory(directory)[0]))
    for lack in lacks:
        print(lack)
    say(f"{chosen.id}: 无误 / sound" if not lacks else f"{chosen.id}: {len(lacks)} 项需处理 / to be mended")
    if lacks:
        raise typer.Exit(1)


@app.command()
def ladder(pack: PackName, as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False) -> None:
    """催办阶梯。 The rungs of a pack's ladder: when, to whom, and how."""
    chosen = pack_named(pack)
    rows = [{"rung": rung.name, **rung.model_dump(mode="json"), "digest_times": [f"{at:%H:%M}" for at in chosen.chasing.digest_times]} for rung in chosen.chasing.ladder]
    if as_json:
        for row in rows:
            out(row)
        return
    table(rows, ("rung", "of", "after", "count", "every", "to", "by", "telephone", "console", "rule"), f"催办阶梯 Ladder {chosen.id}", as_json=False)
