"""Commands by which complaints are entered that do not come by telephone: one, or a table of them (P-9.5 - P-9.9)."""

import json
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hotline_bridge.cli.cases import As, Json, Number, app as cases
from hotline_bridge.cli.common import ConfigOption, decide, decided_by, desk_of, known_case, out, say, watched, written
from hotline_bridge.cli.tables import table
from routing.papers import Unreadable

if TYPE_CHECKING:
    from adapters.formats.entry_form import Today
    from adapters.formats.entry_sheet import CellMistake, Sheet

PROMPTS = ("channel", "name", "phone", "complained_unit", "narrative", "demand")        # what whoever takes a complaint asks at least
SHOWN = 200                 # rows of a preview


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    cases.command("enter")(enter)
    cases.command("identity")(identity)
    program.command("import")(import_table)


def enter(
    file: Annotated[Path | None, typer.Argument(help="A JSON or TOML file with the fields; - for JSON on standard input.", metavar="[FILE]")] = None,
    config: ConfigOption = None, who: As = "",
    set_: Annotated[list[str] | None, typer.Option("--set", help="One field, by its Chinese or English name: --set 投诉渠道=信件 --set demand=道歉; may be given again.", metavar="FIELD=VALUE")] = None,
    fields: Annotated[bool, typer.Option("--fields", help="List the fields and end.")] = False,
    as_json: Json = False,
) -> None:
    """登记非电话投诉：意见簿、网络、上门、信件、媒体、上级行、政府部门、监管转办。 Enter a complaint that came otherwise than by telephone; asks for what is needed where a person sits at the terminal."""
    from adapters.formats.entry_fields import FIELDS

    if fields:
        table([{"field": name, "zh": one.zh, "hint": one.hint} for name, one in FIELDS.items()], ("field", "zh", "hint"), "字段 Fields", as_json=as_json)
        return
    given = {**(_from(file) if file else {}), **dict(map(_pair, set_ or ()))}
    if not given:
        given = _asked(FIELDS)
    desk, name = desk_of(config), decided_by(who)
    _enter(desk, given, name, as_json=as_json)


def _enter(desk: Any, given: Mapping[str, object], name: str, *, as_json: bool) -> None:  # noqa: ANN401 (wiring.Desk, imported late)
    from adapters.formats.entry_fields import FIELDS
    from adapters.formats.entry_form import read_entry
    from adapters.formats.form_json import BadForm
    from hotline_bridge.entering import shown
    from hotline_bridge.steps.enter import enter as open_case

    try:
        entry = read_entry(given, _today(desk))
    except BadForm as error:
        for one in error.mistakes:
            field = one.pointer.removeprefix("/")
            say(f"{FIELDS[field].zh if field in FIELDS else field}（{field}）：{one.wrong}；应为：{one.expected}")
        raise typer.Exit(1) from None
    told = shown(decide(desk, lambda tx, now, rules: open_case(tx, entry, name, now, rules, desk=True)))
    if as_json:
        out(told)
        return
    say(f"{told['case_number']}：{told['standing_zh']}")
    for remark in told["remarks"] if isinstance(told["remarks"], list) else ():
        say(f"  · {remark}")


def _from(file: Path) -> dict[str, object]:
    """The fields of a JSON or TOML file, under their English or Chinese names."""
    content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    try:
        text = content.decode("utf-8-sig")
        row = tomllib.loads(text) if file.suffix.lower() == ".toml" else json.loads(text)
    except (ValueError, RecursionError) as error:
        say(f"{file}: 不是 UTF-8 的 JSON 或 TOML / no JSON or TOML in UTF-8: {error}")
        raise typer.Exit(1) from None
    if not isinstance(row, dict):
        say(f"{file}: 应为一个对象，含各字段 / expected one object with the fields; --fields lists them")
        raise typer.Exit(1)
    return {_named(name): value for name, value in row.items()}


def _pair(words: str) -> tuple[str, object]:
    name, equals, value = written(words).partition("=")
    if not equals:
        say(f"--set {words}: 应写成 字段=值 / expected FIELD=VALUE")
        raise typer.Exit(2)
    return _named(name), value


def _named(name: str) -> str:
    from adapters.formats.entry_fields import field_of

    return field_of(name) or name       # one that nobody knows is told with the other mistakes


def _asked(fields: Mapping[str, Any]) -> dict[str, object]:
    """Ask a person for the fields; the command ends where none sits there."""
    if not sys.stdin.isatty():
        say("没有要登记的内容：给出 FILE 或 --set，或在终端中运行 / nothing to enter: give FILE or --set, or run it at a terminal")
        raise typer.Exit(2)
    asked = {name: typer.prompt(f"{fields[name].zh}{f'（{fields[name].hint}）' if name in {'channel', 'complained_unit'} else ''}", default="", show_default=False, err=True) for name in PROMPTS}
    return {name: written(value) for name, value in asked.items() if value.strip()}


