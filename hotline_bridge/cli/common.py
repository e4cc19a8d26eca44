"""What the commands have in common: options, and how they speak."""

import getpass
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

import typer

from hotline_bridge.config import Config, load_config
from routing.pack import Pack

T = TypeVar("T")
ConfigOption = Annotated[Path | None, typer.Option(
    "--config", "-c", envvar="HOTLINE_CONFIG", help="The configuration file (TOML). Without one the embedded default runs.", metavar="FILE",
)]
PackOption = Annotated[str, typer.Option("--pack", help="Policy pack: psbc-95580, datong-96588, three-line, cutover, or a TOML file.", metavar="PACK")]


def config_of(path: Path | None) -> Config:
    """The configuration, from the file or the embedded default. What is written from here on is ours alone: customers' words (P-6)."""
    os.umask(0o077)
    return load_config(path)


def desk_of(path: Path | None) -> Any:  # noqa: ANN401 (wiring.Desk, imported late so that --help is quick)
    """The store and the rules, opened for one decision at the terminal."""
    from hotline_bridge.wiring import open_desk

    return open_desk(config_of(path))


def zone_of(desk: Any) -> ZoneInfo:  # noqa: ANN401 (as above)
    """The bank's zone, in which people are told times."""
    rules = desk.rules.rules
    zone: ZoneInfo = rules.packs[rules.default_pack].zone
    return zone


def out(row: object, indent: int | None = None) -> None:
    """One JSON object on a line of its own; what the terminal's code page lacks is escaped as JSON escapes it."""
    line = json.dumps(row, ensure_ascii=False, indent=indent)
    try:
        line.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        line = json.dumps(row, indent=indent)
    sys.stdout.write(line + "\n")


def written(words: str) -> str:
    """What was typed, without what no database takes: bytes that are no text in this locale."""
    from hotline_bridge.views import written as legible

    return legible(words) if isinstance(words, str) else words


def say(words: str) -> None:
    """A word to the person at the terminal, beside the output."""
    sys.stderr.write(words + "\n")


def watched(rows: Iterable[T], what: str, total: int | None = None) -> Iterator[T]:
    """Go through long work with a progress bar where a person looks on."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    yield from track(rows, what, total=total, console=console, disable=not console.is_terminal, transient=True)


def decided_by(who: str) -> str:
    """Who decides: the name given, else of who is logged in; a container may have none."""
    if who:
        return who
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        say("--as: this user has no login name; say who decides, e.g. --as 8001")
        raise typer.Exit(2) from None


def pack_named(name: str) -> Pack:
    """The policy pack of this name, or the one in this TOML file; where there is none the command ends."""
    from hotline_bridge.rulebook import load_pack, load_packs

    if name.endswith(".toml"):
        return load_pack(Path(name))
    packs = load_packs()
    if name not in packs:
        say(f"--pack {name}: there is no such pack; one of {', '.join(packs)}, or a TOML file")
        raise typer.Exit(2)
    return packs[name]


def rows(file: Path) -> Iterator[tuple[int, object]]:
    """The lines of a JSON-lines file with their numbers; a line that is no JSON comes as the error that says why."""
    try:
        content = file.read_bytes()
    except OSError as error:
        say(f"{file}: cannot be read: {error.strerror}")
        raise typer.Exit(2) from None
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():        # counted all the same: the number is the editor's
            continue
        try:
            yield number, json.loads(_decoded(line))
        except json.JSONDecodeError as error:
            yield number, ValueError(f"no JSON ({error.msg} at character {error.pos})")
        except (ValueError, RecursionError) as error:
            yield number, ValueError(str(error))


def _decoded(line: bytes) -> str:
    """UTF-8, else what a Chinese Windows writes."""
    try:
        return line.decode("utf-8-sig")
    except UnicodeDecodeError:
        return line.decode("gb18030", "replace")


def end(bad: int) -> None:
    """End a command over files: exit code 1 where some input was bad."""
    sys.stdout.flush()
    if bad:
        raise typer.Exit(1)


@contextmanager
def telling() -> Iterator[Callable[[str], None]]:
    """A line at the terminal that says how far long work is; nothing where nobody looks on."""
    from rich.console import Console

    console = Console(stderr=True)
    with console.status("…") as status:
        yield status.update


def known_case(desk: Any, number: str) -> Any:  # noqa: ANN401 (as above, and the case)
    """The case of this number; the command ends where there is none."""
    case = desk.store.read_now(lambda tx: tx.cases.by_number(number))
    if case is None:
        raise nothing(f"there is no case {number}; look at `hotline-bridge cases list`")
    return case


def nothing(words: str) -> typer.Exit:
    """What was asked for is not there: the word to it, and exit code 1 to raise."""
    say(words)
    return typer.Exit(1)


def decide(desk: Any, decision: Callable[..., T]) -> T:  # noqa: ANN401 (as above)
    """Let a person decide now, in one transaction; returns what the decision gives."""
    from hotline_bridge.wiring import system_clock

    now = system_clock()
    return desk.store.run_now(lambda tx: decision(tx, now, desk.rules.rules))  # type: ignore[no-any-return]


def moment_of(words: str, option: str, zone: ZoneInfo) -> datetime | None:
    """A day or a time in ISO form, without a zone in the bank's; None for "". The command ends where it is neither."""
    if not words:
        return None
    try:
        at = datetime.fromisoformat(words)
        return at.astimezone(zone) if at.tzinfo else at.replace(tzinfo=zone)
    except (ValueError, OverflowError):
        say(f"{option} {words}: no day or time; write e.g. 2026-07-24 or 2026-07-24T10:30")
        raise typer.Exit(2) from None
