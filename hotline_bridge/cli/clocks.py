"""Commands about clocks: the calendar shown and imported, a case's limits explained and moved with their proofs."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hotline_bridge.cli.cases import As, Json, Number, app as cases
from hotline_bridge.cli.common import ConfigOption, config_of, decide, decided_by, desk_of, known_case, moment_of, nothing, out, say, watched, written, zone_of

if TYPE_CHECKING:
    from hotline_bridge.config import Config
    from hotline_bridge.holidays import Coming
    from hotline_bridge.steps.retime import Retimed

Reason = Annotated[str, typer.Option("--reason", help="Why; for an extension the reason given to the sender of the slip.", callback=written)]
Told = Annotated[str, typer.Option("--told", help="When the customer was told: a day or a time.", metavar="TIME")]
How = Annotated[str, typer.Option("--how", help="How the customer was told, e.g. 电话.", callback=written)]
calendar = typer.Typer(no_args_is_help=True, help="放假安排。 The calendar of holidays and moved working days: shown, and a new notice imported.")


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program; those about a case stand beside the others in `cases`."""
    program.add_typer(calendar, name="calendar")
    cases.command("explain")(explain)
    cases.command("extend")(extend)
    cases.command("prolong")(prolong)
    cases.command("exclude")(exclude)
    cases.command("new-facts")(new_facts)
    cases.command("pressed")(pressed)


# a case ------------------------------------------------------------------------------------------------------------------
def explain(number: Number, config: ConfigOption = None, as_json: Json = False) -> None:
    """时限逐日说明。 Say day by day, in Chinese and English, how a case's limits come about: the pack's, the law's, an authority's."""
    from hotline_bridge.timing import explained, timed

    desk = desk_of(config)
    one = desk.store.read_now(lambda tx: timed(tx, number))
    if one is None:
        raise nothing(f"there is no case {number}; look at `hotline-bridge cases list`")
    shown: Any = explained(one, desk.rules.rules)
    if as_json:
        out(shown)
        return
    for clock in shown["clocks"]:
        print(f"== {_CLOCKS[clock['clock']]}（{clock['rule']}）")
        print("\n".join([*clock["zh"], "", *clock["en"], ""]))
    for event in shown["events"]:
        print(_event(event))


_CLOCKS: Mapping[str, str] = {"pack": "本行时限 the pack's clock", "law": "法定外限 the law's clock", "authority": "交办期限 the authority's date"}


def _event(event: Mapping[str, Any]) -> str:
    parts = (event["until"] and f"→ {event['until']}", event["reason"], event["approver"], event["told"] and f"{event['told']} {event['told_how']}")
    return "  ".join([event["noted"], event["who"], event["kind_zh"], *(part for part in parts if part)])


def extend(  # noqa: PLR0913 (the options of one command)
    number: Number, config: ConfigOption = None, who: As = "",
    until: Annotated[str, typer.Option("--until", help="The new last day.", metavar="DAY")] = "", reason: Reason = "", told: Told = "", how: How = "",
) -> None:
    """延期：须说明原因并已告知客户。 Ask for more time; in force only with the reason and the customer told, when and how (P-11.2)."""
    from hotline_bridge.steps.clocks import Proof, extend as step

    name, desk = decided_by(who), desk_of(config)
    known_case(desk, number)
    zone = zone_of(desk)
    day, proof = moment_of(until, "--until", zone), Proof(reason, moment_of(told, "--told", zone), how)
    if decide(desk, lambda tx, now, rules: step(tx, number, name, day, proof, now, rules)):
        say(f"{number}: 已延期 / extended by {name}; `hotline-bridge cases explain {number}` shows the new dates")
    else:
        say(f"{number}: 已记录，尚缺一项证明，时限未变 / kept; the other proof is missing, so the dates stand as they were (P-11.2)")


def prolong(  # noqa: PLR0913 (the options of one command)
    number: Number, config: ConfigOption = None, who: As = "", reason: Reason = "", told: Told = "", how: How = "",
    approver: Annotated[str, typer.Option("--approver", help="The superior institution or head office that approved it.", callback=written)] = "",
) -> None:
    """法定期限延长：上级批准并告知投诉人。 Prolong the legal limit of a complex case, approved above, the customer told (law:18)."""
    from hotline_bridge.steps.clocks import Proof, prolong as step

    name, desk = decided_by(who), desk_of(config)
    known_case(desk, number)
    proof = Proof(reason, moment_of(told, "--told", zone_of(desk)), how, approver)
    decide(desk, lambda tx, now, rules: step(tx, number, name, proof, now, rules))
    say(f"{number}: the legal limit is prolonged, by {name}")


