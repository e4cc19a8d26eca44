"""Where numbers are at home: the table that comes along is what the library phonenumbers says of China (pain 19)."""

import pytest
from hypothesis import given, strategies as st

from hotline_bridge.tables import load_number_places
from routing.errors import BadTable
from routing.numberplaces import NumberPlace, NumberPlaces, packed
from routing.telephone import read

PLACES = load_number_places()


@pytest.mark.parametrize(("number", "place"), [
    ("010-55500017", NumberPlace("北京市", "", "010")), ("0519-55500017转803", NumberPlace("江苏省", "常州市", "0519")), ("+86 371 5550 0017", NumberPlace("河南省", "郑州市", "0371")),
    ("024-55500017", NumberPlace("辽宁省", "沈阳市、铁岭市、抚顺市、本溪市", "024")), ("13800000001", NumberPlace("北京市")), ("+86 139 1234 5678", NumberPlace("江苏省", "常州市")),
    ("0519-96588", NumberPlace("江苏省", "常州市", "0519")), ("95580", None), ("4001234567", None), ("8001", None), ("+852 5550 0017", None), ("", None), ("55500017", None),
    ("14100000000", None),
])
def test_home_of_a_number(number: str, place: NumberPlace | None) -> None:
    assert PLACES.of(number) == place


def test_a_landline_without_area_is_at_home_where_the_exchange_is() -> None:
    assert PLACES.of("55500017", "0519") == NumberPlace("江苏省", "常州市", "0519")


def test_the_place_in_words() -> None:
    found = PLACES.of("051955500017")
    assert found is not None
    assert found.words == "江苏省常州市"


@given(st.integers(min_value=13_000_000_000, max_value=19_999_999_999))
def test_every_mobile_has_one_home_or_none(number: int) -> None:
    found = PLACES.of(str(number))
    assert found is None or (found.province and not found.area)
    assert PLACES.of(read(f"+86 {number}")[0]) == found


def test_a_table_that_is_none_is_told_with_the_cure() -> None:
    for broken in (b"", b"{}\n", b'{"places": [], "areas": {}}\nrubbish', b"\xff\xfe\n"):
        with pytest.raises(BadTable, match="write it anew"):
            NumberPlaces.parse(broken)


def test_what_is_packed_is_read_again_whatever_the_steps() -> None:
    table = NumberPlaces.parse(packed([("", ""), ("江苏省", "常州市"), ("北京市", "")], {"010": 2}, [(0, 0), (1_300_000, 1), (1_300_001, 2), (1_999_999, 0)]))
    assert [table.of(number) for number in ("13000000001", "13000010001", "18888880001", "19999990001", "010-55500017", "0519-55500017")] == [
        NumberPlace("江苏省", "常州市"), NumberPlace("北京市"), NumberPlace("北京市"), None, NumberPlace("北京市", "", "010"), None]
    assert NumberPlaces().of("13800000001") is None
    assert NumberPlaces().of("010-55500017") is None
