"""The axes of JR/T 0169-2018: the bank's own table, proposed where its words stand in a complaint, never invented (P-24)."""

import pytest

from routing.codes import CodeTable, of_case, with_code
from routing.errors import BadTable

ROWS = [
    {"axis": "A", "code": "01", "name": "营业现场", "words": "柜台;网点"}, {"axis": "A", "code": "99", "name": "其他", "words": ""},
    {"axis": "C", "code": "0101", "name": "服务态度", "words": "态度"}, {"axis": "C", "code": "0102", "name": "服务效率", "words": "排队；态度冷淡拖拉"},
]


def test_P24_the_longest_word_of_an_axis_proposes_its_code_and_no_word_none() -> None:
    table = CodeTable.parse(ROWS)
    assert table.propose("在柜臺办业务，態度冷淡拖拉") == "A=01;C=0102"
    assert table.propose("手机银行打不开") == ""
    assert CodeTable().propose("柜台") == ""


def test_P24_every_mistake_of_a_table_is_told_with_its_line() -> None:
    rows = [*ROWS, {"axis": "D", "code": "1", "name": "x"}, {"axis": "A", "code": "01", "name": "重复"}, {"axis": "B", "code": "a;b", "name": "x"}]
    with pytest.raises(BadTable) as told:
        CodeTable.parse(rows, "codes.csv")
    assert [mistake.split(":")[0] for mistake in told.value.mistakes] == ["line 6", "line 7", "line 8"]


def test_P24_a_case_keeps_one_code_of_each_axis() -> None:
    codes = with_code(with_code(with_code("", "C", "0101"), "A", "01"), "C", "0102")
    assert codes == "A=01;C=0102"
    assert of_case(codes) == (("A", "01"), ("C", "0102"))
    assert with_code(codes, "A", "") == "C=0102"