def exclude(  # noqa: PLR0913 (the options of one command)
    number: Number,
    first: Annotated[str, typer.Option("--from", help="The first day of the appraisal.", metavar="DAY")],
    last: Annotated[str, typer.Option("--to", help="Its last day; noted again with the same first day, it replaces what was noted before.", metavar="DAY")],
    config: ConfigOption = None, who: As = "", reason: Reason = "", told: Told = "", how: How = "",
) -> None:
    """扣除鉴定期间。 Leave the days of an external appraisal out of the legal limit, the customer told (law:18)."""
    from hotline_bridge.steps.clocks import Proof, exclude as step

    name, desk = decided_by(who), desk_of(config)
    known_case(desk, number)
    zone = zone_of(desk)
    begins, ends, when = (moment_of(words, option, zone) for words, option in ((first, "--from"), (last, "--to"), (told, "--told")))
    if begins is None or ends is None:
        say("--from and --to: give the first and the last day of the appraisal")
        raise typer.Exit(2)
    days = (begins, ends)
    decide(desk, lambda tx, now, rules: step(tx, number, name, days, Proof(reason, when, how), now, rules))
    say(f"{number}: {first} to {last} do not count for the legal limit, by {name}")


def new_facts(
    number: Number, says: Annotated[str, typer.Option("--says", help="What the customer adds.", callback=written)], config: ConfigOption = None, who: As = "",
    at: Annotated[str, typer.Option("--at", help="When it came; now without.", metavar="TIME")] = "",
    person: Annotated[str, typer.Option("--person", help="Who is complained about now: nothing goes to them; - where it is nobody the words name.", callback=written)] = "",
) -> None:
    """新的事实：自当日重新起算。 Write down what the customer adds: the clocks start anew that day, the slip goes out anew (law:18)."""
    from hotline_bridge.steps.clocks import new_facts as step

    name, desk = decided_by(who), desk_of(config)
    known_case(desk, number)
    when = moment_of(at, "--at", zone_of(desk))
    decide(desk, lambda tx, now, rules: step(tx, number, name, says, when, now, rules, person=person))
    say(f"{number}: new facts written down by {name}; the clocks start anew")


def pressed(
    number: Number, says: Annotated[str, typer.Option("--says", help="What the customer says of the pressure.", callback=written)],
    config: ConfigOption = None, who: As = "",
    at: Annotated[str, typer.Option("--at", help="When the withdrawal came; now without.", metavar="TIME")] = "",
) -> None:
    """撤诉非自愿：继续办理。 A withdrawal under pressure or threat: the case goes on, and against those responsible (P-19)."""
    from hotline_bridge.steps.clocks import pressed as step

    name, desk = decided_by(who), desk_of(config)
    known_case(desk, number)
    when = moment_of(at, "--at", zone_of(desk))
    decide(desk, lambda tx, now, rules: step(tx, number, name, says, when, now, rules))
    say(f"{number}: the withdrawal is none; the case goes on, by {name}")


# the calendar --------------------------------------------------------------------------------------------------------------
@calendar.command("show")
def show(
    year: Annotated[int, typer.Argument(help="One year's days; all years in short without.", min=0, metavar="YEAR")] = 0,
    config: ConfigOption = None, as_json: Json = False,
) -> None:
    """放假安排。 The calendar in force: each year published or provisional, its working days; with YEAR every closed and moved day."""
    from hotline_bridge.rulebook import load_calendar
    from routing.notice import days_of

    known = load_calendar(config_of(config).tables.calendar)
    for shown in [year] if year else [*sorted(known.published), max(known.published) + 1]:
        if not 1990 <= shown <= 2200:
            say(f"{shown}: no year of the calendar; 1990 to 2200")
            raise typer.Exit(2)
        days = days_of(date(shown, 1, 1), date(shown, 12, 31))
        told = [{"day": day.isoformat(), "works": known.is_working(day), "says": known.says(day), "says_en": known.says_in_english(day)}
                for day in days if (known.says(day) and known.says(day) != "周末")]
        row = {"year": shown, "provisional": shown not in known.published, "working_days": sum(map(known.is_working, days)), "digest": known.digest}
        if as_json:
            out({**row, "days": told} if year else row)
            continue
        mark = "暂定：国务院办公厅通知尚未载入 / provisional: no notice loaded" if row["provisional"] else "已公布 / published"
        print(f"{shown}: {row['working_days']} 个工作日 working days, {mark}")
        for one in told if year else ():
            print(f"  {one['day']} {one['says']} / {one['says_en']}")


