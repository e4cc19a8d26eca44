"""The packs and the calendar as shipped, a small bank, and a case to ask about."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from routing.calendar import Calendar
from routing.case import Case, CaseId, State
from routing.directory import Directory
from routing.pack import Pack, parse_pack
from routing.papers import Channel
from routing.parties import UnitCode
from routing.verdict import Category, Complaint, Flag, Verdict

ROUTING = Path(__file__).parents[2] / "routing"
ZONE = ZoneInfo("Asia/Shanghai")
NAMES = ("psbc-95580", "datong-96588", "three-line", "cutover")


def raw_pack(name: str) -> dict[str, object]:
    return tomllib.loads((ROUTING / "packs" / f"{name}.toml").read_text(encoding="utf-8"))


def raw_calendar() -> dict[str, object]:
    return tomllib.loads((ROUTING / "calendars" / "cn.toml").read_text(encoding="utf-8"))


CALENDAR = Calendar.parse(raw_calendar(), "cn")
PACKS: Mapping[str, Pack] = {name: parse_pack(raw_pack(name), name) for name in NAMES}
PSBC, DATONG, THREE_LINE, CUTOVER = (PACKS[name] for name in NAMES)


def naive(text: str) -> datetime:
    """Make a moment without zone of 2026-02-11 18:05."""
    return datetime.fromisoformat(text)


def at(text: str) -> datetime:
    """Make an aware moment in the bank's zone of 2026-02-11 18:05."""
    return naive(text).replace(tzinfo=ZONE)


_COLUMNS = (
    "code", "name", "full_name", "level", "parent", "division", "mailbox", "contact1", "contact1_phone", "contact2",
    "contact2_phone", "aliases", "contact1_mailbox", "contact2_mailbox",
)
_BANK = """
HQ|总行||总行||100000|hq@bank.example|甲经理||乙经理||||
HQ-GH|总行工会工委||部门|HQ|100000|union@bank.example|||||||
HQ-BGS|总行办公室||部门|HQ|100000|office@bank.example|||||||
HQ-JC|总行监察部||部门|HQ|100000|inspect@bank.example|||||||
HQ-FL|总行法律事务部||部门|HQ|100000|legal@bank.example|||||||
HQ-CP|总行产品管理部||部门|HQ|100000|product@bank.example|||||||
HQ-QD|总行渠道管理部||部门|HQ|100000|channel@bank.example|||||||
BJ|首都分行||一级分行|HQ|110000|bj@bank.example|丙主任||丁主任||||
BJ1|首都城东支行||支行|BJ|110101|bj1@bank.example|戊经理||己经理||||
BJ11|首都东街营业所||网点|BJ1|110101001|bj11@bank.example|庚经理||辛经理||||
BJ12|首都西街营业所||网点|BJ1|110101002||||||||
FA|远山省分行||一级分行|HQ|140000|fa@bank.example|壬主任||癸主任||||
FA-BGS|远山省分行办公室||部门|FA|140000|fa-office@bank.example|||||||
FA-JC|远山省分行监察部||部门|FA|140000|fa-inspect@bank.example|||||||
FA1|远山市分行||二级分行|FA|140100|fa1@bank.example|子主任||丑主任||||
FA11|远山河口支行||支行|FA1|140101|fa11@bank.example|寅行长||卯经理||||fa11-second@bank.example
FA111|河口镇营业所||网点|FA11|140101001|fa111@bank.example|辰经理||||||
HK|港岛分行||一级分行|HQ|810000||||||||
""".strip()


def rows(text: str = _BANK) -> list[dict[str, str]]:
    return [dict(zip(_COLUMNS, line.split("|"), strict=True)) for line in text.splitlines()]


def bank(**changes: Mapping[str, str]) -> Directory:
    """Build the small bank; a keyword like BJ11={"mailbox": ""} changes a unit's columns, an empty one removes the unit."""
    table = [{**row, **changes.get(row["code"].replace("-", "_"), {})} for row in rows()]
    gone = {code for code, change in changes.items() if not change}
    return Directory.parse([row for row in table if row["code"].replace("-", "_") not in gone])[0]


BANK = bank()


def a_case(
    unit: str | None = "BJ11", category: Category = Category.ERROR, channel: Channel = Channel.PHONE, person: str = "",
    **flags: str,
) -> Case:
    """Make a case just taken; a keyword such as reputation="要去法院" raises the flag with its evidence."""
    complaint = Complaint("柜员办错了业务", "seat-note", at("2026-07-22 10:00"), channel=channel, person_hint=person)
    raised = tuple(Flag(name, evidence, "P-9.1", "") for name, evidence in flags.items())
    return Case(
        id=CaseId(137), number="95580-20260722-000137", state=State.TAKEN, complaint=complaint, source="seat", call_id="c-1",
        hotline="95580", seat="1001", received=complaint.received, verdict=Verdict(category, flags=raised),
        unit=UnitCode(unit) if unit else None, pack="psbc-95580",
    )


def in_state(case: Case, state: State) -> Case:
    return replace(case, state=state)
