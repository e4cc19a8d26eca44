"""The command line about clocks: a case explained and moved, the calendar shown and imported beside a store with cases."""

import json
from pathlib import Path

import pytest

from hotline_bridge.config import Config
from hotline_bridge.daemon import run_until_quiet
from hotline_bridge.rulebook import load_calendar
from hotline_bridge.wiring import build, system_clock
from tests.cli.test_cases import bridge
from tests.fakes import ZONE, SetClock
from tests.make import a_form, form_bytes
from tests.stories.test_new_calendar import NOTICE

pytestmark = pytest.mark.slow       # starts the program itself, several times


async def posted(state: Path, when: str) -> str:
    """A plain case below `state`, taken then; its number."""
    from adapters.formats.form_json import read_form
    from hotline_bridge.opening import take_form

    clock = SetClock()
    clock.to(when)
    async with build(Config(state=state, http={"port": 0}), clock) as built:
        body = form_bytes(a_form("cli-1", started_at=f"{when}+08:00", ended_at=f"{when}+08:00"))
        form, digest = read_form(body)
        answer = await built.house.store.run(lambda tx: take_form(tx, "seat", body, form, digest, clock(), built.house.rules))
        await run_until_quiet(built.house)
    return answer.number


async def test_P11_2_a_case_is_explained_and_its_clocks_are_moved(tmp_path: Path) -> None:
    number = await posted(tmp_path, "2026-07-22T09:30:00")
    code, out, _ = bridge(tmp_path, "cases", "explain", number, "--json")
    shown = json.loads(out)
    assert (code, shown["due"], [one["clock"] for one in shown["clocks"]]) == (0, "2026-07-27T17:30:00+08:00", ["pack", "law"])
    code, out, _ = bridge(tmp_path, "cases", "explain", number)
    for line in ("2026-07-23（周四）：第1个工作日", "2026-07-23 (Thu): working day 1", "2026-08-06（周四）：第15个自然日"):
        assert line in out.splitlines()
    code, _, said = bridge(tmp_path, "cases", "exclude", number, "--from", "2026-07-24", "--to", "2026-07-28", "--reason", "笔迹鉴定", "--told", "2026-07-22", "--how", "电话", "--as", "desk")
    assert (code, json.loads(bridge(tmp_path, "cases", "explain", number, "--json")[1])["law_due"][:10]) == (0, "2026-08-11"), said
    code, _, said = bridge(tmp_path, "cases", "pressed", number, "--says", "被要求撤诉", "--as", "desk")
    assert (code, "the case goes on" in said) == (0, True)
    code, _, said = bridge(tmp_path, "cases", "prolong", number, "--as", "desk")
    assert (code, "only a complex one's legal limit" in said) == (2, True)
    assert bridge(tmp_path, "cases", "new-facts", number, "--says", "另有一笔", "--at", "2026-07-22T10:00", "--as", "desk")[0] == 0
    shown = json.loads(bridge(tmp_path, "cases", "explain", number, "--json")[1])
    assert [one["kind"] for one in shown["events"]] == ["appraisal", "pressed", "new-facts"]
    code, _, said = bridge(tmp_path, "cases", "close", number, "--outcome", "撤诉", "--says", "和解", "--free-will", "--arrived", "2026-07-22T11:00", "--as", "desk")
    assert code == 0, said


async def test_P11_2_an_extension_by_command_waits_for_its_other_proof(tmp_path: Path) -> None:
    now = system_clock().astimezone(ZONE)       # the program reads the real clock, and only a day to come can be asked for
    number = await posted(tmp_path, f"{now:%Y-%m-%dT%H:%M:%S}")
    until = load_calendar().working_days_after(now.date(), 5).isoformat()
    code, _, said = bridge(tmp_path, "cases", "extend", number, "--until", until, "--reason", "须调取外地凭证", "--as", "desk")
    assert (code, "the other proof is missing" in said) == (0, True), said
    assert json.loads(bridge(tmp_path, "cases", "explain", number, "--json")[1])["pending"]["lacks"] == ["told"]
    code, _, said = bridge(tmp_path, "cases", "extend", number, "--told", f"{now:%Y-%m-%dT%H:%M}", "--how", "电话", "--as", "desk")
    assert (code, "extended" in said) == (0, True), said
    shown = json.loads(bridge(tmp_path, "cases", "explain", number, "--json")[1])
    assert (shown["due"][:10], shown["pending"]) == (until, None)


