"""Who is chased, when, and for whose silence (P-11, P-14.3, P-20, P-21, D-6, law:17)."""

from dataclasses import replace

import pytest

from hotline_bridge.steps.close import reopen
from routing.case import State
from tests.conftest import Bank
from tests.fakes import ZONE, Said
from tests.make import HALF_ANSWER, WHOLE_ANSWER, a_form, a_mail

OUTLET = "ts-b1010101@branch.example"
OTHER = "ts-b1010102@branch.example"
BRANCH, SECOND, CITY = "ts-b10101@branch.example", "ts2-b10101@branch.example", "ts-b101@branch.example"
UNION = "gonghui-b1@branch.example"
DESK = "desk@bank.example"
FLAGGED = "客户称在清河区支行转账六万元，柜员操作失误转错账户，要求更正。"
AT_BRANCH = "客户称清河区支行柜员态度冷淡，要求道歉。"


async def goes_by(bank: Bank, *days: str, times: tuple[str, ...] = ("09:00:01", "14:00:01")) -> None:
    for day in days:
        for time in times:
            bank.clock.to(f"{day}T{time}")
            await bank.quiet()
            await bank.quiet()


def reminders(bank: Bank, number: str = "") -> list[tuple[str, str, str]]:
    """Day, rung and mailbox of every reminder that left."""
    return [(f"{one.at.astimezone(ZONE):%m-%d}", *one.says.rsplit("：", 1)) for one in bank.book(number) if one.what == "发出催办"]


async def test_P21_chasing_is_owed_from_the_very_opening_with_a_limit(bank: Bank) -> None:
    await bank.post(a_form())
    case = bank.case()
    assert case.state is State.TAKEN
    assert case.due is not None
    bank.house.store.run_now(lambda tx: tx.tasks.strike("triage", case.id))      # as if it had got lost
    assert bank.house.store.read_now(lambda tx: tx.cases.out_of_sight()) == []
    await goes_by(bank, "2026-07-22", "2026-07-23")
    assert reminders(bank) == [("07-22", "待分类提醒", DESK), ("07-23", "待分类提醒", DESK)]


async def test_P11_P21_a_slip_that_left_late_does_not_bring_the_union_at_once(bank: Bank) -> None:
    posted = await bank.post(a_form(unit="清河区支行", narrative=FLAGGED))
    await goes_by(bank, "2026-07-22")
    bank.clock.to("2026-08-05T10:00:00")        # due was 27 July
    await bank.quiet()
    await bank.sign(posted.number)
    await bank.quiet()
    (slip,) = bank.relay.to(BRANCH)
    assert "时限已过，请立即回复" in slip.subject
    before = len(reminders(bank))
    await goes_by(bank, "2026-08-05", "2026-08-06", "2026-08-07", "2026-08-10")
    after = [one for one in reminders(bank)[before:] if one[2] != DESK]
    assert after == [
        ("08-06", "逾期催办（第二联系人）", BRANCH), ("08-06", "逾期催办（第二联系人）", SECOND),
        ("08-07", "逾期催办（上级单位）", BRANCH), ("08-07", "逾期催办（上级单位）", CITY),
        ("08-10", "逾期报工会督办", BRANCH), ("08-10", "逾期报工会督办", CITY), ("08-10", "逾期报工会督办", UNION),
    ]


async def test_D6_an_authority_date_in_the_past_asks_at_once_and_chases_from_the_next_day(bank: Bank) -> None:
    await bank.post(a_form(
        unit="清河区支行", narrative=AT_BRANCH, form__channel="监管转办", form__authority="监管局", form__authority_number="转1号",
        form__authority_due="2026-07-20T17:00:00+08:00",
    ))
    await bank.quiet()
    assert "时限已过，请立即回复" in bank.relay.to(BRANCH)[0].subject
    await goes_by(bank, "2026-07-22", "2026-07-23")
    assert {one[:2] for one in reminders(bank)} == {("07-23", "逾期催办（第二联系人）")}


