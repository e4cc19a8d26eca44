"""How alike complaints are, and what is decided of it: measured on written pairs (P-18, C-5)."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, strategies as st

from routing.afterwards import Radar
from routing.likeness import BANDS, Sketch, bands, kinship, likeness, masked, restored, sketch_of, stored
from routing.person import NAME, PHONE, Mark
from routing.radar import Seen, Tie, crossed, found, says_again
from routing.rules import Rules
from routing.text import fold_text
from tests.matters.pairs import TOLD, different, same

AT = datetime(2026, 7, 22, 9, 30, tzinfo=UTC)
SAME_PERSON, ANOTHER = (Mark(PHONE, "a"),), (Mark(PHONE, "b"),)


def seen(rules: Rules, case: int, category: str, text: str, **more: object) -> Seen:
    kinds = {sign for _, sign in rules.tables["psbc-95580"].lexicon.concepts.read(fold_text(text))}
    sketch = sketch_of(masked(text, (), ("上地路营业所", "上地路")), kinds)
    values: dict[str, object] = {"unit": "U", "area": "A", "category": category, "sketch": sketch, "received": AT, "again": says_again(text)}
    return Seen(case, str(case), **{**values, **more})       # type: ignore[arg-type]


def ties(rules: Rules, pairs: list[tuple[str, str, str, str]], one: tuple[Mark, ...], other: tuple[Mark, ...]) -> list[Tie | None]:
    decided = [found(seen(rules, 2, cb, b, marks=other), [seen(rules, 1, ca, a, marks=one, answered=True)], Radar()) for ca, a, cb, b in pairs]
    return [them[0].tie if them else None for them in decided]


@pytest.mark.parametrize(("one", "other"), [((), ()), (SAME_PERSON, ANOTHER), (SAME_PERSON, SAME_PERSON)])
def test_P18_C5_automatic_links_are_right_ninety_five_times_of_a_hundred(sample_rules: Rules, one: tuple[Mark, ...], other: tuple[Mark, ...]) -> None:
    alike = [pair for kind in ("copied", "misheard", "retold") for pair in same(kind)]
    assert len(alike) >= 60
    assert len(different()) >= 120
    automatic = {Tie.SAME, Tie.REPEAT, Tie.MERGE}
    right = sum(tie in automatic for tie in ties(sample_rules, alike, one, other))
    wrong = sum(tie in automatic for tie in ties(sample_rules, different(), one, other))
    assert right / (right + wrong) >= 0.95
    assert right >= 0.7 * len(alike)
    shown = sum(tie is not None for tie in ties(sample_rules, alike, one, other))
    assert shown >= 0.9 * len(alike)         # with what the desk is asked about


def test_P18_the_same_person_who_says_so_in_other_words_is_a_repeat(sample_rules: Rules) -> None:
    told = [(one.category, one.base, one.category, f"{one.retold}之前投诉过，到现在没有解决。") for one in TOLD]
    assert ties(sample_rules, told, SAME_PERSON, SAME_PERSON) == [Tie.REPEAT] * len(told)
    assert Tie.REPEAT not in ties(sample_rules, told, SAME_PERSON, ANOTHER)


def test_C5_the_same_words_about_another_branch_are_another_matter(sample_rules: Rules) -> None:
    one, other = (seen(sample_rules, case, "服务态度", TOLD[0].base.replace("上地路", place), unit=place, area=place) for case, place in enumerate(("上地路", "湖南路")))
    assert found(other, [one], Radar()) == ()
    same_sale = [seen(sample_rules, case, "服务产品", TOLD[2].base, unit=str(case), area="county", product="福满人生") for case in range(2)]
    assert [it.tie for it in found(same_sale[1], same_sale[:1], Radar())] == [Tie.SAME]


def test_P18_a_name_alone_and_a_quoted_number_are_for_the_desk(sample_rules: Rules) -> None:
    named = (Mark(NAME, "n"),)
    one, other = seen(sample_rules, 1, "服务态度", TOLD[0].base, marks=named), seen(sample_rules, 2, "工作失误", TOLD[3].base, marks=named)
    assert [it.tie for it in found(other, [one], Radar())] == [Tie.LIKELY]
    quoting = seen(sample_rules, 2, "工作失误", TOLD[3].base, marks=ANOTHER, quotes=frozenset({"1"}))
    assert [it.tie for it in found(quoting, [seen(sample_rules, 1, "服务态度", TOLD[0].base, marks=SAME_PERSON)], Radar())] == [Tie.LIKELY]
    mine = seen(sample_rules, 2, "工作失误", TOLD[3].base, marks=SAME_PERSON, quotes=frozenset({"1"}))
    assert [it.tie for it in found(mine, [seen(sample_rules, 1, "服务态度", TOLD[0].base, marks=SAME_PERSON)], Radar())] == [Tie.MERGE]


def test_law_18_before_the_answer_it_is_merged_and_after_it_repeated_and_long_ago_nothing(sample_rules: Rules) -> None:
    new = seen(sample_rules, 9, "服务态度", TOLD[0].copied, marks=SAME_PERSON)
    before = [
        seen(sample_rules, 1, "服务态度", TOLD[0].base, marks=SAME_PERSON, answered=True), seen(sample_rules, 2, "服务态度", TOLD[0].base, marks=SAME_PERSON),
        seen(sample_rules, 3, "服务态度", TOLD[0].base, marks=SAME_PERSON, received=AT - timedelta(days=181)),
    ]
    assert [(it.tie, it.case) for it in found(new, before, Radar())] == [(Tie.MERGE, 2), (Tie.REPEAT, 1)]
    assert found(new, [new], Radar()) == ()


def test_P18_nothing_said_is_like_nothing(sample_rules: Rules) -> None:
    empty = [seen(sample_rules, case, "服务态度", text) for case, text in enumerate(("", "投诉", "客户来电投诉，要求处理。"))]
    assert found(empty[0], empty[1:], Radar()) == ()
    assert bands(empty[2].sketch or sketch_of(""), "U") == ()
    assert found(Seen(1, "1", AT), [Seen(2, "2", AT)], Radar()) == ()


@pytest.mark.parametrize(("text", "again"), [
    ("此前已反映过两次", True), ("上次投诉没人管", True), ("至今没有解决", True), ("不接受你们的处理结果", True), ("第三次打电话了，又来投诉", True),
    ("我要投诉柜员", False), ("以前一直在这里存钱", False), ("", False),
])
def test_P18_who_says_it_was_said_before(text: str, again: bool) -> None:
    assert says_again(text) is again


def test_P6_names_numbers_and_places_are_masked() -> None:
    plain = masked("客户王小芳称7月20日在上地路营业所被柜员刘某辱骂，电话13800000001", ("王小芳", "13800000001"), ("上地路营业所",))
    assert not {"王小芳", "上地路", "13800000001", "刘某", "20"} & {plain[at:at + long] for at in range(len(plain)) for long in range(1, 12)}


def test_a_sketch_is_the_same_for_ever() -> None:
    sketch = sketch_of(masked(TOLD[0].base), {"@柜面态度", "@道歉"})
    assert [int(word) for word in sketch.signature[:4]] == [65235, 29849, 10696, 48447]       # stored ones would find nothing any more
    again = restored(stored(sketch))
    assert again is not None
    assert np.array_equal(again.signature, sketch.signature)
    assert (again.size, again.concepts) == (sketch.size, sketch.concepts)
    assert restored(b"\x00" + stored(sketch)[1:]) is None
    assert restored(b"") is None


@given(st.text(max_size=300), st.text(max_size=300))
def test_likeness_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    sketches = [sketch_of(masked(text)) for text in (one, other)]
    there, back = likeness(sketches[0], [sketches[1]])[0], likeness(sketches[1], [sketches[0]])[0]
    assert there == back
    assert 0 <= there <= 1
    assert likeness(sketches[0], [sketches[0]])[0] in {0.0, 1.0}
    assert len(bands(sketches[0], "U")) in {0, BANDS}
    assert set(bands(sketches[0], "U")).isdisjoint(bands(sketches[0], "V"))


def test_kinship_needs_more_than_one_thing() -> None:
    one = Sketch(np.zeros(128, np.uint16), 20, frozenset({1}))
    assert kinship(one, one) == 0.0


@given(st.lists(st.integers(0, 60), max_size=12))
def test_C5_each_threshold_is_told_once_whatever_comes_and_goes(numbers: list[int]) -> None:
    told, heard = 0, list[int]()
    for people in numbers:
        for limit in crossed(people, told, (3, 20)):
            heard.append(limit)
            told = max(told, limit)
    assert heard == sorted(set(heard))
    assert heard == [limit for limit in (3, 20) if max(numbers, default=0) >= limit]
