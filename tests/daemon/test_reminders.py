"""The calls to units over the people's API: a list, worked off (P-20, P-21)."""

from hotline_bridge.store.reminders import TELEPHONE, Pending
from tests.daemon.conftest import Open
from tests.daemon.test_people import opened


async def waiting(open_house: Open, number: str) -> int:
    """A call that waits for somebody."""
    house = open_house.built.house
    case = await house.store.read(lambda tx: tx.cases.by_number(number))
    assert case is not None
    line = Pending(0, case.id, 30_000, "逾期催办（第二联系人）", "姜经理", True, TELEPHONE, "B1010101")
    await house.store.run(lambda tx: tx.reminders.remind(tx.reminders.mailbox("ts-b1010101@branch.example"), line, house.clock()))
    (one,) = await house.store.read(lambda tx: tx.reminders.open((TELEPHONE,)))
    return one.id


async def test_P21_a_call_is_listed_with_its_number_and_worked_off_into_the_book(open_house: Open) -> None:
    number = await opened(open_house, "r1", "SENT")
    call = await waiting(open_house, number)
    status, answer, _ = await open_house.call("GET", "/api/v1/reminders?channel=telephone", "desk")
    (row,) = answer["reminders"]
    assert (status, row["case_number"], row["person"], row["phone"], row["urgent"]) == (200, number, "姜经理", "010-5550 0026", True)
    assert "张某某" not in str(row)
    assert (await open_house.call("GET", "/api/v1/reminders?channel=console", "desk"))[1]["reminders"] == []
    status, problem, _ = await open_house.call("POST", f"/api/v1/reminders/{call}", "desk", {})
    assert (status, "write down what was said" in problem["detail"]) == (409, True)
    assert (await open_house.call("POST", f"/api/v1/reminders/{call}", "reviewer", {"says": "x"}))[0] == 403
    assert (await open_house.call("POST", f"/api/v1/reminders/{call}", "desk", {"says": "无人接听", "reached": False}))[0] == 200
    assert len((await open_house.call("GET", "/api/v1/reminders", "desk"))[1]["reminders"]) == 1
    assert (await open_house.call("POST", f"/api/v1/reminders/{call}", "desk", {"says": "答应今日回复"}))[0] == 200
    assert (await open_house.call("GET", "/api/v1/reminders", "desk"))[1]["reminders"] == []
    _, case, _ = await open_house.call("GET", f"/api/v1/cases/{number}", "desk")
    assert [line["what"] for line in case["book"] if line["what"].startswith("电话催办")] == ["电话催办未接通", "电话催办"]


async def test_P21_a_channel_there_is_not_and_a_call_there_is_not(open_house: Open) -> None:
    status, problem, _ = await open_house.call("GET", "/api/v1/reminders?channel=fax", "desk")
    assert (status, problem["detail"]) == (409, "channel must be one of telephone, console")
    status, problem, _ = await open_house.call("POST", "/api/v1/reminders/99", "desk", {"says": "x"})
    assert (status, "there is no call and no line 99" in problem["detail"]) == (409, True)
