"""When each report is owed, of which days, about whom and to whom (P-24, C-8, D-8)."""

import tomllib
from datetime import date, datetime, timedelta
from importlib import resources
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.books import before, named
from routing.calendar import period
from routing.errors import BadTable
from routing.pack import Pack, parse_pack
from routing.reporting import due_at, finished, next_due, places, readers
from routing.rules import Rules

ZONE = ZoneInfo("Asia/Shanghai")
EVERY = ("day", "half-month", "month", "quarter", "half-year", "year")


def report(pack: Pack, name: str):
    return next(one for one in pack.reports if one.name == name)


def test_P24_the_monthly_table_goes_on_the_third_working_day_of_the_next_month(sample_rules: Rules) -> None:
    pack = sample_rules.packs["psbc-95580"]
    at = due_at(report(pack, "投诉统计表"), date(2026, 9, 30), pack, sample_rules.calendar)
    assert at == datetime(2026, 10, 10, 9, 0, tzinfo=ZONE)         # a Saturday, worked for the National Day


def test_C8_the_daily_figures_go_the_next_morning_whatever_day_it_is(sample_rules: Rules) -> None:
    pack = sample_rules.packs["cutover"]
    at = due_at(report(pack, "投诉分类日报"), date(2026, 10, 2), pack, sample_rules.calendar)
    assert at == datetime(2026, 10, 3, 8, 30, tzinfo=ZONE)


def test_P24_key_branches_report_every_half_month_and_the_others_every_quarter(sample_rules: Rules) -> None:
    pack = sample_rules.packs["psbc-95580"]
    key, others = (places(report(pack, name), pack, sample_rules.directory) for name in ("重点分行投诉情况报告", "投诉情况登记表"))
    assert set(key) == {"E1", "S1"}
    assert set(others) == {"B1", "N1"}


def test_P24_the_unions_report_reaches_the_union_where_no_leader_has_a_mailbox(sample_rules: Rules) -> None:
    pack = sample_rules.packs["psbc-95580"]
    assert readers(report(pack, "投诉督办情况报告"), places(report(pack, "投诉督办情况报告"), pack, sample_rules.directory)[0], sample_rules.directory).mailboxes == ("gonghui@hq.example",)


def test_P24_a_report_for_nobody_tells_the_desk_what_to_write_into_the_pack(sample_rules: Rules) -> None:
    pack = sample_rules.packs["datong-96588"]
    entry = report(pack, "客户投诉汇总表").model_copy(update={"to": "董事会", "by": "监事会"})
    found = readers(entry, places(entry, pack, sample_rules.directory)[0], sample_rules.directory)
    assert found.mailboxes == ()
    assert "addresses" in found.doubt
    assert "董事会" in found.doubt


def test_D8_addresses_of_the_pack_come_before_any_department(sample_rules: Rules) -> None:
    entry = report(sample_rules.packs["datong-96588"], "客户投诉汇总表").model_copy(update={"addresses": ("zhfw@hq.example",)})
    assert readers(entry, places(entry, sample_rules.packs["datong-96588"], sample_rules.directory)[0], sample_rules.directory).mailboxes == ("zhfw@hq.example",)


def test_P24_every_period_is_finished_once_and_none_before_its_time(sample_rules: Rules) -> None:
    pack, now = sample_rules.packs["psbc-95580"], datetime(2026, 8, 20, 12, 0, tzinfo=ZONE)
    for entry in pack.reports:
        found = list(finished(entry, pack, sample_rules.calendar, date(2026, 6, 3), now))
        assert len(set(found)) == len(found)
        assert all(due_at(entry, last, pack, sample_rules.calendar) <= now for _, last in found)
    monthly = finished(report(pack, "投诉统计表"), pack, sample_rules.calendar, date(2026, 6, 3), now)
    assert [first for first, _ in monthly] == [date(2026, 6, 1), date(2026, 7, 1)]


@given(day=st.dates(date(2019, 1, 1), date(2030, 12, 31)), every=st.sampled_from(EVERY))
def test_P24_every_period_has_a_name_of_its_own_and_the_one_before_ends_the_day_before(day: date, every: str) -> None:
    first, last = period(every, day)
    days = named(first, last)
    assert str(first.year) in days.name
    assert before(days).last.toordinal() == first.toordinal() - 1
    assert period(every, before(days).first) == (before(days).first, before(days).last)


@pytest.mark.parametrize("pack_name", ["psbc-95580", "datong-96588", "three-line", "cutover"])
def test_P24_the_next_report_is_always_ahead_and_never_skipped(sample_rules: Rules, pack_name: str) -> None:
    pack = sample_rules.packs[pack_name]
    for hours in range(0, 24 * 800, 61):
        now = datetime(2025, 3, 1, tzinfo=ZONE) + timedelta(hours=hours)
        at = next_due(pack, sample_rules.calendar, now)
        assert at > now
        for entry in pack.reports:
            spans = list(finished(entry, pack, sample_rules.calendar, now.date().replace(year=now.year - 1), at))
            assert all(due_at(entry, last, pack, sample_rules.calendar) <= at for _, last in spans)
            ahead = period(entry.every, spans[-1][1] + timedelta(days=1))[1] if spans else None
            assert ahead is None or due_at(entry, ahead, pack, sample_rules.calendar) > now      # nothing between now and then is passed over


def test_P24_key_branches_must_be_named_where_a_report_is_theirs() -> None:
    raw = tomllib.loads((resources.files("routing") / "packs" / "psbc-95580.toml").read_text("utf-8"))
    with pytest.raises(BadTable, match="key_branches is empty"):
        parse_pack(raw | {"key_branches": []}, "pack")


def test_P24_an_address_that_is_none_is_told_before_anything_is_sent() -> None:
    raw = tomllib.loads((resources.files("routing") / "packs" / "psbc-95580.toml").read_text("utf-8"))
    raw["reports"][0]["addresses"] = ["行领导"]
    with pytest.raises(BadTable, match="行领导"):
        parse_pack(raw, "pack")
