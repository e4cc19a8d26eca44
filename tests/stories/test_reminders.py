"""Reminders as they leave: one digest a day with everything in it, nothing for what is closed, calls that people work off (P-21, pain 13)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hotline_bridge.post import post_some
from hotline_bridge.reminding import codes as served_by
from hotline_bridge.steps.errand import see_to
from hotline_bridge.store.reminders import CONSOLE, TELEPHONE, Errand
from routing.case import Case, Entry, State
from routing.errors import RuleError
from routing.parties import UnitCode
from tests.conftest import Bank
from tests.fakes import ZONE, Sent
from tests.make import WHOLE_ANSWER, a_form, a_mail

OUTLET, OUTLET_CODE = "ts-b1010101@branch.example", "B1010101"
BRANCH, SECOND, CITY = "ts-b10101@branch.example", "ts2-b10101@branch.example", "ts-b101@branch.example"
UNION, DESK = "gonghui-b1@branch.example", "desk@bank.example"
AT_BRANCH = "客户称清河区支行柜员态度冷淡，要求道歉。"
DUE = "2026-07-27"          # of a simple case received on 22 July


async def to(bank: Bank, *moments: str) -> None:
    for moment in moments:
        bank.clock.to(moment)
        await bank.quiet()
        await bank.quiet()


async def desk_only(bank: Bank) -> None:
    """Let the desk do all that is due, and the post nothing."""
    from hotline_bridge.desk import work_some

    while await work_some(bank.house):
        pass


def digests(bank: Bank, address: str) -> list[Sent]:
    return [one for one in bank.relay.to(address) if one.message_id.startswith("digest.")]


def html(letter: Sent) -> str:
    body = letter.mail.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def errands(bank: Bank, *channels: str) -> list[Errand]:
    return bank.house.store.read_now(lambda tx: tx.reminders.open(channels or (TELEPHONE, CONSOLE)))


def says(bank: Bank, what: str, number: str = "") -> list[str]:
    return [one.says for one in bank.book(number) if one.what == what]


def changed(bank: Bank, code: str, **fields) -> None:
    """The directory has something else of a unit from now on; None: the unit is gone."""
    rules = bank.house.rules
    units = dict(rules.directory.units)
    if fields:
        units[UnitCode(code)] = replace(units[UnitCode(code)], **fields)
    else:
        del units[UnitCode(code)]
    below = {parent: tuple(it for it in codes if it in units) for parent, codes in rules.directory._below.items() if parent in units}
    bank.house.shelf.rules = replace(rules, directory=replace(rules.directory, units=units, _below=below))


# -- one digest ------------------------------------------------------------------------------------------------------------


async def test_P21_pain13_one_digest_a_day_with_every_case_due_or_overdue(bank: Bank) -> None:
    first = (await bank.post(a_form("d1"))).number
    await to(bank, "2026-07-22T09:40:00")
    bank.clock.to("2026-07-23T10:00:00")
    second = (await bank.post(a_form("d2", started_at="2026-07-23T09:50:00+08:00", ended_at="2026-07-23T09:55:00+08:00"))).number    # due a day later
    await to(bank, "2026-07-23T10:01:00", "2026-07-24T09:00:00")
    (early,) = digests(bank, OUTLET)
    assert (first in early.text, second in early.text) == (True, False)         # the other one's turn has not come
    await to(bank, "2026-07-27T09:00:00", "2026-07-27T14:00:00", "2026-07-27T17:29:00")
    assert len(digests(bank, OUTLET)) == 2                                      # one each working day
    today = digests(bank, OUTLET)[1]
    assert first in today.text
    assert second in today.text                                                 # one letter for both
    await to(bank, "2026-07-28T09:00:00")
    late = digests(bank, OUTLET)[2]
    assert [line.split()[0] for line in late.text.splitlines() if line.startswith("95580-")] == [first, second]     # the most overdue first
    assert "已逾期1天" in late.text
    assert "今日到期" in late.text


async def test_P21_a_digest_tells_of_cases_whose_rung_did_not_fire(bank: Bank) -> None:
    """The second contact's digest comes because of one case, and lists the unit's other overdue ones beside it."""
    numbers = []
    for n, day in enumerate(("2026-07-20", "2026-07-22")):
        bank.clock.to(f"{day}T09:30:00")
        numbers.append((await bank.post(a_form(f"e{n}", unit="清河区支行", narrative=AT_BRANCH, started_at=f"{day}T09:20:00+08:00", ended_at=f"{day}T09:25:00+08:00"))).number)
        await bank.quiet()
    await to(bank, "2026-07-22T14:00:00", "2026-07-23T09:00:00", "2026-07-24T09:00:00", "2026-07-27T09:00:00", "2026-07-28T09:00:00")
    second = [one for one in digests(bank, SECOND) if numbers[1] in one.text]
    assert second
    assert numbers[0] in second[0].text         # its own rung for the second contact lay a working day or more before
    assert not [line for line in says(bank, "发出催办", numbers[0]) if SECOND in line and "07-28" in line]


async def test_pain13_red_only_where_today_matters(bank: Bank) -> None:
    await bank.post(a_form())
    await to(bank, "2026-07-22T09:40:00", "2026-07-24T09:00:00", f"{DUE}T09:00:00", "2026-07-28T09:00:00")
    early, today, late = digests(bank, OUTLET)
    assert early.mail["Importance"] is None
    assert "#C00000" not in html(early)
    assert today.mail["Importance"] == "high"
    assert "今日到期" in html(today)
    assert "#C00000" not in html(today)         # amber: red is what is overdue
    assert late.mail["Importance"] == "high"
    assert "#C00000" in html(late)
    assert "已逾期1天" in html(late)
    for letter in (early, today, late):
        assert "张某某" not in html(letter)
        assert "态度冷淡" not in html(letter)


async def test_P21_a_second_digest_on_a_day_waits_for_its_time_and_something_new(bank: Bank) -> None:
    await bank.post(a_form("s1"))
    await to(bank, "2026-07-22T09:40:00", f"{DUE}T09:00:00")
    assert len(digests(bank, OUTLET)) == 1
    number = bank.case().number

    def late_line(tx, now, rules) -> None:
        from hotline_bridge.store.reminders import Pending

        box = tx.reminders.mailbox(OUTLET)
        tx.reminders.remind(box, Pending(0, bank.case().id, 77, "今日到期催办", "", False), now)
        tx.tasks.owe("digest", box, now)

    bank.clock.to(f"{DUE}T10:30:00")
    await bank.decide(late_line)
    await to(bank, f"{DUE}T10:31:00", f"{DUE}T13:59:00")
    assert len(digests(bank, OUTLET)) == 1      # the morning's has gone
    await to(bank, f"{DUE}T14:00:00")
    assert len(digests(bank, OUTLET)) == 2
    assert number in digests(bank, OUTLET)[1].text
    await to(bank, f"{DUE}T15:00:00", f"{DUE}T17:00:00")
    assert len(digests(bank, OUTLET)) == 2


# -- nothing for what is closed --------------------------------------------------------------------------------------------


async def decided_not_sent(bank: Bank, count: int = 1) -> list[str]:
    """Cases due today whose digest lies in the tray, decided at nine; the post has not touched it."""
    numbers = [(await bank.post(a_form(f"c{n}"))).number for n in range(count)]
    await bank.quiet()
    bank.clock.to(f"{DUE}T09:00:00")
    await desk_only(bank)
    assert says(bank, "发出催办", numbers[0]) == [f"今日到期催办：{OUTLET}"]
    assert digests(bank, OUTLET) == []
    return numbers


async def test_P21_a_case_closed_between_digest_and_post_is_not_reminded_of(bank: Bank) -> None:
    (number,) = await decided_not_sent(bank)
    await bank.close(number, "撤诉", "客户自愿", free_will=True)
    while await post_some(bank.house):
        pass
    await to(bank, f"{DUE}T14:00:00", "2026-07-28T09:00:00")
    assert digests(bank, OUTLET) == []
    (letter,) = bank.house.store.read_now(lambda tx: list(tx.tray.of_letter(tx.tray.last_of(f"mailbox:{OUTLET}").letter)))
    assert letter.answer == "withdrawn"
    assert says(bank, "撤回催办", number) == [f"{OUTLET}：发出前所催事项已有变化，或不在工作时间，重新生成"]
    assert bank.house.store.read_now(lambda tx: tx.tasks.due_count(bank.clock())) == 0


async def test_P21_a_digest_of_several_is_written_anew_without_the_answered_one(bank: Bank) -> None:
    numbers = await decided_not_sent(bank, 3)
    slip = next(one for one in bank.relay.to(OUTLET) if numbers[1] in one.subject)
    bank.door.mail(a_mail(WHOLE_ANSWER, sender=OUTLET, reply_to_id=slip.message_id))
    from hotline_bridge.intake import take_in

    await take_in(bank.house, bank.door)
    await desk_only(bank)
    assert bank.case(numbers[1]).state is State.ANSWERED
    await bank.quiet()
    (letter,) = digests(bank, OUTLET)
    assert [number in letter.text for number in numbers] == [True, False, True]


async def test_P21_merged_meanwhile_counts_as_closed(bank: Bank) -> None:
    numbers = await decided_not_sent(bank, 2)
    into = bank.case(numbers[0])

    def merge(tx, now, rules) -> None:
        case = tx.cases.by_number(numbers[1])
        tx.cases.save(replace(case, merged_into=into.id), Entry(now, "desk", "并案"))

    await bank.decide(merge)
    await bank.quiet()
    (letter,) = digests(bank, OUTLET)
    assert numbers[0] in letter.text
    assert numbers[1] not in letter.text
    await to(bank, "2026-07-28T09:00:00", "2026-07-29T09:00:00")
    assert all(numbers[1] not in one.text for one in digests(bank, OUTLET))
    assert bank.house.store.read_now(lambda tx: tx.cases.out_of_sight()) == []      # looked at again, should it be taken apart


async def test_pain13_a_digest_the_relay_would_not_take_all_day_does_not_go_at_night(bank: Bank) -> None:
    await bank.post(a_form())
    await bank.quiet()
    bank.relay.down = True
    await to(bank, f"{DUE}T09:00:00", f"{DUE}T17:00:00")
    bank.relay.down = False
    await to(bank, f"{DUE}T22:00:00", f"{DUE}T23:30:00", "2026-07-28T02:00:00")
    assert digests(bank, OUTLET) == []
    await to(bank, "2026-07-28T09:00:00")
    (letter,) = digests(bank, OUTLET)
    assert "已逾期1天" in letter.text            # as it stands now, not as it stood yesterday
    assert f"{letter.mail['Date'].datetime.astimezone(ZONE):%m-%d %H:%M}" == "07-28 09:00"


async def test_P21_a_letter_somebody_sends_again_is_theirs_to_send(bank: Bank) -> None:
    from hotline_bridge.steps.resend import resend

    await bank.post(a_form())
    await to(bank, "2026-07-22T09:40:00", f"{DUE}T09:00:00")
    letter = bank.house.store.read_now(lambda tx: tx.tray.last_of(f"mailbox:{OUTLET}").letter)
    await bank.close(bank.case().number, "撤诉", "客户自愿", free_will=True)
    await bank.decide(resend, letter, (), "desk")
    await bank.quiet()
    assert len(digests(bank, OUTLET)) == 2


# -- the directory changes ---------------------------------------------------------------------------------------------------


async def test_P21_a_unit_that_is_gone_in_mid_ladder_climbs_to_its_parent_and_the_desk_hears_why(bank: Bank) -> None:
    await bank.post(a_form())
    await to(bank, "2026-07-22T09:40:00", "2026-07-24T09:00:00")
    changed(bank, OUTLET_CODE)
    await to(bank, f"{DUE}T09:00:00")
    assert len(digests(bank, OUTLET)) == 1
    assert "今日到期催办" in digests(bank, BRANCH)[0].subject
    assert "目录中缺承办单位" in digests(bank, DESK)[0].text
    assert "目录中缺承办单位" in says(bank, "催办")[-1]


async def test_P21_a_bank_without_a_union_reminds_the_superior_and_tells_the_desk(bank: Bank) -> None:
    for code in [code for code, unit in bank.house.rules.directory.units.items() if "工会" in unit.name]:
        changed(bank, code)
    await bank.post(a_form(unit="清河区支行", narrative=AT_BRANCH))
    await to(bank, "2026-07-22T09:40:00", *(f"2026-07-{day}T09:00:00" for day in (24, 27, 28, 29, 30)))
    assert digests(bank, UNION) == []
    assert "目录中缺工会" in says(bank, "催办")[-1]
    assert "目录中缺工会" in digests(bank, DESK)[-1].text
    assert digests(bank, CITY)


async def test_law_17_the_accused_superior_hears_nothing_on_any_rung_nor_is_called(bank: Bank) -> None:
    changed(bank, "B101", first=replace(bank.house.rules.directory.units[UnitCode("B101")].first, name="方正明", mailbox="own-fang@branch.example"))
    await bank.post(a_form(unit="清河区支行", narrative=AT_BRANCH, form__complained_person="方正明"))
    await to(bank, "2026-07-22T09:40:00", *(f"2026-07-{day}T09:00:00" for day in (24, 27, 28, 29, 30, 31)))
    assert bank.relay.to("own-fang@branch.example") == []
    assert all("方正明" not in one.text for one in bank.relay.to(CITY))
    assert "方正明" not in {one.attention for one in errands(bank)}


async def test_P21_the_letters_of_units_without_a_mailbox_go_with_those_of_the_one_above(bank: Bank) -> None:
    served = served_by("ts-b10102@branch.example", bank.house.rules)
    assert served[0] == "B10102"
    assert "B1010202" in served         # 玉泉路 has none
    assert "B1010201" not in served


# -- what people see to ------------------------------------------------------------------------------------------------------


async def test_P20_P21_calls_stand_on_a_list_and_are_worked_off_into_the_book(bank: Bank) -> None:
    number = (await bank.post(a_form(unit="清河区支行", narrative=AT_BRANCH))).number
    await to(bank, "2026-07-22T09:40:00", f"{DUE}T09:00:00")
    assert errands(bank) == []
    await to(bank, "2026-07-28T09:00:00")
    (call,) = errands(bank, TELEPHONE)
    assert (call.case, call.unit, call.attention, call.urgent) == (bank.case().id, "B10101", "秦经理", True)
    assert "电话：秦经理" in says(bank, "催办")[-1]
    with pytest.raises(RuleError, match="write down what was said on the telephone"):
        await bank.decide(see_to, call.id, "座席甲", " ")
    await bank.decide(see_to, call.id, "座席甲", "无人接听", reached=False)
    assert says(bank, "电话催办未接通", number) == ["逾期催办（第二联系人）；京北城区清河区支行 秦经理 010-55500024；无人接听"]
    assert [one.id for one in errands(bank, TELEPHONE)] == [call.id]
    await bank.decide(see_to, call.id, "座席甲", "秦经理答应今日回复")
    assert says(bank, "电话催办", number) == ["逾期催办（第二联系人）；京北城区清河区支行 秦经理 010-55500024；秦经理答应今日回复"]
    assert bank.book(number)[-1].who == "座席甲"
    assert errands(bank) == []
    with pytest.raises(RuleError, match="座席甲 has seen to"):
        await bank.decide(see_to, call.id, "座席乙", "又打了一遍")
    with pytest.raises(RuleError, match="there is no call and no line 4711"):
        await bank.decide(see_to, 4711, "座席甲", "？")


async def test_P21_the_centres_screen_shows_what_is_long_overdue(bank: Bank) -> None:
    await bank.post(a_form(unit="清河区支行", narrative=AT_BRANCH))
    await to(bank, "2026-07-22T09:40:00", *(f"2026-07-{day}T09:00:00" for day in (24, 27, 28, 29, 30)))
    (line,) = errands(bank, CONSOLE)
    assert (line.name, line.address) == ("逾期报工会督办", DESK)
    with pytest.raises(RuleError, match="nobody is reached by it"):
        await bank.decide(see_to, line.id, "处理岗", "", reached=False)
    await bank.decide(see_to, line.id, "处理岗", "")
    assert errands(bank, CONSOLE) == []
    assert says(bank, "屏幕催办已阅") == ["逾期报工会督办"]


async def test_P21_nobody_is_called_about_what_is_answered_or_closed(bank: Bank) -> None:
    number = (await bank.post(a_form(unit="清河区支行", narrative=AT_BRANCH))).number
    await to(bank, "2026-07-22T09:40:00", "2026-07-28T09:00:00")
    (call,) = errands(bank, TELEPHONE)
    bank.door.mail(a_mail(WHOLE_ANSWER, sender=BRANCH, reply_to_id=bank.relay.to(BRANCH)[0].message_id))
    await bank.quiet()
    assert errands(bank) == []
    await bank.close(number, "已答复")
    seen = bank.house.store.read_now(lambda tx: tx.reminders.errand(call.id))
    assert (seen.who, seen.done) == ("bridge", bank.clock())


# -- together and alone --------------------------------------------------------------------------------------------------------


async def test_P21_one_case_that_cannot_be_looked_after_does_not_keep_the_others_from_it(bank: Bank) -> None:
    numbers = [(await bank.post(a_form(f"p{n}"))).number for n in range(5)]
    await bank.quiet()

    def spoil(tx, now, rules) -> None:
        case = tx.cases.by_number(numbers[2])
        tx.cases.save(replace(case, pack="gone"), Entry(now, "test", "改"))

    await bank.decide(spoil)
    await to(bank, f"{DUE}T09:00:00", f"{DUE}T09:30:00")
    (letter,) = digests(bank, OUTLET)
    assert [number in letter.text for number in numbers] == [True, True, False, True, True]
    (parked,) = bank.house.store.read_now(lambda tx: [one for one in tx.tasks.parked() if one.kind == "chase"])
    assert "the policy pack gone is not loaded" in parked.trouble


async def test_P21_two_of_the_same_case_in_one_sweep_are_one(bank: Bank) -> None:
    from hotline_bridge.steps.chase import chase_all

    await bank.post(a_form())
    await bank.quiet()
    case: Case = bank.case()
    bank.clock.to(f"{DUE}T09:00:00")

    def twice(tx, now, rules) -> None:
        chase_all(tx, [case.id, case.id], now, rules)
        chase_all(tx, [case.id], now, rules)

    await bank.decide(twice)
    assert len(says(bank, "催办")) == 1
    assert bank.case().climbed == 2
    due = bank.house.store.read_now(lambda tx: tx.tasks.next_due())
    assert due is not None
    assert due - bank.clock() < timedelta(days=2)


async def test_P21_a_superior_is_told_which_unit_it_must_press(bank: Bank) -> None:
    await bank.post(a_form())
    await bank.quiet()
    for day in ("24", "27", "28", "29"):
        bank.clock.to(f"2026-07-{day}T09:00:01")
        await bank.quiet()
    (letter,) = [one for one in bank.relay.to("ts-b10101@branch.example") if "逾期" in one.subject]
    assert "上地路营业所" in letter.text
