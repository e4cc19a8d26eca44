"""The books write themselves, go to whom the pack says, and say the same whenever they are asked (P-24, C-8, D-8)."""

import io
from dataclasses import replace
from datetime import date, datetime

import openpyxl
import pytest

from hotline_bridge.bookkeeping import Wanted, days_of, drawn, entry_of
from hotline_bridge.registering import register_rows
from hotline_bridge.report_letter import report_letter
from hotline_bridge.steps.assign import Change, assign
from hotline_bridge.steps.books import order
from hotline_bridge.steps.clocks import new_facts
from hotline_bridge.steps.close import reopen
from routing.codes import CodeTable
from routing.errors import RuleError
from routing.fingerprint import fingerprint
from routing.pack import Pack
from routing.rules import Rules
from tests.conftest import Bank
from tests.fakes import ZONE, Said
from tests.make import WHOLE_ANSWER, a_form, a_mail

OUTLET, UNION, DESK = "ts-b1010101@branch.example", "gonghui@hq.example", "desk@bank.example"


async def open_the_books(bank: Bank) -> None:
    """What the service does when it starts."""
    await bank.house.store.run(lambda tx: tx.tasks.hasten("books", 0, bank.clock()))
    await bank.quiet()


async def answered_and_closed(bank: Bank, call: str = "1784683800.17") -> str:
    posted = await bank.post(a_form(call))
    await bank.quiet()
    slip = bank.relay.to(OUTLET)[-1]
    bank.clock.on(days=1)
    bank.door.mail(a_mail(WHOLE_ANSWER, sender=OUTLET, message_id=f"<a{call}@branch.example>", reply_to_id=slip.message_id))
    await bank.quiet()
    await bank.close(posted.number, "已答复")
    await bank.quiet()
    return posted.number


def wanted(bank: Bank, name: str, first: date, last: date, as_of: datetime) -> tuple[Wanted, object]:
    pack = bank.house.rules.packs["psbc-95580"]
    return Wanted(entry_of(pack, name), "", first, last, as_of), pack


def counted(bank: Bank, name: str, first: date, last: date, as_of: datetime):
    what, pack = wanted(bank, name, first, last, as_of)
    return bank.house.store.read_now(lambda tx: drawn(tx, what, pack, bank.house.rules))


async def test_P24_the_monthly_table_goes_to_the_union_by_itself_with_its_files(bank: Bank) -> None:
    await answered_and_closed(bank)
    await bank.post(a_form("1784683800.18"))
    await open_the_books(bank)
    bank.clock.to("2026-08-05T09:00:01")          # the third working day of August
    await bank.quiet()
    (table,) = [letter for letter in bank.relay.to(UNION) if "投诉统计表" in letter.subject]
    names = [part.get_filename() for part in table.mail.iter_attachments()]
    assert any(name.endswith(".xlsx") for name in names)
    assert any(name.endswith(".html") for name in names)
    assert "2026年7月" in table.subject
    sheet = next(part for part in table.mail.iter_attachments() if part.get_filename().endswith(".xlsx"))
    book = openpyxl.load_workbook(io.BytesIO(sheet.get_content()))
    cells = {cell for rows in book for row in rows.iter_rows(values_only=True) for cell in row}
    assert "服务态度" in cells
    await bank.quiet()
    bank.clock.to("2026-08-06T09:00:01")
    await bank.quiet()
    assert len([letter for letter in bank.relay.to(UNION) if "投诉统计表" in letter.subject]) == 1


async def test_P6_no_report_names_the_customer(bank: Bank) -> None:
    await answered_and_closed(bank)
    await open_the_books(bank)
    bank.clock.to("2026-10-14T09:00:01")          # the month's, the half-month's and the quarter's are all due
    await bank.quiet()
    reports = [letter for letter in bank.relay.sent if "report." in letter.message_id]
    assert len(reports) > 3
    for letter in reports:
        whole = letter.text + "".join(
            part.get_content() if isinstance(part.get_content(), str) else part.get_content().decode("utf-8", "ignore") for part in letter.mail.iter_attachments()
        )
        assert "张某某" not in whole
        assert "13800000001" not in whole