@calendar.command("import")
def import_notice(
    file: Annotated[Path, typer.Argument(help="A notice: TOML as routing/calendars/cn.toml, or CSV day,kind,name.", metavar="FILE")],
    config: ConfigOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change; nothing is written.")] = False,
    as_json: Json = False,
) -> None:
    """载入放假通知，重算全部未结工单的时限。 Take a new notice of holidays: checked, put in place, every changed due date listed.

    May be broken off and given again: what is right already is left alone.
    """
    from hotline_bridge.holidays import coming, install

    settings = config_of(config)
    place = settings.tables.calendar
    if place is None and not dry_run:
        say('tables.calendar is not set: name the bank\'s own calendar file in the configuration, e.g. calendar = "/etc/hotline-bridge/calendar.toml"; '
            "it need not exist yet. Then import again, and restart the service once")
        raise typer.Exit(2)
    new = coming(file, place)
    _tell_days(new, place)
    if not dry_run and place is not None and (new.changed or not place.exists()):
        from hotline_bridge.wiring import system_clock

        kept = install(new.text, place, system_clock())
        say(f"{place}: 已更新 / written" + (f"; 原文件 / the former one: {kept}" if kept else ""))
    _retime(settings, new, write=not dry_run, as_json=as_json)
    if not dry_run:
        say("运行中的服务：/ a service that runs takes it up by `systemctl reload hotline-bridge` (SIGHUP)")


def _tell_days(new: "Coming", place: Path | None) -> None:
    """Say which days are worked otherwise, and which years are published by it."""
    from hotline_bridge.rulebook import load_calendar

    old = load_calendar(place if place and place.exists() else None)
    for year in sorted(new.calendar.published - old.published):
        say(f"{year}: 暂定 → 已公布 / provisional → published")
    moved = [day for day in new.changed if old.is_working(day) != new.calendar.is_working(day)]
    for day in moved:
        was, then = (f"{'上班' if one.is_working(day) else '休息'}{f'（{one.says(day)}）' if one.says(day) else ''}" for one in (old, new.calendar))
        say(f"{day}: {was} → {then}")
    if not new.changed:
        say("放假安排与现行的相同 / the notice says nothing new; cases are looked at all the same")


def _retime(settings: "Config", new: "Coming", *, write: bool, as_json: bool) -> None:
    """Go through the open cases and list every changed limit."""
    from dataclasses import replace

    from hotline_bridge.config import Config
    from hotline_bridge.holidays import retimed
    from hotline_bridge.steps.retime import BATCH
    from hotline_bridge.wiring import open_desk, system_clock
    from routing.case import State

    plain: Config = settings if write else settings.model_copy(update={"tables": settings.tables.model_copy(update={"calendar": None})})
    desk = open_desk(plain)
    zone, rules = zone_of(desk), replace(desk.rules.rules, calendar=new.calendar)
    total = sum(count for state, count in desk.store.read_now(lambda tx: tx.cases.counts()).items() if state is not State.CLOSED)
    seen = changed = 0
    for batch in watched(retimed(desk.store, new.concerned, system_clock(), rules, write=write), "calendar", total // BATCH + 1):
        seen += batch.seen
        changed += len(batch.changed)
        for one in batch.changed:
            row = _row(one, zone)
            if as_json:
                out(row)
            else:
                print("  ".join(str(row[key]) for key in ("number", "old_due", "due", "old_last_day", "last_day", "why")))
                for part in one.parts:
                    print(f"    {part[0].unit} {part[0].part}  {part[0].due and part[0].due.astimezone(zone):%Y-%m-%dT%H:%M}  {part[1].astimezone(zone):%Y-%m-%dT%H:%M}")
    say(f"{seen} 件未结工单涉及 / open cases concerned, {changed} 件时限变动 / changed" + ("" if write else "（未写入 / nothing written）"))


def _row(one: "Retimed", zone: Any) -> dict[str, object]:  # noqa: ANN401 (the bank's ZoneInfo)
    times = {"old_due": one.old.due, "due": one.new.due, "old_last_day": one.old.last_day, "last_day": one.new.last_day}
    shown: dict[str, object] = {key: at.astimezone(zone).isoformat(timespec="minutes") if at else None for key, at in times.items()}
    parts = [{"unit": hop.unit, "part": hop.part, "due": due.astimezone(zone).isoformat(timespec="minutes")} for hop, due in one.parts]
    return {"number": one.number, **shown, "provisional": one.new.provisional, "parts": parts, "why": one.why}
