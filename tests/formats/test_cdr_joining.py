from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from adapters.formats.cdr import call_of, calls_of, joined, legs_of, ties_of
from routing.papers import Call

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIXTURES = Path(__file__).parent / "cdr_fixtures"
NAMES = ("asterisk-21.csv", "freeswitch-example.csv")
CONTENT = {name: (FIXTURES / name).read_bytes() for name in NAMES}
WHOLE = {name: calls_of(content, "pbx", SHANGHAI).calls for name, content in CONTENT.items()}
LEGS = {name: legs_of(content, "pbx", SHANGHAI).calls for name, content in CONTENT.items()}


def one_by_one(legs: list[Call]) -> list[Call]:
    """What a store does: each leg joins the calls it is tied to."""
    kept: list[Call] = []
    for leg in legs:
        mine = [call for call in kept if ties_of(call) & ties_of(leg)]
        kept = [call for call in kept if call not in mine] + [joined([*mine, leg])]
    return kept


@given(st.data(), st.sampled_from(NAMES))
def test_rows_one_by_one_in_any_order_and_repetition_end_as_the_whole_file(data: st.DataObject, name: str):
    legs = data.draw(st.permutations(LEGS[name])) + data.draw(st.lists(st.sampled_from(LEGS[name])))
    by_id = {call.call_id: call for call in one_by_one(list(legs))}
    assert by_id == {call.call_id: call for call in WHOLE[name]}


@given(st.data())
def test_joining_is_idempotent_and_knows_no_order(data: st.DataObject):
    call = data.draw(st.sampled_from([call for calls in WHOLE.values() for call in calls]))
    legs = [call_of(call.source, [row]) for row in call.raw]
    some = data.draw(st.lists(st.sampled_from([*legs, call]))) + data.draw(st.permutations(legs))
    assert joined(some) == joined([joined(some), *some]) == call


def test_a_stored_call_comes_back_from_its_rows():
    for calls in WHOLE.values():
        for call in calls:
            assert call_of(call.source, reversed(call.raw)) == call


def test_different_calls_and_different_exchanges_are_not_joined():
    first, second = WHOLE["asterisk-21.csv"][:2]
    with pytest.raises(ValueError, match="2 calls"):
        joined([first, second])
    with pytest.raises(ValueError, match="one exchange"):
        joined([first, call_of("other", first.raw)])
    with pytest.raises(ValueError, match="one exchange"):
        joined([])
