"""Commands about calls to customers: whom to call, and what they said (P-12, P-18, P-21)."""

from typing import Annotated, Any

import typer

from hotline_bridge.cli.cases import As, Json, Number
from hotline_bridge.cli.common import ConfigOption, decide, decided_by, desk_of, say, written
from hotline_bridge.cli.tables import table

app = typer.Typer(no_args_is_help=True, help="回访：办结后询问客户是否满意。 Call-backs: whether the customer is content, once the case is closed.")


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(app, name="callbacks")


@app.command("list")
def list_callbacks(
    config: ConfigOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many at a time.")] = 200,
    offset: Annotated[int, typer.Option("--offset", min=0, help="Behind how many.")] = 0,
    as_json: Json = False,
) -> None:
    """列出。 Who is to be called now, the longest owed first."""
    from hotline_bridge import matter_view, views
    from hotline_bridge.wiring import system_clock

    desk, leaf, now = desk_of(config), views.Leaf(limit, offset), system_clock()
    rules = desk.rules.rules

    def gather(tx: Any) -> list[Any]:  # noqa: ANN401 (store.tx.Tx, imported late)
        return [matter_view.call(one, tx.cases.get(one.case), rules, masked=False) for one in tx.callbacks.waiting(now, leaf.reach)]

    shown, following = leaf.cut(desk.store.read_now(gather))
    table(shown, ("case_number", "name", "phone", "unit_name", "outcome", "owed", "attempts"), "待回访 Call-backs", as_json=as_json)
    if following is not None:
        say(f"还有更多 / there are more: --offset {following}")


@app.command()
def note(
    number: Number, said: Annotated[str, typer.Argument(help="satisfied, fair, dissatisfied or unreachable.", metavar="SAID", callback=written)],
    says: Annotated[str, typer.Option("--says", help="The customer's own words.", callback=written)] = "", config: ConfigOption = None, who: As = "",
) -> None:
    """记录。 Write down what a call came to; dissatisfied opens the case again (P-18)."""
    from hotline_bridge.steps.callback import note as write_down

    name, desk = decided_by(who), desk_of(config)
    decide(desk, lambda tx, now, rules: write_down(tx, number, name, said, says, now, rules))
    say(f"{number}: 已记录 / noted: {said}")
