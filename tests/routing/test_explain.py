"""Why triage said what it said: lists and model side by side, each with the customer's own words (P-9.1)."""

import json
import math
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from routing.explain import LIKELY, explain_json, reasons
from routing.rules import Rules
from routing.triage import TriageTables, triage
from routing.verdict import BY_PERSON, OVER_50K, PUBLIC_FIGURE, REPUTATION, Category, Complaint, Flag, Verdict
from routing.watch import WatchList
from tests.models import a_model

NOW = datetime(2026, 7, 22, 9, 0, tzinfo=UTC)
MEANS = {"怪话": "歧视骚扰", "冷冰冰": "误导销售", "曝光": REPUTATION, "慢": Category.CHANNEL.value}
PLAIN = "柜员冷淡"


@pytest.fixture
def tables(sample_rules: Rules) -> TriageTables:
    """The shipped lists with a model of four words beside them."""
    return sample_rules.tables["psbc-95580"].beside(a_model(MEANS))


def verdict_of(text: str, tables: TriageTables) -> Verdict:
    return triage(Complaint(text, "seat-note", NOW), tables)


def test_what_only_the_model_hears_is_shown_with_its_words_and_its_window(tables: TriageTables) -> None:
    text = "柜員冷淡，說了一句怪話，要求道歉"
    (one,) = reasons(verdict_of(text, tables), text, tables)
    assert (one.flag, one.raised, one.lists, one.evidence) == ("歧视骚扰", True, "", "說了一句怪話")
    assert one.chance == pytest.approx(1 / (1 + math.exp(-4)), abs=5e-4)
    assert (one.limit, one.loud) == (0.5, (("怪话", 8.0),))


def test_what_the_lists_find_is_shown_with_their_evidence_and_the_models_chance(tables: TriageTables) -> None:
    text = "柜员冷淡，我要找记者曝光你们"
    by_lists = verdict_of(text, tables.beside(None)).evidence[REPUTATION]
    (one,) = reasons(verdict_of(text, tables), text, tables)
    assert (one.flag, one.raised, one.evidence) == (REPUTATION, True, by_lists)
    assert one.lists
    assert one.chance == pytest.approx(1 / (1 + math.exp(-8)), abs=5e-4)


@pytest.mark.parametrize(("text", "raised"), [
    ("柜员冷淡，我不想曝光谁", False), ("柜员冷淡，我没有曝光的打算", False), ("柜员冷淡，我不想曝光，但两周内不退我会曝光", True), ("柜员冷淡，曝光", True),
])
def test_P16_a_plain_denial_is_not_overruled_by_the_model(text: str, *, raised: bool, tables: TriageTables) -> None:
    assert verdict_of(text, tables).has(REPUTATION) is raised


def test_P9_1_a_name_of_the_banks_list_in_its_role_is_not_overruled_by_the_model(tables: TriageTables) -> None:
    watch = WatchList.parse([{"name": "卢铁山", "role": "退役将军"}])
    listed = replace(tables.beside(a_model({"从军": PUBLIC_FIGURE}, loud=-8)), watch=watch)
    assert verdict_of("家里卢铁山从军四十年", listed).has(PUBLIC_FIGURE)
    assert not verdict_of("我是县人大代表从军四十年", listed).has(PUBLIC_FIGURE)        # a word for a post is


def test_money_is_arithmetic_and_has_no_chance(tables: TriageTables) -> None:
    text = "柜员转账六万元转错账户"
    first = reasons(verdict_of(text, tables), text, tables)[0]
    assert (first.flag, first.raised, first.chance, first.limit, first.loud) == (OVER_50K, True, None, None, ())
    assert "六万元" in first.evidence


def test_what_is_likely_but_not_enough_is_shown_as_not_raised_and_what_is_unlikely_is_not_shown(tables: TriageTables) -> None:
    strict = tables.beside(a_model(MEANS, limit=0.99))
    text = f"{PLAIN}，说了一句怪话"
    verdict = verdict_of(text, strict)
    (one,) = reasons(verdict, text, strict)
    assert not verdict.flags
    assert (one.flag, one.raised, one.limit, one.evidence) == ("歧视骚扰", False, 0.99, "说了一句怪话")
    assert LIKELY < (one.chance or 0) < 0.99
    assert reasons(verdict_of(PLAIN, strict), PLAIN, strict) == []


