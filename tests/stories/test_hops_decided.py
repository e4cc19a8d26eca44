"""What is decided about a case on its way, who is told of it and who never gets it (P-14.3, P-16, P-17, law:17, T-3, T-4, T-7, C-2)."""

from datetime import datetime, timedelta

import pytest

from hotline_bridge import views
from hotline_bridge.steps.hops import Onward, begun, connect, give_back, pass_on, promise, rule
from routing.case import State
from routing.errors import RuleError
from routing.hops import BEGUN, ENDED, OPEN, RETURNED, SENT
from tests.conftest import Bank
from tests.fakes import ZONE
from tests.make import WHOLE_ANSWER, a_form
from tests.post.reports import DELIVERED, dsn, mdn
from tests.travelling import BRANCH, DESK, HOME, OUTLET, PRODUCT, PRODUCT_WORDS, UNION, away, hop, hops, mail, over_the_union, with_directory


# begun, given back, ruled, promised (T-3, T-4, T-7) --------------------------------------------------------------------
@pytest.mark.parametrize("pack", ["three-line"])
async def test_T4_who_has_not_begun_two_hours_after_delivery_is_reminded(bank: Bank) -> None:
    await bank.post(a_form())
    await bank.quiet()
    bank.clock.to("2026-07-22T11:31:00")
    await bank.quiet()
    await bank.quiet()
    assert any(one.what == "逐级催办" and "接单单位开始处理（T-4）" in one.says for one in bank.book())


@pytest.mark.parametrize("pack", ["three-line"])
@pytest.mark.parametrize("how", ["by telephone", "by its first words"])
async def test_T4_who_has_begun_is_not(bank: Bank, how: str) -> None:
    posted = await bank.post(a_form())
    await bank.quiet()
    bank.clock.on(minutes=20)
    if how == "by telephone":
        await bank.decide(begun, posted.number, "desk", "", "已电话确认")
        with pytest.raises(RuleError, match="has begun already"):
            await bank.decide(begun, posted.number, "desk", "", "")
    else:
        await mail(bank, "已收到，正在核实。", HOME)
    assert hop(bank, HOME).state == BEGUN
    bank.clock.to("2026-07-22T11:31:00")
    await bank.quiet()
    assert not any(one.what == "逐级催办" for one in bank.book())


@pytest.mark.parametrize("pack", ["three-line"])
async def test_T7_a_unit_gives_it_back_the_superior_decides_and_its_word_is_carried_out(bank: Bank) -> None:
    with_directory(bank, {"code": "B1-SERVICE", "name": "京北分行服务管理部", "level": "部门", "parent": "B1", "mailbox": "fuwu-b1@branch.example"})
    posted = await bank.post(a_form())
    await bank.quiet()
    with pytest.raises(RuleError, match="no unit has given case"):
        await bank.decide(rule, posted.number, "desk", "B1010102", "服务管理部")
    await mail(bank, "经核实，该业务不属于我所职责范围，请退回。", HOME)
    assert hop(bank, HOME).state == RETURNED
    (asked,) = bank.relay.to("fuwu-b1@branch.example")
    assert "请裁定由哪个单位办理" in asked.text
    assert any("单位退回" in one.subject for one in bank.relay.to(DESK))
    assert not any("请补充" in one.subject for one in bank.relay.to(HOME))
    await bank.decide(rule, posted.number, "desk", "B1010102", "服务管理部裁定由清河镇营业所办理")
    await bank.quiet()
    (slip,) = bank.relay.to("ts-b1010102@branch.example")
    assert "经裁定由你单位办理" in slip.text
    assert (hop(bank, "ts-b1010102@branch.example").rule, bank.case().lead) == ("T-7", "B1010102")
    assert any(one.what == "争议裁定" for one in bank.book())
    with pytest.raises(RuleError, match="not ruled on yet"):
        await bank.decide(rule, posted.number, "desk", "B10101", "再裁定一次")
    await mail(bank, WHOLE_ANSWER, "ts-b1010102@branch.example")
    assert bank.case().state is State.ANSWERED
    assert not any("办理结果" in one.subject for one in bank.relay.to(HOME))