async def test_P11_the_usual_ladder_rung_by_rung_and_the_last_repeats(bank: Bank) -> None:
    await bank.post(a_form(unit="清河区支行", narrative=AT_BRANCH))
    await bank.quiet()
    await goes_by(bank, "2026-07-22", "2026-07-23", "2026-07-24", "2026-07-25", "2026-07-26", "2026-07-27", "2026-07-28", "2026-07-29",
                  "2026-07-30", "2026-07-31", "2026-08-01", "2026-08-03")
    days = [(day, rung) for day, rung, box in reminders(bank) if box == BRANCH]
    assert days == [
        ("07-24", "到期前提醒"), ("07-27", "今日到期催办"), ("07-28", "逾期催办（第二联系人）"), ("07-29", "逾期催办（上级单位）"),
        ("07-30", "逾期报工会督办"), ("07-31", "逾期报工会督办"), ("08-03", "逾期报工会督办"),
    ]


async def test_pain13_an_outlet_that_has_begun_to_answer_is_spared_the_reminder_before_the_day(bank: Bank) -> None:
    await bank.post(a_form())
    await bank.quiet()
    bank.door.mail(a_mail(HALF_ANSWER, sender=OUTLET, reply_to_id=bank.relay.to(OUTLET)[0].message_id))
    await goes_by(bank, "2026-07-23", "2026-07-24", "2026-07-27")
    assert reminders(bank) == [("07-27", "今日到期催办", OUTLET)]


async def test_P21_nobody_is_chased_for_a_slip_that_has_not_left(bank: Bank) -> None:
    bank.relay.down = True
    await bank.post(a_form())
    await goes_by(bank, "2026-07-22", "2026-07-23", "2026-07-27", "2026-07-28")
    assert {box for _, _, box in reminders(bank)} == {DESK}
    bank.relay.down = False
    await goes_by(bank, "2026-07-29", times=("10:00:00",))
    assert len(bank.relay.to(OUTLET)) == 1      # the slip, and no reminder with it
    await goes_by(bank, "2026-07-30")
    assert [rung for day, rung, box in reminders(bank) if (day, box) == ("07-30", OUTLET)] == ["逾期催办（第二联系人）"]


async def test_P21_a_case_sent_anew_is_reminded_anew(bank: Bank) -> None:
    posted = await bank.post(a_form())
    await bank.quiet()
    await goes_by(bank, "2026-07-24")
    await bank.assign(posted.number, category="服务产品")
    await bank.quiet()
    await bank.assign(posted.number, category="服务态度")
    bank.clock.on(minutes=1)
    await goes_by(bank, "2026-07-24", times=("15:00:00",))
    await goes_by(bank, "2026-07-27", "2026-07-28")
    rungs = [rung for _, rung, box in reminders(bank) if box == OUTLET]
    assert rungs == ["到期前提醒", "今日到期催办", "逾期催办（第二联系人）"]


async def test_P18_a_reopened_case_has_new_limits_a_new_answer_and_a_new_ladder(bank: Bank) -> None:
    posted = await bank.post(a_form(unit="清河区支行", narrative=AT_BRANCH))
    await bank.quiet()
    await goes_by(bank, "2026-07-24", "2026-07-27", "2026-07-28")
    bank.door.mail(a_mail(WHOLE_ANSWER, sender=BRANCH, reply_to_id=bank.relay.to(BRANCH)[0].message_id))
    await bank.quiet()
    await bank.close(posted.number, "已答复")
    bank.clock.to("2026-08-05T10:00:00")
    await bank.decide(reopen, posted.number, "desk", "客户称无人致歉")
    case = bank.case()
    assert case.due is not None
    assert case.due.astimezone(ZONE).isoformat() == "2026-08-10T17:30:00+08:00"
    assert case.complaint.received.astimezone(ZONE).isoformat() == "2026-07-22T09:20:00+08:00"
    await bank.assign(posted.number)
    await bank.quiet()
    slip = next(one for one in reversed(bank.relay.to(BRANCH)) if "投诉转办单" in one.subject)
    words = "".join(slip.text.split())
    assert "再次投诉；首次受理：2026年7月22日9时20分(星期三)" in words
    assert "客户称无人致歉" in words
    bank.door.mail(a_mail("六、经办人：陆经理", sender=BRANCH, message_id="<r9@branch.example>", reply_to_id=slip.message_id))
    await bank.quiet()
    assert bank.case().state is State.SENT                   # what was answered in July does not answer August
    await goes_by(bank, "2026-08-07", "2026-08-10", "2026-08-11")
    assert [one[:2] for one in reminders(bank) if one[0] > "08" and one[2] == BRANCH] == [("08-10", "今日到期催办"), ("08-11", "逾期催办（第二联系人）")]