def test_raised_ones_come_first_and_the_likeliest_before_others(tables: TriageTables) -> None:
    text = "柜员转账六万元转错账户，我要找记者曝光你们，还说了一句怪话，人冷冰冰的"
    half = a_model(MEANS, limit=0.97)
    half.weights.limits[:] = [0.99 if limit and name == "误导销售" else 0.5 for name, limit in zip(half.card["flags"], half.weights.limits, strict=True)]
    found = reasons(verdict_of(text, tables.beside(half)), text, tables.beside(half))
    assert [(one.flag, one.raised) for one in found] == [(OVER_50K, True), (REPUTATION, True), ("歧视骚扰", True), ("误导销售", False)]
    chances = [one.chance for one in found if one.chance is not None]
    assert chances == sorted(chances, reverse=True)


def test_a_flag_the_lists_raise_and_the_model_finds_impossible_comes_last_of_its_kind(tables: TriageTables) -> None:
    """A chance that rounds to 0 is no missing chance."""
    deaf = a_model(MEANS)
    deaf.weights.blend[:] = [[1, 0, 0, -20] if name == REPUTATION else [1, 0, 4, 0] for name in deaf.card["flags"]]
    text = "我要找记者曝光你们，还说了一句怪话"
    verdict = Verdict(Category.ATTITUDE, flags=tuple(Flag(name, "", "P-9.1", "", BY_PERSON) for name in (REPUTATION, "歧视骚扰")))
    found = reasons(verdict, text, tables.beside(deaf))
    assert [(one.flag, one.chance) for one in found][-1] == (REPUTATION, 0.0)


def test_a_bank_without_a_model_sees_what_the_lists_say_alone(tables: TriageTables) -> None:
    without = tables.beside(None)
    text = "我要找记者曝光你们，说了一句怪话"
    (one,) = reasons(verdict_of(text, without), text, without)
    assert (one.flag, one.chance, one.limit, one.loud) == (REPUTATION, None, None, ())
    assert one.lists
    assert one.evidence in text


def test_a_flag_a_person_raised_is_shown_though_neither_says_so(tables: TriageTables) -> None:
    verdict = replace(verdict_of(PLAIN, tables), flags=(Flag("人身安全", "", "P-9.1", "客户来电补充", BY_PERSON),))
    (one,) = reasons(verdict, PLAIN, tables)
    assert (one.flag, one.raised, one.lists, one.loud) == ("人身安全", True, "", ())
    assert (one.chance or 0) < LIKELY


def test_the_seats_own_words_are_no_reason_and_the_customers_stay_in_place(tables: TriageTables) -> None:
    text = "坐席：他是不是说了怪话？\n客户：没有没有，柜员就是说了一句怪话。\n坐席：怪话是吧。"
    (one,) = reasons(verdict_of(text, tables), text, tables)
    assert "柜员就是说了一句怪话" in one.evidence
    only_seat = "坐席：他是不是说了怪话？\n客户：柜员冷淡。"
    assert reasons(verdict_of(only_seat, tables), only_seat, tables) == []


@pytest.mark.parametrize("text", ["", "。。。", "\ud800怪话\udfff", "🙂怪话", "怪话" * 3000])
def test_any_text_can_be_explained(tables: TriageTables, text: str) -> None:
    for one in reasons(verdict_of(text, tables), text, tables):
        assert one.evidence in text


def test_the_json_has_the_same_and_the_categories_with_their_chances(tables: TriageTables) -> None:
    text = "排队太慢，还说了一句怪话"
    verdict = verdict_of(text, tables)
    told = explain_json(verdict, text, tables)
    assert json.loads(json.dumps(told)) == told
    assert {"flags", "category", "doubts"} <= set(told)
    (one,) = told["flags"]
    assert (one["flag"], one["raised"], one["lists"], one["evidence"], one["model_reads"]) == ("歧视骚扰", True, None, "还说了一句怪话", ["怪话"])
    assert 0.5 == one["model_limit"] < one["model"] < 1
    assert told["category"] == dict(verdict.chances)
    assert next(iter(told["category"])) == "服务渠道"
    assert told["doubts"] == list(verdict.doubts)