@pytest.mark.parametrize("pack", ["three-line"])
async def test_T7_the_ruling_may_be_for_the_very_unit_that_gave_it_back(bank: Bank) -> None:
    posted = await bank.post(a_form())
    await bank.quiet()
    with pytest.raises(RuleError, match="reason is empty"):
        await bank.decide(give_back, posted.number, "desk", "", " ")
    await bank.decide(give_back, posted.number, "desk", "", "电话称非其业务")
    with pytest.raises(RuleError, match="ruling is empty"):
        await bank.decide(rule, posted.number, "desk", "B1010101", "")
    await bank.decide(rule, posted.number, "desk", "B1010101", "由原单位办理")
    await bank.quiet()
    assert [one.state for one in hops(bank) if one.mailbox == HOME] == [RETURNED, SENT]
    await mail(bank, WHOLE_ANSWER, HOME)
    assert bank.case().state is State.ANSWERED


@pytest.mark.parametrize("pack", ["three-line"])
async def test_T3_a_promised_date_is_kept_on_the_hop_and_reminded_of(bank: Bank) -> None:
    posted = await bank.post(a_form(form__category="服务产品", narrative=PRODUCT_WORDS))
    await bank.quiet()
    for wrong in (bank.clock() - timedelta(hours=1), bank.clock() + timedelta(days=60)):
        with pytest.raises(RuleError, match="cannot be promised"):
            await bank.decide(promise, posted.number, "desk", wrong, "")
    until = datetime(2026, 7, 29, 17, 30, tzinfo=ZONE)
    await bank.decide(promise, posted.number, "desk", until, "需调取资料")
    assert hop(bank, PRODUCT).due == until
    assert any(one.what == "承诺办结日期" for one in bank.book())
    bank.clock.to("2026-07-29T17:30:01")
    await bank.quiet()
    assert any(one.what == "逐级催办" and "请即办结（T-3）" in one.says for one in bank.book())


async def test_P11_2_a_pack_without_promises_wants_an_extension(bank: Bank) -> None:
    posted = await bank.post(a_form())
    await bank.quiet()
    with pytest.raises(RuleError, match="knows no promised dates"):
        await bank.decide(promise, posted.number, "desk", bank.clock() + timedelta(days=2), "")


# told, and never told --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("pack", ["cutover"])
async def test_C7_leaders_are_told_level_by_level_each_a_hop_below_the_other(bank: Bank) -> None:
    posted = await bank.post(a_form(narrative="客户称上地路营业所取不出钱，扬言马上打电话给电视台曝光。"))
    await bank.quiet()
    await bank.sign(posted.number)
    await bank.quiet()
    told = [one for one in hops(bank) if one.rule == "C-7"]
    assert [one.unit for one in told] == ["B10101", "B101", "B1", "HQ"]
    assert [one.after for one in told] == [None, *(one.id for one in told[:-1])]
    assert {(one.part, one.state) for one in told} == {("报告", SENT)}


@pytest.mark.parametrize(("pack", "rule_id", "parts"), [("psbc-95580", "P-17", {"报告"}), ("datong-96588", "D-7", {"报告"}), ("three-line", "T-6", {"抄送"})])
async def test_P17_D7_T6_who_is_told_is_a_hop_with_its_rule(bank: Bank, rule_id: str, parts: set[str]) -> None:
    posted = await bank.post(a_form(narrative="客户称在上地路营业所转账，柜员操作失误，扬言找律师起诉，并向电视台曝光。"))
    await bank.quiet()
    if bank.case().state is State.HELD:
        await bank.sign(posted.number)
        await bank.quiet()
    told = [one for one in hops(bank) if one.rule == rule_id]
    assert told
    assert {one.part for one in told} == parts


