"""What people do to a case's clocks: more time, appraisal, new facts, withdrawal; and what follows in dates, book and slips."""

import re
from datetime import datetime

import pytest

from hotline_bridge import views
from hotline_bridge.steps.assign import Change, assign
from hotline_bridge.steps.close import reopen
from hotline_bridge.steps.clocks import Proof, exclude, extend, new_facts, pressed, prolong
from hotline_bridge.timing import explained, timed
from routing.case import State
from routing.errors import RuleError
from tests.conftest import Bank
from tests.fakes import ZONE
from tests.make import WHOLE_ANSWER, a_form, a_mail

OUTLET = "ts-b1010101@branch.example"
SIMPLE_DUE, TELLS = "2026-07-27T17:30", Proof("须调取外地凭证", datetime(2026, 7, 22, 9, 0, tzinfo=ZONE), "电话")


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def flat(text: str) -> str:
    """A letter's words without the breaks of its lines."""
    return "".join(text.split())


def limits(bank: Bank) -> tuple[str, ...]:
    case = bank.case()
    return tuple(f"{it.astimezone(ZONE):%Y-%m-%dT%H:%M}" if it else "" for it in (case.due, case.last_day, case.law_due))


async def sent(bank: Bank, category: str = "") -> str:
    posted = await bank.post(a_form(form__category=category) if category else a_form())
    await bank.quiet()
    return posted.number


async def complex_case(bank: Bank) -> str:
    number = await sent(bank)
    await bank.assign(number, category="服务产品")
    await bank.quiet()
    return number


async def test_P11_2_an_extension_with_both_proofs_moves_the_date_and_the_chasing(bank: Bank) -> None:
    number = await sent(bank)
    assert limits(bank)[0] == SIMPLE_DUE
    await bank.decide(extend, number, "desk", day("2026-07-29"), TELLS)
    assert limits(bank)[:2] == ("2026-07-29T17:30", "2026-07-29T17:30")
    line = next(entry for entry in bank.book() if entry.what == "延期")
    assert "须调取外地凭证" in line.says
    assert "已以电话告知客户" in line.says
    before = len(bank.relay.to(OUTLET))
    for when in ("2026-07-27T09:00:01", "2026-07-27T14:00:01"):
        bank.clock.to(when)
        await bank.quiet()
    assert len(bank.relay.to(OUTLET)) == before       # the old due day passes in silence
    bank.clock.to("2026-07-28T09:00:01")
    await bank.quiet()
    await bank.quiet()
    assert len(bank.relay.to(OUTLET)) > before        # the day before the new one


async def test_P11_2_with_one_proof_the_request_is_kept_shown_and_moves_nothing(bank: Bank) -> None:
    number = await sent(bank)
    await bank.decide(extend, number, "desk", day("2026-07-29"), Proof(reason="须调取外地凭证"))
    assert limits(bank)[0] == SIMPLE_DUE
    line = next(entry for entry in bank.book() if entry.what == "延期申请")
    assert "尚缺向客户解释的时间和方式，未生效" in line.says
    one = bank.house.store.read_now(lambda tx: timed(tx, number))
    assert one is not None
    shown = explained(one, bank.house.rules)
    assert isinstance(shown["pending"], dict)
    assert shown["pending"]["lacks"] == ["told"]
    whole = bank.house.store.read_now(lambda tx: views.whole(tx, number))
    assert whole is not None
    assert views.full(whole, bank.house.rules, masked=True)["clocks"] == {"events": shown["events"], "pending": shown["pending"]}
    bank.clock.on(hours=1)
    await bank.decide(extend, number, "desk", None, Proof(told=day("2026-07-22T10:00"), told_how="短信"))       # the other follows
    assert limits(bank)[0] == "2026-07-29T17:30"


