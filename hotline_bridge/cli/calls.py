"""Commands about calls that wait for somebody: callers nobody answered, calls without a form, forms without a call (P-3, P-9.1, P-21)."""

from typing import Annotated, Any

import typer

from hotline_bridge.cli.cases import As, Json, Number
from hotline_bridge.cli.common import ConfigOption, decide, decided_by, desk_of, nothing, out, say, written
from hotline_bridge.cli.tables import table

Errand = Annotated[int, typer.Argument(help="The number of what is to be seen to, from `calls list`.", metavar="ERRAND", min=1, max=10**18)]
Call = Annotated[int, typer.Argument(help="The number of the call, from `calls list`.", metavar="CALL", min=1, max=10**18)]
Says = Annotated[str, typer.Option("--says", help="What came of it.", callback=written)]
Plain = Annotated[bool, typer.Option("--numbers", help="With the callers' whole numbers; masked without (P-6).")]
app = typer.Typer(no_args_is_help=True, help="来电：待回拨、有通话无登记、有登记无话单。 Calls that wait for somebody: to be called back, without a form, without a record.")


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(app, name="calls")


@app.command("list")
def list_calls(
    config: ConfigOption = None,
    kind: Annotated[str, typer.Option("--kind", help="abandoned, no-form or no-call; all without.", callback=written)] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many at a time.")] = 200,
    offset: Annotated[int, typer.Option("--offset", min=0, help="Behind how many.")] = 0,
    numbers: Plain = False, as_json: Json = False,
) -> None:
    """列出。 What people have to see to about calls, the oldest first."""
    from hotline_bridge import call_view, views
    from hotline_bridge.store.call_errands import KINDS

    if kind and kind not in KINDS:
        say(f"--kind {kind}: there is no such one; expected one of {', '.join(KINDS)}")
        raise typer.Exit(2)
    desk, leaf = desk_of(config), views.Leaf(limit, offset)

    def gather(tx: Any) -> list[Any]:  # noqa: ANN401 (store.tx.Tx, imported late)
        return call_view.errands(tx, tx.errands.waiting((kind,) if kind else KINDS, leaf.reach), desk.rules.rules, masked=not numbers)

    shown, following = leaf.cut(desk.store.read_now(gather))
    table(shown, ("id", "kind_zh", "at", "call", "number", "place", "times", "tries", "hotline", "seat", "case_number"), "待处理来电 Calls", as_json=as_json)
    if following is not None:
        say(f"还有更多 / there are more: --offset {following}")


@app.command()
def show(call: Call, config: ConfigOption = None, numbers: Plain = False) -> None:
    """查看。 One call: its case, what is to be done about it, the earlier cases and calls of its number."""
    from hotline_bridge import call_view

    desk = desk_of(config)
    found = desk.store.read_now(lambda tx: call_view.whole(tx, call, desk.rules.rules))
    if found is None:
        raise nothing(f"there is no call {call}; look at `hotline-bridge calls list`")
    out(call_view.full(found, desk.rules.rules, masked=not numbers), 2)


@app.command()
def done(errand: Errand, config: ConfigOption = None, who: As = "", says: Says = "") -> None:
    """办结。 Somebody has seen to it: called back, found the form or the recording; --says what came of it."""
    from hotline_bridge.steps.call_errand import done as see_to

    desk, name = desk_of(config), decided_by(who)
    decide(desk, lambda tx, now, rules: see_to(tx, errand, name, says, now, rules))
    say(f"{errand}: 已处理 / seen to")


@app.command()
def missed(errand: Errand, config: ConfigOption = None, who: As = "", says: Says = "") -> None:
    """未接通。 Somebody called back and nobody answered: it is noted, and the call stays on the list."""
    from hotline_bridge.steps.call_errand import missed as tried

    desk, name = desk_of(config), decided_by(who)
    decide(desk, lambda tx, now, rules: tried(tx, errand, name, says, now, rules))
    say(f"{errand}: 已登记，仍待回拨 / noted, still to be called back")


@app.command()
def attach(call: Call, number: Number, config: ConfigOption = None, who: As = "") -> None:
    """关联。 Say which case a call is of; whatever the ids say, it stays so."""
    from hotline_bridge.steps.call_errand import attach as put

    desk, name = desk_of(config), decided_by(who)
    decide(desk, lambda tx, now, rules: put(tx, call, number, name, now, rules))
    say(f"{call}: 已关联 {number} / is of {number}")
