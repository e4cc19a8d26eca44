"""Many people about one matter: reported at three and at twenty, each once, by persons and not by cases (C-5, law:25)."""

import pytest

from hotline_bridge.matter_view import full, gathered
from hotline_bridge.steps.matter import join_by_hand, leave_by_hand
from routing.case import State
from tests.conftest import Bank
from tests.entering.forms import ANSWER, entered
from tests.make import a_form
from tests.matters.pairs import TOLD

DESK, PROVINCE, HEAD = "desk@bank.example", "ts-b1@branch.example", "zonghang@hq.example"
COPY = "客户称上地路营业所门口的自助取款机吞卡两天没有人处理，机器上也没有联系电话，找到柜台又推给客服，要求尽快退还卡片。"


def form(number: int, narrative: str = COPY, phone: str = "", **more: str) -> dict:
    phone = phone or f"1380000{number:04}"
    return a_form(f"1784683800.{number}", narrative=narrative, caller=phone, form__customer={"name": "", "phone": phone}, **more)


def letters(bank: Bank, word: str) -> list[tuple[str, str]]:
    return [(one.to[0], one.subject) for one in bank.relay.sent if word in one.subject and one.to[0] != DESK]


async def test_C5_the_third_person_sets_it_off_at_once_and_the_fourth_says_nothing_new(bank: Bank) -> None:
    bank.clock.to("2026-07-25T23:40:00")            # a Saturday night
    for number in (1, 2):
        await bank.post(form(number))
    await bank.quiet()
    assert letters(bank, "群体投诉") == []
    await bank.post(form(3))
    await bank.quiet()
    ((to, subject),) = letters(bank, "群体投诉")
    assert to == PROVINCE
    assert "3人反映同一事项" in subject
    (letter,) = [one for one in bank.relay.to(PROVINCE) if "群体投诉" in one.subject]
    assert "13800000" not in letter.text            # P-6: who complains is nobody's business up there
    assert "吞卡" not in letter.text
    assert [one for one in bank.relay.to(DESK) if "群体投诉" in one.subject]
    await bank.post(form(4))
    await bank.quiet()
    assert len(letters(bank, "群体投诉")) == 1


async def test_C5_one_person_three_times_is_one_person(bank: Bank) -> None:
    for number in (1, 2, 3, 4):
        await bank.post(form(number, phone="138-0000-0009" if number % 2 else "+8613800000009"))
    await bank.quiet()
    assert letters(bank, "群体投诉") == []
    (matter,) = {case.matter for case in bank.cases()}
    assert matter is not None
    whole = bank.house.store.read_now(lambda tx: gathered(tx, matter))
    assert whole is not None
    assert (whole.people.people, len(whole.cases)) == (1, 4)


async def test_C5_told_once_also_when_somebody_leaves_and_comes_back(bank: Bank) -> None:
    for number in (1, 2, 3):
        await bank.post(form(number))
    await bank.quiet()
    case = bank.cases()[0]
    name = f"M-{case.matter}"
    for _ in range(2):
        await bank.decide(leave_by_hand, case.number, name, "desk", "看错了")
        await bank.decide(join_by_hand, case.number, name, "desk", "确是同一事项")
        await bank.quiet()
    assert len(letters(bank, "群体投诉")) == 1


async def test_law_25_a_group_letter_of_twenty_two_goes_to_head_office_by_itself(bank: Bank) -> None:
    await bank.post(form(1, COPY + "我们22名储户联名投诉。"))
    await bank.post(form(2))
    await bank.quiet()
    assert {subject.partition("】")[2].partition("：")[0].split()[-1] for _, subject in letters(bank, "同一事项")} == {"群体投诉", "重大投诉"}
    assert any(to != PROVINCE for to, subject in letters(bank, "重大投诉"))


