"""A change of the rules is tried on the stored cases before it goes live; nothing of them changes (P-9.1)."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from hotline_bridge.config import load_config
from hotline_bridge.learning.desk import desk_examples, label_json
from hotline_bridge.learning.rehearse import changed_rules, rehearsal
from hotline_bridge.rulebook import BadTables
from hotline_bridge.steps.assign import Change, assign
from hotline_bridge.steps.review import sign
from routing.case import Recording
from routing.labels import labelled
from routing.rehearsal import Outcome, differences
from tests.conftest import HEARD, Bank
from tests.make import a_form

RUDE = "客户称上地路营业所柜员态度冷淡，问三句不答一句，要求道歉。"
SIXTY = "客户称在上地路营业所转账六万元，柜员操作失误转错账户，要求更正。"


async def test_P9_1_a_higher_limit_frees_the_case_that_was_held_for_it(bank: Bank) -> None:
    sixty = (await bank.post(a_form("1", narrative=SIXTY))).number
    rude = (await bank.post(a_form("2", narrative=RUDE))).number
    await bank.quiet()
    before = bank.book(sixty)
    now = bank.house.rules
    then = replace(now, tables={name: tables.limited(Decimal(80_000)) for name, tables in now.tables.items()})
    found = dict(rehearsal(bank.house.store, now, then))
    assert found[rude] == {}
    assert list(found[sixty]) == ["held", "flags"]
    assert found[sixty]["flags"] == "-over_50k"
    assert found[sixty]["held"].startswith("复听 → 直接转办")
    assert bank.book(sixty) == before


async def test_P9_1_a_new_word_in_the_banks_own_lists_is_rehearsed(bank: Bank, tmp_path: Path) -> None:
    from importlib import resources

    folder = tmp_path / "lists"
    folder.mkdir()
    for one in (resources.files("routing") / "lexicons").iterdir():
        if one.name.endswith(".toml"):
            (folder / one.name).write_bytes(one.read_bytes())
    with (folder / "topics.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[entry]]\nlabel = "歧视骚扰"\nsays = "冷淡也算"\nany = ["态度冷淡"]\n')
    number = (await bank.post(a_form(narrative=RUDE))).number
    await bank.quiet()
    then, under = changed_rules(load_config(None), bank.house.rules, "", {"lexicons": folder, "directory": None}, use_model=False)      # the lists alone: the model would find 冷淡 no insult
    found = dict(rehearsal(bank.house.store, bank.house.rules, then, under))
    assert found[number]["flags"] == "+歧视骚扰"
    assert found[number]["held"].startswith("直接转办 → 复听")


async def test_another_pack_changes_deadlines_and_limits_of_all_cases(bank: Bank) -> None:
    number = (await bank.post(a_form(narrative=RUDE))).number
    await bank.quiet()
    then, under = changed_rules(load_config(None), bank.house.rules, "three-line", {})
    assert under == "three-line"
    found = dict(rehearsal(bank.house.store, bank.house.rules, then, under))
    assert "due" in found[number]


def test_a_pack_that_cannot_be_used_is_refused_before_anything_is_replayed(sample_rules, tmp_path: Path) -> None:
    with pytest.raises(BadTables, match="no pack 北极"):
        changed_rules(load_config(None), sample_rules, "北极", {})


def test_differences_are_told_gravest_first() -> None:
    before = Outcome("服务态度", frozenset({"reputation"}), "A", held=True, due="2026-07-22 18:00")
    assert list(differences(before, Outcome("内部管理", frozenset({"误导销售"}), "", held=False, due=""))) == ["held", "flags", "unit", "category", "due"]
    assert differences(before, before) == {}


async def test_what_people_decided_becomes_labelled_texts(bank: Bank) -> None:
    sixty = (await bank.post(a_form("1", narrative=SIXTY + "扬言找电视台曝光。", recording="a.wav"))).number
    rude = (await bank.post(a_form("2", narrative=RUDE))).number
    await bank.post(a_form("3", narrative=RUDE + "还说再不处理就投诉到底。"))
    await bank.quiet()
    await bank.decide(sign, sixty, "复核员甲", "未提电视台", Recording("", HEARD), dismissed=["reputation"])
    await bank.decide(assign, rude, "desk", Change(category="内部管理", unit="B1010102"))
    await bank.quiet()
    found = {one.id: one for one in desk_examples(bank.house.store)}
    assert set(found) == {sixty, rude}
    assert (found[sixty].flags, found[sixty].category) == (frozenset({"over_50k"}), None)
    assert (found[rude].flags, found[rude].unit) == (None, "B1010102")
    rows = [label_json(one) for one in found.values()]
    again = {one.id: one for one in labelled(enumerate(rows, 1), "desk")}
    assert {number: (one.flags, one.category, one.unit) for number, one in again.items()} == {number: (one.flags, one.category, one.unit) for number, one in found.items()}
