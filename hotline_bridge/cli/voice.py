"""Commands about the voice: what it says, whom it called, and whether it can call at all (P-21)."""

import asyncio
import signal
from pathlib import Path
from typing import Annotated, Any

import typer

from hotline_bridge.cli.cases import Json
from hotline_bridge.cli.common import ConfigOption, config_of, desk_of, out, say, written
from hotline_bridge.cli.tables import table

app = typer.Typer(no_args_is_help=True, help="语音：试听、试拨、电话催办记录。 The voice: listen to it, try a call, the calls it placed to units.")
TEST = "这是{bank}投诉处理系统的测试电话。听清请按一。"


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(app, name="voice")


@app.command("say")
def say_text(
    text: Annotated[str, typer.Argument(help="What is to be said; figures, dates and letters as they are.", metavar="TEXT", callback=written)],
    to: Annotated[Path, typer.Option("--out", help="The WAV file to write: 8 kHz, mono, 16 bit.", metavar="FILE")],
    config: ConfigOption = None,
) -> None:
    """试听。 A text as the telephone would hear it, into a file; prints the words that are said."""
    from hotline_bridge.voiceroom import speaker_of
    from routing.callwords import anything

    spoken = anything(text)
    if to.is_dir() or not to.resolve().parent.is_dir():
        say(f"--out {to}: expected a file in a folder that is there")
        raise typer.Exit(2)
    speaker = speaker_of(config_of(config))

    async def speak() -> bytes:
        try:
            return (await speaker.sound(spoken.sounds)).read_bytes()
        finally:
            await speaker.close()

    try:
        sound = asyncio.run(speak())
    except ValueError as error:
        say(str(error))
        raise typer.Exit(1) from None
    to.write_bytes(sound)
    print(spoken.words)
    say(f"{to}: {(len(sound) - 44) / 16_000:.1f} s")


@app.command("list")
def list_calls(
    config: ConfigOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many at a time.")] = 200,
    offset: Annotated[int, typer.Option("--offset", min=0, help="Behind how many.")] = 0,
    as_json: Json = False,
) -> None:
    """电话催办记录。 The calls to units, the newest first, each with what came of it."""
    from hotline_bridge import errand_view, views

    desk, leaf = desk_of(config), views.Leaf(limit, offset)
    rules = desk.rules.rules

    def gather(tx: Any) -> list[Any]:  # noqa: ANN401 (store.tx.Tx, imported late)
        return [errand_view.placed(call, tx.cases.get(call.case), rules) for call in tx.calls_out.latest(leaf.reach)]

    shown, following = leaf.cut(desk.store.read_now(gather))
    table(shown, ("at", "case_number", "attempt", "unit_name", "person", "phone", "result_zh", "said"), "电话催办 Calls to units", as_json=as_json)
    if following is not None:
        say(f"还有更多 / there are more: --offset {following}")


@app.command("test")
def try_call(
    number: Annotated[str, typer.Argument(help="Your own number, as the exchange dials it.", metavar="NUMBER", callback=written)],
    config: ConfigOption = None,
) -> None:
    """试拨。 Call a number through the exchange of [voice] and say a test sentence; exit code 0 where somebody answered. Kept nowhere."""
    from hotline_bridge.voice import try_once
    from hotline_bridge.voiceroom import caller_of, speaker_of, there, token
    from routing.calls import CallEnd, CallOrder
    from routing.callwords import anything

    known = config_of(config)
    caller, speaker = caller_of(known), speaker_of(known)

    async def ring() -> CallEnd:
        me = asyncio.current_task()
        assert me is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, me.cancel)        # as Ctrl-C: a .call file goes before we do
        try:
            sound = await speaker.sound(anything(TEST.format(bank=known.bank.name)).sounds)
        finally:
            await speaker.close()
        return await try_once(caller, CallOrder(token(), number, there(sound, known.voice.sounds_there), known.voice.caller_id, known.voice.ring_seconds))

    try:
        end = asyncio.run(ring())
    except ValueError as error:
        say(str(error))
        raise typer.Exit(1) from None
    except asyncio.CancelledError:
        raise typer.Exit(128 + signal.SIGTERM) from None
    out({"result": end.result, "pressed": end.pressed, "said": end.said})
    if end.result not in {"acknowledged", "heard"}:
        raise typer.Exit(1)
