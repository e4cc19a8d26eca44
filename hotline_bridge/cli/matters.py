"""Commands about matters: complaints that are one, by one person or by many (P-18, C-5; law: articles 18, 25)."""

from typing import Annotated, Any

import typer

from hotline_bridge.cli.cases import As, Json, Number
from hotline_bridge.cli.common import ConfigOption, decide, decided_by, desk_of, out, say, written
from hotline_bridge.cli.tables import table

Why = Annotated[str, typer.Option("--says", help="Why; it stands in the book.", callback=written)]
app = typer.Typer(no_args_is_help=True, help="同一事项：再次投诉、多人投诉、并案。 Complaints that are one matter: by the same person again, or by many.")


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(app, name="matters")


@app.command("list")
def list_matters(
    config: ConfigOption = None,
    likely: Annotated[bool, typer.Option("--likely", help="Those with complaints the desk is still asked about.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many at a time.")] = 200,
    offset: Annotated[int, typer.Option("--offset", min=0, help="Behind how many.")] = 0,
    as_json: Json = False,
) -> None:
    """列出。 Matters with their persons and cases, the one that moved last first."""
    from hotline_bridge import matter_view, views

    desk, leaf = desk_of(config), views.Leaf(limit, offset)

    def gather(tx: Any) -> list[Any]:  # noqa: ANN401 (store.tx.Tx, imported late)
        return [matter_view.gathered(tx, it.id, whole=False) for it in tx.matters.listed(leaf.reach, likely=likely)]

    shown, following = leaf.cut(desk.store.read_now(gather))
    columns = ("matter", "unit_name", "category", "people", "cases", "likely", "told", "opened")
    table([matter_view.row(one, desk.rules.rules) for one in shown], columns, "同一事项 Matters", as_json=as_json)
    if following is not None:
        say(f"还有更多 / there are more: --offset {following}")


@app.command()
def show(name: Annotated[str, typer.Argument(help="The matter, e.g. M-17.", metavar="MATTER", callback=written)], config: ConfigOption = None, as_json: Json = False) -> None:
    """查看。 One matter: cases, persons (masked), what was reported, who decided what."""
    from hotline_bridge import matter_view

    digits = name.strip().upper().removeprefix("M").removeprefix("-")
    desk = desk_of(config)
    one = desk.store.read_now(lambda tx: matter_view.gathered(tx, int(digits))) if digits.isascii() and digits.isdecimal() and len(digits) < 16 else None
    if one is None:
        say(f"there is no matter {name}; look at `hotline-bridge matters list`")
        raise typer.Exit(1)
    out(matter_view.full(one, desk.rules.rules), None if as_json else 2)


@app.command()
def join(
    number: Number, to: Annotated[str, typer.Argument(help="A matter (M-17), or another case's number.", metavar="WITH", callback=written)],
    says: Why = "", config: ConfigOption = None, who: As = "",
) -> None:
    """归入。 Say that a complaint is of a matter."""
    from hotline_bridge.steps.matter import join_by_hand

    name = decided_by(who)
    matter = decide(desk_of(config), lambda tx, now, rules: join_by_hand(tx, number, to, name, says, now, rules))
    say(f"{number}: 已归入 / joined {matter}")


@app.command()
def leave(
    number: Number, matter: Annotated[str, typer.Argument(help="The matter, e.g. M-17.", metavar="MATTER", callback=written)],
    says: Why = "", config: ConfigOption = None, who: As = "",
) -> None:
    """移出。 Say that a complaint is not of this matter; the radar does not put it back."""
    from hotline_bridge.steps.matter import leave_by_hand

    name = decided_by(who)
    decide(desk_of(config), lambda tx, now, rules: leave_by_hand(tx, number, matter, name, says, now, rules))
    say(f"{number}: 已移出 / left {matter}")


@app.command()
def merge(
    number: Number, into: Annotated[str, typer.Argument(help="The first case, which goes on.", metavar="INTO", callback=written)],
    says: Why = "", config: ConfigOption = None, who: As = "",
) -> None:
    """并案。 Let a complaint go on in an earlier one of the same person, before it is answered (law: article 18)."""
    from hotline_bridge.steps.matter import merge_by_hand

    name = decided_by(who)
    decide(desk_of(config), lambda tx, now, rules: merge_by_hand(tx, number, into, name, says, now, rules))
    say(f"{number}: 已并入 / merged into {into}")


@app.command()
def unmerge(number: Number, says: Why = "", config: ConfigOption = None, who: As = "") -> None:
    """撤销并案。 Take a merger back: the case stands as it did before."""
    from hotline_bridge.steps.matter import unmerge_by_hand

    name = decided_by(who)
    decide(desk_of(config), lambda tx, now, rules: unmerge_by_hand(tx, number, name, says, now, rules))
    say(f"{number}: 已恢复 / restored")


@app.command()
def index(config: ConfigOption = None, batch: Annotated[int, typer.Option("--batch", min=1, help="Cases in one transaction.")] = 500) -> None:
    """补建索引。 Make marks and sketches of all cases anew: once after an upgrade, or with another reply_key_file, whose marks are others."""
    from hotline_bridge.glancing import look

    desk, last, done = desk_of(config), 0, 0
    rules = desk.rules.rules
    while cases := desk.store.read_now(lambda tx, last=last: [case.id for case in tx.cases.after(last, batch)]):
        desk.store.run_now(lambda tx, cases=cases: [look(tx, tx.cases.get(case), rules) for case in cases])
        last, done = cases[-1], done + len(cases)
    say(f"{done} 件 / case(s) indexed")

