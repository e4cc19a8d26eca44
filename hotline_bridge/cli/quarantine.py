"""Commands about papers nobody could read: list, show, read again, register, lay away, save (pain 24)."""

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from hotline_bridge.cli.cases import As, Json
from hotline_bridge.cli.common import ConfigOption, decide, decided_by, desk_of, out, say, watched, written, zone_of
from hotline_bridge.cli.tables import table


def _paper(words: str) -> str:
    found = re.fullmatch(r"(?:Q-?)?([0-9]{1,18})", words.strip(), re.IGNORECASE)
    if found is None:
        raise typer.BadParameter(f"{words!r} is no number of a paper; expected e.g. Q-17, from `quarantine list`")
    return found[1]


Paper = Annotated[str, typer.Argument(help="The paper, e.g. Q-17.", metavar="NUMBER", callback=_paper)]
app = typer.Typer(no_args_is_help=True, help="隔离件：无法自动处理的来件。 Papers set aside: what came, why it lies there, what to do; nothing in here is lost.")


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(app, name="quarantine")


@app.command("list")
def list_papers(
    config: ConfigOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many at a time.")] = 200,
    offset: Annotated[int, typer.Option("--offset", min=0, help="Behind how many, to go on where the last list ended.")] = 0,
    as_json: Json = False,
) -> None:
    """列出。 What lies in quarantine, newest first."""
    from hotline_bridge import views

    desk, leaf = desk_of(config), views.Leaf(limit, offset)
    papers, following = leaf.cut(desk.store.read_now(lambda tx: tx.papers.quarantined(leaf.reach)))
    columns = ("number", "source", "kind", "bytes", "taken", "trouble", "remedy")
    table([views.quarantined(paper, zone_of(desk)) for paper in papers], columns, "隔离件 Quarantine", as_json=as_json)
    if following is not None:
        say(f"还有更多 / there are more: --offset {following}")


@app.command()
def show(number: Paper, config: ConfigOption = None) -> None:
    """查看。 One paper as a card: what came, why it lies here, what to do."""
    from hotline_bridge import views

    desk = desk_of(config)
    paper, body = _found(desk, int(number))
    out(views.card(paper, body, zone_of(desk), masked=False), 2)


@app.command()
def retry(
    config: ConfigOption = None, number: Annotated[str, typer.Argument(help="The paper, e.g. Q-17.", metavar="NUMBER")] = "",
    all_: Annotated[bool, typer.Option("--all", help="Every paper in quarantine, e.g. after an upgrade.")] = False, who: As = "",
) -> None:
    """重新读取。 Let a paper be read again, by the program and the rules of today; says what came of it."""
    from hotline_bridge.steps.aside import retry as again

    if bool(number) == all_:
        say("name one paper (e.g. Q-17), or --all")
        raise typer.Exit(2)
    desk, name = desk_of(config), decided_by(who)
    waiting = [one.id for one in desk.store.read_now(lambda tx: tx.papers.quarantined(10**9))] if all_ else [int(_paper(number))]
    for paper in watched(sorted(waiting), "读取 Reading", len(waiting)):
        decide(desk, lambda tx, now, rules, paper=paper: again(tx, paper, name, now, rules))
    say(f"{len(waiting)} 件将重新读取，结果见 quarantine list 与 cases list / {len(waiting)} paper(s) will be read again by the running service")


@app.command()
def register(number: Paper, config: ConfigOption = None, who: As = "") -> None:
    """登记为投诉。 Take a mail for a complaint; its case waits at the desk."""
    from hotline_bridge.steps.register import register_by_hand

    desk, name = desk_of(config), decided_by(who)
    say(f"登记为 / registered as {decide(desk, lambda tx, now, rules: register_by_hand(tx, int(number), name, now, rules))}")


@app.command()
def settle(
    number: Paper, says: Annotated[str, typer.Option("--says", help="What was done with it.", callback=written)], config: ConfigOption = None, who: As = "",
) -> None:
    """办毕。 Lay a paper away: a person has seen to it."""
    from hotline_bridge.steps.aside import settle as lay_away

    desk, name = desk_of(config), decided_by(who)
    decide(desk, lambda tx, now, rules: lay_away(tx, int(number), name, says, now, rules))
    say(f"Q-{number} 已办毕 / laid away")


@app.command()
def save(
    number: Paper, file: Annotated[Path, typer.Argument(help="Where to; a file that is there already is left alone.", metavar="FILE")], config: ConfigOption = None,
) -> None:
    """另存原件。 Write the paper's bytes to a file, as they came."""
    _, body = _found(desk_of(config), int(number))
    with file.open("xb") as target:
        target.write(body)
    say(f"{file}: {len(body)} 字节 / bytes")


def _found(desk: Any, paper_id: int) -> Any:  # noqa: ANN401 (wiring.Desk, imported late)
    found = desk.store.read_now(lambda tx: (tx.papers.get(paper_id), tx.papers.body(paper_id)) if tx.papers.get(paper_id) else None)
    if found is None or not found[0].trouble:
        say(f"there is no paper Q-{paper_id} in quarantine; `hotline-bridge quarantine list` shows what lies there")
        raise typer.Exit(1)
    return found
