"""Commands about cases: list, show, review, assign, close, reopen, and answers in doubt."""

from typing import Annotated, Any

import typer

from hotline_bridge.cli.common import ConfigOption, decide, decided_by, desk_of, known_case, moment_of, nothing, out, say, written, zone_of
from hotline_bridge.cli.tables import table

Number = Annotated[str, typer.Argument(help="The case number, e.g. 95580-20260722-000137.", metavar="NUMBER", callback=written)]
As = Annotated[str, typer.Option("--as", help="Who decides; the login name without.", metavar="NAME", callback=written)]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
app = typer.Typer(no_args_is_help=True, help="工单：查看、复核、分派、办结。 Look at cases and decide about them; every decision is written into the case's book.")


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(app, name="cases")


@app.command("list")
def list_cases(  # noqa: PLR0913 (the options of one command)
    config: ConfigOption = None,
    state: Annotated[str, typer.Option("--state", help="TAKEN, DESK, HELD, SENT, ANSWERED, CLOSED; several with commas.")] = "",
    unit: Annotated[str, typer.Option("--unit", help="A unit's code.", callback=written)] = "",
    quarantine: Annotated[bool, typer.Option("--quarantine", help="What could not be read, why, and what to do.")] = False,
    claimed: Annotated[bool, typer.Option("--claimed", help="Answers in doubt, for the desk to accept or dismiss.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many at a time.")] = 200,
    offset: Annotated[int, typer.Option("--offset", min=0, help="Behind how many, to go on where the last list ended.")] = 0,
    as_json: Json = False,
) -> None:
    """List cases, newest first; or the papers in quarantine; or the answers in doubt."""
    from hotline_bridge import views

    states = _states(state)
    desk, leaf = desk_of(config), views.Leaf(limit, offset)
    rules, zone = desk.rules.rules, zone_of(desk)
    if claimed:
        found = desk.store.read_now(lambda tx: [(one, tx.cases.get(one.case)) for one in tx.answers.claimed()])
        answers, following = leaf.cut([views.claimed(one, case, desk.rules.rules, masked=False) for one, case in found])
        table(answers, ("id", "case_number", "sender", "at", "reasons"), "疑似回复 Claimed answers", as_json=as_json)
    elif quarantine:
        papers, following = leaf.cut(desk.store.read_now(lambda tx: tx.papers.quarantined(leaf.reach)))
        columns = ("number", "source", "kind", "bytes", "taken", "trouble", "remedy")
        table([views.quarantined(paper, zone) for paper in papers], columns, "隔离件 Quarantine", as_json=as_json)
    else:
        cases, following = leaf.cut(desk.store.read_now(lambda tx: tx.cases.select(states, unit, leaf.reach)))
        shown = ("number", "state_zh", "category", "unit_name", "received", "due", "provisional", "flags")
        table([views.row(case, rules) for case in cases], shown, "工单 Cases", as_json=as_json)
    if following is not None:
        say(f"还有更多 / there are more: --offset {following}")


def _states(words: str) -> list[Any]:
    from routing.case import State

    asked = [word.strip().upper() for word in words.split(",") if word.strip()]
    if unknown := [word for word in asked if word not in State.__members__]:
        say(f"--state {','.join(unknown)}: no such state; there are {', '.join(State.__members__)}")
        raise typer.Exit(2)
    return [State[word] for word in asked]


@app.command("show")
def show(number: Number, config: ConfigOption = None, as_json: Json = False) -> None:
    """Show one case with its whole book."""
    from hotline_bridge import views

    desk = desk_of(config)
    one = desk.store.read_now(lambda tx: views.whole(tx, number))
    if one is None:
        raise nothing(f"there is no case {number}; look at `hotline-bridge cases list`")
    whole = views.full(one, desk.rules.rules, masked=False)
    out(whole, None if as_json else 2)


@app.command("review")
def review(  # noqa: PLR0913 (the options of one command)
    number: Number,
    findings: Annotated[str, typer.Option("--findings", help="What was heard on the recording.", prompt="findings 复听情况", callback=written)],
    config: ConfigOption = None, who: As = "",
    refuse: Annotated[bool, typer.Option("--refuse", help="Do not sign: hand the case back to the desk.")] = False,
    why: Annotated[str, typer.Option("--why", help="Why it is signed although the recording is missing, empty or changed.", callback=written)] = "",
    dismiss: Annotated[list[str] | None, typer.Option("--dismiss", help="A flag the recording does not bear out, as `cases show` names it; may be given again.", metavar="FLAG")] = None,
) -> None:
    """Sign a held case after hearing its recording again (P-9.1); the slip then leaves by itself."""
    import asyncio

    from hotline_bridge.sighting import as_it_lies
    from hotline_bridge.steps.review import hand_back, sign
    from hotline_bridge.wiring import system_clock

    desk = desk_of(config)
    known_case(desk, number)
    name = decided_by(who)
    if refuse:
        decide(desk, lambda tx, now, rules: hand_back(tx, number, name, findings, now, rules))
    else:
        heard = asyncio.run(as_it_lies(desk.store, desk.recordings, number, system_clock()))
        decide(desk, lambda tx, now, rules: sign(tx, number, name, findings, heard, now, rules, dismiss or (), why))
    say(f"{number}: {'handed back to the desk' if refuse else 'signed'} by {name}")


