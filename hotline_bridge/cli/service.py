"""Commands that run the daemon: run, demo."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from hotline_bridge.cli.common import ConfigOption, config_of, say


def add_to(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command("run")(run)
    app.command("demo")(demo)


def run(config: ConfigOption = None) -> None:
    """运行服务。 Run the service until SIGTERM or Ctrl-C; without --config on the embedded default, everything below ./var."""
    from hotline_bridge import logs
    from hotline_bridge.serve import serve

    chosen = config_of(config)
    logs.setup(chosen.log.level, chosen.log.format)
    if chosen.embedded:
        say(f"没有配置邮件服务器，使用内置的 / no mail server configured: the embedded one runs; everything lies below {chosen.state.resolve()}")
    asyncio.run(serve(chosen))


def demo(
    folder: Annotated[Path, typer.Option("--folder", help="Where mails and documents are left to look at.")] = Path("var/demo"),
) -> None:
    """演示：热线的一天。 Play a day at the hotline through the real daemon on the embedded default, and tell the story."""
    from hotline_bridge import logs
    from hotline_bridge.demo import play

    logs.setup("error", "text")
    sys.exit(asyncio.run(play(folder, stay=sys.stdin.isatty() and sys.stdout.isatty())))