async def test_P14_3_nobody_else_at_the_unit_hears_of_a_crime_by_a_reminder(bank: Bank) -> None:
    posted = await bank.post(a_form(unit="京北城区分行", narrative="客户称京北城区分行员工挪用其存款。"))
    await bank.quiet()
    await bank.assign(posted.number, category="金融犯罪")
    await bank.quiet()
    if bank.case().state is State.HELD:
        await bank.sign(posted.number)
        await bank.quiet()
    assert bank.case().state is State.SENT
    await goes_by(bank, *(f"2026-07-{day}" for day in (28, 29, 30, 31)), *(f"2026-08-{day:02}" for day in range(3, 15)))
    directory, case = bank.house.rules.directory, bank.case()
    unit = directory.get(case.unit)
    theirs = {unit.mailbox, unit.first.mailbox, unit.second.mailbox} | {
        box for below in directory.children(unit.code) if below.level == "部门" and below.code != case.lead
        for box in (below.mailbox, below.first.mailbox, below.second.mailbox)
    }
    got = {address for letter in bank.relay.sent for address in letter.to}
    assert len(reminders(bank)) > 3
    assert got & (theirs - {""}) == set()


async def test_law_17_the_person_complained_about_hears_nothing_on_any_rung_nor_by_an_alarm(bank: Bank) -> None:
    rules = bank.house.rules
    unit = next(one for one in rules.directory.units.values() if one.mailbox == BRANCH)
    accused = unit.second.name
    assert unit.second.mailbox == SECOND
    await bank.post(a_form(unit="清河区支行", narrative=AT_BRANCH, form__complained_person=accused))
    bank.relay.answers[BRANCH] = Said("refused", "550 no such user")
    await bank.quiet()
    await goes_by(bank, "2026-07-24", "2026-07-27", "2026-07-28", "2026-07-29", "2026-07-30")
    assert bank.relay.to(SECOND) == []
    assert any("退信告警" in letter.subject and "没有可改送的第二联系人" in letter.text for letter in bank.relay.to(DESK))


async def test_P20_an_undelivered_slip_reaches_the_second_contact_and_each_failure_is_told(bank: Bank) -> None:
    bank.relay.answers |= {BRANCH: Said("refused", "550 no such user")}
    posted = await bank.post(a_form(unit="清河区支行", narrative=AT_BRANCH))
    await bank.quiet()
    (slip,) = bank.relay.to(SECOND)
    assert posted.number in slip.subject
    assert slip.message_id != ""
    (alarm,) = bank.relay.to(DESK)
    assert f"转办单已改送第二联系人：{SECOND}" in alarm.text.replace("\r\n", "")
    for private in ("张某某", "13800000001", "态度冷淡"):
        assert private not in alarm.text
    case = bank.case()
    assert (case.undelivered, case.state) == (True, State.SENT)
    bank.door.mail(a_mail(WHOLE_ANSWER, sender=SECOND, reply_to_id=slip.message_id))
    await bank.quiet()
    assert bank.case().state is State.ANSWERED               # the second contact answers for the unit


async def test_P20_where_the_second_contact_fails_too_the_desk_hears_that_as_well(bank: Bank) -> None:
    bank.relay.answers |= {BRANCH: Said("refused", "550 no"), SECOND: Said("refused", "550 full")}
    await bank.post(a_form(unit="清河区支行", narrative=AT_BRANCH))
    await bank.quiet()
    await bank.quiet()
    first, second = bank.relay.to(DESK)
    assert SECOND in second.subject
    assert first.message_id != second.message_id
    await goes_by(bank, "2026-07-22", "2026-07-23")
    assert {box for _, _, box in reminders(bank)} == {DESK}  # it never left: the desk must see to it


async def test_P21_one_letter_for_all_cases_of_a_mailbox_and_nothing_about_closed_ones(bank: Bank) -> None:
    numbers = [(await bank.post(a_form(f"m{n}"))).number for n in range(4)]
    await bank.quiet()
    slips = {number: next(one for one in bank.relay.to(OUTLET) if number in one.subject) for number in numbers}
    bank.door.mail(a_mail(WHOLE_ANSWER, sender=OUTLET, message_id="<a1@branch.example>", reply_to_id=slips[numbers[0]].message_id))
    await bank.close(numbers[1], "撤诉", "客户自愿", free_will=True)
    await bank.quiet()
    await goes_by(bank, "2026-07-24")
    (letter,) = [one for one in bank.relay.to(OUTLET) if "提醒" in one.subject]
    assert [number in letter.text for number in numbers] == [False, False, True, True]