@pytest.mark.parametrize(("until", "proof", "told"), [
    ("2026-07-29", Proof(), "needs both the reason given to the sender of the slip and the customer told"),
    ("2026-07-29", Proof("x", None, "电话"), "give both, e.g. 2026-07-24T10:30"),
    ("2026-07-29", Proof("x", day("2026-08-01"), "电话"), "still to come; tell them first"),
    ("2026-07-24", TELLS, "an extension never shortens: choose a later day"),
    ("2026-07-21", TELLS, "lies behind us"),
    ("2026-07-25", TELLS, "an extension never shortens"),
    ("2026-08-03", TELLS, "is beyond 2026-07-30T17:30+08:00, the furthest an extension reaches (P-11.2)"),
    ("2026-07-29", Proof("x", day("2026-07-22T09:00"), " "), "give both"),
])
async def test_P11_2_what_cannot_be_granted_is_said_with_rule_and_cure(bank: Bank, until: str, proof: Proof, told: str) -> None:
    number = await sent(bank)
    with pytest.raises(RuleError, match=re.escape(told)):
        await bank.decide(extend, number, "desk", day(until), proof)
    assert limits(bank)[0] == SIMPLE_DUE
    assert "延期" not in bank.words()


async def test_P11_2_never_to_a_day_nobody_works_and_never_without_a_day(bank: Bank) -> None:
    number = await complex_case(bank)
    with pytest.raises(RuleError, match=r"nobody works on 2026-08-08（周六）周末; choose 2026-08-07 or 2026-08-10"):
        await bank.decide(extend, number, "desk", day("2026-08-08"), TELLS)
    with pytest.raises(RuleError, match="no extension that waits for its other proof; say until which day"):
        await bank.decide(extend, number, "desk", None, TELLS)


async def test_P11_2_more_time_within_the_last_day_moves_the_first_limit_only(bank: Bank) -> None:
    number = await complex_case(bank)
    assert limits(bank)[:2] == ("2026-07-31T17:30", "2026-08-05T17:30")
    await bank.decide(extend, number, "desk", day("2026-08-03"), TELLS)
    assert limits(bank)[:2] == ("2026-08-03T17:30", "2026-08-05T17:30")


async def test_P11_2_an_extension_outlives_another_category(bank: Bank) -> None:
    number = await complex_case(bank)
    await bank.decide(extend, number, "desk", day("2026-08-10"), TELLS)
    await bank.decide(assign, number, "desk", Change(category="服务渠道"))
    assert limits(bank)[1] == "2026-08-10T17:30"


async def test_D6_only_the_authority_moves_its_own_date(bank: Bank) -> None:
    form = a_form()
    form["form"] |= {"channel": "监管转办", "authority": "监管局", "authority_number": "转办1号", "authority_due": "2026-07-28T12:00:00+08:00"}
    posted = await bank.post(form)
    await bank.quiet()
    await bank.assign(posted.number, unit="B1010101")
    with pytest.raises(RuleError, match=r"the authority set 2026-07-28T12:00\+08:00 .*only the authority can move that"):
        await bank.decide(extend, posted.number, "desk", day("2026-07-29"), TELLS)


async def test_law_18_the_legal_limit_is_prolonged_once_with_an_approver_and_the_customer_told(bank: Bank) -> None:
    number = await sent(bank)
    proof = Proof("涉及多家机构", day("2026-07-22T09:00"), "书面", "总行")
    with pytest.raises(RuleError, match="only a complex one's legal limit can be prolonged"):
        await bank.decide(prolong, number, "desk", proof)
    await bank.assign(number, category="服务产品")
    for wrong, told in ((Proof("x", proof.told, "书面"), "nobody approved it"), (Proof("x", None, "", "总行"), "the customer must have been told"),
                        (Proof("", proof.told, "书面", "总行"), "the reason is empty"), (Proof("x", proof.told, "书面", "B1010101"), "cannot approve its own time")):
        with pytest.raises(RuleError, match=told):
            await bank.decide(prolong, number, "desk", wrong)
    due = limits(bank)[:2]
    await bank.decide(prolong, number, "desk", proof)
    assert limits(bank) == (*due, "2026-09-20T23:59")
    assert "批准：总行" in next(entry.says for entry in bank.book() if entry.what == "法定期限延长")
    with pytest.raises(RuleError, match=r"was prolonged on .* already; it can be once"):
        await bank.decide(prolong, number, "desk", proof)


