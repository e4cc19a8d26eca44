"""Entering: once is once, all rows or none, remarks instead of refusals, identity numbers under seal (P-3, P-6, C-1, C-6, D-1, D-2)."""

import json
from dataclasses import replace

import pytest

from adapters.formats.entry_sheet import read_sheet
from hotline_bridge.entering import LINKED, NEW, OPENED, REPEAT
from hotline_bridge.steps.enter import BadRows, enter_all, look_at_id, preview
from routing.case import State
from routing.errors import RuleError
from tests.conftest import Bank
from tests.entering.forms import ANSWER, ID, NARRATIVE, a_book, entered, today
from tests.make import a_form

HEADS = ("来件编号", "渠道", "投诉人", "被投诉单位", "投诉内容", "转办单位", "转办编号")


async def table(bank: Bank, *rows: tuple[str, ...], apply: bool = True):
    sheet = read_sheet(a_book(rows, HEADS), today(bank))
    assert sheet.mistakes == ()
    now, rules = bank.clock(), bank.house.rules
    if not apply:
        return await bank.house.store.read(lambda tx: preview(tx, sheet.lines, "甲", now, rules))
    return await bank.house.store.run(lambda tx: enter_all(tx, sheet.lines, "甲", now, rules))


async def test_P3_the_same_entry_again_is_the_same_case(bank: Bank) -> None:
    first, again = await entered(bank), await entered(bank)
    assert (first.standing, again.standing) == (OPENED, REPEAT)
    assert again.number == first.number
    assert len(bank.cases()) == 1


async def test_its_own_number_tells_two_entries_apart_and_cannot_mean_two_things(bank: Bank) -> None:
    first = await entered(bank, ref="A-1")
    assert (await entered(bank, ref="A-2")).number != first.number
    assert (await entered(bank, ref="A-1")).number == first.number
    with pytest.raises(RuleError, match=first.number):
        await entered(bank, ref="A-1", narrative="完全不同的另一件事")
    assert len(bank.cases()) == 2


async def test_all_rows_or_none(bank: Bank) -> None:
    await entered(bank, ref="7", narrative="此前登记的")
    with pytest.raises(BadRows) as told:
        await table(bank, ("6", "信件", "王", "上地路营业所", "第一件", "", ""), ("7", "信件", "李", "上地路营业所", "编号用过的另一件", "", ""))
    assert [one.cell for one in told.value.mistakes] == ["A3"]
    assert len(bank.cases()) == 1


async def test_a_preview_says_what_would_become_of_each_row_and_writes_nothing(bank: Bank) -> None:
    rows = (("1", "信件", "王", "上地路营业所", "第一件", "", ""), ("2", "监管转办", "李", "上地路营业所", "第二件", "某局", "Z-9"))
    before = await table(bank, *rows, apply=False)
    assert [one.entered.standing for one in before] == [NEW, NEW]
    assert bank.cases() == []
    done = await table(bank, *rows)
    assert [one.entered.standing for one in done] == [OPENED, OPENED]
    later = await table(bank, *rows, ("3", "监管转办", "李", "上地路营业所", "第二件又来", "某局", "Z-9"), apply=False)
    assert [one.entered.standing for one in later] == [REPEAT, REPEAT, LINKED]
    again = await table(bank, *rows)
    assert [one.entered.number for one in again] == [one.entered.number for one in done]
    assert len(bank.cases()) == 2


async def test_law_27_one_number_of_an_authority_in_two_rows_is_one_case(bank: Bank) -> None:
    done = await table(
        bank, ("1", "监管转办", "李", "上地路营业所", "一件", "某局", "Z-9"), ("2", "监管转办", "李", "上地路营业所", "一件", "某局", " z-９"),
        ("3", "监管转办", "李", "上地路营业所", "一件", "另一局", "Z-9"),
    )
    assert [one.entered.standing for one in done] == [OPENED, LINKED, OPENED]
    again = await table(bank, ("2", "监管转办", "李", "上地路营业所", "一件", "某局", " z-９"))
    assert (again[0].entered.standing, again[0].entered.number) == (REPEAT, done[0].entered.number)


async def test_P6_an_identity_number_lies_nowhere_in_plain(bank: Bank) -> None:
    done = await entered(bank, id_number=ID, id_type="身份证")
    await bank.post(a_form(form__customer={"name": "张某某", "phone": "13800000001", "id_number": ID}))
    await bank.quiet()
    for case in bank.cases():
        assert ID not in json.dumps(case.complaint.customer.id_number)
    paper = bank.house.store.read_now(lambda tx: tx.papers.body(tx.cases.paper_of(bank.case(done.number).id)))
    assert ID.encode() not in paper
    for letter in bank.relay.sent:
        assert ID not in letter.text
        assert ID.encode() not in letter.raw
    assert any("*" * 14 + ID[-4:] in letter.text for letter in bank.relay.sent)


