"""Commands that look at files and change nothing: read-mail, import-calls, deadline."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from hotline_bridge.cli.common import ConfigOption, PackOption, config_of, end, out, pack_named, say, watched


if TYPE_CHECKING:
    from routing.papers import Mail


def add_to(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command("read-mail")(read_mail)
    app.command("import-calls")(import_calls)
    app.command("deadline")(deadline)


def read_mail(
    files: Annotated[list[Path], typer.Argument(help="Mail files (.eml), or exports of Notes (.dxl, .xml, .txt).", metavar="FILE...")],
) -> None:
    """读信：字符集、历史引文、类型、编号、要素。 Read mails as the bridge would, one JSON object a line; nothing is kept or sent."""
    from adapters.formats.mime import mail_json
    from adapters.formats.quoting import without_footer, without_quotes
    from hotline_bridge.tables import load_lexicon
    from routing.elements import found
    from routing.hollow import Hollow
    from routing.number import find_numbers

    hollow = Hollow.parse(load_lexicon()[0].words["answers"])
    bad = 0
    for name, mail in _mails(watched(files, "read-mail", len(files))):
        if isinstance(mail, str):
            bad += 1
            out({"file": name, "error": mail})
            continue
        numbers = find_numbers("\n".join([mail.subject, mail.new_text, *(one.name for one in mail.attachments), mail.history]))
        elements = {str(number): text for number, text in found(without_footer(without_quotes(mail.new_text)), hollow).items()}
        out(mail_json(mail, name, numbers[0] if numbers else None, elements))
    end(bad)


def _mails(files: Iterable[Path]) -> Iterator[tuple[str, "Mail | str"]]:
    """Each mail with where it stands, an export of Notes giving one for each document; what is wrong in words instead of it."""
    from adapters.formats.mime import read_mail as parse
    from adapters.formats.notes import exported, is_export
    from routing.papers import Unreadable

    for path in files:
        name = str(path)
        try:
            content = path.read_bytes()
            if not is_export(content):
                yield name, parse(content)
                continue
            for one in exported(content, {}):
                name = f"{path}#{one.name}"
                yield name, one.trouble or parse(one.mail)
        except (OSError, Unreadable) as error:
            yield name, str(error)
        except Exception as error:  # noqa: BLE001 (the contract: never a traceback)
            yield name, f"a defect of the reader ({type(error).__name__}); please send us the file"


def import_calls(
    files: Annotated[list[Path], typer.Argument(help="Call record files of Asterisk or FreeSWITCH.", metavar="FILE...")],
    form: Annotated[str, typer.Option("--format", help="auto, asterisk-csv, asterisk-custom, asterisk-json, freeswitch-csv, freeswitch-json.")] = "auto",
    zone: Annotated[str, typer.Option("--zone", help="The zone of times written without one.")] = "Asia/Shanghai",
) -> None:
    """读话单：每通电话一行。 Read call records, one JSON object for each call (its rows joined); nothing is kept."""
    from adapters.formats.cdr import call_json, calls_of
    from routing.papers import Unreadable

    try:
        where = ZoneInfo(zone)
    except (KeyError, ValueError):
        say(f"--zone {zone}: there is no such zone; write e.g. Asia/Shanghai")
        raise typer.Exit(2) from None
    bad = 0
    for path in watched(files, "import-calls", len(files)):
        try:
            reading = calls_of(path.read_bytes(), path.name, where, form)
        except ValueError as error:
            if not isinstance(error, Unreadable):
                say(str(error))
                raise typer.Exit(2) from None
            bad += 1
            say(f"{path}: {error}")
            continue
        except OSError as error:
            bad += 1
            say(f"{path}: cannot be read: {error.strerror}")
            continue
        for call in reading.calls:
            out(call_json(call))
        for mistake in reading.mistakes:
            bad += 1
            say(f"{path}:{mistake.line_number}: {mistake.said}")
    end(bad)


def deadline(
    received: Annotated[str, typer.Option("--received", help="ISO time; without a zone it is in the pack's.", metavar="TIME")],
    category: Annotated[str, typer.Option("--category", help="One of P-14's eight, or none for packs that count hours.", metavar="CATEGORY")] = "none",
    pack: PackOption = "psbc-95580", config: ConfigOption = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say day by day how the dates come about.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """办理时限：到期、最后期限、法定外限。 When an answer is due, the last day, and the legal limit, with the reasons."""
    from hotline_bridge.rulebook import load_calendar
    from routing.deadline import deadline as due, deadline_json
    from routing.verdict import Category

    chosen = pack_named(pack)
    names = {one.value: one for one in Category}
    if category != "none" and category not in names:
        say(f"--category {category}: no such category; one of {'、'.join(names)}, or none")
        raise typer.Exit(2)
    try:
        at = datetime.fromisoformat(received)
    except ValueError:
        say(f"--received {received}: no ISO time; write e.g. 2026-09-28T10:00:00+08:00")
        raise typer.Exit(2) from None
    limits = due(chosen, load_calendar(config_of(config).tables.calendar), names.get(category), at if at.tzinfo else at.replace(tzinfo=chosen.zone))
    row = deadline_json(limits)
    if as_json:
        out(row)
        return
    provisional = "（暂定：有关年度放假安排尚未公布 / provisional: that year's calendar is not published）" if limits.provisional else ""
    print(f"到期 due: {row['due']}\n最后期限 last day: {row['last_day']}\n法定外限 legal limit: {row['law_due']}{provisional}")
    if explain:
        print("\n".join([*limits.explanation, "", *limits.reckoning.brief("en")]))
