"""Commands about templates: which there are, whether the bank's own can be used, how they look, what was changed (P-6, P-12)."""

import asyncio
import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from hotline_bridge.cli.common import ConfigOption, config_of, nothing, out, say
from hotline_bridge.cli.tables import table

Name = Annotated[str, typer.Argument(help="A template, from `templates list`: cover, cover.txt.j2, slip.docx.", metavar="NAME")]
Folder = Annotated[Path | None, typer.Option("--templates", help="A folder of templates in place of the configured one: try it before it is put in force.", metavar="DIR")]
SlipFile = Annotated[Path | None, typer.Option("--slip", help="A Word form in place of the configured one.", metavar="FILE")]
Out = Annotated[Path, typer.Option("--out", help="Where the files go.", metavar="DIR")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
app = typer.Typer(no_args_is_help=True, help="信件与表单模板：清单、检查、预览、差异。 Templates of letters and of the slip: list, check, preview, what was changed.")


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(app, name="templates")


@app.command("list")
def list_templates(config: ConfigOption = None, folder: Folder = None, slip: SlipFile = None, as_json: Json = False) -> None:
    """列出模板。 Every template: its file, what it is for, whether it is the bank's own."""
    from hotline_bridge.templates import FORM
    from routing.stationery import FILES

    sheets = _loaded(config, folder, slip)
    rows: list[dict[str, object]] = [{"file": file, "zh": kind.zh, "what": kind.en, "rule": kind.rule, "own": file in sheets.own} for file, kind in FILES.items()]
    rows.append({"file": FORM, "zh": "转办单 Word 表样", "what": "the slip as a Word form", "rule": "P-9.1", "own": FORM in sheets.own})
    table(rows, ("file", "zh", "what", "rule", "own"), "模板 Templates", as_json=as_json)


@app.command()
def show(name: Name, config: ConfigOption = None, folder: Folder = None, slip: SlipFile = None, as_json: Json = False) -> None:
    """查看模板。 A template's words as they are in force, its placeholders, and what it may not leave out."""
    from hotline_bridge.templates import FORM
    from routing.form import ANSWERS, PLACES, REQUIRED
    from routing.stationery import FILES

    sheets = _loaded(config, folder, slip)
    if name == FORM:
        must = {**REQUIRED, **dict.fromkeys(ANSWERS, "P-12")}
        rows: list[dict[str, object]] = [{"name": key, "kind": "text", "zh": zh, "what": en, "must": must.get(key, "")} for key, (zh, en) in PLACES.items()]
        table(rows, ("name", "kind", "zh", "what", "must"), f"占位符 Placeholders {sheets.form.file}", as_json=as_json)
        return
    for file in _files(name):
        kind = FILES[file]
        required = {one.slot: f"{one.part} {one.rule}" for one in kind.must}
        slots = [{"name": slot.name, "kind": slot.kind, "zh": slot.zh, "what": slot.en, "public": slot.public, "fields": [each.name for each in slot.fields], "must": required.get(slot.name, "")} for slot in kind.slots]
        if as_json:
            out({"file": file, "own": file in sheets.own, "source": sheets.sheets[file].source, "slots": slots})
            continue
        print(f"# {sheets.sheets[file].file}\n{sheets.sheets[file].source}")
        table(slots, ("name", "kind", "zh", "what", "fields", "must"), f"占位符 Placeholders {file}", as_json=False)


@app.command()
def check(config: ConfigOption = None, folder: Folder = None, slip: SlipFile = None) -> None:
    """检查。 Every template on every letter in every state: unknown placeholders, what is missing, what would be misunderstood; exit code 1 with any."""
    from routing.errors import BadTable
    from routing.stationery import FILES

    try:
        sheets = _loaded(config, folder, slip)
    except BadTable as error:
        for mistake in error.mistakes:
            print(mistake)
        say(f"模板: {len(error.mistakes)} 项需处理 / to be mended; the ones in force stay")
        raise typer.Exit(1) from None
    say(f"模板: 无误 / sound: {len(FILES) + 1} templates, {len(sheets.own)} of the bank's own")


@app.command()
def preview(name: Name, to: Out, config: ConfigOption = None, folder: Folder = None, slip: SlipFile = None) -> None:
    """预览。 A template on made-up people in every state, as files: text, page, Word form; with LibreOffice also PDF and PNG."""
    sheets = _loaded(config, folder, slip)
    _files(name)
    to.mkdir(parents=True, exist_ok=True)
    for file, content in _written(name, sheets):
        (to / file).write_bytes(content)
        print(to / file)
        if file.endswith(".docx"):
            _printed(config, to / file, content)


@app.command()
def diff(name: Annotated[str, typer.Argument(help="One template; all without.", metavar="NAME")] = "", config: ConfigOption = None, folder: Folder = None, slip: SlipFile = None) -> None:
    """差异。 What the bank's own templates changed, line by line; exit code 0 whether or not they did."""
    from hotline_bridge.templates import FORM, load_templates
    from routing.stationery import FILES

    sheets, shipped = _loaded(config, folder, slip), load_templates()
    chosen = _files(name) if name else (*FILES, FORM)
    for file in chosen:
        if file not in sheets.own:
            continue
        before, after = (_lines(one, file) for one in (shipped, sheets))
        sys_lines = difflib.unified_diff(before, after, f"shipped/{file}", f"own/{file}", lineterm="")
        print("\n".join(sys_lines))
    if not sheets.own:
        say("没有本行模板 / no template of the bank's own: bank.templates and bank.slip_template are not set")


def _lines(sheets: Any, file: str) -> list[str]:  # noqa: ANN401 (Templates, imported late so that --help is quick)
    """What is compared: the lines of a text, the words and placeholders of a form."""
    if file in sheets.sheets:
        return str(sheets.sheets[file].source).split("\n")
    from adapters.formats.slip_form import words_of

    return words_of(sheets.form)


def _loaded(config: Path | None, folder: Path | None, slip: Path | None) -> Any:  # noqa: ANN401 (as above)
    """The templates in force, or those that are to be tried; BadTable tells all mistakes, exit code 2."""
    from hotline_bridge.tables import load_words
    from hotline_bridge.templates import load_templates

    known = config_of(config)
    hollow = load_words(None, None, known.tables.lexicons).hollow
    return load_templates(folder or known.bank.templates, slip or known.bank.slip_template, hollow)


def _files(name: str) -> tuple[str, ...]:
    """The files of a template by its name or theirs; the command ends where there is none."""
    from hotline_bridge.templates import FORM
    from routing.stationery import FILES, KINDS

    if name in KINDS:
        return KINDS[name].templates
    if name in FILES or name == FORM:
        return (name,)
    raise nothing(f"there is no template {name}; there are {', '.join((*KINDS, FORM))}")


def _written(name: str, sheets: Any) -> Iterator[tuple[str, bytes]]:  # noqa: ANN401 (as above)
    """Every specimen of a template as files."""
    from adapters.formats.slip_docx import write_slip
    from routing import specimens
    from routing.slip import filled

    stem = name.partition(".")[0]
    for one in specimens.specimens():
        if one.letter == stem and not name.endswith(".docx"):
            words = one.make(sheets)
            if words.text and not name.endswith(".html.j2"):
                yield f"{stem}-{one.state}.txt", (f"{words.subject}\n\n{words.text}" if words.subject else f"{words.text}\n").encode()
            if words.html and not name.endswith(".txt.j2"):
                yield f"{stem}-{one.state}.html", words.html.encode()
    if name in {"slip", "slip.docx"}:
        slip = specimens.a_slip()
        for state, made in (("empty", slip), ("masked", specimens.a_slip(masked=True)), ("handed_down", specimens.a_slip(handed_down=True)), ("filled", filled(slip, specimens.ANSWER))):
            yield f"slip-{state}.docx", write_slip(made, specimens.AT, sheets.form)


def _printed(config: Path | None, file: Path, content: bytes) -> None:
    """The form as PDF and PNG, where LibreOffice is there."""
    from hotline_bridge.wiring import office_of
    from routing.papers import Unreadable

    office = office_of(config_of(config))
    for suffix in ("pdf", "png") if office else ():
        try:
            made = asyncio.run(office.convert(content, "docx", suffix))     # type: ignore[union-attr]
        except Unreadable:
            say(f"{file.name}: 未能生成 / no .{suffix}: this LibreOffice lacks the part that writes it")
            continue
        target = file.with_suffix(f".{suffix}")
        target.write_bytes(made)
        print(target)