async def test_P21_a_mailbox_that_changes_in_the_middle_of_the_ladder_is_followed(bank: Bank) -> None:
    await bank.post(a_form())
    await bank.quiet()
    await goes_by(bank, "2026-07-24")
    rules = bank.house.rules
    units = dict(rules.directory.units)
    units["B1010101"] = replace(units["B1010101"], mailbox="new@branch.example")
    bank.house.shelf.rules = replace(rules, directory=replace(rules.directory, units=units))
    await goes_by(bank, "2026-07-27")
    units["B1010101"] = replace(units["B1010101"], mailbox="")
    bank.house.shelf.rules = replace(rules, directory=replace(rules.directory, units=dict(units)))
    await goes_by(bank, "2026-07-28")
    assert [box for _, _, box in reminders(bank)] == [OUTLET, "new@branch.example", BRANCH, CITY]      # without a mailbox: who takes its letters, and above


async def test_pain13_a_digest_that_was_left_over_waits_for_the_morning(bank: Bank) -> None:
    await bank.post(a_form())
    await bank.quiet()
    case = bank.case()
    from hotline_bridge.store.reminders import Pending

    def leave(tx, now, rules) -> None:
        mailbox = tx.reminders.mailbox(OUTLET)
        tx.reminders.remind(mailbox, Pending(0, case.id, 0, "到期前提醒", "", False), now)
        tx.tasks.owe("digest", mailbox, now)

    bank.clock.to("2026-07-25T02:00:00")        # a Saturday night
    await bank.decide(leave)
    await bank.quiet()
    assert reminders(bank) == []
    bank.clock.to("2026-07-27T08:30:00")        # open, and the day's first digest goes at nine
    await bank.quiet()
    assert reminders(bank) == []
    bank.clock.to("2026-07-27T09:00:00")
    await bank.quiet()
    await bank.quiet()
    assert reminders(bank)[0] == ("07-27", "到期前提醒", OUTLET)
    assert len(bank.relay.to(OUTLET)) == 2


@pytest.mark.parametrize("step", ["triage", "dispatch", "undelivered", "answer", "posted"])
async def test_P21_a_parked_step_leaves_the_case_in_sight_and_chased(bank: Bank, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from hotline_bridge import steps
    from hotline_bridge.errors import Hopeless

    def fails(*_: object) -> None:
        raise Hopeless("it is broken")

    monkeypatch.setattr("hotline_bridge.desk.STEPS", {**steps.STEPS, step: fails})
    bank.relay.answers[BRANCH] = Said("refused", "550 no") if step == "undelivered" else Said("accepted")
    posted = await bank.post(a_form(unit="清河区支行", narrative=AT_BRANCH))
    await bank.quiet()
    if step == "answer":
        bank.door.mail(a_mail(WHOLE_ANSWER, sender=BRANCH, subject=f"回复 {posted.number}"))
    await goes_by(bank, "2026-07-22", "2026-07-23", "2026-07-24", "2026-07-27", "2026-07-28")
    assert step in {task.kind for task in bank.house.store.read_now(lambda tx: tx.tasks.parked())}
    assert bank.house.store.read_now(lambda tx: tx.cases.out_of_sight()) == []
    assert reminders(bank)


async def test_what_those_above_and_the_desk_read(bank: Bank) -> None:
    await bank.post(a_form(unit="清河区支行", narrative=AT_BRANCH))
    await bank.quiet()
    await goes_by(bank, "2026-07-24", "2026-07-27", "2026-07-28", "2026-07-29", "2026-07-30")
    (union,) = bank.relay.to(UNION)
    assert "承办单位：京北城区清河区支行" in union.text
    assert "请督促其限期办理" in union.text
    own = bank.relay.to(BRANCH)[-1]
    assert "承办单位：" not in own.text
    assert "已逾期3天" in own.text
    (desk,) = bank.relay.to(DESK)
    assert "已转办，已逾期3天" in desk.text
    early = bank.relay.to(BRANCH)[1]
    assert "逾期" not in early.subject
    for letter in (union, desk, own, early):
        assert "张某某" not in letter.text
        assert "态度冷淡" not in letter.text