@pytest.mark.parametrize(("words", "code", "told"), [
    (("cases", "explain", "95580-20990101-000010"), 1, "there is no case"),
    (("cases", "extend", "95580-20990101-000010", "--until", "2026-07-29"), 1, "there is no case"),
    (("calendar", "import", "none.csv"), 2, "tables.calendar is not set: name the bank's own calendar file"),
    (("calendar", "import", "none.csv", "--dry-run"), 2, "none.csv: cannot be read"),
    (("calendar", "show", "99"), 2, "1990 to 2200"),
])
def test_what_cannot_be_done_about_clocks_is_said_with_a_cure(tmp_path: Path, words: tuple[str, ...], code: int, told: str) -> None:
    got, _, said = bridge(tmp_path, *words)
    assert (got, told in said) == (code, True), said


def test_the_calendar_is_shown_published_or_provisional(tmp_path: Path) -> None:
    rows = [json.loads(line) for line in bridge(tmp_path, "calendar", "show", "--json")[1].splitlines()]
    assert [(row["year"], row["provisional"]) for row in rows] == [*((year, False) for year in range(2018, 2027)), (2027, True)]
    assert rows[8]["working_days"] == 248
    code, out, _ = bridge(tmp_path, "calendar", "show", "2026")
    assert (code, "2026-02-14 春节调休上班 / worked in exchange for Spring Festival" in out) == (0, True)
    assert "国庆节放假（暂定） / National Day holiday (provisional)" in bridge(tmp_path, "calendar", "show", "2027")[1]


async def test_a_notice_is_imported_tried_first_and_every_changed_date_listed(tmp_path: Path) -> None:
    number = await posted(tmp_path, "2027-02-03T10:00:00")
    notice, place, config = tmp_path / "2027.csv", tmp_path / "calendar.toml", tmp_path / "bridge.toml"
    notice.write_text(NOTICE, encoding="utf-8")
    config.write_text(f'state = "{tmp_path}"\n[tables]\ncalendar = "{place}"\n', encoding="utf-8")
    at = ("--config", str(config))
    code, out, said = bridge(tmp_path, "calendar", "import", str(notice), *at, "--dry-run", "--json")
    (row,) = [json.loads(line) for line in out.splitlines()]
    assert (code, row["number"], row["old_due"], row["due"]) == (0, number, "2027-02-08T17:30+08:00", "2027-02-11T17:30+08:00"), said
    assert (place.exists(), "nothing written" in said, "2027-02-08: 上班 → 休息（春节放假）" in said) == (False, True, True)
    code, out, said = bridge(tmp_path, "calendar", "import", str(notice), *at)
    assert (code, out.startswith(f"{number}  2027-02-08T17:30+08:00  2027-02-11T17:30+08:00"), place.exists()) == (0, True, True), said
    assert "2027: 暂定 → 已公布" in said
    shown = json.loads(bridge(tmp_path, "cases", "show", number, *at, "--json")[1])
    assert (shown["due"], shown["provisional"]) == ("2027-02-11T17:30:00+08:00", False)
    code, out, said = bridge(tmp_path, "calendar", "import", str(notice), *at, "--json")      # again: nothing is left to do
    assert (code, out, "the notice says nothing new" in said) == (0, "", True)
    notice.write_text(NOTICE.replace("2027-02-20,open", "2027-02-22,open"), encoding="utf-8")
    code, _, said = bridge(tmp_path, "calendar", "import", str(notice), *at)
    assert (code, "line 6: 2027-02-22 is a weekday" in said) == (2, True)