async def test_P14_3_a_crime_is_one_hop_to_inspection_and_is_passed_to_nobody_else(bank: Bank) -> None:
    posted = await bank.post(a_form(form__category="金融犯罪", narrative="客户举报上地路营业所有人伪造签名冒名贷款。"))
    await bank.quiet()
    if bank.case().state is State.HELD:
        await bank.sign(posted.number)
        await bank.quiet()
    assert [one.unit for one in hops(bank) if one.part == "主办"] == ["B1-INSPECT"]
    for unit in ("B1010101", "B10101", "HQ-UNION"):
        with pytest.raises(RuleError, match="inspection department alone"):
            await bank.decide(pass_on, posted.number, "desk", Onward(unit))
    await bank.decide(pass_on, posted.number, "desk", Onward("HQ-INSPECT"))
    await mail(bank, "请核实。", "jiancha@hq.example", to=f"{HOME}, hotline@bank.example")
    assert all(one.mailbox != HOME for one in hops(bank))
    assert bank.relay.to(HOME) == []


async def test_P11_1_law_17_nothing_is_passed_on_to_the_person_complained_about(bank: Bank) -> None:
    own = {"code": "E1010101", "name": "湖南路营业所", "full_name": "临江市鼓楼台区湖南路营业所", "level": "网点", "parent": "E10101", "division": "320101001",
           "mailbox": OUTLET, "contact1": "魏长河", "contact1_mailbox": "weichanghe@branch.example"}
    with_directory(bank, own)
    number = await away(bank, form__complained_person="柜员魏长河")
    with pytest.raises(RuleError, match=r"pass it on to E10101 instead .*law:17"):
        await bank.decide(pass_on, number, "desk", Onward("E1010101"))
    await mail(bank, "请核实。", BRANCH, to="weichanghe@branch.example, hotline@bank.example")
    assert {one.mailbox for one in hops(bank)} == {BRANCH, UNION}
    assert any("P-11.1、" in one.says or "P-11.1" in one.says for one in bank.book() if one.what == "转出")
    assert any("转办须人工处理" in one.subject for one in bank.relay.to(DESK))
    assert "weichanghe@branch.example" not in {address for one in bank.relay.sent for address in one.to}


async def test_P9_1_a_flagged_case_is_passed_on_within_the_units_chain_or_to_whom_was_signed_for(bank: Bank) -> None:
    over_the_union(bank)
    posted = await bank.post(a_form(narrative="客户称在湖南路营业所转账六万元，柜员操作失误转错账户。", unit="湖南路营业所"))
    await bank.quiet()
    await bank.sign(posted.number)
    await bank.quiet()
    signature = bank.house.store.read_now(lambda tx: tx.cases.signature(bank.case().id))
    assert signature is not None
    assert signature.recipients.endswith(f"；再转 {BRANCH}")
    with pytest.raises(RuleError, match="did not sign for"):
        await bank.decide(pass_on, posted.number, "desk", Onward("HQ-PRODUCT"))
    await bank.decide(pass_on, posted.number, "desk", Onward())
    assert bank.case().lead == "E1"


async def test_T4_receipts_move_the_hop_and_its_clock(bank: Bank) -> None:
    await bank.post(a_form())
    await bank.quiet()
    (slip,) = bank.relay.to(HOME)
    bank.clock.on(minutes=30)
    bank.door.mail(dsn(slip.message_id, HOME, DELIVERED, envelope=slip.envelope, date="Wed, 22 Jul 2026 09:45:00 +0800"))
    await bank.quiet()
    delivered = hop(bank, HOME)
    assert (delivered.state, delivered.delivered) == ("delivered", datetime(2026, 7, 22, 9, 45, tzinfo=ZONE))
    bank.door.mail(mdn(slip.message_id, HOME, to=str(slip.mail["Disposition-Notification-To"]).strip()))
    await bank.quiet()
    assert (hop(bank, HOME).state, hop(bank, HOME).begun is not None) == (BEGUN, True)


