"""Commands about the reminders that people see to, calls to units and lines on the screen, and about the ladder itself (P-21, C-3)."""

from typing import Annotated, Any

import typer

from hotline_bridge.cli.cases import As, Json
from hotline_bridge.cli.common import ConfigOption, decide, decided_by, desk_of, say, written
from hotline_bridge.cli.tables import table

Reminder = Annotated[int, typer.Argument(help="The number of the call or line, from `reminders list`.", metavar="REMINDER", min=1, max=10**18)]
app = typer.Typer(no_args_is_help=True, help="人工催办：打给单位的电话、屏幕提示。 Reminders that people see to: calls to units, lines on the screen.")


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(app, name="reminders")


@app.command("list")
def list_reminders(
    config: ConfigOption = None,
    channel: Annotated[str, typer.Option("--channel", help="telephone or console; both without.", callback=written)] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many at a time.")] = 200,
    offset: Annotated[int, typer.Option("--offset", min=0, help="Behind how many.")] = 0,
    as_json: Json = False,
) -> None:
    """列出。 What waits for a person, urgent ones first; nothing of a case that has been answered or closed."""
    from hotline_bridge import errand_view, views
    from hotline_bridge.store.reminders import PEOPLES
    from hotline_bridge.wiring import system_clock

    if channel and channel not in PEOPLES:
        say(f"--channel {channel}: there is no such one; expected one of {', '.join(PEOPLES)}")
        raise typer.Exit(2)
    desk, leaf, now = desk_of(config), views.Leaf(limit, offset), system_clock()
    rules = desk.rules.rules

    def gather(tx: Any) -> list[Any]:  # noqa: ANN401 (store.tx.Tx, imported late)
        waiting = tx.reminders.open((channel,) if channel else PEOPLES, leaf.reach)
        tried = tx.calls_out.of_reminders([one.id for one in waiting])
        return [errand_view.row(one, tx.cases.get(one.case), now, rules, tried.get(one.id, ())) for one in waiting]

    shown, following = leaf.cut(desk.store.read_now(gather))
    columns = ("id", "case_number", "channel_zh", "rung", "unit_name", "person", "phone", "due", "hours_overdue", "tried")
    table(shown, columns, "人工催办 Reminders", as_json=as_json)
    if following is not None:
        say(f"还有更多 / there are more: --offset {following}")


@app.command()
def done(
    reminder: Reminder, config: ConfigOption = None, who: As = "",
    says: Annotated[str, typer.Option("--says", help="What was said on the telephone, or what came of it.", callback=written)] = "",
    unreached: Annotated[bool, typer.Option("--unreached", help="Nobody answered: noted, and the call stays on the list.")] = False,
) -> None:
    """登记。 Somebody called, or read the line: who, when and what was said go into the case's book (P-21)."""
    from hotline_bridge.steps.errand import see_to

    desk, name = desk_of(config), decided_by(who)
    decide(desk, lambda tx, now, rules: see_to(tx, reminder, name, says, now, rules, reached=not unreached))
    say(f"{reminder}: 已登记 / noted{'，仍待拨打 / still to be called' if unreached else ''}")
