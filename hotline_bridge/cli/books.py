"""Commands about the books: reports, statistics and the register, of any period and as of any moment (P-21, P-24, C-8, D-8)."""

from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any

import typer

from hotline_bridge.cli.cases import Json
from hotline_bridge.cli.common import ConfigOption, desk_of, moment_of, say, watched, written
from hotline_bridge.cli.tables import table

app = typer.Typer(no_args_is_help=True, help="报表：统计表、登记表、分析。 Reports of any period, as of any moment; made again, they say the same.")
PackName = Annotated[str, typer.Option("--pack", help="The policy pack; the default one without.", metavar="PACK", callback=written)]
Place = Annotated[str, typer.Option("--place", help="Of one unit alone, by its code; the whole bank without.", metavar="CODE", callback=written)]
AsOf = Annotated[str, typer.Option("--as-of", help="As it was known then, e.g. 2026-12-31 or 2026-12-31T18:00; now without.", metavar="TIME", callback=written)]


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(app, name="report")
    program.command("register")(register)


@app.command("list")
def list_reports(
    config: ConfigOption = None, limit: Annotated[int, typer.Option("--limit", min=1, help="How many of those made.")] = 50, as_json: Json = False,
) -> None:
    """已编制的报表。 The reports that were made, newest first, and where they stand."""
    from hotline_bridge.bookkeeping import shown

    desk = desk_of(config)
    found = desk.store.read_now(lambda tx: tx.reports.select(limit))
    table([shown(one, desk.rules.rules) for one in found], ("id", "name", "place", "first", "last", "version", "as_of", "files"), "报表 Reports", as_json=as_json)


@app.command("next")
def next_reports(config: ConfigOption = None, as_json: Json = False) -> None:
    """报送计划。 Every report the packs in use ask for: of which days, when it is sent next, and to whom."""
    from hotline_bridge.wiring import system_clock
    from routing.calendar import ONE_DAY, period
    from routing.reporting import due_at, places, readers

    desk = desk_of(config)
    rules, now, rows = desk.rules.rules, system_clock(), []
    for pack in (rules.packs[name] for name in sorted({rules.default_pack, *rules.by_hotline.values()})):
        for entry in pack.reports:
            first, last = period(entry.every, now.astimezone(pack.zone).date() - 20 * ONE_DAY)
            while (at := due_at(entry, last, pack, rules.calendar)) <= now:
                first, last = period(entry.every, last + ONE_DAY)
            about = places(entry, pack, rules.directory)
            to = readers(entry, about[0], rules.directory) if about else None
            rows.append({
                "pack": pack.id, "name": entry.name, "first": first.isoformat(), "last": last.isoformat(), "sent": at.isoformat(timespec="minutes"),
                "reports": len(about), "to": "、".join(to.mailboxes) or f"{rules.identity.desk}（{to.doubt}）" if to else "（没有所涉机构 / no such unit）", "rule": entry.rule,
            })
    table(rows, ("pack", "name", "first", "last", "sent", "reports", "to", "rule"), "报送计划 What is sent when", as_json=as_json)


@app.command("make")
def make(  # noqa: PLR0913 (the options of one command)
    name: Annotated[str, typer.Argument(help="The report's name in the pack, e.g. 投诉统计表.", metavar="NAME", callback=written)],
    config: ConfigOption = None,
    days: Annotated[str, typer.Option("--period", help="2026, 2026-12, 2026-12-31 or 2026-12-01..2026-12-31; the last finished one without.", metavar="DAYS", callback=written)] = "",
    as_of: AsOf = "", place: Place = "", pack: PackName = "",
    to: Annotated[Path, typer.Option("--out", help="The folder the files go into.", file_okay=False)] = Path(),
    send: Annotated[bool, typer.Option("--send", help="Plan it anew and let the service send it to its readers, as a further version.")] = False,
) -> None:
    """编制报表。 Make a report now, of any days and as of any moment, and write its files."""
    from hotline_bridge.bookkeeping import Wanted, days_of, drawn, entry_of, files_of, known_at
    from hotline_bridge.steps.books import order
    from hotline_bridge.wiring import system_clock

    desk = desk_of(config)
    rules, now = desk.rules.rules, system_clock()
    chosen = rules.pack(pack or rules.default_pack)
    entry = entry_of(chosen, name)
    first, last = days_of(entry, days, now.astimezone(chosen.zone).date())
    wanted = Wanted(entry, known_place(place, rules), first, last, known_at(_moment(as_of, chosen.zone), now))
    if send:
        planned = desk.store.run_now(lambda tx: order(tx, wanted, chosen, now))
        say(f"报表 {planned} 已排入，由服务编制并报送 / report {planned} is planned; the service makes and sends it")
        return
    figures = desk.store.read_now(lambda tx: drawn(tx, wanted, chosen, rules))
    to.mkdir(parents=True, exist_ok=True)
    for file, content in files_of(figures).items():
        (to / file).write_bytes(content)
        say(f"{to / file}  {len(content):,} bytes")