# the call itself (C-2), letters and rounds -----------------------------------------------------------------------------
@pytest.mark.parametrize("pack", ["cutover"])
async def test_C2_a_call_put_straight_through_is_a_hop_by_telephone_and_the_slip_follows(bank: Bank) -> None:
    posted = await bank.post(a_form())
    await bank.quiet()
    await bank.decide(connect, posted.number, "8001", "", "姜经理")
    (call,) = [one for one in hops(bank) if one.channel == "telephone"]
    assert (call.part, call.unit, call.rule, call.state) == ("转接", "B1010101", "C-2", BEGUN)
    assert any(one.what == "电话转接" and "姜经理" in one.says for one in bank.book())


@pytest.mark.parametrize("pack", ["cutover"])
async def test_C2_law_17_not_to_the_person_complained_about(bank: Bank) -> None:
    posted = await bank.post(a_form(form__complained_person="姜经理"))
    await bank.quiet()
    with pytest.raises(RuleError, match="may be the person complained about"):
        await bank.decide(connect, posted.number, "8001", "B1010101", "姜经理")


async def test_T4_by_telephone_the_clock_starts_with_the_notice(bank: Bank) -> None:
    number = await away(bank)
    await bank.decide(pass_on, number, "desk", Onward("E1010101", by="telephone", says="已电话通知魏经理"))
    assert (hop(bank, OUTLET).channel, hop(bank, OUTLET).delivered, hop(bank, OUTLET).letter) == ("telephone", bank.clock(), None)
    with pytest.raises(RuleError, match="no way to pass"):
        await bank.decide(pass_on, number, "desk", Onward("E10101", by="pigeon"))


async def test_P20_a_slip_that_came_back_has_a_second_hop_to_the_second_contact(bank: Bank) -> None:
    from tests.fakes import Said

    bank.relay.answers[BRANCH] = Said("refused", "550 5.1.1 no such user")
    await away(bank)
    assert (hop(bank, BRANCH).state, hop(bank, "ts2-e1@branch.example").state) == (OPEN, SENT)
    assert hop(bank, "ts2-e1@branch.example").after == hop(bank, BRANCH).id
    await mail(bank, WHOLE_ANSWER, "ts2-e1@branch.example")
    assert bank.case().state is State.ANSWERED


async def test_P18_a_new_round_ends_the_way_of_the_one_before(bank: Bank) -> None:
    posted = await bank.post(a_form())
    await bank.quiet()
    await bank.assign(posted.number, unit="B1010102")
    await bank.quiet()
    assert [(one.round, one.state) for one in hops(bank)] == [(1, ENDED), (2, SENT)]


async def test_P21_the_whole_way_is_shown_as_a_tree(bank: Bank) -> None:
    over_the_union(bank)
    number = await away(bank)
    await bank.decide(pass_on, number, "desk", Onward())
    await bank.quiet()
    one = bank.house.store.read_now(lambda tx: views.whole(tx, number))
    assert one is not None
    shown = views.full(one, bank.house.rules, masked=True)
    assert shown["way"] == [
        f"{number} 第1次转办",
        "└─ 转办 总行工会工委〔已转出〕已发出 07-22 09:30，已转出 07-22 09:30，限 07-22 13:30（P-9.3）",
        "　 └─ 主办 江东省分行〔已发出〕已发出 07-22 09:30（P-9.3）",
    ]
    rows = views.hops(one.hops, one.case, bank.house.rules)
    assert [(row["unit"], row["state"], row["answered"]) for row in rows] == [("HQ-UNION", "passed", None), ("E1", "sent", None)]


async def test_P21_what_has_not_left_travels_nowhere(bank: Bank) -> None:
    posted = await bank.post(a_form(narrative="客户称在上地路营业所转账六万元，柜员操作失误转错账户。"))
    await bank.quiet()
    with pytest.raises(RuleError, match="only one that is out"):
        await bank.decide(pass_on, posted.number, "desk", Onward("B1010101"))
    with pytest.raises(RuleError, match="there is no case"):
        await bank.decide(begun, "95580-20990101-000010", "desk", "", "")