async def test_law_18_days_of_an_appraisal_do_not_count_for_the_law(bank: Bank) -> None:
    number = await sent(bank)
    span = (day("2026-07-24"), day("2026-07-28"))
    with pytest.raises(RuleError, match="the customer must have been told"):
        await bank.decide(exclude, number, "desk", span, Proof("笔迹鉴定"))
    with pytest.raises(RuleError, match="before it begins"):
        await bank.decide(exclude, number, "desk", span[::-1], Proof("笔迹鉴定", day("2026-07-22"), "电话"))
    with pytest.raises(RuleError, match="lies outside the legal limit's days"):
        await bank.decide(exclude, number, "desk", (day("2026-07-01"), day("2026-07-22")), Proof("笔迹鉴定", day("2026-07-22"), "电话"))
    await bank.decide(exclude, number, "desk", span, Proof("笔迹鉴定", day("2026-07-22"), "电话"))
    assert limits(bank) == (SIMPLE_DUE, SIMPLE_DUE, "2026-08-11T23:59")


async def test_law_18_new_facts_start_the_clocks_anew_and_the_slip_goes_out_again_with_them(bank: Bank) -> None:
    number = await sent(bank)
    (first,) = bank.relay.to(OUTLET)
    bank.clock.to("2026-07-24T10:00:00")
    await bank.decide(new_facts, number, "desk", "客户补充：当日另有一名柜员在场。", None)
    await bank.quiet()
    again = bank.relay.to(OUTLET)[-1]
    assert again is not first
    assert "当日另有一名柜员在场" in flat(again.text)
    assert "（新的事实；首次受理：2026年7月22日" in flat(again.text)
    assert limits(bank)[0] == "2026-07-29T17:30"
    assert (bank.case().state, f"{bank.case().complaint.received:%d}") == (State.SENT, "22")
    with pytest.raises(RuleError, match="came before the case itself was received"):
        await bank.decide(new_facts, number, "desk", "x", day("2026-07-23"))
    with pytest.raises(RuleError, match="not written down"):
        await bank.decide(new_facts, number, "desk", " ", None)


async def test_law_18_P9_1_new_facts_that_raise_a_flag_wait_for_a_reviewer(bank: Bank) -> None:
    number = await sent(bank)
    await bank.decide(new_facts, number, "desk", "客户补充：柜员操作失误，六万元转错账户，要求更正。", None)
    await bank.quiet()
    assert bank.case().state is State.HELD
    assert len(bank.relay.to(OUTLET)) == 1


async def test_law_18_new_facts_after_the_answer_ask_for_a_new_one(bank: Bank) -> None:
    number = await sent(bank)
    (slip,) = bank.relay.to(OUTLET)
    bank.door.mail(a_mail(WHOLE_ANSWER, sender=OUTLET, message_id="<r1@branch.example>", reply_to_id=slip.message_id))
    await bank.quiet()
    assert bank.case().state is State.ANSWERED
    await bank.decide(new_facts, number, "desk", "客户补充：次日又遇同一柜员刁难。", None)
    await bank.quiet()
    assert (bank.case().state, bank.case().answered) == (State.SENT, None)


async def test_law_15_P19_a_withdrawal_ends_the_procedure_on_the_day_it_came(bank: Bank) -> None:
    number = await sent(bank)
    bank.clock.to("2026-07-23T09:00:00")
    with pytest.raises(RuleError, match="of their own will"):
        await bank.close(number, "撤诉", "客户来电撤诉")
    with pytest.raises(RuleError, match=r"still to come; give the moment it came \(law:15\)"):
        await bank.close(number, "撤诉", "客户来电撤诉", free_will=True, arrived=day("2026-07-24"))
    with pytest.raises(RuleError, match="came before the complaint"):
        await bank.close(number, "撤诉", "客户来电撤诉", free_will=True, arrived=day("2026-07-21"))
    await bank.close(number, "撤诉", "客户来电撤诉，已达成谅解", free_will=True, arrived=day("2026-07-22T16:00"))
    assert (bank.case().state, bank.case().closed) == (State.CLOSED, day("2026-07-22T16:00"))
    (event,) = bank.house.store.read_now(lambda tx: tx.clocks.of_case(bank.case().id))
    assert (event.kind, event.reason) == ("withdrawal", "客户来电撤诉，已达成谅解")
    with pytest.raises(RuleError, match=r"is closed; reopen it first \(P-18\)"):
        await bank.decide(extend, number, "desk", day("2026-07-29"), TELLS)


