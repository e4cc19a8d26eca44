"""What the commands have in common: options, and how they speak."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from hotline_bridge.config import Config, load_config

T = TypeVar("T")
ConfigOption = Annotated[Path | None, typer.Option(
    "--config", "-c", envvar="HOTLINE_CONFIG", help="The configuration file (TOML). Without one the embedded default runs.", metavar="FILE",
)]
PackOption = Annotated[str, typer.Option("--pack", help="Policy pack: psbc-95580, datong-96588, three-line, cutover, or a TOML file.", metavar="PACK")]


def config_of(path: Path | None) -> Config:
    """The configuration, from the file or the embedded default. What is written from here on is ours alone: customers' words (P-6)."""
    os.umask(0o077)
    return load_config(path)


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
