"""Which call a form is about, and whom nobody has answered yet (P-3, P-9.1)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st

from routing.meeting import APART, BETWEEN, Attempt, Side, alike, contradict, matched, to_call_back

AT = datetime(2026, 7, 22, 9, 20, tzinfo=ZoneInfo("Asia/Shanghai"))
HOTLINES = frozenset({"95580", "96588"})


def test_P9_1_what_neither_says_speaks_against_nothing() -> None:
    assert alike(Side(), Side("asterisk:east", "13800000001", "95580", AT, AT), HOTLINES) == 0
    assert alike(Side(began=AT), Side("asterisk:east"), HOTLINES) == 0


def test_P9_1_the_callers_number_speaks_for_it_and_more_so_the_exchange() -> None:
    call = Side("asterisk:east", "13800000001", "95580", AT, AT)
    assert alike(Side("", "13800000001"), call, HOTLINES) < alike(Side("asterisk:east"), call, HOTLINES) < alike(Side("asterisk:east", "13800000001"), call, HOTLINES)


def test_P9_1_a_form_may_be_late_by_days_not_by_more() -> None:
    call = Side("e", began=AT, ended=AT + timedelta(minutes=5))
    assert alike(Side(began=call.ended + APART), call, HOTLINES) == 0
    assert alike(Side(began=call.ended + APART + timedelta(seconds=1)), call, HOTLINES) is None
    assert alike(Side(began=AT - APART - timedelta(seconds=1)), call, HOTLINES) is None


@given(st.dictionaries(st.tuples(st.integers(1, 4), st.integers(1, 4)), st.integers(0, 3)), st.randoms(use_true_random=False))
def test_P9_1_pairs_depend_on_no_order_and_nobody_is_paired_twice(scores: dict[tuple[int, int], int], chance) -> None:
    shuffled = list(scores.items())
    chance.shuffle(shuffled)
    pairs = matched(scores)
    assert matched(dict(shuffled)) == pairs
    assert len(set(pairs.values())) == len(pairs)
    assert all((form, call) in scores for form, call in pairs.items())


def test_P9_1_a_tie_is_no_pair_but_what_it_leaves_may_be() -> None:
    assert matched({(1, 1): 0, (1, 2): 0}) == {}
    assert matched({(1, 1): 0, (2, 1): 0}) == {}
    assert matched({(1, 1): 1, (1, 2): 0, (2, 1): 0, (2, 2): 0}) == {1: 1, 2: 2}


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans(), st.booleans()), unique_by=lambda one: one[0]), st.none() | st.integers(0, 20), st.randoms(use_true_random=False))
def test_P3_only_what_came_after_the_last_talk_is_called_back(told: list[tuple[int, bool, bool]], back: int | None, chance) -> None:
    attempts = [Attempt(minute, AT + timedelta(minutes=minute), spoken, complaint) for minute, spoken, complaint in told]
    called_back = None if back is None else AT + timedelta(minutes=back)
    last = max([-1, *(minute for minute, spoken, _ in told if spoken), *([back] if back is not None else [])])
    expected = sorted(minute for minute, spoken, complaint in told if complaint and not spoken and minute > last)
    chance.shuffle(attempts)
    assert to_call_back(attempts, called_back) == expected


def test_P9_1_records_of_one_id_contradict_by_another_caller_or_a_day_between() -> None:
    one = Side(number="13800000001", began=AT, ended=AT + timedelta(minutes=5))
    day = timedelta(minutes=5) + BETWEEN
    others = [
        Side(), Side(number="13900000002"), Side(number="13900000002", began=AT), Side(began=AT + day), Side(began=AT + day + timedelta(seconds=1)),
        Side(number="13800000001", ended=AT - BETWEEN - timedelta(seconds=1)), Side(number="13800000001", began=AT - timedelta(days=9), ended=AT),
    ]
    assert [contradict(one, other) for other in others] == [False, True, True, False, True, True, False]
    assert [contradict(other, one) for other in others] == [contradict(one, other) for other in others]
