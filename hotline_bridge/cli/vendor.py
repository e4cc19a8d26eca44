"""Commands about other vendors' call records: which mappings there are, and what a body becomes by one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hotline_bridge.cli.cases import Json
from hotline_bridge.cli.common import ConfigOption, config_of, end, nothing, out, say
from hotline_bridge.cli.tables import TIME, table

if TYPE_CHECKING:
    from adapters.formats.vendor import Told
    from routing.papers import Call
    from routing.vendor import Vendor, VendorMapping

Name = Annotated[str, typer.Argument(help="NAME of [intake.vendor.NAME], or a mapping that comes along.", metavar="NAME")]
FIELDS = {
    "call_id": "通话标识", "global_call_id": "整通标识", "direction": "方向", "ani": "主叫", "hotline": "被叫热线", "agent_no": "座席工号", "agent_name": "座席姓名",
    "queue": "队列", "t_start": "开始", "t_answer": "应答", "t_end": "结束", "talk_s": "通话秒数", "result": "结果", "hangup_side": "挂断方", "ivr_keys": "按键",
    "satisfaction": "满意度", "recording": "录音", "ticket_no": "工单号", "remark": "备注",
}
STAGES = {"ring": "振铃", "answer": "接通", "end": "结束", "later": "补充", "ignored": "不采用"}
app = typer.Typer(no_args_is_help=True, help="其他厂商的话单映射：列出、试用。 Mappings of other vendors' call records: list them, try one.")


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(app, name="vendor")


@app.command("list")
def list_vendors(config: ConfigOption = None, as_json: Json = False) -> None:
    """列出。 The mappings that come along, and the vendors of the configuration with what they use."""
    from hotline_bridge.vendors import SHIPPED, load_vendors, shipped

    settings = config_of(config)
    rows: list[dict[str, object]] = [
        {"source": name, "mapping": section.mapping or str(section.mapping_file), "way": "拉取 fetched" if section.pull_url else f"推送 /api/v1/vendors/{name}", **_facts(vendor)}
        for (name, section), vendor in zip(settings.intake.vendor.items(), load_vendors(settings).values(), strict=True)
    ]
    rows += [{"source": "", "mapping": name, "way": "", **_facts(_bare(shipped(name)))} for name in SHIPPED]
    table(rows, ("source", "mapping", "vendor", "way", "proof", "reply"), "厂商话单 Vendors", as_json=as_json)


@app.command("test")
def try_out(
    name: Name, file: Annotated[Path, typer.Argument(help="The body as it is pushed; a line `?a=b` before it is the query.", metavar="FILE")],
    config: ConfigOption = None,
    mapping_file: Annotated[Path | None, typer.Option("--mapping-file", help="A mapping that is not configured yet.", metavar="FILE")] = None,
    as_json: Json = False,
) -> None:
    """试用。 What a body becomes: every field, keys nobody asks for, troubles with their cures, and the reply that would be given."""
    from adapters.formats.vendor import seen_in
    from routing.papers import Unreadable

    vendor = _vendor(name, mapping_file, config)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise nothing(f"{file}: {error.strerror}") from None
    try:
        seen = seen_in(content, vendor)
    except Unreadable as error:
        say(f"{file}: {error}")
        say(f"应答 reply: {_reply(vendor)}（原文保留并隔离 / it would be kept and quarantined）")
        raise typer.Exit(1) from None
    kept = seen.kept(vendor.mapping.events)
    for number, one in enumerate(seen.told, 1):
        call = _call(name, one)
        (_as_json if as_json else _as_table)(number, one, call, vendor, kept=one in kept)
    if not as_json:
        say(f"应答 reply: {_reply(vendor)}")
    end(sum(bool(one.wrong) for one in seen.told))


def _vendor(name: str, mapping_file: Path | None, config: Path | None) -> "Vendor":
    """The vendor of this name, or one made of a mapping alone; the command ends where there is neither."""
    from hotline_bridge.vendors import SHIPPED, own_mapping, shipped, vendor_of

    if mapping_file is not None:
        return _bare(own_mapping(mapping_file))
    section = config_of(config).intake.vendor.get(name)
    if section is not None:
        return vendor_of(name, section)
    if name in SHIPPED:
        return _bare(shipped(name))
    say(f"{name}: 没有这个厂商 / there is no [intake.vendor.{name}], and no such mapping comes along; expected one of {', '.join(SHIPPED)}, or --mapping-file")
    raise typer.Exit(2)


def _bare(mapping: "VendorMapping") -> "Vendor":
    from routing.vendor import Vendor

    return Vendor(mapping, mapping.zone)


def _call(name: str, one: "Told") -> "Call | None":
    from adapters.formats.cdr import call_of

    return call_of(f"vendor:{name}", [one.row]) if one.row is not None else None


def _as_json(number: int, one: "Told", call: "Call | None", vendor: "Vendor", *, kept: bool) -> None:
    from adapters.formats.cdr import call_json
    from adapters.formats.vendor import unused_in

    out({
        "record": number, "moment": one.stage, "kept": kept, "call": call_json(call) if call else None, "wrong": list(one.wrong), "odd": list(one.odd),
        "unmapped": list(unused_in(one, vendor.mapping)), "reply": vendor.thanks.model_dump(),
    })


def _as_table(number: int, one: "Told", call: "Call | None", vendor: "Vendor", *, kept: bool) -> None:
    from adapters.formats.cdr import call_json
    from adapters.formats.vendor import unused_in

    found = call_json(call) if call else {}
    paths = dict(vendor.mapping.fields)
    rows: list[dict[str, object]] = [{"field": name, "zh": zh, "value": _spelt(found.get(name)), "path": paths.get(name) or ""} for name, zh in FIELDS.items()] if call else []
    use = "计为话单 a record" if kept else "不计为话单 no record"
    table(rows, ("field", "zh", "value", "path"), f"{vendor.mapping.name} 第 {number} 条：{STAGES[one.stage]} {one.stage}，{use}", as_json=False)
    for trouble in one.wrong:
        say(f"错误 wrong: {trouble}")
    for trouble in one.odd:
        say(f"注意 odd: {trouble}")
    if unused := unused_in(one, vendor.mapping):
        say(f"未用到的字段 unmapped: {', '.join(unused)}")


def _spelt(value: object) -> str:
    """A moment whole, with its zone: that is what is looked at here."""
    text = "" if value is None else str(value)
    return text.replace("T", " ", 1) if TIME.fullmatch(text) else text


def _facts(vendor: "Vendor") -> dict[str, object]:
    return {"vendor": vendor.mapping.name, "proof": vendor.mapping.proof.kind, "reply": _reply(vendor)}


def _reply(vendor: "Vendor") -> str:
    thanks = vendor.thanks
    return f"{thanks.status} {thanks.type} {thanks.body or '（空 empty）'}"