async def test_law_25_twenty_people_one_by_one_cross_both_thresholds_once_each(bank: Bank) -> None:
    for number in range(1, 24):
        await bank.post(form(number))
    await bank.quiet()
    assert [subject.split("：")[0].split()[-1] for _, subject in letters(bank, "同一事项")] == ["群体投诉", "重大投诉"]
    assert len({case.matter for case in bank.cases()}) == 1


async def test_C5_other_words_are_laid_before_the_desk_which_makes_it_three(bank: Bank) -> None:
    told = TOLD[4]      # one window only, hours of waiting
    for number, text in enumerate((told.base, told.copied, told.retold), 1):
        await bank.post(form(number, text, form__category="内部管理"))        # as the seat ticked it: what triage takes it for is not the matter here
    await bank.quiet()
    cases = {case.complaint.text: case for case in bank.cases()}
    third = next(case for text, case in cases.items() if text.startswith(told.retold))
    assert third.matter is None
    assert "疑似同一事项" in bank.words(third.number)
    assert [one for one in bank.relay.to(DESK) if "疑似同一事项" in one.subject and "3 人" in one.text]
    first = next(case for text, case in cases.items() if text.startswith(told.base))
    await bank.decide(join_by_hand, third.number, f"M-{first.matter}", "desk", "核实为同一天同一窗口")
    await bank.quiet()
    assert len(letters(bank, "群体投诉")) == 1


async def test_C5_the_same_words_about_another_outlet_are_not_counted(bank: Bank) -> None:
    for number, place in enumerate(("上地路", "湖南路", "玉林路"), 1):
        await bank.post(form(number, COPY.replace("上地路", place), unit=f"{place}营业所"))
    await bank.quiet()
    assert {case.matter for case in bank.cases()} == {None}


async def test_C5_a_corrected_unit_takes_the_case_out_of_the_wrong_matter(bank: Bank) -> None:
    await bank.post(form(1))
    second = await bank.post(form(2))
    await bank.quiet()
    assert bank.case(second.number).matter is not None
    await bank.assign(second.number, unit="E1010101")
    await bank.quiet()
    assert bank.case(second.number).matter is None
    assert "移出同一事项" in bank.words(second.number)


async def test_P14_4_nobody_in_particular_is_somebody_once(bank: Bank) -> None:
    for number in range(1, 5):
        posted = form(number)
        posted["form"]["customer"] = {"name": "", "phone": "", "refuses_name": True}
        posted["caller"] = ""
        await bank.post(posted)
    await bank.quiet()
    assert letters(bank, "群体投诉") == []
    (matter,) = {case.matter for case in bank.cases()}
    assert matter is not None


async def test_C5_one_view_of_a_matter_shows_no_name(bank: Bank) -> None:
    for number in (1, 2, 3):
        await bank.post(form(number))
    await bank.quiet()
    matter = bank.cases()[0].matter
    assert matter is not None
    whole = bank.house.store.read_now(lambda tx: gathered(tx, matter))
    assert whole is not None
    shown = full(whole, bank.house.rules)
    assert (shown["people"], shown["cases"], shown["told"], shown["units"]) == (3, 3, 3, ["B1010101"])
    assert [one["told"] for one in shown["thresholds"]] == [True, False]         # type: ignore[index, attr-defined]
    assert len(shown["timeline"]) == 3                                          # type: ignore[arg-type]
    assert "13800000001" not in str(shown)
    assert "138****0001" in str(shown)


async def test_P6_the_store_holds_marks_and_no_plain_person(bank: Bank) -> None:
    await bank.post(a_form("1784683800.5", narrative=COPY, form__customer={"name": "王小芳", "phone": "13800000077", "id_number": "11010119800101001X"}))
    await bank.quiet()
    case = bank.case()
    marks = bank.house.store.read_now(lambda tx: tx.sketches.marks((case.id,)))[case.id]
    assert {mark.kind for mark in marks} >= {"phone", "name"}
    assert not any(word in repr(marks) for word in ("13800000077", "小芳"))
    assert all(len(mark.digest) == 64 for mark in marks)