async def test_P6_who_looks_at_an_identity_number_stands_in_the_book(bank: Bank) -> None:
    done = await entered(bank, id_number=ID)
    now, rules, store = bank.clock(), bank.house.rules, bank.house.store
    with pytest.raises(RuleError, match="why"):
        await store.run(lambda tx: look_at_id(tx, done.number, "处理岗甲", " ", now, rules))
    assert await store.run(lambda tx: look_at_id(tx, done.number, "处理岗甲", "核对身份", now, rules)) == ID
    line = bank.book(done.number)[-1]
    assert (line.who, line.what, line.says) == ("处理岗甲", "查看证件号码", "核对身份")
    other = replace(rules, identity=replace(rules.identity, reply_key=b"another key of thirty-two bytes."))
    with pytest.raises(RuleError, match="reply_key_file"):
        await store.run(lambda tx: look_at_id(tx, done.number, "处理岗甲", "核对身份", now, other))


@pytest.mark.parametrize(("fields", "rule"), [
    ({"representatives": "甲、乙、丙、丁、戊、己"}, "law:12"), ({"channel": "上门", "heads": "8"}, "law:12"), ({"agent_name": "李某"}, "law:14"),
    ({"agent_name": "李某", "agent_as": "继承人"}, "law:14"), ({"id_number": "110105199001011234"}, "law:13"), ({"heads": "21"}, "law:25"),
    ({"compensation": "5000元"}, "C-6"), ({"channel": "政府部门"}, "law:27"), ({"channel": "监管转办", "authority": "某局", "authority_number": "1"}, "D-6"),
    ({"channel": "意见簿", "received": "2026-07-19"}, "P-9.5"),
])
async def test_what_is_odd_is_remarked_and_keeps_nobody_out(bank: Bank, fields: dict[str, str], rule: str) -> None:
    done = await entered(bank, **fields)
    assert rule in {one.rule for one in done.remarks}
    assert any(f"（{rule}）" in entry.says for entry in bank.book(done.number) if entry.what == "登记提示")


async def test_law_14_an_agent_with_authority_needs_no_remark(bank: Bank) -> None:
    assert (await entered(bank, agent_name="李某", agent_authority="授权委托书")).remarks == ()


async def test_C6_compensation_is_recorded_and_promised_by_nobody(bank: Bank) -> None:
    done = await entered(bank, compensation="5000元")
    await bank.quiet()
    assert bank.case(done.number).complaint.compensation == "5000元"
    assert "5000元（只作记录，不作任何承诺）" in bank.relay.to("ts-b1010101@branch.example")[0].text


async def test_law_12_14_the_slip_says_who_speaks_for_whom(bank: Bank) -> None:
    await entered(bank, channel="上门", party="单位", contact="赵会计", agent_name="李某", agent_as="代理人", representatives="甲某、乙某", heads="12")
    await bank.quiet()
    slip = bank.relay.to("ts-b1010101@branch.example")[0].text
    for words in ("赵会计", "李某（代理人）", "甲某、乙某", "12人"):
        assert words in slip


async def test_P3_first_asked_responsible_whoever_enters_has_taken_it(bank: Bank) -> None:
    assert bank.case((await entered(bank, who="柜员乙")).number).seat == "柜员乙"
    assert bank.case((await entered(bank, who="柜员乙", taken_by="大堂丙")).number).seat == "大堂丙"
    with pytest.raises(RuleError, match="P-3"):
        await entered(bank, who=" ", ref="x")


async def test_a_unit_goes_by_its_code_too(bank: Bank) -> None:
    done = await entered(bank, complained_unit="B1010102", narrative="柜员态度冷淡，要求道歉。")
    await bank.quiet()
    assert bank.case(done.number).unit == "B1010102"


async def test_an_answer_with_the_entry_is_refused_where_a_slip_must_leave(bank: Bank) -> None:
    with pytest.raises(RuleError, match="清空答复各栏"):
        await entered(bank, channel="信件", **ANSWER)
    assert bank.cases() == []


async def test_P12_half_an_answer_settles_nothing(bank: Bank) -> None:
    done = await entered(bank, channel="意见簿", **{**ANSWER, "answer_facts": "无", "answer_handler": "经理"})
    await bank.quiet()
    assert bank.case(done.number).state is State.SENT
    assert any("P-12" in entry.says for entry in bank.book(done.number) if entry.what == "随登记的答复未计入")


class TestDatong:
    @pytest.fixture
    def pack(self) -> str:
        return "datong-96588"

    @pytest.mark.parametrize("channel", ["信件", "电话", "上门"])
    async def test_D1_letters_calls_and_visits_are_all_taken(self, bank: Bank, channel: str) -> None:
        done = await entered(bank, channel=channel)
        await bank.quiet()
        assert bank.case(done.number).state in {State.SENT, State.DESK, State.HELD}

    async def test_D2_what_was_settled_on_the_spot_is_closed_with_its_entry(self, bank: Bank) -> None:
        done = await entered(bank, channel="上门", **ANSWER)
        assert bank.case(done.number).state is State.CLOSED
        assert bank.case(done.number).closed == bank.clock()
        await bank.quiet()
        assert [letter for letter in bank.relay.sent if "B1010101" in letter.to] == []


class TestCutover:
    @pytest.fixture
    def pack(self) -> str:
        return "cutover"

    async def test_C1_the_first_one_asked_records_all_of_it(self, bank: Bank) -> None:
        done = await entered(bank, channel="上门", name=None, phone=None, demand=None)
        (said,) = [one.says for one in done.remarks if one.rule == "C-1"]
        assert "姓名、电话、诉求" in said
        assert NARRATIVE in bank.case(done.number).complaint.text