@app.command("assign")
def assign(  # noqa: PLR0913 (the options of one command)
    number: Number, config: ConfigOption = None, who: As = "",
    unit: Annotated[str, typer.Option("--unit", help="The code of the unit complained about.", callback=written)] = "",
    category: Annotated[str, typer.Option("--category", help="One of P-14's eight.", callback=written)] = "",
    says: Annotated[str, typer.Option("--says", help="Why.", callback=written)] = "",
    flag: Annotated[str, typer.Option("--flag", help="A flag triage missed, e.g. 误导销售 or reputation: the case is held for it.", callback=written)] = "",
    codes: Annotated[str, typer.Option("--codes", help="Codes of JR/T 0169-2018, e.g. C=0301; several with ; between.", callback=written)] = "",
    person: Annotated[str, typer.Option("--person", help="Who is complained about: nothing goes to them; - where it is nobody the words name.", callback=written)] = "",
) -> None:
    """Set what triage could not decide; a flagged case then waits for a reviewer, any other goes out."""
    from hotline_bridge.steps.assign import Change, assign as step

    name, desk = decided_by(who), desk_of(config)
    known_case(desk, number)
    decide(desk, lambda tx, now, rules: step(tx, number, name, Change(unit, category, says, flag, codes, person), now, rules))
    say(f"{number}: assigned by {name}")


@app.command("close")
def close(  # noqa: PLR0913 (the options of one command)
    number: Number,
    outcome: Annotated[str, typer.Option("--outcome", help="One of the pack's outcomes; a wrong one lists them.", callback=written)],
    config: ConfigOption = None, who: As = "",
    says: Annotated[str, typer.Option("--says", help="A word to it.", callback=written)] = "",
    free_will: Annotated[bool, typer.Option("--free-will", help="The customer was asked and withdraws of their own will (P-19).")] = False,
    arrived: Annotated[str, typer.Option("--arrived", help="When a withdrawal came: it ends the procedure that day (law:15).", metavar="TIME")] = "",
) -> None:
    """Close a case."""
    from hotline_bridge.homeward import missing_help
    from hotline_bridge.steps.close import close as step

    name, desk = decided_by(who), desk_of(config)
    case = known_case(desk, number)
    if missing := desk.store.read_now(lambda tx: missing_help(tx, case, desk.rules.rules)):
        say(f"{number}: 尚未反馈的协办单位 / has not assisted yet: {'、'.join(missing)}")
    at = moment_of(arrived, "--arrived", zone_of(desk))
    decide(desk, lambda tx, now, rules: step(tx, number, name, outcome, says, now, rules, free_will=free_will, arrived=at))
    say(f"{number}: closed by {name}")


@app.command("reopen")
def reopen(number: Number, says: Annotated[str, typer.Option("--says", help="Why.", callback=written)] = "", config: ConfigOption = None, who: As = "") -> None:
    """Open a closed case again: the customer does not accept the answer (P-18)."""
    from hotline_bridge.steps.close import reopen as step

    name, desk = decided_by(who), desk_of(config)
    known_case(desk, number)
    decide(desk, lambda tx, now, rules: step(tx, number, name, says, now, rules))
    say(f"{number}: open again, at the desk")


@app.command("answer")
def answer(
    answer_id: Annotated[int, typer.Argument(help="The id from `cases list --claimed`.", metavar="ID")],
    accept: Annotated[bool, typer.Option("--accept/--dismiss", help="Count it as an answer, or not.")],
    config: ConfigOption = None, who: As = "",
) -> None:
    """Decide about an answer in doubt."""
    from hotline_bridge.steps.answer import judge

    name, desk = decided_by(who), desk_of(config)
    if not any(one.id == answer_id for one in desk.store.read_now(lambda tx: tx.answers.claimed())):
        raise nothing(f"there is no claimed answer {answer_id}; look at `hotline-bridge cases list --claimed`; it may have been decided already")
    decide(desk, lambda tx, now, rules: judge(tx, answer_id, name, now, rules, accept=accept))
    say(f"answer {answer_id}: {'accepted' if accept else 'dismissed'} by {name}")