@app.command("save")
def save(
    report: Annotated[int, typer.Argument(help="The report's number, from `report list`.", metavar="REPORT", min=1, max=10**18)],
    config: ConfigOption = None, to: Annotated[Path, typer.Option("--out", help="The folder the files go into.", file_okay=False)] = Path(),
) -> None:
    """取出报表文件。 Write the files of a report that was sent, byte for byte as they went."""
    desk = desk_of(config)
    found = desk.store.read_now(lambda tx: tx.reports.get(report))
    if found is None or not found.ready:
        say(f"there is no finished report {report}; look at `hotline-bridge report list`")
        raise typer.Exit(1)
    to.mkdir(parents=True, exist_ok=True)
    for file, blob in found.files.items():
        (to / file).write_bytes(desk.store.read_now(lambda tx, blob=blob: tx.reports.file(blob)))
        say(str(to / file))


def register(
    to: Annotated[Path, typer.Argument(help="The file to write, .xlsx or .csv.", metavar="FILE", dir_okay=False)],
    config: ConfigOption = None,
    days: Annotated[str, typer.Option("--period", help="2026, 2026-12, 2026-12-31 or 2026-12-01..2026-12-31, by the day of receipt; this year without.", metavar="DAYS", callback=written)] = "",
    as_of: AsOf = "",
    pack: Annotated[str, typer.Option("--pack", help="One policy pack alone; all without.", metavar="PACK", callback=written)] = "",
    names: Annotated[bool, typer.Option("--names", help="With the customers' names, telephones and accounts; masked without (P-6).")] = False,
) -> None:
    """客户投诉登记簿。 Write the register of complaints: every field, one row a case, however many there are."""
    from adapters.formats.books.register import write_register, write_register_csv
    from hotline_bridge.bookkeeping import days_of, known_at
    from hotline_bridge.registering import register_rows
    from hotline_bridge.wiring import system_clock
    from routing.books import named, span
    from routing.figures import Head

    if to.suffix.lower() not in {".xlsx", ".csv"}:
        say(f"{to}: the register is written as .xlsx or .csv; give the file one of these endings")
        raise typer.Exit(2)
    desk = desk_of(config)
    rules, now = desk.rules.rules, system_clock()
    chosen = rules.pack(pack or rules.default_pack)
    first, last = days_of(chosen.reports[0], days or str(now.astimezone(chosen.zone).year), now.astimezone(chosen.zone).date())
    known = known_at(_moment(as_of, chosen.zone), now)
    period = named(first, last)
    head = Head("客户投诉登记簿", "Register of complaints", rules.identity.bank, chosen.name if pack else "全部办法", period, known, chosen.zone, rules.digest)
    begins, ends = span(period, chosen.zone)
    write = write_register if to.suffix.lower() == ".xlsx" else write_register_csv

    def work(tx: Any) -> int:  # noqa: ANN401 (the store's transaction)
        rows = register_rows(tx, pack, begins, ends, known, rules)
        draft = to.with_name(f".{to.name}.part")
        with draft.open("wb") as file:
            count = write(watched(rows, "登记簿 register", tx.registers.count(begins, ends)), head, file, open_names=names)
        draft.replace(to)
        return count

    say(f"{to}: {desk.store.read_now(work)} 件 / cases")


def known_place(place: str, rules: Any) -> str:  # noqa: ANN401 (the rules)
    """A unit's code that the directory knows; RuleError else."""
    from routing.errors import RuleError

    if place and rules.directory.get(place) is None:
        msg = f"{place} is no code in the directory; look at the first column of tables.directory"
        raise RuleError(msg)
    return place


def _moment(words: str, zone: Any) -> datetime | None:  # noqa: ANN401 (a zone)
    """The moment somebody means; a bare day is meant with its end."""
    found = moment_of(words, "--as-of", zone)
    if found is not None and len(words) == len("2026-12-31"):
        return datetime.combine(date(found.year, found.month, found.day), time(23, 59, 59, 999_999), zone)
    return found