async def test_P24_as_of_a_past_day_the_books_say_what_they_said_then(bank: Bank) -> None:
    number = await answered_and_closed(bank)
    july = (date(2026, 7, 1), date(2026, 7, 31))
    then = datetime(2026, 8, 3, 9, 0, tzinfo=ZONE)
    bank.clock.to("2026-08-03T09:00:00")
    first = counted(bank, "投诉统计表", *july, then)
    assert (first.total.received, first.total.closed, first.total.on_time, first.total.satisfied) == (1, 1, 1, 1)
    bank.clock.to("2026-08-10T10:00:00")
    await bank.decide(reopen, number, "desk", "客户不接受")
    await bank.assign(number, unit="E1010101", category="工作失误")
    await bank.quiet()
    again = counted(bank, "投诉统计表", *july, then)
    assert fingerprint(again) == fingerprint(first)
    now = counted(bank, "投诉统计表", date(2026, 8, 1), date(2026, 8, 31), bank.clock())
    assert (now.total.received, now.total.reopened, now.total.open) == (0, 1, 1)
    assert [line.tally.reopened for line in now.categories if line.name == "工作失误"] == [1]


async def test_P24_a_long_silence_of_the_service_is_made_up_for_each_report_once(bank: Bank) -> None:
    await answered_and_closed(bank)
    bank.clock.to("2026-08-06T09:00:01")
    await open_the_books(bank)
    bank.clock.to("2026-11-06T09:00:01")          # it stood still for three months
    await bank.quiet()
    tables = [letter.subject for letter in bank.relay.to(UNION) if "投诉统计表" in letter.subject]
    assert len(tables) == len(set(tables)) == 4


async def test_P24_a_bridge_set_up_over_old_cases_does_not_send_the_reports_of_years(bank: Bank) -> None:
    bank.clock.to("2025-01-06T09:30:00")
    await bank.post(a_form(started_at="2025-01-06T09:20:00+08:00"))
    await bank.quiet()
    bank.clock.to("2026-11-06T09:00:01")
    await open_the_books(bank)
    tables = [letter.subject for letter in bank.relay.to(UNION) if "投诉统计表" in letter.subject]
    assert len(tables) == 1


async def test_P24_a_report_asked_for_is_a_further_version_and_the_first_stays(bank: Bank) -> None:
    await answered_and_closed(bank)
    bank.clock.to("2026-08-06T09:00:01")
    await open_the_books(bank)
    what, pack = wanted(bank, "投诉统计表", date(2026, 7, 1), date(2026, 7, 31), bank.clock())
    await bank.house.store.run(lambda tx: order(tx, what, pack, bank.clock()))
    await bank.quiet()
    versions = [one.version for one in bank.house.store.read_now(lambda tx: tx.reports.select()) if one.name == "投诉统计表"]
    assert sorted(versions) == [1, 2]
    assert [letter for letter in bank.relay.to(UNION) if "第2版" in letter.subject]


async def test_law7_the_register_holds_what_the_bank_knows_of_a_case(bank: Bank) -> None:
    number = await answered_and_closed(bank)
    begins, ends = datetime(2026, 7, 1, tzinfo=ZONE), datetime(2026, 8, 1, tzinfo=ZONE)
    (row,) = bank.house.store.read_now(lambda tx: list(register_rows(tx, "", begins, ends, bank.clock(), bank.house.rules)))
    assert row.number == number
    assert (row.category, row.state, row.result, row.satisfaction) == ("服务态度", "已办结", "已答复", "满意")
    assert row.handler == "陆经理"
    assert "语气生硬" in row.findings
    assert row.closed_by == "desk"
    assert row.retain_until == date(2031, 7, 23)
    assert row.outlet == "上地路营业所"
    before = bank.house.store.read_now(lambda tx: list(register_rows(tx, "", begins, ends, datetime(2026, 7, 22, 12, tzinfo=ZONE), bank.house.rules)))
    assert (before[0].state, before[0].findings, before[0].result) == ("已转办", "", "")


