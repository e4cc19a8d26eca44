"""Commands about letters: what became of each, and to send one again."""

from typing import Annotated

import typer

from hotline_bridge.cli.cases import As, Json, Number
from hotline_bridge.cli.common import ConfigOption, decide, decided_by, desk_of, say, zone_of
from hotline_bridge.cli.tables import table

Letter = Annotated[int, typer.Argument(help="The letter's number, from `letters list` or `cases show`.", metavar="LETTER", min=1, max=10**18)]
app = typer.Typer(no_args_is_help=True, help="发出的邮件：投递情况、重发。 Letters: what became of each, and to send one again with the same bytes.")


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(app, name="letters")


@app.command("list")
def list_letters(number: Number, config: ConfigOption = None, as_json: Json = False) -> None:
    """列出一件工单的邮件。 The letters of a case, by recipient."""
    from hotline_bridge import views

    desk = desk_of(config)
    one = desk.store.read_now(lambda tx: views.whole(tx, number))
    if one is None:
        say(f"there is no case {number}; look at `hotline-bridge cases list`")
        raise typer.Exit(1)
    rules = desk.rules.rules
    columns = ("id", "purpose", "recipient", "answer", "answer_zh", "at", "said")
    table(views.deliveries(one.deliveries, rules.pack(one.case.pack).zone), columns, "邮件 Letters", as_json=as_json)


@app.command()
def show(letter: Letter, config: ConfigOption = None, as_json: Json = False) -> None:
    """投递经过。 Every word about one letter, in order."""
    from hotline_bridge import views

    desk = desk_of(config)
    known, words = desk.store.read_now(lambda tx: (tx.tray.find(letter), tx.tray.history([letter])))
    if known is None:
        raise _none(letter)
    rows = views.words(words, zone_of(desk))
    table(rows, ("at", "recipient", "word", "word_zh", "state", "said"), f"邮件 Letter {letter}", as_json=as_json)


@app.command()
def resend(
    letter: Letter, config: ConfigOption = None, who: As = "",
    to: Annotated[list[str] | None, typer.Option("--to", help="Only to this recipient of it; may be given again. Without: to all.", metavar="ADDRESS")] = None,
) -> None:
    """重发。 Give a letter to the relay once more, the same bytes."""
    from hotline_bridge.steps.resend import resend as again

    desk, name = desk_of(config), decided_by(who)
    if desk.store.read_now(lambda tx: tx.tray.find(letter)) is None:
        raise _none(letter)
    chosen = decide(desk, lambda tx, now, rules: again(tx, letter, to or (), name, now, rules))
    say(f"{letter}: 将重发至 / will be sent again to {'、'.join(chosen)}")


def _none(letter: int) -> typer.Exit:
    say(f"there is no letter {letter}; `hotline-bridge letters list CASE-NUMBER` shows those of a case")
    return typer.Exit(1)