async def test_P19_under_pressure_the_case_goes_on_and_the_desk_hears_of_it(bank: Bank) -> None:
    number = await sent(bank)
    with pytest.raises(RuleError, match="write down what the customer says about the pressure"):
        await bank.decide(pressed, number, "desk", "", None)
    await bank.decide(pressed, number, "desk", "客户称网点负责人要求其撤诉", None)
    await bank.quiet()
    assert bank.case().state is State.SENT
    assert "撤诉非自愿" in bank.words()
    assert any("追究有关责任人" in flat(one.text) for one in bank.relay.to("desk@bank.example"))
    assert limits(bank)[0] == SIMPLE_DUE


async def test_P18_a_reopened_case_counts_anew_without_what_was_granted_before(bank: Bank) -> None:
    number = await complex_case(bank)
    await bank.decide(extend, number, "desk", day("2026-08-12"), TELLS)
    await bank.close(number, "撤诉", "x", free_will=True)
    bank.clock.to("2026-07-23T09:00:00")
    await bank.decide(reopen, number, "desk", "仍不满意")
    assert limits(bank) == ("2026-08-03T17:30", "2026-08-06T17:30", "2026-08-22T23:59")


async def test_P11_2_an_unknown_case_is_said_so(bank: Bank) -> None:
    for what, args in ((extend, (None, TELLS)), (prolong, (TELLS,)), (new_facts, ("x", None)), (pressed, ("x", None))):
        with pytest.raises(RuleError, match="there is no case 95580-20990101-000010"):
            await bank.decide(what, "95580-20990101-000010", "desk", *args)


@pytest.mark.parametrize("kind", ["extend", "prolong", "exclude"])
async def test_P11_2_law_18_nobody_was_told_before_the_complaint_came(bank: Bank, kind: str) -> None:
    number = await complex_case(bank)
    long_ago = Proof("须调取凭证", day("2019-01-01"), "电话", "总行")
    due = (bank.case().due, bank.case().law_due)
    with pytest.raises(RuleError, match="cannot have been told on 2019-01-01"):
        if kind == "extend":
            await bank.decide(extend, number, "desk", day("2026-07-31"), long_ago)
        elif kind == "prolong":
            await bank.decide(prolong, number, "desk", long_ago)
        else:
            await bank.decide(exclude, number, "desk", (day("2026-07-25"), day("2026-07-28")), long_ago)
    assert (bank.case().due, bank.case().law_due) == due


async def test_P11_2_told_on_the_day_the_complaint_came_is_told(bank: Bank) -> None:
    number = await complex_case(bank)
    await bank.decide(extend, number, "desk", day("2026-08-03"), Proof("须调取凭证", day("2026-07-22"), "电话"))
    assert "延期" in bank.words(number)[-1]


async def test_law_15_P18_a_withdrawal_never_came_before_the_case_was_taken_up_again(bank: Bank) -> None:
    number = (await bank.post(a_form())).number
    await bank.quiet()
    await bank.close(number, "撤诉", "和解", free_will=True)
    bank.clock.to("2026-07-30T10:00:00")
    await bank.decide(reopen, number, "desk", "仍不满意")
    bank.clock.on(hours=1)
    with pytest.raises(RuleError, match="before it was taken up again"):
        await bank.close(number, "撤诉", "和解", free_will=True, arrived=day("2026-07-23"))
    await bank.close(number, "撤诉", "和解", free_will=True)
    closed = bank.case().closed
    assert closed is not None
    assert closed >= bank.case().received


async def test_P19_pressed_a_second_time_the_desk_hears_of_it_again(bank: Bank) -> None:
    number = (await bank.post(a_form())).number
    await bank.quiet()
    for says in ("负责人上门", "负责人再次上门威胁"):
        await bank.decide(pressed, number, "desk", says, None)
        bank.clock.on(hours=1)
        await bank.quiet()
    told = [one.text for one in bank.relay.to("desk@bank.example") if "撤诉非自愿" in one.subject]
    assert len(told) == 2
    assert "再次上门威胁" in told[1]
