"""Commands about recordings: which there are, look again, who listened (P-6, P-9.1)."""

import asyncio
from typing import Annotated

import typer

from hotline_bridge.cli.cases import As, Json, Number
from hotline_bridge.cli.common import ConfigOption, decide, decided_by, desk_of, known_case, out, say, written, zone_of
from hotline_bridge.cli.tables import table

app = typer.Typer(no_args_is_help=True, help="录音：查看状态、再次查找、谁听过。 Recordings: how they stand, look again, who listened.")


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(app, name="recordings")


@app.command("list")
def list_recordings(
    config: ConfigOption = None,
    state: Annotated[str, typer.Option("--state", help="waiting, there, empty, wrong, missing, changed, refused; several with commas.", callback=written)] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many at a time.")] = 200,
    offset: Annotated[int, typer.Option("--offset", min=0, help="Behind how many.")] = 0,
    as_json: Json = False,
) -> None:
    """列出。 Recordings and how they stand, newest first."""
    from hotline_bridge import views
    from hotline_bridge.store.recordings import STATES

    states = [word.strip().lower() for word in state.split(",") if word.strip()]
    if unknown := [word for word in states if word not in STATES]:
        say(f"--state {','.join(unknown)}: no such state; there are {', '.join(STATES)}")
        raise typer.Exit(2)
    desk, leaf = desk_of(config), views.Leaf(limit, offset)
    shown, following = leaf.cut(desk.store.read_now(lambda tx: tx.recordings.select(states, leaf.reach)))
    zone = zone_of(desk)
    columns = ("id", "state_zh", "exchange", "reference", "bytes", "seconds", "media", "noted", "trouble")
    table([views.recording(one, zone) for one in shown], columns, "录音 Recordings", as_json=as_json)
    if following is not None:
        say(f"还有更多 / there are more: --offset {following}")


@app.command()
def look(number: Number, config: ConfigOption = None, who: As = "", as_json: Json = False) -> None:
    """再次查找。 Look for the recording of a case again, now: on the disk, or fetched from where it lies."""
    from hotline_bridge import views
    from hotline_bridge.sighting import by_hand, look as once
    from hotline_bridge.steps.recording import look_again
    from hotline_bridge.wiring import system_clock

    desk, name = desk_of(config), decided_by(who)
    known_case(desk, number)
    recording = decide(desk, lambda tx, now, rules: look_again(tx, number, name, now, rules))
    kept = desk.store.read_now(lambda tx: tx.recordings.get(recording))
    now = system_clock()
    found = asyncio.run(once(desk.store, desk.recordings, kept, now))
    shown = views.recording(desk.store.run_now(lambda tx: by_hand(tx, recording, found, now)), zone_of(desk))
    if as_json:
        out(shown)
    else:
        say(f"{number}: 录音{shown['state_zh']} / {shown['state']}" + (f"，{found.trouble}" if found.trouble else f"，SHA-256 {shown['sha256']}"))


@app.command()
def listened(number: Number, config: ConfigOption = None, as_json: Json = False) -> None:
    """谁听过。 Who listened to the recordings of a case, when, and how many seconds truly played."""
    from hotline_bridge import views

    desk = desk_of(config)
    case = known_case(desk, number)
    zone = zone_of(desk)
    rows = [views.listening(one, zone) for one in desk.store.read_now(lambda tx: tx.listenings.of_case(case.id))]
    table(rows, ("id", "recording", "who", "at", "until", "seconds", "bytes", "ended"), f"听取记录 Listenings {number}", as_json=as_json)