async def test_P24_codes_of_the_banks_table_are_proposed_corrected_and_counted(bank: Bank) -> None:
    codes = CodeTable.parse([
        {"axis": "C", "code": "0101", "name": "服务态度", "words": "态度"}, {"axis": "C", "code": "0102", "name": "服务效率", "words": ""},
    ])
    bank.house.shelf.rules = replace(bank.house.rules, codes=codes)
    posted = await bank.post(a_form())
    await bank.quiet()
    assert bank.case().codes == "C=0101"
    await bank.decide(assign, posted.number, "desk", Change(codes="C=0102"))
    assert bank.case().codes == "C=0102"
    table = counted(bank, "投诉统计表", date(2026, 7, 1), date(2026, 7, 31), bank.clock())
    (axis,) = table.axes
    assert [(line.name, line.tally.received) for line in axis.lines] == [("服务态度", 0), ("服务效率", 1)]
    with pytest.raises(RuleError, match="C=0199 is no code"):
        await bank.decide(assign, posted.number, "desk", Change(codes="C=0199"))


async def test_P24_a_report_somebody_asked_for_never_takes_the_place_of_the_one_that_is_due(bank: Bank) -> None:
    await answered_and_closed(bank)
    what, pack = wanted(bank, "投诉统计表", date(2026, 7, 1), date(2026, 7, 31), bank.clock())
    await bank.house.store.run(lambda tx: order(tx, what, pack, bank.clock()))
    await open_the_books(bank)
    bank.clock.to("2026-08-05T09:00:01")
    await bank.quiet()
    tables = [letter.subject for letter in bank.relay.to(UNION) if "投诉统计表" in letter.subject]
    assert len(tables) == 2


@pytest.mark.parametrize("said", ["2027", "9999-12-31", "2026-13", "1999", "2026-07-02..2026-07-01", "x"])
def test_P24_days_that_lie_ahead_or_are_none_are_no_period(bank_pack: Pack, said: str) -> None:
    with pytest.raises(RuleError):
        days_of(bank_pack.reports[0], said, date(2026, 7, 22))


@pytest.fixture
def bank_pack(sample_rules: Rules) -> Pack:
    return sample_rules.packs["psbc-95580"]


async def test_P24_a_report_its_readers_server_refuses_is_told_to_the_desk(bank: Bank) -> None:
    await answered_and_closed(bank)
    await open_the_books(bank)
    bank.relay.answers[UNION] = Said("refused", "550 no such mailbox")
    bank.clock.to("2026-08-05T09:00:01")
    await bank.quiet()
    lost = [letter for letter in bank.relay.to(DESK) if "报表未送达" in letter.subject]
    assert lost
    assert UNION in lost[0].text


async def test_P24_new_facts_of_today_change_no_past_month(bank: Bank) -> None:
    posted = await bank.post(a_form())
    await bank.quiet()
    july = (date(2026, 7, 1), date(2026, 7, 31))
    then = datetime(2026, 8, 1, 9, tzinfo=ZONE)
    bank.clock.to("2026-08-03T09:00:00")
    before = counted(bank, "投诉统计表", *july, then)
    assert (before.total.received, before.total.open) == (1, 1)
    bank.clock.to("2026-08-10T10:00:00")
    await bank.decide(new_facts, posted.number, "desk", "客户补充了监控录像", None)
    assert fingerprint(counted(bank, "投诉统计表", *july, then)) == fingerprint(before)


async def test_P21_a_report_that_cannot_be_written_waits_for_a_person_and_holds_up_no_other(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    await answered_and_closed(bank)

    def broken(report, *rest):
        if report.name == "投诉统计表":
            raise ValueError("a template that fails")
        return report_letter(report, *rest)

    monkeypatch.setattr("hotline_bridge.books.report_letter", broken)
    await open_the_books(bank)
    bank.clock.to("2026-08-05T09:00:01")
    await bank.quiet()
    parked = bank.house.store.read_now(lambda tx: tx.tasks.parked())
    assert [one.kind for one in parked] == ["report"]
    assert "a template that fails" not in parked[0].trouble         # its words might be a customer's
    assert [letter for letter in bank.relay.to(UNION) if "投诉督办情况报告" in letter.subject]
