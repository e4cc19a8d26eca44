"""What branch people read: every kind of letter says what its reader is to do, and nothing they must not know (P-6)."""

import re

import pytest

from routing.case import State
from tests.conftest import Bank
from tests.make import a_form

OUTLET, BRANCH = "ts-b1010101@branch.example", "ts-b10101@branch.example"
THREAT = "客户称在上地路营业所转账六万元，柜员操作失误，扬言找律师起诉，并向电视台曝光。"
OUR_IDS = re.compile(r"[PDTC]-[0-9]|law:")


async def sent(bank: Bank, **more: str) -> None:
    posted = await bank.post(a_form(**more))
    await bank.quiet()
    if bank.case().state is State.HELD:
        await bank.sign(posted.number)
        await bank.quiet()
    assert bank.case().state is State.SENT


def words(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(("pack", "notes"), [
    ("psbc-95580", ("首问负责", "请由被投诉人以外的负责人立即与客户联系", "两者齐备方可延期", "应当回避", "救济途径")),       # P-3, P-11.1, P-11.2
    ("datong-96588", ("首问负责，就地及时处理", "立即报告支行行长", "由网点答复客户", "应当回避", "救济途径")),              # D-2, D-3, D-4
    ("three-line", ("须向客户承诺办结日期", "接单后2小时内开始处理", "由上级服务部门裁定", "应当回避", "救济途径")),         # T-3, T-4, T-7
    ("cutover", ("首问责任人跟踪到底", "网点不作任何承诺", "任何环节均须立即逐级上报", "应当回避", "救济途径")),             # C-1, C-6, C-7
])
async def test_P3_P11_1_P11_2_D2_D3_D4_T3_T4_T7_C1_C6_C7_law_17_law_19_the_slip_itself_says_the_packs_rules(bank: Bank, notes: tuple[str, ...]) -> None:
    await sent(bank)
    (slip,) = bank.relay.to(OUTLET)
    for note in notes:
        assert note in words(slip.text)
    assert not OUR_IDS.search(slip.text)


async def test_P14_1_the_assisting_unit_is_told_that_it_assists(bank: Bank) -> None:
    await sent(bank, form__category="服务渠道", narrative="客户称上地路营业所自动取款机吞卡，要求还卡。")
    (slip,) = bank.relay.to(OUTLET)
    assert "转你单位协办" in slip.text
    assert "（本单位为协办）" in words(slip.text)
    others = [one for one in bank.relay.sent if one is not slip]
    assert all("转你单位办理" in one.text for one in others)


async def test_P16_P17_who_gets_a_copy_or_a_notice_is_told_why_and_not_to_answer(bank: Bank) -> None:
    await sent(bank, narrative=THREAT, recording="a.wav")
    (copy,) = [one for one in bank.relay.sent if "抄送" in one.subject]
    assert "立即报办公室" in copy.text
    assert "无须填写本单" in copy.text
    assert "前回复" not in copy.subject
    assert "本单抄送知悉" in words(copy.text)
    assert "13800000001" not in copy.text
    notices = [one for one in bank.relay.sent if "投诉通知" in one.subject]
    assert notices
    for notice in notices:
        assert "被投诉单位：京北城区清河区上地路营业所" in notice.text
        assert "张某某" not in notice.text
        assert "电视台" not in notice.text
    for letter in bank.relay.sent:
        assert not OUR_IDS.search(letter.text)
        assert "张某某" not in letter.subject


@pytest.mark.parametrize("pack", ["cutover"])
async def test_C7_the_leaders_of_each_level_hear_of_which_unit_it_is(bank: Bank) -> None:
    await sent(bank, narrative="客户称上地路营业所取不出钱，扬言马上打电话给电视台曝光。")
    notices = [one for one in bank.relay.sent if "投诉通知" in one.subject]
    assert BRANCH in {address for one in notices for address in one.to}
    assert all("立即逐级上报" in one.text and "被投诉单位：" in one.text for one in notices)


async def test_P11_a_limit_of_a_year_without_calendar_says_so_on_the_slip(bank: Bank) -> None:
    bank.clock.to("2026-12-31T10:00:00")
    await sent(bank, started_at="2026-12-31T09:55:00+08:00", ended_at="2026-12-31T09:58:00+08:00")
    assert bank.case().provisional
    assert "暂定，放假安排公布后重新计算" in words(bank.relay.to(OUTLET)[0].text)


async def test_P9_every_change_of_a_case_is_a_line_with_who_and_when(bank: Bank) -> None:
    await sent(bank, narrative=THREAT, recording="a.wav")
    await bank.assign(bank.case().number, category="内部管理")
    await bank.quiet()
    book = bank.book()
    assert [entry.what for entry in book][:4] == ["受理登记", "分类", "待复听复核", "复核签字"]
    assert all(entry.who and entry.at and entry.rules for entry in book)
    changed = next(entry for entry in book if entry.what == "分派")
    assert changed.who == "desk"
    assert changed.says.startswith("类别 ")
    assert changed.says.endswith(" → 内部管理")
