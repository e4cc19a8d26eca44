"""A notice of holidays comes: every open case it concerns has its limits worked out anew, others are left alone."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from hotline_bridge import serve
from hotline_bridge.holidays import coming, install, retimed
from hotline_bridge.steps import retime as step
from hotline_bridge.steps.clocks import Proof, extend
from routing.errors import BadTable
from tests.conftest import Bank
from tests.fakes import ZONE
from tests.make import a_form
from tests.travelling import HOME, PRODUCT_WORDS, hop

NOTICE = """day,kind,name
2027-01-01,closed,元旦
2027-02-05,closed,春节
2027-02-08,closed,春节
2027-02-09,closed,春节
2027-02-20,open,春节
2027-05-01,closed,劳动节
2027-10-01,closed,国庆节
2027-10-02,closed,国庆节
2027-10-03,closed,国庆节
"""


@pytest.fixture
def notice(tmp_path: Path) -> Path:
    file = tmp_path / "2027.csv"
    file.write_text(NOTICE, encoding="utf-8")
    return file


async def taken(bank: Bank, when: str, call: str) -> str:
    bank.clock.to(when)
    posted = await bank.post(a_form(call, started_at=f"{when}+08:00", ended_at=f"{when}+08:00"))
    await bank.quiet()
    return posted.number


async def test_P11_every_case_the_notice_moves_is_listed_and_no_longer_provisional(bank: Bank, notice: Path) -> None:
    before = await taken(bank, "2026-12-01T10:00:00", "c-1")
    over = await taken(bank, "2027-02-03T10:00:00", "c-2")
    bare = await taken(bank, "2027-03-03T10:00:00", "c-3")
    assert (bank.case(over).provisional, bank.case(before).provisional) == (True, False)
    new = coming(notice, None)
    rules = replace(bank.house.rules, calendar=new.calendar)
    tried = [one for batch in retimed(bank.house.store, new.concerned, bank.clock(), rules, write=False) for one in batch.changed]
    assert [one.number for one in tried] == [over, bare]
    assert bank.case(over).provisional       # only tried
    done = [one for batch in retimed(bank.house.store, new.concerned, bank.clock(), rules) for one in batch.changed]
    assert [one.number for one in done] == [over, bare]
    case = bank.case(over)
    assert case.due is not None
    assert case.due.astimezone(ZONE) == datetime(2027, 2, 11, 17, 30, tzinfo=ZONE)       # 4th, 10th, 11th
    assert not case.provisional
    line = next(entry for entry in bank.book(over) if entry.what == step.RETIMED)
    assert "2027年2月8日" in line.says
    assert "放假安排已公布：2027-02-05春节放假、2027-02-08春节放假、2027-02-09春节放假" in line.says
    assert "日期未变，不再暂定" in next(entry.says for entry in bank.book(bare) if entry.what == step.RETIMED)
    assert step.RETIMED not in bank.words(before)


async def test_what_is_right_already_is_left_alone_so_that_it_may_be_broken_off(bank: Bank, notice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "BATCH", 2)
    numbers = [await taken(bank, f"2027-02-0{n}T10:00:00", f"c-{n}") for n in (1, 2, 3, 4)]
    new = coming(notice, None)
    rules = replace(bank.house.rules, calendar=new.calendar)
    first = next(retimed(bank.house.store, new.concerned, bank.clock(), rules))       # and then the light goes out
    assert [one.number for one in first.changed] == numbers[:2]
    again = list(retimed(bank.house.store, new.concerned, bank.clock(), rules))
    assert [[one.number for one in batch.changed] for batch in again] == [[], numbers[2:], []]
    assert [bank.words(number).count(step.RETIMED) for number in numbers] == [1, 1, 1, 1]


async def test_a_closed_case_keeps_the_limits_it_had(bank: Bank, notice: Path) -> None:
    number = await taken(bank, "2027-02-03T10:00:00", "c-1")
    await bank.close(number, "撤诉", "和解", free_will=True)
    new = coming(notice, None)
    rules = replace(bank.house.rules, calendar=new.calendar)
    assert not any(batch.changed for batch in retimed(bank.house.store, new.concerned, bank.clock(), rules))
    assert bank.case(number).provisional


async def test_P11_2_an_extension_stands_when_the_calendar_changes(bank: Bank, notice: Path) -> None:
    number = await taken(bank, "2027-02-03T10:00:00", "c-1")
    proof = Proof("春节前后人手不足", datetime(2027, 2, 3, 10, 0, tzinfo=ZONE), "电话")
    await bank.decide(extend, number, "desk", datetime(2027, 2, 9, tzinfo=ZONE), proof)
    new = coming(notice, None)
    rules = replace(bank.house.rules, calendar=new.calendar)
    list(retimed(bank.house.store, new.concerned, bank.clock(), rules))
    case = bank.case(number)
    assert case.due is not None
    assert case.due.astimezone(ZONE) == datetime(2027, 2, 11, 17, 30, tzinfo=ZONE)       # its own is later than the 9th, now closed


async def test_a_running_service_that_takes_the_calendar_up_times_what_was_taken_meanwhile(bank: Bank, notice: Path) -> None:
    number = await taken(bank, "2027-02-03T10:00:00", "c-1")
    await serve._take_up(bank.house, replace(bank.house.rules, calendar=coming(notice, None).calendar), {})
    assert (bank.case(number).provisional, bank.words(number).count(step.RETIMED)) == (False, 1)
    await serve._take_up(bank.house, bank.house.rules, {})
    assert bank.words(number).count(step.RETIMED) == 1


def test_a_calendar_is_put_in_place_whole_and_the_former_one_is_kept(tmp_path: Path, notice: Path) -> None:
    place, now = tmp_path / "calendar.toml", datetime(2026, 11, 20, 9, 0, tzinfo=ZONE)
    new = coming(notice, place)
    assert install(new.text, place, now) is None
    assert place.stat().st_mode & 0o777 == 0o644
    place.chmod(0o640)
    again = coming(notice, place)
    assert (again.changed, again.years) == ((), (2027,))
    assert len(again.concerned) == 365
    notice.write_text(NOTICE.replace("2027-02-09,closed,春节\n", ""), encoding="utf-8")
    other = coming(notice, place)
    assert other.changed == (date(2027, 2, 9),)
    kept = install(other.text, place, now)
    assert kept is not None
    assert (kept.name, kept.read_text(encoding="utf-8"), place.stat().st_mode & 0o777) == ("calendar.toml.20261120T090000", new.text, 0o640)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2027.csv", "calendar.toml", "calendar.toml.20261120T090000"]


@pytest.mark.parametrize(("name", "content", "told"), [
    ("n.csv", b"day,kind,name\n2028-01-01,closed,x\n", "nothing between 2026 and 2028"),
    ("n.toml", b"years = [{ year = 2027, closed = [], opened = [] }]", "holiday by law and stands open"),
    ("n.toml", b"years = [{ year = 2027, closed = [{ name = 'x', from = 2027-02-31, to = 2027-02-31 }] }]", "is no TOML"),
    ("n.csv", b"", "no column day|holds no day|first line must name"),
    ("n.csv", b"PK\x03\x04", "Excel workbook; save it as CSV"),
    ("n.csv", b"day,kind,name\n" + b"x" * (1 << 20), "is it the right file"),
])
def test_a_notice_that_cannot_be_right_is_refused_before_anything_is_touched(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(BadTable, match=told):
        coming(file, None)
    with pytest.raises(BadTable, match="cannot be read"):
        coming(tmp_path / "none.csv", None)


async def test_P14_1_who_assists_gets_the_new_calendars_days_too_and_is_not_reminded_on_a_holiday(bank: Bank, notice: Path) -> None:
    bank.clock.to("2027-02-02T10:00:00")
    when = "2027-02-02T10:00:00+08:00"
    number = (await bank.post(a_form("c-1", started_at=when, ended_at=when, form__category="服务产品", narrative=PRODUCT_WORDS))).number
    await bank.quiet()
    before = hop(bank, HOME).due
    assert before is not None
    assert before.astimezone(ZONE) == datetime(2027, 2, 5, 17, 30, tzinfo=ZONE)
    rules = replace(bank.house.rules, calendar=coming(notice, None).calendar)
    bank.house.shelf.rules = rules
    (done,) = [one for batch in retimed(bank.house.store, coming(notice, None).concerned, bank.clock(), rules) for one in batch.changed]
    after = hop(bank, HOME).due
    assert after is not None
    assert after.astimezone(ZONE) == datetime(2027, 2, 10, 17, 30, tzinfo=ZONE)     # 3rd, 4th, 10th
    assert [(one.mailbox, due) for one, due in done.parts] == [(HOME, after)]
    assert "（协办） 2027年2月5日" in next(line.says for line in bank.book(number) if line.what == step.RETIMED)
    assert [one for batch in retimed(bank.house.store, coming(notice, None).concerned, bank.clock(), rules) for one in batch.changed] == []
    for at in ("2027-02-05T17:31:00", "2027-02-10T17:29:00"):
        bank.clock.to(at)
        await bank.quiet()
        await bank.quiet()
        assert not any(line.what == "逐级催办" for line in bank.book(number))
    bank.clock.to("2027-02-10T17:30:01")
    await bank.quiet()
    assert any(line.what == "逐级催办" and "协办意见逾期" in line.says for line in bank.book(number))