def identity(
    number: Number, says: Annotated[str, typer.Option("--says", help="Why; it stands in the case's book with your name.", callback=written)] = "",
    config: ConfigOption = None, who: As = "",
) -> None:
    """查看证件号码（留痕）。 Show a customer's identity number in plain; who looked and why is written into the book (P-6)."""
    from hotline_bridge.steps.enter import look_at_id

    desk, name = desk_of(config), decided_by(who)
    known_case(desk, number)
    out({"number": number, "id_number": decide(desk, lambda tx, now, rules: look_at_id(tx, number, name, says, now, rules))})


# a table -------------------------------------------------------------------------------------------------------------------
def import_table(  # noqa: PLR0913 (the options of one command)
    file: Annotated[Path | None, typer.Argument(help="The table: .xlsx or .csv.", metavar="[FILE]")] = None,
    config: ConfigOption = None, who: As = "",
    preview: Annotated[bool, typer.Option("--preview", help="Show what would be entered; the default.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Enter all rows, or none where any is wrong.")] = False,
    template: Annotated[Path | None, typer.Option("--template", help="Write an empty table to fill in; a file that is there already is left alone.", metavar="OUT.xlsx")] = None,
    as_json: Json = False,
) -> None:
    """表格导入：逐行检查，全部登记或一件不登记。 Enter a table of complaints: looked at first, every mistake with its cell, all rows or none; the same row again opens no second case."""
    if template is not None:
        _write_template(template)
    if file is None:
        if template is None:
            say("给出表格文件，或用 --template OUT.xlsx 取空表 / name the table, or get an empty one by --template OUT.xlsx")
            raise typer.Exit(2)
        return
    if preview and apply:
        say("--preview 与 --apply 只选其一 / choose --preview or --apply")
        raise typer.Exit(2)
    desk, name = desk_of(config), decided_by(who)
    sheet = _sheet(file, name, _today(desk))
    _tell(sheet, as_json=as_json)
    rows = _rows(desk, sheet, name, apply=apply, as_json=as_json)
    table(rows if as_json else rows[:SHOWN], ("row", "standing_zh", "case_number", "channel", "name", "unit", "remarks"), "表格导入 Import", as_json=as_json)
    if len(rows) > SHOWN and not as_json:
        say(f"另有 {len(rows) - SHOWN} 行未显示，--json 可看全部 / {len(rows) - SHOWN} more rows; --json shows all")
    say(f"{file}：{len(rows)} 行{'已全部处理' if apply else '可以导入；加 --apply 登记'} / {len(rows)} row(s) {'done' if apply else 'fit to be entered; add --apply'}")


def _sheet(file: Path, who: str, today: "Today") -> "Sheet":
    from adapters.formats.entry_sheet import by, read_sheet

    try:
        return by(read_sheet(file.read_bytes(), today), who)
    except Unreadable as error:
        say(f"{file}：{error}")
        raise typer.Exit(1) from None


def _tell(sheet: "Sheet", *, as_json: bool) -> None:
    """Say what a person should know; where a cell is wrong the command ends, and nothing was entered."""
    for note in sheet.notes:
        say(f"提示 note：{note}")
    if sheet.mistakes:
        _refuse(sheet.mistakes, as_json=as_json)


def _refuse(mistakes: "Sequence[CellMistake]", *, as_json: bool) -> None:
    rows = [{"cell": one.cell, "column": one.column, "trouble": one.wrong, "remedy": one.cure} for one in mistakes]
    table(rows, ("cell", "column", "trouble", "remedy"), "须更正 To be mended", as_json=as_json)
    say(f"{len(rows)} 处须更正，未登记任何一件 / {len(rows)} to be mended; nothing was entered")
    raise typer.Exit(1)


def _rows(desk: Any, sheet: "Sheet", who: str, *, apply: bool, as_json: bool) -> list[dict[str, object]]:  # noqa: ANN401 (as above)
    from hotline_bridge.entering import shown_row
    from hotline_bridge.steps.enter import BadRows, enter_all, preview
    from hotline_bridge.wiring import system_clock

    rules = desk.rules.rules
    follow: Callable[[Any], Any] = lambda lines: watched(lines, "登记 Entering", len(lines))  # noqa: E731 (handed on, never called by name)
    try:
        if apply:
            return [shown_row(one) for one in decide(desk, lambda tx, now, rules: enter_all(tx, sheet.lines, who, now, rules, follow))]
        now = system_clock()
        return [shown_row(one) for one in desk.store.read_now(lambda tx: preview(tx, sheet.lines, who, now, rules))]
    except BadRows as error:
        _refuse(error.mistakes, as_json=as_json)
        raise


def _write_template(path: Path) -> None:
    from adapters.formats.entry_sheet import template

    with path.open("xb") as target:
        target.write(template())
    say(f"{path}：空表已写好 / an empty table was written")


def _today(desk: Any) -> "Today":  # noqa: ANN401 (as above)
    from adapters.formats.entry_form import Today
    from hotline_bridge.wiring import system_clock

    rules = desk.rules.rules
    pack = rules.pack(rules.default_pack)
    return Today(system_clock(), pack.zone, pack.hours)
