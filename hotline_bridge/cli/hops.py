"""Commands about a case's way: the tree, and what people decide about it."""

from typing import Annotated

import typer

from hotline_bridge.cli.cases import As, Json, Number, app as cases
from hotline_bridge.cli.common import ConfigOption, decide, decided_by, desk_of, known_case, moment_of, nothing, out, say, written, zone_of

Unit = Annotated[str, typer.Option("--unit", help="The unit's code.", callback=written)]
Says = Annotated[str, typer.Option("--says", help="A word to it.", callback=written)]


def add_to(_program: typer.Typer) -> None:
    """Add these commands beside the others about cases."""
    cases.command("hops")(hops)
    cases.command("pass-on")(pass_on)
    cases.command("begun")(begun)
    cases.command("give-back")(give_back)
    cases.command("rule")(rule)
    cases.command("promise")(promise)
    cases.command("connect")(connect)


def hops(number: Number, config: ConfigOption = None, as_json: Json = False) -> None:
    """流转路径。 The whole way of a case through the bank's mailboxes: who got it from whom, and when."""
    from hotline_bridge import views

    desk = desk_of(config)
    one = desk.store.read_now(lambda tx: views.whole(tx, number))
    if one is None:
        raise nothing(f"there is no case {number}; look at `hotline-bridge cases list`")
    if as_json:
        for row in views.hops(one.hops, one.case, desk.rules.rules):
            out(row)
        return
    print("\n".join(views.way(one.hops, one.case, desk.rules.rules) or [f"{number}: 尚未转办 / has not left yet"]))


def pass_on(  # noqa: PLR0913 (the options of one command)
    number: Number, config: ConfigOption = None, who: As = "",
    unit: Annotated[str, typer.Option("--unit", help="To whom; without, the next unit on the way down to the one complained about.", callback=written)] = "",
    from_: Annotated[str, typer.Option("--from", help="Which unit passes it on; without, whoever has it.", callback=written)] = "",
    by: Annotated[str, typer.Option("--by", help="mail: the slip is sent; telephone: they were told.")] = "mail",
    says: Says = "",
) -> None:
    """续转下一级。 Pass a case on to the next unit, as the union or a branch wants it (P-9.3, P-9.7)."""
    from hotline_bridge.steps.hops import Onward, pass_on as step

    name, desk = decided_by(who), desk_of(config)
    known_case(desk, number)
    to = decide(desk, lambda tx, now, rules: step(tx, number, name, Onward(unit, from_, by, says), now, rules))
    say(f"{number}: passed on to {to} by {name}")


def begun(number: Number, config: ConfigOption = None, who: As = "", unit: Unit = "", says: Says = "") -> None:
    """已开始办理。 Note that a unit has begun, as it says by telephone (T-4); without --unit whoever leads."""
    from hotline_bridge.steps.hops import begun as step

    name, desk = decided_by(who), desk_of(config)
    known_case(desk, number)
    decide(desk, lambda tx, now, rules: step(tx, number, name, unit, says, now, rules))
    say(f"{number}: begun, noted by {name}")


def give_back(number: Number, config: ConfigOption = None, who: As = "", unit: Unit = "", says: Says = "") -> None:
    """单位退回。 Note that a unit says the matter is not its own; who decides is asked (T-7)."""
    from hotline_bridge.steps.hops import give_back as step

    name, desk = decided_by(who), desk_of(config)
    known_case(desk, number)
    decide(desk, lambda tx, now, rules: step(tx, number, name, unit, says, now, rules))
    say(f"{number}: given back, noted by {name}; carry out the ruling with `cases rule {number} --unit CODE`")


def rule(
    number: Number, unit: Annotated[str, typer.Option("--unit", help="The unit that shall handle it.", callback=written)],
    says: Annotated[str, typer.Option("--says", help="Who decided, and why.", callback=written)], config: ConfigOption = None, who: As = "",
    from_: Annotated[str, typer.Option("--from", help="Whose part it takes over, where several gave it back; who led without.", callback=written)] = "",
) -> None:
    """执行裁定。 The superior service department has decided who handles a case that was given back; its word is carried out (T-7)."""
    from hotline_bridge.steps.hops import rule as step

    name, desk = decided_by(who), desk_of(config)
    known_case(desk, number)
    to = decide(desk, lambda tx, now, rules: step(tx, number, name, unit, says, now, rules, from_=from_))
    say(f"{number}: goes to {to} by the ruling")


def promise(
    number: Number, until: Annotated[str, typer.Option("--until", help="The promised day or time.", metavar="TIME")],
    config: ConfigOption = None, who: As = "", says: Says = "",
) -> None:
    """承诺办结日期。 Promise a date for what cannot be done in time; the unit is reminded by it (T-3)."""
    from hotline_bridge.steps.hops import promise as step

    name, desk = decided_by(who), desk_of(config)
    known_case(desk, number)
    at = moment_of(until, "--until", zone_of(desk))
    if at is None:
        say("--until: give the promised day")
        raise typer.Exit(2)
    decide(desk, lambda tx, now, rules: step(tx, number, name, at, says, now, rules))
    say(f"{number}: promised for {at.isoformat()}, by {name}")


def connect(
    number: Number, config: ConfigOption = None, who: As = "", unit: Unit = "",
    says: Annotated[str, typer.Option("--says", help="Who took the call.", callback=written)] = "",
) -> None:
    """电话直接转接。 Note that the call was put straight through to a contact of the unit; the slip follows it (C-2)."""
    from hotline_bridge.steps.hops import connect as step

    name, desk = decided_by(who), desk_of(config)
    known_case(desk, number)
    to = decide(desk, lambda tx, now, rules: step(tx, number, name, unit, says, now, rules))
    say(f"{number}: put through to {to}, noted by {name}")
