"""The figures of the books add up, or are not sent (P-21, P-24)."""

from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from hypothesis import given, strategies as st

from routing.errors import RuleError
from routing.fingerprint import fingerprint
from routing.figures import Axis, Bin, Sorted, Tally, must_add_up, sorted_total, total
from tests.formats.books.made import a_return, analysis, daily, statistics

COUNTS = st.integers(0, 10_000)


@st.composite
def tallies(draw) -> Tally:
    results = draw(st.dictionaries(st.sampled_from(["有责", "无责", "双方责任"]), COUNTS))
    answered = draw(COUNTS)
    return Tally(
        received=draw(COUNTS), answered=answered, on_time=draw(st.integers(0, answered)), closed=sum(results.values()), open=draw(COUNTS),
        satisfied=draw(COUNTS), fair=draw(COUNTS), dissatisfied=draw(COUNTS), spent=timedelta(hours=draw(COUNTS)), results=results,
    )


@given(st.lists(tallies(), max_size=6), st.lists(tallies(), max_size=6))
def test_the_whole_is_the_sum_of_its_parts(some: list[Tally], others: list[Tally]) -> None:
    both = total([*some, *others])
    assert both == total([total(some), total(others)]) or (not some or not others)
    assert both.received == sum(one.received for one in [*some, *others])
    assert sum(both.results.values()) == both.closed
    assert both.late == sum(one.late for one in [*some, *others])


def test_what_was_open_before_is_known_only_where_every_part_knows_it() -> None:
    assert total([Tally(carried=2), Tally(carried=3)]).carried == 5
    assert total([Tally(carried=2), Tally()]).carried is None
    assert total([]).carried is None


def test_shares_of_nothing_are_unknown() -> None:
    empty = Tally()
    assert (empty.on_time_share, empty.satisfied_share, empty.days_to_answer) == (None, None, None)
    some = Tally(answered=4, on_time=3, satisfied=1, dissatisfied=1, spent=timedelta(days=6))
    assert (some.on_time_share, some.satisfied_share, some.days_to_answer) == (0.75, 0.5, 1.5)


@pytest.mark.parametrize("report", [statistics(), statistics(0), statistics(1), analysis(), daily(), daily(0), a_return()], ids=lambda one: one.head.title)
def test_P24_figures_that_add_up_are_good(report) -> None:
    must_add_up(report)


def test_P21_every_wrong_sum_is_named_at_once() -> None:
    good = statistics(3)
    first, *others = good.categories
    bad = replace(good, categories=(replace(first, tally=replace(first.tally, received=first.tally.received + 1)), *others))
    with pytest.raises(RuleError) as refused:
        must_add_up(bad)
    told = str(refused.value)
    assert "投诉统计表 2026年12月" in told
    assert f"categories: received sums up to {good.total.received + 1}, the total says {good.total.received}" in told
    assert f"{first.name}: carried" in told                       # the balance of the row is broken too
    assert f"category × unit: category {first.name}" in told
    assert "count it anew" in told


@pytest.mark.parametrize(("change", "says"), [
    ({"repeat": 9_999_999}, "repeat 9999999 is more than received"), ({"on_time": 9_999_999}, "on_time 9999999 is more than answered"),
    ({"overdue": 9_999_999}, "overdue 9999999 is more than open"), ({"results": {"有责": 1}}, "results make 1, closed are"),
    ({"open": 0, "overdue": 0}, "is not closed"), ({"reopened": -1}, "below zero"),
])
def test_P21_a_total_that_cannot_be_is_refused(change, says: str) -> None:
    good = statistics(3)
    with pytest.raises(RuleError, match=says):
        must_add_up(replace(good, total=replace(good.total, **change)))


def test_P21_results_of_the_parts_are_those_of_the_whole() -> None:
    good = statistics(3)
    swapped = dict(good.total.results, 有责=good.total.results["无责"], 无责=good.total.results["有责"])
    with pytest.raises(RuleError, match="categories: results"):
        must_add_up(replace(good, total=replace(good.total, results=swapped)))


def test_P24_a_crossing_of_no_unit_is_refused() -> None:
    good = statistics(3)
    stray = replace(good.crossings[0], unit="GONE")
    with pytest.raises(RuleError, match="unit GONE is in no row"):
        must_add_up(replace(good, crossings=(*good.crossings, replace(stray, tally=Tally(received=1)))))


def test_P24_months_answer_times_and_the_heat_map_fit_the_whole() -> None:
    good = analysis(3)
    bad = replace(good, months=good.months[1:], answer_times=(Bin(3, 1),))
    with pytest.raises(RuleError) as refused:
        must_add_up(bad)
    assert "months: received sums up to" in str(refused.value)
    assert "answer times: 1 cases" in str(refused.value)
    assert "has 12 months, the analysis 11" in str(refused.value)


def test_C4_a_day_whose_units_do_not_make_its_total_is_refused() -> None:
    good = daily()
    with pytest.raises(RuleError, match="units: at_fault sums up to"):
        must_add_up(replace(good, total=replace(good.total, at_fault=good.total.at_fault + 1)))


def test_C4_enquiries_and_complaints_are_counted_by_fault() -> None:
    one = Sorted(1, 2, 3, 4, 10, 20, 30, 40)
    assert (one.enquiries, one.complaints) == (10, 100)
    assert sorted_total([one, one]).both == 60


def test_an_axis_may_count_a_case_twice() -> None:
    """JR/T 0169: a complaint may have several causes, so an axis need not sum up to the whole."""
    good = statistics(2)
    must_add_up(replace(good, axes=(Axis("C 投诉原因", "C Cause", good.categories + good.categories),)))


def test_P24_the_same_figures_have_the_same_fingerprint_and_no_others() -> None:
    every = [statistics(), statistics(3), analysis(), daily(), a_return()]
    assert len({fingerprint(one) for one in every}) == len(every)
    assert fingerprint(statistics()) == fingerprint(statistics())
    one = statistics()
    later = replace(one, head=replace(one.head, as_of=one.head.as_of + timedelta(days=1)))
    elsewhere = replace(one, head=replace(one.head, as_of=one.head.as_of.astimezone(UTC)))
    assert fingerprint(later) != fingerprint(one) == fingerprint(elsewhere)
