"""Commands for the operator: check-config, db, status, tasks, version."""

import sys
from typing import Annotated

import typer

from hotline_bridge.cli.common import ConfigOption, config_of, out, say

db = typer.Typer(no_args_is_help=True, help="数据库。 The database.")


def add_to(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command("check-config")(check_config)
    app.command("status")(status)
    app.command("retry")(retry)
    app.command("version")(version)
    app.add_typer(db, name="db")


def check_config(
    config: ConfigOption = None,
    connect: Annotated[bool, typer.Option("--connect", help="Also knock at the mail servers and the database.")] = False,
) -> None:
    """检查配置，逐项说明。 Check the configuration and every table it names: file, key, what is wrong, what is expected."""
    from hotline_bridge.check import check

    report = check(config, connect=connect)
    for line in report.lines:
        print(line)
    if report.mistakes:
        say(f"{report.mistakes} mistake(s); mend them and check again")
        raise typer.Exit(2)


def status(config: ConfigOption = None) -> None:
    """现状：各状态工单数、到期任务、各来源最近成功时间。 How the house stands; exit code 1 where an open case is out of sight."""
    from hotline_bridge.console.api import standing
    from hotline_bridge.wiring import open_desk, system_clock

    settings = config_of(config)
    desk = open_desk(settings)
    now = system_clock()
    row = desk.store.read_now(lambda tx: standing(tx, now, settings.doors))
    out(row, 2)
    if row["out_of_sight"]:
        raise typer.Exit(1)


def retry(
    task: Annotated[int, typer.Argument(min=1, max=2**63 - 1, help="The id of a parked task, from `status`.", metavar="ID")], config: ConfigOption = None,
) -> None:
    """重试一项搁置的任务。 Let a parked task run again."""
    from hotline_bridge.wiring import open_desk, system_clock

    now = system_clock()
    if not open_desk(config_of(config)).store.run_now(lambda tx: tx.tasks.unpark(task, now)):
        say(f"there is no parked task {task}; look at `hotline-bridge status`")
        raise typer.Exit(1)
    say(f"task {task} runs again")


@db.command("upgrade")
def upgrade(config: ConfigOption = None) -> None:
    """Bring the database to the schema of this program; safe while several instances start."""
    from hotline_bridge.wiring import bring, engine_of

    engine = engine_of(config_of(config))
    before, after = bring(engine)
    say(f"{engine.url.render_as_string(hide_password=True)}: {before or 'empty'} → {after}")


def version() -> None:
    """版本。 The program's version, the database schema it wants, and the Python it runs on."""
    from hotline_bridge import __version__
    from hotline_bridge.store.upgrade import newest

    print(f"hotline-bridge {__version__} (schema {newest()}, Python {sys.version.split()[0]})")