@pytest.mark.parametrize("pack", ["cutover"])
async def test_C5_in_the_emergency_weeks_a_single_repeat_goes_to_the_province_at_once(bank: Bank) -> None:
    from hotline_bridge.steps.close import reopen

    posted = await bank.post(form(1))
    await bank.quiet()
    withdrawn = next(one.name for one in bank.house.rules.pack("cutover").closing.outcomes if one.needs_free_will)
    await bank.close(posted.number, withdrawn, "自愿", free_will=True)
    await bank.decide(reopen, posted.number, "desk", "客户再次来电")
    await bank.quiet()
    assert [to for to, subject in letters(bank, "再次投诉")] == [PROVINCE]


async def test_P6_a_sealed_identity_number_still_tells_a_person(bank: Bank) -> None:
    from routing.person import identity

    whole = identity("110101800101001")
    for number, written in enumerate(("110101800101001", whole.lower(), f"{whole[:6]} {whole[6:14]} {whole[14:]}"), 1):
        posted = form(number)
        posted["form"]["customer"]["id_number"] = written
        await bank.post(posted)
    await bank.quiet()
    assert letters(bank, "群体投诉") == []
    (matter,) = {case.matter for case in bank.cases()}
    whole_matter = bank.house.store.read_now(lambda tx: gathered(tx, matter or 0))
    assert whole_matter is not None
    assert whole_matter.people.people == 1


@pytest.mark.parametrize("seed", range(3))
async def test_C5_law_18_whatever_people_do_nothing_is_lost(bank: Bank, seed: int) -> None:
    from random import Random

    from hotline_bridge.steps.matter import merge_by_hand, unmerge_by_hand
    from routing.errors import RuleError

    chance = Random(seed)
    for number in range(1, 6):
        await bank.post(form(number, phone=f"1380000{number % 2:04}"))
    await bank.quiet()
    before = {case.number: (case.state, case.due, case.unit, case.complaint.text) for case in bank.cases()}
    numbers, told = list(before), 0
    for _ in range(40):
        what = chance.choice((join_by_hand, leave_by_hand, merge_by_hand, unmerge_by_hand))
        number, other = chance.choice(numbers), chance.choice([*numbers, "M-1", "M-2"])
        try:
            await bank.decide(what, *((number,) if what is unmerge_by_hand else (number, other)), "desk", "试")
        except RuleError:
            continue
        for case in bank.cases():
            bonds = bank.house.store.read_now(lambda tx, case=case: tx.matters.of_case(case.id))
            last = {bond.matter: bond.act for bond in bonds}
            assert [matter for matter, act in last.items() if act == "joined"] == ([case.matter] if case.matter else [])
            assert (case.merged_into is None) == (case.outcome != "并案")
        assert bank.house.store.read_now(lambda tx: tx.cases.out_of_sight()) == []
        first = bank.house.store.read_now(lambda tx: tx.matters.get(1))
        assert first is not None
        assert first.told >= told
        told = first.told
    for number in numbers:
        if bank.case(number).merged_into is not None:
            await bank.decide(unmerge_by_hand, number, "desk", "还原")
    assert {case.number: (case.state, case.due, case.unit, case.complaint.text) for case in bank.cases()} == before


@pytest.mark.parametrize("pack", ["datong-96588"])
async def test_C5_cases_answered_on_the_spot_are_counted_too(bank: Bank) -> None:
    for number in (1, 2, 3):
        await entered(bank, ref=str(number), channel="上门", narrative=COPY, name="", phone=f"1390000{number:04}", category="服务态度", **ANSWER)
        await bank.quiet()
    cases = bank.cases()
    assert {case.state for case in cases} == {State.CLOSED}
    assert len({case.matter for case in cases}) == 1
    assert cases[0].matter is not None
    assert any("群体投诉" in bank.words(case.number) for case in cases)
    assert letters(bank, "群体投诉") or [one for one in bank.relay.to(DESK) if "群体投诉" in one.subject]
