"""The other books through the real store: the day of an emergency week, a branch's return, the half-year's analysis (C-4, C-8, P-24)."""

from datetime import date, datetime

import pytest

from hotline_bridge.bookkeeping import Wanted, drawn, entry_of
from tests.conftest import Bank
from tests.fakes import ZONE
from tests.make import a_form

UNION = "gonghui@hq.example"


def counted(bank: Bank, pack: str, name: str, first: date, last: date, place: str = ""):
    rules = bank.house.rules
    what = Wanted(entry_of(rules.packs[pack], name), place, first, last, bank.clock())
    return bank.house.store.read_now(lambda tx: drawn(tx, what, rules.packs[pack], rules))


async def taken(bank: Bank, at: str, call: str, **more: object) -> str:
    bank.clock.to(at)
    posted = await bank.post(a_form(call, started_at=f"{at}+08:00", ended_at=f"{at}+08:00", **more))
    await bank.quiet()
    return posted.number


class TestEmergencyWeek:
    @pytest.fixture
    def pack(self) -> str:
        return "cutover"

    async def test_C8_the_day_before_goes_to_the_union_each_morning_and_midnight_parts_the_days(self, bank: Bank) -> None:
        await bank.house.store.run(lambda tx: tx.tasks.hasten("books", 0, bank.clock()))
        await taken(bank, "2026-07-25T10:00:00", "1784944800.1")
        await taken(bank, "2026-07-25T23:59:59", "1784995199.2")
        await taken(bank, "2026-07-26T00:00:00", "1784995200.3")
        one = counted(bank, "cutover", "投诉分类日报", date(2026, 7, 25), date(2026, 7, 25))
        assert one.total.complaints + one.total.enquiries == 2
        bank.clock.to("2026-07-27T08:30:01")
        await bank.quiet()
        two = counted(bank, "cutover", "投诉分类日报", date(2026, 7, 26), date(2026, 7, 26))
        assert two.total.complaints + two.total.enquiries == 1
        assert two.before is not None
        assert two.before.complaints + two.before.enquiries == 2
        assert [(day, count.complaints + count.enquiries) for day, count in two.days[-2:]] == [(date(2026, 7, 25), 2), (date(2026, 7, 26), 1)]
        assert any("投诉分类日报" in letter.subject and "7月26日" in letter.subject for letter in bank.relay.to(UNION))

    async def test_C8_a_case_of_long_ago_that_is_still_open_is_no_day_of_the_report(self, bank: Bank) -> None:
        await taken(bank, "2026-05-04T10:00:00", "1777860000.1")
        await taken(bank, "2026-07-25T10:00:00", "1784944800.2")
        bank.clock.to("2026-07-26T08:30:00")        # its four hours are over: it is a complaint now (C-4)
        one = counted(bank, "cutover", "投诉分类日报", date(2026, 7, 25), date(2026, 7, 25))
        assert date(2026, 5, 4) not in [day for day, _ in one.days]
        assert one.total.complaints + one.total.enquiries == 1


async def test_P24_a_branchs_return_has_its_own_cases_by_number_and_nobody_elses(bank: Bank) -> None:
    mine = await taken(bank, "2026-07-22T09:20:00", "1784683800.1")
    unit = bank.case(mine).unit
    assert unit is not None
    branch = next(one.code for one in bank.house.rules.directory.chain(unit) if one.level == "一级分行")
    pack = bank.house.rules.packs["psbc-95580"]
    places = {one.code for one in bank.house.rules.directory.children("H")} if bank.house.rules.directory.get("H") else set(pack.key_branches)
    bank.clock.to("2026-08-03T09:00:00")
    july = (date(2026, 7, 16), date(2026, 7, 31))
    own = counted(bank, pack.id, "重点分行投诉情况报告", *july, branch)
    assert [one.number for one in own.cases] == [mine]
    assert own.total.received == 1
    for other in sorted(places - {branch}):
        assert counted(bank, pack.id, "重点分行投诉情况报告", *july, other).cases == ()


async def test_P24_the_half_years_analysis_counts_each_month_and_the_same_month_a_year_before(bank: Bank) -> None:
    await taken(bank, "2025-02-10T10:00:00", "1739152800.1")
    await taken(bank, "2026-02-10T10:00:00", "1770688800.2")
    await taken(bank, "2026-02-11T10:00:00", "1770775200.3")
    await taken(bank, "2026-06-30T23:59:00", "1782835140.4")
    bank.clock.to("2026-07-08T09:00:00")
    half = counted(bank, "psbc-95580", "半年投诉分析", date(2026, 1, 1), date(2026, 6, 30))
    received = {month.first.month: (month.tally.received, month.year_before) for month in half.months}
    assert received[2] == (2, 1)
    assert received[6] == (1, None)
    assert half.total.received == 3
    (unit,) = half.units
    assert unit.counts == (0, 2, 0, 0, 0, 1)


async def test_P24_a_case_received_at_the_last_minute_of_a_period_is_in_it_by_the_banks_own_clock(bank: Bank) -> None:
    await taken(bank, "2026-06-30T23:59:00", "1782835140.1")
    await taken(bank, "2026-07-01T00:00:30", "1782835230.2")
    bank.clock.to(datetime(2026, 7, 8, 9, tzinfo=ZONE).strftime("%Y-%m-%dT%H:%M:%S"))
    assert counted(bank, "psbc-95580", "半年投诉分析", date(2026, 1, 1), date(2026, 6, 30)).total.received == 1


async def test_P24_the_returns_of_key_branches_go_to_the_union_each_half_month_with_their_cases(bank: Bank) -> None:
    await bank.house.store.run(lambda tx: tx.tasks.hasten("books", 0, bank.clock()))
    number = await taken(bank, "2026-07-22T09:20:00", "1784683800.1")
    await bank.assign(number, unit="E1010101")
    bank.clock.to("2026-08-03T09:00:01")
    await bank.quiet()
    names = {code: unit.full_name for code in bank.house.rules.packs["psbc-95580"].key_branches if (unit := bank.house.rules.directory.get(code))}
    letters = [letter for letter in bank.relay.to(UNION) if "重点分行投诉情况报告" in letter.subject]
    assert len(letters) == len(names)
    pages = {code: _page_of(next(one for one in letters if name in one.subject or name in one.text)) for code, name in names.items()}
    assert number in pages["E1"]
    assert all(number not in page for code, page in pages.items() if code != "E1")


def _page_of(letter) -> str:
    return next(part.get_content() for part in letter.mail.iter_attachments() if part.get_filename().endswith(".html"))
